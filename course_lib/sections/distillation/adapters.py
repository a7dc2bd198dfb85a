"""How losses and an epoch are asked: gradients, and a teacher and a student that cannot travel."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks import traces
from course_lib.sections.distillation.tiny_nets import network_of

Losses = Callable[..., Any]


def ask_loss(loss: Losses, student: Tensor, teacher: Tensor, *others: Any) -> dict[str, Any]:
    """Asks for a loss of logits, and for its gradients.

    Returns:
        "form": "fine", or what is not; "loss": its value, "not finite" for NaN and infinite ones;
        "gradient" in the student's logits, None where there is none or it is not finite;
        "teacher": whether a "gradient" goes into the teacher's, or "none"; "logits": whether they
        are "as before".
    """
    leaves = [logits.clone().requires_grad_() for logits in (student, teacher)]
    # No leaves, so that writing into one is told as what it is.
    given = [leaf.clone() for leaf in leaves]
    came = loss(*given, *others)
    same = all(torch.equal(a, b) for a, b in zip(given, (student, teacher), strict=True))
    form = _form(came)
    own = into_teacher = None
    if form == "fine":
        own, into_teacher = torch.autograd.grad(came, leaves, allow_unused=True)
    number = isinstance(came, (float, int)) or form in ("fine", "no gradient")
    return {
        "form": form,
        "loss": _number(came) if number else None,
        "gradient": own if own is not None and bool(own.isfinite().all()) else None,
        "teacher": "none" if into_teacher is None or not into_teacher.any() else "gradient",
        "logits": "as before" if same else "changed",
    }


def _form(came: Any) -> str:
    if not isinstance(came, Tensor):
        return "no tensor"
    if came.dim():
        return "several numbers"
    return "fine" if came.requires_grad else "no gradient"


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
        "modes": those in which the student ran (1: train), and the teacher's (0: eval, as if it
        never ran); "student": whether it has seen the batches, each once; "teacher": what has
        changed of it; "steps": how many the optimiser made;
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
    came = distil_epoch(student, teacher, _given(batches, once), optimizer, T, alpha)
    number = isinstance(came, (float, int)) or (isinstance(came, Tensor) and came.numel() == 1)
    modes = {name: {mode for mode, _ in calls} for name, calls in met.items()}
    return {
        "modes": [sorted(modes["student"]), sorted(modes["teacher"] or {0.0})],
        "student": _shown(met["student"], images),
        "teacher": traces.changed(before, teacher),
        "steps": len(steps),
        "weights": torch.stack([*steps, _weights(student)]),
        "form": "tracked" if isinstance(came, Tensor) and came.requires_grad else "fine",
        "loss": _number(came) if number else None,
    }


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
