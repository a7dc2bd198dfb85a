"""The numbers of section 05's text, each derived anew; and answers that were once misjudged."""

import inspect
import itertools
import math
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.scope import Cell, scope
from course_lib.checks.verdict import Verdict
from course_lib.sections.lenet import variants
from grader.marking import solutions
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored

SEEDS = (1, 2, 3)


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return solutions.solution(f"lenet.{name}")


def marked(name: str, given: Any, seed: int, scanned: str = "") -> Verdict:
    """What marking gives; `scanned` is the text that is searched for what is forbidden."""
    exercise_id = f"lenet.{name}"
    texts = answered(find(exercise_id).public, given, scored(exercise_id, seed)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise_id, seed, answers, scanned or textwrap.dedent(inspect.getsource(given)))


def test_61706_parameters_by_counting() -> None:
    filters = [sum(1 for _ in range(c) for _ in range(25)) + 1 for c in (1, 6)]
    units = [inputs + 1 for inputs in (16 * 5 * 5, 120, 84)]
    counts = [6 * filters[0], 16 * filters[1], 120 * units[0], 84 * units[1], 10 * units[2]]
    assert [*counts, sum(counts)] == solution("net_numbers")
    assert counts == [156, 2416, 48120, 10164, 850]
    assert sum(p.numel() for p in solution("LeNet")().parameters()) == 61706


def test_normalising_as_the_text_says() -> None:
    train, test = torch.tensor([0.0, 2.0]).view(1, 1, 1, 2), torch.tensor([4.0]).view(1, 1, 1, 1)
    done = solution("normalise_parts")(train, test, test)
    assert [part.flatten().tolist() for part in done] == [[-1, 1], [3], [3]]


def test_deviation_of_the_first_weights_and_their_purpose() -> None:
    assert solution("init_std")((3, 5), "xavier") == pytest.approx(0.5)
    assert solution("init_std")((3, 5, 2, 2), "xavier") == pytest.approx(math.sqrt(2 / (20 + 12)))
    torch.manual_seed(0)
    weight = torch.empty(60, 40, 3, 3)
    for scheme, fill in (("xavier", nn.init.xavier_normal_), ("he", nn.init.kaiming_normal_)):
        fill(weight)
        assert solution("init_std")(weight.shape, scheme) == pytest.approx(
            weight.std().item(), rel=0.02
        )


def through(layers: int, gain: float, act: Callable[[Any], Any], seed: int) -> list[Any]:
    """z of each of some layers of 128 units, for 200 inputs, by NumPy; weights have gain² / 128."""
    rng = np.random.default_rng(seed)
    h, found = rng.normal(size=(200, 128)), []
    for _ in range(layers):
        found.append(h @ (gain * rng.normal(size=(128, 128)) / math.sqrt(128)).T)
        h = act(found[-1])
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_what_part_c_says_of_weights_and_activations(seed: int) -> None:
    def last(gain: float, act: Callable[[Any], Any]) -> float:
        return float(through(12, gain, act, seed)[-1].var())

    def relu(z: Any) -> Any:
        return np.maximum(z, 0)

    def sigmoid(z: Any) -> Any:
        return 1 / (1 + np.exp(-z))

    assert last(1, lambda z: z) == pytest.approx(1, rel=0.4)  # Xavier, no activation: kept
    assert last(math.sqrt(2), relu) > 0.4  # He: kept, as far as one draw tells
    assert last(1, relu) < 0.002  # Xavier with ReLU: halved each time
    assert 0.03 < last(1, np.tanh) < 0.07  # fades
    assert last(5 / 3, np.tanh) == pytest.approx(1.2, rel=0.1)  # settles
    layers = through(12, 1, sigmoid, seed)
    assert float(layers[-1].var()) == pytest.approx(0.25, rel=0.3)
    between = [float(z.var(axis=0).mean()) for z in layers]
    for before, after in itertools.pairwise(between[2:]):
        assert before / after == pytest.approx(16, rel=0.35)


def test_variances_of_the_text() -> None:
    weights = [torch.tensor([[1.0]]), torch.tensor([[-2.0]])]
    assert solution("variances")(weights, torch.tensor([[1.0], [3.0]]), "relu") == [2, 8]


def test_a_dead_channel_gets_no_gradient_and_comes_back_when_earlier_layers_learn() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(64, 1, 8, 8), torch.randint(4, (64,))
    second = nn.Conv2d(4, 4, 3)
    net = nn.Sequential(
        *(nn.Conv2d(1, 4, 3), nn.ReLU(), second, nn.ReLU()),
        *(nn.Flatten(), nn.Linear(4 * 16, 4)),
    )
    with torch.no_grad():
        assert second.bias is not None
        second.bias[0] -= net[:3](x)[:, 0].max() + 0.02
    assert solution("dead_channels")(net[:4](x)) == [0]
    optimiser = torch.optim.SGD(net.parameters(), lr=0.2)
    for step in range(300):
        optimiser.zero_grad()
        F.cross_entropy(net(x), y).backward()
        if not step:
            assert second.weight.grad is not None and not second.weight.grad[0].any()
        optimiser.step()
    assert solution("dead_channels")(net[:4](x)) == []


def test_accuracy_divided_by_batches_reads_63() -> None:
    assert math.ceil(10_000 / 64) == 157
    assert pytest.approx(63.06, abs=0.01) == 9_900 / 157
    assert pytest.approx(0.7) == (2 * 0.9 + 1 * 0.3) / 3


def test_softmax_twice_makes_gradients_small_and_a_floor() -> None:
    logits = torch.tensor([[8.0, 0.0, 0.0]]).requires_grad_()
    label = torch.tensor([1])
    (once,) = torch.autograd.grad(F.cross_entropy(logits, label), logits)
    (twice,) = torch.autograd.grad(F.cross_entropy(logits.softmax(1), label), logits)
    assert once.abs().max() > 100 * twice.abs().max()
    perfect = F.cross_entropy(torch.eye(10)[:1], torch.tensor([0]))
    assert perfect.item() == pytest.approx(math.log(9 + math.e) - 1)


def test_summary_of_the_choice() -> None:
    x = torch.zeros(1, 1, 28, 28)
    layers = [nn.Conv2d(1, 6, 5, padding=2), nn.MaxPool2d(2), nn.Conv2d(6, 16, 3), nn.MaxPool2d(2)]
    shapes = []
    for layer in layers:
        x = layer(x)
        shapes.append(tuple(x.shape))
    assert shapes == [(1, 6, 28, 28), (1, 6, 14, 14), (1, 16, 12, 12), (1, 16, 6, 6)]
    assert x.numel() == 576


def test_a_stride_in_the_second_convolution_leaves_64_inputs() -> None:
    x = torch.zeros(1, 6, 14, 14)
    conv = nn.Conv2d(6, 16, 5, stride=2)
    assert nn.MaxPool2d(2)(conv(x)).numel() == 64
    assert sum(p.numel() for p in conv.parameters()) == 2416
    assert sum(p.numel() for p in nn.Linear(64, 120).parameters()) == 7800


def test_what_is_said_of_the_stored_curves() -> None:
    runs = variants.stored().by_variant()
    early = {name: [run.validation[0] for run in found] for name, found in runs.items()}
    late = {name: [run.test for run in found] for name, found in runs.items()}
    means = {name: round(100 * sum(shares) / 3, 1) for name, shares in early.items()}
    assert means == {"tanh, avg": 96.9, "relu, avg": 96.6, "tanh, max": 97.6, "relu, max": 97.4}
    assert max(early["tanh, avg"] + early["relu, avg"]) < min(early["tanh, max"])
    assert max(early["tanh, avg"] + early["relu, avg"]) < min(early["relu, max"])
    assert min(late["relu, max"]) >= 0.985
    assert max(max(shares) - min(shares) for shares in late.values()) <= 0.006


def squeezed(maps: Tensor) -> Any:
    return (maps.amax((0, 2, 3)) == 0).nonzero().squeeze().tolist()


def none_for_none(maps: Tensor) -> Any:
    return [c for c in range(maps.shape[1]) if not maps[:, c].any()] or None


def convolutions_only(shape: tuple[int, int, int, int], scheme: str) -> float:
    out, inputs, h, w = shape
    fan_in, fan_out = inputs * h * w, out * h * w
    return math.sqrt(2 / (fan_in + fan_out) if scheme == "xavier" else 2 / fan_in)


def in_place(train: Tensor, validation: Tensor, test: Tensor) -> list[Tensor]:
    std, mean = torch.std_mean(train, (0, 2, 3), correction=0, keepdim=True)
    return [part.sub_(mean).div_(std) for part in (train, validation, test)]


def axis_lost(maps: Tensor) -> Tensor:
    return (maps == 0).float().mean((0, 2, 3)).squeeze()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "given", "mistake"),
    [
        ("dead_channels", squeezed, "no list of one"),
        ("dead_channels", none_for_none, "None when there is none"),
        ("init_std", convolutions_only, ""),
        ("normalise_parts", in_place, "changed inputs"),
        ("sparsity", axis_lost, "axis lost"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_once_earned_all_points(name: str, given: Any, mistake: str, seed: int) -> None:
    verdict = marked(name, given, seed)
    assert verdict.score < 1
    assert not mistake or verdict.mistake == mistake


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("init_std", "weight = nn.init.xavier_normal_(torch.empty(3, 5))"),
        ("normalise_parts", "print(nn.BatchNorm2d(1)(torch.rand(2, 1, 3, 3)))"),
        ("split_indices", "print(split_indices(5, 2, 0), np.random.permutation(5))"),
    ],
)
def test_a_try_out_below_the_answer_costs_nothing(name: str, below: str) -> None:
    cell = solutions.answer_cells("lenet")[f"lenet.{name}"]
    scanned = scope([Cell.of(f"{cell}\n{below}\n")], name)
    assert marked(name, solution(name), 1, scanned).score == 1


def test_what_pytorch_has_not_implemented_is_no_stub() -> None:
    def of_true_and_false(maps: Tensor) -> Tensor:
        return (maps == 0).mean((0, 2, 3))

    verdict = marked("sparsity", of_true_and_false, 1)
    assert verdict.state == "wrong"
    assert ".float()" in verdict.message
