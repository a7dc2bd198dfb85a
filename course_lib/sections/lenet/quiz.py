"""The quizzes of section 05, LeNet."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_ARCHITECTURE = (
    Question(
        "Where are most of LeNet's 61,706 parameters?",
        (
            right(
                "In the first dense layer",
                "Yes: 400 · 120 + 120 = 48,120, more than three quarters of all.",
            ),
            wrong(
                "In the first convolution",
                "It has 156: six kernels of 5 x 5 and six biases, shared by all windows.",
            ),
            wrong(
                "In the second convolution",
                "It has 2,416. Sharing keeps convolutions small.",
            ),
            wrong(
                "In the pooling layers",
                "Pooling has nothing to learn.",
            ),
        ),
    ),
    Question(
        "The LeNet-5 of 1998 had about 60,000 parameters, today's form 61,706. Why fewer?",
        (
            right(
                "Its second convolution connected each map to some of the six maps only.",
                "Yes: a table said which. It saved weights and made the maps differ.",
            ),
            wrong(
                "It had no biases.",
                "It had biases; even its subsampling had a weight and a bias for each map.",
            ),
            wrong(
                "It read smaller images.",
                "It read 32 x 32: the 28 x 28 digits with a margin, which padding=2 replaces.",
            ),
        ),
    ),
    Question(
        "After a convolution come ReLU and max pooling. What changes if they swap places?",
        (
            right(
                "Nothing but the time it takes",
                "Yes: ReLU never turns the order of two numbers round, so the largest stays the "
                "largest.",
            ),
            wrong(
                "The outputs are larger",
                "The maximum of the ReLUs is the ReLU of the maximum. With average pooling it "
                "would matter.",
            ),
            wrong(
                "Gradients vanish",
                "The function is the same, and so is its gradient.",
            ),
        ),
    ),
)

_LOOP = (
    Question(
        "Why must gradients be cleared for every batch?",
        (
            right(
                "backward() adds to what stands in .grad.",
                "Yes: without clearing, each step follows the sum of all batches so far.",
            ),
            wrong(
                "Else backward() raises an error.",
                "It does not: the loop runs, and learns badly. That makes this bug a quiet one.",
            ),
            wrong(
                "To save memory.",
                "The gradients take the same memory all the time. It is their values that matter.",
            ),
        ),
    ),
    Question(
        "What does model.eval() switch off? (Two are right.)",
        (
            right("dropout", "Yes: nothing is dropped while evaluating."),
            right(
                "batch statistics in batch norm",
                "Yes: the running statistics take their place.",
            ),
            wrong(
                "the recording of gradients",
                "That is torch.no_grad(). The two are independent of each other.",
            ),
            wrong(
                "the training of weights, since they are frozen",
                "Nothing is frozen: an optimiser's step would still move them.",
            ),
        ),
    ),
    Question(
        "Of 10,000 test images, in 157 batches, 9,900 are classified right. Somebody "
        "divides the 9,900 by the number of batches. What is printed?",
        (
            right("about 63", "Yes: 9,900 / 157. It reads like a percentage and is none."),
            wrong("0.99", "That would be right / images."),
            wrong("99", "That would be 100 · right / images."),
        ),
    ),
    Question(
        "A network ends in a softmax and is trained with F.cross_entropy. What happens?",
        (
            right(
                "It trains, but slowly: the gradients are small.",
                "Yes: the probabilities, at most 1 apart, are taken for logits. The loss cannot "
                "come near 0.",
            ),
            wrong(
                "PyTorch raises an error.",
                "Probabilities are valid logits, so nobody complains.",
            ),
            wrong(
                "Nothing: softmax of softmax is softmax.",
                "It is not: of (1, 0) softmax makes (0.73, 0.27).",
            ),
        ),
    ),
)

_PARTS = (
    Question(
        "From which images come the mean and the deviation that normalise the test images?",
        (
            right(
                "From the training part",
                "Yes: the test images are treated like any image that comes later.",
            ),
            wrong(
                "From the test part itself",
                "Then an image's numbers depend on which images it was sent with.",
            ),
            wrong(
                "From all images together",
                "Then test images have an influence on what the network is trained with.",
            ),
        ),
    ),
    Question(
        "What is the validation part for?",
        (
            right(
                "For choosing: the number of epochs, the learning rate, the architecture.",
                "Yes. What was used for choosing cannot tell how good the choice is; for that is "
                "the test part.",
            ),
            wrong(
                "For the number that is reported.",
                "It is too good, because the settings were chosen by it.",
            ),
            wrong(
                "For further training at the end of each epoch.",
                "Then these would be training images.",
            ),
        ),
    ),
    Question(
        "A deep network of ReLU layers starts with weights of variance 1 / fan_in. What becomes of "
        "the signal?",
        (
            right(
                "Its variance halves with each layer.",
                "Yes: ReLU cuts off half of the mean square. He's 2 / fan_in makes up for it.",
            ),
            wrong("It stays as it is.", "So it would without an activation."),
            wrong(
                "It doubles with each layer.",
                "ReLU makes numbers smaller, never larger.",
            ),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {
    "architecture": _ARCHITECTURE,
    "loop": _LOOP,
    "parts": _PARTS,
}

COVERS: Mapping[str, tuple[str, ...]] = {
    "architecture": ("D7.6-demo",),
    "loop": ("L7-loop",),
    "parts": ("B05-split", "B05-init"),
}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
