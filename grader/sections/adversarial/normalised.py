"""Part A: a model with its normalisation inside."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.transforms import v2  # type: ignore[import-untyped]

from course_lib.checks.case import Case
from course_lib.sections.adversarial.nets import Kind
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.adversarial.drawing import SIZES
from grader.sections.adversarial.stays import MODEL

Numbers = Sequence[float]


def by_torchvision(model: nn.Module, mean: Numbers, std: Numbers) -> nn.Module:
    return nn.Sequential(v2.Normalize([*mean], [*std]), model)


def _column(numbers: Numbers) -> Tensor:
    return torch.tensor(numbers)[:, None, None]


Formula = Callable[[Tensor, Tensor, Tensor], Tensor]


def _z(x: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    return (x - mean) / std


class Wrapped(nn.Module):
    """A module of one's own.

    Args:
        keep: how it holds a tensor.
        hold: how it holds the model.
        ends: (model, normalised images) -> what is returned.
    """

    def __init__(
        self,
        model: nn.Module,
        mean: Numbers,
        std: Numbers,
        formula: Formula = _z,
        shape: Callable[[Numbers], Tensor] = _column,
        keep: Callable[[nn.Module, str, Tensor], None] = nn.Module.register_buffer,
        hold: Callable[[nn.Module], Any] = lambda model: model,
        ends: Callable[[Any, Tensor], Any] = lambda model, images: model(images),
    ) -> None:
        super().__init__()
        self.held = hold(model)
        keep(self, "mean", shape(mean))
        keep(self, "std", shape(std))
        self.formula = formula
        self.ends = ends

    def forward(self, x: Tensor) -> Any:
        model = self.held[0] if isinstance(self.held, (list, tuple)) else self.held
        return self.ends(model, self.formula(x, self.mean, self.std))  # type: ignore[arg-type]


def _way(**how: Any) -> Any:
    return lambda model, mean, std: Wrapped(model, mean, std, **how)


def _first(numbers: Numbers) -> Tensor:
    return torch.tensor(numbers[0])


def _average(numbers: Numbers) -> Tensor:
    return torch.tensor(numbers).mean()


def _in_place(x: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    return x.sub_(mean).div_(std)


def _cut(x: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    return _z(x.detach(), mean, std)


def _by_batch(x: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    return _z(x, x.mean((0, 2, 3), keepdim=True), std)


def _attribute(module: nn.Module, name: str, tensor: Tensor) -> None:
    object.__setattr__(module, name, tensor)


def _parameter(requires_grad: bool) -> Any:
    return lambda module, name, tensor: module.register_parameter(
        name, nn.Parameter(tensor, requires_grad)
    )


class _Resting(Wrapped):
    def forward(self, x: Tensor) -> Any:
        self.held.eval()
        return super().forward(x)


def _gradless(model: nn.Module, mean: Numbers, std: Numbers) -> nn.Module:
    net = Wrapped(model, mean, std)
    inner = net.forward
    net.forward = torch.no_grad()(inner)  # type: ignore[method-assign]
    return net


def _closure(model: nn.Module, mean: Numbers, std: Numbers) -> Any:
    return lambda x: model(_z(x, _column(mean), _column(std)))


class _OwnLayer(nn.Module):
    """Of plain numbers, channel by channel."""

    def __init__(self, mean: Numbers, std: Numbers) -> None:
        super().__init__()
        self.pairs = [*zip(mean, std, strict=True)]

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([(x[:, i] - m) / s for i, (m, s) in enumerate(self.pairs)], dim=1)


def _numbers_alone(model: nn.Module, mean: Numbers, std: Numbers) -> nn.Module:
    return nn.Sequential(_OwnLayer(mean, std), model)


def _unlearned_norm(model: nn.Module, mean: Numbers, std: Numbers) -> nn.Module:
    """A batch norm without parameters, whose statistics are settled; it never reads a batch."""

    class Norm(nn.BatchNorm2d):
        def train(self, mode: bool = True) -> "Norm":
            return super().train(False)

    norm = Norm(len(mean), eps=0, affine=False)
    norm.register_buffer("running_mean", torch.tensor(mean))
    norm.register_buffer("running_var", torch.tensor(std) ** 2)
    return nn.Sequential(norm.eval(), model)


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, form: str, n: int, state: str = "eval", size: Sequence[int] = ()) -> Case:
        channels, *rest = size or SIZES[form]
        mean = [number / 100 for number in draw.distinct(20, 60, channels)]
        std = [number / 100 for number in draw.distinct(15, 40, channels)]
        kind: Kind = (form, draw.integer(1, 10**6))
        x = draw.uniform(n, channels, *rest)
        return Case(args=(kind, mean, std, x, state), about=about)

    return [
        case("three channels", "norms", 2),
        case("one channel", "dense", 3),
        case("two channels, rows, columns and images", "strided", 2, size=(2, 2, 2)),
        case("one image, of a model in train mode", "dense", 1, "train"),
        case("a frozen model", "strided", 2, "frozen"),
    ]


NORMALISED = Exercise(
    id="adversarial.normalised",
    title="Normalisation inside the model",
    points=2,
    minutes=7,
    covers=("E14.30",),
    cases=_cases,
    reference=by_torchvision,
    through="ask_normalised",
    promises=("unchanged",),
    stand_in="normalised",
    parts={
        "form": "Return an nn.Module that leaves its images as they are.",
        "logits": "The logits are not those of the model for normalised images.",
        "gradient": "The gradient with respect to the images is not right: nothing may cut it.",
        "inside": "The model itself must be a part of what you return, and the only parameters "
        "those of the model.",
        "modes": "train() and eval() of what you return must reach the model.",
        "moved": "What you return must go where .to(), .double() and the like move it.",
        "model": MODEL,
    },
    wrong={
        "one number for all": (
            "You normalise all channels by the same two numbers. Each has a mean and a deviation "
            "of its own.",
            _way(shape=_first),
            _way(shape=_average),
        ),
        "along another axis": (
            "Your numbers lie along the width, the height or the images. Give them the shape "
            "(C, 1, 1): channels are the axis before height and width.",
            _way(shape=torch.tensor),
            _way(shape=lambda numbers: torch.tensor(numbers)[:, None]),
            _way(shape=lambda numbers: torch.tensor(numbers)[:, None, None, None]),
        ),
        "the other way round": (
            "You undo a normalisation: x * std + mean. It is (x - mean) / std.",
            _way(formula=lambda x, mean, std: x * std + mean),
        ),
        "half of it": (
            "You subtract the mean or divide by std, not both in this order: (x - mean) / std.",
            _way(formula=lambda x, mean, std: x - mean),
            _way(formula=lambda x, mean, std: x / std),
            _way(formula=lambda x, mean, std: x / std - mean),
            _way(formula=lambda x, mean, std: x - mean / std),
        ),
        "mean and std swapped": (
            "You take mean for std, and std for mean.",
            _way(formula=lambda x, mean, std: (x - std) / mean),
        ),
        "statistics of the images": (
            "You take the mean of the images that come. Take the numbers that are given.",
            _way(formula=_by_batch),
            _way(formula=lambda x, mean, std: _by_batch(x, mean, x.std((0, 2, 3), keepdim=True))),
        ),
        "clamped": (
            "You clamp the normalised images. They are to be below 0 and above 1, too.",
            _way(formula=lambda x, mean, std: _z(x, mean, std).clamp(0, 1)),
        ),
        "by 255": (
            "You divide the images as if they came in grey levels. They are in [0, 1] already.",
            _way(formula=lambda x, mean, std: _z(x / 255, mean, std)),
        ),
        "model left out": (
            "You return the normalised images. Give them to the model, and return its logits.",
            _way(ends=lambda model, images: images),
        ),
        "softmax added": (
            "You apply softmax. Return the logits as the model gives them.",
            _way(ends=lambda model, images: model(images).softmax(1)),
        ),
        "variance": (
            "You take std for a variance, or divide by its square. Divide by std itself.",
            _way(formula=lambda x, mean, std: (x - mean) / std.sqrt()),
            _way(formula=lambda x, mean, std: (x - mean) / std**2),
        ),
        "not normalised": (
            "The model is given the images as they are.",
            _way(formula=lambda x, mean, std: x),
        ),
        "images changed": (
            "You normalise the images in place, and the caller's are changed. Compute new ones.",
            _way(formula=_in_place),
        ),
        "no module": (
            "You return a function. Return an nn.Module: then train(), eval() and .to() reach the "
            "model.",
            _closure,
        ),
        "gradient cut": (
            "No gradient reaches the images: detach(), .data or no_grad() cuts it. An attack needs "
            "it.",
            _way(formula=_cut),
            _gradless,
        ),
        "a copy": (
            "You hold a copy of the model. Hold the model itself: what it learns later counts.",
            _way(hold=copy.deepcopy),
        ),
        "out of reach": (
            "You hold the model in a list, where train(), .to() and parameters() do not find it. "
            "self.model = model does.",
            _way(hold=lambda model: [model]),
        ),
        "parameters": (
            "There are parameters that are not the model's: mean and std, or a layer's. Numbers "
            "that are not learned are buffers.",
            _way(keep=_parameter(True)),
            _way(keep=_parameter(False)),
        ),
        "left behind": (
            "mean and std are plain tensors, which stay on the CPU where the module moves to a "
            "GPU. Register them: self.register_buffer(name, tensor).",
            _way(keep=_attribute),
        ),
        "a mode of its own": (
            "You set the model's mode. That is up to whoever calls train() and eval().",
            lambda model, mean, std: _Resting(model, mean, std),
            lambda model, mean, std: Wrapped(model.eval(), mean, std),
        ),
    },
    right=(_way(), _numbers_alone, _unlearned_norm),
    hints=(
        "torch.tensor(mean)[:, None, None] has the shape (C, 1, 1), which fits (N, C, H, W).",
        "A buffer moves with its module and is no parameter: self.register_buffer(name, tensor).",
        "nn.Sequential(first, model) is a module, too, if first is a module that normalises.",
    ),
)
