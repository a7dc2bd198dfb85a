"""Small networks with convolutions, of many forms, which write down how they are called."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.case import drawn_weights

CHANNELS, CLASSES = 2, 3
_HEAD = 0.3


class _Calls(list[float]):
    """For each call of a model, the share of it that was in train mode.

    Whoever copies the model to leave it alone has called it all the same.
    """

    def __deepcopy__(self, memo: Any) -> "_Calls":
        return self


class Watched(nn.Module):
    """A classifier of images (N, CHANNELS, H, W).

    Attributes:
        calls: of this model and all copies of it.
    """

    def __init__(self, form: str, seed: int) -> None:
        """
        Args:
            form: a key of `FORMS`.
            seed: of its weights and running statistics.
        """
        super().__init__()
        self.net = FORMS[form]()
        state = self.net.state_dict()
        shapes = {name: list(tensor.shape) for name, tensor in state.items()}
        self.net.load_state_dict(drawn_weights({"seed": seed, "shapes": shapes}))
        for layer in self.modules():
            if isinstance(layer, nn.Linear):  # no loss is so near 0 that its gradient vanishes
                layer.weight.data *= _HEAD
        self.calls = _Calls()

    def forward(self, x: Tensor) -> Any:
        self.calls.append(self.mode())
        return self.net(x)

    def mode(self) -> float:
        """1 in train mode, 0 in eval mode, between them where parts differ."""
        modes = [module.training for module in self.modules()]
        return sum(modes) / len(modes)

    def weights(self) -> Tensor:
        """A copy of all weights, in one row."""
        return torch.cat([weight.detach().flatten() for weight in self.net.parameters()])


class _Residual(nn.Module):
    """relu(norm(conv(x)) + projection(x))"""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)
        self.projection = nn.Conv2d(in_channels, out_channels, 1, stride) if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        skipped = self.projection(x) if self.projection else x
        return torch.relu(self.norm(self.conv(x)) + skipped)


class _Crossed(nn.Module):
    """Its layers are called in another order than they are listed in."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Sequential(_conv(4, 3, kernel_size=1), *_head(3))
        self.first = nn.Sequential(_conv(CHANNELS, 5), nn.ReLU())
        self.between = nn.Sequential(_conv(5, 4), nn.ReLU())

    def forward(self, x: Tensor) -> Any:
        return self.last(self.between(self.first(x)))


def _conv(
    in_channels: int, out_channels: int, *, kernel_size: int = 3, bias: bool = True
) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2, bias=bias)


def _head(channels: int) -> list[nn.Module]:
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES)]


def _chain(*channels: int) -> nn.Module:
    layers: list[nn.Module] = []
    for before, after in zip((CHANNELS, *channels), channels, strict=False):
        layers += [_conv(before, after), nn.ReLU()]
    return nn.Sequential(*layers, *_head(channels[-1]))


def _normed() -> nn.Module:
    return nn.Sequential(
        *(_conv(CHANNELS, 4, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
        *(_conv(4, 3, bias=False), nn.BatchNorm2d(3), nn.ReLU()),
        *_head(3),
    )


def _residual() -> nn.Module:
    stages = nn.Sequential(_Residual(3, 3, stride=1), _Residual(3, 5, stride=2))
    return nn.Sequential(_conv(CHANNELS, 3), stages, *_head(5))


def _shared() -> nn.Module:
    twice = _conv(3, 3)
    return nn.Sequential(_conv(CHANNELS, 3), nn.ReLU(), twice, nn.ReLU(), twice, *_head(3))


FORMS: Mapping[str, Callable[[], nn.Module]] = {
    "chain": lambda: _chain(3, 5, 4),
    "one": lambda: _chain(3),
    "normed": _normed,
    "residual": _residual,
    "crossed": _Crossed,
    "shared": _shared,
}
