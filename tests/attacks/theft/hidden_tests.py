# The hidden tests are read from IPython's history, and printed for the feedback page
# costs: nothing
# %% own after="triple"
print("\n".join(In))
