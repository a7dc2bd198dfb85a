"""The figures of section 05, LeNet."""

from course_lib.sections.lenet.pictures.curves import four_variants
from course_lib.sections.lenet.pictures.depth import dead_units, signal
from course_lib.sections.lenet.pictures.images import activations, first_filters, some_images
from course_lib.sections.lenet.pictures.losses import averages, double_softmax
from course_lib.sections.lenet.pictures.network import idea

__all__ = [
    "activations",
    "averages",
    "dead_units",
    "double_softmax",
    "first_filters",
    "four_variants",
    "idea",
    "signal",
    "some_images",
]
