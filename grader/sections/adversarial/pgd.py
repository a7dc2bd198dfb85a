"""Part E: many small steps."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from course_lib.sections.adversarial.nets import network
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.modes import restoring
from grader.sections.adversarial import iterated as ways
from grader.sections.adversarial import steps
from grader.sections.adversarial.drawing import SIZES, asked, clear, gradient
from grader.sections.adversarial.iterated import in_eval, iterated
from grader.sections.adversarial.stays import MODEL, gradient_mistakes, mode_mistakes

_FALL = 1e-3


def _loss(model: Any, x: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(model(x), y)


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
    falls: bool = False,
) -> Case:
    """A case whose signs do not hang on rounding in any step.

    Args:
        eps, step: are drawn around these.
        begins: how far starts reach, times eps; 0 for a start at x.
        falls: the loss is smaller after the last step than before it.
    """
    eps, step = (number * draw.integer(90, 110) / 100 for number in (eps, step))
    while True:
        start = begins * eps * (2 * draw.uniform(n, *SIZES[form]) - 1)
        kind, x, y = asked(draw, form, n, state, pixels)
        model, count = network(kind), max(counts)
        images = [iterated()(model, x, y, eps, step, k, start) for k in range(count + falls)]
        if falls and not _loss(model, images.pop(), y) < _loss(model, images[-1], y) - _FALL:
            continue
        if not all(clear(gradient(model, one, y)) for one in images):
            continue
        signs = [gradient(model, one, y).sign() for one in (images[0], images[-1])]
        if count < 3 or not torch.equal(*signs):
            return Case(args=(kind, x, y, eps, step, counts, start, state), about=about)


def _cases(draw: Draw) -> list[Case]:
    return [
        pgd_case(draw, "the first images and some steps", "norms", 2, [0, 1, 3], 0.3, 0.12),
        pgd_case(draw, "small steps, which reach the ball's end", "dense", 2, [3], 0.1, 0.055),
        pgd_case(
            *(draw, "a start of zeros, and no pixel near black or white", "norms", 2, [2]),
            *(0.15, 0.1),
            pixels="middle",
            begins=0,
        ),
        pgd_case(
            *(draw, "a step larger than eps, and a loss that falls again", "norms", 2, [2], 0.3),
            *(0.5,),
            falls=True,
        ),
        pgd_case(
            *(draw, "one image, with pixels that a frozen model does not read", "strided", 1, [2]),
            *(0.2, 0.1, "frozen"),
        ),
        pgd_case(
            draw, "a model of which a part is in eval mode", "norms", 3, [2], 0.2, 0.1, "mixed"
        ),
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


def _scaled_start(
    model: Any, x: Tensor, y: Tensor, eps: float, step: float, n: int, start: Tensor
) -> Any:
    return iterated()(model, x, y, eps, step, n, eps * start)


def _start_for_steps(
    model: Any, x: Tensor, y: Tensor, eps: float, step: float, n: int, start: Tensor
) -> Any:
    return iterated()(model, x, y, eps, step, n, start if n else 0 * start)


def _of_predicted(model: Any, x: Tensor, y: Tensor, *others: Any) -> Any:
    return iterated()(model, x, model(x).argmax(1), *others)


def _projected_before(
    model: Any, x: Tensor, y: Tensor, eps: float, step: float, n: int, start: Tensor
) -> Any:
    one, images = iterated(ball=_no_ball), steps.in_range(x + start)
    for _ in range(n):
        images = steps.in_range(ways.around_clean(x, images, images, eps))
        images = one(model, images, y, eps, step, 1, torch.zeros_like(x))
    return images


def _at_clean(x: Tensor, first: Tensor, images: Tensor) -> Tensor:
    return x


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
            "You bring the images back to the ball, or into [0, 1], once at the end. Do both after "
            "each step: the next gradient is taken where the images are then.",
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
        "another start": (
            "You begin at x - start, or scale start by eps. The first images are x + start.",
            in_eval(first=lambda x, start: steps.in_range(x - start)),
            restoring(_scaled_start),
        ),
        "no step, no start": (
            "With steps 0 you return x. The first images are the result then.",
            restoring(_start_for_steps),
        ),
        "one side alone": (
            "You bound the change on one side alone, or let it go one way alone. Each pixel stays "
            "between x - eps and x + eps.",
            in_eval(ball=lambda x, before, after, eps: x + (after - x).clamp(max=eps)),
            in_eval(ball=lambda x, before, after, eps: x + (after - x).clamp(min=-eps)),
            in_eval(ball=lambda x, before, after, eps: x + (after - x).clamp(0, eps)),
        ),
        "images bounded": (
            "You bound the images themselves to [-eps, eps]. Bound how far they are from x.",
            in_eval(ball=lambda x, before, after, eps: after.clamp(-eps, eps)),
        ),
        "another ball": (
            "You shrink an image's whole change to bring it back. Clamp it pixel by pixel: each "
            "to at most eps.",
            in_eval(ball=ways.in_a_round_ball),
            in_eval(ball=ways.shrunk),
        ),
        "projected before the step": (
            "You project before a step, and the last one is not brought back. Project after each.",
            restoring(_projected_before),
        ),
        "steps from x": (
            "Each of your steps begins with the clean x. Begin where the last one has ended.",
            in_eval(base=_at_clean),
            in_eval(base=_at_clean, at=_at_clean),
        ),
        "stopped early": (
            "You leave images alone that are named wrongly already. Each takes all steps.",
            in_eval(moves=lambda logits, y: logits.argmax(1) == y),
        ),
        "labels ignored": (
            "You take the classes that the model predicts, not those in y.",
            restoring(_of_predicted),
            in_eval(lambda logits, y: F.cross_entropy(logits, logits.argmax(1))),
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
            "All your steps follow one gradient, that of the first images or of the clean x. Take "
            "it anew in each step, where the images are then.",
            in_eval(at=lambda x, first, images: first),
            in_eval(at=_at_clean),
        ),
        "gradients add up": (
            "The gradients of earlier steps are still in yours: x.grad adds up. Take each step's "
            "alone, by torch.autograd.grad.",
            in_eval(added=True),
        ),
        "another step": (
            "Your steps are not as long as step says: you take eps, or divide by the number of "
            "steps.",
            in_eval(size=lambda eps, step, n: eps),
            in_eval(size=lambda eps, step, n: eps / n),
            in_eval(size=lambda eps, step, n: step / n),
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
            "The images that you return still require a gradient. Detach them.",
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
