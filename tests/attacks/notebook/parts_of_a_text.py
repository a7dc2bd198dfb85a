# A formatted string of 66,000 parts, which takes minutes to write out again
# costs: nothing
# stock: not run: it takes minutes
def submit(notebook, folder):
    source = "x = 1\ny = f'" + "{x}" * 66_000 + "'"
    notebook.cells.insert(
        2, {"cell_type": "code", "metadata": {}, "source": source, "outputs": [],
            "execution_count": None}
    )
