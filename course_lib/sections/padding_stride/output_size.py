"""Part A, how large the output is in one direction."""

from collections.abc import Callable
from typing import Any

from course_lib.checks.compare import EXACT, as_tensor
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked
from course_lib.sections.padding_stride.facts import names_both_sizes

COVERED_AND_PADDED = "how many pixels the kernel covers, and how many the padded input has"

_FIRST = "conv_output_size(13, 3, 3, 1, 5)"
_SECOND = "conv_output_size(18, 3, 5, 2, 3)"


def one_window() -> Callable[[Any], str | None]:
    """Verifies the size for a kernel that is as large as its input: 1, and a whole number."""

    def verify(answer: Any) -> str | None:
        size = as_tensor(answer)
        if size is None or size.numel() != 1 or size.item() != 1:
            return "A kernel that covers as many pixels as there are has one window."
        if isinstance(answer, float):
            return (
                "Your sizes are floats. Return an int, as a tensor of that size can only be made "
                "with one: // divides whole numbers, / does not."
            )
        return None

    return verify


CONV_OUTPUT_SIZE = Exercise(
    id="padding_stride.conv_output_size",
    title="The size of the output",
    points=3,
    covers=("D7.3.1", "M2"),
    cases=lambda draw: [
        Case(args=(13, 3, 3, 1, 5), about=_FIRST),
        Case(args=(18, 3, 5, 2, 3), about=_SECOND),
        Case(
            args=(5, 5),
            about="conv_output_size(5, 5), a kernel that just fits",
            verify=one_window(),
        ),
        Case(
            args=(2, 5, 1, 1, 1),
            about="conv_output_size(2, 5, 1, 1, 1), a kernel of 5 on 4 pixels",
            raises="ValueError",
            verify=names_both_sizes((5, 4), COVERED_AND_PADDED),
        ),
        Case(
            args=(6, 3, 0, 2, 3),
            about="conv_output_size(6, 3, 0, 2, 3), a kernel that covers 7 on 6 pixels",
            raises="ValueError",
            verify=names_both_sizes((7, 6), COVERED_AND_PADDED),
        ),
    ],
    expect=worked({_FIRST: 9, _SECOND: 11}),
    mistakes=(
        Mistake(
            "padding on one side",
            "You added the padding once. It is laid on both sides: n + 2·p.",
            on(_FIRST, 6),
        ),
        Mistake(
            "padding forgotten",
            "You left out the padding. The kernel slides on n + 2·p pixels.",
            on(_FIRST, 3),
        ),
        Mistake(
            "dilation forgotten",
            "You took the kernel to cover k pixels. With dilation there are gaps between its "
            "entries, so it covers more.",
            on(_FIRST, 17),
        ),
        Mistake(
            "kernel d times as long",
            "You took the kernel to cover d·k pixels. Its k entries have only k - 1 gaps between "
            "them: it covers d·(k - 1) + 1.",
            on(_FIRST, 5),
        ),
        Mistake(
            "d pixels in a gap",
            "You took a gap to have d pixels. Neighbouring entries lie d apart, so there are d - 1 "
            "pixels between them: the kernel covers d·(k - 1) + 1.",
            on(_FIRST, 7),
        ),
        Mistake(
            "one window forgotten",
            "You counted the steps. There is one window more than there are steps: the first one "
            "needs no step.",
            on(_FIRST, 8),
        ),
        Mistake(
            "stride forgotten",
            "You counted a window at every pixel. With stride s only every s-th is computed.",
            on(_SECOND, 22),
        ),
        Mistake(
            "rounded up",
            "Your answer is one too large. Did you round up? A last step that would lead over the "
            "border is not taken. Or does your kernel cover one pixel too few? It covers "
            "d·(k - 1) + 1.",
            on(_SECOND, 12),
        ),
        Mistake(
            "not rounded",
            "A size is a whole number, and yours is not. A step that leads over the border is not "
            "taken: round down (// instead of /).",
            on(_SECOND, 11.5),
        ),
        Mistake(
            "brackets forgotten",
            "// is computed before + and -, so that you divided the last number only. Put brackets "
            "around all that is divided by s.",
            on(_SECOND, 23),
        ),
        Mistake(
            "stride before padding",
            "You took the padding for the stride and the stride for the padding. They are given in "
            "the order n, k, p, s, d (nn.Conv2d has another one).",
            on(_FIRST, 2),
        ),
        Mistake(
            "dilation before stride",
            "You took the stride for the dilation and the dilation for the stride. They are given "
            "in the order n, k, p, s, d.",
            on(_FIRST, 4),
        ),
    ),
    hints=(
        "Three questions, one after the other: how many pixels does the kernel cover, gaps "
        "included? How many pixels has the padded input? How many steps of s are possible?",
        "The kernel covers d * (k - 1) + 1 pixels, the padded input has n + 2 * p. The difference "
        "is how far the kernel can travel.",
        'First: if covered > padded, raise ValueError(f"the kernel covers {covered} ... '
        '{padded} ..."). Then return (padded - covered) // s + 1.',
    ),
    tolerance=EXACT,
)
