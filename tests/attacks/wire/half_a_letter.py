# The text of an error holds half a character, which no file can hold
# %% answer="convolution-corr2d"
def corr2d(X, K):
    raise ValueError("\ud800" * 3)
# %% own after="convolution-corr2d"
print("\udfff")
raise RuntimeError("\ud800")
