"""What later cells run on where a learner's own does not pass: torchvision's and PyTorch's."""

import copy
from collections.abc import Sequence

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models._utils import _make_divisible  # type: ignore[import-untyped]

from course_lib.models.mobilenet import InvertedResidual as InvertedResidual
from course_lib.models.mobilenet import MobileNetV2 as MobileNetV2
from course_lib.models.mobilenet import separable as separable


def count_macs_of(model: nn.Module, shape: Sequence[int]) -> int:
    """Multiply-adds for one input of a shape (C, H, W), as PyTorch's own counter sees them."""
    twin = copy.deepcopy(model).eval()
    weights = next(twin.parameters(), torch.empty(0))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        twin(torch.zeros(1, *shape, device=weights.device))
    return int(counter.get_total_flops()) // 2  # it counts the product and the sum apart


def scaled(channels: int, width: float) -> int:
    """Channels at a width factor: a multiple of 8, never below 90 % of channels * width."""
    return int(_make_divisible(channels * width, 8))
