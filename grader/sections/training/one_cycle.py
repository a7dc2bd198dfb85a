"""The learning rate up to its peak and down again."""

import math
from typing import Any

import torch

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.schedule_ways import (
    FORBIDDEN,
    cycle,
    line,
    peak_at,
    pytorchs_cosine,
    pytorchs_one_cycle,
    rounded_peak,
)


def _cycle_cases(draw: Draw) -> list[Case]:
    top = [1 + 2 * float(draw.uniform()) for _ in range(4)]
    tens, odd, long = 10 * draw.integer(2, 3), draw.integer(11, 14), 10 * draw.integer(9, 11) + 5

    def each(about: str, steps: Any, *others: float) -> Case:
        return Case(each=tuple((step, *others) for step in steps), about=about)

    peak = int(0.3 * long)
    some = (0, 1, peak - 2, peak - 1, peak, peak + 1, long // 2, long - 2, long - 1)
    return [
        each("every step of the shortest run", range(10), 10, top[0]),
        each("a peak at a whole step", range(tens), tens, top[1]),
        each("a peak between two steps", range(odd), odd, top[2]),
        each("a long run", some, long, top[3]),
        Case(
            args=(draw.integer(1, 4), odd),
            kwargs={"max_lr": top[1]},
            about="the rate given by name",
        ),
    ]


ONE_CYCLE = Exercise(
    id="training.one_cycle",
    title="One cycle",
    points=2,
    minutes=8,
    covers=("E14.23",),
    example=(
        (Case(each=tuple((step, 10, 1) for step in (0, 1, 2, 9))), [0.04, 0.52, 1.0, 0.000004]),
    ),
    cases=_cycle_cases,
    reference=pytorchs_one_cycle,
    tolerance=1e-6,
    wrong={
        "counted from one": (
            "Your peak or your end comes late, by a step or by a part of one. Steps are counted "
            "from 0: the peak is at 0.3 * total - 1, and the fall ends at total - 1.",
            cycle(peak=lambda total: 0.3 * total),
            cycle(peak=lambda total: 0.3 * total, end=lambda total: total),
            cycle(end=lambda total: total),
            cycle(peak=lambda total: 0.3 * (total - 1)),
        ),
        "peak at a whole step": (
            "You round the place of the peak. It may lie between two steps: leave 0.3 * total - 1 "
            "as it is.",
            *(rounded_peak(rounded) for rounded in (int, round, math.ceil)),
            cycle(peak=lambda total: int(0.3 * total)),
        ),
        "peak elsewhere": (
            "Your peak is at another place. It is at 0.3 * total - 1.",
            *(peak_at(share) for share in (0.5, 0.25, 0.2, 0.4)),
        ),
        "straight up": (
            "Your rate rises along a straight line. Both halves go along half a cosine.",
            cycle(up=line),
        ),
        "straight down": (
            "Your rate falls along a straight line. Both halves go along half a cosine.",
            cycle(down=line),
        ),
        "straight lines": (
            "Your rate goes along straight lines. Both halves go along half a cosine.",
            cycle(up=line, down=line),
        ),
        "from zero": (
            "Your first rate is 0. It is a small share of max_lr, as the text gives it.",
            cycle(start=lambda top: 0),
        ),
        "another start": (
            "Your first rate is another one. It is the share of max_lr that the text gives.",
            cycle(start=lambda top: top / 10),
            cycle(start=lambda top: top),
        ),
        "to zero": (
            "Your last rate is 0. It is the first one divided by ten thousand.",
            cycle(last=lambda top: 0),
        ),
        "last rate of the peak": (
            "Your last rate is max_lr divided by ten thousand. The first rate is divided by it.",
            cycle(last=lambda top: top / 1e4),
        ),
        "back to the start": (
            "Your last rate is the first one. It is ten thousand times less.",
            cycle(last=lambda top: top / 25),
        ),
        "no rise": (
            "Your rate falls from the beginning. It rises to max_lr first.",
            lambda step, total, max_lr: pytorchs_cosine(step, total - 1, max_lr, max_lr / 250_000),
            lambda step, total, max_lr: pytorchs_cosine(step, total, max_lr, max_lr / 250_000),
            lambda step, total, max_lr: pytorchs_cosine(step, total - 1, max_lr),
            lambda step, total, max_lr: pytorchs_cosine(step, total, max_lr),
        ),
        "fall not from its beginning": (
            "Your fall counts its steps from 0. It begins at the peak: count step - peak.",
            cycle(since=lambda peak: 0),
            cycle(since=lambda peak: 0, length=lambda peak, end: end),
        ),
        "fall as long as all": (
            "Your fall takes as many steps as the whole run, or ends elsewhere. From the peak it "
            "has total - 1 - peak.",
            cycle(length=lambda peak, end: end),
            cycle(length=lambda peak, end: end + 1),
        ),
        "a share": (
            "You return a share of max_lr, a factor. The rate itself is asked for.",
            lambda step, total, max_lr: pytorchs_one_cycle(step, total, 1.0),
        ),
    },
    right=(
        cycle(),
        lambda step, total, max_lr: torch.tensor(cycle()(step, total, max_lr)),
    ),
    hints=(
        "Two halves, told apart by step <= peak, with peak = 0.3 * total - 1.",
        "The rise: cosine(step, peak, max_lr / 25, max_lr).",
        "The fall begins at the peak: cosine(step - peak, total - 1 - peak, max_lr, ...).",
    ),
    forbidden=FORBIDDEN,
    needs=("training.cosine",),
    stand_in="one_cycle",
)
