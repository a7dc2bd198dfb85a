# A recursion that overflows the stack of the process
# %% answer="convolution-kernel_weights"
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def kernel_weights(*sizes):
    return kernel_weights(*sizes)
