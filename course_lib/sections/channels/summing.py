"""Part A, channels in and out: every output channel is a sum over all input channels."""

import torch

from course_lib.checks.draw import Draw
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED
from course_lib.sections.channels.facts import (
    PICTURED_FILTER,
    PICTURED_IMAGE,
    convolution,
    image_and_filters,
)


def _multi_in_cases(draw: Draw) -> list[Case]:
    image, filters = image_and_filters(draw, (3, 1), (4, 6), (2, 3))
    return [
        Case(args=(PICTURED_IMAGE, PICTURED_FILTER), about=WORKED),
        Case(args=(image, filters[0]), about="three channels, a kernel that is not square"),
    ]


def _one_filter(case: Case) -> torch.Tensor:
    return convolution(case.args[0], case.args[1][None])[0]


def _by_channel(case: Case) -> torch.Tensor:
    """The output of each channel with its own slice: (c, H-h+1, W-w+1)."""
    return convolution(case.args[0], case.args[1][:, None], len(case.args[0]))


MULTI_IN = Exercise(
    id="channels.corr2d_multi_in",
    title="Many channels in, one out",
    points=1,
    covers=("D7.4-demo",),
    cases=_multi_in_cases,
    expect=_one_filter,
    mistakes=(
        Mistake(
            "channels kept apart",
            "You give one output for each input channel. One filter makes one output channel: the "
            "sum of these outputs.",
            _by_channel,
        ),
        Mistake(
            "mean",
            "You took the mean over the channels. Their outputs are added.",
            lambda case: _one_filter(case) / len(case.args[0]),
        ),
        Mistake(
            "first channel only",
            "Your output is that of the first channel alone. Every channel is correlated with its "
            "own slice of the kernel, and the results are added.",
            lambda case: _by_channel(case)[0],
        ),
        Mistake(
            "last channel only",
            "Your output is that of the last channel alone: each turn of the loop has replaced "
            "what the one before gave. Add to it.",
            lambda case: _by_channel(case)[-1],
        ),
        Mistake(
            "first channel twice",
            "The first channel is in your sum twice. Start from nothing, or from the second one.",
            lambda case: _one_filter(case) + _by_channel(case)[0],
        ),
        Mistake(
            "every slice on every channel",
            "Your channels and slices are not paired: adding up channels or slices first, or "
            "looping over both, lays every slice on every channel. K[c] belongs to X[c] alone.",
            lambda case: convolution(case.args[0].sum(0)[None], case.args[1].sum(0)[None, None])[0],
        ),
        Mistake(
            "another axis summed",
            "You added up along the rows. The axis to add up along is that of the channels.",
            lambda case: _by_channel(case).sum(1),
        ),
        Mistake(
            "one slice for all channels",
            "You correlated all channels with the first slice of the kernel. The kernel has a "
            "slice K[c] of its own for each channel X[c].",
            lambda case: convolution(case.args[0], case.args[1][:1].expand_as(case.args[1])[None])[
                0
            ],
        ),
    ),
    hints=(
        "What does the first channel give with the first slice of the kernel? And the second with "
        "the second?",
        "for x, k in zip(X, K) walks through the channels and their slices together.",
        "Add up corr2d(x, k) over all these pairs; sum(...) does that for tensors, too.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    returns="tensor",
)


def _multi_in_out_cases(draw: Draw) -> list[Case]:
    K = PICTURED_FILTER
    return [
        Case(args=(PICTURED_IMAGE, torch.stack([K, K + 1, K + 2])), about=WORKED),
        Case(
            args=image_and_filters(draw, (3, 2), (5, 4), (2, 3)), about="three channels in, two out"
        ),
        Case(args=image_and_filters(draw, (2, 2), (3, 5), (2, 2)), about="two in, two out"),
    ]


MULTI_IN_OUT = Exercise(
    id="channels.corr2d_multi_in_out",
    title="Many channels in, many out",
    points=2,
    covers=("D7.4-demo",),
    cases=_multi_in_out_cases,
    expect=lambda case: convolution(*case.args),
    mistakes=(
        Mistake(
            "outputs added",
            "You added the outputs of all filters. Each filter gives an output channel of its own; "
            "these are stacked.",
            lambda case: convolution(*case.args).sum(0),
        ),
        Mistake(
            "channels last",
            "You stacked the output channels along the last axis. PyTorch puts channels first: "
            "(c_o, rows, columns).",
            lambda case: convolution(*case.args).permute(1, 2, 0),
        ),
        Mistake(
            "axes of K swapped",
            "You took the second axis of K for the output channels. In PyTorch the first axis of "
            "the weight counts the filters (out), the second the slices of a filter (in).",
            lambda case: convolution(case.args[0], case.args[1].transpose(0, 1)),
        ),
        Mistake(
            "outputs joined along the rows",
            "You joined the outputs along their rows. Every filter gives a map of its own: "
            "torch.stack sets them along a new axis, the first one.",
            lambda case: convolution(*case.args).flatten(0, 1),
        ),
        Mistake(
            "first filter for all",
            "All your output channels are those of the first filter, K[0].",
            lambda case: convolution(case.args[0], case.args[1][:1].expand_as(case.args[1])),
        ),
    ),
    hints=(
        "What is K[0]? You have a function that takes an image and just that.",
        "for k in K walks through the filters; each gives one output channel.",
        "torch.stack([corr2d_multi_in(X, k) for k in K]) puts the new axis first.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    returns="tensor",
)
