# In place of the notebook stands a symbolic link to another learner's
# costs: all
def submit(notebook, folder):
    (folder / "small.ipynb").symlink_to(folder.parents[1] / "000-neighbour/small/small.ipynb")
