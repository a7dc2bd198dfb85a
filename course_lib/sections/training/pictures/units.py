"""What single units do: their activation, and the filters of a first layer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.errors import failure
from course_lib.figures.colours import BLUE, ORANGE
from course_lib.figures.elements import new_axes, number_text
from course_lib.figures.explorer import Explorer, Menu, Slider
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KINDS: dict[str, Callable[[Tensor], Tensor]] = {
    "ReLU": torch.relu,
    "leaky ReLU": F.leaky_relu,
    "GELU": F.gelu,
}


def activations() -> Explorer:
    """An activation with the tangent at one place."""

    def at(kind: str, tenths: int) -> tuple[float, float]:
        z = torch.tensor(tenths / 10, requires_grad=True)
        value = _KINDS[kind](z)
        return value.item(), float(torch.autograd.grad(value, z)[0])

    def plot(kind: str, tenths: int) -> "Figure":
        figure, (ax,) = new_axes(1, 8, 3.4)
        z = torch.linspace(-4, 4, 401)
        value, slope = at(kind, tenths)
        ax.plot(z, _KINDS[kind](z), color=BLUE, label="value")
        near = torch.tensor([-1.2, 1.2])
        ax.plot(tenths / 10 + near, value + slope * near, "--", color=ORANGE, label="tangent")
        ax.plot(tenths / 10, value, "o", color="black")
        ax.set(xlim=(-4, 4), ylim=(-1, 4), xlabel="z", ylabel="activation")
        words = [number_text(round(n, 3)) for n in (tenths / 10, value, slope)]
        ax.set_title(f"{kind} at z = {words[0]}: value {words[1]}, slope {words[2]}")
        ax.legend(loc="upper left")
        return figure

    return Explorer(
        plot,
        {
            "kind": Menu("activation", tuple(_KINDS), "GELU"),
            "tenths": Slider("z (tenths)", -39, 39, value=-8),
        },
        alt=lambda kind, tenths: (
            f"{kind} with its tangent at z = {tenths / 10:g}: value {at(kind, tenths)[0]:.3f}, "
            f"slope {at(kind, tenths)[1]:.3f}."
        ),
    )


def filters(filters_as_images: Callable[..., Any], net: nn.Module, title: str) -> None:
    """The filters of the first convolution, by the learner's function."""
    first = next(module for module in net.modules() if isinstance(module, nn.Conv2d))
    try:
        found = torch.as_tensor(filters_as_images(first.weight.detach().cpu().clone()))
        h, w = first.weight.shape[2:]
        pictures = found.reshape(len(first.weight), h, w, 3).float().numpy()
    except Exception as error:  # whatever a learner's function does
        print(f"Your filters_as_images cannot be drawn. {failure(error)}")
        return
    columns, rows = 8, -(-len(pictures) // 8)
    figure, axes = new_axes(columns, 9, 1.15 * rows + 0.4, rows=rows)
    for ax in axes:
        ax.set_axis_off()
    for ax, picture in zip(axes, pictures, strict=False):
        ax.imshow(picture, interpolation="nearest")
    figure.suptitle(title)
    show_figure(
        figure,
        alt=f"{title}: {len(pictures)} filters of {h} x {w} pixels as small colour pictures, each "
        "scaled by its own least and greatest number.",
    )
