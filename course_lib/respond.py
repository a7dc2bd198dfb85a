"""Puts questions to the learner's object and records what comes back.

Runs in the learner's process. It knows no answer and decides nothing.
"""

import copy
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from course_lib.exercise import Asks, Case

Json = Any


@dataclass(frozen=True)
class Answer:
    """What came back for one case.

    Attributes:
        value: the plain data or tensors answered; for a module a dict with "state" (name of each
            weight and buffer -> its shape), "train" and "eval" (its outputs in both modes).
        missing: the stub is still there.
        error: the exception raised, "TypeError: ...", or "".
        operations: name of each torch operation that ran -> how often.
    """

    value: Any = None
    missing: bool = False
    error: str = ""
    operations: dict[str, int] = field(default_factory=dict)

    def as_plain(self) -> Json:
        """The answer as data for `wire.encode`."""
        return {
            "value": self.value,
            "missing": self.missing,
            "error": self.error,
            "operations": self.operations,
        }

    @classmethod
    def from_plain(cls, data: Json) -> "Answer":
        """An answer from decoded data that anybody may have sent.

        Raises:
            ValueError: it is not of the form that `as_plain` gives.
        """
        names = {"value", "missing", "error", "operations"}
        if not isinstance(data, dict) or set(data) != names:
            raise ValueError("an answer with other parts than it must have")
        operations = data["operations"]
        if not (
            isinstance(data["missing"], bool)
            and isinstance(data["error"], str)
            and isinstance(operations, dict)
            and all(type(count) is int for count in operations.values())
        ):
            raise ValueError("an answer whose parts have wrong types")
        return cls(**data)


def respond(asks: Asks, given: Any, cases: list[Case]) -> list[Answer]:
    """The learner's answers to the cases, one each.

    The global random state is seeded for each case and restored afterwards.
    """
    if given is ...:
        return [Answer(missing=True) for _ in cases]
    with torch.random.fork_rng(devices=[]):
        return [_respond_to(asks, given, case) for case in cases]


class _Operations(TorchDispatchMode):
    """Counts the torch operations that run while it is active."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.counts: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.counts[func.name().partition(".")[0]] += 1
        return func(*args, **(kwargs or {}))


def _respond_to(asks: Asks, given: Any, case: Case) -> Answer:
    torch.manual_seed(0)
    # Fresh copies: an answer that changes its inputs in place must not change later questions.
    case_args, case_kwargs = copy.deepcopy(case.args), copy.deepcopy(dict(case.kwargs))
    with _Operations() as operations:
        try:
            if asks == "function":
                value = given(*case_args, **case_kwargs)
            elif asks == "module":
                value = _run_module(given(*case_args, **case_kwargs), case)
            else:
                value = given
        except NotImplementedError:
            return Answer(missing=True)
        except Exception as error:
            return Answer(error=f"{type(error).__name__}: {error}"[:500])
    if value is ... or (asks == "function" and value is NotImplemented):
        return Answer(missing=True)
    return Answer(value=value, operations=dict(operations.counts))


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
