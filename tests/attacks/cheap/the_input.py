# The input itself, None, and a class that does nothing
# %% answer="convolution-corr2d"
def corr2d(X, K):
    return X
# %% answer="convolution-coverage"
def coverage(*sizes):
    return None
# %% answer="convolution-Conv2D"
Conv2D = nn.Identity
