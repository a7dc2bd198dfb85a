"""`nbgrader generate_assignment`, without its sharp edges."""

import os
import re
import tempfile
from pathlib import Path

from nbformat import NotebookNode
from nbgrader import converters, preprocessors

from grader.swap import replace_folder


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


class GenerateAssignment(converters.GenerateAssignment):  # type: ignore[misc]
    """Writes the release beside the old one and puts it in its place only when all went well.

    nbgrader's own deletes the old release first, so that a failure leaves none.
    """

    def start(self) -> None:
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
