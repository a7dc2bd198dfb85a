"""Core: two sounds in both orders."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.signals.given import in_two_orders
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, a: int, b: int, gap: int) -> Case:
        return Case(args=(draw.normal(a), draw.normal(b), gap), about=about)

    n = draw.integer(4, 5)
    whole = draw.integers(1, 9, 3).long(), draw.integers(1, 9, 2).long()
    return [
        case("a shorter than b", 2, n, 3),
        case("a longer than b", n, 3, draw.integer(2, 4)),
        case("sounds of one length", n, n, 2),
        case("sounds as long as the gap", 3, 3, 3),
        case("one zero between", 3, n, 1),
        case("no gap at all", n, 2, 0),
        case("a long gap", 2, 3, draw.integer(7, 9)),
        case("sounds of one sample", 1, 1, 2),
        Case(args=(*whole, 2), about="whole numbers"),
    ]


def _rows(
    first: Callable[..., list[Any]], second: Callable[..., list[Any]] | None = None
) -> Callable[[Tensor, Tensor, int], Any]:
    """Each row of pieces: first(a, b, zeros), second(b, a, zeros), the same if left out."""

    def answer(a: Tensor, b: Tensor, gap: int) -> Any:
        zeros = a.new_zeros(gap)
        pieces = first(a, b, zeros), (second or first)(b, a, zeros)
        return torch.stack([torch.cat(row) for row in pieces])[:, None]

    return answer


def _right(a: Tensor, b: Tensor, z: Tensor) -> list[Tensor]:
    return [z, a, z, b, z]


def _after(change: Callable[[Tensor], Any]) -> Callable[[Tensor, Tensor, int], Any]:
    return lambda a, b, gap: change(in_two_orders(a, b, gap))


def _of_one_length(a: Tensor, b: Tensor, gap: int) -> Tensor:
    """An error where the lengths differ."""
    torch.stack((a, b))
    return in_two_orders(a, b, gap)


def _cut_before_the_end(a: Tensor, b: Tensor, gap: int) -> Tensor:
    """An error without a gap: what ends at -0 is empty."""
    rows = torch.zeros(2, 1, 3 * gap + len(a) + len(b), dtype=a.dtype)
    for row, (x, y) in zip(rows[:, 0], ((a, b), (b, a)), strict=True):
        row[gap : gap + len(x)] = x
        row[-gap - len(y) : -gap] = y
    return rows


def _made_equal(a: Tensor, b: Tensor, gap: int) -> Tensor:
    longer = max(len(a), len(b))
    return in_two_orders(F.pad(a, (0, longer - len(a))), F.pad(b, (0, longer - len(b))), gap)


def _rolled(by: Callable[[int, int, int], int]) -> Callable[[Tensor, Tensor, int], Tensor]:
    """The second row is the first one, shifted around: by(len(a), len(b), gap)."""

    def answer(a: Tensor, b: Tensor, gap: int) -> Tensor:
        y = in_two_orders(a, b, gap)
        return torch.cat([y[:1], y[:1].roll(by(len(a), len(b), gap), -1)])

    return answer


def _at_fixed_places(a: Tensor, b: Tensor, gap: int) -> Tensor:
    """Sounds are written where those of the first row lie, as far as there is room."""
    rows = torch.zeros(2, 1, 3 * gap + len(a) + len(b), dtype=a.dtype)
    for row, (x, y) in zip(rows[:, 0], ((a, b), (b, a)), strict=True):
        second = row[2 * gap + len(a) :]
        row[gap : gap + len(x)] = x
        second[: len(y)] = y[: len(second)]
    return rows


def _written_in(a: Tensor, b: Tensor, gap: int) -> Tensor:
    rows = torch.zeros(2, 1, 3 * gap + len(a) + len(b))
    for row, (x, y) in zip(rows, ((a, b), (b, a)), strict=True):
        row[0, gap : gap + len(x)] = x
        second = 2 * gap + len(x)
        row[0, second : second + len(y)] = y
    return rows


def _padded(a: Tensor, b: Tensor, gap: int) -> Tensor:
    a, b = F.pad(a, (gap, 0)), F.pad(b, (gap, 0))
    both = torch.stack((torch.hstack((a, b)), torch.hstack((b, a))))
    return F.pad(both, (0, gap)).unsqueeze(1)


def _by_numpy(a: Tensor, b: Tensor, gap: int) -> Tensor:
    z = np.zeros(gap, np.float32)
    rows = np.stack([np.concatenate([z, x, z, y, z]) for x, y in ((a, b), (b, a))])
    return torch.from_numpy(rows.reshape(2, 1, -1))


IN_TWO_ORDERS = Exercise(
    id="signals.in_two_orders",
    title="The same sounds in two orders",
    points=2,
    minutes=10,
    covers=("D7.1.5",),
    example=(
        (
            Case(args=(torch.tensor([1.0, 2]), torch.tensor([5.0]), 1)),
            [[[0, 1, 2, 0, 5, 0]], [[0, 5, 0, 1, 2, 0]]],
        ),
    ),
    cases=_cases,
    reference=in_two_orders,
    promises=("unchanged", "tensor"),
    wrong={
        "played backward": (
            "Your second row is the first one backward, so that each sound runs backward, too. "
            "Only the order changes: b first, then a, both forward.",
            lambda a, b, gap: torch.cat([(y := in_two_orders(a, b, gap))[:1], y[:1].flip(-1)]),
        ),
        "one order": (
            "Both of your rows have the sounds in the same order. The second has b first.",
            _rows(_right, lambda b, a, z: [z, a, z, b, z]),
            _rows(lambda a, b, z: [z, b, z, a, z], lambda b, a, z: [z, b, z, a, z]),
        ),
        "rows exchanged": (
            "Your rows are exchanged: the first has a first.",
            _after(lambda y: y.flip(0)),
        ),
        "no zeros at the ends": (
            "Zeros are missing at the beginning or at the end: `gap` of them stand there, too.",
            _rows(lambda a, b, z: [a, z, b]),
            _rows(lambda a, b, z: [z, a, z, b]),
            _rows(lambda a, b, z: [a, z, b, z]),
        ),
        "no zeros between": (
            "Your sounds follow each other without `gap` zeros between them.",
            _rows(lambda a, b, z: [z, a, b, z]),
            _rows(lambda a, b, z: [z, a, b, z, z]),
            _rows(lambda a, b, z: [z, z, a, b, z]),
            _rows(lambda a, b, z: [z, z, z, a, b]),
            _rows(lambda a, b, z: [a, b, z, z, z]),
        ),
        "one length": (
            "Your function fails where the sounds differ in length. The second sound of each row "
            "begins where the first one of that row, and a gap, end.",
            _of_one_length,
        ),
        "made equally long": (
            "You fill the shorter sound up to the length of the longer one. Each keeps its length.",
            _made_equal,
        ),
        "no gap at all": (
            "Your function does not work where `gap` is 0. Then nothing stands between the sounds, "
            "and a slice that ends at -gap would be empty.",
            _cut_before_the_end,
            lambda a, b, gap: in_two_orders(a, b, max(gap, 1)),
        ),
        "shifted around": (
            "Your second row is the first one, shifted around. That moves the gaps, too: put it "
            "together from its pieces, b first.",
            _rolled(lambda a, b, gap: b),
            _rolled(lambda a, b, gap: a),
            _rolled(lambda a, b, gap: b + gap),
            _rolled(lambda a, b, gap: a + gap),
            _rolled(lambda a, b, gap: -a - gap),
        ),
        "two gaps between": (
            "Between your sounds stand twice as many zeros: `gap` of them are there once.",
            _rows(lambda a, b, z: [z, a, z, z, b, z]),
            _rows(lambda a, b, z: [z, a, z, z, b]),
            _rows(lambda a, b, z: [a, z, z, b]),
        ),
        "places fixed": (
            "In your second row the second sound begins where it does in the first row. The "
            "sounds may differ in length.",
            _at_fixed_places,
        ),
        "sounds backward": (
            "Your sounds run backward. They run forward in both rows.",
            lambda a, b, gap: in_two_orders(a.flip(0), b.flip(0), gap),
        ),
        "one gap for all": (
            "Your zeros are not `gap`: their number is the same, or that of a sound's samples.",
            lambda a, b, gap: in_two_orders(a, b, 1),
            lambda a, b, gap: in_two_orders(a, b, len(a)),
        ),
        "another shape": (
            "Your numbers are right, the axes are not. Two signals of one channel have the shape "
            "(2, 1, length).",
            _after(lambda y: y[:, 0]),
            _after(lambda y: y.transpose(0, 1)),
            _after(lambda y: y.mT),
            _after(lambda y: y.flatten()),
            _after(lambda y: y.reshape(1, 1, -1)),
        ),
        "rows mixed": (
            "Your reshape mixes the two rows. Stack them on axis 0, and put in the axis of the "
            "channel by [:, None].",
            _after(lambda y: y[:, 0].T.reshape(2, 1, -1)),
        ),
    },
    right=(_written_in, _padded, _by_numpy),
    hints=(
        "torch.zeros(gap) is the silence. What are the five pieces of the first row?",
        "torch.cat joins the pieces of a row; torch.stack lays two rows of one length on each "
        "other.",
        "That gives (2, length); [:, None] puts in the axis of the channel.",
    ),
    forbidden=("course_lib",),
    stand_in="in_two_orders",
)
