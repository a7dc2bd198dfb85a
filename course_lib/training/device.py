"""Where a model computes: the CPU or a GPU."""

import contextlib
from collections.abc import Iterator

import torch
from torch import nn


def find_device(device: str | torch.device = "auto") -> torch.device:
    """The device of that name; "auto" is a GPU if there is one."""
    if device != "auto":
        return torch.device(device)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@contextlib.contextmanager
def lent(model: nn.Module, device: str | torch.device) -> Iterator[torch.device]:
    """The model on that device, for a while."""
    home = next((p.device for p in model.parameters()), torch.device("cpu"))
    there = find_device(device)
    model.to(there)
    try:
        yield there
    finally:
        model.to(home)
