"""How functions are asked that take a network, which cannot travel as it is."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.compare import as_tensor
from course_lib.models.configs import Layer
from course_lib.sections.lenet.networks import Net, Watched, Weights
from course_lib.sections.lenet.own_net import ask_net as ask_net
from course_lib.sections.lenet.properties import FEW


def ask_train(
    train_epoch: Callable[..., Any],
    weights: Weights,
    images: Tensor,
    labels: Tensor,
    batch_size: int,
    lr: float,
    *,
    plain: bool = False,
) -> dict[str, Any]:
    """Lets the function train a model for two epochs.

    The model is handed over in eval mode, and holds gradients of something else at first.

    Args:
        plain: tell whether something that is returned still hangs on the steps, "tracked".

    Returns:
        "mode": those met, 1 for train mode, 0 for eval mode, between them where parts differ;
        "sizes": the number of images in each call; "strange": of images shown that are none of
        those given; "order": which they were; "weights" before each call and at the end; of each
        epoch what was "returned": how many numbers, and the "loss" and the "accuracy".
    """
    model = Watched(weights)
    for weight in model.parameters():
        weight.grad = torch.ones_like(weight)
    given, returned = images.clone(), []
    for _ in range(2):
        model.eval()
        returned.append(train_epoch(model, images, labels, batch_size, lr))
    steps = torch.stack([*(call["weights"] for call in model.calls), model.weights()])
    tracked = {"tracked": any(map(_tracked, returned))} if plain else {}
    return {**_seen(model, given, 1), "weights": steps, **_numbers(returned), **tracked}


def ask_evaluate(
    evaluate: Callable[..., Any], weights: Weights, images: Tensor, labels: Tensor, batch_size: int
) -> dict[str, Any]:
    """Lets the function evaluate a model twice, which is handed over in train mode.

    Returns:
        As `ask_train`; "frozen": whether weights no longer require gradients; "gradients": whether
        they were recorded; "weights": those at the end.
    """
    model, given, returned = Watched(weights), images.clone(), []
    for _ in range(2):
        model.train()
        returned.append(evaluate(model, images, labels, batch_size))
    gradients = any(call["gradients"] for call in model.calls)
    return {
        **_seen(model, given, 0),
        "weights": model.weights(),
        **_numbers(returned),
        "frozen": not all(weight.requires_grad for weight in model.parameters()),
        "gradients": gradients,
    }


def _seen(model: Watched, images: Tensor, mode: int) -> dict[str, Any]:
    """What the model was shown, and in which modes; in the one asked for if it never was called."""
    modes = {sum(call["train"]) / len(call["train"]) for call in model.calls}
    places = [_place(image, images) for call in model.calls for image in call["images"]]
    return {
        "mode": sorted(modes or {mode}),
        "sizes": [len(call["images"]) for call in model.calls],
        "strange": places.count(-1),
        "order": places,
    }


def _place(image: Tensor, images: Tensor) -> int:
    same = [torch.equal(image, one) for one in images]
    return same.index(True) if True in same else -1


def _numbers(returned: Sequence[Any]) -> dict[str, Any]:
    """The numbers returned, if they are two each time."""
    came = [as_tensor(numbers) for numbers in returned]
    pairs = [pair.tolist() if pair is not None and pair.shape == (2,) else [] for pair in came]
    return {
        "returned": [len(pair) for pair in pairs],
        "loss": [pair[:1] for pair in pairs],
        "accuracy": [pair[1:] for pair in pairs],
    }


def _tracked(returned: Any) -> bool:
    numbers = returned if isinstance(returned, (list, tuple)) else [returned]
    return any(isinstance(one, Tensor) and one.requires_grad for one in numbers)


def ask_maps(
    feature_maps: Callable[..., Any], config: list[Layer], weights: Weights, images: Tensor
) -> Any:
    """Lets the function look into a network of LeNet's form."""
    return feature_maps(Net(config, weights), images)


def ask_shape(axes_problem: Callable[..., Any], shape: Sequence[int], channels: int) -> Any:
    """Asks with a tuple and with a torch.Size; both answers where they differ."""
    found, of_size = (axes_problem(form(shape), channels) for form in (tuple, torch.Size))
    return found if found == of_size else f"{found!r} for a tuple, {of_size!r} for a torch.Size"


def split_again(split: Callable[..., Any], n: int, held_out: int, seed: int) -> list[Any]:
    """Asks twice with one seed, and with three others; of few images with many others."""
    others = 60 if n == FEW else 3
    seeds = [seed, *range(seed, seed + others + 1)]
    return [split(n, held_out, number) for number in seeds]
