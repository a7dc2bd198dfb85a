# A tensor of 10^9 elements that takes four bytes
# %% answer="convolution-corr2d"
def corr2d(X, K):
    return torch.zeros(1).expand(30_000, 40_000)
