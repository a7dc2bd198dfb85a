# The notebook's sources are numbers, lists and half characters
# costs: all
def submit(notebook, folder):
    for cell, source in zip(notebook.cells, (7, ["a", 3], None, {"a": 1}), strict=False):
        cell.source = source
