"""Answers that were once judged otherwise than they should be, or told the wrong cause."""

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered, public_verdict
from course_lib.checks.verdict import Verdict
from grader.marking.rooms import room
from grader.marking.scoring import judged, scored
from grader.marking.solutions import solution

SEEDS = (1, 2, 3)


def marked(exercise_id: str, given: Any, seed: int) -> Verdict:
    """What marking gives, with the answers sent as in earnest."""
    exercise = room("convolution").by_id[exercise_id].public  # type: ignore[union-attr]
    texts = answered(exercise, given, scored(exercise_id, seed)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise_id, seed, answers, source(given))


def source(given: Any) -> str:
    """The learner's cell, where there is one."""
    try:
        return textwrap.dedent(inspect.getsource(given))
    except (OSError, TypeError):
        return ""


def then(name: str, change: Callable[..., Any]) -> Callable[..., Any]:
    """The solution, with its output changed."""
    return lambda *args: change(solution(f"convolution.{name}")(*args))


corr2d: Callable[..., Tensor] = solution("convolution.corr2d")


def crash(*args: Any) -> Any:
    return args[0][99]


def nothing(*args: Any) -> None:
    return None


def numpy_loops(X: Tensor, K: Tensor) -> Tensor:
    (h, w), image = K.shape, X.numpy()
    kernel = K.numpy()
    rows, columns = X.shape[0] - h + 1, X.shape[1] - w + 1
    sums = [
        [float((image[i : i + h, j : j + w] * kernel).sum()) for j in range(columns)]
        for i in range(rows)
    ]
    return torch.tensor(sums)


def in_place(X: Tensor, K: Tensor) -> Tensor:
    output = corr2d(X, K)
    X += 1
    return output


def library(X: Tensor, K: Tensor) -> Tensor:
    return torch.conv2d(X[None, None], K[None, None])[0, 0]


def returned_early(X: Tensor, K: Tensor) -> Tensor:
    output = corr2d(X, K)
    return torch.cat([output[:1], torch.zeros_like(output[1:])])


def backward_without_gradient(X: Tensor, K: Tensor) -> Tensor:
    X.sum().backward()
    return X


class Silent(nn.Module):
    """Forgets to return."""

    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> None:
        corr2d(x, self.weight)


class Plain(Silent):
    """Tensors where parameters were asked for."""

    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__(kernel_size)
        del self.weight, self.bias
        self.weight, self.bias = torch.rand(kernel_size), torch.zeros(1)  # type: ignore[assignment]


class OtherNames(nn.Module):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.rand(kernel_size))
        self.b = nn.Parameter(torch.zeros(1))


class NoBias(Silent):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__(kernel_size)
        del self.bias


class SquareOnly(Silent):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__((kernel_size[0], kernel_size[0]))


SIZES = [torch.Size(size) for size in ((1, 64, 30, 30), (1, 64, 32, 32))]
BLUR = torch.full((2, 2), 0.25)

FOUND: list[tuple[str, str, Any, str, str]] = [
    ("corr1d", "a crash", crash, "wrong", "raises"),
    ("corr1d", "nothing returned", nothing, "wrong", ""),
    ("corr2d", "a crash", crash, "wrong", "raises"),
    ("corr2d", "nothing returned", nothing, "wrong", ""),
    ("corr2d", "the image itself", lambda X, K: X, "wrong", ""),
    ("corr2d", "a text", lambda X, K: "nothing", "wrong", ""),
    ("corr2d", "the library", library, "wrong", "forbidden"),
    ("corr2d", "the library, then a crash", lambda X, K: library(X, K)[99], "wrong", "forbidden"),
    ("corr2d", "a list", then("corr2d", Tensor.tolist), "wrong", "list"),
    (
        "corr2d",
        "numbers only",
        then("corr2d", lambda Y: torch.tensor(Y.tolist())),
        "partly right",
        "lost gradient",
    ),
    ("corr2d", "detached", then("corr2d", Tensor.detach), "partly right", "lost gradient"),
    ("corr2d", "the image changed", in_place, "partly right", "changed inputs"),
    ("corr2d", "transposed", then("corr2d", Tensor.t), "partly right", "transposed output"),
    ("corr2d", "returned too early", returned_early, "partly right", "first row only"),
    ("corr2d", "cut to whole numbers", then("corr2d", Tensor.int), "wrong", "whole"),
    ("corr2d_fast", "two loops", corr2d, "partly right", "loop"),
    ("corr2d_fast", "loops in NumPy", numpy_loops, "wrong", "forbidden"),
    ("corr2d_fast", "nothing returned", nothing, "wrong", ""),
    ("corr2d_fast", "a crash", then("corr2d_fast", lambda Y: Y[99]), "wrong", "raises"),
    ("Conv2D", "nothing returned", Silent, "wrong", ""),
    ("Conv2D", "tensors, no parameters", Plain, "wrong", "parameters"),
    ("Conv2D", "other names", OtherNames, "wrong", "parameters"),
    ("Conv2D", "no bias", NoBias, "wrong", "parameters"),
    ("Conv2D", "square kernels only", SquareOnly, "wrong", "parameters"),
    ("Conv2D", "PyTorch's lazy layer", nn.LazyConv2d, "wrong", "raises"),
    ("lesson_window", "one slip", [[7, 6, 7], [4, 5, 6], [4, 4, 6]], "wrong", ""),
    ("lesson_numbers", "in millions", [150_528, 150, 27], "wrong", ""),
    ("lesson_numbers", "a tuple of floats", (150_528.0, 150_528e3, 27.0), "right", ""),
    ("lesson_numbers", "one bias more", [150_528, 150_528_001, 27], "wrong", ""),
    ("sharing_choice", "a blank before a small letter", " b", "right", ""),
    ("stride_choice", "a small letter", "c", "right", ""),
    ("edge_row", "one place off", [0, 0, 1, 0, 0, 0, -1], "wrong", "one place off"),
    ("edge_row", "a tensor", torch.tensor([0, 1, 0, 0, 0, -1, 0]), "right", ""),
    ("border_shapes", "torch's own sizes", SIZES, "right", ""),
    ("coverage", "zeros", lambda n, k: torch.zeros(n, n), "wrong", ""),
    ("responses", "a tuple", then("responses", tuple), "right", ""),
    ("blur_kernel", "a list", then("blur_kernel", Tensor.tolist), "wrong", "list"),
    ("blur_kernel", "one size only", lambda size: BLUR, "wrong", "always the same"),
    ("sharpen_kernel", "a list", then("sharpen_kernel", Tensor.tolist), "wrong", "list"),
    ("derivative_kernel", "a list", then("derivative_kernel", Tensor.tolist), "wrong", "list"),
    ("directional_kernel", "nothing returned", nothing, "wrong", "property"),
    ("true_conv2d", "doubles", then("true_conv2d", Tensor.double), "right", ""),
    ("fft_corr2d", "no transform", corr2d, "partly right", "way"),
    ("fft_corr2d", "a crash", crash, "wrong", "raises"),
    ("fft_corr2d", "nothing returned", nothing, "wrong", ""),
    ("kernel_gradient", "nothing returned", nothing, "wrong", "nothing returned"),
    ("kernel_gradient", "nothing to derive", backward_without_gradient, "wrong", "raises"),
    (
        "learn_kernel",
        "not detached",
        then("learn_kernel", Tensor.requires_grad_),
        "partly right",
        "not detached",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer", "state", "mistake"),
    [pytest.param(name, *rest, id=f"{name}: {about}") for name, about, *rest in FOUND],
)
def test_what_had_once_been_found(name: str, answer: Any, state: str, mistake: str) -> None:
    exercise_id = f"convolution.{name}"
    exercise = room("convolution").by_id[exercise_id].public  # type: ignore[union-attr]
    for seed in SEEDS:
        verdict = marked(exercise_id, answer, seed)
        assert (verdict.state, verdict.mistake) == (state, mistake), (seed, verdict.message)
    if exercise.asks == "choice" or (exercise.asks == "value" and exercise.points):
        return  # the check records these
    verdict = public_verdict(exercise_id, answer)
    # The text's own example may be easier than what is drawn, so a part may be right here.
    assert (verdict.state == "right", verdict.mistake) == (state == "right", mistake), (
        verdict.message
    )
