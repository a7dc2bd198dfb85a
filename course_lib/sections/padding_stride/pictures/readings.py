"""Numbers that learners' functions give, one line each."""

from collections.abc import Callable, Mapping, Sequence

from course_lib.checks.errors import failure


def readings(made: Mapping[str, Callable[[], Sequence[float]]]) -> None:
    """Prints the numbers of each entry; where a function gives none, one sentence instead.

    Args:
        made: name -> function that gives some numbers.
    """
    for name, make in made.items():
        try:
            says = ", ".join(f"{float(number):.2f}" for number in make())
        except Exception as error:  # whatever a learner's function does
            says = f"no numbers. {failure(error)}"
        print(f"{name}: {says}")
