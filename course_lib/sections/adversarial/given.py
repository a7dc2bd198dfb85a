"""What later cells run on where a learner's own does not pass: made of torchvision's."""

from collections.abc import Sequence

from torch import nn
from torchvision.transforms import v2  # type: ignore[import-untyped]


def normalised(model: nn.Module, mean: Sequence[float], std: Sequence[float]) -> nn.Module:
    """The model after torchvision's layer that normalises each channel."""
    return nn.Sequential(v2.Normalize(list(mean), list(std)), model)
