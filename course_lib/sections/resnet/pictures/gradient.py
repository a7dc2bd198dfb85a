"""What comes back through blocks: slopes, Jacobians, the gradients of whole networks."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from course_lib.checks.errors import failure
from course_lib.figures.colours import BLUE, GREEN, VERMILION
from course_lib.figures.elements import MINUS, new_axes, number_text
from course_lib.figures.explorer import Explorer, Slider
from course_lib.figures.still import show as show_figure
from course_lib.models.resnet import small

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.data import DataSet

_DEPTHS = {8: GREEN, 20: BLUE, 56: VERMILION}
_IMAGES = 64


def slopes() -> Explorer:
    """f' against 1 + f', multiplied over up to twenty blocks."""

    def left_of_it(slope: int) -> tuple[float, float]:
        return slope / 10, 1 + slope / 10

    def plot(slope: int) -> "Figure":
        figure, (ax,) = new_axes(1, 9, 3.2)
        without, with_skip = left_of_it(slope)
        for factor, style, name in ((without, "s--", "f'"), (with_skip, "o-", "1 + f'")):
            label = f"{'without' if style == 's--' else 'with'} skips: {name} = "
            values = [abs(factor) ** n for n in range(21)]
            shown = [value if value > 1e-12 else float("nan") for value in values]
            colour = VERMILION if style == "s--" else BLUE
            zero = " (0 from the first block on)" if factor == 0 else ""
            label += number_text(round(factor, 1)) + zero
            ax.semilogy(range(21), shown, style, color=colour, markersize=4, label=label)
        ax.axhline(1, color="#8a8a8a", linestyle=":")
        ax.set(ylim=(1e-12, 1e8), xticks=range(0, 21, 2), xlabel="blocks", ylabel="absolute factor")
        ax.set_title(f"slope of each F: {number_text(slope / 10)}")
        ax.legend(loc="lower left")
        return figure

    return Explorer(
        plot,
        {"slope": Slider("f' (tenths)", -20, 10, value=1)},
        alt=lambda slope: (
            f"With a slope of {slope / 10:g} a gradient is multiplied by "
            f"{abs(left_of_it(slope)[0]) ** 20:.1e} through twenty blocks without skips, by "
            f"{abs(left_of_it(slope)[1]) ** 20:.1e} with skips."
        ),
    )


def jacobians(skip_jacobian: Callable[..., Any]) -> None:
    """I + the Jacobian of three residuals, by the learner's function."""
    generator = torch.Generator().manual_seed(0)
    weights = 0.1 * torch.randn(5, 5, generator=generator, dtype=torch.float64)
    x = torch.tensor([1.0, -2, 0.5, -1, 2], dtype=torch.float64)
    residuals: dict[str, Callable[[Tensor], Tensor]] = {
        "F(x) = tanh(W x), small W": lambda x: torch.tanh(weights @ x),
        "F(x) = ReLU(x)": torch.relu,
        f"F(x) = {MINUS}x": lambda x: -x,
    }
    try:
        found = [
            torch.as_tensor(skip_jacobian(F, x.clone())).detach().reshape(5, 5)
            for F in residuals.values()
        ]
    except Exception as error:  # whatever a learner's function does
        print(f"Your skip_jacobian cannot be drawn. {failure(error)}")
        return
    figure, axes = new_axes(3, 10, 3.2)
    for ax, name, values in zip(axes, residuals, found, strict=True):
        image = ax.imshow(values.numpy(), "PuOr_r", vmin=-2, vmax=2)
        for i, row in enumerate(values.tolist()):
            for j, value in enumerate(row):
                text = number_text(round(value, 1) + 0.0)
                ax.text(j, i, text, ha="center", va="center", fontsize=8)
        ax.set(title=name, xticks=[], yticks=[], xlabel="∂ by x_j", ylabel="of y_i")
    figure.colorbar(image, ax=axes, label="entry")
    show_figure(
        figure,
        alt="Your I + ∂F/∂x for three residuals at one x. For a small tanh it should be near the "
        "identity matrix; for ReLU diagonal, with 2 where x is positive and 1 where it is "
        "negative; for minus x zero everywhere.",
    )


def gradients(gradient_sizes: Callable[..., Any], data: "DataSet") -> None:
    """Gradient by layer, by the learner's function: depths, with and without skips and norms."""
    images, labels = data.train.inputs()[:_IMAGES], data.train.labels[:_IMAGES]
    figure, axes = new_axes(2, 11, 4.0)
    told = []
    for ax, norm in zip(axes, (True, False), strict=True):
        for depth, colour in _DEPTHS.items():
            for skips in (False, True):
                net = _begun(depth, skips, norm)
                try:
                    found = [float(size) for size in gradient_sizes(net, images, labels)]
                except Exception as error:  # whatever a learner's function does
                    print(f"Your gradient_sizes cannot be drawn. {failure(error)}")
                    return
                name = f"{depth} layers, {'with' if skips else 'no'} skips"
                ratio = _draw_sizes(ax, found, colour, skips, name)
                told.append(f"{name}{'' if norm else ', no batch norm'}: {ratio}")
        ax.set(xlabel="convolution, from the first (0) to the last (1)", yscale="log")
        ax.set_ylabel("mean absolute gradient")
        ax.set_title("with batch norm" if norm else "without, PyTorch's first weights")
        ax.legend(fontsize=8, title="first / last layer", title_fontsize=8)
    show_figure(
        figure,
        alt="Size of the gradient by layer, by your gradient_sizes. First over last layer: "
        f"{'; '.join(told)}.",
    )


def _begun(depth: int, skips: bool, norm: bool) -> nn.Module:
    torch.manual_seed(0)
    net = small(depth, skips=skips, norm=norm)
    if not norm:
        for module in net.modules():
            if isinstance(module, nn.Conv2d):
                module.reset_parameters()
    return net


def _draw_sizes(ax: "Axes", found: Sequence[float], colour: str, skips: bool, name: str) -> str:
    """Draws a line and returns first over last size."""
    ratio = _ratio_text(found[0], found[-1])
    places = [place / max(len(found) - 1, 1) for place in range(len(found))]
    style = "-" if skips else "--"
    ax.plot(places, found, style, color=colour, label=f"{name}: {ratio}")
    return ratio


def _ratio_text(first: float, last: float) -> str:
    if not last:
        return "?"
    ratio = first / last
    return f"{ratio:.1g}" if ratio < 1 else f"{float(f'{ratio:.1g}'):,.0f}"
