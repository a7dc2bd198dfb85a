"""What is marked by a person."""

from grader.marking.exercise import Essay

THREE_LOSSES = Essay(
    id="distillation.three_losses",
    title="Hard, soft, both",
    points=4,
    minutes=10,
    covers=("E14.29",),
)
