"""What is marked by a person."""

from grader.marking.exercise import Essay

PRICE = Essay(
    id="adversarial.price",
    title="The price of robustness",
    points=3,
    minutes=8,
    covers=("E14.30",),
)
