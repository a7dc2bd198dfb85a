"""What is marked by a person."""

from grader.marking.exercise import Essay

WHY_STACKS = Essay(
    id="vgg.why_stacks",
    title="Why small kernels are stacked",
    points=2,
    minutes=8,
    covers=("Q5",),
)

DEEPER_BETTER = Essay(
    id="vgg.deeper_better",
    title="Is deeper better?",
    points=2,
    minutes=12,
    covers=("E14.14", "D8.2-demo"),
)

ARCHITECTURES = Essay(
    id="vgg.architectures",
    title="What became of the parameters",
    points=2,
    minutes=12,
    core=False,
    covers=("E14.10",),
)
