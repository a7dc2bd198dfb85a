"""Why the projection is linear, and what makes a depthwise layer less of a wait."""

from grader.marking.exercise import Exercise

LINEAR_CHOICE = Exercise(
    id="efficient.linear_choice",
    title="Why nothing follows the projection",
    points=1,
    minutes=3,
    covers=("B09-mobilenet",),
    asks="choice",
    options={
        "A": "The sum would no longer be possible, for its two terms would have different shapes.",
        "B": "It would set negative numbers to 0, and with few channels no other channel holds "
        "what is lost. Among the many channels inside, others do.",
        "C": "ReLU6 costs more multiply-adds than a 1 x 1 convolution.",
        "D": "Batch norm before it has made all numbers positive, so that it would change nothing.",
    },
    reference="B",
    wrong={
        "shapes": (
            "A ReLU6 changes numbers, no shapes. What becomes of a map's negative numbers?",
            "A",
        ),
        "cost": (
            "A ReLU6 has no multiply-adds at all, and costs little time. What does it do to a "
            "map's negative numbers?",
            "C",
        ),
        "positive": (
            "Batch norm brings a channel's mean to its bias, which is 0 at first: about half of "
            "the numbers are negative. What would become of them?",
            "D",
        ),
    },
    right=("b",),
)

DEPTHWISE_CHOICE = Exercise(
    id="efficient.depthwise_choice",
    title="More intensity for a depthwise layer",
    points=1,
    minutes=3,
    covers=("E14.18",),
    asks="choice",
    options={
        "A": "More channels.",
        "B": "Larger maps.",
        "C": "A larger kernel.",
        "D": "More images at once, with the weights moved only once for all.",
    },
    reference="C",
    wrong={
        "channels": (
            "Twice the channels are twice the multiply-adds, and twice the input, weights and "
            "output: the quotient stays. In which term does the kernel stand?",
            "A",
        ),
        "maps": (
            "Each output takes one kernel's multiply-adds, and with it one number is read and one "
            "written. Larger maps bring the quotient nearer to its bound, never above.",
            "B",
        ),
        "images": (
            "More images share the weights, which are few. Input and output of each are still "
            "moved, and they make the bound.",
            "D",
        ),
    },
    right=("c",),
)
