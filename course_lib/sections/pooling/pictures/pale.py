"""Colours of these figures, beside those of `course_lib.figures.colours`."""

PALE = ("#cfe8f7", "#fbe3b5", "#c7ead9", "#f6d0bb")
"""Pale sky, orange, green and vermilion: a ground for black numbers, one for each window."""
