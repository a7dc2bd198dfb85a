"""The Inception module: four paths side by side."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Pair = Sequence[int]

PLACES = ("1", "2 reduced", "2", "3 reduced", "3", "4")
"""Where there is a ReLU: after the outputs of each path and after each reduction."""


def _joined(paths: list[Tensor]) -> Any:
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
    join: Callable[[list[Tensor]], Any] = _joined,
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


def _made(change: Made, forward: Callable[[Any, Tensor], Any] | None = None) -> type[nn.Module]:
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


def _padded(path: int, padding: int) -> type[nn.Module]:
    def change(module: Any, *settings: Any) -> None:
        module.get_submodule(f"branch{path}")[-2].padding = padding, padding

    return _made(change)


def _one_row(*paths: int) -> type[nn.Module]:
    """No ReLU stands between the two convolutions of these paths."""

    def change(module: Any, *settings: Any) -> None:
        for path in paths if settings[-1] else ():
            first, _, *rest = module.get_submodule(f"branch{path}")
            module.add_module(f"branch{path}", nn.Sequential(first, *rest))

    return _made(change)


def _kept(*layers: Callable[[], nn.Module]) -> type[nn.Module]:
    """These stand in the reductions' places where there are none."""

    def change(module: Any, *settings: Any) -> None:
        for path in () if settings[-1] else (2, 3):
            rest = module.get_submodule(f"branch{path}")
            before = (layer() for layer in layers)
            module.add_module(f"branch{path}", nn.Sequential(*before, *rest))

    return _made(change)


def _of_others(where: bool, paths: Iterable[int], others: Callable[..., Any]) -> type[nn.Module]:
    """Where reduce is `where`, these paths are those of a module with other settings."""

    def change(module: Any, *settings: Any) -> None:
        if settings[-1] == where:
            other = Reference(*others(*settings))
            for path in paths:
                module.add_module(f"branch{path}", other.get_submodule(f"branch{path}"))

    return _made(change)


def _reduced_anyhow(*settings: Any) -> Any:
    return *settings[:-1], True


def _reads_third(
    module: Any, in_channels: int, c1: int, c2: Pair, c3: Pair, c4: int, *_: Any
) -> None:
    module.branch4[1] = nn.Conv2d(c3[1], c4, 1)


def _chained(module: Any, x: Tensor) -> Any:
    """The fourth path reads the third one's output."""
    third = module.branch3(x)
    pooled = F.max_pool2d(third, 3, stride=1, padding=1)
    return _joined([module.branch1(x), module.branch2(x), third, module.branch4(pooled)])


def _pooled_last(module: Any, x: Tensor) -> Any:
    last = F.max_pool2d(module.branch4(x), 3, stride=1, padding=1)
    return _joined([module.branch1(x), module.branch2(x), module.branch3(x), last])


def _without_pool(module: Any, *settings: Any) -> None:
    module.branch4 = nn.Sequential(*module.branch4[1:])


class _InPlace(nn.Module):
    """With other words for the same: activations in place, padding by name, a written-out pool."""

    def __init__(
        self, in_channels: int, c1: int, c2: Pair, c3: Pair, c4: int, reduce: bool = True
    ) -> None:
        super().__init__()
        self.branch1 = nn.Sequential(nn.Conv2d(in_channels, c1, 1), nn.ReLU(inplace=True))
        for path, (few, out), size in ((2, c2, 3), (3, c3, 5)):
            layers: list[nn.Module] = []
            if reduce:
                layers = [nn.Conv2d(in_channels, few, 1), nn.ReLU(inplace=True)]
            last = nn.Conv2d(few if reduce else in_channels, out, size, padding="same")
            self.add_module(f"branch{path}", nn.Sequential(*layers, last))
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1), nn.Conv2d(in_channels, c4, 1)
        )

    def forward(self, x: Tensor) -> Any:
        y = [self.get_submodule(f"branch{path}")(x) for path in (1, 2, 3, 4)]
        return torch.relu(torch.cat(y, dim=-3))


def _case(draw: Draw, about: str, *args: Any, images: int = 1, **more: Any) -> Case:
    size = more.pop("size", None) or draw.distinct(2, 3, 2)
    x = draw.normal(images, args[0], *size)
    x = -1 - x.abs() if more.pop("negative", False) else x
    shapes = {name: list(t.shape) for name, t in Reference(*args, **more).state_dict().items()}
    weights = {"seed": draw.integer(1, 2**31 - 1), "shapes": shapes}
    return Case(args=args, kwargs=more, about=about, weights=weights, inputs=(x,))


def _cases(draw: Draw) -> list[Case]:
    def channels(pair: type = tuple) -> tuple[Any, ...]:
        """Of four paths: all different, and few in the output."""
        a, b, c, d = draw.distinct(1, 4, 4)
        few, more = draw.distinct(5, 6, 2)
        return a, pair((few, b)), pair((more, c)), d

    few, more, same = draw.distinct(2, 5, 3)
    equal = same, (few, same), (more, same), same
    bare = "without reductions, by name, two images, lists for pairs"
    return [
        _case(draw, "reduce left out, two images", 7, *channels(), images=2),
        _case(
            draw,
            "with reductions, by name, and negative numbers only",
            7,
            *channels(),
            negative=True,
            reduce=True,
        ),
        _case(draw, bare, 7, *channels(list), images=2, reduce=False),
        _case(draw, "as many channels in as each path gives", same, *equal),
        _case(
            draw,
            "without reductions, one channel in, maps of one pixel",
            1,
            *channels(),
            False,
            size=(1, 1),
        ),
    ]


def _with_zeros(x: Tensor) -> Tensor:
    """A pooling that takes what is beyond the border for zeros."""
    return F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1)


INCEPTION = Exercise(
    id="resnet.Inception",
    title="The Inception module",
    points=3,
    minutes=20,
    core=False,
    covers=("D8.6.1", "E14.21"),
    asks="module",
    cases=_cases,
    reference=Reference,
    wrong={
        "no activations": (
            "Your module has no ReLU at all: each path is one linear map, however many "
            "convolutions it has. There is a ReLU after every convolution.",
            inception(linear=PLACES),
        ),
        "reductions without activation": (
            "A ReLU is missing after a reduction. Without it, the reduction and the convolution "
            "after it are one linear map: there is a ReLU after every convolution.",
            inception(linear=("2 reduced", "3 reduced")),
            inception(linear=("2 reduced",)),
            inception(linear=("3 reduced",)),
        ),
        "outputs without activation": (
            "A ReLU is missing at the end of a path. There is one after every convolution.",
            inception(linear=("1", "2", "3", "4")),
            *(inception(linear=(place,)) for place in ("1", "2", "3", "4")),
            inception(linear=("2", "3")),
        ),
        "another default": (
            "With reduce given your module is right. Left out, it is True.",
            inception(default=False),
        ),
        "no ReLU between": (
            "In your second or third path the large convolution follows the reduction at once. A "
            "ReLU stands between them, so that it is branch2.2 and branch3.2.",
            _one_row(2, 3),
            _one_row(2),
            _one_row(3),
        ),
        "something kept": (
            "Without reductions, something still stands before the convolutions of your second "
            "and third path. Leave out the ReLU with its convolution: they are branch2.0 and "
            "branch3.0.",
            _kept(nn.ReLU),
            _kept(nn.Identity, nn.Identity),
        ),
        "reduce in one path": (
            "With reduce=False one of your paths still has a reduction. False leaves out both.",
            _of_others(False, [2], _reduced_anyhow),
            _of_others(False, [3], _reduced_anyhow),
        ),
        "the first number without reductions": (
            "Without reductions your second or third path gives as many channels as the first "
            "number of its pair says. That is the reduction's; what a path gives is the second.",
            _of_others(
                False, [2, 3], lambda come, c1, c2, c3, *more: (come, c1, c2[::-1], c3[::-1], *more)
            ),
        ),
        "reduce ignored": (
            "reduce makes no difference in your module. False leaves out the 1 x 1 convolutions of "
            "the second and the third path, with their ReLUs.",
            inception(reduces=lambda reduce: True),
            inception(reduces=lambda reduce: False),
        ),
        "reduce turned round": (
            "You took reduce the other way round: True means that the 1 x 1 convolutions are "
            "there.",
            inception(reduces=lambda reduce: not reduce, default=True),
        ),
        "large reductions": (
            "Your reductions have the kernel of the convolution that follows. They are 1 x 1: that "
            "makes them cheap.",
            inception(reductions=(3, 5)),
            inception(reductions=(1, 5)),
            inception(reductions=(3, 1)),
        ),
        "other kernels": (
            "A path has another kernel than it should: 3 x 3 in the second path, 5 x 5 in the "
            "third.",
            inception(kernels=(5, 3)),
            inception(kernels=(3, 3)),
            inception(kernels=(5, 5)),
        ),
        "pairs turned round": (
            "You took the pairs the other way round. The first number is the channels of the "
            "reduction, the second those that the path gives.",
            inception(pair=lambda pair: pair[::-1]),
            _of_others(
                True, [2, 3], lambda come, c1, c2, c3, *more: (come, c1, c2[::-1], c3[::-1], *more)
            ),
        ),
        "no biases": (
            "Your convolutions have no bias. There is no batch norm here that takes it away: keep "
            "nn.Conv2d's default.",
            inception(bias=False),
        ),
        "sizes": (
            "Your paths give maps of different sizes, which cannot be joined. A 3 x 3 convolution "
            "needs padding=1, a 5 x 5 one padding=2, and the pooling stride=1 and padding=1.",
            _padded(3, 1),
        ),
        "a stride": (
            "A path makes its map smaller by a stride. Nothing has one here, and nn.MaxPool2d "
            "takes its kernel's size for it unless stride=1 is given.",
            inception(pool=lambda x: F.max_pool2d(x, 3, padding=1)),
        ),
        "pooling last": (
            "In your branch4 no pooling stands before the convolution: nn.Sequential(pooling, "
            "convolution, nn.ReLU()).",
            _made(_without_pool),
            _made(lambda *_: None, _pooled_last),
        ),
        "fed by another path": (
            "Your fourth path reads what the third one gives. All four read x, which has "
            "in_channels.",
            _made(_reads_third, _chained),
            _made(lambda *_: None, _chained),
        ),
        "average pooling": (
            "Your fourth path takes averages. It begins with max pooling.",
            inception(pool=lambda x: F.avg_pool2d(x, 3, stride=1, padding=1)),
            inception(
                pool=lambda x: F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
            ),
        ),
        "no pooling": (
            "Your fourth path does not pool. It begins with max pooling of 3 x 3 windows, one "
            "apart.",
            inception(pool=lambda x: x),
        ),
        "other windows": (
            "Your pooling has other windows. They are 3 x 3.",
            inception(pool=lambda x: F.max_pool2d(x, 5, stride=1, padding=2)),
        ),
        "border of zeros": (
            "Your pooling takes what is beyond the border for zeros, which are larger than "
            "negative numbers. nn.MaxPool2d's own padding never wins.",
            inception(pool=_with_zeros),
        ),
        "along another axis": (
            "You joined the paths along another axis. They have equal images and equal maps; what "
            "adds up are the channels: torch.cat(paths, dim=1).",
            *(inception(join=lambda paths, dim=dim: torch.cat(paths, dim)) for dim in (0, 2, 3)),  # type: ignore[misc]
        ),
        "added": (
            "You added the paths. They are laid side by side along the channels: torch.cat(paths, "
            "dim=1).",
            inception(join=lambda paths: paths[0] + paths[1] + paths[2] + paths[3]),
        ),
        "not joined": (
            "You returned the four paths as they are. Join them along the channels: "
            "torch.cat(paths, dim=1).",
            inception(join=lambda paths: paths),
        ),
        "another order": (
            "The paths are joined in another order. 1 x 1 comes first, then 3 x 3, 5 x 5 and the "
            "pooling.",
            *(
                inception(join=lambda paths, order=order: _joined([paths[i] for i in order]))  # type: ignore[misc]
                for order in ((3, 2, 1, 0), (0, 2, 1, 3), (0, 1, 3, 2), (3, 0, 1, 2))
            ),
        ),
        "a path left out": (
            "One of the four paths is not in the output.",
            *(
                inception(join=lambda paths, i=i: _joined([*paths[:i], *paths[i + 1 :]]))  # type: ignore[misc]
                for i in (0, 3)
            ),
        ),
        "lost gradient": (
            "No gradient reaches the weights.",
            inception(join=lambda paths: _joined(paths).detach()),
        ),
    },
    right=(_InPlace,),
    hints=(
        "Each path is an nn.Sequential, and all four read x. A 3 x 3 convolution keeps the size of "
        "the map with padding=1, a 5 x 5 one with padding=2.",
        "Where reduce is true the second path is nn.Sequential(nn.Conv2d(in_channels, c2[0], 1), "
        "nn.ReLU(), nn.Conv2d(c2[0], c2[1], 3, padding=1), nn.ReLU()).",
        "forward returns torch.cat([self.branch1(x), ...], dim=1).",
    ),
    forbidden=("course_lib", "torchvision"),
)
