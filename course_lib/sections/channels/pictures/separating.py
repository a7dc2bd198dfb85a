"""What separating a convolution leaves of its work."""

from typing import TYPE_CHECKING

from course_lib.figures.colours import ORANGE, SKY
from course_lib.figures.elements import new_axes
from course_lib.figures.explorer import Explorer, Menu

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def saving() -> Explorer:
    """What is left of the work when a convolution is separated, against the channels out."""
    channels = [2**power for power in range(2, 11)]

    def parts(kernel_size: int) -> tuple[list[float], float]:
        """Shares of the depthwise part, one for each number of channels, and of the pointwise."""
        return [1 / c for c in channels], 1 / kernel_size**2

    def plot(kernel_size: int) -> "Figure":
        figure, (ax,) = new_axes(1, 8, 3.6)
        depthwise, pointwise = parts(kernel_size)
        whole = [share + pointwise for share in depthwise]
        ax.fill_between(channels, [pointwise] * len(channels), color=SKY, label="pointwise")
        ax.fill_between(
            channels, [pointwise] * len(channels), whole, color=ORANGE, label="depthwise"
        )
        ax.plot(channels, whole, "o-", color="black", markersize=4)
        ax.set_xscale("log", base=2)
        ax.set_xticks(channels, [str(c) for c in channels])
        ax.set_ylim(0, 0.5)
        ax.set_xlabel("channels out")
        ax.set_ylabel("share of the work left")
        ax.set_title(
            f"kernels of {kernel_size} x {kernel_size}: {1 / whole[6]:.2f} times less work "
            f"at {channels[6]} channels out",
            fontsize=11,
        )
        ax.legend()
        return figure

    def alt(kernel_size: int) -> str:
        depthwise, pointwise = parts(kernel_size)
        return (
            f"Share of the work that is left with kernels of {kernel_size} x {kernel_size}: the "
            f"pointwise part is {pointwise:.3f} for any number of channels; the depthwise part "
            f"falls from {depthwise[0]:.3f} at 4 channels out to {depthwise[-1]:.3f} at 1024."
        )

    return Explorer(plot, {"kernel_size": Menu("kernel_size", (3, 5, 7), 3)}, alt)
