"""Stored curves: a small training is stored and read back; what comes with the course is whole."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from course_lib.sections.adversarial import curves as adversarial
from course_lib.sections.efficient import curves as efficient
from course_lib.sections.resnet import curves as resnet
from course_lib.sections.transfer import curves as transfer
from course_lib.sections.vgg import curves as vgg
from course_lib.training.stored import Run, Runs, read, write
from course_lib.training.trials import SEEDS, Trial, train_all

HEAD = ["data", "settings", "trained", "device", "versions", "command"]
FILES = {"vgg": vgg.STORED, **{name: resnet.path(name) for name in resnet.EXPERIMENTS}}
FILES["gradients"] = resnet.path("gradients")
FILES["adversarial"] = adversarial.STORED
FILES["efficient"] = efficient.STORED
FILES["transfer"] = transfer.STORED


def small() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))


def test_a_training_is_stored_and_read_back(digits: Any, tmp_path: Path) -> None:
    trials = [Trial("one", "0.1", small, 0.1), Trial("one", "too much", small, 1e38)]
    train, validation = digits.train.take(100), digits.validation.take(50)
    found = train_all(trials, train, validation, epochs=2, seeds=(0, 3))
    runs = Runs({"data": "digits: few", "command": "none"}, "epoch", found)
    write(tmp_path / "runs.csv", runs)
    again = read(tmp_path / "runs.csv")
    assert (again.about, again.step) == (runs.about, "epoch")
    assert list(again.by_net()) == [("one", "0.1"), ("one", "too much")]
    for run, kept in zip(runs.runs, again.runs, strict=True):
        assert (run.net, run.variant, run.seed) == (kept.net, kept.variant, kept.seed)
        for name, values in run.series.items():
            assert kept.series[name] == pytest.approx(values, rel=1e-4, nan_ok=True)
    good, wild = again.runs[0].series["loss"], again.runs[2].series["loss"]
    assert len(good) == 2
    assert math.isfinite(sum(good))
    assert not math.isfinite(wild[-1])
    assert "one  0.1" in str(again)
    assert "data: digits: few" in str(again)


def test_a_table_has_no_empty_column() -> None:
    one = Run("one", "", 0, {"loss": [2.0, 1.0]})
    assert "variant" not in str(Runs({}, "epoch", [one]))
    assert "one  1 (1 to 1)" in str(Runs({}, "epoch", [one]))
    other = Run("two", "wide", 0, {"loss": [2.0, 1.0]})
    assert "net  variant  loss, last epoch" in str(Runs({}, "epoch", [one, other]))


def test_a_seed_gives_the_same_training_again(digits: Any) -> None:
    trial = Trial("one", "", small, 0.1)
    part = digits.train.take(100)
    first, other = (train_all([trial], part, part, epochs=1, seeds=seeds) for seeds in ((5,), (6,)))
    torch.manual_seed(1)
    assert train_all([trial], part, part, epochs=1, seeds=(5,)) == first
    assert other[0].series != first[0].series


def test_nothing_trains_while_graded(digits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_PROFILE", "grade")
    trials = [Trial("one", "", small, 0.1)]
    assert train_all(trials, digits.train, digits.validation, epochs=1) == []
    assert str(vgg.train(lambda *_, **__: small(), digits)) == str(vgg.stored())


@pytest.mark.parametrize("name", FILES)
def test_what_comes_with_the_course_is_whole(name: str) -> None:
    runs = read(FILES[name])
    assert [about for about in runs.about if about != "attacks"] == HEAD
    assert all(runs.about.values())
    for found in runs.by_net().values():
        assert [run.seed for run in found] == list(SEEDS)
        assert len({len(values) for run in found for values in run.series.values()}) == 1
        for run in found:
            assert all(math.isfinite(v) for values in run.series.values() for v in values)


def last(runs: Runs, column: str) -> dict[tuple[str, str], list[float]]:
    """The numbers of the last step, one of each seed."""
    return {key: [r.series[column][-1] for r in found] for key, found in runs.by_net().items()}


def test_what_is_said_of_depths() -> None:
    runs = {net: found for (net, _), found in resnet.stored("depths").by_net().items()}
    losses = {net: [run.series["loss"] for run in found] for net, found in runs.items()}
    for epoch in range(6):
        shallow, deep = ([loss[epoch] for loss in losses[net]] for net in ("plain-20", "plain-56"))
        assert min(deep) > max(shallow), "degradation, in every epoch"
    ends = {net: [loss[-1] for loss in found] for net, found in losses.items()}
    assert max(ends["ResNet-56"]) < 0.2 < 1.6 < min(ends["plain-56"])
    assert max(ends["ResNet-20"]) < min(ends["plain-20"])
    assert max(ends["ResNet-20"]) < min(ends["ResNet-56"]), "deeper is not better here"
    validation = [run.series["validation"][-1] for run in runs["plain-56"]]
    assert max(validation) < 0.36


def test_what_is_said_of_rates() -> None:
    losses = last(resnet.stored("rates"), "loss")
    for rate in ("0.01", "0.03", "0.1", "0.3", "1"):
        assert max(losses["with", rate]) < min(losses["without", rate])
    assert max(max(losses["with", rate]) for rate in ("0.03", "0.1", "0.3", "1")) < 0.35
    assert max(losses["without", "0.1"]) < 0.8
    for rate in ("0.01", "0.03"):
        assert max(losses["without", rate]) > 2.2
    for rate in ("0.3", "1"):
        assert min(losses["without", rate]) > 1.9


def test_what_is_said_of_gradients() -> None:
    found = resnet.stored("gradients").by_net()
    first = {key: [run.series["gradient"][0] for run in runs] for key, runs in found.items()}
    shares = {
        key: [run.series["gradient"][0] / run.series["gradient"][-1] for run in runs]
        for key, runs in found.items()
    }
    normed, bare = "batch norm", "none"
    assert min(shares["plain-56", normed]) > 7000
    assert max(shares["plain-20", normed]) < 130
    assert max(shares["ResNet-56", normed]) < 70
    assert max(first["plain-56", bare]) < 4e-5
    assert min(first["plain-20", bare]) > 2e-4
    assert min(first["ResNet-56", bare]) > 70


def test_what_is_said_of_eighteen_layers() -> None:
    found = {net: runs for (net, _), runs in resnet.stored("eighteen").by_net().items()}
    losses = {net: [run.series["loss"] for run in runs] for net, runs in found.items()}
    for epoch in range(12):
        plain, skips = ([loss[epoch] for loss in losses[net]] for net in ("plain-18", "ResNet-18"))
        assert max(skips) < min(plain)
    right = last(resnet.stored("eighteen"), "validation")
    plain, skips = right["plain-18", ""], right["ResNet-18", ""]
    assert max(plain) < min(skips)
    assert round(100 * (sum(skips) - sum(plain)) / 3, 1) == 1.6


def test_what_is_said_of_three_starts() -> None:
    losses, right = last(vgg.stored(), "loss"), last(vgg.stored(), "validation")
    for net in vgg.NETS:
        assert min(losses[net, "default"]) > math.log(10) - 0.001, "never leaves chance"
        assert max(right[net, "default"]) < 0.101
        assert max(losses[net, "He"]) < 2.0
        assert max(losses[net, "batch norm"]) < 0.04
        assert min(right[net, "batch norm"]) > 0.97
        assert max(right[net, "He"]) < 0.92
    for start in ("He", "batch norm"):
        shallow, deep = right["VGG-11", start], right["VGG-16", start]
        assert max(shallow) > min(deep), "no order of the depths"
        assert max(deep) > min(shallow)
    ends = {key: round(sum(shares) / 3, 3) for key, shares in right.items()}
    assert [ends[net, "He"] for net in vgg.NETS] == [0.749, 0.482, 0.756]
    assert [ends[net, "batch norm"] for net in vgg.NETS] == [0.982, 0.987, 0.982]


def test_what_is_said_of_the_price_of_robustness() -> None:
    clean, once, often = (last(adversarial.stored(), name) for name in ("clean", "fgsm", "pgd"))
    plain, fast, slow = ((net, "") for net in adversarial.NAMES)
    assert max(often[plain]) < 0.01 < 0.2 < min(often[fast]) < max(often[fast]) < min(often[slow])
    assert max(max(clean[fast]), max(clean[slow])) < min(clean[plain])
    assert min(clean[fast]) < max(clean[slow]), "which costs more, the spans do not tell"
    for net in (plain, fast, slow):
        assert min(once[net]) > max(often[net]), "PGD finds more"
    trained = adversarial.stored().by_net()[fast]
    for run in trained:
        assert run.series["pgd"][-1] > run.series["pgd"][0] + 0.15, "no catastrophic overfitting"
