# The learner's own cells redefine the answers between the check and the end of the notebook
# costs: convolution-corr2d
def submit(notebook, folder):
    from nbformat.v4 import new_code_cell
    from small_course import cell_of

    good = cell_of(notebook, "convolution-corr2d-answer").source
    cell_of(notebook, "convolution-corr2d-answer").source = "corr2d = None"
    notebook.cells.append(new_code_cell(f"{good}\nscore('convolution.corr2d', corr2d)"))
