"""Section 04: marking of linearity."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.pooling.linearity import breaks_additivity
from grader.former.marking import Marking, Mutant

Pair = tuple[int, int]


def avg_as_conv(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    """The solution: one group for each channel."""
    C, (h, w) = X.shape[1], kernel_size
    weight = torch.full((C, 1, h, w), 1 / (h * w))
    return F.conv2d(X, weight, stride=tuple(stride), groups=C)


def _with_weight(X: Tensor, weight: Tensor, stride: Pair) -> Tensor:
    return F.conv2d(X, weight, stride=tuple(stride))


def _by_identity(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    C, (h, w) = X.shape[1], kernel_size
    weight = torch.eye(C)[:, :, None, None].repeat(1, 1, h, w) / (h * w)
    return _with_weight(X, weight, stride)


def _channels_mixed(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    C, (h, w) = X.shape[1], kernel_size
    return _with_weight(X, torch.full((C, C, h, w), 1 / (h * w)), stride)


def _one_channel(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    return _channels_mixed(X, kernel_size, stride)[:, :1]


def _by_slices(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    windows = X.unfold(2, kernel_size[0], stride[0]).unfold(3, kernel_size[1], stride[1])
    return windows.mean((-2, -1))


def _conv_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, kernel_size, stride in (
        ("two channels", (2, 3), (2, 1)),
        ("three channels", (3, 2), (1, 3)),
        ("several images", (2, 2), (2, 2)),
    ):
        images, channels = draw.integer(2, 3), 3 if about == "three channels" else 2
        X = 1 + draw.normal(images, channels, *draw.distinct(6, 9, 2))
        cases.append(Case(args=(X, kernel_size, stride), about=about))
    return cases


def not_additive(A: Tensor, kernel_size: Pair) -> Tensor:
    """The solution: what is largest in A is smallest in B, and both cancel."""
    return -A


def _window_maximum(A: Tensor, kernel_size: Pair) -> Tensor:
    pooled = F.max_pool2d(A[None], tuple(kernel_size))[0]
    return pooled.repeat_interleave(kernel_size[0], 0).repeat_interleave(kernel_size[1], 1)


def _another_counterexample(A: Tensor, kernel_size: Pair) -> Tensor:
    B = -A
    B[:: kernel_size[0], :: kernel_size[1]] -= 1
    return B


def _largest_at_one_place(A: Tensor, kernel_size: Pair) -> Tensor:
    """Minus the window's maximum where that is, and much less elsewhere."""
    largest = _window_maximum(A, kernel_size)
    return torch.where(largest == A, -A, -A.abs().max() - 9)


def _additivity_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, sizes in (("wide windows", (2, 3)), ("tall windows", (4, 2)), ("square", (3, 3))):
        A = draw.normal(sizes[0] * draw.integer(1, 3), sizes[1] * draw.integer(2, 3)) + 2
        cases.append(Case(args=(A, sizes), about=about, verify=breaks_additivity(A, sizes)))
    return cases


MARKINGS = (
    Marking(
        exercise="pooling.avg_as_conv",
        cases=_conv_cases,
        solution=avg_as_conv,
        mutants=(
            Mutant("all channels summed", _channels_mixed, mistake="channels mixed"),
            Mutant("one channel out", _one_channel, mistake="one channel out"),
            Mutant(
                "all channels averaged",
                lambda X, k, s: _channels_mixed(X, k, s) / X.shape[1],
                mistake="channels mixed",
            ),
            Mutant(
                "weights 1 / h",
                lambda X, k, s: avg_as_conv(X, k, s) * k[1],
                mistake="divided by one side",
            ),
            Mutant(
                "stride is the window",
                lambda X, k, s: avg_as_conv(X, k, k),
                state="partly right",
                mistake="stride is the window",
            ),
            Mutant(
                "kernel transposed",
                lambda X, k, s: avg_as_conv(X, k[::-1], s),
                state="partly right",
                mistake="window transposed",
            ),
            Mutant(
                "mean of channels",
                lambda X, k, s: avg_as_conv(X, k, s).mean(1, keepdim=True),
                mistake="mean over channels",
            ),
            Mutant(
                "weights of one",
                lambda X, k, s: avg_as_conv(X, k, s) * (k[0] * k[1]),
                mistake="sum",
            ),
            Mutant(
                "stride one",
                lambda X, k, s: avg_as_conv(X, k, (1, 1)),
                mistake="stride forgotten",
            ),
            Mutant("no convolution", _by_slices, state="partly right", mistake="way"),
            Mutant("an identity between channels", _by_identity, state="right"),
        ),
        library={F.avg_pool2d: False, F.conv2d: False},
    ),
    Marking(
        exercise="pooling.not_additive",
        cases=_additivity_cases,
        solution=not_additive,
        mutants=(
            Mutant(
                "minus the maximum of each window",
                lambda A, k: -_window_maximum(A, k),
                mistake="constant in each window",
            ),
            Mutant("low but for the largest", _largest_at_one_place, mistake="same place"),
            Mutant("A itself", lambda A, k: A, mistake="not zero"),
            Mutant("zeros", lambda A, k: torch.zeros_like(A), mistake="not zero"),
            Mutant("one number", lambda A, k: -A.max(), mistake="another shape"),
            Mutant("one more subtracted", _another_counterexample, state="right"),
        ),
        library={torch.neg: False, torch.zeros_like: False},
    ),
)
