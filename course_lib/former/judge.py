"""Compares answers with what is expected and gives a verdict.

The grader runs this in a process that has run no learner's code; *show* mode runs it beside the
learner's, for public cases that carry no points.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from course_lib.checks.compare import as_tensor, describe, difference, kind
from course_lib.checks.differences import no_list
from course_lib.checks.errors import explained
from course_lib.checks.modules import shapes, wrong_output, wrong_parameters
from course_lib.checks.operations import in_words, loops
from course_lib.checks.verdict import Line, Picture, State, Verdict
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.question import written
from course_lib.former.respond import Answer


@dataclass(frozen=True)
class Outcome:
    """How one case went.

    Attributes:
        message: why it is wrong, for its author; "" when right.
        recognised: the message names a misconception, rather than just a difference.
        share: of the case's credit, in [0, 1), that a wrong answer earns all the same.
    """

    right: bool
    message: str = ""
    mistake: str = ""
    recognised: bool = False
    picture: Picture | None = None
    share: float = 0.0


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
        return Verdict(exercise.id, title, "not attempted", 0.0, _nothing_here(exercise))
    used = in_words(sorted({*uses, *_forbidden_operations(exercise, answers)}))
    if used:
        message = f"This answer uses {', '.join(used)}. {exercise.instead}"
        return Verdict(exercise.id, title, "wrong", 0.0, message, mistake="forbidden")
    outcomes = [
        _outcome(exercise, case, answer, expect, mistakes, hidden)
        for case, answer in zip(cases, answers, strict=True)
    ]
    is_property = [case.verify is not None or bool(case.raises) for case in cases]
    abouts = [case.about for case in cases]
    values = [o.right for o, prop in zip(outcomes, is_property, strict=True) if not prop]
    properties_count = any(values) or not values
    answered = [a for case, a in zip(cases, answers, strict=True) if not case.raises]
    sound = not any(answer.error or answer.missing for answer in answered)
    all_right = all(outcome.right for outcome in outcomes)
    asked_of_all = _promises(exercise, cases, answers) if sound and not hidden else []
    if sound and (any(values) or (not values and any(o.right for o in outcomes))):
        asked_of_all += _demands(exercise, answered)
    for about, mistake, says in asked_of_all:
        first = all_right or mistake == "changed inputs"  # which is why the numbers are wrong
        outcomes.append(Outcome(not says, says, mistake, recognised=first))
        is_property.append(True)
        abouts.append(about)
    counted = [
        outcome.right and (properties_count or not prop)
        for outcome, prop in zip(outcomes, is_property, strict=True)
    ]
    shares = [
        1.0 if counts else outcome.share * (properties_count or not prop)
        for counts, outcome, prop in zip(counted, outcomes, is_property, strict=True)
    ]
    score = sum(shares) / len(shares)
    state: State = "right" if score == 1 else "wrong" if score == 0 else "partly right"
    worst = _most_helpful(exercise, outcomes, answers)
    lines = tuple(
        Line(counts, about, waits=outcome.right and not counts)
        for counts, about, outcome in zip(counted, abouts, outcomes, strict=True)
        if about
    )
    asked = [
        case
        for case, outcome in zip(cases, outcomes, strict=False)
        if outcome is worst and worst.mistake != "parameters"
    ]
    return Verdict(
        exercise.id,
        title,
        state,
        score,
        worst.message,
        lines=tuple(dict.fromkeys(lines)) if hidden else lines,
        mistake=worst.mistake,
        question="" if hidden or not asked else written(exercise, asked[0]),
        picture=None if hidden else worst.picture,
    )


def _nothing_here(exercise: Exercise) -> str:
    if exercise.asks == "value":
        return f"Nothing here yet: {exercise.id.rpartition('.')[2]} is still `...`."
    if exercise.asks == "choice":
        return "Nothing here yet: the answer is still `...`."
    return (
        "Nothing here yet: `raise NotImplementedError` was reached, here or in another of your "
        "functions that this one uses. Delete that line when your code is in place."
    )


def _most_helpful(exercise: Exercise, outcomes: list[Outcome], answers: list[Answer]) -> Outcome:
    """The outcome to tell: a recognised misconception before a plain difference."""
    wrong = sorted((o for o in outcomes if not o.right), key=lambda outcome: not outcome.recognised)
    if not wrong:
        return Outcome(right=True, message="All cases are right.")
    if exercise.same and _all_alike(answers, exercise.tolerance):
        return Outcome(False, exercise.same.says, exercise.same.name, recognised=True)
    return wrong[0]


def _all_alike(answers: list[Answer], tolerance: float) -> bool:
    first = answers[0].value
    return as_tensor(first) is not None and not any(
        difference(first, answer.value, tolerance) for answer in answers[1:]
    )


def _promises(
    exercise: Exercise, cases: list[Case], answers: list[Answer]
) -> list[tuple[str, str, str]]:
    """What the public check asks of the way in which all answers came, as `_demands` has it."""
    found = []
    if exercise.keeps_inputs:
        changed = next((answer.changed for answer in answers if answer.changed), "")
        says = f"You changed {changed} in place: leave it as it is, and write into something new."
        found.append(("the inputs stay as they are", "changed inputs", says if changed else ""))
    if exercise.gradient == "kept":
        # What is no tensor, or came from an error, is told by its own case.
        lost = any(
            isinstance(answer.value, Tensor) and not answer.tracked
            for case, answer in zip(cases, answers, strict=True)
            if any(isinstance(arg, Tensor) and arg.requires_grad for arg in case.args)
        )
        says = (
            "Your output has lost its gradient: .item(), NumPy or torch.tensor cut it. Write "
            "tensors into a tensor."
        )
        found.append(("gradients flow through", "lost gradient", says if lost else ""))
    if exercise.gradient == "cut":
        says = "Your answer still hangs on the steps that led to it: return it with .detach()."
        tracked = any(answer.tracked for answer in answers)
        found.append(("the answer is detached", "not detached", says if tracked else ""))
    return found


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
    message = f"An answer here is one letter in quotes, one of {options}."
    return Verdict(exercise.id, exercise.title, "wrong", 0.0, message, mistake="no option")


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
        return Outcome(False, f"{about}`raise NotImplementedError` was reached here.")
    if case.raises:
        return _error_outcome(case, answer, about, hidden)
    if answer.error:
        error = _discreet(answer.error) if hidden else answer.error
        says = f"{about}your code raised {explained(error, answer.line)}"
        return Outcome(False, says, "raises")
    if isinstance(answer.value, (list, tuple)) and exercise.returns == "tensor" and not hidden:
        return Outcome(False, no_list(answer.value), "list", True)
    if case.verify is not None:
        return _verified(case.verify, answer.value, about)
    assert expect is not None, f"{exercise.id}: a value case without a reference"
    expected = expect(case)
    if exercise.returns == "tensor" and (numbers := as_tensor(expected)) is not None:
        expected = numbers  # so that messages speak of a tensor
    if exercise.asks == "module":
        wrong = wrong_parameters(shapes(expected), shapes(answer.value))
        if wrong:
            return Outcome(False, wrong.text, "parameters", True)
        found = wrong_output(expected, answer.value, exercise.tolerance)
    else:
        found = difference(expected, answer.value, exercise.tolerance)
    if found is None:
        return Outcome(True)
    for mistake in mistakes:
        if _is_mistake(mistake, case, answer.value, exercise.tolerance):
            return Outcome(
                False, mistake.says, mistake.name, True, _picture(expected, answer.value)
            )
    text = found.discreet if hidden else found.text
    if exercise.asks == "value" and not hidden:
        text = found.place or text  # the answer itself is not shown
    text = f"{about}{text}." if about else f"{text[:1].upper()}{text[1:]}."
    return Outcome(False, text, picture=_picture(expected, answer.value))


def _verified(verify: Callable[[Any], Mistake | str | None], value: Any, about: str) -> Outcome:
    """How a property case went."""
    if value is None:
        return Outcome(False, f"{about}got {kind(value)}.", "property")
    try:
        wrong = verify(value)
    except Exception:  # what was answered is no plain number or tensor as the property needs
        return Outcome(False, f"{about}this cannot be used: {describe(value)}.")
    if wrong is None:
        return Outcome(True)
    if isinstance(wrong, Mistake):
        return Outcome(False, wrong.says, wrong.name, recognised=True, share=wrong.share)
    # A sentence about the form helps only beside the form that came.
    form = as_tensor(value) is None or "shape" in wrong or "list of" in wrong
    came = f" You returned {describe(value)}." if form and not isinstance(value, str) else ""
    return Outcome(False, f"{wrong}{came}", "property")


def _error_outcome(case: Case, answer: Answer, about: str, hidden: bool) -> Outcome:
    """How a case went that has no answer: right is the error asked for, with a message.

    Nothing here is `recognised`: a wrong number is worth telling first.
    """
    wanted = f"raise {case.raises} with a message that says why."
    if not answer.error:
        says = f"{about}your code answers, but there is nothing to answer: {wanted}"
        return Outcome(False, says, "no error")
    error, _, message = answer.error.partition(": ")
    if error != case.raises:
        came = error if hidden else explained(answer.error, answer.line)
        says = f"{about}your code raised {came}. Look for what cannot be beforehand, and {wanted}"
        return Outcome(False, says, "other error")
    if not message.strip():
        says = f"{about}your {error} has no message. Say what is wrong, with the numbers."
        return Outcome(False, says, "no message")
    outcome = _verified(case.verify, message, about) if case.verify else Outcome(True)
    return replace(outcome, recognised=False)


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


def _forbidden_operations(exercise: Exercise, answers: list[Answer]) -> set[str]:
    """The forbidden operators that ran, whatever came of the answer."""
    return {name for answer in answers for name in answer.operations if name in exercise.forbidden}


def _demands(exercise: Exercise, answers: list[Answer]) -> list[tuple[str, str, str]]:
    """What the exercise demands of the operations: (about, name of the mistake, what is wrong).

    The text of what is wrong is empty where a demand is met. Ask only about answers that came
    without an error: a crash runs few operations, and that says nothing about the way taken.
    """
    found = []
    if exercise.required:
        ran = all(any(name.startswith(exercise.required) for name in a.operations) for a in answers)
        way = " or ".join(in_words(exercise.required))
        says = f"The result is right, but {way} was not used; this exercise asks for it."
        found.append(("the way asked for", "way", "" if ran else says))
    if exercise.vectorised:
        small, large = (sum(answer.operations.values()) for answer in answers[:2])
        found.append(("no loop over windows", "loop", loops(small, large)))
    return found


def _discreet(error: str) -> str:
    """The error without its numbers, which may be those of a hidden case."""
    return re.sub(r"(?<![A-Za-z_])[-+]?\d[\d.,]*(?:e[-+]?\d+)?", "…", error)
