"""Schedules of the learning rate: PyTorch's, and others with what may be otherwise in them."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR, StepLR

Schedule = Callable[..., Any]

FORBIDDEN = ("course_lib", "torch.optim.lr_scheduler")


def _walked(schedule_of: Callable[[Any], LRScheduler], rate: float, steps: int) -> float:
    """The rate of PyTorch's schedule after so many steps."""
    optimiser = torch.optim.SGD([torch.zeros(1)], rate)
    schedule = schedule_of(optimiser)
    optimiser.step()
    for _ in range(steps):
        schedule.step()
    return float(optimiser.param_groups[0]["lr"])


def pytorchs_cosine(step: float, total: float, first: float, last: float = 0.0) -> float:
    """PyTorch's, which knows whole steps: two where there are halves."""
    if step % 1 or total % 1:
        return pytorchs_cosine(2 * step, 2 * total, first, last)
    whole = int(total)
    return _walked(lambda o: CosineAnnealingLR(o, whole, eta_min=last), first, int(step))


def pytorchs_one_cycle(step: int, total: int, max_lr: float) -> float:
    make = partial(OneCycleLR, max_lr=max_lr, total_steps=total, cycle_momentum=False)
    return _walked(make, max_lr, step)


def pytorchs_step_decay(step: int, first: float, every: int, factor: float = 0.1) -> float:
    return _walked(lambda o: StepLR(o, every, gamma=factor), first, step)


def wave(height: Callable[[float], float]) -> Schedule:
    """From the first rate to the last one, by a height between 1 and 0 for the share of steps."""
    return lambda step, total, first, last=0.0: last + (first - last) * height(step / total)


def along(share: Callable[[float, float], float]) -> Schedule:
    """The cosine, at another share of the steps."""
    return lambda step, total, first, last=0.0: (
        last + (first - last) * (1 + math.cos(math.pi * share(step, total))) / 2
    )


cosine = along(lambda step, total: step / total)
line = wave(lambda share: 1 - share)


def beginning_anew(step: float, total: float, first: float, last: float = 0.0) -> Any:
    """It jumps after the last rate."""
    return cosine(step % (total + 1), total, first, last)


def cycle(
    *,
    peak: Callable[[int], float] = lambda total: 0.3 * total - 1,
    end: Callable[[int], float] = lambda total: total - 1,
    start: Callable[[float], float] = lambda top: top / 25,
    last: Callable[[float], float] = lambda top: top / 250_000,
    up: Schedule = cosine,
    down: Schedule = cosine,
    since: Callable[[float], float] = lambda peak: peak,
    length: Callable[[float, float], float] = lambda peak, end: end - peak,
) -> Schedule:
    """One cycle, from `start` up to the peak and down to `last`.

    Args:
        since: where the fall's steps are counted from.
        length: how many they are.
    """

    def rate(step: int, total: int, max_lr: float) -> Any:
        top = peak(total)
        if step <= top:
            return up(step, top, start(max_lr), max_lr)
        return down(step - since(top), length(top, end(total)), max_lr, last(max_lr))

    return rate


def rounded_peak(rounded: Callable[[float], int]) -> Schedule:
    return cycle(peak=lambda total: rounded(0.3 * total) - 1)


def peak_at(share: float) -> Schedule:
    return cycle(peak=lambda total: share * total - 1)


def staircase(falls: Callable[[int, int], float]) -> Schedule:
    """The rate after so many falls."""
    return lambda step, first, every, factor=0.1: first * factor ** falls(step, every)


def only_then(step: int, first: float, every: int, factor: float = 0.1) -> float:
    return first * factor if step and step % every == 0 else first
