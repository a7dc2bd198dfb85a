"""The quizzes of section 03, channels."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_POINTWISE = (
    Question(
        "What is a 1 x 1 convolution used for? (Three are right.)",
        (
            right(
                "To reduce the number of channels before an expensive layer",
                "Yes: 256 channels to 64, say, and the 3 x 3 layer after it has a sixteenth of "
                "the work if it keeps the 64.",
            ),
            right(
                "To increase the number of channels again",
                "Yes: after the expensive layer, as in the bottleneck block of ResNet.",
            ),
            right(
                "To mix channels and, with an activation after it, to add a nonlinearity at each "
                "pixel",
                "Yes: that is the idea of Network in Network.",
            ),
            wrong(
                "To blur each channel a little",
                "A blur needs neighbours. A kernel of one pixel has none.",
            ),
            wrong(
                "To halve the height and the width",
                "A 1 x 1 kernel fits at every pixel, so at stride 1 the size stays. Halving takes "
                "stride 2, which then skips three pixels of four.",
            ),
        ),
    ),
    Question(
        "A 1 x 1 convolution from 3 to 64 channels is the same as …",
        (
            right(
                "one dense layer, applied at every pixel to its 3 channels.",
                "Yes: the same matrix of 64 x 3 weights for all pixels.",
            ),
            wrong(
                "a dense layer on the flattened image.",
                "That one would read all pixels for each output. Here an output reads the "
                "channels of its own pixel only.",
            ),
            wrong(
                "a network with a hidden layer at every pixel.",
                "One layer is linear (plus a bias). A hidden layer takes two of them, and a "
                "nonlinearity between.",
            ),
            wrong(
                "a multiplication of each channel by a number.",
                "That would be depthwise: 3 channels stay 3. Here each of the 64 outputs reads all "
                "3 inputs.",
            ),
        ),
    ),
    Question(
        "True or false: two 1 x 1 convolutions in a row, nothing between them, compute more than "
        "one of them can.",
        (
            right(
                "False",
                "Right: the product of two matrices is a matrix. Put an activation between them, "
                "and they do compute more.",
            ),
            wrong(
                "True",
                "K2 (K1 x + b1) + b2 is again a matrix times x plus a bias. What makes a network "
                "of them is the nonlinearity between.",
            ),
        ),
    ),
)

_GROUPS = (
    Question(
        "nn.Conv2d(8, 16, kernel_size=3, groups=2): how many input channels does one filter read?",
        (
            right("4", "Yes: 8 / 2. The weight has the shape (16, 4, 3, 3)."),
            wrong("8", "That is groups=1: every filter reads all channels."),
            wrong("2", "There are 2 groups of channels; each holds 8 / 2 = 4 of them."),
            wrong("1", "That is groups=8, a depthwise convolution."),
        ),
    ),
    Question(
        "What do groups=1 and groups=in_channels (with as many channels out) give?",
        (
            right(
                "The standard convolution, and the depthwise one",
                "Yes: all channels read by every filter, or one channel by each.",
            ),
            wrong(
                "The depthwise convolution, and the standard one",
                "The other way round: one group means that nothing is kept apart.",
            ),
            wrong(
                "The standard convolution, and a 1 x 1 convolution",
                "Groups say which channels are read, not how many pixels. A 1 x 1 convolution has "
                "kernel_size=1.",
            ),
            wrong(
                "The same: groups only say how the work is spread over processors",
                "The weights between groups are gone, so another function is computed. In AlexNet "
                "the reason was indeed two graphics cards.",
            ),
        ),
    ),
    Question(
        "How does a depthwise separable convolution differ from a standard one?",
        (
            right(
                "It filters each channel by itself, then mixes the channels at each pixel.",
                "Yes: a depthwise and a pointwise layer instead of one that does both at once.",
            ),
            wrong(
                "It filters along rows first, then along columns.",
                "That is a separable kernel, of rank 1. Here neighbours and channels are "
                "separated.",
            ),
            wrong(
                "It computes the same output with fewer multiply-adds.",
                "Fewer, yes, but not the same: most standard convolutions cannot be written so.",
            ),
            wrong(
                "It leaves every second channel out.",
                "All channels are filtered, and the pointwise layer reads all of them.",
            ),
        ),
    ),
    Question(
        "By about what factor does it save weights, for 256 channels out and kernels of 3 x 3?",
        (
            right(
                "8 to 9",
                "Yes: what is left is 1/256 + 1/9 of the weights, a little more than a ninth.",
            ),
            wrong(
                "3",
                "The kernel has 3 x 3 entries, and the depthwise part has them once per channel "
                "only: about 9, less what that part costs.",
            ),
            wrong(
                "256",
                "That would be without the pointwise layer, which has a weight for each pair of "
                "channels and is the larger part.",
            ),
            wrong(
                "It depends on the size of the image",
                "The work grows with the image in both, so the ratio does not.",
            ),
        ),
    ),
)

_COUNTING = (
    Question(
        "How many parameters has nn.Conv2d(64, 128, kernel_size=3, padding=1, bias=True)?",
        (
            right("73,856", "Yes: 128 · 64 · 9 weights and 128 biases."),
            wrong("73,728", "These are the weights. There are 128 biases as well."),
            wrong(
                "73,792",
                "You counted 64 biases. There is one for each output channel: 128.",
            ),
            wrong(
                "1,280",
                "You counted one slice per filter. Each of the 128 filters has a slice for each of "
                "the 64 input channels.",
            ),
        ),
    ),
    Question(
        "The image becomes twice as high and twice as wide. What happens to a convolution layer?",
        (
            right(
                "The parameters stay, the MACs grow about fourfold.",
                "Yes: the same kernel is laid down at about four times as many places.",
            ),
            wrong(
                "Parameters and MACs grow fourfold.",
                "The kernel does not know the size of the image. A dense layer's weights would "
                "grow.",
            ),
            wrong(
                "The parameters stay, the MACs double.",
                "The number of places grows down and across.",
            ),
        ),
    ),
    Question(
        "How many parameters does global average pooling add?",
        (
            right("None", "Yes: a mean has nothing to learn."),
            wrong(
                "One for each channel",
                "A weight per channel would have to be learned; a mean is fixed.",
            ),
            wrong(
                "One for each pixel",
                "All pixels of a channel count alike, always with the same share.",
            ),
        ),
    ),
)

_MERGING = (
    Question(
        "Two convolution layers of 3 x 3 in a row, no padding, no activation between. What are "
        "they?",
        (
            right(
                "One convolution of 5 x 5",
                "Yes: k1 + k2 - 1. The merged kernel is the true convolution of the two.",
            ),
            wrong(
                "One convolution of 6 x 6",
                "3 + 3 counts one pixel twice, the one where the two kernels meet: 3 + 3 - 1.",
            ),
            wrong(
                "One convolution of 3 x 3",
                "The second layer's window reaches over nine windows of the first.",
            ),
            wrong(
                "No convolution any more",
                "Linear and equivariant each, so linear and equivariant together: that is a "
                "convolution.",
            ),
        ),
    ),
    Question(
        "Does merging them save weights, for one channel?",
        (
            right("No: 18 become 25", "Yes. Two small kernels are the cheaper form."),
            wrong("Yes: 25 become 18", "The other way round: two kernels of 9 weights are merged."),
            wrong(
                "Yes: one layer instead of two",
                "Count the weights: 2 · 9 before, 5 · 5 after.",
            ),
        ),
    ),
    Question(
        "A 3 x 3 kernel has rank 1. What follows?",
        (
            right(
                "It is a column times a row: a 3 x 1 and a 1 x 3 convolution in turn do the same.",
                "Yes, and this is all that it says.",
            ),
            wrong(
                "It is the convolution of two 2 x 2 kernels.",
                "Not in general: the column [1, 0, 1] has no two real factors, so a rank 1 kernel "
                "made of it and [1, 0, 1] has no such factors either.",
            ),
            wrong(
                "It is a blur.",
                "The Sobel kernel has rank 1, too, and finds edges.",
            ),
            wrong(
                "It reads a single pixel.",
                "Rank counts independent rows, not entries: nine ones have rank 1.",
            ),
        ),
    ),
    Question(
        "What do activations between convolution layers bring?",
        (
            right(
                "Without them, any number of layers computes no more than one linear layer.",
                "Yes: depth pays only with a nonlinearity between.",
            ),
            wrong(
                "They keep the numbers small, nothing more.",
                "That is what normalisation is for. ReLU does not even bound them.",
            ),
            wrong(
                "They make the layers equivariant.",
                "The layers are that already; an activation, applied to each number alike, keeps "
                "it so.",
            ),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {
    "pointwise": _POINTWISE,
    "groups": _GROUPS,
    "counting": _COUNTING,
    "merging": _MERGING,
}

COVERS: Mapping[str, tuple[str, ...]] = {
    "pointwise": ("Q7",),
    "groups": ("Q9", "Q23"),
    "counting": ("Q4",),
    "merging": ("E14.5",),
}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
