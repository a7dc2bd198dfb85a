"""Extra: images that a class likes, by gradient ascent."""

import torch

from course_lib.checks.case import Case
from course_lib.sections.gradcam.nets import CLASSES
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.modes import left_modes, restoring
from grader.sections.gradcam.grad_cam_ways import (
    of_logit,
    over_log_probabilities,
    over_probabilities,
)
from grader.sections.gradcam.maximise_ways import (
    BY_SGD,
    backwards,
    by_optimiser,
    copied_as_it_is,
    decay_last,
    from_start,
    frozen,
    in_eval,
    on_a_copy,
    way,
    within,
)

_LARGE = 12


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
    reference=BY_SGD,
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
            in_eval(step=lambda x, g, lr, decay: x - lr * g),
        ),
        "logit downhill": (
            "You go downhill: your steps lower the logit. Add lr times its gradient.",
            in_eval(score=lambda logits, target: -of_logit(logits, target)),
        ),
        "decay added": (
            "You add the decay to the goal, and large numbers are rewarded. It is subtracted.",
            in_eval(penalty=lambda x: -(x**2).sum()),
        ),
        "decay halved": (
            "You subtract lr times decay times x. The gradient of x² is 2 x.",
            in_eval(penalty=lambda x: (x**2).sum() / 2),
        ),
        "decay without lr": (
            "You shrink the image by decay itself in each step. The decay is part of the goal, "
            "whose gradient is multiplied by lr.",
            in_eval(
                penalty=lambda x: 0 * x.sum(),
                step=lambda x, g, lr, decay: x + lr * g - 2 * decay * x,
            ),
            in_eval(
                penalty=lambda x: 0 * x.sum(),
                step=lambda x, g, lr, decay: x + lr * g - decay * x,
            ),
            in_eval(
                penalty=lambda x: 0 * x.sum(),
                step=lambda x, g, lr, decay: (x + lr * g) * (1 - decay),
            ),
        ),
        "no decay": (
            "You leave the decay out of the goal.",
            in_eval(penalty=lambda x: 0 * x.sum()),
        ),
        "another decay": (
            "You punish another size of the image: its mean square, its norm, its absolute values, "
            "or its plain sum. The goal holds the sum of all x².",
            in_eval(penalty=lambda x: (x**2).mean()),
            in_eval(penalty=lambda x: x.norm()),
            in_eval(penalty=lambda x: x.abs().sum()),
            in_eval(penalty=lambda x: x.sum() ** 2),
            in_eval(penalty=lambda x: x.sum()),
        ),
        "decay as a step of its own": (
            "You take the decay off in a second step, of what the first has made. Both gradients "
            "are taken at the same x.",
            in_eval(penalty=lambda x: 0 * x.sum(), step=decay_last),
        ),
        "from start": (
            "In each step you take the gradient at start, or begin with start again. Go on from "
            "what the step before has made.",
            restoring(from_start(stale=True)),
            restoring(from_start(stale=False)),
        ),
        "averaged over images": (
            "You average the logits, or all of the goal, over the images. Then an image's steps "
            "depend on how many there are: add up.",
            in_eval(score=lambda logits, target: of_logit(logits, target) / len(logits)),
            in_eval(
                score=lambda logits, target: of_logit(logits, target) / len(logits),
                penalty=lambda x: (x**2).sum() / len(x),
            ),
        ),
        "probability": (
            "You raise the probability of the class or its logarithm, which also rises where the "
            "other classes fall. Take the logit.",
            in_eval(score=over_probabilities),
            in_eval(score=over_log_probabilities),
        ),
        "another class": (
            "You raise other logits than that of each image's class: one class for all, the "
            "largest, or all.",
            in_eval(score=lambda logits, target: logits[:, target[0]].sum()),
            in_eval(score=lambda logits, target: logits.amax(1).sum()),
            in_eval(score=lambda logits, target: logits.sum()),
            in_eval(score=lambda logits, target: logits[:, target].sum()),
        ),
        "gradients add up": (
            "The gradients of earlier steps are still in yours: x.grad adds up. Take each step's "
            "alone, by torch.autograd.grad, say.",
            in_eval(added=True),
        ),
        "gradient scaled": (
            "You scale or clamp the gradient, or take its sign alone. Add lr times the gradient "
            "itself.",
            in_eval(step=lambda x, g, lr, decay: x + lr * g / g.norm()),
            in_eval(step=lambda x, g, lr, decay: x + lr * g / (g.std() + 1e-8)),
            in_eval(step=lambda x, g, lr, decay: x + lr * g.sign()),
            in_eval(step=lambda x, g, lr, decay: x + lr * g.clamp(-1, 1)),
        ),
        "another optimiser": (
            "You let an optimiser change the steps: Adam, or momentum. Add lr times the gradient.",
            by_optimiser(torch.optim.Adam),
            by_optimiser(momentum=0.9),
        ),
        "number of steps": (
            "You take another number of steps than steps says.",
            in_eval(times=1),
            in_eval(times=-1),
        ),
        "clamped": (
            "You clamp the images. No number of theirs is bounded here.",
            in_eval(step=lambda x, g, lr, decay: (x + lr * g).clamp(0, 1)),
            in_eval(finished=lambda x: x.detach().clamp(0, 1)),
            in_eval(step=within(1)),
            in_eval(step=within(3)),
        ),
        "left frozen": (
            "You set requires_grad of the parameters to False, and leave it so. Let them be: "
            "torch.autograd.grad(goal, x) touches none.",
            restoring(frozen),
        ),
        "another start": (
            "You do not begin with start.",
            in_eval(begin=torch.zeros_like),
        ),
        "what was added": (
            "You return what was added to the images, or the last gradient. Return the images.",
            in_eval(step=lambda x, g, lr, decay: g),
        ),
        "in train mode": (
            "You run the model in the mode that it came in, or in train mode. Then an image's "
            "steps depend on the others, and on chance: run it in eval mode.",
            way(),
            copied_as_it_is,
        ),
        "tracked": (
            "Your images still require a gradient. Detach them.",
            in_eval(finished=lambda x: x.clone().requires_grad_()),
            in_eval(finished=lambda x: x),
        ),
        "gradients added to the model": (
            "backward() adds gradients to all parameters. torch.autograd.grad(goal, x) gives this "
            "one and touches nothing else.",
            restoring(backwards(lambda model: None)),
        ),
        "gradients thrown away": (
            "zero_grad() throws away the gradients that the parameters held. "
            "torch.autograd.grad(goal, x) touches none.",
            restoring(backwards(lambda model: model.zero_grad())),
        ),
        **left_modes(way()),
    },
    right=(in_eval(), on_a_copy, BY_SGD),
    hints=(
        "Begin with start.detach().clone(), which requires a gradient in each step: "
        "x.requires_grad_().",
        "goal = logits.gather(1, target[:, None]).sum() - decay * (x**2).sum()",
        "(gradient,) = torch.autograd.grad(goal, x); then x = x.detach() + lr * gradient.",
    ),
)
