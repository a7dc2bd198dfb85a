"""The learning rate along half a cosine."""

import math
from typing import Any

import torch

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.schedule_ways import (
    FORBIDDEN,
    along,
    beginning_anew,
    pytorchs_cosine,
    wave,
)


def _cosine_cases(draw: Draw) -> list[Case]:
    first, last = 1 + float(draw.uniform()), 0.1 + 0.2 * float(draw.uniform())
    even, odd = 2 * draw.integer(3, 5), 2 * draw.integer(3, 5) + 1

    def each(about: str, steps: Any, *others: float) -> Case:
        return Case(each=tuple((step, *others) for step in steps), about=about)

    halves = [step + 0.5 for step in range(odd)]
    return [
        each("every step of an even number of them", range(even + 1), even, first),
        each("every step of an odd number of them", range(odd + 1), odd, first),
        each("a last rate", range(even + 1), even, first, last),
        each("a last rate above the first, which is a whole number", range(odd + 1), odd, 1, 2.5),
        each("steps beyond the last", range(odd + 1, 3 * odd), odd, first, last),
        each("a single step, and beyond it", range(4), 1, first, last),
        each("between the steps", halves, odd - 0.5, first, last),
        Case(
            args=(draw.integer(1, even - 1), even),
            kwargs={"last": last, "first": first},
            about="the rates given by name",
        ),
    ]


COSINE = Exercise(
    id="training.cosine",
    title="A cosine for the learning rate",
    points=1,
    minutes=4,
    covers=("E14.23",),
    example=((Case(each=tuple((step, 10, 0.1) for step in (0, 5, 10, 20))), [0.1, 0.05, 0, 0.1]),),
    cases=_cosine_cases,
    reference=pytorchs_cosine,
    tolerance=1e-6,
    wrong={
        "one step less": (
            "You divide by total - 1. The rate is `last` at step `total`: divide by total.",
            along(lambda step, total: step / (total - 1)),
            along(lambda step, total: step / max(total - 1, 1)),
            along(lambda step, total: step / (total - 1) if total > 1 else 0),
        ),
        "one step ahead": (
            "Your rates are one step ahead. Steps are counted from 0: the first one uses `first`.",
            along(lambda step, total: (step + 1) / total),
            along(lambda step, total: (step + 1) / (total + 1)),
        ),
        "one step more": (
            "You divide by total + 1. The rate is `last` at step `total`: divide by total.",
            along(lambda step, total: step / (total + 1)),
        ),
        "held at the end": (
            "After `total` you hold the last rate. The formula goes on: the rate comes back.",
            along(lambda step, total: min(step, total) / total),
        ),
        "begun anew": (
            "After `total` your rate jumps back to the first one. The formula goes on, without a "
            "jump: leave out the remainder.",
            along(lambda step, total: step % total / total),
            beginning_anew,
        ),
        "a quarter of a wave": (
            "You take a quarter of a wave. Half a wave is asked for, from cos(0) = 1 to cos(pi) = "
            "-1, raised by 1 and halved.",
            wave(lambda share: math.cos(math.pi * share / 2)),
        ),
        "a whole wave": (
            "You take a whole wave: the rate is back at `first` at step `total`. Half a wave is "
            "pi * step / total.",
            along(lambda step, total: 2 * step / total),
        ),
        "a straight line": (
            "Your rate goes along a straight line. A half of a cosine is asked for.",
            wave(lambda share: 1 - share),
            wave(lambda share: max(1 - share, 0)),
        ),
        "upside down": (
            "Yours begins at `last` and ends at `first`. At step 0 the cosine is 1, which must "
            "give `first`.",
            wave(lambda share: (1 - math.cos(math.pi * share)) / 2),
        ),
        "not halved": (
            "1 + cos runs from 2 to 0: halve it.",
            wave(lambda share: 1 + math.cos(math.pi * share)),
            wave(lambda share: math.cos(math.pi * share)),
        ),
        "last on top": (
            "You add `last` to a wave that falls from `first` to 0, so it begins too high. The "
            "wave is first - last high.",
            lambda step, total, first, last=0.0: last + pytorchs_cosine(step, total, first),
        ),
        "cut off at last": (
            "Yours falls towards 0 and is cut off at `last`. The wave ends at `last`: it is first "
            "- last high, and stands on `last`.",
            lambda step, total, first, last=0.0: max(last, pytorchs_cosine(step, total, first)),
        ),
        "last left out": (
            "`last` is not used. The rate ends there.",
            lambda step, total, first, last=0.0: pytorchs_cosine(step, total, first),
        ),
        "a share": (
            "You return a share of the first rate, a factor. The rate itself is asked for.",
            lambda step, total, first, last=0.0: pytorchs_cosine(step, total, 1.0),
        ),
        "degrees": (
            "math.cos takes radians: half a turn is math.pi, not degrees.",
            wave(lambda share: (1 + math.cos(180 * share)) / 2),
        ),
        "whole division": (
            "// drops the fraction. Divide with /.",
            along(lambda step, total: step // total),
            along(lambda step, total: math.pi * step // total / math.pi),
        ),
        "whole steps": (
            "You make a whole number of `step`. It may lie between two of them.",
            along(lambda step, total: int(step) / total),
            along(lambda step, total: round(step) / total),
        ),
        "only down": (
            "Your rate only falls. `first` may be less than `last`: first - last keeps its sign.",
            lambda step, total, first, last=0.0: (
                last + abs(first - last) * pytorchs_cosine(step, total, 1.0)
            ),
        ),
        "without pi": (
            "Your angle is step / total. Half a turn is pi: the angle is pi * step / total.",
            along(lambda step, total: step / total / math.pi),
        ),
    },
    right=(
        lambda step, total, first, last=0.0: (
            last + (first - last) * math.cos(math.pi * step / (2 * total)) ** 2
        ),
        lambda step, total, first, last=0.0: (
            last + 0.5 * (first - last) * (1 + torch.cos(torch.tensor(torch.pi * step / total)))
        ),
    ),
    hints=(
        "cos(0) = 1 at step 0 must give `first`, cos(pi) = -1 at step `total` must give `last`.",
        "(1 + math.cos(math.pi * step / total)) / 2 runs from 1 to 0.",
        "last + (first - last) * ... with that in place of the dots.",
    ),
    forbidden=FORBIDDEN,
    stand_in="cosine",
)
