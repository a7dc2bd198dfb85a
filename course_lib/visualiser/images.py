"""Images for the visualiser: files that nobody vouches for, and those that the course offers.

picture = read_image(content)       # a Pillow image in RGB, or NotAnImage with a sentence
picture = fitted(picture, 224)      # its middle square, as a network takes it
"""

import io
import warnings
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from course_lib.data import data_folder

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

MAX_BYTES = 8 * 2**20
"""Of a file. Jupyter's servers end the connection at a message of 10 MiB (tornado's default)."""
MAX_PIXELS = 30_000_000
"""Decoded as RGB, these are 90 MB; a small file can claim billions."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
"""Pillow tries these decoders alone: fewer to be attacked."""
PHOTOS = "imagenet-samples"
"""Folder of sample photos inside of the data folder: n01443537_goldfish.JPEG."""

_MIB = 2**20


class NotAnImage(ValueError):
    """The file cannot be shown; the message is a sentence for whoever chose it."""


class Source(Protocol):
    """Where an image comes from: drawn or read when it is chosen."""

    def __call__(self, size: int) -> "Image":
        """The image in RGB; `size` is what the network takes.

        Raises:
            NotAnImage: the file is none, or is gone.
        """


def read_image(content: bytes) -> "Image":
    """An image of a file's bytes, upright, in RGB, transparent parts white; of several, the first.

    Nothing is decoded before the file's size and the pixels that it claims are known to be few.

    Raises:
        NotAnImage: it is too large, has too many pixels, is damaged, or is no image.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(content) > MAX_BYTES:
        raise too_large(len(content))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            image.load()
            return _rgb(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAnImage(
            "This image has too many pixels: its file is small, but it would fill the memory. At "
            f"most {MAX_PIXELS:,} are read. Make it smaller, then choose it again."
        ) from None
    except UnidentifiedImageError:
        raise NotAnImage(f"This file is no image that can be read here. {_kinds()} can.") from None
    except Exception as error:  # a damaged file can make a decoder raise anything
        raise NotAnImage(
            f"This image is damaged and cannot be read ({type(error).__name__}). Save it again as "
            "PNG or JPEG, then choose it again."
        ) from None


def too_large(size: int) -> NotAnImage:
    """What to raise of a file of so many bytes."""
    return NotAnImage(
        f"This file is too large: it has {size / _MIB:.1f} MiB, and at most {MAX_BYTES // _MIB} "
        "are read. Save the image smaller, then choose it again."
    )


def fitted(image: "Image", size: int) -> "Image":
    """The middle square of an image, as large as it can be, at (size, size)."""
    from PIL import Image, ImageOps

    return ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC)


def offered() -> dict[str, Source]:
    """What can be chosen without a file of one's own: name -> source.

    A shape of each class, drawn by the course; and the sample photos, where they are.
    """
    from course_lib.data.shapes import NAMES

    sources: dict[str, Source] = {
        f"{name} (drawn)": partial(_drawn, index) for index, name in enumerate(NAMES)
    }
    return sources | _photos(data_folder() / PHOTOS)


def _photos(folder: Path) -> dict[str, Source]:
    paths = sorted(folder.glob("*.JPEG")) if folder.is_dir() else []
    return {
        f"{path.stem.partition('_')[2].replace('_', ' ')} (photo)": partial(_read, path)
        for path in paths
    }


def _drawn(index: int, size: int) -> "Image":
    from PIL import Image

    return Image.fromarray(_shapes(size)[index].permute(1, 2, 0).numpy())


@cache
def _shapes(size: int) -> "Tensor":
    """One of each class, (10, 3, size, size): drawing them takes longer than to look at one."""
    from course_lib.data.shapes import NAMES, draw

    return draw(len(NAMES), seed=11, size=size)[0]


def _read(path: Path, size: int) -> "Image":
    try:
        with path.open("rb") as file:
            return read_image(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise NotAnImage(f"{path.name} cannot be read ({type(error).__name__}).") from None


def _rgb(image: "Image") -> "Image":
    from PIL import Image

    if image.mode.startswith("I"):  # greys of 16 bits: Pillow's own conversion cuts them at 255
        image = image.convert("I").point(lambda grey: grey / 256).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")


def _kinds() -> str:
    return f"{', '.join(FORMATS[:-1])} and {FORMATS[-1]}"
