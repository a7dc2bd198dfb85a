"""Part E, the way back: which kernels are the convolution of two smaller ones."""

from dataclasses import replace

import torch

from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on, on_worked, worked

_SOME = torch.tensor([[1.0, 3, 2], [1, 0, 1], [1, 2, 1], [-1, 1, 1], [0, 1, 4]])
_OTHERS = torch.tensor([[-1.0, 1, 1], [-1, 1, -1], [5, 4, 0], [1, 4, 3], [9, 30, 25]])
_MORE = "signs, a zero at the end, equal roots"

_EQUAL_ROOTS = Mistake(
    "equal roots left out",
    "You say no where both roots are equal, as for [1, 2, 1], which is [1, 1] with itself. (Roots "
    "that are computed get small imaginary parts by rounding. The discriminant does not.)",
    on_worked([True, False, False, True, True]),
)

CAN_SPLIT = Exercise(
    id="channels.can_split",
    title="One kernel into two",
    points=2,
    covers=("D7.4.1",),
    cases=lambda draw: [
        Case(args=(_SOME,), about=WORKED),
        Case(args=(_OTHERS,), about=_MORE),
    ],
    expect=worked(
        {WORKED: [True, False, True, True, True], _MORE: [True, False, True, True, True]},
    ),
    mistakes=(
        Mistake(
            "always",
            "You say that every kernel splits. Try [1, 0, 1]: which real p and q give p0·q0 = 1, "
            "p0·q1 + p1·q0 = 0 and p1·q1 = 1?",
            on_worked([True] * 5),
        ),
        _EQUAL_ROOTS,
        replace(_EQUAL_ROOTS, gives=on(_MORE, [True, False, True, True, False])),
        Mistake(
            "zero at the front",
            "You say no where the first entry is zero. Entries may be zero: [0, 1, 4] is [0, 1] "
            "with [1, 4].",
            on_worked([True, False, True, True, False]),
        ),
        Mistake(
            "four forgotten",
            "You say yes to [-1, 1, -1], where b² = 1 is less than 4ac = 4. (Is the 4 missing? The "
            "discriminant of a + b·t + c·t² is b² - 4ac.)",
            on(_MORE, [True] * 5),
        ),
        Mistake(
            "wrong sign",
            "You added 4ac to b². The discriminant of a + b·t + c·t² is b² - 4ac.",
            on_worked([True, True, True, False, True]),
        ),
        Mistake(
            "ends only",
            "You looked at the signs of the ends only. Ends of different signs are enough, but a "
            "kernel like [1, 3, 2] splits as well: the middle is large enough.",
            on_worked([False, False, False, True, True]),
        ),
        Mistake(
            "answers swapped",
            "Your answers are the wrong way round: True means that the kernel splits.",
            on_worked([False, True, False, False, False]),
        ),
    ),
    hints=(
        "Full convolution multiplies polynomials. Which polynomial belongs to [a, b, c], and which "
        "to a kernel of two entries?",
        "a + b·t + c·t² is a product of two real factors p0 + p1·t and q0 + q1·t exactly if "
        "it has real roots (or is of lower degree).",
        "The test is b * b - 4 * a * c >= 0 for each row; .tolist() makes a plain list of them.",
    ),
)
