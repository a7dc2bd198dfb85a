"""`nbgrader generate_assignment`, without its sharp edges."""

import difflib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import converters, preprocessors
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets import Enum, List, TraitError, Unicode, Union

from grader.marking.questions import section_of
from grader.marking.rooms import names, room
from grader.swap import replace_folder

_CELLS = ("grade_cells", "solution_cells", "task_cells", "source_cells")
"""What the gradebook keeps of a notebook."""


class ClearSolutions(preprocessors.ClearSolutions):  # type: ignore[misc]
    """Leaves stubs that let *Run All* through.

    In a function the stub raises NotImplementedError when called. At the top level of a cell,
    where a value is asked for, it only says where to write: the line before the region holds
    `answer = ...`.
    """

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        replaced: bool = super()._replace_solution_region(cell, language)
        if replaced and cell.cell_type == "code":
            lines = cell.source.split("\n")
            kept = [line for line in lines if line != "raise NotImplementedError"]
            cell.source = "\n".join(kept)
        return replaced


class Counts(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes the points of exercises that do not count; they are asked and checked all the same.

    Test cells of an instructor's own count always.
    """

    counts = Union(
        [Enum(("core", "all")), List(Unicode())],
        default_value="core",
        help='What carries points: "core", "all", or a list of ids of exercises and essays.',
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        for cell in nb.cells:
            section = section_of(cell)
            if is_grade(cell) and section is not None:
                items = {item.grade_id: item for item in section.items}
                item = items.get(cell.metadata.nbgrader["grade_id"])
                if item is not None and not self._counts(item.id, item.core):
                    cell.metadata.nbgrader["points"] = 0
        return nb, resources

    def check(self) -> None:
        """Whether the setting makes sense.

        Raises:
            NbGraderException: an id in the list is none of the course; the nearest one is named.
        """
        known = [item.id for name in names() for item in room(name).items]
        for one in self.counts if isinstance(self.counts, list) else ():
            if one not in known:
                near = difflib.get_close_matches(one, known, n=1, cutoff=0.0)
                raise NbGraderException(
                    f"Counts.counts names {one!r}, which no section has. "
                    f"The nearest id is {near[0]!r}."
                )

    def _counts(self, item_id: str, core: bool) -> bool:
        if isinstance(self.counts, list):
            return item_id in self.counts
        return core or self.counts == "all"


class GenerateAssignment(converters.GenerateAssignment):  # type: ignore[misc]
    """Writes the release beside the old one and puts it in its place only when all went well.

    nbgrader's own deletes the old release first, so that a failure leaves none.
    """

    def start(self) -> None:
        try:
            Counts(parent=self).check()
            self._check_cells()
        except (NbGraderException, TraitError) as error:
            # nbgrader's command ends without a word: whoever raises this says why beforehand.
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None
        release = self.coursedir.release_directory
        self._release = release
        with tempfile.TemporaryDirectory(prefix=".release-", dir=self.coursedir.root) as temporary:
            self.coursedir.release_directory = os.path.basename(temporary)
            try:
                super().start()
            finally:
                self.coursedir.release_directory = release
            for folder in sorted(Path(temporary).iterdir()):
                replace_folder(folder, Path(self.coursedir.root, release, folder.name))

    def _check_cells(self) -> None:
        """Whether the gradebook can take in the cells.

        Raises:
            NbGraderException: some have come or gone, and there are submissions already.
        """
        assignment = self.coursedir.assignment_id
        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", assignment))
        for path in sorted(source.glob("*.ipynb")):
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                try:
                    stored = gradebook.find_notebook(path.stem, assignment)
                except MissingEntry:
                    continue
                learners = len(stored.submissions)
                known = {cell.name for kind in _CELLS for cell in getattr(stored, kind)}
            there = {
                cell.metadata.nbgrader["grade_id"]
                for cell in nbformat.read(path, as_version=4).cells
                if is_grade(cell) or is_solution(cell) or is_locked(cell)
            }
            if learners and known != there:
                said = [("gone", known - there), ("new", there - known)]
                changes = [f"{what}: {', '.join(sorted(ids))}" for what, ids in said if ids]
                raise NbGraderException(
                    f"The cells of {path.stem} have changed ({'; '.join(changes)}), and the "
                    f"gradebook holds submissions of {learners}. It cannot take in other cells "
                    "then. Nothing was changed: release, gradebook and marks are as they were. "
                    f"Put the cells back; or keep a copy of the gradebook, run nbgrader db "
                    f"assignment remove {assignment} --force, and generate and autograde again: "
                    "marks are computed anew, those given by hand and comments are gone."
                )

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        final = Path(self.coursedir.format_path(self._release, student_id, assignment_id))
        if final.exists() and not self.force:
            self.log.warning("%s exists already; --force replaces it", os.path.normpath(final))
            return False
        return True


def solution_lines(source: str) -> list[str]:
    """The lines of a cell's solution regions, without the markers."""
    regions = re.findall(r"^.*BEGIN SOLUTION.*\n([\s\S]*?)^.*END SOLUTION", source, re.MULTILINE)
    return [line for region in regions for line in region.splitlines()]
