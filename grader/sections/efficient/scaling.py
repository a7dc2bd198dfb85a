"""Extra: channels at a width factor."""

import math
from collections.abc import Callable

from torchvision.models._utils import _make_divisible  # type: ignore[import-untyped]

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def scaled(channels: int, width: float) -> int:
    """torchvision's own."""
    return int(_make_divisible(channels * width, 8))


def _settings(draw: Draw) -> list[Case]:
    multiple, k = 8 * draw.integer(3, 9), draw.integer(6, 20)
    even, odd = 2 * draw.integer(4, 9), 2 * draw.integer(4, 9) + 1
    return [
        Case(
            each=((multiple, 1), (multiple, 1.0), (multiple, 2), (2 * multiple, 0.5)),
            about="a multiple already",
        ),
        Case(each=((8 * k + 3, 1.0), (16 * k + 5, 0.5), (8 * k + 1, 1)), about="rounded down"),
        Case(each=((8 * k + 5, 1.0), (16 * k + 13, 0.5), (32, 1.4)), about="rounded up"),
        Case(
            each=((8 * even + 4, 1), (16 * even + 8, 0.5)), about="halfway, an even multiple below"
        ),
        Case(each=((8 * odd + 4, 1), (16 * odd + 8, 0.5)), about="halfway, an odd multiple below"),
        Case(
            each=((9, 1.0), (44, 0.25), (37, 0.5), (27, 1), (18, 1.5), (71, 0.5), (16, 0.56)),
            about="by a tenth too few after rounding",
        ),
        Case(
            each=((112, 0.08), (179, 0.1), (269, 0.1)),
            about="by a tenth too few, for the fraction alone",
        ),
        Case(
            each=((109, 0.4), (32, 0.55), (25, 0.7), (87, 0.5)),
            about="not by a tenth too few, for the fraction alone",
        ),
        Case(
            each=((4 * multiple, 0.25, True), (48, 0.5, True), (multiple + 8, 1.0, True)),
            about="an integer, for a layer",
        ),
        Case(each=((1, 1.0), (6, 0.5), (16, 0.1), (3, 0.01)), about="fewer than the least"),
        Case(
            each=tuple((c, w) for c in (16, 24, 96, 160) for w in (0.35, 0.75, 1.3)),
            about="MobileNet's channels at several widths",
        ),
    ]


def _made(
    *,
    nearest: Callable[[float], int] = lambda x: math.floor(x + 0.5),
    least: int = 8,
    share: float = 0.9,
    more: int = 8,
    by: Callable[[float, int], float] = lambda wanted, channels: wanted,
    wanted: Callable[[int, float], float] = lambda channels, width: channels * width,
) -> Callable[[int, float], int]:
    """The rule, with another rounding to a multiple, least number or share, or of another number.

    Args:
        by: what the result is compared with a share of.
    """

    def way(channels: int, width: float) -> int:
        number = wanted(channels, width)
        rounded = max(least, nearest(number / 8) * 8)
        return rounded + more if rounded < share * by(number, channels) else rounded

    return way


def _reversed(channels: int, width: float) -> int:
    rounded = _made(share=0)(channels, width)
    return rounded + 8 if channels * width < 0.9 * rounded else rounded


SCALED = Exercise(
    id="efficient.scaled",
    title="Channels at a width",
    points=1,
    minutes=7,
    core=False,
    covers=("B09-mobilenet",),
    example=((Case(args=(32, 1.4)), 48), (Case(args=(16, 0.7)), 16)),
    through="for_a_layer",
    cases=_settings,
    reference=scaled,
    wrong={
        "cut off": (
            "You round down. It is the nearest multiple that counts.",
            _made(nearest=math.floor),
            _made(nearest=math.floor, share=0),
        ),
        "rounded up": (
            "You always come to the multiple above. The nearest one counts; 8 more are taken only "
            "below nine tenths of channels * width.",
            _made(nearest=math.ceil),
            _made(share=1),
        ),
        "halves to even": (
            "Your halves go down at times: Python's round takes the even neighbour. Here they go "
            "up, as with floor(x + 0.5).",
            _made(nearest=round),
        ),
        "halves down": (
            "Your halves go down. Here they go up.",
            _made(nearest=lambda x: math.ceil(x - 0.5)),
        ),
        "no nine tenths": (
            "Where fewer than nine tenths of channels * width are left, your last step does not "
            "take 8 more.",
            _made(share=0),
            _made(share=0.1),
            _made(share=0, nearest=round),
        ),
        "nine tenths of the result": (
            "Your comparison is the wrong way round: the result must not be less than nine tenths "
            "of channels * width.",
            _reversed,
        ),
        "last step below full width": (
            "You take 8 more at a width below 1 only. Take them at any width.",
            lambda channels, width: _made(share=0.9 if width < 1 else 0)(channels, width),
        ),
        "cut before rounding": (
            "You make an integer of channels * width before you round. Its fraction counts, for "
            "the multiple and for the nine tenths.",
            _made(wanted=lambda channels, width: int(channels * width)),
            _made(wanted=lambda channels, width: round(channels * width)),
        ),
        "rounded before the width": (
            "You round `channels` before you multiply. Multiply, then round.",
            _made(wanted=lambda channels, width: scaled(channels, 1) * width),
            _made(wanted=lambda channels, width: _made(share=0)(channels, 1) * width),
        ),
        "a float": (
            "Your number of channels is a float. nn.Conv2d takes integers alone.",
            lambda channels, width: float(scaled(channels, width)),
        ),
        "nine tenths of the channels": (
            "You compare with nine tenths of `channels`. It is channels * width that counts.",
            _made(by=lambda wanted, channels: channels),
        ),
        "no least": (
            "You can come below 8 channels. There are at least 8.",
            _made(least=0, share=0),
            _made(least=1),
        ),
        "not rounded": (
            "You do not round to a multiple of 8.",
            lambda channels, width: int(channels * width),
            lambda channels, width: round(channels * width),
            lambda channels, width: channels * width,
            lambda channels, width: max(8, int(channels * width)),
            lambda channels, width: max(8, round(channels * width)),
        ),
        "width ignored": (
            "Your result does not depend on the width.",
            lambda channels, width: scaled(channels, 1),
            lambda channels, width: channels,
        ),
        "multiples counted": (
            "You return how many times 8 it is. Return the channels.",
            lambda channels, width: scaled(channels, width) // 8,
        ),
    },
    right=(
        _made(),
        lambda channels, width: next(
            n
            for n in range(8, 10**6, 8)
            if n + 4 > channels * width and n >= 0.9 * channels * width
        ),
    ),
    hints=(
        "The nearest multiple of 8 of a number x, halves up: int(x + 4) // 8 * 8.",
        "max(8, ...) first; compare what comes with 0.9 * channels * width then.",
    ),
    forbidden=("course_lib", "torchvision"),
    tolerance=EXACT,
    stand_in="scaled",
)
