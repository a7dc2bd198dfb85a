"""Puts questions to the learner's object and records what comes back.

Runs in the learner's process. It knows no answer and decides nothing.
"""

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

import torch

from course_lib.checks.ask import seed
from course_lib.checks.errors import learner_line
from course_lib.checks.watch import Operations
from course_lib.former.exercise import Asks, Case

Json = Any


@dataclass(frozen=True)
class Answer:
    """What came back for one case.

    Attributes:
        value: the plain data or tensors answered; for a module a dict with "state" (name of each
            weight and buffer -> its shape), "train" and "eval" (its outputs in both modes).
        missing: the stub is still there.
        error: the exception raised, "TypeError: ...", or "".
        line: the line of the learner's code that it came from, or "".
        operations: name of each torch operation that ran, up to an error if any -> how often.
        tracked: the value is a tensor that requires a gradient.
        changed: names of the arguments that were changed in place, "X, K", or "".
    """

    value: Any = None
    missing: bool = False
    error: str = ""
    line: str = ""
    operations: dict[str, int] = field(default_factory=dict)
    tracked: bool = False
    changed: str = ""

    def as_plain(self) -> Json:
        """The answer as data for `wire.encode`."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @classmethod
    def from_plain(cls, data: Json) -> "Answer":
        """An answer from decoded data that anybody may have sent.

        Raises:
            ValueError: it is not of the form that `as_plain` gives.
        """
        if not isinstance(data, dict) or set(data) != {part.name for part in fields(cls)}:
            raise ValueError("an answer with other parts than it must have")
        operations = data["operations"]
        if not (
            all(isinstance(data[name], bool) for name in ("missing", "tracked"))
            and all(isinstance(data[name], str) for name in ("error", "line", "changed"))
            and isinstance(operations, dict)
            and all(type(count) is int for count in operations.values())
        ):
            raise ValueError("an answer whose parts have wrong types")
        return cls(**data)


def respond(
    asks: Asks, given: Any, cases: list[Case], through: Callable[..., Any] | None = None
) -> list[Answer]:
    """The learner's answers to the cases, one each.

    The global random state is seeded for each case and restored afterwards.

    Args:
        through: how a function is asked, where that is not simply a call: `Exercise.through`.
    """
    if through is not None and given is not ...:
        given = partial(through, given)
    if given is ...:
        return [Answer(missing=True) for _ in cases]
    with torch.random.fork_rng(devices=[]):
        return [_respond_to(asks, given, case) for case in cases]


def _respond_to(asks: Asks, given: Any, case: Case) -> Answer:
    seed(0)
    # Fresh copies: an answer that changes its inputs in place must not change later questions.
    case_args, case_kwargs = copy.deepcopy(case.args), copy.deepcopy(dict(case.kwargs))
    with Operations() as operations:
        try:
            if asks == "function":
                value = given(*case_args, **case_kwargs)
            elif asks == "module":
                value = _run_module(given(*case_args, **case_kwargs), case)
            else:
                value = given
        except Exception as error:
            if isinstance(error, NotImplementedError) and not error.args:
                return Answer(missing=True)  # the stub; PyTorch raises it, too, with a message
            text, counts = f"{type(error).__name__}: {error}"[:500], dict(operations.counts)
            return Answer(error=text, line=learner_line(error), operations=counts)
    if value is ... or (asks == "function" and value is NotImplemented):
        return Answer(missing=True)
    return Answer(
        value=value,
        operations=dict(operations.counts),
        tracked=isinstance(value, torch.Tensor) and value.requires_grad,
        changed=_changed(given, case.args, case_args) if asks == "function" else "",
    )


def _changed(given: Any, before: tuple[Any, ...], after: tuple[Any, ...]) -> str:
    """The names of the arguments (tensors, lists and dicts of plain data) that have changed."""
    places = [
        place
        for place, (old, new) in enumerate(zip(before, after, strict=True))
        if not _unchanged(old, new)
    ]
    if not places:
        return ""
    try:
        names = list(inspect.signature(given).parameters)
        return ", ".join(names[place] for place in places)[:100]
    except (IndexError, TypeError, ValueError):  # *args, or a callable without a signature
        return "an argument"


def _unchanged(old: Any, new: Any) -> bool:
    if type(old) is not type(new):
        return False
    if isinstance(old, torch.Tensor):
        return old.shape == new.shape and torch.equal(old.detach(), new.detach())
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(map(_unchanged, old, new))
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_unchanged(old[key], new[key]) for key in old)
    return not isinstance(old, (bool, int, float, str)) or bool(old == new)


def _run_module(module: torch.nn.Module, case: Case) -> dict[str, Any]:
    state = {name: list(tensor.shape) for name, tensor in module.state_dict().items()}
    outputs: dict[str, Any] = {"train": None, "eval": None}
    if state != {name: list(tensor.shape) for name, tensor in case.state.items()}:
        return {"state": state, **outputs}  # the weights asked for do not fit: nothing to run
    module.load_state_dict({name: tensor.clone() for name, tensor in case.state.items()})
    for mode in ("train", "eval"):
        module.train(mode == "train")
        outputs[mode] = [module(value.clone()) for value in case.inputs]
    return {"state": state, **outputs}
