"""An image attacked at several sizes, and what was added to it."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure


def attacks(image: Tensor, attacked: Mapping[float, Tensor], names: Sequence[str]) -> None:
    """Images in the first row, what was added to them in the second one, enlarged.

    Args:
        image: (1, 3, H, W), in [0, 1].
        attacked: eps -> (1, 3, H, W).
        names: what the network names the image, then the attacked ones.
    """
    columns = len(attacked) + 1
    figure, axes = new_axes(columns, 11, 4.9, rows=2)
    sizes = ["clean", *(f"eps {eps:g}" for eps in attacked)]
    for ax, shown, size, name in zip(axes, (image, *attacked.values()), sizes, names, strict=False):
        ax.imshow(shown[0].detach().permute(1, 2, 0).clamp(0, 1).numpy(), interpolation="nearest")
        ax.set_title(f"{size}\n{name}", fontsize=11)
    for ax, (eps, shown) in zip(axes[columns + 1 :], attacked.items(), strict=True):
        # From -eps, which becomes 0, to eps, which becomes 1.
        added = ((shown - image)[0].detach() / eps + 1) / 2
        ax.imshow(added.permute(1, 2, 0).clamp(0, 1).numpy(), interpolation="nearest")
        ax.set_title(f"added, {_times(eps)} times", fontsize=11)
    for ax in axes:
        ax.set(xticks=[], yticks=[])
    axes[columns].set_axis_off()
    named = ", ".join(f"{size}: {name}" for size, name in zip(sizes, names, strict=True))
    show_figure(
        figure,
        alt=f"One image, clean and attacked, with the class that is named; {named}. Below, "
        "what was added, enlarged to the full range of colours: speckles all over the image. At "
        "the greatest eps the image itself is speckled.",
    )


def _times(eps: float) -> str:
    """How much larger than it is a change between -eps and eps is drawn."""
    return f"{0.5 / eps:.3g}"
