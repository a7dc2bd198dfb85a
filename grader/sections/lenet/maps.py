"""What the layers respond to: feature maps."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.models.configs import Layer, avg_pool, conv, flatten, linear, max_pool
from course_lib.sections.lenet.networks import modules
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_POOLS = {"avg": avg_pool, "max": max_pool}


def _outputs(model: Any, x: Tensor) -> list[Tensor]:
    """What comes out of each stage."""
    found = []
    with torch.no_grad():
        for layer in model.net:
            x = layer(x)
            found.append(x)
    return found


def _stages(first: int, second: int) -> Callable[[Any, Tensor], list[Tensor]]:
    return lambda model, x: [_outputs(model, x)[first], _outputs(model, x)[second]]


def _by_hooks(model: Any, images: Tensor) -> list[Tensor]:
    """The reference: PyTorch tells what comes out of two of the modules."""
    found: list[Tensor] = []
    hooks = [
        model.net[stage].register_forward_hook(lambda module, args, out: found.append(out))
        for stage in (1, 4)
    ]
    model(images)
    for hook in hooks:
        hook.remove()
    return [maps.detach() for maps in found]


def _pooling_skipped(model: Any, x: Tensor) -> list[Tensor]:
    first = model.net[:2](x)
    return [first, model.net[3:5](first)]


def _always(act: Callable[[Tensor], Tensor]) -> Callable[[Any, Tensor], list[Tensor]]:
    def answer(model: Any, x: Tensor) -> list[Tensor]:
        first = act(model.net[0](x))
        return [first, act(model.net[3](model.net[2](first)))]

    return answer


def _own_pooling(pool: Callable[[Tensor, int], Tensor]) -> Callable[[Any, Tensor], list[Tensor]]:
    def answer(model: Any, x: Tensor) -> list[Tensor]:
        first = model.net[:2](x)
        return [first, model.net[3:5](pool(first, 2))]

    return answer


def _own_convolution(
    bias: bool = True, padding: int | None = None
) -> Callable[[Any, Tensor], list[Tensor]]:
    """F.conv2d with the weights in the place of the first convolution, or of both."""

    def answer(model: Any, x: Tensor) -> list[Tensor]:
        def conv(stage: int, x: Tensor, padding: Any) -> Tensor:
            layer = model.net[stage]
            return F.conv2d(x, layer.weight, layer.bias if bias else None, padding=padding)

        one = model.net[0].padding if padding is None else padding
        first = model.net[1](conv(0, x, one))
        return [first, model.net[4](conv(3, model.net[2](first), 0))]

    return answer


def _changed(change: Callable[[Tensor], Tensor]) -> Callable[[Any, Tensor], list[Tensor]]:
    """What is made of the right maps."""
    return lambda model, x: [change(maps) for maps in _stages(1, 4)(model, x)]


def _of_relu_only(model: Any, x: Tensor) -> list[Tensor]:
    pairs = zip(model.net, _outputs(model, x), strict=True)
    return [maps for layer, maps in pairs if isinstance(layer, nn.ReLU)][:2]


def _twice(model: Any, x: Tensor) -> list[Tensor]:
    first, second = _stages(1, 4)(model, x)
    return [model.net[1](first), model.net[4](second)]


def _net(activation: str, pooling: str, channels: tuple[int, int]) -> list[Layer]:
    """Twelve stages as LeNet's, for images of 6 x 8."""
    act, pool, (first, second) = {"layer": activation}, _POOLS[pooling](2), channels
    return [
        *(conv(1, first, 3, padding=1), act, pool, conv(first, second, 2), act, pool),
        *(flatten(), linear(second, 4), act, linear(4, 3), act, linear(3, 2)),
    ]


def _maps_cases(draw: Draw) -> list[Case]:
    def case(about: str, images: int, *net: Any) -> Case:
        config = _net(*net)
        state = modules(config, "meta").state_dict()
        weights = {name: draw.normal(*value.shape) for name, value in state.items()}
        return Case(args=(config, weights, draw.normal(images, 1, 6, 8)), about=about)

    return [
        case("ReLU and maximum", 2, "relu", "max", (3, 4)),
        case("tanh and average", 3, "tanh", "avg", (2, 3)),
        case("sigmoid and average", 2, "sigmoid", "avg", (3, 2)),
        case("one image", 1, "relu", "avg", (3, 2)),
        case("one channel", 2, "tanh", "max", (1, 1)),
    ]


FEATURE_MAPS = Exercise(
    id="lenet.feature_maps",
    title="Feature maps of both layers",
    points=2,
    minutes=8,
    core=False,
    covers=("D7.6.4",),
    cases=_maps_cases,
    through="ask_maps",
    reference=_by_hooks,
    promises=("unchanged",),
    wrong={
        "before the activation": (
            "These are the outputs of the convolutions. The feature maps asked for come out of "
            "the activations: stages 1 and 4, counted from 0.",
            _stages(0, 3),
        ),
        "after the pooling": (
            "These are the maps after pooling. Take them directly after the activation: stages 1 "
            "and 4, counted from 0.",
            _stages(2, 5),
        ),
        "first one only": (
            "The second is the first one's again. It comes from the second convolution, which "
            "reads the pooled maps.",
            _stages(1, 1),
        ),
        "pooling skipped": (
            "Your second convolution reads maps that were not pooled. Stage 2 comes between.",
            _pooling_skipped,
        ),
        "always one activation": (
            "You applied one activation whatever the network has. Use its own modules: "
            "model.net[1] and model.net[4].",
            _always(torch.relu),
            _always(torch.sigmoid),
            _always(torch.tanh),
        ),
        "ReLU only": (
            "You looked for ReLU only. The activations may be tanh or sigmoid, too: take them by "
            "their place, stages 1 and 4.",
            _of_relu_only,
        ),
        "activation twice": (
            "Your maps went through the activation twice. What comes out of stage 1, or of stage "
            "4, has been through it.",
            _twice,
        ),
        "always one pooling": (
            "You pooled in one way whatever the network has. Use its own module, model.net[2].",
            _own_pooling(F.max_pool2d),
            _own_pooling(F.avg_pool2d),
        ),
        "one stage too few": (
            "Your second map comes out of the second convolution, not of the activation after it. "
            "model.net[:5] ends with stage 4.",
            _stages(1, 3),
        ),
        "bias left out": (
            "The convolutions of your answer have no bias. Call the network's own modules, which "
            "have theirs.",
            _own_convolution(bias=False),
        ),
        "padding of LeNet": (
            "Your first convolution has a padding that this network has not. Call the network's "
            "own module, model.net[0], which has its own.",
            _own_convolution(padding=2),
            _own_convolution(padding=0),
        ),
        "one image only": (
            "You have the maps of one image. Give those of all of them.",
            _changed(lambda maps: maps[:1]),
            _changed(lambda maps: maps[0]),
        ),
        "images averaged": (
            "You averaged over the images. Their axis stays: each image has its own maps.",
            _changed(lambda maps: maps.mean(0)),
        ),
        "axis of one image lost": (
            "With one image your maps lose their first axis. They always have four: leave out "
            ".squeeze(0).",
            _changed(lambda maps: maps.squeeze(0)),
        ),
        "axis lost": (
            "With one image, or one channel, your maps lose an axis. They always have four: leave "
            "out .squeeze().",
            _changed(lambda maps: maps.squeeze()),
        ),
        "wrong order": (
            "Your two maps have changed places: first that of the first layer.",
            _stages(4, 1),
        ),
        "all in one": (
            "Two maps are asked for, in a list: after stage 1 and after stage 4.",
            lambda model, x: _outputs(model, x)[4],
            lambda model, x: [_outputs(model, x)[4]],
            lambda model, x: [_outputs(model, x)[stage] for stage in (1, 4, 8, 10)],
        ),
    },
    right=(_stages(1, 4), lambda model, x: tuple(_stages(1, 4)(model, x))),
    hints=(
        "Go through the layers: for stage, layer in enumerate(model.net): x = layer(x). Which x "
        "are to be kept?",
        "Keep x where stage is 1 or 4. with torch.no_grad() around it: nothing is learned here.",
    ),
)
