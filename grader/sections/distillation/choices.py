"""Why the factor T² is there, and whose logits a stored row holds."""

from grader.marking.exercise import Exercise

WHY_T_SQUARED = Exercise(
    id="distillation.why_t_squared",
    title="What T² is for",
    points=1,
    minutes=4,
    covers=("E14.29",),
    asks="choice",
    options={
        "A": "Nothing: a factor of the loss does not change where its minimum is.",
        "B": "The soft term's gradient becomes larger, as probabilities at a high temperature are "
        "more even.",
        "C": "The soft term's gradient becomes many times smaller beside that of the labels: one "
        "weight alpha means something else at each T.",
        "D": "The loss may become negative, and training diverges.",
    },
    reference="C",
    wrong={
        "one term": (
            "That holds for a loss of one term. Here the factor belongs to one of two: where does "
            "the minimum of their sum go, if one of them is made smaller?",
            "A",
        ),
        "larger": (
            "Look at the dashed line of the picture, from left to right: which way does it go?",
            "B",
        ),
        "negative": (
            "A divergence is never negative, and neither is a cross-entropy, whatever positive "
            "factors they have.",
            "D",
        ),
    },
    right=("c",),
)

STORED_OUTPUTS = Exercise(
    id="distillation.stored_outputs",
    title="Stored once, shuffled later",
    points=0,
    minutes=4,
    core=False,
    covers=("E14.29",),
    asks="choice",
    options={
        "A": "Right: the teacher does not change, so neither do its logits.",
        "B": "Wrong: the rows belong to other images than those of the batch. Each image's logits "
        "have to travel with it; and if images are changed by chance, the teacher has to see each "
        "changed one.",
        "C": "Wrong: stored logits have no gradient, so the student cannot learn from them.",
        "D": "Right, as long as the soft term is at a high temperature, where all rows are alike.",
    },
    reference="B",
    wrong={
        "it does not change": (
            "The logits of an image stay the same. But does the k-th batch of the second epoch "
            "hold the images that the k-th rows were computed from?",
            "A",
        ),
        "no gradient": (
            "The teacher's logits need no gradient: the student's have one. Which images do the "
            "rows belong to?",
            "C",
        ),
        "all alike": (
            "With the factor T² it is the differences between rows that count at every "
            "temperature. Which images do the rows belong to?",
            "D",
        ),
    },
    right=("b",),
)
