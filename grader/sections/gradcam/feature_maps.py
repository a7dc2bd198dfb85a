"""Part A: the maps of any layers, kept by hooks."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.modes import Way, left_modes, restoring
from grader.sections.gradcam.hooks import hooked
from grader.sections.gradcam.layers import last_output

_Keep = Callable[[dict[str, Any], str, Any, Any], None]


def _reference(model: Any, layers: Sequence[str], x: Tensor) -> dict[str, Tensor]:
    net = copy.deepcopy(model).eval()
    return {name: last_output(net, name, x) for name in layers}


def _last(maps: dict[str, Any], name: str, inputs: Any, output: Any) -> None:
    maps[name] = output.clone()


def _way(
    keep: _Keep = _last,
    finished: Callable[[Any], Any] = lambda maps: maps,
    run: Callable[[Any, Tensor], Any] = lambda model, x: model(x.clone()),
    grad: bool = False,
    ordered: bool = True,
) -> Way:
    """An answer by forward hooks; it sets no mode.

    Args:
        keep: what a hook keeps, (maps, name, inputs, output).
        finished: what is made of each entry.
        ordered: in the order of the list, not in that of the forward pass.
    """

    def answer(model: Any, layers: Sequence[str], x: Tensor) -> dict[str, Any]:
        maps: dict[str, Any] = {}

        def hook(name: str) -> Any:
            return lambda _, inputs, output: keep(maps, name, inputs, output)

        hooks = [(model.get_submodule(name), hook(name)) for name in layers]
        with hooked(hooks), torch.set_grad_enabled(grad):
            run(model, x)
        names = layers if ordered else [*maps]
        return {name: finished(maps[name]) for name in names}

    return answer


def _eval(**changes: Any) -> Way:
    """The same in eval mode, with the modes as before afterwards."""
    return restoring(_way(**changes))


def _reference_kept(maps: dict[str, Any], name: str, inputs: Any, output: Any) -> None:
    maps[name] = output.detach()


def _first(maps: dict[str, Any], name: str, inputs: Any, output: Any) -> None:
    maps.setdefault(name, output.clone())


def _all_runs(maps: dict[str, Any], name: str, inputs: Any, output: Any) -> None:
    maps.setdefault(name, []).append(output.clone())


def _inputs(maps: dict[str, Any], name: str, inputs: Any, output: Any) -> None:
    maps[name] = inputs[0].clone()


def _late_name(strict: bool) -> Way:
    """All hooks write under the last name: that is what the loop's variable is when they run."""

    def answer(model: Any, layers: Sequence[str], x: Tensor) -> dict[str, Any]:
        maps: dict[str, Any] = {}

        def keep(_: Any, inputs: Any, output: Tensor) -> None:
            maps[layers[-1]] = output.clone()

        with hooked([(model.get_submodule(name), keep) for name in layers]), torch.no_grad():
            model(x.clone())
        return {name: maps[name] for name in layers} if strict else maps

    return answer


def _on_a_copy(model: Any, layers: Sequence[str], x: Tensor) -> Any:
    return _way(finished=torch.Tensor.detach, grad=True)(copy.deepcopy(model).eval(), layers, x)


def _copied_as_it_is(model: Any, layers: Sequence[str], x: Tensor) -> Any:
    return _way()(copy.deepcopy(model), layers, x)


def _hooks_left(model: Any, layers: Sequence[str], x: Tensor, but_last: int = 0) -> Any:
    maps: dict[str, Any] = {}
    handles = [
        model.get_submodule(name).register_forward_hook(
            lambda _, i, y, name=name: _last(maps, name, i, y)
        )
        for name in layers
    ]
    with torch.no_grad():
        model(x.clone())
    for handle in handles[len(layers) - but_last :]:
        handle.remove()
    return {name: maps[name] for name in layers}


def _last_removed(model: Any, layers: Sequence[str], x: Tensor) -> Any:
    """The loop's variable holds one handle, that of the last hook."""
    return _hooks_left(model, layers, x, 1)


def _hooks_cleared(model: Any, layers: Sequence[str], x: Tensor) -> Any:
    maps = _hooks_left(model, layers, x)
    for name in layers:
        model.get_submodule(name)._forward_hooks.clear()
    return maps


def _by_hand(model: Any, layers: Sequence[str], x: Tensor) -> dict[str, Any]:
    """The model's outermost parts, one after the other."""
    maps, x = {}, x.clone()
    with torch.no_grad():
        for name, part in model.named_children():
            x = part(x)
            maps[name] = x.clone()
    return {name: maps[name] for name in layers}


def _frozen(model: Any, layers: Sequence[str], x: Tensor) -> Any:
    return _way(grad=True)(model.requires_grad_(False), layers, x)


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, form: str, layers: list[str], n: int = 2, *more: Any) -> Case:
        h, w = {"resnet": (5, 2), "vgg": (4, 2), "branches": (4, 6), "bare": (2, 3)}[form]
        kind = (form, draw.integer(1, 10**6))
        return Case(args=(kind, layers, draw.normal(n, 3, h, w), *more), about=about)

    return [
        case("a convolution before a ReLU in place", "vgg", ["features.3"]),
        case("layers in another order than they run in", "vgg", ["features.4", "features.0"]),
        case("a norm to which something is added in place", "resnet", ["layer1.bn2"]),
        case("a ReLU that runs twice", "resnet", ["layer2.relu", "relu"]),
        case("a block, and a layer inside of it", "resnet", ["layer2.conv1", "layer2"]),
        case("a model in train mode", "resnet", ["bn1"], 3, "train"),
        case("train mode, with one part in eval mode", "branches", ["norm"], 3, "mixed"),
        case("dropout in train mode, and a dense layer", "vgg", ["classifier.3"], 2, "train"),
        case("a first layer that works in place", "bare", ["1"], 2, "train"),
        case("one image", "branches", ["tall", "stem"], 1),
        case("a frozen model", "branches", ["wide"], 2, "frozen"),
        case("asked before with other images", "resnet", ["layer1"], 2, "train", True),
    ]


FEATURE_MAPS = Exercise(
    id="gradcam.feature_maps",
    title="Feature maps of any layer",
    points=3,
    minutes=17,
    covers=("E14.12", "E14.20", "E14.35"),
    example=(
        (
            Case(args=(("one by one", 0), ["0", "1"], torch.tensor([[[[3.0, 0.0]]]]))),
            {
                "form": "",
                "names": ["0", "1"],
                "maps": [[[[[-2, 1]]]], [[[[0, 1]]]]],
                "model": "",
            },
        ),
    ),
    cases=_cases,
    reference=_reference,
    through="ask_feature_maps",
    promises=("unchanged",),
    parts={
        "form": "Return a dict, name -> tensor, whose tensors require no gradient.",
        "names": "The dict holds the names of the list, all of them, in its order.",
        "maps": "Your maps are not what the layers gave for these images in eval mode.",
        "model": "The model is not as before, or the images: modes, weights, statistics, gradients "
        "and requires_grad of its parameters, hooks.",
    },
    wrong={
        "overwritten": (
            "You keep the output itself, also with .detach(), and a later ReLU in place or += "
            "writes into it. Keep output.clone().",
            _eval(keep=_reference_kept),
        ),
        "first run": (
            "Of a layer that runs more than once you keep the first output. A residual block calls "
            "one ReLU in two places: the last output counts.",
            _eval(keep=_first),
        ),
        "all runs": (
            "You keep a list of all outputs of a layer. Keep one tensor, the last.",
            _eval(keep=_all_runs),
        ),
        "one name for all": (
            "All your hooks write under the last name: when they run, the loop is over. Give each "
            "its own, def keep(layer, inputs, output, name=name), or make it in a function.",
            restoring(_late_name(strict=False)),
            restoring(_late_name(strict=True)),
        ),
        "what came in": (
            "You keep what a layer is given. The hook's third argument is its output.",
            _eval(keep=_inputs),
        ),
        "in train mode": (
            "You run the model in the mode that it came in, or in train mode. There batch norm "
            "mixes the images, and dropout cuts: run it in eval mode.",
            _way(),
            _copied_as_it_is,
        ),
        "tracked": (
            "Your maps hang on the model's graph and keep all of it in memory. Run the model "
            "within torch.no_grad(), or detach the maps.",
            _eval(grad=True),
        ),
        "order of the network": (
            "Your names stand in the order in which the layers run. They are to stand in the order "
            "of the list.",
            _eval(ordered=False),
        ),
        "first image": (
            "You keep the maps of the first image. Keep those of all: (N, C, h, w).",
            _eval(finished=lambda maps: maps[0]),
            _eval(finished=lambda maps: maps[:1]),
        ),
        "images averaged": (
            "You average over the images. Each has maps of its own: (N, C, h, w).",
            _eval(finished=lambda maps: maps.mean(0)),
        ),
        "channels averaged": (
            "You average over the channels. Keep the maps of all: (N, C, h, w).",
            _eval(finished=lambda maps: maps.mean(1)),
        ),
        "negative numbers cut": (
            "You cut negative numbers off. Keep what the layer gave.",
            _eval(finished=torch.relu),
        ),
        "squeezed": (
            "You squeeze the maps. Axes of size one stay: (N, C, h, w), also of one image.",
            _eval(finished=torch.squeeze),
        ),
        "hooks left": (
            "Your hooks stay on the model, and run whenever it does. Remove each by the handle "
            "that register_forward_hook returned: handle.remove().",
            restoring(_hooks_left),
            restoring(_last_removed),
        ),
        "others' hooks removed": (
            "You remove hooks that were there before. Remove yours alone, each by its handle.",
            restoring(_hooks_cleared),
        ),
        "gradients thrown away": (
            "You throw away the gradients that the parameters held. Leave them.",
            _eval(run=lambda model, x: (model.zero_grad(), model(x.clone()))),
        ),
        "left frozen": (
            "You set requires_grad of the parameters to False, and leave it so. Let them be: "
            "torch.no_grad() is enough.",
            restoring(_frozen),
        ),
        "images overwritten": (
            "The model writes into x where its first layer works in place. Give it x.clone().",
            _eval(run=lambda model, x: model(x)),
        ),
        "parts one by one": (
            "You run the model's outermost parts one after the other. A layer may stand deeper, "
            "and a model may do more than that: keep the maps by hooks, and run the model.",
            restoring(_by_hand),
        ),
        **left_modes(_way()),
    },
    right=(
        _eval(),
        _on_a_copy,
        _eval(finished=torch.Tensor.detach, grad=True),
    ),
    hints=(
        "layer.register_forward_hook(keep) has keep(layer, inputs, output) called whenever the "
        "layer runs. It returns a handle; handle.remove() takes the hook away.",
        "One function for each name: it puts output.clone() into a dict under this name. A name "
        "that is bound in a loop must be handed to it, as a default say: def keep(layer, inputs, "
        "output, name=name).",
        "with evaluating(model), torch.no_grad(): model(x); then remove all handles, and return "
        "the maps in the order of the list.",
    ),
)
