"""Part B and its extra: what maximum, mean and what lies between them keep of a window."""

from grader.marking.exercise import Essay, Exercise

KIND_CHOICE = Exercise(
    id="pooling.kind_choice",
    title="What can no longer be told",
    points=1,
    minutes=2,
    covers=("Q8", "D7.5.5"),
    asks="choice",
    options={
        "A": "Max pooling.",
        "B": "Both of them.",
        "C": "Average pooling.",
        "D": "Neither of them.",
    },
    reference="C",
    wrong={
        "max": (
            "The largest numbers of the two windows differ, so max pooling does tell them apart. "
            "Work out the other pooling.",
            "A",
        ),
        "both": (
            "One of the two poolings gives different numbers for the two windows. Work out both "
            "numbers for both windows.",
            "B",
        ),
        "neither": (
            "One of the two poolings gives the same number for both windows. Work out both numbers "
            "for both windows.",
            "D",
        ),
    },
    right=("c",),
)

MAX_OR_MEAN = Essay(
    id="pooling.max_or_mean",
    title="Maximum or mean",
    points=2,
    minutes=5,
    covers=("D7.5.5", "Q8"),
)

SOFTMAX_RARE = Essay(
    id="pooling.softmax_rare",
    title="Why softmax pooling is rare",
    points=2,
    minutes=5,
    core=False,
    covers=("D7.5.7",),
)
