"""The figures of section 01, convolution."""

from course_lib.figures.elements import photograph
from course_lib.sections.convolution.pictures.descent import learning, two_edges
from course_lib.sections.convolution.pictures.kernels import gallery, kernel_explorer
from course_lib.sections.convolution.pictures.matrix import matrix_rows
from course_lib.sections.convolution.pictures.opening import predictions
from course_lib.sections.convolution.pictures.shifts import shift
from course_lib.sections.convolution.pictures.windows import connections, sliding_window

__all__ = [
    "connections",
    "gallery",
    "kernel_explorer",
    "learning",
    "matrix_rows",
    "photograph",
    "predictions",
    "shift",
    "sliding_window",
    "two_edges",
]
