"""Section 03: marking of groups, blocks and shuffling."""

import numpy as np
import scipy.linalg
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.channels.groups import work_case
from grader.former.marking import Marking, Mutant, named_wrongs
from grader.sections.channels.summing import by_loops, corr2d_multi_in_out


def group_conv2d(X: Tensor, K: Tensor, groups: int) -> Tensor:
    """The solution: (c_i, H, W), (c_o, c_i/groups, h, w) -> (c_o, H-h+1, W-w+1)."""
    pieces = zip(X.chunk(groups), K.chunk(groups), strict=True)
    return torch.cat([corr2d_multi_in_out(x, k) for x, k in pieces])


def block_product(blocks: Tensor, x: Tensor) -> Tensor:
    """The solution: (m, r, c), (m·c, n) -> (m·r, n)."""
    pieces = x.chunk(len(blocks))
    return torch.cat([block @ piece for block, piece in zip(blocks, pieces, strict=True)])


def channel_shuffle(X: Tensor, groups: int) -> Tensor:
    """The solution: (c, H, W), one channel of each group in turn."""
    return X.reshape(groups, -1, *X.shape[1:]).transpose(0, 1).reshape(X.shape)


def _group_cases(draw: Draw) -> list[Case]:
    # At least two channels of each group on both sides: with one, the orders cannot be told apart.
    return [
        Case(
            args=(
                draw.normal(groups * in_each, 5, 6),
                draw.normal(groups * out_each, in_each, *kernel),
                groups,
            ),
            about=about,
        )
        for about, groups, in_each, out_each, kernel in (
            ("two groups", 2, draw.integer(2, 4), draw.integer(2, 4), (2, 3)),
            ("three groups", 3, 2, draw.integer(2, 3), (3, 2)),
            ("more groups", draw.integer(4, 5), 2, 2, (1, 3)),
        )
    ]


def _masked(case: Case) -> Tensor:
    """The reference: a standard convolution whose weights between groups are zero."""
    X, K, groups = case.args
    c_i, c_o = len(X), len(K)
    full = torch.zeros(c_o, c_i, *K.shape[2:])
    for o in range(c_o):
        for i in range(K.shape[1]):
            full[o, o * groups // c_o * K.shape[1] + i] = K[o, i]
    return by_loops(Case(args=(X, full)))


def _filter_by_filter(X: Tensor, K: Tensor, groups: int) -> Tensor:
    width, outputs = K.shape[1], []
    for o, kernel in enumerate(K):
        first = o // (len(K) // groups) * width
        outputs.append(corr2d_multi_in_out(X[first : first + width], kernel[None])[0])
    return torch.stack(outputs)


def _in_turn(x: Tensor, groups: int) -> Tensor:
    return torch.cat([x[group::groups] for group in range(groups)])


def _block_cases(draw: Draw) -> list[Case]:
    cases = [
        Case(args=(draw.normal(m, r, c), draw.normal(m * c, n)), about=about)
        for about, m, r, c, n in (
            ("wide blocks", 2, 2, draw.integer(4, 5), 3),
            ("tall blocks", 3, draw.integer(4, 5), 2, 4),
            ("many blocks", draw.integer(6, 8), 3, 3, 2),
        )
    ]
    return [*cases, work_case(*cases[-1].args)]


def _full_matrix(case: Case) -> Tensor:
    """The reference, by SciPy's block-diagonal matrix."""
    blocks, x = (tensor.double().numpy() for tensor in case.args[:2])
    return torch.from_numpy(scipy.linalg.block_diag(*blocks) @ x)


def _with_zeros(blocks: Tensor, x: Tensor) -> Tensor:
    m, r, c = blocks.shape
    matrix = torch.zeros(m * r, m * c)
    for i, block in enumerate(blocks):
        matrix[i * r : (i + 1) * r, i * c : (i + 1) * c] = block
    return matrix @ x


def _batched(blocks: Tensor, x: Tensor) -> Tensor:
    m, _, c = blocks.shape
    return (blocks @ x.reshape(m, c, -1)).flatten(0, 1)


def _shuffle_cases(draw: Draw) -> list[Case]:
    # Never as many groups as channels in each: there the shuffle undoes itself.
    return [
        Case(args=(draw.normal(groups * each, 2, 3), groups), about=about)
        for about, groups, each in (
            ("two groups", 2, draw.integer(3, 5)),
            ("three groups", 3, draw.choice([2, 4, 5])),
            ("groups of two channels", draw.integer(3, 6), 2),
        )
    ]


def _by_index(case: Case) -> Tensor:
    """The reference: channel j of the output is channel j // groups of group j % groups."""
    X, groups = case.args
    each = len(X) // groups
    order = [group * each + place for place in range(each) for group in range(groups)]
    return torch.from_numpy(X.numpy()[np.array(order)])


def _conv2d(X: Tensor, K: Tensor, groups: int) -> Tensor:
    return F.conv2d(X, K, groups=groups)


def _torch_block_diag(blocks: Tensor, x: Tensor) -> Tensor:
    matrix: Tensor = torch.block_diag(*blocks)
    return matrix @ x


def _scipy_block_diag(blocks: Tensor, x: Tensor) -> Tensor:
    return torch.as_tensor(scipy.linalg.block_diag(*blocks.numpy())).to(x) @ x


def _shuffle_operator(X: Tensor, groups: int) -> Tensor:
    return F.channel_shuffle(X[None], groups)[0]


def _shuffle_module(X: Tensor, groups: int) -> Tensor:
    shuffled: Tensor = nn.ChannelShuffle(groups)(X[None])[0]
    return shuffled


def _pixel_shuffle(X: Tensor, groups: int) -> Tensor:
    return F.pixel_shuffle(X, groups)


_GROUP_MISTAKES, _GROUP_MUTANTS = named_wrongs(
    "channels.group_conv2d",
    {
        "every g-th channel": lambda X, K, g: group_conv2d(_in_turn(X, g), K, g),
        "first group read by all": lambda X, K, g: corr2d_multi_in_out(X[: K.shape[1]], K),
        "groups added": lambda X, K, g: sum(
            corr2d_multi_in_out(x, k) for x, k in zip(X.chunk(g), K.chunk(g), strict=True)
        ),
        "stacked": lambda X, K, g: torch.stack(
            [corr2d_multi_in_out(x, k) for x, k in zip(X.chunk(g), K.chunk(g), strict=True)]
        ),
        "filters in turn": lambda X, K, g: torch.cat(
            [corr2d_multi_in_out(X.chunk(g)[o % g], k[None]) for o, k in enumerate(K)]
        ),
        "outputs interleaved": lambda X, K, g: channel_shuffle(group_conv2d(X, K, g), g),
    },
)
_BLOCK_MISTAKES, _BLOCK_MUTANTS = named_wrongs(
    "channels.block_product",
    {
        "blocks added": lambda blocks, x: sum(
            block @ piece for block, piece in zip(blocks, x.chunk(len(blocks)), strict=True)
        ),
        "first block for all": lambda blocks, x: block_product(blocks[:1].expand_as(blocks), x),
        "every m-th row": lambda blocks, x: block_product(blocks, _in_turn(x, len(blocks))),
        "results interleaved": lambda blocks, x: torch.stack(
            [block @ piece for block, piece in zip(blocks, x.chunk(len(blocks)), strict=True)], 1
        ).flatten(0, 1),
        "stacked": lambda blocks, x: torch.stack(
            [block @ piece for block, piece in zip(blocks, x.chunk(len(blocks)), strict=True)]
        ),
    },
)
_SHUFFLE_MISTAKES, _SHUFFLE_MUTANTS = named_wrongs(
    "channels.channel_shuffle",
    {
        "undone": lambda X, groups: channel_shuffle(X, len(X) // groups),
        "unchanged": lambda X, groups: X.reshape(groups, -1).reshape(X.shape),
        "pixels shuffled": lambda X, groups: X.reshape(groups, -1).T.reshape(X.shape),
        "groups swapped whole": lambda X, groups: torch.cat(X.chunk(groups)[::-1]),
    },
)

MARKINGS = (
    Marking(
        exercise="channels.group_conv2d",
        cases=_group_cases,
        expect=_masked,
        mistakes=_GROUP_MISTAKES,
        solution=group_conv2d,
        mutants=(*_GROUP_MUTANTS, Mutant("filter by filter", _filter_by_filter, state="right")),
        library={_conv2d: False},
    ),
    Marking(
        exercise="channels.block_product",
        cases=_block_cases,
        expect=_full_matrix,
        mistakes=_BLOCK_MISTAKES,
        solution=block_product,
        mutants=(
            *_BLOCK_MUTANTS,
            Mutant("zeros and all", _with_zeros, state="partly right", mistake="full matrix"),
            Mutant("one batched product", _batched, state="right"),
        ),
        library={_torch_block_diag: False, _scipy_block_diag: False},
    ),
    Marking(
        exercise="channels.channel_shuffle",
        cases=_shuffle_cases,
        expect=_by_index,
        mistakes=_SHUFFLE_MISTAKES,
        solution=channel_shuffle,
        mutants=(
            *_SHUFFLE_MUTANTS,
            Mutant(
                "by steps",
                lambda X, groups: torch.cat(
                    [X[place :: len(X) // groups] for place in range(len(X) // groups)]
                ),
                state="right",
            ),
        ),
        library={_shuffle_operator: False, _shuffle_module: False, _pixel_shuffle: False},
    ),
)
