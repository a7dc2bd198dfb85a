"""Units whose ReLU lets no input pass."""

import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _of(draw: Draw, inputs: int, units: int, dead: int) -> Tensor:
    """So many dead units, half of them zeros alone, others with one zero.

    Of the others one passes a faint number and nothing else, two are negative on average, one does
    not pass the first input and two the last one: as many as tell apart who counts what.
    """
    z = draw.normal(inputs, units).abs() + 0.2
    where = draw.distinct(0, units - 1, units)
    alive = where[dead:]
    z[:, where[:dead]] *= -1
    z[0, where[:dead]] = 0
    z[:, where[: dead // 2]] = 0
    if inputs > 2 and len(alive) > 5:
        faint, *negative, not_first = alive[:4]
        z[:, faint], z[-1, faint] = 0, 1e-6
        z[:, negative] = -9
        z[inputs // 2, negative] = 2
        z[0, not_first] = -0.1
        z[-1, alive[4:6]] = -0.1
    return z


def _cases(draw: Draw) -> list[Case]:
    def each(about: str, *sizes: tuple[int, int, int]) -> Case:
        return Case(args=tuple(_of(draw, *size) for size in sizes), about=about)

    few = draw.integer(2, 3)
    return [
        each("more units than inputs", (4, 9, few), (3, 10, 4)),
        each("more inputs than units", (11, 9, few), (9, 7, 1)),
        each("one input", (1, 7, few), (1, 4, 1)),
        each("one unit", (6, 1, 1), (6, 1, 0), (1, 1, 1)),
        each("no unit dead, and all of them", (7, 6, 0), (5, 4, 4)),
    ]


def _dead(z: Tensor) -> int:
    """The reference: the ReLU's activations, of which some unit has none."""
    return sum(not unit.relu().any() for unit in z.T)


DEAD_UNITS = Exercise(
    id="training.dead_units",
    title="Dead units",
    points=1,
    minutes=4,
    core=False,
    covers=("L3",),
    example=((Case(args=(torch.tensor([[-1.0, 2], [0, -3]]),)), 1),),
    cases=_cases,
    through="ask_dead_units",
    reference=_dead,
    promises=("unchanged",),
    wrong={
        "zero passes": (
            "You count a unit as alive where its z is 0. ReLU gives 0 for it, too: dead is what is "
            "0 or less.",
            lambda z: int((z < 0).all(0).sum()),
        ),
        "dead for some input": (
            "You count units that let some input not pass, as nearly all do. Dead is a unit that "
            "lets none pass: all, not any.",
            lambda z: int((z <= 0).any(0).sum()),
        ),
        "living ones": (
            "You count the units that let some input pass. Count the others.",
            lambda z: z.shape[1] - _dead(z),
        ),
        "inputs counted": (
            "You count the inputs that no unit lets pass. The units are axis 1: go over axis 0, "
            "the inputs.",
            lambda z: _dead(z.T),
        ),
        "on average": (
            "You ask for a mean or a sum of 0 or less. A unit is alive if it lets one single input "
            "pass, however negative the others are.",
            lambda z: int((z.mean(0) <= 0).sum()),
        ),
        "most inputs": (
            "You count units that let most inputs not pass. Dead is a unit that lets none pass.",
            lambda z: int(((z <= 0).float().mean(0) > 0.5).sum()),
            lambda z: int((z.median(0).values <= 0).sum()),
        ),
        "one input only": (
            "You look at one input. A unit that does not let it pass may let another one pass.",
            lambda z: int((z[0] <= 0).sum()),
            lambda z: int((z[-1] <= 0).sum()),
        ),
        "numbers counted": (
            "You count numbers of z. Count units, the columns that have no number above 0.",
            lambda z: int((z <= 0).sum()),
        ),
        "zeros only": (
            "You count units whose z is exactly 0. z stands before the ReLU: negative numbers "
            "become 0 as well.",
            lambda z: int((z == 0).all(0).sum()),
        ),
        "all at once": (
            "You ask of all numbers of z at once. Ask of each unit by itself: dim=0.",
            lambda z: z.shape[1] * int((z <= 0).all()),
            lambda z: int((z <= 0).all()),
        ),
        "nearly dead": (
            "You count units as dead that pass a small number. Dead are those that pass nothing.",
            lambda z: int((z <= 1e-4).all(0).sum()),
        ),
        "a share": (
            "That is the share of dead units. Return their number.",
            lambda z: _dead(z) / z.shape[1],
        ),
        "which ones": (
            "You return which units are dead. Return how many they are.",
            lambda z: (z <= 0).all(0),
            lambda z: (z <= 0).all(0).nonzero()[:, 0].tolist(),
        ),
    },
    right=(
        _dead,
        lambda z: (z.amax(0) <= 0).sum(),
        lambda z: sum(1 for u in range(z.shape[1]) if max(z[:, u].tolist()) <= 0),
    ),
    hints=(
        "(z <= 0).all(dim=0) says for each unit whether its z is 0 or less for all inputs.",
        "The sum of true and false is the number of true ones.",
    ),
)
