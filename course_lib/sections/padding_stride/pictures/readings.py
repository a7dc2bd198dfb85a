"""Numbers that learners' functions give, one line each."""

from collections.abc import Callable, Mapping, Sequence


def readings(made: Mapping[str, Callable[[], Sequence[float]]]) -> None:
    """Prints the numbers of each entry; where a function gives none, one sentence instead.

    Args:
        made: name -> function that gives some numbers.
    """
    for name, make in made.items():
        try:
            says = ", ".join(f"{float(number):.2f}" for number in make())
        except NotImplementedError:
            says = "this needs a function that you have not written yet"
        except Exception as error:  # whatever a learner's function does
            says = f"your function gives no such numbers ({type(error).__name__}: {error})"
        print(f"{name}: {says}")
