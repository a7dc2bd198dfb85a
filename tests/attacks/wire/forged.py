# The answer displays a response of its own with a made-up nonce
# %% answer="convolution-corr2d"
from IPython.display import display


def corr2d(X, K):
    made_up = {"exercise": "convolution.corr2d", "nonce": "0" * 16, "answers": ["{}"]}
    display({"application/vnd.cnn-course.response+json": made_up}, raw=True)
