"""Part B: the fast gradient sign method."""

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.modes import restoring
from grader.sections.adversarial import steps
from grader.sections.adversarial.drawing import one_step_asked
from grader.sections.adversarial.stays import MODEL, gradient_mistakes, mode_mistakes
from grader.sections.adversarial.steps import in_eval, one_step, per_image


def fgsm(model: torch.nn.Module, x: Tensor, y: Tensor, eps: float) -> Tensor:
    """Each pixel moved by eps to the side on which the loss is larger."""
    return (x + eps * steps.slopes(model, x, y).sign()).clamp(0, 1).float()


def _cases(draw: Draw) -> list[Case]:
    case = one_step_asked(draw, 1_000)
    return [
        case("pixels that are black and white", "norms", 2, 15),
        case("no pixel near black or white", "norms", 2, 10, pixels="middle"),
        case("no step at all, then a large one", "dense", 2, 0, 60),
        case("one image, with pixels that the model does not read", "strided", 1, 12),
        case("a frozen model, and images with one channel", "dense", 3, 12, state="frozen"),
        case("a model of which a part is in eval mode", "norms", 3, 12, state="mixed"),
        case("a model in train mode whose last layer alone learns", "norms", 3, 10, state="head"),
    ]


_BY_LENGTH = in_eval(steps.summed, lambda g, eps: eps * g / per_image(g, lambda f: f.norm(dim=1)))
_BY_LARGEST = in_eval(
    steps.summed, lambda g, eps: eps * g / per_image(g, lambda f: f.abs().amax(1))
)

FGSM = Exercise(
    id="adversarial.fgsm",
    title="The fast gradient sign method",
    points=3,
    minutes=12,
    covers=("E14.30",),
    example=(
        (
            Case(
                args=(
                    *(("linear", 0), torch.tensor([[[[0.5, 0.25, 0.75]]]]), torch.tensor([0])),
                    [0.125],
                )
            ),
            {"form": "", "images": torch.tensor([[[[[0.625, 0.125, 0.75]]]]]), "model": ""},
        ),
    ),
    cases=_cases,
    reference=fgsm,
    through="ask_step",
    promises=("unchanged",),
    parts={
        "form": "Return one tensor of the shape of x that requires no gradient.",
        "images": "Your images are not those of one step along the sign of the gradient.",
        "model": MODEL,
    },
    wrong={
        "downhill": (
            "You go downhill: the loss of y falls. An attack makes it rise: add eps times the "
            "sign.",
            in_eval(sign=-1),
        ),
        "no sign": (
            "You step along the gradient itself, or a scaled one. Take its sign: then every pixel "
            "moves by eps.",
            in_eval(move=lambda g, eps: eps * g),
            in_eval(steps.summed, lambda g, eps: eps * g),
            _BY_LENGTH,
            _BY_LARGEST,
            in_eval(move=lambda g, eps: eps * g / g.abs().max()),
            in_eval(move=lambda g, eps: eps * g / g.norm()),
        ),
        "step clamped": (
            "You clamp the step to [0, 1], not the images: no pixel can become darker.",
            in_eval(move=lambda g, eps: steps.signed(g, eps).clamp(0, 1), keep=lambda x: x),
        ),
        "not clamped": (
            "Some of your pixels leave [0, 1], which no image has. Clamp after the step.",
            in_eval(keep=lambda x: x),
        ),
        "another range": (
            "You clamp to another range: that of these images, one end alone, or from -1. Pixels "
            "lie in [0, 1], whatever those of x are.",
            in_eval(keep=lambda x: x.clamp(min=0)),
            in_eval(keep=lambda x: x.clamp(max=1)),
            in_eval(keep=lambda x: x.clamp(-1, 1)),
            restoring(
                lambda model, x, y, eps: one_step(keep=lambda z: z.clamp(x.min(), x.max()))(
                    model, x, y, eps
                )
            ),
        ),
        "labels ignored": (
            "You take the classes that the model predicts, not those in y.",
            in_eval(labels=lambda logits, y: logits.argmax(1)),
        ),
        "softmax twice": (
            "You apply softmax before the cross-entropy, which applies it itself: give it logits.",
            in_eval(steps.softmax_twice),
        ),
        "logit alone": (
            "You lower the logit of y alone, as F.nll_loss does of logits. The other classes "
            "count, too: take the cross-entropy.",
            in_eval(steps.logit_alone),
        ),
        "a gradient of zero": (
            "Where the gradient is 0 you move the pixel all the same. The sign of 0 is 0.",
            in_eval(move=lambda g, eps: torch.where(g >= 0, eps, -eps)),
            in_eval(move=lambda g, eps: torch.where(g > 0, eps, -eps)),
        ),
        "eps of 255": (
            "You divide or multiply eps. It is in units of the pixels, which lie in [0, 1].",
            in_eval(move=lambda g, eps: eps / 255 * g.sign()),
            in_eval(move=lambda g, eps: eps * 255 * g.sign()),
        ),
        "the perturbation alone": (
            "You return what is added to the images. Return the images.",
            in_eval(join=lambda x, move: move, keep=lambda x: x),
            in_eval(join=lambda x, move: move),
        ),
        "tracked": (
            "The images that you return still require a gradient. Detach them.",
            in_eval(finished=lambda x: x),
        ),
        **mode_mistakes(one_step()),
        **gradient_mistakes(steps.backwards),
        "left frozen": (
            "You set requires_grad of the parameters to False, and leave it so. Let them be: "
            "torch.autograd.grad(loss, x) touches none.",
            restoring(steps.frozen),
        ),
        "unfrozen": (
            "You set requires_grad of all parameters to True afterwards, also of those that came "
            "frozen. Let them be: torch.autograd.grad(loss, x) touches none.",
            restoring(steps.unfrozen),
        ),
        "a hook left": (
            "You leave a hook on the model. Remove it, or take torch.autograd.grad(loss, x).",
            restoring(steps.hooked),
        ),
    },
    right=(
        in_eval(steps.summed),
        restoring(steps.by_delta),
        restoring(steps.gradients_put_back()),
        steps.on_a_copy(
            one_step(lambda logits, y: -F.softmax(logits, 1)[range(len(y)), y].log().mean())
        ),
        restoring(steps.image_by_image(one_step())),
    ),
    hints=(
        "A copy of x requires the gradient: x.detach().clone().requires_grad_(). x itself stays as "
        "it is.",
        "loss = F.cross_entropy(model(x), y) in eval mode; (gradient,) = torch.autograd.grad(loss, "
        "x).",
        "Add eps * gradient.sign(), then clamp to [0, 1].",
    ),
)
