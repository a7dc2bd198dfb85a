"""What is marked by a person."""

from grader.marking.exercise import Essay

WHEN_INVARIANCE_HURTS = Essay(
    id="signals.when_invariance_hurts",
    title="When invariance hurts",
    points=3,
    minutes=6,
    covers=("D7.1.5",),
)

CONVOLUTION_ON_TEXT = Essay(
    id="signals.convolution_on_text",
    title="Convolution on text",
    points=3,
    minutes=10,
    core=False,
    covers=("D7.1.6",),
)
