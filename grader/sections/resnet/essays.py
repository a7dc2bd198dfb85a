"""What is marked by a person."""

from grader.marking.exercise import Essay

SKIP_GRADIENT = Essay(
    id="resnet.skip_gradient",
    title="A claim about skips",
    points=3,
    minutes=12,
    core=False,
    covers=("E14.7", "Q6"),
)

TWO_MODES = Essay(
    id="resnet.two_modes",
    title="A gap between two modes",
    points=3,
    minutes=12,
    core=False,
    covers=("E14.6", "Q27"),
)

LEARNING_RATES = Essay(
    id="resnet.learning_rates",
    title="Batch norm and the learning rate",
    points=2,
    minutes=10,
    core=False,
    covers=("L10-rate",),
)

WITH_AND_WITHOUT = Essay(
    id="resnet.with_and_without",
    title="Eighteen layers with and without skips",
    points=3,
    minutes=12,
    core=False,
    covers=("E14.15", "D8.6-demo-2"),
)

INCEPTION_OR_RESIDUAL = Essay(
    id="resnet.inception_or_residual",
    title="Two kinds of block",
    points=2,
    minutes=10,
    core=False,
    covers=("D8.6.1", "D8.6.1-compare"),
)

MORE_LAYERS = Essay(
    id="resnet.more_layers",
    title="Why not ever more layers",
    points=3,
    minutes=10,
    core=False,
    covers=("B07-depth",),
)
