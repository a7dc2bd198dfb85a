"""The figures of section 10, transfer learning."""

from course_lib.sections.transfer.pictures.images import kinds
from course_lib.sections.transfer.pictures.learning import learning, rates
from course_lib.sections.transfer.pictures.parts import idea, patients
from course_lib.sections.transfer.pictures.preparing import preparations

__all__ = ["idea", "kinds", "learning", "patients", "preparations", "rates"]
