"""What the exercises of section 04 are compared with: PyTorch's own pooling, and fixed maps."""

import torch
import torch.nn.functional as F
from torch import Tensor

POOLING_OPERATORS = (
    "aten::max_pool2d",
    "aten::max_pool2d_with_indices",
    "aten::mkldnn_max_pool2d",
    "aten::max_pool3d_with_indices",
    "aten::adaptive_max_pool2d",
    "aten::fractional_max_pool2d",
    "aten::avg_pool2d",
    "aten::avg_pool3d",
    "aten::adaptive_avg_pool2d",
    "aten::_adaptive_avg_pool2d",
    "aten::max_pool2d_with_indices_backward",
    "aten::avg_pool2d_backward",
    "scipy.ndimage",
    "skimage.measure",
)
"""Forbidden where the learner is to write the pooling itself."""

MAXIMUM_OPERATORS = (
    *POOLING_OPERATORS,
    "aten::max",
    "aten::amax",
    "aten::aminmax",
    "aten::maximum",
    "aten::minimum",
    "aten::fmax",
    "aten::argmax",
    "aten::cummax",
    "aten::clamp",
    "aten::clamp_min",
    "aten::where",
    "aten::sort",
    "aten::topk",
    "aten::kthvalue",
    "aten::logaddexp",
    "numpy.maximum",
    "numpy.fmax",
    "numpy.max",
    "numpy.amax",
)
"""Forbidden where the learner is to make a maximum from ReLU."""

LESSON_MAP = torch.tensor([[1, 3, 2, 1], [0, 1, 4, 2], [5, 1, 2, 3], [3, 0, 4, 1]]).float()
PATCH = torch.tensor([[1.0, 5.0], [2.0, 4.0]])


def pooled(X: Tensor, kernel_size: tuple[int, int], mode: str) -> Tensor:
    """PyTorch's own pooling at every position of the window: (H, W) -> (H-h+1, W-w+1)."""
    pool = F.max_pool2d if mode == "max" else F.avg_pool2d
    result: Tensor = pool(X[None, None], tuple(kernel_size), stride=1)[0, 0]
    return result


def count_up(*shape: int) -> Tensor:
    """0, 1, 2, ... in reading order."""
    return torch.arange(float(torch.Size(shape).numel())).reshape(shape)
