"""How long a network takes on this machine.

milliseconds(model, torch.rand(1, 3, 224, 224))
"""

import copy
from time import perf_counter

import torch
from torch import Tensor, nn

_LONG_ENOUGH = 0.15
"""Seconds. In so many, at least one pass on one core is not disturbed by other programs."""
_FEWEST = 3


def milliseconds(
    model: nn.Module, x: Tensor, *, threads: int = 1, channels_last: bool = False
) -> float:
    """The fastest of many forward passes of a copy in eval mode, without gradients.

    The fastest and no mean: what else goes on in the machine makes a pass slower, never faster.

    Args:
        x: what the model is given, on the CPU.
        threads: how many of the processor's cores share the work of a layer.
        channels_last: images (N, C, H, W) and weights lie in memory with the channels of a pixel
            side by side; else each map lies by itself.
    """
    timed = copy.deepcopy(model).eval()
    if channels_last:
        timed = timed.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.no_grad():
            timed(x)  # the first pass prepares what further ones use
            # That several cores are undisturbed at once is rarer.
            return 1000 * _fastest(timed, x, _LONG_ENOUGH * threads**2)
    finally:
        torch.set_num_threads(before)


def _fastest(model: nn.Module, x: Tensor, long_enough: float) -> float:
    """Seconds."""
    taken: list[float] = []
    end = perf_counter() + long_enough
    while len(taken) < _FEWEST or perf_counter() < end:
        start = perf_counter()
        model(x)
        taken.append(perf_counter() - start)
    return min(taken)
