"""The quizzes of section 11, Grad-CAM."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_HEAT = (
    Question(
        "How does Grad-CAM weigh the maps of a layer for a class?",
        (
            right(
                "By the mean over the places of the gradient of the class's logit",
                "Yes: one weight for each map, which may be negative.",
            ),
            wrong(
                "By the dense layer's weights of the class",
                "That is CAM, which works only at the maps before global average pooling.",
            ),
            wrong(
                "By the mean of the map itself",
                "That says how active a map is, not whether it speaks for this class.",
            ),
            wrong(
                "By the gradient at each place, number by number",
                "Then no mean would be taken. Grad-CAM has one weight for a whole map.",
            ),
        ),
    ),
    Question(
        "What does the ReLU at the end do?",
        (
            right(
                "It keeps the places that speak for the class",
                "Yes: what is negative speaks against it, that is for others.",
            ),
            wrong(
                "It scales the map to [0, 1]",
                "A ReLU sets negative numbers to 0 and leaves the others as they are.",
            ),
            wrong(
                "It takes away maps with a negative weight",
                "They count in the sum, where they can cancel others. The ReLU comes after it.",
            ),
        ),
    ),
    Question(
        "Of what is the gradient taken?",
        (
            right(
                "Of the class's logit",
                "Yes: it depends on what speaks for this class alone.",
            ),
            wrong(
                "Of the class's probability",
                "Other classes move it, too, and where the network is sure it hardly moves.",
            ),
            wrong(
                "Of the loss",
                "It falls where the class's logit rises: the map would show what speaks against.",
            ),
        ),
    ),
    Question(
        "Why does one pass back serve a whole batch of images? (Two are right.)",
        (
            right(
                "The network is in eval mode",
                "Yes: in train mode batch norm would mix the images.",
            ),
            right(
                "The logits of the images are summed",
                "Yes: each image's maps then get the gradient of its own logit.",
            ),
            wrong(
                "All images have the same class",
                "Each may have its own: its own logit goes into the sum.",
            ),
            wrong(
                "The network is frozen",
                "Whether parameters require gradients changes nothing about the maps.",
            ),
        ),
    ),
    Question(
        "The map of a class is 0 everywhere. What may be the reason?",
        (
            right(
                "Nothing in the image speaks for this class",
                "Yes: the sum is nowhere positive. Scaled, it should stay 0.",
            ),
            wrong(
                "The hook was removed too early",
                "Then there would be no maps at all, and an error.",
            ),
            wrong(
                "The map was not scaled",
                "Scaling divides by a number, and makes no map of zeros visible.",
            ),
        ),
    ),
)

_MAXIMISED = (
    Question(
        "What does activation maximisation change, step by step?",
        (
            right(
                "The image, so that the logit (or a map's numbers) rises",
                "Yes: gradient ascent on the input. The network stays as it is.",
            ),
            wrong(
                "The weights, so that the logit of an image rises",
                "That would be training. Here the weights stay as they are.",
            ),
            wrong(
                "The image, so that the loss rises",
                "That leads away from the class. Its own logit is to rise.",
            ),
        ),
    ),
    Question(
        "Units of which layers like textures and parts of objects best?",
        (
            right(
                "Those in the middle",
                "Yes: before them come edges and colours, after them whole objects.",
            ),
            wrong(
                "The first ones",
                "They see a few pixels: edges at some angle, changes of colour.",
            ),
            wrong(
                "The last ones",
                "They see all of the image, and like what is typical of a class.",
            ),
        ),
    ),
    Question(
        "Why is a term such as decay · x² subtracted?",
        (
            right(
                "Without it, numbers grow without bound, and noise is as good as a shape",
                "Yes: a logit can be raised by pixels that no image has.",
            ),
            wrong(
                "It keeps the weights of the network small",
                "The weights are not changed at all. x is the image.",
            ),
            wrong(
                "It makes the gradient easier to compute",
                "It adds a term to it. What would the image become without the term?",
            ),
        ),
    ),
    Question(
        "The picture a network likes best for “cow” shows grass. What do you learn?",
        (
            right(
                "Grass raises the logit of a cow: it may have learned the background",
                "Yes: so one finds cues that hold for the training images only.",
            ),
            wrong(
                "The network cannot tell cows",
                "It may well, in images like those it knows: where cows stand on grass.",
            ),
            wrong(
                "The ascent has failed",
                "It found what raises the logit. That need not be what we expect.",
            ),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {"heat": _HEAT, "maximised": _MAXIMISED}

COVERS: Mapping[str, tuple[str, ...]] = {"heat": ("Q14",), "maximised": ("Q26",)}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
