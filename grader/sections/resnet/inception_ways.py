"""The Inception module, and others that differ in something."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Pair = Sequence[int]

PLACES = ("1", "2 reduced", "2", "3 reduced", "3", "4")
"""Where there is a ReLU: after the outputs of each path and after each reduction."""


def joined(paths: list[Tensor]) -> Any:
    return torch.cat(paths, dim=1)


def inception(
    *,
    default: bool = True,
    reduces: Callable[[bool], bool] = lambda reduce: reduce,
    kernels: tuple[int, int] = (3, 5),
    reductions: tuple[int, int] = (1, 1),
    linear: Iterable[str] = (),
    pool: Callable[[Tensor], Tensor] = lambda x: F.max_pool2d(x, 3, stride=1, padding=1),
    pair: Callable[[Pair], Pair] = lambda pair: pair,
    join: Callable[[list[Tensor]], Any] = joined,
    bias: bool = True,
) -> type[nn.Module]:
    """The module, or one that differs in something.

    Args:
        linear: the places that lack their ReLU.
    """
    lacking = set(linear)

    def conv(place: str, in_channels: int, out_channels: int, size: int) -> list[nn.Module]:
        layer = nn.Conv2d(in_channels, out_channels, size, padding=size // 2, bias=bias)
        return [layer, nn.Identity() if place in lacking else nn.ReLU()]

    class Inception(nn.Module):
        def __init__(
            self, in_channels: int, c1: int, c2: Pair, c3: Pair, c4: int, reduce: bool = default
        ) -> None:
            super().__init__()
            self.branch1 = nn.Sequential(*conv("1", in_channels, c1, 1))
            self.branch2 = self._reduced(0, in_channels, c2, reduces(reduce))
            self.branch3 = self._reduced(1, in_channels, c3, reduces(reduce))
            self.branch4 = nn.Sequential(nn.Identity(), *conv("4", in_channels, c4, 1))

        @staticmethod
        def _reduced(path: int, in_channels: int, channels: Pair, reduce: bool) -> nn.Sequential:
            few, out = pair(channels)
            place, layers, come = str(path + 2), [], in_channels
            if reduce:
                layers, come = conv(f"{place} reduced", in_channels, few, reductions[path]), few
            return nn.Sequential(*layers, *conv(place, come, out, kernels[path]))

        def forward(self, x: Tensor) -> Any:
            given = x, x, x, pool(x)
            paths = self.branch1, self.branch2, self.branch3, self.branch4
            return join([path(one) for path, one in zip(paths, given, strict=True)])

    return Inception


Reference = inception()


Made = Callable[..., None]
"""What is done to a module when it is made: (module, *settings, reduce)."""


def made(change: Made, forward: Callable[[Any, Tensor], Any] | None = None) -> type[nn.Module]:
    """The module, changed when it is made, or with another forward pass."""

    class Varied(Reference):  # type: ignore[misc, valid-type]
        def __init__(
            self, in_channels: int, c1: int, c2: Pair, c3: Pair, c4: int, reduce: bool = True
        ) -> None:
            super().__init__(in_channels, c1, c2, c3, c4, reduce)
            change(self, in_channels, c1, c2, c3, c4, reduce)

        def forward(self, x: Tensor) -> Any:
            return forward(self, x) if forward else super().forward(x)

    return Varied


def padded(path: int, padding: int) -> type[nn.Module]:
    """The large convolution of a path has another padding."""

    def change(module: Any, *settings: Any) -> None:
        module.get_submodule(f"branch{path}")[-2].padding = padding, padding

    return made(change)


def one_row(*paths: int) -> type[nn.Module]:
    """No ReLU stands between the two convolutions of these paths."""

    def change(module: Any, *settings: Any) -> None:
        for path in paths if settings[-1] else ():
            first, _, *rest = module.get_submodule(f"branch{path}")
            module.add_module(f"branch{path}", nn.Sequential(first, *rest))

    return made(change)


def kept(*layers: Callable[[], nn.Module]) -> type[nn.Module]:
    """These stand in the reductions' places where there are none."""

    def change(module: Any, *settings: Any) -> None:
        for path in () if settings[-1] else (2, 3):
            rest = module.get_submodule(f"branch{path}")
            before = (layer() for layer in layers)
            module.add_module(f"branch{path}", nn.Sequential(*before, *rest))

    return made(change)


def of_others(where: bool, paths: Iterable[int], others: Callable[..., Any]) -> type[nn.Module]:
    """Where reduce is `where`, these paths are those of a module with other settings."""

    def change(module: Any, *settings: Any) -> None:
        if settings[-1] == where:
            other = Reference(*others(*settings))
            for path in paths:
                module.add_module(f"branch{path}", other.get_submodule(f"branch{path}"))

    return made(change)


def reduced_anyhow(*settings: Any) -> Any:
    """The settings with reductions."""
    return *settings[:-1], True


def reads_third(
    module: Any, in_channels: int, c1: int, c2: Pair, c3: Pair, c4: int, *_: Any
) -> None:
    """The fourth path is made for what the third one gives."""
    module.branch4[1] = nn.Conv2d(c3[1], c4, 1)


def chained(module: Any, x: Tensor) -> Any:
    """The fourth path reads the third one's output."""
    third = module.branch3(x)
    pooled = F.max_pool2d(third, 3, stride=1, padding=1)
    return joined([module.branch1(x), module.branch2(x), third, module.branch4(pooled)])


def pooled_last(module: Any, x: Tensor) -> Any:
    """The fourth path pools what its convolution gives."""
    last = F.max_pool2d(module.branch4(x), 3, stride=1, padding=1)
    return joined([module.branch1(x), module.branch2(x), module.branch3(x), last])


def without_pool(module: Any, *settings: Any) -> None:
    """The convolution is the first layer of the fourth path."""
    module.branch4 = nn.Sequential(*module.branch4[1:])


def with_zeros(x: Tensor) -> Tensor:
    """A pooling that takes what is beyond the border for zeros."""
    return F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1)
