"""How large the soft loss's gradient is at several temperatures, beside that of the labels."""

from collections.abc import Callable
from functools import partial

from torch import Tensor
from torch.nn import functional as F

from course_lib.figures.colours import BLUE, GREEN, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure

_TEMPERATURES = (1, 2, 4, 8, 16)


def gradients(
    soft_loss: Callable[[Tensor, Tensor, float], Tensor],
    student: Tensor,
    teacher: Tensor,
    y: Tensor,
) -> None:
    """Mean absolute entry of the gradients with respect to the student's logits.

    Args:
        soft_loss: the learner's, with the factor T².
        student, teacher: (N, C), logits of both.
        y: (N,), labels.
    """
    with_factor = [
        _size(partial(_at, soft_loss, teacher, float(T)), student) for T in _TEMPERATURES
    ]
    without = [size / T**2 for size, T in zip(with_factor, _TEMPERATURES, strict=True)]
    labels = _size(lambda z: F.cross_entropy(z, y), student)
    figure, (ax,) = new_axes(1, 7.5, 3.4)
    ax.loglog(_TEMPERATURES, with_factor, "o-", color=BLUE, label="soft loss, with T²")
    ax.loglog(_TEMPERATURES, without, "s--", color=VERMILION, label="without T²")
    ax.axhline(labels, color=GREEN, linestyle=":", label="cross-entropy with the labels")
    ax.set_xticks(_TEMPERATURES, [str(T) for T in _TEMPERATURES], minor=False)
    ax.minorticks_off()
    ax.set(xlabel="temperature T", ylabel="size of the gradient", title="what reaches the logits")
    ax.legend(fontsize=9)
    lines = (
        f"T = {T}: {a:.2g} and {b:.2g}"
        for T, a, b in zip(_TEMPERATURES, with_factor, without, strict=True)
    )
    show_figure(
        figure,
        alt="Size of the soft loss's gradient with and without the factor T². "
        f"{'; '.join(lines)}. Cross-entropy with the labels: {labels:.2g}.",
    )


def _at(
    soft_loss: Callable[[Tensor, Tensor, float], Tensor], teacher: Tensor, T: float, student: Tensor
) -> Tensor:
    return soft_loss(student, teacher, T)


def _size(loss: Callable[[Tensor], Tensor], logits: Tensor) -> float:
    z = logits.clone().requires_grad_()
    loss(z).backward()
    assert z.grad is not None
    return float(z.grad.abs().mean())
