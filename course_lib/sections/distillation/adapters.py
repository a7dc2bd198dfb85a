"""How losses and an epoch are asked: gradients, and a teacher and a student that cannot travel."""

import math
import numbers
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks import traces
from course_lib.sections.distillation.tiny_nets import network_of

Losses = Callable[..., Any]


def ask_table(function: Callable[..., Any], *args: Any) -> Any:
    """Asks for a tensor. What is no number in it comes as an infinite one: NaN equals nothing, not
    even what another makes of the same mistake.
    """
    came = function(*args)
    if not isinstance(came, Tensor) or not came.is_floating_point():
        return came
    return _told(came)


def _told(numbers: Tensor) -> Tensor:
    """With infinity for what is no number."""
    missing = numbers.isnan()
    return numbers.masked_fill(missing, math.inf) if bool(missing.any()) else numbers


def ask_loss(loss: Losses, student: Tensor, teacher: Tensor, *others: Any) -> dict[str, Any]:
    """Asks for a loss of logits, and for its gradients.

    Returns:
        "form": "fine", or what is not; "loss": its value, "not finite" for NaN and infinite ones;
        "gradient" in the student's logits, or "none", or "not finite"; "teacher": whether a
        "gradient" goes into the teacher's, or "none"; "logits": whether they are "as before", with
        their graphs.
    """
    leaves = [logits.clone().requires_grad_() for logits in (student, teacher)]
    # No leaves, so that writing into one is told as what it is.
    given = [leaf.clone() for leaf in leaves]
    came = loss(*given, *others)
    pairs = zip(given, (student, teacher), strict=True)
    same = all(torch.equal(a, b) and a.requires_grad for a, b in pairs)
    form = _form(came)
    own = into_teacher = None
    if form == "fine":
        own, into_teacher = torch.autograd.grad(came, leaves, allow_unused=True)
    gradient: Any = "none" if own is None else own
    if own is not None and not bool(own.isfinite().all()):
        gradient = "not finite"
    return {
        "form": form,
        "loss": _number(came) if _is_number(came) else None,
        "gradient": gradient,
        "teacher": "none" if into_teacher is None or not into_teacher.any() else "gradient",
        "logits": "as before" if same else "changed",
    }


def _form(came: Any) -> str:
    if isinstance(came, (list, tuple)) or (isinstance(came, Tensor) and came.dim()):
        return "several numbers"
    if not isinstance(came, Tensor):
        return "no tensor" if _is_number(came) else "no number"
    return "fine" if came.requires_grad else "no gradient"


def _is_number(came: Any) -> bool:
    """Whether this is one number: a tensor without axes is."""
    if isinstance(came, Tensor):
        return not came.dim() and came.is_floating_point()
    return isinstance(came, numbers.Real) and not isinstance(came, bool)


def _number(came: Any) -> float | str:
    number = float(came.detach() if isinstance(came, Tensor) else came)
    return number if math.isfinite(number) else "not finite"


def ask_epoch(
    distil_epoch: Callable[..., Any],
    classes: int,
    seed: int,
    sizes: Sequence[int],
    T: float,
    alpha: float,
    state: str = "train",
    *,
    momentum: float = 0.0,
    once: bool = False,
) -> dict[str, Any]:
    """Lets the function teach a student for one epoch, who comes in eval mode, with old gradients.

    Args:
        seed: of the weights, the images and the labels.
        sizes: of the batches.
        state: of the teacher, see `network_of`.
        momentum: of the optimiser, which is SGD.
        once: the batches come one by one, and no second time.

    Returns:
        "student": whether it has seen the batches, each once; "modes": those in which it ran (1:
        train, as if it never ran), and the teacher's (0: eval); "teacher": what has changed of it;
        "steps": how many the optimiser made, or "others" where the student has changed without it;
        "weights": the student's after each step; "form": of what is returned; "loss": its value.
    """
    student, teacher = network_of("student", classes, seed), network_of(state, classes, seed + 1)
    met: dict[str, list[Any]] = {"student": [], "teacher": []}
    for name, model in (("student", student), ("teacher", teacher)):
        model.register_forward_hook(_watching(met[name]))
    for weight in student.parameters():
        weight.grad = torch.ones_like(weight)
    student.eval()
    optimizer = torch.optim.SGD(student.parameters(), lr=0.1, momentum=momentum)
    steps: list[Tensor] = []
    optimizer.register_step_post_hook(lambda *step: steps.append(_weights(student)))
    generator = torch.Generator().manual_seed(seed + 2)
    batches = [
        (
            torch.randn(n, 1, 3, 3, generator=generator),
            torch.randint(classes, (n,), generator=generator),
        )
        for n in sizes
    ]
    before, images = traces.seen(teacher), [x.clone() for x, _ in batches]
    settings, learned = _settings(teacher), _learned(student)
    came = distil_epoch(student, teacher, _given(batches, once), optimizer, T, alpha)
    modes = {name: {mode for mode, _ in calls} for name, calls in met.items()}
    moved = not torch.equal(learned, _learned(student))
    return {
        "student": _shown(met["student"], images),
        "modes": [sorted(modes["student"] or {1.0}), sorted(modes["teacher"] or {0.0})],
        "teacher": _given_away(teacher, optimizer)
        or traces.changed(before, teacher)
        or ("" if _settings(teacher) == settings else "settings"),
        "steps": "others" if moved and not steps else len(steps),
        "weights": _told(torch.stack([*steps, _weights(student)])),
        "form": _form_of_mean(came),
        "loss": _number(came) if _is_number(came) else None,
    }


def _form_of_mean(came: Any) -> str:
    if not _is_number(came):
        return "no number"
    return "tracked" if isinstance(came, Tensor) and came.requires_grad else "fine"


def _given_away(teacher: nn.Module, optimizer: torch.optim.Optimizer) -> str:
    """Says so where the optimiser has parameters of the teacher."""
    own = {id(parameter) for parameter in teacher.parameters()}
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    return "in the optimiser" if own & held else ""


def _settings(model: nn.Module) -> list[dict[str, Any]]:
    """Of each module what its layer is made with, as momentum or p."""
    return [
        {
            name: value
            for name, value in vars(module).items()
            if isinstance(value, (int, float)) and name != "training"
        }
        for module in model.modules()
    ]


def _learned(model: nn.Module) -> Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def _watching(met: list[Any]) -> Callable[..., None]:
    """A hook that writes down in which modes a model is run, and on which images."""

    def watch(model: nn.Module, inputs: Any, output: Any) -> None:
        resting = [m for m in model.modules() if isinstance(m, (nn.BatchNorm2d, nn.Dropout))]
        met.append((sum(m.training for m in resting) / len(resting), inputs[0].detach().clone()))

    return watch


def _shown(met: Sequence[Any], images: Sequence[Tensor]) -> str:
    """Whether these are the batches, each once."""
    shown = [x for _, x in met]
    if len(shown) < len(images):
        return "some batches only"
    if len(shown) > len(images):
        return "more than the batches"
    pairs = zip(shown, images, strict=True)
    return "the batches" if all(torch.equal(*pair) for pair in pairs) else "other images"


def _given(batches: Sequence[Any], once: bool) -> Iterable[Any]:
    return iter(batches) if once else list(batches)


def _weights(model: nn.Module) -> Tensor:
    """Its parameters and running averages, in a row."""
    return torch.cat([t.detach().flatten().float() for t in model.state_dict().values()])
