# The kernel crashes by writing to address 0
# %% answer="convolution-Conv2D"
import ctypes


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        ctypes.memset(0, 1, 1)
