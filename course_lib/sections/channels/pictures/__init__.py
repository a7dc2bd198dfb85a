"""The figures of section 03, channels."""

from course_lib.sections.channels.pictures.matrix import columns, strip, timing
from course_lib.sections.channels.pictures.merging import border, copies
from course_lib.sections.channels.pictures.reading import (
    channel_sum,
    connections,
    mixing,
    who_reads_whom,
)
from course_lib.sections.channels.pictures.separating import saving

__all__ = [
    "border",
    "channel_sum",
    "columns",
    "connections",
    "copies",
    "mixing",
    "saving",
    "strip",
    "timing",
    "who_reads_whom",
]
