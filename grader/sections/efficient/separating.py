"""Part A: the separable block."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from course_lib.checks.case import Case
from course_lib.models.mobilenet import separable
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.efficient.modules import module_case

Way = Callable[..., Any]


def _settings(draw: Draw) -> list[Case]:
    case = partial(module_case, draw, separable)
    return [
        case("more channels out than in, the stride left out", (2, 3), (2, 2, 4, 5)),
        case("fewer channels out than in", (4, 2, 1), (2, 4, 5, 3)),
        case("as many channels and stride two, odd sizes", (3, 3, 2), (2, 3, 7, 5)),
        case("twice the channels and stride two, one image", (2, 4, 2), (1, 2, 6, 5)),
        case("one channel in", (1, 3), (2, 1, 3, 4)),
        case("one channel out, stride three by name", (3, 1), (2, 3, 8, 4), stride=3),
    ]


def _depthwise(c: int, stride: int) -> nn.Module:
    return nn.Conv2d(c, c, 3, stride, padding=1, groups=c, bias=False)


def _pointwise(c: int, d: int) -> nn.Module:
    return nn.Conv2d(c, d, 1, bias=False)


def _unit(conv: nn.Module, channels: int) -> list[nn.Module]:
    return [conv, nn.BatchNorm2d(channels), nn.ReLU()]


def _block(
    *,
    depthwise: Callable[[int, int], nn.Module] = _depthwise,
    pointwise: Callable[[int, int], nn.Module] = _pointwise,
    changed: Callable[[list[nn.Module]], list[nn.Module]] = lambda layers: layers,
) -> Way:
    """The block with other convolutions, or with its row of layers changed."""

    def made(in_channels: int, out_channels: int, stride: int = 1) -> nn.Module:
        layers = [
            *_unit(depthwise(in_channels, stride), in_channels),
            *_unit(pointwise(in_channels, out_channels), out_channels),
        ]
        return nn.Sequential(*changed(layers))

    return made


def _at(places: tuple[int, ...], make: Callable[[], nn.Module]) -> Way:
    """The block with other layers in these places."""
    return _block(
        changed=lambda layers: [
            make() if place in places else layer for place, layer in enumerate(layers)
        ]
    )


def _without(*places: int) -> Way:
    return _block(
        changed=lambda layers: [layer for place, layer in enumerate(layers) if place not in places]
    )


def _ordered(*order: int) -> Way:
    return _block(changed=lambda layers: [layers[place] for place in order])


def _strided(depthwise: bool, pointwise: bool) -> Way:
    """Which of the two convolutions has the stride."""

    def made(c: int, d: int, stride: int = 1) -> nn.Module:
        second = nn.Conv2d(c, d, 1, stride if pointwise else 1, bias=False)
        first = _depthwise(c, stride if depthwise else 1)
        return nn.Sequential(*_unit(first, c), *_unit(second, d))

    return made


def _pointwise_first(c: int, d: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(*_unit(_pointwise(c, d), d), *_unit(_depthwise(d, stride), d))


def _widening(c: int, d: int, stride: int = 1) -> nn.Module:
    first = nn.Conv2d(c, d, 3, stride, padding=1, groups=c, bias=False)
    return nn.Sequential(*_unit(first, d), *_unit(_pointwise(d, d), d))


def _nested(c: int, d: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(
        nn.Sequential(*_unit(_depthwise(c, stride), c)), nn.Sequential(*_unit(_pointwise(c, d), d))
    )


def _conv(**other: Any) -> Callable[[int, int], nn.Module]:
    """A depthwise convolution with other settings."""
    return lambda c, stride: nn.Conv2d(
        c,
        c,
        **{"kernel_size": 3, "stride": stride, "padding": 1, "groups": c, "bias": False} | other,
    )


class _ByModules(nn.Sequential):
    """A class of its own, layer by layer."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.append(nn.Conv2d(in_channels, in_channels, (3, 3), stride, 1, 1, in_channels, False))
        self.append(nn.BatchNorm2d(in_channels)).append(nn.Threshold(0, 0))
        self.append(nn.Conv2d(in_channels, out_channels, (1, 1), bias=False))
        self.append(nn.BatchNorm2d(out_channels)).append(nn.ReLU(inplace=True))


def _named(c: int, d: int, stride: int = 1) -> nn.Module:
    """Its entries have names."""
    names = ("depthwise", "norm", "relu", "pointwise", "second_norm", "second_relu")
    layers = [*_unit(_depthwise(c, stride), c), *_unit(_pointwise(c, d), d)]
    return nn.Sequential(OrderedDict(zip(names, layers, strict=True)))


SEPARABLE = Exercise(
    id="efficient.separable",
    title="The separable block",
    points=1,
    minutes=12,
    covers=("E14.18",),
    asks="module",
    through="in_order",
    cases=_settings,
    reference=separable,
    wrong={
        "not grouped": (
            "Your first convolution lets every filter read all channels. Depthwise means "
            "groups=in_channels.",
            _block(depthwise=_conv(groups=1)),
        ),
        "pointwise first": (
            "You mix the channels first. Here the depthwise convolution comes first, then the "
            "pointwise one.",
            _pointwise_first,
        ),
        "depthwise widens": (
            "Your depthwise convolution changes the number of channels. It has one filter for each "
            "input channel; the pointwise one makes the other channels.",
            _widening,
        ),
        "biases": (
            "Your convolutions have a bias. Before a batch norm they have none: bias=False.",
            _block(depthwise=_conv(bias=True), pointwise=lambda c, d: nn.Conv2d(c, d, 1)),
            _block(depthwise=_conv(bias=True)),
            _block(pointwise=lambda c, d: nn.Conv2d(c, d, 1)),
        ),
        "norm left out": (
            "A batch norm is missing. One follows each of the two convolutions.",
            _without(1),
            _without(4),
            _without(1, 4),
            _at((1,), nn.Identity),
            _at((4,), nn.Identity),
        ),
        "ReLU missing": (
            "A ReLU is missing in your block. One follows each of the two batch norms.",
            _without(2),
            _without(5),
            _without(2, 5),
            _at((2,), nn.Identity),
            _at((5,), nn.Identity),
            _at((2, 5), nn.Identity),
        ),
        "ReLU before the norm": (
            "A ReLU stands between a convolution and its batch norm. The norm comes first: "
            "convolution, norm, ReLU.",
            _ordered(0, 2, 1, 3, 5, 4),
            _ordered(0, 2, 1, 3, 4, 5),
            _ordered(0, 1, 2, 3, 5, 4),
        ),
        "ReLU6": (
            "You end activations at 6, with ReLU6. This block, of the first MobileNet, has plain "
            "ReLUs.",
            _at((2, 5), nn.ReLU6),
        ),
        "stride at the pointwise convolution": (
            "Your stride stands at the pointwise convolution. The depthwise one has it, which "
            "otherwise computes places that nobody reads.",
            _strided(False, True),
        ),
        "stride twice": (
            "Both of your convolutions have the stride. The depthwise one alone has it.",
            _strided(True, True),
        ),
        "no stride": (
            "Your block ignores the stride. The depthwise convolution has it.",
            _strided(False, False),
        ),
        "another padding": (
            "Your depthwise convolution has another padding. With 1, a 3 x 3 kernel keeps height "
            "and width.",
            _block(depthwise=_conv(padding=0)),
            _block(depthwise=_conv(padding=2)),
        ),
        "padding of the pointwise convolution": (
            "Your pointwise convolution has a padding. A kernel of 1 x 1 needs none.",
            _block(pointwise=lambda c, d: nn.Conv2d(c, d, 1, padding=1, bias=False)),
        ),
        "large pointwise": (
            "Your second convolution is 3 x 3. Pointwise means 1 x 1.",
            _block(pointwise=lambda c, d: nn.Conv2d(c, d, 3, padding=1, bias=False)),
        ),
        "layers in parts": (
            "Your six layers lie in parts inside the nn.Sequential. Put all six into one.",
            _nested,
        ),
    },
    right=(_ByModules, _named),
    hints=(
        "A depthwise convolution has as many filters as channels, each with one slice: which "
        "groups are that?",
        "nn.Conv2d(in_channels, in_channels, 3, stride, padding=1, groups=in_channels, "
        "bias=False) is the first layer, nn.BatchNorm2d(in_channels) the second.",
        "The pointwise convolution goes from in_channels to out_channels, its norm has "
        "out_channels.",
    ),
    forbidden=("course_lib", "torchvision"),
    stand_in="separable",
)
