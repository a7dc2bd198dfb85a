"""Extra: how much of the image is left in what comes out of each ReLU."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.models.configs import Layer, conv, flatten, linear, max_pool, relu
from course_lib.sections.vgg.adapters import network
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.vgg.models import changed, norm

Measure = Callable[[Tensor], Any]


def _case(draw: Draw, about: str, layers: list[Layer], *shape: int) -> Case:
    """A row of layers with weights on which every ReLU gives something, and images."""
    while True:
        state = network(layers).state_dict().items()
        floats = [(name, t) for name, t in state if t.is_floating_point()]
        weights = {name: _drawn(draw, name, tuple(t.shape)) for name, t in floats}
        images = draw.normal(*shape) + 0.3
        if all(value > 0.05 for value in _with_weights(layers, weights, images)):
            return Case(args=(layers, weights, images), about=about)


def _with_weights(layers: list[Layer], weights: dict[str, Tensor], images: Tensor) -> list[float]:
    row = nn.Sequential(*map(network, layers))
    row.load_state_dict({**row.state_dict(), **weights})
    return signal(row.eval(), images)


def _drawn(draw: Draw, name: str, shape: tuple[int, ...]) -> Tensor:
    if name.endswith("running_var"):
        return 0.5 + draw.uniform(*shape)
    return draw.normal(*shape) * (0.7 if len(shape) > 1 else 0.5)


def _settings(draw: Draw) -> list[Case]:
    c = draw.integer(3, 4)
    return [
        _case(
            draw,
            "two images, convolutions and a pooling",
            [conv(2, c, 3, padding=1), relu(), max_pool(2), conv(c, 2, 3), relu(), max_pool(2)],
            *(2, 2, 9, 12),
        ),
        _case(
            draw,
            "several images, two convolutions in a row",
            [conv(1, c, 3), relu(), conv(c, 5, 2), relu(), conv(5, 2, 1), relu()],
            *(draw.integer(5, 6), 1, 5, 4),
        ),
        _case(
            draw,
            "batch norm",
            [conv(2, c, 3), norm(c), relu(), conv(c, 3, 1), norm(3), relu(), max_pool(2)],
            *(3, 2, 6, 5),
        ),
        _case(
            draw,
            "dense layers behind a flatten",
            [conv(1, 2, 2), relu(), flatten(), linear(24, 7), relu(), linear(7, 4), relu()],
            *(4, 1, 4, 5),
        ),
        _case(draw, "a ReLU first, and no other", [relu(), conv(2, 3, 2)], 3, 2, 4, 3),
        _case(
            draw,
            "a layer without ReLU at the end",
            [conv(1, c, 2), relu(), conv(c, 2, 2)],
            2,
            1,
            4,
            6,
        ),
        _case(
            draw,
            "maps of a single number",
            [conv(2, 4, 2), relu(), conv(4, 3, 1), relu()],
            *(4, 2, 2, 2),
        ),
    ]


def signal(layers: nn.Sequential, images: Tensor) -> list[float]:
    """By hooks and NumPy."""
    kept: list[Any] = []
    hooks = [
        layer.register_forward_hook(lambda layer, inputs, y: kept.append(y.detach().numpy()))
        for layer in layers
        if isinstance(layer, nn.ReLU)
    ]
    layers(images)
    for hook in hooks:
        hook.remove()
    return [float(np.std(maps, axis=0).mean() / maps.mean()) for maps in kept]


def _measured(
    measure: Measure,
    *,
    before: bool = False,
    at: Callable[[nn.Module], bool] = lambda layer: isinstance(layer, nn.ReLU),
) -> Callable[[nn.Sequential, Tensor], list[Any]]:
    """Something else is measured, before the layer or after it, or at other layers."""

    def way(layers: nn.Sequential, images: Tensor) -> list[Any]:
        found, maps = [], images
        with torch.no_grad():
            for layer in layers:
                came, maps = maps, layer(maps)
                if at(layer):
                    found.append(measure(came if before else maps))
        return found

    return way


def _spread(maps: Tensor) -> Tensor:
    return maps.std(0, unbiased=False)


def _right(maps: Tensor) -> Tensor:
    return _spread(maps).mean() / maps.mean()


def _alone(maps: Tensor) -> Tensor:
    """Each image by itself: how much its numbers differ."""
    return maps.flatten(1).std(1, unbiased=False).mean() / maps.mean()


def _channels(maps: Tensor) -> Tensor:
    """All places of a channel together with the images."""
    dims = [dim for dim in range(maps.dim()) if dim != 1]
    return maps.std(dims, unbiased=False).mean() / maps.mean()


def _training(layers: nn.Sequential, images: Tensor) -> list[Any]:
    found = _measured(_right)(layers.train(), images)
    layers.eval()
    return found


def _by_place(kind: type[nn.Module]) -> Callable[[nn.Sequential, Tensor], list[Any]]:
    """At the layers of a kind with the numbers 1, 3, 5 and so on."""

    def way(layers: nn.Sequential, images: Tensor) -> list[Any]:
        odd = [layer for layer in layers[1::2] if isinstance(layer, kind)]
        return _measured(_right, at=lambda layer: layer in odd)(layers, images)

    return way


SIGNAL = Exercise(
    id="vgg.signal",
    title="What is left of the image",
    points=2,
    minutes=13,
    core=False,
    covers=("E14.14",),
    example=((Case(args=([relu()], {}, torch.tensor([[1.0], [3.0]]))), [0.5]),),
    cases=_settings,
    reference=signal,
    through="ask_signal",
    promises=("unchanged",),
    wrong={
        "divided by N - 1": (
            "Your deviation divides by N - 1, as std does by itself. Here it divides by N: "
            "unbiased=False.",
            _measured(lambda maps: maps.std(0).mean() / maps.mean()),
        ),
        "all numbers at once": (
            "You took one deviation of all numbers. It is taken over the images only, for each "
            "place of each channel: dim 0.",
            _measured(lambda maps: maps.std(unbiased=False) / maps.mean()),
            _measured(lambda maps: maps.std() / maps.mean()),
        ),
        "within the images": (
            "You took the deviation within each image. It is taken over the images, for each place "
            "of each channel: dim 0.",
            _measured(_alone),
        ),
        "channel by channel": (
            "You took one deviation for each channel, over images and places. Every place has its "
            "own, over the images alone: dim 0.",
            _measured(_channels),
        ),
        "not divided": (
            "You return the mean deviation. Divide it by the mean of the output: else it tells how "
            "large the numbers are.",
            _measured(lambda maps: _spread(maps).mean()),
        ),
        "variance": (
            "You took the variance. The deviation is its root.",
            _measured(lambda maps: maps.var(0, unbiased=False).mean() / maps.mean()),
            _measured(lambda maps: maps.var(0).mean() / maps.mean()),
        ),
        "upside down": (
            "Your fraction is upside down: the deviation is divided by the mean.",
            _measured(lambda maps: maps.mean() / _spread(maps).mean()),
        ),
        "divided unit by unit": (
            "You divided each deviation by a mean of its own. Take the mean of the deviations and "
            "the mean of all numbers, and divide once.",
            _measured(lambda maps: (_spread(maps) / maps.mean()).sum()),
            _measured(lambda maps: (_spread(maps) / (maps.mean(0) + 1e-8)).mean()),
            _measured(lambda maps: (_spread(maps) / maps.mean(0)).nan_to_num().mean()),
        ),
        "deviation of the mean": (
            "You took the deviation of the images' means. Every number of the output has its own "
            "deviation first; the mean is taken of these.",
            _measured(lambda maps: maps.flatten(1).mean(1).std(unbiased=False) / maps.mean()),
        ),
        "before the ReLU": (
            "You measured what goes into the ReLU. Measure what comes out of it.",
            _measured(_right, before=True),
            _measured(lambda maps: _spread(maps).mean() / maps.abs().mean(), before=True),
        ),
        "at every layer": (
            "You give a number for each layer. Give one for each ReLU.",
            _measured(_right, at=lambda layer: True),
            _measured(lambda maps: _spread(maps).mean() / maps.abs().mean(), at=lambda layer: True),
        ),
        "last only": (
            "You give one number in all. Give a list with one for each ReLU.",
            lambda layers, images: signal(layers, images)[-1],
            lambda layers, images: signal(layers, images)[-1:],
            lambda layers, images: _right(layers(images)),
            lambda layers, images: [_right(layers(images))],
            lambda layers, images: np.mean(signal(layers, images)).item(),
            lambda layers, images: [np.mean(signal(layers, images)).item()],
        ),
        "in train mode": (
            "You ran the layers in train mode. They are in eval mode: leave them so, and batch "
            "norm with its running averages.",
            _training,
        ),
        "another axis": (
            "Your deviation is not taken over the images. They lie along dim 0.",
            _measured(lambda maps: maps.std(1, unbiased=False).mean() / maps.mean()),
            _measured(lambda maps: maps.std(-1, unbiased=False).mean() / maps.mean()),
            _measured(lambda maps: maps.std((-2, -1), unbiased=False).mean() / maps.mean()),
        ),
        "by the place": (
            "You take every second layer for a ReLU. Ask each what it is: isinstance(layer, "
            "nn.ReLU).",
            _by_place(nn.ReLU),
            _by_place(nn.Module),
        ),
        "zeros left out": (
            "You left zeros out. A ReLU's zeros are numbers of its output, too: take the means of "
            "all.",
            _measured(lambda maps: _spread(maps).mean() / maps[maps > 0].mean()),
            _measured(lambda maps: _spread(maps)[_spread(maps) > 0].mean() / maps.mean()),
        ),
        "root at the end": (
            "You took the mean of the variances, and then the root. The root comes first, for each "
            "number; then the mean.",
            _measured(lambda maps: maps.var(0, unbiased=False).mean().sqrt() / maps.mean()),
        ),
        "another mean": (
            "You divided by another mean than that of the whole output.",
            _measured(lambda maps: _spread(maps).mean() / maps[0].mean()),
            lambda layers, images: [
                part * whole / images.mean()
                for part, whole in zip(
                    signal(layers, images), _measured(torch.mean)(layers, images), strict=True
                )
            ],
        ),
        "images not passed on": (
            "You give the images to each ReLU. Each layer reads what the one before it gives.",
            lambda layers, images: [
                _right(images.relu()) for m in layers if isinstance(m, nn.ReLU)
            ],
        ),
        **changed(signal),
    },
    right=(
        _measured(_right),
        lambda layers, images: torch.tensor(
            [
                layers[: place + 1](images).detach().numpy().std(0).mean()
                / layers[: place + 1](images).detach().mean()
                for place in range(len(layers))
                if isinstance(layers[place], nn.ReLU)
            ]
        ),
    ),
    hints=(
        "Go through the layers with a loop: maps = layer(maps). When is there something to "
        "measure?",
        "maps.std(0, unbiased=False) is the deviation over the images, one number for each place.",
        "Append maps.std(0, unbiased=False).mean() / maps.mean() where isinstance(layer, nn.ReLU).",
    ),
)
