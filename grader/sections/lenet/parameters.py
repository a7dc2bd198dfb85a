"""Part A: where the parameters are."""

from torch import nn

from course_lib.checks.compare import EXACT
from grader.marking.exercise import Exercise


def _counts(
    bias: bool = True, channels: int = 6, side: int = 5, units: int = 120, dense: bool = True
) -> list[int]:
    """Parameters of the five layers, counted by PyTorch, without memory, and their sum.

    Args:
        bias: of the convolutions; `dense` of the dense layers.
        channels: read by the second convolution.
        side: of the maps that are laid out.
        units: read by the second dense layer.
    """
    layers = (
        *(nn.Conv2d(1, 6, 5, bias=bias, device="meta"),),
        *(nn.Conv2d(channels, 16, 5, bias=bias, device="meta"),),
        *(nn.Linear(16 * side * side, 120, bias=dense, device="meta"),),
        *(nn.Linear(units, 84, bias=dense, device="meta"),),
        *(nn.Linear(84, 10, bias=dense, device="meta"),),
    )
    found = [sum(p.numel() for p in layer.parameters()) for layer in layers]
    return [*found, sum(found)]


_RIGHT = _counts()
_DENSE_BY_INPUT = (400 * 121, 120 * 85, 84 * 11)
"""Of the dense layers, with a bias for each input."""
_WEIGHTS = _counts(bias=False, dense=False)[:5]


def _summed(counts: list[int]) -> list[int]:
    return [*counts, sum(counts)]


NET_NUMBERS = Exercise(
    id="lenet.net_numbers",
    title="Where the parameters are",
    points=0,
    minutes=4,
    covers=("D7.6-demo",),
    asks="value",
    reference=_RIGHT,
    wrong={
        "biases forgotten": (
            "You left out biases. Each output channel of a convolution and each unit of a dense "
            "layer has one, and here they count.",
            _counts(bias=False, dense=False),
            _counts(bias=False),
            _counts(dense=False),
            [156, *_counts(bias=False, dense=False)[1:5], sum(_WEIGHTS) + 6],
        ),
        "one bias a layer": (
            "You counted one bias for each layer. Each output channel and each unit has its own.",
            _summed([count + 1 for count in _WEIGHTS]),
            _summed([156, *(count + 1 for count in _WEIGHTS[1:])]),
        ),
        "one input channel": (
            "Your second convolution reads one channel. It reads all six maps: each of its "
            "filters has a kernel for every one of them.",
            _counts(channels=1),
        ),
        "as many biases as kernels": (
            "In your second convolution every kernel has a bias. A filter has six kernels and one "
            "bias.",
            _summed([156, 16 * 6 * 26, *_RIGHT[2:5]]),
        ),
        "one bias an input": (
            "Your layers have a bias for each input. Each output channel of a convolution and each "
            "unit of a dense layer has one.",
            _summed([156, 16 * 6 * 26, *_DENSE_BY_INPUT]),
            _summed([151, 2406, *_DENSE_BY_INPUT]),
            _summed([156, 2416, *_DENSE_BY_INPUT]),
        ),
        "maps of another size laid out": (
            "Your first dense layer reads another number of inputs. What is laid out are the "
            "sixteen maps after the second pooling, as the table has them.",
            *(_counts(side=side) for side in (4, 7, 10, 14, 28, 1)),
        ),
        "total left out": (
            "The five counts are right. The sixth number is their sum.",
            _RIGHT[:5],
        ),
        "first one counted twice": (
            "The list has a number for each of the five layers, and then their sum.",
            _RIGHT[1:],
        ),
        "order": (
            "Your numbers are right, their order is not: two convolutions, three dense layers, "
            "and last the sum.",
            [_RIGHT[5], *_RIGHT[:5]],
            _RIGHT[::-1],
        ),
    },
    right=([float(number) for number in _RIGHT],),
    hints=(
        "A convolution has in_channels * 5 * 5 + 1 parameters for each output channel.",
        "A dense layer from n numbers to m units has n * m weights and m biases. The first one "
        "reads 400.",
        "Write the five products in a list, and append its sum: "
        "net_numbers = [*net_numbers, sum(net_numbers)].",
    ),
    tolerance=EXACT,
)
