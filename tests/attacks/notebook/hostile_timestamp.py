# The time of handing in is a number that no parser can work with
def submit(notebook, folder):
    (folder / "timestamp.txt").write_text("10:" + "9" * 30)
