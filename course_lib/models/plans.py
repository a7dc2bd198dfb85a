"""Small models as plain data, for questions about models: layers, and parts that no list says.

network(["Sequential", ["Conv2d", 2, 4, 3, {"stride": 2}], ["Sum", ["Conv2d", 4, 4, 1]]])
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor, nn

Plan = Sequence[Any]
"""A name of torch.nn or of `PARTS`, its arguments, and a dict for those that have a name."""


class Sum(nn.Module):
    """What a part gives, and what came in."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.part = part

    def forward(self, x: Tensor) -> Any:
        return x + self.part(x)


class Scales(nn.Module):
    """One part reads the map, and then the half of it; both results are averaged over places."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.part = part

    def forward(self, x: Tensor) -> Any:
        half = self.part(x[:, :, ::2, ::2])
        return self.part(x).mean((2, 3)) + half.mean((2, 3))


class Idle(nn.Module):
    """Holds a second part that nothing calls."""

    def __init__(self, part: nn.Module, idle: nn.Module) -> None:
        super().__init__()
        self.part, self.idle = part, idle

    def forward(self, x: Tensor) -> Any:
        return self.part(x)


class Rows(nn.Module):
    """(N, C, H, W) -> (N, H, W, C): a dense layer reads the channels of each place."""

    def forward(self, x: Tensor) -> Any:
        return x.permute(0, 2, 3, 1)


def again(*parts: nn.Module) -> nn.Sequential:
    """The parts in a row, then the first one once more."""
    return nn.Sequential(*parts, parts[0])


def shared(part: nn.Module) -> nn.Sequential:
    """Two parts in a row, both of which hold this one."""
    return nn.Sequential(Sum(part), nn.Sequential(part, nn.ReLU()))


def resting(part: nn.Module) -> nn.Module:
    """A part in eval mode, whatever the mode of the others."""
    return part.eval()


PARTS: Mapping[str, Callable[..., nn.Module]] = {
    **{"Sum": Sum, "Scales": Scales, "Idle": Idle, "Rows": Rows},
    **{"again": again, "shared": shared, "resting": resting},
}


def network(plan: Plan) -> nn.Module:
    """The model of a plan, in train mode but for what rests."""
    name, *arguments = plan
    named = arguments.pop() if arguments and isinstance(arguments[-1], Mapping) else {}
    made = [network(a) if _is_plan(a) else _settled(a) for a in arguments]
    settings = {key: _settled(value) for key, value in named.items()}
    make = PARTS.get(name) or getattr(nn, name)
    return make(*made, **settings)


def _is_plan(argument: Any) -> bool:
    return isinstance(argument, (list, tuple)) and isinstance(argument[0], str)


def _settled(argument: Any) -> Any:
    """A pair of numbers has become a list on its way."""
    return tuple(argument) if isinstance(argument, list) else argument
