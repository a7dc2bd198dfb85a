"""Groups of parameters, right and wrong ones."""

from collections.abc import Callable, Mapping
from typing import Any

from course_lib.sections.transfer.given import param_groups

Rates = Mapping[str, float]
_Groups = list[dict[str, Any]]


def learning(part: Any) -> list[Any]:
    return [p for p in part.parameters() if p.requires_grad]


def _checked(model: Any, rates: Rates, *, unknown: bool = True, lacking: bool = True) -> None:
    parts = dict(model.named_children())
    if unknown and set(rates) - set(parts):
        raise ValueError("there is no such part")
    if lacking and any(learning(part) and name not in rates for name, part in parts.items()):
        raise ValueError("a part has no rate")


def way(
    members: Callable[[Any], list[Any]] = learning,
    rate: Callable[[Rates, str], float] = lambda rates, name: rates[name],
    empty: bool = False,
    **checks: bool,
) -> Callable[[Any, Rates], Any]:
    """An answer with other members, other rates, or fewer errors."""

    def answer(model: Any, rates: Rates) -> _Groups:
        _checked(model, rates, **checks)
        return [
            {"params": members(part), "lr": rate(rates, name)}
            for name, part in model.named_children()
            if (name in rates if empty else members(part) and (learning(part) or name in rates))
        ]

    return answer


def after(change: Callable[..., Any]) -> Callable[[Any, Rates], Any]:
    """What is made of right groups."""
    return lambda model, rates: change(param_groups(model, rates))


def default(rate: Callable[[Rates], float]) -> Callable[[Any, Rates], Any]:
    """A part without a rate has one that nobody gave."""
    return way(rate=lambda rates, name: rates.get(name, rate(rates)), lacking=False)


def only_named(model: Any, rates: Rates) -> _Groups:
    """A part that learns and has no rate is left out."""
    _checked(model, rates, lacking=False)
    parts = dict(model.named_children())
    return [{"params": learning(parts[n]), "lr": r} for n, r in rates.items() if learning(parts[n])]


def by_key(model: Any, rates: Rates) -> _Groups:
    groups = []
    for name, part in model.named_children():
        if params := learning(part):
            groups.append({"params": params, "lr": rates[name]})
    _checked(model, rates)
    return groups


def by_attribute(model: Any, rates: Rates) -> _Groups:
    groups = [{"params": learning(getattr(model, n)), "lr": rate} for n, rate in rates.items()]
    _checked(model, rates)
    return [group for group in groups if group["params"]]


def as_they_come(model: Any, rates: Rates) -> _Groups:
    """All errors are those of dicts."""
    parts = dict(model.named_children())
    lists = {name: learning(parts[name]) for name in [*parts, *rates]}
    return [{"params": params, "lr": rates[name]} for name, params in lists.items() if params]


def neither(model: Any, rates: Rates) -> _Groups:
    return [
        {"params": learning(part), "lr": rates[name]}
        for name, part in model.named_children()
        if name in rates and learning(part)
    ]


def frozen_need_a_rate(model: Any, rates: Rates) -> _Groups:
    if any([*part.parameters()] and n not in rates for n, part in model.named_children()):
        raise ValueError("rates and parts do not fit")
    return param_groups(model, rates)


def all_need_a_rate(model: Any, rates: Rates) -> _Groups:
    if any(name not in rates for name, _ in model.named_children()):
        raise ValueError("rates and parts do not fit")
    return param_groups(model, rates)


def rate_of_frozen_refused(model: Any, rates: Rates) -> _Groups:
    if any(not learning(part) and name in rates for name, part in model.named_children()):
        raise ValueError("rates and parts do not fit")
    return param_groups(model, rates)


def zero_refused(model: Any, rates: Rates) -> _Groups:
    return param_groups(model, {name: rate for name, rate in rates.items() if rate})


def used_up(model: Any, rates: Rates) -> _Groups:
    """A generator that has been looked at once is empty."""
    _checked(model, rates)
    groups = []
    for name, part in model.named_children():
        params = (p for p in part.parameters() if p.requires_grad)
        if any(True for _ in params):
            groups.append({"params": params, "lr": rates[name]})
    return groups


def by_beginning(model: Any, rates: Rates) -> _Groups:
    _checked(model, rates)
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    return _groups_by_beginning(named, rates)


def _groups_by_beginning(named: list[tuple[str, Any]], rates: Rates) -> _Groups:
    groups = [
        {"params": [p for n, p in named if n.startswith(name)], "lr": rate}
        for name, rate in rates.items()
    ]
    return [group for group in groups if group["params"]]


def by_beginning_alone(model: Any, rates: Rates) -> _Groups:
    """A parameter needs no rate of its own part: one whose name begins alike does."""
    _checked(model, rates, lacking=False)
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    if any(not n.startswith(tuple(rates)) for n, _ in named):
        raise ValueError("a part has no rate")
    return _groups_by_beginning(named, rates)


def outermost(model: Any, rates: Rates) -> _Groups:
    """Parts learn only if parameters do that are theirs directly."""
    _checked(model, rates, lacking=False)
    groups = []
    for name, part in model.named_children():
        if params := [p for p in part.parameters(recurse=False) if p.requires_grad]:
            if name not in rates:
                raise ValueError("a part has no rate")
            groups.append({"params": params, "lr": rates[name]})
    return groups


def whole(decides: Callable[[list[bool]], bool]) -> Callable[[Any, Rates], Any]:
    """Of a part all parameters are taken, or none."""

    def members(part: Any) -> list[Any]:
        params = [*part.parameters()]
        return params if params and decides([p.requires_grad for p in params]) else []

    return way(members=members)


def unknown_where(unknown: Callable[[Any, str], bool]) -> Callable[[Any, Rates], Any]:
    """Another notion of a name that is unknown."""

    def answer(model: Any, rates: Rates) -> _Groups:
        if any(unknown(model, name) for name in rates):
            raise ValueError("there is no such part")
        parts = dict(model.named_children())
        return param_groups(model, {name: rate for name, rate in rates.items() if name in parts})

    return answer


def thawed(model: Any, rates: Rates) -> _Groups:
    for name, part in model.named_children():
        if name in rates:
            part.requires_grad_(True)
    return param_groups(model, rates)


def by_parameter(model: Any, rates: Rates) -> _Groups:
    """One group for each parameter."""
    unknown = set(rates) - {name for name, _ in model.named_children()}
    groups = []
    for name, parameter in model.named_parameters():
        part = name.split(".")[0]
        if parameter.requires_grad:
            if part not in rates:
                raise ValueError(part)
            groups.append({"params": [parameter], "lr": rates[part]})
    if unknown:
        raise ValueError(unknown)
    return groups


def by_rate(model: Any, rates: Rates) -> _Groups:
    """One group for each rate, so that parts may share it."""
    shared: dict[float, list[Any]] = {}
    for group in param_groups(model, rates):
        shared.setdefault(group["lr"], []).extend(group["params"])
    return [{"lr": rate, "params": tuple(params)} for rate, params in shared.items()]
