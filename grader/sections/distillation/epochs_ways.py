"""Epochs of distillation, right and wrong."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from grader.sections.distillation.mixing_ways import mixed

Epoch = Callable[..., Any]
"""(student, teacher, batches, optimizer, T, alpha) -> what is returned."""

LOSS = mixed()


def weighted(losses: list[Tensor], sizes: list[int]) -> Any:
    """The mean loss an image."""
    return total(losses, sizes) / sum(sizes)


def total(losses: list[Tensor], sizes: list[int]) -> Any:
    """The loss of all images together."""
    return sum(loss.item() * n for loss, n in zip(losses, sizes, strict=True))


def mean_of_means(losses: list[Tensor], sizes: list[int]) -> Any:
    return sum(loss.item() for loss in losses) / len(losses)


def tracked_mean(losses: list[Tensor], sizes: list[int]) -> Any:
    """The same, which hangs on the steps still."""
    return sum(loss * n for loss, n in zip(losses, sizes, strict=True)) / sum(sizes)


def full_batches(batches: Iterable[Any]) -> list[Any]:
    """Those that are as large as the first."""
    given = list(batches)
    return [(x, y) for x, y in given if len(x) == len(given[0][0])]


def no_length(batches: Iterable[Any]) -> list[Any]:
    """Goes wrong where they come one by one."""
    len(batches)  # type: ignore[arg-type]
    return list(batches)


def by_hand(student: nn.Module) -> None:
    """A step without the optimiser."""
    with torch.no_grad():
        for parameter in student.parameters():
            assert parameter.grad is not None
            parameter.sub_(0.1 * parameter.grad)


def way(
    *,
    loss_of: Callable[..., Tensor] = LOSS,
    teach: Callable[[nn.Module], nn.Module] = lambda teacher: copy.deepcopy(teacher).eval(),
    tracked: bool = False,
    mode: Callable[[nn.Module], Any] = nn.Module.train,
    learner: Callable[[nn.Module], nn.Module] = lambda student: student,
    clear: str = "before",
    steps: str = "each",
    again: bool = False,
    batches_of: Callable[[Iterable[Any]], list[Any]] = list,
    returned: Callable[[list[Tensor], list[int]], Any] = weighted,
) -> Epoch:
    """An epoch; the settings say what is done otherwise.

    Args:
        teach: what is run as the teacher.
        learner: what is run as the student.
        tracked: whether the teacher's graph is kept.
        clear: when gradients are cleared: "before" backward, "after" the step, "late" between the
            two, "once" at the beginning, or "never".
        steps: after "each" batch, "once" after the loop, "never", or by "hand".
        again: the loss that is returned is computed once more, after the step.
    """

    def answer(
        student: Any, teacher: Any, batches: Any, optimizer: Any, T: float, alpha: float
    ) -> Any:
        runs, learns, losses, sizes = teach(teacher), learner(student), [], []
        mode(learns)
        if clear == "once":
            optimizer.zero_grad()
        for x, y in batches_of(batches):
            with torch.set_grad_enabled(tracked):
                targets = runs(x)
            if clear == "before":
                optimizer.zero_grad()
            loss = loss_of(learns(x), targets, y, T, alpha)
            loss.backward()
            if clear == "late":
                optimizer.zero_grad()
            if steps == "each":
                optimizer.step()
            elif steps == "hand":
                by_hand(student)
            if clear == "after":
                optimizer.zero_grad()
            if again:
                loss = loss_of(learns(x), targets, y, T, alpha)
            losses.append(loss)
            sizes.append(len(x))
        if steps == "once":
            optimizer.step()
        return returned(losses, sizes)

    return answer


def setting_modes(after: Callable[[Any, list[bool]], None], **settings: Any) -> Epoch:
    """The teacher itself is put into eval mode; `after` gets it and the modes of its modules."""

    def answer(student: Any, teacher: Any, *others: Any) -> Any:
        modes = [module.training for module in teacher.modules()]
        result = way(teach=lambda model: model.eval(), **settings)(student, teacher, *others)
        after(teacher, modes)
        return result

    return answer


def put_back(teacher: Any, modes: list[bool]) -> None:
    for module, training in zip(teacher.modules(), modes, strict=True):
        module.training = training


def frozen(thawed: bool) -> Epoch:
    """The teacher's parameters require no gradient, for good, or all of them require one then."""

    def after(teacher: Any, modes: list[bool]) -> None:
        put_back(teacher, modes)
        teacher.requires_grad_(thawed)

    return setting_modes(after)


def cleared(teacher: Any, modes: list[bool]) -> None:
    put_back(teacher, modes)
    teacher.zero_grad()


def counted_first(student: Any, teacher: Any, batches: Any, *others: Any) -> float:
    """Goes through the batches to count the images, and then once more."""
    images = sum(len(y) for _, y in batches)
    return float(way(returned=total)(student, teacher, batches, *others)) / images


def taught_beforehand(
    student: Any, teacher: Any, batches: Any, optimizer: Any, T: float, alpha: float
) -> float:
    """The teacher's logits of each batch first, and then the steps: in inference mode."""
    known, given = copy.deepcopy(teacher), list(batches)
    known.eval()
    with torch.inference_mode():
        logits = [known(x) for x, _ in given]
    total = 0.0
    student.train()
    for (x, y), targets in zip(given, logits, strict=True):
        student.zero_grad(set_to_none=False)
        loss = LOSS(student(x), targets.clone(), y, T, alpha)
        loss.backward()
        optimizer.step()
        total += float(loss.detach()) * x.shape[0]
    return total / sum(len(y) for _, y in given)
