"""Compares answers with what is expected and gives a verdict.

The grader runs this in a process that has run no learner's code; *show* mode runs it beside the
learner's, for public cases that carry no points.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from course_lib.compare import as_tensor, describe, difference
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.respond import Answer
from course_lib.verdict import Line, Picture, State, Verdict


@dataclass(frozen=True)
class Outcome:
    """How one case went.

    Attributes:
        message: why it is wrong, for its author; "" when right.
        recognised: the message names a misconception, rather than just a difference.
    """

    right: bool
    message: str = ""
    mistake: str = ""
    recognised: bool = False
    picture: Picture | None = None


def judge(
    exercise: Exercise,
    cases: list[Case],
    answers: list[Answer],
    *,
    expect: Callable[[Case], Any] | None,
    mistakes: tuple[Mistake, ...],
    hidden: bool,
    uses: tuple[str, ...] = (),
) -> Verdict:
    """The verdict on the answers, one answer a case.

    Args:
        expect: case -> the right answer; None where each case verifies a property.
        hidden: the cases carry points: messages name misconceptions, never a number.
        uses: forbidden names found in the answer's source.
    """
    title = exercise.title
    if all(answer.missing for answer in answers):
        return Verdict(
            exercise.id, title, "not attempted", 0.0, "Nothing here yet: replace the stub first."
        )
    used = sorted({*uses, *_forbidden_operations(exercise, answers)})
    if used:
        message = (
            f"This answer uses {', '.join(used)}. Here that is what you are to write yourself."
        )
        return Verdict(exercise.id, title, "wrong", 0.0, message, mistake="forbidden")
    outcomes = [
        _outcome(exercise, case, answer, expect, mistakes, hidden)
        for case, answer in zip(cases, answers, strict=True)
    ]
    is_property = [case.verify is not None or bool(case.raises) for case in cases]
    abouts = [case.about for case in cases]
    for about, property_outcome in _operation_outcomes(exercise, answers):
        outcomes.append(property_outcome)
        is_property.append(True)
        abouts.append(about)
    values = [o.right for o, prop in zip(outcomes, is_property, strict=True) if not prop]
    properties_count = any(values) or not values
    counted = [
        outcome.right and (properties_count or not prop)
        for outcome, prop in zip(outcomes, is_property, strict=True)
    ]
    score = sum(counted) / len(counted)
    state: State = "right" if score == 1 else "wrong" if score == 0 else "partly right"
    # The message that helps most: a recognised misconception before a plain difference.
    wrong = sorted((o for o in outcomes if not o.right), key=lambda outcome: not outcome.recognised)
    worst = wrong[0] if wrong else Outcome(right=True, message="All cases are right.")
    lines = tuple(Line(right, about) for right, about in zip(counted, abouts, strict=True) if about)
    return Verdict(
        exercise.id,
        title,
        state,
        score,
        worst.message,
        lines=tuple(dict.fromkeys(lines)) if hidden else lines,
        mistake=worst.mistake,
        picture=None if hidden else worst.picture,
    )


def judge_choice(exercise: Exercise, answer: Answer) -> Verdict:
    """The public verdict on a choice: recorded, when it is one of the options."""
    options = ", ".join(exercise.options)
    if answer.missing:
        message = f"Nothing here yet: choose one of {options}."
        return Verdict(exercise.id, exercise.title, "not attempted", 0.0, message)
    if isinstance(answer.value, str) and answer.value.strip().upper() in exercise.options:
        letter = answer.value.strip().upper()
        message = f"Your answer {letter} is recorded. The feedback after grading says more."
        return Verdict(exercise.id, exercise.title, "recorded", 0.0, message)
    message = f'An answer here is one letter in quotes, one of {options}: for example answer = "A".'
    return Verdict(exercise.id, exercise.title, "wrong", 0.0, message, mistake="no option")


def _forbidden_operations(exercise: Exercise, answers: list[Answer]) -> set[str]:
    return {name for answer in answers for name in answer.operations if name in exercise.forbidden}


def _operation_outcomes(exercise: Exercise, answers: list[Answer]) -> list[tuple[str, Outcome]]:
    """What the torch operations that ran say: one property for each demand of the exercise."""
    found = []
    if exercise.required:
        wanted = exercise.required
        ran = all(any(name.startswith(wanted) for name in a.operations) for a in answers)
        says = "The numbers may be right, but the way asked for was not taken: " + (
            f"no operation {' or '.join(wanted)} ran."
        )
        found.append(("the way asked for", Outcome(ran, "" if ran else says, "way", True)))
    if exercise.vectorised:
        small, large = (sum(answer.operations.values()) for answer in answers[:2])
        steady = 0 < large <= 1.5 * small
        says = (
            "Your function runs more torch operations the larger the image is: it still visits "
            "the windows one by one. Let one operation treat all windows."
        )
        found.append(
            ("no loop over windows", Outcome(steady, "" if steady else says, "loop", True))
        )
    return found


def _outcome(
    exercise: Exercise,
    case: Case,
    answer: Answer,
    expect: Callable[[Case], Any] | None,
    mistakes: tuple[Mistake, ...],
    hidden: bool,
) -> Outcome:
    about = f"For {case.about}: " if case.about else ""
    if answer.missing:
        return Outcome(False, f"{about}your answer raises NotImplementedError here.")
    if case.raises:
        return _error_outcome(case, answer, about, hidden)
    if answer.error:
        return Outcome(False, f"{about}your code raised {answer.error}", "raises")
    if case.verify is not None:
        return _verified(case.verify, answer.value, about)
    assert expect is not None, f"{exercise.id}: a value case without a reference"
    expected = expect(case)
    found = difference(expected, answer.value, exercise.tolerance)
    if found is None:
        return Outcome(True)
    if exercise.asks == "module" and _state(answer.value) != _state(expected):
        return Outcome(False, _wrong_state(expected, answer.value), "parameters", True)
    for mistake in mistakes:
        if _is_mistake(mistake, case, answer.value, exercise.tolerance):
            return Outcome(
                False, mistake.says, mistake.name, True, _picture(expected, answer.value)
            )
    text = found.discreet if hidden else found.text
    return Outcome(False, f"{about}{text}.", picture=_picture(expected, answer.value))


def _verified(verify: Callable[[Any], Mistake | str | None], value: Any, about: str) -> Outcome:
    """How a property case went."""
    try:
        wrong = verify(value)
    except Exception:  # what was answered is no plain number or tensor as the property needs
        return Outcome(False, f"{about}this cannot be used: {describe(value)}.")
    if wrong is None:
        return Outcome(True)
    if isinstance(wrong, Mistake):
        return Outcome(False, wrong.says, wrong.name, recognised=True)
    return Outcome(False, wrong, "property", recognised=True)


def _error_outcome(case: Case, answer: Answer, about: str, hidden: bool) -> Outcome:
    """How a case went that has no answer: right is the error asked for, with a message."""
    wanted = f"raise {case.raises} with a message that says why."
    if not answer.error:
        says = f"{about}your code answers, but there is nothing to answer: {wanted}"
        return Outcome(False, says, "no error", recognised=True)
    kind, _, message = answer.error.partition(": ")
    if kind != case.raises:
        came = kind if hidden else answer.error
        says = f"{about}your code raised {came}. Look for what cannot be beforehand, and {wanted}"
        return Outcome(False, says, "other error", recognised=True)
    if not message.strip():
        says = f"{about}your {kind} has no message. Say what is wrong, with the numbers."
        return Outcome(False, says, "no message", recognised=True)
    return _verified(case.verify, message, about) if case.verify else Outcome(True)


def _state(value: Any) -> dict[str, list[int]]:
    state = value.get("state") if isinstance(value, dict) else None
    return state if isinstance(state, dict) else {}


def _wrong_state(expected: Any, value: Any) -> str:
    def listed(state: dict[str, list[int]]) -> str:
        return ", ".join(f"{name} {tuple(shape)}" for name, shape in state.items()) or "nothing"

    return (
        f"The module's parameters and buffers are not those asked for: expected "
        f"{listed(_state(expected))}; got {listed(_state(value))}. Only what is an nn.Parameter "
        "(or a registered buffer, or inside a submodule) is learned and saved."
    )


def _is_mistake(mistake: Mistake, case: Case, value: Any, tolerance: float) -> bool:
    if mistake.gives is None:
        return False
    try:
        mistaken = mistake.gives(case)
    except Exception:  # a mistake may make no sense for a case (a shape that does not fit)
        return False
    return difference(mistaken, value, tolerance) is None


def _picture(expected: Any, got: Any) -> Picture | None:
    wanted, came = as_tensor(expected), as_tensor(got)
    if wanted is None or came is None or wanted.shape != came.shape:
        return None
    if wanted.dim() != 2 or max(wanted.shape) > 16 or not isinstance(expected, Tensor):
        return None
    return Picture(wanted, came)
