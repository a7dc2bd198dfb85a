"""Section 10's solutions against torchvision; natural answers, right and wrong, as marked."""

import copy
import inspect
import random
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision import models
from torchvision.ops import FrozenBatchNorm2d
from torchvision.transforms import v2

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from course_lib.sections.transfer import given
from grader.marking import solutions
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored

Patients = Sequence[Any]


def solution(name: str) -> Any:
    return solutions.solution(f"transfer.{name}")


def marked(name: str, answer: Any) -> Verdict:
    """What marking gives, with the answers sent as in earnest."""
    exercise = f"transfer.{name}"
    texts = answered(find(exercise).public, answer, scored(exercise, 1)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise, 1, answers, textwrap.dedent(inspect.getsource(answer)))


def resnet18() -> Any:
    return models.resnet18(norm_layer=nn.BatchNorm2d)


def norms(model: nn.Module, but: Sequence[str]) -> list[nn.BatchNorm2d]:
    """The batch norms outside of these parts."""
    parts = [part for name, part in model.named_children() if name not in but]
    return [m for part in parts for m in part.modules() if isinstance(m, nn.BatchNorm2d)]


def learn(model: nn.Module, but: Sequence[str]) -> None:
    for name, part in model.named_children():
        part.requires_grad_(name in but)
    for parameter in model.parameters(recurse=False):
        parameter.requires_grad_(False)


@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_prepared_as_torchvision_does(channels: int) -> None:
    preset = models.ResNet18_Weights.DEFAULT.transforms()
    images = torch.randint(256, (2, channels, 40, 30), dtype=torch.uint8)
    steps = v2.ToDtype(torch.float32, scale=True), v2.Resize((24, 24), antialias=True)
    wanted = v2.Compose([*steps, v2.Normalize(preset.mean, preset.std)])(
        images.expand(-1, 3, -1, -1)
    )
    for prepare in (solution("prepare"), given.prepare):
        prepared = prepare(images, 24, preset.mean, preset.std)
        assert prepared.dtype is torch.float32
        assert torch.allclose(prepared, wanted, atol=1e-5)


def test_a_real_resnet_is_given_a_head_frozen_and_trained() -> None:
    for replace_head, freeze, groups in (
        (solution("replace_head"), solution("freeze"), solution("param_groups")),
        (given.replace_head, given.freeze, given.param_groups),
    ):
        model = freeze(replace_head(resnet18(), 3))
        before = copy.deepcopy(model.state_dict())
        optimiser = torch.optim.Adam(groups(model, {"fc": 0.1, "conv1": 0.2}))
        assert [group["lr"] for group in optimiser.param_groups] == [0.1]
        model.train()
        F.cross_entropy(model(torch.randn(4, 3, 64, 64)), torch.tensor([0, 1, 2, 0])).backward()
        optimiser.step()
        moved = [name for name, t in model.state_dict().items() if not torch.equal(t, before[name])]
        assert moved == ["fc.weight", "fc.bias"]


def test_features_are_those_that_torchvision_extracts() -> None:
    model, images = resnet18(), torch.randn(5, 3, 64, 64)
    body = copy.deepcopy(model).eval()
    body.fc = nn.Identity()
    with torch.no_grad():
        wanted = body(images)
    for cached_features in (solution("cached_features"), given.cached_features):
        assert torch.allclose(cached_features(model, images, 2), wanted, atol=1e-5)
        assert model.training


def test_the_worked_examples() -> None:
    head = solution("replace_head")(models.resnet18(num_classes=10), 3).fc
    assert sum(p.numel() for p in head.parameters()) == 512 * 3 + 3
    net = nn.Sequential()
    net.add_module("conv1", nn.Conv2d(1, 1, 1).requires_grad_(False))
    net.add_module("relu", nn.ReLU())
    net.add_module("fc", nn.Linear(1, 1))
    (group,) = solution("param_groups")(net, {"conv1": 0.1, "fc": 0.5})
    assert (group["params"], group["lr"]) == ([net.fc.weight, net.fc.bias], 0.5)
    for rates in ({"conv1": 0.1}, {"fc": 0.5, "head": 0.5}):
        with pytest.raises(ValueError, match="no such part"):
            solution("param_groups")(net, rates)
    splits = [solution("split_by_patient")(["ann", "bob", "ann", "cy"], 0.34, s) for s in range(30)]
    assert ([1, 3], [0, 2]) in [tuple(map(list, split)) for split in splits]
    assert solution("converged")([0.5, 0.75, 1.0, 0.875], tolerance=0.25) == 2


def by_v2(images: Tensor, size: int, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    images = images.expand(-1, 3, -1, -1)
    steps = v2.ToDtype(torch.float32, scale=True), v2.Resize((size, size), antialias=True)
    return v2.Compose([*steps, v2.Normalize(list(mean), list(std))])(images)


def each_channel(images: Tensor, size: int, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    x = F.interpolate(images.float(), size, mode="bilinear", antialias=True) / 255
    x = x.repeat(1, 3 // x.shape[1], 1, 1)
    for channel in range(3):
        x[:, channel] = (x[:, channel] - mean[channel]) / std[channel]
    return x


def by_method(model: Any, but: Sequence[str] = ("fc",)) -> Any:
    """Overrides train; norms of an earlier call are set back."""
    learn(model, but)
    resting = norms(model, but)

    def train(mode: bool = True) -> Any:
        type(model).train(model, mode)
        for norm in resting:
            norm.eval()
        return model

    model.train = train
    return model.train(model.training)


def by_norm_class(model: Any, but: Sequence[str] = ("fc",)) -> Any:
    class Still(nn.BatchNorm2d):
        def train(self, mode: bool = True) -> "Still":
            return super().train(False)

    learn(model, but)
    resting = norms(model, but)
    for norm in norms(model, ()):
        norm.__class__ = Still if norm in resting else nn.BatchNorm2d
        norm.train(model.training)
    return model


def by_setdefault(model: Any, rates: dict[str, float]) -> list[dict[str, Any]]:
    if unknown := [name for name in rates if name not in dict(model.named_children())]:
        raise ValueError(f"unknown: {unknown}")
    groups: dict[str, dict[str, Any]] = {}
    for name, parameter in model.named_parameters():
        part = name.split(".")[0]
        if parameter.requires_grad and part not in rates:
            raise ValueError(f"no rate for {part}")
        if parameter.requires_grad:
            group = groups.setdefault(part, {"params": [], "lr": rates[part]})
            group["params"].append((name, parameter))
    return [*groups.values()]


def by_numpy(patients: Patients, share: float, seed: int) -> Any:
    names = np.unique(patients)
    drawn = np.random.default_rng(seed).choice(names, round(share * len(names)), replace=False)
    held = np.isin(patients, drawn)
    return np.where(~held)[0], np.where(held)[0]


def by_names_of_numpy(patients: Patients, share: float, seed: int) -> Any:
    names = np.unique(patients)
    held = set(np.random.default_rng(seed).permutation(names)[: round(share * len(names))])
    validation = [i for i, name in enumerate(patients) if name in held]
    return [i for i, name in enumerate(patients) if name not in held], validation


def as_sets(patients: Patients, share: float, seed: int) -> Any:
    names = sorted(set(patients))
    held = {*random.Random(seed).sample(names, round(share * len(names)))}
    validation = {i for i, name in enumerate(patients) if name in held}
    return {*range(len(patients))} - validation, validation


def by_hook(model: Any, images: Tensor, batch_size: int) -> Tensor:
    twin, found = copy.deepcopy(model).eval(), []
    twin.fc.register_forward_hook(lambda module, inputs, output: found.append(inputs[0].detach()))
    for some in images.split(batch_size):
        twin(some)
    return torch.cat(found)


def by_argmax(accuracies: Sequence[float], tolerance: float = 0.01) -> Any:
    return np.argmax(np.array(accuracies) >= max(accuracies) - tolerance) + 1


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("prepare", by_v2),
        ("prepare", each_channel),
        ("freeze", by_method),
        ("freeze", by_norm_class),
        ("param_groups", by_setdefault),
        ("split_by_patient", by_numpy),
        ("split_by_patient", by_names_of_numpy),
        ("split_by_patient", as_sets),
        ("cached_features", by_hook),
        ("converged", by_argmax),
    ],
)
def test_these_are_right(name: str, answer: Callable[..., Any]) -> None:
    verdict = marked(name, answer)
    assert verdict.score == 1, verdict.message


def in_float64(images: Tensor, size: int, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    x = F.interpolate(images / 255, size, mode="bilinear", antialias=True)
    mean_, std_ = (torch.from_numpy(np.array(v)).view(3, 1, 1) for v in (mean, std))
    return (x - mean_) / std_


def squeezed(images: Tensor, size: int, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    return by_v2(images, size, mean, std).squeeze()


def head_begun_anew(model: Any, num_classes: int) -> Any:
    model.fc.__init__(model.fc.in_features, num_classes)
    return model


def head_unchanged(model: Any, num_classes: int) -> Any:
    nn.Linear(model.fc.in_features, num_classes)
    return model


def parts_in_eval_mode(model: Any, but: Sequence[str] = ("fc",)) -> Any:
    learn(model, but)
    for name, part in model.named_children():
        if name not in but:
            part.eval()
    return model


def always_in_eval_mode(model: Any, but: Sequence[str] = ("fc",)) -> Any:
    learn(model, but)
    model.train = lambda mode=True: type(model).train(model, False)
    return model.eval()


def frozen_by_class(model: Any, but: Sequence[str] = ("fc",)) -> Any:
    """Norms that are replaced never come back: called again, the last call does not count."""
    learn(model, but)
    for name, module in [*model.named_modules()]:
        for child, norm in [*module.named_children()]:
            top = (f"{name}.{child}" if name else child).split(".")[0]
            if isinstance(norm, nn.BatchNorm2d) and top not in but:
                still = FrozenBatchNorm2d(norm.num_features)
                still.load_state_dict(norm.state_dict(), strict=False)
                setattr(module, child, still)
    return model


def silently(model: Any, rates: dict[str, float]) -> list[dict[str, Any]]:
    return [
        {"params": params, "lr": rates[name]}
        for name, part in model.named_children()
        if (params := [p for p in part.parameters() if p.requires_grad]) and name in rates
    ]


def keys_as_they_come(model: Any, rates: dict[str, float]) -> list[dict[str, Any]]:
    try:
        return by_setdefault(model, rates)
    except ValueError:
        raise KeyError("no such part") from None


def first_images(patients: Patients, share: float, seed: int) -> Any:
    names = sorted(set(patients))
    random.Random(seed).shuffle(names)
    count, listed = round(share * len(names)), list(patients)
    return [listed.index(n) for n in names[count:]], [listed.index(n) for n in names[:count]]


def of_all_images(patients: Patients, share: float, seed: int) -> Any:
    order = [*range(len(patients))]
    random.Random(seed).shuffle(order)
    count = round(share * len(order))
    return order[count:], order[:count]


def as_a_dict(patients: Patients, share: float, seed: int) -> Any:
    train, validation = solution("split_by_patient")(patients, share, seed)
    return {"train": train, "validation": validation}


def by_set(patients: Patients, share: float, seed: int) -> Any:
    names = list(set(patients))
    random.Random(seed).shuffle(names)
    held = {*names[: round(share * len(names))]}
    validation = [i for i, name in enumerate(patients) if name in held]
    return [i for i, name in enumerate(patients) if name not in held], validation


def in_place(patients: Any, share: float, seed: int) -> Any:
    random.Random(seed).shuffle(patients)
    return by_numpy(patients, share, seed)


def by_attribute(model: Any, rates: dict[str, float]) -> list[dict[str, Any]]:
    if not all(hasattr(model, name) for name in rates):
        raise ValueError("no such part")
    parts = dict(model.named_children())
    return by_setdefault(model, {name: rate for name, rate in rates.items() if name in parts})


def in_a_row(model: Any, images: Tensor, batch_size: int) -> Tensor:
    body = nn.Sequential(*[*copy.deepcopy(model).children()][:-1]).eval()
    with torch.no_grad():
        return torch.cat([body(some) for some in images.split(batch_size)])


def first_batch(model: Any, images: Tensor, batch_size: int) -> Tensor:
    return by_hook(model, images[:batch_size], batch_size)


def strictly(accuracies: Sequence[float], tolerance: float = 0.01) -> int:
    best = max(accuracies)
    return next(i for i, a in enumerate(accuracies, start=1) if best - a < tolerance)


def another_default(accuracies: Sequence[float], tolerance: float = 0.05) -> int:
    return int(solution("converged")(accuracies, tolerance))


@pytest.mark.parametrize(
    ("name", "answer", "mistake"),
    [
        ("prepare", in_float64, "another dtype"),
        ("prepare", squeezed, ""),
        ("replace_head", head_begun_anew, "old layer again"),
        ("replace_head", head_unchanged, "part"),
        ("freeze", parts_in_eval_mode, "undone by train()"),
        ("freeze", always_in_eval_mode, "everything at rest"),
        ("freeze", frozen_by_class, "part"),
        ("param_groups", silently, "no error at all"),
        ("param_groups", keys_as_they_come, "another error"),
        ("split_by_patient", first_images, "some missing"),
        ("split_by_patient", of_all_images, "by image"),
        ("split_by_patient", as_a_dict, "no pair"),
        ("split_by_patient", by_set, "order of a set"),
        ("split_by_patient", in_place, "changed patients"),
        ("param_groups", by_attribute, "any attribute accepted"),
        ("cached_features", in_a_row, "parts in a row"),
        ("cached_features", first_batch, "one batch"),
        ("converged", strictly, "below tolerance"),
        ("converged", another_default, "another default"),
    ],
)
def test_these_are_not_right(name: str, answer: Callable[..., Any], mistake: str) -> None:
    verdict = marked(name, answer)
    assert verdict.score < 1
    assert verdict.mistake == mistake, verdict.message
