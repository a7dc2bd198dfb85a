"""Does the hottest pixel lie on the object?"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Kind = Literal["hit", "miss", "first in", "first out", "zeros in", "zeros out", "all", "none", "no"]


def _image(draw: Draw, h: int, w: int, kind: Kind) -> tuple[Tensor, Tensor]:
    """One image's heat and mask, of a kind of which it is known what counts."""
    heat, mask = 0.1 + 0.7 * draw.uniform(h, w), draw.uniform(h, w) < 0.4
    # Neither row by row nor column by column do the hottest pixels lie first.
    place = draw.integer(1, h - 1), draw.integer(0, w - 2)
    heat[place] = 1
    mask[place] = kind in ("hit", "first in")
    if kind in ("first in", "first out"):
        above = draw.integer(0, place[0] - 1), draw.integer(place[1] + 1, w - 1)
        heat[above] = 1
        mask[above], mask[place] = kind == "first in", kind == "first out"
    if kind.startswith("zeros"):
        heat[:] = 0
        mask[0, 0] = kind == "zeros in"
        mask[-1, -1] = mask[0, -1] = mask[0, 0]
    if kind in ("all", "none"):
        mask[:] = kind == "all"
    if kind == "no":
        heat[:], mask[:] = 0, True
    return heat * (0.5 + draw.uniform(1)), mask


def _images(draw: Draw, h: int, w: int, kinds: Sequence[Kind]) -> tuple[Tensor, Tensor]:
    images = [_image(draw, h, w, kind) for kind in kinds]
    return torch.stack([heat for heat, _ in images]), torch.stack([mask for _, mask in images])


def _cases(draw: Draw) -> list[Case]:
    def of(h: int, w: int, *kinds: Kind) -> tuple[Tensor, Tensor]:
        order = draw.distinct(0, len(kinds) - 1, len(kinds))
        return _images(draw, h, w, [kinds[i] for i in order])

    many: tuple[Kind, ...] = ("hit", "miss", "hit", "miss", "hit", "miss", "hit")
    equals: tuple[Kind, ...] = ("first out", "first out", "first out", "first in", "first in")
    weak, masks = of(3, 4, *many[1:6])
    steady, objects = of(3, 3, *many[2:])
    steady[:2] = 0.5
    objects[:2, 0, 0], objects[:2, -1, -1] = torch.tensor([True, False]), True
    return [
        Case(args=of(3, 5, *many[:5]), about="maps that are wider than tall"),
        Case(args=of(5, 3, *many[1:4], "miss", "miss"), about="maps that are taller than wide"),
        Case(
            args=of(4, 4, *equals, "hit", "miss"),
            about="several hottest pixels",
        ),
        Case(args=(steady, objects), about="maps of equal numbers"),
        Case(
            args=of(3, 4, "zeros in", "zeros in", "zeros out", "hit", "hit", "miss", "miss"),
            about="maps of zeros",
        ),
        Case(
            args=of(4, 3, "all", "all", "none", "no", "no", "hit", "miss", "miss"),
            about="masks that cover everything, or nothing",
        ),
        Case(args=(weak * 1e-4, masks), about="weak maps"),
        Case(
            each=(of(3, 4, "hit"), of(4, 3, "miss"), of(3, 3, "zeros in"), of(2, 4, "first in")),
            about="one image at a time",
        ),
    ]


def _hits(heat: Tensor, masks: Tensor) -> list[bool]:
    """By NumPy, whose argmax is the first of equals."""
    pairs = zip(heat.numpy(), masks.numpy(), strict=True)
    return [bool(h.max() > 0 and mask[np.unravel_index(h.argmax(), h.shape)]) for h, mask in pairs]


def _share(hit: Callable[[Tensor, Tensor], Any]) -> Callable[[Tensor, Tensor], float]:
    """The share of images for which something else is so."""

    def answer(heat: Tensor, masks: Tensor) -> float:
        found = [float(hit(*pair)) for pair in zip(heat, masks, strict=True)]
        return sum(found) / len(found)

    return answer


def _not_zero(hit: Callable[[Tensor, Tensor], Any]) -> Callable[[Tensor, Tensor], Any]:
    return lambda heat, mask: heat.any() and hit(heat, mask)


def _both(hit: Callable[[Tensor, Tensor], Any]) -> tuple[Callable[[Tensor, Tensor], float], ...]:
    """A way that minds maps of zeros, and one that does not."""
    return _share(_not_zero(hit)), _share(hit)


def _any_of_equals(heat: Tensor, mask: Tensor) -> Tensor:
    return (mask & (heat == heat.max())).any()


def _all_of_equals(heat: Tensor, mask: Tensor) -> Tensor:
    return mask[heat == heat.max()].all()


def _last_of_equals(heat: Tensor, mask: Tensor) -> Tensor:
    return mask.flatten()[int((heat == heat.max()).flatten().nonzero()[-1])]


def _by_columns(heat: Tensor, mask: Tensor) -> Tensor:
    return mask.T.flatten()[int(heat.T.flatten().argmax())]


def _width_mistaken(heat: Tensor, mask: Tensor) -> Tensor:
    place = int(heat.argmax())
    return mask[place // len(heat), place % len(heat)]


def _width_mistaken_within(heat: Tensor, mask: Tensor) -> Any:
    """The same, where a place outside of the map is a miss."""
    row, column = divmod(int(heat.argmax()), len(heat))
    return row < mask.shape[0] and column < mask.shape[1] and mask[row, column]


def _apart(heat: Tensor, mask: Tensor) -> Tensor:
    return mask[int(heat.amax(1).argmax()), int(heat.amax(0).argmax())]


def _exchanged(heat: Tensor, mask: Tensor) -> Tensor:
    row, column = divmod(int(heat.argmax()), heat.shape[1])
    return mask[column, row]


def _mostly_inside(heat: Tensor, mask: Tensor) -> Tensor:
    return (heat * mask).sum() > heat.sum() / 2


def _hotter_on_average(heat: Tensor, mask: Tensor) -> Tensor:
    return heat[mask].mean() > heat[~mask].mean()


def _coldest(heat: Tensor, mask: Tensor) -> Tensor:
    return mask.flatten()[int(heat.argmin())]


def _zeros_left_out(heat: Tensor, masks: Tensor) -> float:
    hits = _hits(heat, masks)
    return sum(hits) / max(int(heat.flatten(1).any(1).sum()), 1)


def _hottest_of_all(heat: Tensor, masks: Tensor) -> float:
    return float(masks.flatten()[int(heat.argmax())])


def _of_hottest_pixels(heat: Tensor, masks: Tensor) -> float:
    hottest = (heat == heat.amax((1, 2), keepdim=True)) & (heat > 0)
    return float((hottest & masks).sum() / hottest.sum().clamp(min=1))


def _only_as_hot_as_the_hottest(heat: Tensor, masks: Tensor) -> float:
    at_most = (heat == heat.max()) & masks
    return float(at_most.flatten(1).any(1).double().mean())


def _of_hits(change: Callable[[list[bool]], Any]) -> Callable[[Tensor, Tensor], Any]:
    return lambda heat, masks: change(_hits(heat, masks))


def _by_loops(heat: Tensor, masks: Tensor) -> float:
    hits = 0
    for one, mask in zip(heat.tolist(), masks.tolist(), strict=True):
        most, inside = 0.0, False
        for row, covered in zip(one, mask, strict=True):
            for number, there in zip(row, covered, strict=True):
                if number > most:
                    most, inside = number, there
        hits += inside
    return hits / len(heat)


POINTING_GAME = Exercise(
    id="gradcam.pointing_game",
    title="The pointing game",
    points=2,
    minutes=7,
    covers=("B11-pointing",),
    example=(
        (
            Case(
                args=(
                    torch.tensor([[[0.0, 2], [1, 2]], [[0, 2], [3, 2]]]),
                    torch.tensor([[[False, False], [True, True]]] * 2),
                )
            ),
            0.5,
        ),
    ),
    cases=_cases,
    reference=_of_hits(lambda hits: sum(hits) / len(hits)),
    promises=("unchanged",),
    telling=True,
    wrong={
        "any of the hottest": (
            "You count a hit where any of several hottest pixels lies in the mask. The first one "
            "counts, row by row.",
            *_both(_any_of_equals),
        ),
        "all of the hottest": (
            "You ask that all of several hottest pixels lie in the mask. The first one counts, row "
            "by row.",
            *_both(_all_of_equals),
        ),
        "last of the hottest": (
            "Of several hottest pixels you take the last. Take the first, row by row.",
            *_both(_last_of_equals),
        ),
        "zeros point": (
            "A map of zeros may be a hit in yours, as all its pixels are the hottest. It points "
            "nowhere and is a miss.",
            _share(lambda heat, mask: mask.flatten()[int(heat.argmax())]),
            _share(lambda heat, mask: (heat * mask).argmax() == heat.argmax()),
        ),
        "zeros left out": (
            "You leave maps of zeros out. They count, as misses: divide by the number of images.",
            _zeros_left_out,
        ),
        "column by column": (
            "Of several hottest pixels you take the first column by column. Go row by row.",
            *_both(_by_columns),
        ),
        "height for width": (
            "You divide the place by the number of rows. Row by row, place i lies in row i // W, "
            "column i % W.",
            *_both(_width_mistaken),
            _share(_not_zero(_width_mistaken_within)),
        ),
        "rows and columns exchanged": (
            "You have exchanged row and column of the hottest pixel: the row is the quotient, the "
            "column the rest.",
            *_both(_exchanged),
        ),
        "row and column apart": (
            "You look for the hottest row and for the hottest column apart: of several hottest "
            "pixels these may belong to different ones. Find one place.",
            *_both(_apart),
        ),
        "several hot pixels": (
            "You ask whether any of the hot pixels lies in the mask. Ask for the hottest alone.",
            _share(lambda heat, mask: (mask & (heat > heat.max() / 2)).any()),
        ),
        "pixels counted": (
            "You count the hottest pixels of all images together. Each image counts once, by the "
            "first of its own.",
            _of_hottest_pixels,
        ),
        "weak for zeros": (
            "Weak maps are misses in yours. Only a map of zeros points nowhere.",
            _share(lambda heat, mask: heat.max() > 1e-3 and mask.flatten()[int(heat.argmax())]),
        ),
        "sum of the heat": (
            "You ask whether most of the heat lies in the mask. Ask for the hottest pixel alone.",
            *_both(_mostly_inside),
            _share(_hotter_on_average),
        ),
        "coldest": ("You look where the coldest pixel lies: take argmax.", _share(_coldest)),
        "hottest of the batch": (
            "You take one hottest number for all images. Each image has its own hottest pixel.",
            _hottest_of_all,
            _only_as_hot_as_the_hottest,
        ),
        "misses": (
            "That is the share of misses. The share of hits is asked for.",
            _of_hits(lambda hits: 1 - sum(hits) / len(hits)),
        ),
        "a number of images": (
            "You return how many images are hits. Divide by how many there are.",
            _of_hits(sum),
        ),
        "percent": (
            "That is in percent. The share goes from 0 to 1.",
            _of_hits(lambda hits: 100 * sum(hits) / len(hits)),
        ),
        "each image by itself": (
            "You return each image's hit or miss. Return one number, the share of hits.",
            _of_hits(lambda hits: torch.tensor(hits).float()),
        ),
        "rounded": (
            "You round the share. Return it as it is.",
            _of_hits(lambda hits: round(sum(hits) / len(hits))),
            _of_hits(lambda hits: sum(hits) // len(hits)),
            _of_hits(lambda hits: round(sum(hits) / len(hits), 2)),
        ),
    },
    right=(
        _by_loops,
        _share(_not_zero(lambda heat, mask: mask.flatten()[int(heat.argmax())])),
        lambda heat, masks: (
            (masks.flatten(1) & (heat.flatten(1) > 0))[
                torch.arange(len(heat)), heat.flatten(1).argmax(1)
            ]
            .float()
            .mean()
        ),
    ),
    hints=(
        "heat.flatten(1) has each map in one row: its argmax(1) is the place of the hottest pixel, "
        "of several the first.",
        "masks.flatten(1) at that place says whether it is a hit: index with "
        "torch.arange(len(heat)) and the places, or take gather.",
        "A map of zeros has the maximum 0: only a maximum above 0 can be a hit.",
    ),
)
