"""Compares answers with what is known beforehand and gives a verdict.

One judge for the check, beside the learner's code, and for marking, in a process that has run no
learner's code.
"""

from collections.abc import Sequence
from typing import Any

from course_lib.checks.answer import Answer
from course_lib.checks.case import Case
from course_lib.checks.differences import LIST, in_case
from course_lib.checks.exercise import Known, Public
from course_lib.checks.finding import Finding
from course_lib.checks.mistakes import first_wrong_part, proven
from course_lib.checks.operations import in_words
from course_lib.checks.promises import LOOP, WAY, kept
from course_lib.checks.verdict import Line, State, Verdict
from course_lib.checks.watch import STAND_IN
from course_lib.checks.written import written

_ANOTHER_WAY = 0.5
"""Most that is earned by what is right and done in another way than the one asked for."""


def judge(
    exercise: Public,
    cases: Sequence[Case],
    answers: Sequence[Answer],
    known: Known,
    *,
    hidden: bool,
    uses: Sequence[str] = (),
) -> Verdict:
    """The verdict on the answers, one answer a case.

    Args:
        hidden: the cases carry points: no message holds a number of theirs, or text that the
            learner's code put there.
        uses: forbidden names found in the answer's source.
    """
    if all(answer.missing for answer in answers):
        return _verdict(exercise, "not attempted", 0.0, _nothing_here(exercise))
    if bad := _forbidden(exercise, answers, uses):
        says = f"This answer uses {', '.join(bad)}. {exercise.instead}"
        return _verdict(exercise, "wrong", 0.0, says, mistake="forbidden")
    right: list[Answer | None] = [*known.right] if known.right else [None] * len(cases)
    found = [
        in_case(exercise, case, answer, wanted, hidden)
        for case, answer, wanted in zip(cases, answers, right, strict=True)
    ]
    shares = _shares(found, right)
    wrong_in = [wrong is not None for wrong in found]
    promised = kept(exercise, answers, right, wrong_in, hidden) if any(shares) else []
    # A promise that is kept counts as much as the cases do: alone it is worth nothing.
    kept_share = sum(shares) / len(shares)
    shares += [0.0 if wrong else kept_share for _, wrong in promised]
    score = sum(shares) / len(shares)
    if any(wrong and wrong.name in (WAY, LOOP) for _, wrong in promised):
        score = min(score, _ANOTHER_WAY)
    state: State = "right" if score == 1 else "partly right" if score else "wrong"
    told = _told(exercise, cases, answers, known, found, [wrong for _, wrong in promised])
    abouts = [case.about for case in cases] + [about for about, _ in promised]
    wrongs = [*found, *(wrong for _, wrong in promised)]
    lines = [
        Line(
            share > 0 and (wrong is None or share == 1),
            about,
            waits=wrong is None and share == 0,
        )
        for share, about, wrong in zip(shares, abouts, wrongs, strict=True)
        if about
    ]
    index = next((i for i, wrong in enumerate(found) if wrong is not None), None)
    return _verdict(
        exercise,
        state,
        score,
        told.text,
        mistake=told.name,
        lines=tuple(dict.fromkeys(lines)) if hidden else tuple(lines),
        question="" if hidden or index is None else written(exercise, cases[index]),
        picture=None if hidden or index is None else found[index].picture,  # type: ignore[union-attr]
        flags=tuple(flag for finding in found if finding for flag in finding.flags),
        curve=next((finding.curve for finding in found if finding and finding.curve), ()),
    )


def _verdict(exercise: Public, state: State, score: float, message: str, **more: Any) -> Verdict:
    return Verdict(exercise.id, exercise.title, state, score, message, **more)


def _nothing_here(exercise: Public) -> str:
    if exercise.asks in ("value", "choice"):
        return f"Nothing here yet: {exercise.name} is still `...`."
    return (
        "Nothing here yet: `raise NotImplementedError` was reached, here or in another of your "
        "functions that this one uses. Delete that line when your code is in place."
    )


def _forbidden(exercise: Public, answers: Sequence[Answer], uses: Sequence[str]) -> list[str]:
    """What was used that must not be, in words: operators, names, stand-ins it does not need."""
    ran = {name for answer in answers for name in answer.operations}
    lent = {name.removeprefix(STAND_IN) for name in ran if name.startswith(STAND_IN)}
    if lent:  # what runs backwards through a stand-in is its own, not the learner's
        ran = {name for name in ran if not name.endswith("_backward")}
    used = sorted({*uses, *(ran & set(exercise.forbidden))})
    others = sorted(lent - set(exercise.needs))
    return in_words(used) + [f"the course's {name.partition('.')[2]}" for name in others]


def _shares(found: Sequence[Finding | None], right: Sequence[Answer | None]) -> list[float]:
    """The credit of each case. Errors asked for count only beside a value that is right."""
    is_value = [wanted is None or not wanted.error for wanted in right]
    some = any(w is None for w, value in zip(found, is_value, strict=True) if value)
    counts = some or not any(is_value)
    return [
        (wrong.share if wrong else 1.0) * (value or counts)
        for wrong, value in zip(found, is_value, strict=True)
    ]


def _told(
    exercise: Public,
    cases: Sequence[Case],
    answers: Sequence[Answer],
    known: Known,
    found: Sequence[Finding | None],
    promised: Sequence[Finding | None],
) -> Finding:
    """What to tell: a proven mistake, else what explains most, else where the answer is right."""
    wrong = [finding for finding in found if finding]
    broken = [finding for finding in promised if finding]
    if not wrong:
        return broken[0] if broken else Finding("All cases are right.")
    if any(finding.name == LIST for finding in wrong):  # whatever its numbers are
        return next(finding for finding in wrong if finding.name == LIST)
    name = proven(known, answers, exercise.tolerance)
    if name:
        return Finding(exercise.says[name], name)
    for finding in (*broken, *wrong):
        if finding.first:
            return finding
    names = {finding.name for finding in wrong}
    if len(names) == 1 and (only := names.pop()) in exercise.says:
        return Finding(f"{exercise.says[only]}{_settings(cases, found)}", only)
    part = first_wrong_part(known.right, answers, exercise.tolerance) if known.right else ""
    if part in exercise.parts:
        return Finding(exercise.parts[part], "part")
    # That an error is missing is told last: a wrong number is worth telling first.
    plain = sorted(wrong, key=lambda finding: finding.name == "no error")[0]
    return Finding(f"{plain.text}{_settings(cases, found)}", plain.name, picture=plain.picture)


def _settings(cases: Sequence[Case], found: Sequence[Finding | None]) -> str:
    """For which settings the answer is right, and for which not; "" where that tells nothing."""
    right = [
        case.about for case, wrong in zip(cases, found, strict=True) if not wrong and case.about
    ]
    wrong = [case.about for case, wrong in zip(cases, found, strict=True) if wrong and case.about]
    good, bad = list(dict.fromkeys(right)), list(dict.fromkeys(wrong))
    if not good or not bad:
        return ""
    return f" Your answer is right for {_listed(good)}; it is not for {_listed(bad)}."


def _listed(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
