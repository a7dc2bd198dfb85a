# SystemExit, KeyboardInterrupt and an exception that is no Exception are raised in the checks
# %% answer="convolution-corr2d"
def corr2d(X, K):
    raise SystemExit(0)
# %% answer="convolution-Conv2D"
class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        raise KeyboardInterrupt
# %% answer="convolution-coverage"
class Odd(BaseException):
    pass


def coverage(*sizes):
    raise Odd
