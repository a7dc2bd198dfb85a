"""Extra: features that are computed once."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.sections.transfer.given import cached_features
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _body(model: Any) -> Any:
    body = copy.deepcopy(model).eval()
    body.fc = nn.Identity()
    return body


def _way(
    body: Callable[[Any], Any] = _body,
    after: Callable[[Tensor], Any] = lambda features: features,
    batches: Callable[[Tensor, int], Any] = lambda images, size: images.split(size),
    join: Callable[[list[Tensor]], Tensor] = torch.cat,
) -> Callable[..., Any]:
    """An answer with another body, other batches, or something made of the features.

    Args:
        join: makes one tensor of those of the batches.
    """

    def answer(model: Any, images: Tensor, batch_size: int) -> Any:
        with torch.no_grad():
            runs = body(model)
            return after(join([runs(some) for some in batches(images, batch_size)]))

    return answer


def _in_its_mode(model: Any) -> Any:
    body = copy.deepcopy(model)
    body.fc = nn.Identity()
    return body


def _in_train_mode(model: Any) -> Any:
    return _in_its_mode(model).train()


def _whole(model: Any) -> Any:
    return copy.deepcopy(model).eval()


def _row(model: Any) -> Any:
    return nn.Sequential(*[*copy.deepcopy(model).children()][:-1]).eval()


@torch.no_grad()
def _row_in_place(model: Any, images: Tensor, batch_size: int) -> Tensor:
    body = nn.Sequential(*[*model.children()][:-1]).eval()
    return torch.cat([body(some) for some in images.split(batch_size)])


def _pooled_maps(model: Any) -> Any:
    """The maps before they are averaged, flattened."""
    body = _body(model)
    for name in ("avgpool", "pool"):
        if hasattr(body, name):
            setattr(body, name, nn.Flatten())
    return body


def _with_gradients(model: Any, images: Tensor, batch_size: int) -> Tensor:
    return torch.cat([_body(model)(some) for some in images.split(batch_size)])


def _in_place(mode: Callable[[Any, bool], None], head: bool = True) -> Callable[..., Any]:
    """The model itself is run, and set back in part."""

    @torch.no_grad()
    def answer(model: Any, images: Tensor, batch_size: int) -> Tensor:
        was, fc = model.training, model.fc
        model.eval().fc = nn.Identity()
        features = torch.cat([model(some) for some in images.split(batch_size)])
        if head:
            model.fc = fc
        mode(model, was)
        return features

    return answer


def _learning_no_more(model: Any, images: Tensor, batch_size: int) -> Tensor:
    model.requires_grad_(False)
    return cached_features(model, images, batch_size)


def _by_hook(removed: bool) -> Callable[..., Any]:
    @torch.no_grad()
    def answer(model: Any, images: Tensor, batch_size: int) -> Tensor:
        modes = [(module, module.training) for module in model.modules()]
        found: list[Tensor] = []
        model.eval()
        hook = model.fc.register_forward_hook(lambda _, inputs, y: found.append(inputs[0]))
        for start in range(0, len(images), batch_size):
            model(images[start : start + batch_size])
        if removed:
            hook.remove()
        for module, mode in modes:
            module.training = mode
        return torch.cat(found)

    return answer


def _whole_batches(images: Tensor, size: int) -> list[Tensor]:
    return [images[i * size : (i + 1) * size] for i in range(max(len(images) // size, 1))]


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, kind: Any, n: int, batch: int, mode: str = "train") -> Case:
        return Case(args=(kind, n, batch, mode), about=about)

    c = draw.integer(3, 5)
    return [
        case("a ResNet in train mode, batches that come out", ("basic", 2, c), 4, 2),
        case("a last batch that is smaller", ("basic", 2, c), 5, 2),
        case("a ResNet in eval mode", ("bottleneck", 2, c), 3, 2, "eval"),
        case("another network with a head fc", ("plain", draw.integer(4, 6), c), 5, 3),
        case("a norm in eval mode, all else in train mode", ("plain", 3, c), 4, 3, "mixed"),
        case("batches larger than all images", ("plain", 5, c), 2, 9),
        case("one image at once", ("plain", 4, c), 3, 1, "eval"),
        case("a single image", ("plain", 3, c), 1, 2),
    ]


CACHED_FEATURES = Exercise(
    id="transfer.cached_features",
    title="Features, computed once",
    points=2,
    minutes=9,
    core=False,
    covers=("L8", "Q13"),
    cases=_cases,
    through="ask_features",
    reference=cached_features,
    parts={
        "form": "Return a tensor that requires no gradient: run the model with torch.no_grad().",
        "features": "Your features are not what the head is given: (N, in_features), in eval mode.",
        "batches": "You run the model on more than batch_size images at once.",
        "model": "The model is not as before: its mode, part by part, its fc, its numbers, its "
        "hooks, or which of its parameters require a gradient.",
        "images": "Your function changes the images that it is given.",
    },
    wrong={
        "in train mode": (
            "You run the model in the mode that it came in, or in train mode. Then features depend "
            "on the batch: run it in eval mode.",
            _way(_in_its_mode),
            _way(_in_train_mode),
        ),
        "logits": (
            "You return what the head gives. Return what it is given.",
            _way(_whole),
        ),
        "not averaged": (
            "You return the maps before they are averaged over their places. The head is given one "
            "number a channel.",
            _way(_pooled_maps),
        ),
        "parts in a row": (
            "You build a row of the parts before fc. What forward does between them is lost, "
            "flattening at least: let the model itself run, with nn.Identity() as its fc.",
            _way(_row),
            _way(lambda model: nn.Sequential(_row(model), nn.Flatten())),
            _row_in_place,
        ),
        "rest left out": (
            "You leave the last images out where they do not fill a batch. The last batch is "
            "smaller then.",
            _way(batches=_whole_batches),
            _way(batches=lambda images, size: images.split(size)[: len(images) // size]),
        ),
        "one batch": (
            "You return the features of one batch. Keep those of each, and join them: torch.cat.",
            _way(batches=lambda images, size: images.split(size)[-1:]),
            _way(batches=lambda images, size: images.split(size)[:1]),
        ),
        "squeezed": (
            "You drop all axes of size one. A batch of one image loses its first axis then: keep "
            "it, .flatten(1) does.",
            _way(join=lambda found: torch.cat([features.squeeze() for features in found])),
        ),
        "squeezed at the end": (
            "You drop all axes of size one in the end. Features of a single image have the shape "
            "(1, in_features).",
            _way(after=lambda features: features.squeeze()),
        ),
        "stacked": (
            "torch.stack adds an axis, and needs batches of one size. The last may be smaller: "
            "torch.cat joins them along the first axis.",
            _way(join=lambda found: torch.stack(found).flatten(0, 1)),
            _way(join=torch.stack),
        ),
        "all at once": (
            "You run the model on all images at once. Run it on at most batch_size of them.",
            _way(batches=lambda images, size: [images]),
        ),
        "as many batches": (
            "You take batch_size for the number of batches. It is the number of images in one.",
            _way(batches=lambda images, size: images.chunk(size)),
        ),
        "gradients recorded": (
            "Your features hang on the model by their gradients, and keep all maps in memory. Run "
            "it with torch.no_grad().",
            _with_gradients,
        ),
        "left in eval mode": (
            "You leave the model in eval mode. Afterwards each part has the mode it came with.",
            _in_place(lambda model, was: None),
        ),
        "one mode for all": (
            "You give all parts one mode afterwards. They may differ, as where a norm is frozen: "
            "keep module.training of each, or run a copy.",
            _in_place(lambda model, was: model.train(was)),
        ),
        "left in train mode": (
            "You leave the model in train mode, whatever it came in.",
            _in_place(lambda model, was: model.train()),
        ),
        "head lost": (
            "Your model has lost its head. Put it back, or work on a copy.",
            _in_place(lambda model, was: None, head=False),
            _in_place(lambda model, was: model.train(was), head=False),
        ),
        "learns no more": (
            "You leave requires_grad changed: afterwards the same parameters must learn. "
            "torch.no_grad() needs no such change.",
            _learning_no_more,
        ),
        "hook left": (
            "You leave a hook on the model. Remove it: hook.remove().",
            _by_hook(removed=False),
        ),
        "list": (
            "Return one tensor of all features: torch.cat of those of the batches.",
            _way(after=lambda features: list(features)),
            _way(after=lambda features: features.tolist()),
        ),
        "another order": (
            "Your features stand in another order than the images.",
            _way(after=lambda features: features.flip(0)),
        ),
        "scaled": (
            "You change the features: they are scaled, or cut off. Return them as they are.",
            _way(after=lambda features: nn.functional.normalize(features, dim=1)),
            _way(after=lambda features: features / 2),
        ),
    },
    right=(_way(), _by_hook(removed=True)),
    hints=(
        "With nn.Identity() as its fc a model returns what the head is given.",
        "copy.deepcopy(model).eval() may be changed as you like: the model itself stays as it is.",
        "images.split(batch_size) gives batches, the last one smaller; torch.cat joins what comes.",
    ),
    forbidden=("course_lib",),
    stand_in="cached_features",
)
