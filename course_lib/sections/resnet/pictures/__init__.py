"""The figures of section 07, ResNet."""

from course_lib.sections.resnet.pictures.blocks import block, bottleneck, inception, pre_activation
from course_lib.sections.resnet.pictures.gates import gates
from course_lib.sections.resnet.pictures.gradient import gradients, jacobians, slopes
from course_lib.sections.resnet.pictures.norm import channel, running
from course_lib.sections.resnet.pictures.stages import stages
from course_lib.sections.resnet.pictures.training import depths, eighteen, rates

__all__ = [
    "block",
    "bottleneck",
    "channel",
    "depths",
    "eighteen",
    "gates",
    "gradients",
    "inception",
    "jacobians",
    "pre_activation",
    "rates",
    "running",
    "slopes",
    "stages",
]
