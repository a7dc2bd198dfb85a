# A pipe that nobody writes to stands in place of a data file
# stock: not run: dangerous
import os


def submit(notebook, folder):
    os.mkfifo(folder / "data.csv")
    (folder / "zero.txt").symlink_to("/dev/zero")
