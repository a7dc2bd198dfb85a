"""A kernel that is found by gradient descent."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.figures.colours import BLUE, GREEN, ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.explorer import Control, Explorer, Menu, Slider
from course_lib.sections.convolution.pictures.windows import cross_correlation

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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

    def plot(step: int, lr: float) -> "Figure":
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
            row = cross_correlation(X, K[None])[0].numpy()
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
        "lr": Menu("learning rate lr", lrs, 0.03),
    }
    return Explorer(plot, controls, alt)


def two_edges() -> Tensor:
    """The 6 x 8 image of two vertical edges: ones, with zeros in columns 2..5."""
    X = torch.ones(6, 8)
    X[:, 2:6] = 0
    return X
