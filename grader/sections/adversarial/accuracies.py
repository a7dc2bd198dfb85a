"""Part C: accuracy against the size of an attack."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from course_lib.sections.adversarial.nets import CLASSES, drift, network
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.modes import Way, restoring
from grader.sections.adversarial.drawing import images
from grader.sections.adversarial.stays import MODEL, mode_mistakes

_MARGIN = 1e-2
"""Of an image the two largest logits differ by more than this."""
_POOL, _WRONG = 40, 2
_REST = 3
"""Images of which those are taken that are sure; of those so many are named wrongly, and so many
are taken that happen to come."""


def counted(
    attack: Any, model: Any, x: Tensor, y: Tensor, epsilons: Sequence[float]
) -> list[float]:
    """By a copy of the model, image by image."""
    net = copy.deepcopy(model).eval()
    found = []
    for eps in epsilons:
        attacked = attack(net, x, y, eps)
        named = [int(net(image[None])[0].argmax()) for image in attacked]
        found.append(sum(k == int(c) for k, c in zip(named, y, strict=True)) / len(y))
    return found


def _way(
    share: Callable[[Tensor, Tensor], Any] = lambda right, clean: right.double().mean().item(),
    *,
    labels: Callable[[Any, Tensor, Tensor], Tensor] = lambda model, x, y: y,
    sizes: Callable[[Sequence[float]], Sequence[float]] = lambda epsilons: epsilons,
    piled: bool = False,
    clean_images: bool = False,
    named: Callable[[Tensor], Tensor] = lambda logits: logits.argmax(1),
    against: Callable[[Any, Tensor, Tensor], Tensor] = lambda model, x, y: y,
    finished: Callable[[list[Any]], Any] = lambda found: found,
) -> Way:
    """An answer that sets no mode.

    Args:
        share: (which are right after the attack, which were before) -> what is told of them.
        labels: which classes the attack is given.
        piled: each attack begins where the one before ended.
        named: logits -> classes.
        against: the classes that those are compared with.
    """

    def answer(attack: Any, model: Any, x: Tensor, y: Tensor, epsilons: Sequence[float]) -> Any:
        clean = model(x).argmax(1) == y
        found, images = [], x
        for eps in sizes(epsilons):
            attacked = attack(model, images, labels(model, x, y), eps)
            images = attacked if piled else x
            found.append(
                share(named(model(x if clean_images else attacked)) == against(model, x, y), clean)
            )
        return finished(found)

    return answer


def _in_eval(*args: Any, **changes: Any) -> Way:
    return restoring(_way(*args, **changes), place=1)


def _among_the_right(right: Tensor, clean: Tensor) -> float:
    return float((right & clean).sum() / clean.sum())


def _over_the_right(right: Tensor, clean: Tensor) -> float:
    return float(right.sum() / clean.sum())


def _all_without_gradients(attack: Any, model: Any, *others: Any) -> Any:
    with torch.no_grad():
        return _in_eval()(attack, model, *others)


def _in_groups(groups: Callable[[Tensor], Tensor]) -> Way:
    """Each group of images is attacked alone; those of none count as wrong.

    Args:
        groups: which were right before (N,) -> which belong to each group (groups, N).
    """

    def answer(
        attack: Any, model: Any, x: Tensor, y: Tensor, epsilons: Sequence[float]
    ) -> list[float]:
        found = []
        for eps in epsilons:
            hits = 0
            for one in groups(model(x).argmax(1) == y):
                hits += int((model(attack(model, x[one], y[one], eps)).argmax(1) == y[one]).sum())
            found.append(hits / len(x))
        return found

    return restoring(answer, place=1)


def _clean_at_zero(attack: Any, *others: Any) -> Any:
    """The attack is not called at eps 0."""
    return _in_eval()(lambda model, x, y, eps: attack(model, x, y, eps) if eps else x, *others)


def _across_images(logits: Tensor) -> Tensor:
    """The largest over the images, compared with the first of the classes."""
    return F.pad(logits.argmax(0), (0, len(logits) - CLASSES), value=-1)


def _that_withstood_all(found: list[Any]) -> list[float]:
    return [float(torch.stack(found[: i + 1]).all(0).double().mean()) for i in range(len(found))]


def _case(draw: Draw, about: str, form: str, state: str, *sizes: float) -> Case:
    """A case in which each size has a share of its own, of which none is all and none nothing."""
    while True:
        kind, pool = (form, draw.integer(1, 10**6)), images(draw, _POOL, form, "middle")
        model = network(kind)
        unit = draw.integer(10, 16) / 100
        epsilons = [size * unit for size in sizes]
        chosen = _chosen(draw, model, pool, [0, *sorted({*epsilons} - {0})])
        if not chosen:
            continue
        x = pool[chosen]
        predicted = model(x).argmax(1)
        y = predicted.clone()
        y[:_WRONG] = (y[:_WRONG] + draw.integer(1, CLASSES - 1)) % CLASSES
        # An attack on the class that is predicted for it makes the first image right.
        y[0] = model(drift(model, x[:1], predicted[:1], max(epsilons))).argmax()
        hits = [model(drift(model, x, y, eps)).argmax(1) == y for eps in epsilons]
        other = network(kind, state)(x).argmax(1) == y
        told = state in ("eval", "frozen") or other.sum() != (model(x).argmax(1) == y).sum()
        if told and not any(hit[:_WRONG].any() for hit in hits):
            return Case(args=(kind, x, y, epsilons, state), about=about)


def _chosen(draw: Draw, model: Any, pool: Tensor, rising: Sequence[float]) -> list[int]:
    """Places of images, of which some fall at each size and some at none; [] for none such.

    The first one falls at all sizes but 0.
    """
    y = model(pool).argmax(1)
    logits = torch.stack([model(drift(model, pool, y, eps)) for eps in rising])
    top = logits.topk(2, dim=2).values
    sure = (top[..., 0] - top[..., 1] > _MARGIN).all(0)
    falls = (logits.argmax(2) != y).sum(0)  # at how many of the sizes
    groups = [(sure & (falls == k)).nonzero()[:, 0].tolist() for k in range(len(rising))]
    if not all(groups) or len(groups[-1]) < 2:
        return []
    first, last = groups[-1][:2]
    needed = [*(draw.choice(group) for group in groups[:-1]), last]
    rest = [i for i in sure.nonzero()[:, 0].tolist() if i not in (first, *needed)]
    return [first, *rest[:_REST], *needed] if len(rest) >= _REST else []


def _cases(draw: Draw) -> list[Case]:
    return [
        _case(draw, "two sizes", "norms", "eval", 1, 2),
        _case(draw, "no attack, and sizes out of order", "dense", "eval", 2, 0, 1),
        _case(draw, "a frozen model, and one size", "dense", "frozen", 1),
        _case(draw, "a model in train mode", "norms", "train", 1, 0),
        _case(draw, "a model of which a part is in eval mode", "norms", "mixed", 0, 1),
    ]


ACCURACY_UNDER = Exercise(
    id="adversarial.accuracy_under",
    title="Accuracy under attack",
    points=2,
    minutes=8,
    covers=("E14.30",),
    cases=_cases,
    reference=counted,
    through="ask_accuracy",
    promises=("unchanged",),
    parts={
        "shares": "The shares are not right: for each size, of all images those that are named "
        "rightly after the attack.",
        "calls": "Call the attack once for each eps, with all images.",
        "model": MODEL,
    },
    wrong={
        "wrong images dropped": (
            "You leave out the images that were named wrongly before. They belong to the base: "
            "divide by the number of all images, so that eps = 0 gives the plain accuracy.",
            _in_eval(_among_the_right),
            _in_eval(_over_the_right),
        ),
        "clean images": (
            "You let the model name the images as they were. Give it what the attack returns.",
            _in_eval(clean_images=True),
        ),
        "success of the attack": (
            "You count the images that are named wrongly. Accuracy is the share of the others.",
            _in_eval(lambda right, clean: 1 - right.double().mean().item()),
            _in_eval(lambda right, clean: float((clean & ~right).double().mean())),
        ),
        "no share": (
            "You return counts or per cent. Return shares: numbers from 0 to 1.",
            _in_eval(lambda right, clean: int(right.sum())),
            _in_eval(lambda right, clean: 100 * right.double().mean().item()),
        ),
        "attacks piled up": (
            "Each attack begins with the images that the one before has made. All begin with x.",
            _in_eval(piled=True),
        ),
        "predicted classes": (
            "You give the attack the classes that the model predicts. Give it y.",
            _in_eval(labels=lambda model, x, y: model(x).argmax(1)),
        ),
        "sizes sorted": (
            "You sort the sizes. The results come in the order of epsilons.",
            _in_eval(sizes=sorted),
            _in_eval(sizes=lambda epsilons: sorted(epsilons, reverse=True)),
        ),
        "one number": (
            "You return one number: of the first size, of the last, or the mean. Return a list "
            "with one for each size, after the loop.",
            _in_eval(finished=lambda found: found[0]),
            _in_eval(finished=lambda found: found[:1]),
            _in_eval(finished=lambda found: found[-1]),
            _in_eval(finished=lambda found: sum(found) / len(found)),
        ),
        "attack without gradients": (
            "You call the attack within no_grad(), where it finds no gradient. Only the naming "
            "afterwards can do without.",
            _all_without_gradients,
        ),
        "classes across images": (
            "You look for the largest logit among the images, by argmax(0). Each image has its "
            "own: argmax(1).",
            _in_eval(named=_across_images),
        ),
        "agreement with before": (
            "You compare with what the model predicts without an attack. Compare with y.",
            _in_eval(against=lambda model, x, y: model(x).argmax(1)),
        ),
        "those that withstood all": (
            "You count an image only if it has withstood the sizes before as well. Each size "
            "stands for itself.",
            _in_eval(lambda right, clean: right, finished=_that_withstood_all),
        ),
        "called otherwise": (
            "You call the attack image by image, not at eps 0, or not for images that are named "
            "wrongly. Call it once for each eps, with all images.",
            _in_groups(lambda clean: torch.eye(len(clean), dtype=torch.bool)),
            _in_groups(lambda clean: clean[None]),
            _clean_at_zero,
        ),
        **mode_mistakes(_way(), place=1),
    },
    right=(
        _in_eval(),
        _in_eval(finished=lambda found: torch.tensor(found)),
    ),
    hints=(
        "One entry for each eps: attack(model, x, y, eps) gives the images, the largest logit "
        "the class.",
        "(classes == y) holds True where the class is right; .float().mean().item() is the share.",
        "All of it within evaluating(model). Only what comes after the attack may stand under "
        "torch.no_grad().",
    ),
)
