"""Part A: the weights of a stack of kernels, and of the one that sees as much."""

from collections.abc import Callable

from torch import nn

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Pair = tuple[float, float]


def _case(about: str, *rows: tuple[int, int, int]) -> Case:
    return Case(args=rows[0], about=about) if len(rows) == 1 else Case(each=rows, about=about)


def _settings(draw: Draw) -> list[Case]:
    """No channels equal a kernel's side, and no stack has as many kernels as a side has entries."""
    channels = draw.distinct(11, 40, 8)
    return [
        _case("two small kernels", (2, 3, channels[0])),
        _case("three small kernels", (3, 3, channels[1])),
        _case("many small kernels", (draw.integer(4, 6), 3, channels[2])),
        _case("two larger kernels", (2, draw.choice((5, 7)), channels[3])),
        _case("several larger kernels", (4, draw.choice((5, 7)), channels[4])),
        _case("kernels of an even side", (3, draw.choice((2, 4)), channels[5])),
        _case(
            "the smallest of all: one kernel, kernels of a single number, one channel",
            *((1, draw.choice((3, 5)), channels[6]), (3, 1, channels[7]), (2, 3, 1), (1, 1, 1)),
        ),
    ]


def _side(n: int, k: int) -> float:
    return n * (k - 1) + 1


def _weights(
    side: Callable[[int, int], float] = _side,
    stack: Callable[[int, int, int], float] = lambda n, k, c: n * k * k * c * c,
    single: Callable[[float, int], float] = lambda side, c: side * side * c * c,
) -> Callable[[int, int, int], Pair]:
    """The pair, with another side of the one kernel or other weights."""
    return lambda n, k, c: (stack(n, k, c), single(side(n, k), c))


def _counted(n: int, k: int, channels: int) -> tuple[int, int]:
    """PyTorch's own layers, without memory."""
    row = [_layer(channels, k) for _ in range(n)]
    return sum(layer.weight.numel() for layer in row), _layer(
        channels, n * (k - 1) + 1
    ).weight.numel()


def _layer(channels: int, side: int) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, side, bias=False, device="meta")


def _by_growing(n: int, k: int, channels: int) -> list[float]:
    """The receptive field grows kernel by kernel."""
    stack, side = 0.0, 1
    for _ in range(n):
        stack += (channels * k) ** 2
        side += k - 1
    return [stack, float((channels * side) ** 2)]


STACK_WEIGHTS = Exercise(
    id="vgg.stack_weights",
    title="Weights of stacked kernels",
    points=1,
    minutes=6,
    covers=("Q5", "L6-vgg"),
    example=((Case(args=(2, 3, 1)), [18, 25]),),
    cases=_settings,
    reference=_counted,
    wrong={
        "sides added": (
            "Your one kernel is as wide as all kernels side by side. Stacked, the second sees only "
            "k - 1 pixels more than the first: the side is n (k - 1) + 1.",
            _weights(lambda n, k: n * k),
            _weights(lambda n, k: n * k - 1),
        ),
        "kernels of three only": (
            "Your side is right for kernels of side 3 only. Each kernel adds k - 1 pixels to the "
            "first one.",
            _weights(lambda n, k: 2 * n + 1),
        ),
        "off by one": (
            "The side of your one kernel is off by one. A single kernel, n = 1, must give its own "
            "side k.",
            _weights(lambda n, k: n * (k - 1)),
            _weights(lambda n, k: n * (k - 1) + 2),
            _weights(lambda n, k: (n - 1) * (k - 1) + 1),
            _weights(lambda n, k: (n + 1) * (k - 1) + 1),
        ),
        "always seven": (
            "Your one kernel always has the side 7. That is what three kernels of side 3 see; work "
            "it out from n and k.",
            _weights(lambda n, k: 7),
        ),
        "always five": (
            "Your one kernel always has the side 5. That is what two kernels of side 3 see; work "
            "it out from n and k.",
            _weights(lambda n, k: 5),
        ),
        "channels once": (
            "You counted channels once. Each of the `channels` filters reads all `channels` maps, "
            "so it comes in twice.",
            _weights(stack=lambda n, k, c: n * k * k * c, single=lambda side, c: side * side * c),
            _weights(stack=lambda n, k, c: n * k * k * c),
            _weights(single=lambda side, c: side * side * c),
        ),
        "channels left out": (
            "You left channels out. Each filter has a kernel for every channel that it reads, and "
            "there are as many filters as channels.",
            _weights(stack=lambda n, k, c: n * k * k, single=lambda side, c: side * side),
        ),
        "biases counted": (
            "You counted biases. Here only weights count.",
            _weights(
                stack=lambda n, k, c: n * (k * k * c + 1) * c,
                single=lambda side, c: (side * side * c + 1) * c,
            ),
            _weights(stack=lambda n, k, c: n * (k * k * c + 1) * c),
            _weights(single=lambda side, c: (side * side * c + 1) * c),
        ),
        "kernel not squared": (
            "You counted one row of each kernel. A kernel is square.",
            _weights(stack=lambda n, k, c: n * k * c * c, single=lambda side, c: side * c * c),
            _weights(stack=lambda n, k, c: n * k * c * c),
            _weights(single=lambda side, c: side * c * c),
        ),
        "one layer of the stack": (
            "You counted one layer of the stack. It has n.",
            _weights(stack=lambda n, k, c: k * k * c * c),
        ),
        "channels as a power": (
            "You raised to the power n. The layers stand one after another: their weights add up.",
            _weights(stack=lambda n, k, c: (k * k * c * c) ** n),
            _weights(stack=lambda n, k, c: k * k * c ** (n + 1)),
        ),
        "order": (
            "Your numbers are right, their order is not: the stack first, then the one kernel.",
            lambda n, k, c: _counted(n, k, c)[::-1],
        ),
        "a ratio": (
            "You return one number. Return both counts: (stack, single).",
            lambda n, k, c: n * k * k / _side(n, k) ** 2,
            lambda n, k, c: _side(n, k) ** 2 / (n * k * k),
        ),
    },
    right=(_by_growing,),
    hints=(
        "How many rows of the image does one number see behind two 3x3 convolutions, and behind "
        "three? What does each kernel add?",
        "A convolution from c channels to c channels with kernels of side s has s · s · c · c "
        "weights. The stack has n such layers of side k.",
        "The one kernel has the side n * (k - 1) + 1.",
    ),
    tolerance=EXACT,
)
