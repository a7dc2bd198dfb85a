"""Part E: what a stride saves."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from course_lib.sections.padding_stride.given import conv_output_size
from grader.marking.draw import Draw
from grader.marking.exercise import Essay, Exercise

Count = Callable[[int, int, int, int], Any]


def _windows(n: int, k: int, p: int, s: int) -> int:
    """As many as PyTorch's own unfold makes; nothing is computed on the device "meta"."""
    return F.unfold(torch.empty(1, 1, n, n, device="meta"), k, padding=p, stride=s).shape[-1]


def _work(n: int, k: int, p: int, s: int) -> int:
    return _windows(n, k, p, s) * k**2


def _of_size(size: Count) -> Count:
    """The work where the output is taken to have this height and width."""
    return lambda n, k, p, s: size(n, k, p, s) ** 2 * k**2


def _real_products(n: int, k: int, p: int, s: int) -> int:
    """Products with pixels of the image only; rows and columns alike."""
    pixels = sum(0 <= i + a < n for i in range(-p, n + p - k + 1, s) for a in range(k))
    return pixels**2


def _window_by_window(n: int, k: int, p: int, s: int) -> int:
    starts = range(-p, n + p - k + 1, s)
    return sum(k * k for _ in starts for _ in starts)


def _counts(draw: Draw) -> list[Case]:
    steps, size = draw.integer(5, 9), draw.integer(6, 9)
    return [
        Case(args=(draw.integer(14, 25), 5, 0, 1), about="stride one, no padding"),
        Case(args=(draw.integer(14, 25), 4, 3, 1), about="stride one, with padding"),
        Case(args=(7 + 2 * steps, 7, 0, 2), about="a stride that leaves no pixels over"),
        Case(args=(6 + 2 * steps + 1, 6, 0, 2), about="a stride that leaves a pixel over"),
        Case(args=(5 + 4 * steps + 3 - 6, 5, 3, 4), about="nearly one step more, with padding"),
        Case(args=(3 * steps + 1, 5, 2, 3), about="a padding that keeps the size at stride one"),
        Case(args=(draw.integer(9, 12), 3, 7, 2), about="wide padding"),
        Case(args=(draw.integer(13, 15), 2, 1, 5), about="a stride larger than the kernel"),
        Case(
            each=((size, size, 0, 3), (size, 1, 0, 1), (1, 3, 1, 2), (12, 4, 1, 3)),
            about="a kernel as large as the image and one of a single entry, among others",
        ),
    ]


MULTIPLY_ADDS = Exercise(
    id="padding_stride.multiply_adds",
    title="The work of a layer",
    points=1,
    minutes=3,
    covers=("D7.3.4",),
    example=(
        (Case(args=(5, 3, 0, 1)), 81),
        (Case(args=(5, 3, 0, 2), about="the text's other example"), 36),
    ),
    cases=_counts,
    reference=_work,
    wrong={
        "one row": (
            "You counted one row only, of outputs, of the kernel, or of both. Both have two "
            "directions.",
            lambda n, k, p, s: conv_output_size(n, k, p, s) * k,
            lambda n, k, p, s: conv_output_size(n, k, p, s) * k**2,
            lambda n, k, p, s: conv_output_size(n, k, p, s) ** 2 * k,
        ),
        "added": (
            "You added the outputs and the entries of the kernel. Each output takes as many "
            "multiply-adds as the kernel has entries: multiply.",
            lambda n, k, p, s: _windows(n, k, p, s) + k**2,
        ),
        "outputs counted": (
            "You counted the outputs. Each of them takes as many multiply-adds as the kernel has "
            "entries.",
            lambda n, k, p, s: conv_output_size(n, k, p, s) ** 2,
        ),
        "work at stride one divided": (
            "You divided the work at stride 1. Outputs are whole, and a stride saves in both "
            "directions: count the outputs that are left.",
            *(
                lambda n, k, p, s, rounds=rounds, power=power: rounds(_work(n, k, p, 1) / s**power)
                for rounds in (float, math.floor, math.ceil, round)
                for power in (1, 2)
            ),
        ),
        "not rounded down": (
            "The number of outputs is whole: a last step that would lead over the border is not "
            "taken. Round down, as your conv_output_size does.",
            _of_size(lambda n, k, p, s: (n + 2 * p - k) / s + 1),
            _of_size(lambda n, k, p, s: math.ceil((n + 2 * p - k) / s) + 1),
            _of_size(lambda n, k, p, s: round((n + 2 * p - k) / s) + 1),
            lambda n, k, p, s: int(((n + 2 * p - k) / s + 1) ** 2 * k**2),
            lambda n, k, p, s: int(((n + 2 * p - k) / s + 1) ** 2) * k**2,
        ),
        "counted apart": (
            "You counted multiplications and additions apart. One multiply-add counts once here, "
            "and there are k·k for each output.",
            lambda n, k, p, s: 2 * _work(n, k, p, s),
            lambda n, k, p, s: _windows(n, k, p, s) * (2 * k**2 - 1),
            lambda n, k, p, s: _windows(n, k, p, s) * (k**2 - 1),
        ),
        "a bias": (
            "You counted a bias. Here there is none.",
            lambda n, k, p, s: _windows(n, k, p, s) * (k**2 + 1),
        ),
        "padding forgotten": (
            "You left out the padding: windows on the border are computed as well.",
            _of_size(lambda n, k, p, s: (n - k) // s + 1),
            _of_size(lambda n, k, p, s: conv_output_size(n, k, 0, s)),
        ),
        "padding on one side": (
            "You added the padding once. It is laid on both sides.",
            _of_size(lambda n, k, p, s: (n + p - k) // s + 1),
        ),
        "one window forgotten": (
            "You counted the steps of the kernel. There is one window more than there are steps.",
            _of_size(lambda n, k, p, s: (n + 2 * p - k) // s),
        ),
        "zeros left out": (
            "You left out the products with the zeros of the padding. Here they count, too: every "
            "output takes k·k.",
            _real_products,
        ),
        "stride and padding swapped": (
            "You took the padding for the stride and the stride for the padding. They are given in "
            "the order n, k, p, s.",
            lambda n, k, p, s: _of_size(conv_output_size)(n, k, s, p or 1),
            lambda n, k, p, s: _of_size(conv_output_size)(n, k, *((s, p) if p else (p, s))),
            # Without padding there is a division by zero.
            _of_size(lambda n, k, p, s: (n + 2 * s - k) // p + 1),
            _of_size(lambda n, k, p, s: conv_output_size(n, k, s, p)),
        ),
        "stride in one direction": (
            "You let the stride save in one direction only. Windows lie s pixels apart in both.",
            lambda n, k, p, s: conv_output_size(n, k, p, s) * conv_output_size(n, k, p) * k**2,
        ),
        "every pixel counted": (
            "You counted a window for every pixel of the image. Count the windows: your "
            "conv_output_size does.",
            _of_size(lambda n, k, p, s: n),
            _of_size(lambda n, k, p, s: n + 2 * p),
        ),
        "size divided": (
            "You divided by the stride the size of the image, or that of the output at stride 1. "
            "That is not the number of windows: use your conv_output_size.",
            _of_size(lambda n, k, p, s: n // s),
            _of_size(lambda n, k, p, s: -(-n // s)),
            _of_size(lambda n, k, p, s: n / s),
            _of_size(lambda n, k, p, s: (n + 2 * p) // s),
            _of_size(lambda n, k, p, s: (n + 2 * p) / s),
            lambda n, k, p, s: (n + 2 * p) ** 2 * k**2 // s**2,
            lambda n, k, p, s: n**2 * k**2 // s**2,
            _of_size(lambda n, k, p, s: (n + 2 * p - k + 1) // s),
        ),
        "stride forgotten": (
            "You counted a window at every pixel; with stride s there are fewer.",
            _of_size(lambda n, k, p, s: n + 2 * p - k + 1),
        ),
    },
    right=(_window_by_window, lambda n, k, p, s: float(_of_size(conv_output_size)(n, k, p, s))),
    library={math.prod: False},
    hints=(
        "How many outputs are there, and how many entries has the kernel?",
        "outputs = conv_output_size(n, k, p, s) ** 2; each takes k * k multiply-adds.",
    ),
    needs=("padding_stride.conv_output_size",),
    tolerance=EXACT,
)

STRIDE_CLAIMS = Essay(
    id="padding_stride.stride_claims",
    title="Two claims about stride",
    points=3,
    minutes=8,
    covers=("D7.3.4", "D7.3.5"),
)
