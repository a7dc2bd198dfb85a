"""Part B: a new head."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from course_lib.checks.case import Case
from course_lib.sections.transfer.given import replace_head
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _head(make: Callable[[Any, int], nn.Module]) -> Callable[..., Any]:
    """An answer that gives the model this head, made of the old one."""

    def answer(model: Any, num_classes: int) -> Any:
        model.fc = make(model.fc, num_classes)
        return model

    return answer


_right = _head(lambda old, n: nn.Linear(old.in_features, n))


def _then(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """A right answer with something beside it."""

    def answer(model: Any, num_classes: int) -> Any:
        _right(model, num_classes)
        change(model)
        return model

    return answer


def _silent(model: Any, num_classes: int) -> None:
    _right(model, num_classes)


def _of_inputs(size: int) -> Callable[..., Any]:
    return _head(lambda old, n: nn.Linear(size, n))


def _in_a_row(model: Any, num_classes: int) -> nn.Module:
    features = model.fc.in_features
    parts = [part for name, part in model.named_children() if name != "fc"]
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(features, num_classes))


def _followed(model: Any, num_classes: int) -> nn.Module:
    return nn.Sequential(model, nn.Linear(model.fc.out_features, num_classes))


def _numbers_only(model: Any, num_classes: int) -> Any:
    model.fc.out_features = num_classes
    return model


def _used_again(model: Any, num_classes: int) -> Any:
    old, new = model.fc, nn.Linear(model.fc.in_features, num_classes)
    old.weight, old.bias, old.out_features = new.weight, new.bias, num_classes
    return model


def _old_rows(old: Any, n: int) -> nn.Linear:
    """At most n, as slices are; without a bias there is an error."""
    new = nn.Linear(old.in_features, n)
    new.weight = nn.Parameter(old.weight[:n].detach().clone())
    new.bias = nn.Parameter(old.bias[:n].detach().clone())
    return new


def _old_rows_first(old: Any, n: int) -> nn.Linear:
    new = nn.Linear(old.in_features, n)
    with torch.no_grad():
        new.weight[: len(old.weight)] = old.weight[:n]
    return new


def _old_rows_if_enough(old: Any, n: int) -> nn.Linear:
    new = nn.Linear(old.in_features, n)
    if n <= old.out_features:
        new.weight = nn.Parameter(old.weight[:n].detach())
    return new


def _where_others(model: Any, num_classes: int) -> Any:
    return model if model.fc.out_features == num_classes else _right(model, num_classes)


def _under(name: str) -> Callable[..., Any]:
    def answer(model: Any, num_classes: int) -> Any:
        setattr(model, name, nn.Linear(model.fc.in_features, num_classes))
        return model

    return answer


def _frozen_afterwards(model: Any, num_classes: int) -> Any:
    return _right(model, num_classes).requires_grad_(False)


def _reset(model: Any) -> None:
    for name, part in model.named_modules():
        if name != "fc" and hasattr(part, "reset_parameters"):
            part.reset_parameters()


def _body(requires: bool) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        for name, parameter in model.named_parameters():
            if not name.startswith("fc."):
                parameter.requires_grad_(requires)

    return change


def _by_weight(model: Any, num_classes: int) -> Any:
    setattr(model, "fc", nn.Linear(model.fc.weight.shape[1], num_classes, bias=True))  # noqa: B010
    return model


def _by_modules(model: Any, num_classes: int) -> Any:
    model._modules["fc"] = nn.Linear(model._modules["fc"].in_features, num_classes)
    return model


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, *args: Any) -> Case:
        return Case(args=args, about=about)

    n = draw.integer(3, 6)
    return [
        case("a ResNet in train mode", ("basic", 2, 10), n),
        case("a ResNet of another width", ("basic", 3, 7), n + 1),
        case("a ResNet of bottlenecks, in eval mode", ("bottleneck", 2, n), 8, "eval"),
        case("another network that has a part fc", ("plain", draw.integer(4, 7), 9), n),
        case("as many classes as before", ("plain", 3, n), n, "eval"),
        case("more classes than before", ("plain", 6, n), n + draw.integer(5, 9)),
        case("one class", ("plain", 5, n), 1),
        case("a model that is frozen", ("basic", 2, 4), n + 2, "frozen"),
        case("an old head without bias", ("plain", 4, 8), n, "unbiased"),
    ]


REPLACE_HEAD = Exercise(
    id="transfer.replace_head",
    title="A new head",
    points=1,
    minutes=6,
    covers=("L8", "E14.19"),
    cases=_cases,
    through="ask_head",
    reference=replace_head,
    parts={
        "returned": "Return the model that was given, changed: return model.",
        "head": "model.fc is not as it should be: a new nn.Linear with bias, with weights of its "
        "own, of as many inputs as the old one has and num_classes outputs.",
        "learns": "The parameters of the new head must require gradients.",
        "others": "Something beside the head has changed: leave all other parts as they are.",
        "logits": "The model with its new head does not give num_classes numbers an image.",
    },
    wrong={
        "inputs written out": (
            "You write the number of inputs out. It depends on the network's width: read "
            "model.fc.in_features.",
            *map(_of_inputs, (512, 2048, 16, 24)),
        ),
        "outputs for inputs": (
            "You take the old head's number of outputs. The new head reads what the old one read: "
            "in_features.",
            _head(lambda old, n: nn.Linear(old.out_features, n)),
        ),
        "sides exchanged": (
            "You have exchanged inputs and outputs: nn.Linear(inputs, outputs).",
            _head(lambda old, n: nn.Linear(n, old.in_features)),
        ),
        "put behind the old head": (
            "You put a layer behind the old head. The new one takes the old one's place, and reads "
            "the features.",
            _head(lambda old, n: nn.Sequential(old, nn.Linear(old.out_features, n))),
            _head(lambda old, n: nn.Sequential(old, nn.ReLU(), nn.Linear(old.out_features, n))),
        ),
        "more than a layer": (
            "Your head is not an nn.Linear by itself: no softmax, no activation, no dropout.",
            _head(lambda old, n: nn.Sequential(nn.Linear(old.in_features, n))),
            _head(lambda old, n: nn.Sequential(nn.Linear(old.in_features, n), nn.Softmax(1))),
            _head(lambda old, n: nn.Sequential(nn.Dropout(), nn.Linear(old.in_features, n))),
        ),
        "no bias": (
            "Your head has no bias. nn.Linear has one unless it is told otherwise.",
            _head(lambda old, n: nn.Linear(old.in_features, n, bias=False)),
        ),
        "bias as before": (
            "Your head has a bias only where the old one has: it has one always.",
            _head(lambda old, n: nn.Linear(old.in_features, n, bias=old.bias is not None)),
        ),
        "old layer again": (
            "You give the old head other numbers. The new head is another object: a new nn.Linear "
            "takes its place.",
            _used_again,
        ),
        "old rows": (
            "Your head begins with the old one's weights. Those are of other classes: leave it as "
            "nn.Linear makes it.",
            _head(_old_rows),
            _head(_old_rows_first),
            _head(_old_rows_if_enough),
        ),
        "old layer with other numbers": (
            "Only the attributes of the old head have changed: its weights are those of the old "
            "classes. Make a new nn.Linear.",
            _numbers_only,
        ),
        "old head kept": (
            "Where there are as many classes as before you keep the old head. These are other "
            "classes: it is new always.",
            _where_others,
        ),
        "under another name": (
            "The new head is a part with another name, which forward does not call. Its name is "
            "fc, as the old one's.",
            _under("head"),
            _under("classifier"),
        ),
        "nothing returned": (
            "Your function returns nothing. Return the model.",
            _silent,
        ),
        "head returned": (
            "You return the head. Return the model that was given, whose fc you have replaced.",
            lambda model, n: _right(model, n).fc,
        ),
        "a copy": (
            "You change a copy. The model that was given is to have the new head.",
            lambda model, n: _right(copy.deepcopy(model), n),
        ),
        "wrapped": (
            "You build another model around this one, or out of its parts. Give this one a new fc.",
            _followed,
            _in_a_row,
        ),
        "body frozen": (
            "You freeze the other parts, too, or make them learn. Here the head alone is replaced; "
            "what learns is decided elsewhere.",
            _then(_body(requires=False)),
            _then(_body(requires=True)),
        ),
        "head frozen": (
            "Your new head does not learn: its parameters require no gradient.",
            _frozen_afterwards,
            _then(lambda model: model.fc.requires_grad_(False)),
        ),
        "body begun anew": (
            "The other parts begin anew in your model: what they have learned is lost.",
            _then(_reset),
        ),
        "mode changed": (
            "You change the mode of the model. Leave it as it is.",
            _then(lambda model: model.train()),
            _then(lambda model: model.eval()),
        ),
    },
    forbidden=("course_lib",),
    right=(_right, _by_weight, _by_modules),
    hints=(
        "The head is an ordinary attribute: model.fc = ... puts another layer in its place.",
        "How many numbers does the old head read? An nn.Linear has in_features and out_features.",
    ),
    stand_in="replace_head",
)
