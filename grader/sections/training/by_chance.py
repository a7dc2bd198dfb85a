"""Mistakes that every augmentation by chance can have, and the ways to make them of a right one."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Generator, Tensor

from grader.marking.draw import Draw

Augment = Callable[..., Tensor]

_SAYS = {
    "one draw for the batch": (
        "All images of a batch are changed alike. Each has a draw of its own: draw N numbers, not "
        "one."
    ),
    "the same at every call": (
        "Every call makes the same draws. Draw from the generator that is given, as it is: no new "
        "one, no manual_seed. So its state moves on, and each epoch sees other images."
    ),
    "other chance": (
        "The same state of the generator gives other images the second time. Some draw of yours is "
        "not from the generator that is given: pass generator=generator to each."
    ),
    "global state": (
        "Your function changes PyTorch's global random state, with which others draw. Draw from "
        "the generator that is given alone: generator=generator, no torch.manual_seed."
    ),
    "an image left out": (
        "The image at one place of the batch is changed alike at every call: draw for all N."
    ),
    "not one by one": (
        "What happens to an image depends on the image before it, or on the last call. Each image "
        "is drawn by itself, whatever happens to the others."
    ),
    "each channel by itself": (
        "The channels of an image are not changed alike, so its colours come apart. One draw for "
        "an image, for all its channels."
    ),
    "in place": (
        "You changed images in place: the next epoch would begin with what this one has made. "
        "Leave them as they are, and work on something new: images.clone(), for example."
    ),
    "not new": (
        "At times you return images itself, or a view of it. Who changes one changes both: return "
        "something new always, images.clone() where nothing else is to be done."
    ),
    "another type": (
        "Your images have another dtype than those given. They keep it: whole numbers stay whole "
        "numbers of one byte, floats stay floats."
    ),
    "another shape": "Your images have another shape than those given. It stays (N, C, H, W).",
    "nothing returned": (
        "Your function returns nothing. It works on something new and returns that."
    ),
    "no tensor": (
        "Return one tensor of all images, no list and no array: torch.stack makes one of a list."
    ),
}
"""Name -> what to tell."""


def itself_where_same(right: Augment) -> Augment:
    """Returns the images themselves where nothing has changed."""

    def answer(images: Tensor, *others: Any) -> Tensor:
        came = right(images, *others)
        return images if torch.equal(came, images) else came

    return answer


def settings_of(draw: Draw, *settings: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    """Each with a seed of its own before it."""
    return tuple((draw.integer(1, 2**31 - 1), *setting) for setting in settings)


def shared_mistakes(
    right: Augment,
    more: Mapping[str, tuple[Augment, ...]] = MappingProxyType({}),
    *,
    by_channel: bool = False,
) -> dict[str, tuple[Any, ...]]:
    """The mistakes of an augmentation, (images, *others, generator) -> images.

    Args:
        more: further ways to make some of them.
        by_channel: each channel has its own draw, which then is no mistake.
    """

    def after(change: Callable[[Tensor], Any]) -> Callable[..., Any]:
        return lambda *args: change(right(*args))

    def from_another(make: Callable[[Generator], Generator]) -> Augment:
        return lambda *args: right(*args[:-1], make(args[-1]))

    def alike(images: Tensor, *others: Any) -> Tensor:
        return right(images.flatten(0, 1)[None], *others).view_as(images)

    def alike_by_channel(images: Tensor, *others: Any) -> Tensor:
        first = right(torch.ones_like(images[:1]) / 2, *others)
        return (images * first[..., :1, :1] * 2).clamp(0, 1)

    def channels_apart(images: Tensor, *others: Any) -> Tensor:
        return right(images.flatten(0, 1)[:, None], *others).view_as(images)

    def in_place(images: Tensor, *others: Any) -> Tensor:
        return images.copy_(right(images.clone(), *others))

    def in_place_alone(*args: Any) -> None:
        in_place(*args)

    def last_left_out(images: Tensor, *others: Any) -> Tensor:
        return torch.cat([right(images[:-1], *others), images[-1:]])

    def seeding(images: Tensor, *others: Any) -> Tensor:
        torch.manual_seed(int(torch.randint(2**31, (), generator=others[-1])))
        return right(images, *others[:-1], torch.default_generator)

    def in_pairs(images: Tensor, *others: Any) -> Tensor:
        """Both images of a pair are changed alike, and so is each with the next pair's."""
        if len(images) % 2:
            return right(images, *others)
        pairs = images.unflatten(0, (-1, 2)).flatten(1, 2)
        return right(pairs, *others).view_as(images)

    ways: dict[str, tuple[Any, ...]] = {
        "one draw for the batch": (alike_by_channel if by_channel else alike,),
        "the same at every call": (
            from_another(lambda generator: Generator().manual_seed(0)),
            from_another(lambda generator: Generator().manual_seed(generator.initial_seed())),
            from_another(lambda generator: generator.manual_seed(1)),
        ),
        "other chance": (from_another(lambda generator: torch.default_generator),),
        "global state": (seeding,),
        "an image left out": (last_left_out,),
        "not one by one": () if by_channel else (in_pairs,),
        "each channel by itself": (channels_apart,),
        "in place": (in_place,),
        "not new": (),
        "another type": (
            after(lambda images: images.double()),
            after(lambda images: images.to(torch.float16)),
        ),
        "another shape": (
            after(lambda images: images.permute(0, 2, 3, 1)),
            after(lambda images: images.squeeze()),
        ),
        "nothing returned": (in_place_alone, lambda *args: None),
        "no tensor": (after(list), after(lambda images: images.numpy())),
    }
    if by_channel:
        del ways["each channel by itself"]
    return {name: (_SAYS[name], *those, *more.get(name, ())) for name, those in ways.items()}
