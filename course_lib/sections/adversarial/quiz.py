"""The quiz of section 12, adversarial examples."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_ATTACKS = (
    Question(
        "Along what does FGSM move an image?",
        (
            right(
                "The sign of the loss's gradient with respect to the image",
                "Yes: each pixel by eps, to the side where the loss of the true class grows.",
            ),
            wrong(
                "The gradient itself, scaled to the length eps",
                "That is the step for a ball by length. FGSM's limit is one for each pixel.",
            ),
            wrong(
                "The sign of the loss's gradient with respect to the weights",
                "The weights stay as they are. It is the image that moves.",
            ),
            wrong(
                "The negative gradient of the loss of the true class",
                "That makes the network surer of the true class. An attack goes uphill.",
            ),
        ),
    ),
    Question(
        "Why the sign?",
        (
            right(
                "If the loss is linear, it is greatest at a corner of the cube of eps",
                "Yes: every pixel goes as far as it may, and the signs say to which side.",
            ),
            wrong(
                "The gradient's size would make the change visible",
                "Its size is mostly tiny. With the sign every pixel moves by all of eps.",
            ),
            wrong(
                "It is faster to compute",
                "The gradient has to be computed all the same. Think of what eps allows.",
            ),
        ),
    ),
    Question(
        "Images are normalised before the model, with a deviation of 0.25, and attacked after "
        "that with eps = 0.1. By how much do pixels in [0, 1] move?",
        (
            right("0.025", "Yes: 0.1 · 0.25. Put the normalisation into the model instead."),
            wrong("0.1", "That holds if eps is in the units of the pixels. Here it is not."),
            wrong("0.4", "Dividing by the deviation enlarges; going back to pixels shrinks."),
        ),
    ),
    Question(
        "What does PGD do after each step?",
        (
            right(
                "It brings each pixel to within eps of the clean image, and into [0, 1]",
                "Yes: the projection. So all steps together stay within eps.",
            ),
            wrong(
                "It brings each pixel to within eps of the image before the step",
                "Then ten steps could go ten times as far. The clean image is the middle.",
            ),
            wrong(
                "It halves the step",
                "The step stays the same. What must hold of the image after each of them?",
            ),
        ),
    ),
    Question(
        "Which of these make a claim of robustness doubtful? (Two are right.)",
        (
            right(
                "Only FGSM was tried",
                "Yes: a stronger attack may find what a single step misses.",
            ),
            right(
                "Accuracy does not fall as eps grows",
                "Yes: at a large eps any attack that works must win. This one is misled.",
            ),
            wrong(
                "Clean accuracy is lower than that of the standard network",
                "That is the usual price of training on attacked images.",
            ),
            wrong(
                "PGD does better than noise by chance",
                "It should: noise knows nothing of the network.",
            ),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {"attacks": _ATTACKS}

COVERS: Mapping[str, tuple[str, ...]] = {"attacks": ("E14.30", "B12-pgd")}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
