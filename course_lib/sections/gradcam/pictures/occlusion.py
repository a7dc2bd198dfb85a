"""Where a network looks, found without its gradients: cover a part, and see what its logit loses.

Zeiler and Fergus, 2014, figure 6.
"""

import torch
from torch import Tensor

from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.models.pretrained import Pretrained
from course_lib.sections.gradcam.pictures.rows import draw_picture

_SQUARE, _STEP = 32, 16
"""Side of what is covered, and how far it moves, in pixels."""


def idea(net: Pretrained, images: Tensor) -> None:
    """Images, and for each place how far the logit falls when a square around it is grey.

    Args:
        images: (N, 3, size, size), in [0, 1].
    """
    figure, axes = new_axes(2 * len(images), 2.2 * 2 * len(images), 2.5)
    names = []
    for place, image in enumerate(images):
        fall, predicted = _fall(net, image)
        name = net.classes[predicted]
        names.append(name)
        left, right = axes[2 * place : 2 * place + 2]
        draw_picture(left, image, f"{name}")
        draw_picture(right, image, "what covering costs")
        low, high = (_SQUARE - _STEP) / 2 - 0.5, net.size - (_SQUARE - _STEP) / 2 - 0.5
        extent = (low, high, high, low)
        right.imshow(fall.numpy(), "jet", vmin=0, alpha=0.5, extent=extent, interpolation="nearest")
        right.set(xlim=(-0.5, net.size - 0.5), ylim=(net.size - 0.5, -0.5))
    show_figure(
        figure,
        alt=f"Images of the classes {', '.join(names)}; beside each the same with squares: red "
        "where a grey square costs the class's logit most, which is on or near the object, blue "
        "where it costs nothing.",
    )


def _fall(net: Pretrained, image: Tensor) -> tuple[Tensor, int]:
    """What the predicted class's logit loses by each place of the square, and that class."""
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (net.mean, net.std))
    whole = (image - mean) / std
    corners = range(0, net.size - _SQUARE + 1, _STEP)
    covered = whole.repeat(len(corners) ** 2, 1, 1, 1)
    for place, one in enumerate(covered):
        row, column = (corners[index] for index in divmod(place, len(corners)))
        one[:, row : row + _SQUARE, column : column + _SQUARE] = 0  # the mean colour: grey
    with torch.no_grad():
        before, after = net.model(whole[None])[0], net.model(covered)
    predicted = int(before.argmax())
    fall = (before[predicted] - after[:, predicted]).clamp(min=0)
    return fall.reshape(len(corners), len(corners)), predicted
