"""The learning rate by stages."""

import math

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.training.schedule_ways import (
    FORBIDDEN,
    Schedule,
    only_then,
    pytorchs_step_decay,
    staircase,
)


def _by_default(other: float) -> Schedule:
    return lambda step, first, every, factor=other: first * factor ** (step // every)


def _decay_cases(draw: Draw) -> list[Case]:
    first, factor = 1 + float(draw.uniform()), 0.3 + 0.4 * float(draw.uniform())
    every = draw.integer(3, 4)

    def each(about: str, count: int, *others: float) -> Case:
        return Case(each=tuple((step, *others) for step in range(count)), about=about)

    return [
        each("every step of three stages", 3 * every, first, every),
        each("a factor of its own", 4 * every + 1, first, every, factor),
        each("a stage of one step", 4, first, 1, factor),
        each("a first rate that is a whole number", 3 * every, 2, every, 0.5),
        Case(
            args=(2 * every + 1, first),
            kwargs={"factor": factor, "every": every},
            about="settings given by name",
        ),
    ]


STEP_DECAY = Exercise(
    id="training.step_decay",
    title="A schedule by steps",
    points=1,
    minutes=4,
    core=False,
    covers=("E14.23",),
    example=(
        (
            Case(each=tuple((step, 0.5, 3) for step in range(7))),
            [0.5, 0.5, 0.5, 0.05, 0.05, 0.05, 0.005],
        ),
    ),
    cases=_decay_cases,
    reference=pytorchs_step_decay,
    tolerance=1e-6,
    wrong={
        "one step late": (
            "Your rate falls a step late. It falls at the steps every, 2 * every, ...: step // "
            "every counts the falls.",
            staircase(lambda step, every: max(step - 1, 0) // every),
        ),
        "one step early": (
            "Your rate falls a step early. It falls at the steps every, 2 * every, ...: step // "
            "every counts the falls.",
            staircase(lambda step, every: (step + 1) // every),
        ),
        "smooth": (
            "Your rate falls at each step. Within a stage it stays: divide with //.",
            staircase(lambda step, every: step / every),
            staircase(lambda step, every: step),
        ),
        "rounded": (
            "You round step / every, so the rate falls in the middle of a stage. Divide with //.",
            staircase(lambda step, every: round(step / every)),
        ),
        "one step into the stage": (
            "Your rate falls at step 1 already: it is `first` at all steps 0 … every - 1. Do not "
            "round up, and do not count step 0 as a fall: step // every.",
            staircase(lambda step, every: math.ceil(step / every)),
        ),
        "once": (
            "Your rate falls only once. It falls after every stage: a power of factor.",
            staircase(lambda step, every: int(step >= every)),
        ),
        "remainder": (
            "% gives the place within the stage. // counts the stages that are over.",
            staircase(lambda step, every: step % every),
        ),
        "factor fixed": (
            "Your factor is that by default, whatever is given.",
            lambda step, first, every, factor=0.1: first * 0.1 ** (step // every),
        ),
        "another default": (
            "Where no factor is given, yours is another one than the text's.",
            *(_by_default(factor) for factor in (0.5, 0.2, 0.9)),
        ),
        "product": (
            "You multiply the factor by the number of falls. The rate is multiplied by it at each "
            "fall: factor ** (step // every).",
            lambda step, first, every, factor=0.1: first * factor * (step // every),
            lambda step, first, every, factor=0.1: first * (1 - factor * (step // every)),
            lambda step, first, every, factor=0.1: (
                first * factor * (step // every) if step >= every else first
            ),
        ),
        "taken off": (
            "You take off the share `factor` at each fall. That share is left.",
            lambda step, first, every, factor=0.1: first * (1 - factor) ** (step // every),
        ),
        "upwards": (
            "You divide by the factor. The rate is multiplied by it.",
            lambda step, first, every, factor=0.1: first / factor ** (step // every),
        ),
        "only then": (
            "Your rate is lower at the steps every, 2 * every, ... alone. It stays low.",
            only_then,
        ),
    },
    right=(
        lambda step, first, every, factor=0.1: first * factor ** int(step / every),
        lambda step, first, every, factor=0.1: math.prod([first] + [factor] * (step // every)),
    ),
    hints=(
        "How often has the rate fallen before this step?",
        "step // every times.",
        "Each time it is multiplied by factor: factor ** (step // every).",
    ),
    forbidden=FORBIDDEN,
    stand_in="step_decay",
)
