"""Part D: one step toward a class."""

from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.adversarial.nets import CLASSES
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.adversarial import steps
from grader.sections.adversarial.drawing import asked
from grader.sections.adversarial.stays import MODEL, mode_mistakes, restoring
from grader.sections.adversarial.steps import in_eval, one_step


def toward(model: torch.nn.Module, x: Tensor, target: Tensor, eps: float) -> Tensor:
    """Each pixel moved by eps to the side on which the loss of the target is smaller."""
    return (x - eps * steps.slopes(model, x, target).sign()).clamp(0, 1).float()


def _cases(draw: Draw) -> list[Case]:
    def others(predicted: Tensor) -> list[int]:
        return [(int(k) + draw.integer(1, CLASSES - 1)) % CLASSES for k in predicted]

    def case(about: str, form: str, n: int, *sizes: int, state: str = "eval", **how: Any) -> Case:
        epsilons = [size and size * draw.integer(8, 12) / 1000 for size in sizes]
        found = asked(draw, form, n, state, classes=others, **how)
        return Case(args=(*found, epsilons, state), about=about)

    return [
        case("pixels that are black and white", "norms", 2, 15),
        case("no pixel near black or white", "dense", 2, 10, pixels="middle"),
        case("no step at all, then a large one", "norms", 3, 0, 60),
        case("one image, with pixels that the model does not read", "strided", 1, 12),
        case("one norm in eval mode, others not", "norms", 3, 12, state="mixed"),
        case("a model in train mode whose last layer alone learns", "norms", 3, 10, state="head"),
    ]


_NEAREST = one_step(sign=-1, labels=lambda logits, y: logits.argmin(1))
_PREDICTED = one_step(sign=-1, labels=lambda logits, y: logits.argmax(1))

TARGETED_FGSM = Exercise(
    id="adversarial.targeted_fgsm",
    title="Toward a class",
    points=1,
    minutes=6,
    covers=("B12-pgd",),
    cases=_cases,
    reference=toward,
    through="ask_step",
    promises=("unchanged",),
    needs=("adversarial.fgsm",),
    parts={
        "form": "Return one tensor of the shape of x that requires no gradient.",
        "images": "Your images are not those of one step toward the class.",
        "model": MODEL,
    },
    wrong={
        "away from the class": (
            "You move away from the class: its loss rises. It is to fall: subtract eps times the "
            "sign.",
            in_eval(),
        ),
        "target ignored": (
            "You do not move toward target: you take the class that the model predicts, or the "
            "least likely one.",
            restoring(_NEAREST),
            restoring(_PREDICTED),
            in_eval(labels=lambda logits, y: logits.argmax(1)),
        ),
        "no sign": (
            "You step along the gradient itself. Take its sign: then every pixel moves by eps.",
            in_eval(sign=-1, move=lambda g, eps: eps * g),
            in_eval(steps.summed, sign=-1, move=lambda g, eps: eps * g),
        ),
        "not clamped": (
            "Some of your pixels leave [0, 1], which no image has. Clamp after the step.",
            in_eval(sign=-1, keep=lambda x: x),
        ),
        "logit alone": (
            "You raise the logit of the class alone. The others count, too: lower the "
            "cross-entropy.",
            in_eval(steps.logit_alone, sign=-1),
        ),
        "tracked": (
            "Your images still require a gradient. Detach them.",
            in_eval(sign=-1, finished=lambda x: x),
        ),
        **mode_mistakes(one_step(sign=-1)),
        "gradients added to the model": (
            "backward() adds gradients to all weights. torch.autograd.grad(loss, x) touches none.",
            restoring(steps.backwards(lambda model: None, sign=-1)),
        ),
    },
    right=(
        in_eval(steps.summed, sign=-1),
        steps.on_a_copy(one_step(lambda logits, y: -steps.summed(logits, y))),
        restoring(steps.image_by_image(one_step(sign=-1))),
    ),
    hints=(
        "The loss of target is to fall: which sign has the step?",
        "fgsm has done all of this but the sign of the step.",
    ),
)
