"""The quizzes of section 01, convolution."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_PRIORS = (
    Question(
        "Which two assumptions about images does a convolution layer build in? (Two are right.)",
        (
            right(
                "An output depends on a small window of the input only.",
                "Yes: local windows. What belongs together in an image mostly lies together.",
            ),
            right(
                "The same weights serve at every position.",
                "Yes: shared weights. What is worth detecting here is worth detecting there.",
            ),
            wrong(
                "Every output depends on every pixel.",
                "That is the dense layer. It assumes nothing about where pixels lie.",
            ),
            wrong(
                "The output stays as it is when the object moves.",
                "That would be invariance. With shared weights the output moves along: "
                "equivariance.",
            ),
        ),
    ),
    Question(
        "True or false: a dense layer treats the pixels independently of each other.",
        (
            right(
                "False",
                "Right: each output mixes all pixels. What a dense layer ignores is adjacency: "
                "nothing in it says which pixels are neighbours.",
            ),
            wrong(
                "True",
                "Often said, but each output is a weighted sum of all pixels together. What a "
                "dense layer ignores is adjacency: which pixels are neighbours.",
            ),
        ),
    ),
    Question(
        "You shuffle the pixels of all images, each image in the same way, and train anew. Which "
        "network learns as well as before?",
        (
            right(
                "The dense network only",
                "Yes: it has a weight of its own for every pixel, wherever that lies. It never "
                "used the order, so it loses nothing.",
            ),
            wrong(
                "The convolutional network only",
                "The other way round: its windows now hold pixels from all over the image, so the "
                "assumption that neighbours belong together fails.",
            ),
            wrong(
                "Both",
                "The convolutional network relies on neighbours belonging together; after the "
                "shuffle they do not.",
            ),
            wrong(
                "Neither",
                "A dense layer can permute its weights just as the pixels were permuted: for it, "
                "nothing has changed.",
            ),
        ),
    ),
    Question(
        "Images twice as high and twice as wide: how many weights has the same convolution layer?",
        (
            right("As many as before", "Yes: the kernel does not grow with the image."),
            wrong(
                "Twice as many",
                "Weights do not follow the sides of the image; they belong to the kernel, and the "
                "same kernel visits more windows.",
            ),
            wrong(
                "Four times as many",
                "The number of outputs grows about fourfold, and so does the work. The weights are "
                "shared among all of them.",
            ),
        ),
    ),
)

_EQUIVARIANCE = (
    Question(
        "A map f is equivariant to translation. What does that say?",
        (
            right(
                "Moving the input moves the output likewise.",
                "Yes: moving and then applying f is the same as applying f and then moving.",
            ),
            wrong(
                "Moving the input leaves the output as it is.",
                "That is invariance. Equivariance keeps the information where the object is.",
            ),
            wrong(
                "Input and output have the same size.",
                "Sizes do not matter here: a “valid” convolution gives a smaller output and is "
                "equivariant all the same.",
            ),
        ),
    ),
    Question(
        "An object well inside the image moves by some pixels. What does the feature map of a "
        "convolution with stride 1 do?",
        (
            right(
                "It moves by as many pixels: equivariant.",
                "Yes, because the same weights are used at every position.",
            ),
            wrong(
                "It stays the same: invariant.",
                "Convolution alone forgets no position. Invariance needs something after it, such "
                "as a maximum over all positions.",
            ),
            wrong(
                "It changes in no predictable way.",
                "Away from the border it does something simple: every window's numbers occur "
                "again, at another place.",
            ),
        ),
    ),
    Question(
        "You take the maximum over all positions of that feature map. What does this one number do "
        "when the object moves inside the image?",
        (
            right(
                "It stays the same.",
                "Yes: the same values at other positions have the same maximum. An equivariant map "
                "followed by a maximum over all positions is invariant.",
            ),
            wrong(
                "It moves along.",
                "A single number has no position that could move. The maximum drops the position.",
            ),
            wrong(
                "It grows with the distance.",
                "The kernel meets the same pixels at another place, so the products stay as they "
                "are.",
            ),
        ),
    ),
    Question(
        "A convolution has stride 4. By how many pixels must the input move so that the output is "
        "sure to move by exactly one place?",
        (
            right("4", "Yes: neighbouring windows lie 4 pixels apart."),
            wrong(
                "1",
                "Windows start at every fourth pixel only. After a move by 1 they see other pixels "
                "of the object than before.",
            ),
            wrong(
                "Any number will do",
                "Only multiples of the stride bring every window exactly onto the old pixels.",
            ),
        ),
    ),
    Question(
        "True or false: with zeros padded around the image, the feature map follows an object "
        "exactly, even out across the border.",
        (
            right(
                "False",
                "Right: at the border a part of the object is replaced by zeros. Equivariance "
                "holds away from the border.",
            ),
            wrong(
                "True",
                "What has left the image is gone, and zeros stand there instead: values near the "
                "border change.",
            ),
        ),
    ),
)

_FLIP = (
    Question(
        "True or false: nn.Conv2d computes the convolution of mathematics, which flips the kernel.",
        (
            right(
                "False",
                "Right: it lays the kernel on the image as it is. That is cross-correlation.",
            ),
            wrong(
                "True",
                "The name says so, the operator does not: nn.Conv2d computes cross-correlation and "
                "flips nothing.",
            ),
        ),
    ),
    Question(
        "Which of these flip the kernel? (Two are right.)",
        (
            right("scipy.signal.convolve2d", "Yes: the convolution of mathematics."),
            right(
                "scipy.ndimage.convolve",
                "Yes. Beware of this when you compare with PyTorch.",
            ),
            wrong(
                "scipy.signal.correlate2d",
                "This one correlates: no flip for real numbers, like PyTorch.",
            ),
            wrong(
                "torch.nn.functional.conv2d",
                "It is what nn.Conv2d calls: cross-correlation, in spite of its name.",
            ),
        ),
    ),
    Question(
        "Why does this hardly matter for training a network?",
        (
            right(
                "The kernel is learned.",
                "Yes: a layer that flipped would learn the flipped kernel and give the same "
                "outputs.",
            ),
            wrong(
                "Learned kernels are symmetric.",
                "Mostly they are not: think of an edge detector. They are learned in whichever "
                "orientation the operator needs.",
            ),
            wrong(
                "PyTorch flips the kernel back after training.",
                "Nothing is flipped at any time. But do flip when you carry weights to a library "
                "that computes true convolution.",
            ),
        ),
    ),
    Question(
        "For which kernel do cross-correlation and convolution give the same output on every "
        "image?",
        (
            right(
                "[[0, 1, 0], [1, -4, 1], [0, 1, 0]]",
                "Yes: turned by 180 degrees it is itself.",
            ),
            wrong(
                "[[1, -1]]",
                "Flipped it is [[-1, 1]]: the output changes its sign.",
            ),
            wrong(
                "[[1, 0, -1], [2, 0, -2], [1, 0, -1]]",
                "It is symmetric from top to bottom, but turned by 180 degrees its signs change.",
            ),
            wrong(
                "[[1, 2], [3, 4]]",
                "Turned by 180 degrees it is [[4, 3], [2, 1]]: another kernel.",
            ),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {
    "priors": _PRIORS,
    "equivariance": _EQUIVARIANCE,
    "flip": _FLIP,
}

COVERS: Mapping[str, tuple[str, ...]] = {
    "priors": ("Q1",),
    "equivariance": ("Q3",),
    "flip": ("Q21",),
}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
