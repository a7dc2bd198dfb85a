"""How many threads the visualiser computes on."""

import contextlib
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Has PyTorch compute on one thread meanwhile.

    A second one is hardly faster for a single image, and where other programs want the cores, the
    two wait for each other: ResNet-18 took seconds for what takes one thread 0.2 s.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
