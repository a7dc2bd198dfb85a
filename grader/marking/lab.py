"""How a lab is asked whose net is handed in as weights: on images that are drawn for marking."""

from collections.abc import Callable, Mapping

from course_lib.checks.case import Case
from course_lib.training.handed_in import Sets
from grader.marking.draw import Draw


def drawn_for(sets: Sets, batches: Mapping[str, int]) -> Callable[[Draw], list[Case]]:
    """The cases of a lab: new images of the set that the course draws, and moved ones of the public
    set where its files are; the weights say which count.

    Args:
        batches: name of a set -> how many batches of it are asked.
    """

    def cases(draw: Draw) -> list[Case]:
        seeds = {name: draw.integer(0, 2**31 - 1) for name in batches}
        drawn = sets.for_marking(batches, seeds)
        asked = {name: images.split(sets.batch) for name, (images, _) in drawn.items()}
        labels = {name: labels for name, (_, labels) in drawn.items()}
        return [Case(args=(asked,), facts=(labels,), about="images drawn for marking")]

    return cases
