"""The quizzes of section 07, ResNet."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_NORM = (
    Question(
        "A network with batch norm is in eval mode. By what is a channel normalised?",
        (
            right(
                "By the running mean and variance, kept from training",
                "Yes: so an image gets the same output, whichever others come with it.",
            ),
            wrong(
                "By the mean and variance of the batch",
                "That is train mode. A batch of one image would be normalised by itself.",
            ),
            wrong(
                "By the mean and variance of all training images, computed exactly",
                "The running statistics are averages in which the last batches count most.",
            ),
            wrong(
                "Not at all: batch norm is switched off",
                "It still scales and shifts each channel, by fixed numbers.",
            ),
        ),
    ),
    Question(
        "What does nn.BatchNorm2d(64) learn by gradients?",
        (
            right("128 numbers", "Yes: a weight and a bias for each channel."),
            wrong(
                "256 numbers",
                "128 of these are running statistics, which no gradient moves.",
            ),
            wrong("64 numbers", "Each channel has two: a weight and a bias."),
            wrong("Nothing", "Weight and bias are learned; the statistics are not."),
        ),
    ),
    Question(
        "Why may the convolution before a batch norm do without a bias? (Two are right.)",
        (
            right(
                "In training the norm subtracts the mean, and the bias with it.",
                "Yes: its gradient is zero but for rounding.",
            ),
            right(
                "The norm has a bias of its own.",
                "Yes: it adds the constant after the normalisation.",
            ),
            wrong(
                "The bias is another number at each position and so cannot cancel.",
                "A convolution has one bias for each output channel: a constant on the whole map.",
            ),
            wrong(
                "Without biases the network is much smaller.",
                "ResNet-18 would have 4,800 parameters more, of over 11 million.",
            ),
        ),
    ),
    Question(
        "momentum=0 in nn.BatchNorm2d, train mode. What happens?",
        (
            right(
                "The running statistics stay, and the output uses the batch's all the same.",
                "Yes: momentum is about remembering only.",
            ),
            wrong(
                "The layer is frozen: the output uses the running statistics.",
                "That is eval mode.",
            ),
            wrong(
                "The running statistics become those of the last batch.",
                "That is momentum=1: new = (1 - m) · old + m · batch.",
            ),
        ),
    ),
)

_DEPTH = (
    Question(
        "Why can degradation not be explained by overfitting?",
        (
            right(
                "The deeper network is worse on its own training images.",
                "Yes. One that overfits is good on these and worse on others.",
            ),
            wrong(
                "The deeper network is worse on the validation images.",
                "So it would be if it overfitted. Look at the training images.",
            ),
            wrong(
                "Batch norm makes overfitting impossible.",
                "It does not: networks with batch norm overfit, too.",
            ),
            wrong(
                "Deeper networks have fewer parameters.",
                "They have more. Good weights exist for them; training does not find them.",
            ),
        ),
    ),
    Question(
        "y = x + F(x). What is right about ∂L/∂x = ∂L/∂y (I + ∂F/∂x)? (Two are right.)",
        (
            right(
                "With small ∂F/∂x nearly all of the gradient comes back.",
                "Yes: then the factor is near I.",
            ),
            right(
                "With F = -x it is zero.",
                "Yes: ∂F/∂x = -I. So a skip alone does not keep gradients from vanishing.",
            ),
            wrong("Because of I it never vanishes.", "It does for F(x) = -x: I - I is zero."),
            wrong(
                "It holds only if F is linear.",
                "It is the chain rule, for every F that has a derivative.",
            ),
        ),
    ),
    Question(
        "Plain networks with batch norm degrade. Are vanishing gradients the reason?",
        (
            right(
                "No: with batch norm they do not vanish on their way back.",
                "Yes, and the authors of ResNet say so. At the start they even grow.",
            ),
            wrong(
                "Yes: through 56 layers they become too small to train by.",
                "Part E measures it: in the first layers they are largest.",
            ),
            wrong(
                "Yes, for ReLU cuts off half of the gradient in every layer.",
                "First weights and batch norm make up for that.",
            ),
        ),
    ),
)

_BLOCKS = (
    Question(
        "When does a residual block need a projection?",
        (
            right(
                "When its stride is not 1, or the channels change",
                "Yes: in either case x has another shape than F(x).",
            ),
            wrong("When its stride is not 1, only", "Other channels cannot be added either."),
            wrong("When the channels change, only", "With a stride the maps are smaller."),
            wrong("Always", "Then x would never be passed on as it is."),
        ),
    ),
    Question(
        "What are the two 1 x 1 convolutions of a bottleneck for?",
        (
            right(
                "The first brings the channels down, so that 3 x 3 is cheap; the last brings them "
                "up again.",
                "Yes: 69,632 weights instead of the 589,824 of one 3 x 3 on 256 channels.",
            ),
            wrong(
                "They see more of the image.",
                "A 1 x 1 convolution sees one position. They change the number of channels.",
            ),
            wrong(
                "They take the place of batch norm.",
                "Each of the three convolutions is followed by a batch norm.",
            ),
        ),
    ),
    Question(
        "Which ResNets are made of bottlenecks?",
        (
            right("ResNet-50, 101 and 152", "Yes: the deep ones with wide stages."),
            wrong("ResNet-18 and 34", "These have basic blocks: two 3 x 3 convolutions."),
            wrong("All of them", "ResNet-18 and 34 have basic blocks."),
        ),
    ),
    Question(
        "ReLU stands on F before the sum as well as after it. What is lost?",
        (
            right(
                "Blocks can only add: for x ≥ 0 the output is nowhere below x.",
                "Yes: F would be at least 0, and maps could only grow from block to block.",
            ),
            wrong("Nothing: ReLU twice is ReLU once.", "Between the two stands the sum with x."),
            wrong(
                "Gradients, for there are two ReLUs in a row.",
                "They are not in a row, and slopes of 1 stay 1.",
            ),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {
    "norm": _NORM,
    "depth": _DEPTH,
    "blocks": _BLOCKS,
}

COVERS: Mapping[str, tuple[str, ...]] = {
    "norm": ("Q27", "Q11"),
    "depth": ("Q24", "Q6"),
    "blocks": ("Q17", "Q20"),
}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
