"""What later cells run on where a learner's own does not pass: PyTorch's and torchvision's."""

from torch import nn
from torchvision.ops import SqueezeExcitation  # type: ignore[import-untyped]

from course_lib.models.resnet import BasicBlock as BasicBlock
from course_lib.models.resnet import Bottleneck as Bottleneck
from course_lib.models.resnet import ResNet as ResNet

BatchNorm2d = nn.BatchNorm2d


class SE(SqueezeExcitation):  # type: ignore[misc]
    """Squeeze and excitation: (N, C, H, W) -> (N, C, H, W)."""

    def __init__(self, channels: int, ratio: int = 16) -> None:
        super().__init__(channels, max(1, channels // ratio))
