"""How functions are asked that take a function: it stands in the question by its name."""

from collections.abc import Callable, Mapping
from typing import Any

import torch.nn.functional as F
from torch import Tensor

_WAYS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "every second pixel": lambda X: X[::2, ::2],
    "every second row": lambda X: X[::2],
    "the first of three columns": lambda X: X[:, ::3],
    "means": lambda X: F.avg_pool2d(X[None], 2)[0],
}
"""Ways to make an image (H, W) small."""


def with_way(given: Callable[..., Any], way: str, X: Tensor) -> Any:
    """Calls the learner's function with the way of this name, and the image."""
    return given(_WAYS[way], X)
