# One cell's metadata claims to be of version 99, another's is no metadata at all
def submit(notebook, folder):
    notebook.cells[2].metadata.nbgrader.schema_version = 99
    notebook.cells[3].metadata.nbgrader = [1, 2]
