"""The quizzes of section 04, pooling."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_KINDS = (
    Question(
        "What is the difference between max pooling and average pooling?",
        (
            right(
                "Max pooling keeps the strongest activation in each window, average pooling the "
                "mean of all.",
                "Yes: “is it somewhere in here?” against “how much of it is here?”.",
            ),
            wrong(
                "Max pooling makes the map smaller, average pooling does not.",
                "Window and stride decide the size of the output, for both alike.",
            ),
            wrong(
                "Average pooling learns its weights, max pooling has none.",
                "Neither has anything to learn: the weights of a mean are all the same, for ever.",
            ),
            wrong(
                "Max pooling takes the largest number over all channels.",
                "Both pool each channel by itself. A maximum over channels would be another "
                "operation.",
            ),
        ),
    ),
    Question(
        "A feature map is large at one pixel of a window and zero elsewhere. The network shall "
        "know that the feature is there. Which pooling keeps the activation strong?",
        (
            right(
                "Max pooling",
                "Yes: one strong activation is enough. This is why it is common between the layers "
                "of a classifier.",
            ),
            wrong(
                "Average pooling",
                "It divides the one strong activation by the number of pixels in the window. It "
                "suits cases where the whole area counts, such as the end of a network.",
            ),
            wrong(
                "Both alike",
                "The maximum of 8, 0, 0, 0 is 8, the mean is 2.",
            ),
        ),
    ),
    Question(
        "Where does average pooling mostly stand in today's networks?",
        (
            right(
                "At the end, over the whole map: global average pooling.",
                "Yes: each channel becomes one number, and a small dense layer follows.",
            ),
            wrong(
                "Right after the image.",
                "Averaging there blurs away detail before anything was detected. The usual place "
                "is the end.",
            ),
            wrong(
                "Nowhere: it has been replaced by max pooling.",
                "Between the layers that was so for long, but nearly every network since ResNet "
                "ends in an average over the whole map.",
            ),
        ),
    ),
    Question(
        "A map is padded with zeros and pooled with nn.AvgPool2d at its defaults. What does the "
        "corner of the output show?",
        (
            right(
                "A number nearer to zero than the pixels there: the zeros count.",
                "Yes: count_include_pad is True by default, so the divisor is the whole window.",
            ),
            wrong(
                "The mean of the pixels that are really there.",
                "That is what count_include_pad=False gives. The default counts the zeros.",
            ),
            wrong(
                "Zero.",
                "The real pixels still add up to something; only the divisor is larger than their "
                "number.",
            ),
        ),
    ),
    Question(
        "Which of these are linear in the map X, so that f(A + B) = f(A) + f(B)? (Two are right.)",
        (
            right("average pooling", "Yes: it is a convolution with equal weights and no bias."),
            right(
                "a convolution without bias",
                "Yes, whatever its weights are. With a bias b it is not: f(A) + f(B) has b twice.",
            ),
            wrong(
                "max pooling",
                "The largest numbers of A and of B may lie at different places; then the sum of "
                "the maxima is too large.",
            ),
            wrong(
                "min pooling",
                "It is max pooling of -X, times -1: no more linear than max pooling is.",
            ),
        ),
    ),
)

_HEAD = (
    Question(
        "What does global average pooling (GAP) do?",
        (
            right(
                "It takes the mean of each channel: (N, C, H, W) to (N, C, 1, 1).",
                "Yes: one number for each channel, wherever the feature was.",
            ),
            wrong(
                "It takes the mean of all channels: (N, C, H, W) to (N, 1, H, W).",
                "That would mix features and keep positions. GAP keeps channels and drops "
                "positions.",
            ),
            wrong(
                "It lays all numbers out: (N, C, H, W) to (N, C·H·W).",
                "That is flattening. It keeps every number, and the dense layer after it gets "
                "large.",
            ),
        ),
    ),
    Question(
        "Why did GAP replace the large dense layers at the end? (Three are right.)",
        (
            right(
                "It saves most of the parameters.",
                "Yes: in VGG-16 the dense layers hold nine tenths of all parameters.",
            ),
            right(
                "It lets the network take images of other sizes.",
                "Yes: the number of channels does not depend on the size of the image.",
            ),
            right(
                "Fewer parameters can memorise less: less overfitting.",
                "Yes, that was the main reason given when it was introduced.",
            ),
            wrong(
                "It keeps exact positions.",
                "It drops them: the mean of a map does not say where the map is large.",
            ),
        ),
    ),
    Question(
        "True or false: with GAP a classifier needs no dense layer any more.",
        (
            right(
                "False",
                "Right: a small one remains, from channels to classes; in VGG-16 it would have 512 "
                "inputs and 1000 outputs. Only in a network whose last convolution has one channel "
                "for each class can it be left out.",
            ),
            wrong(
                "True",
                "Often said, but something must turn channels into logits: mostly one dense layer, "
                "a small one.",
            ),
        ),
    ),
)

_SHAPES = (
    Question(
        "A batch of shape (N, 3, 32, 32) goes through Conv2d(3, 32, 3, padding=1), ReLU and "
        "MaxPool2d(2, 2). What is its shape then?",
        (
            right("(N, 32, 16, 16)", "Yes: the convolution sets the channels, the pooling halves."),
            wrong("(N, 3, 16, 16)", "Pooling keeps the channels, but the convolution made 32."),
            wrong("(N, 32, 15, 15)", "With padding=1 a 3 x 3 kernel keeps 32; half of it is 16."),
            wrong("(N, 32, 32, 32)", "So it was before the pooling, which has stride 2."),
        ),
    ),
    Question(
        "Later in that network the shape is (N, 128, 8, 8). What do AdaptiveAvgPool2d(1) and then "
        "Flatten make of it?",
        (
            right(
                "(N, 128, 1, 1), then (N, 128)",
                "Yes: the mean of each channel, and then the two axes of size 1 are gone.",
            ),
            wrong(
                "(N, 1, 8, 8), then (N, 64)",
                "The mean is taken over height and width, not over channels.",
            ),
            wrong(
                "(N, 128), then (N, 128)",
                "AdaptiveAvgPool2d keeps both axes, with size 1. Flatten removes them.",
            ),
            wrong(
                "(N, 128, 1, 1), then (N·128,)",
                "Flatten starts after the batch axis: images stay apart.",
            ),
        ),
    ),
    Question(
        "Which output sizes do nn.MaxPool2d(2) and nn.MaxPool2d(3) give on a map of 8 x 8?",
        (
            right(
                "4 x 4 and 2 x 2",
                "Yes: without a stride the window moves by its own size, and a rest is left out.",
            ),
            wrong(
                "7 x 7 and 6 x 6",
                "Convolution moves by 1 unless told; pooling moves by its window.",
            ),
            wrong("4 x 4 and 3 x 3", "8 / 3 is rounded down: the third window would stick out."),
        ),
    ),
)

_SHIFTS = (
    Question(
        "Max pooling with window 3, stride 1 and padding 1: an object well inside the image moves "
        "by one pixel. What does the output do?",
        (
            right(
                "It moves by one pixel: equivariant.",
                "Yes: at stride 1 there is a window at every position, as in a convolution.",
            ),
            wrong(
                "It stays the same: invariant.",
                "Near a peak some outputs stay, but the plateau around it moves with the object.",
            ),
            wrong(
                "Neither, in general.",
                "That is so with a stride. At stride 1 every old window is found again, one pixel "
                "further on.",
            ),
        ),
    ),
    Question(
        "A convolution with stride 1, then 2 x 2 max pooling with stride 2. Which shifts does the "
        "output follow exactly?",
        (
            right(
                "Shifts by an even number of pixels",
                "Yes: these bring every pooling window onto the old pixels.",
            ),
            wrong(
                "All shifts",
                "The convolution does, the pooling does not: an odd shift pairs other pixels.",
            ),
            wrong(
                "None",
                "A shift by two pixels brings every window onto an old one: the output moves by "
                "one.",
            ),
        ),
    ),
    Question(
        "Is global average pooling equivariant or invariant to shifts of what is inside the map?",
        (
            right(
                "Invariant",
                "Yes: the same numbers at other places have the same mean. There is no position "
                "left in the output that could move.",
            ),
            wrong(
                "Equivariant, not invariant",
                "The output has one place only. It cannot move, and it does not change.",
            ),
            wrong("Neither", "A mean does not depend on the order of its numbers."),
        ),
    ),
    Question(
        "And a dense layer on the flattened map?",
        (
            right(
                "Neither",
                "Yes: every position has weights of its own, so a moved input meets others. The "
                "network may learn to give the same; nothing in the layer sees to it.",
            ),
            wrong(
                "Invariant",
                "That would need equal weights for all positions, which is GAP.",
            ),
            wrong(
                "Equivariant",
                "That would need the same weights in every row, moved: a convolution.",
            ),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {
    "kinds": _KINDS,
    "head": _HEAD,
    "shapes": _SHAPES,
    "shifts": _SHIFTS,
}

COVERS: Mapping[str, tuple[str, ...]] = {
    "kinds": ("Q8",),
    "head": ("Q18",),
    "shapes": ("Q19",),
    "shifts": ("E14.4 (b-e)",),
}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
