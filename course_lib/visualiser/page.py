"""The visualiser as a page of its own, served by voila to you alone.

course visualiser lab       # lab holds the sections' folders: 11_gradcam, ...
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

_OPTIONS = (
    "--token",  # other users of this machine cannot open it
    # A page that was closed or loaded again leaves a kernel behind, of half a gigabyte.
    "--MappingKernelManager.cull_interval=60",
    "--MappingKernelManager.cull_idle_timeout=600",
)


def serve(notebooks: Path, *options: str) -> int:
    """Serves the page until it is stopped; returns voila's exit status.

    Args:
        notebooks: the folder of the sections' folders, whose saved functions the page runs on.
        options: further ones for voila: "--port=8899", "--no-browser".
    """
    with tempfile.TemporaryDirectory(prefix="visualiser-") as folder:
        path = Path(folder, "visualiser.ipynb")
        path.write_text(page(notebooks), "utf-8")
        command = [sys.executable, "-m", "voila", str(path), *_OPTIONS, *options]
        return subprocess.run(command, check=False).returncode


def page(notebooks: Path) -> str:
    """The notebook that voila shows: one cell."""
    source = (
        "from pathlib import Path\n"
        "from course_lib.visualiser import Visualiser\n"
        f"Visualiser(Path({str(notebooks.absolute())!r}))"
    )
    cell: dict[str, object] = {
        "cell_type": "code",
        "id": "visualiser",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
