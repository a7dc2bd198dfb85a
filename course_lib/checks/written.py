"""A case's inputs, written as the call that they were asked with."""

from typing import Any

from torch import Tensor

from course_lib.checks.case import Case, drawn_weights
from course_lib.checks.compare import number
from course_lib.checks.exercise import Public

_MOST_NUMBERS = 36
_LONGEST = 260


def written(exercise: Public, case: Case) -> str:
    """The call, "corr1d([1, 2, 3], [1, -1])", or "" where it would be long."""
    if exercise.asks == "module":
        state = drawn_weights(case.weights)
        weights = ", ".join(f"{name} = {_text(value)}" for name, value in state.items())
        inputs = ", ".join(_text(value) for value in case.inputs)
        call = f"forward({inputs}) with {weights}"
        tensors = [*case.inputs, *state.values()]
    else:
        named = [f"{name}={_text(value)}" for name, value in case.kwargs.items()]
        call = f"{exercise.name}({', '.join([*(_text(value) for value in case.args), *named])})"
        tensors = [*case.args, *case.kwargs.values()]
        if exercise.through and not all(map(_plain, [*case.args, *case.kwargs.values()])):
            return ""  # what the adapter makes an input of, which is none itself
    numbers = sum(value.numel() for value in tensors if isinstance(value, Tensor))
    asked = case.args or case.kwargs or case.inputs
    return call if asked and numbers <= _MOST_NUMBERS and len(call) <= _LONGEST else ""


def _plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_plain, value))
    return not isinstance(value, (dict, str))


def _text(value: Any) -> str:
    if isinstance(value, Tensor):
        return _text(value.detach().tolist())
    if isinstance(value, list):
        return f"[{', '.join(_text(item) for item in value)}]"
    return number(value) if isinstance(value, float) else repr(value)
