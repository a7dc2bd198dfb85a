"""Extra: which convolutions a model has."""

from collections.abc import Callable
from typing import Any

from torch import nn

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _by_hand(model: Any) -> list[str]:
    """By what a model prints of itself: a line for each module, indented by its depth."""
    names: list[str] = []
    path: list[str] = []
    seen: set[int] = set()
    for line in repr(model).splitlines()[1:]:
        place, _, kind = line.strip().partition("): ")
        if not kind:
            continue
        path = [*path[: (len(line) - len(line.lstrip())) // 2 - 1], place.removeprefix("(")]
        module = model.get_submodule(".".join(path))
        if kind.startswith(("Conv2d(", "SameConv2d(")) and id(module) not in seen:
            names.append(".".join(path))
        seen.add(id(module))
    return names


def _of(
    holds: Callable[[str, Any], bool] = lambda name, module: isinstance(module, nn.Conv2d),
    told: Callable[[str, Any], Any] = lambda name, module: name,
    duplicates: bool = False,
) -> Callable[[Any], list[Any]]:
    """An answer by named_modules()."""

    def answer(model: Any) -> list[Any]:
        modules = model.named_modules(remove_duplicate=not duplicates)
        return [told(name, module) for name, module in modules if holds(name, module)]

    return answer


def _children(model: Any) -> list[str]:
    return [name for name, part in model.named_children() if isinstance(part, nn.Conv2d)]


def _two_levels(model: Any) -> list[str]:
    names = []
    for name, part in model.named_children():
        if isinstance(part, nn.Conv2d):
            names.append(name)
        names += [f"{name}.{inner}" for inner in _children(part)]
    return names


def _by_recursion(model: Any) -> list[str]:
    names: list[str] = []
    seen: set[int] = set()

    def visit(module: Any, prefix: str) -> None:
        for name, part in module.named_children():
            if id(part) in seen:
                continue
            seen.add(id(part))
            if isinstance(part, nn.Conv2d):
                names.append(prefix + name)
            visit(part, f"{prefix}{name}.")

    visit(model, "")
    return names


def _in_sequences(model: Any, prefix: str = "") -> list[str]:
    names = []
    for name, part in model.named_children():
        if isinstance(part, nn.Conv2d):
            names.append(prefix + name)
        elif isinstance(part, nn.Sequential):
            names += _in_sequences(part, f"{prefix}{name}.")
    return names


def _by_level(model: Any, duplicates: bool = False) -> list[str]:
    return sorted(_of(duplicates=duplicates)(model), key=lambda name: name.count("."))


_EXAMPLE = ["Sequential", ["Conv2d", 3, 4, 3], ["Sequential", ["ReLU"], ["Conv2d", 4, 2, 1]]]


def _convolution(channels: int, out: int, kind: str = "Conv2d") -> list[Any]:
    return [kind, channels, out, 1]


def _cases(draw: Draw) -> list[Case]:
    """Models of `nets`, and plans; how many layers these have is drawn."""
    c, more = draw.integer(2, 5), draw.integer(1, 3)
    row = ["Sequential", *([_convolution(c, c), ["ReLU"]] * more), ["BatchNorm2d", c]]
    deep = ["Sequential", ["Sum", ["Sequential", row, _convolution(c, c)]], ["Sum", row]]
    long = ["Sequential", *([_convolution(c, c)] * draw.integer(11, 13))]
    kinds = [_convolution(2, c, kind) for kind in ("ConvTranspose2d", "Conv1d", "Conv3d")]
    none = ["Sequential", *kinds, ["Linear", c, 3], ["LayerNorm", 3]]
    inner = ["Sequential", *kinds, _convolution(c, 3)]
    others = ["Sequential", inner, _convolution(3, 3), ["Linear", 3, 2]]

    def case(about: str, model: Any) -> Case:
        return Case(args=(model,), about=about)

    return [
        case("a row inside of a row", ("vgg", 1)),
        case("residual blocks", ("resnet", 1)),
        case("names that say nothing, and a subclass", ("branches", 1)),
        case("convolutions far inside", deep),
        case("ten layers and more in a row", long),
        case("other kinds of convolutions, too", others),
        case("a layer in two places", ["shared", _convolution(c, c)]),
        case("a layer that is never called", ["Idle", row, ["Sequential", _convolution(c, c)]]),
        Case(
            each=((none,), (["Sequential", row, *kinds],)), about="no convolution at all, or some"
        ),
    ]


CONV_LAYERS = Exercise(
    id="gradcam.conv_layers",
    title="Names of the convolutions",
    points=1,
    minutes=5,
    core=False,
    covers=("E14.35", "E14.12"),
    example=((Case(args=(_EXAMPLE,)), ["0", "1.1"]),),
    cases=_cases,
    reference=_by_hand,
    through="ask_conv_layers",
    wrong={
        "outermost only": (
            "You look at the outermost parts of the model, two levels deep, or into nn.Sequential "
            "alone. model.named_modules() gives all, however deep and in whatever they stand.",
            _children,
            _two_levels,
            _in_sequences,
        ),
        "by their names": (
            'You look for "conv" in names. A convolution may be called otherwise: '
            "isinstance(module, nn.Conv2d) tells.",
            _of(lambda name, module: "conv" in name),
            _of(lambda name, module: "conv" in name.split(".")[-1]),
        ),
        "other convolutions": (
            "You name other kinds of convolutions, too, transposed ones say. Only nn.Conv2d "
            "counts.",
            _of(lambda name, module: "Conv" in type(module).__name__),
            _of(lambda name, module: hasattr(module, "kernel_size") and hasattr(module, "weight")),
            _of(lambda name, module: getattr(getattr(module, "weight", None), "ndim", 0) == 4),
        ),
        "all with weights": (
            "You name every layer that has weights. Only nn.Conv2d counts.",
            _of(lambda name, module: hasattr(module, "weight")),
            _of(lambda name, module: isinstance(module, (nn.Conv2d, nn.Linear))),
        ),
        "all modules": (
            "You name every module. Only nn.Conv2d counts.",
            _of(lambda name, module: True),
            _of(lambda name, module: not [*module.children()]),
        ),
        "no names": (
            "You return the layers themselves. Return their names.",
            _of(told=lambda name, module: module),
        ),
        "last pieces": (
            "You cut names down to their last piece. model.get_submodule needs all of it: "
            '"layer1.conv2".',
            _of(told=lambda name, module: name.split(".")[-1]),
        ),
        "names of weights": (
            "You return names of parameters, with .weight at the end. Return those of the layers.",
            _of(told=lambda name, module: f"{name}.weight"),
        ),
        "in two places": (
            "You name a layer twice that stands in two places. named_modules() gives it once.",
            _of(duplicates=True),
        ),
        "exact type": (
            "You leave out layers of a subclass. isinstance(module, nn.Conv2d) finds them, too.",
            _of(lambda name, module: type(module) is nn.Conv2d),
        ),
        "a dot before": (
            "Your names begin with a dot. model.get_submodule knows no such name.",
            _of(told=lambda name, module: f".{name}"),
            _of(told=lambda name, module: f".{name}", duplicates=True),
        ),
        "first only": (
            "You return the first name alone: a return in the loop ends it. Return all.",
            lambda model: _of()(model)[:1],
            lambda model: _of()(model)[:1] or None,
        ),
        "level by level": (
            "You go through the model level by level. named_modules() goes into each part before "
            "it comes to the next.",
            _by_level,
            lambda model: _by_level(model, duplicates=True),
        ),
        "no list": (
            "You return no list: a generator, a set or a dict, say. Return a list of names.",
            lambda model: iter(_by_hand(model)),
        ),
        "sorted": (
            "You sort the names. That is the alphabet's order: leave that of named_modules().",
            lambda model: sorted(_of()(model)),
        ),
    },
    right=(_of(), _by_recursion, lambda model: tuple(_by_hand(model))),
    hints=(
        "model.named_modules() gives pairs, name and module, however deep they stand.",
        "isinstance(module, nn.Conv2d) tells whether a module is a convolution.",
        "It is one list comprehension: names of those pairs whose module is one.",
    ),
)
