"""Part B, a mirror at the border."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.padding_stride.facts import names_both_sizes

P_AND_SIDE = "p and the side that is too short"


def _padded(mode: str) -> Callable[[Case], Tensor]:
    """PyTorch's own padding in this mode."""
    return lambda case: F.pad(case.args[0][None, None], (case.args[1],) * 4, mode=mode)[0, 0]


def _border_twice(case: Case) -> Tensor:
    return torch.from_numpy(np.pad(case.args[0].numpy(), case.args[1], "symmetric"))


def _far_border_twice(case: Case) -> Tensor:
    image, p = case.args[0].numpy(), case.args[1]
    near = np.pad(image, (p, 0), "reflect")
    return torch.from_numpy(np.pad(near, (0, p), "symmetric"))


def _not_reversed(case: Case) -> Tensor:
    """The strips that the mirror shows, laid on as they are."""
    p = case.args[1]
    image = _padded("reflect")(case).clone()
    for axis in (0, 1):
        for strip in (image.narrow(axis, 0, p), image.narrow(axis, image.shape[axis] - p, p)):
            strip.copy_(strip.flip(axis))
    return image


MIRROR_PAD = Exercise(
    id="padding_stride.mirror_pad",
    title="A mirror at the border",
    points=2,
    covers=("D7.3.3",),
    cases=lambda draw: [
        Case(args=(draw.integers(-4, 5, 3, 4), 2), about="a 3x4 image, p = 2"),
        Case(args=(draw.integers(-4, 5, 6, 5), 3), about="a 6x5 image, p = 3"),
        Case(args=(draw.integers(-4, 5, 3, 5), 2), about="the largest p for 3 rows"),
        Case(
            args=(draw.integers(-4, 5, 7, 3), 5),
            about="p = 5 on an image 3 wide",
            raises="ValueError",
            verify=names_both_sizes((5, 3), P_AND_SIDE),
        ),
        Case(
            args=(draw.integers(-4, 5, 3, 7), 3),
            about="p = 3 on an image 3 high",
            raises="ValueError",
        ),
    ],
    expect=_padded("reflect"),
    mistakes=(
        Mistake(
            "border twice",
            "You repeat the border pixel: the mirror stands behind it. Here it stands on it, and "
            "the first pixel outside equals the second one inside.",
            _border_twice,
        ),
        Mistake(
            "far border twice",
            "Above and on the left all is right. Below and on the right you repeat the border "
            "pixel: behind column W - 1 comes column W - 2.",
            _far_border_twice,
        ),
        Mistake(
            "not reversed",
            "You took the right pixels, but in the order of the image. A mirror reverses them: the "
            "pixel next to the border comes first.",
            _not_reversed,
        ),
        Mistake(
            "border copied",
            "You copy the border pixel outwards. A mirror shows the pixels further inside, in "
            "reversed order.",
            _padded("replicate"),
        ),
        Mistake(
            "wrapped",
            "You took the pixels of the other side: the image goes round. A mirror shows those of "
            "the same side, in reversed order.",
            _padded("circular"),
        ),
        Mistake(
            "zeros",
            "Outside of your image there are zeros. A mirror shows the pixels inside, in reversed "
            "order.",
            _padded("constant"),
        ),
    ),
    returns="tensor",
    keeps_inputs=True,
    hints=(
        "Look at one row first: which column of the image stands at place -1, -2, ... of the "
        "padded one, and which at W, W + 1, ...?",
        "Place -1 shows column 1, place -2 column 2; place W shows column W - 2. Write the list of "
        "columns from -p to W - 1 + p.",
        "columns = [abs(j) if j < W else 2 * (W - 1) - j for j in range(-p, W + p)]; likewise for "
        "the rows; then X[rows][:, columns]. Before: ValueError if p is not smaller than both "
        "sides.",
    ),
    forbidden=(
        "aten::reflection_pad2d",
        "aten::reflection_pad1d",
        "torch.nn.ReflectionPad1d",
        "torch.nn.ReflectionPad2d",
        "numpy.pad",
        "scipy.ndimage",
    ),
)
