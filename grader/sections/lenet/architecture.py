"""Part A: the architecture."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.models.configs import Layer, avg_pool, max_pool
from course_lib.sections.lenet.given import LeNet, layers
from course_lib.sections.lenet.networks import ACTIVATIONS, modules
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_SHAPES = {name: list(tensor.shape) for name, tensor in LeNet().state_dict().items()}


def _case(draw: Draw, about: str, *args: str, images: int = 1, **kwargs: str) -> Case:
    weights = {"seed": draw.integer(1, 2**31 - 1), "shapes": _SHAPES}
    inputs = (draw.normal(images, 1, 28, 28),)
    return Case(args=args, kwargs=kwargs, about=about, weights=weights, inputs=inputs)


def _variant(
    config: Callable[[str, str], list[Layer]] = layers,
    *,
    default: tuple[str, str] = ("sigmoid", "avg"),
    after: Callable[[Any, str], Any] = lambda y, activation: y,
) -> type:
    """A class with other stages, other defaults, or something that is done to the logits."""

    class Variant(LeNet):
        def __init__(self, activation: str = default[0], pooling: str = default[1]) -> None:
            nn.Module.__init__(self)
            self.net = modules(config(activation, pooling))
            self._activation = activation

        def forward(self, x: Tensor) -> Any:
            return after(self.net(x), self._activation)

    return Variant


def _with(stages: dict[int, Layer]) -> Callable[[str, str], list[Layer]]:
    """LeNet with other layers at some stages."""
    return lambda activation, pooling: [
        stages.get(number, layer) for number, layer in enumerate(layers(activation, pooling))
    ]


def _always(activation: str, *stages: int) -> type:
    return _variant(_with({stage: {"layer": activation} for stage in stages}))


def _pooled(always: str, *stages: int) -> type:
    """One pooling at some stages, at both if none are given, whatever the constructor is told."""
    return _variant(
        lambda activation, pooling: [
            layers(activation, always if number in (stages or (2, 5)) else pooling)[number]
            for number in range(12)
        ]
    )


def _pooled_first(activation: str, pooling: str) -> list[Layer]:
    config = layers(activation, pooling)
    for stage in (1, 4):
        config[stage : stage + 2] = config[stage + 1], config[stage]
    return config


def _wide_pools(activation: str, pooling: str) -> list[Layer]:
    """Windows of 3 x 3, two apart, which give maps of the same sizes."""
    config = layers(activation, pooling)
    config[2] = config[5] = {"avg": avg_pool, "max": max_pool}[pooling](3, stride=2, padding=1)
    return config


def _activated(y: Tensor, activation: str) -> Any:
    return ACTIVATIONS[activation]()(y)


class _ByHand(LeNet):
    """The layers are called one by one, and the image is laid out without nn.Flatten."""

    def forward(self, x: Tensor) -> Any:
        for stage, layer in enumerate(self.net):
            x = x.reshape(len(x), -1) if stage == 6 else layer(x)
        return x


class _Joined(LeNet):
    """All images of a batch are laid out in one row."""

    def forward(self, x: Tensor) -> Any:
        return self.net[7:](self.net[:6](x).flatten())


class _Zeros(LeNet):
    def __init__(self, activation: str = "sigmoid", pooling: str = "avg") -> None:
        super().__init__(activation, pooling)
        nn.init.zeros_(self.net[7].weight)  # type: ignore[arg-type]


_POOLS = ("avg", "max")
_IDENTITY: Layer = {"layer": "identity"}

LENET = Exercise(
    id="lenet.LeNet",
    title="LeNet",
    points=3,
    minutes=10,
    covers=("D7.6-demo",),
    asks="module",
    cases=lambda draw: [
        _case(draw, "nothing given: sigmoid and average"),
        _case(draw, "sigmoid and average, several images", "sigmoid", "avg", images=2),
        _case(draw, "sigmoid and maximum", "sigmoid", "max"),
        _case(draw, "tanh and average", "tanh", "avg"),
        _case(draw, "tanh and maximum, by name", pooling="max", activation="tanh"),
        _case(draw, "ReLU and average", "relu", "avg"),
        _case(draw, "ReLU and maximum", "relu", "max"),
    ],
    reference=LeNet,
    wrong={
        "another default": (
            "With both arguments given your network is right. Left out, activation is “sigmoid” "
            "and pooling is “avg”.",
            *(
                _variant(default=(activation, pooling))
                for activation in ACTIVATIONS
                for pooling in ("avg", "max")
                if (activation, pooling) != ("sigmoid", "avg")
            ),
        ),
        "activation ignored": (
            "The activation is not the one that the constructor was given. “sigmoid”, “tanh” and "
            "“relu” are nn.Sigmoid, nn.Tanh and nn.ReLU.",
            *(_always(activation, 1, 4, 8, 10) for activation in ACTIVATIONS),
        ),
        "activation in some places": (
            "Some of the four activations are not the one that the constructor was given. All four "
            "are: those after the convolutions, and those after the first two dense layers.",
            *(
                _always(activation, *stages)
                for activation in ACTIVATIONS
                for stages in ((1, 4), (8, 10))
            ),
        ),
        "pooling ignored": (
            "The pooling is not the one that the constructor was given: “avg” is nn.AvgPool2d(2), "
            "“max” is nn.MaxPool2d(2).",
            *(_pooled(always) for always in _POOLS),
        ),
        "poolings swapped": (
            "Your poolings are swapped: “avg” is nn.AvgPool2d(2), “max” is nn.MaxPool2d(2).",
            _variant(lambda act, pool: layers(act, "max" if pool == "avg" else "avg")),
        ),
        "one pooling ignored": (
            "One of the two poolings is not the one that the constructor was given. Both are.",
            *(_pooled(always, stage) for stage in (2, 5) for always in _POOLS),
        ),
        "softmax at the end": (
            "Your network ends in a softmax. Its last layer gives logits as they are; the loss "
            "applies log-softmax itself.",
            _variant(after=lambda y, _: y.softmax(1)),
        ),
        "log-softmax at the end": (
            "Your network ends in a log-softmax. Its last layer gives logits as they are; the loss "
            "applies log-softmax itself.",
            _variant(after=lambda y, _: y.log_softmax(1)),
        ),
        "activation at the end": (
            "There is an activation after the last layer. Logits must be free to take any value: "
            "the table has four activations.",
            _variant(after=_activated),
            _variant(after=lambda y, _: y.relu()),
            _variant(after=lambda y, _: y.sigmoid()),
        ),
        "axis of the batch lost": (
            "For a single image your logits have lost the axis of the batch. It stays, with size "
            "1: leave out squeeze().",
            _variant(after=lambda y, _: y.squeeze()),
        ),
        "batch laid out in one row": (
            "Your flatten lays all images of a batch out in one row. nn.Flatten() keeps the first "
            "axis; nn.Flatten(0) and x.flatten() do not.",
            _Joined,
        ),
        "pooling with larger windows": (
            "Your poolings have windows of 3 x 3. The table has 2 x 2, side by side: pool(2).",
            _variant(_wide_pools),
        ),
        "pooling before the activation": (
            "Your pooling stands before the activation. With the maximum that changes nothing; the "
            "average of activations is another number than the activation of the average.",
            _variant(_pooled_first),
        ),
        "dense layers without activation": (
            "Between your dense layers an activation is missing. The table has one after the first "
            "and one after the second; without them, dense layers in a row are one linear map.",
            _variant(_with({8: _IDENTITY, 10: _IDENTITY})),
            _variant(_with({8: _IDENTITY})),
            _variant(_with({10: _IDENTITY})),
        ),
        "convolutions without activation": (
            "After your convolutions an activation is missing. The table has one after each.",
            _variant(_with({1: _IDENTITY, 4: _IDENTITY})),
            _variant(_with({1: _IDENTITY})),
            _variant(_with({4: _IDENTITY})),
        ),
        "all alike": ("All weights of a layer begin alike.", _Zeros),
        "lost gradient": (
            "No gradient reaches the weights.",
            _variant(after=lambda y, _: y.detach()),
        ),
    },
    right=(_ByHand,),
    hints=(
        "self.net = nn.Sequential(...) with the twelve modules of the table, in its order; a layer "
        "without weights has its place and its number, too.",
        "Choose the class first: activations = {“relu”: nn.ReLU, ...}; then write "
        "activations[activation]() wherever the table has an activation.",
        "The first convolution is nn.Conv2d(1, 6, kernel_size=5, padding=2), the first dense layer "
        "nn.Linear(16 * 5 * 5, 120).",
    ),
    forbidden=("course_lib", "torchvision"),
    stand_in="LeNet",
)
