"""Puts cases to an answer and records what comes back. It knows no answer and decides nothing.

The learner's answer, the reference, a mistaken and another right way: all are asked like this.
"""

import copy
import inspect
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, Literal

import torch
from torch import Tensor

from course_lib.checks import modules
from course_lib.checks.answer import Answer
from course_lib.checks.case import Case
from course_lib.checks.compare import RAISES, as_tensor, difference
from course_lib.checks.errors import learner_line
from course_lib.checks.watch import Operations
from course_lib.checks.wire import MAX_TENSOR

Asks = Literal["function", "value", "module", "choice"]

_LONGEST_ERROR = 500


def ask(
    asks: Asks,
    given: Any,
    cases: list[Case],
    *,
    through: Callable[..., Any] | None = None,
    gradient: bool = False,
    twice: bool = True,
    watched: bool = True,
) -> list[Answer]:
    """The answers to the cases, one each; global random state is as before.

    Args:
        given: a function, a value, or a class of modules.
        through: how a function is asked whose inputs cannot travel as they are (a model, say):
            called with the function and the case's plain inputs.
        gradient: ask for the gradients of tensor arguments, too.
        twice: call a second time, to see whether the same comes.
        watched: count the operations that run, which makes each of them some times slower.
    """
    if given is ...:
        return [Answer(missing=True) for _ in cases]
    if asks in ("value", "choice"):
        return [Answer(value=given) for _ in cases]
    call = given if through is None else _through(through, given)
    with torch.random.fork_rng(devices=[]):
        named = given if through is None else None
        answers = [_first(asks, call, named, case, watched) for case in cases]
        if asks == "module" or not (twice or gradient):
            return answers
        return [
            answer
            if answer.error or answer.missing or case.each
            else _second(call, case, answer, gradient)
            for case, answer in zip(cases, answers, strict=True)
        ]


def seed(number: int) -> None:
    """As torch.manual_seed, which writes out the stack for each kind of device that is missing."""
    torch.default_generator.manual_seed(number)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed(number)


def _through(through: Callable[..., Any], given: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: through(given, *args, **kwargs)


def _first(asks: Asks, call: Any, named: Any, case: Case, watched: bool) -> Answer:
    seed(0)
    # Fresh copies: an answer that changes its inputs in place must not change later questions.
    args, kwargs = copy.deepcopy(case.args), copy.deepcopy(dict(case.kwargs))
    value: Any
    gradients = None
    operations = Operations()
    with operations if watched else nullcontext():
        try:
            if asks == "module":
                value, gradients = modules.asked(call(*args, **kwargs), case)
            elif case.each:
                value = [_one_of_many(call, row) for row in copy.deepcopy(case.each)]
            else:
                value = call(*args, **kwargs)
        except Exception as error:
            if isinstance(error, NotImplementedError) and not error.args:
                return Answer(missing=True)  # the stub; PyTorch raises it, too, with a message
            return Answer(
                error=_written(error),
                line=learner_line(error),
                operations=dict(operations.counts),
            )
    if value is ... or value is NotImplemented:
        return Answer(missing=True)
    return Answer(
        value=value,
        operations=dict(operations.counts),
        tracked=isinstance(value, Tensor) and value.requires_grad,
        array=type(value).__module__ == "numpy",
        changed=_changed(named, case.args, args),
        gradients=gradients,
    )


def _written(error: Exception) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
    except Exception:  # an exception of the learner's own, whose text raises another
        return f"{type(error).__name__}: "[:_LONGEST_ERROR]


def _one_of_many(call: Any, row: Any) -> Any:
    try:
        return call(*row)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"{RAISES}{type(error).__name__}"


def _second(call: Any, case: Case, first: Answer, gradient: bool) -> Answer:
    """The answer with what a second call adds: whether the same comes, and the gradients."""
    seed(1)
    args, kwargs = copy.deepcopy(case.args), copy.deepcopy(dict(case.kwargs))
    floats = [arg for arg in args if isinstance(arg, Tensor) and arg.is_floating_point()]
    leaves = floats if gradient else []
    for leaf in leaves:
        leaf.requires_grad_()
    # No leaves, so that writing into one is told as what it is, a changed argument.
    copies = iter([leaf.clone() for leaf in leaves])
    args = tuple(next(copies) if any(arg is leaf for leaf in leaves) else arg for arg in args)
    try:
        value = call(*args, **kwargs)
        same = not _comparable(first.value) or difference(first.value, value, 1e-5) is None
        gradients: Any = _gradients(value, leaves) if gradient else None
    except Exception as error:
        return _with(first, gradients=_written(error) if gradient else None)
    # What is not a number is not equal to itself: that is told as what it is.
    same = same or bool(torch.isnan(as_tensor(first.value)).any())  # type: ignore[arg-type]
    return _with(first, again=same, gradients=gradients)


def _comparable(value: Any) -> bool:
    """Whether a second answer can be compared with it; what is too large to travel fills memory."""
    if isinstance(value, Tensor) and value.numel() > MAX_TENSOR:
        return False
    return as_tensor(value) is not None


def _with(answer: Answer, **parts: Any) -> Answer:
    return Answer(**{**answer.as_plain(), **parts})


def _gradients(value: Any, leaves: list[Tensor]) -> list[Tensor | None]:
    if not isinstance(value, Tensor) or not value.requires_grad:
        return [None for _ in leaves]
    return list(torch.autograd.grad(modules.weighted_sum(value), leaves, allow_unused=True))


def _changed(given: Any, before: tuple[Any, ...], after: tuple[Any, ...]) -> str:
    """The names of the arguments (tensors, lists and dicts of plain data) that have changed.

    Args:
        given: whose arguments they are; None for those of an adapter, which nobody knows by name.
    """
    pairs = enumerate(zip(before, after, strict=True))
    places = [place for place, (old, new) in pairs if not _unchanged(old, new)]
    if not places:
        return ""
    only_marked = all(_same_numbers(before[place], after[place]) for place in places)
    what = " (its requires_grad or its .grad)" if only_marked else ""
    try:
        names = list(inspect.signature(given).parameters)
        return ", ".join(names[place] for place in places)[:100] + what
    except (IndexError, TypeError, ValueError):  # *args, or a callable without a signature
        return f"an argument{what}"


def _same_numbers(old: Any, new: Any) -> bool:
    is_tensor = isinstance(old, Tensor) and isinstance(new, Tensor)
    return is_tensor and old.shape == new.shape and torch.equal(old.detach(), new.detach())


def _unchanged(old: Any, new: Any) -> bool:
    if type(old) is not type(new):
        return False
    if isinstance(old, Tensor):
        same = _same_numbers(old, new)
        return same and old.requires_grad == new.requires_grad and new.grad is None
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(map(_unchanged, old, new))
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_unchanged(old[key], new[key]) for key in old)
    return not isinstance(old, (bool, int, float, str)) or bool(old == new)
