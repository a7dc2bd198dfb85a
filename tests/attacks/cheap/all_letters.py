# All letters of the choice at once
# %% answer="convolution-stride_choice"
stride_choice = "ABCD"
