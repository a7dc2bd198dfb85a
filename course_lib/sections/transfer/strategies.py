"""The lab's ways to use a trained network: what is trained, and at which rates."""

RATES = {
    "conv1": 3e-4,
    "bn1": 3e-4,
    "layer1": 3e-4,
    "layer2": 6e-4,
    "layer3": 1.5e-3,
    "layer4": 3e-3,
    "fc": 1e-2,
}
"""Of Adam, for each top-level part of a ResNet: the earlier a part, the smaller its steps."""

STRATEGIES = {
    "features": ("fc",),
    "last block": ("layer4", "fc"),
    "whole net": tuple(RATES),
}
"""Name of a strategy -> the parts that are trained; batch norm in the others stays as it is."""

ONE_RATE = (1e-4, 1e-2)
"""Of the whole net, for all of its parts: as small as a stem's, as large as the head's."""

SCRATCH, SCRATCH_RATE = "from scratch", 1e-3
"""The comparison: all parts from first weights, all at one rate."""

TRAIN, VALIDATION = (1_000, 1031), (500, 1033)
"""How many digits in colour, and the seed that they are drawn with."""
EPOCHS, BATCH = 10, 32
