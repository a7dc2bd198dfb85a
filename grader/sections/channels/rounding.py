"""Extra, equal but for the last bit: sums of floats depend on their order."""

import torch

from grader.marking.exercise import Exercise

ORDER_MATTERS = Exercise(
    id="channels.order_matters",
    title="A counterexample to “the same to the last bit”",
    points=2,
    minutes=6,
    core=False,
    covers=("D7.4.4",),
    asks="value",
    holds="order_matters",
    wrong={
        "fewer than three channels": (
            "With fewer than three products there is no order to choose: a + b and b + a are the "
            "same float. Give at least three channels.",
            [[1e8, 1.0], [1.0, 1.0]],
            [[1e8], [1.0]],
        ),
        "not finite": (
            "Some product or sum is infinite or no number. Take numbers of ordinary size; "
            "differences come long before that.",
            [[1e38, 1e38, 1.0], [10.0, -10.0, 1.0]],
            [[1e39, 1.0, -1e39], [1.0, 1.0, 1.0]],
            [[float("nan"), 1.0, 2.0], [1.0, 1.0, 1.0]],
            [[3e38, 3e38, -3e38], [1.0, 1.0, 1.0]],
        ),
        "double precision only": (
            "In Python's own floats, which are twice as long, the two sums differ, but in single "
            "precision both are rounded to the same number. Try numbers of very different size.",
            [[0.1, 0.2, 0.3], [1.0, 1.0, 1.0]],
        ),
        "the same both ways": (
            "Both orders give the same number, and nothing is rounded away in either. You need a "
            "sum in which something is lost in one order and not in the other.",
            [[1, 2, 3], [4, 5, 6]],
            [[1e7, 1.0, 1.0], [1.0, 1.0, 1.0]],
            [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]],
        ),
        "rounded alike": (
            "Something is rounded away, good, but both orders give the same number: the same is "
            "lost in both. It must be lost in one order and not in the other.",
            [[1e8, 1.0, -1e8], [1.0, 1.0, 1.0]],
            [[2e7, 1.0, 0.0], [1.0, 1.0, 1.0]],
            [[1e20, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]],
        ),
        "lists of unequal length": (
            "Your two lists are not of one length. Each channel has one number in x and one in w.",
            [[2e7, 1.0, 1.0], [1.0, 1.0]],
        ),
        "a pair for each channel": (
            "You gave a pair for each channel. Two lists are asked for: all channels of the pixel, "
            "then all weights.",
            [[1e8, 1.0], [-1e8, 1.0], [1.0, 1.0]],
        ),
    },
    right=(
        torch.tensor([[1e4, -1e4, 1e-4], [1e4, 1e4, 1e3]]),
        ([16777216, 1, 1], [1, 1, 1]),
        [[1.0, 1e8, 3.0, -1e8], [1, 1, 1, 1]],
    ),
    hints=(
        "float32 keeps about 7 digits. What is a hundred million + 1 in float32?",
        "Let a large number and its negative meet at once in one order, and only after a small one "
        "was lost in the other.",
        "Take all weights 1, a large number, its negative and 1. In which order do the three give "
        "1, and in which 0? Turned round, your list must be the other kind.",
    ),
)
