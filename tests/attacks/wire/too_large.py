# A response of nine megabytes
# %% answer="convolution-corr2d"
def corr2d(X, K):
    return ["x" * 1000] * 9000
