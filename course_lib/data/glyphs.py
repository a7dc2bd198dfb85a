"""Digits and letters in the fonts that come with matplotlib: as many images as wanted, of any size.

Each character of each font is rendered once, large; an image is one of these, moved, turned,
sheared, scaled, bent, blurred and with a little noise, all by chance from one seed. So there are
always images that nobody has seen: whoever marks draws others than learners can.
"""

import math
from functools import cache
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.data.parts import Raw

SIZE = 28
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJ"
_TRAIN, _TEST = 6_000, 1_000
_TRAIN_SEED, _TEST_SEED = 303, 404

_DEJAVU = ("", "-Bold", "-Oblique", "-BoldOblique")
_FONTS = (
    *(f"DejaVuSans{style}" for style in _DEJAVU),
    *(f"DejaVuSansMono{style}" for style in _DEJAVU),
    *(f"DejaVuSerif{style}" for style in ("", "-Bold", "-Italic", "-BoldItalic")),
    *(f"STIXGeneral{style}" for style in ("", "Bol", "Italic", "BolIta")),
    *("cmr10", "cmb10", "cmss10", "cmti10", "cmtt10"),  # cmmi10 has digits of another shape
)

_FINE = 2
"""Pixels that are rendered across one of the image's: outlines are smooth for that."""
_HIGH = 0.72
"""Height of a rendered digit, of its frame."""


def glyphs() -> Raw:
    """The digits as a set, always the same one: uint8 images (N, 1, 28, 28)."""
    return _set(DIGITS, "digits", _TRAIN_SEED, _TEST_SEED)


def letters() -> Raw:
    """The letters A to J as a set, in the same fonts and moved likewise."""
    return _set(LETTERS, "letters", _TRAIN_SEED + 1, _TEST_SEED + 1)


def _set(characters: str, called: str, train_seed: int, test_seed: int) -> Raw:
    return Raw(
        f"{called} in {len(_FONTS)} fonts, moved and bent by the course (embedded)",
        tuple(characters),
        *draw(_TRAIN, train_seed, characters=characters),
        *draw(_TEST, test_seed, characters=characters),
    )


def draw(
    count: int, seed: int, size: int = SIZE, characters: str = DIGITS
) -> tuple[Tensor, Tensor]:
    """Draws images of characters, white on black.

    Returns:
        images: (count, 1, size, size), uint8.
        labels: (count,), int64: places in `characters`, in random order, each as often as the
            others.
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % len(characters)
    labels = labels[torch.randperm(count, generator=generator)]
    rendered = _rendered(characters, size * _FINE)
    parts = [_moved(rendered, some, generator, size) for some in labels.split(100)]
    return torch.cat(parts), labels


def _moved(rendered: Tensor, labels: Tensor, generator: torch.Generator, size: int) -> Tensor:
    """An image for each label: (fonts, characters, side, side), (n,) -> (n, 1, size, size)."""
    n = len(labels)

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(n, *shape, generator=generator)

    font = torch.randint(len(rendered), (n,), generator=generator)
    image = rendered[font, labels][:, None]
    # Where each pixel comes from: the inverse of turning, shearing, stretching and moving.
    angle, shear = uniform(-1, 1) * math.radians(20), uniform(-0.25, 0.25)
    wide, high = 1 / uniform(0.65, 1.1), 1 / uniform(0.7, 1.1)
    cos, sin = angle.cos(), angle.sin()
    first = torch.stack([wide * cos, wide * (shear * cos - sin), uniform(-0.25, 0.25)], 1)
    second = torch.stack([high * sin, high * (shear * sin + cos), uniform(-0.25, 0.25)], 1)
    side = size * _FINE
    theta = torch.stack([first, second], 1)
    grid = F.affine_grid(theta, [n, 1, side, side], align_corners=False)
    bent = F.interpolate(uniform(-0.12, 0.12, 2, 4, 4), (side, side), mode="bicubic")
    image = F.grid_sample(image, grid + bent.permute(0, 2, 3, 1), align_corners=False)
    image = F.avg_pool2d(image, _FINE)
    sharp = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    blurred = F.conv2d(F.pad(image, (2, 2, 2, 2)), (sharp[:, None] * sharp)[None, None])
    image = torch.lerp(image, blurred, uniform(0, 1, 1, 1, 1)) * uniform(0.6, 1, 1, 1, 1)
    noise = uniform(0, 0.1, 1, 1, 1) * torch.randn(image.shape, generator=generator)
    return ((image + noise).clamp(0, 1) * 255).round().to(torch.uint8)


@cache
def _rendered(characters: str, side: int) -> Tensor:
    """Each character in each font, in the middle of its frame, in the proportions of its font.

    Returns:
        (fonts, characters, side, side), in [0, 1].
    """
    from matplotlib import get_data_path
    from matplotlib.ft2font import FT2Font

    frames = torch.zeros(len(_FONTS), len(characters), side, side)
    for place, name in enumerate(_FONTS):
        font = FT2Font(str(Path(get_data_path(), "fonts", "ttf", f"{name}.ttf")))
        font.set_size(side * _HIGH * _points_of(font), 72)
        for number, character in enumerate(characters):
            font.set_text(character)
            font.draw_glyphs_to_bitmap(antialiased=True)
            ink = torch.from_numpy(font.get_image().copy()).float()[:side, :side] / 255
            top, left = (side - ink.shape[0]) // 2, (side - ink.shape[1]) // 2
            frames[place, number, top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return frames


def _points_of(font: object) -> float:
    """The size in points at which a digit of the font is one pixel high."""
    font.set_size(100, 72)  # type: ignore[attr-defined]
    font.set_text("8")  # type: ignore[attr-defined]
    font.draw_glyphs_to_bitmap(antialiased=True)  # type: ignore[attr-defined]
    return 100 / float(font.get_image().shape[0])  # type: ignore[attr-defined]
