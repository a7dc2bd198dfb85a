# The input itself, None, and a class that does nothing
# %% answer="convolution-corr2d"
def corr2d(X, K):
    return X
# %% answer="convolution-kernel_weights"
def kernel_weights(*sizes):
    return None
# %% answer="convolution-Conv2D"
Conv2D = nn.Identity
