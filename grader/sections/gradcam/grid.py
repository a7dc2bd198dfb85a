"""All maps of a layer in one picture."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.utils import make_grid  # type: ignore[import-untyped]

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def maps(*sizes: int) -> Tensor:
        """Maps of both signs, each with a range and a middle of its own."""
        strength = torch.tensor([0.5, 2, 1, 4, 3, 0.2, 5])[: sizes[0]].view(-1, 1, 1)
        return draw.normal(*sizes) * strength + strength

    steady = maps(6, 3, 2)
    steady[[1, 4]] = torch.tensor([0.0, 2.5]).view(2, 1, 1)
    steady[2] = -1.5
    small = draw.uniform(5, 2, 2) * 0.8 + 0.1
    small[:, 0, 1], small[:, 1, 0] = 0, 1
    return [
        Case(args=(maps(7, 2, 3),), about="columns left out, a row that is not full"),
        Case(args=(maps(4, 3, 2),), about="columns left out, one full row"),
        Case(args=(maps(2, 2, 3),), about="columns left out, fewer maps than columns"),
        Case(args=(maps(6, 2, 3), 3), about="full rows of maps that are wider than tall"),
        Case(args=(maps(5, 3, 2), 2), about="a last row with one map, taller than wide"),
        Case(args=(maps(3, 2, 2),), kwargs={"columns": 5}, about="more columns than maps, by name"),
        Case(args=(maps(3, 2, 3), 1), about="one column"),
        Case(args=(maps(1, 2, 3), 2), about="one map"),
        Case(args=(steady, 4), about="some maps of equal numbers"),
        Case(args=(maps(5, 2, 2) - 30, 3), about="negative numbers only"),
        Case(args=(maps(5, 1, 3) * 1000, 2), about="large numbers, maps of one row"),
        Case(args=(small * 0.003 + 0.001, 3), about="small numbers"),
    ]


def _scaled(maps: Tensor, steady: float = 0.0) -> Tensor:
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    return torch.where(high > low, (maps - low) / (high - low), steady)


def _rows(maps: Tensor, columns: int) -> int:
    return -(-len(maps) // columns)


def _filled(maps: Tensor, columns: int, value: float = 0.0) -> Tensor:
    """With as many more maps as fill the last row."""
    lacking = _rows(maps, columns) * columns - len(maps)
    return F.pad(maps, (0, 0, 0, 0, 0, lacking), value=value)


def _by_torchvision(maps: Tensor, columns: int = 4) -> Tensor:
    """The reference: torchvision's grid of single channels, each scaled by itself."""
    page = _filled(maps, columns)[:, None]
    grid: Tensor = make_grid(page, columns, padding=0, normalize=True, scale_each=True)
    return grid[0]


def _laid(maps: Tensor, columns: int) -> Tensor:
    """Scaled maps that fill all rows, side by side."""
    rows = [torch.cat([*row], dim=1) for row in maps.split(columns)]
    return torch.cat(rows)


def _side_by_side(maps: Tensor, columns: int, empty: float = 0.0) -> Tensor:
    return _laid(_filled(maps, columns, empty), columns)


def _of(
    scaled: Callable[[Tensor], Tensor] = _scaled,
    laid: Callable[[Tensor, int], Any] = _side_by_side,
    default: int = 4,
) -> Callable[..., Any]:
    """A grid with other numbers, or laid in another way."""

    def answer(maps: Tensor, columns: int = default) -> Any:
        return laid(scaled(maps), columns)

    return answer


def _plus(maps: Tensor, added: float) -> Tensor:
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    return (maps - low) / (high - low + added)


def _over_all(maps: Tensor) -> Tensor:
    return (maps - maps.min()) / (maps.max() - maps.min())


def _by_maximum(maps: Tensor) -> Tensor:
    return maps / maps.amax((1, 2), keepdim=True)


def _by_absolute_maximum(maps: Tensor) -> Tensor:
    most = maps.abs().amax((1, 2), keepdim=True)
    return torch.where(most > 0, maps / most, 0)


def _standardised(maps: Tensor) -> Tensor:
    centred = maps - maps.mean((1, 2), keepdim=True)
    return _not_where_steady(maps, centred / maps.std((1, 2), keepdim=True))


def _not_where_steady(maps: Tensor, scaled: Tensor) -> Tensor:
    """Scaled otherwise, with zeros for maps of equal numbers."""
    range_ = maps.amax((1, 2), keepdim=True) - maps.amin((1, 2), keepdim=True)
    return torch.where(range_ > 0, scaled, 0)


def _nan_where_steady(maps: Tensor) -> Tensor:
    return _scaled(maps, torch.nan)


def _left_as_they_are(maps: Tensor) -> Tensor:
    range_ = maps.amax((1, 2), keepdim=True) - maps.amin((1, 2), keepdim=True)
    return torch.where(range_ > 0, _scaled(maps), maps)


def _cut_to_the_maps(maps: Tensor, columns: int) -> Tensor:
    return _side_by_side(maps, min(columns, len(maps)))


def _without_the_last_row(maps: Tensor, columns: int) -> Tensor:
    full = len(maps) // columns * columns
    return _laid(maps[:full], columns) if full else maps.new_zeros(0, columns * maps.shape[2])


def _full_rows_or_one(maps: Tensor, columns: int) -> Tensor:
    full = len(maps) // columns * columns
    return _side_by_side(maps[:full] if full else maps, columns)


def _row_too_many(maps: Tensor, columns: int) -> Tensor:
    rows = len(maps) // columns + 1
    lacking = rows * columns - len(maps)
    return _laid(F.pad(maps, (0, 0, 0, 0, 0, lacking)), columns)


def _column_by_column(maps: Tensor, columns: int) -> Tensor:
    page = _filled(maps, columns)
    order = torch.arange(len(page)).view(columns, -1).T.flatten()
    return _laid(page[order], columns)


def _rows_for_columns(maps: Tensor, columns: int) -> Tensor:
    across = _rows(maps, columns)
    page = F.pad(maps, (0, 0, 0, 0, 0, columns * across - len(maps)))
    return _laid(page, across)


def _rows_and_columns_exchanged(maps: Tensor, columns: int) -> Tensor:
    """Map i in row i % columns and column i // columns."""
    page = _filled(maps, columns)
    order = torch.arange(len(page)).view(-1, columns).T.flatten()
    return _laid(page[order], len(page) // columns)


def _with_gaps(maps: Tensor, columns: int) -> Tensor:
    grid: Tensor = make_grid(maps[:, None], columns)
    return grid[0]


def _cut_anew(maps: Tensor, columns: int) -> Tensor:
    page = _filled(maps, columns)
    return page.reshape(_rows(maps, columns) * maps.shape[1], columns * maps.shape[2])


def _by_loops(maps: Tensor, columns: int = 4) -> Tensor:
    count, h, w = maps.shape
    page = torch.zeros(-(-count // columns) * h, columns * w)
    for i in range(count):
        low, high = maps[i].min(), maps[i].max()
        if high > low:
            top, left = i // columns * h, i % columns * w
            page[top : top + h, left : left + w] = (maps[i] - low) / (high - low)
    return page


GRID = Exercise(
    id="gradcam.grid",
    title="A page of maps",
    points=1,
    minutes=11,
    core=False,
    covers=("E14.12",),
    example=(
        (
            Case(args=(torch.tensor([[[1.0, 3]], [[2, 2]], [[-1, -2]]]), 2)),
            torch.tensor([[0.0, 1, 0, 0], [1, 0, 0, 0]]),
        ),
    ),
    cases=_cases,
    through="ask_grid",
    needs=("gradcam.scale",),
    reference=_by_torchvision,
    promises=("unchanged", "tensor"),
    wrong={
        "one scale for all": (
            "You scale all maps by one least and one greatest number, so that weak ones show "
            "nothing. Each map is scaled by its own two.",
            _of(_over_all),
            _of(lambda maps: maps, lambda maps, columns: _over_all(_side_by_side(maps, columns))),
            _of(lambda maps: _not_where_steady(maps, _over_all(maps))),
        ),
        "by the greatest alone": (
            "You divide by the greatest number, and the least one does not become 0: subtract it "
            "first, and divide by the difference of the two.",
            _of(_by_absolute_maximum),
            _of(_by_maximum),
            _of(lambda maps: _not_where_steady(maps, _by_maximum(maps))),
        ),
        "sign lost": (
            "You took absolute values: the least number of a map may be negative, and becomes 0.",
            _of(lambda maps: _by_absolute_maximum(maps).abs()),
            _of(lambda maps: _scaled(maps.abs())),
        ),
        "mean and spread": (
            "You subtract the mean and divide by the spread. The least number of a map becomes 0 "
            "and its greatest 1.",
            _of(_standardised),
        ),
        "not scaled": (
            "Your maps are not scaled. The least number of each becomes 0, its greatest 1.",
            _of(lambda maps: maps),
            _of(lambda maps: maps.clamp(0, 1)),
        ),
        "something added": (
            "You add a number to what you divide by, and maps of small numbers stay dark. Divide "
            "by the difference itself, and give maps of equal numbers zeros.",
            *(_of(partial(_plus, added=number)) for number in (1e-6, 1e-5, 1e-3, 1e-2)),
        ),
        "not a number": (
            "A map of equal numbers has no range to divide by. It becomes 0.",
            _of(_nan_where_steady),
        ),
        "equal numbers": (
            "Where a map has equal numbers only, yours is not 0.",
            _of(lambda maps: _scaled(maps, 0.5)),
            _of(lambda maps: _scaled(maps, 1.0)),
            _of(_left_as_they_are),
        ),
        "empty places": (
            "Places without a map are not 0 in yours.",
            *(_of(laid=partial(_side_by_side, empty=number)) for number in (0.5, 1.0)),
        ),
        "narrower": (
            "Your picture is narrower where there are fewer maps than columns. It is columns * w "
            "wide always, with zeros where no map is.",
            _of(laid=_cut_to_the_maps),
        ),
        "last row lost": (
            "A last row that is not full is missing: len(maps) // columns rounds down. Round up.",
            _of(laid=_without_the_last_row),
            _of(laid=_full_rows_or_one),
        ),
        "last row not filled": (
            "A last row with fewer maps is narrower than the others, to which torch.cat cannot put "
            "it. Fill it up with maps of zeros.",
            _of(laid=_laid),
        ),
        "a row too many": (
            "Where the last row is full you add another. Round len(maps) / columns up: "
            "-(-len(maps) // columns), or math.ceil.",
            _of(laid=_row_too_many),
        ),
        "column by column": (
            "You fill the columns from top to bottom. Map i stands in row i // columns: fill row "
            "after row.",
            _of(laid=_column_by_column),
        ),
        "rows for columns": (
            "You make as many rows as there should be columns.",
            _of(laid=_rows_for_columns),
            _of(laid=_rows_and_columns_exchanged),
        ),
        "gaps": (
            "There are gaps between your maps: make_grid draws them. padding=0 leaves them out.",
            _of(laid=_with_gaps),
        ),
        "cut anew": (
            "reshape alone leaves the numbers in their order, and rows of one map stand side by "
            "side. Make it (rows, columns, h, w), exchange the axes 1 and 2, then reshape.",
            _of(laid=_cut_anew),
        ),
        "another default": (
            "Your number of columns is another one where it is left out. It is 4.",
            *(_of(default=columns) for columns in (3, 5, 6, 8)),
        ),
        "rows and columns of a map": (
            "Each of your maps lies on its side: rows are columns.",
            _of(laid=lambda maps, columns: _side_by_side(maps.transpose(1, 2), columns)),
        ),
        "to 255": (
            "Your numbers go up to that of a byte. They go from 0 to 1.",
            _of(lambda maps: _scaled(maps) * 255),
        ),
    },
    right=(
        _by_loops,
        _of(),
        _of(lambda maps: _scaled(maps, torch.nan).nan_to_num()),
        _of(lambda maps: _plus(maps, 1e-8)),
    ),
    hints=(
        "Begin with zeros of the shape (rows * h, columns * w) and write map after map into it; "
        "rows is -(-len(maps) // columns).",
        "Map i begins at row i // columns * h and at column i % columns * w of the picture.",
        "Scale each by its own min and max, and leave it 0 where both are the same.",
    ),
)
