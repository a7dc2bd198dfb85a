"""Squeeze and excitation: a gate for each channel."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.sections.resnet.given import SE as Given
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Step = Callable[[Tensor], Tensor]


def _mean(*axes: int) -> Step:
    return lambda x: x.mean(axes, keepdim=True)


def _gated(x: Tensor, gates: Tensor) -> Any:
    return x * gates


def excitation(
    *,
    default: int = 16,
    hidden: Callable[[int, int], int] = lambda channels, ratio: max(1, channels // ratio),
    layer: Callable[[int, int], nn.Module] = lambda come, go: nn.Conv2d(come, go, 1),
    squeeze: Step = lambda x: x.mean((2, 3), keepdim=True),
    between: Step = torch.relu,
    last: Step = torch.sigmoid,
    join: Callable[[Tensor, Tensor], Any] = _gated,
) -> type[nn.Module]:
    """The module, or one that differs in something."""

    class SE(nn.Module):
        def __init__(self, channels: int, ratio: int = default) -> None:
            super().__init__()
            few = hidden(channels, ratio)
            self.fc1, self.fc2 = layer(channels, few), layer(few, channels)

        def forward(self, x: Tensor) -> Any:
            return join(x, last(self.fc2(between(self.fc1(squeeze(x))))))

    return SE


def _by_square(axis: int) -> Step:
    return lambda x: x.sum((2, 3), keepdim=True) / x.shape[axis] ** 2


class _Dense(nn.Module):
    """Dense layers instead of 1 x 1 convolutions."""

    def __init__(self, channels: int, ratio: int = 16) -> None:
        super().__init__()
        few = max(1, channels // ratio)
        self.fc1, self.fc2 = nn.Linear(channels, few), nn.Linear(few, channels)

    def forward(self, x: Tensor) -> Any:
        gates = torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3))))))
        return x * gates[:, :, None, None]


class _OfModules(nn.Module):
    """With modules for all steps."""

    def __init__(self, channels: int, ratio: int = 16) -> None:
        super().__init__()
        few = channels // ratio or 1
        self.pool, self.relu = nn.AdaptiveAvgPool2d(1), nn.ReLU(inplace=True)
        self.fc1 = nn.Conv2d(channels, few, kernel_size=(1, 1))
        self.fc2 = nn.Conv2d(few, channels, kernel_size=(1, 1))
        self.gate = nn.Sigmoid()

    def forward(self, x: Tensor) -> Any:
        return self.gate(self.fc2(self.relu(self.fc1(self.pool(x))))).expand_as(x) * x


def _case(draw: Draw, about: str, *args: int, images: int = 2, **more: Any) -> Case:
    size = more.pop("size", None) or draw.distinct(2, 3, 2)
    x = draw.normal(images, args[0], *size) + draw.normal(1, args[0], 1, 1)
    shapes = {name: list(t.shape) for name, t in Given(*args, **more).state_dict().items()}
    weights = {"seed": draw.integer(1, 2**31 - 1), "shapes": shapes}
    return Case(args=args, kwargs=more, about=about, weights=weights, inputs=(x,))


def _cases(draw: Draw) -> list[Case]:
    ratio, times = draw.distinct(2, 3, 2)
    return [
        # Of so many, a default of one more or less leaves another number, and so does rounding.
        _case(
            draw,
            "ratio left out, maps of one pixel",
            draw.choice((169, 185)),
            images=1,
            size=(1, 1),
        ),
        _case(draw, "a ratio that divides", ratio * times, ratio),
        _case(draw, "a ratio that does not divide, by name", 7, ratio=4),
        _case(draw, "fewer channels than the ratio", draw.integer(3, 4), 8),
        _case(draw, "one channel", 1, 2),
    ]


SE = Exercise(
    id="resnet.SE",
    title="Squeeze and excitation",
    points=2,
    minutes=10,
    core=False,
    covers=("E14.27",),
    asks="module",
    through="keeping_input",
    cases=_cases,
    reference=Given,
    wrong={
        "another default": (
            "With ratio given your module is right. Left out, it has another value in the text.",
            *(excitation(default=ratio) for ratio in (2, 4, 8)),
        ),
        "nothing left": (
            "Where there are fewer channels than the ratio, nothing is left between your layers. "
            "At least one channel stays: max(1, channels // ratio).",
            excitation(hidden=lambda channels, ratio: channels // ratio),
        ),
        "rounded up": (
            "Where the ratio does not divide the channels you rounded up, or to the nearest. Round "
            "down: channels // ratio.",
            excitation(hidden=lambda channels, ratio: -(-channels // ratio)),
            excitation(hidden=lambda channels, ratio: max(1, round(channels / ratio))),
        ),
        "ratio for channels": (
            "You left as many channels between the layers as ratio says. It says by how much they "
            "are divided.",
            excitation(hidden=lambda channels, ratio: ratio),
        ),
        "not reduced": (
            "There are as many channels between your layers as before. They are divided by ratio.",
            excitation(hidden=lambda channels, ratio: channels),
        ),
        "no biases": (
            "Your layers have no bias. Both keep the one that nn.Conv2d has by default.",
            excitation(layer=lambda come, go: nn.Conv2d(come, go, 1, bias=False)),
        ),
        "dense layers": (
            "Dense layers compute the same, but their weights have other shapes. Here both layers "
            "are 1 x 1 convolutions, so that torchvision's weights fit.",
            _Dense,
        ),
        "activations swapped": (
            "ReLU and sigmoid are swapped. ReLU stands between the layers, and the sigmoid, which "
            "keeps a gate between 0 and 1, after the second.",
            excitation(between=torch.sigmoid, last=torch.relu),
        ),
        "no sigmoid": (
            "Your gates are no shares: after the second layer there is a sigmoid, which keeps them "
            "between 0 and 1.",
            excitation(last=lambda z: z),
            excitation(last=torch.relu),
        ),
        "softmax": (
            "Your gates are a softmax: they add up to 1, and one channel can open only if others "
            "close. The sigmoid gates each channel by itself.",
            excitation(last=lambda z: z.softmax(1)),
        ),
        "another gate": (
            "After the second layer you put another function than the sigmoid, which lies between "
            "0 and 1.",
            excitation(last=torch.tanh),
            excitation(last=F.hardsigmoid),
        ),
        "no ReLU": (
            "Between your layers there is no ReLU: the two are one linear map.",
            excitation(between=lambda z: z),
        ),
        "sigmoid twice": (
            "You put a sigmoid between the layers, too. There stands a ReLU.",
            excitation(between=torch.sigmoid),
        ),
        "gates alone": (
            "You returned the gates. x is multiplied by them.",
            excitation(join=lambda x, gates: gates),
            excitation(join=lambda x, gates: gates.expand_as(x)),
        ),
        "added": (
            "You added the gates to x. x is multiplied by them.",
            excitation(join=lambda x, gates: x + gates),
        ),
        "a skip within": (
            "You added x to what comes out. The sum is the residual block's; here the result is x "
            "times the gates.",
            excitation(join=lambda x, gates: x + x * gates),
        ),
        "turned round": (
            "You multiplied by 1 minus the gates. Multiply by the gates themselves.",
            excitation(join=lambda x, gates: x * (1 - gates)),
        ),
        "ReLU at the end": (
            "You put a ReLU around the result. x times the gates keeps its negative numbers.",
            excitation(join=lambda x, gates: (x * gates).relu()),
        ),
        "over the batch": (
            "You took the mean over the batch, too: all images have the same gates. Take it over "
            "height and width of each.",
            excitation(squeeze=_mean(0, 2, 3)),
        ),
        "one axis only": (
            "You took the mean over the height or over the width. Take it over both: a channel has "
            "one gate.",
            excitation(squeeze=_mean(2)),
            excitation(squeeze=_mean(3)),
        ),
        "not squeezed": (
            "Every pixel has gates of its own. Take the mean of each channel over height and width "
            "first.",
            excitation(squeeze=lambda x: x),
        ),
        "maximum": (
            "You squeezed by the largest number of each channel. Take the mean.",
            excitation(squeeze=lambda x: x.amax((2, 3), keepdim=True)),
        ),
        "sum": (
            "You squeezed by the sum of each channel, which grows with the map. Take the mean.",
            excitation(squeeze=lambda x: x.sum((2, 3), keepdim=True)),
        ),
        "divided by a square": (
            "You divided the sum by the square of one side. A channel has height times width "
            "numbers: take x.mean((2, 3), keepdim=True).",
            *(excitation(squeeze=_by_square(axis)) for axis in (2, 3)),
        ),
        "over the channels": (
            "You took the mean over the channels, too. Each channel has a mean of its own: take it "
            "over height and width.",
            excitation(
                squeeze=lambda x: x.mean((1, 2, 3), keepdim=True).expand(-1, x.shape[1], 1, 1)
            ),
        ),
        "squeezed away": (
            "Of a single channel the axis is lost: squeeze() removes all axes of size 1. Name the "
            "axes, or keep them with keepdim=True.",
            excitation(last=lambda z: z.sigmoid().squeeze()[..., None, None]),
        ),
        "ReLU before the sigmoid": (
            "You put a ReLU before the sigmoid: no gate then closes below one half. The sigmoid "
            "reads what fc2 gives.",
            excitation(last=lambda z: z.relu().sigmoid()),
        ),
        "never more than one": (
            "You never leave more than one channel between the layers: min takes the smaller "
            "number. At least one stays: max(1, channels // ratio).",
            excitation(hidden=lambda channels, ratio: min(1, channels // ratio)),
        ),
        "changed in place": (
            "You changed x in place. It stays as it is: make a new tensor, x * gates.",
            excitation(join=lambda x, gates: x.mul_(gates)),
        ),
        "lost gradient": (
            "No gradient reaches the weights.",
            excitation(join=lambda x, gates: x * gates.detach()),
        ),
    },
    right=(excitation(), _OfModules),
    hints=(
        "x.mean((2, 3), keepdim=True) has the shape (N, C, 1, 1), which a 1 x 1 convolution reads "
        "and which multiplies x.",
        "The gates are torch.sigmoid(self.fc2(torch.relu(self.fc1(mean)))).",
    ),
    forbidden=("course_lib", "torchvision"),
    stand_in="SE",
)
