"""What is wrong with the answer to one case."""

import re
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.answer import Answer
from course_lib.checks.case import Case
from course_lib.checks.compare import Difference, as_tensor, describe, difference, kind
from course_lib.checks.errors import explained, kind_of_error
from course_lib.checks.exercise import Public
from course_lib.checks.finding import Finding, Partly
from course_lib.checks.modules import shapes, wrong_output, wrong_parameters
from course_lib.checks.verdict import Picture

LIST = "list"
"""Name of the finding that a list or an array came where the text promises a tensor."""


def in_case(
    exercise: Public, case: Case, answer: Answer, wanted: Answer | None, hidden: bool
) -> Finding | None:
    """What is wrong, or nothing.

    Args:
        wanted: the right answer; None where a property judges.
    """
    about = f"For {case.about}: " if case.about else ""
    if answer.missing:
        return Finding(f"{about}`raise NotImplementedError` was reached here.", "missing")
    if wanted is not None and wanted.error:
        return _in_error(answer, wanted, about, hidden)
    if answer.error:
        says = explained(answer.error, answer.line, hidden=hidden)
        return Finding(f"{about}your code raised {says}", "raises")
    # Many questions in one are answered by a list of answers.
    came = answer.value if case.each and isinstance(answer.value, list) else [answer.value]
    if "tensor" in exercise.promises and answer.array:
        says = "Return a tensor: yours is a NumPy array. Stay with operations of torch."
        return Finding(says, LIST)
    if "tensor" in exercise.promises:
        for value in came:
            if isinstance(value, (list, tuple)):
                return Finding(no_list(value), LIST)
    if wanted is None:
        return _held(exercise, case, answer, about, hidden)
    if exercise.asks == "module":
        unlike = wrong_parameters(shapes(wanted.value), shapes(answer.value))
        if unlike:
            return Finding(unlike.discreet if hidden else unlike.text, "parameters", first=True)
        found = wrong_output(wanted.value, answer.value, exercise.tolerance)
    else:
        expected = as_tensor(wanted.value) if "tensor" in exercise.promises else None
        expected = wanted.value if expected is None else expected
        found = difference(expected, answer.value, exercise.tolerance)
    if found is None:
        return None
    if _cut(wanted.value, answer.value):
        says = "Your numbers are cut to whole ones: a tensor of integers holds no fractions."
        return Finding(f"{says} Make it one of floats.", "whole", first=True)
    picture = _picture(wanted.value, answer.value) if exercise.asks == "function" else None
    return Finding(_said(exercise, found, about, hidden), picture=picture)


def _said(exercise: Public, found: Difference, about: str, hidden: bool) -> str:
    text = found.discreet if hidden else found.text
    if exercise.asks == "value" and not hidden:
        text = found.place or text  # the answer itself is not shown
    return f"{about}{text}." if about else f"{text[:1].upper()}{text[1:]}."


def _cut(wanted: Any, came: Any) -> bool:
    return (
        isinstance(came, Tensor)
        and isinstance(wanted, Tensor)
        and wanted.shape == came.shape
        and not came.is_floating_point()
        and came.dtype is not torch.bool
        and wanted.is_floating_point()
        and bool(((wanted - came).abs() < 1).all())
    )


def _in_error(answer: Answer, wanted: Answer, about: str, hidden: bool) -> Finding | None:
    """What is wrong where an error is right, with a message that holds the right one's numbers."""
    name, _, text = wanted.error.partition(": ")
    says = f"raise {name} with a message that says why."
    if not answer.error:
        return Finding(
            f"{about}your code answers, but there is nothing to answer: {says}", "no error"
        )
    came, _, message = answer.error.partition(": ")
    if came != name:
        error = kind_of_error(answer.error) if hidden else explained(answer.error, answer.line)
        return Finding(
            f"{about}your code raised {error}. Look for what cannot be beforehand, and {says}",
            "other error",
        )
    if not message.strip():
        return Finding(f"{about}your {name} has no message. Say what is wrong.", "no message")
    if not set(re.findall(r"\d+", text)) <= set(re.findall(r"\d+", message)):
        says = "Its message should hold the numbers that do not fit together."
        return Finding(f"You raise a {name}, good. {says}", "message")
    return None


def _held(exercise: Public, case: Case, answer: Answer, about: str, hidden: bool) -> Finding | None:
    """What a property finds."""
    came = describe(answer.value) if not hidden else kind(answer.value)
    if answer.value is None:
        return Finding(f"{about}got {kind(None)}.", "property")
    assert exercise.holding is not None, f"{exercise.id} has neither a reference nor a property"
    try:
        found = exercise.holding(answer.value, *case.args, *case.facts, **case.kwargs)
    except Exception:  # what was answered is no plain number or tensor as the property needs
        return Finding(f"{about}this cannot be used: {came}.", "property")
    if found is None:
        return None
    if isinstance(found, Partly):
        says, name = found.says or exercise.says[found.name], found.name if found.share < 1 else ""
        return Finding(says, name, share=found.share, flags=found.flags, curve=found.curve)
    if found in exercise.says:
        return Finding(exercise.says[found], found)
    # A sentence about the form helps only beside the form that came.
    form = as_tensor(answer.value) is None or "shape" in found or "list of" in found
    shown = f" You returned {came}." if form and not isinstance(answer.value, str) else ""
    return Finding(f"{found}{shown}", "property")


def no_list(value: Sequence[Any]) -> str:
    """What to tell where a list came instead of a tensor."""
    if len(value) == 1 and isinstance(value[0], Tensor) and value[0].dim():
        return (
            "Return the tensor itself: yours is alone in a list or tuple, as torch.autograd.grad "
            "gives it. Take it out with [0]."
        )
    if _values_and_indices(value):
        return (
            ".max(dim=...) and .min(dim=...) give two tensors, the values and where they stand: "
            "take .values."
        )
    if _holds_tensors(value):
        return (
            "Return one tensor, not a list of tensors. torch.stack joins them along a new axis, "
            "torch.cat along one that they have."
        )
    return "Return a tensor (torch.tensor(...)), not a list."


def _values_and_indices(value: Sequence[Any]) -> bool:
    """Whether this is what `Tensor.max(dim)` gives."""
    if len(value) != 2 or not all(isinstance(one, Tensor) for one in value):
        return False
    values, indices = value
    return bool(values.shape == indices.shape and indices.dtype is torch.int64)


def _holds_tensors(value: Any) -> bool:
    """Whether a list, or one in it, holds tensors."""
    if isinstance(value, (list, tuple)):
        return any(map(_holds_tensors, value))
    return isinstance(value, Tensor)


def _picture(expected: Any, got: Any) -> Picture | None:
    wanted, came = as_tensor(expected), as_tensor(got)
    if wanted is None or came is None or wanted.shape != came.shape:
        return None
    if wanted.dim() != 2 or max(wanted.shape) > 16 or not isinstance(expected, Tensor):
        return None
    return Picture(wanted, came)
