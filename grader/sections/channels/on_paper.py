"""Part D: parameters worked out on paper, and two layers held against each other."""

from collections.abc import Iterator, Sequence

import torch

from course_lib.checks.compare import EXACT
from course_lib.models.configs import Layer, conv, flatten, gap, linear
from course_lib.sections.channels.given import count_params
from grader.marking.exercise import Essay, Exercise


def _swapped_in(right: Sequence[int], other: Sequence[int]) -> Iterator[list[int]]:
    """The right numbers with those of a mistake in their place.

    All that differ, each alone, the first two, the last two, and these four.
    """
    differ = [place for place, number in enumerate(right) if other[place] != number]
    several = ((0, 1), (3, 4), (0, 1, 3, 4))
    some = [places for places in several if set(places) <= set(differ)]
    for places in dict.fromkeys([tuple(differ), *((place,) for place in differ), *some]):
        yield [other[i] if i in places else number for i, number in enumerate(right)]


def _plans(channels: int = 3, bias: bool = True) -> list[list[Layer]]:
    return [
        [conv(64, 128, 3, padding=1, bias=bias)],
        [conv(16, 32, 3, bias=bias)],
        [flatten(), linear(channels * 32 * 32, 128, bias=bias)],
        [conv(channels, 128, 3, padding=1, bias=bias), gap()],
        [conv(channels, 128, 5, padding=2, bias=bias), gap()],
    ]


def _counts(channels: int = 3, bias: bool = True) -> list[int]:
    return [count_params(plan) for plan in _plans(channels, bias)]


_RIGHT, _BARE = _counts(), _counts(bias=False)
_READ = (64, 16, 3 * 32 * 32, 3, 3)
"""What one output reads of a place, in channels or features."""
_ONE_ROW = [128 * 64 * 3 + 128, 32 * 16 * 3 + 32, _RIGHT[2]]
"""The first three counts with kernels of one row."""


def _with_biases(*biases: int) -> list[int]:
    return [bare + more for bare, more in zip(_BARE, biases, strict=True)]


PAPER_COUNTS = Exercise(
    id="channels.paper_counts",
    title="Five counts on paper",
    points=0,
    minutes=5,
    covers=("E14.2", "Q4", "M3"),
    asks="value",
    reference=_RIGHT,
    wrong={
        "biases forgotten": (
            "You left biases out. Each of the five has one for each output channel (or output "
            "feature).",
            *_swapped_in(_RIGHT, _BARE),
        ),
        "one bias a layer": (
            "You counted one bias for a whole layer. Every output channel (or output feature) has "
            "its own.",
            *_swapped_in(_RIGHT, _with_biases(1, 1, 1, 1, 1)),
        ),
        "a bias for each input": (
            "You counted a bias for each input. There is one for each output channel (or output "
            "feature).",
            *_swapped_in(_RIGHT, _with_biases(*_READ)),
        ),
        "one slice": (
            "You counted one slice for a filter. It has a slice for every channel that it reads.",
            *_swapped_in(
                _RIGHT, [128 * 9 + 128, 32 * 9 + 32, _RIGHT[2], 128 * 9 + 128, 128 * 25 + 128]
            ),
        ),
        "a grey image": (
            "You counted a grey image. RGB has three channels.",
            _counts(channels=1),
            [*_RIGHT[:2], _counts(channels=1)[2], *_RIGHT[3:]],
        ),
        "one filter": (
            "You counted one filter. Each output channel has its own, with its own bias.",
            *_swapped_in(_RIGHT, [64 * 9 + 1, 16 * 9 + 1, 3 * 32 * 32 + 1, 3 * 9 + 1, 3 * 25 + 1]),
        ),
        "kernel not squared": (
            "You counted one row of each kernel. One of k x k has k · k weights.",
            *_swapped_in(_RIGHT, [*_ONE_ROW, _RIGHT[3], 128 * 3 * 5 + 128]),
            # The fourth alone might as well count one slice: it is told with the others only.
            [*_ONE_ROW, 128 * 3 * 3 + 128, 128 * 3 * 5 + 128],
        ),
        "pooling counted": (
            "Global average pooling has nothing to learn: it adds no parameters.",
            *_swapped_in(_RIGHT, [*_RIGHT[:3], *(n + 128 for n in _RIGHT[3:])]),
        ),
        "a layer too many": (
            "You added a dense layer after the pooling. There is none: the channels' "
            "means are the numbers asked for.",
            *_swapped_in(_RIGHT, [*_RIGHT[:3], *(n + 128 * 128 + 128 for n in _RIGHT[3:])]),
            *_swapped_in(_RIGHT, [*_RIGHT[:3], *(n + 128 * 128 for n in _RIGHT[3:])]),
        ),
        "places counted": (
            "You counted a filter's weights once for each place of the image. All places share "
            "them.",
            *_swapped_in(_RIGHT, [*_RIGHT[:3], *(1024 * n for n in _RIGHT[3:])]),
            *_swapped_in(_RIGHT, [*_RIGHT[:3], *(1024 * n + 128 for n in _BARE[3:])]),
        ),
        "one side of the image": (
            "Your dense layer reads one row of the image. It reads all 32 x 32 pixels of each "
            "channel.",
            [*_RIGHT[:2], 128 * 3 * 32 + 128, *_RIGHT[3:]],
        ),
        "order": (
            "The counts are right, their order is not: the two layers, then the dense network, "
            "3 x 3, and 5 x 5.",
            [_RIGHT[place] for place in (1, 0, 2, 3, 4)],
            [_RIGHT[place] for place in (0, 1, 2, 4, 3)],
            [_RIGHT[place] for place in (0, 1, 3, 4, 2)],
            [_RIGHT[place] for place in (2, 3, 4, 0, 1)],
        ),
        "numbers missing": (
            "Five numbers are asked for: two layers, and three networks.",
            _RIGHT[:2],
            _RIGHT[2:],
            [_RIGHT[:2], _RIGHT[2:]],
        ),
    },
    right=(torch.tensor(_RIGHT), tuple(map(float, _RIGHT))),
    hints=(
        "c_o · c_i · k · k weights and c_o biases. Padding plays no part.",
        "In the first, a filter has a slice of 3 x 3 for each channel that it reads, and there are "
        "as many filters as channels out.",
        "The dense layer has a weight for each pair of one of the image's numbers, "
        "channels · height · width of them, and one of its outputs.",
    ),
    tolerance=EXACT,
)


def _dense_against_conv(channels: int = 3, bias: bool = False) -> list[int]:
    """Weights: dense to 64 numbers, convolution to 64 maps, dense to 64 maps."""
    inputs = channels * 32 * 32
    return [
        count_params([linear(inputs, 64, bias=bias)]),
        count_params([conv(channels, 64, 3, padding=1, bias=bias)]),
        count_params([linear(inputs, 64 * 32 * 32, bias=bias)]),
    ]


_AGAINST = _dense_against_conv()

DENSE_AGAINST_CONV = Exercise(
    id="channels.dense_against_conv",
    title="A few numbers against as many maps",
    points=0,
    minutes=3,
    core=False,
    covers=("M4",),
    asks="value",
    reference=_AGAINST,
    wrong={
        "biases counted": (
            "You counted biases as well; here only the weights count.",
            *_swapped_in(_AGAINST, _dense_against_conv(bias=True)),
        ),
        "a grey image": (
            "You counted a grey image. RGB has three channels, so there are three times as many "
            "inputs, and three slices in a filter.",
            _dense_against_conv(channels=1),
            [_dense_against_conv(channels=1)[0], *_AGAINST[1:]],
            [*_AGAINST[:2], _dense_against_conv(channels=1)[2]],
            [
                _AGAINST[place] if place == 1 else n
                for place, n in enumerate(_dense_against_conv(1))
            ],
        ),
        "one slice": (
            "You counted one slice for a filter. It has a slice for every channel that it reads.",
            [_AGAINST[0], 64 * 3 * 3, _AGAINST[2]],
        ),
        "places counted": (
            "You counted the convolution's weights once for each place. All places share them.",
            [_AGAINST[0], 1024 * _AGAINST[1], _AGAINST[2]],
        ),
        "one filter": (
            "You counted one filter. Each of the maps has its own.",
            [_AGAINST[0], 27, _AGAINST[2]],
        ),
        "third like the first": (
            "The third layer gives maps of 32 x 32 numbers, each of them an output with weights of "
            "its own.",
            [*_AGAINST[:2], _AGAINST[0]],
            [*_AGAINST[:2], 3 * 32 * 32 * 32 * 32],
            [*_AGAINST[:2], 32 * _AGAINST[0]],
            [*_AGAINST[:2], 32 * 32 * 64],
        ),
        "order": (
            "The counts are right, their order is not: dense, convolution, the larger dense one.",
            [_AGAINST[place] for place in (1, 0, 2)],
            [_AGAINST[place] for place in (0, 2, 1)],
            [_AGAINST[place] for place in (2, 1, 0)],
        ),
    },
    right=(torch.tensor(_AGAINST), tuple(map(float, _AGAINST))),
    hints=(
        "A dense layer has a weight for each pair of an input number and an output number.",
        "The third one has channels · height · width inputs, and a whole map of outputs for each "
        "of its maps.",
    ),
    tolerance=EXACT,
)

LIKE_FOR_LIKE = Essay(
    id="channels.like_for_like",
    title="Like for like",
    points=2,
    minutes=6,
    core=False,
    covers=("M4",),
)
