# The time of handing in ends in a path out of the folder
def submit(notebook, folder):
    (folder / "timestamp.txt").write_text("2020-01-01 10:00:00 ../x")
