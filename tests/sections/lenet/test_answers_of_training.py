"""LeNet, the loop and the evaluation: slips that once passed, or were told as something else."""

import functools
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.sections.lenet.given import LeNet as Given
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored
from grader.marking.solutions import answer_cells, solution, solutions

SEED = 4


def marked(name: str, given: Any) -> Verdict:
    exercise = find(f"lenet.{name}")
    texts = answered(exercise.public, given, scored(exercise.id, SEED)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise.id, SEED, answers, "")


def _with(name: str, replaced: str, by: str) -> Any:
    """The solution with another text in its place."""
    source = answer_cells("lenet")[f"lenet.{name}"]
    assert replaced in source
    names = dict(solutions("lenet"))
    exec(source.replace(replaced, by).replace("\nhint(", "\n# hint("), names)
    return names[name]


@pytest.mark.parametrize(
    ("replaced", "by", "mistake"),
    [
        ("* len(x)", "* batch_size", "last batch taken for a full one"),
        ("    return total_loss", "        return total_loss", "return inside the loop"),
        ("lr=lr)", "lr=lr, momentum=0.9)", "momentum"),
        ("torch.optim.SGD", "torch.optim.Adam", "Adam"),
        ("lr=lr)", "lr=lr, weight_decay=1e-3)", "weight decay"),
        ("model.train()", "model.train", "train mode forgotten"),
        ("model.train()", "model.training = True", "part"),
        ("(logits, y)", "(logits.softmax(1), y)", "softmax twice"),
        ("        optimiser.zero_grad()\n", "", "gradients not cleared"),
        ("model.train()", "model.train()\n    images -= images.mean()", "part"),
    ],
)
def test_an_epoch_s_slips(replaced: str, by: str, mistake: str) -> None:
    verdict = marked("train_epoch", _with("train_epoch", replaced, by))
    assert verdict.score <= 0.5
    assert verdict.mistake == mistake, verdict.message


def test_dropping_the_last_batch_is_told_where_it_is_the_only_one() -> None:
    dropping = (
        "        if len(x) < batch_size:\n            continue\n        optimiser.zero_grad()\n"
    )
    given = _with("train_epoch", "        optimiser.zero_grad()\n", dropping)
    assert marked("train_epoch", given).mistake == "last batch dropped"


def test_a_leaking_average_over_epochs_is_wrong() -> None:
    """What is kept from one epoch to the next shows in the second one."""
    train_epoch, seen = solution("lenet.train_epoch"), []

    def given(*args: Any) -> tuple[float, float]:
        seen.append(train_epoch(*args))
        pair = torch.tensor(seen).mean(0)
        return float(pair[0]), float(pair[1])

    assert marked("train_epoch", given).score < 1


@pytest.mark.parametrize(
    ("size", "mistake"), [(1, "one at a time"), (10**6, "all at once"), (None, "")]
)
def test_evaluating_by_batches(size: int | None, mistake: str) -> None:
    evaluate = solution("lenet.evaluate")
    verdict = marked("evaluate", lambda m, x, y, n: evaluate(m, x, y, size or n))
    assert verdict.mistake == mistake


def test_evaluating_with_gradients() -> None:
    given = _with("evaluate", "torch.no_grad()", "torch.enable_grad()")
    assert marked("evaluate", given).mistake == "no_grad forgotten"


@pytest.mark.parametrize("detach", [Tensor.detach, lambda y: y.data])
def test_a_lenet_whose_outputs_are_detached(detach: Any) -> None:
    LeNet: type[nn.Module] = solution("lenet.LeNet")

    class Detached(LeNet):  # type: ignore[misc, valid-type]
        def forward(self, x: Tensor) -> Any:
            return detach(super().forward(x))

    verdict = marked("LeNet", Detached)
    assert verdict.mistake == "lost gradient"
    assert verdict.score < 1


def test_a_sigmoid_made_of_relus() -> None:
    given = _with("LeNet", "nn.Sigmoid", "nn.ReLU")
    assert marked("LeNet", given).score < 0.7


def test_the_stand_in_and_the_own_share_their_weights() -> None:
    own, given = solution("lenet.LeNet")("tanh", "max"), Given("tanh", "max")
    given.load_state_dict(own.state_dict())
    own.load_state_dict(given.state_dict())
    images = torch.rand(2, 1, 28, 28)
    assert torch.equal(own(images), given(images))


def test_lenet_is_its_functions() -> None:
    net = solution("lenet.LeNet")("relu", "max")
    w, pool = net.state_dict(), functools.partial(F.max_pool2d, kernel_size=2)
    x = images = torch.rand(3, 1, 28, 28)
    x = pool(F.conv2d(x, w["net.0.weight"], w["net.0.bias"], padding=2).relu())
    x = pool(F.conv2d(x, w["net.3.weight"], w["net.3.bias"]).relu()).flatten(1)
    for stage in (7, 9):
        x = (x @ w[f"net.{stage}.weight"].T + w[f"net.{stage}.bias"]).relu()
    expected = x @ w["net.11.weight"].T + w["net.11.bias"]
    assert torch.allclose(net(images), expected, atol=1e-6)
