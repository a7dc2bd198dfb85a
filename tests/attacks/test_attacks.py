"""Hostile submissions, graded as a class: nothing unearned, nothing read, nothing damaged.

What they are stands in `tests/attacks`; `make attacks` prints the table.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from attacks import FAMILIES, FOLDER, Attack, corpus
from attacks.canaries import OPENED
from attacks.course import FULL
from attacks.grading import Graded, Result, expected, grade
from attacks.pages import shows
from attacks.stock import measured
from attacks.wall import seconds_per_cell, walled_in

CORPUS = corpus()
WALLED_IN = walled_in()
RUN = [attack for attack in CORPUS if WALLED_IN or not attack.wall]
HALVES = RUN[::2], RUN[1::2]
"""Two classes, graded side by side, each in a course of its own."""


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Graded]]:
    roots = [tmp_path_factory.mktemp("course") for _ in HALVES]

    def graded(root: Path, attacks: list[Attack]) -> Graded:
        return grade(root, attacks, seconds_per_cell=seconds_per_cell(), walled=WALLED_IN)

    with ThreadPoolExecutor(len(HALVES)) as pool:
        yield list(pool.map(graded, roots, HALVES))


@pytest.fixture(scope="module")
def results(halves: list[Graded]) -> dict[str, Result]:
    return {title: result for half in halves for title, result in half.results.items()}


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: attack.title)
def test_an_attack_earns_and_reads_nothing(attack: Attack, request: pytest.FixtureRequest) -> None:
    if attack not in RUN:
        pytest.skip(attack.wall)
    result: Result = request.getfixturevalue("results")[attack.title]
    assert result.marks == expected(attack)
    assert result.read == [], "canaries read"
    assert result.hidden == [], "on the feedback page"
    assert result.active == [], "a browser would act on it"
    assert attack.flagged <= result.flagged, "a person is told"


@pytest.mark.parametrize("printed", [str, lambda X: str(X.tolist()), lambda X: str(X.numpy())])
def test_a_page_that_shows_a_tensor_is_told_from_one_with_other_numbers(
    printed: Callable[[torch.Tensor], str],
) -> None:
    hidden, other = torch.randn(2, 40, 25, generator=torch.Generator().manual_seed(0))
    assert shows(f"X was {printed(hidden)}", hidden)
    assert not shows(f"X was {printed(other)}", hidden)


@pytest.mark.parametrize("attack", RUN, ids=lambda attack: attack.title)
def test_the_next_learner_is_unaffected(attack: Attack, results: dict[str, Result]) -> None:
    assert results[attack.title].next == results[attack.title].next_expected


def test_nothing_is_damaged(halves: list[Graded]) -> None:
    for half in halves:
        assert half.changed == [] and half.others and half.left_behind == []
        assert half.status == 0
        assert half.last == FULL and half.first == FULL


def test_no_code_of_a_submission_runs_outside_its_kernel(halves: list[Graded]) -> None:
    assert all(half.status == 0 for half in halves) and not OPENED.exists()


def test_every_attack_says_what_it_tries() -> None:
    assert len(CORPUS) >= 50
    folders = {path.name for path in FOLDER.iterdir() if any(path.glob("*.py")) and path.is_dir()}
    assert folders == set(FAMILIES)
    for attack in CORPUS:
        first = attack.path.read_text().splitlines()[0]
        assert first.startswith("# ") and 20 <= len(attack.tries) <= 100, attack.title
        assert not attack.tries.startswith("%%"), attack.title
        assert attack.costs | attack.flagged <= {*FULL, "all"}, attack.title


def test_stock_nbgrader_was_measured_with_every_attack() -> None:
    assert set(measured()) == {attack.title for attack in CORPUS}
