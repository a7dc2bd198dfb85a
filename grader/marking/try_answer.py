"""Put an answer to an exercise as a learner would: what the check says, and what marking gives.

An answer is a file with the text of the answer's cell; a folder of answers (*.py) gives a table.
It runs where learners' code runs. With --learner, marking asks what it asked that learner.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from course_lib.checks.scope import Cell, scope
from course_lib.checks.verdict import Verdict
from grader.kernels.warm import NoSandbox
from grader.marking.exercise import Exercise
from grader.marking.questions import Asked, asked_of
from grader.marking.rooms import find, room
from grader.marking.seeds import SECRET_FILE, SECRET_VARIABLE, NoSecret, course_secret
from grader.marking.solutions import cells_before
from grader.marking.trial import SECONDS_PER_CELL, Trial, Tried, asked_with


class CannotTry(ValueError):
    """What was asked for cannot be tried; the message says why, and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """The command; 0 when all was tried, whatever came of it."""
    options = _parser().parse_args(arguments)
    try:
        exercise = find(options.exercise)
        answers = _answers(options.answer)
        show = _as_json if options.json else _as_row if options.answer.is_dir() else _in_full
        for name, came, seconds in _tried(exercise, answers, options):
            print(show(name, exercise, came, seconds), flush=True)
    except (LookupError, CannotTry, NoSandbox, NoSecret) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="try_answer", description=__doc__)
    parser.add_argument("exercise", help="its id, convolution.corr2d")
    parser.add_argument("answer", type=Path, help="a file, or a folder of them")
    parser.add_argument("--seeds", type=_seeds, default=(1, 2, 3), help="for marking; 1,2,3")
    parser.add_argument("--learner", help="take this learner's own seed instead")
    parser.add_argument(
        "--course", type=Path, default=Path(), help="the folder with the course's secret; ."
    )
    parser.add_argument(
        "--timeout", type=int, default=SECONDS_PER_CELL, help="seconds that one cell may run; 30"
    )
    parser.add_argument("--json", action="store_true", help="a JSON object a line, one an answer")
    return parser


def _seeds(text: str) -> tuple[int, ...]:
    try:
        return tuple(dict.fromkeys(map(int, text.split(","))))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of integers, as 1,2,3") from None


def _tried(
    exercise: Exercise, answers: Mapping[str, str], options: argparse.Namespace
) -> Iterator[tuple[str, Tried, float]]:
    """Each answer's name, what became of it, and the seconds that took."""
    if options.learner is None:
        batches = [(asked_with(exercise, options.seeds), answers)]
    else:  # asked by what the answer is
        batches = [(_of_learner(exercise, options, s), {name: s}) for name, s in answers.items()]
    for asked, batch in batches:
        with Trial(exercise, asked, seconds_per_cell=options.timeout) as trial:
            for name, source in batch.items():
                start = time.perf_counter()
                yield name, trial.of(source), time.perf_counter() - start


def _of_learner(exercise: Exercise, options: argparse.Namespace, source: str) -> list[Asked]:
    """What a learner with this answer is asked, in a notebook that is else as it was released."""
    # Reading the secret would make one where there is none: no learner was asked with that.
    if not os.environ.get(SECRET_VARIABLE) and not (options.course / SECRET_FILE).is_file():
        raise CannotTry(
            f"There is no {options.course / SECRET_FILE}, from which {options.learner} was asked. "
            f"Say with --course where the course lies, or set {SECRET_VARIABLE}."
        )
    others = {one.name for one in room(exercise.id.partition(".")[0]).exercises} - {exercise.name}
    before = [code for answered, code in cells_before(exercise.id) if not answered]
    rests_upon = scope(map(Cell.of, [*before, source]), exercise.name, others)
    return [asked_of(exercise, course_secret(options.course), options.learner, rests_upon)]


def _answers(path: Path) -> Mapping[str, str]:
    """Name of a file -> its text."""
    if path.is_dir():
        files = sorted(path.glob("*.py"))
        if not files:
            raise CannotTry(f"There is no answer (*.py) in the folder {path}.")
    elif not path.is_file():
        raise CannotTry(f"There is no file {path}.")
    elif path.suffix != ".py":
        raise CannotTry(f"{path} is no .py file; an answer is the text of the answer's cell.")
    else:
        files = [path]
    try:
        return {file.name: file.read_text("utf-8") for file in files}
    except (OSError, ValueError) as error:
        raise CannotTry(f"An answer in {path} cannot be read: {error}.") from None


def _as_json(name: str, exercise: Exercise, came: Tried, seconds: float) -> str:
    marks = {seed: _plain(verdict) for seed, verdict in came.marks.items()}
    line = {"answer": name, "exercise": exercise.id, "check": _plain(came.check), "marks": marks}
    return json.dumps({**line, "milliseconds": round(1000 * seconds)})


def _plain(verdict: Verdict) -> dict[str, Any]:
    told = ("state", "score", "mistake", "message", "flags")
    return {name: getattr(verdict, name) for name in told}


def _as_row(name: str, exercise: Exercise, came: Tried, seconds: float) -> str:
    """A line: the file, what the check says, then the points on each seed."""
    marks = [f"{seed}: {_points(exercise, one)}" for seed, one in came.marks.items()]
    columns = [f"{name:24}", f"check: {_brief(came.check):32}", *(f"{mark:32}" for mark in marks)]
    return " ".join(map(_printable, columns)).rstrip()


def _in_full(name: str, exercise: Exercise, came: Tried, seconds: float) -> str:
    parts = [f"{name}: {exercise.id}", "The check:", _indented(came.card)]
    for seed, verdict in came.marks.items():
        parts += [f"Marking, seed {seed}: {_points(exercise, verdict)}", _indented(verdict.message)]
        parts += [_indented(f"for a person to look at: {flag}") for flag in verdict.flags]
    return _printable("\n".join(parts))


def _points(exercise: Exercise, verdict: Verdict) -> str:
    if not exercise.points:
        return _brief(verdict)
    return f"{verdict.score * exercise.points:g} of {exercise.points:g}, {_brief(verdict)}"


def _brief(verdict: Verdict) -> str:
    return f"{verdict.state} ({verdict.mistake})" if verdict.mistake else verdict.state


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _printable(text: str) -> str:
    """Without what a terminal would act upon: the card comes from the learner's process."""
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n")


if __name__ == "__main__":
    sys.exit(main())
