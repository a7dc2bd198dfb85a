"""Part G, what a stride costs, heard: the tone that comes out."""

import torch

from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on


def measured_pitch(f: int, rate: int, stride: int) -> int:
    """The loudest frequency (Hz) in every stride-th sample of a second of a tone, by FFT."""
    seconds = torch.arange(0, rate, stride, dtype=torch.float64) / rate
    return int(torch.fft.rfft(torch.cos(2 * torch.pi * f * seconds)).abs().argmax())


_HIGH = "heard_frequency(11000, 24000, 6)"
_FOLDED = "heard_frequency(5000, 16000, 2)"
_KEPT = "heard_frequency(1500, 16000, 2), which the new rate can hold"

HEARD_FREQUENCY = Exercise(
    id="padding_stride.heard_frequency",
    title="The tone that comes out",
    points=2,
    covers=("D7.3.2", "B02-aliasing"),
    cases=lambda draw: [
        Case(args=(11000, 24000, 6), about=_HIGH),
        Case(args=(5000, 16000, 2), about=_FOLDED),
        Case(args=(1500, 16000, 2), about=_KEPT),
    ],
    expect=lambda case: measured_pitch(*case.args),
    mistakes=(
        Mistake(
            "unchanged",
            "You leave the tone as it is. That is right only as long as it lies below half of the "
            "new rate.",
            on(_HIGH, 11000),
        ),
        Mistake(
            "divided by the stride",
            "You divided the frequency by the stride. The samples that are left are still played "
            "in their own time, so low tones stay as they are.",
            on(_HIGH, 11000 / 6),
        ),
        Mistake(
            "clipped",
            "You put a high tone at the highest one that the new rate can hold. It does not stop "
            "there: it is folded back.",
            on(_HIGH, 2000),
        ),
        Mistake(
            "remainder only",
            "Taking away whole multiples of the new rate is right. What is left may still lie "
            "above half of it; then it is mirrored.",
            on(_HIGH, 3000),
        ),
        Mistake(
            "half of the rate taken away",
            "You took away multiples of half the new rate. Tones that lie the whole new rate apart "
            "have the same samples; what is above half of it is mirrored.",
            on(_FOLDED, 1000),
        ),
        Mistake(
            "always mirrored",
            "You mirror every tone. One that lies below half of the new rate stays as it is.",
            on(_KEPT, 6500),
        ),
        Mistake(
            "mirrored once",
            "You mirrored the tone at the new rate once. A high tone passes several multiples of "
            "it; take these away first.",
            on(_HIGH, 7000),
        ),
        Mistake(
            "negative",
            "A frequency is not negative. Take whole multiples of the new rate away first; then "
            "mirror what is left, if it lies above half of the new rate.",
            on(_HIGH, -7000),
        ),
    ),
    hints=(
        "Sampled at the rate r, the tones f, f + r and f + 2r give the same samples. So do f and "
        "r - f. Which r counts here?",
        "r = rate / stride. Take whole multiples of r away: f % r lies between 0 and r.",
        "If the rest is above r / 2, the tone heard is r minus the rest: min(rest, r - rest).",
    ),
    tolerance=1e-6,
)
