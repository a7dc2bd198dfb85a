"""The figures of section 05, LeNet."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.elements import new_axes, number_text
from course_lib.figures.figure import (
    BLUE,
    GREEN,
    ORANGE,
    SKY,
    VERMILION,
    Choice,
    Explorer,
    Grid,
    Slider,
)
from course_lib.figures.figure import show as show_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.data import Part
    from course_lib.training.history import History

_BLOCKS = (
    ("image", "", 1, 28),
    ("conv 5 x 5, padding 2", "156", 6, 28),
    ("pooling 2 x 2", "0", 6, 14),
    ("conv 5 x 5", "2,416", 16, 10),
    ("pooling 2 x 2", "0", 16, 5),
)
_DENSE = (("dense", "48,120", 120), ("dense", "10,164", 84), ("dense", "850", 10))


def idea() -> None:
    """LeNet as blocks: height for the size of the maps, width for their number."""
    from matplotlib.patches import Rectangle

    figure, (ax,) = new_axes(1, 11, 3.6)
    left = 0.0
    for name, params, channels, side in _BLOCKS:
        colour = {"i": "white", "c": SKY, "p": ORANGE}[name[0]]
        width = 1 + channels / 3
        ax.add_patch(Rectangle((left, -side / 2), width, side, facecolor=colour, edgecolor="black"))
        text = name.replace(" ", "\n", 1) + f"\n({channels}, {side}, {side})"
        _caption(ax, left + width / 2, text, params)
        left += width + 8
    for name, params, units in _DENSE:
        height = units / 5
        ax.add_patch(Rectangle((left, -height / 2), 1, height, facecolor=GREEN, edgecolor="black"))
        _caption(ax, left + 0.5, f"{name}\n\n({units})", params)
        left += 9
    ax.set_xlim(-4, left - 4)
    ax.set_ylim(-34, 18)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.set_title("LeNet: two convolutions with pooling, three dense layers")
    show_figure(
        figure,
        alt="LeNet as a row of blocks. Image (1, 28, 28); convolution (6, 28, 28); pooling "
        "(6, 14, 14); convolution (16, 10, 10); pooling (16, 5, 5); dense layers with 120, 84 and "
        "10 units. Maps get smaller and more. Below stand the parameters: 156, 2,416, 48,120, "
        "10,164 and 850.",
    )


def _caption(ax: "Axes", x: float, text: str, params: str) -> None:
    below = f"\n{params} parameters" if params not in ("", "0") else ""
    ax.text(x, -16, text + below.replace(" ", "\n"), ha="center", va="top", fontsize=9)


def some_images(parts: Mapping[str, "Part"], classes: Mapping[str, Sequence[str]]) -> None:
    """One image of each class of each set, with its name."""
    figure, axes = new_axes(10, 11, 1.5 * len(parts) + 0.2, rows=len(parts))
    for row, (title, part) in enumerate(parts.items()):
        for label in range(10):
            ax = axes[10 * row + label]
            index = int((part.labels == label).nonzero()[0])
            _bare(ax, part.images[index, 0].float(), classes[title][label])
        axes[10 * row].set_ylabel(title)
    names = "; ".join(f"{title}: {', '.join(map(str, classes[title]))}" for title in parts)
    show_figure(figure, alt=f"One training image of each class, a row for each set. {names}.")


def _bare(ax: "Axes", image: Tensor, title: str) -> None:
    ax.imshow(image.numpy(), "gray", interpolation="nearest")
    ax.set_title(title, fontsize=8)
    ax.set_xticks([])
    ax.set_yticks([])


_WEIGHTS: dict[str, Callable[[int, int], float]] = {
    "variance 1": lambda fan_in, fan_out: 1.0,
    "0.01": lambda fan_in, fan_out: 0.01**2,
    "Xavier": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "He": lambda fan_in, fan_out: 2 / fan_in,
}
_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda z: z,
    "ReLU": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def signal() -> Explorer:
    """The variance before each activation, through twelve dense layers."""

    def through(scheme: str, activation: str, depth: int) -> list[float]:
        generator = torch.Generator().manual_seed(0)
        h, found = torch.randn(200, 128, generator=generator), []
        for _ in range(depth):
            W = torch.randn(128, 128, generator=generator) * _WEIGHTS[scheme](128, 128) ** 0.5
            z = h @ W.T
            found.append(float(z.var()))
            h = _ACTIVATIONS[activation](z)
        return found

    def draw(scheme: str, activation: str, depth: int) -> "Figure":
        values = through(scheme, activation, depth)
        figure, (ax,) = new_axes(1, 9, 3.4)
        ax.semilogy(range(1, depth + 1), values, "o-", color=BLUE)
        ax.axhline(1, color="#8a8a8a", linestyle=":")
        low, high = min(1e-4, *values), max(1e4, *values)
        ax.set_ylim(low / 3, high * 3)
        ax.set_xlabel("layer")
        ax.set_ylabel("variance of z")
        ax.set_title(f"weights: {scheme}; activation: {activation}")
        return figure

    return Explorer(
        draw,
        {
            "scheme": Choice("weights", tuple(_WEIGHTS), "Xavier"),
            "activation": Choice("activation", tuple(_ACTIVATIONS), "ReLU"),
            "depth": Slider("layers", 2, 20, value=12),
        },
        alt=lambda scheme, activation, depth: (
            f"The variance before the activation through {depth} dense layers of 128 units, "
            f"weights: {scheme}, activation: {activation}. It goes from "
            f"{through(scheme, activation, depth)[0]:.2g} in the first layer to "
            f"{through(scheme, activation, depth)[-1]:.2g} in the last."
        ),
    )


def double_softmax() -> Explorer:
    """The gradient of the loss for three logits, with and without a softmax before it."""

    def gradients(logits: tuple[tuple[float, ...], ...], label: int) -> list[Tensor]:
        found = []
        for twice in (False, True):
            x = torch.tensor(logits, dtype=torch.float64).requires_grad_()
            out = x.softmax(1) if twice else x
            F.cross_entropy(out, torch.tensor([label])).backward()
            assert x.grad is not None
            found.append(x.grad[0])
        return found

    def draw(logits: tuple[tuple[float, ...], ...], label: int) -> "Figure":
        figure, (ax,) = new_axes(1, 9, 3.4)
        names = ("cross-entropy of the logits", "softmax before it")
        for shift, values, name, colour in zip(
            (-0.2, 0.2), gradients(logits, label), names, (BLUE, ORANGE), strict=True
        ):
            places = [i + shift for i in range(3)]
            ax.bar(places, values.numpy(), 0.38, color=colour, label=name)
        ax.axhline(0, color="black", linewidth=0.8)
        ticks = [f"class {i}\nlogit {number_text(v)}" for i, v in enumerate(logits[0])]
        ax.set_xticks(range(3), ticks)
        ax.set_ylim(-1.1, 1.1)
        ax.set_xlabel("output")
        ax.set_ylabel("gradient of the loss")
        ax.set_title(f"the right class is {label}")
        ax.legend(loc="upper right")
        return figure

    return Explorer(
        draw,
        {
            "logits": Grid("logits", ((4.0, 0.0, -2.0),)),
            "label": Slider("right class", 0, 2, value=1),
        },
        alt=lambda logits, label: (
            f"Bars: gradients of the loss for logits {logits[0]} and right class {label}. Without "
            "a softmax they are "
            f"{', '.join(f'{g:.2f}' for g in gradients(logits, label)[0].tolist())}, with one "
            f"before it {', '.join(f'{g:.2f}' for g in gradients(logits, label)[1].tolist())}."
        ),
    )


def averages() -> Explorer:
    """100 images in batches: the mean of the batches' means beside the mean of the images."""
    losses = torch.cat([torch.linspace(0.2, 0.4, 88), torch.linspace(1.6, 2.0, 12)])

    def means(size: int) -> tuple[list[float], float, float]:
        each = [float(batch.mean()) for batch in losses.split(size)]
        return each, float(losses.mean()), sum(each) / len(each)

    def draw(size: int) -> "Figure":
        each, weighted, plain = means(size)
        figure, (ax,) = new_axes(1, 9, 3.2)
        starts = range(0, len(losses), size)
        widths = [len(batch) for batch in losses.split(size)]
        ax.bar(starts, each, widths, align="edge", color=SKY, edgecolor="black")
        ax.axhline(weighted, color=BLUE, label=f"mean of the images: {weighted:.3f}")
        ax.axhline(
            plain, color=VERMILION, linestyle="--", label=f"mean of the batches' means: {plain:.3f}"
        )
        ax.set_xlabel("images, in batches")
        ax.set_ylabel("mean loss of the batch")
        ax.set_title(f"batches of {size}; the last one has {widths[-1]}")
        ax.legend(loc="upper left")
        return figure

    return Explorer(
        draw,
        {"size": Slider("batch_size", 5, 60, value=48)},
        alt=lambda size: (
            f"100 images in batches of {size}, a bar for each batch, as wide as it has images. The "
            f"mean loss of all images is {means(size)[1]:.3f}, the mean of the batches' means "
            f"{means(size)[2]:.3f}."
        ),
    )


def curves(histories: Mapping[str, "History"]) -> None:
    """Validation accuracy of several trainings over the epochs."""
    found = {name: history for name, history in histories.items() if len(history)}
    if not found:
        print("Nothing was trained here, so there are no curves.")
        return
    figure, axes = new_axes(2, 11, 3.4)
    styles = zip(
        (BLUE, ORANGE, GREEN, VERMILION, SKY), ("o-", "s--", "^-.", "D:", "v-"), strict=True
    )
    for (name, history), (colour, style) in zip(found.items(), styles, strict=False):
        numbers = [row.number for row in history.rows]
        axes[0].plot(numbers, [row.loss for row in history.rows], style, color=colour, label=name)
        scores = [row.validation_accuracy or 0.0 for row in history.rows]
        axes[1].plot(numbers, scores, style, color=colour, label=name)
    for ax, title, unit in zip(
        axes,
        ("training loss", "validation accuracy"),
        ("mean cross-entropy", "share right"),
        strict=True,
    ):
        ax.set_title(title)
        ax.set_xlabel("epoch")
        ax.set_ylabel(unit)
        ax.set_xticks(range(1, 1 + max(len(history) for history in found.values())))
    axes[1].legend(fontsize=9)
    ends = ", ".join(f"{n} {h.rows[-1].validation_accuracy or 0:.1%}" for n, h in found.items())
    show_figure(figure, alt=f"Training loss and validation accuracy by epoch. At the end: {ends}.")


def activations(feature_maps: Callable[..., Any], model: Any, inputs: Mapping[str, Tensor]) -> None:
    """Some maps of both layers, by the learner's function, for some inputs.

    Args:
        inputs: name -> one image as the model is given it, (1, 1, H, W).
    """
    try:
        found = {name: feature_maps(model, image) for name, image in inputs.items()}
        strongest = [max(float(maps[i].max()) for maps in found.values()) for i in (0, 1)]
    except NotImplementedError:
        print("This figure uses feature_maps or LeNet, which is not written yet.")
        return
    except Exception as error:  # whatever a learner's function does
        print(f"This cannot be drawn: {type(error).__name__}: {error}")
        return
    figure, axes = new_axes(11, 11, 1.25 * len(found), rows=len(found))
    for row, (name, maps) in enumerate(found.items()):
        line = axes[11 * row : 11 * row + 11]
        _bare(line[0], inputs[name][0, 0], name)
        for place in range(10):
            layer, channel = (0, place) if place < 5 else (1, place - 5)
            picture = maps[layer][0, channel].detach()
            line[place + 1].imshow(picture.numpy(), "magma", vmin=0, vmax=strongest[layer])
            line[place + 1].set_title(
                f"layer {layer + 1}, {channel}" if not row else "", fontsize=8
            )
            line[place + 1].set_xticks([])
            line[place + 1].set_yticks([])
    show_figure(
        figure,
        alt="For each of these inputs five feature maps of the first and five of the second "
        f"layer: {', '.join(inputs)}. One scale of brightness for each layer.",
    )


def dead_units() -> Explorer:
    """A ReLU channel whose bias sinks: the share of inputs that it answers to, and its gradient."""
    z = torch.randn(2000, generator=torch.Generator().manual_seed(0))

    def alive(bias: int) -> float:
        return float((z + bias / 4 > 0).float().mean())

    def draw(bias: int) -> "Figure":
        figure, (ax,) = new_axes(1, 9, 3.0)
        values = (z + bias / 4).numpy()
        edges = [step / 5 for step in range(-45, 31)]
        ax.hist(values[values <= 0], bins=edges, color="#b0b0b0", label="cut off: no gradient")
        ax.hist(values[values > 0], bins=edges, color=GREEN, label="passes")
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set_xlim(-9, 6)
        ax.set_xlabel("z, before ReLU")
        ax.set_ylabel("inputs")
        ax.set_title(f"bias {number_text(bias / 4)}: {1 - alive(bias):.1%} zeros")
        ax.legend(loc="upper left")
        return figure

    return Explorer(
        draw,
        {"bias": Slider("bias (quarters)", -20, 8, value=-4, play=True)},
        alt=lambda bias: (
            f"How z is distributed over 2000 inputs with bias {bias / 4:g}: ReLU cuts off "
            f"{1 - alive(bias):.1%} of them."
        ),
    )


def first_filters(model: Any, title: str) -> None:
    """The kernels of the first convolution."""
    try:
        kernels = model.net[0].weight.detach()[:, 0]
    except Exception as error:  # whatever a learner's class is
        print(f"This cannot be drawn: {type(error).__name__}: {error}")
        return
    figure, axes = new_axes(len(kernels), 11, 1.9)
    top = float(kernels.abs().max())
    for number, (ax, kernel) in enumerate(zip(axes, kernels, strict=True)):
        image = ax.imshow(kernel.numpy(), "PuOr_r", vmin=-top, vmax=top)
        ax.set_title(f"{title} {number}", fontsize=10)
        ax.set_xticks([])
        ax.set_yticks([])
    figure.colorbar(image, ax=axes[-1], label="weight")
    show_figure(figure, alt=f"The {len(kernels)} kernels of the first convolution, 5 x 5 each.")
