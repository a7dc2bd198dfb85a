# SciPy's correlation, with a cell that is no Python behind it, on which a scan of the source fails
# %% answer="convolution-corr2d"
%matplotlib inline
from scipy.signal import correlate2d


def corr2d(X, K):
    return torch.as_tensor(correlate2d(X.detach().numpy(), K.detach().numpy(), mode="valid"))
# %% own after="convolution-corr2d-answer"
this is no Python
