"""Ants and bees: photos of two classes, as PyTorch's tutorial on transfer learning has them."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from course_lib.data import Part, data_folder
from course_lib.data.catalogue import shown

FOLDER = Path("hymenoptera", "hymenoptera_data")
"""Below the data folder; in it "train" and "val", in each of these a folder for each class."""
CLASSES = ("ants", "bees")


def ants_and_bees(prepared: Callable[[Tensor], Tensor]) -> tuple[Part, Part] | None:
    """The photos to train and to validate with; None where they are not, and prints so.

    Args:
        prepared: makes of a photo, uint8 (1, 3, H, W), one as a network wants it.
    """
    folder = data_folder() / FOLDER
    if not folder.is_dir():
        print(f"Ants and bees are not here: {shown(folder)} is missing.")
        return None
    return _part(folder / "train", prepared), _part(folder / "val", prepared)


def _part(folder: Path, prepared: Callable[[Tensor], Tensor]) -> Part:
    from torchvision.io import ImageReadMode, decode_image  # type: ignore[import-untyped]

    images, labels = [], []
    for label, name in enumerate(CLASSES):
        for path in sorted((folder / name).glob("*.jpg")):
            images.append(prepared(decode_image(str(path), ImageReadMode.RGB)[None]))
            labels.append(label)
    return Part(torch.cat(images), torch.tensor(labels))
