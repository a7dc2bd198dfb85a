"""Part E: what a stride does to a tone."""

import math
from collections.abc import Callable

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Pitch = Callable[[float, float, int], float]


def _nearest_multiple(f: float, rate: float, stride: int) -> float:
    """How far the tone is from the nearest multiple of the new rate."""
    return min(abs(f - m * rate / stride) for m in range(stride + 1))


def _by_phase(f: float, rate: float, stride: int) -> float:
    """From the angle that the tone turns from one kept sample to the next."""
    turn = 2 * math.pi * f * stride / rate
    return abs(math.atan2(math.sin(turn), math.cos(turn))) / (2 * math.pi) * rate / stride


def _by_remainder(f: float, rate: float, stride: int) -> float:
    return abs(math.remainder(f, rate / stride))


def _mirrored_if_high(
    f: float, r: float, mirror: Callable[[float], float], from_half: bool = False
) -> float:
    """The rest of f at the rate r, or its mirror image where it lies above r / 2, or at it."""
    rest = f % r
    return mirror(rest) if rest > r / 2 or (from_half and rest == r / 2) else rest


def _folded(r: float, f: float) -> float:
    return min(f % r, r - f % r)


def _tones(draw: Draw) -> list[Case]:
    """Where the new rate is no whole number, nor is the tone: rounding one is not the other."""
    f = draw.integer(60, 390)
    return [
        Case(args=(4100 + 5 * f, 16000, 2), about="a tone that is folded once"),
        Case(args=(4600 + f, 16000, 4), about="a tone just above the new rate"),
        Case(args=(3450 + f, 16000, 4), about="a tone just below the new rate"),
        Case(args=(5500 + f, 24000, 8), about="a tone just below twice the new rate"),
        Case(args=(6200 + f, 24000, 8), about="a tone just above twice the new rate"),
        Case(args=(9300 + f, 36000, 12), about="a tone above three times the new rate"),
        Case(args=(6000.25 + 2 * f, 16000, 3), about="a new rate that is no whole number"),
        Case(args=(280.25 + 0.5 * f, 1000, 3), about="a high tone at another such rate"),
        Case(args=(320.3125 + 0.125 * f, 750.5, 2), about="no whole numbers at all"),
        # A tone that stays is the argument itself, and silence is 0.
        Case(
            each=((10 * f, 16000, 2), (5000 + f, 16000, 1), (0, 8000, 2), (6000, 16000, 2)),
            about="a tone that stays, stride one, no tone at all, among others",
        ),
        Case(
            each=((6000, 24000, 4), (3000, 24000, 4), (4000, 24000, 6), (5100, 24000, 6)),
            about="the new rate itself, and half of it, among others",
        ),
    ]


HEARD_FREQUENCY = Exercise(
    id="padding_stride.heard_frequency",
    title="The tone that comes out",
    points=2,
    minutes=7,
    covers=("D7.3.2", "B02-aliasing"),
    example=((Case(args=(700, 2000, 2)), 300),),
    cases=_tones,
    reference=_nearest_multiple,
    wrong={
        "unchanged": (
            "You give back the tone as it is, left alone or folded at a rate that it does not "
            "reach. It stays only as long as it lies below half of the new rate, rate / stride.",
            lambda f, rate, stride: f,
        ),
        "divided by the stride": (
            "You divided the frequency by the stride. The samples that are left are still played "
            "in their own time, so low tones stay as they are.",
            lambda f, rate, stride: f / stride,
            lambda f, rate, stride: _folded(rate, f / stride),
            lambda f, rate, stride: _folded(rate / stride, f / stride),
        ),
        "clipped": (
            "You put a high tone at the highest one that the new rate can hold. It does not stop "
            "there: it is folded back.",
            lambda f, rate, stride: min(f, rate / stride / 2),
        ),
        "remainder only": (
            "Taking away whole multiples of the new rate is right. What is left may still lie "
            "above half of it; then it is mirrored.",
            lambda f, rate, stride: f % (rate / stride),
            lambda f, rate, stride: f and (f % (rate / stride) or rate / stride),
        ),
        "half of the rate taken away": (
            "You took away multiples of half the new rate. Tones that lie the whole new rate apart "
            "have the same samples; what is above half of it is mirrored.",
            lambda f, rate, stride: f % (rate / stride / 2),
            lambda f, rate, stride: _mirrored_if_high(
                f, rate / stride, lambda r: r - rate / stride / 2
            ),
            lambda f, rate, stride: _folded(rate / stride / 2, f),
        ),
        "always mirrored": (
            "You mirror every tone. What lies below half of the new rate, once whole multiples of "
            "it are taken away, stays as it is.",
            lambda f, rate, stride: rate / stride - f % (rate / stride),
        ),
        "the faster of two": (
            "Of the two tones, the rest and its mirror image, you took the faster one. Asked is "
            "the slowest.",
            lambda f, rate, stride: max(f % (rate / stride), rate / stride - f % (rate / stride)),
        ),
        "negative": (
            "A frequency is not negative: take the absolute value of the distance to the nearest "
            "multiple of the new rate.",
            lambda f, rate, stride: f - rate / stride * round(f * stride / rate),
            lambda f, rate, stride: rate / stride * round(f * stride / rate) - f,
        ),
        "the tone times the stride": (
            "You multiplied the tone by the stride. To leave out samples does not change the tone: "
            "f stays, and the rate becomes rate / stride.",
            lambda f, rate, stride: f * stride,
            lambda f, rate, stride: _folded(rate / stride, f * stride),
        ),
        "stride plus one": (
            "You took rate / (stride + 1) for the new rate. Every stride-th sample is kept: it is "
            "rate / stride.",
            lambda f, rate, stride: _folded(rate / (stride + 1), f),
        ),
        "times the stride": (
            "Your number is in another unit: multiplied by the stride. Asked is the tone in Hz.",
            lambda f, rate, stride: stride * _nearest_multiple(f, rate, stride),
        ),
        "the old rate": (
            "You folded at the old rate. What counts is the new one, rate / stride.",
            lambda f, rate, stride: rate - f,
            lambda f, rate, stride: _mirrored_if_high(f, rate / stride, lambda r: rate - f),
            lambda f, rate, stride: _mirrored_if_high(f, rate / stride, lambda r: rate - r),
            lambda f, rate, stride: _mirrored_if_high(f, rate / stride, lambda r: rate - f, True),
            lambda f, rate, stride: _mirrored_if_high(f, rate / stride, lambda r: rate - r, True),
            lambda f, rate, stride: rate - f if f > rate / stride / 2 else f,
        ),
        "mirrored once": (
            "You mirrored the tone at the new rate once. A high tone passes several multiples of "
            "it; take these away first.",
            lambda f, rate, stride: abs(rate / stride - f),
            lambda f, rate, stride: min(f, abs(rate / stride - f)),
            lambda f, rate, stride: rate / stride - f,
            lambda f, rate, stride: rate / stride - f if f > rate / stride / 2 else f,
            lambda f, rate, stride: (
                min(f - rate / stride, 2 * rate / stride - f)
                if f > rate / stride
                else _folded(rate / stride, f)
            ),
        ),
        "the new rate rounded": (
            "You rounded the new rate: it need not be a whole number. Divide with / instead of //.",
            lambda f, rate, stride: _folded(rate // stride, f),
            lambda f, rate, stride: _folded(round(rate / stride), f),
        ),
        "the tone rounded": (
            "You rounded a tone, f or the one that is heard. Neither need be a whole number.",
            lambda f, rate, stride: int(_nearest_multiple(f, rate, stride)),
            lambda f, rate, stride: round(_nearest_multiple(f, rate, stride)),
            lambda f, rate, stride: _nearest_multiple(int(f), rate, stride),
            lambda f, rate, stride: _nearest_multiple(round(f), rate, stride),
        ),
    },
    right=(_by_phase, _by_remainder, _nearest_multiple),
    library={math.remainder: False},
    hints=(
        "Sampled at the rate r, the tones f, f + r and f + 2r give the same samples. So do f and "
        "r - f. Which r counts here?",
        "r = rate / stride. Take whole multiples of r away: f % r lies between 0 and r.",
        "If the rest is above r / 2, the tone heard is r minus the rest: min(rest, r - rest).",
    ),
    tolerance=1e-6,
)
