"""Extra, how costs grow: with the padding, and with the channels."""

from collections.abc import Callable

import torch
from torch import nn

from course_lib.checks.case import Case
from course_lib.models.configs import conv
from course_lib.sections.channels.given import count_macs
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _settings(draw: Draw) -> list[Case]:
    n, k = draw.integer(9, 20), draw.integer(2, 4)
    odd, even = draw.choice((5, 7)), draw.choice((4, 6))
    return [
        Case(args=(n, odd, 1), about="an odd kernel"),
        Case(args=(n + 3, even, draw.integer(2, 3)), about="an even kernel"),
        Case(args=(n, 1, 2), about="a kernel of a single number"),
        Case(args=(k, k, draw.integer(1, 2)), about="a kernel as large as the image"),
        Case(args=(k, k + 1, 1), about="a kernel larger than the image"),
        Case(args=(1, 1, draw.integer(1, 3)), about="an image of a single pixel"),
        Case(args=(n, 3, draw.integer(4, 6)), about="much padding"),
        Case(each=((n, 3, 0), (k, k, 0), (n, 3, 1)), about="without padding, and with some"),
    ]


def _counted(size: int, kernel_size: int, padding: int) -> float:
    """The factor as PyTorch's own counter sees it, for one channel."""
    before, after = (
        count_macs([conv(1, 1, kernel_size, padding=p)], size, size) for p in (padding, 2 * padding)
    )
    return float(after / before)


def _sides(side: Callable[[int, int, int], float]) -> Callable[..., float]:
    """The factor with another formula for a side of the output: side(n, k, padding)."""
    return lambda n, k, p: (side(n, k, 2 * p) / side(n, k, p)) ** 2


def _by_layers(size: int, kernel_size: int, padding: int) -> float:
    image = torch.zeros(1, 1, size, size)
    before, after = (
        nn.Conv2d(1, 1, kernel_size, padding=p)(image).numel() for p in (padding, 2 * padding)
    )
    return float(after / before)


PADDING_GROWTH = Exercise(
    id="channels.padding_growth",
    title="What doubling the padding costs",
    points=1,
    minutes=5,
    core=False,
    covers=("D7.4.3",),
    example=((Case(args=(5, 3, 1)), 1.96),),
    cases=_settings,
    reference=_counted,
    wrong={
        "padding at one end": (
            "You counted the new pixels at one end. Padding adds pixels at both ends of each side.",
            _sides(lambda n, k, p: n + p - k + 1),
        ),
        "one axis": (
            "That is the growth of a side. The output grows down and across.",
            lambda *args: _counted(*args) ** 0.5,
        ),
        "percentage": (
            "You gave a percentage. A factor is asked for: the work after, divided by the work "
            "before.",
            lambda *args: 100 * (_counted(*args) - 1),
            lambda *args: 100 * _counted(*args),
        ),
        "what is added": (
            "You gave what is added, as a share of the work before. The factor is the work after, "
            "divided by the work before: one more.",
            lambda *args: _counted(*args) - 1,
        ),
        "upside down": (
            "Your factor is upside down: the work after stands above, the work before below.",
            lambda *args: 1 / _counted(*args),
        ),
        "kernel left out": (
            "You took the padded image for the output. A side of the output has "
            "n + 2 * padding - k + 1 places.",
            _sides(lambda n, k, p: n + 2 * p),
        ),
        "last place forgotten": (
            "Your sides are one place short: a side has n + 2 * padding - k + 1 places.",
            lambda n, k, p: ((n + 4 * p - k) / (n + 2 * p - k)) ** 2,
        ),
        "output taken to be as large as the image": (
            "You divided by the size of the image. The output before is as large only for one "
            "padding: its side has n + 2 * padding - k + 1 places.",
            lambda n, k, p: ((n + 2 * p) / n) ** 2,
            lambda n, k, p: ((n + 4 * p - k + 1) / n) ** 2,
        ),
        "odd kernels only": (
            "You took the kernel to be odd: it takes k - 1 places off a side, not 2 * (k // 2).",
            _sides(lambda n, k, p: n + 2 * p - k // 2 * 2),
        ),
        "kernel doubled": (
            "You doubled the kernel as well. Only the padding is doubled.",
            lambda n, k, p: ((n + 4 * p - 2 * k + 1) / (n + 2 * p - k + 1)) ** 2,
        ),
        "padding squared": (
            "You squared the padding. It is to be doubled.",
            lambda n, k, p: ((n + 2 * p * p - k + 1) / (n + 2 * p - k + 1)) ** 2,
        ),
        "one side squared": (
            "You squared one of the two sides only: set brackets, (after / before) ** 2.",
            lambda n, k, p: (n + 4 * p - k + 1) ** 2 / (n + 2 * p - k + 1),
            lambda n, k, p: (n + 4 * p - k + 1) / (n + 2 * p - k + 1) ** 2,
        ),
        "no factor without padding": (
            "Without padding there is nothing to double, so nothing grows: the factor is 1.",
            lambda n, k, p: _counted(n, k, p) if p else 0.0,
            lambda n, k, p: _counted(n, k, p) if p else None,
        ),
        "from no padding": (
            "You compared with no padding at all. Compare twice the padding with the padding.",
            lambda n, k, p: ((n + 4 * p - k + 1) / (n - k + 1)) ** 2,
            lambda n, k, p: ((n + 2 * p - k + 1) / (n - k + 1)) ** 2,
        ),
        "one pixel more": (
            "You added one pixel to the padding. It is to be doubled.",
            lambda n, k, p: ((n + 2 * p - k + 3) / (n + 2 * p - k + 1)) ** 2,
        ),
        "padding by itself": (
            "You took the factor of the padding itself. The padding is only a part of a side; work "
            "out how many places a side of the output has before and after.",
            lambda n, k, p: 4.0,
            lambda n, k, p: 2.0,
        ),
        "rounded": (
            "Your factor is rounded. Divide with /, and give all its digits.",
            lambda n, k, p: ((n + 4 * p - k + 1) // (n + 2 * p - k + 1)) ** 2,
            lambda *args: _counted(*args) // 1,
            *(lambda *args, digits=digits: round(_counted(*args), digits) for digits in (0, 1, 2)),
        ),
    },
    right=(_by_layers,),
    hints=(
        "For given channels and kernels the work follows the number of output places alone.",
        "A side of the output has n + 2 * padding - k + 1 places. How many after doubling?",
        "((n + 4 * padding - k + 1) / (n + 2 * padding - k + 1)) ** 2",
    ),
    needs=("channels.count_macs",),
    tolerance=1e-6,
)


def _factors() -> list[float]:
    thin, wide = conv(16, 16, 3, padding=1), conv(32, 32, 3, padding=1)
    channels = count_macs([wide], 20, 20) / count_macs([thin], 20, 20)
    return [channels, *(_counted(size, 3, 1) for size in (64, 7))]


_CHANNELS, *_PADDING = _factors()


def _places(before: int, after: int) -> tuple[list[float], list[float]]:
    """The numbers with so many places more than the image has a side, exact and rounded."""
    growth = [((size + after) / (size + before)) ** 2 for size in (64, 7)]
    return [_CHANNELS, *growth], [_CHANNELS, *(round(factor, 2) for factor in growth)]


GROWTH_NUMBERS = Exercise(
    id="channels.growth_numbers",
    title="Twice the channels, twice the padding",
    points=0,
    minutes=3,
    core=False,
    covers=("D7.4.3",),
    asks="value",
    reference=_factors(),
    wrong={
        "channels doubled once": (
            "The first number: both c_i and c_o are doubled, and the work is proportional to "
            "their product.",
            *([factor, *_PADDING] for factor in (2, 8, 16)),
            *([factor, 1.06, 1.65] for factor in (2, 8, 16)),
        ),
        "padding at one end": (
            "The first is right; for the others you counted the new pixels at one end. Padding "
            "adds pixels at both ends of each side.",
            *_places(0, 1),
        ),
        "from no padding": (
            "The first is right; the others compare with no padding at all. The padding is 1 "
            "before.",
            *_places(-2, 2),
        ),
        "kernel left out": (
            "The first is right; for the others you took the padded image for the output. A side "
            "of the output has n + 2 * padding - k + 1 places.",
            *_places(2, 4),
        ),
        "padding by itself": (
            "The first is right; the others are the factor of the padding itself. It is only a "
            "part of a side of the output.",
            [4, 4, 4],
            [4, 2, 2],
        ),
        "percentages": (
            "These are percentages. Give factors: work after by work before.",
            [100 * (factor - 1) for factor in _factors()],
            [_CHANNELS, *(100 * (factor - 1) for factor in _PADDING)],
            [_CHANNELS, *(round(100 * (factor - 1), 1) for factor in _PADDING)],
            [100 * factor for factor in _factors()],
        ),
        "what is added": (
            "You gave what is added. A factor is the work after, divided by the work before: one "
            "more.",
            [factor - 1 for factor in _factors()],
            [_CHANNELS, *(factor - 1 for factor in _PADDING)],
        ),
        "upside down": (
            "Your factors are upside down: the work after stands above, the work before below.",
            [1 / factor for factor in _factors()],
            [_CHANNELS, *(1 / factor for factor in _PADDING)],
        ),
        "sizes swapped": (
            "The last two are swapped: first the large image. Which of the two is hurt more?",
            [_CHANNELS, *_PADDING[::-1]],
            [_CHANNELS, 1.65, 1.06],
        ),
        "one axis": (
            "The first is right; the others are the growth of one side. The output has two.",
            [_CHANNELS, *(factor**0.5 for factor in _PADDING)],
        ),
        "too few digits": (
            "The first is right; the others are rounded. Give at least two decimals.",
            [_CHANNELS, *(round(factor, 1) for factor in _PADDING)],
            [_CHANNELS, *(round(factor) for factor in _PADDING)],
        ),
    },
    right=([4, 1.06, 1.65], torch.tensor(_factors())),
    hints=(
        "Your padding_growth gives the second and the third.",
        "MACs are c_i · c_o times the rest. What becomes of the product when both are doubled?",
    ),
    tolerance=1.2e-3,
)
