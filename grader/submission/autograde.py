"""`nbgrader autograde`, with submissions taken in before anything else looks at them."""

import fcntl
import fnmatch
import hashlib
import importlib.metadata
import json
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import converters, preprocessors
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import NbGraderException
from nbgrader.utils import rmtree
from sqlalchemy.exc import SAWarning, SQLAlchemyError

import course_lib
import grader
from grader.kernels.warm import NoSandbox, probe
from grader.leftovers import sweep, temporary
from grader.submission.execute import Execute
from grader.submission.intake import Submission, read_submission, write_taken_in
from grader.submission.records import Records
from grader.submission.summary import Summary, flags_in
from grader.swap import replace_folder

TAKEN_IN = "taken_in"
"""nbgrader's step between "submitted" and "autograded": the submissions, rebuilt."""


class OverwriteCells(preprocessors.OverwriteCells):  # type: ignore[misc]
    """Puts the hidden tests back. In a rebuilt notebook that is no cause for a warning."""

    def report_change(self, name: str, attr: str, old: Any, new: Any) -> None:
        self.log.debug("%s of cell %s restored from the gradebook", attr, name)


class Autograde(converters.Autograde):  # type: ignore[misc]
    """Grades what was taken in; goes on where a killed run stopped.

    A submission counts as graded once a digest of it and of all that it is graded against is
    recorded, which happens last: a folder that a killed run left behind is done again, and so is
    everybody where the release, the marking or the environment has changed. Whatever is wrong with
    one submission is its own: it gets zero and a reason, and the others are graded.
    """

    @property
    def _input_directory(self) -> str:
        if self._sanitizing:
            return TAKEN_IN
        autograded: str = self.coursedir.autograded_directory
        return autograded

    def start(self) -> None:
        with _alone(self._records.folder / ".lock", self.log), warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            sweep(Path(self.coursedir.root))
            self._summary, self._digests = Summary(), dict[str, str]()
            try:
                super().start()
            finally:
                self._tell()

    def init_notebooks(self) -> None:
        self._current = ("", "")
        try:
            if not Execute(parent=self).unsafe_no_sandbox:
                probe(Path(self.coursedir.root))
            self._released = self._releases()
            against = _digest(self._released)
            for folder, student in self._submitted():
                submission = self._take_in(folder, student)
                both = f"{submission.digest} {against}".encode()
                self._digests[student] = hashlib.sha256(both).hexdigest()
        except (NbGraderException, NoSandbox) as error:
            # nbgrader's command ends without a word: whoever raises this says why beforehand.
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None
        # nbgrader looks for files by patterns, which a learner's name may hold.
        assignment = self.coursedir.assignment_id
        self.notebooks: list[str] = []
        self.assignments = {}
        for student in self._digests:
            folder = Path(self.coursedir.format_path(TAKEN_IN, student, assignment))
            wanted = fnmatch.filter(sorted(self._released), self.coursedir.notebook_id)
            self.assignments[str(folder)] = [str(folder / f"{name}.ipynb") for name in wanted]
        self._summary.gone = sorted({*self._records.learners()} - {*self._known()})

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        excluded = self.coursedir.student_id_exclude.split(",")
        if student_id in excluded:
            return False
        self._current = (assignment_id, student_id)
        autograded = Path(self._format_dest(assignment_id, student_id))
        summary = self._summary
        if autograded.exists():
            if not self.force and self._records.digest(student_id) == self._digests[student_id]:
                summary.unchanged.append(student_id)
                return False
            rmtree(autograded)
        number = list(self._digests).index(student_id) + 1
        self.log.info("Submission %d of %d: %s", number, len(self._digests), student_id)
        # Until it has its mark.
        summary.failed.setdefault(student_id, "it has no mark; what nbgrader says above tells why")
        return True

    def convert_single_notebook(self, notebook_filename: str) -> None:
        try:
            super().convert_single_notebook(notebook_filename)
        except (OSError, MemoryError, SQLAlchemyError, NoSandbox):
            raise  # this machine's fault: it must cost nobody a mark
        except Exception as error:
            self.log.debug("while grading %s", notebook_filename, exc_info=True)
            self._give_up(notebook_filename, f"grading it ended with {type(error).__name__}")
            super().convert_single_notebook(notebook_filename)

    def _give_up(self, notebook_filename: str, reason: str) -> None:
        """Puts in the place of what was taken in the release, in which nothing is run."""
        path = Path(notebook_filename)
        unusable = Submission(unusable=f"{reason}; tell the maintainers")
        with temporary(Path(self.coursedir.root)) as new:
            write_taken_in(unusable, self._released, new / "taken")
            os.replace(new / "taken" / path.name, path)

    def run_post_convert_hook(self) -> None:
        """Called by nbgrader when a submission is done: the last step is to record that."""
        super().run_post_convert_hook()
        assignment, student = self._current
        self._sum_up(assignment, student)
        self._records.write(student, self._digests[student])

    def _sum_up(self, assignment: str, student: str) -> None:
        """Takes a graded submission into the summary, and sets formgrader's flags."""
        summary, folder = self._summary, Path(self._format_dest(assignment, student))
        notebooks = {
            path.stem: nbformat.read(path, as_version=4) for path in sorted(folder.glob("*.ipynb"))
        }
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            for name, notebook in notebooks.items():
                stored = gradebook.find_submission_notebook(name, assignment, student)
                stored.flagged = any(flags_in(notebook))
                summary.essays += sum(grade.needs_manual_grade for grade in stored.grades)
            gradebook.db.commit()
        summary.failed.pop(student)  # it has its mark
        summary.graded.append(student)
        for notebook in notebooks.values():
            summary.add(student, notebook)

    def _tell(self) -> None:
        if self._digests:
            print(self._summary, file=sys.stdout, flush=True)

    def _submitted(self) -> list[tuple[Path, str]]:
        coursedir = self.coursedir
        found = [
            (
                Path(
                    coursedir.format_path(coursedir.submitted_directory, student, self._assignment)
                ),
                student,
            )
            for student in self._known()
            if student == coursedir.student_id or fnmatch.fnmatchcase(student, coursedir.student_id)
        ]
        if not found:
            name, step = self._assignment, coursedir.submitted_directory
            raise NbGraderException(
                f"No submission matches '{coursedir.student_id}'. Put each learner's notebook at "
                f"{step}/LEARNER/{name}/{name}.ipynb, or run nbgrader collect."
            )
        return found

    @property
    def _assignment(self) -> str:
        assignment: str = self.coursedir.assignment_id
        return assignment

    def _known(self) -> list[str]:
        """All learners with a submission of this assignment."""
        coursedir = self.coursedir
        above = Path(coursedir.format_path(coursedir.submitted_directory, ".", ".")).resolve()
        if not above.is_dir():
            return []
        names = [name for name in sorted(os.listdir(above)) if not name.startswith(".")]
        there = (
            coursedir.format_path(coursedir.submitted_directory, one, self._assignment)
            for one in names
        )
        return [name for name, path in zip(names, there, strict=True) if os.path.lexists(path)]

    def _releases(self) -> dict[str, NotebookNode]:
        """The assignment's notebooks as released, by name; the gradebook says which there are."""
        assignment = self._assignment
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

    def _take_in(self, folder: Path, student: str) -> Submission:
        submission = read_submission(folder)
        final = Path(self.coursedir.format_path(TAKEN_IN, student, self._assignment))
        with temporary(Path(self.coursedir.root)) as new:
            try:
                write_taken_in(submission, self._released, new / "taken")
            except (OSError, MemoryError):
                raise
            except Exception as error:  # whatever it holds, it is one submission's
                self.log.debug("while taking in %s", folder, exc_info=True)
                submission = Submission(unusable=f"reading it ended with {type(error).__name__}")
                write_taken_in(submission, self._released, new / "again")
                (new / "again").replace(new / "taken")
            replace_folder(new / "taken", final)
        return submission

    @property
    def _records(self) -> Records:
        return Records(Path(self.coursedir.root, TAKEN_IN, ".graded", self._assignment))


@contextmanager
def _alone(lock: Path, log: Any) -> Iterator[None]:
    """Waits until no other process grades this assignment."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.warning("Another nbgrader autograde grades this assignment: waiting for its end.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digest(releases: Mapping[str, NotebookNode]) -> str:
    """Of all that submissions are graded against: the release, the marking, the environment."""
    return hashlib.sha256(json.dumps([_marking(), releases], sort_keys=True).encode()).hexdigest()


@cache
def _marking() -> list[str]:
    """The digest of the course's code and data, and the versions of what it rests upon."""
    state = hashlib.sha256()
    for package in (course_lib, grader):
        root = Path(str(package.__file__)).parent
        for path in sorted([*root.rglob("*.py"), *root.rglob("*.json"), *root.rglob("*.toml")]):
            if "build" in path.relative_to(root).parts:
                continue  # copies, made when somebody installs it
            state.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    packages = ("torch", "numpy", "scipy", "ipykernel")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages]
    return [state.hexdigest(), sys.version, *versions]
