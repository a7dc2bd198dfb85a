"""What came back for a case."""

from dataclasses import dataclass, field, fields
from typing import Any

Json = Any
_TYPES: dict[str, tuple[type, ...]] = {
    "missing": (bool,),
    "again": (bool,),
    "tracked": (bool,),
    "array": (bool,),
    "error": (str,),
    "line": (str,),
    "changed": (str,),
    "gradients": (str, list, dict, type(None)),
    "operations": (dict,),
}


@dataclass(frozen=True)
class Answer:
    """What came back for one case.

    Attributes:
        value: the plain data or tensors answered; of a module what `modules.asked` records.
        missing: the stub is still there.
        error: the exception raised, "TypeError: ...", or "".
        line: the line of the learner's code that it came from, or "".
        operations: name of each torch operation that ran, up to an error if any -> how often.
        tracked: the value is a tensor that requires a gradient.
        array: the value is a NumPy array, which travels as a tensor.
        changed: names of the arguments that were changed in place, "X, K", or "".
        again: a second call with the same arguments gave the same.
        gradients: of each tensor argument, from a weighted sum of the output (None: it has
            none); of a module the size of each parameter's, by name; the error that asking for
            them raised; None where nobody asked.
    """

    value: Any = None
    missing: bool = False
    error: str = ""
    line: str = ""
    operations: dict[str, int] = field(default_factory=dict)
    tracked: bool = False
    array: bool = False
    changed: str = ""
    again: bool = True
    gradients: Any = None

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
        if not all(isinstance(data[name], types) for name, types in _TYPES.items()):
            raise ValueError("an answer whose parts have wrong types")
        if not all(type(count) is int for count in data["operations"].values()):
            raise ValueError("an answer whose parts have wrong types")
        return cls(**data)
