"""Executes a notebook with papermill, away from the sources."""

import copy
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbformat import NotebookNode
from papermill import PapermillExecutionError, execute_notebook
from papermill.exceptions import strip_color
from traitlets.config import Config

from ci.problem import Problem

_OF_GRADING = ("NBGRADER_EXECUTION", "COURSE_QUESTIONS")


def execute(notebook: NotebookNode, folder: Path, profile: str) -> NotebookNode:
    """The notebook as papermill leaves it: with its outputs and the injected parameters.

    Args:
        folder: where it lies; the files beside it are copied to a scratch folder, in which it runs.
        profile: "smoke", "laptop" or "gpu".

    Raises:
        Problem: a cell raised an exception, or wrote to stderr; the message names the cell.
    """
    with scratch_copy(folder) as scratch, _learners_environment(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            executed: NotebookNode = execute_notebook(
                copy.deepcopy(notebook),
                None,
                parameters={"profile": profile},
                cwd=scratch,
                progress_bar=False,
                # Sockets in files: kernels that start side by side cannot take the same port.
                config=Config({"KernelManager": {"transport": "ipc"}}),
            )
        except PapermillExecutionError as error:
            cell = _name(error.source, notebook)
            traceback = strip_color("\n".join(error.traceback))
            raise Problem(f"{cell} raised {error.ename}: {error.evalue}\n{traceback}") from None
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise Problem(f"{_name(cell.source, notebook)} writes to stderr: {output.text}")
    return executed


@contextmanager
def scratch_copy(folder: Path) -> Iterator[Path]:
    """A temporary copy of a notebook's folder, without notebooks and sources.

    The folders beside it are there, too: later sections read what was written in earlier ones.
    """
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary, folder.name)
        ignored = shutil.ignore_patterns("*.ipynb", "*.py", ".*", "__pycache__")
        shutil.copytree(folder, scratch, ignore=ignored)
        for other in folder.resolve().parent.glob("[0-9][0-9]_*"):
            if other.name != folder.name:
                Path(temporary, other.name).symlink_to(other)
        yield scratch


@contextmanager
def _learners_environment() -> Iterator[None]:
    """The notebook runs as for a learner, not as while grading, wherever this is called from."""
    kept = dict(os.environ)
    for name in _OF_GRADING:
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as runtime:
        # A short path: that of a socket has 107 characters at most.
        os.environ["JUPYTER_RUNTIME_DIR"] = runtime
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(kept)


def _name(source: str, notebook: NotebookNode) -> str:
    """How to call the cell with this source in a message."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.source == source:
            return f"cell {number} ({cell.id})"
    return "the injected parameters' cell"
