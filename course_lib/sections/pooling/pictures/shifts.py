"""An image that moves, and what the outputs of operations do."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.errors import failure
from course_lib.figures.colours import BLUE, GREEN, ORANGE, SKY, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.explorer import Explorer, Menu, Slider
from course_lib.figures.still import show as show_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROW = torch.tensor([0.0, 0, 0, 1, 5, 2, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0])
"""The brightness along one row: a small object on the left of an empty image."""
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

    def plot(kind: str, pixels: int) -> "Figure":
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
        plot,
        {
            "kind": Menu("operation", tuple(_OPERATIONS), "max pooling 2, stride 2"),
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
    except Exception as error:  # whatever a learner's function does
        print(f"The gaps cannot be drawn. {failure(error)}")
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
