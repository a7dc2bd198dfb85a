"""How many zeros there are in feature maps."""

import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _sparsity(maps: Tensor) -> Tensor:
    """The reference: PyTorch counts what is not zero."""
    channels = maps.transpose(0, 1).flatten(1)
    return 1 - torch.count_nonzero(channels, dim=1) / channels.shape[1]


def _some_zeros(draw: Draw, *size: int) -> Tensor:
    """Whole numbers of which in every channel some are zero and some are not."""
    maps = draw.integers(-1, 2, *size)
    maps[0, :, 0, 0], maps[-1, :, -1, -1] = 0, 1
    return maps


def _sparsity_cases(draw: Draw) -> list[Case]:
    tiny = _some_zeros(draw, 3, 2, 4, 3) * 1e-9
    alike = torch.ones(2, 3, 2, 4)
    return [
        Case(args=(_some_zeros(draw, 2, 5, 4, 3).relu(),), about="maps of a ReLU"),
        Case(args=(_some_zeros(draw, 4, 3, 5, 2),), about="negative numbers, too"),
        Case(args=(tiny,), about="very small numbers, too"),
        Case(args=(_some_zeros(draw, 1, 4, 3, 5),), about="one image"),
        Case(args=(_some_zeros(draw, 3, 1, 2, 5),), about="one channel"),
        Case(args=(_some_zeros(draw, 5, 3, 1, 1),), about="maps of one pixel"),
        Case(each=((0 * alike,), (alike,)), about="all zeros, and none"),
    ]


SPARSITY = Exercise(
    id="lenet.sparsity",
    title="How many zeros",
    points=1,
    minutes=4,
    core=False,
    covers=("D7.6.5",),
    example=((Case(args=(torch.tensor([[[[0.0, 2.0], [0.0, 0.0]]]]),)), [0.75]),),
    cases=_sparsity_cases,
    reference=_sparsity,
    promises=("unchanged", "tensor"),
    wrong={
        "share of the active": (
            "That is the share of numbers that are not zero. Sparsity counts the zeros.",
            lambda maps: 1 - _sparsity(maps),
        ),
        "one number": (
            "That is one number for all channels. Keep the channel axis: average over images, rows "
            "and columns only.",
            lambda maps: (maps == 0).float().mean(),
        ),
        "per image": (
            "That is one number for each image. Keep axis 1, the channels.",
            lambda maps: _sparsity(maps.transpose(0, 1)),
        ),
        "negative counted": (
            "Negative numbers count as zeros in your answer. After tanh there are many of them, "
            "and none is a zero: compare maps as it is with == 0.",
            lambda maps: _sparsity(maps.clamp(min=0)),
        ),
        "nearly zero counted": (
            "You counted numbers that are nearly zero. Only those count that are exactly 0: "
            "compare with == 0.",
            lambda maps: _sparsity(maps * (maps.abs() > 1e-4)),
        ),
        "counted": (
            "These are the numbers of zeros. Divide by how many numbers the channel has, over all "
            "images and pixels.",
            lambda maps: (maps == 0).sum((0, 2, 3)),
        ),
        "divided by one image": (
            "You divided by the pixels of one image. There are N of them: divide by all the "
            "numbers of the channel.",
            lambda maps: _sparsity(maps) * len(maps),
        ),
        "divided by the images": (
            "You divided by the number of images. Divide by all the numbers of the channel: images "
            "times rows times columns.",
            lambda maps: (maps == 0).sum((0, 2, 3)) / len(maps),
        ),
        "another axis kept": (
            "You have one number for each column, or for each row. Keep axis 1, the channels.",
            lambda maps: (maps == 0).float().mean((0, 1, 2)),
            lambda maps: (maps == 0).float().mean((0, 1, 3)),
        ),
        "divided by all channels": (
            "You divided by how many numbers all channels have together. Divide by those of one "
            "channel: N times H times W.",
            lambda maps: (maps == 0).sum((0, 2, 3)) / maps.numel(),
        ),
        "H for W": (
            "You counted the pixels of a map as if it were a square. There are H times W.",
            lambda maps: _sparsity(maps) * maps.shape[3] / maps.shape[2],
            lambda maps: _sparsity(maps) * maps.shape[2] / maps.shape[3],
        ),
        "one image only": (
            "You looked at one image. Count over all of them.",
            lambda maps: _sparsity(maps[:1]),
            lambda maps: _sparsity(maps[-1:]),
        ),
        "reshaped": (
            "reshape(C, -1) cuts the numbers in the order in which they lie, image by image, so "
            "your rows are no channels. maps.transpose(0, 1).flatten(1) has them as rows.",
            lambda maps: _sparsity(maps.reshape(1, maps.shape[1], -1, 1)),
        ),
        "images added first": (
            "You added or averaged the images before looking for zeros. Compare with 0 first.",
            lambda maps: _sparsity(maps.sum(0, keepdim=True)),
        ),
        "axes kept": (
            "Your answer has axes of size one that are not asked for. It has the shape (C,).",
            lambda maps: _sparsity(maps)[None, :, None, None],
            lambda maps: _sparsity(maps)[:, None, None],
            lambda maps: _sparsity(maps)[None],
        ),
        "images kept apart": (
            "You have a share for each image and channel. Average over the images, too.",
            lambda maps: (maps == 0).float().mean((2, 3)),
        ),
        "in percent": (
            "Your shares are percentages. A share lies in [0, 1].",
            lambda maps: 100 * _sparsity(maps),
        ),
        "axis lost": (
            "With a single channel your answer has lost its axis: shape (1,), not (). Leave out "
            ".squeeze().",
            lambda maps: _sparsity(maps).squeeze(),
        ),
    },
    right=(lambda maps: maps.eq(0).double().mean(-1).mean(-1).mean(0),),
    hints=(
        "maps == 0 is a tensor of true and false; .float() makes numbers of it, which have a mean.",
        "The channels are axis 1: average over all other axes, (0, 2, 3).",
    ),
)
