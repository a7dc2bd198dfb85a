"""Part D: one step toward a class."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.modes import Way, restoring
from grader.sections.adversarial import steps
from grader.sections.adversarial.drawing import one_step_asked
from grader.sections.adversarial.stays import MODEL, gradient_mistakes, mode_mistakes
from grader.sections.adversarial.steps import in_eval, one_step


def toward(model: torch.nn.Module, x: Tensor, target: Tensor, eps: float) -> Tensor:
    """Each pixel moved by eps to the side on which the loss of the target is smaller."""
    return (x - eps * steps.slopes(model, x, target).sign()).clamp(0, 1).float()


def _cases(draw: Draw) -> list[Case]:
    # The first image is not called its target yet, and the others mostly are.
    case = one_step_asked(draw, 1_000)
    return [
        case("pixels that are black and white", "norms", 2, 15),
        case("no pixel near black or white", "dense", 2, 10, pixels="middle"),
        case("no step at all, then a large one", "norms", 3, 0, 60),
        case("one image, with pixels that the model does not read", "strided", 1, 12),
        case("a model of which a part is in eval mode", "norms", 3, 12, state="mixed"),
        case("a model in train mode whose last layer alone learns", "norms", 3, 10, state="head"),
    ]


_NEAREST = one_step(sign=-1, labels=lambda logits, y: logits.argmin(1))
_PREDICTED = one_step(sign=-1, labels=lambda logits, y: logits.argmax(1))


def _reflected(keep: Any) -> Way:
    return lambda model, x, target, eps: keep(2 * x - one_step()(model, x, target, eps))


def _in_two(model: Any, x: Tensor, target: Tensor, eps: float) -> Any:
    half = one_step(sign=-1)
    return half(model, half(model, x, target, eps / 2), target, eps / 2)


def _one_target(model: Any, x: Tensor, target: Tensor, eps: float) -> Any:
    return one_step(sign=-1)(model, x, target[:1].expand(len(x)), eps)


def _spared(model: Any, x: Tensor, target: Tensor, eps: float) -> Any:
    there = model(x).argmax(1) == target
    return torch.where(there[:, None, None, None], x, one_step(sign=-1)(model, x, target, eps))


def _two_losses(logits: Tensor, target: Tensor) -> Tensor:
    return F.cross_entropy(logits, target) - F.cross_entropy(logits, logits.argmax(1))


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
        "softmax twice": (
            "You apply softmax before the cross-entropy, which applies it itself: give it logits.",
            in_eval(steps.softmax_twice, sign=-1),
        ),
        "a gradient of zero": (
            "Where the gradient is 0 you move the pixel all the same. The sign of 0 is 0.",
            in_eval(sign=-1, move=lambda g, eps: torch.where(g >= 0, eps, -eps)),
            in_eval(sign=-1, move=lambda g, eps: torch.where(g > 0, eps, -eps)),
        ),
        "fgsm reflected": (
            "You turn around what fgsm has clamped already: a pixel at 0 or 1 that it could not "
            "move stays. Take the step itself the other way.",
            restoring(_reflected(lambda images: images)),
            restoring(_reflected(steps.in_range)),
        ),
        "images spared": (
            "You leave images alone that are called their target already. They move, too: the "
            "loss of the target is to fall.",
            restoring(_spared),
        ),
        "one target": (
            "You move all images toward the first one's target. Each has its own.",
            restoring(_one_target),
        ),
        "two steps": (
            "You take two steps of half the size. Take one: the gradient is that at x.",
            restoring(_in_two),
        ),
        "away from what is predicted": (
            "You let the loss of the predicted class rise as well. Only the target's loss counts.",
            in_eval(_two_losses, sign=-1),
        ),
        "tracked": (
            "The images that you return still require a gradient. Detach them.",
            in_eval(sign=-1, finished=lambda x: x),
        ),
        **mode_mistakes(one_step(sign=-1)),
        **gradient_mistakes(lambda after: steps.backwards(after, sign=-1)),
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
