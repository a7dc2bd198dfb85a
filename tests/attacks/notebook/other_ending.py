# The answered notebook is a copy with a mail program's ending, beside an untouched original
import json
import shutil


def submit(notebook, folder):
    (folder / "small-Copy1.ipynb.txt").write_text(json.dumps(notebook))
    shutil.copy(folder.parents[2] / "notebooks/small/small.ipynb", folder)
