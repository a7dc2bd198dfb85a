"""What is marked by a person."""

from grader.marking.exercise import Essay

WHY_NOT_FASTER = Essay(
    id="efficient.why_not_faster",
    title="Why time does not follow MACs",
    points=3,
    minutes=12,
    covers=("E14.18",),
)
