"""The figures of section 14, signals."""

from course_lib.sections.signals.pictures.beats import beats, idea
from course_lib.sections.signals.pictures.circle import circle
from course_lib.sections.signals.pictures.comparing import compared
from course_lib.sections.signals.pictures.order import two_orders
from course_lib.sections.signals.pictures.sound import frame, sounds, waves
from course_lib.sections.signals.pictures.text import sentence

__all__ = [
    "beats",
    "circle",
    "compared",
    "frame",
    "idea",
    "sentence",
    "sounds",
    "two_orders",
    "waves",
]
