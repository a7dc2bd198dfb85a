"""`make demo`: builds the release, grades a class of learners with nbgrader, shows the result."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from course_lib.checks.card import VERDICT_TYPE
from course_lib.checks.verdict import State
from grader.demo.learners import (
    HANDED_IN,
    expected_points,
    grade_id_of,
    hand_in,
    solved_notebook,
)
from grader.marking.rooms import room
from grader.submission.autograde import TAKEN_IN
from grader.swap import replace_folder

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "demo_course"
SECONDS_PER_CELL = 15

Points = dict[str, dict[str, float | None]]


class DemoFailed(RuntimeError):
    """A step of the demo did not do what it must; the message says which and where to look."""


def main() -> int:
    """Runs the demo; the exit status is 0 only when every mark is as expected."""
    console = Console()
    try:
        with tempfile.TemporaryDirectory(prefix=".demo-", dir=ROOT) as temporary:
            replace_folder(_new_course(Path(temporary) / "course"), COURSE)
        with Progress(console=console) as progress:
            _grade(progress)
        return _report(console)
    except DemoFailed as error:
        console.print(f"[bold]The demo failed:[/] {escape(str(error))}")
        return 1


def _new_course(folder: Path) -> Path:
    for name in HANDED_IN:
        shutil.copytree(
            ROOT / "solutions" / name,
            folder / "solutions" / name,
            ignore=shutil.ignore_patterns("*.py", ".*"),
        )
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


def _grade(progress: Progress) -> None:
    """The four commands that an instructor gives, in the demo's course."""
    for name in HANDED_IN:
        _grade_section(name, progress)
    _nbgrader("export", "--to", "grades.csv")


def _grade_section(name: str, progress: Progress) -> None:
    count = len(HANDED_IN[name])
    steps = progress.add_task(f"{name}: building the release", total=3 + count)
    _nbgrader("generate_assignment", name, "--force")
    release = nbformat.read(COURSE / "notebooks" / name / f"{name}.ipynb", as_version=4)
    source = nbformat.read(COURSE / "solutions" / name / f"{name}.ipynb", as_version=4)
    solved = solved_notebook(release, source)
    for learner in HANDED_IN[name]:
        hand_in(learner, release, solved, COURSE / "submitted", name)
    progress.update(steps, advance=1, description=f"{name}: grading {count} submissions")
    grading = _start("autograde", name, f"--Execute.timeout={SECONDS_PER_CELL}")
    graded = COURSE / TAKEN_IN / ".graded" / name
    while grading.poll() is None:
        time.sleep(0.3)
        progress.update(steps, completed=1 + len(list(graded.glob("*.json"))))
    _check_done(grading.returncode, "autograde")
    progress.update(steps, completed=1 + count, description=f"{name}: writing the feedback pages")
    _nbgrader("generate_feedback", name)
    progress.update(steps, completed=3 + count, description=f"{name}: graded")


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    log = (COURSE / "nbgrader.log").open("ab")
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.Popen(command, cwd=COURSE, stdout=log, stderr=subprocess.STDOUT)


def _nbgrader(*arguments: str) -> None:
    _check_done(_start(*arguments).wait(), arguments[0])


def _check_done(status: int, step: str) -> None:
    if status:
        raise DemoFailed(f"nbgrader {step} ended with status {status}; see {COURSE}/nbgrader.log")


def _report(console: Console) -> int:
    marks, differences = 0, []
    for name in HANDED_IN:
        points, most = _gradebook(name)
        console.print(_marked(name, points, most))
        marks += len(points) * len(most)
        differences += _differences(name, points, most)
    pages = os.path.relpath(COURSE / "feedback")
    console.print(f"Feedback pages: {pages}/LEARNER/SECTION/SECTION.html")
    console.print(f"The same marks as a table: {os.path.relpath(COURSE / 'grades.csv')}")
    if differences:
        console.print("[bold]Not as expected:[/]")
        for line in differences:
            console.print(f"  {escape(line)}")
        return 1
    console.print(
        f"All {marks} marks are as expected. Essays wait for a person: see docs/instructors.md."
    )
    console.print("Next: [bold]make lab[/] opens the notebooks as a learner sees them.")
    return 0


def _marked(name: str, points: Points, most: dict[str, float]) -> Table:
    """A section's class, a row for each learner."""
    table = Table(title=f"{name}: {len(HANDED_IN[name])} submissions", show_lines=True)
    for heading in ("learner", "handed in", "points", "exercise: points, state"):
        table.add_column(heading, justify="right" if heading == "points" else "left")
    for learner in HANDED_IN[name]:
        earned = points[learner.name]
        total = sum(value or 0 for value in earned.values())
        row = _losses(earned, most, _states(name, learner.name))
        table.add_row(
            learner.name, escape(learner.story), f"{total:g} of {sum(most.values()):g}", escape(row)
        )
    return table


def _gradebook(name: str) -> tuple[Points, dict[str, float]]:
    """What the autograder gave (None: a person marks), and the most there is, by grade id."""
    with Gradebook(f"sqlite:///{COURSE}/gradebook.db") as gradebook:
        points: Points = {}
        for submission in gradebook.assignment_submissions(name):
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            points[submission.student_id] = {grade.name: grade.auto_score for grade in grades}
            most = {grade.name: grade.max_score for grade in grades}
    missing = [one.name for one in HANDED_IN[name] if one.name not in points]
    if missing:
        raise DemoFailed(f"no marks for {', '.join(missing)}; see {COURSE}/nbgrader.log")
    return points, most


def _states(name: str, learner: str) -> dict[str, tuple[State, str]]:
    """Grade id -> state and recognised mistake, from the verdicts in the graded notebook."""
    notebook: NotebookNode = nbformat.read(
        COURSE / "autograded" / learner / name / f"{name}.ipynb", as_version=4
    )
    verdicts = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            verdict = output.get("data", {}).get(VERDICT_TYPE)
            if verdict and grade_id_of(cell):
                verdicts[grade_id_of(cell)] = (verdict["state"], verdict["mistake"])
    return verdicts


def _losses(
    earned: dict[str, float | None],
    most: dict[str, float],
    states: dict[str, tuple[State, str]],
) -> str:
    """A line for each exercise with points left on the table, three at most."""
    lines = []
    for grade_id, value in earned.items():
        if value is None or value >= most[grade_id]:
            continue
        state, mistake = states.get(grade_id, ("not attempted", ""))
        cause = f" ({mistake})" if mistake else ""
        lines.append(f"{grade_id}: {value:g} of {most[grade_id]:g}, {state}{cause}")
    waiting = sum(value is None for value in earned.values())
    if len(lines) > 3:
        lines[2:] = [f"and {len(lines) - 2} more"]
    if waiting:
        lines.append(f"{waiting} essays: a person marks them")
    return "\n".join(lines)


def _differences(name: str, points: Points, most: dict[str, float]) -> list[str]:
    essays = {essay.grade_id for essay in room(name.partition("_")[2]).essays}
    full = {
        grade_id: None if grade_id in essays and value else value
        for grade_id, value in most.items()
    }
    return [
        f"{learner}, {grade_id}: expected {value}, got {points[learner][grade_id]}"
        for learner, wanted in expected_points(name, full).items()
        for grade_id, value in wanted.items()
        if points[learner][grade_id] != value
    ]


if __name__ == "__main__":
    sys.exit(main())
