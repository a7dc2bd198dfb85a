"""Says how an answer differs from the expected one, in words for its author."""

import math
import numbers
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.errors import kind_of_error
from course_lib.checks.wire import Opaque

RAISES = "raises "
"""Begins what stands for an answer where many are asked at once and one ends in an error."""

EXACT = 1e-12
"""Tolerance of counts: with a larger one some biases would vanish beside millions of weights."""


_OPAQUE = ("a complex tensor", "a tensor that is not dense", "a tensor too large to be an answer")
"""What `wire` says of tensors that cannot travel."""


@dataclass(frozen=True)
class Difference:
    """Why two values are not equal.

    Attributes:
        text: with the values, for public cases.
        discreet: without any number, and any word that the learner's code put there, for hidden
            cases.
        place: where they differ and what came there, for answers that are not to be shown; ""
            where `text` shows none.
    """

    text: str
    discreet: str
    place: str = ""


def difference(expected: Any, got: Any, tolerance: float, where: str = "") -> Difference | None:
    """The first difference between what was expected and what came, or nothing.

    Numbers are equal when they differ by at most `tolerance` times the largest expected number
    (at least 1) of those that are finite; infinite ones equal themselves only, and NaN nothing.
    Python, numpy and torch numbers, and lists, arrays and tensors of one shape, are the same;
    true and false are no numbers.
    """
    prefix = f"{where}: " if where else ""
    must_raise, raised = _raised(expected), _raised(got)
    if must_raise == raised != "":
        return None
    if must_raise:
        said = f"this must raise {must_raise}"
        return _report(prefix, f"{said}, got {describe(got)}", said)
    if raised:
        return _report(prefix, f"your code raises {raised} here", f"your code raises {raised}")
    if isinstance(expected, dict):
        return _dict_difference(expected, got, tolerance, where)
    if isinstance(expected, (bool, str)) or expected is None:
        value = got.item() if isinstance(got, Tensor) and got.numel() == 1 else got
        if type(value) is type(expected) and value == expected:
            return None
        return _report(prefix, f"expected {expected!r}, got {describe(value)}", "not as expected")
    if isinstance(expected, (list, tuple)) and as_tensor(expected) is None:
        return _list_difference(expected, got, tolerance, where)
    wanted = as_tensor(expected)
    assert wanted is not None, f"a reference answered {describe(expected)}"
    came = as_tensor(got)
    if came is None:
        text = _ragged(wanted, got) or f"expected {describe(expected)}, got {describe(got)}"
        discreet = f"expected {kind(expected)}, got {kind(got)}"
        if kind(expected) == kind(got):
            discreet = "an item is no number, or the rows are not of one length"
        return _report(prefix, text, discreet)
    if came.shape != wanted.shape:
        squeezed = came.squeeze().shape == wanted.squeeze().shape
        if squeezed and came.dim() != wanted.dim():
            extra = " (only axes of size one differ: one too many, or one too few)"
        else:
            extra = ""
        flat = isinstance(expected, (list, tuple)) and wanted.dim() == 1 and not where
        what = describe(expected) if flat else _shape(wanted)
        text = f"expected {what}, got {_shape(came)}{extra}"
        if wanted.dim() == came.dim() == 1:
            text = f"expected {_count(len(wanted))}, got {len(came)}"
        elif isinstance(got, (list, tuple)):
            if isinstance(expected, (list, tuple)) and len(expected) != len(got):
                what = describe(expected)
            text = f"expected {what}, got {describe(got)}"
        return _report(prefix, text, f"the shape is not the expected one{extra}")
    if torch.isnan(came).any() and not torch.isnan(wanted).any():
        return _report(prefix, "the answer holds NaN (not a number)", "the answer holds NaN")
    near = (came - wanted).abs() <= tolerance * scale_of(wanted)
    unlike = ~(near | (came == wanted))
    if bool(unlike.any()):
        wrong = unlike.nonzero().tolist()
        first = tuple(wrong[0])
        expects, gets = _told_apart(wanted[first].item(), came[first].item())
        if wanted.numel() == 1:
            return Difference(
                f"{prefix}expected {expects}, got {gets}",
                f"{prefix}the number is not the expected one",
                f"{prefix}{gets} is not the number expected",
            )
        named = f" (row {first[0]}, column {first[1]})" if len(first) == 2 else ""
        verb = "differs" if len(wrong) == 1 else "differ"
        place = f"{len(wrong)} of {wanted.numel()} numbers {verb}; first at {wrong[0]}{named}: "
        return Difference(
            f"{prefix}{place}expected {expects}, got {gets}",
            f"{prefix}the shape is right, the numbers are not",
            f"{prefix}{place}got {gets}",
        )
    return None


def _raised(value: Any) -> str:
    """The kind of error that a text stands for, or ""."""
    if not (isinstance(value, str) and value.startswith(RAISES)):
        return ""
    return kind_of_error(value.removeprefix(RAISES))


def scale_of(wanted: Tensor) -> float:
    """What a tolerance is relative to: the largest finite number, at least 1."""
    finite = wanted.abs()[wanted.isfinite()]
    return max(1.0, float(finite.max())) if finite.numel() else 1.0


def as_tensor(value: Any) -> Tensor | None:
    """A number, or a tensor or (nested) list of numbers, as float64; None for all else."""
    if isinstance(value, Tensor):
        no_number = value.dtype is torch.bool or value.is_complex()
        return None if no_number else value.detach().double()
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        try:
            return torch.tensor(float(value), dtype=torch.float64)
        except OverflowError:
            return torch.tensor(math.inf, dtype=torch.float64)
    if isinstance(value, (list, tuple)):
        items = [as_tensor(item) for item in value]
        if not items:
            return torch.empty(0, dtype=torch.float64)
        first = items[0]
        if first is None or any(item is None or item.shape != first.shape for item in items):
            return None
        return torch.stack([item for item in items if item is not None])
    return None


def kind(value: Any) -> str:
    """What a value is, in words, without the value."""
    if value is None:
        return "None (does the function return its result?)"
    if isinstance(value, Opaque):
        # The rest of it, a type's name say, the learner's code may have put there.
        known = (name for name in _OPAQUE if value.what.startswith(name))
        return next(known, "something that cannot be sent as an answer")
    if isinstance(value, bool):
        return "True or False"
    if isinstance(value, Tensor):
        return "a tensor of true and false" if value.dtype is torch.bool else "a tensor"
    if isinstance(value, numbers.Real):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, dict):
        return "a dict"
    if isinstance(value, (list, tuple)):
        return "a list"
    return f"a value of type {type(value).__name__}"


def describe(value: Any) -> str:
    """What a value is, in words, with the value where it is short."""
    if isinstance(value, Tensor) and value.dtype is not torch.bool:
        return _shape(value)
    if isinstance(value, Opaque):
        return value.what
    if isinstance(value, bool):
        return repr(value)
    if isinstance(value, numbers.Real):
        return f"the number {number(float(value))}"
    if isinstance(value, str):
        return f'the text "{value[:60]}"'
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return kind(value)


def number(value: float) -> str:
    """A number as people write it: whole ones in full, else 6 digits; rounding noise is 0."""
    if not math.isfinite(value) or abs(value) >= 2**53:
        return f"{value:.6g}"
    if abs(value) < 1e-6:
        return "0"
    return f"{value:.0f}" if value == int(value) else f"{value:.6g}"


def _told_apart(expected: float, got: float) -> tuple[str, str]:
    """Both numbers, with more digits where they would look the same."""
    texts = number(expected), number(got)
    return texts if texts[0] != texts[1] else (repr(expected), repr(got))


def _count(count: int) -> str:
    return "1 number" if count == 1 else f"{count} numbers"


def _ragged(wanted: Tensor, got: Any) -> str:
    """Which item of a list is no number, or a row of another length than it should; else ""."""
    if not wanted.dim() or not isinstance(got, (list, tuple)) or len(got) != len(wanted):
        return ""
    if wanted.dim() == 1:
        odd = ((i, item) for i, item in enumerate(got) if (t := as_tensor(item)) is None or t.dim())
        return next((f"item {i} is {describe(item)}, expected a number" for i, item in odd), "")
    for index, row in enumerate(got):
        length = row.shape[:1].numel() if isinstance(row, Tensor) and row.dim() else None
        length = len(row) if isinstance(row, (list, tuple)) else length
        if length is not None and length != wanted.shape[1]:
            return f"row {index} has {_count(length)}, expected {wanted.shape[1]}"
    return ""


def _shape(tensor: Tensor) -> str:
    if tensor.dim() == 0:
        return f"the number {number(tensor.item())}"
    return f"a tensor of shape {tuple(tensor.shape)}"


def _report(prefix: str, text: str, discreet: str) -> Difference:
    return Difference(prefix + text, prefix + discreet)


def _dict_difference(expected: Any, got: Any, tolerance: float, where: str) -> Difference | None:
    prefix = f"{where}: " if where else ""
    names = ", ".join(expected)
    if not isinstance(got, dict):
        text = f"expected a dict with {names}, got {kind(got)}"
        return _report(prefix, text, text)
    if set(got) != set(expected):
        found = ", ".join(map(str, got)) or "nothing"
        discreet = f"the names in the dict must be {names}"
        return _report(prefix, f"expected {names}; got {found}", discreet)
    for name, value in expected.items():
        different = difference(value, got[name], tolerance, f"{where} {name}".strip())
        if different:
            return different
    return None


def _list_difference(expected: Any, got: Any, tolerance: float, where: str) -> Difference | None:
    prefix = f"{where}: " if where else ""
    text = f"expected a list of {len(expected)}, got {describe(got)}"
    if not isinstance(got, (list, tuple)):
        return _report(prefix, text, f"expected a list, got {kind(got)}")
    if len(got) != len(expected):
        return _report(prefix, text, "the list has another length than it should")
    for i, (wanted, came) in enumerate(zip(expected, got, strict=True), start=1):
        item = f"item {i}"
        different = difference(wanted, came, tolerance, f"{where} {item}".strip())
        if different:
            return replace(different, discreet=different.discreet.replace(item, "an item", 1))
    return None
