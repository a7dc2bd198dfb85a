"""Extra: a blur before the stride, and what one pixel changes with and without."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.padding_stride.given import mirror_pad
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.padding_stride.operators import strided

Down = Callable[[Tensor], Tensor]

_ROW = torch.tensor([1.0, 2, 1]) / 4
_KERNEL = torch.outer(_ROW, _ROW)


def _by_scipy(X: Tensor) -> Tensor:
    """Blurred, a mirror at the border; the shape stays."""
    image = X.double().numpy()
    for axis in (0, 1):
        image = scipy.ndimage.correlate1d(image, np.array([1, 2, 1]) / 4, axis, mode="mirror")
    return torch.from_numpy(image)


def _halved(X: Tensor) -> Tensor:
    return X[::2, ::2]


def _right(X: Tensor) -> Tensor:
    return _halved(_by_scipy(X))


def _padded(X: Tensor, mode: str = "reflect") -> Tensor:
    return F.pad(X[None, None], (1, 1, 1, 1), mode=mode)[0, 0]


def _blurred(kernel: Tensor = _KERNEL, mode: str = "reflect", stride: int = 2) -> Down:
    return lambda X: strided(_padded(X, mode), kernel, stride)


def _two_means(X: Tensor) -> Tensor:
    """The mean of two, twice, has the weights [1, 2, 1] / 4."""
    return F.avg_pool2d(F.avg_pool2d(_padded(X)[None], 2, 1), 2, 2)[0]


def _by_slices(X: Tensor) -> Tensor:
    for _ in range(2):
        padded = torch.cat([X[1:2], X, X[-2:-1]])
        X = ((padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4)[::2].T
    return X


def _images(draw: Draw) -> list[Case]:
    small, large = draw.integer(2, 3), draw.integer(4, 5)
    level = float(draw.integer(2, 5))
    return [
        *(
            Case(args=(draw.normal(height, width),), about=about)
            for about, height, width in (
                ("even sides, higher than wide", 2 * large, 2 * small),
                ("odd sides, wider than high", 2 * small + 1, 2 * large + 1),
                ("an odd height and an even width", 2 * large + 1, 2 * small),
                ("an even height and an odd width", 2 * small, 2 * large + 1),
                ("two rows", 2, 2 * small + 1),
                ("two columns", 2 * small + 2, 2),
                ("three rows and columns", 3, 3),
                ("two rows and columns", 2, 2),
            )
        ),
        Case(args=(torch.full((6, 9), level),), about="an even area"),
        Case(args=(torch.tensor([level - 1, level + 3]).repeat(6, 4),), about="stripes"),
    ]


BLUR_DOWN = Exercise(
    id="padding_stride.blur_down",
    title="Blur before the stride",
    points=2,
    minutes=7,
    core=False,
    covers=("B02-aliasing",),
    example=((Case(args=(torch.tensor([[4.0, 0, 8, 4], [8, 16, 0, 4]]),)), [[7, 5]]),),
    cases=_images,
    reference=_right,
    promises=("unchanged", "tensor"),
    wrong={
        "not blurred": (
            "You took every second pixel of the image as it is. Blur it first.",
            _halved,
        ),
        "blurred afterwards": (
            "You blurred the small image. Then it is too late: what the stride has mixed up cannot "
            "be told apart any more. Blur the large one.",
            lambda X: _by_scipy(_halved(X)),
            # Two rows leave one, too few for these mirrors.
            lambda X: _blurred(stride=1)(_halved(X)),
            lambda X: strided(mirror_pad(_halved(X), 1), _KERNEL),
        ),
        "weights not divided": (
            "Your weights do not add up to 1, so that even areas change their brightness: [1, 2, "
            "1] is divided by 4 in each of the two directions.",
            lambda X: 16 * _right(X),
            lambda X: 4 * _right(X),
            lambda X: 2 * _right(X),
            lambda X: _right(X) / 4,
            lambda X: _right(X) * 16 / 9,
        ),
        "other weights": (
            "Your blur has other weights than [1, 2, 1] / 4 in each direction.",
            _blurred(torch.full((3, 3), 1 / 9)),
            _blurred(torch.tensor([[0.0, 1, 0], [1, 4, 1], [0, 1, 0]]) / 8),
            _blurred(torch.tensor([[0.0, 1, 0], [1, 2, 1], [0, 1, 0]]) / 6),
            _blurred(torch.tensor([[1.0, 2, 1]] * 3) / 12),
            lambda X: F.avg_pool2d(X[None], 2, ceil_mode=True)[0],
        ),
        "another border": (
            "Your border is another one. In a mirror that stands on the border pixel, the pixel "
            'outside equals the second one inside: F.pad(mode="reflect").',
            _blurred(mode="constant"),
            _blurred(mode="replicate"),
            lambda X: strided(
                torch.cat([X[-1:], X, X[:1]])[:, [-1, *range(X.shape[1]), 0]], _KERNEL, 2
            ),
        ),
        "one direction": (
            "You blurred in one direction only. Blur down the columns and along the rows.",
            lambda X: _halved(strided(_padded(X)[1:-1], _ROW[None])),
            lambda X: _halved(strided(_padded(X)[:, 1:-1], _ROW[:, None])),
            lambda X: strided(_padded(X), _ROW[None], 2),
            lambda X: strided(_padded(X), _ROW[:, None], 2),
        ),
        "border left out": (
            "You blurred without a border, so that your output is too small. Lay one mirrored "
            "pixel around the image first.",
            lambda X: strided(X, _KERNEL, 2),
        ),
        "second pixel first": (
            "You kept the second, fourth, ... pixel. Begin with the first.",
            lambda X: _by_scipy(X)[1::2, 1::2],
        ),
        "last pixel lost": (
            "You lost the last row or column where a side is odd: keep ⌈H / 2⌉ rows and ⌈W / 2⌉ "
            "columns.",
            lambda X: _right(X)[: X.shape[0] // 2, : X.shape[1] // 2],
        ),
        "thinned in one direction": (
            "You kept every second pixel in one direction only. Keep every second row and column.",
            lambda X: _by_scipy(X)[::2],
            lambda X: _by_scipy(X)[:, ::2],
        ),
        "thinned twice": (
            "You thinned twice, by the convolution's stride and by a slice, say. Keep every second "
            "row and column once.",
            lambda X: _right(X)[::2, ::2],
        ),
        "not thinned": (
            "You blurred and kept every pixel. Keep every second row and column.",
            _by_scipy,
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the output has "
            "two axes, also where one of them has size 1.",
            lambda X: _right(X).squeeze(),
            lambda X: _right(X)[None],
            lambda X: _right(X)[None, None],
        ),
        "transposed": ("Rows and columns of your output are swapped.", lambda X: _right(X).T),
        "blurred twice": (
            "You blurred twice. Blur once in each direction.",
            lambda X: _right(_by_scipy(X)),
        ),
    },
    right=(_blurred(), _two_means, _by_slices),
    library={F.interpolate: False},
    hints=(
        "Three steps: a mirror of one pixel around the image, a blur, a stride of 2. The last two "
        "can be one convolution.",
        "The kernel is the product of a column and a row [1, 2, 1] / 4: torch.outer(row, row).",
        "manual_conv2d(padded, kernel, stride=2), with padded = F.pad(X[None, None], (1, 1, 1, 1), "
        'mode="reflect")[0, 0].',
    ),
    needs=("padding_stride.manual_conv2d", "padding_stride.mirror_pad"),
)

Compare = Callable[[Tensor, Tensor], Any]


def _relative(old: Tensor, new: Tensor) -> float:
    """By Python's distance of two points."""
    a, b = (image.double().flatten().tolist() for image in (old, new))
    return math.dist(a, b) / math.hypot(*a)


def _change(
    compare: Compare = _relative,
    move: Down = lambda X: torch.cat([X[:, -1:], X[:, :-1]], dim=1),
) -> Callable[[Down, Tensor], Any]:
    """Two small images compared: made from X, and from X moved."""
    return lambda down, X: compare(down(X), down(move(X)))


def _with_torch(down: Down, X: Tensor) -> Tensor:
    small = [down(image) for image in (X, X.roll(1, -1))]
    change: Tensor = torch.linalg.norm(small[0] - small[1]) / torch.linalg.norm(small[0])
    return change


def _pictures(draw: Draw) -> list[Case]:
    """Few pixels about a mean that is not 0: no two norms are nearly the same."""
    small, large = draw.integer(2, 3), draw.integer(4, 5)
    return [
        *(
            Case(args=(way, 2 * draw.normal(height, width) + 1), about=about)
            for about, way, height, width in (
                ("every second pixel, even sides", "every second pixel", 2 * small, 2 * large),
                ("odd sides", "every second pixel", 2 * large + 1, 2 * small + 1),
                ("an odd width", "every second pixel", 2 * large, 2 * small + 1),
                ("an odd height", "every second pixel", 2 * small + 1, 2 * large),
                ("another way: rows alone", "every second row", 2 * small, 2 * large + 1),
                ("another way: columns alone", "the first of three columns", 5, 3 * small + 1),
                ("another way: means", "means", 2 * large, 2 * small),
                ("two columns", "every second pixel", 2 * small + 1, 2),
            )
        ),
        Case(args=("means", draw.normal(6, 8) - 4), about="negative numbers"),
        Case(args=("every second pixel", 300 * draw.normal(4, 7)), about="large numbers"),
    ]


_STRIPES = torch.tensor([[1.0, 3, 1, 3]] * 2)

ONE_PIXEL_CHANGE = Exercise(
    id="padding_stride.one_pixel_change",
    title="What one pixel changes",
    points=2,
    minutes=5,
    core=False,
    covers=("B02-aliasing",),
    example=((Case(args=("every second pixel", _STRIPES)), 2),),
    cases=_pictures,
    reference=_change(),
    through="with_way",
    promises=("unchanged",),
    wrong={
        "moved down": (
            "You moved the image down. To the right is along the last axis, dims=1.",
            _change(move=lambda X: torch.roll(X, 1, dims=0)),
        ),
        "moved in both directions": (
            "You moved the image down as well. Move it to the right only, dims=1.",
            _change(move=lambda X: torch.roll(X, (1, 1), dims=(0, 1))),
        ),
        "rolled through": (
            "Without dims, torch.roll moves through all rows as if they were one: what leaves a "
            "row comes in at the next. Name the axis: dims=1.",
            _change(move=lambda X: torch.roll(X, 1)),
        ),
        "moved by two": (
            "You moved by two pixels, a whole stride. Move by one.",
            _change(move=lambda X: torch.roll(X, 2, dims=1)),
        ),
        "moved left": (
            "You moved the image to the left: the shift is 1, not -1.",
            _change(move=lambda X: torch.roll(X, -1, dims=1)),
        ),
        "zeros moved in": (
            "You moved zeros, or the border again, in at the left. With torch.roll, what leaves at "
            "the right comes in there.",
            _change(move=lambda X: F.pad(X, (1, -1))),
            _change(move=lambda X: torch.cat([X[:, :1], X[:, :-1]], dim=1)),
        ),
        "small image moved": (
            "You moved the small image by one of its pixels. Move X by one pixel, and make it "
            "small then.",
            lambda down, X: _relative(down(X), torch.roll(down(X), 1, 1)),
        ),
        "not made small": (
            "You compared the large images. Make both small with down first.",
            lambda down, X: _relative(X, torch.roll(X, 1, 1)),
        ),
        "always every second pixel": (
            "You made the images small in a way of your own. Call the function that is given: "
            "down(X).",
            lambda down, X: _change()(_halved, X),
            lambda down, X: _change()(_right, X),
        ),
        "another norm to divide by": (
            "You divided by another norm. Divide by that of A, the small image before the move.",
            _change(lambda old, new: _relative(new, old)),
            lambda down, X: _change()(down, X) * float(down(X).norm() / X.norm()),
            _change(lambda old, new: (new - old).norm() / (old + new).norm()),
            _change(lambda old, new: (new - old).norm() / (old.norm() + new.norm())),
            _change(lambda old, new: 2 * (new - old).norm() / (old.norm() + new.norm())),
        ),
        "norms compared": (
            "You subtracted one norm from the other. Subtract the images, pixel by pixel, and then "
            "take the norm.",
            _change(lambda old, new: (new.norm() - old.norm()) / old.norm()),
            _change(lambda old, new: (new.norm() - old.norm()).abs() / old.norm()),
        ),
        "not relative": (
            "You did not divide by the norm of A.",
            _change(lambda old, new: (new - old).norm()),
        ),
        "squared": (
            "Your number is the square of the expected one: a norm ends with a square root.",
            _change(lambda old, new: _relative(old, new) ** 2),
        ),
        "divided pixel by pixel": (
            "You divided pixel by pixel. Divide the norm of B - A by the norm of A: one number by "
            "another.",
            _change(lambda old, new: ((new - old) / old).norm()),
            _change(lambda old, new: ((new - old) / old).abs().mean()),
            _change(lambda old, new: ((new - old) / old).abs().sum()),
            _change(lambda old, new: ((new - old) / old).abs().max()),
        ),
        "moved before comparing": (
            "You moved one of the small images by one of its pixels before you compared. Compare B "
            "with A, both as they are.",
            _change(lambda old, new: (new - old.roll(1, 1)).norm() / old.norm()),
            _change(lambda old, new: (new.roll(-1, 1) - old).norm() / old.norm()),
        ),
        "another size": (
            "You compared by another measure than the norm, the square root of the sum of squares.",
            _change(lambda old, new: (new - old).abs().sum() / old.abs().sum()),
            _change(lambda old, new: (new - old).abs().max() / old.abs().max()),
            _change(lambda old, new: (new - old).abs().mean()),
            _change(lambda old, new: ((new - old) / old.norm()).abs().sum()),
        ),
    },
    right=(_with_torch, lambda down, X: _with_torch(down, X).item()),
    library={torch.dist: False},
    hints=(
        "moved = torch.roll(X, 1, dims=1). Make both small, with down(X) and down(moved).",
        "The change is (B - A).norm() / A.norm(), with A from X and B from moved.",
    ),
)
