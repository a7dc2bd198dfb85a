"""The Inception module: four paths side by side."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.resnet.inception_ways import (
    PLACES,
    Pair,
    Reference,
    chained,
    inception,
    joined,
    kept,
    made,
    of_others,
    one_row,
    padded,
    pooled_last,
    reads_third,
    reduced_anyhow,
    with_zeros,
    without_pool,
)


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
            one_row(2, 3),
            one_row(2),
            one_row(3),
        ),
        "something kept": (
            "Without reductions, something still stands before the convolutions of your second "
            "and third path. Leave out the ReLU with its convolution: they are branch2.0 and "
            "branch3.0.",
            kept(nn.ReLU),
            kept(nn.Identity, nn.Identity),
        ),
        "reduce in one path": (
            "With reduce=False one of your paths still has a reduction. False leaves out both.",
            of_others(False, [2], reduced_anyhow),
            of_others(False, [3], reduced_anyhow),
        ),
        "the first number without reductions": (
            "Without reductions your second or third path gives as many channels as the first "
            "number of its pair says. That is the reduction's; what a path gives is the second.",
            of_others(
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
            of_others(
                True, [2, 3], lambda come, c1, c2, c3, *more: (come, c1, c2[::-1], c3[::-1], *more)
            ),
        ),
        "no biases": (
            "Your convolutions have no bias. There is no batch norm here that takes it away: keep "
            "nn.Conv2d's default.",
            inception(bias=False),
        ),
        "sizes": (
            "A padding of yours does not fit, so that the paths cannot be joined. A 3 x 3 "
            "convolution needs padding=1, a 5 x 5 one padding=2, the pooling stride=1 and "
            "padding=1.",
            padded(3, 1),
        ),
        "a stride": (
            "A path makes its map smaller by a stride. Nothing has one here, and nn.MaxPool2d "
            "takes its kernel's size for it unless stride=1 is given.",
            inception(pool=lambda x: F.max_pool2d(x, 3, padding=1)),
        ),
        "pooling last": (
            "In your branch4 no pooling stands before the convolution: nn.Sequential(pooling, "
            "convolution, nn.ReLU()).",
            made(without_pool),
            made(lambda *_: None, pooled_last),
        ),
        "fed by another path": (
            "Your fourth path reads what the third one gives. All four read x, which has "
            "in_channels.",
            made(reads_third, chained),
            made(lambda *_: None, chained),
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
            inception(pool=with_zeros),
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
                inception(join=lambda paths, order=order: joined([paths[i] for i in order]))  # type: ignore[misc]
                for order in ((3, 2, 1, 0), (0, 2, 1, 3), (0, 1, 3, 2), (3, 0, 1, 2))
            ),
        ),
        "a path left out": (
            "One of the four paths is not in the output.",
            *(
                inception(join=lambda paths, i=i: joined([*paths[:i], *paths[i + 1 :]]))  # type: ignore[misc]
                for i in (0, 3)
            ),
        ),
        "lost gradient": (
            "No gradient reaches the weights.",
            inception(join=lambda paths: joined(paths).detach()),
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
