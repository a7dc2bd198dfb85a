"""Batches, and how their images are changed."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.data import Part
from course_lib.training.augment import chain, cutout, flip, random_crop
from course_lib.training.fit import batches


def test_batches_go_once_through_the_part() -> None:
    images = torch.arange(103, dtype=torch.uint8).view(103, 1, 1, 1)
    part = Part(images, torch.arange(103), mean=(0.0,), std=(1 / 255,))
    torch.manual_seed(0)
    found = list(batches(part, 25))
    assert [len(y) for _, y in found] == [25, 25, 25, 25, 3]
    labels = torch.cat([y for _, y in found])
    assert sorted(labels.tolist()) == list(range(103))
    assert labels.tolist() != list(range(103))
    torch.testing.assert_close(torch.cat([x for x, _ in found]).flatten(), labels.float())
    again = torch.cat([y for _, y in batches(part, 25)])
    assert labels.tolist() != again.tolist(), "each epoch has an order of its own"


IMAGES = torch.randint(1, 256, (64, 3, 8, 8), dtype=torch.uint8)


@pytest.mark.parametrize("augment", [random_crop(2), flip(), cutout(3), chain(flip(), cutout(2))])
@pytest.mark.parametrize("images", [IMAGES, IMAGES / 255], ids=["uint8", "float32"])
def test_augmentations_keep_size_type_and_seed(augment: Any, images: Tensor) -> None:
    before = images.clone()
    first = augment(images, torch.Generator().manual_seed(1))
    assert first.shape == images.shape
    assert first.dtype == images.dtype
    assert torch.equal(images, before)
    assert torch.equal(first, augment(images, torch.Generator().manual_seed(1)))
    assert not torch.equal(first, augment(images, torch.Generator().manual_seed(2)))


def test_random_crop_shifts_by_any_amount() -> None:
    found = set()
    cropped = random_crop(1)(IMAGES, torch.Generator().manual_seed(0))
    for old, new in zip(IMAGES, cropped, strict=True):
        padded = F.pad(old, (1, 1, 1, 1))
        shifts = [(i, j) for i in range(3) for j in range(3)]
        match = [s for s in shifts if torch.equal(padded[:, s[0] : s[0] + 8, s[1] : s[1] + 8], new)]
        assert len(match) == 1
        found.add(match[0])
    assert len(found) == 9


def test_flip_mirrors_about_half() -> None:
    flipped = flip()(IMAGES, torch.Generator().manual_seed(0))
    mirrored = [torch.equal(new, old.flip(2)) for old, new in zip(IMAGES, flipped, strict=True)]
    kept = [torch.equal(new, old) for old, new in zip(IMAGES, flipped, strict=True)]
    assert all(a != b for a, b in zip(mirrored, kept, strict=True))
    assert 16 < sum(mirrored) < 48
    assert torch.equal(flip(1.0)(IMAGES, torch.Generator()), IMAGES.flip(3))


def test_cutout_fills_one_square() -> None:
    cut = cutout(3)(IMAGES, torch.Generator().manual_seed(0)) == 0
    assert torch.equal(cut[:, 0], cut[:, 2]), "all channels at the same place"
    rows, columns = cut[:, 0].any(2).sum(1), cut[:, 0].any(1).sum(1)
    assert torch.equal(rows * columns, cut[:, 0].sum((1, 2)))
    assert set(rows.tolist()) == {2, 3}, "at the border, a part of it is outside"
