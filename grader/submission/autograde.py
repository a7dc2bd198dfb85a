"""`nbgrader autograde`, with submissions taken in before anything else looks at them."""

import glob
import hashlib
import json
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
from nbgrader.utils import rmtree

from grader.kernels.warm import NoSandbox, probe
from grader.marking.questions import section_of
from grader.submission.execute import Execute
from grader.submission.intake import Submission, read_submission, write_taken_in
from grader.swap import replace_folder

TAKEN_IN = "taken_in"
"""nbgrader's step between "submitted" and "autograded": the submissions, rebuilt."""


class OverwriteCells(preprocessors.OverwriteCells):  # type: ignore[misc]
    """Puts the hidden tests back. In a rebuilt notebook that is no cause for a warning."""

    def report_change(self, name: str, attr: str, old: Any, new: Any) -> None:
        self.log.debug("%s of cell %s restored from the gradebook", attr, name)


class Autograde(converters.Autograde):  # type: ignore[misc]
    """Grades what was taken in; goes on where a killed run stopped.

    A submission counts as graded once a digest of it, of the release and of the section's version
    is recorded, which happens last: a folder that a killed run left behind is done again, and so
    is everybody where what is graded against has changed.
    """

    @property
    def _input_directory(self) -> str:
        if self._sanitizing:
            return TAKEN_IN
        autograded: str = self.coursedir.autograded_directory
        return autograded

    def init_notebooks(self) -> None:
        self._digests: dict[str, str] = {}
        self._current = ("", "")
        try:
            if not Execute(parent=self).unsafe_no_sandbox:
                probe(Path(self.coursedir.root))
            releases = self._releases()
            against = _digest(releases)
            for folder, student in self._submitted():
                submission = self._take_in(folder, student, releases)
                both = f"{submission.digest} {against}".encode()
                self._digests[student] = hashlib.sha256(both).hexdigest()
        except (NbGraderException, NoSandbox) as error:
            # nbgrader's command ends without a word: whoever raises this says why beforehand.
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None
        super().init_notebooks()

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        excluded = self.coursedir.student_id_exclude.split(",")
        if student_id in excluded:
            return False
        self._current = (assignment_id, student_id)
        autograded = Path(self._format_dest(assignment_id, student_id))
        if not autograded.exists():
            return True
        if not self.force and self._recorded() == self._digests.get(student_id):
            self.log.info("Skipping %s: graded already and unchanged", student_id)
            return False
        self.log.info("Grading %s again", student_id)
        rmtree(autograded)
        return True

    def run_post_convert_hook(self) -> None:
        """Called by nbgrader when a submission is done: the last step is to record that."""
        super().run_post_convert_hook()
        path = self._record_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps({"digest": self._digests[self._current[1]]}))
        new.replace(path)

    def _submitted(self) -> list[tuple[Path, str]]:
        coursedir = self.coursedir
        step, assignment = coursedir.submitted_directory, coursedir.assignment_id
        pattern = coursedir.format_path(step, coursedir.student_id, assignment)
        regexp = coursedir.format_path(step, "(?P<student>.*)", assignment, escape=True)
        matches = [(path, re.fullmatch(regexp, path)) for path in sorted(glob.glob(pattern))]
        found = [(Path(path), match["student"]) for path, match in matches if match]
        if not found:
            raise NbGraderException(
                f"No submission matches '{pattern}'. Put each learner's notebook at "
                f"{step}/LEARNER/{assignment}/{assignment}.ipynb, or run nbgrader collect."
            )
        return found

    def _releases(self) -> dict[str, NotebookNode]:
        """The assignment's notebooks as released, by name; the gradebook says which there are."""
        assignment = self.coursedir.assignment_id
        try:
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                names = [one.name for one in gradebook.find_assignment(assignment).notebooks]
        except MissingEntry:
            raise NbGraderException(
                f"The gradebook does not know '{assignment}'. "
                f"Run first: nbgrader generate_assignment {assignment} --force"
            ) from None
        release = Path(
            self.coursedir.format_path(self.coursedir.release_directory, ".", assignment)
        )
        missing = [name for name in names if not (release / f"{name}.ipynb").is_file()]
        if missing:
            raise NbGraderException(
                f"There is no {release / missing[0]}.ipynb, from which submissions are rebuilt. "
                f"Run first: nbgrader generate_assignment {assignment} --force"
            )
        return {name: nbformat.read(release / f"{name}.ipynb", as_version=4) for name in names}

    def _take_in(self, folder: Path, student: str, releases: dict[str, NotebookNode]) -> Submission:
        submission = read_submission(folder)
        assignment = self.coursedir.assignment_id
        final = Path(self.coursedir.format_path(TAKEN_IN, student, assignment))
        with tempfile.TemporaryDirectory(prefix=".taking-in-", dir=self.coursedir.root) as new:
            write_taken_in(submission, releases, Path(new, assignment))
            replace_folder(Path(new, assignment), final)
        return submission

    def _record_path(self) -> Path:
        assignment, student = self._current
        return Path(self.coursedir.root, TAKEN_IN, ".graded", assignment, f"{student}.json")

    def _recorded(self) -> str | None:
        try:
            digest = json.loads(self._record_path().read_text())["digest"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return os.fspath(digest) if isinstance(digest, str) else None


def _digest(releases: dict[str, NotebookNode]) -> str:
    """Of what submissions are graded against: the release, its points, the sections' versions."""
    sections = [section_of(cell) for release in releases.values() for cell in release.cells]
    versions = {section.name: section.version for section in sections if section}
    state = hashlib.sha256(
        json.dumps([sorted(versions.items()), releases], sort_keys=True).encode()
    )
    return state.hexdigest()
