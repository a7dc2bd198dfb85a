# The time of handing in lies in the past, or is no time at all
def submit(notebook, folder):
    (folder / "timestamp.txt").write_text("the day before yesterday; DROP TABLE grade")
