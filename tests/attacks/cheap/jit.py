# PyTorch's own convolution inside a scripted function
# %% answer="convolution-corr2d"
@torch.jit.script
def convolve(X: torch.Tensor, K: torch.Tensor):
    return torch.conv2d(X[None, None], K[None, None])[0, 0]


def corr2d(X, K):
    return convolve(X, K)
