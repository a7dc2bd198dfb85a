"""What batch norm does to one channel, and how its running statistics follow."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.figures.colours import BLUE, GREEN, ORANGE
from course_lib.figures.elements import new_axes, number_text
from course_lib.figures.explorer import Explorer, Menu, Slider

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def channel() -> Explorer:
    """One channel of a batch: as it comes in, normalised, and with weight and bias."""
    drawn = torch.randn(400, generator=torch.Generator().manual_seed(0))

    def parts(
        scale: int, constant: int, weight: int, bias: int
    ) -> tuple[tuple[str, Tensor, str], ...]:
        x = drawn * scale / 2 + constant
        normalised = (x - x.mean()) / torch.sqrt(x.var(unbiased=False) + 1e-5)
        y = normalised * weight / 2 + bias
        return (
            ("comes in", x, ORANGE),
            ("normalised", normalised, BLUE),
            ("with weight and bias", y, GREEN),
        )

    def described(values: Tensor) -> str:
        mean, var = float(values.mean()) + 0.0, float(values.var(unbiased=False))
        return f"mean {number_text(round(mean, 1) + 0.0)}, variance {number_text(round(var, 1))}"

    def plot(scale: int, constant: int, weight: int, bias: int) -> "Figure":
        figure, axes = new_axes(3, 11, 2.9)
        for ax, (name, values, colour) in zip(
            axes, parts(scale, constant, weight, bias), strict=True
        ):
            ax.hist(values.numpy(), bins=[edge / 2 for edge in range(-48, 49)], color=colour)
            ax.set(xlim=(-14, 14), ylim=(0, 170), xlabel="number", title=name)
            ax.text(0, 160, described(values), ha="center", va="top", fontsize=10)
        axes[0].set_ylabel("how many of 400")
        return figure

    return Explorer(
        plot,
        {
            "scale": Slider("deviation (halves)", 1, 8, value=5),
            "constant": Slider("constant added", -8, 8, value=4),
            "weight": Slider("weight (halves)", -4, 4, value=3),
            "bias": Slider("bias", -6, 6, value=-2),
        },
        alt=lambda **values: (
            "How the 400 numbers of one channel of a batch are distributed. "
            + "; ".join(f"{name}: {described(found)}" for name, found, _ in parts(**values))
            + "."
        ),
    )


_MOMENTA = {"0.01": 0.01, "0.1": 0.1, "0.5": 0.5, "1": 1.0}


def running() -> Explorer:
    """The running mean of sixty batches, the last third with another mean."""
    generator = torch.Generator().manual_seed(1)
    levels = torch.tensor([2.0] * 40 + [4.0] * 20)
    means = (levels[:, None] + 2 * torch.randn(60, 16, generator=generator)).mean(1).tolist()

    def followed(momentum: float) -> list[float]:
        found = [0.0]
        for mean in means:
            found.append((1 - momentum) * found[-1] + momentum * mean)
        return found

    def plot(momentum: str) -> "Figure":
        figure, (ax,) = new_axes(1, 9, 3.0)
        ax.plot(range(1, 61), means, ".", color=ORANGE, label="mean of the batch")
        ax.plot(range(61), followed(_MOMENTA[momentum]), color=BLUE, label="running mean")
        ax.plot(
            (0, 40, 40, 60), (2, 2, 4, 4), ":", color="#606060", label="what they scatter about"
        )
        ax.set(xlabel="batch", ylabel="mean", title=f"momentum {momentum}", ylim=(-0.3, 6))
        ax.legend(loc="upper left", fontsize=9)
        return figure

    return Explorer(
        plot,
        {"momentum": Menu("momentum", tuple(_MOMENTA), "0.1")},
        alt=lambda momentum: (
            "The means of sixty batches scatter about 2, from the 41st on about 4. The running "
            f"mean with momentum {momentum} begins at 0; it is "
            f"{followed(_MOMENTA[momentum])[10]:.2f} after ten batches, "
            f"{followed(_MOMENTA[momentum])[40]:.2f} after forty and "
            f"{followed(_MOMENTA[momentum])[60]:.2f} at the end."
        ),
    )
