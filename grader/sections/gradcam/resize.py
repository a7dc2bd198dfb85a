"""Small maps, made as large as the images they lie on."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.transforms.functional import resize as of_torchvision  # type: ignore[import-untyped]

from course_lib.checks.case import Case
from course_lib.sections.gradcam import given
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Size = tuple[int, int]


def _cases(draw: Draw) -> list[Case]:
    def maps(*sizes: int) -> Tensor:
        return 3 * draw.uniform(*sizes)

    return [
        Case(args=(maps(2, 2, 3), (4, 6)), about="a multiple of the size"),
        Case(args=(maps(2, 3, 2), (4, 5)), about="a size that is no multiple"),
        Case(args=(maps(2, 2, 2), (5, 3)), about="square maps, an image that is taller than wide"),
        Case(args=(maps(2, 4, 2), (5, 6)), about="tall maps, an image that is wider than tall"),
        Case(args=(maps(1, 2, 3), (6, 5)), about="one map"),
        Case(args=(maps(3, 3, 3), (3, 5)), about="as many rows as before"),
        Case(args=(maps(3, 2, 4), [5, 4]), about="as many columns as before, the size as a list"),
        Case(args=(maps(2, 1, 3), (3, 5)), about="maps of one row"),
        Case(
            each=(
                (maps(2, 1, 1), (3, 2)),
                (maps(2, 2, 3), (2, 3)),
                (maps(1, 1, 1), (1, 1)),
            ),
            about="maps of one pixel, and maps that have their size already",
        ),
    ]


def _interpolated(mode: str, **settings: Any) -> Callable[[Tensor, Size], Tensor]:
    return lambda maps, size: F.interpolate(maps[:, None], tuple(size), mode=mode, **settings)[:, 0]


def _from_the_corner(maps: Tensor, size: Size) -> Tensor:
    """Pixel i of the output is read at i * h / H, as if pixels were points at their corners."""
    (h, w), (H, W) = maps.shape[1:], size
    y, x = torch.arange(H) * (h / H) + 0.5, torch.arange(W) * (w / W) + 0.5
    rows, columns = torch.meshgrid(2 * y / h - 1, 2 * x / w - 1, indexing="ij")
    where = torch.stack([columns, rows], -1).expand(len(maps), H, W, 2)
    return F.grid_sample(maps[:, None], where, padding_mode="border", align_corners=False)[:, 0]


def _by_factor(maps: Tensor, factor: int) -> Tensor:
    return given.resize(maps, (maps.shape[1] * factor, maps.shape[2] * factor))


def _after(change: Callable[[Tensor], Any]) -> Callable[[Tensor, Size], Any]:
    return lambda maps, size: change(given.resize(maps, size))


def _weights(there: int, wanted: int) -> Tensor:
    """(wanted, there): how much each old pixel counts in each new one."""
    place = ((torch.arange(wanted) + 0.5) * there / wanted - 0.5).clamp(0, there - 1)
    return (1 - (place[:, None] - torch.arange(there)).abs()).clamp(min=0)


RESIZE = Exercise(
    id="gradcam.resize",
    title="As large as the image",
    points=1,
    minutes=4,
    covers=("L-P4",),
    example=((Case(args=(torch.tensor([[[0.0, 4]]]), (1, 4))), torch.tensor([[[0.0, 1, 3, 4]]])),),
    cases=_cases,
    reference=given.resize,
    promises=("unchanged", "tensor"),
    wrong={
        "corners aligned": (
            "Your corners are aligned: the outermost pixels keep their numbers and all others are "
            "pulled outwards. Leave align_corners out, or set it to False.",
            _interpolated("bilinear", align_corners=True),
        ),
        "nearest": (
            'Your numbers go in steps, as with "nearest" or "area". Interpolate: mode="bilinear" '
            '(F.interpolate does "nearest" when it is told nothing).',
            _interpolated("nearest"),
            _interpolated("area"),
        ),
        "bicubic": (
            'You interpolate with "bicubic", which overshoots. Take "bilinear".',
            _interpolated("bicubic"),
        ),
        "rows and columns exchanged": (
            "Your maps have as many rows as they should have columns: size is (H, W), as in shape.",
            lambda maps, size: given.resize(maps, (size[1], size[0])),
        ),
        "square": (
            "Your maps are square: both numbers of size are needed, (H, W).",
            lambda maps, size: given.resize(maps, (size[0], size[0])),
            lambda maps, size: given.resize(maps, (size[1], size[1])),
        ),
        "a whole factor": (
            "You make maps larger by a whole factor. Give the size itself, size=size: it need be "
            "no multiple.",
            lambda maps, size: _by_factor(maps, size[0] // maps.shape[1]),
            lambda maps, size: _by_factor(maps, size[1] // maps.shape[2]),
        ),
        "one size always": (
            "Your maps have one size whatever size is. Take the size that is given.",
            lambda maps, size: given.resize(maps, (128, 128)),
        ),
        "first map only": (
            "You return the first map alone. Each map has a channel of its own, maps[:, None], and "
            "all of them are returned: (N, H, W).",
            _after(lambda maps: maps[:1]),
        ),
        "from the corner": (
            "You read output pixel i at i * h / H. Pixels are squares: the middle of pixel i is "
            "at i + 0.5.",
            _from_the_corner,
        ),
        "scaled as well": (
            "Your maps have other maxima: you scale them, too. Resizing alone is asked for; the "
            "maximum of an interpolated map may be smaller than before.",
            _after(given.scale),
        ),
        "channel left": (
            "F.interpolate wants a channel, which you gave the maps: take it away again with "
            "[:, 0]. The result is (N, H, W).",
            _after(lambda maps: maps[:, None]),
            _after(lambda maps: maps[None]),
        ),
        "axis lost": (
            "Axes of size 1 have gone. The shape is (N, H, W) always: [:, 0] takes away the "
            "channel alone, squeeze() all of them.",
            _after(lambda maps: maps.squeeze()),
        ),
    },
    right=(
        lambda maps, size: F.interpolate(maps[None], tuple(size), mode="bilinear")[0],
        lambda maps, size: nn.Upsample(tuple(size), mode="bilinear")(maps.unsqueeze(1)).squeeze(1),
        lambda maps, size: of_torchvision(maps, list(size)),
        lambda maps, size: (
            _weights(maps.shape[1], size[0]) @ maps @ _weights(maps.shape[2], size[1]).T
        ),
    ),
    hints=(
        'F.interpolate(..., size=..., mode="bilinear", align_corners=False) wants four axes, '
        "(N, C, h, w).",
        "maps[:, None] gives each map one channel, and [:, 0] takes it away.",
    ),
    stand_in="resize",
)
