"""Part E: many small steps."""

from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.adversarial.nets import network
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.adversarial import iterated as ways
from grader.sections.adversarial import steps
from grader.sections.adversarial.drawing import SIZES, asked, clear, gradient
from grader.sections.adversarial.iterated import in_eval, iterated
from grader.sections.adversarial.stays import MODEL, gradient_mistakes, mode_mistakes, restoring


def pgd_case(
    draw: Draw,
    about: str,
    form: str,
    n: int,
    counts: list[int],
    eps: float,
    step: float,
    state: str = "eval",
    pixels: str = "ends",
    begins: float = 1,
) -> Case:
    """A case whose signs do not hang on rounding in any step.

    Args:
        eps, step: are drawn around these.
        begins: how far starts reach, times eps; 0 for a start at x.
    """
    eps, step = (number * draw.integer(90, 110) / 100 for number in (eps, step))
    while True:
        start = begins * eps * (2 * draw.uniform(n, *SIZES[form]) - 1)
        kind, x, y = asked(draw, form, n, state, pixels)
        images = [iterated()(network(kind), x, y, eps, step, k, start) for k in range(max(counts))]
        slopes = [gradient(network(kind), one, y) for one in images]
        turned = len(slopes) < 2 or bool((slopes[-1].sign() != slopes[0].sign()).any())
        if all(map(clear, slopes)) and (turned or max(counts) < 3):
            return Case(args=(kind, x, y, eps, step, counts, start, state), about=about)


def _cases(draw: Draw) -> list[Case]:
    return [
        pgd_case(draw, "the first images and some steps", "norms", 2, [0, 1, 3], 0.3, 0.12),
        pgd_case(draw, "small steps, which reach the ball's end", "dense", 2, [3], 0.1, 0.055),
        pgd_case(
            *(draw, "no pixel near black or white", "norms", 2, [2], 0.15, 0.1),
            pixels="middle",
        ),
        pgd_case(draw, "a step larger than eps", "dense", 2, [2], 0.1, 0.19),
        pgd_case(draw, "no start of its own", "norms", 2, [2], 0.3, 0.2, begins=0),
        pgd_case(draw, "one image, with pixels not read", "strided", 1, [2], 0.2, 0.1),
        pgd_case(draw, "a frozen model", "dense", 2, [1], 0.2, 0.12, "frozen"),
        pgd_case(draw, "one norm in eval mode, others not", "norms", 3, [2], 0.2, 0.1, "mixed"),
        pgd_case(draw, "a model in train mode", "norms", 3, [1], 0.2, 0.1, "head"),
    ]


def _from_clean(x: Tensor, start: Tensor) -> Tensor:
    return x


def _no_ball(x: Tensor, before: Tensor, after: Tensor, eps: float) -> Tensor:
    return after


def _once_at_the_end(x: Tensor, images: Tensor, eps: float) -> Tensor:
    return ways.around_clean(x, images, images, eps).clamp(0, 1)


def _in_range_at_the_end(x: Tensor, images: Tensor, eps: float) -> Tensor:
    return images.clamp(0, 1)


def _largest(gradient: Tensor) -> Tensor:
    return steps.per_image(gradient, lambda flat: flat.abs().amax(1))


def _own_start(
    model: Any, x: Tensor, y: Tensor, eps: float, step: float, n: int, start: Tensor
) -> Any:
    drawn = torch.empty_like(x).uniform_(-eps, eps)
    return iterated()(model, x, y, eps, step, n, drawn)


PGD = Exercise(
    id="adversarial.pgd",
    title="Projected gradient descent",
    points=4,
    minutes=15,
    covers=("B12-pgd",),
    cases=_cases,
    reference=ways.pgd,
    through="ask_pgd",
    promises=("unchanged",),
    needs=("adversarial.fgsm",),
    parts={
        "form": "Return one tensor of the shape of x that requires no gradient.",
        "images": "Your images are not those of these steps: compare them after no step, after "
        "one, after two.",
        "model": MODEL,
    },
    wrong={
        "around the previous images": (
            "Nothing keeps your images within eps of x: you bound each step, or nothing. After "
            "each step bring the sum of all to [-eps, eps], around the clean x.",
            in_eval(ball=ways.around_previous),
            in_eval(ball=_no_ball),
        ),
        "around the first images": (
            "You project around the images that you begin with. The ball lies around the clean x.",
            in_eval(centre=lambda x, first: first),
            in_eval(centre=lambda x, first: first, first=lambda x, start: x + start),
        ),
        "projected at the end": (
            "You project once, at the end. Project after each step: the next gradient is taken "
            "where the images are then.",
            in_eval(ball=_no_ball, keep=lambda x: x, last=_once_at_the_end),
            in_eval(ball=_no_ball, last=_once_at_the_end),
            in_eval(keep=lambda x: x, last=_in_range_at_the_end),
        ),
        "not clamped": (
            "Some of your pixels leave [0, 1], which no image has. Clamp after each step.",
            in_eval(keep=lambda x: x),
            in_eval(keep=lambda x: x, first=lambda x, start: x + start),
        ),
        "first images not clamped": (
            "x + start leaves [0, 1]. Clamp before the first step, too.",
            in_eval(first=lambda x, start: x + start),
        ),
        "start ignored": (
            "You begin with x, or with a start that you draw. Begin with x + start.",
            in_eval(first=_from_clean),
            restoring(_own_start),
        ),
        "downhill": (
            "You go downhill: the loss of y falls. Add step times the sign.",
            in_eval(sign=-1),
        ),
        "no sign": (
            "You step along the gradient itself, or a scaled one. Take its sign.",
            in_eval(move=lambda g, step: step * g),
            in_eval(steps.summed, move=lambda g, step: step * g),
            in_eval(move=lambda g, step: step * g / _largest(g)),
        ),
        "one gradient for all steps": (
            "All your steps follow the gradient of the first images. Take it anew in each step, "
            "where the images are then.",
            in_eval(stale=True),
        ),
        "gradients add up": (
            "The gradients of earlier steps are still in yours: x.grad adds up. Take each step's "
            "alone, by torch.autograd.grad.",
            in_eval(added=True),
        ),
        "another step": (
            "Your steps are not as long as step says: you take eps, or eps divided by the number "
            "of steps.",
            in_eval(size=lambda eps, step, n: eps),
            in_eval(size=lambda eps, step, n: eps / n),
        ),
        "number of steps": (
            "You take another number of steps than steps says.",
            in_eval(times=lambda n: n + 1),
            in_eval(times=lambda n: max(n - 1, 0)),
            in_eval(times=lambda n: min(n, 1)),
        ),
        "the perturbation alone": (
            "You return what is added to the images. Return the images.",
            in_eval(last=lambda x, images, eps: images - x),
        ),
        "tracked": (
            "Your images still require a gradient. Detach them.",
            restoring(ways.tracked),
        ),
        **mode_mistakes(iterated()),
        **gradient_mistakes(ways.backwards),
    },
    right=(
        in_eval(steps.summed),
        restoring(ways.by_delta),
        steps.on_a_copy(ways.with_bounds),
    ),
    hints=(
        "Begin with (x + start).clamp(0, 1). Each step: gradient where the images are now, "
        "plus step * sign, back into the ball, back into [0, 1].",
        "Back into the ball: x + (attacked - x).clamp(-eps, eps). x is the clean image all along.",
        "fgsm(model, attacked, y, step) is one step; what is left is the ball.",
    ),
)
