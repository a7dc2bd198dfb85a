# A file of brackets only, a hundred thousand deep
# costs: all
def submit(notebook, folder):
    (folder / "small.ipynb").write_text("[" * 100_000)
