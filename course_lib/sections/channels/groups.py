"""Part C, who reads whom: groups, blocks, and what mixes them."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED
from course_lib.sections.channels.facts import convolution


def _in_turn(x: Tensor, groups: int) -> Tensor:
    """The rows 0, g, 2g, ..., then 1, g+1, ..."""
    return x.reshape(-1, groups, *x.shape[1:]).transpose(0, 1).flatten(0, 1)


def _group_case(
    draw: Draw, groups: int, in_each: int, out_each: int, kernel: tuple[int, int], about: str
) -> Case:
    X = draw.integers(-4, 5, groups * in_each, 4, 5)
    K = draw.integers(-3, 3, groups * out_each, in_each, *kernel) + 0.5
    return Case(args=(X, K, groups), about=about)


def _group_cases(draw: Draw) -> list[Case]:
    X = torch.tensor([1.0, 2, 3, 4])[:, None, None]
    K = torch.tensor([[1.0, 1], [1, -1]])[:, :, None, None]
    return [
        Case(args=(X, K, 2), about=WORKED),
        _group_case(draw, 2, 2, 3, (2, 2), "two groups, two channels in and three out each"),
        _group_case(draw, 3, 2, 2, (1, 3), "three groups"),
        _group_case(draw, 1, 3, 2, (2, 2), "groups=1, a standard convolution"),
        _group_case(draw, 4, 1, 1, (2, 2), "groups=C_in, a depthwise convolution"),
    ]


def _grouped(case: Case) -> Tensor:
    X, K, groups = case.args
    return convolution(X, K, groups)


def _by_group(case: Case) -> Tensor:
    """The output with an axis for the groups: (groups, c_o/groups, rows, columns)."""
    Y = _grouped(case)
    return Y.reshape(case.args[2], -1, *Y.shape[1:])


def _filters_in_turn(case: Case) -> Tensor:
    """Filter o on group o % groups."""
    X, K, groups = case.args
    outputs = convolution(X, _in_turn(K, groups), groups)
    return _in_turn(outputs, len(K) // groups)


GROUP_CONV2D = Exercise(
    id="channels.group_conv2d",
    title="Group convolution",
    points=3,
    covers=("E14.31",),
    cases=_group_cases,
    expect=_grouped,
    mistakes=(
        Mistake(
            "every g-th channel",
            "You dealt the channels out like cards: 0, g, 2g, … in the first group. A group holds "
            "neighbouring channels: the first c_i / g of them, then the next.",
            lambda case: convolution(_in_turn(case.args[0], case.args[2]), *case.args[1:]),
        ),
        Mistake(
            "first group read by all",
            "All your groups of filters read the first group of channels. Each group of filters "
            "reads the group of channels at the same place.",
            lambda case: convolution(
                case.args[0][: case.args[1].shape[1]].repeat(case.args[2], 1, 1), *case.args[1:]
            ),
        ),
        Mistake(
            "groups added",
            "You added the outputs of the groups. They are output channels of their own, one "
            "group after the other.",
            lambda case: _by_group(case).sum(0),
        ),
        Mistake(
            "stacked",
            "You stacked the groups' outputs along a new axis. They are output channels, one group "
            "after the other: torch.cat joins them along the axis that they have.",
            _by_group,
        ),
        Mistake(
            "filters in turn",
            "You dealt the filters out in turn: filter 0 to the first group, filter 1 to the "
            "second. The first c_o / g filters all read the first group of channels.",
            _filters_in_turn,
        ),
        Mistake(
            "outputs interleaved",
            "You put the outputs in turn: one of each group, then the next of each. The output "
            "channels of a group stay together.",
            lambda case: _by_group(case).transpose(0, 1).flatten(0, 1),
        ),
    ),
    hints=(
        "Cut X into groups of channels, and K into as many groups of filters. What do the first "
        "two pieces give?",
        "X.chunk(groups) and K.chunk(groups) cut along the first axis into equal pieces.",
        "torch.cat([corr2d_multi_in_out(x, k) for x, k in zip(X.chunk(groups), "
        "K.chunk(groups))]) joins the output channels of all groups.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    returns="tensor",
)


def counting_work(
    block_product: Callable[[Tensor, Tensor], Any], blocks: Tensor, x: Tensor, work: bool = False
) -> Any:
    """What the function answers, or how many multiply-adds its matrix products take."""
    if not work:
        return block_product(blocks, x)
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        block_product(blocks, x)
    return int(counter.get_total_flops()) // 2


def work_case(blocks: Tensor, x: Tensor) -> Case:
    """Asks whether the zeros around the blocks are left alone."""

    def verify(answer: Any) -> Mistake | None:
        return _FULL_MATRIX if answer > blocks.numel() * x.shape[1] else None

    return Case(args=(blocks, x, True), about="no work on the zeros", verify=verify)


def _block_cases(draw: Draw) -> list[Case]:
    blocks = torch.tensor([[[1.0, 2]], [[3.0, 4]]])
    x = torch.tensor([[1.0], [1], [10], [1]])
    three = draw.integers(-3, 3, 3, 2, 4) + 0.5, draw.integers(-4, 5, 12, 5)
    return [
        Case(args=(blocks, x), about=WORKED),
        Case(args=three, about="three blocks, five columns"),
        work_case(*three),
    ]


_FULL_MATRIX = Mistake(
    "full matrix",
    "The result is right, but your products take more multiply-adds than the blocks have: most of "
    "them are with zeros. Multiply each block by its own rows of x.",
)


def _block_diagonal(blocks: Tensor, x: Tensor) -> Tensor:
    """The product with the full matrix, zeros and all."""
    matrix: Tensor = torch.block_diag(*blocks)
    return matrix @ x


def _result(case: Case) -> Tensor:
    return _block_diagonal(*case.args)


BLOCK_PRODUCT = Exercise(
    id="channels.block_product",
    title="A block-diagonal matrix, block by block",
    points=2,
    covers=("D7.4.7",),
    cases=_block_cases,
    expect=_result,
    mistakes=(
        Mistake(
            "blocks added",
            "You added the results of the blocks. Each block makes rows of its own; they stand "
            "below one another.",
            lambda case: _result(case).unflatten(0, (len(case.args[0]), -1)).sum(0),
        ),
        Mistake(
            "first block for all",
            "You multiplied every part of x by the first block.",
            lambda case: _block_diagonal(case.args[0][:1].expand_as(case.args[0]), case.args[1]),
        ),
        Mistake(
            "every m-th row",
            "You dealt the rows of x out in turn. A block reads neighbouring rows: the first one "
            "the first c of them, the second the next c.",
            lambda case: _block_diagonal(case.args[0], _in_turn(case.args[1], len(case.args[0]))),
        ),
        Mistake(
            "results interleaved",
            "Your rows are right, their order is not: all rows of the first block come first.",
            lambda case: _in_turn(_result(case), _result(case).shape[0] // len(case.args[0])),
        ),
        Mistake(
            "stacked",
            "You stacked the results along a new axis. Their rows stand below one another: "
            "torch.cat joins them.",
            lambda case: _result(case).unflatten(0, (len(case.args[0]), -1)),
        ),
        _FULL_MATRIX,
    ),
    hints=(
        "Which rows of x does the first block read? It meets zeros everywhere else.",
        "x.chunk(m) cuts x into m pieces of c rows, one for each block.",
        "torch.cat([block @ piece for block, piece in zip(blocks, x.chunk(len(blocks)))]). One "
        "batched product does it, too: blocks @ x.unflatten(0, (m, c)), then flatten(0, 1).",
    ),
    forbidden=("aten::block_diag", "torch.block_diag", "scipy.linalg", "scipy.sparse"),
    returns="tensor",
    through=counting_work,
)


def _shuffle_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(torch.arange(6.0)[:, None, None], 2), about=WORKED),
        Case(args=(draw.integers(-9, 9, 12, 2, 3), 3), about="twelve channels in three groups"),
    ]


def _shuffled(case: Case) -> Tensor:
    X, groups = case.args
    return F.channel_shuffle(X[None], groups)[0]


CHANNEL_SHUFFLE = Exercise(
    id="channels.channel_shuffle",
    title="Channel shuffle",
    points=1,
    covers=("D7.4.7",),
    cases=_shuffle_cases,
    expect=_shuffled,
    mistakes=(
        Mistake(
            "undone",
            "That is the shuffle undone: you started from the wrong grid. Write the channels "
            "into one row per group, then read the grid column by column.",
            lambda case: F.channel_shuffle(case.args[0][None], len(case.args[0]) // case.args[1])[
                0
            ],
        ),
        Mistake(
            "unchanged",
            "Nothing has moved: reshaping there and back keeps the order. Swap the two axes in "
            "between.",
            lambda case: case.args[0],
        ),
        Mistake(
            "pixels shuffled",
            "You dealt the pixels out anew, not whole channels. Keep height and width as axes of "
            "their own: (groups, c / groups, H, W).",
            lambda case: case.args[0].reshape(case.args[1], -1).T.reshape(case.args[0].shape),
        ),
        Mistake(
            "groups swapped whole",
            "You moved whole groups; inside them the same channels are still together. Take one "
            "channel of each group in turn.",
            lambda case: torch.cat(case.args[0].chunk(case.args[1])[::-1]),
        ),
    ),
    hints=(
        "Write the channels in a grid with one row per group, and read it column by column.",
        "Reshape the first axis to (groups, c / groups), swap these two axes, and make them one "
        "axis again.",
        "X.unflatten(0, (groups, -1)).transpose(0, 1).flatten(0, 1)",
    ),
    forbidden=("aten::channel_shuffle", "aten::native_channel_shuffle", "torch.nn.ChannelShuffle"),
    returns="tensor",
    keeps_inputs=True,
)
