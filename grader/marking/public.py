"""The public half of a section's exercises, as the data that its room in `course_lib` holds."""

import json
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.case import Case
from course_lib.checks.exercise import Public
from course_lib.checks.fingerprint import Fingerprint
from course_lib.checks.modules import digest, shapes
from grader.marking.exercise import Exercise


def public_data(exercises: Iterable[Exercise]) -> str:
    """The text of `exercises.json`: id -> what learners may see, in the order given."""
    lines = [f"{json.dumps(one.id)}: {_compact(_entry(one))}" for one in exercises]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(entry: dict[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def _entry(exercise: Exercise) -> dict[str, Any]:
    cases: list[Case] = [Case()]
    right: list[dict[str, Any]] | None = None
    mistaken: dict[str, list[Any]] = {}
    # Of a choice, and of a value with points, the answer stays hidden.
    if exercise.asks in ("function", "module") or (
        exercise.asks == "value" and not exercise.points
    ):
        cases = exercise.public_cases()
        known = exercise.known(cases)
        right = None if known.right is None else [_kept(answer) for answer in known.right]
        for name, row in known.mistaken:
            seen = [
                _seen(one, r.value, exercise.tolerance)
                for one, r in zip(row, known.right or [], strict=True)
            ]
            kept, brief = mistaken.setdefault(name, []), [_brief(one) for one in seen]
            if brief not in kept:  # two ways may differ only in what the check does not ask
                kept.append(brief)
    data = wire.encode({"cases": [_case(case) for case in cases], "right": right})
    return {"public": _told(exercise.public), "data": data, "mistaken": mistaken}


def _told(public: Public) -> dict[str, Any]:
    """The fields that are not their default, without the id, under which they stand."""
    plain = {field.name: getattr(public, field.name) for field in fields(public)}
    del plain["id"]
    default = {field.name: field.default for field in fields(public)}
    return {name: value for name, value in plain.items() if value != default[name] and value != {}}


def _brief(seen: Any) -> Any:
    """The same with a value that is one text alone, as most are, out of its dict; 0 for None."""
    if seen is None:
        return 0
    value = seen.get("value")
    return value if isinstance(value, str) else seen


def _case(case: Case) -> dict[str, Any]:
    more = {"about": case.about, "facts": case.facts}
    return {**case.question(), **{name: value for name, value in more.items() if value}}


def _kept(answer: Answer) -> dict[str, Any]:
    """What is compared: the value, the error, the gradients."""
    kept = {"value": answer.value, "error": answer.error, "gradients": answer.gradients}
    return {name: value for name, value in kept.items() if value is not None and value != ""}


def _seen(mistaken: Answer | None, right: Any, tolerance: float) -> Any:
    """None for a case in which the way is right, else what it gives there."""
    if mistaken is None:
        return None
    if mistaken.error:  # its kind is what is compared
        return {"error": mistaken.error.partition(":")[0]}
    value = mistaken.value
    if shapes(value) and value["eval"] is None:  # the weights did not fit: that is what is wrong
        value = {"state": digest(shapes(value))}
    elif shapes(value):  # parameters are told by other means
        value = {mode: value[mode] for mode in ("train", "eval")}
    return {"value": Fingerprint.of(value, right, tolerance).as_plain()}
