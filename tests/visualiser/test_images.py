"""What comes in as a file: read, or refused with a sentence."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from instead_of_a_learner import encoded
from PIL import Image

from course_lib.visualiser import images
from course_lib.visualiser.images import MAX_BYTES, NotAnImage, fitted, offered, read_image

HALVES = Image.new("RGB", (40, 20), "red")
HALVES.paste("blue", (20, 0, 40, 20))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that claims to be of this size, whatever its data are."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(10_000)))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + data + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", images.FORMATS)
def test_each_format_is_read(kind: str) -> None:
    found = read_image(encoded(HALVES, kind))
    assert (found.mode, found.size) == ("RGB", (40, 20))
    red, _, blue = np.asarray(found)[10, 35].tolist()
    assert red < 60 and blue > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_each_mode_becomes_rgb(mode: str) -> None:
    assert read_image(encoded(Image.new(mode, (5, 7)))).mode == "RGB"


def test_greys_of_16_bits_keep_their_range() -> None:
    greys = np.linspace(0, 65535, 256).astype("uint16")[None]
    found = np.asarray(read_image(encoded(Image.fromarray(greys))))
    assert (found[0, :, 0] == greys[0] // 256).all()


def test_what_is_transparent_is_white() -> None:
    assert read_image(encoded(Image.new("RGBA", (2, 2)))).getpixel((0, 0)) == (255, 255, 255)


def test_a_photo_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its right side
    assert read_image(encoded(HALVES, "JPEG", exif=exif)).size == (20, 40)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no image"),
        (b"hello" * 1000, "no image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no image"),
        (encoded(HALVES, "TIFF"), "no image"),
        (encoded(HALVES)[:60], "damaged"),
        (encoded(HALVES.resize((400, 400)), "JPEG")[:2000], "damaged"),
        (png(6_000, 6_000), "too many pixels"),
        (png(12_000, 12_000), "too many pixels"),  # Pillow warns
        (png(60_000, 60_000), "too many pixels"),  # Pillow refuses
        (bytes(MAX_BYTES + 1), "too large: it has 8.0 MiB"),
    ],
    ids=range(10),
)
def test_anything_else_is_refused_with_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(NotAnImage, match=says) as refused:
        read_image(content)
    assert str(refused.value).endswith(".")


def test_a_bomb_of_text_beside_the_image_is_refused() -> None:
    text = b"t\0\0" + zlib.compress(bytes(200_000_000))
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text
    with pytest.raises(NotAnImage):
        read_image(png(10, 10, chunk + struct.pack(">I", zlib.crc32(b"zTXt" + text))))


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (300, 200)])
def test_any_shape_is_fitted_to_a_square(size: tuple[int, int]) -> None:
    assert fitted(Image.new("RGB", size), 128).size == (128, 128)


def test_the_middle_is_what_is_kept() -> None:
    wide = Image.new("RGB", (300, 100), "red")
    wide.paste("blue", (100, 0, 200, 100))
    assert (np.asarray(fitted(wide, 50))[..., 2] > 200).all()


def test_shapes_are_offered_and_photos_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = offered()
    assert len(shapes) == 10
    assert shapes["star (drawn)"](128).size == (128, 128)
    folder = tmp_path / images.PHOTOS
    folder.mkdir()
    (folder / "n01443537_golden_fish.JPEG").write_bytes(encoded(HALVES, "JPEG"))
    (folder / "n02_broken.JPEG").write_bytes(b"no image")
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    there = offered()
    assert list(there)[10:] == ["golden fish (photo)", "broken (photo)"]
    assert there["golden fish (photo)"](64).size == (40, 20)
    with pytest.raises(NotAnImage, match="no image"):
        there["broken (photo)"](64)
    (folder / "n02_broken.JPEG").unlink()
    with pytest.raises(NotAnImage, match="cannot be read"):
        there["broken (photo)"](64)
