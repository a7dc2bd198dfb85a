"""Extra: how many numbers of a gradient are exactly zero."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from course_lib.sections.adversarial.nets import network
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.modes import Way, restoring
from grader.sections.adversarial.drawing import asked
from grader.sections.adversarial.lengths import saturated, sure
from grader.sections.adversarial.stays import MODEL, gradient_mistakes, mode_mistakes
from grader.sections.adversarial.steps import logit_alone, one_step, softmax_twice

_FAINT = (20, 50)
"""Where the largest logit is so far above the others, gradients are tiny, and not 0."""


@restoring
def by_rows(model: torch.nn.Module, x: Tensor, y: Tensor) -> float:
    """The reference: the gradient is put together of each logit's, with what the loss makes of it.

    A number is 0 where all of its products are.
    """
    leaf = x.clone().requires_grad_()
    logits = model(leaf)
    rows = [torch.autograd.grad(k.sum(), leaf, retain_graph=True)[0] for k in logits.unbind(1)]
    far = logits - logits.amax(1, keepdim=True)
    weights = far.exp() / far.exp().sum(1, keepdim=True) - F.one_hot(y, logits.shape[1])
    products = weights.T[..., None, None, None] * torch.stack(rows)
    return float((products == 0).all(0).double().mean())


def _way(
    share: Callable[[Tensor], Any] = lambda g: (g == 0).double().mean().item(),
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
) -> Way:
    """An answer by autograd; it sets no mode."""

    def answer(model: Any, x: Tensor, y: Tensor) -> Any:
        leaf = x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(loss(model(leaf), y), leaf)
        return share(gradient)

    return answer


def _in_eval(*args: Any, **changes: Any) -> Way:
    return restoring(_way(*args, **changes))


def _of_weights(model: Any, x: Tensor, y: Tensor) -> float:
    gradients = torch.autograd.grad(F.cross_entropy(model(x), y), [*model.parameters()])
    return float((torch.cat([g.flatten() for g in gradients]) == 0).double().mean())


def _backwards(after: Callable[[Any], None]) -> Way:
    """By .backward(), which adds to the gradients of the model's parameters."""

    def answer(model: Any, x: Tensor, y: Tensor) -> float:
        leaf = x.clone().requires_grad_()
        F.cross_entropy(model(leaf), y).backward()
        after(model)
        return float((leaf.grad == 0).double().mean())  # type: ignore[union-attr]

    return answer


def _left_by_fgsm(model: Any, x: Tensor, y: Tensor) -> float:
    return float((one_step()(model, x, y, 0.1) == x).double().mean())


def _of_the_first(model: Any, x: Tensor, y: Tensor) -> Any:
    return _way()(model, x[:1], y[:1])


def _cases(draw: Draw) -> list[Case]:
    read = [asked(draw, form, n) for form, n in (("deaf", 2), ("strided", 2), ("strided", 1))]
    frozen, tiny = sure(draw, "sure", 2), sure(draw, "keen", 2, *_FAINT)
    return [
        Case(args=saturated(draw, "sure", 4), about="sure of most images"),
        Case(args=read[0], about="pixels that the model does not read, or of one channel alone"),
        Case(each=(tiny, read[1]), about="gradients that are tiny, and not zero"),
        Case(
            each=((*frozen, "frozen"), (*read[2], "frozen")),
            about="a frozen model that is sure, and one that is not",
        ),
        _told(draw, "a model in train mode", "train"),
        _told(draw, "a model of which a part is in eval mode", "mixed"),
    ]


def _told(draw: Draw, about: str, state: str) -> Case:
    """In the mode that the model comes in it is sure of other classes."""
    while True:
        found = saturated(draw, "sure norms", 3)
        if _way()(network(found[0], state), *found[1:]) != by_rows(network(found[0]), *found[1:]):
            return Case(args=(*found, state), about=about)


SHARE_OF_ZEROS = Exercise(
    id="adversarial.share_of_zeros",
    title="Gradients of exactly zero",
    points=1,
    minutes=9,
    core=False,
    covers=("B12-pgd",),
    example=(
        (
            Case(args=(("linear", 0), torch.tensor([[[[0.5, 0.25, 0.75]]]]), torch.tensor([0]))),
            {"share": 1 / 3, "model": ""},
        ),
    ),
    cases=_cases,
    reference=by_rows,
    through="ask_share",
    promises=("unchanged",),
    parts={
        "share": "The share is not right: zeros among all numbers of the gradient of the loss "
        "with respect to the images.",
        "model": MODEL,
    },
    wrong={
        "what is small": (
            "You count small numbers, too. Count those that are exactly 0: FGSM's sign is blind to "
            "size.",
            _in_eval(lambda g: (g.abs() < 1e-8).double().mean().item()),
            _in_eval(lambda g: (g.abs() < 1e-5).double().mean().item()),
            _in_eval(lambda g: torch.isclose(g, torch.zeros(())).double().mean().item()),
        ),
        "whole images": (
            "You count images. Count numbers of the gradient: one for each pixel and channel.",
            _in_eval(lambda g: (g == 0).flatten(1).all(1).double().mean().item()),
            _in_eval(lambda g: (g == 0).flatten(1).any(1).double().mean().item()),
        ),
        "whole pixels": (
            "You count pixels, of all channels together. Each channel's number counts by itself.",
            _in_eval(lambda g: (g == 0).all(1).double().mean().item()),
            _in_eval(lambda g: (g == 0).any(1).double().mean().item()),
        ),
        "the others": (
            "You count the numbers that are not 0.",
            _in_eval(lambda g: (g != 0).double().mean().item()),
        ),
        "a count": (
            "You return a count or per cent, or divide by fewer numbers than there are. Return the "
            "share of all numbers of the gradient, from 0 to 1.",
            _in_eval(lambda g: (g == 0).sum().item()),
            _in_eval(lambda g: 100 * (g == 0).double().mean().item()),
            _in_eval(lambda g: (g == 0).sum().item() / len(g)),
            _in_eval(lambda g: (g == 0).sum().item() / g[0, 0].numel()),
            _in_eval(lambda g: (g == 0).double().flatten(1).mean(1).sum().item()),
        ),
        "the logit": (
            "You take the gradient of the logit, which never saturates. Take that of the loss.",
            _in_eval(loss=logit_alone),
            _in_eval(loss=lambda logits, y: logits.sum()),
            _in_eval(loss=lambda logits, y: logits.amax(1).sum()),
        ),
        "the weights": (
            "You take gradients with respect to the weights. Take those with respect to x.",
            restoring(_of_weights),
        ),
        "what is negative": (
            "You count negative numbers, too. Count those that are exactly 0.",
            _in_eval(lambda g: (g <= 0).double().mean().item()),
        ),
        "flat loss": (
            "Your loss is flat where the model is sure of a wrong class: it is not that of y, or "
            "softmax is applied before the cross-entropy, which applies it itself.",
            _in_eval(loss=softmax_twice),
            _in_eval(loss=lambda logits, y: F.cross_entropy(logits, logits.argmax(1))),
        ),
        "one image": (
            "You look at the first image alone. Take the gradients of all.",
            restoring(_of_the_first),
        ),
        "pixels left by FGSM": (
            "You count pixels that FGSM leaves as they are. Those at 0 or 1 stay as well, by the "
            "clamp: count zeros of the gradient itself.",
            restoring(_left_by_fgsm),
        ),
        **mode_mistakes(_way()),
        **gradient_mistakes(_backwards),
    },
    right=(
        _in_eval(),
        _in_eval(loss=lambda logits, y: -logits.log_softmax(1)[range(len(y)), y].sum()),
        _in_eval(lambda g: 1 - torch.count_nonzero(g) / g.numel()),
    ),
    hints=(
        "The gradient is that of fgsm, before its sign is taken.",
        "(gradient == 0) holds True and False; their mean is the share.",
    ),
)
