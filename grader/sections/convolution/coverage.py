"""Extra to part B, the border: how often each pixel is seen."""

from collections.abc import Iterable
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.convolution.operators import full_convolution


def _settings(draw: Draw) -> list[Case]:
    size = draw.integer(4, 5)
    return [
        Case(args=args, about=about)
        for about, args in (
            ("an odd kernel, small beside the image", (draw.integer(7, 9), 3)),
            ("an even kernel, small beside the image", (draw.integer(9, 11), 4)),
            # So large that no pixel is in as many windows as its distance from the border allows.
            (
                "a kernel that fills most of the image",
                draw.choice([(6, 5), (7, 5), (7, 6), (8, 6)]),
            ),
        )
    ] + [
        # In one question, as ones are right for the smallest and for the largest kernel.
        Case(
            each=((1, 1), *((size, k) for k in range(1, size + 1))),
            about="every kernel from one pixel to the whole image",
        )
    ]


def _count(n: int, k: int) -> Tensor:
    """Every window a one, and every one spread over k x k pixels: the transposed convolution."""
    return full_convolution(torch.ones(n - k + 1, n - k + 1), torch.ones(k, k))


def _squared(profile: Tensor) -> Tensor:
    return torch.outer(profile, profile)


def _counted(n: int, starts: Iterable[int], pixels: Iterable[int]) -> Tensor:
    """Counts where windows start at these rows and columns and mark these of their own."""
    marked = [start + pixel for start, pixel in product(starts, pixels)]
    return _squared(torch.tensor([marked.count(place) for place in range(n)]))


def _rising(n: int) -> Tensor:
    """How far each pixel is from the nearer border, from 1."""
    return torch.minimum(torch.arange(1, n + 1), torch.arange(n, 0, -1))


def _profile(n: int, k: int) -> Tensor:
    return _rising(n).clamp(max=min(k, n - k + 1))


def _pixels_under(n: int, k: int, *, before: int, after: int) -> Tensor:
    """How many pixels lie under each window, with that many places beyond the border."""
    return F.conv2d(F.pad(torch.ones(1, 1, n, n), (before, after) * 2), torch.ones(1, 1, k, k))[
        0, 0
    ]


def _corners_lower(n: int, middle: int) -> Tensor:
    counts = torch.full((n, n), middle)
    counts[:: max(n - 1, 1), :: max(n - 1, 1)] = 1
    return counts


COVERAGE = Exercise(
    id="convolution.coverage",
    title="How often each pixel is seen",
    points=2,
    minutes=10,
    core=False,
    covers=("D7.1.7",),
    example=((Case(args=(3, 2)), [[1, 2, 1], [2, 4, 2], [1, 2, 1]]),),
    cases=_settings,
    reference=_count,
    promises=("tensor",),
    wrong={
        "middle everywhere": (
            "You gave every pixel the count of a pixel in the middle. Near the border fewer "
            "windows fit around a pixel; that is what this exercise is about.",
            lambda n, k: torch.full((n, n), k * k),
            lambda n, k: torch.full((n, n), min(k, n - k + 1) ** 2),
        ),
        "all windows": (
            "You gave every pixel the number of all windows. Count only those it lies in.",
            lambda n, k: torch.full((n, n), (n - k + 1) ** 2),
        ),
        "corners only": (
            "Only the four corner pixels of your image differ from the middle. All pixels near "
            "the border are in fewer windows, the more so the nearer they are.",
            lambda n, k: _corners_lower(n, k * k),
            lambda n, k: _corners_lower(n, min(k, n - k + 1) ** 2),
        ),
        "not the whole window": (
            "Your windows do not mark all their pixels. Each window adds one to every one of its "
            "k x k pixels: the slice is i:i + k.",
            lambda n, k: _counted(n, range(n - k + 1), (0,)),
            lambda n, k: _counted(n, range(n - k + 1), (k // 2,)),
            lambda n, k: _counted(n, range(n - k + 1), (0, k - 1)),
            lambda n, k: _counted(n, range(n - k + 1), {0, k - 1}),
            lambda n, k: _counted(n, range(n - k + 1), range(k - 1)),
        ),
        "window too large": (
            "Your windows are k + 1 pixels wide: the slice i:i + k holds k of them, as it ends "
            "before i + k.",
            lambda n, k: _counted(n, range(n - k + 1), range(k + 1)),
        ),
        "set, not added": (
            "All your counts are one: you set the pixels of a window to one. Add one to them.",
            lambda n, k: torch.ones(n, n),
        ),
        "not multiplied": (
            "Your counts along rows and along columns are right, but put together otherwise: a "
            "window is a choice of rows and a choice of columns, so they multiply.",
            lambda n, k: _profile(n, k)[:, None] + _profile(n, k),
            lambda n, k: torch.minimum(_profile(n, k)[:, None], _profile(n, k)),
        ),
        "one direction": (
            "You counted in one direction only. A pixel is in as many windows as the count of its "
            "row times the count of its column.",
            _profile,
            lambda n, k: _profile(n, k).expand(n, n),
            lambda n, k: _profile(n, k).expand(n, n).T,
        ),
        "windows that leave": (
            "Your counts do not shrink at the bottom right as they grow at the top left: windows "
            "that start after n - k leave the image.",
            *(
                lambda n, k, starts=starts: _counted(n, range(starts(n, k)), range(k))
                for starts in (
                    lambda n, k: n,
                    lambda n, k: n - 1,
                    lambda n, k: n - k + 2,
                )
            ),
        ),
        "last window forgotten": (
            "You left out the last windows of each row and column: they start at n - k, so there "
            "are n - k + 1 of them in each direction.",
            lambda n, k: _counted(n, range(n - k), range(k)),
        ),
        "first window forgotten": (
            "You left out the first windows of each row and column: they start at 0.",
            lambda n, k: _counted(n, range(1, n - k + 1), range(k)),
        ),
        "side by side": (
            "Your windows move on by k pixels. They move on by one, and overlap.",
            lambda n, k: _counted(n, range(0, n - k + 1, k), range(k)),
        ),
        "padded": (
            "You counted windows that hang over the border of the image. Without padding a "
            "window lies wholly inside.",
            lambda n, k: _counted(n, range(-(k // 2), n - k // 2), range(k)),
        ),
        "pixels of a window": (
            "You counted how many pixels lie under each window. Asked is the other way round: in "
            "how many windows each pixel lies. Let each window mark its pixels.",
            lambda n, k: _pixels_under(n, k, before=0, after=0),
            lambda n, k: _pixels_under(n, k, before=k // 2, after=k // 2),
            lambda n, k: _pixels_under(n, k, before=(k - 1) // 2, after=(k - 1) // 2),
            lambda n, k: _pixels_under(n, k, before=k - 1, after=k - 1),
            lambda n, k: _pixels_under(n, k, before=0, after=k - 1),
        ),
        "one row, n times": (
            "All your rows are one and the same list: [[0] * n] * n repeats it, so that what marks "
            "one marks all. Make each row anew, or use torch.zeros(n, n).",
            lambda n, k: ((n - k + 1) * k * _profile(n, k)).expand(n, n),
        ),
        "share instead of count": (
            "You divided your counts. Asked is in how many windows each pixel lies, not in which "
            "share of them.",
            lambda n, k: _count(n, k) / (n - k + 1) ** 2,
            lambda n, k: _count(n, k) / (k * k),
            lambda n, k: _count(n, k) / _count(n, k).max(),
            lambda n, k: _count(n, k) / (n * n),
        ),
        "never more than k": (
            "Your counts grow up to k in each direction, but there are only n - k + 1 windows in "
            "it: no pixel is in more.",
            lambda n, k: _squared(_rising(n).clamp(max=k)),
        ),
        "more than k": (
            "Your counts go on growing towards the middle. A window is k pixels wide, so that a "
            "pixel is in at most k windows in each direction.",
            lambda n, k: _squared(_rising(n)),
            lambda n, k: _squared(_rising(n).clamp(max=n - k + 1)),
        ),
    },
    right=(
        lambda n, k: _squared(_profile(n, k)),
        lambda n, k: _counted(n, range(n - k + 1), range(k)).double(),
    ),
    library={
        lambda n, k: F.fold(torch.ones(1, k * k, (n - k + 1) ** 2), (n, n), (k, k))[0, 0]: True,
        torch.ones: False,
    },
    hints=(
        "Start with one dimension, n = 4 and k = 3: which windows hold the first pixel, which the "
        "second?",
        "Instead of asking each pixel for its windows, let each window mark its pixels: add one "
        "to all of them.",
        "Start from torch.zeros(n, n); for every i and j from 0 to n - k do "
        "counts[i:i + k, j:j + k] += 1.",
    ),
    needs=("convolution.corr2d", "convolution.corr2d_fast"),
)
