"""Core: the simple network of section 08, along one axis."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.sections.signals.given import SimpleCNN1d
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Layers = list[nn.Module]


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, settings: tuple[int, ...], *sizes: tuple[int, int], **named: int) -> Case:
        """sizes: of each input, how many signals and how long."""
        channels = named.get("in_channels", *settings[:1])
        state = SimpleCNN1d(*settings, **named).state_dict()
        shapes = {name: list(tensor.shape) for name, tensor in state.items()}
        return Case(
            args=settings,
            kwargs=named,
            about=about,
            weights={"seed": draw.integer(1, 2**31 - 1), "shapes": shapes},
            inputs=tuple(draw.normal(n, channels, length) for n, length in sizes),
        )

    return [
        case("short signals of one channel and two classes", (1, 2), (2, 8), (3, 9)),
        case("several channels and more classes", (3, draw.integer(4, 6)), (2, 23)),
        case(
            "one signal with the sizes given by name",
            (),
            (1, 13),
            in_channels=2,
            num_classes=draw.integer(7, 9),
        ),
        case("one class", (draw.integer(4, 5), 1), (1, 8), (2, 10)),
    ]


class _Net(nn.Module):
    """The network, in parts that a mistake may change."""

    widths = 16, 32, 64

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        layers, come = Layers(), self.comes(in_channels)
        for go in self.widths:
            layers += self.block(come, go)
            come = go
        self.features = nn.Sequential(*layers)
        self.classifier = self.dense(come, num_classes)

    def comes(self, in_channels: int) -> int:
        return in_channels

    def block(self, come: int, go: int) -> Layers:
        return [nn.Conv1d(come, go, 3, 1, 1), nn.ReLU(), nn.MaxPool1d(2, 2)]

    def dense(self, come: int, classes: int) -> nn.Module:
        return nn.Linear(come, classes)

    def pooled(self, y: Tensor) -> Tensor:
        return y.mean(-1)

    def forward(self, x: Tensor) -> Any:
        return self.classifier(self.pooled(self.features(x)))


def _net(**parts: object) -> type:
    return type("SimpleCNN1d", (_Net,), parts)


def _pooled(pooled: Callable[[Tensor], Tensor]) -> type:
    return _net(pooled=lambda self, y: pooled(y))


def _block(make: Callable[[Layers], Layers]) -> type:
    return _net(block=lambda self, come, go: make(_Net.block(self, come, go)))


def _conv(**settings: Any) -> type:
    settings = {"kernel_size": 3, "padding": 1, **settings}
    return _net(
        block=lambda self, come, go: [
            nn.Conv1d(come, go, **settings),
            *_Net.block(self, come, go)[1:],
        ]
    )


def _last(make: Callable[[Layers], Layers]) -> type:
    """The last block is another one."""

    def block(self: _Net, come: int, go: int) -> Layers:
        layers = _Net.block(self, come, go)
        return make(layers) if go == self.widths[-1] else layers

    return _net(block=block)


def _listed(put: Callable[[Layers], Any]) -> type:
    """The layers, or the blocks, in something else than one nn.Sequential."""

    class Listed(_Net):
        def __init__(self, in_channels: int, num_classes: int) -> None:
            super().__init__(in_channels, num_classes)
            self.features = put([*self.features])

    return Listed


def _ended(end: Callable[[Tensor], Tensor]) -> type:
    return _net(forward=lambda self, x: end(_Net.forward(self, x)))


class _ByModules(nn.Module):
    """The mean is a layer; the maximum is taken before ReLU, which changes nothing."""

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        layers = Layers()
        for come, go in ((in_channels, 16), (16, 32), (32, 64)):
            layers += [nn.Conv1d(come, go, kernel_size=3, padding="same"), nn.MaxPool1d(2)]
            layers += [nn.ReLU(inplace=True)]
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool1d(1)
        self.classifier = nn.Linear(64, num_classes)

    def forward(self, x: Tensor) -> Any:
        return self.classifier(self.pool(self.features(x)).flatten(1))


SIMPLE_CNN_1D = Exercise(
    id="signals.SimpleCNN1d",
    title="A simple network for signals",
    points=3,
    minutes=15,
    covers=("E14.24", "D7.1.3"),
    asks="module",
    through="with_layers_that_run",
    cases=_cases,
    reference=SimpleCNN1d,
    wrong={
        "features in a list": (
            "`features` is an nn.ModuleList, which cannot be called, and later cells do that. Make "
            "it an nn.Sequential of the same layers: nn.Sequential(*layers).",
            _listed(nn.ModuleList),
        ),
        "blocks in blocks": (
            "Your blocks are parts of `features` of their own, so that its layers have other "
            "names. All nine stand in it side by side, numbered from 0.",
            _listed(
                lambda layers: nn.Sequential(
                    *(nn.Sequential(*layers[i : i + 3]) for i in range(0, 9, 3))
                )
            ),
        ),
        "one block too few": (
            "A block is missing: there are three, the last with the most output channels.",
            _net(widths=(16, 32)),
        ),
        "classifier without bias": (
            "Your classifier has no bias. It has one: bias=True, the default.",
            _net(dense=lambda self, come, classes: nn.Linear(come, classes, bias=False)),
        ),
        "sizes exchanged": (
            "You take the number of classes for that of channels: `in_channels` comes first.",
            lambda num_classes, in_channels: _Net(in_channels, num_classes),
        ),
        "two-dimensional": (
            "Your layers are those of images. A signal has one axis beside the channels: "
            "nn.Conv1d, nn.MaxPool1d.",
            _net(
                block=lambda self, come, go: [
                    nn.Conv2d(come, go, 3, padding=1),
                    nn.ReLU(),
                    nn.MaxPool2d(2),
                ]
            ),
        ),
        "maximum over time": (
            "Your classifier reads the maximum of each channel over time. It reads the mean.",
            _pooled(lambda y: y.amax(-1)),
        ),
        "one step": (
            "Your classifier reads one step of each channel. It reads the mean over all of them.",
            _pooled(lambda y: y[..., -1]),
            _pooled(lambda y: y[..., 0]),
        ),
        "mean over the batch": (
            "You take the mean over the signals of a batch, too. It is over time alone: axis 2.",
            _pooled(lambda y: y.mean((0, 2))),
        ),
        "sum over time": (
            "Your classifier reads the sum of each channel over time, which grows with the "
            "signal's length. It reads the mean.",
            _pooled(lambda y: y.sum(-1)),
        ),
        "axis of the batch lost": (
            "For a single signal the axis of the batch is lost. It stays, with size 1: leave out "
            "squeeze().",
            _pooled(lambda y: y.mean(-1).squeeze()),
            _ended(lambda y: y.squeeze()),
        ),
        "axis of the classes lost": (
            "With one class the axis of the classes is lost. It stays, with size 1.",
            _ended(lambda y: y.squeeze(-1)),
        ),
        "no padding": (
            "Your convolutions make the signal shorter. padding=1 keeps its length.",
            _conv(padding=0),
        ),
        "padded further": (
            "Your convolutions make the signal longer. padding=1 keeps its length.",
            _conv(padding=2),
        ),
        "another kernel": (
            "Your kernels do not have three entries.",
            _conv(kernel_size=5, padding=2),
            _conv(kernel_size=1, padding=0),
        ),
        "strided": (
            "Your convolutions have a stride. The pooling alone halves the length.",
            _net(
                block=lambda self, come, go: [
                    nn.Conv1d(come, go, 3, 2, 1),
                    nn.ReLU(),
                    nn.Identity(),
                ]
            ),
        ),
        "another pooling": (
            "Not each of your blocks ends in the maximum over two steps that lie side by side: "
            "nn.MaxPool1d(2).",
            _block(lambda layers: [*layers[:2], nn.AvgPool1d(2)]),
            _block(lambda layers: [*layers[:2], nn.MaxPool1d(3, 2, 1)]),
            _block(lambda layers: [*layers[:2], nn.MaxPool1d(2, ceil_mode=True)]),
            _block(lambda layers: [*layers[:2], nn.MaxPool1d(2, 1)]),
            _block(lambda layers: [*layers[:2], nn.Identity()]),
            _last(lambda layers: [*layers[:2], nn.Identity()]),
        ),
        "another activation": (
            "Not each of your blocks has ReLU: it is missing, or another activation stands there.",
            _block(lambda layers: [layers[0], nn.Identity(), layers[2]]),
            _last(lambda layers: [layers[0], nn.Identity(), layers[2]]),
            _block(lambda layers: [layers[0], nn.LeakyReLU(), layers[2]]),
            _block(lambda layers: [layers[0], nn.Tanh(), layers[2]]),
        ),
        "no biases": (
            "Your convolutions have no biases. They have: bias=True, the default.",
            _conv(bias=False),
        ),
        "other widths": (
            "Your convolutions have other numbers of output channels than the text says.",
            _net(widths=(32, 64, 128)),
            _net(widths=(8, 16, 32)),
        ),
        "channels left out": (
            "Your first convolution reads as many channels whatever `in_channels` is.",
            _net(comes=lambda self, in_channels: 1),
        ),
        "classes left out": (
            "Your classifier gives as many logits whatever `num_classes` is.",
            _net(dense=lambda self, come, classes: nn.Linear(come, 2)),
        ),
        "activation at the end": (
            "Your network ends in an activation. It gives logits as they are; the loss applies "
            "log-softmax itself.",
            _ended(F.relu),
            _ended(lambda y: y.softmax(-1)),
            _ended(lambda y: y.log_softmax(-1)),
            _ended(torch.sigmoid),
        ),
        "dropout": (
            "Your network drops units in train mode. The text asks for no dropout.",
            _net(pooled=lambda self, y: F.dropout(y.mean(-1), 0.5, self.training)),
            _net(pooled=lambda self, y: F.dropout(y.mean(-1), 0.2, self.training)),
        ),
    },
    right=(_Net, _ByModules),
    hints=(
        "nn.Conv1d(inputs, outputs, 3, padding=1) keeps the length. How many channels does each "
        "of the three read?",
        "Collect the nine layers in a list; nn.Sequential(*layers) numbers them from 0.",
        "features(x) has the shape (N, channels, steps). Its mean over axis 2 is what the "
        "classifier reads.",
    ),
    forbidden=("course_lib",),
    stand_in="SimpleCNN1d",
)
