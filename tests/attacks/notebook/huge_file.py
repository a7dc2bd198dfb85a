# A notebook of 21 megabytes
# costs: all
def submit(notebook, folder):
    notebook.cells[0].source = "x" * 21 * 2**20
