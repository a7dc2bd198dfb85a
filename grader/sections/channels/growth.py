"""Section 03: marking of what a layer costs, and of what growing it costs."""

from typing import Any

import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant, named_wrongs

Pair = tuple[int, int]


def conv_costs(
    in_channels: int, out_channels: int, kernel_size: Pair, size: Pair, padding: int
) -> dict[str, int]:
    """The solution: MACs and numbers in memory, forward and backward, at stride 1."""
    rows, columns = (n + 2 * padding - k + 1 for n, k in zip(size, kernel_size, strict=True))
    x = in_channels * size[0] * size[1]
    k = out_channels * in_channels * kernel_size[0] * kernel_size[1]
    y = out_channels * rows * columns
    forward = k * rows * columns
    return {
        "forward_macs": forward,
        "backward_macs": 2 * forward,
        "backward_macs_first": forward,
        "forward_memory": x + k + y,
        "backward_memory": x + k + y + x + k,
    }


def _measured(case: Case) -> dict[str, int]:
    """The reference: PyTorch's counter on a real forward and backward pass, and its tensors."""
    in_channels, out_channels, kernel_size, size, padding = case.args
    backward = {}
    for first in (True, False):
        X = torch.empty(1, in_channels, *size, device="meta", requires_grad=not first)
        K = torch.empty(out_channels, in_channels, *kernel_size, device="meta", requires_grad=True)
        with FlopCounterMode(display=False) as counter:
            Y = F.conv2d(X, K, padding=padding)
            forward = int(counter.get_total_flops()) // 2
            Y.backward(torch.empty_like(Y))
        backward[first] = int(counter.get_total_flops()) // 2 - forward
    gradients = [tensor.grad for tensor in (X, K) if tensor.grad is not None]
    return {
        "forward_macs": forward,
        "backward_macs": backward[False],
        "backward_macs_first": backward[True],
        "forward_memory": sum(tensor.numel() for tensor in (X, K, Y)),
        "backward_memory": sum(tensor.numel() for tensor in (X, K, Y, *gradients)),
    }


def _costs_cases(draw: Draw) -> list[Case]:
    def layer(about: str, kernel_size: Pair, padding: int) -> Case:
        channels, size = draw.distinct(3, 40, 2), draw.distinct(8, 40, 2)
        return Case(args=(*channels, kernel_size, size, padding), about=about)

    return [
        layer("a wide kernel", (3, draw.integer(4, 6)), 1),
        layer("a tall kernel", (5, draw.integer(1, 2)), 2),
        layer("much padding", (2, 3), 3),
    ]


def _no_channels(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> dict[str, int]:
    return conv_costs(1, 1, k, n, p)


def _one_gradient(*args: Any) -> dict[str, int]:
    costs = conv_costs(*args)
    return {**costs, "backward_macs": costs["forward_macs"]}


def _always_inner(*args: Any) -> dict[str, int]:
    costs = conv_costs(*args)
    return {**costs, "backward_macs_first": costs["backward_macs"]}


def _nothing_more(*args: Any) -> dict[str, int]:
    costs = conv_costs(*args)
    return {**costs, "backward_memory": costs["forward_memory"]}


def _with_output(*args: Any) -> dict[str, int]:
    costs, twice = conv_costs(*args), conv_costs(args[0], 2 * args[1], *args[2:])
    x = args[0] * args[3][0] * args[3][1]
    k = costs["backward_memory"] - costs["forward_memory"] - x
    y = twice["forward_memory"] - costs["forward_memory"] - k
    return {**costs, "backward_memory": costs["backward_memory"] + y}


def _with_forward(*args: Any) -> dict[str, int]:
    costs = conv_costs(*args)
    macs = costs["forward_macs"]
    return {**costs, "backward_macs": 3 * macs, "backward_macs_first": 2 * macs}


def _padded_image(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> dict[str, int]:
    return conv_costs(c_i, c_o, k, (n[0] + 2 * p, n[1] + 2 * p), 0)


def _same_size(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> dict[str, int]:
    """As if the kernel kept the size: by an image that is larger by what the kernel takes away."""
    larger = n[0] + k[0] - 1, n[1] + k[1] - 1
    costs = conv_costs(c_i, c_o, k, larger, 0)
    zeros = c_i * (larger[0] * larger[1] - n[0] * n[1])
    return {
        **costs,
        "forward_memory": costs["forward_memory"] - zeros,
        "backward_memory": costs["backward_memory"] - 2 * zeros,
    }


def _with_tensors(
    c_i: int, c_o: int, kernel_size: Pair, size: Pair, padding: int
) -> dict[str, int]:
    X, K = torch.zeros(c_i, *size), torch.zeros(c_o, c_i, *kernel_size)
    windows = F.pad(X, (padding,) * 4).unfold(1, kernel_size[0], 1).unfold(2, kernel_size[1], 1)
    places = windows.shape[1] * windows.shape[2]
    macs, output = places * K.numel(), c_o * places
    return {
        "backward_memory": 2 * X.numel() + 2 * K.numel() + output,
        "forward_memory": X.numel() + K.numel() + output,
        "backward_macs_first": macs,
        "backward_macs": macs + macs,
        "forward_macs": macs,
    }


def padding_growth(size: int, kernel_size: int, padding: int) -> float:
    """The solution: MACs after by MACs before, on a square image at stride 1."""
    before, after = (size + 2 * p - kernel_size + 1 for p in (padding, 2 * padding))
    return (after / before) ** 2


def _growth_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=args, about=about)
        for about, args in (
            ("a small image", (draw.integer(5, 9), 3, 1)),
            ("a larger kernel", (draw.integer(10, 16), draw.choice([5, 7]), 2)),
            ("much padding", (draw.integer(20, 30), 3, draw.integer(3, 5))),
        )
    ]


def _windows_ratio(case: Case) -> float:
    """The reference: windows counted on images that are really padded."""
    size, kernel_size, padding = case.args
    counts = [
        F.unfold(torch.zeros(1, 1, size, size), kernel_size, padding=p).shape[2]
        for p in (padding, 2 * padding)
    ]
    return counts[1] / counts[0]


_COSTS_MISTAKES, _COSTS_MUTANTS = named_wrongs(
    "channels.conv_costs",
    {
        "channels missing": _no_channels,
        "backward like forward": _one_gradient,
        "first layer not told apart": _always_inner,
        "gradients not stored": _nothing_more,
        "output stored, too": _with_output,
        "forward counted again": _with_forward,
        "kernel's sides swapped": lambda c_i, c_o, k, n, p: conv_costs(c_i, c_o, k[::-1], n, p),
        "output as large as the input": _same_size,
        "padding ignored": lambda c_i, c_o, k, n, p: conv_costs(c_i, c_o, k, n, 0),
        "padding stored": _padded_image,
    },
)
_GROWTH_MISTAKES, _GROWTH_MUTANTS = named_wrongs(
    "channels.padding_growth",
    {
        "one side only": lambda n, k, p: ((n + 2 * p - k + 1) / (n + p - k + 1)) ** 2,
        "one axis only": lambda n, k, p: padding_growth(n, k, p) ** 0.5,
        "percentage": lambda n, k, p: 100 * (padding_growth(n, k, p) - 1),
        "what is added": lambda n, k, p: padding_growth(n, k, p) - 1,
        "upside down": lambda n, k, p: 1 / padding_growth(n, k, p),
        "kernel left out": lambda n, k, p: ((n + 4 * p) / (n + 2 * p)) ** 2,
        "last place forgotten": lambda n, k, p: ((n + 4 * p - k) / (n + 2 * p - k)) ** 2,
        "from no padding": lambda n, k, p: ((n + 2 * p - k + 1) / (n - k + 1)) ** 2,
        "square of the padding": lambda n, k, p: 4.0,
        "nothing changes": lambda n, k, p: 1.0,
    },
)

MARKINGS = (
    Marking(
        exercise="channels.conv_costs",
        cases=_costs_cases,
        expect=_measured,
        mistakes=_COSTS_MISTAKES,
        solution=conv_costs,
        mutants=(
            *_COSTS_MUTANTS,
            Mutant("from tensors of these shapes", _with_tensors, state="right"),
        ),
        library={F.conv2d: False},
    ),
    Marking(
        exercise="channels.padding_growth",
        cases=_growth_cases,
        expect=_windows_ratio,
        mistakes=_GROWTH_MISTAKES,
        solution=padding_growth,
        mutants=(
            *_GROWTH_MUTANTS,
            Mutant(
                "by counting places",
                lambda n, k, p: (
                    sum(1 for _ in range(n + 4 * p - k + 1)) ** 2 / (n + 2 * p - k + 1) ** 2
                ),
                state="right",
            ),
        ),
        library={pow: False, torch.div: False},
    ),
    Marking(
        exercise="channels.growth_numbers",
        cases=lambda draw: [Case()],
        solution=[4, (66 / 64) ** 2, (9 / 7) ** 2],
        mutants=(
            Mutant("doubled once", [2, 1.063, 1.653], mistake="channels doubled once"),
            Mutant("added", [3, 0.063, 0.653], mistake="what is added"),
            Mutant("percent", [300, 6.35, 65.3], mistake="percentages"),
            Mutant("percent at the end", [4, 6.3, 65.3], mistake="percentages for the padding"),
            Mutant("swapped", [4, 1.653, 1.063], mistake="sizes swapped"),
            Mutant("one axis", [4, 66 / 64, 9 / 7], mistake="one axis only"),
            Mutant("rounded", (4, 1.063, 1.653), state="right"),
        ),
    ),
)
