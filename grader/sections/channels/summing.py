"""Part A: every output channel is a sum over all input channels."""

import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.sections.channels.facts import PICTURED_FILTER, PICTURED_IMAGE
from course_lib.sections.channels.given import corr2d_multi_in, corr2d_multi_in_out
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _one_filter(draw: Draw) -> list[Case]:
    """No number of channels equals a side of the image, of the kernel or of the output."""
    return [
        Case(args=(draw.normal(c, *size), draw.normal(c, *kernel)), about=about)
        for about, c, size, kernel in (
            ("two channels", 2, (3, 5), (1, 2)),
            ("several channels", draw.integer(3, 4), (2, 6), (1, 2)),
            ("many channels", draw.integer(6, 7), (4, 3), (3, 2)),
            ("a single channel", 1, (5, 4), (2, 3)),
            ("kernels of a single number", 3, (2, 5), (1, 1)),
            ("as many channels as the kernels have rows and columns", 3, (4, 4), (3, 3)),
        )
    ] + [_as_large(draw, 4)]


def _as_large(draw: Draw, *channels: int) -> Case:
    """Filters with these axes before their rows, on images of as many channels as the last says."""
    sizes = (((2, 3), (2, 3)), ((2, 4), (2, 3)), ((4, 3), (2, 3)))
    each = [
        (draw.normal(channels[-1], *size), draw.normal(*channels, *kernel))
        for size, kernel in sizes
    ]
    return Case(each=tuple(each), about="kernels as large as the image, as high, and as wide")


def _by_channel(X: Tensor, K: Tensor) -> Tensor:
    """The output of each channel with its own slice: (c, rows, columns)."""
    return F.conv2d(X[None], K[:, None], groups=len(X))[0]


def _windows(X: Tensor, K: Tensor) -> Tensor:
    """(c, rows, columns, h, w)"""
    return X.unfold(1, K.shape[-2], 1).unfold(2, K.shape[-1], 1)


def _scipy(X: Tensor, K: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.correlate(X, K, mode="valid"))[0]


CORR2D_MULTI_IN = Exercise(
    id="channels.corr2d_multi_in",
    title="Many channels in, one out",
    points=1,
    minutes=4,
    covers=("D7.4-demo",),
    example=((Case(args=(PICTURED_IMAGE, PICTURED_FILTER)), [[56, 72], [104, 120]]),),
    cases=_one_filter,
    reference=corr2d_multi_in,
    promises=("unchanged", "tensor", "gradient"),
    wrong={
        "channels kept apart": (
            "You give one output for each input channel. One filter makes one output channel: the "
            "sum of these outputs.",
            _by_channel,
            lambda X, K: _by_channel(X, K).flatten(0, 1),
        ),
        "mean": (
            "You took the mean over the channels. Their outputs are added.",
            lambda X, K: _by_channel(X, K).mean(0),
        ),
        "first channel only": (
            "Your output is that of the first channel alone. Every channel is correlated with its "
            "own slice of the kernel, and the results are added. (Does the return stand inside "
            "the loop?)",
            lambda X, K: _by_channel(X, K)[0],
        ),
        "last channel only": (
            "Your output is that of the last channel alone: each turn of the loop has replaced "
            "what the one before gave. Add to it.",
            lambda X, K: _by_channel(X, K)[-1],
        ),
        "a channel left out": (
            "Your sum lacks the first channel or the last. Begin it at channel 0 and end it at "
            "channel c - 1.",
            lambda X, K: _by_channel(X, K)[:-1].sum(0),
            lambda X, K: _by_channel(X, K)[1:].sum(0),
            lambda X, K: sum(_by_channel(X, K)[:-1]),
            lambda X, K: sum(_by_channel(X, K)[1:]),
        ),
        "two channels only": (
            "You added up two channels, as many as in the example. There may be any number.",
            # With a single one there is no second: an IndexError.
            lambda X, K: corr2d_multi_in(X[[0, 1]], K[[0, 1]]),
            lambda X, K: corr2d_multi_in(X[:2], K[:2]),
        ),
        "a channel twice": (
            "The first channel is in your sum twice, or the last. Start from nothing, or from the "
            "second channel.",
            lambda X, K: _by_channel(X, K).sum(0) + _by_channel(X, K)[0],
            lambda X, K: _by_channel(X, K).sum(0) + _by_channel(X, K)[-1],
        ),
        "every slice on every channel": (
            "Your channels and slices are not paired: adding up channels or slices first, or "
            "looping over both, lays every slice on every channel. K[c] belongs to X[c] alone.",
            lambda X, K: corr2d_multi_in(X.sum(0)[None], K.sum(0)[None]),
        ),
        "one slice for all channels": (
            "You correlated all channels with one slice of the kernel, the first or the last. The "
            "kernel has a slice K[c] of its own for each channel X[c].",
            lambda X, K: corr2d_multi_in(X, K[:1].expand_as(K)),
            lambda X, K: corr2d_multi_in(X, K[-1:].expand_as(K)),
        ),
        "slices in another order": (
            "Your slices are paired with the channels in another order, from the end, say. K[c] "
            "belongs to X[c].",
            lambda X, K: corr2d_multi_in(X, K.flip(0)),
            lambda X, K: corr2d_multi_in(X, K.flip(0).roll(1, 0)),
        ),
        "flipped kernel": (
            "Your slices are flipped, as in true convolution. Cross-correlation lays them on the "
            "channels as they are: corr2d does.",
            lambda X, K: corr2d_multi_in(X, K.flip(1, 2)),
            lambda X, K: corr2d_multi_in(X, K.flip(0, 1, 2)),
        ),
        "another axis summed": (
            "You added up along the rows or the columns of the outputs. The axis to add up along "
            "is that of the channels.",
            lambda X, K: _by_channel(X, K).sum(1),
            lambda X, K: _by_channel(X, K).sum(2),
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the output has "
            "the shape (H - h + 1, W - w + 1), also where one of these is 1.",
            lambda X, K: corr2d_multi_in(X, K).squeeze(),
            lambda X, K: corr2d_multi_in(X, K)[None],
        ),
    },
    right=(
        lambda X, K: torch.einsum("cijab,cab->ij", _windows(X, K), K),
        lambda X, K: (_windows(X, K) * K[:, None, None]).sum((0, 3, 4)),
    ),
    library={corr2d_multi_in: False, _scipy: False},
    hints=(
        "What does the first channel give with the first slice of the kernel? And the second with "
        "the second?",
        "for x, k in zip(X, K) walks through the channels and their slices together.",
        "Add up corr2d(x, k) over all these pairs; sum(...) does that for tensors, too.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    stand_in="corr2d_multi_in",
)


def _several_filters(draw: Draw) -> list[Case]:
    same, more, many = draw.integer(2, 3), draw.integer(4, 5), draw.integer(5, 6)
    return [
        Case(args=(draw.normal(c_i, *size), draw.normal(c_o, c_i, *kernel)), about=about)
        for about, c_i, c_o, size, kernel in (
            # Only here do filters and slices that are mixed up give an answer at all.
            ("as many channels out as in", same, same, (2, 5), (1, 3)),
            ("more channels out than in", 2, more, (2, 5), (1, 2)),
            ("more channels in than out", many, 3, (3, 2), (2, 1)),
            ("a single channel in", 1, 3, (3, 5), (2, 3)),
            ("a single filter", 3, 1, (3, 4), (2, 1)),
            ("a single channel in and out", 1, 1, (4, 5), (3, 2)),
            ("kernels of a single number", 3, 2, (2, 4), (1, 1)),
        )
    ] + [_as_large(draw, 3, 2)]


def _filters_for_slices(X: Tensor, K: Tensor) -> Tensor:
    """Output channels along the second axis of K; of channels only those that have a partner."""
    c = min(len(X), len(K))
    return corr2d_multi_in_out(X[:c], K.transpose(0, 1)[:, :c])


def _kept_apart(X: Tensor, K: Tensor) -> Tensor:
    """(c_o, c_i, rows, columns)"""
    return torch.stack([_by_channel(X, k) for k in K])


_all = corr2d_multi_in_out


def _conv3d(X: Tensor, K: Tensor) -> Tensor:
    return F.conv3d(X[None, None], K[:, None])[0, :, 0]


CORR2D_MULTI_IN_OUT = Exercise(
    id="channels.corr2d_multi_in_out",
    title="Many channels in, many out",
    points=2,
    minutes=4,
    covers=("D7.4-demo",),
    example=(
        (
            Case(args=(PICTURED_IMAGE, torch.stack([PICTURED_FILTER + n for n in range(3)]))),
            [[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]],
        ),
    ),
    cases=_several_filters,
    reference=corr2d_multi_in_out,
    promises=("unchanged", "tensor", "gradient"),
    wrong={
        "outputs added": (
            "You added the outputs of all filters, or took their mean. Each filter gives an output "
            "channel of its own; these are stacked.",
            lambda X, K: corr2d_multi_in_out(X, K).sum(0),
            lambda X, K: corr2d_multi_in_out(X, K).mean(0),
            lambda X, K: corr2d_multi_in_out(X, K).sum(0, keepdim=True),
        ),
        "channels last": (
            "You stacked the output channels along the last axis. PyTorch puts channels first: "
            "(c_o, rows, columns).",
            lambda X, K: corr2d_multi_in_out(X, K).permute(1, 2, 0),
        ),
        "channels in the middle": (
            "You stacked the output channels along the second axis. PyTorch puts channels first: "
            "(c_o, rows, columns).",
            lambda X, K: corr2d_multi_in_out(X, K).transpose(0, 1),
        ),
        "axes of K swapped": (
            "You took the second axis of K for the output channels. In PyTorch the first axis of "
            "the weight counts the filters (out), the second the slices of a filter (in).",
            lambda X, K: corr2d_multi_in_out(X, K.transpose(0, 1)),
            _filters_for_slices,
        ),
        "outputs joined along the rows": (
            "You joined the outputs along their rows. Every filter gives a map of its own: "
            "torch.stack sets them along a new axis, the first one.",
            lambda X, K: corr2d_multi_in_out(X, K).flatten(0, 1),
        ),
        "one filter for all": (
            "All your output channels are those of one filter, the first or the last.",
            lambda X, K: corr2d_multi_in_out(X, K[:1].expand_as(K)),
            lambda X, K: corr2d_multi_in_out(X, K[-1:].expand_as(K)),
        ),
        "one filter only": (
            "Your output has the map of one filter only, the first or the last. Collect those of "
            "all filters in a list, and stack them when the loop is over.",
            lambda X, K: corr2d_multi_in_out(X, K)[0],
            lambda X, K: corr2d_multi_in_out(X, K)[-1],
            lambda X, K: corr2d_multi_in_out(X, K)[:1],
            lambda X, K: corr2d_multi_in_out(X, K)[-1:],
        ),
        "a filter left out": (
            "Your output lacks the map of the first filter or the last. Begin at filter 0 and end "
            "at filter c_o - 1.",
            lambda X, K: torch.stack([corr2d_multi_in(X, k) for k in K[:-1]]),
            lambda X, K: torch.stack([corr2d_multi_in(X, k) for k in K[1:]]),
            lambda X, K: torch.cat([_all(X, K)[:-1], 0 * _all(X, K)[-1:]]),
        ),
        "as many filters as channels": (
            "You made as many outputs as there are channels in. The filters are counted by len(K).",
            lambda X, K: torch.stack([corr2d_multi_in(X, K[o]) for o in range(len(X))]),
        ),
        "filters in the opposite order": (
            "Your output channels stand in the opposite order. Filter 0 makes the first.",
            lambda X, K: _all(X, K).flip(0),
        ),
        "sums carried on": (
            "Each of your outputs holds those of the filters before it, too. Begin a new sum for "
            "each filter.",
            lambda X, K: _all(X, K).cumsum(0),
        ),
        "mean": (
            "You divided by the number of channels in. Their outputs are added.",
            lambda X, K: _all(X, K) / len(X),
        ),
        "one channel only": (
            "Your filters read one channel, the first or the last. Each reads all of them, and "
            "the results are added; your corr2d_multi_in does that.",
            lambda X, K: _all(X[:1], K[:, :1]),
            lambda X, K: _all(X[-1:], K[:, -1:]),
        ),
        "channels kept apart": (
            "You kept the input channels apart. For each filter their outputs are added; your "
            "corr2d_multi_in does that.",
            _kept_apart,
            lambda X, K: _kept_apart(X, K).flatten(0, 1),
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the output has "
            "the shape (c_o, H - h + 1, W - w + 1), also where one of these is 1.",
            lambda X, K: corr2d_multi_in_out(X, K).squeeze(),
            lambda X, K: corr2d_multi_in_out(X, K).squeeze(0),
            lambda X, K: corr2d_multi_in_out(X, K)[None],
            lambda X, K: corr2d_multi_in_out(X, K)[:, None],
        ),
    },
    right=(
        lambda X, K: torch.einsum("cijab,ocab->oij", _windows(X, K), K),
        lambda X, K: (_windows(X, K)[None] * K[:, :, None, None]).sum((1, 4, 5)),
    ),
    library={corr2d_multi_in_out: False, _conv3d: False},
    hints=(
        "What is K[0]? You have a function that takes an image and just that.",
        "for k in K walks through the filters; each gives one output channel.",
        "torch.stack([corr2d_multi_in(X, k) for k in K]) puts the new axis first.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    needs=("channels.corr2d_multi_in",),
    stand_in="corr2d_multi_in_out",
)
