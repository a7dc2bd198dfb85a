"""How augmentations are asked: batches and generators are made where the answer is."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.ask import seed as seed_globally
from course_lib.sections.vgg.adapters import ask_module

Setting = tuple[Any, ...]
"""(seed, (N, C, H, W), kind of the images, number of calls, *what else the function takes)."""

_AGAIN = 60
"""So many images at least are drawn again: that they are the same is no chance."""


def images_of(seed: int, size: Sequence[int], kind: str) -> Tensor:
    """Images by chance, none of whose pixels is 0.

    Args:
        kind: "uint8" (1 to 255), "float" (of either sign), or "bright and dark" (in [0, 1],
            with a bright pixel first and a dark one last).
    """
    generator = torch.Generator().manual_seed(seed)
    if kind == "uint8":
        return torch.randint(1, 256, tuple(size), generator=generator, dtype=torch.uint8)
    if kind == "float":
        normal = torch.randn(tuple(size), generator=generator)
        return normal + 0.1 * normal.sign() + 0.01 * (normal == 0)
    uniform = 0.05 + 0.95 * torch.rand(tuple(size), generator=generator)
    uniform[..., 0, 0] = 1.0
    uniform[..., -1, -1] = 0.1
    return uniform


def ask_augment(
    augment: Callable[..., Any], *settings: Setting, many: Sequence[Setting] = ()
) -> list[dict[str, Any]]:
    """Calls an augmentation several times in each setting, with one generator.

    Args:
        many: further settings, of many images, that several cases have in common.

    Returns:
        For each setting, those of many images last, "calls", the answers (calls, N, C, H, W);
        "again", whether the first ones come again from the same state, whatever the global one is;
        "changed", whether images were; "global", whether the global state was; "new", whether no
        answer is the images themselves. Where answers are no tensors of one shape and type, what
        they are is "form", and alone.
    """
    return [*(_asked(augment, *setting) for setting in settings), *_of_many(augment, many)]


def _of_many(augment: Callable[..., Any], many: Sequence[Setting]) -> list[dict[str, Any]]:
    """Asked once for all cases, as it takes most of the time."""
    wanted = augment, repr(many)
    if not _LATEST or _LATEST[0][0] is not augment or _LATEST[0][1] != wanted[1]:
        _LATEST[:] = [(*wanted, [_asked(augment, *setting) for setting in many])]
    return _LATEST[0][2]


_LATEST: list[tuple[Callable[..., Any], str, list[dict[str, Any]]]] = []
"""What was asked of many images last: of which function, the settings, and what came."""


def _asked(
    augment: Callable[..., Any], seed: int, size: Sequence[int], kind: str, calls: int, *others: Any
) -> dict[str, Any]:
    images = images_of(seed, size, kind)
    before = torch.get_rng_state()
    answers, changed, new = _called(augment, images, seed, calls, others)
    touched = not torch.equal(torch.get_rng_state(), before)
    if (form := _form(answers)) != "tensors":
        return {"form": form}
    seed_globally(seed)
    again, *_ = _called(augment, images, seed, min(calls, 1 + _AGAIN // len(images)), others)
    pairs = zip(answers, again, strict=False)
    return {
        "calls": torch.stack(answers),
        "again": all(torch.equal(first, second) for first, second in pairs),
        "changed": changed,
        "global": touched,
        "new": new,
    }


def _called(
    augment: Callable[..., Any], images: Tensor, seed: int, calls: int, others: Sequence[Any]
) -> tuple[list[Any], bool, bool]:
    """The answers, whether a call has changed its images, and whether none has returned them."""
    generator = torch.Generator().manual_seed(seed)
    answers, changed, new = [], False, True
    for _ in range(calls):
        given = images.clone()
        came = augment(given, *others, generator)
        answers.append(came.detach().clone() if isinstance(came, Tensor) else came)
        changed = changed or not torch.equal(given, images)
        new = new and not _shares(came, given)
    return answers, changed, new


def _shares(came: Any, given: Tensor) -> bool:
    """Whether an answer is the images themselves, or a view of them."""
    if not isinstance(came, Tensor) or came.layout is not torch.strided:
        return False
    return came.untyped_storage().data_ptr() == given.untyped_storage().data_ptr()


def _form(answers: Sequence[Any]) -> str:
    if any(answer is None for answer in answers):
        return "nothing"
    if not all(isinstance(answer, Tensor) for answer in answers):
        return "no tensor"
    alike = len({(tuple(answer.shape), answer.dtype) for answer in answers}) == 1
    return "tensors" if alike else "varying"


def ask_activation(activation: Callable[..., Any], z: Tensor, kind: str) -> Any:
    """Asks for value and slope.

    Returns:
        {"value": ..., "slope": ...}, where a slope at a kink that is right in its way stands as the
        one on the left; "no pair" where none came, and "true and false" where a slope is that.
    """
    came = activation(z, kind)
    if not isinstance(came, (list, tuple)) or len(came) != 2:
        return "no pair"
    value, slope = came
    if isinstance(slope, Tensor) and slope.dtype is torch.bool:
        return "true and false"
    if isinstance(slope, Tensor) and slope.shape == z.shape and kind in _LEFT:
        left = _LEFT[kind]
        possible = (z == 0) & (slope >= left) & (slope <= 1)
        slope = torch.where(possible, left, slope)
    return {"value": value, "slope": slope}


_LEFT = {"relu": 0.0, "leaky": 0.01}
"""The slope on the left of the kink at 0; on the right it is 1."""


def ask_dead_units(dead_units: Callable[[Tensor], Any], *tensors: Tensor) -> Any:
    """The counts of several tensors, which the judge sees as arguments: they stay as they are.

    Returns:
        A list of what came; of one tensor what came itself.
    """
    came = [dead_units(z) for z in tensors]
    came = [c.tolist() if isinstance(c, Tensor) and c.dtype is torch.bool else c for c in came]
    return came[0] if len(came) == 1 else came


def ask_filters(filters_as_images: Callable[[Tensor], Any], weight: Tensor) -> Any:
    """The pictures; a word where filters of equal numbers, and no others, are not a number.

    NaN equals nothing, so that no mistake could be told by it.
    """
    flat = weight.flatten(1).amax(1) == weight.flatten(1).amin(1)
    came = filters_as_images(weight)
    if isinstance(came, Tensor) and came.dim() and len(came) == len(weight) and flat.any():
        lost = came.detach().isnan().flatten(1)
        if lost[flat].all() and not lost[~flat].any():
            return "not a number"
    return came


def ask_simple(
    SimpleCNN: Callable[..., Any],
    *args: Any,
    small: bool = False,
    **named: Any,
) -> Any:
    """The network, made to drop the same units whenever it answers.

    Args:
        small: its images come as 4 x 4 pixels, and are made those of 32 x 32 before it.
    """
    module = ask_module(SimpleCNN, *args, **named)
    if small and isinstance(module, nn.Module):
        module.register_forward_pre_hook(_enlarged)
    return module


def _enlarged(module: nn.Module, inputs: tuple[Tensor, ...]) -> Tensor:
    """Images of which no part is like another: (N, 3, 4, 4) -> (N, 3, 32, 32)."""
    generator = torch.Generator().manual_seed(0)
    return inputs[0].repeat(1, 1, 8, 8) * torch.randn(3, 32, 32, generator=generator)
