"""Part C: channels in groups, and what mixes the groups."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.sections.channels.given import (
    channel_shuffle,
    corr2d_multi_in,
    corr2d_multi_in_out,
    group_conv2d,
)
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _groups(draw: Draw) -> list[Case]:
    """Groups, channels and filters in each, sides of kernels and images: all different.

    Where a setting allows it, a group has two channels and two filters at least: with one, orders
    cannot be told apart.
    """

    def asked(
        groups: int, each_in: int, each_out: int, size: tuple[int, int], kernel: tuple[int, int]
    ) -> tuple[Tensor, Tensor, int]:
        X = draw.normal(groups * each_in, *size)
        return X, draw.normal(groups * each_out, each_in, *kernel), groups

    single = (
        asked(draw.integer(3, 5), 1, 1, (4, 2), (2, 1)),
        asked(3, 1, 2, (3, 5), (2, 3)),
        asked(3, 2, 1, (2, 4), (1, 2)),
    )
    return [
        Case(args=asked(groups, each_in, each_out, size, kernel), about=about)
        for about, groups, each_in, each_out, size, kernel in (
            ("two groups", 2, 3, 4, (2, 4), (1, 2)),
            ("three groups", 3, 2, draw.integer(4, 5), (4, 2), (2, 1)),
            ("more groups", 4, 3, 2, (1, 4), (1, 2)),
            ("as many channels out as in", 2, 3, 3, (4, 2), (2, 1)),
            ("one group", 1, 3, draw.integer(4, 5), (4, 2), (2, 1)),
            ("a single filter", 1, 4, 1, (3, 4), (2, 3)),
            ("kernels as large as the image", 2, 2, 3, (2, 3), (2, 3)),
            ("kernels of a single number", 2, 4, 3, (1, 3), (1, 1)),
        )
    ] + [
        Case(
            each=single,
            about="as many groups as channels, several filters for each, one filter in each group",
        )
    ]


def _in_turn(x: Tensor, groups: int) -> Tensor:
    """The rows 0, g, 2g, ..., then 1, g+1, ..."""
    return x.reshape(-1, groups, *x.shape[1:]).transpose(0, 1).flatten(0, 1)


def _by_group(X: Tensor, K: Tensor, groups: int) -> Tensor:
    """The output with an axis for the groups: (groups, c_o/groups, rows, columns)."""
    Y = group_conv2d(X, K, groups)
    return Y.reshape(groups, -1, *Y.shape[1:])


def _filters_in_turn(X: Tensor, K: Tensor, groups: int) -> Tensor:
    """Filter o on group o % groups."""
    return _in_turn(group_conv2d(X, _in_turn(K, groups), groups), len(K) // groups)


def _groups_reversed(X: Tensor, K: Tensor, groups: int) -> Tensor:
    return group_conv2d(torch.cat(X.chunk(groups)[::-1]), K, groups)


def _alone(X: Tensor, filters: Tensor, groups: int) -> Tensor:
    """One filter on each group of channels."""
    return torch.stack(
        [corr2d_multi_in(x, k) for x, k in zip(X.chunk(groups), filters, strict=True)]
    )


def _cut_alike(X: Tensor, K: Tensor, groups: int) -> Tensor:
    each = len(X) // groups
    parts = [slice(n * each, (n + 1) * each) for n in range(groups)]
    return torch.cat([corr2d_multi_in_out(X[part], K[part]) for part in parts])


def _filter_by_filter(X: Tensor, K: Tensor, groups: int) -> Tensor:
    each_in, each_out, outputs = K.shape[1], len(K) // groups, []
    for o, kernel in enumerate(K):
        first = o // each_out * each_in
        windows = X[first : first + each_in].unfold(1, K.shape[2], 1).unfold(2, K.shape[3], 1)
        outputs.append((windows * kernel[:, None, None]).sum((0, 3, 4)))
    return torch.stack(outputs)


def _zeros_between(X: Tensor, K: Tensor, groups: int) -> Tensor:
    """A standard convolution whose weights between groups are zero."""
    full = torch.zeros(len(K), len(X), *K.shape[2:])
    for o, kernel in enumerate(K):
        first = o // (len(K) // groups) * len(kernel)
        full[o, first : first + len(kernel)] = kernel
    windows = X.unfold(1, K.shape[2], 1).unfold(2, K.shape[3], 1)
    return torch.einsum("cijab,ocab->oij", windows, full)


GROUP_CONV2D = Exercise(
    id="channels.group_conv2d",
    title="Group convolution",
    points=3,
    minutes=6,
    covers=("E14.31",),
    example=(
        (
            Case(
                args=(
                    torch.tensor([1.0, 2, 3, 4])[:, None, None],
                    torch.tensor([[1.0, 1], [1, -1]])[:, :, None, None],
                    2,
                )
            ),
            [[[3]], [[-1]]],
        ),
    ),
    cases=_groups,
    reference=group_conv2d,
    promises=("unchanged", "tensor", "gradient"),
    wrong={
        "every g-th channel": (
            "You dealt the channels out like cards: 0, g, 2g, … in the first group. A group holds "
            "neighbouring channels: the first c_i / g of them, then the next; so with filters.",
            lambda X, K, groups: group_conv2d(_in_turn(X, groups), K, groups),
            lambda X, K, groups: group_conv2d(_in_turn(X, groups), _in_turn(K, groups), groups),
        ),
        "first group read by all": (
            "All your filters read the first group of channels. Each group of filters reads the "
            "group of channels at the same place.",
            lambda X, K, groups: corr2d_multi_in_out(X[: K.shape[1]], K),
        ),
        "first filters for all": (
            "You laid the first group of filters on every group of channels. Each group of "
            "channels has filters of its own: cut K into groups, too.",
            lambda X, K, groups: group_conv2d(
                X, K[: len(K) // groups].repeat(groups, 1, 1, 1), groups
            ),
        ),
        "one group only": (
            "Your output has the channels of one group only, the first or the last. Collect those "
            "of all groups in a list, and join them when the loop is over.",
            lambda X, K, groups: _by_group(X, K, groups)[0],
            lambda X, K, groups: _by_group(X, K, groups)[-1],
        ),
        "a group left out": (
            "Your output lacks the channels of the first group or the last. All groups' outputs "
            "are joined.",
            lambda X, K, groups: torch.cat([*_by_group(X, K, groups)][:-1]),
            lambda X, K, groups: torch.cat([*_by_group(X, K, groups)][1:]),
            lambda X, K, groups: torch.cat([*_by_group(X, K, groups)][: groups - 1 or 1]),
        ),
        "one filter for each group": (
            "You laid one filter on each group of channels. A group has c_o / groups filters.",
            lambda X, K, groups: _alone(X, K[:groups], groups),
            lambda X, K, groups: _alone(X, K[:: len(K) // groups], groups),
        ),
        "filters cut like channels": (
            "You cut K into pieces as long as those of X. X has c_i / groups channels in a group, "
            "K has c_o / groups filters.",
            _cut_alike,
        ),
        "groups overlap": (
            "Your groups of channels overlap: each begins one channel after the one before. Group "
            "n begins at channel n · c_i / groups.",
            lambda X, K, groups: torch.cat(
                [
                    corr2d_multi_in_out(X[n : n + K.shape[1]], k)
                    for n, k in enumerate(K.chunk(groups))
                ]
            ),
        ),
        "groups added": (
            "You added the outputs of the groups. They are output channels of their own, one "
            "group after the other.",
            lambda X, K, groups: _by_group(X, K, groups).sum(0),
        ),
        "stacked": (
            "You stacked the groups' outputs along a new axis. They are output channels, one group "
            "after the other: torch.cat joins them along the axis that they have.",
            _by_group,
        ),
        "joined along another axis": (
            "You joined the groups' outputs along their rows or columns. They are output channels: "
            "torch.cat joins them along the first axis.",
            lambda X, K, groups: torch.cat([*_by_group(X, K, groups)], 1),
            lambda X, K, groups: torch.cat([*_by_group(X, K, groups)], 2),
        ),
        "filters in turn": (
            "You dealt the filters out in turn: filter 0 to the first group, filter 1 to the "
            "second. The first c_o / g filters all read the first group of channels.",
            _filters_in_turn,
            lambda X, K, groups: group_conv2d(X, _in_turn(K, groups), groups),
        ),
        "outputs interleaved": (
            "You put the outputs in turn: one of each group, then the next of each. The output "
            "channels of a group stay together.",
            lambda X, K, groups: _by_group(X, K, groups).transpose(0, 1).flatten(0, 1),
        ),
        "groups in the opposite order": (
            "Your first group of filters reads the last group of channels. It reads the first, and "
            "so on.",
            _groups_reversed,
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the output has "
            "the shape (c_o, H - h + 1, W - w + 1), also where one of these is 1.",
            lambda X, K, groups: group_conv2d(X, K, groups).squeeze(),
            lambda X, K, groups: group_conv2d(X, K, groups)[None],
        ),
    },
    right=(_filter_by_filter, _zeros_between),
    library={group_conv2d: False},
    hints=(
        "Cut X into groups of channels, and K into as many groups of filters. What do the first "
        "two pieces give?",
        "X.chunk(groups) and K.chunk(groups) cut along the first axis into equal pieces.",
        "torch.cat([corr2d_multi_in_out(x, k) for x, k in zip(X.chunk(groups), "
        "K.chunk(groups))]) joins the output channels of all groups.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    needs=("channels.corr2d_multi_in", "channels.corr2d_multi_in_out"),
    stand_in="group_conv2d",
)


def _shuffles(draw: Draw) -> list[Case]:
    """Never as many groups as channels in each: there the shuffle undoes itself."""
    more = draw.integer(4, 5)
    asked = [
        ("two groups", 2, draw.integer(3, 4), (2, 3)),
        ("three groups", 3, draw.choice([2, 4]), (3, 2)),
        ("groups of two channels", draw.integer(4, 5), 2, (1, 2)),
        ("a square image", 2, 4, (2, 2)),
        ("an image of one pixel", 3, more, (1, 1)),
    ]
    alone = [
        (draw.normal(groups * each, 2, 3), groups) for groups, each in ((1, 4), (4, 1), (2, 3))
    ]
    return [
        *(
            Case(args=(draw.normal(groups * each, *size), groups), about=about)
            for about, groups, each, size in asked
        ),
        # Nothing moves in the first two.
        Case(each=tuple(alone), about="one group, groups of one channel, and others"),
    ]


def _module(X: Tensor, groups: int) -> Tensor:
    shuffled: Tensor = nn.ChannelShuffle(groups)(X[None])[0]
    return shuffled


CHANNEL_SHUFFLE = Exercise(
    id="channels.channel_shuffle",
    title="Channel shuffle",
    points=1,
    minutes=4,
    core=False,
    covers=("D7.4.7",),
    example=(
        (
            Case(args=(torch.arange(6.0)[:, None, None], 2)),
            [[[0]], [[3]], [[1]], [[4]], [[2]], [[5]]],
        ),
    ),
    cases=_shuffles,
    reference=channel_shuffle,
    promises=("unchanged", "tensor"),
    wrong={
        "undone": (
            "That is the shuffle undone: you started from the wrong grid. Write the channels "
            "into one row per group, then read the grid column by column.",
            lambda X, groups: channel_shuffle(X, len(X) // groups),
        ),
        "unchanged": (
            "Nothing has moved: reshaping there and back keeps the order. Swap the two axes in "
            "between.",
            lambda X, groups: X,
        ),
        "pixels shuffled": (
            "You dealt the pixels out anew, not whole channels. Keep height and width as axes of "
            "their own: (groups, c / groups, H, W).",
            lambda X, groups: X.reshape(groups, -1).T.reshape(X.shape),
        ),
        "height and width swapped": (
            "You swapped height and width. The axes are (channel, height, width), before and "
            "after.",
            lambda X, groups: channel_shuffle(X, groups).reshape(len(X), X.shape[2], X.shape[1]),
            lambda X, groups: channel_shuffle(X, groups).transpose(1, 2),
        ),
        "other axes": (
            "You swapped another pair of axes. Of (groups, c / groups, H, W) it is the first two: "
            "transpose(0, 1).",
            lambda X, groups: X.unflatten(0, (groups, -1)).transpose(1, 2).reshape(X.shape),
            lambda X, groups: X.unflatten(0, (groups, -1)).transpose(0, 2).reshape(X.shape),
        ),
        "two groups only": (
            "You cut the channels into two groups. There are as many as groups says.",
            lambda X, groups: torch.stack([X[: len(X) // 2], X[len(X) // 2 :]], 1).flatten(0, 1),
            lambda X, groups: channel_shuffle(X, 2) if len(X) % 2 == 0 else X,
        ),
        "groups swapped whole": (
            "You moved whole groups; inside them the same channels are still together. Take one "
            "channel of each group in turn.",
            lambda X, groups: torch.cat(X.chunk(groups)[::-1]),
        ),
        "axes left apart": (
            "The order is right, but you have left the channels on two axes. Make them one again: "
            "flatten(0, 1).",
            lambda X, groups: X.unflatten(0, (groups, -1)).transpose(0, 1),
        ),
        "channels lost": (
            "Your output lacks channels: it holds one of each group. Go on with the second of "
            "each group, until all are dealt out.",
            lambda X, groups: X[:: len(X) // groups],
        ),
    },
    right=(
        lambda X, groups: torch.cat([X[n :: len(X) // groups] for n in range(len(X) // groups)]),
        lambda X, groups: torch.stack(X.chunk(groups), 1).flatten(0, 1),
        lambda X, groups: X[torch.arange(len(X)).reshape(groups, -1).T.flatten()],
    ),
    library={
        channel_shuffle: False,
        _module: False,
        F.pixel_shuffle: False,
        torch.channel_shuffle: False,
    },
    hints=(
        "Write the channels in a grid with one row per group, and read it column by column.",
        "Reshape the first axis to (groups, c / groups), swap these two axes, and make them one "
        "axis again.",
        "X.unflatten(0, (groups, -1)).transpose(0, 1).flatten(0, 1)",
    ),
    forbidden=(
        "aten::channel_shuffle",
        "aten::native_channel_shuffle",
        "torch.channel_shuffle",
        "torch.native_channel_shuffle",
        "torch.nn.functional.channel_shuffle",
        "torch.nn.functional.native_channel_shuffle",
        "torch.nn.ChannelShuffle",
    ),
    stand_in="channel_shuffle",
)
