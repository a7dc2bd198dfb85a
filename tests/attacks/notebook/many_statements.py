# A cell of 200,000 letters, all of them statements to be parsed and searched
# costs: nothing
# stock: not run: it takes minutes
def submit(notebook, folder):
    source = "a=0;" + "a;" * 99_000
    notebook.cells.insert(
        2, {"cell_type": "code", "metadata": {}, "source": source, "outputs": [],
            "execution_count": None}
    )
