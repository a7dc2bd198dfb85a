"""Extra: images that a class likes, by gradient ascent."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.gradcam.nets import CLASSES
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.gradcam.grad_cam_ways import (
    of_logit,
    over_log_probabilities,
    over_probabilities,
)
from grader.sections.gradcam.stays import Ways, mode_mistakes, restoring

_AS_BEFORE = restoring(None)
_LARGE = 12


def _by_optimiser(
    optimiser: Any = torch.optim.SGD, **settings: Any
) -> Callable[[Any, Tensor, Tensor, int, float, float], Tensor]:
    """PyTorch's own ascent on the images, whose decay is that of the squares' gradient."""

    def answer(
        model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
    ) -> Tensor:
        net = copy.deepcopy(model).eval().requires_grad_(False)
        x = start.clone().requires_grad_()
        goes = optimiser([x], lr=lr, maximize=True, weight_decay=2 * decay, **settings)
        for _ in range(steps):
            goes.zero_grad()
            of_logit(net(x), target).backward()
            goes.step()
        return x.detach()

    return answer


_SGD = _by_optimiser()


def _penalty(x: Tensor) -> Tensor:
    return (x**2).sum()


def _step(x: Tensor, gradient: Tensor, lr: float, decay: float) -> Tensor:
    return x + lr * gradient


def _way(
    score: Callable[[Tensor, Tensor], Tensor] = of_logit,
    penalty: Callable[[Tensor], Tensor] = _penalty,
    step: Callable[[Tensor, Tensor, float, float], Tensor] = _step,
    *,
    begin: Callable[[Tensor], Tensor] = lambda start: start,
    times: int = 0,
    added: bool = False,
    finished: Callable[[Tensor], Tensor] = torch.Tensor.detach,
) -> Ways:
    """An answer by autograd; it sets no mode.

    Args:
        step: (x, gradient, lr, decay) -> the next x.
        times: further steps than asked for.
        added: gradients of all steps add up.
    """

    def answer(
        model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
    ) -> Tensor:
        x, total = begin(start.clone()), torch.zeros_like(start)
        for _ in range(steps + times):
            x = x.detach().requires_grad_()
            goal = score(model(x), target) - decay * penalty(x)
            (gradient,) = torch.autograd.grad(goal, x)
            total = total + gradient
            x = step(x, total if added else gradient, lr, decay)
        return finished(x)

    return answer


def _eval(*args: Any, **changes: Any) -> Ways:
    return _AS_BEFORE(_way(*args, **changes))


def _on_a_copy(model: Any, *others: Any) -> Any:
    return _way()(copy.deepcopy(model).eval(), *others)


def _copied_as_it_is(model: Any, *others: Any) -> Any:
    return _way()(copy.deepcopy(model), *others)


def _backwards(after: Callable[[Any], None]) -> Ways:
    """By .backward(), which adds to the gradients of the model's parameters."""

    def answer(
        model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
    ) -> Tensor:
        x = start.clone().requires_grad_()
        goes = torch.optim.SGD([x], lr=lr)
        for _ in range(steps):
            goes.zero_grad()
            (decay * _penalty(x) - of_logit(model(x), target)).backward()
            after(model)
            goes.step()
        return x.detach()

    return answer


def _from_start(stale: bool) -> Ways:
    """Each step is one from start, or its gradient is start's (`stale`)."""

    def answer(
        model: Any, target: Tensor, start: Tensor, steps: int, lr: float, decay: float
    ) -> Tensor:
        x = start.clone()
        for _ in range(steps):
            at = (start if stale else x).clone().requires_grad_()
            goal = of_logit(model(at), target) - decay * _penalty(at)
            x = (x if stale else start) + lr * torch.autograd.grad(goal, at)[0]
        return x

    return answer


def _decay_last(x: Tensor, gradient: Tensor, lr: float, decay: float) -> Tensor:
    return (x + lr * gradient) * (1 - 2 * lr * decay)


def _frozen(model: Any, *others: Any) -> Any:
    return _way()(model.requires_grad_(False), *others)


def _within(size: float) -> Callable[[Tensor, Tensor, float, float], Tensor]:
    return lambda x, gradient, lr, decay: (x + lr * gradient).clamp(-size, size)


def _cases(draw: Draw) -> list[Case]:
    def case(
        about: str,
        form: str,
        n: int,
        steps: int,
        decay: float = 0.0,
        state: str = "eval",
        large: bool = False,
    ) -> Case:
        sizes = {"resnet": (4, 3), "vgg": (4, 2), "branches": (3, 4)}
        kind, start = (form, draw.integer(1, 10**6)), draw.normal(n, 3, *sizes[form])
        if large:  # beyond whatever range an answer may clamp to
            start[:, 0, 0, 0], start[:, -1, -1, -1] = _LARGE, -_LARGE
        target = torch.tensor(draw.distinct(0, CLASSES - 1, n))
        decay = decay and decay * draw.integer(8, 12) / 10
        lr = draw.integer(8, 20) / 100
        return Case(args=(kind, target, start, steps, lr, decay, state), about=about)

    return [
        case("several images and steps", "resnet", 2, draw.integer(3, 4), 0.3),
        case("one step, and a strong decay", "branches", 2, 1, 2),
        case("no decay", "vgg", 2, 2),
        case("large numbers", "vgg", 2, 2, 0.1, large=True),
        case("no step at all", "branches", 2, 0, 0.5),
        case("a model in train mode", "resnet", 3, 2, 0.3, "train"),
        case("one part in eval mode, others not", "branches", 3, 2, 0.3, "mixed"),
        case("a frozen model", "vgg", 2, 2, 0.4, "frozen"),
        case("a model whose last layer learns", "branches", 2, 2, 0.4, "head"),
        case("one image", "resnet", 1, 2, 0.4),
    ]


MAXIMISE = Exercise(
    id="gradcam.maximise",
    title="Activation maximisation",
    points=2,
    minutes=16,
    core=False,
    covers=("Q26",),
    example=(
        (
            Case(
                args=(
                    ("three times", 0),
                    torch.tensor([0]),
                    torch.full((1, 3, 1, 1), 2.0),
                    1,
                    0.5,
                    0.1,
                )
            ),
            {"form": "", "images": torch.full((1, 3, 1, 1), 3.3), "model": ""},
        ),
    ),
    cases=_cases,
    reference=_SGD,
    through="ask_maximise",
    promises=("unchanged",),
    parts={
        "form": "Return one tensor of the shape of start that requires no gradient.",
        "images": "Your images are not those that these steps lead to.",
        "model": "The model is not as before: modes, weights, statistics, gradients and "
        "requires_grad of its parameters, hooks.",
    },
    wrong={
        "downhill": (
            "You go downhill: the logit falls, and the decay makes the image grow. Add lr times "
            "the gradient.",
            _eval(step=lambda x, g, lr, decay: x - lr * g),
        ),
        "logit downhill": (
            "You go downhill: your steps lower the logit. Add lr times its gradient.",
            _eval(score=lambda logits, target: -of_logit(logits, target)),
        ),
        "decay added": (
            "You add the decay to the goal, and large numbers are rewarded. It is subtracted.",
            _eval(penalty=lambda x: -(x**2).sum()),
        ),
        "decay halved": (
            "You subtract lr times decay times x. The gradient of x² is 2 x.",
            _eval(penalty=lambda x: (x**2).sum() / 2),
        ),
        "decay without lr": (
            "You shrink the image by decay itself in each step. The decay is part of the goal, "
            "whose gradient is multiplied by lr.",
            _eval(
                penalty=lambda x: 0 * x.sum(),
                step=lambda x, g, lr, decay: x + lr * g - 2 * decay * x,
            ),
            _eval(
                penalty=lambda x: 0 * x.sum(),
                step=lambda x, g, lr, decay: x + lr * g - decay * x,
            ),
            _eval(
                penalty=lambda x: 0 * x.sum(),
                step=lambda x, g, lr, decay: (x + lr * g) * (1 - decay),
            ),
        ),
        "no decay": (
            "You leave the decay out of the goal.",
            _eval(penalty=lambda x: 0 * x.sum()),
        ),
        "another decay": (
            "You punish another size of the image: its mean square, its norm, its absolute values, "
            "or its plain sum. The goal holds the sum of all x².",
            _eval(penalty=lambda x: (x**2).mean()),
            _eval(penalty=lambda x: x.norm()),
            _eval(penalty=lambda x: x.abs().sum()),
            _eval(penalty=lambda x: x.sum() ** 2),
            _eval(penalty=lambda x: x.sum()),
        ),
        "decay as a step of its own": (
            "You take the decay off in a second step, of what the first has made. Both gradients "
            "are taken at the same x.",
            _eval(penalty=lambda x: 0 * x.sum(), step=_decay_last),
        ),
        "from start": (
            "In each step you take the gradient at start, or begin with start again. Go on from "
            "what the step before has made.",
            _AS_BEFORE(_from_start(stale=True)),
            _AS_BEFORE(_from_start(stale=False)),
        ),
        "averaged over images": (
            "You average the logits, or all of the goal, over the images. Then an image's steps "
            "depend on how many there are: add up.",
            _eval(score=lambda logits, target: of_logit(logits, target) / len(logits)),
            _eval(
                score=lambda logits, target: of_logit(logits, target) / len(logits),
                penalty=lambda x: (x**2).sum() / len(x),
            ),
        ),
        "probability": (
            "You raise the probability of the class or its logarithm, which also rises where the "
            "other classes fall. Take the logit.",
            _eval(score=over_probabilities),
            _eval(score=over_log_probabilities),
        ),
        "another class": (
            "You raise other logits than that of each image's class: one class for all, the "
            "largest, or all.",
            _eval(score=lambda logits, target: logits[:, target[0]].sum()),
            _eval(score=lambda logits, target: logits.amax(1).sum()),
            _eval(score=lambda logits, target: logits.sum()),
            _eval(score=lambda logits, target: logits[:, target].sum()),
        ),
        "gradients add up": (
            "The gradients of earlier steps are still in yours: x.grad adds up. Take each step's "
            "alone, by torch.autograd.grad, say.",
            _eval(added=True),
        ),
        "gradient scaled": (
            "You scale or clamp the gradient, or take its sign alone. Add lr times the gradient "
            "itself.",
            _eval(step=lambda x, g, lr, decay: x + lr * g / g.norm()),
            _eval(step=lambda x, g, lr, decay: x + lr * g / (g.std() + 1e-8)),
            _eval(step=lambda x, g, lr, decay: x + lr * g / g.abs().mean()),
            _eval(step=lambda x, g, lr, decay: x + lr * g.sign()),
            _eval(step=lambda x, g, lr, decay: x + lr * g.clamp(-1, 1)),
        ),
        "another optimiser": (
            "You let an optimiser change the steps: Adam, or momentum. Add lr times the gradient.",
            _by_optimiser(torch.optim.Adam),
            _by_optimiser(momentum=0.9),
        ),
        "number of steps": (
            "You take another number of steps than steps says.",
            _eval(times=1),
            _eval(times=-1),
        ),
        "clamped": (
            "You clamp the images. No number of theirs is bounded here.",
            _eval(step=lambda x, g, lr, decay: (x + lr * g).clamp(0, 1)),
            _eval(finished=lambda x: x.detach().clamp(0, 1)),
            _eval(step=_within(1)),
            _eval(step=_within(3)),
        ),
        "left frozen": (
            "You set requires_grad of the parameters to False, and leave it so. Let them be: "
            "torch.autograd.grad(goal, x) touches none.",
            _AS_BEFORE(_frozen),
        ),
        "another start": (
            "You do not begin with start.",
            _eval(begin=torch.zeros_like),
        ),
        "what was added": (
            "You return what was added to the images, or the last gradient. Return the images.",
            _eval(step=lambda x, g, lr, decay: g),
        ),
        "in train mode": (
            "You run the model in the mode that it came in, or in train mode. Then an image's "
            "steps depend on the others, and on chance: run it in eval mode.",
            _way(),
            _copied_as_it_is,
        ),
        "tracked": (
            "Your images still require a gradient. Detach them.",
            _eval(finished=lambda x: x.clone().requires_grad_()),
            _eval(finished=lambda x: x),
        ),
        "gradients added to the model": (
            "backward() adds gradients to all parameters. torch.autograd.grad(goal, x) gives this "
            "one and touches nothing else.",
            _AS_BEFORE(_backwards(lambda model: None)),
        ),
        "gradients thrown away": (
            "zero_grad() throws away the gradients that the parameters held. "
            "torch.autograd.grad(goal, x) touches none.",
            _AS_BEFORE(_backwards(lambda model: model.zero_grad())),
        ),
        **mode_mistakes(_way()),
    },
    right=(_eval(), _on_a_copy, _SGD),
    hints=(
        "Begin with start.detach().clone(), which requires a gradient in each step: "
        "x.requires_grad_().",
        "goal = logits.gather(1, target[:, None]).sum() - decay * (x**2).sum()",
        "(gradient,) = torch.autograd.grad(goal, x); then x = x.detach() + lr * gradient.",
    ),
)
