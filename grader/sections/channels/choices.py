"""What two layers with nothing between compute, what groups keep apart: choices and an essay."""

from grader.marking.exercise import Essay, Exercise

NIN_CHOICE = Exercise(
    id="channels.nin_choice",
    title="What a second 1 x 1 layer brings",
    points=1,
    minutes=3,
    covers=("D7.1.1", "Q7"),
    asks="choice",
    options={
        "A": "Every map from 3 to 10 channels at a pixel, curved ones too, as 64 is many.",
        "B": "The linear maps (plus a bias) from 3 to 10 channels: those of one layer, no more.",
        "C": "Fewer than one layer from 3 to 10 channels, as the 64 between are a bottleneck.",
        "D": "Functions of a pixel and its neighbours, as two layers see further than one.",
    },
    reference="B",
    wrong={
        "curved": (
            "However many channels stand between: a matrix times a matrix is a matrix. What bends "
            "a function is an activation, and there is none.",
            "A",
        ),
        "bottleneck": (
            "A bottleneck is narrower than what stands before and after it. The channels between "
            "are more than those of the input, so nothing need be lost.",
            "C",
        ),
        "neighbours": (
            "A kernel of one pixel reads no neighbour, and neither do two of them in a row.",
            "D",
        ),
    },
    right=("b",),
)

BORDER_CHOICE = Exercise(
    id="channels.border_choice",
    title="Where the merged layer differs",
    points=1,
    minutes=4,
    core=False,
    covers=("D7.4.1",),
    asks="choice",
    options={
        "A": "Nowhere: two linear layers are one, whatever the padding.",
        "B": "In the outermost ring, one pixel wide.",
        "C": "In a ring two pixels wide.",
        "D": "In a ring three pixels wide.",
    },
    reference="C",
    wrong={
        "nowhere": (
            "Around the first layer's output the second one reads zeros. The merged layer computes "
            "there what the first layer would have given, which is not zero.",
            "A",
        ),
        "the first kernel": (
            "That is the reach of the first kernel. Ask how far inside the second kernel still "
            "reads the zeros around the first layer's output.",
            "B",
        ),
        "the merged kernel": (
            "That is the padding of the merged layer. Ask how far inside the second kernel still "
            "reads the zeros around the first layer's output.",
            "D",
        ),
    },
    right=("c",),
)

BLOCKS_APART = Essay(
    id="channels.blocks_apart",
    title="What blocks cost",
    points=2,
    minutes=5,
    core=False,
    covers=("D7.4.7",),
)
