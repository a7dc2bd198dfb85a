"""Ways to freeze a model, right and wrong ones."""

import copy
from collections.abc import Callable, Sequence
from functools import partial
from types import MethodType
from typing import Any

from torch import nn

_Inside = Callable[[str, Sequence[str]], bool]
HEAD = ("fc",)


def top(name: str, but: Sequence[str]) -> bool:
    return name.partition(".")[0] in but


def _parameters(model: Any, but: Sequence[str], inside: _Inside = top) -> None:
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(inside(name, but))


def _norms(model: Any, but: Sequence[str], inside: _Inside = top) -> list[Any]:
    modules = model.named_modules()
    return [m for name, m in modules if isinstance(m, nn.BatchNorm2d) and not inside(name, but)]


_LATEST: list[Any] = []
"""The norms of the model that was frozen last, of which an answer should keep one list a model."""


def of_the_last_model(model: Any, but: Sequence[str] = HEAD) -> Any:
    """All models share what rests in `train`, as in a global list, or in their class."""
    _parameters(model, but)
    _LATEST[:] = _norms(model, but)
    model.train = partial(_train_but, model, _LATEST)
    return model.train(model.training)


def _train_but(model: Any, resting: Sequence[Any], mode: bool = True) -> Any:
    type(model).train(model, mode)
    for module in resting:
        module.eval()
    return model


def way(
    inside: _Inside = top,
    resting: Callable[[Any, Sequence[str]], list[Any]] = _norms,
    learns: Callable[..., None] = _parameters,
) -> Callable[..., Any]:
    """An answer by changing `train` of the model."""

    def answer(model: Any, but: Sequence[str] = HEAD) -> Any:
        learns(model, but, inside)
        model.train = partial(_train_but, model, resting(model, but))
        return model.train(model.training)

    return answer


def everywhere(inside: _Inside) -> Callable[..., Any]:
    """Parameters and norms by another notion of what is inside of a part."""
    return way(inside, lambda model, but: _norms(model, but, inside))


def statistics_alive(model: Any, but: Sequence[str] = HEAD) -> Any:
    _parameters(model, but)
    return model


def each(
    change: Callable[[Any], object],
    resting: Callable[[Any, Sequence[str]], list[Any]] = _norms,
) -> Callable[..., Any]:
    """What is to rest is changed by itself, once, and `train` of the model stays as it is."""

    def answer(model: Any, but: Sequence[str] = HEAD) -> Any:
        _parameters(model, but)
        for module in resting(model, but):
            change(module)
        return model

    return answer


def deaf(norm: Any) -> None:
    norm.eval().train = lambda mode=True: norm


def without_tracking(norm: Any) -> None:
    norm.track_running_stats = False


def no_momentum(norm: Any) -> None:
    norm.momentum = 0.0


def by_settings(**settings: Any) -> Callable[..., Any]:
    """Norms outside get these settings, those inside the usual ones."""
    usual = {"momentum": 0.1, "track_running_stats": True}

    def answer(model: Any, but: Sequence[str] = HEAD) -> Any:
        _parameters(model, but)
        outside = _norms(model, but)
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                vars(module).update(settings if module in outside else usual)
        return model

    return answer


def late(model: Any, but: Sequence[str] = HEAD) -> Any:
    """Norms come to rest at the next call of `train` only."""
    _parameters(model, but)
    model.train = partial(_train_but, model, _norms(model, but))
    return model


def parts(model: Any, but: Sequence[str]) -> list[Any]:
    return [part for name, part in model.named_children() if name not in but]


def with_dropout(model: Any, but: Sequence[str]) -> list[Any]:
    kinds = (nn.BatchNorm2d, nn.Dropout)
    return [m for name, m in model.named_modules() if isinstance(m, kinds) and not top(name, but)]


def lines_too(model: Any, but: Sequence[str]) -> list[Any]:
    kinds = (nn.BatchNorm1d, nn.BatchNorm2d)
    return [m for name, m in model.named_modules() if isinstance(m, kinds) and not top(name, but)]


def by_name(model: Any, but: Sequence[str]) -> list[Any]:
    modules = model.named_modules()
    return [m for name, m in modules if "bn" in name.lower() and not top(name, but)]


def mode_unheard(at_once: bool) -> Callable[..., Any]:
    """`train` takes a mode, and hears nothing of it.

    Args:
        at_once: `freeze` calls it, too.
    """

    def answer(model: Any, but: Sequence[str] = HEAD) -> Any:
        way()(model, but)
        resting = _norms(model, but)
        model.train = lambda mode=True: _train_but(model, resting)
        return model.train() if at_once else model

    return answer


def unchained(model: Any, but: Sequence[str] = HEAD) -> Any:
    """`train` returns nothing."""
    way()(model, but)
    train = model.train
    model.train = lambda mode=True: train(mode) and None
    return model


def all_rests(model: Any, but: Sequence[str] = HEAD) -> Any:
    _parameters(model, but)
    model.train = lambda mode=True: type(model).train(model, False)
    return model.eval()


def never_back(model: Any, but: Sequence[str], inside: _Inside = top) -> None:
    for name, parameter in model.named_parameters():
        if not inside(name, but):
            parameter.requires_grad_(False)


def never_back_in_children(model: Any, but: Sequence[str], inside: _Inside = top) -> None:
    for name, part in model.named_children():
        if name not in but:
            part.requires_grad_(False)


def children_only(model: Any, but: Sequence[str], inside: _Inside = top) -> None:
    for name, part in model.named_children():
        part.requires_grad_(name in but)


def on_modules(model: Any, but: Sequence[str], inside: _Inside = top) -> None:
    for name, part in model.named_children():
        part.requires_grad = name in but


def backwards(model: Any, but: Sequence[str], inside: _Inside = top) -> None:
    _parameters(model, but, lambda name, but: not top(name, but))


def but_norms(model: Any, but: Sequence[str], inside: _Inside = top) -> None:
    _parameters(model, but)
    for norm in _norms(model, but):
        norm.requires_grad_(True)


def norms_inside_too(model: Any, but: Sequence[str]) -> list[Any]:
    return [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]


def outermost(model: Any, but: Sequence[str]) -> list[Any]:
    return [part for part in parts(model, but) if isinstance(part, nn.BatchNorm2d)]


def then(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """A right answer, and something made of the model."""
    return lambda model, but=HEAD: change(way()(model, but))


def one_mode(mode: bool) -> Callable[[Any], Any]:
    def change(model: Any) -> Any:
        model.train(mode)
        return model

    return change


def copied(model: Any, but: Sequence[str] = HEAD) -> Any:
    return way()(copy.deepcopy(model), but)


def silent(model: Any, but: Sequence[str] = HEAD) -> None:
    way()(model, but)


def first_call_wins(model: Any, but: Sequence[str] = HEAD) -> Any:
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


def by_hooks(model: Any, but: Sequence[str] = HEAD) -> Any:
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


def by_eval(model: Any, but: Sequence[str] = HEAD) -> Any:
    """What a second call sets free follows the model from its next change of mode on."""
    _parameters(model, but)
    resting = _norms(model, but)
    for norm in resting:
        norm.eval()
    model.train = partial(_train_but, model, resting)
    return model


def by_norm(model: Any, but: Sequence[str] = HEAD) -> Any:
    """Each norm's own `train` does nothing."""
    _parameters(model, but)
    for norm in _norms(model, ()):
        vars(norm).pop("train", None)
    model.train(model.training)
    for norm in _norms(model, but):
        norm.eval()
        norm.train = MethodType(lambda self, mode=True: self, norm)
    return model


def by_class(model: Any, but: Sequence[str] = HEAD) -> Any:
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
