"""The figures of section 13, distillation."""

from course_lib.sections.distillation.pictures.gradients import gradients
from course_lib.sections.distillation.pictures.learning import learning, unlabelled
from course_lib.sections.distillation.pictures.letters import idea, temperatures
from course_lib.sections.distillation.pictures.matrix import wrong_classes

__all__ = ["gradients", "idea", "learning", "temperatures", "unlabelled", "wrong_classes"]
