# A recursion that overflows the stack of the process
# %% answer="convolution-coverage"
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def coverage(*sizes):
    return coverage(*sizes)
