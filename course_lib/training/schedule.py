"""Learning rates over a training: factors of the largest one.

A schedule maps progress, in [0, 1) from the first step to the last, to a factor in [0, 1]. It knows
nothing but the progress, so a resumed run goes on as if it had never stopped.
"""

import math
from collections.abc import Callable, Sequence

Schedule = Callable[[float], float]


def constant(progress: float) -> float:
    """1 throughout."""
    return 1.0


def linear(progress: float) -> float:
    """Falls evenly from 1 to 0."""
    return 1.0 - progress


def cosine(progress: float) -> float:
    """Falls from 1 to 0 along half a cosine (Loshchilov and Hutter, 2017)."""
    return (1 + math.cos(math.pi * progress)) / 2


def one_cycle(progress: float, peak: float = 0.3) -> float:
    """Rises along half a cosine from 1/25 to 1 at `peak`, then falls along another to nearly 0.

    After Smith (2018); the numbers are those of PyTorch's OneCycleLR.
    """
    first, last = 1 / 25, 1 / 25e4
    if progress < peak:
        return 1 - (1 - first) * cosine(progress / peak)
    return last + (1 - last) * cosine((progress - peak) / (1 - peak))


def steps(milestones: Sequence[float], factor: float = 0.1) -> Schedule:
    """Times `factor` at each of the milestones, in [0, 1]."""

    def schedule(progress: float) -> float:
        return float(factor ** sum(progress >= milestone for milestone in milestones))

    return schedule
