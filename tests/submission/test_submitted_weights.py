"""Weights handed in beside a notebook, the whole way: what they earn, and what is said."""

import contextlib
import io
from collections.abc import Callable, Iterator
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
from course_lib.data import load
from course_lib.sections.lenet.own_net import CREDIT, FILE
from course_lib.training.fit import fit
from course_lib.training.handed_in import MAX_FILE

POINTS = 4.0

IMPORTS = """\
import torch
from safetensors.torch import load_file
from torch import nn

from course_lib import begin, check, score
begin("lenet", globals())
"""
NET = """\
def own_net():
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 5, stride=2, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(400, 10)),
    )
"""
PREDICT = f"""\
{NET}
def predict(images):
    state = load_file("{FILE}")
    mean, std = state.pop("mean"), state.pop("std")
    net = own_net().eval()
    net.load_state_dict(state)
    with torch.no_grad():
        return net((images / 255 - mean) / std)
"""
SPARSITY = "def sparsity(maps):\n    return (maps == 0).float().mean(dim=(0, 2, 3))"


def _exercise(name: str, source: str, points: float) -> list[NotebookNode]:
    answer = f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"
    hidden = f'### BEGIN HIDDEN TESTS\nscore("lenet.{name}", {name})\n### END HIDDEN TESTS'
    kinds = {
        f"lenet-{name}-answer": (answer, {"solution": True}),
        f"lenet-{name}": (
            f'{name} = check("lenet.{name}", {name})\n{hidden}',
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


def weights(*, trained: bool) -> dict[str, Tensor]:
    """Of the net, trained on glyphs for some seconds or not at all."""
    names: dict[str, Any] = {"nn": nn}
    exec(NET, names)
    data = load("glyphs")
    with torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(io.StringIO()):
        torch.manual_seed(0)
        net = names["own_net"]()
        if trained:
            fit(net, data.train.take(3000), None, epochs=4, lr=5e-3)
    return {**net.state_dict(), "mean": torch.tensor(data.mean), "std": torch.tensor(data.std)}


def _damaged(path: Path) -> None:
    save_file(weights(trained=False), path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _of_another_net(path: Path) -> None:
    state = nn.Linear(784, 10).state_dict()
    save_file({**state, "mean": torch.zeros(1), "std": torch.ones(1)}, path)


def _huge(path: Path) -> None:
    save_file({**weights(trained=False), "more": torch.zeros(MAX_FILE // 4)}, path)


NOTHING: dict[str, tuple[Callable[[Path], Any] | None, str]] = {
    "missing": (None, "no own_net.safetensors beside the notebook"),
    "damaged": (_damaged, "cannot be read"),
    "of_another_net": (_of_another_net, "another network"),
    "huge": (_huge, "no own_net.safetensors beside the notebook"),
    "untrained": (
        lambda path: save_file(weights(trained=False), path),
        "hardly more than guessing",
    ),
}
"""Learner -> what writes the file, and what the verdict must say; none of it earns a point."""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallCourse]:
    with pytest.MonkeyPatch.context() as patch:
        # Credit that a small net earns after a short training.
        patch.setitem(CREDIT, "glyphs", (0.3, 0.5))
        course = SmallCourse(tmp_path_factory.mktemp("course"), notebook())
        save_file(weights(trained=True), course.submit("good", solve).parent / FILE)
        for learner, (write, _) in NOTHING.items():
            folder = course.submit(learner, solve).parent
            if write:
                write(folder / FILE)
        course.autograde()
        yield course


def message(course: SmallCourse, learner: str) -> str:
    (output,) = cell_of(course.autograded(learner), "lenet-predict").outputs
    return str(output.data[VERDICT_TYPE]["message"])


def test_good_weights_earn_everything(graded: SmallCourse) -> None:
    assert graded.scores()["good"]["lenet-predict"] == POINTS, message(graded, "good")
    assert "glyphs drawn for marking" in message(graded, "good")


@pytest.mark.parametrize("learner", NOTHING)
def test_what_is_no_trained_net_earns_nothing_and_is_told_why(
    graded: SmallCourse, learner: str
) -> None:
    assert graded.scores()[learner]["lenet-predict"] == 0
    assert NOTHING[learner][1] in message(graded, learner)


def test_a_file_that_is_too_large_is_named_at_the_top(graded: SmallCourse) -> None:
    note = graded.autograded("huge").cells[0].source
    assert FILE in note
    assert "larger than 24 MiB" in note


def test_the_other_exercises_count_all_the_same(graded: SmallCourse) -> None:
    for learner, points in graded.scores().items():
        assert points["lenet-sparsity"] == 1, learner
