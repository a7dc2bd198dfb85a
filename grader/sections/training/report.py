"""Several seeds in three numbers, each by the epoch that validation chose."""

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import torch

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Run = tuple[list[float], list[float]]


def _chosen(validation: Sequence[float]) -> int:
    """The epoch that is best on validation, the first of equals."""
    best = torch.tensor(validation, dtype=torch.float64)
    return int((best == best.max()).nonzero()[0])


def _summary(numbers: Sequence[float]) -> tuple[float, float, float]:
    return statistics.fmean(numbers), min(numbers), max(numbers)


def _report(
    number: Callable[[Run], float] = lambda run: run[1][_chosen(run[0])],
    summary: Callable[[Sequence[float]], Any] = _summary,
) -> Callable[[list[Run]], Any]:
    """A report: the number of each run, and what is told of all these numbers."""
    return lambda runs: summary([number(run) for run in runs])


def _at(epoch: Callable[[Run], int]) -> Callable[[list[Run]], Any]:
    """A report of the test accuracies at another epoch."""
    return _report(lambda run: run[1][epoch(run)])


def _last_of_equals(run: Run) -> int:
    validation = run[0]
    return len(validation) - 1 - validation[::-1].index(max(validation))


def _luckiest_of_equals(run: Run) -> int:
    return max(range(len(run[0])), key=lambda epoch: (run[0][epoch], run[1][epoch]))


def _epoch_of(choose: Callable[[list[Run]], Sequence[float]]) -> Callable[[list[Run]], Any]:
    """One epoch for all seeds; where a run is shorter, its last one."""

    def report(runs: list[Run]) -> Any:
        epoch = _chosen(choose(runs))
        return _summary([test[min(epoch, len(test) - 1)] for _, test in runs])

    return report


def _mean_validation(runs: list[Run]) -> list[float]:
    shortest = min(len(validation) for validation, _ in runs)
    return [statistics.fmean(validation[i] for validation, _ in runs) for i in range(shortest)]


def _deviation(correction: int) -> Callable[[Sequence[float]], tuple[float, float]]:
    """The mean and a standard deviation, which is 0 of one number."""

    def summary(numbers: Sequence[float]) -> tuple[float, float]:
        enough = len(numbers) > correction
        spread = torch.tensor(numbers).double().std(correction=correction) if enough else 0.0
        return statistics.fmean(numbers), float(spread)

    return summary


def _run(draw: Draw, epochs: int, best: int, *equals: int, scale: float = 1) -> Run:
    """Validation is best at one epoch, and at its equals; the test elsewhere, and not at the end.

    All numbers of the test differ.
    """
    validation = [0.5 + 0.01 * number for number in draw.distinct(0, 30, epochs)]
    test = [0.4 + 0.01 * number for number in draw.distinct(0, 30, epochs)]
    for place in (best, *equals):
        validation[place] = 0.85
    highest = next(i for i in range(epochs) if i not in (best, *equals)) if epochs > 1 else 0
    test[highest] = 0.9
    return [scale * number for number in validation], [scale * number for number in test]


def _cases(draw: Draw) -> list[Case]:
    several = [_run(draw, 4, 2), _run(draw, 4, 1), _run(draw, 4, 2), _run(draw, 4, 0)]
    several[0][1][2], several[1][1][1] = 0.36, 0.73
    several[2][1][2], several[3][1][0] = 0.71, 0.38 + 0.01 * draw.integer(0, 9)
    for (validation, _), best, height in zip(several, (2, 1, 2, 0), (3, 7, 1, 5), strict=True):
        validation[best] = 0.8 + 0.01 * height
    unequal = [_run(draw, 3, 1), _run(draw, 5, 3), _run(draw, 4, 2)]
    percent = [_run(draw, 4, 1, scale=100), _run(draw, 3, 0, scale=100)]
    equals = [_run(draw, 5, 1, 3), _run(draw, 4, 2), _run(draw, 4, 0, 3)]
    # The better test of two equals is once that of the first, once that of the last.
    for (_, test), worse, better in ((equals[0], 1, 3), (equals[2], 3, 0)):
        test[worse], test[better] = sorted((test[worse], test[better]))
    return [
        Case(args=(several,), about="several seeds"),
        Case(args=([_run(draw, 5, 2)],), about="one seed"),
        Case(args=(unequal,), about="seeds of different numbers of epochs"),
        Case(args=(percent,), about="accuracies in percent"),
        Case(args=(equals,), about="epochs that are equal on validation"),
        Case(
            args=([_run(draw, 1, 0), _run(draw, 3, 2), _run(draw, 2, 1)],),
            about="a seed of one epoch, and seeds that are best in the last one",
        ),
    ]


REPORT = Exercise(
    id="training.report",
    title="Several seeds, reported",
    points=1,
    minutes=6,
    core=False,
    covers=("L7", "B08-optim"),
    example=((Case(args=([([0.6, 0.8, 0.7], [0.5, 0.7, 0.9])],)), [0.7, 0.7, 0.7]),),
    cases=_cases,
    reference=_report(),
    promises=("unchanged",),
    tolerance=1e-6,
    wrong={
        "best on the test": (
            "You take the best test accuracy of each seed. Then the test set has chosen the epoch, "
            "and the number is too good: let validation choose.",
            _report(lambda run: max(run[1])),
        ),
        "last epoch": (
            "You take the last epoch. Take the one that is best on validation.",
            _at(lambda run: -1),
        ),
        "last of equals": (
            "Of epochs that are equal on validation you take the last. Take the first.",
            _at(_last_of_equals),
        ),
        "luckiest of equals": (
            "Of epochs that are equal on validation you take the one that is best on the test. "
            "Take the first.",
            _at(_luckiest_of_equals),
        ),
        "worst on validation": (
            "You take the epoch that is worst on validation.",
            _at(lambda run: run[0].index(min(run[0]))),
        ),
        "validation reported": (
            "You report validation accuracies. Validation chooses the epoch; the test accuracy of "
            "that epoch is reported.",
            _report(lambda run: max(run[0])),
        ),
        "parts exchanged": (
            "You have exchanged the two lists of a seed: validation comes first, then the test.",
            _report(lambda run: run[0][_chosen(run[1])]),
        ),
        "mean over the epochs": (
            "You average over the epochs. Each seed counts with one epoch.",
            _report(lambda run: statistics.fmean(run[1])),
        ),
        "one epoch for all": (
            "You take the same epoch for all seeds. Each seed has its own best one.",
            _epoch_of(lambda runs: runs[0][0]),
            _epoch_of(_mean_validation),
        ),
        "best seed": (
            "You report the seed that is best on validation alone. All seeds count.",
            lambda runs: _report()([max(runs, key=lambda run: max(run[0]))]),
        ),
        "first seed": (
            "You report the first seed alone, or the last. All seeds count.",
            lambda runs: _report()(runs[:1]),
            lambda runs: _report()(runs[-1:]),
        ),
        "best of the seeds": (
            "You report the seed with the greatest test accuracy as if it were the mean.",
            _report(summary=lambda n: (max(n), min(n), max(n))),
        ),
        "median": (
            "Your first number is the median. The mean is asked for.",
            _report(summary=lambda n: (statistics.median(n), min(n), max(n))),
        ),
        "middle": (
            "Your first number lies half way between the least and the greatest. The mean of all "
            "seeds is asked for.",
            _report(summary=lambda n: ((min(n) + max(n)) / 2, min(n), max(n))),
        ),
        "divided by one less": (
            "You divide the sum by one less than the number of seeds. The mean is asked for.",
            _report(summary=lambda n: (sum(n) / max(len(n) - 1, 1), min(n), max(n))),
            _report(summary=lambda n: (sum(n) / (len(n) - 1), min(n), max(n))),
        ),
        "extremes of all epochs": (
            "Your least and your greatest number are those of all epochs. Each seed counts with "
            "the one epoch that validation chose.",
            lambda runs: (
                _report()(runs)[0],
                min(number for _, test in runs for number in test),
                max(number for _, test in runs for number in test),
            ),
        ),
        "sum": (
            "Your first number is the sum. The mean is asked for.",
            _report(summary=lambda n: (sum(n), min(n), max(n))),
        ),
        "another order": (
            "Your three numbers stand in another order: the mean, the least, the greatest.",
            _report(summary=lambda n: (min(n), statistics.fmean(n), max(n))),
            _report(summary=lambda n: (statistics.fmean(n), max(n), min(n))),
            _report(summary=lambda n: (min(n), max(n), statistics.fmean(n))),
        ),
        "deviation": (
            "You report a standard deviation. The least and the greatest number of the seeds are "
            "asked for.",
            _report(summary=_deviation(0)),
            _report(summary=_deviation(1)),
        ),
    },
    right=(
        lambda runs: torch.tensor(
            _summary([test[int(torch.tensor(val).argmax())] for val, test in runs])
        ).tolist(),
        lambda runs: [
            f(
                max(zip(val, [-i for i in range(len(val))], test, strict=True))[2]
                for val, test in runs
            )
            for f in (lambda it: statistics.mean(list(it)), min, max)
        ],
        lambda runs: _report(
            summary=lambda n: (math.fsum(n) / len(n), sorted(n)[0], sorted(n)[-1])
        )(runs),
    ),
    hints=(
        "For each seed: where is max(validation), and what is test at that place?",
        "validation.index(max(validation)) is the first of equals.",
        "Collect test[...] of each seed in a list: its mean, its min and its max.",
    ),
)
