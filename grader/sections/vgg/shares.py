"""Part D: the share of the parameters that dense layers hold."""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import nn

from course_lib.checks.case import Case
from course_lib.models.configs import conv, flatten, linear, relu
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.vgg.models import changed, frozen, in_a_row, in_parts, large, like_vgg, norm

_EXAMPLE = [conv(1, 2, 3), relu(), flatten(), linear(8, 10)]


def _settings(draw: Draw) -> list[Case]:
    c, u = draw.integer(3, 5), draw.integer(6, 9)
    twice = {
        "conv": conv(2, c, 3),
        "mix": linear(u, u),
        "again": {"same_as": "mix"},
        "fc": linear(u, 3),
    }
    still = {
        **{"stem": frozen(conv(2, c, 3)), "norm": frozen(norm(c))},
        **{"inner": [frozen(linear(c, u)), relu()], "fc": linear(u, c)},
    }
    return [
        Case(args=(in_a_row(draw),), about="layers in a row"),
        Case(args=(like_vgg(draw),), about="features and a classifier"),
        Case(args=(in_parts(draw),), about="parts inside parts"),
        Case(args=({"net": [in_parts(draw), linear(5, 3)]},), about="parts far inside parts"),
        Case(args=(in_a_row(draw, bias=False),), about="no biases"),
        Case(args=(still,), about="some layers frozen"),
        Case(args=(twice,), about="a dense layer used twice"),
        Case(args=(large(draw), "meta"), about="a network on the meta device"),
        Case(
            each=(
                ([linear(c, u), relu(), linear(u, 2)],),
                ([conv(1, c, 3), norm(c), relu(), conv(c, u, 1)],),
                (_EXAMPLE,),
            ),
            about="dense layers only, none, and one",
        ),
    ]


def _dense(model: nn.Module) -> list[nn.Linear]:
    return [module for module in model.modules() if isinstance(module, nn.Linear)]


def _numbers(parameters: Iterable[torch.Tensor]) -> int:
    return sum(parameter.numel() for parameter in parameters)


def _all(model: nn.Module) -> int:
    return _numbers(model.parameters())


def _held(modules: Iterable[nn.Module]) -> int:
    return sum(_all(module) for module in modules)


def dense_share(model: nn.Module) -> float:
    """By the names of the parameters, each once."""
    kinds = {name: type(module) for name, module in model.named_modules()}
    named = dict(model.named_parameters())
    dense = [p for name, p in named.items() if kinds[name.rpartition(".")[0]] is nn.Linear]
    return _numbers(dense) / _numbers(named.values())


def _of(modules: Callable[[nn.Module], Iterable[nn.Module]]) -> Callable[[nn.Module], float]:
    """The share of what other modules hold."""
    return lambda model: _held(modules(model)) / _all(model)


def _children(model: nn.Module) -> list[nn.Module]:
    return [child for child in model.children() if isinstance(child, nn.Linear)]


def _grandchildren(model: nn.Module) -> list[nn.Module]:
    """Those in the model, and in the parts that it holds directly."""
    inner = [one for child in model.children() for one in _children(child)]
    return [*_children(model), *inner]


def _by_descent(model: nn.Module) -> Iterator[nn.Module]:
    """All layers, a module as often as it is used."""
    for child in model._modules.values():
        if isinstance(child, nn.Linear):
            yield child
        elif child is not None:
            yield from _by_descent(child)


def _others(model: nn.Module) -> int:
    return _all(model) - _held(_dense(model))


def _named(*words: str) -> Callable[[nn.Module], float]:
    """The share of what has one of these words in its name."""

    def share(model: nn.Module) -> float:
        named = model.named_parameters()
        found = [p for name, p in named if any(word in name for word in words)]
        return _numbers(found) / _all(model)

    return share


def _with_biases(model: nn.Module) -> float:
    """Each dense layer has a bias, as it has by default."""
    return sum((m.in_features + 1) * m.out_features for m in _dense(model)) / _all(model)


def _weights(model: nn.Module) -> int:
    return sum(layer.weight.numel() for layer in _dense(model))


def _learned(model: nn.Module) -> int:
    return _numbers(p for p in model.parameters() if p.requires_grad)


def _by_tensors(model: nn.Module) -> float:
    return sum(len([*layer.parameters()]) for layer in _dense(model)) / len([*model.parameters()])


def _two_kinds(model: nn.Module) -> float:
    convs = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    return _held(_dense(model)) / (_held(_dense(model)) + _held(convs))


DENSE_SHARE = Exercise(
    id="vgg.dense_share",
    title="The share of the dense layers",
    points=1,
    minutes=7,
    covers=("D8.2-demo",),
    example=((Case(args=(_EXAMPLE,)), 90 / 110),),
    cases=_settings,
    reference=dense_share,
    through="ask_model",
    wrong={
        "biases forgotten": (
            "You left out the biases of the dense layers, or of all layers. They are parameters, "
            "above the line and below it.",
            lambda model: _weights(model) / _all(model),
            lambda model: _weights(model) / _numbers(p for p in model.parameters() if p.dim() > 1),
        ),
        "outermost layers only": (
            "You did not look at all levels of the model. A dense layer may be in a part of it, or "
            "in a part of a part: model.modules() finds all.",
            _of(_children),
            _of(_grandchildren),
        ),
        "by the name": (
            "You took what has a certain name, as “classifier” or “fc”. A dense layer may have any "
            "name: look at what the module is.",
            lambda model: _all(model.classifier) / _all(model),
            _named("classifier"),
            _named("fc"),
            _named("classifier", "fc"),
        ),
        "last layer only": (
            "You took one dense layer. The share is that of all.",
            lambda model: _held(_dense(model)[-1:]) / _all(model),
            lambda model: _held(_dense(model)[:1]) / _all(model),
        ),
        "percent": (
            "You return percent. A share lies between 0 and 1.",
            lambda model: 100 * dense_share(model),
        ),
        "against the others": (
            "You divided by the parameters of the other layers. A share is of the whole: divide by "
            "all parameters, those of the dense layers included.",
            lambda model: _held(_dense(model)) / _others(model),
            lambda model: _held(_dense(model)) / max(1, _others(model)),
            lambda model: _held(_dense(model)) / _others(model) if _others(model) else 0,
            lambda model: _held(_dense(model)) / _others(model) if _others(model) else 1,
        ),
        "the others": (
            "You return the share of the other layers.",
            lambda model: 1 - dense_share(model),
        ),
        "not a share": (
            "You return the number of parameters in dense layers. Divide it by the number of all.",
            lambda model: _held(_dense(model)),
        ),
        "layers counted": (
            "You counted modules. Count numbers: p.numel() of each parameter p.",
            lambda model: len(_dense(model)) / len([*model.modules()]),
        ),
        "tensors counted": (
            "You counted the tensors of parameters(). Each holds many numbers: p.numel().",
            _by_tensors,
        ),
        "frozen ones left out": (
            "You left out what is frozen, which does not require a gradient. A parameter it is.",
            lambda model: sum(map(_learned, _dense(model))) / _learned(model),
            lambda model: sum(map(_learned, _dense(model))) / _all(model),
            lambda model: _held(_dense(model)) / _learned(model),
        ),
        "buffers counted": (
            "You counted buffers: batch norm's running averages stand in state_dict(), and are no "
            "parameters.",
            lambda model: _held(_dense(model)) / _numbers(model.state_dict().values()),
        ),
        "counted twice": (
            "You counted a layer that is used twice two times. It has its weights once: "
            "model.modules() gives it once.",
            _of(_by_descent),
        ),
        "batch norm left out": (
            "Below the line you have convolutions and dense layers only. Batch norm has "
            "parameters, too: take those of the whole model.",
            _two_kinds,
        ),
        "biases assumed": (
            "You counted a bias in every dense layer. With bias=False there is none: count the "
            "parameters that it has.",
            _with_biases,
        ),
        "parts counted again": (
            "Below the line parameters are counted several times: with their layer, and with each "
            "part that it is in. model.parameters() gives each once.",
            lambda model: _held(_dense(model)) / _held(model.modules()),
            lambda model: _held(_dense(model)) / _held([*model.modules()][1:]),
        ),
        "rounded": (
            "You rounded the share. Return it as it is.",
            lambda model: round(dense_share(model), 2),
            lambda model: round(dense_share(model), 3),
        ),
        **changed(dense_share),
    },
    right=(
        lambda model: torch.tensor(float(_held(_dense(model)))) / torch.tensor(float(_all(model))),
    ),
    hints=(
        "model.modules() gives every module, however deep: which of them are an nn.Linear?",
        "isinstance(module, nn.Linear) says whether it is one; sum(p.numel() for p in "
        "module.parameters()) counts what it holds.",
        "Divide by sum(p.numel() for p in model.parameters()).",
    ),
)
