"""The command: what it takes, what it prints, how it ends."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from grader.marking.mutation import __main__ as command
from grader.marking.mutation.changes import NoRevision, changed_since
from grader.marking.mutation.judging import Judged, defined
from grader.marking.solutions import answers_in

DOUBLE = "def double(n):\n    return n + n\n"


@dataclass(frozen=True)
class Double:
    """Asks for the double of numbers; with 2 alone, n * n is as right as n + n."""

    asked: tuple[int, ...]
    id: str = "small.double"
    source: str = DOUBLE
    files: Sequence[Path] = ()

    def judged(self, source: str, seed: int) -> Judged:
        double = defined(source, {}, "double")
        return Judged(float(all(double(n) == 2 * n for n in self.asked)))


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A course with two sections, of which one has two exercises."""
    every = {
        "small": [Double((2,)), Double((2, 3), id="small.firm")],
        "other": [Double((5,), id="other.double")],
    }
    monkeypatch.setattr(command.rooms, "names", lambda: tuple(every))
    monkeypatch.setattr(command, "targets_in", every.__getitem__)
    monkeypatch.setattr(command, "room_of", lambda section: tmp_path / section)
    (tmp_path / "small").mkdir()
    return tmp_path / "small"


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(command.main)
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "120"})


def test_one_exercise_one_section_or_all(room: Path) -> None:
    def ids(*what: str) -> list[str]:
        return [target.id for target in command.chosen(what)]

    assert ids("small.firm") == ["small.firm"]
    assert ids("small") == ["small.double", "small.firm"]
    assert ids("other", "small.firm", "small.firm") == ["small.firm", "other.double"]
    assert ids() == ["small.double", "small.firm", "other.double"]


def test_a_name_that_nobody_has_gets_the_nearest(room: Path) -> None:
    done = _run("small.duoble")
    assert done.exit_code == 2
    assert "'small.duoble'; the nearest is 'small.double'" in done.output.replace("\n", " ")


def test_survivors_are_shown_and_end_with_1(room: Path) -> None:
    done = _run("small.double", "--seeds", "1,2")
    assert done.exit_code == 1
    assert '"return n + n → return n * n" = ""' in done.output


def test_what_is_caught_or_listed_ends_with_0(room: Path) -> None:
    assert _run("small.firm", "--seeds", "1").exit_code == 0
    entries = '"return n + n → return n * n" = "asked with 2"\n'
    entries += '"return n + n → return n ** n" = "asked with 2"\n'
    (room / "equivalents.toml").write_text("[double]\n" + entries)
    done = _run("small", "--seeds", "1")
    assert done.exit_code == 0, done.output
    (room / "equivalents.toml").write_text("[double]\n" + entries + '[gone]\n"a" = "b"\n')
    done = _run("small.firm", "--seeds", "1")
    assert done.exit_code == 1
    assert "equivalents are listed for small.gone" in done.output


def test_a_line_for_each_mutant(room: Path) -> None:
    lines = [json.loads(line) for line in _run("small.double", "--json").output.splitlines()]
    assert {line["exercise"] for line in lines} == {"small.double"}
    assert lines[0]["scores"] == {"1": 0.0, "2": 0.0, "3": 0.0}


def test_time_that_is_over(room: Path) -> None:
    done = _run("--seconds", "0")
    assert done.exit_code == 0
    assert "NOT REACHED" in done.output and "other.double" in done.output


def test_an_exercise_has_changed_with_its_file_or_its_answer(tmp_path: Path) -> None:
    text = tmp_path / "solutions" / "01_small" / "01_small.py"
    text.parent.mkdir(parents=True)

    def write(answer: str, prose: str = "prose") -> None:
        text.write_text(
            f'# %% [markdown]\n# {prose}\n\n# %% answer="small.double"\n{answer}\n# %%\n'
        )

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", tmp_path, *who, *arguments], check=True, capture_output=True)

    def changed() -> list[str]:
        source = answers_in(text.read_text())["small.double"]
        assert source is not None
        target = Double((2,), source=source, files=(definition,))
        return [one.id for one in changed_since("HEAD", [target], tmp_path)]

    definition = tmp_path / "double.py"
    definition.write_text("points = 1\n")
    write(DOUBLE)
    git("init")
    git("add", ".")
    git("commit", "-m", "first")
    assert changed() == []
    write(DOUBLE, "other prose")
    assert changed() == []
    write(DOUBLE.replace("n", "m"))
    assert changed() == ["small.double"]
    write(DOUBLE)
    definition.write_text("points = 2\n")
    assert changed() == ["small.double"]
    with pytest.raises(NoRevision, match="'never'"):
        changed_since("never", [], tmp_path)
