"""The rival of a small convolutional net: a dense one with as many parameters."""

from torch import nn

TOLERANCE = 0.05
"""So far may the numbers of parameters be apart, as a share."""


def parameters(net: nn.Module) -> int:
    """How many numbers a net learns, biases included."""
    return sum(p.numel() for p in net.parameters())


def dense_rival(net: nn.Module, in_channels: int, length: int, num_classes: int) -> nn.Sequential:
    """One hidden layer, as wide as the parameters of `net` allow: (N, C, L) -> (N, num_classes).

    Raises:
        ValueError: one unit more or less is more than 5 % of them: the series are too long.
    """
    wanted, one_unit = parameters(net), in_channels * length + 1 + num_classes
    units = max(1, round((wanted - num_classes) / one_unit))
    rival = nn.Sequential(
        nn.Flatten(),
        nn.Linear(in_channels * length, units),
        nn.ReLU(),
        nn.Linear(units, num_classes),
    )
    found = parameters(rival)
    if abs(found - wanted) > TOLERANCE * wanted:
        raise ValueError(
            f"With {units} hidden units a dense net has {found:,} parameters, not {wanted:,} "
            f"within {TOLERANCE:.0%}: each unit reads {in_channels * length:,} numbers."
        )
    return rival
