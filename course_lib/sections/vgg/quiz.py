"""The quizzes of section 06, VGG."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_STACKS = (
    Question(
        "Three 3 x 3 convolutions in a row, stride 1. How much of the image does a unit see?",
        (
            right("7 x 7 pixels", "Yes: each convolution adds two to the 1."),
            wrong("9 x 9 pixels", "Fields do not multiply or add up: the windows overlap."),
            wrong("3 x 3 pixels", "So much of the layer directly before, which sees more itself."),
            wrong("27 x 27 pixels", "Windows would have to lie side by side, with stride 3."),
        ),
    ),
    Question(
        "What do two 3 x 3 convolutions have over one 5 x 5, with C channels everywhere? "
        "(Two are right.)",
        (
            right("fewer weights", "Yes: 18C² against 25C²."),
            right("one more nonlinearity", "Yes: a ReLU stands between the two."),
            wrong("a larger receptive field", "It is 5 x 5 for both: that makes them comparable."),
            wrong(
                "less memory while training",
                "On the contrary: the map between the two is kept for the gradient.",
            ),
        ),
    ),
    Question(
        "Somebody builds a block's convolutions by nn.Sequential(*[layer] * 3), with "
        "layer = nn.Conv2d(8, 8, 3, padding=1). What is wrong?",
        (
            right(
                "All three are one object, with one set of weights.",
                "Yes: the list holds the same layer three times. It runs, and learns less.",
            ),
            wrong(
                "Nothing: these are three convolutions.",
                "Three calls, but only one layer: count its parameters.",
            ),
            wrong("The sizes do not fit.", "They do: padding 1 keeps them, and 8 channels stay 8."),
        ),
    ),
)

_COSTS = (
    Question(
        "Where are most of VGG-16's 138 million parameters?",
        (
            right("in the first dense layer", "Yes: 25,088 · 4096 weights, 103 million."),
            wrong(
                "in the thirteen convolutions",
                "All together they have 14.7 million: their weights are shared by all places.",
            ),
            wrong(
                "in block 5, which has most channels",
                "About 7 million: 3 · 9 · 512². The dense layers have 124 million.",
            ),
        ),
    ),
    Question(
        "Images get twice as high and wide. What becomes of VGG-16's convolutions?",
        (
            right(
                "as many parameters, four times the work",
                "Yes: the same kernels at four times as many places. The first dense layer grows.",
            ),
            wrong("four times the parameters and the work", "A kernel does not know the image."),
            wrong("nothing changes", "Each kernel has four times as many places to visit."),
        ),
    ),
    Question(
        "For 32 x 32 images somebody keeps the head of 512 · 7 · 7 inputs, and puts "
        "AdaptiveAvgPool2d(7) on the last map of 1 x 1. What happens?",
        (
            right(
                "It runs, with every number 49 times.",
                "Yes: 103 million weights do the work of 2 million. The head should read 512.",
            ),
            wrong("PyTorch raises an error.", "It enlarges the map without a word."),
            wrong("The map gets 49 new features.", "There is one number in each channel to copy."),
        ),
    ),
)

_DEPTH = (
    Question(
        "VGG-16: which layers are the 16?",
        (
            right("13 convolutions and 3 dense layers", "Yes: what has weights on the main path."),
            wrong("16 convolutions", "13. The three dense layers count, too."),
            wrong("11 convolutions and 5 poolings", "Poolings have no weights and do not count."),
        ),
    ),
    Question(
        "The training loss of a deep network without batch norm stays at ln 10 from the first "
        "batch on. What is the likely cause?",
        (
            right(
                "Its first weights: nothing of the image arrives at the end.",
                "Yes: with He's weights or batch norm the same network learns.",
            ),
            wrong("It overfits.", "Then its *training* loss would be low."),
            wrong("It has too few parameters.", "Far fewer are enough to be better than guessing."),
        ),
    ),
    Question(
        "One run of VGG-13 has 95.1 % of the validation part right, one of VGG-16 94.6 %. What "
        "follows?",
        (
            right(
                "Nothing, before one knows how far two seeds of one network are apart.",
                "Yes: half a point can be chance.",
            ),
            wrong("13 layers are better than 16.", "One run of each does not tell."),
            wrong(
                "VGG-16 overfits.",
                "For that one compares training and validation, of the same network.",
            ),
        ),
    ),
    Question(
        "A paper states a top-5 error of 7.3 % for VGG, PyTorch 9.62 % for VGG-16. Why?",
        (
            right(
                "They were measured by different protocols.",
                "Yes: several networks and cut-outs averaged, against one of each.",
            ),
            wrong("PyTorch's network is another one.", "It has the same layers and parameters."),
            wrong("One of the two is a mistake.", "Both are right, of what they measure."),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {
    "stacks": _STACKS,
    "costs": _COSTS,
    "depth": _DEPTH,
}

COVERS: Mapping[str, tuple[str, ...]] = {
    "stacks": ("Q5", "L6-vgg"),
    "costs": ("D8.2-demo",),
    "depth": ("E14.14", "E14.10"),
}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
