"""Grades a class of hostile submissions with `nbgrader autograde` and looks at what came of it."""

import hashlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert.filters.markdown_mistune import InvalidNotebook
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from small_course import NAME, ROOT, SmallCourse, cell_of
from torch import Tensor

from attacks import CANARY, Attack, canaries
from attacks.course import FULL, solved, source_notebook
from attacks.pages import active, formgrader_page, shows
from grader.marking.scoring import scored
from grader.marking.seeds import course_secret
from grader.submission.autograde import TAKEN_IN
from grader.submission.verdicts import Read, asked_in

NEIGHBOUR, LAST = "000-neighbour", "999-last"
"""Learners who are graded before and after all others; both hand in the solved notebook."""

NBGRADER = (sys.executable, str(Path(sys.executable).with_name("nbgrader")))

CONFIG = """\
from grader.course import configure
from attacks.keep import Keep

c = get_config()
configure(c)
c.Counts.counts = "all"
c.Autograde.autograde_preprocessors.insert(1, Keep)
"""

Marks = dict[str, float | None]


@dataclass
class Result:
    """What came of one submission.

    Attributes:
        marks: by grade id; None waits for a person. Empty where grading failed.
        read: the canaries that were read, by the place where they were hidden.
        hidden: what the feedback page tells of the hidden tests and cases.
        active: what a browser would act on, in formgrader or on the feedback page.
        flagged: grade ids whose verdict asks for a person to look at it.
        next: the marks of the learner who was graded next.
        next_expected: what they must be.
    """

    marks: Marks
    read: list[str]
    hidden: list[str]
    active: list[str]
    flagged: set[str]
    next: Marks
    next_expected: Marks


@dataclass
class Graded:
    """A class that was graded.

    Attributes:
        results: by the attack's title.
        first, last: the marks of those who were graded first and last, with solved notebooks.
        changed: files of the course whose content is not what it was.
        others: whether the gradebook's other rows are what they were.
        left_behind: processes that outlived the grading.
        status: what `nbgrader autograde` ended with.
    """

    results: dict[str, Result]
    first: Marks
    last: Marks
    changed: list[str]
    others: bool
    left_behind: list[int]
    status: int


def learner_of(number: int, attack: Attack) -> str:
    return f"{number:03}-{attack.name}"


def expected(attack: Attack) -> Marks:
    """The marks that an attack must end with."""
    if "all" in attack.costs:
        return dict.fromkeys(FULL, 0.0)
    return {name: 0.0 if name in attack.costs else most for name, most in FULL.items()}


def grade(root: Path, attacks: Sequence[Attack], *, seconds_per_cell: int, walled: bool) -> Graded:
    """Hands in the attacks in a course of their own at `root`, and has them graded.

    Args:
        walled: whether the kernels are walled in.

    Raises:
        RuntimeError: nbgrader could not even start; its output is part of the message.
    """
    canaries.OPENED.unlink(missing_ok=True)
    secret = canaries.new()
    course = SmallCourse(root, source_notebook(secret=secret))
    (root / "nbgrader_config.py").write_text(CONFIG)
    release = course.release()
    learners = {learner_of(number, one): one for number, one in enumerate(attacks, start=1)}
    for learner, attack in learners.items():
        attack.hand_in(solved(release), root / "submitted" / learner / NAME)
    with canaries.planted(root, secret) as found, _neighbours(course) as neighbour:
        before, rows = _digests(root), _other_rows(root)
        command = [*NBGRADER, "autograde", NAME]
        environment = canaries.environment(found)
        environment["PYTHONPATH"] = os.pathsep.join(map(str, (ROOT, ROOT / "tests")))
        command += [f"--Execute.timeout={seconds_per_cell}"]
        process = subprocess.run(
            command if walled else [*command, "--Execute.unsafe_no_sandbox=True"],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
        )
        (root / "autograde.log").write_text(process.stdout + process.stderr)
        _feedback(root, environment)
        changed = sorted(
            name for name, digest in _digests(root).items() if before.get(name, digest) != digest
        ) + sorted(set(before) - set(_digests(root)))
        others = _other_rows(root) == rows
        places = {text: place for place, text in {**found, "neighbour": neighbour}.items()}
    left_behind = canaries.left_behind()
    for pid in left_behind:
        os.kill(pid, signal.SIGKILL)
    marks = course.scores()
    if not marks:
        raise RuntimeError(f"nothing was graded: {process.stderr[-2000:]}")
    results = {}
    following = [*list(learners)[1:], LAST]
    for (learner, attack), after in zip(learners.items(), following, strict=True):
        pages = _pages(root, learner)
        results[attack.title] = Result(
            marks.get(learner, {}),
            _read(root, learner, pages, places),
            _hidden(root, release, learner, pages.get("feedback", "")),
            _active(pages),
            _flagged(pages.get("graded", "")),
            marks.get(after, {}),
            expected(learners[after]) if after in learners else FULL,
        )
    return Graded(
        results=results,
        first=marks.get(NEIGHBOUR, {}),
        last=marks.get(LAST, {}),
        changed=changed,
        others=others,
        left_behind=left_behind,
        status=process.returncode,
    )


@contextmanager
def _neighbours(course: SmallCourse) -> Iterator[str]:
    """Two learners who hand in what is right; gives the canary in the first one's essay."""
    canary = canaries.new()
    for learner in (NEIGHBOUR, LAST):
        path = course.submit(learner)
        notebook = solved(course.release())
        if learner == NEIGHBOUR:
            cell_of(notebook, "why").source += f" {canary}"
        nbformat.write(notebook, path)
    yield canary


def _feedback(root: Path, environment: Mapping[str, str]) -> None:
    """Writes the feedback pages, of those who have an autograded notebook."""
    command = [*NBGRADER, "generate_feedback", NAME]
    subprocess.run(command, cwd=root, env=dict(environment), capture_output=True)


def _digests(root: Path) -> dict[str, str]:
    """Of the files that grading must not change."""
    kept = ("solutions", "notebooks", "submitted", "grader")
    files = [path for name in kept for path in sorted((root / name).rglob("*"))]
    files += [root / name for name in ("notes.txt", "nbgrader_config.py", ".course_secret")]
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file() and not path.is_symlink()
    }


def _other_rows(root: Path) -> list[tuple[object, ...]]:
    """What the gradebook says of people and exercises, but not of marks."""
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        people = [(one.id, one.last_name) for one in gradebook.students if one.id == "somebody"]
        notebook = gradebook.find_notebook(NAME, NAME)
        points = sorted((cell.name, cell.max_score) for cell in notebook.grade_cells)
        return [*people, *points]


def _pages(root: Path, learner: str) -> dict[str, str]:
    """What there is to look at: the notebook as executed and as graded, both pages of it."""
    notebook = root / "autograded" / learner / NAME / f"{NAME}.ipynb"
    texts = {
        "executed": root / "executed" / f"{learner}.json",
        "graded": notebook,
        "feedback": root / "feedback" / learner / NAME / f"{NAME}.html",
    }
    pages = {name: path.read_text() for name, path in texts.items() if path.exists()}
    if notebook.exists():
        with suppress(InvalidNotebook):
            pages["formgrader"] = formgrader_page(notebook)
    return pages


def _read(
    root: Path, learner: str, pages: Mapping[str, str], places: Mapping[str, str]
) -> list[str]:
    texts = [*pages.values()]
    texts += [p.read_text(errors="replace") for p in _files(root / "autograded" / learner)]
    shown = {match for text in texts for match in CANARY.findall(text)}
    return sorted({places.get(text, "?") for text in shown})


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _active(pages: Mapping[str, str]) -> list[str]:
    missing = [f"no page: {name}" for name in ("feedback", "formgrader") if name not in pages]
    found = [
        f"{name}: {what}"
        for name in ("feedback", "formgrader")
        if name in pages
        for what in active(pages[name])
    ]
    return missing + found


def _hidden(root: Path, release: NotebookNode, learner: str, page: str) -> list[str]:
    """What of the hidden tests and of this learner's questions stands on the feedback page."""
    text = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", page))  # highlighting splits words
    found = [words for words in ("HIDDEN TESTS", "triple(-5)") if words in text]
    secret = course_secret(root)
    path = root / TAKEN_IN / learner / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4) if path.exists() else release
    for asked in asked_in(notebook, Read.of(notebook), secret, learner).values():
        if asked.nonce in text:
            found.append(f"the nonce of {asked.exercise.id}")
        shown = any(
            shows(text, tensor)
            for case in scored(asked.exercise.id, asked.seed)[0]
            for tensor in (*case.args, *case.inputs, *case.weights.values())
            if isinstance(tensor, Tensor)
        )
        if shown:
            found.append(f"cases of {asked.exercise.id}")
    return found


def _flagged(graded: str) -> set[str]:
    cells = nbformat.reads(graded, as_version=4).cells if graded else []
    return {
        cell.metadata.nbgrader.grade_id
        for cell in cells
        if "For a person to look at" in str(cell.get("outputs", ""))
    }
