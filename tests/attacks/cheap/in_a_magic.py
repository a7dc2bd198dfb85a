# SciPy's correlation, imported by code that is handed to a magic
# %% answer="convolution-corr2d"
%time from scipy.signal import correlate2d
!true
def corr2d(X, K):
    return torch.as_tensor(correlate2d(X.detach().numpy(), K.detach().numpy(), mode="valid"))
