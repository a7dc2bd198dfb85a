"""A case's inputs, written as the call that they were asked with."""

from typing import Any

from torch import Tensor

from course_lib.checks.compare import number
from course_lib.former.exercise import Case, Exercise

_MOST_NUMBERS = 36
_LONGEST = 260


def written(exercise: Exercise, case: Case) -> str:
    """The call ("corr1d([1, 2, 3], [1, -1])"), or "" where it would be long or tells nothing new.

    A case without tensors is called by its `about` already.
    """
    if exercise.asks == "module":
        weights = ", ".join(f"{name} = {_text(value)}" for name, value in case.state.items())
        inputs = ", ".join(_text(value) for value in case.inputs)
        call = f"forward({inputs}) with {weights}"
        tensors = [*case.inputs, *case.state.values()]
    else:
        named = [f"{name}={_text(value)}" for name, value in case.kwargs.items()]
        arguments = ", ".join([*(_text(value) for value in case.args), *named])
        call = f"{exercise.id.rpartition('.')[2]}({arguments})"
        tensors = [*case.args, *case.kwargs.values()]
    tensors = [value for value in tensors if isinstance(value, Tensor)]
    readable = 0 < sum(tensor.numel() for tensor in tensors) <= _MOST_NUMBERS
    return call if readable and len(call) <= _LONGEST else ""


def _text(value: Any) -> str:
    if isinstance(value, Tensor):
        return _text(value.detach().tolist())
    if isinstance(value, list):
        return f"[{', '.join(_text(item) for item in value)}]"
    return number(value) if isinstance(value, float) else repr(value)
