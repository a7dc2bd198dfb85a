# Metadata, ids and the order of cells between the answers are gone; copies of answers stand below
import copy


def submit(notebook, folder):
    for cell in notebook.cells:
        cell.metadata = {}
        cell.pop("id", None)
    notebook.cells += copy.deepcopy(notebook.cells[2:4])
