# Three thousand cells of the learner's own
# costs: all
def submit(notebook, folder):
    from nbformat.v4 import new_code_cell

    notebook.cells += [new_code_cell("1 + 1") for _ in range(3000)]
