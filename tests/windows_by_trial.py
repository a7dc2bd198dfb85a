"""Windows and receptive fields of section 02, found by trying every place."""

import torch
import torch.nn.functional as F


def counted(n: int, k: int, p: int, s: int, d: int) -> int:
    """How many windows fit, by trying every place."""
    padded = n + 2 * p
    return sum(
        start % s == 0 and all(start + tap * d < padded for tap in range(k))
        for start in range(padded)
    )


STACKS = {
    "a": [(3, 1, 1)] * 3,
    "b": [(5, 1, 1)] * 2,
    "c": [(3, 2, 1), (3, 1, 1)],
    "d": [(3, 1, 2), (3, 1, 1)],
}


def seen(stack: list[tuple[int, int, int]], size: int = 60) -> int:
    """Width of the part of a line that changes one output when it changes."""
    line = torch.zeros(size, 1, 1, size)
    line[range(size), 0, 0, range(size)] = 1  # a batch: one lit pixel each
    for k, s, d in stack:
        line = F.conv2d(line, torch.ones(1, 1, 1, k), stride=(1, s), dilation=(1, d))
    lit = line[:, 0, 0, 1].nonzero().flatten()
    return int(lit.max() - lit.min() + 1)
