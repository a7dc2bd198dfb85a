"""Heat over an image."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.gradcam.given import colours, overlay, scale
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def both(n: int, h: int, w: int) -> tuple[Tensor, Tensor]:
        """Heat that reaches neither 0 nor 1, which would hide that it is scaled again."""
        return draw.uniform(n, 3, h, w), 0.1 + 0.75 * draw.uniform(n, h, w)

    low, high = 0.1 * draw.integer(1, 3), 0.1 * draw.integer(7, 9)
    dark, hot = both(2, 2, 3)
    dark[0], hot[0, :, 1:], hot[1, :, 1] = 0, 0, 1
    return [
        Case(args=both(2, 2, 3), about="opacity left out, images wider than tall"),
        Case(args=both(1, 4, 2), about="opacity left out, one image"),
        Case(args=(*both(2, 3, 2), low), about="faint heat, images taller than wide"),
        Case(args=(*both(3, 2, 2), high), about="strong heat, as many images as colours"),
        Case(args=both(2, 1, 2), kwargs={"opacity": high}, about="opacity by name"),
        Case(args=(dark, hot, low), about="a black image, heat of zeros and of ones"),
        Case(
            each=((*both(1, 2, 3), 0.0), (*both(2, 1, 2), 1.0), (*both(1, 1, 1), low)),
            about="no heat seen, no image seen, and one pixel",
        ),
    ]


def _mix(change: Callable[[Tensor, Tensor, float], Any]) -> Callable[..., Any]:
    """Another mixture of images, colours and opacity."""

    def answer(images: Tensor, heat: Tensor, opacity: float = 0.5) -> Any:
        return change(images, colours(heat), opacity)

    return answer


def _of_heat(change: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    """The right mixture, with colours made otherwise."""

    def answer(images: Tensor, heat: Tensor, opacity: float = 0.5) -> Tensor:
        return torch.lerp(images, change(heat), opacity)

    return answer


def _by_default(default: float) -> Callable[..., Tensor]:
    def answer(images: Tensor, heat: Tensor, opacity: float = default) -> Tensor:
        return overlay(images, heat, opacity)

    return answer


def _in_proportion(images: Tensor, heat: Tensor, opacity: float = 0.5) -> Tensor:
    return torch.lerp(images, colours(heat), opacity * heat[:, None])


def _after(change: Callable[[Tensor], Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: change(overlay(*args, **kwargs))


def _one_by_one(images: Tensor, heat: Tensor, opacity: float = 0.5) -> Tensor:
    rows = [
        image * (1 - opacity) + colours(one[None])[0] * opacity
        for image, one in zip(images, heat, strict=True)
    ]
    return torch.stack(rows)


_PIXEL = torch.tensor([0.2, 0.4, 0.6]).view(1, 3, 1, 1)

OVERLAY = Exercise(
    id="gradcam.overlay",
    title="Heat over an image",
    points=1,
    minutes=4,
    covers=("L-P4",),
    example=(
        (
            Case(args=(_PIXEL, torch.ones(1, 1, 1), 0.25)),
            torch.tensor([0.4, 0.3, 0.45]).view(1, 3, 1, 1),
        ),
    ),
    cases=_cases,
    reference=overlay,
    promises=("unchanged", "tensor"),
    wrong={
        "shares exchanged": (
            "You have exchanged the shares: opacity is that of the heat, 1 - opacity that of the "
            "image.",
            _mix(lambda images, heat, a: a * images + (1 - a) * heat),
        ),
        "opacity always the same": (
            "You mix both in equal shares whatever opacity is. 0.5 is only what it is when left "
            "out.",
            _mix(lambda images, heat, a: (images + heat) / 2),
        ),
        "another default": (
            "Your opacity is another one where it is left out: 0.5 is asked for.",
            *(_by_default(default) for default in (0.3, 0.4, 0.6)),
        ),
        "image not dimmed": (
            "You add heat to the whole image, so that the sum leaves [0, 1] or is cut. The image "
            "counts with 1 - opacity.",
            _mix(lambda images, heat, a: images + a * heat),
            _mix(lambda images, heat, a: (images + a * heat).clamp(0, 1)),
        ),
        "heat in full": (
            "You add the colours in full. They count with opacity.",
            _mix(lambda images, heat, a: (1 - a) * images + heat),
        ),
        "both in full": (
            "You add image and colours in full. They count with 1 - opacity and opacity.",
            _mix(lambda images, heat, a: images + heat),
        ),
        "blue and red exchanged": (
            "Your channels are blue, green, red. Here they are red, green, blue: the hottest pixel "
            "is red.",
            _of_heat(lambda heat: colours(heat).flip(1)),
            _mix(lambda images, heat, a: torch.lerp(images, heat, a).flip(1)),
        ),
        "cold for hot": (
            "Your heat is upside down: 0 is blue and 1 is red.",
            _of_heat(lambda heat: colours(1 - heat)),
        ),
        "to 255": (
            "Your numbers go up to that of a byte. Here they go from 0 to 1.",
            _after(lambda both: both * 255),
            _after(lambda both: (both * 255).to(torch.uint8)),
        ),
        "heat scaled": (
            "You scale the heat before you colour it. It lies in [0, 1] already, and weak heat "
            "stays weak.",
            _of_heat(lambda heat: colours(scale(heat))),
            _of_heat(lambda heat: colours(heat / heat.max())),
        ),
        "no colours": (
            "You lay the numbers of the map over the image. Make colours of them: colours(heat).",
            _of_heat(lambda heat: heat[:, None].expand(-1, 3, -1, -1)),
        ),
        "stretched": (
            "You divide the mixture by its maximum. It lies in [0, 1] already.",
            _after(lambda both: both / both.amax((1, 2, 3), keepdim=True)),
        ),
        "opacity by heat": (
            "Your heat is laid on more strongly where it is hot. Opacity is the same everywhere.",
            _in_proportion,
        ),
        "0 for left out": (
            "An opacity of 0 is taken for one that was left out, as `opacity or 0.5` does. It is a "
            "number like others.",
            lambda images, heat, opacity=0.5: overlay(images, heat, opacity or 0.5),
        ),
        "cold pixels left out": (
            "Where heat is 0 you leave the image as it is. 0 has a colour, too, blue: lay it on "
            "like all others.",
            lambda images, heat, opacity=0.5: torch.where(
                heat[:, None] > 0, overlay(images, heat, opacity), images
            ),
        ),
        "opacity before the colours": (
            "You multiply heat by opacity before it is coloured, which gives other colours. "
            "Multiply the colours.",
            lambda images, heat, opacity=0.5: (1 - opacity) * images + colours(opacity * heat),
            lambda images, heat, opacity=0.5: overlay(images, opacity * heat, opacity),
        ),
        "divided by the sum": (
            "You leave the image in full, add the colours with opacity, and divide by the sum of "
            "both. The shares are 1 - opacity and opacity.",
            _mix(lambda images, heat, a: (images + a * heat) / (1 + a)),
        ),
        "channels last": (
            "Your colours stand on the last axis. They stay on axis 1: (N, 3, H, W).",
            _after(lambda both: both.movedim(1, -1)),
        ),
        "first image only": (
            "You return the first image alone. All are asked for: (N, 3, H, W).",
            _after(lambda both: both[:1]),
        ),
        "first heat for all": (
            "You lay the heat of the first image over all of them. Each has its own.",
            _of_heat(lambda heat: colours(heat[:1]).expand(len(heat), -1, -1, -1)),
        ),
        "axis lost": (
            "Axes of size 1 have gone. The shape is (N, 3, H, W) always: leave out squeeze().",
            _after(lambda both: both.squeeze()),
        ),
    },
    right=(
        _one_by_one,
        _mix(lambda images, heat, a: images + a * (heat - images)),
        _mix(lambda images, heat, a: torch.lerp(images, heat, a).clamp(0, 1)),
    ),
    hints=(
        "colours(heat) has the shape of the images: both can be multiplied and added at once.",
        "The image counts with 1 - opacity, the colours with opacity.",
    ),
    stand_in="overlay",
)
