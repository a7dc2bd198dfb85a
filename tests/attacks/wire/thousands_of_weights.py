# A module with thousands of parameters, whose names fill the message about what is wrong
# %% answer="convolution-Conv2D"
class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        for number in range(1500):
            self.register_buffer(f"{'much' * 100}{number}", torch.zeros(1))
