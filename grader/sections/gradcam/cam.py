"""Class activation maps: the dense layer's weights, put back in their places."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def of(n: int, channels: int, h: int, w: int, classes: int) -> list[Tensor]:
        """Maps after a ReLU, weights of both signs, and classes that differ."""
        target = torch.tensor(draw.distinct(1, classes - 1, n))
        maps = draw.normal(n, channels, h, w).relu()
        maps[:, :, 0, 0] = 0.1 + draw.uniform(n, channels)
        return [maps, draw.normal(classes, channels), target]

    ends = of(2, 3, 3, 2, 6)
    ends[2] = torch.tensor([5, 0])
    against = of(2, 3, 2, 3, 4)
    against[1] = -against[1].abs() - 0.1
    signed = of(2, 5, 3, 2, 4)
    signed[0] = draw.normal(2, 5, 3, 2)
    return [
        Case(args=tuple(of(2, 5, 2, 3, 6)), about="maps that are wider than tall"),
        Case(args=tuple(of(2, 4, 3, 2, 4)), about="as many classes as channels"),
        Case(args=tuple(of(3, 3, 2, 3, 5)), about="as many images as channels"),
        Case(args=tuple(of(1, 4, 2, 3, 5)), about="one image"),
        Case(args=tuple(ends), about="the last class and the first"),
        Case(args=tuple(against), about="negative weights only"),
        Case(args=tuple(signed), about="maps of both signs, more channels than classes"),
        Case(args=tuple(of(2, 1, 3, 2, 4)), about="one channel"),
        Case(args=tuple(of(3, 4, 1, 1, 6)), about="maps of one pixel"),
    ]


def _of_class(maps: Tensor, weight: Tensor, target: Tensor) -> Tensor:
    """The reference: all classes by a convolution with windows of one pixel, then one of them."""
    every = F.conv2d(maps, weight[:, :, None, None])
    return every[torch.arange(len(maps)), target]


def _with(rows: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """The sum with other weights, (N, C) or (C,), made of weight and target."""

    def answer(maps: Tensor, weight: Tensor, target: Tensor) -> Tensor:
        return (rows(weight, target)[..., None, None] * maps).sum(1)

    return answer


def _with_channels(maps: Tensor, weight: Tensor, target: Tensor, some: slice) -> Tensor:
    return (weight[target][..., None, None] * maps)[:, some].sum(1)


def _after(change: Callable[[Tensor], Any]) -> Callable[..., Any]:
    return lambda maps, weight, target: change(_of_class(maps, weight, target))


def _of_maps(change: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    return lambda maps, weight, target: _of_class(change(maps), weight, target)


def _one_by_one(maps: Tensor, weight: Tensor, target: Tensor) -> Tensor:
    pairs = zip(maps, target, strict=True)
    return torch.stack([torch.tensordot(weight[c], one, dims=1) for one, c in pairs])


def _by_loops(maps: Tensor, weight: Tensor, target: Tensor) -> Tensor:
    result = torch.zeros(len(maps), *maps.shape[2:])
    for n in range(len(maps)):
        for channel in range(maps.shape[1]):
            result[n] += weight[int(target[n]), channel] * maps[n, channel]
    return result


_TWO = torch.tensor([[1.0, 0], [2, 3]]).view(1, 2, 1, 2)

CAM = Exercise(
    id="gradcam.cam",
    title="Class activation maps",
    points=2,
    minutes=6,
    covers=("E14.32",),
    example=(
        (
            Case(args=(_TWO, torch.tensor([[0.0, 1], [2, -1]]), torch.tensor([1]))),
            torch.tensor([[[0.0, -3]]]),
        ),
    ),
    cases=_cases,
    reference=_of_class,
    promises=("unchanged", "tensor"),
    wrong={
        "negative numbers cut": (
            "You put a ReLU behind the sum, as Grad-CAM does. CAM has none: negative numbers say "
            "what speaks against the class.",
            _after(torch.relu),
        ),
        "negative weights cut": (
            "You cut negative weights, or their contributions, to 0. They are subtracted.",
            _with(lambda weight, target: weight[target].relu()),
            lambda maps, weight, target: (weight[target][..., None, None] * maps).relu().sum(1),
        ),
        "sign lost": (
            "You took absolute values. A channel with a negative weight speaks against the class.",
            _with(lambda weight, target: weight[target].abs()),
            _after(torch.abs),
        ),
        "mean over the channels": (
            "You divide by the number of channels. The products are added.",
            lambda maps, weight, target: _of_class(maps, weight, target) / maps.shape[1],
        ),
        "divided by the places": (
            "You divide by the number of places, h * w, as Grad-CAM's weights are. CAM takes the "
            "weights of the dense layer as they are.",
            lambda maps, weight, target: (
                _of_class(maps, weight, target) / maps.shape[2] / maps.shape[3]
            ),
        ),
        "first class for all": (
            "You take one class for all images. Image n has the class target[n].",
            _with(lambda weight, target: weight[target[0]]),
            _with(lambda weight, target: weight[target[-1]]),
            _with(lambda weight, target: weight[0]),
        ),
        "predicted class": (
            "You take the class that these maps have the largest logit for. Image n has the class "
            "target[n].",
            lambda maps, weight, target: _of_class(
                maps, weight, (maps.mean((2, 3)) @ weight.T).argmax(1)
            ),
        ),
        "class before": (
            "You take the class before the one asked for. Classes count from 0: weight[target].",
            _with(lambda weight, target: weight[target - 1]),
        ),
        "row by the image's number": (
            "You take row n of the weights for image n. Its class is target[n]: weight[target].",
            _with(lambda weight, target: weight[: len(target)]),
        ),
        "column for row": (
            "You take a column of the weights: (classes, C) has a row for each class.",
            _with(lambda weight, target: weight.T[target]),
            _with(lambda weight, target: weight[:, target].T),
        ),
        "all classes": (
            "Your maps are those of all classes. Each image has one: weight[target] has its "
            "weights, (N, C).",
            lambda maps, weight, target: F.conv2d(maps, weight[:, :, None, None]),
        ),
        "sum of the classes": (
            "You add up the maps of all classes. One class is asked for of each image.",
            _with(lambda weight, target: weight.sum(0)),
        ),
        "classes of the whole batch": (
            "You add up the classes of all images for each of them. Image n has the class "
            "target[n] alone.",
            _with(lambda weight, target: weight[target].sum(0)),
        ),
        "one channel alone": (
            "One channel alone is left in your maps, the first or the last. Add all of them up: in "
            "a loop by +=, not =.",
            lambda maps, weight, target: _with_channels(maps, weight, target, slice(-1, None)),
            lambda maps, weight, target: _with_channels(maps, weight, target, slice(1)),
        ),
        "a channel left out": (
            "The first or the last channel is missing in your sums. Channels go from 0 to C - 1.",
            lambda maps, weight, target: _with_channels(maps, weight, target, slice(1, None)),
            lambda maps, weight, target: _with_channels(maps, weight, target, slice(-1)),
        ),
        "channels not added": (
            "You return the products of all channels. Add them up, over axis 1.",
            lambda maps, weight, target: weight[target][..., None, None] * maps,
        ),
        "places added": (
            "You put the places together as well, which leaves one number for an image. A map "
            "keeps them: add over the channels alone, axis 1.",
            _after(lambda cam: cam.sum((1, 2))),
            _after(lambda cam: cam.mean((1, 2))),
        ),
        "places alike": (
            "All places of your maps hold one number, as after global average pooling. Weigh the "
            "maps themselves.",
            _after(lambda cam: cam.mean((1, 2), keepdim=True).expand_as(cam)),
        ),
        "probabilities for weights": (
            "You put the weights through a softmax. They are taken as they are.",
            _with(lambda weight, target: weight.softmax(1)[target]),
        ),
        "scaled": (
            "Your maps are divided by their maxima. The raw map is asked for.",
            _after(lambda cam: cam / cam.abs().amax((1, 2), keepdim=True)),
        ),
        "maps clipped": (
            "You put the maps through a ReLU first. They are taken as they are.",
            _of_maps(torch.relu),
        ),
        "rows and columns exchanged": (
            "Your maps have w rows and h columns: the order of the axes is (N, h, w).",
            _after(lambda cam: cam.transpose(1, 2)),
            _after(lambda cam: cam.reshape(len(cam), cam.shape[2], cam.shape[1])),
        ),
        "axis too many": (
            "An axis of size 1 is left where the channels were. The shape is (N, h, w).",
            _after(lambda cam: cam[:, None]),
        ),
        "axis lost": (
            "Axes of size 1 have gone. The shape is (N, h, w) always: leave out squeeze().",
            _after(lambda cam: cam.squeeze()),
        ),
    },
    right=(
        _one_by_one,
        _by_loops,
        lambda maps, weight, target: torch.einsum("nc,nchw->nhw", weight[target], maps),
        lambda maps, weight, target: (weight[target].unsqueeze(1) @ maps.flatten(2)).view(
            len(maps), *maps.shape[2:]
        ),
    ),
    hints=(
        "weight[target] takes one row for each image: (N, C).",
        "Give these weights two more axes of size 1, so that they fit to the maps, multiply, and "
        "add over axis 1.",
    ),
)
