"""The figures of section 09, efficient networks."""

from course_lib.sections.efficient.pictures.blocks import inverted, separated
from course_lib.sections.efficient.pictures.spiral import spiral
from course_lib.sections.efficient.pictures.time import idea, layers, layouts, rates
from course_lib.sections.efficient.pictures.training import accuracy

__all__ = [
    "accuracy",
    "idea",
    "inverted",
    "layers",
    "layouts",
    "rates",
    "separated",
    "spiral",
]
