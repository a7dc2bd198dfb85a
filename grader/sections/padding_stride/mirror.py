"""Extra: a mirror at the border."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.padding_stride.given import mirror_pad
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Padding = Callable[[Tensor, int], Any]


def _settings(draw: Draw) -> list[Case]:
    few, many = draw.integer(3, 4), draw.integer(6, 8)
    # Without padding, the image itself is the answer.
    unchanged = ((draw.normal(3, 4), 0), (draw.normal(1, 1), 0), (draw.normal(3, 4), 1))
    return [
        *(
            Case(args=(draw.normal(*size), p), about=about)
            for about, size, p in (
                ("a wide image, one pixel", (4, draw.integer(5, 7)), 1),
                ("a tall image, two pixels", (many, 5), 2),
                ("a square image", (5, 5), 3),
                ("the most for the height", (few, many), few - 1),
                ("the most for the width", (many, few), few - 1),
            )
        ),
        Case(each=unchanged, about="no pixels to lay around, among others"),
        *(
            Case(args=(draw.normal(*size), p), about=about)
            for about, size, p in (
                ("as many pixels as there are rows", (few, many + 2), few),
                ("as many pixels as there are columns", (many + 2, few), few),
                ("more pixels than there are rows", (2, many), 3),
                ("more pixels than there are columns", (many, 2), 4),
                ("a single row", (1, many), 1),
            )
        ),
    ]


def _ways(pad: Padding) -> tuple[Padding, Padding]:
    """A mistaken padding after the right check, and after none."""

    def checked(X: Tensor, p: int) -> Any:
        mirror_pad(X, p)
        return pad(X, p)

    return checked, pad


def _picked(place: Callable[[int, int], int]) -> tuple[Padding, Padding]:
    """The pixel that is shown at place i, of n."""

    def pad(X: Tensor, p: int) -> Tensor:
        rows, columns = ([place(i, n) % n for i in range(-p, n + p)] for n in X.shape)
        return X[rows][:, columns]

    return _ways(pad)


def _by_numpy(**mode: Any) -> Padding:
    return lambda X, p: torch.from_numpy(np.pad(X.numpy(), p, **mode))


def _not_reversed(X: Tensor, p: int) -> Tensor:
    """The strips that the mirror shows, laid on as they are."""
    X = torch.cat([X[1 : p + 1], X, X[len(X) - 1 - p : -1]])
    return torch.cat([X[:, 1 : p + 1], X, X[:, X.shape[1] - 1 - p : -1]], dim=1)


def _unchecked(X: Tensor, p: int) -> Tensor:
    """Slices that are too long are cut silently."""
    X = torch.cat([X[1 : p + 1].flip(0), X, X[-p - 1 : -1].flip(0)])
    return torch.cat([X[:, 1 : p + 1].flip(1), X, X[:, -p - 1 : -1].flip(1)], dim=1)


def _by_flips(X: Tensor, p: int) -> Tensor:
    for side in X.shape:
        if p >= side:
            raise ValueError(f"p = {p} is not smaller than {side}")
    return _unchecked(X, p)


def _flipped_twice(X: Tensor, p: int) -> Tensor:
    X = torch.cat([X[1 : p + 1].flip(0, 1), X, X[-p - 1 : -1].flip(0, 1)])
    return torch.cat([X[:, 1 : p + 1].flip(0, 1), X, X[:, -p - 1 : -1].flip(0, 1)], dim=1)


def _refused(when: Callable[[Tensor, int], bool], error: type[Exception] = ValueError) -> Padding:
    """An error there as well."""

    def pad(X: Tensor, p: int) -> Tensor:
        if when(X, p):
            raise error(f"p = {p}, sides {X.shape}")
        return mirror_pad(X, p)

    return pad


def _zero_refused(error: type[Exception]) -> Padding:
    return _refused(lambda X, p: p == 0, error)


def _by_a_negative_end(X: Tensor, p: int) -> Tensor:
    padded = mirror_pad(X, p)
    if p == 0:
        padded = torch.zeros_like(X)
        padded[p:-p, p:-p] = X
    return padded


def _picked_from_the_end(X: Tensor, p: int) -> Tensor:
    """The last p pixels but the border's: all of them where p is 0."""
    padded = mirror_pad(X, p)
    if p == 0:
        padded = torch.cat([X, X[:-1].flip(0)])
        padded = torch.cat([padded, padded[:, :-1].flip(1)], dim=1)
    return padded


def _cornerless(X: Tensor, p: int) -> Tensor:
    Y = mirror_pad(X, p).clone()
    H, W = X.shape
    for rows in (slice(p), slice(H + p, None)):
        for columns in (slice(p), slice(W + p, None)):
            Y[rows, columns] = 0
    return Y


def _pixel_by_pixel(X: Tensor, p: int) -> Tensor:
    H, W = X.shape
    if not (p < H and p < W):
        raise ValueError(f"{p} mirrored pixels, but the image is {H} by {W}")
    Y = torch.empty(H + 2 * p, W + 2 * p)
    for i in range(H + 2 * p):
        for j in range(W + 2 * p):
            Y[i, j] = X[H - 1 - abs(H - 1 - abs(i - p)), W - 1 - abs(W - 1 - abs(j - p))]
    return Y


MIRROR_PAD = Exercise(
    id="padding_stride.mirror_pad",
    title="A mirror at the border",
    points=2,
    minutes=11,
    core=False,
    covers=("D7.3.3",),
    cases=_settings,
    reference=mirror_pad,
    promises=("unchanged", "tensor"),
    wrong={
        "border twice": (
            "You repeat the border pixel: your mirror stands outside it. Here it stands on it, and "
            "the first pixel outside equals the second one inside.",
            *_picked(lambda i, n: -i - 1 if i < 0 else min(i, 2 * n - 1 - i)),
        ),
        "one border twice": (
            "On two sides all is right. On the others you repeat the border pixel: after column "
            "W - 1 comes column W - 2, before column 0 comes column 1.",
            *_picked(lambda i, n: abs(i) if i < n else 2 * n - 1 - i),
            *_picked(lambda i, n: -i - 1 if i < 0 else i if i < n else 2 * (n - 1) - i),
        ),
        "not reversed": (
            "You took the right pixels, but in the order of the image. A mirror reverses them: the "
            "pixel next to the border comes first.",
            *_ways(_not_reversed),
        ),
        "border copied": (
            "You copy the border pixel outwards. A mirror shows the pixels further inside, in "
            "reversed order.",
            *_picked(lambda i, n: min(max(i, 0), n - 1)),
        ),
        "wrapped": (
            "You took the pixels of the other side: the image goes round. A mirror shows those of "
            "the same side, in reversed order.",
            *_picked(lambda i, n: i),
        ),
        "zeros": (
            "Outside of your image there are zeros. A mirror shows the pixels inside, in reversed "
            "order.",
            *_ways(lambda X, p: F.pad(X, (p,) * 4)),
        ),
        "two sides only": (
            "You added rows only, or columns only. The mirror stands on all four sides.",
            *_ways(lambda X, p: mirror_pad(X, p)[p : X.shape[0] + p]),
            *_ways(lambda X, p: mirror_pad(X, p)[:, p : X.shape[1] + p]),
        ),
        "one pixel only": (
            "You added one pixel on each side, whatever p is. Add p of them.",
            *_ways(lambda X, p: mirror_pad(X, min(p, 1))),
            *_ways(lambda X, p: mirror_pad(X, 1) if min(X.shape) > 1 else X),
        ),
        "corners left out": (
            "The four corners are zeros. Do the rows first and then the columns of what came out, "
            "or the other way round: the corners follow.",
            _cornerless,
        ),
        "flipped along both axes": (
            "You flipped your strips along both axes. Above and below, the rows change their order "
            "only; left and right, the columns.",
            *_ways(_flipped_twice),
        ),
        "nothing around": (
            "Your answer goes wrong where p is 0 and the image is unchanged. In a slice -p is 0 "
            "then, too: [p:-p] is empty, and [-p:] is everything.",
            _by_a_negative_end,
            _zero_refused(RuntimeError),
            _zero_refused(ValueError),
            _picked_from_the_end,
        ),
        "too early": (
            "You raise ValueError although there are pixels enough. A mirror of p pixels needs "
            "sides of p + 1: raise it as soon as p reaches one of the two sides, not before.",
            _refused(lambda X, p: p >= min(X.shape) - 1),
            _refused(lambda X, p: 0 < p >= min(X.shape) - 1),
            _refused(lambda X, p: p > min(X.shape) // 2),
        ),
        "rows and columns swapped": (
            "Rows and columns of your image have changed places.",
            *_ways(lambda X, p: mirror_pad(X, p).T),
        ),
        "too few pixels unnoticed": (
            "As soon as p reaches one of the two sides there are too few pixels to show. Compare "
            "p with each of them first, and raise ValueError.",
            _unchecked,
        ),
    },
    right=(_by_flips, _pixel_by_pixel),
    library={mirror_pad: False, _by_numpy(mode="reflect"): False},
    hints=(
        "Look at one row first: which column of the image stands at place -1, -2, ... of the "
        "padded one, and which at W, W + 1, ...?",
        "Place -1 shows column 1, place -2 column 2; place W shows column W - 2. Write the list of "
        "columns from -p to W - 1 + p.",
        "columns = [abs(j) if j < W else 2 * (W - 1) - j for j in range(-p, W + p)]; likewise for "
        "the rows; then X[rows][:, columns]. Before: ValueError as soon as p reaches one of the "
        "two sides.",
    ),
    forbidden=(
        "aten::reflection_pad2d",
        "aten::reflection_pad1d",
        "torch.nn.ReflectionPad1d",
        "torch.nn.ReflectionPad2d",
        "numpy.pad",
        "scipy.ndimage",
    ),
    stand_in="mirror_pad",
)
