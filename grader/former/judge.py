"""Judges recorded answers against the hidden references. Runs where no learner's code has run."""

from collections.abc import Mapping
from dataclasses import replace

from course_lib.checks.draw import Draw
from course_lib.checks.forbidden import dynamic_uses, forbidden_uses
from course_lib.checks.verdict import Verdict
from course_lib.former.exercise import Case, find
from course_lib.former.judge import judge
from course_lib.former.respond import Answer
from grader.former.marking import Marking, Part, marking_of
from grader.marking.seeds import part_seed


def parts_of(marking: Marking) -> Mapping[str, Part]:
    """The questions of a marking by part; "" is the visible check itself."""
    main = Part(cases=marking.cases, expect=marking.expect, mistakes=marking.mistakes)
    return {"": main, **marking.parts}


def scored_cases(exercise_id: str, seed: int) -> dict[str, list[Case]]:
    """The scored cases of an exercise for a learner's seed, by part."""
    parts = parts_of(marking_of(exercise_id))
    return {name: part.cases(Draw(part_seed(seed, name))) for name, part in parts.items()}


def judge_answers(
    exercise_id: str, seed: int, answers: Mapping[str, list[Answer]], source: str = ""
) -> Verdict:
    """The verdict that carries points.

    Args:
        seed: the one that the questions were drawn from.
        answers: by part, as many as there are cases; a part that is missing is wrong throughout.
        source: the learner's cell, read for forbidden names.
    """
    exercise, marking = find(exercise_id), marking_of(exercise_id)
    uses = forbidden_uses(source, exercise.forbidden)
    verdicts, weights = [], []
    for name, cases in scored_cases(exercise_id, seed).items():
        part = parts_of(marking)[name]
        given = answers.get(name, [])
        if len(given) != len(cases):
            given = [Answer(error="no answer") for _ in cases]
        if exercise.asks == "choice":
            given = [_letter(answer) for answer in given]
        verdict = judge(
            exercise,
            cases,
            given,
            expect=part.expect or exercise.expect,
            mistakes=(*exercise.mistakes, *part.mistakes) if not name else part.mistakes,
            hidden=True,
            uses=uses,
        )
        verdicts.append(verdict)
        weights.append(len(cases))
    return _combine(verdicts, weights, dynamic_uses(source) if exercise.forbidden else ())


def _letter(answer: Answer) -> Answer:
    if isinstance(answer.value, str):
        return replace(answer, value=answer.value.strip().upper())
    return answer


def _combine(verdicts: list[Verdict], weights: list[int], dynamic: tuple[str, ...]) -> Verdict:
    """One verdict from those of the parts; the further parts count only beside the first."""
    first = verdicts[0]
    flags = tuple(f"the source uses {name}" for name in dynamic)
    if first.score == 0 or len(verdicts) == 1:
        return replace(first, flags=flags)
    score = sum(v.score * w for v, w in zip(verdicts, weights, strict=True)) / sum(weights)
    wrong = next((verdict for verdict in verdicts if verdict.state != "right"), first)
    return replace(
        first,
        state="right" if score == 1 else "partly right",
        score=score,
        message=wrong.message,
        mistake=wrong.mistake,
        lines=tuple(line for verdict in verdicts for line in verdict.lines),
        flags=flags,
    )
