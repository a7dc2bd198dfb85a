"""The figures of section 03, channels."""

from course_lib.pictures.channels.counting import attempt, count_table, saving
from course_lib.pictures.channels.matrix import columns, strip, timing
from course_lib.pictures.channels.merging import border, copies
from course_lib.pictures.channels.reading import channel_sum, connections, mixing, who_reads_whom

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
