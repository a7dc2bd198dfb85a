"""The figures of section 06, VGG."""

from course_lib.sections.vgg.pictures.beginnings import signal
from course_lib.sections.vgg.pictures.costs import costs
from course_lib.sections.vgg.pictures.curves import deeper
from course_lib.sections.vgg.pictures.network import block, idea
from course_lib.sections.vgg.pictures.stacks import stacks

__all__ = ["block", "costs", "deeper", "idea", "signal", "stacks"]
