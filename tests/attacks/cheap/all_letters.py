# All letters of the choice at once
# %% answer="convolution-stride_choice"
answer = "ABCD"
