"""Extra to part E, the way back: which kernels are the convolution of two smaller ones."""

from fractions import Fraction
from math import isqrt

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_Row = tuple[int, int, int]


def _shuffled(draw: Draw, *rows: _Row) -> Tensor:
    order = draw.distinct(0, len(rows) - 1, len(rows))
    return torch.tensor([rows[place] for place in order]).float()


def _kernels(draw: Draw) -> list[Case]:
    """Whole numbers; each case holds kernels that split and others."""
    p, q = draw.distinct(2, 6, 2)
    s = draw.choice((-1, 1))
    few = [[(1, 3, 1), (1, 1, 1), (2, 5, 2)], [(p, s * 2, p)], [(p, s * 3 * p, p)], [(2, s, 3)]]
    return [
        Case(args=(rows,), about=about)
        for about, rows in (
            (
                "two different roots, or none",
                # b² is less than ac in the last two.
                _shuffled(draw, (p, p + q, q), (p, -p - q, q), (1, 5, 1), (p, s, q), (q, -1, p)),
            ),
            (
                "both roots equal, and nearly so",
                _shuffled(
                    draw,
                    (p * p, 2 * p * q, q * q),
                    (-q * q, 2 * p * q, -p * p),
                    # Computed roots of these have small imaginary parts.
                    (1, s * 6, 9),
                    (25, s * -70, 49),
                    (-4, s * 24, -36),
                    (p * p, 2 * p * q - 1, q * q),
                    (p * p, s * (2 * p * q + 1), q * q),
                ),
            ),
            (
                "a middle that is nearly large enough",
                # b² is 2ac, or between 2ac and 4ac, in all but the last.
                _shuffled(
                    draw,
                    (p, s * 2 * p, 2 * p),
                    (2, 3, 2),
                    (-3, 5, -3),
                    (5, -8, 5),
                    (3, 4, 2),
                    (2, s * 5, 3),
                ),
            ),
            (
                "a middle whose square is at least the product of the ends",
                # b² is ac, or between ac and 2ac.
                _shuffled(draw, (p, s * p, p), (2, 3, 3), (-4, 5, -4), (1, 3, 2)),
            ),
            (
                "ends of different signs, or both negative",
                _shuffled(draw, (-p, s, q), (p, -s, -q), (-p, s, -q), (-p, s * (p + q), -q)),
            ),
            (
                "zeros at an end",
                _shuffled(draw, (0, p, -q), (s * p, q, 0), (0, s * p, q), (p, s, q)),
            ),
            ("a zero in the middle", _shuffled(draw, (p, 0, q), (-p, 0, q), (-p, 0, -q))),
            (
                "several zeros",
                _shuffled(draw, (0, s * p, 0), (0, 0, q), (s * p, 0, 0), (0, 0, 0), (1, 0, 1)),
            ),
        )
    ] + [
        Case(each=tuple((torch.tensor(rows).float(),) for rows in few), about="a single kernel"),
    ]


def _roots(kernels: Tensor) -> list[bool]:
    """By exact fractions: the ends allow a real factor, or the square of half the middle does."""
    found = []
    for row in kernels.tolist():
        a, b, c = map(Fraction, row)
        found.append(not a or not c or (b / a / 2) ** 2 >= c / a)
    return found


def _by_roots(kernels: Tensor) -> list[bool]:
    """By NumPy's roots, with room for the rounding of double roots."""
    return [
        bool(np.all(np.abs(np.imag(np.roots(kernel))) < 1e-4))
        for kernel in kernels.double().numpy()
    ]


def _unlike(kernels: Tensor, changed: object) -> list[bool]:
    """The answers with those changed for which `changed(a, b, c)` holds."""
    assert callable(changed)
    answers = zip(kernels.tolist(), _roots(kernels), strict=True)
    return [yes and not changed(*row) for row, yes in answers]


def _whole_root(number: float) -> bool:
    return number >= 0 and isqrt(int(number)) ** 2 == number


CAN_SPLIT = Exercise(
    id="channels.can_split",
    title="One kernel into two",
    points=2,
    minutes=6,
    core=False,
    covers=("D7.4.1",),
    example=(
        (
            Case(args=(torch.tensor([[1.0, 3, 2], [1, 0, 1], [1, 2, 1], [0, 1, 2]]),)),
            [True, False, True, True],
        ),
    ),
    cases=_kernels,
    reference=_roots,
    promises=("unchanged",),
    wrong={
        "always": (
            "You say that every kernel splits. Try [1, 0, 1]: which real p and q give p0·q0 = 1, "
            "p0·q1 + p1·q0 = 0 and p1·q1 = 1?",
            lambda kernels: [True] * len(kernels),
        ),
        "equal roots left out": (
            "You say no where both roots are equal, as for [1, 2, 1], which is [1, 1] with itself. "
            "(Roots that are computed get small imaginary parts by rounding. The discriminant "
            "does not.)",
            lambda kernels: [b * b > 4 * a * c for a, b, c in kernels.tolist()],
        ),
        "a zero at an end": (
            "You say no where the first entry is zero, or the last. Entries may be zero: [0, 1, 4] "
            "is [0, 1] with [1, 4], and [1, 4, 0] is [1, 0] with it.",
            lambda kernels: _unlike(kernels, lambda a, b, c: a == 0),
            lambda kernels: _unlike(kernels, lambda a, b, c: c == 0),
            lambda kernels: _unlike(kernels, lambda a, b, c: a * c == 0),
        ),
        "four forgotten": (
            "You say yes where b² is at least ac, or 2ac. It takes more: the discriminant of "
            "a + b·t + c·t² is b² - 4ac.",
            lambda kernels: [b * b >= a * c for a, b, c in kernels.tolist()],
            lambda kernels: [b * b >= 2 * a * c for a, b, c in kernels.tolist()],
        ),
        "wrong sign": (
            "You added 4ac to b². The discriminant of a + b·t + c·t² is b² - 4ac.",
            lambda kernels: [b * b + 4 * a * c >= 0 for a, b, c in kernels.tolist()],
        ),
        "not squared": (
            "You compared b itself with 4ac. The discriminant of a + b·t + c·t² is b² - 4ac.",
            lambda kernels: [b - 4 * a * c >= 0 for a, b, c in kernels.tolist()],
            lambda kernels: [abs(b) >= 4 * a * c for a, b, c in kernels.tolist()],
        ),
        "ends only": (
            "You looked at the signs of the ends only. Ends of different signs are enough, but a "
            "kernel like [1, 3, 2] splits as well: the middle is large enough.",
            lambda kernels: [a * c <= 0 for a, _, c in kernels.tolist()],
            lambda kernels: [a * c < 0 for a, _, c in kernels.tolist()],
        ),
        "negative middle": (
            "You say no where the middle is negative. Its square counts: [1, -3, 2] splits as "
            "[1, 3, 2] does.",
            lambda kernels: _unlike(kernels, lambda a, b, c: a * c >= 0 and b < 0),
            lambda kernels: _unlike(kernels, lambda a, b, c: b < 0),
        ),
        "another middle": (
            "You squared an end of the kernel. In a row [a, b, c] it is the middle one, b.",
            lambda kernels: [a * a >= 4 * b * c for a, b, c in kernels.tolist()],
            lambda kernels: [c * c >= 4 * a * b for a, b, c in kernels.tolist()],
        ),
        "zeros only": (
            "You say no to [0, 0, 0]. It splits: [0, 0] with any other kernel gives it.",
            lambda kernels: _unlike(kernels, lambda a, b, c: not (a or b or c)),
        ),
        "first kernel only": (
            "Your list has one entry, for the first kernel. Each row of kernels gets one; a return "
            "inside a loop ends it at once.",
            lambda kernels: _roots(kernels)[:1],
        ),
        "one answer for all": (
            "You gave one answer for all kernels together. A list is asked for, with an entry for "
            "each.",
            lambda kernels: all(_roots(kernels)),
            lambda kernels: any(_roots(kernels)),
        ),
        "whole roots only": (
            "You say yes only where the root of the discriminant is a whole number. The two "
            "kernels are real: [1, 3, 1] splits as well.",
            lambda kernels: [_whole_root(b * b - 4 * a * c) for a, b, c in kernels.tolist()],
        ),
        "answers swapped": (
            "Your answers are the wrong way round: True means that the kernel splits.",
            lambda kernels: [not yes for yes in _roots(kernels)],
        ),
    },
    right=(
        _by_roots,
        lambda kernels: (kernels[:, 1] ** 2 >= 4 * kernels[:, 0] * kernels[:, 2]).tolist(),
        lambda kernels: [k[1] ** 2 - 4 * k[0] * k[2] >= 0 for k in kernels],
    ),
    library={np.roots: False},
    hints=(
        "Full convolution multiplies polynomials. Which polynomial belongs to [a, b, c], and which "
        "to a kernel of two entries?",
        "a + b·t + c·t² is a product of two real factors p0 + p1·t and q0 + q1·t exactly if "
        "it has real roots (or is of lower degree).",
        "The test is b * b - 4 * a * c >= 0 for each row; .tolist() makes a plain list of them.",
    ),
)
