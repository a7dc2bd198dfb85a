# An answer is wrong on purpose, for others to run on the course's: it earns nothing, they may call it
# costs: convolution-corr2d
# %% answer="convolution-corr2d"
def corr2d(X, K):
    return X
# %% answer="convolution-Conv2D"
class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return corr2d(x, self.weight) + self.bias
# %% answer="convolution-coverage"
def coverage(n, k):
    windows = F.pad(torch.ones(n - k + 1, n - k + 1), (k - 1, k - 1, k - 1, k - 1))
    return corr2d(windows, torch.ones(k, k))
