"""What nbgrader alone does with the same files: `PYTHONPATH=tests python -m attacks.stock FOLDER`.

The stock course has the same exercises. Nobody judges there: each is tested as nbgrader's manual
has it, by assertions in a locked cell, half of them hidden, with PyTorch's own operators as the
reference. nbgrader runs with its own settings. Canaries are planted as for the course itself.
A submission is graded alone, or, where it may reach others, with a solved one behind it, and one
before it as well if it does damage.
"""

import contextlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from small_course import NAME, cell_of

from attacks import CANARY, FOLDER, Attack, canaries, corpus
from attacks.course import FULL, solved, source_notebook
from attacks.pages import active, formgrader_page

MEASURED = FOLDER / "stock.toml"
LONGEST = 240
"""Seconds after which a run of nbgrader is taken to hang."""

_ALONE = ["--student", "001-attacker"]
_WITH_NEXT = "--CourseDirectory.student_id_exclude=000-neighbour"
_WHO = {"damage": [], "notebook": [_WITH_NEXT]}
"""Who is graded together with the attacker, by family: everybody, the next one; else nobody."""

_BEFORE, _ATTACKER, _AFTER = "000-neighbour", "001-attacker", "999-last"


@dataclass(frozen=True)
class Stock:
    """What came of one submission.

    Attributes:
        mark: the points given without a person; None where it was not run or not graded.
        also: what else happened, in a few words each.
    """

    mark: float | None
    also: tuple[str, ...]


def measured() -> Mapping[str, Stock]:
    """The committed results, by the attack's title."""
    data = tomllib.loads(MEASURED.read_text()) if MEASURED.exists() else {}
    return {
        title: Stock(row.get("mark"), tuple(row["also"]))
        for title, row in data.get("attacks", {}).items()
    }


def main(root: Path, titles: list[str]) -> None:
    """Measures all attacks, or those with these titles, and writes them down after each."""
    base = root / "base"
    if not base.exists():
        _make_course(base)
    titled = {attack.title for attack in corpus()}
    results = {title: stock for title, stock in measured().items() if title in titled}
    for attack in corpus():
        if titles and attack.title not in titles:
            continue
        if attack.stock:
            results[attack.title] = Stock(None, (attack.stock,))
        else:
            course = root / "course"
            shutil.rmtree(course, ignore_errors=True)
            shutil.copytree(base, course)
            results[attack.title] = _measure(attack, course)
        print(attack.title, results[attack.title], flush=True)
        _write(results)


def _write(results: Mapping[str, Stock]) -> None:
    version = importlib.metadata.version("nbgrader")
    lines = [
        "# Written by `python -m attacks.stock`; nothing here is written by hand.",
        f'nbgrader = "{version}"',
        f"most = {sum(points or 0.0 for points in FULL.values())}",
    ]
    for title in sorted(results):
        one = results[title]
        lines += ["", f'[attacks."{title}"]']
        if one.mark is not None:
            lines.append(f"mark = {one.mark}")
        lines.append(f"also = [{', '.join(_quoted(text) for text in one.also)}]")
    MEASURED.write_text("\n".join(lines) + "\n")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', "'") + '"'


def _make_course(root: Path) -> None:
    path = root / "source" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(source_notebook(stock=True, secret=_SOLUTION), path)
    _nbgrader(root, {**os.environ}, "generate_assignment", NAME)


_SOLUTION = f"canary-{'5' * 32}"


def _measure(attack: Attack, root: Path) -> Stock:
    release = nbformat.read(root / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    for learner in (_BEFORE, _AFTER):
        folder = root / "submitted" / learner / NAME
        folder.mkdir(parents=True)
        notebook = solved(release)
        cell_of(notebook, "why").source += f" {_neighbour_canary(learner)}"
        nbformat.write(notebook, folder / f"{NAME}.ipynb")
    attack.hand_in(solved(release), root / "submitted" / _ATTACKER / NAME)
    whole_class = attack.family in _WHO
    canaries.OPENED.unlink(missing_ok=True)
    with canaries.planted(root, _SOLUTION) as found:
        environment = canaries.environment(found)
        also = []
        if not _nbgrader(root, environment, "autograde", NAME, *_WHO.get(attack.family, _ALONE)):
            also.append("the run hangs")
        _nbgrader(root, environment, "generate_feedback", NAME, "--student", _ATTACKER)
        places = {text: place for place, text in found.items()}
        places[_neighbour_canary(_BEFORE)] = "neighbour"
    for pid in canaries.left_behind():
        os.kill(pid, 9)
    marks = {learner: _mark(root, learner) for learner in (_BEFORE, _ATTACKER, _AFTER)}
    also += _looked_at(root, places)
    if canaries.OPENED.exists():
        also.append("code beside the notebook is run")
    if marks[_ATTACKER] is None:
        also.append("not graded")
    most = sum(points or 0.0 for points in FULL.values())
    if whole_class and marks[_AFTER] is None:
        also.append("the class's run ended: the next learner is not graded")
    others = {mark for learner, mark in marks.items() if learner != _ATTACKER} - {None, most}
    if others:
        also.append(f"others have {', '.join(f'{mark:g}' for mark in others)} of {most:g}")
    return Stock(marks[_ATTACKER], tuple(also))


def _neighbour_canary(learner: str) -> str:
    return f"canary-{'6' * 32}" if learner == _BEFORE else ""


def _nbgrader(root: Path, environment: Mapping[str, str], *arguments: str) -> bool:
    """Runs a command of nbgrader; False when it hangs."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    settings = {**environment, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with (root / "nbgrader.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=root, env=settings, stdout=log, stderr=log, start_new_session=True
        )
        try:
            process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return False
    return True


def _mark(root: Path, learner: str) -> float | None:
    with (
        contextlib.suppress(MissingEntry),
        Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook,
    ):
        submission = gradebook.find_submission(NAME, learner)
        graded = (root / "autograded" / learner / NAME / f"{NAME}.ipynb").exists()
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        return sum(grade.auto_score or 0.0 for grade in grades) if graded else None
    return None


def _looked_at(root: Path, places: Mapping[str, str]) -> list[str]:
    """What the graded notebook and the two pages show that they should not."""
    notebook = root / "autograded" / _ATTACKER / NAME / f"{NAME}.ipynb"
    page = root / "feedback" / _ATTACKER / NAME / f"{NAME}.html"
    texts = [path.read_text(errors="replace") for path in (notebook, page) if path.exists()]
    texts += [
        path.read_text(errors="replace")
        for path in (root / "autograded" / _ATTACKER).rglob("*")
        if path.is_file() and path != notebook
    ]
    shown = {match for text in texts for match in CANARY.findall(text)}
    read = sorted({places[text] for text in shown if text in places})
    found = [f"reads: {', '.join(read)}"] if read else []
    if notebook.exists():
        try:
            if _acts(formgrader_page(notebook)):
                found.append("runs in formgrader's page")
        except Exception:  # whatever breaks the page
            found.append("formgrader cannot show it")
        if not page.exists():
            found.append("no feedback page")
        elif _acts(page.read_text()):
            found.append("runs in the feedback page")
    return found


def _acts(page: str) -> bool:
    """Whether a browser acts on it; MathJax's extension "Safe", which is there, tames formulas."""
    return any("TeX" not in what for what in active(page))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
