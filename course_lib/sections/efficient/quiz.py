"""The quizzes of section 09, efficient networks."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_BLOCKS = (
    Question(
        "Which layer of a separable block has the stride?",
        (
            right(
                "The depthwise one",
                "Yes: it reads all pixels, and the pointwise one has fewer places to work at.",
            ),
            wrong(
                "The pointwise one",
                "A 1 x 1 convolution with stride 2 would never read three quarters of the pixels.",
            ),
            wrong("Both", "Then the maps would have a quarter of the side."),
        ),
    ),
    Question(
        "Which ends does the skip of an inverted residual join?",
        (
            right("The narrow ones", "Yes: the many channels stand inside only."),
            wrong("The wide ones", "That is ResNet's bottleneck, which is narrow inside."),
            wrong(
                "A narrow one and a wide one",
                "These could not be added: the numbers of channels differ.",
            ),
        ),
    ),
    Question(
        "InvertedResidual(24, 32, stride=1, expand_ratio=6): what is added to its last layer's "
        "output?",
        (
            right("Nothing", "Yes: 24 and 32 channels differ, and there is no projected skip."),
            wrong(
                "Its input, through a 1 x 1 convolution",
                "That is ResNet's way. Here a block whose shapes differ has no skip.",
            ),
            wrong("Its input", "24 channels cannot be added to 32."),
        ),
    ),
    Question(
        "What follows the batch norm of the projection?",
        (
            right("No activation", "Yes: with few channels a ReLU would lose too much."),
            wrong("ReLU6", "It follows the expansion and the depthwise layer."),
            wrong("ReLU, after the sum", "That is ResNet's block. Here sums stay as they are."),
        ),
    ),
    Question(
        "What is left out for expand_ratio = 1?",
        (
            right("The first 1 x 1 convolution", "Yes: there is nothing to be expanded."),
            wrong("The depthwise layer", "It is the only one that looks at neighbours."),
            wrong("The skip", "That depends on the stride and the channels alone."),
        ),
    ),
)

_TIME = (
    Question(
        "A counter says 3.6 billion for ResNet-18, another one 1.8 billion. What is likely?",
        (
            right(
                "The first counts FLOPs, a product and a sum as two; the second counts MACs.",
                "Yes: that is a factor of 2.",
            ),
            wrong(
                "The first counts batch norm and ReLU as well.",
                "These are less than a hundredth of ResNet-18's multiply-adds.",
            ),
            wrong("The first has run two images.", "Counters mostly say how many they have run."),
        ),
    ),
    Question(
        "Which layers count no MACs, but take time? (Two are right.)",
        (
            right("ReLU", "Yes: it reads and writes every number."),
            right("Batch norm", "Yes: it reads and writes every number, and does little."),
            wrong("Depthwise convolutions", "They count: kernel size times places times channels."),
            wrong("Dense layers", "They count: each weight works once for each row."),
        ),
    ),
    Question(
        "What is arithmetic intensity?",
        (
            right(
                "Multiply-adds for each number that is moved", "Yes: how often a number is used."
            ),
            wrong("Multiply-adds a second", "That is the rate. Intensity knows no machine."),
            wrong("Multiply-adds for each weight", "Input and output are moved as well."),
        ),
    ),
    Question(
        "The kernels of a depthwise layer grow from 3 x 3 to 7 x 7: 5.4 times the MACs. Its time?",
        (
            right(
                "Grows by less, if the layer waits for memory",
                "Yes: nearly the same numbers are moved. Section D measures it.",
            ),
            wrong("Grows 5.4 times", "It would, if multiplying were what takes the time."),
            wrong("Shrinks", "Nothing gets less: neither work nor numbers moved."),
        ),
    ),
    Question(
        "What does net.to(memory_format=torch.channels_last) change?",
        (
            right(
                "The order of numbers in memory, and perhaps the time",
                "Yes: shapes and results stay.",
            ),
            wrong("The shapes: (N, H, W, C)", "They stay (N, C, H, W); only strides change."),
            wrong("The results", "They stay the same, but for rounding."),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {"blocks": _BLOCKS, "time": _TIME}

COVERS: Mapping[str, tuple[str, ...]] = {"blocks": ("B09-mobilenet",), "time": ("E14.18",)}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
