"""Section 03: marking of a sum that depends on its order."""

import torch

from course_lib.former.exercise import Case
from course_lib.sections.channels.rounding import order_matters
from grader.former.marking import Marking, Mutant

MARKINGS = (
    Marking(
        exercise="channels.order_matters",
        cases=lambda draw: [Case(verify=order_matters)],
        solution=[[1e8, -1e8, 1.0], [1.0, 1.0, 1.0]],
        mutants=(
            Mutant("two channels", [[1e8, 1.0], [1.0, 1.0]], mistake="fewer than three channels"),
            Mutant("infinite", [[1e38, 1e38, 1.0], [10.0, -10.0, 1.0]], mistake="not finite"),
            Mutant("tenths", [[0.1, 0.2, 0.3], [1.0, 1.0, 1.0]], mistake="double precision only"),
            Mutant("whole numbers", [[1, 2, 3], [4, 5, 6]], mistake="same both ways"),
            Mutant("one list", [1e8, -1e8, 1.0], mistake="property"),
            Mutant("a tensor", torch.tensor([[1e4, -1e4, 1e-4], [1e4, 1e4, 1e3]]), state="right"),
        ),
    ),
)
