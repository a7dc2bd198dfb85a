"""Part D: groups of parameters, each with a rate of its own."""

from typing import Any

from course_lib.checks.case import Case
from course_lib.sections.transfer.given import param_groups
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.transfer.rates_ways import (
    Rates,
    after,
    all_need_a_rate,
    as_they_come,
    by_attribute,
    by_beginning,
    by_beginning_alone,
    by_key,
    by_parameter,
    by_rate,
    default,
    frozen_need_a_rate,
    learning,
    neither,
    only_named,
    outermost,
    rate_of_frozen_refused,
    thawed,
    unknown_where,
    used_up,
    way,
    whole,
    zero_refused,
)


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, kind: Any, rates: Rates, *frozen: str) -> Case:
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
        case("first parts that are frozen, without rates", resnet, some, *first),
        case("first parts that are frozen, with rates", resnet, rates, *first),
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
        case("the name of something that is no part", rich, {**three, "scale": 0.1}),
        case("a name of no part beside frozen ones", resnet, {**some, "layer5": 0.1}, *first),
    ]


PARAM_GROUPS = Exercise(
    id="transfer.param_groups",
    title="Rates of their own",
    points=2,
    minutes=12,
    covers=("E14.19", "Q10"),
    needs=("transfer.freeze",),
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
            way(members=lambda part: list(part.parameters())),
        ),
        "empty groups": (
            "You make groups without parameters. A part in which nothing learns has none.",
            way(empty=True),
        ),
        "a generator used up": (
            "Your parameters come from a generator, which can be gone through once: afterwards it "
            "is empty. Make a list.",
            used_up,
        ),
        "another key": (
            'Your groups have no "lr". PyTorch keeps other keys, and heeds none of them.',
            after(lambda groups: [{"params": g["params"], "lr_mult": g["lr"]} for g in groups]),
            after(lambda groups: [{"params": g["params"], "rate": g["lr"]} for g in groups]),
        ),
        "one rate for all": (
            "All your parameters have one rate. Each part has its own.",
            way(rate=lambda rates, name: max(rates.values())),
            way(rate=lambda rates, name: min(rates.values())),
            way(rate=lambda rates, name: next(iter(rates.values()))),
            way(rate=lambda rates, name: [*rates.values()][-1]),
        ),
        "matrices only": (
            "You leave out biases and the numbers of batch norm. All parameters that learn belong "
            "to a group.",
            way(members=lambda part: [p for p in learning(part) if p.dim() > 1]),
        ),
        "outermost parameters only": (
            "You leave out what is deep inside of a part. part.parameters() has all.",
            way(
                members=lambda part: [p for p in part.parameters(recurse=False) if p.requires_grad]
            ),
            outermost,
        ),
        "all or nothing": (
            "You take all parameters of a part, or none. It may be frozen partly: look at each.",
            way(
                members=lambda part: (
                    learning(part) if all(p.requires_grad for p in part.parameters()) else []
                )
            ),
            whole(lambda learns: learns[0]),
            whole(lambda learns: learns[-1]),
            whole(any),
        ),
        "no rate, no error": (
            "A part that learns has no rate, and your function takes another one, or leaves the "
            "part out. Raise ValueError.",
            only_named,
            default(lambda rates: 0.0),
            default(lambda rates: 1e-3),
        ),
        "no error at all": (
            "Neither a part that learns and has no rate, nor a name of no part, leads to an error. "
            "Raise ValueError for both.",
            neither,
            way(rate=lambda rates, name: rates.get(name, 0.0), lacking=False, unknown=False),
            way(rate=lambda rates, name: rates.get(name, 1e-3), lacking=False, unknown=False),
        ),
        "unknown names accepted": (
            "You accept names that are no parts of the model. A slip of the pen would pass without "
            "a word: raise ValueError.",
            way(unknown=False),
        ),
        "any attribute accepted": (
            "You take whatever the model has under a name for a part. Parts are those of "
            "model.named_children(): for other names raise ValueError.",
            unknown_where(lambda model, name: not hasattr(model, name)),
        ),
        "inner names accepted": (
            "You accept names of what is inside of parts. For all that is no top-level part raise "
            "ValueError.",
            unknown_where(lambda model, name: name not in dict(model.named_modules())),
        ),
        "another error": (
            "Another error comes than ValueError, a KeyError or an AttributeError. Look first, "
            "then raise ValueError.",
            by_key,
            by_attribute,
            as_they_come,
        ),
        "rates for frozen parts": (
            "You ask for rates of parts in which nothing learns. They need none.",
            frozen_need_a_rate,
        ),
        "errors without need": (
            "You raise ValueError where nothing is wrong. Parts without parameters, as relu, need "
            "no rate, and names in rates are those of parts, not of parameters.",
            all_need_a_rate,
        ),
        "rates of frozen parts refused": (
            "You raise an error where a part has a rate, and nothing in it learns. That is no "
            "error: it has no group, that is all.",
            rate_of_frozen_refused,
        ),
        "zero refused": (
            "You take a rate of zero for none. Ask `name in rates`.",
            zero_refused,
        ),
        "names that begin alike": (
            "You compare the beginnings of names. Another part's name may begin alike: compare "
            'name.split(".")[0].',
            by_beginning,
            by_beginning_alone,
        ),
        "names in place of parameters": (
            "Your groups hold modules or names. An optimiser takes parameters.",
            way(members=lambda part: [n for n, p in part.named_parameters() if p.requires_grad]),
            way(members=lambda part: list(part.modules()) if learning(part) else []),
        ),
        "no list": (
            "Your function does not return a list of groups.",
            lambda model, rates: None,
            after(lambda groups: dict(enumerate(groups))),
            after(lambda groups: groups[0]),
        ),
        "thawed": (
            "You make frozen parameters learn. What learns is decided already: leave the "
            "model as it is.",
            thawed,
        ),
    },
    right=(way(), by_parameter, by_rate, after(tuple)),
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
