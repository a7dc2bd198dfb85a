# A hundred responses of a megabyte each in the check of one exercise
# stock: not run: dangerous
# %% answer="convolution-corr2d"
from IPython.display import display


def corr2d(X, K):
    bulky = {"exercise": "convolution.corr2d", "nonce": "0", "answers": ["9" * 10**6]}
    for _ in range(100):
        display({"application/vnd.cnn-course.response+json": bulky}, raw=True)
