# The kernel's connection file, sockets and folder are deleted
# costs: nothing
# %% own after="triple"
import os
import shutil
from pathlib import Path

for folder in (Path.cwd(), Path.home(), Path(os.environ.get("COURSE_QUESTIONS", "x")).parent):
    if "course" in str(folder):
        shutil.rmtree(folder, ignore_errors=True)
