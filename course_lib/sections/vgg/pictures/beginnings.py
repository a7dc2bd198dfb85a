"""What becomes of the differences between images in a deep network, as it begins."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.data import load
from course_lib.figures.colours import BLUE, GREEN, ORANGE, VERMILION
from course_lib.figures.elements import new_axes
from course_lib.figures.still import show as show_figure
from course_lib.models.vgg import VGG, VGG16, he

_IMAGES = 64


def signal() -> None:
    """After each ReLU of a narrow VGG-16: deviation between images / mean output."""
    part = load("glyphs").train
    images = part.inputs(F.pad(part.images[:_IMAGES], [2] * 4))
    figure, (ax,) = new_axes(1, 9, 3.8)
    ways: tuple[tuple[str, Callable[[nn.Module], None], str, str], ...] = (
        ("batch norm", _as_it_is, "^-.", GREEN),
        ("He", he, "s--", ORANGE),
        ("PyTorch's default, but biases 0", _no_biases, "D:", BLUE),
        ("PyTorch's default", _as_it_is, "o-", VERMILION),
    )
    texts = []
    for name, begin, style, colour in ways:
        torch.manual_seed(0)
        net = VGG(VGG16, 1, (32, 32), 10, width=1 / 8, hidden=64, batch_norm=name == "batch norm")
        net.apply(begin)
        found = _ratios(net.features, images)
        ax.semilogy(range(1, len(found) + 1), found, style, color=colour, label=name)
        texts.append(f"{name}: from {found[0]:.1g} to {found[-1]:.1g}")
    ax.set_xticks(range(1, len(found) + 1))
    ax.set_xlabel("convolution (number)")
    ax.set_ylabel("deviation between images / mean")
    ax.set_title("VGG-16, an eighth of its width, before training")
    ax.legend(loc="lower left")
    show_figure(
        figure,
        alt="How much the outputs depend on the image, from the first to the thirteenth "
        f"convolution, on a logarithmic scale. {'; '.join(texts)}.",
    )


def _ratios(net: nn.Module, images: Tensor) -> list[float]:
    """Deviation / mean of what comes out of each ReLU after a convolution."""
    found: list[float] = []

    def note(layer: nn.Module, inputs: Any, maps: Tensor) -> None:
        found.append(float(maps.std(0, unbiased=False).mean() / maps.mean()))

    hooks = [m.register_forward_hook(note) for m in net.modules() if isinstance(m, nn.ReLU)]
    with torch.no_grad():
        net(images)
    for hook in hooks:
        hook.remove()
    return found


def _as_it_is(module: nn.Module) -> None:
    """PyTorch's own first weights."""


def _no_biases(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        assert module.bias is not None
        nn.init.zeros_(module.bias)
