"""Dead channels: those that respond to nothing."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _dead(maps: Tensor) -> list[int]:
    """The reference: the strongest activation of each channel, by PyTorch."""
    return [int(c) for c in (maps.abs().amax((0, 2, 3)) == 0).nonzero()[:, 0]]


def _dead_cases(draw: Draw) -> list[Case]:
    def case(
        about: str, size: tuple[int, ...], dead: list[int], some: tuple[int, int, int] | None = None
    ) -> Case:
        """Args:
        some: a channel that is silent on the first image, one on the last, and a faint one.
        """
        maps = draw.integers(0, 3, *size)
        maps[:, min({*range(size[1])} - {*dead}), 0, 0] = 0  # tells who looks at one pixel
        maps[:, :, -1, 0] += 1  # alive on every image
        maps[:, dead] = 0
        if some:
            first, last, faint = some
            maps[0, first] = maps[-1, last] = maps[:, faint] = 0
            maps[-1, faint, 0, -1] = 1e-9
        return Case(args=(maps,), about=about)

    a, b, c, d, e = draw.distinct(1, 5, 5)
    none = draw.integers(1, 3, 2, 4, 3, 2)
    one = none.clone()
    one[:, draw.integer(1, 2)] = 0
    return [
        case("several dead channels", (3, 7, 2, 4), sorted([a, b]), (c, d, e)),
        Case(
            each=tuple(case("", (2, 6, 3, 4), [x], (y, c, d)).args for x, y in ((a, b), (b, a))),
            about="one dead channel",
        ),
        case("the first and the last channel dead", (4, 5, 2, 3), [0, 4], (2, 1, 3)),
        case("one image", (1, 7, 3, 2), sorted([a, 6])),
        case("maps of one pixel", (4, 6, 1, 1), [0, a], (b, c, d)),
        Case(each=((none,), (one,)), about="no dead channel, and one"),
        Case(each=((none[:, :1],), (0 * none[:, :1],)), about="a single channel"),
        Case(each=((0 * none,), (none[:1],)), about="all channels dead, and none"),
    ]


def _squeezed(maps: Tensor) -> Any:
    return (maps.amax((0, 2, 3)) == 0).nonzero().squeeze().tolist()


DEAD_CHANNELS = Exercise(
    id="lenet.dead_channels",
    title="Dead channels",
    points=1,
    minutes=4,
    core=False,
    covers=("M10",),
    example=((Case(args=(torch.tensor([[0.0, 0, 4], [1, 0, 2]]).view(2, 3, 1, 1),)), [1]),),
    cases=_dead_cases,
    reference=_dead,
    promises=("unchanged",),
    wrong={
        "silent on one image": (
            "You listed channels that are silent on some image. Dead is a channel that is zero on "
            "every image of the batch.",
            lambda maps: [
                c for c in range(maps.shape[1]) if (maps[:, c] == 0).flatten(1).all(1).any()
            ],
        ),
        "zero somewhere": (
            "You listed channels that are zero at some pixel. Dead is a channel that is zero at "
            "every pixel of every image.",
            lambda maps: [c for c in range(maps.shape[1]) if (maps[:, c] == 0).any()],
        ),
        "living ones": (
            "These are the channels that respond to something. List the others.",
            lambda maps: [c for c in range(maps.shape[1]) if c not in _dead(maps)],
        ),
        "counted only": (
            "That is how many there are. Return a list of their numbers: it tells where to look.",
            lambda maps: len(_dead(maps)),
        ),
        "true and false": (
            "You returned true and false for each channel. Return the numbers of the dead ones.",
            lambda maps: [c in _dead(maps) for c in range(maps.shape[1])],
        ),
        "one image only": (
            "You looked at one image. A channel that is silent on it may respond to another.",
            lambda maps: _dead(maps[:1]),
            lambda maps: _dead(maps[-1:]),
        ),
        "one pixel only": (
            "You looked at the first pixel of each map. A channel that is zero there may respond "
            "to something elsewhere.",
            lambda maps: _dead(maps[:, :, :1, :1]),
        ),
        "part of the columns": (
            "You looked at as many columns as there are rows. There are W of them.",
            lambda maps: _dead(maps[..., : maps.shape[2]]),
        ),
        "images for channels": (
            "You went through axis 0, which are the images. The channels are axis 1: there are "
            "maps.shape[1] of them.",
            lambda maps: _dead(maps.transpose(0, 1)),
            lambda maps: [c for c in range(len(maps)) if not maps[:, c].any()],
        ),
        "first one only": (
            "Of several dead channels you list the first one only. Does `return` stand inside "
            "the loop?",
            lambda maps: _dead(maps)[:1],
        ),
        "not ascending": (
            "Your numbers descend. The smallest comes first.",
            lambda maps: _dead(maps)[::-1],
        ),
        "listed for each image": (
            "You made a list for each image. One list is asked for, of the channels that are zero "
            "on all of them.",
            lambda maps: [c for image in maps for c in _dead(image[None])],
            lambda maps: [_dead(image[None]) for image in maps],
        ),
        "a channel left out": (
            "You never look at the last channel, or at the first one: range(maps.shape[1]) goes "
            "through all of them.",
            lambda maps: [c for c in _dead(maps) if c < maps.shape[1] - 1],
            lambda maps: [c for c in _dead(maps) if c > 0],
        ),
        "rows of one": (
            "Each of your numbers stands in a row of its own. nonzero() gives rows; "
            "nonzero()[:, 0] is the numbers.",
            lambda maps: [[c] for c in _dead(maps)],
        ),
        "counted from 1": (
            "You counted the channels from 1. Here the first one is number 0.",
            lambda maps: [c + 1 for c in _dead(maps)],
        ),
        "no list of one": (
            "With a single dead channel you return its number, not a list of it. Leave out "
            ".squeeze(): nonzero()[:, 0] always keeps its axis.",
            _squeezed,
        ),
        "None when there is none": (
            "Where no channel is dead, return an empty list.",
            lambda maps: _dead(maps) or None,
        ),
        "nearly dead": (
            "You listed channels that respond faintly. Dead is only what is exactly 0.",
            lambda maps: _dead(maps * (maps > 1e-4)),
        ),
    },
    right=(
        lambda maps: [c for c in range(maps.shape[1]) if not maps[:, c].any()],
        lambda maps: (
            F.adaptive_max_pool2d(maps, 1).amax(0).flatten().eq(0).nonzero()[:, 0].tolist()
        ),
        lambda maps: maps.amax((0, 2, 3)).eq(0).nonzero().flatten(),
    ),
    hints=(
        "maps.amax(dim=(0, 2, 3)) is the strongest activation of each channel, over all images.",
        "nonzero()[:, 0] or a list comprehension turns “this one is 0” into numbers.",
    ),
)
