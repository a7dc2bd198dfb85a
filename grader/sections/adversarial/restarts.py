"""Extra: the worst of several starts."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from course_lib.sections.adversarial.nets import network
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.modes import Way, restoring
from grader.sections.adversarial import iterated as ways
from grader.sections.adversarial.drawing import SIZES, asked, clear, gradient
from grader.sections.adversarial.lengths import GAP, saturated
from grader.sections.adversarial.stays import MODEL, mode_mistakes

_APART = 1e-3
"""Losses of two results differ by more, or are equal."""

Chosen = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(losses (R, N), which are named rightly (R, N), results) -> what is returned."""


def _losses(model: Any, found: Tensor, y: Tensor) -> Tensor:
    return torch.stack([F.cross_entropy(model(one), y, reduction="none") for one in found])


def _worst(losses: Tensor, right: Tensor, found: Tensor) -> Tensor:
    return found[losses.argmax(0), torch.arange(found.shape[1])]


def _way(
    chosen: Chosen = _worst,
    of: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda found, x, starts: found,
) -> Way:
    """An answer that sets no mode.

    Args:
        of: (results, x, starts) -> the images whose losses decide.
    """

    def answer(
        model: Any, x: Tensor, y: Tensor, eps: float, step: float, steps: int, starts: Tensor
    ) -> Any:
        found = _results(model, x, y, eps, step, steps, starts)
        with torch.no_grad():
            judged = of(found, x, starts)
            right = torch.stack([model(one).argmax(1) == y for one in judged])
            return chosen(_losses(model, judged, y), right, found)

    return answer


def _in_eval(*args: Any, **changes: Any) -> Way:
    return restoring(_way(*args, **changes))


@restoring
def worst_of(
    model: Any, x: Tensor, y: Tensor, eps: float, step: float, steps: int, starts: Tensor
) -> Tensor:
    """The reference: by differences, image by image."""
    found = [ways.pgd(model, x, y, eps, step, steps, start) for start in starts]
    rows = []
    for i, label in enumerate(y):
        images = [result[i] for result in found]
        losses = [F.cross_entropy(model(image[None]), label[None]).item() for image in images]
        rows.append(images[losses.index(max(losses))])
    return torch.stack(rows)


def _one_for_all(losses: Tensor, right: Tensor, found: Tensor) -> Tensor:
    return found[losses.mean(1).argmax()]


def _last_of_equals(losses: Tensor, right: Tensor, found: Tensor) -> Tensor:
    best, result = losses[0], found[0]
    for loss, one in zip(losses, found, strict=True):
        later = loss >= best
        best = torch.where(later, loss, best)
        result = torch.where(later[:, None, None, None], one, result)
    return result


def _first_that_misleads(losses: Tensor, right: Tensor, found: Tensor) -> Tensor:
    return found[(~right).long().argmax(0), torch.arange(found.shape[1])]


def _updated(losses: Tensor, right: Tensor, found: Tensor) -> Tensor:
    best, result = torch.full_like(losses[0], -1), torch.zeros_like(found[0])
    for loss, one in zip(losses, found, strict=True):
        better = loss > best
        result[better], best[better] = one[better], loss[better]
    return result


def _never_updated(losses: Tensor, right: Tensor, found: Tensor) -> Tensor:
    result = found[0].clone()
    for loss, one in zip(losses[1:], found[1:], strict=True):
        better = loss > losses[0]
        result[better] = one[better]
    return result


def _results(
    model: Any, x: Tensor, y: Tensor, eps: float, step: float, steps: int, starts: Tensor
) -> Tensor:
    once = ways.iterated()
    return torch.stack([once(model, x, y, eps, step, steps, start) for start in starts])


def _by(loss: Callable[[Tensor, Tensor], Tensor]) -> Way:
    """The result of which this loss is largest."""

    def answer(model: Any, x: Tensor, y: Tensor, *others: Any) -> Tensor:
        found = _results(model, x, y, *others)
        losses = torch.stack([loss(model(one), y) for one in found])
        return _worst(losses, losses, found)

    return answer


def _against_clean(model: Any, x: Tensor, y: Tensor, *others: Any) -> Tensor:
    found = torch.stack([x, *_results(model, x, y, *others)])
    return _worst(_losses(model, found, y), found, found)


def _against_zero(model: Any, x: Tensor, y: Tensor, *others: Any) -> Tensor:
    found = _results(model, x, y, *others)
    losses = _losses(model, found, y)
    return torch.where((losses.amax(0) > 0)[:, None, None, None], _worst(losses, losses, found), x)


def _compared_in_the_mode(model: Any, x: Tensor, y: Tensor, *others: Any) -> Tensor:
    """The results are made in eval mode, and compared in the mode that the model came in."""
    found = restoring(_results)(model, x, y, *others)
    with torch.no_grad():
        return _worst(_losses(model, found, y), found, found)


def _case(
    draw: Draw,
    about: str,
    form: str,
    n: int,
    count: int,
    steps: int,
    state: str = "eval",
    differs: Sequence[Way] = (),
) -> Case:
    """Not all images have their largest loss from one start, or from the first.

    Args:
        differs: ways that answer otherwise here than all that is right, and each than the others.
    """
    eps, step = draw.integer(20, 30) / 100, draw.integer(12, 18) / 100
    while True:
        kind, x, y = asked(draw, form, n, state)
        starts = eps * (2 * draw.uniform(count, n, *SIZES[form]) - 1)
        model, once = network(kind), ways.iterated()
        ends = torch.stack([once(model, x, y, eps, step, steps, start) for start in starts])
        losses = _losses(model, ends, y).detach()
        ordered = losses.sort(0).values
        apart = bool((ordered[1:] - ordered[:-1] > _APART).all())
        best = losses.argmax(0)
        mixed = len(best.unique()) > 1 if n > 1 else 0 < int(best) < count - 1
        passed = (once(model, x, y, eps, step, k, s) for k in range(steps) for s in starts)
        if not (apart and mixed and all(clear(gradient(model, one, y)) for one in passed)):
            continue
        asks = (x, y, eps, step, steps, starts)
        answers = [way(model, *asks) for way in (_way(), *differs)]
        if not any(torch.equal(one, other) for one, other in combinations(answers, 2)):
            return Case(args=(kind, *asks, state), about=about)


def _tied(draw: Draw) -> Case:
    """Only the first image's loss is not 0."""
    eps, step = 0.02, 0.01
    while True:
        kind, x, y = saturated(draw, "sure", 3)
        starts = eps * (2 * draw.uniform(3, *x.shape) - 1)
        model = network(kind)
        ends = torch.stack([ways.iterated()(model, x, y, eps, step, 1, one) for one in starts])
        losses = _losses(model, ends, y).detach()
        gaps = [logits.topk(2, dim=1).values.diff(dim=1).abs() for logits in map(model, ends)]
        told = clear(gradient(model, x, y)[:1]) and losses[:, 0].argmax() > 0
        apart = bool((losses[:, 0].sort().values.diff() > 1).all())
        if told and apart and bool((torch.stack(gaps) > GAP / 2).all()):
            return Case(args=(kind, x, y, eps, step, 1, starts), about="equal losses of zero")


_FIRST = _way(lambda losses, right, found: found[0])
_MISLEADING = _way(_first_that_misleads)
_AT_THE_START = _way(of=lambda found, x, starts: (x + starts).clamp(0, 1))


def _cases(draw: Draw) -> list[Case]:
    return [
        _case(draw, "three starts", "dense", 3, 3, 1, differs=[_FIRST, _MISLEADING]),
        _case(draw, "two starts and some steps", "dense", 2, 2, 2, differs=[_AT_THE_START]),
        _tied(draw),
        _case(draw, "one image", "strided", 1, 3, 1),
        _case(draw, "a model of which a part is in eval mode", "norms", 3, 2, 1, "mixed"),
        _case(draw, "a model in train mode", "norms", 3, 2, 1, "head", [_AT_THE_START]),
        _case(draw, "a frozen model, and no step", "dense", 3, 3, 0, "frozen"),
    ]


PGD_RESTARTS = Exercise(
    id="adversarial.pgd_restarts",
    title="The worst of several starts",
    points=2,
    minutes=10,
    core=False,
    covers=("B12-pgd",),
    cases=_cases,
    reference=worst_of,
    through="ask_restarts",
    promises=("unchanged",),
    needs=("adversarial.fgsm", "adversarial.pgd"),
    parts={
        "form": "Return one tensor of the shape of x that requires no gradient.",
        "images": "Your images are not, each, the result with the largest loss.",
        "model": MODEL,
    },
    wrong={
        "one start for all": (
            "You take one start for all images. Each image has its own worst one.",
            _in_eval(_one_for_all),
        ),
        "first or last": (
            "You return what one start gives, the first or the last. Compare the losses.",
            restoring(_FIRST),
            _in_eval(lambda losses, right, found: found[-1]),
        ),
        "smallest loss": (
            "You take the smallest loss. The worst for the model is the largest.",
            _in_eval(lambda losses, right, found: _worst(-losses, right, found)),
        ),
        "any that misleads": (
            "You take the first result that is named wrongly. Among those, too, the largest loss "
            "counts.",
            restoring(_MISLEADING),
        ),
        "last of equals": (
            "Where losses are equal you take a later result. The first counts: compare with >.",
            _in_eval(_last_of_equals),
        ),
        "losses at the start": (
            "You compare the losses before the steps. Compare those of the results.",
            restoring(_AT_THE_START),
        ),
        "mean of the results": (
            "You average the results. Choose one for each image.",
            _in_eval(lambda losses, right, found: found.mean(0)),
        ),
        "all results": (
            "You return whole results, of all starts or of each image's worst one. Return one "
            "image for each of x: found[worst, torch.arange(len(x))].",
            _in_eval(lambda losses, right, found: found),
            _in_eval(lambda losses, right, found: found[losses.argmax(0)]),
        ),
        "the losses": (
            "You return the losses, or the places of the largest. Return the images.",
            _in_eval(lambda losses, right, found: losses.amax(0)),
            _in_eval(lambda losses, right, found: losses.argmax(0)),
        ),
        "clean images among them": (
            "Where no loss is larger than the clean image's, or than 0, you return the clean "
            "image, at which no start ends. Begin the comparison with the first result.",
            restoring(_against_clean),
            restoring(_against_zero),
        ),
        "largest loss forgotten": (
            "You compare all losses with the first start's: keep the largest so far as well, where "
            "you keep its image.",
            _in_eval(_never_updated),
        ),
        "a start left out": (
            "You leave out one of the starts.",
            _in_eval(lambda losses, right, found: _worst(losses[:-1], right, found)),
            _in_eval(lambda losses, right, found: _worst(losses[1:], right, found[1:])),
        ),
        "logit alone": (
            "You compare the logits of y alone. Compare the cross-entropy: the others count, too.",
            restoring(_by(lambda logits, y: F.nll_loss(logits, y, reduction="none"))),
        ),
        "labels ignored": (
            "You compare the losses of the classes that the model predicts. Compare those of y.",
            restoring(
                _by(lambda logits, y: F.cross_entropy(logits, logits.argmax(1), reduction="none"))
            ),
        ),
        "tracked": (
            "The images that you return still require a gradient. Detach them.",
            _in_eval(lambda losses, right, found: _worst(losses, right, found).requires_grad_()),
        ),
        **mode_mistakes(_way(), also=[_compared_in_the_mode]),
    },
    right=(_in_eval(_updated), _in_eval()),
    hints=(
        "torch.stack([pgd(..., start) for start in starts]) has the shape (R, N, C, H, W).",
        'F.cross_entropy(logits, y, reduction="none") is one loss for each image.',
        "argmax(0) of the losses (R, N) says which start is each image's worst.",
    ),
)
