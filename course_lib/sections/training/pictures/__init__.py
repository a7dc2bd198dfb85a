"""The figures of section 08, training."""

from course_lib.sections.training.pictures.augmented import more_ways, some_shapes, ways, yours
from course_lib.sections.training.pictures.batch import one_batch
from course_lib.sections.training.pictures.descent import averages, valley
from course_lib.sections.training.pictures.labs import by_epoch, by_size
from course_lib.sections.training.pictures.rates import schedules
from course_lib.sections.training.pictures.units import activations, filters

__all__ = [
    "activations",
    "averages",
    "by_epoch",
    "by_size",
    "filters",
    "more_ways",
    "one_batch",
    "schedules",
    "some_shapes",
    "valley",
    "ways",
    "yours",
]
