# Random numbers of the right shape
# %% answer="convolution-corr2d"
def corr2d(X, K):
    return torch.randn(X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1)
# %% answer="convolution-stride_choice"
import random

stride_choice = random.choice(["A", "B", "D"])
