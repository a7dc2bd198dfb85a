"""`python -m ci.build [SECTION ...]`: from the authors' sources to the release, in one direction.

grader/sections/name → course_lib/sections/name/exercises.json, what learners may see of it
solutions/NN_name/NN_name.py → NN_name.ipynb beside it, executed → notebooks/NN_name/NN_name.ipynb

Each result is put in its place in one step, when it is complete: whoever kills the build finds
the old one or the new one.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from nbformat import NotebookNode
from rich.console import Console

from ci.convert import convert, exercise_data
from ci.execute import execute
from ci.problem import Problem
from ci.release import release
from ci.sections import ROOT, Place, places
from ci.strip import strip
from ci.verdicts import SOLVED, unexpected, verdicts
from grader.swap import replace_folder

PROFILE = "smoke"
"""The profile of the stored outputs: every machine can run it."""


def build(place: Place) -> None:
    """Rebuilds a section's executed solution and its release.

    Raises:
        Problem: its source, its answers or its release are not as they must be. Nothing has
            changed then.
    """
    notebook = convert(place)
    with _data_in_place(place, notebook):
        _build(place, notebook)


def _build(place: Place, notebook: NotebookNode) -> None:
    executed = execute(notebook, place.source.parent, PROFILE)
    if problems := unexpected(verdicts(executed), place.section, SOLVED):
        raise Problem("the solution does not pass its own checks:\n  " + "\n  ".join(problems))
    with tempfile.TemporaryDirectory(prefix=".build-", dir=place.root) as temporary:
        folder = Path(temporary, "solutions", place.folder)
        folder.mkdir(parents=True)
        new = folder / place.executed.name
        nbformat.write(strip(executed, notebook), new)
        draft = Place(place.name, place.folder, Path(temporary))
        generated = release(_beside(draft, place), Path(temporary, "release"))
        os.replace(new, place.executed)
        replace_folder(generated, place.release)


@contextmanager
def _data_in_place(place: Place, notebook: NotebookNode) -> Iterator[None]:
    """The data of the checks, which the notebook runs on; as before if that fails."""
    data = exercise_data(place.section, notebook)
    old = place.data.read_bytes() if place.data.is_file() else None
    _put(place.data, data.encode())
    try:
        yield
    except BaseException:
        if old is None:
            place.data.unlink()
        else:
            _put(place.data, old)
        raise


def _put(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(content)
    os.replace(new, path)


def _beside(draft: Place, place: Place) -> Place:
    """Puts the files that lie beside the solution (pictures, data) beside the draft."""
    for path in place.source.parent.iterdir():
        if path.suffix not in (".py", ".ipynb") and path.name[0] not in "._":
            (draft.source.parent / path.name).symlink_to(path.resolve())
    return draft


def main(
    sections: Annotated[
        list[str] | None, typer.Argument(help="Which sections; all of them for none.")
    ] = None,
) -> None:
    """Rebuilds the executed solutions and the release."""
    # What a training gives depends on how many threads share it: here as many as where outputs
    # are compared, in `ci.notebooks`.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    console = Console(soft_wrap=True, highlight=False)
    failed = False
    try:
        wanted = places(sections or (), ROOT)
    except Problem as problem:
        console.print(str(problem), markup=False)
        raise typer.Exit(2) from None
    for place in wanted:
        try:
            build(place)
        except Problem as problem:
            failed = True
            console.print(f"✗ {place.folder}: {problem}", markup=False)
        else:
            console.print(f"✓ {place.folder}")
    raise typer.Exit(int(failed))


if __name__ == "__main__":
    typer.run(main)
