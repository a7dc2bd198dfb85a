"""How the exercises are asked whose inputs cannot travel as they are."""

from course_lib.sections.training.image_adapters import ask_activation as ask_activation
from course_lib.sections.training.image_adapters import ask_augment as ask_augment
from course_lib.sections.training.image_adapters import ask_dead_units as ask_dead_units
from course_lib.sections.training.image_adapters import ask_filters as ask_filters
from course_lib.sections.training.image_adapters import ask_simple as ask_simple
from course_lib.sections.training.optimiser_adapters import ask_optimiser as ask_optimiser
from course_lib.sections.training.optimiser_adapters import ask_overfit as ask_overfit
from course_lib.sections.training.own_net import ask_own_net as ask_own_net
