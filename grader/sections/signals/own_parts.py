"""Extra: a small residual network of parts that are passed in."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.models.resnet import BasicBlock
from course_lib.sections.signals.adapters import of_parts
from course_lib.sections.signals.given import own_network
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Make = Callable[..., nn.Module]


def _cases(draw: Draw) -> list[Case]:
    def case(
        about: str, parts: str, widths: Sequence[int], classes: int, *sizes: tuple[int, int, int]
    ) -> Case:
        state = of_parts(own_network, parts, widths, classes).state_dict()
        shapes = {name: list(tensor.shape) for name, tensor in state.items()}
        return Case(
            args=(parts, widths, classes),
            about=about,
            weights={"seed": draw.integer(1, 2**31 - 1), "shapes": shapes},
            inputs=tuple(draw.normal(n, 3, *sides) for n, *sides in sizes),
        )

    classes = draw.integer(4, 6)
    return [
        case("one block and one image", "plain", (4,), classes, (1, 4, 5)),
        case("three blocks that widen", "plain", (2, 3, 5), classes, (2, 9, 6)),
        case("blocks of one width in a list", "plain", [4, 4, 4], 2, (2, 8, 11)),
        case("blocks that narrow and one class", "plain", (6, 4, 2, 3), 1, (2, 10, 9)),
        case("a usual block and a usual norm", "usual", (3, 5), classes, (3, 6, 8)),
    ]


class _Net(nn.Module):
    """The network, in parts that a mistake may change."""

    def __init__(self, block: Make, norm: Make, widths: Sequence[int], num_classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(*self.first(norm, widths[0]))
        self.blocks = nn.Sequential(*self.stages(block, widths))
        self.head = self.dense(widths[-1], num_classes)

    def first(self, norm: Make, width: int) -> list[nn.Module]:
        return [nn.Conv2d(3, width, 3, 1, 1, bias=False), norm(width), nn.ReLU()]

    def stages(self, block: Make, widths: Sequence[int]) -> list[nn.Module]:
        pairs = [(widths[0], widths[0]), *pairwise(widths)]
        return [block(*pair, self.stride(i, *pair)) for i, pair in enumerate(pairs)]

    def stride(self, place: int, come: int, go: int) -> int:
        return 2 if place else 1

    def dense(self, come: int, classes: int) -> nn.Module:
        return nn.Linear(come, classes)

    def pooled(self, y: Tensor) -> Tensor:
        return y.mean((2, 3))

    def forward(self, x: Tensor) -> Any:
        return self.head(self.pooled(self.blocks(self.stem(x))))


def _net(**parts: object) -> type:
    return type("Net", (_Net,), parts)


def _stem(make: Callable[[list[nn.Module]], list[nn.Module]]) -> type:
    return _net(first=lambda self, norm, width: make(_Net.first(self, norm, width)))


def _conv(**settings: Any) -> type:
    settings = {"kernel_size": 3, "padding": 1, "bias": False, **settings}
    return _net(
        first=lambda self, norm, width: [
            nn.Conv2d(3, width, **settings),
            *_Net.first(self, norm, width)[1:],
        ]
    )


def _strided(stride: Callable[[int, int, int], int]) -> type:
    return _net(stride=lambda self, *how: stride(*how))


def _pooled(pooled: Callable[[Tensor], Tensor]) -> type:
    return _net(pooled=lambda self, y: pooled(y))


def _dropped(share: float) -> type:
    return _net(pooled=lambda self, y: F.dropout(y.mean((2, 3)), share, self.training))


def _first_read(block: Make, norm: Make, widths: Sequence[int], num_classes: int) -> nn.Module:
    """The head reads as many channels as the stem gives."""
    net = _Net(block, norm, widths, num_classes)
    net.head = nn.Linear(widths[0], num_classes)
    return net


def _ended(end: Callable[[Tensor], Tensor]) -> type:
    return _net(forward=lambda self, x: end(_Net.forward(self, x)))


def _repeated(self: _Net, block: Make, widths: Sequence[int]) -> list[nn.Module]:
    """One object for all blocks that are made alike."""
    made: dict[tuple[int, int, int], nn.Module] = {}
    blocks = []
    for i, pair in enumerate([(widths[0], widths[0]), *pairwise(widths)]):
        how = (*pair, self.stride(i, *pair))
        blocks.append(made.setdefault(how, block(*how)))
    return blocks


def _twice(self: _Net, block: Make, widths: Sequence[int]) -> list[nn.Module]:
    return [
        each
        for made, width in zip(_Net.stages(self, block, widths), widths, strict=True)
        for each in (made, block(width, width, 1))
    ]


def _in_a_row(block: Make, norm: Make, widths: Sequence[int], num_classes: int) -> nn.Module:
    """Parts that are added by their names; the first block is told no stride."""
    net, blocks, come = nn.Sequential(), nn.Sequential(), widths[0]
    conv = nn.Conv2d(3, come, (3, 3), padding="same", bias=False)
    net.add_module("stem", nn.Sequential(conv, norm(come), nn.ReLU(inplace=True)))
    for go in widths:
        blocks.append(block(come, go, stride=2) if len(blocks) else block(come, go))
        come = go
    net.add_module("blocks", blocks)
    net.add_module("average", nn.AdaptiveAvgPool2d((1, 1)))
    net.add_module("flat", nn.Flatten())
    net.add_module("head", nn.Linear(come, num_classes))
    return net


OWN_NETWORK = Exercise(
    id="signals.own_network",
    title="A network of your own parts",
    points=2,
    minutes=12,
    core=False,
    covers=("B14-circle",),
    asks="module",
    through="of_parts",
    promises=("unchanged",),
    cases=_cases,
    reference=own_network,
    wrong={
        "another norm": (
            "The norm of your stem is not made by `norm`, which is given.",
            _net(first=lambda self, norm, width: _Net.first(self, nn.BatchNorm2d, width)),
        ),
        "other blocks": (
            "Your blocks are not made by `block`, which is given.",
            _net(stages=lambda self, block, widths: _Net.stages(self, BasicBlock, widths)),
        ),
        "stem without norm": (
            "Your stem lacks the norm. It stands between the convolution and ReLU.",
            _stem(lambda layers: [layers[0], layers[2]]),
            _stem(lambda layers: [layers[0], nn.Identity(), layers[2]]),
        ),
        "stem without ReLU": (
            "Your stem ends without ReLU.",
            _stem(lambda layers: layers[:2]),
        ),
        "another activation": (
            "Your stem ends in another activation than ReLU.",
            _stem(lambda layers: [*layers[:2], nn.LeakyReLU(0.1)]),
            _stem(lambda layers: [*layers[:2], nn.LeakyReLU()]),
            _stem(lambda layers: [*layers[:2], nn.GELU()]),
        ),
        "ReLU before the norm": (
            "In your stem ReLU stands before the norm. It comes after.",
            _stem(lambda layers: [nn.Sequential(layers[0], nn.ReLU()), layers[1]]),
            _stem(lambda layers: [layers[0], layers[2], layers[1]]),
        ),
        "bias of the stem": (
            "The convolution of your stem has a bias. Before a norm it has none: bias=False.",
            _conv(bias=True),
        ),
        "another stem": (
            "The convolution of your stem is another one: three by three, padding 1, stride 1.",
            _conv(kernel_size=7, padding=3),
            _conv(kernel_size=1, padding=0),
            _conv(padding=0),
            _conv(stride=2),
        ),
        "stem pooled": (
            "Your stem makes the map smaller by a pooling. It keeps its size.",
            _stem(lambda layers: [*layers, nn.MaxPool2d(2)]),
            _stem(lambda layers: [*layers, nn.MaxPool2d(3, 2, 1)]),
        ),
        "first block strided": (
            "Your first block has stride 2. It has stride 1; each further one has 2.",
            _strided(lambda place, come, go: 2),
        ),
        "no stride": (
            "A block from the second one on has stride 1. Each of these has stride 2.",
            _strided(lambda place, come, go: 1),
            _strided(lambda place, come, go: 2 if place == 1 else 1),
            _strided(lambda place, come, go: 2 if place > 1 else 1),
        ),
        "stride where widths differ": (
            "Your stride goes by the widths. It is 2 from the second block on, whatever they are.",
            _strided(lambda place, come, go: 1 if come == go else 2),
        ),
        "growing strides": (
            "Your strides grow from block to block. They are 1 for the first and 2 for each "
            "further one.",
            _strided(lambda place, come, go: 2**place),
            _strided(lambda place, come, go: place + 1),
        ),
        "one block many times": (
            "One block stands several times in your network, with one set of weights. Make a new "
            "one for each of widths.",
            _net(stages=_repeated),
        ),
        "one block too few": (
            "A block is missing: there is one for each of widths, the first included.",
            _net(stages=lambda self, block, widths: _Net.stages(self, block, widths)[1:]),
            _net(stages=lambda self, block, widths: _Net.stages(self, block, widths)[:-1]),
        ),
        "widths left behind": (
            "Your blocks, or the head, all read widths[0] channels. Each reads what the block "
            "before gives.",
            _net(
                stages=lambda self, block, widths: [
                    block(widths[0], go, self.stride(i, widths[0], go))
                    for i, go in enumerate(widths)
                ]
            ),
            _first_read,
        ),
        "inputs after outputs": (
            "You tell a block its outputs first. The inputs come first: block(inputs, outputs, "
            "stride).",
            _net(
                stages=lambda self, block, widths: _Net.stages(
                    self, lambda come, go, stride: block(go, come, stride), widths
                )
            ),
        ),
        "ReLU before the head": (
            "Your network has one more ReLU before the mean. What the last block gives goes into "
            "it as it is.",
            _pooled(lambda y: y.relu().mean((2, 3))),
            _pooled(lambda y: y.mean((2, 3)).relu()),
        ),
        "dropout": (
            "Your network drops units in train mode. The text asks for no dropout.",
            _dropped(0.5),
            _dropped(0.2),
        ),
        "two blocks for a width": (
            "You make two blocks for each of widths. It is one.",
            _net(stages=_twice),
        ),
        "maximum instead of mean": (
            "Your head reads the maximum of each channel. It reads the mean over the image.",
            _pooled(lambda y: y.amax((2, 3))),
        ),
        "sum instead of mean": (
            "Your head reads the sum of each channel. It reads the mean over the image.",
            _pooled(lambda y: y.sum((2, 3))),
        ),
        "one position": (
            "Your head reads one position of each channel. It reads the mean over all.",
            _pooled(lambda y: y[:, :, 0, 0]),
        ),
        "axis of the batch lost": (
            "For a single image the axis of the batch is lost. It stays, with size 1: leave out "
            "squeeze().",
            _pooled(lambda y: y.mean((2, 3)).squeeze()),
        ),
        "axis of the classes lost": (
            "With one class the axis of the classes is lost. It stays, with size 1.",
            _ended(lambda y: y.squeeze(-1)),
        ),
        "both axes lost": (
            "Where there is one image or one class, that axis is lost. Both stay, with size 1: "
            "leave out squeeze().",
            _ended(lambda y: y.squeeze()),
        ),
        "activation at the end": (
            "Your network ends in an activation. It gives logits as they are.",
            _ended(F.relu),
            _ended(lambda y: y.softmax(-1)),
            _ended(lambda y: y.log_softmax(-1)),
        ),
        "head without bias": (
            "Your head has no bias. It has one.",
            _net(dense=lambda self, come, classes: nn.Linear(come, classes, bias=False)),
        ),
        "classes left out": (
            "Your head gives as many logits whatever `num_classes` is.",
            _net(dense=lambda self, come, classes: nn.Linear(come, 10)),
        ),
        "lost gradient": (
            "No gradient reaches the stem and the blocks.",
            _pooled(lambda y: y.mean((2, 3)).detach()),
        ),
    },
    right=(_Net, _in_a_row),
    hints=(
        "The stem gives widths[0] channels; the first block reads them and gives as many.",
        "What does block number i read? What block i - 1 gives: widths[i - 1].",
        "Means over the image: nn.AdaptiveAvgPool2d(1) and nn.Flatten, or y.mean((2, 3)) in the "
        "forward of a class of your own.",
    ),
    forbidden=("torchvision", "course_lib"),
    stand_in="own_network",
)
