"""Section 04: marking of linearity, and of maxima made from ReLU."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case
from course_lib.sections.pooling.linearity import breaks_additivity
from grader.marking import Marking, Mutant, named_wrongs

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


def _additivity_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, sizes in (("wide windows", (2, 3)), ("tall windows", (4, 2)), ("square", (3, 3))):
        A = draw.normal(sizes[0] * draw.integer(1, 3), sizes[1] * draw.integer(2, 3)) + 2
        cases.append(Case(args=(A, sizes), about=about, verify=breaks_additivity(A, sizes)))
    return cases


def relu_max(a: Tensor, b: Tensor) -> Tensor:
    """The solution."""
    return F.relu(a - b) + b


def relu_max_pool2d(X: Tensor) -> Tensor:
    """The solution: (N, C, H, W) -> (N, C, H // 2, W // 2)."""
    X = X[..., : X.shape[-2] // 2 * 2, : X.shape[-1] // 2 * 2]
    rows = relu_max(X[..., ::2, :], X[..., 1::2, :])
    return relu_max(rows[..., ::2], rows[..., 1::2])


def _four(X: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The four pixels of each window, without a last odd row or column."""
    H, W = X.shape[-2] // 2, X.shape[-1] // 2
    a, b = X[..., ::2, ::2][..., :H, :W], X[..., ::2, 1::2][..., :H, :]
    return a, b, X[..., 1::2, ::2][..., :W], X[..., 1::2, 1::2]


def _tournament(X: Tensor) -> Tensor:
    a, b, c, d = _four(X)
    return relu_max(a, relu_max(b, relu_max(c, d)))


def _printed_sum(X: Tensor) -> Tensor:
    a, b, c, d = _four(X)
    return F.relu(a - b) + F.relu(b - a) + F.relu(c - a) + F.relu(d - a)


def _padded_at_the_end(X: Tensor) -> Tensor:
    H, W = X.shape[-2:]
    padded = F.pad(X, (0, W % 2, 0, H % 2), mode="replicate")
    return relu_max_pool2d(padded)


def _overlapping(X: Tensor) -> Tensor:
    rows = relu_max(X[..., :-1, :], X[..., 1:, :])
    return relu_max(rows[..., :-1], rows[..., 1:])


def _library_max_pool(X: Tensor) -> Tensor:
    return F.max_pool2d(X, 2)


def _relu_pool_cases(draw: Draw) -> list[Case]:
    return [
        Case(
            args=(16 * draw.uniform(2, draw.integer(2, 3), H, W) - 12,),
            about=about,
        )
        for about, H, W in (
            ("an odd number of rows", 2 * draw.integer(2, 4) + 1, 2 * draw.integer(2, 4)),
            ("an odd number of columns", 2 * draw.integer(2, 4), 2 * draw.integer(2, 4) + 1),
        )
    ]


_RELU_MISTAKES, _RELU_MUTANTS = named_wrongs(
    "pooling.relu_max",
    {
        "sum of both ReLUs": lambda a, b: F.relu(a - b) + F.relu(b - a),
        "the other one added": lambda a, b: F.relu(a - b) + a,
        "ReLU of each": lambda a, b: relu_max(F.relu(a), F.relu(b)),
        "difference only": lambda a, b: F.relu(a - b),
        "minimum": lambda a, b: b - F.relu(b - a),
    },
)
_POOL_MISTAKES, _POOL_MUTANTS = named_wrongs(
    "pooling.relu_max_pool2d",
    {
        "sum of pairwise ReLUs": _printed_sum,
        "padded at the end": _padded_at_the_end,
        "always one row less": lambda X: relu_max_pool2d(X[..., :-1, :-1]),
        "first row of each window": lambda X: relu_max(*_four(X)[:2]),
        "windows overlap": _overlapping,
    },
)

MARKINGS = (
    Marking(
        exercise="pooling.avg_as_conv",
        cases=_conv_cases,
        solution=avg_as_conv,
        mutants=(
            Mutant("all channels summed", _channels_mixed, mistake="channels mixed"),
            Mutant("one channel out", _one_channel, mistake="one channel out"),
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
            Mutant("A itself", lambda A, k: A, mistake="not zero"),
            Mutant("zeros", lambda A, k: torch.zeros_like(A), mistake="not zero"),
            Mutant("one number", lambda A, k: -A.max(), mistake="another shape"),
            Mutant("one more subtracted", _another_counterexample, state="right"),
        ),
        library={torch.neg: False, torch.zeros_like: False},
    ),
    Marking(
        exercise="pooling.relu_max",
        cases=lambda draw: [
            Case(args=(16 * draw.uniform(3, 4) - 12, 16 * draw.uniform(3, 4) - 12), about=about)
            for about in ("numbers of both signs", "other numbers")
        ],
        mistakes=_RELU_MISTAKES,
        solution=relu_max,
        mutants=(
            *_RELU_MUTANTS,
            Mutant("the other way round", lambda a, b: a + torch.relu(b - a), state="right"),
        ),
        library={torch.maximum: False, torch.max: False, torch.fmax: False},
    ),
    Marking(
        exercise="pooling.relu_max_pool2d",
        cases=_relu_pool_cases,
        mistakes=_POOL_MISTAKES,
        solution=relu_max_pool2d,
        mutants=(*_POOL_MUTANTS, Mutant("one after the other", _tournament, state="right")),
        library={_library_max_pool: False, F.relu: False},
    ),
)
