# The file breaks off in the middle
# costs: all
def submit(notebook, folder):
    import json

    (folder / "small.ipynb").write_text(json.dumps(notebook)[:-200])
