"""Extra: average pooling by a convolution."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import POOLING_OPERATORS
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.pooling.settings import Pair


def _mean(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    return F.avg_pool2d(X, tuple(kernel_size), tuple(stride))


def _conv_settings(draw: Draw) -> list[Case]:
    """No number of channels is that of images, a side of a window, or a stride."""
    table = (
        ("windows side by side", (1, 4, 6, 6), (2, 3), (2, 3)),
        ("tall windows that overlap", (1, 5, draw.integer(6, 7), 4), (3, 2), (2, 1)),
        ("wide windows that overlap", (1, 5, 4, draw.integer(6, 7)), (2, 4), (1, 3)),
        ("square windows", (2, 3, 4, 4), (2, 2), (1, 1)),
        ("a stride larger than the window", (1, 3, 7, 6), (2, 1), (4, 2)),
        ("fewer channels than images", (4, 3, 4, 3), (2, 2), (2, 1)),
        ("one image of one channel, one row of windows", (1, 1, 3, 5), (3, 2), (1, 1)),
    )
    return [
        Case(args=(1 + 2 * draw.normal(*shape), kernel_size, stride), about=about)
        for about, shape, kernel_size, stride in table
    ] + [
        # A window of one pixel at stride 1 gives the map itself, so others are asked beside it.
        Case(
            each=(
                (draw.normal(1, 2, 3, 4), (1, 1), (1, 1)),
                (draw.normal(2, 3, 5, 4), (1, 1), (2, 1)),
                (draw.normal(2, 5, 2, 3), (2, 3), (1, 1)),
                (draw.normal(1, 1, 3, 2), (3, 2), (1, 1)),
            ),
            about="windows of one pixel, or as large as the map",
        )
    ]


def _by_identity(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    C, (h, w) = X.shape[1], kernel_size
    weight = torch.eye(C)[:, :, None, None].repeat(1, 1, h, w) / (h * w)
    return F.conv2d(X, weight, stride=tuple(stride))


def _channels_as_images(X: Tensor, kernel_size: Pair, stride: Pair) -> Tensor:
    weight = torch.ones(1, 1, *kernel_size)
    Y = F.conv2d(X.reshape(-1, 1, *X.shape[2:]), weight / weight.numel(), stride=tuple(stride))
    return Y.reshape(*X.shape[:2], *Y.shape[2:])


def _on_one_axis(X: Tensor, kernel_size: Pair, stride: Pair, order: str) -> Tensor:
    """Images and channels on one axis, not taken apart or in the wrong order."""
    Y, (N, C) = _mean(X, kernel_size, stride), X.shape[:2]
    if order == "swapped":
        return Y.flatten(0, 1).reshape(C, N, *Y.shape[2:]).transpose(0, 1)
    return Y.flatten(0, 1).unsqueeze(1 if order == "images" else 0)


def _padded(X: Tensor, kernel_size: Pair, stride: Pair, p: Pair) -> Tensor:
    return _mean(F.pad(X, (p[1], p[1], p[0], p[0])), kernel_size, stride)


_SIXTEEN = torch.arange(1.0, 17).reshape(1, 1, 4, 4)

AVG_AS_CONV = Exercise(
    id="pooling.avg_as_conv",
    title="Average pooling as a convolution",
    points=2,
    minutes=7,
    core=False,
    covers=("D7.5.1",),
    example=((Case(args=(_SIXTEEN, (2, 2), (2, 2))), [[[[3.5, 5.5], [11.5, 13.5]]]]),),
    cases=_conv_settings,
    reference=_mean,
    promises=("unchanged", "tensor"),
    wrong={
        "channels mixed": (
            "Every channel of your output holds the numbers of all channels. The kernel from "
            "another channel must be zero, or use groups: one group for each channel.",
            lambda X, k, s: _mean(X, k, s).sum(1, keepdim=True).expand_as(_mean(X, k, s)),
            lambda X, k, s: _mean(X, k, s).mean(1, keepdim=True).expand_as(_mean(X, k, s)),
        ),
        "one channel out": (
            "Your output has a single channel, made of all. Pooling keeps the channels apart: "
            "there are as many out as in.",
            lambda X, k, s: _mean(X, k, s).sum(1, keepdim=True),
            lambda X, k, s: _mean(X, k, s).mean(1, keepdim=True),
        ),
        "sum": (
            "Your kernel adds the numbers of the window. All its weights must be 1 / (h * w).",
            lambda X, k, s: _mean(X, k, s) * k[0] * k[1],
        ),
        "divided by one side": (
            "Your weights are 1 over one side of the window, or over its square. A window holds "
            "h * w numbers: each weighs 1 / (h * w).",
            lambda X, k, s: _mean(X, k, s) * k[0],
            lambda X, k, s: _mean(X, k, s) * k[1],
            lambda X, k, s: _mean(X, k, s) * k[0] / k[1],
            lambda X, k, s: _mean(X, k, s) * k[1] / k[0],
        ),
        "always a quarter": (
            "Your weights are 1/4, whatever the window: that fits windows of four numbers only.",
            lambda X, k, s: _mean(X, k, s) * k[0] * k[1] / 4,
        ),
        "rounded to zero": (
            "Your weights are 0, except in a window of one number: // rounds 1 / (h * w) down, and "
            "so does a kernel of integers.",
            lambda X, k, s: _mean(X, k, s) * (k[0] * k[1] == 1),
        ),
        "padded": (
            "You padded the map. Here is no padding: all windows lie within it.",
            lambda X, k, s: _padded(X, k, s, (k[0] // 2, k[1] // 2)),
            lambda X, k, s: _padded(X, k, s, (1, 1)),
        ),
        "first image only": (
            "You treated the first image only, or its first channel.",
            lambda X, k, s: _mean(X[:1], k, s),
            lambda X, k, s: _mean(X[:, :1], k, s),
            lambda X, k, s: _mean(X[:1, :1], k, s),
        ),
        "images and channels mixed up": (
            "You put images and channels on one axis. Take them apart again, images first: "
            ".reshape(N, C, *Y.shape[2:]).",
            *(
                lambda X, k, s, order=order: _on_one_axis(X, k, s, order)
                for order in ("swapped", "images", "channels")
            ),
        ),
        "divided by the channels": (
            "You divided by the number of channels, too. The mean of a window is that of h * w "
            "numbers of one channel.",
            lambda X, k, s: _mean(X, k, s) / X.shape[1],
        ),
        "stride forgotten": (
            "You let the kernel move by one pixel; F.conv2d takes stride=1 if it is not told.",
            lambda X, k, s: _mean(X, k, (1, 1)),
        ),
        "stride is the window": (
            "You moved the kernel by its own size. Here stride says by how much it moves.",
            lambda X, k, s: _mean(X, k, k),
        ),
        "rows and columns swapped": (
            "Rows and columns are swapped somewhere: each pair is (for rows, for columns).",
            lambda X, k, s: _mean(X, k[::-1], s),
            lambda X, k, s: _mean(X, k, s[::-1]),
            lambda X, k, s: _mean(X, k[::-1], s[::-1]),
        ),
        "one number of a pair": (
            "You used one number of a pair for rows and columns alike. The first one is for the "
            "rows, the second for the columns.",
            *(lambda X, k, s, i=i: _mean(X, k, (s[i],) * 2) for i in (0, 1)),
            *(lambda X, k, s, i=i: _mean(X, (k[i],) * 2, s) for i in (0, 1)),
        ),
        "an axis lost": (
            "Your numbers are right, but axes are missing: the output has the shape "
            "(N, C, rows, columns), also where one of these is 1.",
            lambda X, k, s: _mean(X, k, s).squeeze(),
            lambda X, k, s: _mean(X, k, s)[0] if len(X) == 1 else _mean(X, k, s),
            lambda X, k, s: _mean(X, k, s).squeeze(2),
        ),
    },
    right=(_by_identity, _channels_as_images),
    library={F.avg_pool2d: False, F.conv2d: False},
    hints=(
        "The mean of a window is a weighted sum of its numbers. What is each weight?",
        "The kernel for one channel holds h * w times 1 / (h * w). With several channels: how must "
        "the kernel from channel 0 to output channel 1 look, so that they do not mix?",
        "F.conv2d(X, weight, stride=stride, groups=C) treats each channel by itself; weight then "
        "has shape (C, 1, h, w).",
    ),
    forbidden=(*POOLING_OPERATORS, "aten::mean", "aten::unfold", "aten::im2col"),
    instead="Here F.conv2d is to do it, with a kernel of your own.",
    required=("aten::convolution",),
)
