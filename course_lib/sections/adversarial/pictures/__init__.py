"""The figures of section 12, adversarial examples."""

from course_lib.sections.adversarial.pictures.attacks import attacks
from course_lib.sections.adversarial.pictures.idea import idea
from course_lib.sections.adversarial.pictures.price import epochs, price
from course_lib.sections.adversarial.pictures.steps import steps

__all__ = ["attacks", "epochs", "idea", "price", "steps"]
