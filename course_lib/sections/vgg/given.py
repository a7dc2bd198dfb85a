"""What later cells run on where a learner's own does not pass: of torchvision's and PyTorch's."""

from torch import nn

from course_lib.models.vgg import VGG as VGG
from course_lib.models.vgg import he
from course_lib.models.vgg import vgg_block as vgg_block


def he_init(model: nn.Module) -> nn.Module:
    """Draws the weights of convolutions and dense layers anew, by He; their biases become 0."""
    return model.apply(he)
