"""How much of a gradient is left when it is averaged over the places of a map."""

import torch
from torch import Tensor

from course_lib.figures.colours import BLUE
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.models.pretrained import Pretrained

_STAGES = ("layer1", "layer2", "layer3", "layer4")


def surviving(net: Pretrained, x: Tensor) -> None:
    """For each stage: size of the mean gradient of a map, as a share of the gradients' mean size.

    Args:
        x: (N, 3, size, size), normalised, of the embedded ResNet-18.
    """
    shares, sizes = _shares(net, x)
    figure, (ax,) = new_axes(1, 7, 2.6)
    bars = ax.barh(list(shares), [100 * share for share in shares.values()], color=BLUE)
    told = {name: f"{share:.0%} of {sizes[name]:.4f}" for name, share in shares.items()}
    ax.bar_label(bars, list(told.values()), padding=3)
    ax.invert_yaxis()
    ax.set(title="what the mean over the places leaves of the gradient", xlim=(0, 125))
    ax.set_xlabel("per cent of the gradients' mean size")
    listed = ", ".join(f"{name} {text}" for name, text in told.items())
    show_figure(
        figure,
        alt="Bars by layer, of the share that the mean over places leaves of the gradients' mean "
        f"size: {listed}.",
    )


def _shares(net: Pretrained, x: Tensor) -> tuple[dict[str, float], dict[str, float]]:
    """What the mean leaves, in [0, 1], and the gradients' mean size, by stage."""
    # The network's parts are run one by one, so that each stage's output is at hand.
    parts = dict(net.model.named_children())
    out = x
    for name in ("conv1", "bn1", "relu", "maxpool"):
        out = parts[name](out)
    stages = []
    for name in _STAGES:
        out = parts[name](out)
        stages.append(out)
    logits = parts["fc"](out.mean((2, 3)))
    slopes = dict(zip(_STAGES, torch.autograd.grad(logits.amax(1).sum(), stages), strict=True))
    shares = {
        name: float((slope.mean((2, 3)).abs().sum(1) / slope.abs().mean((2, 3)).sum(1)).mean())
        for name, slope in slopes.items()
    }
    return shares, {name: float(slope.abs().mean()) for name, slope in slopes.items()}
