"""The sets that come with the library: digits, glyphs, letters and shapes."""

import torch
from torch.nn import functional as F

from course_lib.data import glyphs, load
from course_lib.data.parts import statistics
from course_lib.data.shapes import draw


def test_digits_are_scikit_learns_in_the_frame_of_mnist() -> None:
    data = load("digits")
    sizes = [len(part) for part in (data.train, data.validation, data.test)]
    assert sum(sizes) == 1797
    assert sizes[2] == 360
    assert data.train.images.shape[1:] == (1, 28, 28)
    assert data.train.images.dtype == torch.uint8
    border = torch.ones(28, 28, dtype=torch.bool)
    border[4:24, 4:24] = False
    assert not data.test.images[:, 0, border].any()
    # Averaged back to 8 x 8, each is one of the originals, or nearly.
    from sklearn.datasets import load_digits

    originals = torch.from_numpy(load_digits().images).float().flatten(1) / 16
    inner = F.interpolate(data.test.images[:50, :, 4:24, 4:24] / 255, size=(8, 8), mode="area")
    nearest = torch.cdist(inner.flatten(1), originals).argmin(1)
    assert torch.equal(
        torch.from_numpy(load_digits().target)[nearest].long(), data.test.labels[:50]
    )
    assert "scikit-learn" in data.source
    assert "embedded" in data.source


def test_seed_moves_the_validation_part_and_never_the_test_part() -> None:
    first, second = load("digits", seed=0), load("digits", seed=1)
    assert torch.equal(first.test.images, second.test.images)
    assert not torch.equal(first.validation.images, second.validation.images)
    assert torch.equal(first.train.images, load("digits").train.images)
    assert first.mean != second.mean, "statistics are those of the training part alone"
    assert first.mean == statistics(first.train.images)[0] == first.test.mean


def test_no_validation_part_on_request() -> None:
    data = load("digits", validation=0)
    assert len(data.validation) == 0
    assert len(data.train) == 1437


def test_shapes_have_true_masks_and_do_not_change() -> None:
    images, labels, masks = draw(200, seed=5)
    again = draw(200, seed=5)
    assert torch.equal(images, again[0])
    assert torch.equal(masks, again[2])
    assert not torch.equal(images, draw(200, seed=6)[0])
    assert labels.bincount().tolist() == [20] * 10
    area = masks.float().mean((1, 2))
    assert area.min() > 0.01
    assert area.max() < 0.45
    frame = torch.cat([masks[:, 0], masks[:, -1], masks[:, :, 0], masks[:, :, -1]], 1)
    assert not frame.any(), "every object is inside of its image"
    # Where the mask is, the image differs from what surrounds it.
    inside = (images * masks[:, None]).sum((2, 3)) / masks.sum((1, 2))[:, None]
    outside = (images * ~masks[:, None]).sum((2, 3)) / (~masks).sum((1, 2))[:, None]
    assert (inside - outside).abs().mean() > 40


def test_shapes_are_told_by_outline_only() -> None:
    images, labels, masks = draw(2000, seed=7)
    colour = (images * masks[:, None]).sum((2, 3)) / masks.sum((1, 2))[:, None]
    place = torch.stack([(masks.sum(axis) * torch.arange(32)).sum(1) for axis in (1, 2)], 1)
    place = place / masks.sum((1, 2))[:, None]
    for feature, scale in ((colour, 255), (place, 32)):
        means = torch.stack([feature[labels == label].mean(0) for label in range(10)]) / scale
        assert means.std(0).max() < 0.04, "a class has a colour or a place of its own"


def test_masks_go_with_the_images_through_every_split() -> None:
    data = load("shapes")
    for part in (data.train, data.validation, data.test):
        assert part.masks is not None
        assert part.masks.shape == (len(part), 32, 32)
    picked = data.train.take(50)
    assert picked.masks is not None
    assert len(picked.masks) == 50


def test_glyphs_do_not_change_and_are_new_with_every_seed() -> None:
    images, labels = glyphs.draw(210, seed=5)
    assert images.shape == (210, 1, 28, 28)
    assert images.dtype == torch.uint8
    assert labels.bincount().tolist() == [21] * 10
    again, same = glyphs.draw(210, seed=5)
    assert torch.equal(images, again)
    assert torch.equal(labels, same)
    others, order = glyphs.draw(210, seed=6)
    assert not torch.equal(labels, order)
    distance = torch.cdist(images.flatten(1).float(), others.flatten(1).float())
    assert distance.min() > 255, "no image is one of another seed, or nearly"
    assert (images.flatten(1).amax(1) > 100).all(), "nothing is empty"


def test_glyphs_come_in_any_size_and_of_any_characters() -> None:
    small = glyphs.draw(30, seed=1, size=20, characters="AB?")[0]
    large, labels = glyphs.draw(30, seed=1, size=60, characters="AB?")
    assert small.shape == (30, 1, 20, 20)
    assert large.shape == (30, 1, 60, 60)
    assert labels.bincount().tolist() == [10, 10, 10]
    ink = [(some.float() / 255).mean() for some in (small, large)]
    assert abs(ink[0] - ink[1]) < 0.03, "the same share of the image is covered"


def test_digits_and_letters_are_two_sets() -> None:
    digits, letters = load("glyphs"), load("letters")
    assert digits.classes == tuple("0123456789")
    assert letters.classes == tuple("ABCDEFGHIJ")
    for data in (digits, letters):
        assert [len(part) for part in (data.train, data.validation, data.test)] == [5400, 600, 1000]
        assert data.train.images.shape[1:] == (1, 28, 28)
        assert "embedded" in data.source
    assert digits.source != letters.source


def test_every_font_shows_each_digit_upright_and_alike() -> None:
    rendered = glyphs._rendered(glyphs.DIGITS, 56)
    assert (rendered.amax((2, 3)) > 0.9).all()
    rows = (rendered.amax(3) > 0.5).sum(2)
    assert rows.min() >= 36, "all are about of one height"
    assert rows.max() <= 50, "the italic 4 reaches below the line"
    # A digit of one font is nearer to the same digit of the others than to any other digit.
    means = F.avg_pool2d(rendered, 4).flatten(2)
    nearest = torch.cdist(means, means.mean(0)).argmin(2)
    assert (nearest == torch.arange(10)).float().mean() > 0.9
