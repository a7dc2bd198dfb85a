"""Stored trainings of section 14 are whole, and show what is said of them."""

import math

import pytest
import torch
from real_files import REAL_FILES, needs
from torch import nn

from course_lib.data import DataMissing
from course_lib.sections.signals import curves
from course_lib.sections.signals.dense import TOLERANCE, dense_rival, parameters
from course_lib.sections.signals.given import SimpleCNN1d
from course_lib.training.trials import SEEDS
from grader.marking.solutions import solution

EMBEDDED = ("rhythm", curves.SOUNDS, curves.ORDER)
LENGTHS = {"ecg200": 96, "ecg5000": 140, "rhythm": 140}


def found(name: str, net: str, series: str = "accuracy") -> list[float]:
    """Of each seed."""
    return [run.series[series][-1] for run in curves.stored().by_net()[net, name]]


class TestStored:
    def test_all_of_it_is_there(self) -> None:
        runs = curves.stored()
        assert list(runs.about) == ["data", "settings", "trained", "device", "versions", "command"]
        assert runs.about["settings"] == curves.SETTINGS
        names = {variant for _, variant in runs.by_net()}
        moved = {name + curves.MOVED for name in curves.BEATS}
        assert names == {*curves.BEATS, *moved, curves.SOUNDS, curves.ORDER}
        for own in runs.by_net().values():
            assert [run.seed for run in own] == list(SEEDS)
            for run in own:
                assert list(run.series) == ["accuracy", "balanced", "loss"]
                assert all(0 <= run.series[one][0] <= 1 for one in ("accuracy", "balanced"))
                assert math.isfinite(run.series["loss"][0])

    @pytest.mark.parametrize("name", EMBEDDED)
    def test_nets_are_those_that_are_compared(self, name: str) -> None:
        stored = [net for net, variant in curves.stored().by_net() if variant == name]
        assert stored == [entry.net for entry in curves.entries(name)]

    @pytest.mark.parametrize("name", [*curves.BEATS, "rhythm moved", curves.SOUNDS, curves.ORDER])
    def test_a_table_has_a_line_for_each_net_without_any_file(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COURSE_DATA_DIR", "/nowhere")
        lines = curves.table(curves.stored(), name).splitlines()
        nets = [net for net, variant in curves.stored().by_net() if variant == name]
        assert [line[: len(net)] for line, net in zip(lines[1:], nets, strict=False)] == nets
        assert all("%" in line for line in lines[1 : len(nets) + 1])


class TestWhatIsSaid:
    def test_of_beats_where_they_lie_alike(self) -> None:
        assert min(found("ecg200", "dense")) > max(found("ecg200", "SimpleCNN1d"))
        every = found("ecg5000", "dense") + found("ecg5000", "SimpleCNN1d")
        assert min(every) > 0.98

    def test_of_beats_that_are_moved(self) -> None:
        assert min(found("rhythm", "SimpleCNN1d")) > max(found("rhythm", "dense")) + 0.02
        for name in curves.BEATS:
            moved = name + curves.MOVED
            for series in ("accuracy", "balanced"):
                dense = max(found(moved, "dense", series))
                assert min(found(moved, "SimpleCNN1d", series)) > dense, moved

    def test_balanced_accuracy_is_the_lower_one_where_classes_are_uneven(self) -> None:
        for net in ("SimpleCNN1d", "dense"):
            pairs = zip(found("ecg200", net), found("ecg200", net, "balanced"), strict=True)
            assert all(balanced < accuracy for accuracy, balanced in pairs)

    def test_of_sounds(self) -> None:
        waves = found("sounds", "waves: SimpleCNN1d") + found("sounds", "waves: with batch norm")
        images = found("sounds", "images: same widths")
        assert max(waves) < min(images) - 0.1
        assert min(found("sounds", "images: SimpleCNN of 08")) > 0.99

    def test_of_order(self) -> None:
        assert found(curves.ORDER, "one mean") == [0.5] * 3
        assert all(loss > math.log(2) - 1e-3 for loss in found(curves.ORDER, "one mean", "loss"))
        assert min(found(curves.ORDER, "two means")) > 0.98


class TestNets:
    @pytest.mark.parametrize("name", EMBEDDED)
    def test_each_takes_what_it_learns_from(self, name: str) -> None:
        for entry in curves.entries(name):
            part = entry.test[:3]
            classes = int(entry.test.labels.max()) + 1
            assert entry.make().eval()(part.inputs()).shape == (3, classes)

    @pytest.mark.parametrize(("name", "length"), LENGTHS.items())
    def test_the_dense_rival_has_as_many_parameters(self, name: str, length: int) -> None:
        net = solution("signals.SimpleCNN1d")(1, 2)
        assert parameters(net) == parameters(SimpleCNN1d(1, 2)) == 7_970
        rival = dense_rival(net, 1, length, 2)
        assert abs(parameters(rival) / 7_970 - 1) < 0.01
        assert rival(torch.zeros(4, 1, length)).shape == (4, 2)

    def test_several_channels_and_classes(self) -> None:
        net = nn.Conv1d(3, 64, 9)
        rival = dense_rival(net, 3, 5, 7)
        assert rival(torch.zeros(2, 3, 5)).shape == (2, 7)
        assert abs(parameters(rival) / parameters(net) - 1) < TOLERANCE

    def test_a_rival_that_cannot_be_as_large_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"5 hidden units .*7,970.*1,450 numbers"):
            dense_rival(SimpleCNN1d(1, 2), 1, 1_450, 2)

    def test_both_orders_get_the_same_logits(self) -> None:
        rows = curves.pairs(3, 0).images
        torch.manual_seed(0)
        logits = SimpleCNN1d(1, 2)(rows).view(3, 2, 2)
        assert torch.allclose(logits[:, 0], logits[:, 1], atol=1e-6)


def test_pairs_are_labelled_by_what_comes_first() -> None:
    part = curves.pairs(2, 1)
    assert part.labels.tolist() == [0, 1, 0, 1]
    length = curves.SAMPLES
    tone, clicks = part.images[0, 0], part.images[1, 0]
    assert tone.shape == (3 * curves.GAP + 2 * length,)
    first = slice(curves.GAP, curves.GAP + length)
    second = slice(2 * curves.GAP + length, 2 * curves.GAP + 2 * length)
    assert torch.equal(tone[first], clicks[second])
    assert torch.equal(tone[second], clicks[first])


def test_later_beats_keep_their_shape() -> None:
    part = curves.entries("rhythm")[0].test[:5]
    moved = curves.later(part)
    assert torch.equal(moved.images[..., curves.LATER :], part.images[..., : -curves.LATER])
    assert torch.equal(moved.labels, part.labels)


def test_a_training_here_and_none_while_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(curves.EPOCHS, curves.ORDER, 1)
    monkeypatch.setattr(curves, "PAIRS", 8)
    runs = curves.train([curves.ORDER])
    assert runs.about["trained"] == "here and now"
    assert [run.net for run in runs.runs] == ["one mean"] * 3 + ["two means"] * 3
    monkeypatch.setenv("COURSE_PROFILE", "grade")
    assert str(curves.train([curves.ORDER])) == str(curves.stored())


def test_real_sets_that_are_missing_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA_DIR", "/nowhere")
    with pytest.raises(DataMissing, match="ECG5000_TRAIN"):
        curves.entries("ecg5000")


@needs("ecg")
def test_real_sets_have_the_lengths_that_tables_count_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COURSE_DATA_DIR", str(REAL_FILES))
    for name in ("ecg200", "ecg5000"):
        assert curves.entries(name)[0].test.images.shape[-1] == LENGTHS[name]
