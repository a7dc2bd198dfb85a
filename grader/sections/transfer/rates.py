"""Part D: groups of parameters, each with a rate of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from course_lib.checks.case import Case
from course_lib.sections.transfer.given import param_groups
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_Rates = Mapping[str, float]
_Groups = list[dict[str, Any]]


def _learning(part: Any) -> list[Any]:
    return [p for p in part.parameters() if p.requires_grad]


def _checked(model: Any, rates: _Rates, *, unknown: bool = True, lacking: bool = True) -> None:
    parts = dict(model.named_children())
    if unknown and set(rates) - set(parts):
        raise ValueError("there is no such part")
    if lacking and any(_learning(part) and name not in rates for name, part in parts.items()):
        raise ValueError("a part has no rate")


def _way(
    members: Callable[[Any], list[Any]] = _learning,
    rate: Callable[[_Rates, str], float] = lambda rates, name: rates[name],
    empty: bool = False,
    **checks: bool,
) -> Callable[[Any, _Rates], Any]:
    """An answer with other members, other rates, or fewer errors."""

    def answer(model: Any, rates: _Rates) -> _Groups:
        _checked(model, rates, **checks)
        return [
            {"params": members(part), "lr": rate(rates, name)}
            for name, part in model.named_children()
            if (name in rates if empty else members(part) and (_learning(part) or name in rates))
        ]

    return answer


def _after(change: Callable[..., Any]) -> Callable[[Any, _Rates], Any]:
    """What is made of right groups."""
    return lambda model, rates: change(param_groups(model, rates))


def _default(rate: Callable[[_Rates], float]) -> Callable[[Any, _Rates], Any]:
    """A part without a rate has one that nobody gave."""
    return _way(rate=lambda rates, name: rates.get(name, rate(rates)), lacking=False)


def _only_named(model: Any, rates: _Rates) -> _Groups:
    """A part that learns and has no rate is left out."""
    _checked(model, rates, lacking=False)
    parts = dict(model.named_children())
    return [
        {"params": _learning(parts[n]), "lr": r} for n, r in rates.items() if _learning(parts[n])
    ]


def _by_key(model: Any, rates: _Rates) -> _Groups:
    groups = []
    for name, part in model.named_children():
        if params := _learning(part):
            groups.append({"params": params, "lr": rates[name]})
    _checked(model, rates)
    return groups


def _by_attribute(model: Any, rates: _Rates) -> _Groups:
    groups = [{"params": _learning(getattr(model, n)), "lr": rate} for n, rate in rates.items()]
    _checked(model, rates)
    return [group for group in groups if group["params"]]


def _as_they_come(model: Any, rates: _Rates) -> _Groups:
    """All errors are those of dicts."""
    parts = dict(model.named_children())
    lists = {name: _learning(parts[name]) for name in [*parts, *rates]}
    return [{"params": params, "lr": rates[name]} for name, params in lists.items() if params]


def _neither(model: Any, rates: _Rates) -> _Groups:
    return [
        {"params": _learning(part), "lr": rates[name]}
        for name, part in model.named_children()
        if name in rates and _learning(part)
    ]


def _frozen_need_a_rate(model: Any, rates: _Rates) -> _Groups:
    if any([*part.parameters()] and n not in rates for n, part in model.named_children()):
        raise ValueError("rates and parts do not fit")
    return param_groups(model, rates)


def _all_need_a_rate(model: Any, rates: _Rates) -> _Groups:
    if any(name not in rates for name, _ in model.named_children()):
        raise ValueError("rates and parts do not fit")
    return param_groups(model, rates)


def _rate_of_frozen_refused(model: Any, rates: _Rates) -> _Groups:
    if any(not _learning(part) and name in rates for name, part in model.named_children()):
        raise ValueError("rates and parts do not fit")
    return param_groups(model, rates)


def _zero_refused(model: Any, rates: _Rates) -> _Groups:
    return param_groups(model, {name: rate for name, rate in rates.items() if rate})


def _used_up(model: Any, rates: _Rates) -> _Groups:
    """A generator that has been looked at once is empty."""
    _checked(model, rates)
    groups = []
    for name, part in model.named_children():
        params = (p for p in part.parameters() if p.requires_grad)
        if any(True for _ in params):
            groups.append({"params": params, "lr": rates[name]})
    return groups


def _by_beginning(model: Any, rates: _Rates) -> _Groups:
    _checked(model, rates)
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for n, p in named if n.startswith(name)], "lr": rate}
        for name, rate in rates.items()
    ]
    return [group for group in groups if group["params"]]


def _thawed(model: Any, rates: _Rates) -> _Groups:
    for name, part in model.named_children():
        if name in rates:
            part.requires_grad_(True)
    return param_groups(model, rates)


def _by_parameter(model: Any, rates: _Rates) -> _Groups:
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


def _by_rate(model: Any, rates: _Rates) -> _Groups:
    """One group for each rate, so that parts may share it."""
    shared: dict[float, list[Any]] = {}
    for group in param_groups(model, rates):
        shared.setdefault(group["lr"], []).extend(group["params"])
    return [{"lr": rate, "params": tuple(params)} for rate, params in shared.items()]


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, kind: Any, rates: _Rates, *frozen: str) -> Case:
        return Case(args=(kind, rates, frozen), about=about)

    c = draw.integer(2, 6)
    resnet, rich = ("basic", 2, c), ("rich", draw.integer(3, 5), c)
    names = ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc")
    steps = draw.distinct(1, 40, len(names))
    rates = {name: step / 1000 for name, step in zip(names, steps, strict=True)}
    three = {"stem": steps[0] / 100, "stem2": steps[1] / 100, "fc": steps[2] / 10}
    some = {name: rates[name] for name in ("fc", "layer4")}
    first = names[:-2]
    return [
        case("a rate for each part", resnet, rates),
        case("the first parts are frozen and have no rates", resnet, some, *first),
        case("the first parts are frozen and have rates", resnet, rates, *first),
        case("rates of parts without parameters", resnet, {"relu": 0.1, **some}, *first),
        case("parts whose names begin alike", rich, three),
        case(
            "a part that is frozen partly", resnet, rates, "layer4.0.conv1", "layer2.0.bn1", "bn1"
        ),
        case("the same rate for two parts", rich, {**three, "fc": three["stem"]}),
        case("rates of zero and of one", rich, {**three, "stem": 0.0, "fc": 1}),
        case("one part learns alone", resnet, {"layer3": rates["layer3"]}, *names[:4], *names[5:]),
        case("a part that learns has no rate", rich, {n: three[n] for n in ("stem", "fc")}),
        case("the head has no rate", resnet, {n: r for n, r in rates.items() if n != "fc"}),
        case("no rates at all", resnet, {}, *first),
        case("a name of no part", resnet, {**rates, "head": 0.1}),
        case("a name inside of a part", rich, {**three, "stem2.norm": 0.1}),
        case("a name of no part, and all else is frozen", resnet, {**some, "layer5": 0.1}, *first),
    ]


PARAM_GROUPS = Exercise(
    id="transfer.param_groups",
    title="Rates of their own",
    points=2,
    minutes=12,
    covers=("E14.19", "Q10"),
    cases=_cases,
    through="ask_groups",
    reference=param_groups,
    promises=("unchanged",),
    tolerance=1e-6,
    parts={
        "form": 'Return a list of groups, each of them a dict {"params": [...], "lr": rate} whose '
        '"params" are parameters and whose "lr" is a number.',
        "empty": "Some of your groups are empty. A part in which nothing learns has no group.",
        "twice": "Some parameters are in your groups more than once.",
        "frozen": "Some parameters in your groups are frozen: those without requires_grad are in "
        "none.",
        "missing": "Some parameters that learn are in none of your groups.",
        "rates": "Some parameters have another rate than that of their part.",
        "model": "Your function changes which parameters learn. Leave the model as it is.",
    },
    wrong={
        "frozen ones, too": (
            "You put frozen parameters into groups. Only those with requires_grad belong there.",
            _way(members=lambda part: list(part.parameters())),
        ),
        "empty groups": (
            "You make groups without parameters. A part in which nothing learns has none.",
            _way(empty=True),
        ),
        "a generator used up": (
            "Your parameters come from a generator, which can be gone through once: afterwards it "
            "is empty. Make a list.",
            _used_up,
        ),
        "another key": (
            'Your groups have no "lr". PyTorch keeps other keys, and heeds none of them.',
            _after(lambda groups: [{"params": g["params"], "lr_mult": g["lr"]} for g in groups]),
            _after(lambda groups: [{"params": g["params"], "rate": g["lr"]} for g in groups]),
        ),
        "one rate for all": (
            "All your parameters have one rate. Each part has its own.",
            _way(rate=lambda rates, name: max(rates.values())),
            _way(rate=lambda rates, name: min(rates.values())),
            _way(rate=lambda rates, name: next(iter(rates.values()))),
            _way(rate=lambda rates, name: [*rates.values()][-1]),
        ),
        "matrices only": (
            "You leave out biases and the numbers of batch norm. All parameters that learn belong "
            "to a group.",
            _way(members=lambda part: [p for p in _learning(part) if p.dim() > 1]),
        ),
        "outermost parameters only": (
            "You leave out what is deep inside of a part. part.parameters() has all.",
            _way(
                members=lambda part: [p for p in part.parameters(recurse=False) if p.requires_grad]
            ),
        ),
        "all or nothing": (
            "You leave out a part that is frozen partly. Look at each parameter.",
            _way(
                members=lambda part: (
                    _learning(part) if all(p.requires_grad for p in part.parameters()) else []
                )
            ),
        ),
        "no rate, no error": (
            "A part that learns has no rate, and your function takes another one, or leaves the "
            "part out. Raise ValueError.",
            _only_named,
            _default(lambda rates: 0.0),
            _default(lambda rates: 1e-3),
        ),
        "no error at all": (
            "Neither a part that learns and has no rate, nor a name of no part, leads to an error. "
            "Raise ValueError for both.",
            _neither,
            _way(rate=lambda rates, name: rates.get(name, 0.0), lacking=False, unknown=False),
            _way(rate=lambda rates, name: rates.get(name, 1e-3), lacking=False, unknown=False),
        ),
        "unknown names accepted": (
            "You accept names that are no parts of the model. A slip of the pen would pass without "
            "a word: raise ValueError.",
            _way(unknown=False),
        ),
        "another error": (
            "Another error comes than ValueError, a KeyError or an AttributeError. Look first, "
            "then raise ValueError.",
            _by_key,
            _by_attribute,
            _as_they_come,
        ),
        "rates for frozen parts": (
            "You ask for rates of parts in which nothing learns. They need none.",
            _frozen_need_a_rate,
            _all_need_a_rate,
        ),
        "rates of frozen parts refused": (
            "You raise an error where a part has a rate, and nothing in it learns. That is no "
            "error: it has no group, that is all.",
            _rate_of_frozen_refused,
        ),
        "zero refused": (
            "You take a rate of zero for none. Ask `name in rates`.",
            _zero_refused,
        ),
        "names that begin alike": (
            "You compare the beginnings of names. Another part's name may begin alike: compare "
            'name.split(".")[0].',
            _by_beginning,
        ),
        "names in place of parameters": (
            "Your groups hold modules or names. An optimiser takes parameters.",
            _way(members=lambda part: [n for n, p in part.named_parameters() if p.requires_grad]),
            _way(members=lambda part: list(part.modules()) if _learning(part) else []),
        ),
        "no list": (
            "Your function does not return a list of groups.",
            lambda model, rates: None,
            _after(lambda groups: dict(enumerate(groups))),
            _after(lambda groups: groups[0]),
        ),
        "thawed": (
            "You make frozen parameters learn. What learns is decided already: leave the "
            "model as it is.",
            _thawed,
        ),
    },
    right=(_way(), _by_parameter, _by_rate, _after(tuple)),
    hints=(
        "model.named_children() gives each part with its name. Which of its parameters learn? "
        "Which of the parts have none of these?",
        "set(rates) - set(parts) are the names of no part.",
        "For each part: params = [p for p in part.parameters() if p.requires_grad]; where there "
        "are any, name in rates or an error, and then a group.",
    ),
    forbidden=("course_lib",),
    stand_in="param_groups",
)
