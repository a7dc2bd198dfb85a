"""Parts of a set: what a network is given, statistics, stratified splits."""

import pytest
import torch

from course_lib.data import (
    Part,
    load,
)
from course_lib.data.parts import statistics, stratified


def test_inputs_are_normalised_by_hand() -> None:
    images = torch.tensor([[[[0, 255]], [[51, 102]]]], dtype=torch.uint8)  # (1, 2, 1, 2)
    part = Part(images, torch.tensor([3]), mean=(0.5, 0.2), std=(0.5, 0.1))
    wanted = torch.tensor([[[[-1.0, 1.0]], [[0.0, 2.0]]]])
    torch.testing.assert_close(part.inputs(), wanted)
    assert part.images.tolist() == images.tolist(), "the images themselves must stay"


def test_float_images_are_taken_as_they_are() -> None:
    series = torch.randn(5, 1, 96)
    part = Part(series, torch.zeros(5, dtype=torch.int64))
    assert torch.equal(part.inputs(), series)
    assert part.inputs().data_ptr() != series.data_ptr()


@pytest.mark.parametrize(
    "labels", [torch.zeros(4, dtype=torch.int64), torch.zeros(5), torch.zeros(5, 1).long()]
)
def test_labels_that_do_not_fit_are_refused(labels: torch.Tensor) -> None:
    with pytest.raises(ValueError, match=r"[lL]abels"):
        Part(torch.zeros(5, 1, 2, 2), labels)


def test_statistics_are_those_of_the_pixels() -> None:
    images = torch.randint(0, 256, (5000, 3, 4, 5), dtype=torch.uint8)
    std, mean = torch.std_mean(images.double() / 255, dim=(0, 2, 3), correction=0)
    found = statistics(images)
    torch.testing.assert_close(torch.tensor(found[0]).double(), mean, atol=1e-6, rtol=0)
    torch.testing.assert_close(torch.tensor(found[1]).double(), std, atol=1e-6, rtol=0)


def test_one_grey_level_is_not_divided_by_zero() -> None:
    images = torch.full((3, 1, 2, 2), 7, dtype=torch.uint8)
    mean, std = statistics(images)
    assert Part(images, torch.zeros(3).long(), mean, std).inputs().isfinite().all()


def test_stratified_split_keeps_the_shares_and_loses_nothing() -> None:
    labels = torch.repeat_interleave(torch.arange(4), torch.tensor([1000, 500, 20, 7]))
    labels = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(1))]
    chosen, left = stratified(labels, 300, seed=3)
    assert len(chosen) == 300
    assert torch.equal(torch.cat([chosen, left]).sort().values, torch.arange(len(labels)))
    share = labels.bincount() * 300 / len(labels)
    assert ((labels[chosen].bincount(minlength=4) - share).abs() <= 1).all()
    assert torch.equal(chosen, stratified(labels, 300, seed=3)[0])
    assert not torch.equal(chosen, stratified(labels, 300, seed=4)[0])


def test_a_share_is_taken_of_every_class() -> None:
    part = load("digits").train.take(100)
    assert len(part) == 100
    assert (part.labels.bincount() - 10).abs().max() <= 1
    assert part.take(1000) is part
