"""The quizzes of section 13, distillation."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_LOSS = (
    Question(
        "T goes from 1 to 4. What happens to a softmax's probabilities?",
        (
            right(
                "They become more even, in the same order",
                "Yes: all logits are divided by the same number.",
            ),
            wrong(
                "The largest becomes larger still",
                "That is what a temperature below 1 does.",
            ),
            wrong("Classes change places", "Dividing by a positive number keeps the order."),
        ),
    ),
    Question(
        "Student and teacher give the same logits. What is the soft loss, at T = 4?",
        (
            right("0", "Yes: a distribution does not diverge from itself, at any temperature."),
            wrong(
                "The entropy of the teacher's probabilities",
                "That would be the cross-entropy: the divergence is what comes on top of it.",
            ),
            wrong("16", "The factor T² is 16, and what it multiplies is 0."),
        ),
    ),
    Question(
        "F.kl_div(a, b, reduction='batchmean'): what are a and b here?",
        (
            right(
                "The student's log-probabilities, then the teacher's probabilities",
                "Yes: the first one is a logarithm, the second one is not.",
            ),
            wrong(
                "The teacher's probabilities, then the student's",
                "Then the order is swapped, and the logarithm is missing.",
            ),
            wrong(
                "The logits of both",
                "It makes no softmax of its own: the result would mean nothing.",
            ),
        ),
    ),
    Question(
        "Ten classes, and the default reduction of F.kl_div, 'mean'. What is wrong?",
        (
            right(
                "The loss is ten times too small",
                "Yes: it is divided by N · C; a divergence sums over the classes.",
            ),
            wrong("Nothing, a mean is a mean", "The mean is wanted over images, not over classes."),
            wrong("The loss is negative", "A smaller factor does not change the sign."),
        ),
    ),
    Question(
        "A report says: alpha = 0.9. What else must it say?",
        (
            right(
                "Which of the two terms alpha weighs",
                "Yes: both conventions are in use.",
            ),
            wrong("How many classes there are", "The weight has nothing to do with them."),
            wrong("Nothing: alpha is the soft term's", "So it is here; in other programs not."),
        ),
    ),
)

_TRAINING = (
    Question(
        "Why is the teacher in eval mode?",
        (
            right(
                "Else its logits depend on the batch and on chance, and its statistics move",
                "Yes: batch norm and dropout behave otherwise in train mode.",
            ),
            wrong("Else its weights get gradients", "Modes have nothing to do with gradients."),
            wrong("Else it needs more memory", "That is what no_grad saves."),
        ),
    ),
    Question(
        "The teacher's logits are computed without detach or no_grad; the optimiser has the "
        "student's parameters only. What happens?",
        (
            right(
                "Gradients pile up in the teacher, at a cost of time and memory; its weights stay",
                "Yes: nobody takes a step with them, and nobody clears them.",
            ),
            wrong("The teacher learns from the student", "No optimiser has its parameters."),
            wrong("An error: the graph has two networks", "A graph may hold as many as you like."),
        ),
    ),
    Question(
        "Images are changed by chance in every epoch. What does the teacher see?",
        (
            right("The same changed images as the student", "Yes: its logits belong to these."),
            wrong("The unchanged images", "A letter cut in half resembles other things."),
            wrong(
                "Images changed by chance once more",
                "Then it speaks of other images than the student sees.",
            ),
        ),
    ),
    Question(
        "Distilled for 100 epochs a student is better than trained plainly for 30. What follows?",
        (
            right(
                "Nothing about distillation: the budgets differ",
                "Yes: two things differ, and either may be the cause.",
            ),
            wrong("Distillation works", "The longer training may be all there is to it."),
            wrong("Distillation needs more epochs", "Nobody has tried it with 30."),
        ),
    ),
    Question(
        "When the student is used, at which temperature is its softmax?",
        (
            right("At 1", "Yes: T belongs to the training with the teacher."),
            wrong("At the T of the training", "Its probabilities would be far too even."),
            wrong(
                "It does not matter for anything",
                "The predicted class is the same; its probability is not.",
            ),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {"loss": _LOSS, "training": _TRAINING}

COVERS: Mapping[str, tuple[str, ...]] = {"loss": ("E14.29",), "training": ("E14.29",)}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
