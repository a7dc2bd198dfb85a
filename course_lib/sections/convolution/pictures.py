"""The figures of section 01, convolution."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.figures.elements import (
    draw_cells,
    draw_frame,
    draw_letter,
    draw_map,
    draw_square,
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
    Control,
    Explorer,
    Grid,
    Slider,
)
from course_lib.figures.figure import show as show_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def connections() -> None:
    """Who reads whom: a dense layer, local windows, local windows with shared weights."""
    figure, axes = new_axes(3, 10.5, 2.9)
    local = [(i, i + k, k) for i in range(4) for k in range(3)]
    everything = [(i, j, 0) for i in range(4) for j in range(6)]
    plans: list[tuple[str, list[tuple[int, int, int]], Sequence[str]]] = [
        ("dense: 24 weights", everything, ("#8a8a8a",)),
        ("local windows: 12 weights", local, ("#8a8a8a",) * 3),
        ("local and shared: 3 weights", local, (BLUE, ORANGE, VERMILION)),
    ]
    for ax, (title, lines, colours) in zip(axes, plans, strict=True):
        for i, j, k in lines:
            ax.plot([j, i + 1], [0, 1], color=colours[k], linewidth=1.8, zorder=1)
        ax.scatter(range(6), [0] * 6, s=130, color="white", edgecolors="black", zorder=2)
        ax.scatter(range(1, 5), [1] * 4, s=130, color="#dddddd", edgecolors="black", zorder=2)
        ax.set_title(title)
        ax.set_yticks([0, 1], ["inputs", "outputs"])
        ax.set_xticks(range(6))
        ax.set_xlabel("position (pixels)")
        ax.set_ylim(-0.25, 1.25)
        ax.spines[:].set_visible(False)
    show_figure(
        figure,
        alt="Three drawings of six inputs and four outputs. Dense: every output is joined to every "
        "input, 24 weights. Local windows: each output is joined to three neighbouring inputs, 12 "
        "weights. Local and shared: the same lines in three colours, the same three weights at "
        "every position.",
    )


def sliding_window() -> Explorer:
    """A 2 x 2 kernel on a 4 x 5 image; the slider moves the window, the output fills up."""
    X = torch.tensor([[2, 1, 0, 3, 1], [0, 3, 1, 2, 0], [1, 2, 4, 0, 1], [3, 0, 1, 1, 2.0]])
    K = torch.tensor([[1, 2], [0, -1.0]])
    Y = _cross_correlation(X, K)
    columns = Y.shape[1]

    def sum_written_out(position: int) -> str:
        i, j = divmod(position, columns)
        terms = [
            f"{x:g}·{_signed(k)}"
            for x, k in zip(
                X[i : i + 2, j : j + 2].flatten().tolist(), K.flatten().tolist(), strict=True
            )
        ]
        return f"Y[{i}, {j}] = {' + '.join(terms)} = {number_text(float(Y[i, j]))}"

    def draw(position: int) -> "Figure":
        i, j = divmod(position, columns)
        figure, axes = new_axes(3, 10, 3.8, widths=(5, 2, 4))
        draw_cells(axes[0], X, "image X (4, 5)")
        draw_frame(axes[0], i, j, 2, 2)
        draw_cells(axes[1], K, "kernel K (2, 2)")
        seen = torch.arange(Y.numel()).reshape(Y.shape) <= position
        draw_cells(axes[2], Y.masked_fill(~seen, torch.nan), "output Y (3, 4)")
        draw_frame(axes[2], i, j, 1, 1)
        figure.supxlabel(sum_written_out(position), fontsize=13)
        return figure

    return Explorer(
        draw,
        {"position": Slider("position of the window", 0, Y.numel() - 1, value=6, play=True)},
        alt=lambda position: (
            "A 4 x 5 image with a 2 x 2 window framed, the kernel, and the output filled up to "
            f"this window. {sum_written_out(position)}"
        ),
    )


_OWN = "my own numbers"
_KERNELS: Mapping[str, tuple[tuple[float, ...], ...]] = {
    "nothing changes": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "move by one pixel": ((0, 0, 0), (1, 0, 0), (0, 0, 0)),
    "Sobel": ((1, 0, -1), (2, 0, -2), (1, 0, -1)),
    "Sobel, transposed": ((1, 2, 1), (0, 0, 0), (-1, -2, -1)),
}


def kernel_explorer() -> Explorer:
    """A photograph and what a 3 x 3 kernel makes of it."""
    photo = photograph()

    def entries(kernel: str, own: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, ...], ...]:
        return own if kernel == _OWN else _KERNELS[kernel]

    def draw(kernel: str, own: tuple[tuple[float, ...], ...]) -> "Figure":
        K = torch.tensor(entries(kernel, own), dtype=torch.float32)
        figure, axes = new_axes(3, 11, 3.3, widths=(5, 2.2, 5))
        draw_map(axes[0], photo, "photograph", signed=False, top=1)
        draw_cells(axes[1], K, f"kernel, sum {number_text(round(float(K.sum()), 4))}")
        signed = bool(K.sum().abs() < 0.01)
        draw_map(
            axes[2],
            _cross_correlation(photo, K),
            "output",
            signed=signed,
            top=None if signed else 1,
        )
        return figure

    return Explorer(
        draw,
        {
            "kernel": Choice("kernel", (*_KERNELS, _OWN), "Sobel"),
            "own": Grid(_OWN, ((0, 1, 0), (1, -4, 1), (0, 1, 0))),
        },
        alt=lambda kernel, own: (
            "Left a grey photograph of a temple roof, in the middle the kernel "
            f"{entries(kernel, own)}, on the right the output of the cross-correlation."
        ),
    )


def shift() -> Explorer:
    """An image that moves to the right, and the output at stride 1 or 2."""
    X = torch.zeros(7, 24)
    X[2:5, 3:9] = torch.tensor([[1, 2, 4, 3, 1, 2], [2, 5, 3, 1, 4, 2], [1, 3, 2, 4, 2, 1.0]])
    K = torch.tensor([[1, 1, -1], [1, 2, -1], [1, 1, -1.0]])

    def outputs(pixels: int, stride: int) -> tuple[Tensor, Tensor]:
        """The output of the moved image, and that of the old one, moved."""
        moved = _cross_correlation(torch.roll(X, pixels, -1), K, stride)
        return moved, torch.roll(_cross_correlation(X, K, stride), pixels // stride, -1)

    def verdict(pixels: int, stride: int) -> str:
        moved, old = outputs(pixels, stride)
        steps = pixels // stride
        if torch.equal(moved, old):
            return f"the old output, moved by {steps}"
        return "other numbers than the old output, wherever that is moved"

    def draw(pixels: int, stride: int) -> "Figure":
        moved, old = outputs(pixels, stride)
        figure, axes = new_axes(3, 11, 2.9, widths=(5, 5, 5))
        draw_map(axes[0], torch.roll(X, pixels, -1), f"image, moved by {pixels}", signed=False)
        draw_map(axes[1], moved, f"output, stride {stride}", signed=True)
        axes[1].axhline(moved.shape[0] // 2, color="black", linewidth=1, linestyle=":")
        middle = moved.shape[0] // 2
        steps = range(moved.shape[1])
        axes[2].bar(
            steps, old[middle].numpy(), color=SKY, label=f"old output, moved by {pixels // stride}"
        )
        axes[2].plot(
            steps, moved[middle].numpy(), "o", color=VERMILION, label="output of the moved image"
        )
        axes[2].set_title("the dotted row")
        axes[2].set_xlabel("column of the output")
        axes[2].set_ylabel("value")
        axes[2].set_ylim(-26, 36)
        axes[2].legend(fontsize=8, loc="upper left")
        return figure

    return Explorer(
        draw,
        {
            "pixels": Slider("move the image by (pixels)", 0, 12, value=3, play=True),
            "stride": Choice("stride", (1, 2), 2),
        },
        alt=lambda pixels, stride: (
            f"An image moved by {pixels} pixels, its output at stride {stride}, and one row of it "
            f"beside the old output moved by {pixels // stride}: {verdict(pixels, stride)}."
        ),
    )


_ROWS = ("ab.cd....", ".ab.cd...", "...ab.cd.", "....ab.cd")
"""Which entry of the kernel [[a, b], [c, d]] meets which of the nine pixels, row by window."""


def matrix_rows() -> Explorer:
    """A 2 x 2 kernel on a 3 x 3 image, beside the matrix that does the same."""

    def draw(position: int) -> "Figure":
        figure, axes = new_axes(2, 9, 3.4, widths=(3, 7))
        top, left = divmod(position, 2)
        for pixel in range(9):
            entry = _ROWS[position][pixel]
            draw_letter(axes[0], pixel // 3, pixel % 3, f"x{pixel}", entry)
            if entry != ".":
                axes[0].text(pixel % 3 + 0.3, pixel // 3 + 0.32, entry, ha="center", fontsize=9)
        draw_frame(axes[0], top, left, 2, 2)
        draw_square(axes[0], 3, 3, "image X and window")
        for row, letters in enumerate(_ROWS):
            for pixel, entry in enumerate(letters):
                draw_letter(axes[1], row, pixel, "0" if entry == "." else entry, entry)
        draw_frame(axes[1], position, 0, 1, 9)
        draw_square(axes[1], 4, 9, "matrix: a row per window, a column per pixel")
        axes[1].set_xticks(range(9), [f"x{pixel}" for pixel in range(9)])
        axes[1].set_yticks(range(4), [f"y{row}" for row in range(4)])
        axes[1].set_xlabel("pixel of X.flatten()")
        axes[1].set_ylabel("window")
        return figure

    return Explorer(
        draw,
        {"position": Slider("window", 0, 3, value=1, play=True)},
        alt=lambda position: (
            "A 3 x 3 image with a 2 x 2 window framed, and the matrix of four rows and nine "
            f"columns. Row {position} holds a, b, c and d where the window's pixels are, zeros "
            f"elsewhere: {' '.join(_ROWS[position].replace('.', '0'))}."
        ),
    )


def learning() -> Explorer:
    """Gradient descent on a kernel of two numbers, step by step, at three learning rates."""
    X = two_edges()
    target, start = torch.tensor([1.0, -1.0]), torch.tensor([0.2, 0.6])
    # The loss is (w - target) A (w - target), so that a step multiplies the distance to the
    # target by I - 2 lr A. A holds the products of the two columns of windows, summed.
    A = torch.tensor([[18.0, 12.0], [12.0, 18.0]])
    lrs = (0.01, 0.03, 0.035)

    def path(lr: float) -> tuple[Tensor, Tensor]:
        """The kernels of steps 0..20, (21, 2), and the losses, (21,)."""
        step = torch.eye(2) - 2 * lr * A
        away = torch.stack(
            [torch.linalg.matrix_power(step, n) @ (start - target) for n in range(21)]
        )
        return target + away, (away @ A * away).sum(1)

    def draw(step: int, lr: float) -> "Figure":
        kernels, losses = path(lr)
        figure, axes = new_axes(3, 11, 3.1, widths=(5, 5, 5))
        for entry, colour, marker in ((0, BLUE, "o"), (1, VERMILION, "s")):
            axes[0].axhline(float(target[entry]), color=colour, linestyle=":")
            axes[0].plot(
                kernels[: step + 1, entry].numpy(),
                marker + "-",
                color=colour,
                label=f"K[0, {entry}]",
                markersize=4,
            )
        axes[0].set_title(f"kernel [{kernels[step, 0]:.2f}, {kernels[step, 1]:.2f}]")
        axes[0].set_ylabel("value (dotted: aim)")
        axes[0].set_xlabel("step")
        axes[0].set_xlim(-0.5, 20.5)
        axes[0].set_ylim(-4.2, 4.2)
        axes[0].legend(loc="upper right", fontsize=8)
        columns = range(7)
        for K, colour, marker in ((target, "black", "_"), (kernels[step], ORANGE, "o")):
            row = _cross_correlation(X, K[None])[0].numpy()
            label = "wanted" if K is target else f"after step {step}"
            axes[1].plot(
                columns,
                row,
                marker,
                color=colour,
                label=label,
                markersize=16 if K is target else 7,
                markeredgewidth=2,
            )
        axes[1].set_title("one row of the output")
        axes[1].set_xlabel("column of the output")
        axes[1].set_ylabel("value")
        axes[1].set_ylim(-2.2, 2.2)
        axes[1].legend(loc="upper right", fontsize=8)
        axes[2].semilogy(
            range(step + 1), losses[: step + 1].numpy(), "o-", color=GREEN, markersize=4
        )
        axes[2].set_title(f"loss {losses[step]:.3g}")
        axes[2].set_xlabel("step")
        axes[2].set_ylabel("sum of squared errors")
        axes[2].set_xlim(-0.5, 20.5)
        axes[2].set_ylim(1e-4, 3e3)
        return figure

    def alt(step: int, lr: float) -> str:
        kernels, losses = path(lr)
        return (
            f"After step {step} at learning rate {lr}: the kernel is [{kernels[step, 0]:.2f}, "
            f"{kernels[step, 1]:.2f}], wanted is [1, -1]; the loss went from {losses[0]:.3g} to "
            f"{losses[step]:.3g}."
        )

    controls: dict[str, Control] = {
        "step": Slider("step", 0, 20, value=9, play=True),
        "lr": Choice("learning rate lr", lrs, 0.03),
    }
    return Explorer(draw, controls, alt)


def two_edges() -> Tensor:
    """The 6 x 8 image of two vertical edges: ones, with zeros in columns 2..5."""
    X = torch.ones(6, 8)
    X[:, 2:6] = 0
    return X


def gallery(maps: Mapping[str, Callable[[], Tensor]], alt: str) -> None:
    """Feature maps side by side; one that is not written yet is left out, and said so.

    Args:
        maps: title -> function that gives a map (H, W): brightness in [0, 1], or numbers about 0.
    """
    found: dict[str, Tensor] = {}
    for title, make in maps.items():
        try:
            found[title] = make().detach()
        except NotImplementedError:
            print(f"“{title}” needs a function that you have not written yet.")
        except Exception as error:  # whatever a learner's function does
            print(f"“{title}” cannot be drawn: {type(error).__name__}: {error}")
    if not found:
        return
    columns = min(len(found), 3)
    rows = -(-len(found) // columns)
    figure, axes = new_axes(columns, 11, 2.9 * rows, rows=rows)
    for ax in axes:
        ax.set_visible(False)
    for ax, (title, values) in zip(axes, found.items(), strict=False):
        ax.set_visible(True)
        signed = bool(values.mean().abs() < 0.05)
        draw_map(ax, values, title, signed=signed, top=None if signed else 1)
        ax.title.set_fontsize(15)
    show_figure(figure, alt if len(found) == len(maps) else f"Feature maps: {', '.join(found)}.")


def _cross_correlation(X: Tensor, K: Tensor, stride: int = 1) -> Tensor:
    """PyTorch's own operator: (H, W), (h, w) -> the output of all windows."""
    return F.conv2d(X[None, None], K[None, None], stride=stride)[0, 0]


def _signed(value: float) -> str:
    return f"({number_text(value)})" if value < 0 else number_text(value)
