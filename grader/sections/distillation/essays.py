"""What is marked by a person."""

from grader.marking.exercise import Essay

THREE_LOSSES = Essay(
    id="distillation.three_losses",
    title="Hard, soft, both",
    points=4,
    minutes=10,
    covers=("E14.29",),
)

ORCHARD_PLAN = Essay(
    id="distillation.orchard_plan",
    title="A plan for a phone",
    points=3,
    minutes=10,
    core=False,
    covers=("E14.29",),
)
