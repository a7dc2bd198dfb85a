"""The quizzes of section 02, padding and stride."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_SIZES = (
    Question(
        "A batch of shape (1, 3, 128, 128) goes through nn.Conv2d(3, 64, kernel_size=5, stride=2, "
        "padding=2). What is the output's shape?",
        (
            right(
                "(1, 64, 64, 64)",
                "Yes: 128 + 4 - 5 = 127 pixels to travel, 63 whole steps of 2, 64 windows.",
            ),
            wrong(
                "(1, 64, 63, 63)",
                "63 is the number of steps. The first window needs no step, so there are 64.",
            ),
            wrong(
                "(1, 64, 62, 62)",
                "That is without padding: (128 - 5) // 2 + 1.",
            ),
            wrong(
                "(1, 3, 64, 64)",
                "The size is right. The number of channels is the layer's, not the image's.",
            ),
        ),
    ),
    Question(
        "Which padding keeps the size at stride 1, for a kernel of 5 with dilation 2?",
        (
            right("4", "Yes: the kernel covers 9 pixels, 4 on either side of its middle."),
            wrong(
                "2",
                "That is right without dilation. With gaps the kernel covers 9 pixels, not 5.",
            ),
            wrong(
                "5",
                "Twice 5 is 10, but only 9 - 1 = 8 pixels are lost without padding.",
            ),
            wrong(
                "8",
                "8 pixels are lost in all. Padding is laid on both sides, so half of that is "
                "enough.",
            ),
        ),
    ),
    Question(
        "Padding, stride, dilation, kernel size: which of these change the number of weights?",
        (
            right("The kernel size only", "Yes: the other three say where the kernel is laid."),
            wrong(
                "Kernel size and dilation",
                "Dilation moves the entries apart. There are not more of them.",
            ),
            wrong(
                "Kernel size and padding",
                "Padding adds pixels, zeros mostly. They are not learned.",
            ),
            wrong(
                "All four",
                "Stride, padding and dilation say which pixels a window holds. The same weights "
                "are laid on them.",
            ),
        ),
    ),
    Question(
        "True or false: at stride 2 with padding=k//2 (k odd), images of 31 and of 32 pixels give "
        "outputs of the same size.",
        (
            right(
                "True",
                "Right: both give 16. The last step that would lead over the border is not taken, "
                "so sizes that differ by less than the stride may agree.",
            ),
            wrong(
                "False",
                "Compute both: 31 - 1 = 30 is 15 steps of 2; 32 - 1 = 31 is 15 steps, too, and one "
                "pixel is left over.",
            ),
        ),
    ),
)

_DILATION = (
    Question(
        "A kernel of size 3 has dilation 4. How many pixels does it cover in one direction?",
        (
            right("9", "Yes: 3 entries and 2 gaps of 3 pixels: k + (k - 1)·(d - 1)."),
            wrong("12", "That would be a gap after the last entry as well. Gaps lie between."),
            wrong("7", "Neighbouring entries lie 4 apart, so a gap is 3 pixels wide, not 2."),
            wrong("3", "It has 3 entries, but it reaches over the gaps between them."),
        ),
    ),
    Question(
        "What does a dilated convolution gain over a larger kernel of the same reach?",
        (
            right(
                "It reaches as far with fewer weights.",
                "Yes, and with fewer multiply-adds. It leaves out the pixels in the gaps.",
            ),
            wrong(
                "It sees every pixel of its reach.",
                "The larger kernel does. The dilated one leaves out what lies in its gaps.",
            ),
            wrong(
                "Its output is smaller, which saves memory.",
                "At the same reach and padding both outputs are equally large.",
            ),
        ),
    ),
    Question(
        "Why do segmentation networks use dilation rather than more stride?",
        (
            right(
                "The output keeps a value for each pixel while outputs see further.",
                "Yes: a stride makes the receptive field grow, too, but thins the output.",
            ),
            wrong(
                "Stride would need more weights.",
                "A stride needs no weights at all. Its cost is resolution.",
            ),
            wrong(
                "A stride does not enlarge the receptive field.",
                "It does, for all layers after it. But the output gets coarser.",
            ),
        ),
    ),
    Question(
        "Two layers of 3x3 kernels with dilation 2 follow each other, at stride 1. Which columns "
        "of the input does an output at column 0 read, besides others?",
        (
            right(
                "Only even ones",
                "Yes: it reads 0, 2 and 4 of what reads 0, 2 and 4 further. Odd columns are never "
                "seen: a grid with holes. Different dilations mend it.",
            ),
            wrong(
                "All from 0 to 8",
                "Follow the steps: each is 0, 2 or 4 columns. Which sums can occur?",
            ),
            wrong(
                "0, 4 and 8",
                "These can be reached, but 0 + 2 can, too.",
            ),
        ),
    ),
)

_FIELDS = (
    Question(
        "What is the receptive field of an output?",
        (
            right(
                "The part of the input image that can influence it",
                "Yes, through all layers in between.",
            ),
            wrong(
                "The kernel of its layer",
                "That is what it reads from the layer before. Those values have windows of their "
                "own.",
            ),
            wrong(
                "The number of its weights",
                "Weights say how much, not from where. A dilated kernel sees further with the same "
                "weights.",
            ),
        ),
    ),
    Question(
        "Two 3x3 layers with stride 1 follow each other. How large is the receptive field?",
        (
            right("5 x 5", "Yes: 1 + 2 + 2; each layer adds k - 1."),
            wrong("6 x 6", "The windows overlap: the second layer adds 2 pixels, not 3."),
            wrong("9 x 9", "Sizes do not multiply at stride 1. Each layer adds k - 1 = 2."),
            wrong("3 x 3", "The second layer reads nine outputs of the first, each with a window."),
        ),
    ),
    Question(
        "And n layers of 3x3 with stride 1?",
        (
            right("2n + 1", "Yes: 1, and 2 for each layer. It grows slowly, in a straight line."),
            wrong("3n", "Right for one layer only: later layers overlap and add 2 each."),
            wrong("3ⁿ", "So fast it would grow if each layer also had a stride of 3."),
            wrong("n + 2", "Each layer adds a pixel on both sides."),
        ),
    ),
    Question(
        "A layer with stride 2 is put before three 3x3 layers of stride 1. How much does each of "
        "the three now add to the receptive field?",
        (
            right("4 pixels", "Yes: what they read lies 2 pixels apart on the image."),
            wrong("2 pixels", "That is without the stride. Places now lie 2 pixels apart."),
            wrong("6 pixels", "k - 1 = 2 steps of 2 pixels, not k steps."),
        ),
    ),
    Question(
        "True or false: every pixel of the receptive field has the same influence on the output.",
        (
            right(
                "False",
                "Right: there are many ways from the middle to the output and a single one from "
                "a corner. The measured gradient shows it.",
            ),
            wrong(
                "True",
                "Count the ways: a corner pixel can reach the output in one way only, the middle "
                "in many.",
            ),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {
    "sizes": _SIZES,
    "dilation": _DILATION,
    "fields": _FIELDS,
}

COVERS: Mapping[str, tuple[str, ...]] = {
    "sizes": ("Q2",),
    "dilation": ("Q12",),
    "fields": ("Q15",),
}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
