"""The figures of section 03, channels."""

from course_lib.sections.channels.pictures.counting import attempt, count_table, saving
from course_lib.sections.channels.pictures.matrix import columns, strip, timing
from course_lib.sections.channels.pictures.merging import border, copies
from course_lib.sections.channels.pictures.reading import (
    channel_sum,
    connections,
    mixing,
    who_reads_whom,
)

__all__ = [
    "attempt",
    "border",
    "channel_sum",
    "columns",
    "connections",
    "copies",
    "count_table",
    "mixing",
    "saving",
    "strip",
    "timing",
    "who_reads_whom",
]
