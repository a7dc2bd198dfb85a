"""What later cells run on where a learner's own does not pass: torchvision's and PyTorch's."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models._utils import _make_divisible  # type: ignore[import-untyped]

from course_lib.models.mobilenet import InvertedResidual as InvertedResidual
from course_lib.models.mobilenet import MobileNetV2 as MobileNetV2
from course_lib.models.mobilenet import separable as separable


class _Counted(TorchFunctionMode):
    """Runs each convolution and each dense layer under PyTorch's counter.

    One counter around the whole model would not see into stand-ins, which run unwatched.
    """

    def __init__(self) -> None:
        super().__init__()
        self.flops = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func not in (torch.conv2d, nn.functional.linear):
            return func(*args, **(kwargs or {}))
        with FlopCounterMode(display=False) as counter:
            output = func(*args, **(kwargs or {}))
        self.flops += int(counter.get_total_flops())
        return output


def count_macs_of(model: nn.Module, shape: Sequence[int]) -> int:
    """Multiply-adds for one input of a shape (C, H, W), as PyTorch's own counter sees them."""
    twin = copy.deepcopy(model).eval()
    weights = next(twin.parameters(), torch.empty(0))
    counted = _Counted()
    with torch.no_grad(), counted:
        twin(torch.zeros(1, *shape, device=weights.device))
    return counted.flops // 2  # the product and the sum count apart


def scaled(channels: int, width: float) -> int:
    """Channels at a width factor: a multiple of 8, never below 90 % of channels * width."""
    return int(_make_divisible(channels * width, 8))
