"""The figures of section 04, pooling."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.elements import (
    MINUS,
    draw_cells,
    draw_frame,
    draw_map,
    new_axes,
    number_text,
    photograph,
)
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

_PALE = ("#cfe8f7", "#fbe3b5", "#c7ead9", "#f6d0bb")
"""Pale sky, orange, green and vermilion: a ground for black numbers, one for each window."""
_ROW = torch.tensor([0.0, 0, 0, 1, 5, 2, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0])
"""The brightness along one row: a small object on the left of an empty image."""


def idea() -> None:
    """A map in four windows, and what three kinds of pooling keep of it."""
    X = torch.tensor([[6, 1, 0, 2], [3, 2, 4, 2], [0, 0, 7, 5], [8, 0, 3, 5.0]])
    figure, axes = new_axes(4, 11, 3.2, widths=(4, 2.4, 2.4, 1.8))
    _coloured(axes[0], X, "map (4, 4)", 2)
    _coloured(axes[1], F.max_pool2d(X[None], 2)[0], "maximum (2, 2)", 1)
    _coloured(axes[2], F.avg_pool2d(X[None], 2)[0], "mean (2, 2)", 1)
    draw_cells(axes[3], X.mean().reshape(1, 1), "mean of all (1, 1)")
    show_figure(
        figure,
        alt="A map of 4 x 4 numbers in four coloured windows of 2 x 2. Beside it the largest "
        "number of each window, 6, 4, 8 and 7; the mean of each, 3, 2, 2 and 5; and the mean of "
        "the whole map, 3.",
    )


def sliding_pool() -> Explorer:
    """A window on a 5 x 5 map with any size, stride and padding; the output fills up."""
    X = torch.tensor(
        [
            [1, -2, 0, 3, -1],
            [4, 0, -3, 1, 2],
            [-1, 2, 5, 0, -2],
            [3, -4, 1, 2, 0],
            [0, 1, -1, 4, -3],
        ]
    ).float()

    def padded(kind: str, padding: int) -> Tensor:
        return F.pad(X, (padding,) * 4, value=-torch.inf if kind == "maximum" else 0.0)

    def output(kind: str, kernel_size: int, stride: int, padding: int) -> Tensor:
        pool = F.max_pool2d if kind == "maximum" else F.avg_pool2d
        pooled: Tensor = pool(X[None, None], kernel_size, stride, padding)[0, 0]
        return pooled

    def said(kind: str, kernel_size: int, stride: int, padding: int, window: int) -> str:
        Y = output(kind, kernel_size, stride, padding)
        window = min(window, Y.numel() - 1)
        i, j = divmod(window, Y.shape[1])
        return (
            f"{Y.shape[0]} x {Y.shape[1]} windows; "
            f"Y[{i}, {j}] = {kind} of the frame = {number_text(round(float(Y[i, j]), 2))}"
        )

    def draw(kind: str, kernel_size: int, stride: int, padding: int, window: int) -> "Figure":
        Y, P = output(kind, kernel_size, stride, padding), padded(kind, padding)
        window = min(window, Y.numel() - 1)
        i, j = divmod(window, Y.shape[1])
        figure, axes = new_axes(2, 9, 4.2, widths=(5, 4))
        draw_cells(
            axes[0], P.nan_to_num(neginf=torch.nan), "map (5, 5)" + " and padding" * (padding > 0)
        )
        if padding:
            _ring(axes[0], P.shape[0], f"{MINUS}∞" if kind == "maximum" else "")
        draw_frame(axes[0], i * stride, j * stride, kernel_size, kernel_size)
        seen = torch.arange(Y.numel()).reshape(Y.shape) <= window
        draw_cells(axes[1], Y.masked_fill(~seen, torch.nan), f"output {tuple(Y.shape)}")
        draw_frame(axes[1], i, j, 1, 1)
        figure.supxlabel(said(kind, kernel_size, stride, padding, window), fontsize=12)
        return figure

    return Explorer(
        draw,
        {
            "kind": Choice("take the", ("maximum", "mean"), "maximum"),
            "kernel_size": Slider("kernel_size", 2, 3, value=3),
            "stride": Slider("stride", 1, 3, value=2),
            "padding": Choice("padding", (0, 1), 1),
            "window": Slider("window", 0, 35, value=3, play=True),
        },
        alt=lambda kind, kernel_size, stride, padding, window: (
            f"A 5 x 5 map, padding {padding}, with a window of {kernel_size} x {kernel_size} "
            f"framed that moves by {stride}, and the output filled up to this window. "
            f"{said(kind, kernel_size, stride, padding, window)}."
        ),
    )


def pooled_photograph() -> Explorer:
    """A photograph, and what is left of it after pooling with large windows."""
    photo = photograph()

    def pooled(kind: str, kernel_size: int) -> Tensor:
        if kind == "mean":
            return F.avg_pool2d(photo[None], kernel_size)[0]
        sign = 1 if kind == "maximum" else -1
        return sign * F.max_pool2d(sign * photo[None], kernel_size)[0]

    def draw(kind: str, kernel_size: int) -> "Figure":
        Y = pooled(kind, kernel_size)
        figure, axes = new_axes(2, 11, 3.9)
        height, width = photo.shape
        draw_map(axes[0], photo, f"photograph, {height} x {width}", signed=False, top=1)
        title = f"{kind} of {kernel_size} x {kernel_size}: {Y.shape[0]} x {Y.shape[1]}"
        draw_map(axes[1], Y, title, signed=False, top=1)
        return figure

    return Explorer(
        draw,
        {
            "kind": Choice("take the", ("maximum", "mean", "minimum"), "maximum"),
            "kernel_size": Choice("window", (2, 4, 8, 16), 8),
        },
        alt=lambda kind, kernel_size: (
            "Left a grey photograph of a temple roof, right its map after pooling: the "
            f"{kind} of each {kernel_size} x {kernel_size} window, with mean brightness "
            f"{float(pooled(kind, kernel_size).mean()):.2f} instead of {float(photo.mean()):.2f}."
        ),
    )


def tournament() -> Explorer:
    """The largest of four numbers in two rounds, each max(x, y) = ReLU(x - y) + y."""

    def rounds(window: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
        first, second = (max(row) for row in window)
        return first, second, max(first, second)

    def step(x: float, y: float) -> str:
        relu = number_text(max(x - y, 0.0))
        other = _bracketed(y)
        return f"ReLU({number_text(x)} {MINUS} {other}) + {other}\n= {relu} + {other}"

    def draw(window: tuple[tuple[float, ...], ...]) -> "Figure":
        (a, b), (c, d) = window
        first, second, last = rounds(window)
        figure, (ax,) = new_axes(1, 9.5, 3.4)
        for height, name, value in ((3, "a", a), (2, "b", b), (1, "c", c), (0, "d", d)):
            _bubble(ax, 0, height, f"{name} = {number_text(value)}", "white")
        for y, value, text in ((2.5, first, step(a, b)), (0.5, second, step(c, d))):
            ax.plot([0.09, 0.82], [y + 0.5, y], [0.09, 0.82], [y - 0.5, y], color="#8a8a8a")
            _bubble(ax, 1, y, f"{text} = {number_text(value)}", _PALE[0])
            ax.plot([1.2, 1.85], [y, 1.5], color="#8a8a8a", zorder=1)
        _bubble(ax, 2, 1.5, f"{step(first, second)} = {number_text(last)}", _PALE[1])
        ax.set_xlim(-0.25, 2.35)
        ax.set_ylim(-0.6, 3.6)
        ax.set_xticks([0, 1, 2], ["window", "round 1", "round 2"])
        ax.set_yticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_title("the larger of two, three times")
        return figure

    return Explorer(
        draw,
        {"window": Grid("window [[a, b], [c, d]]", ((2, 5), (-1, 3)))},
        alt=lambda window: (
            f"The window {window}. Round 1: the larger of each row, {rounds(window)[0]:g} and "
            f"{rounds(window)[1]:g}, each written as ReLU(x - y) + y. Round 2: the larger of "
            f"these two, {rounds(window)[2]:g}."
        ),
    )


def temperature() -> Explorer:
    """The softmax weights of one window, and the pooled number, from cold to hot."""
    temperatures = (0.1, 0.3, 1.0, 3.0, 10.0, 100.0)

    def weighted(window: Tensor, T: float) -> tuple[Tensor, float]:
        weights = (window / T).softmax(0)
        return weights, float(weights @ window)

    def flat(window: tuple[tuple[float, ...], ...]) -> Tensor:
        return torch.tensor(window, dtype=torch.float64).flatten()

    def draw(T: float, window: tuple[tuple[float, ...], ...]) -> "Figure":
        numbers = flat(window)
        weights, value = weighted(numbers, T)
        figure, axes = new_axes(2, 10, 3.3, widths=(4, 5))
        places = range(len(numbers))
        axes[0].bar(places, weights.numpy(), color=SKY, edgecolor="black")
        axes[0].set_xticks(places, [number_text(n) for n in numbers.tolist()])
        axes[0].set_xlabel("number in the window")
        axes[0].set_ylabel("weight")
        axes[0].set_ylim(0, 1.05)
        axes[0].set_title(f"weights at temperature {T:g}")
        scale = torch.logspace(-1.3, 2.3, 100).tolist()
        axes[1].semilogx(scale, [weighted(numbers, t)[1] for t in scale], color=BLUE)
        axes[1].axhline(float(numbers.max()), color=VERMILION, linestyle="--", label="maximum")
        axes[1].axhline(float(numbers.mean()), color=GREEN, linestyle=":", label="mean")
        axes[1].plot([T], [value], "o", color=ORANGE, markersize=10, markeredgecolor="black")
        axes[1].set_xlabel("temperature")
        axes[1].set_ylabel("pooled number")
        axes[1].set_title(f"pooled number {value:.3f}".replace("-", MINUS))
        axes[1].legend(loc="center right")
        return figure

    return Explorer(
        draw,
        {
            "T": Choice("temperature", temperatures, 1.0),
            "window": Grid("window", ((1, 4), (2, 3))),
        },
        alt=lambda T, window: (
            f"The window {window} at temperature {T:g}: the weights are "
            f"{', '.join(f'{w:.2f}' for w in weighted(flat(window), T)[0].tolist())}; the pooled "
            f"number is {weighted(flat(window), T)[1]:.3f}. Over all temperatures it falls from "
            "the maximum, when cold, to the mean, when hot."
        ),
    )


def gradients(pool_gradient: Callable[..., Tensor]) -> None:
    """Which pixels of a map learn, through the maximum and through the mean."""
    X = torch.randn(8, 8, generator=torch.Generator().manual_seed(3))
    try:
        maps = [pool_gradient(X, torch.ones(4, 4), (2, 2), mode) for mode in ("max", "avg")]
    except NotImplementedError:
        print("This figure uses pool_gradient, which is not written yet.")
        return
    except Exception as error:  # whatever a learner's function does
        print(f"This cannot be drawn: {type(error).__name__}: {error}")
        return
    figure, axes = new_axes(3, 11, 3.4)
    draw_map(axes[0], X, "map", signed=True)
    for ax, values, mode in zip(axes[1:], maps, ("max", "avg"), strict=True):
        draw_map(ax, values.detach(), f'gradient, mode "{mode}"', signed=False, top=1)
    show_figure(
        figure,
        alt="A map of 8 x 8 random numbers, and your gradients of the pooled map's sum. For the "
        "maximum one pixel in each window of 2 x 2 should have 1 and the others 0; for the mean "
        "all pixels 0.25.",
    )


def sizes() -> Explorer:
    """Three convolutions and two poolings as blocks, for images of different sizes."""
    stages = (("image", 3, 1), ("conv", 16, 1), ("pool", 16, 2), ("conv", 48, 2), ("pool", 48, 4))

    def shapes(size: int) -> list[tuple[str, int, int]]:
        return [(name, channels, size // divisor) for name, channels, divisor in stages]

    def draw(size: int) -> "Figure":
        from matplotlib.patches import Rectangle

        figure, (ax,) = new_axes(1, 11, 3.6)
        left = 0.0
        for name, channels, side in [*shapes(size), ("GAP", 48, 1)]:
            width = 2 + channels / 4
            colour = {"image": "white", "conv": SKY, "pool": ORANGE, "GAP": GREEN}[name]
            corner = (left, 0)
            ax.add_patch(Rectangle(corner, width, side, facecolor=colour, edgecolor="black"))
            label = f"{name}\n({channels}, {side}, {side})"
            ax.text(left + width / 2, -3, label, ha="center", va="top", fontsize=10)
            left += width + 9
        ax.text(left, 0, "flatten:\n48 numbers, whatever\nthe image", va="bottom", fontsize=10)
        ax.set_xlim(-5, left + 18)
        ax.set_ylim(-17, 66)
        ax.set_xticks([])
        ax.set_ylabel("height (pixels)")
        ax.set_yticks([0, 16, 32, 48, 64])
        ax.spines[["top", "right", "bottom"]].set_visible(False)
        ax.set_title(
            f"an image of {size} x {size}; without GAP, flatten would give "
            f"{48 * (size // 4) ** 2:,} numbers"
        )
        return figure

    return Explorer(
        draw,
        {"size": Choice("image size", (16, 32, 48, 64), 32)},
        alt=lambda size: (
            "Blocks in a row, as high as the maps: "
            + ", ".join(f"{name} ({c}, {s}, {s})" for name, c, s in shapes(size))
            + ", GAP (48, 1, 1). After GAP there are 48 numbers; without it there would be "
            f"{48 * (size // 4) ** 2:,}."
        ),
    )


_OPERATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "convolution [1, 2, 1]": lambda x: F.conv1d(x, torch.tensor([[[1.0, 2, 1]]]), padding=1),
    "max pooling 3, stride 1": lambda x: F.max_pool1d(x, 3, 1, 1),
    "max pooling 2, stride 2": lambda x: F.max_pool1d(x, 2),
    "average pooling 2, stride 2": lambda x: F.avg_pool1d(x, 2),
    "global average pooling": lambda x: x.mean(-1, keepdim=True),
    "dense layer": lambda x: F.linear(
        x, torch.randn(16, 16, generator=torch.Generator().manual_seed(1))
    ),
}


def shift() -> Explorer:
    """A row of an image that moves, and one operation's output: as before, moved, or neither."""

    def outputs(kind: str, pixels: int) -> tuple[Tensor, Tensor, int]:
        """Output of the moved row, that of the row itself, and places that it should move by."""
        old, new = (_OPERATIONS[kind](row[None, None])[0, 0] for row in (_ROW, _ROW.roll(pixels)))
        return new, old, pixels * len(old) // len(_ROW)

    def verdict(kind: str, pixels: int) -> str:
        new, old, steps = outputs(kind, pixels)
        same, moved = (torch.allclose(new, o, atol=1e-5) for o in (old, old.roll(steps)))
        if pixels == 0:
            return "not moved yet"
        if same:
            return "the output is as before"
        return f"the old output, moved by {steps}" if moved else "neither as before nor moved"

    def draw(kind: str, pixels: int) -> "Figure":
        from matplotlib.ticker import MaxNLocator

        new, old, steps = outputs(kind, pixels)
        figure, axes = new_axes(2, 10.5, 3.2)
        axes[0].bar(range(len(_ROW)), _ROW.roll(pixels).numpy(), color="#8a8a8a")
        axes[0].set_title(f"one row of the image, moved by {pixels}")
        axes[0].set_xlabel("column (pixels)")
        axes[0].set_ylabel("brightness")
        places = range(len(old))
        axes[1].bar(
            places, old.roll(steps).numpy(), color=SKY, label=f"old output, moved by {steps}"
        )
        axes[1].plot(places, old.numpy(), "_", color="black", markersize=12, label="old output")
        axes[1].plot(places, new.numpy(), "o", color=VERMILION, label="output of the moved row")
        axes[1].set_title(verdict(kind, pixels))
        axes[1].xaxis.set_major_locator(MaxNLocator(integer=True))
        axes[1].set_xlabel("place in the output")
        axes[1].set_ylabel("value")
        both = torch.cat((old, new))
        high = float(both.max()) * 1.7
        low = min(-0.04 * high, float(both.min()) * 1.2)
        axes[1].set_ylim(low, high)
        axes[1].set_xlim(-0.7, max(len(old) - 0.3, 1.7))
        axes[1].legend(loc="upper right", fontsize=8)
        return figure

    return Explorer(
        draw,
        {
            "kind": Choice("operation", tuple(_OPERATIONS), "max pooling 2, stride 2"),
            "pixels": Slider("move by (pixels)", 0, 8, value=3, play=True),
        },
        alt=lambda kind, pixels: (
            f"A row of an image moved by {pixels} pixels, and the output of this operation: "
            f"{kind}. Beside it the old output and the old output moved by "
            f"{outputs(kind, pixels)[2]}: {verdict(kind, pixels)}."
        ),
    )


def shift_curves(
    shift_gaps: Callable[..., Any],
    operations: dict[str, tuple[Callable[[Tensor], Tensor], int]],
    X: Tensor,
) -> None:
    """Both gaps of each operation for shifts by 0 to 5 pixels, measured by the learner's function.

    Args:
        operations: name -> (function, pixels for one place of its output).
    """
    pixels = range(6)
    try:
        gaps = {
            name: [[float(gap) for gap in shift_gaps(f, X, p, stride)] for p in pixels]
            for name, (f, stride) in operations.items()
        }
    except NotImplementedError:
        print("This figure uses shift_gaps, which is not written yet.")
        return
    except Exception as error:  # whatever a learner's function does
        print(f"This cannot be drawn: {type(error).__name__}: {error}")
        return
    figure, axes = new_axes(2, 11, 3.6)
    for number, title in enumerate(("0: equivariant", "0: invariant")):
        for (name, values), colour, marker, size in zip(
            gaps.items(),
            (BLUE, ORANGE, GREEN, VERMILION, SKY),
            "os^Dv",
            (13, 8, 7, 6, 5),
            strict=False,
        ):
            line = [gap[number] for gap in values]
            # Smaller markers on larger ones: what lies at 0 together can be seen.
            axes[number].plot(
                pixels, line, marker=marker, markersize=size, color=colour, label=name
            )
        axes[number].set_title(
            f"{('gap to the moved', 'gap to the unmoved')[number]} output ({title})"
        )
        axes[number].set_xlabel("image moved by (pixels)")
        axes[number].set_ylabel("largest difference")
    axes[1].legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    show_figure(
        figure,
        alt="Two charts of the gaps that your function measures for shifts by 0 to 5 pixels. To "
        "the moved output: convolution is always 0, pooling with stride 2 only for even shifts, "
        "the dense layer for none but 0. To the unmoved output: only global average pooling is 0.",
    )


def _coloured(ax: "Axes", X: Tensor, title: str, side: int) -> None:
    """A map of numbers whose four windows, `side` pixels wide, have colours of their own."""
    draw_cells(ax, X, title)
    for patch, (i, j) in zip(
        ax.patches, torch.cartesian_prod(*map(torch.arange, X.shape)), strict=True
    ):
        patch.set_facecolor(_PALE[int(i) // side * 2 + int(j) // side])


def _ring(ax: "Axes", size: int, text: str) -> None:
    """Marks the outer ring of a map as padding."""
    for number, patch in enumerate(ax.patches):
        i, j = divmod(number, size)
        if {i, j} & {0, size - 1}:
            patch.set_facecolor("#e8e8e8")
            if text:
                ax.text(j, i, text, ha="center", va="center", fontsize=10, color="#555555")


def _bubble(ax: "Axes", x: float, y: float, text: str, colour: str) -> None:
    box = {"boxstyle": "round,pad=0.4", "facecolor": colour, "edgecolor": "black"}
    ax.text(x, y, text, ha="center", va="center", fontsize=10, bbox=box, zorder=3)


def _bracketed(value: float) -> str:
    return f"({number_text(value)})" if value < 0 else number_text(value)
