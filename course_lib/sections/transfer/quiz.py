"""The quizzes of section 10, transfer learning."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_FREEZING = (
    Question(
        "All parameters of a network have requires_grad False, and it is in train mode. What "
        "changes while images run through it?",
        (
            right(
                "The running statistics of batch norm",
                "Yes: they are buffers, and train mode moves them, under no_grad as well.",
            ),
            wrong("Nothing", "Batch norm's running statistics are no parameters, and move."),
            wrong("The weights, a little", "No gradient, no step: weights stay."),
        ),
    ),
    Question(
        "norm.eval() is called once, before the training loop. What becomes of it?",
        (
            right(
                "model.train() at the next epoch undoes it",
                "Yes: it puts every part into train mode.",
            ),
            wrong("It holds for the whole training", "model.train() reaches every part."),
            wrong("It freezes the norm's weight, too", "Modes and requires_grad are two things."),
        ),
    ),
    Question(
        "model.fc.requires_grad = False: what does it freeze?",
        (
            right(
                "Nothing: the module gets an attribute of that name",
                "Yes. requires_grad_(False), with the underscore, reaches its parameters.",
            ),
            wrong("The head", "Its parameters do not look at the module's attributes."),
            wrong("Everything before the head", "Its parameters are not touched at all."),
        ),
    ),
    Question(
        "The head is replaced after the optimiser was made. What is seen?",
        (
            right(
                "The loss hardly moves: the optimiser has the old head's parameters",
                "Yes, and there is no error message.",
            ),
            wrong("An error at the first step", "The old parameters are still valid tensors."),
            wrong(
                "Nothing special: names decide",
                "An optimiser holds parameters, it knows no names.",
            ),
        ),
    ),
    Question(
        "A grey image goes into a network for colours. What is it given?",
        (
            right(
                "Three equal channels, each normalised with its own mean and deviation",
                "Yes: a grey photo stored in colour would be the same.",
            ),
            wrong(
                "The grey channel, then two of zeros",
                "That would be a picture in red, which the network has hardly met.",
            ),
            wrong(
                "A new first layer, of the means of its kernels",
                "To repeat the channel amounts to the sum over the kernel's slices: with the "
                "mean, all activations are a third.",
            ),
        ),
    ),
)

_STRATEGIES = (
    Question(
        "What is feature extraction?",
        (
            right(
                "Only a new head is trained, all else is frozen",
                "Yes: the features stay what they were.",
            ),
            wrong("All layers are trained, in small steps", "That is fine-tuning."),
            wrong("The first layer is trained, all else is frozen", "Its features serve already."),
        ),
    ),
    Question(
        "Why do trained layers get smaller rates than the new head?",
        (
            right(
                "Large steps would destroy what they have learned",
                "Yes; and the head has everything to learn.",
            ),
            wrong("They have fewer parameters", "They have nearly all of them."),
            wrong("Their gradients are always larger", "That depends; mostly they are not."),
        ),
    ),
    Question(
        "torch.optim.Adam gets groups with the key lr_mult. What happens?",
        (
            right("All have the default rate, and nothing is said", "Yes: it is kept, not used."),
            wrong("Each rate is multiplied with it", "That is another library's habit."),
            wrong("An error: there is no such key", "Unknown keys are kept without a word."),
        ),
    ),
    Question(
        "500 X-rays of 200 patients are split by image. What is wrong?",
        (
            right(
                "Patients are on both sides: the validation accuracy is too good",
                "Yes: the network may have learned patients by heart.",
            ),
            wrong("Classes have other shares on both sides", "They could be kept; patients not."),
            wrong("There are too few images to validate", "Not more than by patient."),
        ),
    ),
    Question(
        "Which change of a chest X-ray is not allowed?",
        (
            right("A left-right flip", "Yes: it swaps the sides, and the heart lies on the left."),
            wrong("A shift by some pixels", "What the image shows stays the same."),
            wrong("A little more contrast", "Machines differ in that, too."),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {"freezing": _FREEZING, "strategies": _STRATEGIES}

COVERS: Mapping[str, tuple[str, ...]] = {
    "freezing": ("Q16",),
    "strategies": ("Q10", "Q13", "Q25"),
}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
