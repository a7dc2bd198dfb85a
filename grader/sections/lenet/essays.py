"""What is marked by a person."""

from grader.marking.exercise import Essay

FOUR_VARIANTS = Essay(
    id="lenet.four_variants",
    title="Four variants",
    points=2,
    minutes=12,
    core=False,
    covers=("E14.13", "D7.6.1", "D7.6-demo-train"),
)

WHAT_LAYERS_SEE = Essay(
    id="lenet.what_layers_see",
    title="What the layers respond to",
    points=2,
    minutes=12,
    core=False,
    covers=("D7.6.4", "D7.6.5"),
)

STRIDE_OVERFITTING = Essay(
    id="lenet.stride_overfitting",
    title="A claim about stride",
    points=2,
    minutes=10,
    core=False,
    covers=("D7.3.5 (b)",),
)
