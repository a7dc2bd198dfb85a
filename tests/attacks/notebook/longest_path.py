# Folders in folders, whose path is nearly as long as a path can be
import os


def submit(notebook, folder):
    there = os.getcwd()
    os.chdir(folder)
    for _ in range(30):
        os.mkdir("x" * 100)
        os.chdir("x" * 100)
    with open("data.csv", "w") as file:
        file.write("1")
    os.chdir(there)
