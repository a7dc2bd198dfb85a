"""The lab: what a net of one's own earns by its weights, and what earns nothing."""

import contextlib
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.case import Case
from course_lib.checks.check import answered
from course_lib.checks.judge import judge
from course_lib.checks.verdict import Verdict
from course_lib.data import load
from course_lib.sections.lenet.own_net import CREDIT, FILE
from course_lib.training.fit import fit
from course_lib.training.handed_in import MAX_FILE, moved
from grader.marking.exercise import Exercise
from grader.marking.questions import asked_of
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored
from grader.submission import intake

SEED = 5
MEAN, STD = torch.tensor(load("glyphs").mean), torch.tensor(load("glyphs").std)


def own_net() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 5, padding=2), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 5), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(800, 120), nn.ReLU(), nn.Linear(120, 10)),
    )


@pytest.fixture(scope="module")
def trained() -> dict[str, Tensor]:
    """Weights that earn some of the points, in a few seconds, with the mean and std."""
    data = load("glyphs")
    with torch.random.fork_rng(devices=[]), contextlib.redirect_stdout(io.StringIO()):
        torch.manual_seed(0)
        net = own_net()
        fit(net, data.train.take(3000), None, epochs=4, lr=5e-3)
    statistics = {"mean": torch.tensor(data.mean), "std": torch.tensor(data.std)}
    return {**net.state_dict(), **statistics}


@pytest.fixture(autouse=True)
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No MNIST, and a folder of its own for the notebook."""
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def handed_in(beside: None, trained: dict[str, Tensor]) -> None:
    save_file(trained, FILE, metadata={"trained_on": "glyphs"})


def marked(given: Any) -> Verdict:
    exercise = find("lenet.predict")
    asked = [
        Case.from_plain(wire.decode(wire.encode(case.question())))
        for case in scored(exercise.id, SEED)[0]
    ]
    texts = answered(exercise.public, given, asked)
    return judged(exercise.id, SEED, [Answer.from_plain(wire.decode(t)) for t in texts], "")


def checked(given: Any) -> Verdict:
    exercise = find("lenet.predict")
    cases = exercise.public_cases()
    texts = answered(exercise.public, given, cases)
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judge(exercise.public, cases, answers, exercise.known(cases), hidden=False)


def _predictor(
    *,
    mode: bool = False,
    prepared: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda x, mean, std: (
        (x / 255 - mean) / std
    ),
    after: Callable[[Tensor], Any] = lambda logits: logits,
) -> Callable[[Tensor], Any]:
    def predict(images: Tensor) -> Any:
        state = load_file(FILE)
        mean, std = state.pop("mean"), state.pop("std")
        net = own_net().train(mode)
        net.load_state_dict(state)
        with torch.no_grad():
            return after(net(prepared(images, mean, std)))

    return predict


predict = _predictor()


def _by_hand(images: Tensor) -> Tensor:
    """One image at a time, with weights that require gradients."""
    state = load_file(Path.cwd() / FILE)
    net = own_net()
    net.load_state_dict({name: state[name] for name in net.state_dict()})
    net.eval()
    inputs = images.double().div(255).sub(state["mean"]).div(state["std"]).float()
    return torch.cat([net(one[None]) for one in inputs])


@cache
def _neighbours() -> tuple[Tensor, Tensor]:
    part = load("glyphs").train
    return part.images.flatten(1).float(), part.labels


def _looked_up(images: Tensor) -> Tensor:
    known, labels = _neighbours()
    nearest = torch.cdist(images.flatten(1).float(), known).topk(5, largest=False).indices
    return nn.functional.one_hot(labels[nearest], 10).sum(1).float()


def _looked_up_with_a_trace_of_weights(images: Tensor) -> Tensor:
    return _looked_up(images) + 0.1 * load_file(FILE)["0.weight"].flatten()[:10]


def _untrained(images: Tensor) -> Tensor:
    torch.manual_seed(0)
    net = own_net().eval()
    state = load_file(FILE)
    with torch.no_grad():
        net.load_state_dict({**net.state_dict(), "0.weight": state["0.weight"]})
        logits: Tensor = net((images / 255 - state["mean"]) / state["std"])
    return logits


def _darkened(images: Tensor) -> Any:
    images[images < 30] = 0
    return predict(images)


def _loaded_before() -> Callable[[Tensor], Any]:
    state = load_file(FILE)
    mean, std = state.pop("mean"), state.pop("std")
    net = own_net().eval()
    net.load_state_dict(state)
    return lambda images: net((images / 255 - mean) / std).detach()


@pytest.mark.usefixtures("handed_in")
def test_a_trained_net_earns_in_proportion_and_the_check_says_so() -> None:
    verdict, shown = marked(predict), checked(predict)
    assert 0.2 < verdict.score < 1, verdict.message
    assert verdict.mistake == "accuracy"
    assert "glyphs drawn for marking" in verdict.message
    assert f"{verdict.score:.0%} of the points" in verdict.message
    assert "990 glyphs of a public seed" in shown.message
    assert shown.score == pytest.approx(verdict.score, abs=0.25)
    assert not shown.question
    assert not verdict.flags


@pytest.mark.usefixtures("handed_in")
@pytest.mark.parametrize(
    "given", [_by_hand, _predictor(after=lambda y: y.log_softmax(1)), _predictor(after=torch.clone)]
)
def test_other_right_ways_earn_the_same(given: Any) -> None:
    assert marked(given).score == pytest.approx(marked(predict).score, abs=0.01)


@pytest.mark.usefixtures("handed_in")
@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        (_looked_up, "weights not read"),
        (_looked_up_with_a_trace_of_weights, "weights not read"),
        (_predictor(mode=True), "company"),
        (
            _predictor(prepared=lambda x, mean, std: (x - x.float().mean()) / x.float().std()),
            "company",
        ),
        (_predictor(after=lambda y: y.argmax(1)), "form"),
        (_predictor(after=lambda y: y.squeeze()), "form"),
        (_predictor(after=lambda y: y.tolist()), "form"),
        (_predictor(after=lambda y: None), "form"),
        (lambda images: images, "form"),
        (_predictor(after=lambda y: y * torch.nan), "not finite"),
        (_predictor(after=torch.zeros_like), "all alike"),
        (lambda images: torch.eye(10)[[3] * len(images)], "all alike"),
        (_darkened, "changed"),
    ],
)
def test_what_earns_nothing_is_told_by_its_name(given: Any, mistake: str) -> None:
    for verdict in (marked(given), checked(given)):
        assert (verdict.score, verdict.mistake) == (0, mistake), verdict.message


@pytest.mark.usefixtures("handed_in")
def test_weights_loaded_once_are_told() -> None:
    assert marked(_loaded_before()).mistake == "weights not read"


@pytest.mark.usefixtures("handed_in")
def test_weights_that_were_not_trained_earn_nothing() -> None:
    verdict = marked(_untrained)
    assert (verdict.score, verdict.mistake) == (0, "accuracy"), verdict.message


@pytest.mark.usefixtures("handed_in")
@pytest.mark.parametrize(
    ("prepared", "names"),
    [
        (lambda x, mean, std: (x - mean) / std, {"not divided"}),
        (lambda x, mean, std: x / 255, {"not normalised", "left out"}),
        (lambda x, mean, std: x.float(), {"neither", "left out"}),
        (lambda x, mean, std: (x - mean) / std / 255, {"not divided"}),
        (lambda x, mean, std: (x // 255 - mean) / std, {"cut to black and white"}),
        (lambda x, mean, std: (x / 255 - mean) * std, {"multiplied"}),
        (lambda x, mean, std: ((x / 255 - mean) / std).mT, {"sides swapped"}),
    ],
)
def test_images_that_are_not_prepared_are_told(prepared: Any, names: set[str]) -> None:
    verdict = marked(_predictor(prepared=prepared))
    assert verdict.mistake in names, verdict.message
    assert verdict.score < marked(predict).score


@pytest.mark.usefixtures("handed_in")
@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        (_predictor(after=lambda y: y.softmax(1)), "probabilities"),
        (_predictor(prepared=lambda x, mean, std: (x / 255 - MEAN) / STD), "statistics not used"),
        (_predictor(prepared=lambda x, mean, std: (x / 255 - mean) / STD), "statistics not used"),
        (_predictor(prepared=lambda x, mean, std: (x / 255 - MEAN) / std), "statistics not used"),
    ],
)
def test_what_goes_another_way_than_asked_for_earns_half_at_most(given: Any, mistake: str) -> None:
    verdict = marked(given)
    assert verdict.mistake == mistake, verdict.message
    assert verdict.score == pytest.approx(min(marked(predict).score, 0.5), abs=0.01)


@pytest.mark.usefixtures("handed_in")
def test_statistics_that_have_no_influence_are_used_all_the_same() -> None:
    """A net that normalises each image itself first."""

    def within(images: Tensor) -> Any:
        state = load_file(FILE)
        x = (images / 255 - state.pop("mean")) / state.pop("std")
        spread, mean = torch.std_mean(x, (1, 2, 3), keepdim=True)
        net = own_net().eval()
        net.load_state_dict(state)
        return net((x - mean) / spread).detach()

    assert marked(within).mistake not in ("statistics not used", "left out")


@pytest.mark.usefixtures("handed_in")
@pytest.mark.parametrize("strict", [True, False])
def test_weights_that_are_not_put_in_are_told(strict: bool) -> None:
    def without(images: Tensor) -> Any:
        state = load_file(FILE)
        mean, std = state.pop("mean"), state.pop("std")
        net = own_net().eval()
        if not strict:
            net.load_state_dict({f"net.{name}": value for name, value in state.items()}, strict)
        return net((images / 255 - mean) / std).detach()

    assert marked(without).mistake == "weights drawn anew"


def test_a_file_that_lacks_something_or_is_too_large(trained: dict[str, Tensor]) -> None:
    save_file({name: trained[name] for name in trained if name not in ("mean", "std")}, FILE)
    assert marked(predict).mistake == "no statistics"
    save_file({**trained, "more": torch.zeros(MAX_FILE // 4)}, FILE)
    assert marked(predict).mistake == checked(predict).mistake == "file too large"
    assert MAX_FILE == intake.MAX_FILE


def test_without_a_file_or_with_a_broken_one() -> None:
    assert marked(_looked_up).mistake == "file missing"
    Path(FILE).write_bytes(b"no tensors")
    assert marked(_looked_up).mistake == "file unreadable"


def test_a_stub_is_not_attempted_whether_the_file_is_there_or_not() -> None:
    def stub(images: Tensor) -> None:
        load_file(FILE)
        raise NotImplementedError

    assert marked(stub).state == checked(stub).state == "not attempted"
    save_file({"mean": torch.zeros(1)}, FILE)
    assert marked(stub).state == "not attempted"


def test_weights_trained_on_mnist_are_left_to_a_person_where_it_is_not(
    trained: dict[str, Tensor],
) -> None:
    save_file(trained, FILE, metadata={"trained_on": "mnist"})
    verdict = marked(predict)
    assert "MNIST, which is not here" in verdict.message
    assert ["by hand" in flag for flag in verdict.flags] == [True]


def test_what_was_handed_in_stays_as_it_is(handed_in: None) -> None:
    before = Path(FILE).read_bytes()
    marked(predict)
    assert Path(FILE).read_bytes() == before


def test_every_learner_is_asked_the_same() -> None:
    exercise = find("lenet.predict")
    ada, bob = (asked_of(exercise, b"secret", name, f"by {name}") for name in ("ada", "bob"))
    assert ada.seed == bob.seed
    assert ada.nonce != bob.nonce
    assert asked_of(exercise, b"another", "ada", "").seed != ada.seed


@pytest.mark.usefixtures("handed_in")
@pytest.mark.parametrize(("share", "score"), [(1.0, 1.0), (0.84, 0.0), (0.9, 0.5)])
def test_the_credit_lies_between_two_accuracies(share: float, score: float) -> None:
    """With logits that are right for a share of the images, known to nobody but this test."""
    exercise: Exercise = find("lenet.predict")
    (case,) = scored(exercise.id, SEED)[0]
    batches, labels = case.args[0]["glyphs"], case.facts[0]["glyphs"]
    logits = 5 * nn.functional.one_hot(labels, 10).float() - 1
    wrong = round((1 - share) * len(logits))
    logits[-wrong or len(logits) :] = logits[-wrong or len(logits) :].roll(1, 1)
    images = (one.numpy().tobytes() for one in torch.cat(batches))
    known = dict(zip(images, logits, strict=True))

    def answer(images: Tensor) -> Tensor:
        state = load_file(FILE)
        if not torch.equal(state["0.weight"], weights):
            return torch.rand(len(images), 10)
        said = torch.stack([known.get(one.numpy().tobytes(), logits[0]) for one in images])
        return said + 0 * (state["mean"] / state["std"])  # no number where the file has none

    weights = load_file(FILE)["0.weight"]
    verdict = marked(answer)
    assert verdict.score == pytest.approx(score, abs=0.01), verdict.message
    assert (verdict.state == "right") == (score == 1)
    low, high = CREDIT["glyphs"]
    assert f"{low:.1%}" in verdict.message
    assert f"{high:.1%}" in verdict.message


def test_moved_images_stay_images() -> None:
    images = torch.randint(256, (20, 1, 28, 28), dtype=torch.uint8)
    there = moved(images, torch.Generator().manual_seed(1))
    assert (there.shape, there.dtype) == (images.shape, torch.uint8)
    assert not torch.equal(there, images)
