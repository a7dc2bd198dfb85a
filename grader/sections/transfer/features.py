"""Extra: features that are computed once."""

from typing import Any

import torch
from torch import nn

from course_lib.checks.case import Case
from course_lib.sections.transfer.given import cached_features
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.transfer.features_ways import (
    by_hook,
    forward_left,
    head_replaced,
    hooks_cleared,
    in_its_mode,
    in_place,
    in_train_mode,
    learning,
    of_last_part,
    pooled_maps,
    row,
    row_in_place,
    way,
    whole,
    whole_batches,
    with_gradients,
)


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
        case("a first layer that is frozen", ("plain", 3, c), 3, 2, "frozen"),
        case("a head that has hooks already", ("plain", 4, c), 3, 2, "hooked"),
        case("a head that must be the same object afterwards", ("plain", 3, c), 3, 2, "held"),
        case("features that forward changes before fc", ("unit", 4, c), 3, 2),
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
            way(in_its_mode),
            way(in_train_mode),
        ),
        "logits": (
            "You return what the head gives. Return what it is given.",
            way(whole),
        ),
        "not averaged": (
            "You return the maps before they are averaged over their places. The head is given one "
            "number a channel.",
            way(pooled_maps),
        ),
        "parts in a row": (
            "You build a row of the parts before fc. What forward does between them is lost, "
            "flattening, for example: let the model itself run, with nn.Identity() as its fc.",
            way(row),
            way(lambda model: nn.Sequential(row(model), nn.Flatten())),
            row_in_place,
        ),
        "rest left out": (
            "You leave the last images out where they do not fill a batch. The last batch is "
            "smaller then.",
            way(batches=whole_batches),
            way(batches=lambda images, size: images.split(size)[: len(images) // size]),
        ),
        "one batch": (
            "You return the features of one batch. Keep those of each, and join them: torch.cat.",
            way(batches=lambda images, size: images.split(size)[-1:]),
            way(batches=lambda images, size: images.split(size)[:1]),
        ),
        "squeezed": (
            "You drop all axes of size one. A batch of one image loses its first axis then: keep "
            "it, .flatten(1) does.",
            way(join=lambda found: torch.cat([features.squeeze() for features in found])),
        ),
        "squeezed at the end": (
            "You drop all axes of size one in the end. Features of a single image have the shape "
            "(1, in_features).",
            way(after=lambda features: features.squeeze()),
        ),
        "stacked": (
            "torch.stack adds an axis, and needs batches of one size. The last may be smaller: "
            "torch.cat joins them along the first axis.",
            way(join=lambda found: torch.stack(found).flatten(0, 1)),
            way(join=torch.stack),
        ),
        "all at once": (
            "You run the model on all images at once. Run it on at most batch_size of them.",
            way(batches=lambda images, size: [images]),
        ),
        "as many batches": (
            "You take batch_size for the number of batches. It is the number of images in one.",
            way(batches=lambda images, size: images.chunk(size)),
        ),
        "gradients recorded": (
            "Your features hang on the model by their gradients, and keep all maps in memory. Run "
            "it with torch.no_grad().",
            with_gradients,
        ),
        "left in eval mode": (
            "You leave the model in eval mode. Afterwards each part has the mode it came with.",
            in_place(lambda model, was: None),
        ),
        "one mode for all": (
            "You give all parts one mode afterwards. They may differ, as where a norm is frozen: "
            "keep module.training of each, or run a copy.",
            in_place(lambda model, was: model.train(was)),
        ),
        "left in train mode": (
            "You leave the model in train mode, whatever it came in.",
            in_place(lambda model, was: model.train()),
        ),
        "head lost": (
            "Your model has lost its head. Put it back, or work on a copy.",
            in_place(lambda model, was: None, head=False),
            in_place(lambda model, was: model.train(was), head=False),
        ),
        "learns no more": (
            "You leave requires_grad changed: afterwards the same parameters must learn. "
            "torch.no_grad() needs no such change.",
            learning(False),
        ),
        "all learn": (
            "You make all parameters learn afterwards, also those that were frozen before. "
            "torch.no_grad() needs no change of requires_grad.",
            learning(False, True),
        ),
        "head replaced": (
            "The model's fc is another object than before, with the same numbers. Put the same one "
            "back: an optimiser may hold its parameters.",
            head_replaced,
        ),
        "hooks cleared": (
            "You remove hooks that the head had before. Remove yours alone: register_forward_hook "
            "returns it, hook.remove() removes it.",
            hooks_cleared("_forward_hooks"),
            hooks_cleared("_forward_pre_hooks"),
            hooks_cleared("_forward_hooks", "_forward_pre_hooks"),
        ),
        "forward left": (
            "You leave another forward on a part of the model. Afterwards the model gives what it "
            "gave before.",
            forward_left,
        ),
        "of the part before": (
            "You return what the last part before fc gives. forward may do more between the two: "
            "return what fc itself is given, as a hook of fc sees it.",
            of_last_part(lambda y: y.flatten(1)),
            of_last_part(lambda y: y),
        ),
        "hook left": (
            "You leave a hook on the model. Remove it: hook.remove().",
            by_hook(removed=False),
        ),
        "list": (
            "Return one tensor of all features: torch.cat of those of the batches.",
            way(after=lambda features: list(features)),
            way(after=lambda features: features.tolist()),
        ),
        "another order": (
            "Your features stand in another order than the images.",
            way(after=lambda features: features.flip(0)),
        ),
        "scaled": (
            "You change the features: they are scaled, or cut off. Return them as they are.",
            way(after=lambda features: nn.functional.normalize(features, dim=1)),
            way(after=lambda features: features / 2),
        ),
    },
    right=(way(), by_hook(removed=True)),
    hints=(
        "With nn.Identity() as its fc a model returns what the head is given.",
        "copy.deepcopy(model).eval() may be changed as you like: the model itself stays as it is.",
        "images.split(batch_size) gives batches, the last one smaller; torch.cat joins what comes.",
    ),
    forbidden=("course_lib",),
    stand_in="cached_features",
)
