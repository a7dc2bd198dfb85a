"""Part C: freezing, batch norm included."""

from typing import Any

from course_lib.checks.case import Case
from course_lib.sections.transfer.given import freeze
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.transfer.freezing_ways import (
    HEAD,
    all_rests,
    backwards,
    but_norms,
    by_class,
    by_eval,
    by_hooks,
    by_name,
    by_norm,
    by_settings,
    children_only,
    copied,
    deaf,
    each,
    everywhere,
    first_call_wins,
    late,
    lines_too,
    mode_unheard,
    never_back,
    never_back_in_children,
    no_momentum,
    norms_inside_too,
    of_the_last_model,
    on_modules,
    one_mode,
    outermost,
    parts,
    silent,
    statistics_alive,
    then,
    top,
    unchained,
    way,
    with_dropout,
    without_tracking,
)


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, *args: Any, **named: Any) -> Case:
        return Case(args=args, kwargs=named, about=about)

    width, classes = draw.integer(3, 5), draw.integer(2, 6)
    resnet = "basic", 2, classes
    plain, rich, lined = ((kind, width, classes) for kind in ("plain", "rich", "lined"))
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
        case("a batch norm of vectors, and dropout, in a frozen part", lined),
        case("another model of the class, frozen afterwards", rich, ("stem",), beside=("fc",)),
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
        "modes": "Not all is in the mode that it should be in: the model itself, dropout, "
        "nn.BatchNorm1d, and the parts that are named follow train() and eval().",
        "moved": "The running averages of the wrong norms move: those in the parts that are named "
        "move in train mode, all others never.",
        "output": "In train mode your model gives another output: norms outside of the named parts "
        "use their running averages, those inside the batch's.",
        "reached": "Gradients do not reach the parameters that are to learn.",
        "numbers": "Your function changes parameters or buffers: leave all numbers alone.",
        "chained": "After freeze, model.train() returns something else than the model.",
    },
    wrong={
        "not tracked": (
            "You change track_running_stats, or momentum. In train mode such a norm still "
            "normalises by its batch: it must be in eval mode.",
            each(without_tracking),
            each(no_momentum),
            by_settings(track_running_stats=False),
            by_settings(momentum=0.0),
        ),
        "statistics alive": (
            "Your batch norms outside of the named parts are in train mode after model.train(): "
            "they take the batch's statistics there, which neither requires_grad nor momentum "
            "prevents. Keep them in eval mode.",
            statistics_alive,
        ),
        "undone by train()": (
            "You put batch norms into eval mode once. model.train() undoes that: change what it "
            "does, as train_but does.",
            each(lambda norm: norm.eval()),
            each(lambda part: part.eval(), parts),
        ),
        "not at once": (
            "Your batch norms come to rest at the next model.train(). They are in eval mode when "
            "freeze returns.",
            late,
        ),
        "dropout at rest": (
            "You keep dropout of the frozen parts in eval mode, too. Of these only batch norm "
            "stays there.",
            way(resting=parts),
            way(resting=with_dropout),
        ),
        "other norms at rest": (
            "You keep nn.BatchNorm1d in eval mode, too. Outside of the named parts only "
            "nn.BatchNorm2d stays there, all else follows model.train().",
            way(resting=lines_too),
        ),
        "found by name": (
            "You find batch norms by their names, which are others in other networks: "
            "isinstance(layer, nn.BatchNorm2d) finds them all.",
            way(resting=by_name),
        ),
        "mode unheard": (
            "Your train does not heed its argument. model.eval() calls model.train(False): hand "
            "mode on.",
            mode_unheard(at_once=False),
            mode_unheard(at_once=True),
        ),
        "not chained": (
            "After freeze, model.train() returns nothing. It returns the model, as before: return "
            "model at the end of the function that you put in its place.",
            unchained,
        ),
        "one list for all models": (
            "When another model is frozen afterwards, this one's batch norms move. Change train of "
            "the one model, not of its class, and keep its norms in no global name.",
            of_the_last_model,
        ),
        "everything at rest": (
            "You keep the whole model in eval mode. The parts that learn follow model.train(), and "
            "so does dropout.",
            all_rests,
        ),
        "norms inside at rest": (
            "You keep all batch norms in eval mode. Those inside of the named parts follow "
            "model.train().",
            way(resting=norms_inside_too),
        ),
        "outermost norms only": (
            "You find batch norms only where they are parts of the model themselves. Most are deep "
            "inside of one: part.modules() gives all.",
            way(resting=outermost),
        ),
        "norms learn": (
            "Scale and shift of your frozen norms still learn. All parameters outside of the named "
            "parts are frozen.",
            way(learns=but_norms),
        ),
        "never True again": (
            "You set requires_grad to False, and never to True. What was frozen before stays so: "
            "set it to True inside of the named parts.",
            way(learns=never_back),
            way(learns=never_back_in_children),
        ),
        "set on modules": (
            "All parameters still require gradients. Set on a module, requires_grad does nothing: "
            "part.requires_grad_(False) sets it on all parameters of a part.",
            way(learns=on_modules),
        ),
        "children only": (
            "You freeze the parts, and forget a parameter that belongs to the model itself. "
            "model.parameters() has all.",
            way(learns=children_only),
        ),
        "the wrong way round": (
            "You freeze the named parts, and train the others.",
            way(learns=backwards),
            everywhere(lambda name, but: not top(name, but)),
        ),
        "names that begin alike": (
            "You compare the beginnings of names. Another part's name may begin alike: compare "
            'name.split(".")[0].',
            everywhere(lambda name, but: name.startswith(tuple(but))),
        ),
        "names within names": (
            "You look for the part's name anywhere in a parameter's. Parts may hold something of "
            "that name: only the first piece counts.",
            everywhere(lambda name, but: any(part in name for part in but)),
            everywhere(lambda name, but: any(part in name.split(".") for part in but)),
        ),
        "the head always": (
            "You train the head, whatever is named. but says which parts learn.",
            everywhere(lambda name, but: top(name, HEAD)),
            everywhere(lambda name, but: top(name, ("fc", *but))),
        ),
        "frozen for ever": (
            "Called again, your function leaves batch norms at rest that learn now. The last call "
            "counts: undo what an earlier one has changed, as type(model).train does, which is not "
            "the model.train of the last call.",
            first_call_wins,
            each(deaf),
        ),
        "mode changed": (
            "You change the mode of the model itself. freeze leaves it as it is.",
            then(one_mode(mode=True)),
            then(one_mode(mode=False)),
        ),
        "nothing returned": (
            "Your function returns nothing. Return the model.",
            silent,
        ),
        "a copy": (
            "You freeze a copy. The model that was given is to be frozen.",
            copied,
        ),
    },
    right=(way(), by_eval, by_hooks, by_norm, by_class),
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
