"""The greys of these figures, beside the colours of `course_lib.figures.colours`."""

GREY = "#8a8a8a"
PALE = "#e8e8e8"
