"""What is kept of a mistaken answer: enough to recognise it, not enough to read it off.

A learner's file then holds no mistaken tensors, and takes a third of the room.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.compare import as_tensor, difference, scale_of

_KEY, _ALIKE = "~", "="
"""Before a shape: of numbers; of some that are like those of the other value."""
_OTHER, _OTHERS = "'", 3
"""Behind a shape, once for each time that other weights were taken; how many there are."""
_FEW = 8
_DIGITS, _DIGITS_OF_FEW, _DIGITS_OF_WHOLE = 6, 7, 10
"""Digits of a sum: of many numbers, of a few, and of whole ones, which may be counts that differ by
one beside millions."""
_LEAST, _LEAST_OF_FEW, _LEAST_OF_WHOLE = 1e-5, 1e-6, 1e-9
"""Tolerances of sums with that many digits."""
CLOSER = 0.1
"""Who made the same mistake is nearer to it, by this, than what counts as right: two ways of being
wrong may differ by less than a tolerance."""
_WHOLE, _WHOLE_AT_MOST = 1e-6, 1e-3
"""How far from a whole number one may be that is rounded: relative to the scale, and at most."""
_INFINITE = 1000 * math.pi
"""What stands for an infinite number, times the scale: nothing that is drawn comes near it."""


@dataclass(frozen=True)
class Fingerprint:
    """Stands for a value: each tensor (or list of numbers) in it by its shape and a sum."""

    tree: Any

    @classmethod
    def of(cls, value: Any, unlike: Any = None, tolerance: float = 0.0) -> "Fingerprint":
        """That of a value.

        Args:
            unlike: another one; where the two differ, so do the fingerprints, and where they do
                not, that is kept.
            tolerance: up to which they do not.
        """
        return cls(_taken(value, unlike, tolerance))

    def as_plain(self) -> Any:
        return self.tree

    @classmethod
    def from_plain(cls, tree: Any) -> "Fingerprint":
        return cls(tree)

    def part(self, name: str) -> "Fingerprint | None":
        """That of one part of an answer that is a dict."""
        there = isinstance(self.tree, dict) and name in self.tree
        return Fingerprint(self.tree[name]) if there else None

    @property
    def alike(self) -> bool:
        """Whether all of it is like the other value."""
        return _alike(self.tree)

    def fits(self, value: Any, tolerance: float) -> bool:
        """Whether it could be that of `value`, numbers compared as `compare.difference` does."""
        return _fits(self.tree, value, tolerance)


def _alike(tree: Any) -> bool:
    if isinstance(tree, (dict, list)):
        return bool(tree) and all(map(_alike, tree.values() if isinstance(tree, dict) else tree))
    return isinstance(tree, str) and tree.startswith(_ALIKE)


def _taken(value: Any, unlike: Any, tolerance: float) -> Any:
    numbers = as_tensor(value)
    if numbers is not None:
        another = as_tensor(unlike)
        if another is not None and difference(another, numbers, tolerance) is None:
            return f"{_ALIKE}{_shape(numbers)} {_sum(numbers)}"
        for others in range(_OTHERS):
            taken = f"{_KEY}{_shape(numbers)}{_OTHER * others} {_sum(numbers, others)}"
            if another is None or not _fits(taken, another, CLOSER * tolerance):
                break
        return taken
    if isinstance(value, dict):
        there = unlike if isinstance(unlike, dict) else {}
        return {str(k): _taken(item, there.get(k), tolerance) for k, item in value.items()}
    if isinstance(value, (list, tuple)):
        same = isinstance(unlike, (list, tuple)) and len(unlike) == len(value)
        pairs = zip(value, unlike if same else [None] * len(value), strict=True)
        return [_taken(item, another, tolerance) for item, another in pairs]
    return value


def _fits(tree: Any, value: Any, tolerance: float) -> bool:
    if isinstance(tree, str) and tree.startswith((_KEY, _ALIKE)):
        shape, _, stored = tree[1:].partition(" ")
        others = shape.count(_OTHER)
        numbers = as_tensor(value)
        if numbers is None or _shape(numbers) != shape.rstrip(_OTHER):
            return False
        few = numbers.numel() <= _FEW
        near = max(tolerance, _LEAST_OF_FEW if few else _LEAST)
        near = _LEAST_OF_WHOLE if _whole(numbers) else near
        bound = near * scale_of(numbers) * math.sqrt(max(1, numbers.numel()))
        # NaN equals nothing, here as there.
        return abs(float(stored) - float(_sum(numbers, others))) <= bound
    if isinstance(tree, dict):
        same = isinstance(value, dict) and set(value) == set(tree)
        return same and all(_fits(item, value[name], tolerance) for name, item in tree.items())
    if isinstance(tree, list):
        same = isinstance(value, (list, tuple)) and len(value) == len(tree)
        return same and all(_fits(a, b, tolerance) for a, b in zip(tree, value, strict=True))
    return type(tree) is type(value) and bool(tree == value)


def _shape(numbers: Tensor) -> str:
    return "x".join(map(str, numbers.shape))


def _sum(numbers: Tensor, others: int = 0) -> str:
    """A weighted sum: by chance none agrees, in several cases, with that of another tensor.

    Args:
        others: with which weights, if not with the first ones.
    """
    far = _INFINITE * scale_of(numbers)
    flat = numbers.flatten().nan_to_num(nan=math.nan, posinf=far, neginf=-far)
    whole = _whole(numbers)
    flat = flat.round() if whole else flat
    places = torch.arange(1, flat.numel() + 1, dtype=torch.float64)
    # Weights that no rational step brings together, and none of which is near 0.
    weights = 1 + 0.5 * torch.cos(math.sqrt(2) * places + 2 + others)
    digits = _DIGITS_OF_FEW if flat.numel() <= _FEW else _DIGITS
    digits = _DIGITS_OF_WHOLE if whole else digits
    written = f"{float((flat * weights).sum()):.{digits}g}"
    return written.replace("0.", ".", 1) if written.lstrip("-").startswith("0.") else written


def _whole(numbers: Tensor) -> bool:
    """Whether these are whole numbers, but for rounding."""
    far = min(_WHOLE * scale_of(numbers), _WHOLE_AT_MOST)
    return bool(((numbers - numbers.round()).abs() <= far).all())
