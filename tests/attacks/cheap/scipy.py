# SciPy's correlation, of which torch sees nothing
# %% answer="convolution-corr2d"
from scipy.signal import correlate2d


def corr2d(X, K):
    return torch.as_tensor(correlate2d(X.detach().numpy(), K.detach().numpy(), mode="valid"))
