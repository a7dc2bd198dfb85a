"""The figures of section 05, LeNet."""

from course_lib.sections.lenet.pictures.depth import dead_units, signal
from course_lib.sections.lenet.pictures.images import activations, first_filters, some_images
from course_lib.sections.lenet.pictures.losses import averages, curves, double_softmax
from course_lib.sections.lenet.pictures.network import idea

__all__ = [
    "activations",
    "averages",
    "curves",
    "dead_units",
    "double_softmax",
    "first_filters",
    "idea",
    "signal",
    "some_images",
]
