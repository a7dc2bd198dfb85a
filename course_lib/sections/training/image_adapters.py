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


def ask_augment(augment: Callable[..., Any], *settings: Setting) -> list[dict[str, Any]]:
    """Calls an augmentation several times in each setting, with one generator.

    Returns:
        For each setting "calls", the answers (calls, N, C, H, W); "again", whether the first ones
        come again from the same state, whatever the global one is; "changed", whether images were;
        "global", whether the global state was. Where answers are no tensors of one shape and type,
        what they are is "form", and alone.
    """
    return [_asked(augment, *setting) for setting in settings]


def _asked(
    augment: Callable[..., Any], seed: int, size: Sequence[int], kind: str, calls: int, *others: Any
) -> dict[str, Any]:
    images = images_of(seed, size, kind)
    before = torch.get_rng_state()
    answers, changed = _called(augment, images, seed, calls, others)
    touched = not torch.equal(torch.get_rng_state(), before)
    if (form := _form(answers)) != "tensors":
        return {"form": form}
    seed_globally(seed)
    again, _ = _called(augment, images, seed, min(calls, 1 + _AGAIN // len(images)), others)
    pairs = zip(answers, again, strict=False)
    return {
        "calls": torch.stack(answers),
        "again": all(torch.equal(first, second) for first, second in pairs),
        "changed": changed,
        "global": touched,
    }


def _called(
    augment: Callable[..., Any], images: Tensor, seed: int, calls: int, others: Sequence[Any]
) -> tuple[list[Any], bool]:
    """The answers, and whether a call has changed its images."""
    generator = torch.Generator().manual_seed(seed)
    answers, changed = [], False
    for _ in range(calls):
        given = images.clone()
        came = augment(given, *others, generator)
        answers.append(came.detach().clone() if isinstance(came, Tensor) else came)
        changed = changed or not torch.equal(given, images)
    return answers, changed


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


def ask_simple(
    SimpleCNN: Callable[..., Any],
    *args: Any,
    small: bool = False,
    on_paper: bool = False,
    **named: Any,
) -> Any:
    """The network, made to drop the same units whenever it answers.

    Args:
        small: its images come as 4 x 4 pixels, and are made those of 32 x 32 before it.
        on_paper: only its parameters are counted.
    """
    if on_paper:
        with torch.device("meta"):
            return _Counted(SimpleCNN(*args, **named))
    module = ask_module(SimpleCNN, *args, **named)
    if small and isinstance(module, nn.Module):
        module.register_forward_pre_hook(_enlarged)
    return module


class _Counted(nn.Module):
    """Answers with the number of a module's parameters; it has none itself."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self._count = sum(parameter.numel() for parameter in module.parameters())

    def forward(self, x: Tensor) -> int:
        return self._count


def _enlarged(module: nn.Module, inputs: tuple[Tensor, ...]) -> Tensor:
    """Images of which no part is like another: (N, 3, 4, 4) -> (N, 3, 32, 32)."""
    generator = torch.Generator().manual_seed(0)
    return inputs[0].repeat(1, 1, 8, 8) * torch.randn(3, 32, 32, generator=generator)
