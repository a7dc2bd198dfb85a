"""Extra: whether a transposed convolution leads home."""

from grader.marking.exercise import Exercise

IDENTITY_CHOICE = Exercise(
    id="padding_stride.identity_choice",
    title="When the way back leads home",
    points=1,
    minutes=3,
    core=False,
    covers=("E14.26",),
    asks="choice",
    options={
        "A": "Any kernel, as long as the stride is as large as the kernel.",
        "B": "A kernel whose squares add up to 1, with a stride as large as the kernel.",
        "C": "A kernel whose entries add up to 1, at stride 1.",
        "D": "Every kernel that is not zero: a transposed convolution undoes a convolution.",
    },
    reference="B",
    wrong={
        "only the stride": (
            "Nothing overlaps then, but each number comes back times the sum of the kernel's "
            "squares.",
            "A",
        ),
        "entries add up": (
            "At stride one the stamps overlap, and what comes back is blurred. Besides, it is the "
            "squares that count: every entry is used twice, there and back.",
            "C",
        ),
        "inverse": (
            "Transposed is not inverse. The name speaks of the matrix of the convolution, whose "
            "transpose it is; your round_trip_gap shows the difference.",
            "D",
        ),
    },
    right=("b",),
)
