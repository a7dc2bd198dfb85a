"""The figures of section 04, pooling."""

from course_lib.sections.pooling.pictures.gradient import gradients
from course_lib.sections.pooling.pictures.maximum import temperature, tournament
from course_lib.sections.pooling.pictures.shifts import shift, shift_curves
from course_lib.sections.pooling.pictures.shrinking import pooled_photograph, sizes
from course_lib.sections.pooling.pictures.windows import idea, sliding_pool

__all__ = [
    "gradients",
    "idea",
    "pooled_photograph",
    "shift",
    "shift_curves",
    "sizes",
    "sliding_pool",
    "temperature",
    "tournament",
]
