"""What degradation is not."""

from grader.marking.exercise import Exercise

DEGRADATION = Exercise(
    id="resnet.degradation",
    title="Degradation is not overfitting",
    points=1,
    minutes=3,
    covers=("Q24",),
    asks="choice",
    options={
        "A": "Its validation accuracy is lower.",
        "B": "Its training loss is higher.",
        "C": "It has more layers of the same kind.",
        "D": "Its training loss falls from the first epoch to the last.",
    },
    reference="B",
    wrong={
        "validation": (
            "A network that overfits does worse on the validation images, too: that tells the two "
            "apart in no way. Who overfits is good at something else.",
            "A",
        ),
        "layers": (
            "More layers have more parameters, which make it easier to overfit: that rules nothing "
            "out. Which curve would be low if it did?",
            "C",
        ),
        "falls": (
            "The loss of a network that overfits falls until the end, too. It is not whether the "
            "curve falls that counts but where it lies beside that of the other network.",
            "D",
        ),
    },
    right=("b",),
)
