# All cells stand in the reverse order
def submit(notebook, folder):
    notebook.cells.reverse()
