"""Every exercise that is written once, against its solution, its wrong and its right ways.

All go through the wire and the judges of the check and of marking, on several seeds.
"""

import ast
import inspect
import json
import re
import textwrap
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.case import Case
from course_lib.checks.check import answered
from course_lib.checks.exercise import DATA, Known, Public, asked
from course_lib.checks.forbidden import forbidden_uses
from course_lib.checks.judge import judge
from course_lib.checks.mistakes import agree
from course_lib.checks.verdict import Verdict
from grader.marking import rooms, solutions
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.marking.scoring import scored

SEEDS = (1, 2, 3)
DRAWS, DRAWS_OF_NETS = range(100), range(40)
"""Each asks every setting: hundreds of questions, mostly a thousand. Nets take longer."""
EXERCISES = [
    exercise
    for name in rooms.names()
    for exercise in rooms.room(name).exercises
    if not exercise.lab  # its section's tests train the weights that it is asked by
]


def marked(
    exercise: Exercise, given: Any, seed: int, *, scanned: bool = True, named: bool = True
) -> Verdict:
    """What marking gives.

    Args:
        scanned: False where a way is made of forbidden operators.
        named: False where the score alone is looked at: no mistaken way need answer then.
    """
    cases, known = scored(exercise.id, seed)
    if not named:
        known = Known(known.right)
    return _judged(exercise, given, cases, known, scanned, hidden=True)


def checked(exercise: Exercise, given: Any, *, scanned: bool = True) -> Verdict:
    """What the check says, by the data that learners get: build the section before."""
    cases, known = _public(exercise.id)
    return _judged(exercise, given, cases, known, scanned, hidden=False)


@cache
def _public(exercise_id: str) -> tuple[list[Case], Known]:
    exercise = rooms.find(exercise_id)
    if exercise.asks == "choice" or (exercise.asks == "value" and exercise.points):
        # Of these the learners' data hold no right answer.
        cases = exercise.public_cases()
        return cases, exercise.known(cases)
    built = asked(exercise_id)
    return built.cases, built.known


def _judged(
    exercise: Exercise, given: Any, cases: list[Case], known: Known, scanned: bool, *, hidden: bool
) -> Verdict:
    public: Public = exercise.public if scanned else replace(exercise.public, forbidden=())
    travelled = [Case.from_plain(wire.decode(wire.encode(case.question()))) for case in cases]
    answers = [Answer.from_plain(wire.decode(t)) for t in answered(public, given, travelled)]
    if exercise.asks == "choice":
        answers = [replace(answer, value=str(answer.value).upper()) for answer in answers]
    uses = forbidden_uses(_source(given), public.forbidden)
    return judge(public, cases, answers, known, hidden=hidden, uses=uses)


def _source(given: Any) -> str:
    """The text of a way: its definition, or of a lambda that alone, out of its line."""
    if getattr(given, "__name__", "") != "<lambda>":
        try:
            return textwrap.dedent(inspect.getsource(given))
        except (OSError, TypeError):
            return ""
    places = set(given.__code__.co_positions())
    tree = _tree(given.__code__.co_filename)
    there = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    same = [node for node in there if _place(node.body) in places]
    same = same or [node for node in there if node.lineno == given.__code__.co_firstlineno]
    return ast.unparse(same[0])


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text("utf-8"))


def _place(node: ast.expr) -> tuple[int | None, ...]:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


@pytest.mark.parametrize(
    "exercise",
    # What is drawn for an exercise is kept in a process: all of its tests run in one.
    [pytest.param(one, marks=pytest.mark.xdist_group(one.id), id=one.id) for one in EXERCISES],
)
class TestExercise:
    def test_the_solution_is_right(self, exercise: Exercise) -> None:
        given = solutions.solution(exercise.id)
        for seed in SEEDS:
            verdict = marked(exercise, given, seed)
            assert (verdict.state, verdict.score) == ("right", 1.0), verdict.message
        if exercise.asks != "choice":
            assert checked(exercise, given).state == "right"

    def test_the_solution_agrees_with_the_reference(self, exercise: Exercise) -> None:
        if exercise.reference is None or exercise.asks not in ("function", "module"):
            pytest.skip("nothing is compared on many draws")
        given = solutions.solution(exercise.id)
        nets = exercise.asks == "module" or exercise.public.adapter
        for seed in DRAWS_OF_NETS if nets else DRAWS:
            cases = exercise.cases(Draw(seed))
            rights = exercise.answers(exercise.reference, cases)
            came = exercise.answers(given, cases)
            for case, right, answer in zip(cases, rights, came, strict=True):
                assert agree(right, answer, exercise.tolerance), (seed, case.about, answer.error)

    def test_the_text_s_examples_have_the_answers_it_gives(self, exercise: Exercise) -> None:
        for case, answer in exercise.example:
            given = solutions.solution(exercise.id)
            (came,) = exercise.answers(given, [case])
            value = came.value["eval"][0] if exercise.asks == "module" else came.value
            assert agree(Answer(value=answer), Answer(value=value), exercise.tolerance)

    def test_every_setting_has_a_name_and_is_there_on_every_seed(self, exercise: Exercise) -> None:
        settings = [case.about for case in scored(exercise.id, 1)[0]]
        if exercise.asks in ("function", "module"):
            assert all(settings) and len(set(settings)) == len(settings)
            assert not any(re.search(r"\d", about) for about in settings), settings
        for seed in SEEDS:
            assert [case.about for case in scored(exercise.id, seed)[0]] == settings

    def test_a_stub_is_not_attempted(self, exercise: Exercise) -> None:
        stub = {"function": _stub, "module": _StubModule}.get(exercise.asks, ...)
        assert marked(exercise, stub, 1).state == "not attempted"
        assert checked(exercise, stub).state == "not attempted"

    def test_trivial_answers_score_nothing_and_are_told_no_number(self, exercise: Exercise) -> None:
        for name, given in _trivial(exercise):
            for seed in SEEDS:
                verdict = marked(exercise, given, seed, named=seed == SEEDS[0])
                earned = [line.about for line in verdict.lines if line.right]
                assert verdict.score == 0, (
                    f"{name} earn {verdict.score:.0%} with seed {seed}, for {earned}: ask such a "
                    "setting among others in one question (Case.each)"
                )
                _holds_no_number(exercise, verdict)
            assert exercise.asks == "choice" or checked(exercise, given).state != "right", name

    def test_wrong_ways_are_told_by_their_names(self, exercise: Exercise) -> None:
        assert len(exercise.wrong) >= 3 or exercise.asks == "choice"
        # The check's seed for every way, and one of the three: the settings are the same with each.
        seed = SEEDS[EXERCISES.index(exercise) % len(SEEDS)]
        for name, (message, *ways) in exercise.wrong.items():
            for place, way in enumerate(ways):
                verdicts = []
                if exercise.asks != "choice":
                    verdicts.append(checked(exercise, way, scanned=False))
                if place == 0:
                    verdicts.append(marked(exercise, way, seed, scanned=False))
                for verdict in verdicts:
                    told = verdict.state != "right", verdict.mistake
                    assert told == (True, name), (name, place, verdict.message)
            assert not re.search(r"\d\d", re.sub(r"\d+\s*[x×]\s*\d+", "", message)), message

    def test_other_right_ways_pass(self, exercise: Exercise) -> None:
        assert exercise.right or exercise.asks == "choice"
        for place, way in enumerate(exercise.right):
            for seed in SEEDS:
                verdict = marked(exercise, way, seed)
                assert verdict.score == 1, (place, seed, verdict.message)
            assert checked(exercise, way).state == "right", place

    def test_the_library_is_accepted_or_found_out(self, exercise: Exercise) -> None:
        for place, (given, accepted) in enumerate(exercise.library.items()):
            verdict = marked(exercise, given, 1)
            assert (verdict.score == 1) == accepted, (place, verdict.message)
            assert accepted or verdict.score == 0, (place, verdict.message)


@pytest.mark.parametrize("name", rooms.names())
def test_the_public_half_is_small_and_holds_no_pointed_answer(name: str) -> None:
    text = (files("course_lib.sections") / name / DATA).read_text("utf-8")  # up to date: tests/ci
    assert len(text.encode()) <= 300_000
    of_all = json.loads(text)
    for exercise in rooms.room(name).exercises:
        stored = of_all[exercise.id]
        if exercise.asks == "choice" or (exercise.asks == "value" and exercise.points):
            assert wire.decode(stored["data"])["right"] is None


@pytest.mark.parametrize("name", rooms.names())
def test_needs_come_earlier_and_stand_on_firm_ground(name: str) -> None:
    order = list(solutions.answer_cells(name))
    for exercise in rooms.room(name).exercises:
        for need in exercise.needs:
            assert order.index(need) < order.index(exercise.id)


def _stub(*args: Any, **kwargs: Any) -> None:
    raise NotImplementedError


class _StubModule(nn.Module):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError


def _holds_no_number(exercise: Exercise, verdict: Verdict) -> None:
    """Of a hidden case."""
    assert verdict.picture is None and not verdict.question
    said = {message for message, *_ in exercise.wrong.values()}
    own = verdict.message in said or verdict.mistake == "forbidden"
    # Parameters have names such as branch2.0.weight, which the text gives.
    plain = re.sub(r"\bitem \d+|\ba list of \d+|\b[a-z]*\d+\.", "", verdict.message)
    assert own or not re.search(r"\d", plain), verdict.message


def _trivial(exercise: Exercise) -> list[tuple[str, Any]]:
    if exercise.asks == "choice":
        return [("None", None), ("empty text", ""), ("all letters", "".join(exercise.options))]
    if exercise.asks == "value":
        return [("None", None), ("zero", 0), ("zeros", torch.zeros(3, 3)), ("empty list", [])]
    if exercise.asks == "module":
        return [("identity", nn.Identity), ("None", lambda *args, **kwargs: None)]
    values = [
        a.value for a in exercise.answers(solutions.solution(exercise.id), exercise.drawn(1)[0])
    ]

    def like(fill: Any) -> Any:
        """A function that answers with the right shapes and numbers made by `fill`."""
        calls = iter(range(10**9))
        return lambda *args, **kwargs: _filled(values[next(calls) % len(values)], fill)

    return [
        ("None", lambda *args, **kwargs: None),
        ("the input itself", lambda *args, **kwargs: args[0] if args else None),
        ("zero", lambda *args, **kwargs: 0.0),
        ("zeros of the right shape", like(torch.zeros_like)),
        ("ones of the right shape", like(torch.ones_like)),
        ("random of the right shape", like(lambda t: torch.randn_like(t) + 7.3)),
    ]


def _filled(value: Any, fill: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return fill(value.detach().double())
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(fill(torch.tensor(float(value), dtype=torch.float64)))
    if isinstance(value, (list, tuple)):
        return [_filled(item, fill) for item in value]
    return None
