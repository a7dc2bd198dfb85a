"""Images, and what augmentation makes of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Generator, Tensor

from course_lib.checks.errors import failure
from course_lib.figures.elements import new_axes
from course_lib.figures.explorer import Explorer, Menu, Slider
from course_lib.figures.still import show as show_figure
from course_lib.training.augment import Augment, chain, cutout, flip, random_crop

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.data import Part

_WAYS: dict[str, Augment] = {
    "none": lambda images, generator: images,
    "flip": flip(),
    "crop, padding 4": random_crop(4),
    "cutout, size 8": cutout(8),
    "all three": chain(random_crop(4), flip(), cutout(8)),
}
_COUNT = 8


def some_shapes(part: "Part", classes: Sequence[str]) -> None:
    """Two images of each class."""
    figure, axes = new_axes(10, 11, 2.6, rows=2)
    for label, name in enumerate(classes):
        for row in (0, 1):
            index = int((part.labels == label).nonzero()[row])
            _picture(axes[10 * row + label], part.images[index], "" if row else name)
    show_figure(figure, alt=f"Two training images of each class: {', '.join(classes)}.")


def ways(part: "Part") -> Explorer:
    """Eight images, and an augmentation of them; each draw gives others."""
    images = part.images[:_COUNT]

    def plot(way: str, draw: int) -> "Figure":
        figure, axes = new_axes(_COUNT, 11, 3.0, rows=2)
        changed = _WAYS[way](images, torch.Generator().manual_seed(draw))
        for column in range(_COUNT):
            _picture(axes[column], images[column], "")
            _picture(axes[_COUNT + column], changed[column], "")
        axes[0].set_ylabel("stored")
        axes[_COUNT].set_ylabel("in this epoch")
        figure.suptitle(f"{way}; draw {draw}")
        return figure

    return Explorer(
        plot,
        {"way": Menu("augmentation", tuple(_WAYS), "all three"), "draw": Slider("draw", 1, 20, 1)},
        alt=lambda way, draw: (
            f"Eight images of shapes as they are stored, and below what the network gets: {way}, "
            f"draw {draw}. Each image is changed by a draw of its own."
        ),
    )


def yours(changes: Mapping[str, Callable[[Tensor, Generator], Any]], part: "Part") -> None:
    """Eight images, and in each row what one of the learner's functions makes of them."""
    images = part.images[:_COUNT]
    rows: dict[str, Tensor] = {"stored": images}
    for name, change in changes.items():
        try:
            found = change(images.clone(), torch.Generator().manual_seed(1))
            rows[name] = found.reshape(images.shape).to(torch.uint8)
        except Exception as error:  # whatever a learner's function does
            print(f"Your {name} cannot be drawn. {failure(error)}")
    _draw_rows(
        rows, f"Eight images of shapes, and below what these make of them: {_list(changes)}."
    )


def more_ways(part: "Part") -> None:
    """Rotation and random erasing, by torchvision, each image by a draw of its own."""
    from torchvision.transforms import v2  # type: ignore[import-untyped]

    images = part.images[:_COUNT]
    transforms = {
        "rotation, up to 20°": v2.RandomRotation(20),
        "random erasing": v2.RandomErasing(p=1.0, scale=(0.05, 0.2)),
    }
    rows = {"stored": images}
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        for name, transform in transforms.items():
            rows[name] = torch.stack([transform(image) for image in images])
    _draw_rows(
        rows, f"Eight images of shapes, and below what becomes of them: {_list(transforms)}."
    )


def _list(names: Mapping[str, object]) -> str:
    return ", ".join(names)


def _draw_rows(rows: Mapping[str, Tensor], alt: str) -> None:
    figure, axes = new_axes(_COUNT, 11, 1.45 * len(rows), rows=len(rows))
    for row, (name, images) in enumerate(rows.items()):
        for column in range(_COUNT):
            _picture(axes[_COUNT * row + column], images[column], "")
        axes[_COUNT * row].set_ylabel(name, fontsize=9)
    show_figure(figure, alt=alt)


def _picture(ax: "Axes", image: Tensor, title: str) -> None:
    """One colour image, uint8, (3, H, W)."""
    ax.imshow(image.permute(1, 2, 0).numpy(), interpolation="nearest")
    ax.set_title(title, fontsize=9)
    ax.set_xticks([])
    ax.set_yticks([])
