"""The printed answers of section 05, each derived anew: by plain loops, NumPy or whole modules."""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.draw import Draw
from course_lib.former.check import public_verdict
from course_lib.former.exercise import find
from course_lib.former.respond import respond
from course_lib.sections.lenet.own_net import OWN_NET
from grader.former.judge import judge_answers, scored_cases
from grader.former.marking import markings
from grader.marking.seeds import part_seed
from grader.sections.lenet import own_net as lenet_own_net


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return markings("lenet")[f"lenet.{name}"].solution


def test_twelve_stages_by_counting_windows() -> None:
    side, channels, shapes = 28, 1, []
    for out, padding in ((6, 2), (16, 0)):
        side, channels = len(range(side + 2 * padding - 5 + 1)), out
        shapes += [[1, channels, side, side]] * 2
        side = len(range(0, side - 1, 2))
        shapes.append([1, channels, side, side])
    shapes.append([1, channels * side * side])
    shapes += [[1, 120], [1, 120], [1, 84], [1, 84], [1, 10]]
    assert shapes == solution("stage_shapes")
    assert len(shapes) == 12
    assert shapes[6] == [1, 400]


def test_61706_parameters() -> None:
    layers = [nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)]
    dense = [nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)]
    counts = [sum(p.numel() for p in layer.parameters()) for layer in (*layers, *dense)]
    assert [*counts, sum(counts)] == solution("layer_params")
    assert counts == [156, 2416, 48120, 10164, 850]
    assert sum(p.numel() for p in solution("LeNet")().parameters()) == 61706


@pytest.mark.parametrize(("activation", "pooling"), [("sigmoid", "avg"), ("relu", "max")])
def test_lenet_is_its_functions(activation: str, pooling: str) -> None:
    net = solution("LeNet")(activation, pooling)
    act = {"sigmoid": torch.sigmoid, "relu": torch.relu}[activation]
    pool = {"avg": F.avg_pool2d, "max": F.max_pool2d}[pooling]
    w = net.state_dict()
    x = images = torch.rand(3, 1, 28, 28)
    x = pool(act(F.conv2d(x, w["net.0.weight"], w["net.0.bias"], padding=2)), 2)
    x = pool(act(F.conv2d(x, w["net.3.weight"], w["net.3.bias"])), 2).flatten(1)
    for stage in (7, 9):
        x = act(x @ w[f"net.{stage}.weight"].T + w[f"net.{stage}.bias"])
    assert torch.allclose(net(images), x @ w["net.11.weight"].T + w["net.11.bias"], atol=1e-6)


def test_relu_and_maximum_commute_and_relu_and_average_do_not() -> None:
    x = torch.randn(1, 1, 8, 8)
    assert torch.equal(F.max_pool2d(x.relu(), 2), F.max_pool2d(x, 2).relu())
    assert not torch.allclose(F.avg_pool2d(x.relu(), 2), F.avg_pool2d(x, 2).relu())


def test_deviation_of_the_first_weights_and_their_purpose() -> None:
    assert solution("init_std")((3, 5), "xavier") == pytest.approx(0.5)
    assert solution("init_std")((16, 6, 5, 5), "xavier") == pytest.approx(math.sqrt(2 / 550))
    torch.manual_seed(0)
    weight = torch.empty(60, 40, 3, 3)
    for scheme, fill in (("xavier", nn.init.xavier_normal_), ("he", nn.init.kaiming_normal_)):
        fill(weight)
        assert solution("init_std")(weight.shape, scheme) == pytest.approx(
            weight.std().item(), rel=0.02
        )


def test_he_keeps_the_variance_and_xavier_halves_it() -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        for factor, kept in ((2, 1.0), (1, 0.5)):
            h, found = rng.normal(size=(2000, 400)), []
            for _ in range(6):
                z = h @ (rng.normal(size=(400, 400)) * math.sqrt(factor / 400)).T
                found.append(z.var())
                h = np.maximum(z, 0)
            assert (found[-1] / found[0]) ** (1 / 5) == pytest.approx(kept, rel=0.1)


def test_variances_of_the_text() -> None:
    weights = [torch.tensor([[1.0]]), torch.tensor([[-2.0]])]
    assert solution("variances")(weights, torch.tensor([[1.0], [3.0]]), "relu") == [2, 8]


def test_normalising_as_the_text_says() -> None:
    train, test = torch.tensor([0.0, 2.0]).view(1, 1, 1, 2), torch.tensor([4.0]).view(1, 1, 1, 1)
    done = solution("normalise_parts")(train, test, test)
    assert [part.flatten().tolist() for part in done] == [[-1, 1], [3], [3]]


def test_accuracy_divided_by_batches_reads_63() -> None:
    assert math.ceil(10_000 / 64) == 157
    assert pytest.approx(63.06, abs=0.01) == 9_900 / 157
    assert pytest.approx(0.7) == (2 * 0.9 + 1 * 0.3) / 3


def test_softmax_twice_makes_gradients_small_and_a_floor() -> None:
    logits = torch.tensor([[8.0, 0.0, 0.0]]).requires_grad_()
    label = torch.tensor([1])
    (once,) = torch.autograd.grad(F.cross_entropy(logits, label), logits)
    (twice,) = torch.autograd.grad(F.cross_entropy(logits.softmax(1), label), logits)
    assert once.abs().max() > 100 * twice.abs().max()
    perfect = F.cross_entropy(torch.eye(10)[:1], torch.tensor([0]))
    assert perfect.item() == pytest.approx(math.log(9 + math.e) - 1)


def test_the_loop_without_a_loop_of_ours() -> None:
    torch.manual_seed(0)
    images, labels = torch.randn(7, 1, 2, 2), torch.randint(3, (7,))
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 3))
    start = model.state_dict()["1.weight"].clone().double().numpy()
    b = model.state_dict()["1.bias"].clone().double().numpy()
    losses = []
    got = solution("train_epoch")(model, images, labels, 3, 0.5)
    for first in (0, 3, 6):
        x = images[first : first + 3].flatten(1).double().numpy()
        y = np.eye(3)[labels[first : first + 3].numpy()]
        z = x @ start.T + b
        p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
        losses += (-np.log((p * y).sum(1))).tolist()
        start = start - 0.5 * (p - y).T @ x / len(x)
        b = b - 0.5 * (p - y).mean(0)
    assert got[0] == pytest.approx(np.mean(losses), abs=1e-5)
    assert np.allclose(model.state_dict()["1.weight"].numpy(), start, atol=1e-5)


@pytest.mark.parametrize(
    ("share", "state"), [(1.0, "right"), (0.9, "wrong"), (0.93, "partly right")]
)
def test_the_lab_is_credited_in_proportion(
    share: float, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With answers that are right for a share of the images, known to nobody but this test."""
    monkeypatch.setattr(lenet_own_net, "_tests", _digits_only)
    seed = 5
    cases = scored_cases(OWN_NET.id, seed)[""]
    _, labels = lenet_own_net.asked(Draw(part_seed(seed, "")))
    answers = F.one_hot(labels["digits"], 10).float()
    wrong = round((1 - share) * len(answers))
    answers[:wrong] = answers[:wrong].roll(1, 1)
    given = iter(answers.split([len(batch) for batch in cases[0].args[0]]))
    sent = respond("function", lambda images: next(given), cases, OWN_NET.through)
    verdict = judge_answers(OWN_NET.id, seed, {"": sent})
    assert verdict.state == state
    assert verdict.score == pytest.approx(min(1.0, max(0.0, (share - 0.91) / 0.04)), abs=0.02)


def _digits_only() -> dict[str, Any]:
    from course_lib.data import load

    return {"digits": load("digits").test}


def test_a_net_in_train_mode_is_told() -> None:
    net, part = lenet_own_net.trained(12)
    watched = nn.Sequential(nn.BatchNorm2d(1), net).eval()

    def predict(images: Tensor) -> Tensor:
        return watched(part.inputs(images))

    assert public_verdict(OWN_NET, predict).state == "right"
    watched.train()
    assert public_verdict(OWN_NET, predict).mistake == "eval forgotten"


def test_what_pytorch_has_not_implemented_is_no_stub() -> None:
    verdict = public_verdict(find("lenet.sparsity"), lambda maps: (maps == 0).mean((0, 2, 3)))
    assert verdict.state == "wrong"
    assert ".float()" in verdict.message


def test_moved_images_stay_images() -> None:
    images = torch.randint(256, (20, 1, 28, 28), dtype=torch.uint8)
    images[:, :, :4] = images[:, :, -4:] = 0
    moved: Tensor = lenet_own_net.moved(images, Draw(1))
    assert (moved.shape, moved.dtype) == (images.shape, torch.uint8)
    assert not torch.equal(moved, images)


def test_summary_of_the_choice() -> None:
    x = torch.zeros(1, 1, 28, 28)
    layers = [nn.Conv2d(1, 6, 5, padding=2), nn.MaxPool2d(2), nn.Conv2d(6, 16, 3), nn.MaxPool2d(2)]
    shapes = []
    for layer in layers:
        x = layer(x)
        shapes.append(tuple(x.shape))
    assert shapes == [(1, 6, 28, 28), (1, 6, 14, 14), (1, 16, 12, 12), (1, 16, 6, 6)]
    assert x.numel() == 576
