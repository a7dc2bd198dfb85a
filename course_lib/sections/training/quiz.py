"""The quizzes of section 08, training."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_OPTIMISERS = (
    Question(
        "A network for ten classes is to learn one batch by heart. Its first loss is 2.3, after "
        "200 steps it is 1.5 and stays there. What follows?",
        (
            right(
                "There is a bug: the loss of one batch must come near 0.",
                "Yes. A softmax before the cross-entropy looks just like that.",
            ),
            wrong("It needs more training images.", "It cannot even learn these few by heart."),
            wrong("It overfits.", "Then the loss on this batch would be near 0."),
            wrong("The first loss is too large.", "It is ln 10, that of a network that guesses."),
        ),
    ),
    Question(
        "Momentum 0.9, and the gradient stays the same for many steps. How long do steps get?",
        (
            right(
                "Ten times as long as without momentum",
                "Yes: 1 + 0.9 + 0.81 + … comes to 1 / (1 - 0.9).",
            ),
            wrong("0.9 times as long", "v = 0.9 · v + g: what came before is added to g."),
            wrong("They grow without end", "The sum 1 + 0.9 + 0.81 + … stays below 10."),
            wrong("As long as without", "That holds for the first step only."),
        ),
    ),
    Question(
        "How long is Adam's first step in each weight, with lr = 0.001?",
        (
            right(
                "About 0.001, however large the gradient is",
                "Yes: corrected, m is g and the root of v is |g|.",
            ),
            wrong("0.001 times the gradient", "That is plain gradient descent."),
            wrong(
                "0.0001, for m begins with a tenth of the gradient",
                "m is divided by 1 - 0.9 = 0.1 first.",
            ),
        ),
    ),
    Question(
        "Why does one-cycle begin with a small rate?",
        (
            right(
                "At random weights, large steps may lead far astray; later the rate can be larger.",
                "Yes: this is the warm-up, as some large networks need it.",
            ),
            wrong("To save time", "Small steps take as long as large ones."),
            wrong(
                "So that the network does not overfit",
                "In the first steps nothing has been learned by heart yet.",
            ),
        ),
    ),
)

_AUGMENTATION = (
    Question(
        "How does augmentation regularise?",
        (
            right(
                "Each epoch shows other variants: pixels cannot be learned by heart, and what does "
                "not matter for the label is learned not to matter.",
                "Yes: the training loss ends higher, and the validation loss often lower.",
            ),
            wrong(
                "It makes the weights smaller.",
                "That is weight decay. Augmentation changes the images.",
            ),
            wrong(
                "It makes the validation images more alike.",
                "These stay as they are: the training images alone are changed.",
            ),
            wrong(
                "It lowers the training loss.",
                "Changed images are harder: the training loss ends higher.",
            ),
        ),
    ),
    Question(
        "Which ways to augment keep the label of photographs of animals? (Three are right.)",
        (
            right("Mirroring left to right", "Yes: a mirrored cat is a cat."),
            right("Shifting by a few pixels", "Yes: it is the same animal, a bit further left."),
            right("A little more or less of a colour", "Yes: light changes like that, too."),
            wrong(
                "Cutting out a square as large as the image",
                "Then nothing is left of the animal, and the label is a guess.",
            ),
        ),
    ),
    Question(
        "Handwritten digits are mirrored left to right while training. What happens?",
        (
            right(
                "The network must learn images that are no digits as if they were some.",
                "Yes: a mirrored 2 never comes in the test; it only makes the task harder.",
            ),
            wrong("It helps, as for photographs.", "A mirrored 2 is no 2, a mirrored cat is one."),
            wrong(
                "Nothing: digits look alike from both sides.", "0, 1 and 8 do, 2, 3 and 7 do not."
            ),
        ),
    ),
    Question(
        "Cutout of 16 x 16 on images of 32 x 32, centres anywhere. How much is black on average?",
        (
            right(
                "Less than a quarter of the image",
                "Yes: at the border a part of the square lies outside.",
            ),
            wrong("A quarter of the image", "That holds for centres far enough from the border."),
            wrong("A half of the image", "16 x 16 is a quarter of 32 x 32, at most."),
        ),
    ),
)

_COMPARISONS = (
    Question(
        "A network reaches 95.1 % on the test images in its best epoch, chosen by these test "
        "images; the epoch best on validation has 94.9 %. Which number do you report?",
        (
            right("94.9 %", "Yes: the test images have chosen nothing."),
            wrong("95.1 %", "The largest of many noisy numbers is too large: the test chose it."),
            wrong("The mean of both", "One of them is chosen by the test images."),
        ),
    ),
    Question(
        "When is it fair to say that schedule A beats schedule B? (Two are right.)",
        (
            right(
                "When each had its largest rate searched in the same way",
                "Yes: a rate that suits A may not suit B.",
            ),
            right(
                "When the difference is larger than the spread of several seeds",
                "Yes: a smaller one may be chance.",
            ),
            wrong("When A had more epochs", "Then the epochs may be the reason."),
            wrong("When one run of A is better", "Another seed may turn the order round."),
        ),
    ),
)

_PRECISION = (
    Question(
        "What is different in bfloat16, compared with float32?",
        (
            right(
                "It has as large a range, and fewer digits.",
                "Yes: 1 + 1/256 is 1 in it, and 1e-8 is not 0.",
            ),
            wrong(
                "Gradients become 0, so they must be scaled.",
                "That is float16: its range is small. bfloat16 needs no scaler.",
            ),
            wrong("It holds whole numbers only.", "It is a format of floats, of 16 bits."),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {
    "optimisers": _OPTIMISERS,
    "augmentation": _AUGMENTATION,
    "comparisons": _COMPARISONS,
    "precision": _PRECISION,
}

COVERS: Mapping[str, tuple[str, ...]] = {
    "optimisers": ("B08-optim", "E14.23"),
    "augmentation": ("Q22", "E14.22"),
    "comparisons": ("L7",),
    "precision": ("E14.28",),
}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
