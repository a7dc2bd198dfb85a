"""What is asked of augmentations, which have no single right answer: what is wrong, or None.

Each is given what `ask_augment` has recorded, and the settings. A mistake is told by its name.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.sections.training.chance import dependent, drawn_together, exactly_half, fits
from course_lib.sections.training.image_adapters import Setting, images_of
from course_lib.sections.training.jitter import wrong_factors
from course_lib.sections.training.own_net_earned import earned_by_own_net as earned_by_own_net
from course_lib.sections.training.squares import wrong_squares

Wrong = Callable[..., str | None]

_OF_DRAWS = frozenset(
    {
        "another probability",
        "just half of them",
        "not one by one",
        "not moved",
        "one side only",
        "an end left out",
        "shifts not alike",
        "one number for both axes",
        "one axis alone",
        "kept inside",
        "sides swapped",
        "squares elsewhere",
    }
)
"""Mistakes of the draws themselves, which only many images show: they count in every setting."""


def is_flipped(answer: Any, *settings: Setting, many: Sequence[Setting] = ()) -> str | None:
    """Each image mirrored left and right with probability 1/2."""
    return _first_wrong(_flips, answer, settings, many)


def is_cropped(answer: Any, *settings: Setting, many: Sequence[Setting] = ()) -> str | None:
    """Each image a window of its own of the image padded with zeros."""
    return _first_wrong(_crops, answer, settings, many)


def is_cut_out(answer: Any, *settings: Setting, many: Sequence[Setting] = ()) -> str | None:
    """Each image with a square of zeros, centred on any pixel."""
    return _first_wrong(wrong_squares, answer, settings, many)


def is_jittered(answer: Any, *settings: Setting, many: Sequence[Setting] = ()) -> str | None:
    """Each channel of each image times a factor of its own, cut to [0, 1]."""
    return _first_wrong(wrong_factors, answer, settings, many)


def _first_wrong(
    wrong: Wrong, answer: Any, settings: Sequence[Setting], many: Sequence[Setting]
) -> str | None:
    """What is wrong with the draws of many images, or with what came in the settings."""
    for record, setting in zip(answer[len(settings) :], many, strict=True):
        name = _wrong_images(wrong, record, setting)
        if name in _OF_DRAWS:
            return name
    for record, setting in zip(answer[: len(settings)], settings, strict=True):
        if name := _wrong_images(wrong, record, setting):
            return name
        if not record["again"]:
            return "other chance"
        if record["global"]:
            return "global state"
        if not record["new"]:
            return "not new"
    return None


def _wrong_images(wrong: Wrong, record: Any, setting: Setting) -> str | None:
    """What is wrong with the images that came, before how they were drawn."""
    seed, size, kind, _, *others = setting
    images = images_of(seed, size, kind)
    return _wrong_form(record, images, others) or wrong(record["calls"], images, *others)


def _wrong_form(record: Any, images: Tensor, others: Sequence[Any]) -> str | None:
    if record.get("form") == "nothing":
        return "nothing returned"
    if "form" in record:
        return "no tensor" if record["form"] == "no tensor" else "another shape"
    calls = record["calls"]
    if not isinstance(calls, Tensor):  # too large to travel
        return "another shape"
    if calls.shape[1:] != images.shape:
        (height, width), padded = images.shape[-2:], 2 * int(others[0]) if others else 0
        uncut = padded and calls.shape[-2:] == (height + padded, width + padded)
        return "not cut out" if uncut else "another shape"
    if calls.dtype is not images.dtype:
        return "another type"
    return "in place" if record["changed"] else None


def _same(calls: Tensor, images: Tensor, axes: int = 3) -> Tensor:
    """Which images are the same: (calls, N), or less is compared, by the number of axes."""
    return (calls == images).flatten(-axes).all(-1)


def _flips(calls: Tensor, images: Tensor) -> str | None:
    mirrored = images.flip(3)
    labels = _same(calls, mirrored).long()
    if not (_same(calls, images) | labels.bool()).all():
        return _no_mirror_image(calls, images)
    if not labels.any():
        return "never mirrored"
    if labels.all():
        return "always mirrored"
    if name := drawn_together(labels, [0, 1]):
        return name
    if not fits(labels.flatten().tolist(), [0, 1]):
        return "another probability"
    if dependent(labels, [0, 1]):
        return "not one by one"
    return "just half of them" if exactly_half(labels) else None


def _no_mirror_image(calls: Tensor, images: Tensor) -> str:
    def any_of(*changed: Tensor, axes: int = 3) -> bool:
        same = [_same(calls, one, axes) for one in changed]
        return bool(torch.stack(same).any(0).all())

    mirrored, upside_down = images.flip(3), images.flip(2)
    if any_of(images, upside_down):
        return "upside down"
    if any_of(images, mirrored, upside_down, images.flip((2, 3))):
        return "both axes"
    if len(images) > 1 and any_of(*images[:, None].expand(-1, *images.shape)):
        return "order of the batch"
    if any_of(images, images.flip(1)):
        return "channels reversed"
    if any_of(images, mirrored, axes=2):
        return "each channel by itself"
    if any_of(images, mirrored, axes=1):
        return "each row by itself"
    return "no mirror image"


def _crops(calls: Tensor, images: Tensor, padding: int) -> str | None:
    down, right = _windows(calls, images, padding)
    if (down < 0).any():
        return _no_window(calls, images, padding)
    if not padding:
        return None
    places = range(2 * padding + 1)
    for mine, other in ((down, right), (right, down)):
        if (mine == padding).all():
            return "not moved" if (other == padding).all() else "one axis alone"
    both, pairs = down * len(places) + right, range(len(places) ** 2)
    if name := drawn_together(both, pairs):
        return name
    if (down == right).all() or (down == 2 * padding - right).all():
        return "one number for both axes"
    for axis in (down, right):
        if name := drawn_together(axis, places):
            return "one axis for the batch" if name == "one draw for the batch" else name
    for axis in (down, right):
        drawn = axis.flatten().tolist()
        if not fits(drawn, places):
            return _wrong_places(drawn, padding)
    if not fits(both.flatten().tolist(), pairs):
        return "one number for both axes"
    return (
        "not one by one"
        if any(dependent(d, m) for d, m in ((both, pairs), (down, places), (right, places)))
        else None
    )


def _wrong_places(drawn: list[int], padding: int) -> str:
    """What is wrong with places along an axis; with padding 1 one side is all but an end."""
    places = range(2 * padding + 1)
    if any(fits(drawn, side) for side in (places[: padding + 1], places[padding:])):
        return "one side only"
    ends = (places[:-1], places[1:], places[1:-1])
    return "an end left out" if any(fits(drawn, p) for p in ends) else "shifts not alike"


def _windows(calls: Tensor, images: Tensor, padding: int) -> tuple[Tensor, Tensor]:
    """Where each image's window begins in the padded image: (calls, N) each, -1 where nowhere."""
    height, width = images.shape[-2:]
    padded = F.pad(images, (padding,) * 4)
    down = torch.full(calls.shape[:2], -1)
    right = down.clone()
    for y in range(2 * padding + 1):
        for x in range(2 * padding + 1):
            here = _same(calls, padded[..., y : y + height, x : x + width])
            down[here], right[here] = y, x
    return down, right


def _no_window(calls: Tensor, images: Tensor, padding: int) -> str:
    height, width = images.shape[-2:]
    if (_windows(calls, images, 2 * padding + 1)[0] >= 0).all():
        return "moved too far"
    each = torch.stack(
        [
            _windows(calls[:, :, c : c + 1], images[:, c : c + 1], padding)[0]
            for c in range(images.shape[1])
        ]
    )
    if (each >= 0).all():
        return "each channel by itself"
    inside = F.pad(torch.ones(height, width, dtype=torch.bool), (padding,) * 4)
    padded = F.pad(images, (padding,) * 4)
    found = torch.zeros(calls.shape[:2], dtype=torch.bool)
    for y in range(2 * padding + 1):
        for x in range(2 * padding + 1):
            window = (..., slice(y, y + height), slice(x, x + width))
            found |= ((calls == padded[window]) | ~inside[window]).flatten(2).all(-1)
    return "no zeros outside" if found.all() else "no window"
