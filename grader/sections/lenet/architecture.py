"""Section 05: marking of the architecture."""

from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.lenet.architecture import lenet_case, stages_case
from grader.former.marking import Marking, Mutant

_SHAPES = [
    [1, 6, 28, 28], [1, 6, 28, 28], [1, 6, 14, 14],
    [1, 16, 10, 10], [1, 16, 10, 10], [1, 16, 5, 5],
    [1, 400], [1, 120], [1, 120], [1, 84], [1, 84], [1, 10],
]  # fmt: skip
_PARAMS = [156, 2416, 48120, 10164, 850, 61706]

_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
}


class LeNet(nn.Module):
    """The solution: (N, 1, 28, 28) -> (N, 10)."""

    def __init__(self, activation: str = "sigmoid", pooling: str = "avg") -> None:
        super().__init__()
        act = _ACTIVATIONS[activation]
        pool = nn.AvgPool2d if pooling == "avg" else nn.MaxPool2d
        self.net = nn.Sequential(
            *(nn.Conv2d(1, 6, 5, padding=2), act(), pool(2)),
            *(nn.Conv2d(6, 16, 5), act(), pool(2), nn.Flatten()),
            *(nn.Linear(400, 120), act(), nn.Linear(120, 84), act(), nn.Linear(84, 10)),
        )

    def forward(self, x: Tensor) -> Any:
        return self.net(x)


class _AlwaysSigmoid(LeNet):
    def __init__(self, activation: str = "", pooling: str = "avg") -> None:
        super().__init__("sigmoid", pooling)


class _AlwaysAverage(LeNet):
    def __init__(self, activation: str = "sigmoid", pooling: str = "") -> None:
        super().__init__(activation, "avg")


class _Softmax(LeNet):
    def forward(self, x: Tensor) -> Any:
        return super().forward(x).softmax(1)


class _ActivationAtTheEnd(LeNet):
    def forward(self, x: Tensor) -> Any:
        return self.net[1](super().forward(x))


class _LogSoftmax(LeNet):
    def forward(self, x: Tensor) -> Any:
        return super().forward(x).log_softmax(1)


class _PooledFirst(LeNet):
    def forward(self, x: Tensor) -> Any:
        order = (0, 2, 1, 3, 5, 4, *range(6, 12))
        return nn.Sequential(*(self.net[stage] for stage in order))(x)


class _LinearHead(LeNet):
    def __init__(self, activation: str = "sigmoid", pooling: str = "avg") -> None:
        super().__init__(activation, pooling)
        self.net[8] = self.net[10] = nn.Identity()


class _NoBias(LeNet):
    def __init__(self, activation: str = "sigmoid", pooling: str = "avg") -> None:
        super().__init__(activation, pooling)
        self.net[0] = nn.Conv2d(1, 6, 5, padding=2, bias=False)


class _ByHand(LeNet):
    """The layers are called one by one, and the image is laid out without nn.Flatten."""

    def forward(self, x: Tensor) -> Any:
        for stage, layer in enumerate(self.net):
            x = x.reshape(len(x), -1) if stage == 6 else layer(x)
        return x


def _cases(draw: Draw) -> list[Case]:
    return [
        lenet_case(draw, "relu", "max", "ReLU and maximum"),
        lenet_case(draw, "tanh", "max", "tanh and maximum"),
        lenet_case(draw, "relu", "avg", "ReLU and average"),
    ]


MARKINGS = (
    Marking(
        exercise="lenet.stage_shapes",
        cases=lambda draw: [stages_case()],
        solution=_SHAPES,
        mutants=(
            Mutant(
                "no padding",
                [
                    [1, 6, 24, 24],
                    [1, 6, 24, 24],
                    [1, 6, 12, 12],
                    [1, 16, 8, 8],
                    [1, 16, 8, 8],
                    [1, 16, 4, 4],
                    [1, 256],
                    *_SHAPES[7:],
                ],
                mistake="padding left out",
            ),
            Mutant("no batch", [shape[1:] for shape in _SHAPES], mistake="batch axis forgotten"),
            Mutant("thirteen", [[1, 1, 28, 28], *_SHAPES], mistake="input counted"),
            Mutant(
                "padded twice",
                [
                    *_SHAPES[:3],
                    [1, 16, 14, 14],
                    [1, 16, 14, 14],
                    [1, 16, 7, 7],
                    [1, 784],
                    *_SHAPES[7:],
                ],
                mistake="second padding",
            ),
            Mutant(
                "channels last",
                [[n, *rest, c] for n, c, *rest in _SHAPES],
                mistake="channels last",
            ),
            Mutant("no flatten", [*_SHAPES[:6], *_SHAPES[7:]], mistake="flatten left out"),
            Mutant("ten", _SHAPES[:10], mistake="property"),
            Mutant("pooling of 4", [*_SHAPES[:6], [1, 256], *_SHAPES[7:]], mistake="property"),
            Mutant("torch.Size", [torch.Size(shape) for shape in _SHAPES], state="right"),
        ),
    ),
    Marking(
        exercise="lenet.layer_params",
        cases=lambda draw: [Case()],
        solution=_PARAMS,
        mutants=(
            Mutant("no biases", [150, 2400, 48000, 10080, 840, 61470], mistake="biases forgotten"),
            Mutant(
                "one bias each",
                [151, 2401, 48001, 10081, 841, 61475],
                mistake="one bias a layer",
            ),
            Mutant(
                "one channel",
                [156, 416, 48120, 10164, 850, 59706],
                mistake="one input channel",
            ),
            Mutant("no total", _PARAMS[:5], mistake="total left out"),
            Mutant("a tensor", torch.tensor(_PARAMS), state="right"),
        ),
    ),
    Marking(
        exercise="lenet.LeNet",
        cases=_cases,
        solution=LeNet,
        mutants=(
            Mutant("always sigmoid", _AlwaysSigmoid, mistake="activation ignored"),
            Mutant(
                "always average", _AlwaysAverage, state="partly right", mistake="pooling ignored"
            ),
            Mutant("softmax", _Softmax, mistake="softmax at the end"),
            Mutant("activation at the end", _ActivationAtTheEnd, mistake="activation at the end"),
            Mutant("log-softmax", _LogSoftmax, mistake="log-softmax at the end"),
            Mutant(
                "pooled first",
                _PooledFirst,
                state="partly right",
                mistake="pooling before the activation",
            ),
            Mutant("linear head", _LinearHead, mistake="dense layers without activation"),
            Mutant("no bias", _NoBias, mistake="parameters"),
            Mutant("by hand", _ByHand, state="right"),
        ),
    ),
)
