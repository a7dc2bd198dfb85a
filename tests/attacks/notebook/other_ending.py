# The answered notebook is a copy with a mail program's ending, beside an untouched original
import json
import shutil


def submit(notebook, folder):
    (folder / "small-Copy1.ipynb.txt").write_text(json.dumps(notebook))
    places = (folder.parents[2] / name / "small/small.ipynb" for name in ("notebooks", "release"))
    shutil.copy(next(path for path in places if path.exists()), folder)
