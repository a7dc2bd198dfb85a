"""Extra, what training costs: multiply-adds and memory of a layer, forward and backward."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Pair = tuple[int, int]
Costs = dict[str, int]


def _settings(draw: Draw) -> list[Case]:
    def layer(about: str, kernel_size: Any, padding: int, size: Any = (), *channels: int) -> Case:
        c = channels or draw.distinct(3, 40, 2)
        n = size or tuple(draw.distinct(8, 40, 2))
        return Case(args=(*c, kernel_size, n, padding), about=about)

    low, high = draw.integer(8, 14), draw.integer(18, 30)
    k = draw.integer(2, 3)
    return [
        layer("a wide kernel", (3, draw.integer(4, 6)), 1, (high, low)),
        layer("a tall kernel", (5, draw.integer(1, 2)), 2, (low, high)),
        layer("a kernel as large as the image, a single channel in", (k, 5), 0, (k, 5), 1, low),
        layer("a kernel of a single number, a single channel out", (1, 1), 3, (), low, 1),
        layer("as many channels out as in, all sides alike", (3, 3), 1, (6, 6), 7, 7),
        layer("lists for pairs", [2, 5], 1, [high, low]),
    ]


def _measured(c_i: int, c_o: int, kernel_size: Pair, size: Pair, padding: int) -> Costs:
    """PyTorch's counter on a forward and a backward pass, and its tensors."""
    backward = {}
    for first in (True, False):
        X = torch.empty(1, c_i, *size, device="meta", requires_grad=not first)
        K = torch.empty(c_o, c_i, *kernel_size, device="meta", requires_grad=True)
        with FlopCounterMode(display=False) as counter:
            Y = F.conv2d(X, K, padding=padding)
            forward = int(counter.get_total_flops()) // 2
            Y.backward(torch.empty_like(Y))
        backward[first] = int(counter.get_total_flops()) // 2 - forward
    gradients = [tensor.grad for tensor in (X, K) if tensor.grad is not None]
    return {
        "forward_macs": forward,
        "backward_macs": backward[False],
        "backward_macs_first": backward[True],
        "forward_memory": sum(tensor.numel() for tensor in (X, K, Y)),
        "backward_memory": sum(tensor.numel() for tensor in (X, K, Y, *gradients)),
    }


def _costs(x: int, k: int, y: int, places: int) -> Costs:
    return {
        "forward_macs": k * places,
        "backward_macs": 2 * k * places,
        "backward_macs_first": k * places,
        "forward_memory": x + k + y,
        "backward_memory": 2 * x + 2 * k + y,
    }


def _sized(side: Callable[[int, int, int], int]) -> Callable[..., Costs]:
    """The costs with another formula for the output's sides: side(n, k, padding)."""

    def costs(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> Costs:
        places = side(n[0], k[0], p) * side(n[1], k[1], p)
        return _costs(c_i * n[0] * n[1], c_o * c_i * k[0] * k[1], c_o * places, places)

    return costs


def _side(n: int, k: int, padding: int) -> int:
    return n + 2 * padding - k + 1


def _changed(change: Callable[[Costs], Costs]) -> Callable[..., Costs]:
    """The right costs, but for those that `change` gives."""

    def costs(*args: Any) -> Costs:
        right = _sized(_side)(*args)
        return {**right, **change(right)}

    return costs


def _until(part: str, way: Callable[..., Costs]) -> Callable[..., Costs]:
    """The same up to that part, the first that is wrong: what comes after it is never compared."""

    def costs(*args: Any) -> Costs:
        found = way(*args)
        names = list(found)
        return {name: found[name] for name in names[: names.index(part) + 1]}

    return costs


def _forward(way: Callable[..., Costs]) -> Callable[..., Costs]:
    return _until("forward_macs", way)


def _without_channels(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> Costs:
    return _sized(_side)(1, 1, k, n, p)


def _one_filter(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> Costs:
    return _sized(_side)(c_i, 1, k, n, p)


def _turned(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> Costs:
    return _sized(_side)(c_i, c_o, (k[1], k[0]), n, p)


def _square(place: int, image: bool) -> Callable[..., Costs]:
    def costs(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> Costs:
        if image:
            return _sized(_side)(c_i, c_o, k, (n[place], n[place]), p)
        return _sized(_side)(c_i, c_o, (k[place], k[place]), n, p)

    return costs


def _square_product(place: int, image: bool) -> Callable[..., Costs]:
    """One side of the kernel, or of the output, twice where all is multiplied."""

    def costs(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> Costs:
        sides = [_side(a, b, p) for a, b in zip(n, k, strict=True)]
        macs: int = _sized(_side)(c_i, c_o, k, n, p)["forward_macs"]
        used = sides if image else k
        return {"forward_macs": macs // (used[0] * used[1]) * used[place] ** 2}

    return costs


def _without_weights(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> Costs:
    right = _sized(_side)(c_i, c_o, k, n, p)
    weights = c_o * c_i * k[0] * k[1]
    return {**right, "forward_memory": right["forward_memory"] - weights}


def _padded_image(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> Costs:
    return _sized(_side)(c_i, c_o, k, (n[0] + 2 * p, n[1] + 2 * p), 0)


def _biased(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> Costs:
    places = _side(n[0], k[0], p) * _side(n[1], k[1], p)
    weights = c_o * c_i * k[0] * k[1]
    return _costs(c_i * n[0] * n[1], weights + c_o, c_o * places, places)


def _with_output(c_i: int, c_o: int, k: Pair, n: Pair, p: int) -> Costs:
    right = _sized(_side)(c_i, c_o, k, n, p)
    y = c_o * _side(n[0], k[0], p) * _side(n[1], k[1], p)
    return {**right, "backward_memory": right["backward_memory"] + y}


def _with_tensors(c_i: int, c_o: int, kernel_size: Pair, size: Pair, padding: int) -> Costs:
    X, K = torch.zeros(c_i, *size), torch.zeros(c_o, c_i, *kernel_size)
    windows = F.pad(X, (padding,) * 4).unfold(1, kernel_size[0], 1).unfold(2, kernel_size[1], 1)
    places = windows.shape[1] * windows.shape[2]
    macs, output = places * K.numel(), c_o * places
    return {
        "backward_memory": 2 * X.numel() + 2 * K.numel() + output,
        "forward_memory": X.numel() + K.numel() + output,
        "backward_macs_first": macs,
        "backward_macs": macs + macs,
        "forward_macs": macs,
    }


CONV_COSTS = Exercise(
    id="channels.conv_costs",
    title="What a layer costs",
    points=2,
    minutes=20,
    core=False,
    covers=("D7.4.2",),
    example=((Case(args=(2, 3, (1, 2), (4, 5), 0)), _costs(40, 12, 48, 16)),),
    cases=_settings,
    reference=_measured,
    through="with_known_names",
    parts={
        "forward_macs": "forward_macs: one multiply-add for each number of K at each place of the "
        "output.",
        "backward_macs": "backward_macs: as many multiply-adds as forward for each of the two "
        "gradients, that of the weights and that of the input.",
        "backward_macs_first": "backward_macs_first: a first layer computes the gradient of its "
        "weights only.",
        "forward_memory": "forward_memory: the numbers in X without the padding, in K and in Y.",
        "backward_memory": "backward_memory: the numbers in X and K, and in the gradients of Y, K "
        "and X.",
    },
    wrong={
        "channels missing": (
            "You left the channels out. Every output channel reads every input channel, and both "
            "are stored with all their pixels.",
            _forward(_without_channels),
        ),
        "one filter": (
            "You left the output channels out. There is a filter for each of them.",
            _forward(_one_filter),
        ),
        "backward like forward": (
            "Your backward pass is one product only. It has two gradients to compute, for the "
            "weights and for the input, and each takes as many MACs as the forward pass.",
            _until("backward_macs", _changed(lambda r: {"backward_macs": r["forward_macs"]})),
        ),
        "first layer not told apart": (
            "In the first layer of a network nobody asks for the gradient of the input, so one of "
            "the two products is left out.",
            _until(
                "backward_macs_first",
                _changed(lambda right: {"backward_macs_first": right["backward_macs"]}),
            ),
        ),
        "forward counted again": (
            "You added the forward pass to the backward pass. Give the backward pass by itself.",
            _until("backward_macs", _changed(lambda r: {"backward_macs": 3 * r["forward_macs"]})),
        ),
        "gradients not stored": (
            "Your memory backward is no more than forward. X and K are still needed, and there are "
            "three gradients besides: those of Y, K and X.",
            _changed(lambda right: {"backward_memory": right["forward_memory"]}),
        ),
        "output stored, too": (
            "Your memory backward holds Y and its gradient. Backward, a convolution needs the "
            "gradient of Y only.",
            _with_output,
            _changed(lambda right: {"backward_memory": 2 * right["forward_memory"]}),
        ),
        "sides swapped": (
            "You swapped the sides of the kernel or of the image: kernel_size and size are both "
            "(height, width).",
            _forward(_turned),
        ),
        "taken to be square": (
            "You used one side twice, of the kernel, the image or the output. None need be square.",
            *(_forward(_square(0, image)) for image in (True, False)),
            *(_square_product(place, image) for image in (True, False) for place in (0, 1)),
        ),
        "padding ignored": (
            "You left the padding out: 2 * padding pixels come to each side before the kernel is "
            "laid down.",
            _forward(_sized(lambda n, k, p: n - k + 1)),
        ),
        "padding at one end": (
            "You padded one end of each side. Padding comes to both: 2 * padding pixels.",
            _forward(_sized(lambda n, k, p: n + p - k + 1)),
        ),
        "last place forgotten": (
            "Your output is one place short: a side has n + 2 * padding - k + 1 places.",
            _forward(_sized(lambda n, k, p: n + 2 * p - k)),
        ),
        "output as large as the input": (
            "Your output is as large as the input. A side of it has n + 2 * padding - k + 1 "
            "places.",
            _forward(_sized(lambda n, k, p: n)),
        ),
        "multiplications and additions apart": (
            "You counted multiplications and additions apart. A MAC is one of each, so it counts "
            "once.",
            lambda *args: {"forward_macs": 2 * _sized(_side)(*args)["forward_macs"]},
        ),
        "bytes": (
            "You counted bytes, four for each number. The numbers themselves are asked for.",
            _until(
                "forward_memory",
                _changed(lambda right: {"forward_memory": 4 * right["forward_memory"]}),
            ),
        ),
        "weights not stored": (
            "Your memory forward lacks the weights: K is stored, too.",
            _until("forward_memory", _without_weights),
        ),
        "other names": (
            "Your dict has a name that was not asked for; a slip in spelling, perhaps. The five "
            "are forward_macs, backward_macs, backward_macs_first, forward_memory and "
            "backward_memory.",
            lambda *args: {"macs": 0},
        ),
        "biases counted": (
            "You counted biases. This layer has none.",
            _until("forward_memory", _biased),
        ),
        "padding stored": (
            "Your X holds the zeros of the padding. Count the numbers of the image itself.",
            _until("forward_memory", _padded_image),
        ),
    },
    right=(_with_tensors,),
    needs=("channels.count_macs",),
    hints=(
        "First the size of the output: n + 2 * padding - k + 1, down and across. Then the sizes of "
        "X, K and Y as numbers of entries.",
        "Forward: one multiply-add for each entry of K at each place of the output. Backward: as "
        "many for each of the two gradients, and in a first layer for one of them.",
        "With x, k and y the numbers of entries: forward memory x + k + y; backward memory "
        "x + k + y for X, K and the gradient of Y, and x + k for the gradients of X and K.",
    ),
    tolerance=EXACT,
)
