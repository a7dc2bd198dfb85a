"""Answers to the exercises on windows that were once judged otherwise than they should be."""

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from grader.marking.draw import Draw
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored
from grader.marking.solutions import answer_cells, solution

Pair = tuple[int, int]
SEEDS = (1, 2, 3)


def marked(name: str, given: Any, seed: int, source: str) -> Verdict:
    """What marking gives, with the answers sent as in earnest."""
    exercise_id = f"pooling.{name}"
    texts = answered(find(exercise_id).public, given, scored(exercise_id, seed)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise_id, seed, answers, source)


def padded(value: float, *, ring: int | None = None, first: bool = False) -> Callable[..., Tensor]:
    """Max pooling with this number in the padding, which may be other than the one asked for."""

    def max_pool2d(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
        (h, w), (s_h, s_w), (rows, columns) = kernel_size, stride, padding
        columns = rows if first else columns
        if ring is not None:
            rows = columns = ring
        X = F.pad(X, (columns, columns, rows, rows), value=value)
        return X.unfold(2, h, s_h).unfold(3, w, s_w).amax((4, 5))

    return max_pool2d


def then(name: str, change: Callable[[Tensor], Any]) -> Callable[..., Any]:
    """The solution, with its output changed."""
    return lambda *args: change(solution(f"pooling.{name}")(*args))


def in_place(name: str) -> Callable[..., Any]:
    """The solution, after which the first argument holds another number."""

    def answer(X: Tensor, *settings: Any) -> Tensor:
        Y: Tensor = solution(f"pooling.{name}")(X, *settings)
        X.view(-1)[0] += 1
        return Y

    return answer


def square_stride(X: Tensor, kernel_size: Pair, stride: Pair, padding: Pair) -> Tensor:
    return padded(-torch.inf)(X, kernel_size, kernel_size, padding)


def searching(start: float) -> Callable[..., Tensor]:
    """The gradient of a maximum by a search that starts at this number."""

    def pool_gradient(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
        (h, w), found = kernel_size, torch.zeros_like(X)
        for i in range(upstream.shape[0]):
            for j in range(upstream.shape[1]):
                largest, row, column = start, i * h, j * w
                for a in range(i * h, i * h + h):
                    for b in range(j * w, j * w + w):
                        if mode == "avg":
                            found[a, b] = upstream[i, j] / (h * w)
                        elif X[a, b] > largest:
                            largest, row, column = float(X[a, b]), a, b
                if mode == "max":
                    found[row, column] = upstream[i, j]
        return found

    return pool_gradient


def wherever_equal(X: Tensor, upstream: Tensor, kernel_size: Pair, mode: str) -> Tensor:
    """Each window's gradient goes to all numbers of the map that equal its largest one."""
    (h, w), found = kernel_size, torch.zeros_like(X)
    for i in range(upstream.shape[0]):
        for j in range(upstream.shape[1]):
            rows, columns = slice(i * h, i * h + h), slice(j * w, j * w + w)
            if mode == "avg":
                found[rows, columns] = upstream[i, j] / (h * w)
            else:
                found += (X[rows, columns].max() == X) * upstream[i, j]
    return found


def softmax_less(lowered: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    """Softmax pooling by exponentials, of numbers that this was taken away from."""

    def softmax_pool2d(X: Tensor, kernel_size: Pair, temperature: float) -> Tensor:
        h, w = kernel_size
        windows = X.unfold(2, h, h).unfold(3, w, w).flatten(4)
        weights = ((windows - lowered(windows)) / temperature).exp()
        return (weights * windows).sum(-1) / weights.sum(-1)

    return softmax_pool2d


def diagonal(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    """As many channels as a window has rows."""
    (h, w), C = kernel_size, X.shape[1]
    weight = torch.zeros(C, C, h, w)
    for c in range(min(h, C)):
        weight[c, c] = 1 / (h * w)
    return F.conv2d(X, weight, stride=stride)


def images_by_rows(X: Tensor) -> Tensor:
    """Pools as many images as a map has rows."""
    H, W = X.shape[2] // 2, X.shape[3] // 2
    Y = torch.zeros(*X.shape[:2], H, W)
    for n in range(min(X.shape[2], X.shape[0])):
        even = X[n, :, : 2 * H, : 2 * W]
        rows = even[:, ::2] + F.relu(even[:, 1::2] - even[:, ::2])
        Y[n] = rows[..., ::2] + F.relu(rows[..., 1::2] - rows[..., ::2])
    return Y


WRONG: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("max_pool2d", padded(0), "zero padding"),
    ("max_pool2d", padded(-100), "finite padding"),
    ("max_pool2d", padded(-1e9), "finite padding"),
    ("max_pool2d", padded(-torch.inf, ring=1), "always one ring of padding"),
    ("max_pool2d", padded(-torch.inf, ring=0), "padding left out"),
    ("max_pool2d", padded(-torch.inf, first=True), "one number of a pair"),
    ("max_pool2d", square_stride, "stride ignored"),
    ("max_pool2d", then("max_pool2d", torch.squeeze), "an axis lost"),
    ("max_pool2d", in_place("max_pool2d"), "changed inputs"),
    ("avg_pool2d", then("avg_pool2d", torch.squeeze), "an axis lost"),
    ("avg_pool2d", in_place("avg_pool2d"), "changed inputs"),
    ("min_pool2d", then("min_pool2d", torch.squeeze), "an axis lost"),
    ("pool_gradient", searching(0), "largest starts at zero"),
    ("pool_gradient", wherever_equal, "equal numbers elsewhere"),
    ("pool_gradient", in_place("pool_gradient"), "changed inputs"),
    ("avg_as_conv", diagonal, ""),
    ("avg_as_conv", then("avg_as_conv", torch.squeeze), "an axis lost"),
    ("relu_max_pool2d", images_by_rows, ""),
    ("relu_max_pool2d", in_place("relu_max_pool2d"), "changed inputs"),
    ("softmax_pool2d", softmax_less(torch.zeros_like), ""),
    ("softmax_pool2d", softmax_less(torch.max), ""),
    ("softmax_pool2d", then("softmax_pool2d", torch.squeeze), "an axis lost"),
)


@pytest.mark.parametrize(("name", "given", "mistake"), WRONG)
def test_wrong_answers_that_once_had_full_marks(
    name: str, given: Callable[..., Any], mistake: str
) -> None:
    source = textwrap.dedent(inspect.getsource(given))
    for seed in SEEDS:
        verdict = marked(name, given, seed, source)
        assert (verdict.state, verdict.mistake) == ("partly right", mistake), verdict.message


RIGHT: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("max_pool2d", padded(-torch.inf)),
    ("pool_gradient", searching(-torch.inf)),
    ("softmax_pool2d", softmax_less(lambda windows: windows.amax(-1, keepdim=True))),
)


@pytest.mark.parametrize(("name", "given"), RIGHT)
def test_the_same_answers_put_right(name: str, given: Callable[..., Any]) -> None:
    for seed in SEEDS:
        verdict = marked(name, given, seed, textwrap.dedent(inspect.getsource(given)))
        assert verdict.state == "right", verdict.message


@pytest.mark.parametrize("name", ["max_pool2d", "pool_gradient", "softmax_pool2d"])
def test_a_try_out_below_the_answer_may_use_what_is_forbidden(name: str) -> None:
    source = f"{answer_cells('pooling')[f'pooling.{name}']}\nprint(F.max_pool2d(X, 2))\n"
    assert marked(name, solution(f"pooling.{name}"), 1, source).state == "right"


def test_settings_that_were_once_there_by_chance() -> None:
    for seed in range(20):
        for name in ("max_pool2d", "avg_pool2d", "min_pool2d"):
            pairs = [
                case.args[3] for case in find(f"pooling.{name}").cases(Draw(seed)) if case.args
            ]
            assert any(rows > columns > 0 for rows, columns in pairs)
            assert any(columns > rows > 0 for rows, columns in pairs)
        for case in find("pooling.avg_as_conv").cases(Draw(seed)):
            for X, kernel_size, _ in (case.args,) if case.args else ():
                assert X.shape[1] not in kernel_size
        maps = [
            case.args[0] for case in find("pooling.relu_max_pool2d").cases(Draw(seed)) if case.args
        ]
        assert any(X.shape[0] > max(X.shape[2:]) for X in maps)
        assert {(X.shape[2] % 2, X.shape[3] % 2) for X in maps} == {(0, 0), (0, 1), (1, 0), (1, 1)}
