"""What the 1 x 1 convolutions of an Inception module save, and what a residual block weighs."""

from collections.abc import Sequence

from torch import nn
from torchvision.models.resnet import BasicBlock  # type: ignore[import-untyped]

from course_lib.checks.compare import EXACT
from grader.marking.exercise import Exercise
from grader.sections.resnet.inception_ways import Reference, inception

_C1, _C2, _C3, _C4 = 64, (48, 64), (64, 96), 32
_PIXELS = 28 * 28
_REDUCTIONS = _C2[0] + _C3[0]
"""Their weights for each channel that comes in."""


def _weights(module: nn.Module, *, biases: bool = False) -> int:
    kernels = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    found = sum(layer.weight.numel() for layer in kernels)
    return found + sum(layer.out_channels for layer in kernels) * biases


def _numbers(module: type[nn.Module] = Reference, *, biases: bool = False) -> list[int]:
    narrow, bare, wide = (
        _weights(module(come, _C1, _C2, _C3, _C4, reduce), biases=biases)
        for come, reduce in ((192, True), (192, False), (256, True))
    )
    residual = _weights(BasicBlock(256, 256), biases=biases)
    out = _C1 + _C2[1] + _C3[1] + _C4
    return [out, narrow, bare, wide, residual, narrow * _PIXELS, bare * _PIXELS]


_SEVEN = _numbers()


def _but(**places: int) -> list[int]:
    """The numbers with others in some places: _but(at0=288)."""
    return [places.get(f"at{place}", number) for place, number in enumerate(_SEVEN)]


def _lacking(paths: Sequence[str]) -> list[int]:
    """The numbers without some of the paths' weights."""

    def count(come: int, reduce: bool) -> int:
        module = Reference(come, _C1, _C2, _C3, _C4, reduce)
        return sum(_weights(module.get_submodule(f"branch{i}")) for i in "1234" if i not in paths)

    narrow, bare, wide = count(192, True), count(192, False), count(256, True)
    return [_SEVEN[0], narrow, bare, wide, _SEVEN[4], narrow * _PIXELS, bare * _PIXELS]


INCEPTION_NUMBERS = Exercise(
    id="resnet.inception_numbers",
    title="What the reductions save",
    points=0,
    minutes=8,
    core=False,
    covers=("D8.6.1-compare", "E14.21"),
    asks="value",
    reference=_SEVEN,
    wrong={
        "biases counted": (
            "You counted the biases, too. Here the weights of the kernels alone are compared.",
            _numbers(biases=True),
            [*_numbers(biases=True)[:4], _SEVEN[4], *_numbers(biases=True)[5:]],
            [*_numbers(biases=True)[:4], *_SEVEN[4:]],
        ),
        "reductions added to the output": (
            "You counted the channels of the reductions among the outputs. Each path gives what "
            "its last convolution gives.",
            _but(at0=_SEVEN[0] + _C2[0] + _C3[0]),
            _but(at0=_C1 + _C2[0] + _C3[0] + _C4),
        ),
        "path of the pooling left out": (
            "You left out the fourth path: its 1 x 1 convolution has weights, too.",
            _lacking("4"),
        ),
        "first path left out": (
            "You left out the first path: its 1 x 1 convolution has weights, too.",
            _lacking("1"),
        ),
        "two paths only": (
            "You counted the 3 x 3 and the 5 x 5 path only. The other two have weights, too.",
            _lacking("14"),
        ),
        "kernels of another size": (
            "Your kernel of 5 x 5 has as many weights as one of 3 x 3. It has 5 rows of 5.",
            _numbers(inception(kernels=(3, 3))),
        ),
        "large kernels read all channels": (
            "With reductions your large kernels still read all channels. They read what the "
            "reductions give, which is what saves.",
            _but(
                at1=_SEVEN[2] + _REDUCTIONS * 192,
                at3=(_SEVEN[2] // 192 + _REDUCTIONS) * 256,
                at5=(_SEVEN[2] + _REDUCTIONS * 192) * _PIXELS,
            ),
        ),
        "reductions not counted": (
            "You left out the weights of the reductions, which are 1 x 1 convolutions.",
            _but(
                at1=_SEVEN[1] - _REDUCTIONS * 192,
                at3=_SEVEN[3] - _REDUCTIONS * 256,
                at5=(_SEVEN[1] - _REDUCTIONS * 192) * _PIXELS,
            ),
        ),
        "one convolution of the block": (
            "You counted one of the residual block's convolutions. A basic block has two of them.",
            _but(at4=_SEVEN[4] // 2),
        ),
        "image of one row": (
            "You multiplied the weights by the length of one side. Each weight multiplies once at "
            "each of all pixels, rows times columns.",
            _but(at5=_SEVEN[1] * 28, at6=_SEVEN[2] * 28),
        ),
        "counted twice": (
            "You counted a multiply-add as two operations. Here each is one.",
            _but(at5=2 * _SEVEN[5], at6=2 * _SEVEN[6]),
        ),
        "two numbers swapped": (
            "You swapped the module with and the one without reductions: with them it has fewer "
            "weights.",
            _but(at1=_SEVEN[2], at2=_SEVEN[1], at5=_SEVEN[6], at6=_SEVEN[5]),
            _but(at1=_SEVEN[2], at2=_SEVEN[1]),
            _but(at5=_SEVEN[6], at6=_SEVEN[5]),
        ),
    },
    right=([float(number) for number in _SEVEN], tuple(_SEVEN)),
    hints=(
        "A convolution has in_channels · out_channels · k · k weights; the pooling has none.",
        "Each weight multiplies once at every pixel of the map: MACs are weights times pixels.",
    ),
    tolerance=EXACT,
)
