"""Part C: freezing, batch norm included."""

import copy
from collections.abc import Callable, Sequence
from functools import partial
from types import MethodType
from typing import Any

from torch import nn

from course_lib.checks.case import Case
from course_lib.sections.transfer.given import freeze
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_Inside = Callable[[str, Sequence[str]], bool]
_HEAD = ("fc",)


def _top(name: str, but: Sequence[str]) -> bool:
    return name.partition(".")[0] in but


def _parameters(model: Any, but: Sequence[str], inside: _Inside = _top) -> None:
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(inside(name, but))


def _norms(model: Any, but: Sequence[str], inside: _Inside = _top) -> list[Any]:
    modules = model.named_modules()
    return [m for name, m in modules if isinstance(m, nn.BatchNorm2d) and not inside(name, but)]


def _train_but(model: Any, resting: Sequence[Any], mode: bool = True) -> Any:
    type(model).train(model, mode)
    for module in resting:
        module.eval()
    return model


def _way(
    inside: _Inside = _top,
    resting: Callable[[Any, Sequence[str]], list[Any]] = _norms,
    learns: Callable[..., None] = _parameters,
) -> Callable[..., Any]:
    """An answer by changing `train` of the model."""

    def answer(model: Any, but: Sequence[str] = _HEAD) -> Any:
        learns(model, but, inside)
        model.train = partial(_train_but, model, resting(model, but))
        return model.train(model.training)

    return answer


def _everywhere(inside: _Inside) -> Callable[..., Any]:
    """Parameters and norms by another notion of what is inside of a part."""
    return _way(inside, lambda model, but: _norms(model, but, inside))


def _statistics_alive(model: Any, but: Sequence[str] = _HEAD) -> Any:
    _parameters(model, but)
    return model


def _eval_once(model: Any, but: Sequence[str] = _HEAD) -> Any:
    _parameters(model, but)
    for norm in _norms(model, but):
        norm.eval()
    return model


def _each(change: Callable[[Any], None]) -> Callable[..., Any]:
    """Each norm outside is changed by itself, and set back first."""

    def answer(model: Any, but: Sequence[str] = _HEAD) -> Any:
        _parameters(model, but)
        for norm in _norms(model, but):
            change(norm)
        return model

    return answer


def _parts_once(model: Any, but: Sequence[str] = _HEAD) -> Any:
    _parameters(model, but)
    for part in _parts(model, but):
        part.eval()
    return model


def _deaf(norm: Any) -> None:
    norm.eval().train = lambda mode=True: norm


def _without_tracking(norm: Any) -> None:
    norm.track_running_stats = False


def _no_momentum(norm: Any) -> None:
    norm.momentum = 0.0


def _late(model: Any, but: Sequence[str] = _HEAD) -> Any:
    """Norms come to rest at the next call of `train` only."""
    _parameters(model, but)
    model.train = partial(_train_but, model, _norms(model, but))
    return model


def _parts(model: Any, but: Sequence[str]) -> list[Any]:
    return [part for name, part in model.named_children() if name not in but]


def _with_dropout(model: Any, but: Sequence[str]) -> list[Any]:
    kinds = (nn.BatchNorm2d, nn.Dropout)
    return [m for name, m in model.named_modules() if isinstance(m, kinds) and not _top(name, but)]


def _all_rests(model: Any, but: Sequence[str] = _HEAD) -> Any:
    _parameters(model, but)
    model.train = lambda mode=True: type(model).train(model, False)
    return model.eval()


def _never_back(model: Any, but: Sequence[str], inside: _Inside = _top) -> None:
    for name, parameter in model.named_parameters():
        if not inside(name, but):
            parameter.requires_grad_(False)


def _children_only(model: Any, but: Sequence[str], inside: _Inside = _top) -> None:
    for name, part in model.named_children():
        part.requires_grad_(name in but)


def _on_modules(model: Any, but: Sequence[str], inside: _Inside = _top) -> None:
    for name, part in model.named_children():
        part.requires_grad = name in but


def _backwards(model: Any, but: Sequence[str], inside: _Inside = _top) -> None:
    _parameters(model, but, lambda name, but: not _top(name, but))


def _but_norms(model: Any, but: Sequence[str], inside: _Inside = _top) -> None:
    _parameters(model, but)
    for norm in _norms(model, but):
        norm.requires_grad_(True)


def _norms_inside_too(model: Any, but: Sequence[str]) -> list[Any]:
    return [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]


def _outermost(model: Any, but: Sequence[str]) -> list[Any]:
    return [part for part in _parts(model, but) if isinstance(part, nn.BatchNorm2d)]


def _then(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """A right answer, and something made of the model."""
    return lambda model, but=_HEAD: change(_way()(model, but))


def _one_mode(mode: bool) -> Callable[[Any], Any]:
    def change(model: Any) -> Any:
        model.train(mode)
        return model

    return change


def _copied(model: Any, but: Sequence[str] = _HEAD) -> Any:
    return _way()(copy.deepcopy(model), but)


def _silent(model: Any, but: Sequence[str] = _HEAD) -> None:
    _way()(model, but)


def _first_call_wins(model: Any, but: Sequence[str] = _HEAD) -> Any:
    """Norms that have come to rest do so for ever."""
    _parameters(model, but)
    norms, train = _norms(model, but), model.train

    def keep(mode: bool = True) -> Any:
        train(mode)
        for norm in norms:
            norm.eval()
        return model

    model.train = keep
    return keep(model.training)


def _by_hooks(model: Any, but: Sequence[str] = _HEAD) -> Any:
    """Each norm puts itself into eval mode whenever it is called."""
    _parameters(model, but)
    resting = _norms(model, but)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module._forward_pre_hooks.clear()
            module.train(model.training and module not in resting)
    for norm in resting:
        norm.register_forward_pre_hook(lambda module, inputs: module.eval() and None)
    return model


def _by_norm(model: Any, but: Sequence[str] = _HEAD) -> Any:
    """Each norm's own `train` does nothing."""
    _parameters(model, but)
    for norm in _norms(model, ()):
        vars(norm).pop("train", None)
    model.train(model.training)
    for norm in _norms(model, but):
        norm.eval()
        norm.train = MethodType(lambda self, mode=True: self, norm)
    return model


def _by_class(model: Any, but: Sequence[str] = _HEAD) -> Any:
    """The model's class becomes one whose `train` leaves these norms alone."""
    _parameters(model, but)
    kind = getattr(type(model), "thawed", type(model))
    resting = _norms(model, but)

    class Frozen(kind):  # type: ignore[misc, valid-type]
        thawed = kind

        def train(self, mode: bool = True) -> Any:
            super().train(mode)
            for norm in resting:
                norm.training = False
            return self

    model.__class__ = Frozen
    return model.train(model.training)


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, *args: Any, **named: Any) -> Case:
        return Case(args=args, kwargs=named, about=about)

    width, classes = draw.integer(3, 5), draw.integer(2, 6)
    resnet, plain, rich = ("basic", 2, classes), ("plain", width, classes), ("rich", width, classes)
    return [
        case("a ResNet, the parts left out", resnet),
        case("a network in eval mode, the parts left out", plain, None, "eval"),
        case("the last stage and the head", resnet, ("layer4", "fc")),
        case("the first and the last part, in eval mode", rich, ("fc", "stem"), "eval"),
        case("a norm that learns", resnet, ("bn1",)),
        case("two parts whose names begin alike, one of which learns", rich, ("stem",)),
        case("the other one, inside of which something is called as the head", rich, ("stem2",)),
        case("a head of batch norm, dropout and a dense layer", rich),
        case("such a head, in eval mode", rich, None, "eval"),
        case("the name of the head inside of another part", plain, ("fc",)),
        case("no part at all", rich, ()),
        case("called again with more parts", plain, ("stem2", "fc"), before=("fc",)),
        case("called again with another part", rich, ["stem2", "fc"], before=("stem",)),
        case("called again with fewer parts", rich, ("fc",), before=("stem", "fc")),
    ]


FREEZE = Exercise(
    id="transfer.freeze",
    title="Freezing, batch norm included",
    points=3,
    minutes=12,
    covers=("B10-frozen-bn", "E14.19", "Q13"),
    cases=_cases,
    through="ask_freeze",
    reference=freeze,
    parts={
        "returned": "Return the model that was given: return model.",
        "learns": "Other parameters require gradients than should: all of those in the parts that "
        "are named, and no others.",
        "modes": "Not all is in the mode that it should be in: the model itself, dropout, and the "
        "parts that are named follow train() and eval().",
        "moved": "The running averages of the wrong norms move: those in the parts that are named "
        "move in train mode, all others never.",
        "output": "In train mode your model gives another output: norms outside of the named parts "
        "use their running averages, those inside the batch's.",
        "reached": "Gradients do not reach the parameters that are to learn.",
        "numbers": "Your function changes parameters or buffers: leave all numbers alone.",
    },
    wrong={
        "statistics alive": (
            "Your batch norms are frozen by requires_grad alone. In train mode they still take the "
            "batch's statistics, and their running averages move: keep those outside of the named "
            "parts in eval mode.",
            _statistics_alive,
        ),
        "undone by train()": (
            "You put batch norms into eval mode once. model.train() undoes that: change what it "
            "does, as train_but does.",
            _eval_once,
            _parts_once,
        ),
        "not tracked": (
            "You change track_running_stats, or momentum. In train mode such a norm still "
            "normalises by its batch: it must be in eval mode.",
            _each(_without_tracking),
            _each(_no_momentum),
        ),
        "not at once": (
            "Your batch norms come to rest at the next model.train(). They are in eval mode when "
            "freeze returns.",
            _late,
        ),
        "dropout at rest": (
            "You keep dropout of the frozen parts in eval mode, too. Of these only batch norm "
            "stays there.",
            _way(resting=_parts),
            _way(resting=_with_dropout),
        ),
        "everything at rest": (
            "You keep the whole model in eval mode. The parts that learn follow model.train(), and "
            "so does dropout.",
            _all_rests,
        ),
        "norms inside at rest": (
            "You keep all batch norms in eval mode. Those inside of the named parts follow "
            "model.train().",
            _way(resting=_norms_inside_too),
        ),
        "outermost norms only": (
            "You find batch norms only where they are parts of the model themselves. Most are deep "
            "inside of one: part.modules() gives all.",
            _way(resting=_outermost),
        ),
        "norms learn": (
            "Scale and shift of your frozen norms still learn. All parameters outside of the named "
            "parts are frozen.",
            _way(learns=_but_norms),
        ),
        "never True again": (
            "You set requires_grad to False, and never to True. What was frozen before stays so: "
            "set it to True inside of the named parts.",
            _way(learns=_never_back),
        ),
        "set on modules": (
            "You set requires_grad on modules, which does nothing. It belongs to parameters: "
            "part.requires_grad_(False) sets it on all of a part's.",
            _way(learns=_on_modules),
        ),
        "children only": (
            "You freeze the parts, and forget a parameter that belongs to the model itself. "
            "model.parameters() has all.",
            _way(learns=_children_only),
        ),
        "the wrong way round": (
            "You freeze the named parts, and train the others.",
            _way(learns=_backwards),
            _everywhere(lambda name, but: not _top(name, but)),
        ),
        "names that begin alike": (
            "You compare the beginnings of names. Another part's name may begin alike: compare "
            'name.split(".")[0].',
            _everywhere(lambda name, but: name.startswith(tuple(but))),
        ),
        "names within names": (
            "You look for the part's name anywhere in a parameter's. Parts may hold something of "
            "that name: only the first piece counts.",
            _everywhere(lambda name, but: any(part in name for part in but)),
            _everywhere(lambda name, but: any(part in name.split(".") for part in but)),
        ),
        "the head always": (
            "You train the head, whatever is named. but says which parts learn.",
            _everywhere(lambda name, but: _top(name, _HEAD)),
            _everywhere(lambda name, but: _top(name, ("fc", *but))),
        ),
        "frozen for ever": (
            "Called again, your function leaves batch norms at rest that learn now. The last call "
            "counts: undo what an earlier one has changed, as type(model).train does, which is not "
            "the model.train of the last call.",
            _first_call_wins,
            _each(_deaf),
        ),
        "mode changed": (
            "You change the mode of the model itself. freeze leaves it as it is.",
            _then(_one_mode(mode=True)),
            _then(_one_mode(mode=False)),
        ),
        "nothing returned": (
            "Your function returns nothing. Return the model.",
            _silent,
        ),
        "a copy": (
            "You freeze a copy. The model that was given is to be frozen.",
            _copied,
        ),
    },
    right=(_way(), _by_hooks, _by_norm, _by_class),
    hints=(
        "Two things are to do: parameters, by requires_grad; and batch norm, by its mode. For the "
        "first, part.requires_grad_(True) sets all parameters of a part.",
        "Collect the norms outside of the named parts: for each other part, those modules in "
        "part.modules() that are nn.BatchNorm2d.",
        "model.train = partial(train_but, model, norms), then model.train(model.training), so "
        "that they are at rest at once.",
    ),
    forbidden=("course_lib",),
    stand_in="freeze",
)
