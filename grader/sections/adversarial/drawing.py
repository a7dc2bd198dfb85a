"""What attacks are asked with: models, images and classes whose gradients no rounding turns."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from course_lib.sections.adversarial.nets import CLASSES, Kind, network
from grader.marking.draw import Draw

SIZES = {
    **{"norms": (3, 3, 4), "sure norms": (3, 3, 4)},
    **{"strided": (2, 4, 5), "deaf": (2, 4, 5)},
    **{"dense": (1, 4, 3), "keen": (1, 4, 3), "faint": (1, 4, 3), "sure": (1, 3, 4)},
}
_LEAST, _CLEAR = 2e-3, 1e-3
"""Of an image's gradient the largest number is not below the first; none that is not 0 is below
the second, times the largest."""
_TURNED = 3
"""So many signs at least are others in train mode."""

Asked = tuple[Kind, Tensor, Tensor]
"""A model, images and a class for each."""


def gradient(model: Any, x: Tensor, y: Tensor) -> Tensor:
    leaf = x.clone().requires_grad_()
    (found,) = torch.autograd.grad(F.cross_entropy(model(leaf), y, reduction="sum"), leaf)
    return found


def clear(slope: Tensor) -> bool:
    """Whether no sign of these gradients (N, C, H, W) hangs on rounding."""
    size = slope.abs().flatten(1)
    largest = size.amax(1, keepdim=True)
    return bool((largest > _LEAST).all() and ((size == 0) | (size > _CLEAR * largest)).all())


def images(draw: Draw, n: int, form: str, pixels: str) -> Tensor:
    """Images (n, C, H, W); "ends": some pixels are 0 and some 1; "middle": none comes near."""
    x = draw.uniform(n, *SIZES[form])
    if pixels == "middle":
        return 0.35 + 0.3 * x
    return (1.6 * x - 0.3).clamp(0, 1)


def asked(
    draw: Draw,
    form: str,
    n: int,
    state: str = "eval",
    pixels: str = "ends",
) -> Asked:
    """A model of `network`, images and classes, of which some are not predicted.

    Where it is handed over in train mode, signs differ there.
    """
    while True:
        kind, x = (form, draw.integer(1, 10**6)), images(draw, n, form, pixels)
        model = network(kind)
        predicted = model(x).argmax(1)
        y = torch.tensor(_classes(draw, predicted))
        slope = gradient(model, x, y)
        if not clear(slope):
            continue
        if state in ("eval", "frozen"):
            return kind, x, y
        signs = gradient(network(kind, state), x, y).sign()
        if int((signs != slope.sign()).sum()) >= _TURNED:
            return kind, x, y


def one_step_asked(draw: Draw, parts: int) -> Callable[..., Case]:
    """Makes cases for attacks in one step: called with what is told, form, n, sizes, and the rest
    of `asked` by name.

    Args:
        parts: eps is a size, times 8 to 12, over this.
    """

    def case(about: str, form: str, n: int, *sizes: int, state: str = "eval", **how: Any) -> Case:
        epsilons = [size and size * draw.integer(8, 12) / parts for size in sizes]
        return Case(args=(*asked(draw, form, n, state, **how), epsilons, state), about=about)

    return case


def _classes(draw: Draw, predicted: Tensor) -> list[int]:
    """One class is not the one predicted, at least; where there are several, one is."""
    found = [int(k) for k in predicted]
    found[0] = (found[0] + draw.integer(1, CLASSES - 1)) % CLASSES
    return found
