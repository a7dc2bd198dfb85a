"""What a layer's maps are like, in three answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Statistics = Callable[[Tensor], Any]


def _cases(draw: Draw) -> list[Case]:
    def maps(n: int, channels: int, h: int, w: int) -> Tensor:
        """After a ReLU: channels that go together and against each other, many zeros, no one's."""
        common = draw.normal(n, 1, h, w) * draw.normal(1, channels, 1, 1)
        strength = 0.5 + 2 * draw.uniform(1, channels, 1, 1)
        made = ((common + draw.normal(n, channels, h, w)) * strength).relu()
        made[made < 0.05] = 0  # small numbers have a case of their own
        made[0, :, 0, 0], made[0, :, -1, -1] = 0, 1.5
        made[0, ::2, 0, -1] = 0.3
        return made

    steady = maps(2, 4, 3, 2)
    first, second = draw.distinct(0, 3, 2)
    steady[:, first], steady[:, second] = 0.5, 0
    many = maps(2, 3, 2, 3)
    some = torch.where(many > 0, many, (0.2 + draw.uniform(2, 3, 2, 3)) * 1e-4)
    some[:, draw.integer(0, 2)] = 0.4 + 0.02 * draw.uniform(2, 2, 3)
    # The float32 mean of these numbers is not quite 0.7: their correlation is not NaN.
    inexact = maps(2, 3, 2, 3)
    inexact[:, draw.integer(0, 2)] = 0.7
    return [
        Case(args=(maps(3, 4, 2, 3),), about="maps that are wider than tall"),
        Case(args=(maps(4, 4, 1, 3),), about="as many images as channels, maps of one row"),
        Case(args=(maps(1, 3, 3, 4),), about="one image"),
        Case(args=(steady,), about="a channel of zeros, and one of equal numbers"),
        Case(args=(inexact,), about="a channel of equal numbers whose mean is rounded"),
        Case(args=(some,), about="small numbers that are not zero, and a weak channel"),
        Case(
            each=((maps(3, 1, 3, 2),), (torch.zeros(2, 1, 2, 2),)),
            about="one channel, also of zeros",
        ),
    ]


def _correlation(flat: Tensor) -> Tensor:
    """NumPy's coefficients of the rows; 0 where it knows none."""
    if flat.shape[1] < 2:
        return torch.zeros(len(flat), len(flat))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.atleast_2d(np.corrcoef(flat.double().numpy()))
    # NaN, or a quotient of rounding errors where the mean of equal numbers is rounded.
    return torch.tensor(found).float().masked_fill(_crossing(flat), 0)


def _flat(maps: Tensor) -> Tensor:
    """(C, N * h * w)."""
    return maps.transpose(0, 1).flatten(1)


def _short(number: float) -> float:
    """As many digits as a float32 holds: these numbers are stored many times."""
    return float(f"{number:.7g}")


def _share(where: Tensor) -> float:
    return _short(float(where.double().mean()))


def _statistics(
    mean: Callable[[Tensor], Any] = lambda maps: _short(float(maps.double().mean())),
    sparsity: Callable[[Tensor], Any] = lambda maps: _share(maps == 0),
    correlation: Callable[[Tensor], Any] = lambda maps: _correlation(_flat(maps)),
) -> Statistics:
    """The three answers, some of them otherwise."""
    return lambda maps: (mean(maps), sparsity(maps), correlation(maps))


def _correlating(change: Callable[[Tensor, Tensor], Any]) -> Statistics:
    """Another correlation, made of the right one and the flat channels."""
    return _statistics(correlation=lambda maps: change(_correlation(_flat(maps)), _flat(maps)))


def _steady(flat: Tensor) -> Tensor:
    return flat.amax(1) == flat.amin(1)


def _crossing(flat: Tensor) -> Tensor:
    """(C, C): the rows and columns of channels that never change."""
    steady = _steady(flat)
    return steady[:, None] | steady


def _nan_where_steady(found: Tensor, flat: Tensor) -> Tensor:
    return found.masked_fill(_crossing(flat), torch.nan)


def _by_torch(found: Tensor, flat: Tensor) -> Tensor:
    return torch.corrcoef(flat)


def _zeros_where_weak(found: Tensor, flat: Tensor) -> Tensor:
    weak = flat.std(1) < 0.05
    return found.masked_fill(weak[:, None] | weak, 0)


def _ones_where_steady(found: Tensor, flat: Tensor) -> Tensor:
    return found + torch.diag(_steady(flat).float())


def _left_out(found: Tensor, flat: Tensor) -> Tensor:
    alive = ~_steady(flat)
    return found[alive][:, alive]


def _covariance(correction: int) -> Callable[[Tensor, Tensor], Tensor]:
    def covariance(found: Tensor, flat: Tensor) -> Tensor:
        centred = flat - flat.mean(1, keepdim=True)
        return centred @ centred.T / (flat.shape[1] - correction)

    return covariance


def _cosine(found: Tensor, flat: Tensor) -> Tensor:
    unit = torch.nn.functional.normalize(flat)
    return unit @ unit.T


def _of_dead_channels(maps: Tensor) -> float:
    return _share((_flat(maps) == 0).all(1))


def _image_by_image(maps: Tensor) -> Tensor:
    return torch.stack([_correlation(image.flatten(1)) for image in maps]).mean(0)


def _by_corrcoef(maps: Tensor) -> Any:
    flat = maps.permute(1, 0, 2, 3).reshape(maps.shape[1], -1)
    found = torch.corrcoef(flat).view(len(flat), len(flat)).masked_fill(_crossing(flat), 0)
    return maps.mean(), (maps == 0).float().mean(), found


def _by_loops(maps: Tensor) -> Any:
    channels = [maps[:, i].flatten().double() for i in range(maps.shape[1])]
    found = torch.zeros(len(channels), len(channels))
    for i, one in enumerate(channels):
        for j, other in enumerate(channels):
            spread = one.std(correction=0) * other.std(correction=0)
            if one.max() > one.min() and other.max() > other.min():
                found[i, j] = ((one - one.mean()) * (other - other.mean())).mean() / spread
    zeros = sum(int((one == 0).sum()) for one in channels)
    return [float(maps.mean()), zeros / maps.numel(), found]


MAP_STATISTICS = Exercise(
    id="gradcam.map_statistics",
    title="What maps are like",
    points=2,
    minutes=11,
    core=False,
    covers=("E14.34",),
    example=(
        (
            Case(args=(torch.tensor([[[[0.0, 1]], [[2, 0]], [[0, 0]]]]),)),
            (0.5, 4 / 6, torch.tensor([[1.0, -1, 0], [-1, 1, 0], [0, 0, 0]])),
        ),
    ),
    cases=_cases,
    through="ask_statistics",
    reference=_statistics(),
    promises=("unchanged",),
    wrong={
        "not a number": (
            "A channel that never changes has no spread to divide by: its row and its column are "
            "not numbers in yours. They are 0.",
            _correlating(_nan_where_steady),
            _correlating(_by_torch),
            _correlating(lambda found, flat: _nan_where_steady(found, flat).squeeze()),
        ),
        "rounding for spread": (
            "In the row and column of a channel whose numbers are equal, yours are not 0 where its "
            "mean is rounded, which leaves differences that are not quite 0. Compare its greatest "
            "number with its least.",
            _correlating(lambda found, flat: _by_torch(found, flat).nan_to_num(0).view_as(found)),
        ),
        "weak for dead": (
            "A channel that changes little has zeros in its row and column. Only one whose numbers "
            "are all equal does.",
            _correlating(_zeros_where_weak),
        ),
        "ones for dead channels": (
            "In the row and column of a channel that never changes all is 0, also the entry on the "
            "diagonal: yours is not.",
            _correlating(_ones_where_steady),
        ),
        "dead channels left out": (
            "You leave channels out that never change. They keep their row and column, of zeros.",
            _correlating(_left_out),
        ),
        "covariance": (
            "Those are covariances. Divide by the spread of both channels.",
            *(_correlating(_covariance(correction)) for correction in (0, 1)),
        ),
        "mean not taken off": (
            "You do not subtract each channel's mean: that is the cosine of channels, which is "
            "never negative here. Correlation is that of the differences from the mean.",
            _correlating(_cosine),
        ),
        "images mixed up": (
            "reshape(C, -1) cuts the numbers in their order, image by image, and mixes channels. "
            "Bring the channels to the front first: maps.transpose(0, 1).flatten(1).",
            _statistics(
                correlation=lambda maps: _correlation(maps.reshape(maps.shape[1], -1)),
            ),
        ),
        "of the images": (
            "You correlate images, or places. Correlate channels: (C, C).",
            _statistics(correlation=lambda maps: _correlation(maps.flatten(1))),
        ),
        "first image only": (
            "You correlate the channels of the first image. Take the numbers of all images.",
            _statistics(correlation=lambda maps: _correlation(maps[0].flatten(1))),
        ),
        "image by image": (
            "You correlate image by image and average. Take a channel's numbers of all images "
            "together.",
            _statistics(correlation=_image_by_image),
        ),
        "zeros on the diagonal": (
            "Your diagonal is 0. A channel that changes has the correlation 1 with itself.",
            _correlating(lambda found, flat: found - torch.diag(found.diagonal())),
        ),
        "positions averaged": (
            "You average over the positions, or over the images, before you correlate. Each number "
            "of a channel counts by itself.",
            _statistics(correlation=lambda maps: _correlation(maps.mean((2, 3)).T)),
            _statistics(correlation=lambda maps: _correlation(maps.mean(0).flatten(1))),
        ),
        "two ways of dividing": (
            "The entries on your diagonal are not 1: you divide by the count in one place and by "
            "one less in another, as std() does unless it is told correction=0.",
            _correlating(lambda found, flat: found * (flat.shape[1] - 1) / flat.shape[1]),
        ),
        "a number for a matrix": (
            "Of a single channel torch.corrcoef gives a number. The shape is (C, C) always.",
            _correlating(lambda found, flat: found.squeeze()),
        ),
        "sign lost": (
            "You took absolute values. Channels that go against each other have a negative "
            "correlation.",
            _correlating(lambda found, flat: found.abs()),
        ),
        "share that is not zero": (
            "Your second answer is the share of numbers that are not 0. Sparsity is the share of "
            "those that are.",
            _statistics(sparsity=lambda maps: _share(maps != 0)),
        ),
        "zeros counted": (
            "Your second answer is how many numbers are 0. Divide by how many there are.",
            _statistics(sparsity=lambda maps: int((maps == 0).sum())),
        ),
        "dead channels for zeros": (
            "Your second answer is the share of maps, or of channels, of zeros. Count single "
            "numbers.",
            _statistics(sparsity=_of_dead_channels),
            _statistics(sparsity=lambda maps: _share(maps.amax((2, 3)) == 0)),
        ),
        "small numbers for zeros": (
            "You count small numbers as zeros. Only what is exactly 0 counts.",
            _statistics(sparsity=lambda maps: _share(maps < 0.01)),
        ),
        "zeros not averaged": (
            "Your mean leaves zeros out. All numbers count.",
            _statistics(mean=lambda maps: maps.sum() / (maps > 0).sum().clamp(min=1)),
            _statistics(mean=lambda maps: maps[maps > 0].mean()),
        ),
        "one for each channel": (
            "You give a mean for each channel. One number for all is asked for.",
            _statistics(mean=lambda maps: maps.mean((0, 2, 3))),
        ),
        "another order": (
            "Your three answers stand in another order: mean, sparsity, correlation.",
            lambda maps: tuple(_statistics()(maps)[i] for i in (1, 0, 2)),
        ),
    },
    right=(_by_corrcoef, _by_loops),
    hints=(
        "maps.transpose(0, 1).flatten(1) has each channel in one row, over all images and "
        "positions: (C, N * h * w).",
        "(maps == 0).double().mean() is the share of zeros.",
        "For channels that never change, torch.corrcoef gives NaN, or anything else where their "
        "mean is rounded: put zeros there where amax and amin are the same. Of a single channel it "
        "gives a number: view(C, C) makes a matrix of it.",
    ),
)
