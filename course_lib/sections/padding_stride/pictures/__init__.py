"""The figures of section 02, padding and stride."""

from course_lib.sections.padding_stride.pictures.cells import paddings, stamps
from course_lib.sections.padding_stride.pictures.fields import fields, stack
from course_lib.sections.padding_stride.pictures.readings import readings
from course_lib.sections.padding_stride.pictures.sampling import aliasing, places, zone_plate
from course_lib.sections.padding_stride.pictures.sizes import sizes_table, windows

__all__ = [
    "aliasing",
    "fields",
    "paddings",
    "places",
    "readings",
    "sizes_table",
    "stack",
    "stamps",
    "windows",
    "zone_plate",
]
