"""Part G, what a stride costs, seen: blur against false detail, and one-pixel shifts."""

from collections.abc import Callable
from typing import Any

import torch

from course_lib.checks.compare import as_tensor
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import on, worked


def even_area(level: float, shape: tuple[int, int], otherwise: str) -> Callable[[Any], str | None]:
    """Verifies that the blurred and thinned image has this brightness everywhere.

    Args:
        otherwise: told when it has not.
    """

    def verify(answer: Any) -> str | None:
        image = as_tensor(answer)
        if image is None or image.shape != shape:
            return (
                "The output keeps every second row and column, the first ones included: it has not "
                "the shape that comes of this."
            )
        if not torch.allclose(image, torch.full_like(image, level), atol=1e-4):
            return otherwise
        return None

    return verify


EVEN_STAYS = (
    "An even area should keep its brightness, also at the border: the weights add up to 1, and the "
    "border is mirrored."
)
STRIPES_GO = (
    "Stripes one pixel wide cannot be shown by every second pixel. Blurred first, they become an "
    "even area."
)


_IMAGE = torch.tensor([[4.0, 0, 8, 4], [8, 16, 0, 4], [0, 4, 12, 0], [4, 8, 4, 12]])

_SMALL = "a 4x4 image"

BLUR_DOWN = Exercise(
    id="padding_stride.blur_down",
    title="Blur before the stride",
    points=2,
    covers=("B02-aliasing",),
    cases=lambda draw: [
        Case(args=(_IMAGE,), about=_SMALL),
        Case(
            args=(torch.tensor([1.0, 3.0]).repeat(6, 4),),
            about="stripes one pixel wide",
            verify=even_area(2.0, (3, 4), STRIPES_GO),
        ),
    ],
    expect=worked({_SMALL: [[7, 5], [5.5, 6.5]]}),
    mistakes=(
        Mistake(
            "not blurred",
            "You took every second pixel of the image as it is. Blur it first.",
            on(_SMALL, [[4, 8], [0, 12]]),
        ),
        Mistake(
            "blurred afterwards",
            "You blurred the small image. Then it is too late: what the stride has mixed up cannot "
            "be told apart any more. Blur the large one.",
            on(_SMALL, [[6, 6], [6, 6]]),
        ),
        Mistake(
            "weights too large",
            "Your weights are [1, 2, 1] without the division by 4 in each direction. They should "
            "add up to 1, so that an even area keeps its brightness.",
            on(_SMALL, [[112, 80], [88, 104]]),
        ),
        Mistake(
            "divided by 4 once",
            "Your weights add up to 4. The blur goes in two directions, and each of them divides "
            "by 4.",
            on(_SMALL, [[28, 20], [22, 26]]),
        ),
        Mistake(
            "box",
            "You took the plain mean of nine pixels. The weights here are [1, 2, 1] / 4 in each "
            "direction.",
            on(_SMALL, [[84 / 9, 52 / 9], [68 / 9, 60 / 9]]),
        ),
        Mistake(
            "zeros outside",
            "Your border is too dark, because it was padded with zeros. Use your mirror_pad.",
            on(_SMALL, [[3, 3.75], [3.5, 6.5]]),
        ),
        Mistake(
            "one direction",
            "You blurred along the rows only. Blur down the columns, too.",
            on(_SMALL, [[2, 5], [2, 7]]),
        ),
        Mistake(
            "columns only",
            "You blurred down the columns only. Blur along the rows, too.",
            on(_SMALL, [[6, 4], [3, 7]]),
        ),
        Mistake(
            "border left out",
            "You blurred without a border, so that your output is too small. Lay one mirrored "
            "pixel around the image first: mirror_pad(X, 1).",
            on(_SMALL, [[7]]),
        ),
        Mistake(
            "border copied",
            "You copied the border pixel outwards. In a mirror it is seen once: use your "
            "mirror_pad.",
            on(_SMALL, [[4.75, 5], [4.25, 6.5]]),
        ),
        Mistake(
            "second pixel first",
            "You kept the second, fourth, ... pixel. Begin with the first.",
            on(_SMALL, [[7, 4], [5.5, 7]]),
        ),
        Mistake(
            "not thinned",
            "You blurred and kept every pixel. Keep every second row and column.",
            on(_SMALL, [[7, 6.5, 5, 4], [7, 7, 5.5, 4], [5.5, 6.5, 6.5, 5.5], [4, 5.5, 7, 7]]),
        ),
    ),
    returns="tensor",
    keeps_inputs=True,
    hints=(
        "Three steps: a mirror of one pixel around the image, a blur, a stride of 2. The last two "
        "can be one convolution.",
        "The kernel is the product of a column and a row [1, 2, 1] / 4: torch.outer(row, row).",
        "manual_conv2d(mirror_pad(X, 1), kernel, stride=2)",
    ),
)

ONE_PIXEL_CHANGE = Exercise(
    id="padding_stride.one_pixel_change",
    title="What one pixel changes",
    points=2,
    covers=("B02-aliasing",),
    cases=lambda draw: [
        Case(args=(_IMAGE,), about=_SMALL),
        Case(args=(torch.tensor([1.0, 3.0]).repeat(4, 3),), about="stripes of 1 and 3"),
    ],
    expect=worked({_SMALL: [0.755929, 0.264511], "stripes of 1 and 3": [2, 0]}),
    mistakes=(
        Mistake(
            "order swapped",
            "The other way round: first every second pixel as it is, then the blurred way.",
            on(_SMALL, [0.264511, 0.755929]),
        ),
        Mistake(
            "moved down",
            "You moved the image down. To the right is along the last axis, dims=1.",
            on(_SMALL, [1, 0.300739]),
        ),
        Mistake(
            "rolled through",
            "Without dims, torch.roll moves through all rows as if they were one: what leaves a "
            "row comes in at the next. Name the axis: dims=1.",
            on(_SMALL, [0.963624, 0.240874]),
        ),
        Mistake(
            "moved by two",
            "You moved by two pixels, a whole stride. Move by one.",
            on(_SMALL, [1.195229, 0.309133]),
        ),
        Mistake(
            "moved left",
            "You moved the image to the left: the shift is 1, not -1.",
            on(_SMALL, [0.92582, 0.251277]),
        ),
        Mistake(
            "small image moved",
            "You moved the small image by one of its pixels. Move X by one pixel, and make it "
            "small then.",
            on(_SMALL, [1.195229, 0.261265]),
        ),
        Mistake(
            "relative to the moved one",
            "You divided by the norm of B, the image after the move. Divide by that of A.",
            on(_SMALL, [2, 0.290153]),
        ),
        Mistake(
            "relative to X",
            "You divided by the norm of X. Divide by the norm of A, the small image.",
            on(_SMALL, [0.392232, 0.110994]),
        ),
        Mistake(
            "norms compared",
            "You subtracted one norm from the other. Subtract the images, pixel by pixel, and then "
            "take the norm.",
            on(_SMALL, [0.622036, 0.088376]),
        ),
        Mistake(
            "not relative",
            "You did not divide by the norm of the first output.",
            on(_SMALL, [11.313708, 3.201562]),
        ),
        Mistake(
            "squared",
            "Your numbers are the squares of the expected ones: a norm ends with a square root.",
            on(_SMALL, [0.571429, 0.069966]),
        ),
    ),
    keeps_inputs=True,
    hints=(
        "moved = torch.roll(X, 1, dims=1). Make both small in the two ways, and compare.",
        "The change is (new - old).norm() / old.norm(), with old from X and new from moved.",
        "For the first number old = X[::2, ::2], for the second old = blur_down(X); new likewise "
        "from moved. Return a list of two floats.",
    ),
)
