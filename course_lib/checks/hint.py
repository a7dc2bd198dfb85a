"""`hint`, which reveals one hint more at each call."""

import textwrap

from course_lib.checks.exercise import find

_shown: dict[str, int] = {}


def hint(exercise_id: str) -> None:
    """Shows the next hint for an exercise; each call reveals one more, the last one repeats.

    Raises:
        UnknownExercise: no exercise has this id; the message names the nearest one.
    """
    exercise = find(exercise_id)
    total = len(exercise.hints)
    if not total:
        print(f"There is no hint for “{exercise.title}”: the text above has all that is needed.")
        return
    number = min(_shown.get(exercise_id, 0) + 1, total)
    _shown[exercise_id] = number
    more = "run hint() again for the next one" if number < total else "the last one"
    print(f"Hint {number} of {total} ({more}):")
    print(textwrap.fill(exercise.hints[number - 1], width=92))
    if number == total and exercise.stand_in:
        print("Later cells run on the course's function until yours passes: you can go on, too.")
