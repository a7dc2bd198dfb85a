"""Which number is reported, and the bug in a summary."""

from grader.marking.exercise import Exercise

SPLIT_CHOICE = Exercise(
    id="lenet.split_choice",
    title="Which number is reported",
    points=1,
    minutes=3,
    covers=("B05-split",),
    asks="choice",
    options={
        "A": "The best validation accuracy of all twenty: it belongs to the settings chosen.",
        "B": "The test accuracy of all twenty, and of these the best.",
        "C": "The test accuracy of the settings with the best validation accuracy.",
        "D": "The mean of its validation and its test accuracy, which uses more images.",
    },
    reference="C",
    wrong={
        "validation": (
            "The best of twenty is partly luck: those images chose the settings, so their number "
            "is too good. A number that chose nothing is wanted.",
            "A",
        ),
        "best test": (
            "Then the test images choose the settings, and are no test any more. They are looked "
            "at once, when everything is chosen.",
            "B",
        ),
        "mean": (
            "A mean with a number that is too good is too good, too. More images do not mend that.",
            "D",
        ),
    },
    right=("c",),
)

SUMMARY_CHOICE = Exercise(
    id="lenet.summary_choice",
    title="Find the bug in a summary",
    points=1,
    minutes=3,
    covers=("M10",),
    asks="choice",
    options={
        "A": "The first convolution lacks padding=2.",
        "B": "The second pooling has stride 1 instead of 2.",
        "C": "The second convolution has 3 x 3 kernels instead of 5 x 5.",
        "D": "A flatten is missing before the dense layer.",
    },
    reference="C",
    wrong={
        "padding": (
            "The first row keeps the size of the image, so the first convolution is padded. Go on "
            "to the first row that differs.",
            "A",
        ),
        "pooling": (
            "Compare the size before and after the second pooling: it is halved. Look one row "
            "further up.",
            "B",
        ),
        "flatten": (
            "The flatten is there; it only gives more numbers than the dense layer was made for. "
            "Look further up where they come from.",
            "D",
        ),
    },
    right=("c",),
)
