"""An author's `.py` as a notebook, the same every time."""

import jupytext
import nbformat
from nbformat import NotebookNode

from ci.headings import write_headings
from ci.marked_cells import mark
from ci.problem import Problem
from ci.sections import Place
from grader.marking.public import public_data
from grader.marking.rooms import Room

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    # Without the version: a rebuild with another Python gives the same notebook.
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def exercise_data(section: Room, notebook: NotebookNode) -> str:
    """The text of the section's exercises.json, in the notebook's order."""
    by_grade_id = {exercise.grade_id: exercise for exercise in section.exercises}
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return public_data(by_grade_id[name] for name in ids if name in by_grade_id)


def convert(place: Place) -> NotebookNode:
    """The solution as a notebook without outputs, with nbgrader's metadata and stable cell ids.

    Raises:
        Problem: the source is missing, or its cells do not fit the section's exercises.
    """
    if not place.source.is_file():
        raise Problem(f"{place.source} is missing: a section's author writes that file")
    try:
        notebook = jupytext.read(place.source, fmt="py:percent")
        notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE})
        section = place.section
        mark(notebook, section)
        write_headings(notebook, section)
    except Problem as problem:
        raise Problem(f"{place.source.relative_to(place.root)}: {problem}") from None
    for number, cell in enumerate(notebook.cells, start=1):
        # nbformat allows 64 characters.
        name = cell.metadata.get("nbgrader", {}).get("grade_id", f"{place.name}-{number:03}")
        cell["id"] = name[:64]
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    nbformat.validate(notebook)
    converted: NotebookNode = notebook
    return converted
