# Answers become Markdown and raw cells, checks become Markdown, the essay becomes code
def submit(notebook, folder):
    for number, cell in enumerate(notebook.cells):
        cell.cell_type = ("markdown", "raw", "code")[number % 3]
        for name in ("outputs", "execution_count"):
            cell.pop(name, None)
