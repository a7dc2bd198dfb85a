"""Section 03: marking of two convolutions in a row."""

from typing import Any

import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from grader.former.marking import Marking, Mutant, named_wrongs


def merge_kernels(K1: Tensor, K2: Tensor) -> Tensor:
    """The solution: (h1, w1), (h2, w2) -> (h1+h2-1, w1+w2-1)."""
    (h1, w1), (h2, w2) = K1.shape, K2.shape
    K = torch.zeros(h1 + h2 - 1, w1 + w2 - 1)
    for a in range(h2):
        for b in range(w2):
            K[a : a + h1, b : b + w1] += K2[a, b] * K1
    return K


def merge_layers(K1: Tensor, K2: Tensor) -> Tensor:
    """The solution: (c_m, c_i, h1, w1), (c_o, c_m, h2, w2) -> (c_o, c_i, h1+h2-1, w1+w2-1)."""
    return _by_pairs(merge_kernels, K1, K2)


def _by_pairs(merge: Any, K1: Tensor, K2: Tensor) -> Tensor:
    rows = []
    for second in K2:
        pairs = [
            sum(merge(first[i], kernel) for first, kernel in zip(K1, second, strict=True))
            for i in range(K1.shape[1])
        ]
        rows.append(torch.stack(pairs))
    return torch.stack(rows)


def _kernel_cases(draw: Draw) -> list[Case]:
    # Neither kernel is as large as one, square in both, or the larger one in all cases.
    return [
        Case(args=(draw.normal(*first), draw.normal(*second)), about=about)
        for about, first, second in (
            ("the larger one first", (3, draw.integer(4, 5)), (2, 3)),
            ("the larger one second", (2, 3), (3, draw.integer(4, 5))),
            ("a tall and a wide one", (draw.integer(3, 4), 2), (2, draw.integer(3, 4))),
        )
    ]


def _scipy_full(case: Case) -> Tensor:
    K1, K2 = (kernel.double().numpy() for kernel in case.args)
    return torch.from_numpy(scipy.signal.convolve2d(K1, K2))


def _layer_cases(draw: Draw) -> list[Case]:
    return [
        Case(
            args=(draw.normal(c_m, c_i, *first), draw.normal(c_o, c_m, *second)),
            about=about,
        )
        for about, c_i, c_m, c_o, first, second in (
            ("many channels between", 2, draw.integer(4, 6), 3, (2, 3), (3, 2)),
            ("few channels between", 4, 2, draw.integer(3, 5), (3, 2), (2, 2)),
            ("as many channels everywhere", 3, 3, 3, (2, 2), (2, 3)),
        )
    ]


def _impulse(case: Case) -> Tensor:
    """The reference: what the two layers answer to single pixels, turned by 180 degrees."""
    K1, K2 = (weight.double() for weight in case.args)
    rows, columns = (K1.shape[axis] + K2.shape[axis] - 1 for axis in (2, 3))
    size = 2 * rows - 1, 2 * columns - 1
    pixels = torch.zeros(K1.shape[1], K1.shape[1], *size).double()
    for channel in range(K1.shape[1]):
        pixels[channel, channel, rows - 1, columns - 1] = 1
    return F.conv2d(F.conv2d(pixels, K1), K2).flip(2, 3).transpose(0, 1)


def _overwritten(K1: Tensor, K2: Tensor) -> Tensor:
    (h1, w1), (h2, w2) = K1.shape, K2.shape
    K = torch.zeros(h1 + h2 - 1, w1 + w2 - 1)
    for a in range(h2):
        for b in range(w2):
            K[a : a + h1, b : b + w1] = K2[a, b] * K1
    return K


def _correlate(K1: Tensor, K2: Tensor) -> Tensor:
    return merge_kernels(K1, K2.flip(0, 1))


def _transposed_operator(K1: Tensor, K2: Tensor) -> Tensor:
    return F.conv_transpose2d(K1[None, None], K2[None, None])[0, 0]


def _padded_operator(K1: Tensor, K2: Tensor) -> Tensor:
    padding = K2.shape[0] - 1, K2.shape[1] - 1
    return F.conv2d(K1[None, None], K2.flip(0, 1)[None, None], padding=padding)[0, 0]


def _scipy(K1: Tensor, K2: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.convolve2d(K1.numpy(), K2.numpy()))


def _layers_operator(K1: Tensor, K2: Tensor) -> Tensor:
    padding = K2.shape[2] - 1, K2.shape[3] - 1
    return F.conv2d(K1.transpose(0, 1), K2.flip(2, 3), padding=padding).transpose(0, 1)


def _layers_not_flipped(K1: Tensor, K2: Tensor) -> Tensor:
    padding = K2.shape[2] - 1, K2.shape[3] - 1
    return F.conv2d(K1.transpose(0, 1), K2, padding=padding).transpose(0, 1)


_KERNEL_MISTAKES, _KERNEL_MUTANTS = named_wrongs(
    "channels.merge_kernels",
    {
        "not flipped": _correlate,
        "not flipped, order swapped": lambda K1, K2: merge_kernels(K1.flip(0, 1), K2),
        "merged kernel flipped": lambda K1, K2: merge_kernels(K1, K2).flip(0, 1),
        "flipped left and right only": lambda K1, K2: merge_kernels(K1, K2.flip(0)),
        "flipped up and down only": lambda K1, K2: merge_kernels(K1, K2.flip(1)),
        "overwritten": _overwritten,
        "as large as the first": lambda K1, K2: merge_kernels(K1, K2)[: K1.shape[0], : K1.shape[1]],
    },
)
_LAYER_MISTAKES, _LAYER_MUTANTS = named_wrongs(
    "channels.merge_layers",
    {
        "not flipped": lambda K1, K2: _by_pairs(_correlate, K1, K2),
        "one channel between": lambda K1, K2: merge_layers(K1[:1], K2[:, :1]),
        "mean": lambda K1, K2: merge_layers(K1, K2) / len(K1),
        "axes swapped": lambda K1, K2: merge_layers(K1, K2).transpose(0, 1),
        "channels summed first": lambda K1, K2: merge_layers(
            K1.sum(0, keepdim=True), K2.sum(1, keepdim=True)
        ),
    },
)
MARKINGS = (
    Marking(
        exercise="channels.merge_kernels",
        cases=_kernel_cases,
        expect=_scipy_full,
        mistakes=_KERNEL_MISTAKES,
        solution=merge_kernels,
        mutants=(*_KERNEL_MUTANTS, Mutant("padded, flipped", _padded_operator, state="right")),
        library={_transposed_operator: True, _scipy: True, F.conv2d: False, torch.kron: False},
    ),
    Marking(
        exercise="channels.merged_weights",
        cases=lambda draw: [Case()],
        solution=[18, 25],
        mutants=(
            Mutant("swapped", [25, 18], mistake="order swapped"),
            Mutant("one kernel", [9, 25], mistake="one kernel"),
            Mutant("three by three", [18, 9], mistake="as large as one"),
            Mutant("a side", [18, 5], mistake="side counted"),
            Mutant("six by six", [18, 36], mistake="sizes added"),
            Mutant("a tensor", torch.tensor([18, 25]), state="right"),
        ),
    ),
    Marking(
        exercise="channels.merge_layers",
        cases=_layer_cases,
        expect=_impulse,
        mistakes=_LAYER_MISTAKES,
        solution=merge_layers,
        mutants=(
            *_LAYER_MUTANTS,
            Mutant("one convolution, no flip", _layers_not_flipped, mistake="not flipped"),
            Mutant("one flipped convolution", _layers_operator, state="right"),
        ),
        library={F.conv2d: False, F.conv_transpose2d: False},
    ),
    Marking(
        exercise="channels.border_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "C",
        mistakes=(
            Mistake(
                "nowhere",
                "Without padding that would be so. With padding the second layer reads zeros "
                "around the first layer's output; the merged kernel reads what the first layer "
                "would have given there.",
                lambda case: "A",
            ),
            Mistake(
                "first kernel's reach",
                "That is how far the first kernel reaches over the border. What differs is what "
                "the second layer reads outside the first one's output.",
                lambda case: "B",
            ),
            Mistake(
                "both reaches added",
                "That is how far the merged kernel reaches over the border. Pixels outside the "
                "image are zero for both ways; only outputs of the first layer outside the image "
                "make a difference.",
                lambda case: "D",
            ),
        ),
        solution="C",
        mutants=(
            Mutant("nowhere", "A", mistake="nowhere"),
            Mutant("one pixel", "B", mistake="first kernel's reach"),
            Mutant("three pixels", "D", mistake="both reaches added"),
            Mutant("a small letter", "c", state="right"),
        ),
    ),
)
