"""The lab: what a net of one's own earns by its weights, and what earns nothing."""

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.card import html_card
from course_lib.checks.case import Case
from course_lib.checks.check import answered
from course_lib.checks.judge import judge
from course_lib.checks.verdict import Verdict
from course_lib.data import DataSet, load
from course_lib.sections.training.own_net import CREDIT, FILE, SETS
from course_lib.training import handed_in
from course_lib.training.fit import fit
from course_lib.training.handed_in import MAX_FILE, save
from course_lib.training.history import History
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored

SEED = 5
CREDIT_STATED = dict(CREDIT)
Made = Callable[[], Any]


class Net(nn.Module):
    """A small net with a place for each mistake."""

    def __init__(self, dropout: nn.Module | None = None) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            *(nn.Conv2d(3, 8, 5, stride=2, padding=2), nn.BatchNorm2d(8), nn.ReLU()),
            *(nn.Conv2d(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 16, 3), nn.ReLU(), nn.Flatten()),
        )
        self.dropout = dropout or nn.Dropout(0.1)
        self.dense = nn.Linear(400, 10)

    def forward(self, x: Tensor) -> Any:
        return self.dense(self.dropout(self.convs(x)))


@pytest.fixture(scope="module")
def data() -> DataSet:
    return load("shapes")


@pytest.fixture(scope="module")
def trained(data: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as train_and_save writes it, after some seconds."""
    path = tmp_path_factory.mktemp("trained") / FILE
    with torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(io.StringIO()):
        torch.manual_seed(0)
        net = Net()
        history = fit(net, data.train.take(3000), data.validation, epochs=4, batch_size=32)
    save(net, data, history, path)
    return path


@pytest.fixture(autouse=True)
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No CIFAR-10, a folder of its own for the notebook, and credit for a short training."""
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(CREDIT, "shapes", (0.0, 1.0))


@pytest.fixture
def handed(beside: None, trained: Path) -> dict[str, Tensor]:
    Path(FILE).write_bytes(trained.read_bytes())
    return load_file(FILE)


def marked(given: Any) -> Verdict:
    exercise = find("training.own_net")
    asked = [
        Case.from_plain(wire.decode(wire.encode(case.question())))
        for case in scored(exercise.id, SEED)[0]
    ]
    texts = answered(exercise.public, given, asked)
    return judged(exercise.id, SEED, [Answer.from_plain(wire.decode(t)) for t in texts], "")


def checked(given: Any) -> Verdict:
    exercise = find("training.own_net")
    cases = exercise.public_cases()
    texts = answered(exercise.public, given, cases)
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judge(exercise.public, cases, answers, exercise.known(cases), hidden=False)


def _changed(change: Callable[[Net, Tensor], Any]) -> Made:
    """A net whose forward is another one."""

    class Changed(Net):
        def forward(self, x: Tensor) -> Any:
            return change(self, x)

    return Changed


def _plain(net: Net, x: Tensor) -> Any:
    return Net.forward(net, x)


@pytest.mark.usefixtures("handed")
def test_a_trained_net_earns_in_proportion_and_the_check_says_so() -> None:
    verdict, shown = marked(Net), checked(Net)
    assert verdict.mistake == shown.mistake == "accuracy"
    assert 0.13 < verdict.score < 1, verdict.message
    assert "850 shapes drawn for marking" in verdict.message
    assert "990 shapes of a public seed" in shown.message
    assert shown.score == pytest.approx(verdict.score, abs=0.1)
    assert not verdict.flags
    assert len(verdict.curve) == len(shown.curve) == 4
    assert "<svg" in html_card(verdict)


class _Functional(Net):
    """Its own batch norm, and dropout as a function."""

    def forward(self, x: Tensor) -> Any:
        norm: Any = self.convs[1]
        x = self.convs[0](x)
        if self.training:
            with torch.no_grad():
                norm.running_mean.lerp_(x.mean((0, 2, 3)), 0.1)
                norm.running_var.lerp_(x.var((0, 2, 3)), 0.1)
        mean, var = (b.view(1, -1, 1, 1) for b in (norm.running_mean, norm.running_var))
        weight, bias = (p.view(1, -1, 1, 1) for p in (norm.weight, norm.bias))
        x = self.convs[2:]((x - mean) / (var + norm.eps).sqrt() * weight + bias)
        return self.dense(F.dropout(x, 0.1, self.training))


class _Lazy(Net):
    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.LazyLinear(10)


def _one_for_all() -> Made:
    net = Net()
    return lambda: net


@pytest.mark.usefixtures("handed")
@pytest.mark.parametrize(
    "given", [_Functional, _Lazy, _one_for_all(), lambda: Net(nn.Dropout1d(0.1))]
)
def test_other_right_ways_earn_the_same(given: Made) -> None:
    verdict = marked(given)
    assert verdict.mistake == "accuracy", verdict.message
    assert verdict.score == pytest.approx(marked(Net).score, abs=0.01)


def _in_a_list() -> Made:
    class Listed(Net):
        def __init__(self) -> None:
            super().__init__()
            self.more = [nn.Linear(10, 10)]

        def forward(self, x: Tensor) -> Any:
            return self.more[0](super().forward(x))

    return Listed


@pytest.mark.usefixtures("handed")
@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        (lambda: Net, "no network"),
        (lambda: lambda x: x, "no network"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(3072, 10)), "another network"),
        (lambda: nn.Sequential(Net()), "another network"),
        (_changed(lambda net, x: _plain(net, x).argmax(1)), "form"),
        (_changed(lambda net, x: _plain(net, x).squeeze()), "form"),
        (_changed(lambda net, x: _plain(net, x)[:, :9]), "form"),
        (_changed(lambda net, x: _plain(net, x) * torch.nan), "not finite"),
        (_changed(lambda net, x: _plain(net, x) * 0), "all alike"),
        (_changed(lambda net, x: _plain(net, x - x.mean(0))), "company"),
        (_changed(lambda net, x: F.dropout(_plain(net, x))), "company"),
        (_changed(lambda net, x: _plain(net.train(), x)), "company"),
        (_in_a_list(), "not registered"),
        (_changed(lambda net, x: _plain(net, x) * 0 + x[:, 0, 0, :10]), "weights not read"),
    ],
)
def test_what_earns_nothing_is_told_by_its_name(given: Made, mistake: str) -> None:
    verdict, shown = marked(given), checked(given)
    assert (verdict.score, verdict.mistake) == (0, mistake), verdict.message
    told = "which weights" if mistake == "another network" else mistake
    assert (shown.score, shown.mistake) == (0, told), shown.message


class _WithoutNorm(Net):
    def forward(self, x: Tensor) -> Any:
        return self.dense(self.dropout(self.convs[2:](self.convs[0](x))))


class _TwoConvolutions(Net):
    def forward(self, x: Tensor) -> Any:
        x = F.adaptive_avg_pool2d(self.convs[:6](x), 5)
        return self.dense(self.dropout(x.flatten(1)))


@pytest.mark.usefixtures("handed")
@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        (_TwoConvolutions, "few convolutions"),
        (_WithoutNorm, "no batch norm"),
        (lambda: Net(nn.Identity()), "no dropout"),
        (lambda: Net(nn.Dropout(0.0)), "no dropout"),
        (_changed(lambda net, x: _plain(net, x.sub_(0.01))), "changed"),
        (_changed(lambda net, x: _plain(net, x).softmax(1)), "probabilities"),
    ],
)
def test_what_goes_another_way_than_asked_for_earns_half_at_most(
    given: Made, mistake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = marked(given)
    assert verdict.mistake == mistake, verdict.message
    assert "half of the points" in verdict.message.lower()
    assert "shapes drawn for marking" in verdict.message
    monkeypatch.setitem(CREDIT, "shapes", (-1.0, 0.0))  # whole for every net
    assert marked(given).score == 0.5


@pytest.mark.usefixtures("handed")
def test_the_check_says_which_weights_do_not_fit() -> None:
    def wider() -> nn.Module:
        net = Net()
        net.dense = nn.Linear(400, 12)
        return net

    shown = checked(wider).message
    assert "dense.weight is (12, 400) in the network and (10, 400) in the file" in shown
    assert "dense" not in marked(wider).message
    assert (
        "the network has 0.weight, which is not in the file" in checked(lambda: Net().convs).message
    )
    save_file({**load_file(FILE), "more": torch.zeros(1)}, FILE)
    assert "the file holds more, which the network has not" in checked(Net).message


def test_files_that_are_of_no_use(handed: dict[str, Tensor]) -> None:
    save_file({name: handed[name] for name in handed if name != "mean"}, FILE)
    assert marked(Net).mistake == "no statistics"
    save_file({**handed, "more": torch.zeros(MAX_FILE // 4)}, FILE)
    assert marked(Net).mistake == checked(Net).mistake == "file too large"
    Path(FILE).write_bytes(b"no tensors")
    assert marked(Net).mistake == "file unreadable"
    Path(FILE).unlink()
    assert marked(Net).mistake == "file missing"


def test_weights_that_were_not_trained_earn_nothing(
    data: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CREDIT, "shapes", CREDIT_STATED["shapes"])
    save(Net(), data, History(1), FILE)
    verdict = marked(Net)
    assert (verdict.score, verdict.mistake) == (0, "accuracy"), verdict.message
    assert "hardly more than guessing" in verdict.message


def test_a_stub_is_not_attempted_whether_the_file_is_there_or_not(
    handed: dict[str, Tensor],
) -> None:
    def stub() -> None:
        raise NotImplementedError

    assert marked(stub).state == checked(stub).state == "not attempted"
    Path(FILE).unlink()
    assert marked(stub).state == "not attempted"


@pytest.mark.usefixtures("handed")
def test_weights_trained_on_cifar_are_asked_on_its_moved_test_images_where_they_are(
    data: DataSet, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_file(load_file(trained), FILE, metadata={"trained_on": "cifar10"})
    verdict = marked(Net)
    assert "CIFAR-10, which is not here" in verdict.message
    assert ["by hand" in flag for flag in verdict.flags] == [True]
    monkeypatch.setattr(handed_in, "load", lambda name: data)
    scored.cache_clear()
    verdict = marked(Net)
    scored.cache_clear()
    assert "1,020 test images of CIFAR-10, moved a little" in verdict.message
    assert ["public set" in flag for flag in verdict.flags] == [True]


def test_the_file_holds_halves_and_the_history(handed: dict[str, Tensor], data: DataSet) -> None:
    from safetensors import safe_open

    assert handed["dense.weight"].dtype == torch.float16
    assert handed["mean"].tolist() == pytest.approx(data.mean, abs=1e-3)
    with safe_open(FILE, "pt") as file:
        about = file.metadata()
    assert about["trained_on"] == "shapes"
    assert [len(row) for row in json.loads(about["history"])] == [4] * 4


def test_a_tensor_that_is_called_as_the_statistics_are_is_refused(data: DataSet) -> None:
    net = Net()
    net.register_buffer("mean", torch.zeros(1))
    with pytest.raises(ValueError, match="'mean'"):
        save(net, data, History(1), FILE)


def test_the_credit_lies_between_two_accuracies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (low, high) in CREDIT_STATED.items():
        monkeypatch.setitem(CREDIT, name, (low, high))
        earned = [SETS.earned(share, name) for share in (low, (low + high) / 2, high)]
        assert earned == pytest.approx([0, 0.5, 1])
        assert (SETS.earned(0.1, name), SETS.earned(1.0, name)) == (0, 1)
