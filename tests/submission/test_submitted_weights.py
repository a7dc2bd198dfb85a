"""Weights handed in beside a notebook, the whole way: what they earn, and what is said."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from safetensors.torch import save_file
from small_course import SmallCourse, cell_of
from torch import Tensor, nn

from course_lib.checks.card import VERDICT_TYPE
from course_lib.checks.draw import Draw
from course_lib.data import load
from grader.marking.questions import asked_in
from grader.marking.seeds import course_secret, part_seed
from grader.sections.lenet import own_net as lenet_own_net
from grader.submission.intake import MAX_FILE

FILE = "own_net.safetensors"
POINTS = 4.0

IMPORTS = """\
import torch
from safetensors.torch import load_file
from torch import nn

from course_lib import check
"""
PREDICT = """\
def own_net():
    return nn.Sequential(
        *(nn.Conv2d(1, 12, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(12, 32, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(800, 120), nn.ReLU(), nn.Linear(120, 10)),
    )

def predict(images):
    state = load_file("own_net.safetensors")
    mean, std = state.pop("mean"), state.pop("std")
    net = own_net().eval()
    net.load_state_dict(state)
    with torch.no_grad():
        return net((images / 255 - mean) / std)
"""
SPARSITY = "def sparsity(maps):\n    return (maps == 0).float().mean(dim=(0, 2, 3))"


def _solution(source: str) -> str:
    return f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"


def _exercise(name: str, source: str, points: float) -> list[NotebookNode]:
    kinds = {
        f"lenet-{name}-answer": (_solution(source), {"solution": True}),
        f"lenet-{name}": (
            f'check("lenet.{name}", {name})',
            {"grade": True, "locked": True, "points": points},
        ),
    }
    plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return [
        new_code_cell(
            text, id=grade_id, metadata={"nbgrader": {**plain, "grade_id": grade_id} | of}
        )
        for grade_id, (text, of) in kinds.items()
    ]


def notebook() -> NotebookNode:
    """An author's notebook that holds the net of one's own, and one exercise beside it."""
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return new_notebook(
        cells=[
            new_code_cell(IMPORTS, id="imports"),
            *_exercise("predict", PREDICT, POINTS),
            *_exercise("sparsity", SPARSITY, 1.0),
        ],
        metadata={"kernelspec": kernel},
    )


def solve(released: NotebookNode) -> None:
    cell_of(released, "lenet-predict-answer").source = PREDICT
    cell_of(released, "lenet-sparsity-answer").source = SPARSITY


def weights(noise: float = 0.0) -> dict[str, Tensor]:
    """Those of a net that was trained on the embedded digits, more or less disturbed."""
    net, part = lenet_own_net.trained(12)
    generator = torch.Generator().manual_seed(1)
    state = {
        name: value + noise * value.std() * torch.randn(value.shape, generator=generator)
        for name, value in net.state_dict().items()
    }
    return {**state, "mean": torch.tensor(part.mean), "std": torch.tensor(part.std)}


def accuracy(state: dict[str, Tensor], course: SmallCourse, learner: str) -> float:
    """On the images that this learner's net is asked about."""
    asked = asked_in(
        cell_of(course.release(), "lenet-predict"), course_secret(course.root), learner
    )
    assert asked
    batches, labels = lenet_own_net.asked(Draw(part_seed(asked.seed, "")))
    given: dict[str, Any] = {"torch": torch, "nn": nn, "load_file": lambda name: dict(state)}
    exec(PREDICT, given)
    said = torch.cat([given["predict"](batch) for batch in batches]).argmax(1)
    return float((said == labels["digits"]).double().mean())


def between(course: SmallCourse, learner: str) -> tuple[dict[str, Tensor], float]:
    """Weights disturbed until they earn a part of the credit, and their accuracy."""
    for step in range(5, 200):
        state = weights(step / 100)
        if 0.915 < (found := accuracy(state, course, learner)) < 0.945:
            return state, found
    raise AssertionError("no disturbance leaves an accuracy between 91.5 and 94.5 %")


def _damaged(path: Path) -> None:
    save_file(weights(), path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _of_another_net(path: Path) -> None:
    save_file(
        {**nn.Linear(784, 10).state_dict(), "mean": torch.zeros(()), "std": torch.ones(())}, path
    )


NOTHING: dict[str, tuple[Callable[[Path], Any] | None, str]] = {
    "missing": (None, "not beside the notebook"),
    "damaged": (_damaged, "damaged"),
    "of_another_net": (_of_another_net, "another network"),
    "pickled": (lambda path: torch.save(weights(), path), "of another kind"),
    "huge": (
        lambda path: save_file({**weights(), "more": torch.zeros(MAX_FILE // 4)}, path),
        "not beside the notebook",
    ),
    "untrained": (lambda path: save_file(weights(noise=20), path), "where credit begins"),
}
"""Learner -> what writes the file, and what the verdict must say; none of it earns a point."""


@dataclass(frozen=True)
class Graded:
    """The class, graded; and the accuracy of the net that earns a part of the credit."""

    course: SmallCourse
    accuracy: float

    def points(self, learner: str) -> float | None:
        return self.course.scores()[learner]["lenet-predict"]

    def message(self, learner: str) -> str:
        (output,) = cell_of(self.course.autograded(learner), "lenet-predict").outputs
        return str(output.data[VERDICT_TYPE]["message"])


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    with pytest.MonkeyPatch.context() as patch:
        # The same questions wherever the tests run: MNIST's files may be there or not.
        patch.setattr(lenet_own_net, "_tests", lambda: {"digits": load("digits").test})
        course = SmallCourse(tmp_path_factory.mktemp("course"), notebook())
        save_file(weights(), course.submit("good", solve).parent / FILE)
        some, found = between(course, "in_between")
        save_file(some, course.submit("in_between", solve).parent / FILE)
        for learner, (write, _) in NOTHING.items():
            folder = course.submit(learner, solve).parent
            if write:
                write(folder / FILE)
        course.autograde()
        yield Graded(course, found)


def test_good_weights_earn_everything(graded: Graded) -> None:
    assert graded.points("good") == POINTS


def test_credit_is_in_proportion_between_91_and_95_percent(graded: Graded) -> None:
    wanted = POINTS * (graded.accuracy - 0.91) / (0.95 - 0.91)
    assert 0 < wanted < POINTS
    assert graded.points("in_between") == pytest.approx(wanted, abs=POINTS * 0.02)
    assert "in proportion" in graded.message("in_between")


@pytest.mark.parametrize("learner", NOTHING)
def test_what_is_no_trained_net_earns_nothing_and_is_told_why(graded: Graded, learner: str) -> None:
    assert graded.points(learner) == 0
    assert NOTHING[learner][1] in graded.message(learner)


def test_a_file_that_is_too_large_is_named_at_the_top(graded: Graded) -> None:
    note = graded.course.autograded("huge").cells[0].source
    assert FILE in note and "larger than 32 MiB" in note


def test_the_other_exercises_count_all_the_same(graded: Graded) -> None:
    for learner, points in graded.course.scores().items():
        assert points["lenet-sparsity"] == 1, learner
