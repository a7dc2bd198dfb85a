"""The figures of section 02, padding and stride."""

from course_lib.pictures.padding_stride.cells import paddings, stamps
from course_lib.pictures.padding_stride.fields import fields, stack
from course_lib.pictures.padding_stride.sampling import aliasing, places, zone_plate
from course_lib.pictures.padding_stride.sizes import sizes_table, windows

__all__ = [
    "aliasing",
    "fields",
    "paddings",
    "places",
    "sizes_table",
    "stack",
    "stamps",
    "windows",
    "zone_plate",
]
