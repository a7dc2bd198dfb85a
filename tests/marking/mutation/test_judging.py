"""A target's mutants judged, and the table of what came of them."""

import io
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from rich.console import Console

from grader.marking.mutation.equivalents import as_entry, equivalents_in
from grader.marking.mutation.judging import Judged, Outcome, Result, defined, tried
from grader.marking.mutation.mutants import Mutant
from grader.marking.mutation.table import Row, as_lines, show, unknown

SOURCE = """\
def corr1d(x, w):
    n = len(x) - len(w) + 1
    y = torch.zeros(n)
    for i in range(n):
        y[i] = (x[i : i + len(w)] * w).sum()
    return y
"""


@dataclass(frozen=True)
class Corr1d:
    """An exercise of the tests' own: `lengths` are those of the signal that are asked about."""

    lengths: Sequence[int] = (5, 8)
    source: str = SOURCE
    id: str = "small.corr1d"
    files: Sequence[Path] = ()

    def judged(self, source: str, seed: int) -> Judged:
        answer = defined(source, {"torch": torch}, "corr1d")
        torch.manual_seed(seed)
        for n in self.lengths:
            x, w = torch.randn(n), torch.randn(3)
            expected = torch.nn.functional.conv1d(x[None, None], w[None, None])[0, 0]
            given = answer(x, w)
            if given.shape != expected.shape:
                return Judged(0.0, "another shape")
            if not torch.allclose(given, expected, atol=1e-5):
                return Judged(0.5, "other numbers")
        return Judged(1.0, "right")


def test_questions_find_all_but_what_is_equivalent() -> None:
    result = tried(Corr1d(), (1, 2))
    assert not result.problem
    assert len(result.outcomes) == len(result.mutants) > 40
    assert [one.mutant for one in result.outcomes] == result.mutants
    survivors = [one.mutant.description for one in result.outcomes if one.is_survivor]
    assert survivors == ["y = torch.zeros(n) → y = torch.ones(n)"]
    said = {judged.message for one in result.outcomes for judged in one.judged.values()}
    assert {"another shape", "other numbers", "right"} <= said


def test_a_mutant_that_never_ends_is_caught_by_the_limit() -> None:
    source = (
        "def corr1d(x, w):\n"
        "    y = []\n"
        "    while len(y) < len(x) - len(w) + 1:\n"
        "        y += [x[len(y) : len(y) + len(w)] @ w]\n"
        "    return torch.stack(y)\n"
    )
    result = tried(Corr1d(source=source), (1,))
    (hung,) = [one for one in result.outcomes if one.mutant.operator == "a statement left out"]
    assert hung.is_caught and hung.judged[1].message == "it computed too long"


def test_a_solution_that_is_not_right_is_a_problem() -> None:
    result = tried(Corr1d(source=SOURCE.replace("return y", "return y[1:]")), (1, 2))
    assert result.problem == "the solution is not right with seed 1: another shape"
    assert result.mutants and not result.outcomes
    result = tried(Corr1d(source="corr1d = 1"), (1,))
    assert "TypeError" in result.problem


def test_what_time_does_not_reach_is_missing() -> None:
    row = Row(tried(Corr1d(), (1,), deadline=time.monotonic()), {})
    assert row.not_reached == len(row.result.mutants) and row.is_clean
    assert "NOT REACHED in the time given: small.corr1d" in _shown(row)


def test_a_definition_is_run_among_names_that_stay() -> None:
    names = {"double": lambda n: 2 * n, "f": None}
    f = defined("def f(n): return double(n) if n else f(1)", names, "f")
    assert (f(0), names["f"]) == (2, None)
    with pytest.raises(KeyError):
        defined("g = 1", names, "f")


def test_full_marks_on_some_seeds_are_by_chance() -> None:
    row = _row({}, _outcome("a → b", 0, 1), _outcome("c → d", 0, 0.5), _outcome("e → f", 1, 1))
    parts = row.caught, row.by_chance, row.equivalents, row.survivors
    assert [[one.mutant.description for one in part] for part in parts] == [
        ["c → d"],
        ["a → b"],
        [],
        ["e → f"],
    ]
    assert not row.is_clean
    assert "full marks with seed 2 only: a → b" in _shown(row)
    assert 'full marks: "e → f" = ""' in _shown(row)


def test_no_number_is_no_full_marks() -> None:
    assert _outcome("a → b", math.nan, 0).is_caught


def test_equivalents_are_listed_with_their_reason() -> None:
    row = _row({"e → f": "it is set later"}, _outcome("e → f", 1, 1))
    assert row.is_clean and not row.survivors and len(row.equivalents) == 1
    (line,) = as_lines(row)
    assert (line["mutant"], line["equivalent"]) == ("e → f", "it is set later")


def test_a_list_that_is_wrong_is_reported() -> None:
    listed = {"a → b": "never", "c → d": "no more"}
    row = _row(listed, _outcome("a → b", 0, 0))
    assert (row.refuted, row.stale) == (["a → b"], ["c → d"])
    assert not row.is_clean
    assert "listed as equivalent, but caught: a → b" in _shown(row)
    assert "listed as equivalent, but no mutant any more: c → d" in _shown(row)
    assert unknown({"corr1d": {}, "gone": {}}, "small", [Corr1d()]) == ["gone"]


def test_the_file_of_equivalents(tmp_path: Path) -> None:
    assert equivalents_in(tmp_path) == {}
    file = tmp_path / "equivalents.toml"
    described = "x = f(\"a\", 'b\\n') → x = 1"
    file.write_text("[corr1d]\n" + as_entry(described).replace('""', '"because"'), "utf-8")
    assert equivalents_in(tmp_path) == {"corr1d": {described: "because"}}
    for wrong in ("corr1d", 'corr1d = "x"', '[corr1d]\n"a → b" = ""', '[corr1d]\n"a → b" = 1'):
        file.write_text(wrong, "utf-8")
        with pytest.raises(ValueError, match=r"equivalents\.toml"):
            equivalents_in(tmp_path)


def _outcome(description: str, *scores: float) -> Outcome:
    judged = {seed: Judged(score) for seed, score in enumerate(scores, 1)}
    return Outcome(Mutant("", "an operator", 1, description), judged)


def _row(listed: dict[str, str], *outcomes: Outcome) -> Row:
    mutants = [one.mutant for one in outcomes]
    return Row(Result("small.corr1d", mutants, [*outcomes]), listed)


def _shown(row: Row) -> str:
    console = Console(file=io.StringIO(), width=100)
    show([row], console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()
