"""Extra: a step of a given length."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.adversarial.nets import CLASSES, network
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.modes import restoring
from grader.sections.adversarial import steps
from grader.sections.adversarial.drawing import Asked, gradient, images, one_step_asked
from grader.sections.adversarial.stays import MODEL, gradient_mistakes, mode_mistakes
from grader.sections.adversarial.steps import in_eval, one_step, per_image

GAP = 300
"""Where the largest logit is so far above the others, its probability is 1, and no other is more
than 0, in float32."""

_FAINT = (2e-5, 8e-5)
"""Between these are lengths that some take for 0. A constant of 1e-8 added to them is no matter."""


def by_differences(model: torch.nn.Module, x: Tensor, y: Tensor, eps: float) -> Tensor:
    moved = []
    for image, slope in zip(x, steps.slopes(model, x, y), strict=True):
        length = float((slope**2).sum()) ** 0.5
        moved.append(image + eps * slope / length if length else image.double())
    return torch.stack(moved).clamp(0, 1).float()


def sure(draw: Draw, form: str, n: int, low: float = GAP, high: float = torch.inf) -> Asked:
    """A model, images whose classes are sure, and the classes predicted.

    Args:
        low, high: how far the largest logit is above the next.
    """
    while True:
        kind, pool = (form, draw.integer(1, 10**6)), images(draw, 4 * n, form, "ends")
        top = network(kind)(pool).topk(2, dim=1)
        gap = top.values[:, 0] - top.values[:, 1]
        places = ((gap > low) & (gap < high)).nonzero()[:n, 0]
        if len(places) == n:
            return kind, pool[places], top.indices[places, 0]


def saturated(draw: Draw, form: str, n: int) -> Asked:
    """Only the first image has a gradient that is not 0: its class is not the one predicted."""
    kind, x, y = sure(draw, form, n)
    y[0] = (y[0] + 1) % CLASSES
    return kind, x, y


def _faint(draw: Draw) -> Asked:
    """Gradients that are small, and far from 0 for a float."""
    while True:
        kind, pool = ("faint", draw.integer(1, 10**6)), images(draw, 12, "faint", "middle")
        y = torch.tensor([draw.integer(0, CLASSES - 1) for _ in pool])
        lengths = gradient(network(kind), pool, y).flatten(1).norm(dim=1)
        places = ((lengths > _FAINT[0]) & (lengths < _FAINT[1])).nonzero()[:3, 0]
        if len(places) == 3:
            return kind, pool[places], y[places]


def _cases(draw: Draw) -> list[Case]:
    case = one_step_asked(draw, 100)
    return [
        case("pixels that are black and white", "norms", 2, 10),
        Case(args=(*_faint(draw), [0.2]), about="tiny gradients, and no pixel near black or white"),
        case("no step at all, then a large one", "norms", 2, 0, 30),
        Case(args=(*saturated(draw, "sure", 3), [0.5]), about="gradients of zero among others"),
        case("one image, with two channels", "strided", 1, 4),
        case("a model of which a part is in eval mode", "norms", 3, 8, state="mixed"),
        case("a model in train mode whose last layer alone learns", "norms", 3, 8, state="head"),
    ]


_SMALL = 1e-4
"""Above all lengths of `_FAINT`."""


def _two(flat: Tensor) -> Tensor:
    lengths: Tensor = flat.norm(dim=1)
    return lengths


def _guarded(g: Tensor, eps: float) -> Tensor:
    return eps * g / per_image(g, _two).clamp(min=1e-12)


def _added(g: Tensor, eps: float) -> Tensor:
    return eps * g / (per_image(g, _two) + 1e-10)


def _filled(g: Tensor, eps: float) -> Tensor:
    return torch.nan_to_num(eps * g / per_image(g, _two))


def _over(*dims: int) -> Callable[[Tensor, float], Tensor]:
    return lambda g, eps: g * (eps / g.norm(dim=dims, keepdim=True).clamp(min=1e-12))


def _small_kept(g: Tensor, eps: float) -> Tensor:
    lengths = per_image(g, _two)
    return eps * g / torch.where(lengths < _SMALL, 1, lengths)


def _small_dropped(g: Tensor, eps: float) -> Tensor:
    lengths = per_image(g, _two)
    return eps * g / torch.where(lengths < _SMALL, torch.inf, lengths)


def _bounded(g: Tensor, eps: float) -> Tensor:
    return g.clamp(-eps, eps)


L2_ATTACK = Exercise(
    id="adversarial.l2_attack",
    title="A step of a given length",
    points=2,
    minutes=13,
    core=False,
    covers=("B12-pgd",),
    cases=_cases,
    reference=by_differences,
    through="ask_step",
    promises=("unchanged",),
    parts={
        "form": "Return one tensor of the shape of x that requires no gradient, and holds no NaN.",
        "images": "Your images are not those of a step of length eps along the gradient.",
        "model": MODEL,
    },
    wrong={
        "one length for all": (
            "You divide by one norm, of all images together. Each image has its own.",
            in_eval(move=lambda g, eps: eps * g / g.norm().clamp(min=1e-12)),
        ),
        "length of each pixel": (
            "You divide by norms over some of the axes, or over the images. An image's norm is "
            "taken over its channels, rows and columns together.",
            in_eval(move=_over(1)),
            in_eval(move=lambda g, eps: eps * g / g.norm(dim=0).clamp(min=1e-12)),
            *(in_eval(move=_over(*dims)) for dims in ((2, 3), (1, 2))),
        ),
        "lengths along the width": (
            "Your lengths lie along the last axis, the width, and each column has one. Give them "
            "the shape (N, 1, 1, 1).",
            in_eval(move=lambda g, eps: eps * g / _two(g.flatten(1)).clamp(min=1e-12)),
        ),
        "black": (
            "Where the gradient is 0 the image becomes NaN, and then 0 by nan_to_num. Such an "
            "image stays as it is: replace NaN in the step.",
            in_eval(
                move=lambda g, eps: eps * g / per_image(g, _two),
                keep=lambda x: torch.nan_to_num(x).clamp(0, 1),
            ),
        ),
        "small taken for zero": (
            "You do not scale gradients that are short. Only those of length 0 have no direction.",
            in_eval(move=_small_kept),
            in_eval(move=_small_dropped),
        ),
        "NaN": (
            "Where the gradient is 0 you divide 0 by 0, and the image becomes NaN. Such an image "
            "stays as it is.",
            in_eval(move=lambda g, eps: eps * g / per_image(g, _two)),
            in_eval(move=lambda g, eps: g * (eps / per_image(g, _two) + 1e-12)),
        ),
        "the sign": (
            "You take the sign, as FGSM does. The step is along the gradient itself, of length "
            "eps.",
            in_eval(),
            in_eval(move=lambda g, eps: eps * g.sign() / per_image(g.sign(), _two).clamp(min=1)),
        ),
        "another length": (
            "You divide by another size of the gradient: the sum, the largest, the squares without "
            "their root, or the root of their mean. The length is the root of their sum.",
            in_eval(move=lambda g, eps: eps * g / per_image(g, lambda f: f.norm(1, 1) + 1e-12)),
            in_eval(move=lambda g, eps: eps * g / per_image(g, lambda f: f.abs().amax(1) + 1e-12)),
            in_eval(move=lambda g, eps: eps * g / per_image(g, lambda f: (f**2).sum(1) + 1e-12)),
            in_eval(
                move=lambda g, eps: eps * g / per_image(g, lambda f: (f**2).mean(1).sqrt() + 1e-12)
            ),
        ),
        "not scaled": (
            "You do not scale the gradient to a length, or bound each pixel instead.",
            in_eval(move=lambda g, eps: eps * g),
            in_eval(steps.summed, move=lambda g, eps: eps * g),
            in_eval(move=_bounded),
            in_eval(steps.summed, move=_bounded),
        ),
        "downhill": (
            "You go downhill: the loss of y falls. Add the step.",
            in_eval(move=_guarded, sign=-1),
        ),
        "not clamped": (
            "Some of your pixels leave [0, 1], which no image has. Clamp after the step.",
            in_eval(move=_guarded, keep=lambda x: x),
        ),
        "tracked": (
            "The images that you return still require a gradient. Detach them.",
            in_eval(move=_guarded, finished=lambda x: x),
        ),
        **mode_mistakes(one_step(move=_guarded)),
        **gradient_mistakes(lambda after: steps.backwards(after, _guarded)),
    },
    right=(
        in_eval(move=_guarded),
        in_eval(steps.summed, move=_added),
        steps.on_a_copy(one_step(move=_filled)),
        restoring(steps.gradients_put_back(_guarded)),
    ),
    hints=(
        "gradient.flatten(1).norm(dim=1) is one length for each image; [:, None, None, None] gives "
        "it the axes of the images.",
        "Where the length is 0, torch.where or a smallest length keeps the image as it is.",
    ),
)
