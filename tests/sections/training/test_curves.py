"""Stored curves of section 08 are whole, and their nets and trainings are what is said of them."""

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Generator

from course_lib.data import DataSet, load
from course_lib.models.simple import conv_net
from course_lib.sections.training import curves
from course_lib.training.trials import SEEDS

HEAD = ["data", "settings", "trained", "device", "versions", "command"]
FULL = {3: 620_810, 5: 786_186, 7: 1_034_250}


@pytest.fixture(scope="module")
def few() -> DataSet:
    data = load("shapes")
    return replace(data, train=data.train.take(20), validation=data.validation.take(10))


@pytest.mark.parametrize("name", curves.EXPERIMENTS)
class TestExperiment:
    def test_what_is_stored_is_whole(self, name: str) -> None:
        runs, wanted = curves.stored(name), curves.EXPERIMENTS[name]
        assert list(runs.about) == HEAD
        assert all(runs.about.values())
        assert f"{wanted.epochs} epochs" in runs.about["settings"]
        assert wanted.about in runs.about["settings"]
        found = runs.by_net()
        assert list(found) == [(trial.net, trial.variant) for trial in wanted.trials]
        for trial in wanted.trials:
            own = found[trial.net, trial.variant]
            assert [run.seed for run in own] == list(SEEDS)
            for run in own:
                assert set(run.series) == {"loss", "validation"}
                for values in run.series.values():
                    assert len(values) == round(wanted.epochs * trial.share)
                    assert all(math.isfinite(value) for value in values)
                assert all(0 <= value <= 1 for value in run.series["validation"])

    def test_every_net_reads_colour_images(self, name: str) -> None:
        for trial in curves.EXPERIMENTS[name].trials:
            assert trial.make()(torch.rand(2, 3, 32, 32)).shape == (2, 10)

    def test_a_table_has_a_line_for_each_net(self, name: str) -> None:
        text = curves.table(name, curves.stored(name))
        for count in curves.parameters(name).values():
            assert f"{count:,}" in text
        assert "seconds" not in text


def test_a_training_here(few: DataSet) -> None:
    runs = curves.train("resizing", few, epochs=2)
    assert runs.about["trained"] == "here and now"
    assert len(runs.runs) == 3 * len(SEEDS)
    assert [len(run.series["seconds"]) for run in runs.runs] == [2, 2, 2, 2, 2, 2, 1, 1, 1]
    assert "seconds an epoch" in curves.table("resizing", runs)


def test_nothing_trains_while_graded(few: DataSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_PROFILE", "grade")
    assert str(curves.train("kernels", few)) == str(curves.stored("kernels"))


def test_the_same_net_in_three_experiments_has_the_same_curves() -> None:
    nets = {"kernels": "3 × 3", "pooling": "max", "precision": "float32"}
    first, *others = (curves.stored(name).by_net()[net, ""] for name, net in nets.items())
    for other in others:
        assert [run.series for run in other] == [run.series for run in first]


class TestNets:
    @pytest.mark.parametrize(("kernel", "count"), FULL.items())
    def test_parameters_in_full_width(self, kernel: int, count: int) -> None:
        net = conv_net(kernel=kernel)
        assert sum(p.numel() for p in net.parameters()) == count

    def test_what_halves_has_no_parameters(self) -> None:
        counts = curves.parameters("pooling")
        assert len({counts[net, ""] for net in ("max", "average", "strided")}) == 1

    def test_a_skip_adds_what_came_in(self) -> None:
        """With weights 0 in a block's second convolution, nothing but what came in is left."""
        net = conv_net((4,), convs=2, skips=True, head="gap").eval()
        with torch.no_grad():
            net[3][0].weight.zero_()  # type: ignore[index]
            net[3][0].bias.zero_()  # type: ignore[index]
        x = torch.rand(2, 4, 8, 8)
        assert torch.equal(net[3](x), x)

    def test_bfloat16_keeps_less_for_the_backward_pass(self) -> None:
        net, x = conv_net((8, 16, 32), hidden=64), torch.rand(8, 3, 32, 32)
        single = curves.kept_for_backward(net, x)
        with torch.autocast("cpu", torch.bfloat16):
            half = curves.kept_for_backward(net, x)
        assert single / 2 < half < single


class TestTraining:
    def test_images_grow(self) -> None:
        growing = curves.Growing((16, 24, 32), 30)
        images = torch.randint(256, (5, 3, 32, 32), dtype=torch.uint8)
        found: list[Any] = [growing(images, Generator()) for _ in range(6)]
        assert [image.shape[-1] for image in found] == [16, 16, 24, 24, 32, 32]
        assert {image.dtype for image in found} == {torch.uint8}

    def test_each_augmentation_keeps_size_and_kind(self) -> None:
        images = torch.randint(256, (5, 3, 32, 32), dtype=torch.uint8)
        before = images.clone()
        for trial in curves.EXPERIMENTS["augmentation"].trials:
            assert trial.augment is not None
            came = trial.augment(5)(images, Generator().manual_seed(0))
            assert (came.shape, came.dtype) == (images.shape, images.dtype)
            assert torch.equal(came, images) == (trial.net == "none")
        assert torch.equal(images, before)


def last(name: str, net: str, variant: str = "") -> list[float]:
    """Validation accuracy in the end, of each seed."""
    return [run.series["validation"][-1] for run in curves.stored(name).by_net()[net, variant]]


class TestWhatIsSaid:
    def test_of_kernels_and_pooling(self) -> None:
        assert max(last("kernels", "7 × 7")) < min(last("kernels", "3 × 3"))
        for worse in ("strided", "1 × 1"):
            assert max(last("pooling", worse)) < min(last("pooling", "max")) - 0.03
        assert min(last("pooling", "SE")) > max(last("pooling", "max"))

    def test_of_augmentation(self) -> None:
        plain = last("augmentation", "none")
        for better in ("flip", "crop + flip", "+ jitter"):
            assert min(last("augmentation", better)) > max(plain) + 0.02
        assert max(last("augmentation", "+ cutout")) < min(plain) - 0.015

    def test_of_schedules(self) -> None:
        for rate in ("0.01", "0.03"):
            assert max(last("schedules", "constant", rate)) < min(last("schedules", "cosine", rate))

    def test_of_architectures(self) -> None:
        base = last("architectures", "base")
        assert max(last("architectures", "no batch norm")) < min(base) - 0.1
        assert max(last("architectures", "four blocks")) < min(base) - 0.02
        assert min(last("architectures", "twice the channels")) > max(base) + 0.03

    def test_of_resizing(self) -> None:
        slower = last("resizing", "32, fewer epochs")
        assert max(slower) < min(last("resizing", "16, 24, 32")) - 0.01
