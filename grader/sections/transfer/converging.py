"""Extra: when training has come close to its best."""

from collections.abc import Callable, Sequence

from course_lib.checks.case import Case
from course_lib.sections.transfer.given import converged
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_Near = Callable[[Sequence[float], float], list[bool]]


def _near(accuracies: Sequence[float], tolerance: float) -> list[bool]:
    return [max(accuracies) - a <= tolerance for a in accuracies]


def _first(near: _Near = _near, start: int = 1) -> Callable[..., int]:
    """The first epoch that is near enough, counted from a number."""

    def answer(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
        return near(accuracies, tolerance).index(True) + start

    return answer


def _first_or_last(best: float) -> Callable[..., int]:
    """Compares with a fixed best one, which may never be reached."""

    def answer(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
        near = [best - a <= tolerance for a in accuracies]
        return near.index(True) + 1 if any(near) else len(accuracies)

    return answer


def _stays(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
    far = [i for i, close in enumerate(_near(accuracies, tolerance), start=1) if not close]
    return max(far, default=0) + 1


def _last(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
    return len(accuracies) - _near(accuracies, tolerance)[::-1].index(True)


def _small_step(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
    for i in range(1, len(accuracies)):
        if accuracies[i] - accuracies[i - 1] <= tolerance:
            return i + 1
    return len(accuracies)


def _best_so_far(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
    """The last epoch that was better by more than tolerance than the best one kept."""
    best, found = 0.0, 0
    for epoch, accuracy in enumerate(accuracies, start=1):
        if accuracy > best + tolerance:
            best, found = accuracy, epoch
    return found


def _best_so_far_from_first(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
    return _best_so_far(accuracies, tolerance) or 1


def _stays_backwards(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
    """Goes back from the end, whether or not the last epoch is near."""
    near, epoch = _near(accuracies, tolerance), len(accuracies)
    while epoch > 1 and near[epoch - 2]:
        epoch -= 1
    return epoch


def _rounded(places: int) -> Callable[..., int]:
    def near(accuracies: Sequence[float], tolerance: float) -> list[bool]:
        rounded = [round(a, places) for a in accuracies]
        return [a >= max(rounded) - tolerance for a in rounded]

    return _first(near)


def _first_turn(otherwise: Callable[[Sequence[float]], int | None]) -> Callable[..., int | None]:
    """The loop ends in its first turn, whether the epoch is near or not."""

    def answer(accuracies: Sequence[float], tolerance: float = 0.01) -> int | None:
        return 1 if _near(accuracies, tolerance)[0] else otherwise(accuracies)

    return answer


def _without_first(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
    near = _near(accuracies, tolerance)[1:]
    return near.index(True) + 2 if any(near) else 1


def _by_default(default: float) -> Callable[..., int]:
    return lambda accuracies, tolerance=default: converged(accuracies, tolerance)


def _converted(change: Callable[[float], float]) -> Callable[..., int]:
    """Takes another tolerance where accuracies are percent."""

    def answer(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
        return converged(accuracies, change(tolerance) if max(accuracies) > 1 else tolerance)

    return answer


def _loop(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
    bound = sorted(accuracies)[-1] - tolerance
    for epoch, accuracy in enumerate(accuracies):
        if accuracy >= bound:
            return epoch + 1
    return len(accuracies)


def _cases(draw: Draw) -> list[Case]:
    a, c = 0.5 + draw.integer(0, 3) / 64, 0.875 + draw.integer(0, 4) / 64
    rising = [c / 4, a + 1 / 8, c - 4 / 64, c - 1 / 64, c, c - 1 / 64]
    falling = [a, c - 6 / 64, c - 2 / 64, c - 8 / 64, c, c - 3 / 64, c - 4 / 64]
    flat = [a, a, a + 1 / 16, c - 1 / 4, c - 5 / 64, c - 3 / 64, c]
    left_out = [a, a + 1 / 16, c - 1 / 64, c - 1 / 128, c, a - 1 / 8]
    # Steps of every size tell other defaults apart.
    percent = [100 * c - step for step in (20, 6, 3, 0.75, 0.25, 0.07, 0.03, 0.015, 0.007)]
    percent += [100 * c - 0.003, 100 * c, 100 * c - 8]
    slow, slower = (
        [c - step / 64 for step in some] for some in ((8, 5, 4, 3, 2, 1, 0), range(7, -1, -1))
    )
    best_first = [[c, a, a + 1 / 8], [c]]
    dipping = [a, c - 1 / 64, c - 3 / 128, c, a]  # the first one near is not the least of these
    return [
        Case(args=(rising, 3 / 128), about="a tolerance that is given"),
        Case(args=(rising, 1 / 64), about="an epoch that is just near enough"),
        Case(each=((slow, 3 / 64), (slower, 2 / 64)), about="accuracies that rise in small steps"),
        Case(each=((left_out,), (percent,)), about="a tolerance left out"),
        Case(args=(falling, 5 / 128), about="accuracies that fall again after they were near"),
        Case(args=(flat, 0.0), about="a tolerance of zero, and steps that are small before"),
        Case(
            args=([a, c, c - 1 / 8, c, c], 0), about="several epochs that are best, by an integer"
        ),
        Case(args=([x * 100 for x in falling], 3.125), about="accuracies in percent"),
        Case(
            each=(
                (best_first[0], 0.02),
                (best_first[1], 0.02),
                (rising, 1.0),
                (flat, 1 / 8),
                (dipping, 1 / 32),
            ),
            about="the first epoch is near enough, and other training",
        ),
    ]


CONVERGED = Exercise(
    id="transfer.converged",
    title="Epochs until convergence",
    points=1,
    minutes=5,
    core=False,
    covers=("E14.19",),
    example=((Case(args=([0.5, 0.75, 1.0, 0.875], 0.25)), 2),),
    cases=_cases,
    reference=converged,
    promises=("unchanged",),
    tolerance=1e-6,
    wrong={
        "counted from 0": (
            "You count epochs from 0. The first one is epoch 1.",
            _first(start=0),
        ),
        "the best itself": (
            "You return the best epoch. An earlier one may be within tolerance of it.",
            lambda accuracies, tolerance=0.01: 1 + accuracies.index(max(accuracies)),
        ),
        "below tolerance": (
            "An epoch that is just `tolerance` below the best counts, too: <=, not <.",
            lambda accuracies, tolerance=0.01: (
                1
                + next(
                    (
                        i
                        for i, a in enumerate(accuracies)
                        if max(accuracies) - a < tolerance or a == max(accuracies)
                    ),
                    0,
                )
            ),
            lambda accuracies, tolerance=0.01: next(
                i for i, a in enumerate(accuracies, start=1) if max(accuracies) - a < tolerance
            ),
        ),
        "the last accuracy": (
            "You compare with the last accuracy. Compare with the best of all.",
            _first(lambda a, t: [a[-1] - x <= t for x in a]),
            _first(lambda a, t: [abs(a[-1] - x) <= t for x in a]),
        ),
        "compared with one": (
            "You compare with an accuracy of one. Compare with the best that was reached.",
            _first_or_last(1.0),
        ),
        "it stays near": (
            "You look for the epoch from which all accuracies are near. The first near one counts, "
            "even if later ones are worse.",
            _stays,
            lambda accuracies, tolerance=0.01: min(_stays(accuracies, tolerance), len(accuracies)),
            _stays_backwards,
        ),
        "the last one near": (
            "You return the last epoch that is near. Return the first.",
            _last,
        ),
        "a small step": (
            "You compare each epoch with the one before. Training may pause and go on: compare "
            "with the best of all.",
            _small_step,
            lambda accuracies, tolerance=0.01: max(_small_step(accuracies, tolerance) - 1, 1),
        ),
        "the best so far": (
            "You keep an epoch where it is better by more than tolerance than the best so far. "
            "Compare with the best of all: max(accuracies) comes before the loop.",
            _best_so_far,
            _best_so_far_from_first,
        ),
        "rounded": (
            "You round accuracies before you compare them. Compare them as they are.",
            _rounded(2),
            _rounded(3),
        ),
        "ends at once": (
            "Your function returns in the first turn of its loop, whether the first epoch is near "
            "or not. Return there only where it is.",
            _first_turn(lambda accuracies: len(accuracies)),
            _first_turn(lambda accuracies: None),
            _first_turn(lambda accuracies: 0),
            _first_turn(lambda accuracies: -1),
        ),
        "the first left out": (
            "You begin with the second epoch. The first may be near enough already.",
            _without_first,
        ),
        "sorted": (
            "You count in sorted accuracies. Sorting loses which epoch each belongs to.",
            lambda accuracies, tolerance=0.01: converged(sorted(accuracies), tolerance),
        ),
        "another default": (
            "Where tolerance is left out, you take another one than the text's default.",
            *(_by_default(default) for default in (0.1, 0.05, 0.02, 0.005, 0.0, 0.001, 1, 10, 0.5)),
        ),
        "percent changed": (
            "You change tolerance where accuracies are percent. It is in their unit already.",
            _converted(lambda tolerance: 100 * tolerance),
            _converted(lambda tolerance: tolerance / 100),
        ),
        "in a list": (
            "You return a list or a tensor that holds the number. Return the number alone.",
            lambda accuracies, tolerance=0.01: [converged(accuracies, tolerance)],
        ),
        "tolerance unused": (
            "You do not use tolerance, but its default always.",
            lambda accuracies, tolerance=0.01: converged(accuracies),
        ),
        "relative": (
            "Your tolerance is a part of the best accuracy. It is a difference: best - tolerance.",
            _first(lambda a, t: [x >= max(a) * (1 - t) for x in a]),
        ),
        "the accuracy": (
            "You return an accuracy. Return the number of the epoch.",
            lambda accuracies, tolerance=0.01: accuracies[converged(accuracies, tolerance) - 1],
        ),
    },
    right=(_first(), _loop),
    hints=(
        "best = max(accuracies) comes first. Which epochs are near it?",
        "enumerate(accuracies, start=1) counts from 1; return at the first accuracy with "
        "best - accuracy <= tolerance.",
    ),
    forbidden=("course_lib",),
    stand_in="converged",
)
