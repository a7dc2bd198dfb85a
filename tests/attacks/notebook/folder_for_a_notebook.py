# A folder stands where the notebook should be
# costs: all
def submit(notebook, folder):
    (folder / "small.ipynb").mkdir()
    (folder / "small.ipynb" / "x.csv").write_text("1")
