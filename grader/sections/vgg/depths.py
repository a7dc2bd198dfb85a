"""Part D: how deep a network is."""

from collections.abc import Callable
from typing import Any

from torch import nn

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from course_lib.models.configs import conv, flatten, linear, max_pool, relu
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.vgg import models

_EXAMPLE = [conv(1, 2, 3), relu(), max_pool(2), flatten(), linear(8, 6), relu(), linear(6, 3)]


def _settings(draw: Draw) -> list[Case]:
    c = draw.integer(3, 6)
    thin = [
        *(conv(2, c, 1), relu(), conv(c, c, 3, groups=c, bias=False), models.norm(c), relu()),
        *(conv(c, 9, 1, bias=False), flatten(), linear(9, 4, bias=False)),
    ]
    return [
        Case(args=(models.in_a_row(draw),), about="layers in a row, batch norm among them"),
        Case(args=(models.like_vgg(draw),), about="features and a classifier"),
        Case(args=(models.in_parts(draw),), about="parts inside parts"),
        Case(args=(thin,), about="kernels of a single number, groups, no biases"),
        Case(args=(models.residual(draw),), about="a block with a shortcut, alone"),
        Case(args=(models.residual_network(draw),), about="shortcuts inside parts"),
        Case(
            args=({"net": [models.residual_network(draw), relu()]},), about="shortcuts far inside"
        ),
        Case(args=(models.with_shortcut(draw, max_pool(2)),), about="a shortcut that only pools"),
        Case(
            args=(models.with_shortcut(draw, [conv(c, c, 3), relu(), conv(c, c, 1)]),),
            about="a shortcut of two convolutions",
        ),
        Case(args=(models.with_shortcut(draw, linear(c, c)),), about="a shortcut of a dense layer"),
        Case(
            args=(models.with_shortcut(draw, {"first": [conv(c, c, 1), models.norm(c)]}),),
            about="parts inside a shortcut",
        ),
        Case(args=(_alike(c),), about="parts whose names only hold the word “downsample”"),
        Case(args=(models.large(draw), "meta"), about="a network on the meta device"),
        Case(
            each=(
                ([linear(c, 8), relu(), linear(8, 2), relu(), linear(2, 2)],),
                ([conv(1, c, 3), models.norm(c), relu(), max_pool(2), conv(c, 4, 1)],),
            ),
            about="dense layers only, and convolutions only",
        ),
    ]


def _alike(c: int) -> dict[str, Any]:
    inner = {"no_downsample": [conv(c, c, 3), relu()], "downsample2": conv(c, c, 1)}
    return {"downsampler": conv(1, c, 3), "layer1": [inner, relu()], "fc": linear(c, 2)}


_LAYERS = (nn.Conv2d, nn.Linear)


def _main_path(name: str) -> bool:
    return "downsample" not in name.split(".")


def _count(
    *kinds: type[nn.Module],
    keep: Callable[[str], bool] = _main_path,
    pick: Callable[[nn.Module], bool] = lambda module: True,
) -> Callable[[nn.Module], int]:
    """Modules of these kinds, under the names that are kept, and of those which are picked."""

    def count(model: nn.Module) -> int:
        found = [(name, module) for name, module in model.named_modules() if keep(name)]
        return sum(isinstance(module, kinds) and pick(module) for _, module in found)

    return count


def _by_weights(model: nn.Module) -> int:
    """Weights that have more than one axis; biases and batch norm have one."""
    named = model.named_parameters()
    return len({name for name, p in named if p.dim() > 1 and _main_path(name)})


def _less_shortcuts(model: nn.Module) -> int:
    found = [name.split(".")[-1] for name, _ in model.named_modules()]
    return sum(isinstance(module, _LAYERS) for module in model.modules()) - found.count(
        "downsample"
    )


def _descended(module: nn.Module) -> int:
    """Part by part, without going into a shortcut."""
    if isinstance(module, _LAYERS):
        return 1
    return sum(_descended(part) for name, part in module.named_children() if name != "downsample")


def _children(model: nn.Module) -> int:
    return sum(isinstance(child, _LAYERS) for child in model.children())


def _two_levels(model: nn.Module) -> int:
    return _children(model) + sum(map(_children, model.children()))


def _single(module: nn.Module) -> bool:
    return not isinstance(module, nn.Conv2d) or module.kernel_size != (1, 1)


def _without_shortcuts(model: nn.Module) -> int:
    """Takes them out."""
    for module in [*model.modules()]:
        if hasattr(module, "downsample"):
            setattr(module, "downsample", None)  # noqa: B010 -- a module has no such attribute
    return _by_weights(model)


_STAYS = models.changed(_by_weights)
_POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)

DEPTH = Exercise(
    id="vgg.depth",
    title="How deep is a network?",
    points=1,
    minutes=7,
    covers=("E14.10", "E14.14"),
    example=((Case(args=(_EXAMPLE,)), 3),),
    cases=_settings,
    reference=_by_weights,
    through="ask_model",
    wrong={
        "pooling counted": (
            "You counted poolings. Only convolutions and dense layers count.",
            _count(*_LAYERS, *_POOLS),
            _count(*_LAYERS, nn.MaxPool2d),
        ),
        "batch norm counted": (
            "You counted batch norm. Only convolutions and dense layers count.",
            _count(*_LAYERS, nn.BatchNorm2d),
        ),
        "activations counted": (
            "You counted activations. Only convolutions and dense layers count.",
            _count(*_LAYERS, nn.ReLU),
        ),
        "all layers counted": (
            "You counted modules of all kinds. Only convolutions and dense layers count.",
            _count(*_LAYERS, *_POOLS, nn.BatchNorm2d, nn.ReLU, nn.Flatten),
            lambda model: len([*model.modules()]),
            lambda model: len([*model.modules()]) - 1,
        ),
        "convolutions only": (
            "You counted convolutions only. Dense layers count, too.",
            _count(nn.Conv2d),
        ),
        "dense layers only": (
            "You counted dense layers only. Convolutions count, too.",
            _count(nn.Linear),
        ),
        "outermost layers only": (
            "You did not look at all levels of the model. A layer may be in a part of it, or in a "
            "part of a part: model.named_modules() finds all.",
            _children,
            _two_levels,
        ),
        "shortcuts counted": (
            "You counted the convolutions of shortcuts. Those inside a part named “downsample” "
            "stand beside the main path.",
            _count(*_LAYERS, keep=lambda name: True),
            _count(*_LAYERS, keep=lambda name: not name.endswith("downsample")),
        ),
        "shortcuts inside parts counted": (
            "You counted shortcuts that stand inside other parts. A name such as "
            'layer2.0.downsample.0 has “downsample” between dots: take it apart with split(".").',
            _count(*_LAYERS, keep=lambda name: not name.startswith("downsample")),
            _count(*_LAYERS, keep=lambda name: name.split(".")[0] != "downsample"),
        ),
        "a block's own shortcut counted": (
            "You counted the shortcut of a block that is the whole model. There the name begins "
            "with “downsample”, and no dot stands before it.",
            _count(*_LAYERS, keep=lambda name: ".downsample" not in name),
            _count(*_LAYERS, keep=lambda name: ".downsample." not in name),
        ),
        "names that hold the word": (
            "You left out parts whose names only hold the word “downsample”, or begin with it. "
            'Compare whole names: "downsample" in name.split(".").',
            _count(*_LAYERS, keep=lambda name: "downsample" not in name),
            _count(
                *_LAYERS,
                keep=lambda name: not any(p.startswith("downsample") for p in name.split(".")),
            ),
            _count(
                *_LAYERS,
                keep=lambda name: not any(p.endswith("downsample") for p in name.split(".")),
            ),
        ),
        "one layer for each shortcut": (
            "You take one layer off for each shortcut. It may have several, or none: leave out "
            "those that are inside it.",
            _less_shortcuts,
        ),
        "dense layers of shortcuts counted": (
            "You left out the convolutions of shortcuts only. A dense layer inside “downsample” "
            "does not count, either.",
            lambda model: (
                _count(nn.Conv2d)(model) + _count(nn.Linear, keep=lambda name: True)(model)
            ),
        ),
        "deeper in a shortcut": (
            "You counted layers in parts of a shortcut. All that is inside “downsample” is left "
            'out, however deep: "downsample" in name.split(".").',
            _count(*_LAYERS, keep=lambda name: "downsample" not in name.split(".")[-2:]),
        ),
        "one too few": (
            "Your number is that of all layers but one. The first and the last one count, too.",
            lambda model: _by_weights(model) - 1,
        ),
        "kernels of one left out": (
            "You left out 1x1 convolutions. A convolution is a layer, whatever its kernel; only "
            "those inside “downsample” do not count.",
            _count(*_LAYERS, keep=lambda name: True, pick=_single),
            _count(*_LAYERS, pick=_single),
        ),
        "parameters counted": (
            "You counted the tensors of parameters(). Most layers have two, some one; count the "
            "layers.",
            lambda model: len([*model.parameters()]),
            lambda model: len([*model.parameters()]) // 2,
        ),
        "numbers counted": (
            "You counted the numbers in the parameters. Depth is the number of layers.",
            lambda model: sum(p.numel() for p in model.parameters()),
        ),
        **_STAYS,
        "parts changed": (*_STAYS["parts changed"], _without_shortcuts),
    },
    right=(_descended,),
    hints=(
        "model.named_modules() gives every module, however deep, with its name. Which are an "
        "nn.Conv2d or an nn.Linear?",
        "isinstance(module, (nn.Conv2d, nn.Linear)) asks for both at once.",
        '"downsample" in name.split(".") says whether the module is inside such a part.',
    ),
    tolerance=EXACT,
)
