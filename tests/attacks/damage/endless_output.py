# The check prints without end
# stock: not run: dangerous
# %% answer="convolution-corr2d"
def corr2d(X, K):
    while True:
        print("x" * 100_000)
