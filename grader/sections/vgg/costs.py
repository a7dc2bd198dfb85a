"""Extra: parameters, multiply-adds and activations of each block."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from course_lib.models.vgg import VGG16, Blocks, vgg_block
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Costs = list[tuple[float, float, float]]


def _settings(draw: Draw) -> list[Case]:
    """No channels equal a side, a number of convolutions or each other."""
    c, d, e, image = draw.distinct(20, 39, 4)
    return [
        Case(args=(((1, c),), image, (8, 12)), about="a block of one convolution"),
        Case(args=(((3, c),), image, (12, 8)), about="a block of three convolutions"),
        Case(args=(((1, c), (2, d)), 3, (8, 16)), about="two blocks, an image wider than tall"),
        Case(
            args=(((2, c), (3, d)), image, (16, 4)), about="two blocks, an image taller than wide"
        ),
        Case(args=(((2, e), (1, d), (3, c)), 1, (8, 24)), about="three blocks, a grey image"),
        Case(args=(((1, c), (2, d), (1, e)), 3, (15, 11)), about="sides that are no multiples"),
        Case(args=(((2, c), (1, d)), 2, (4, 6)), about="maps of a single row at the end"),
        Case(args=(((4, 1), (1, c)), 1, (6, 10)), about="a single channel"),
        Case(args=(VGG16, 3, (draw.choice((160, 192)), 224)), about="a network of full size"),
    ]


def _counted(blocks: Blocks, in_channels: int, size: Sequence[int]) -> Costs:
    """What PyTorch holds, counts and gives, without memory."""
    found: Costs = []
    maps = torch.empty(1, in_channels, *size, device="meta")
    for convs, channels in blocks:
        with torch.device("meta"):
            block = vgg_block(convs, in_channels, channels)
        outputs = []
        with FlopCounterMode(display=False) as counter:
            for layer in block:
                maps = layer(maps)
                if not isinstance(layer, nn.ReLU):
                    outputs.append(maps.numel())
        parameters = sum(p.numel() for p in block.parameters())
        found.append((parameters, counter.get_total_flops() // 2, sum(outputs)))
        in_channels = channels
    return found


def _reads(place: int, in_channels: int, channels: int) -> int:
    return channels if place else in_channels


def _by_hand(
    *,
    reads: Callable[[int, int, int], int] = _reads,
    passed_on: bool = True,
    kernel: int = 9,
    biases: Callable[[int, int, int], int] = lambda n, c_in, c: n * c,
    macs: Callable[[int, int, int, float, float], float] = lambda n, c, weights, before, after: (
        weights * before
    ),
    halved: Callable[[int], float] = lambda side: side // 2,
    sides: Callable[[Sequence[int]], tuple[float, float]] = lambda size: (size[0], size[1]),
    between: bool = True,
    kept: Callable[[int, int, int, float, float], float] = lambda n, c_in, c, before, after: (
        c * (n * before + after)
    ),
) -> Callable[..., Costs]:
    """Counted with something else.

    Args:
        biases: of (convolutions, channels that the block reads, channels).
        macs: of (convolutions, channels, weights, places before the pooling, places after it).
        between: the next block reads maps that are halved.
        kept: activations, of (convolutions, channels that the block reads, channels, places before
            the pooling, after it).
    """

    def costs(blocks: Blocks, in_channels: int, size: Sequence[int]) -> Costs:
        found: Costs = []
        height, width = sides(size)
        for convs, channels in blocks:
            read = sum(reads(i, in_channels, channels) for i in range(convs))
            weights = kernel * read * channels
            smaller = halved(height), halved(width)  # type: ignore[arg-type]
            before, after = height * width, smaller[0] * smaller[1]
            found.append(
                (
                    weights + biases(convs, in_channels, channels),
                    macs(convs, channels, weights, before, after),
                    kept(convs, in_channels, channels, before, after),
                )
            )
            height, width = smaller if between else (height, width)
            in_channels = channels if passed_on else in_channels
        return found

    return costs


def _sums(costs: Costs) -> list[tuple[float, ...]]:
    """Of each block and all before it."""
    return [tuple(map(sum, zip(*costs[: end + 1], strict=True))) for end in range(len(costs))]


def _changed(change: Callable[[Costs], Any]) -> Callable[..., Any]:
    return lambda blocks, in_channels, size: change(_counted(blocks, in_channels, size))


BLOCK_COSTS = Exercise(
    id="vgg.block_costs",
    title="What a block costs",
    points=2,
    minutes=14,
    core=False,
    covers=("D8.2-demo",),
    example=((Case(args=(((1, 4),), 2, (6, 4))), [(76, 1728, 120)]),),
    cases=_settings,
    reference=_counted,
    wrong={
        "biases forgotten": (
            "Your parameters lack the biases: each convolution has one for every output channel.",
            _by_hand(biases=lambda n, c_in, c: 0),
        ),
        "biases multiplied": (
            "Your multiply-adds count biases. They are added, and nothing is multiplied with them.",
            _by_hand(macs=lambda n, c, weights, before, after: (weights + n * c) * before),
        ),
        "products and sums apart": (
            "You counted products and sums apart. A multiply-add is one of each.",
            _by_hand(macs=lambda n, c, weights, before, after: 2 * weights * before),
        ),
        "places after the pooling": (
            "Your multiply-adds are those at the places after the pooling. The convolutions run "
            "before it, at all places.",
            _by_hand(macs=lambda n, c, weights, before, after: weights * after),
            _by_hand(
                macs=lambda n, c, weights, before, after: weights * after,
                kept=lambda n, c_in, c, before, after: c * (n + 1) * after,
            ),
            _by_hand(
                macs=lambda n, c, weights, before, after: weights * after,
                kept=lambda n, c_in, c, before, after: c * n * after,
            ),
        ),
        "places left out": (
            "Your multiply-adds are those of one place. A weight is used at every place.",
            _by_hand(macs=lambda n, c, weights, before, after: weights),
        ),
        "one output channel": (
            "Your multiply-adds are those of one output channel. Each has weights of its own.",
            _by_hand(macs=lambda n, c, weights, before, after: weights // c * before),
        ),
        "kernel not squared": (
            "You count three weights in a kernel. It has 3 rows and 3 columns: 9.",
            _by_hand(kernel=3),
            _by_hand(macs=lambda n, c, weights, before, after: weights // 3 * before),
        ),
        "pooling in the multiply-adds": (
            "Your multiply-adds count the pooling. It multiplies nothing.",
            _by_hand(macs=lambda n, c, weights, before, after: weights * before + 4 * c * after),
            _by_hand(macs=lambda n, c, weights, before, after: weights * before + 3 * c * after),
            _by_hand(macs=lambda n, c, weights, before, after: weights * before + c * before),
        ),
        "other biases": (
            "Your convolutions have another number of biases. Each has one for every output "
            "channel.",
            _by_hand(biases=lambda n, c_in, c: n),
            _by_hand(biases=lambda n, c_in, c: c),
            _by_hand(biases=lambda n, c_in, c: c_in + (n - 1) * c),
        ),
        "batch norm counted": (
            "You counted the parameters of batch norm. Here the blocks have none.",
            _by_hand(biases=lambda n, c_in, c: 3 * n * c),
            _by_hand(biases=lambda n, c_in, c: 2 * n * c),
        ),
        "all read the block's input": (
            "All convolutions of a block read its input in your count. Only the first does; the "
            "others read the block's own channels.",
            _by_hand(reads=lambda place, c_in, c_out: c_in),
        ),
        "all read the block's output": (
            "Your first convolution reads as many channels as it gives. It reads what goes into "
            "the block.",
            _by_hand(reads=lambda place, c_in, c_out: c_out),
        ),
        "channels not passed on": (
            "Every block of yours reads in_channels. Only the first does: each other one reads "
            "what the block before it gives.",
            _by_hand(passed_on=False),
        ),
        "not halved": (
            "Your maps keep their size from block to block. The pooling at the end of each block "
            "halves both sides.",
            _by_hand(halved=lambda side: side),
            _by_hand(between=False),
        ),
        "rounded otherwise": (
            "Your sides are not rounded down. What is left over at the border is gone.",
            _by_hand(halved=lambda side: -(-side // 2)),
            _by_hand(halved=lambda side: side / 2),
            _by_hand(kept=lambda n, c_in, c, before, after: c * n * before + c * before // 4),
            _by_hand(kept=lambda n, c_in, c, before, after: c * (n * before + before // 4)),
            _by_hand(kept=lambda n, c_in, c, before, after: c * (n * before + before / 4)),
        ),
        "a square image": (
            "You took the image to be square. size is (H, W).",
            _by_hand(sides=lambda size: (size[0], size[0])),
            _by_hand(sides=lambda size: (size[1], size[1])),
        ),
        "pooling left out": (
            "Your activations lack what comes out of the pooling.",
            _by_hand(kept=lambda n, c_in, c, before, after: c * n * before),
        ),
        "one convolution's output": (
            "Your activations hold one convolution's output. Each of them gives maps of that size.",
            _by_hand(kept=lambda n, c_in, c, before, after: c * (before + after)),
        ),
        "end of the block only": (
            "Your activations are what comes out of the block. What comes out of its convolutions "
            "counts, too.",
            _by_hand(kept=lambda n, c_in, c, before, after: c * after),
        ),
        "a pooling after each convolution": (
            "Your activations hold a pooling for each convolution. There is one, at the end of the "
            "block.",
            _by_hand(kept=lambda n, c_in, c, before, after: c * n * (before + after)),
        ),
        "input counted": (
            "You counted what the block reads. Its activations are what comes out of its "
            "convolutions and out of its pooling.",
            _by_hand(
                kept=lambda n, c_in, c, before, after: c_in * before + c * (n * before + after)
            ),
            _by_hand(
                kept=lambda n, c_in, c, before, after: (
                    c_in * before + c * ((n - 1) * before + after)
                )
            ),
        ),
        "one channel": (
            "Your activations are those of one channel. Every output channel has its own map.",
            _by_hand(kept=lambda n, c_in, c, before, after: n * before + after),
        ),
        "ReLU counted": (
            "You counted what comes out of the ReLUs. They overwrite what they read: nothing is "
            "added.",
            _by_hand(kept=lambda n, c_in, c, before, after: c * (2 * n * before + after)),
        ),
        "summed up": (
            "You added up. Give the numbers of each block by itself.",
            _changed(lambda costs: _sums(costs)[-1]),
            _changed(lambda costs: _sums(costs)[-1:]),
            _changed(_sums),
        ),
        "order": (
            "Your numbers are right, their order is not: (parameters, macs, activations).",
            _changed(lambda costs: [(p, a, m) for p, m, a in costs]),
            _changed(lambda costs: [(m, p, a) for p, m, a in costs]),
        ),
    },
    right=(
        _by_hand(),
        lambda blocks, in_channels, size: torch.tensor(
            _by_hand()(blocks, in_channels, size), dtype=torch.float64
        ),
    ),
    hints=(
        "Two things change from block to block: what it reads, and the size of the maps. Keep them "
        "in variables.",
        "A convolution from i to o channels has 9 · i · o weights and o biases. Each weight is "
        "used at height · width places.",
        "Halve the size after the convolutions of a block: height // 2 and width // 2. The pooling "
        "gives channels · height · width numbers then.",
    ),
    forbidden=("course_lib", "torchvision"),
    needs=("vgg.vgg_block", "vgg.VGG"),
    tolerance=EXACT,
)
