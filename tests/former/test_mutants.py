"""Every exercise in the former form against its mutants, through the wire and the judge."""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from course_lib.checks import wire
from course_lib.checks.verdict import Verdict
from course_lib.former.check import public_verdict
from course_lib.former.exercise import SECTIONS, Case, Exercise, section
from course_lib.former.respond import Answer, respond
from grader.former.judge import judge_answers, parts_of, scored_cases
from grader.former.marking import Marking, marking_of, markings

SEEDS = (1, 2, 3)
EXERCISES = [exercise for name in SECTIONS for exercise in section(name).exercises]
IDS = [exercise.id for exercise in EXERCISES]


def graded(exercise: Exercise, given: Any, seed: int) -> Verdict:
    """The grader's verdict on the visible part, with the answers sent as in earnest."""
    cases = [_as_asked(case) for case in scored_cases(exercise.id, seed)[""]]
    sent = [
        Answer.from_plain(wire.decode(wire.encode(answer.as_plain())))
        for answer in respond(exercise.asks, given, cases, exercise.through)
    ]
    parts = {"": sent}
    for name, more in parts_of(marking_of(exercise.id)).items():
        if name:
            asked = scored_cases(exercise.id, seed)[name]
            expected = more.expect
            assert expected is not None
            parts[name] = [Answer(value=expected(case)) for case in asked]
    return judge_answers(exercise.id, seed, parts, _source(given))


def _as_asked(case: Case) -> Case:
    """The question as the learner's process gets it: its inputs only, sent as in earnest."""
    sent = {
        "args": list(case.args),
        "kwargs": dict(case.kwargs),
        "state": dict(case.state),
        "inputs": list(case.inputs),
    }
    return Case(**wire.decode(wire.encode(sent)))


def _source(given: Any) -> str:
    """The learner's cell, as far as it can be known: the function that was handed in."""
    try:
        return textwrap.dedent(inspect.getsource(given))
    except (OSError, TypeError):
        return ""


@pytest.fixture
def table(record_property: Callable[[str, object], None]) -> Iterator[list[tuple[str, ...]]]:
    """Rows exercise, answer, state, mistake: printed when all tests have run (`conftest.py`)."""
    rows: list[tuple[str, ...]] = []
    yield rows
    for row in rows:
        record_property("mutants", row)


@pytest.mark.parametrize("exercise", EXERCISES, ids=IDS)
class TestExercise:
    def test_solution_is_right(self, exercise: Exercise, table: list[Any]) -> None:
        for seed in SEEDS:
            verdict = graded(exercise, _marking(exercise).solution, seed)
            assert (verdict.state, verdict.score) == ("right", 1.0), verdict.message
        table.append((exercise.id, "the solution", verdict.state, verdict.mistake))
        public = public_verdict(exercise, _marking(exercise).solution)
        assert public.state in ("right", "recorded"), public.message

    def test_stub_is_not_attempted(self, exercise: Exercise, table: list[Any]) -> None:
        stubs: dict[str, Any] = {"function": _stub, "module": _StubModule}
        stub = stubs.get(exercise.asks, ...)
        assert graded(exercise, stub, 1).state == "not attempted"
        assert public_verdict(exercise, stub).state == "not attempted"
        table.append((exercise.id, "the stub", "not attempted", ""))

    def test_trivial_answers_score_nothing(self, exercise: Exercise, table: list[Any]) -> None:
        for name, given in _trivial_answers(exercise):
            for seed in SEEDS:
                verdict = graded(exercise, given, seed)
                assert verdict.score == 0, f"{name} scores {verdict.score}"
            assert public_verdict(exercise, given).state != "right", name
            table.append((exercise.id, name, verdict.state, verdict.mistake))

    def test_named_answers_get_their_verdict(self, exercise: Exercise, table: list[Any]) -> None:
        mutants = _marking(exercise).mutants
        wrong = [mutant for mutant in mutants if mutant.state in ("wrong", "partly right")]
        assert len(wrong) >= 3, "an exercise has three named wrong answers"
        assert any(mutant.state == "right" for mutant in mutants), "and one other right answer"
        for mutant in mutants:
            for seed in SEEDS:
                verdict = graded(exercise, mutant.answer, seed)
                got = (verdict.state, verdict.mistake)
                assert got == (mutant.state, mutant.mistake), (mutant.name, seed, verdict.message)
            if exercise.asks != "choice":
                public = public_verdict(exercise, mutant.answer)
                assert (public.state == "right") == (mutant.state == "right"), mutant.name
                assert public.mistake == mutant.mistake, (mutant.name, public.message)
            table.append((exercise.id, mutant.name, *got))

    def test_the_library_is_no_answer(self, exercise: Exercise, table: list[Any]) -> None:
        for given, accepted in _marking(exercise).library.items():
            verdict = graded(exercise, given, 1)
            name = getattr(given, "__qualname__", repr(given))
            assert (verdict.score == 1) == accepted, (name, verdict.message)
            assert accepted or verdict.score == 0, (name, verdict.message)
            table.append((exercise.id, f"library: {name}", verdict.state, verdict.mistake))

    def test_hidden_messages_hold_no_number_of_theirs(self, exercise: Exercise) -> None:
        marking = _marking(exercise)
        said = {mistake.says for mistake in (*exercise.mistakes, *marking.mistakes)}
        for mutant in marking.mutants:
            verdict = graded(exercise, mutant.answer, 1)
            assert verdict.picture is None
            known = ("raises", "parameters", "property", "forbidden", "way")
            own = verdict.message in said or verdict.mistake in known
            assert own or not re.search(r"\d", verdict.message), verdict.message
            assert not any(re.search(r"\d", line.about) for line in verdict.lines)


def _marking(exercise: Exercise) -> Marking:
    return marking_of(exercise.id)


def _stub(*args: Any, **kwargs: Any) -> None:
    raise NotImplementedError


class _StubModule(torch.nn.Module):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError


def _trivial_answers(exercise: Exercise) -> list[tuple[str, Any]]:
    if exercise.asks == "choice":
        return [("None", None), ("empty text", ""), ("all letters", "".join(exercise.options))]
    if exercise.asks == "value":
        return [("None", None), ("zero", 0), ("zeros", torch.zeros(3, 3)), ("empty list", [])]
    if exercise.asks == "module":
        return [("identity", torch.nn.Identity), ("None", lambda *args, **kwargs: None)]
    expected = _expected_by_case(exercise)

    def like(fill: Any) -> Any:
        """A function that answers with the right shapes and numbers made by `fill`."""
        calls = iter(range(10**9))
        return lambda *args, **kwargs: _filled(expected[next(calls) % len(expected)], fill)

    return [
        ("None", lambda *args, **kwargs: None),
        ("the input itself", lambda *args, **kwargs: args[0]),
        ("zero", lambda *args, **kwargs: 0.0),
        ("zeros of the right shape", like(torch.zeros_like)),
        ("ones of the right shape", like(torch.ones_like)),
        ("random of the right shape", like(lambda t: torch.randn_like(t) + 7.3)),
    ]


def _expected_by_case(exercise: Exercise) -> list[Any]:
    """What the solution answers to the scored cases of the first seed."""
    cases: list[Case] = scored_cases(exercise.id, 1)[""]
    solution = _marking(exercise).solution
    return [answer.value for answer in respond(exercise.asks, solution, cases, exercise.through)]


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


def test_every_exercise_has_a_marking() -> None:
    marked = {exercise_id for name in SECTIONS for exercise_id in markings(name)}
    assert marked == set(IDS)
    assert all(exercise.points >= 0 for exercise in EXERCISES)
