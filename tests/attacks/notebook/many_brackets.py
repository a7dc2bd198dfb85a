# Markdown of 100,000 brackets, for whose ends a slow reader looks again and again
# stock: not run: it takes minutes
def submit(notebook, folder):
    notebook.cells.insert(1, {"cell_type": "markdown", "metadata": {}, "source": "](" * 100_000})
