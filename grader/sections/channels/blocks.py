"""Extra to part C: a 1x1 convolution in groups as a matrix of blocks."""

import scipy.linalg
import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _blocks(draw: Draw) -> list[Case]:
    """m blocks (r, c), n columns of x: all four different but where the setting says otherwise."""
    return [
        Case(args=(draw.normal(m, r, c), draw.normal(m * c, n)), about=about)
        for about, m, r, c, n in (
            ("wide blocks", 2, 3, 4, 5),
            ("tall blocks", 3, 4, 2, 5),
            ("square blocks", 2, 3, 3, 4),
            ("many blocks", draw.integer(5, 6), 2, 4, 3),
            ("as many blocks as each has rows and columns", 3, 3, 3, 2),
            ("a single column of x", 4, 2, 3, 1),
            ("blocks of one row", 3, 1, 2, 5),
            ("blocks of one column", 3, 2, 1, 5),
            ("blocks of a single number", 4, 1, 1, 3),
            ("a single block", 1, 3, 4, 2),
        )
    ]


def _in_turn(x: Tensor, m: int) -> Tensor:
    """The rows 0, m, 2m, ..., then 1, m+1, ..."""
    return torch.cat([x[first::m] for first in range(m)])


def _with_scipy(blocks: Tensor, x: Tensor) -> Tensor:
    """SciPy's matrix, zeros and all; its product is none of torch's, so no work is counted."""
    product: Tensor = torch.as_tensor(scipy.linalg.block_diag(*blocks.numpy()) @ x.numpy())
    return product


def _with_zeros(blocks: Tensor, x: Tensor) -> Tensor:
    m, r, c = blocks.shape
    matrix = torch.zeros(m * r, m * c)
    for i, block in enumerate(blocks):
        matrix[i * r : (i + 1) * r, i * c : (i + 1) * c] = block
    return matrix @ x


def _batched(blocks: Tensor, x: Tensor) -> Tensor:
    """(m, r, n)"""
    return blocks @ x.reshape(len(blocks), blocks.shape[2], -1)


def _block_by_block(blocks: Tensor, x: Tensor) -> Tensor:
    return torch.cat(
        [block @ piece for block, piece in zip(blocks, x.chunk(len(blocks)), strict=True)]
    )


def _first_and_last(blocks: Tensor, x: Tensor) -> Tensor:
    c = blocks.shape[2]
    return torch.cat([blocks[0] @ x[:c], blocks[-1] @ x[c : 2 * c]])


def _columns(blocks: Tensor, x: Tensor) -> Tensor:
    """Block by block and column by column, by products of a matrix and a vector."""
    pieces = x.unflatten(0, (len(blocks), -1))
    rows = [
        torch.stack([b @ column for column in p.T], 1) for b, p in zip(blocks, pieces, strict=True)
    ]
    return torch.cat(rows)


def _zeros_by_columns(blocks: Tensor, x: Tensor) -> Tensor:
    matrix: Tensor = torch.block_diag(*blocks)
    return torch.stack([matrix @ column for column in x.T], 1)


BLOCK_PRODUCT = Exercise(
    id="channels.block_product",
    title="A block-diagonal matrix, block by block",
    points=2,
    minutes=6,
    core=False,
    covers=("D7.4.7",),
    example=(
        (
            Case(
                args=(
                    torch.tensor([[[1.0, 2]], [[3.0, 4]]]),
                    torch.tensor([[1.0], [1], [10], [1]]),
                )
            ),
            {"product": [[3], [34]], "zeros left alone": True},
        ),
    ),
    cases=_blocks,
    reference=_with_scipy,
    through="with_work",
    promises=("unchanged", "tensor"),
    wrong={
        "full matrix": (
            "The result is right, but your products take more multiply-adds than the blocks have "
            "numbers: with zeros, or for what is thrown away. Multiply each block by its own rows "
            "of x, once.",
            _with_zeros,
        ),
        "blocks added": (
            "You added the results of the blocks. Each block makes rows of its own; they stand "
            "below one another.",
            lambda blocks, x: _batched(blocks, x).sum(0),
        ),
        "one block for all": (
            "You multiplied every part of x by one block, the first or the last.",
            lambda blocks, x: _block_by_block(blocks[:1].expand_as(blocks), x),
            lambda blocks, x: _block_by_block(blocks[-1:].expand_as(blocks), x),
        ),
        "first rows for all": (
            "You multiplied every block by the first rows of x. Each block has rows of its own: "
            "the first c belong to the first block, the next c to the second.",
            lambda blocks, x: (blocks @ x[: blocks.shape[2]]).flatten(0, 1),
        ),
        "every m-th row": (
            "You dealt the rows of x out in turn. A block reads neighbouring rows: the first one "
            "the first c of them, the second the next c.",
            lambda blocks, x: _block_by_block(blocks, _in_turn(x, len(blocks))),
        ),
        "results interleaved": (
            "Your rows are right, their order is not: all rows of the first block come first.",
            lambda blocks, x: _batched(blocks, x).transpose(0, 1).flatten(0, 1),
        ),
        "stacked": (
            "You stacked the results along a new axis. Their rows stand below one another: "
            "torch.cat joins them.",
            _batched,
        ),
        "two blocks only": (
            "You multiplied two blocks. There are m of them, len(blocks): go through all.",
            _first_and_last,
        ),
        "one column of x": (
            "Your result has a single column. Each block is multiplied by all columns of its rows "
            "of x.",
            lambda blocks, x: _batched(blocks, x[:, :1]).flatten(0, 1),
        ),
        "transposed": (
            "You transposed the blocks. They are multiplied as they are, (r, c) by (c, n).",
            lambda blocks, x: torch.cat(
                [b.T @ x[i * len(b) :][: len(b)] for i, b in enumerate(blocks)]
            ),
        ),
        "side by side": (
            "You set the results side by side. Their rows stand below one another: torch.cat "
            "along the first axis.",
            lambda blocks, x: torch.cat([*_batched(blocks, x)], 1),
        ),
    },
    parts={
        "zeros left alone": "The result is right, but your products take more multiply-adds than "
        "the blocks have numbers: with zeros, or for what is thrown away. Multiply each block by "
        "its own rows of x, once.",
    },
    right=(
        lambda blocks, x: _batched(blocks, x).flatten(0, 1),
        _columns,
        lambda blocks, x: torch.einsum(
            "mrc,mcn->mrn", blocks, x.reshape(len(blocks), blocks.shape[2], -1)
        ).reshape(-1, x.shape[1]),
        lambda blocks, x: (
            (blocks[..., None] * x.unflatten(0, (len(blocks), 1, -1))).sum(2).flatten(0, 1)
        ),
    ),
    library={_zeros_by_columns: False, _with_scipy: False},
    hints=(
        "Which rows of x does the first block read? It meets zeros everywhere else.",
        "x.chunk(m) cuts x into m pieces of c rows, one for each block.",
        "torch.cat([block @ piece for block, piece in zip(blocks, x.chunk(len(blocks)))]). One "
        "batched product does it, too: blocks @ x.unflatten(0, (m, c)), then flatten(0, 1).",
    ),
    forbidden=(
        "aten::block_diag",
        "torch.block_diag",
        "scipy.linalg",
        "scipy.sparse",
        "numpy",
        ".numpy",
    ),
    needs=(
        "channels.corr2d_multi_in",
        "channels.corr2d_multi_in_out",
        "channels.conv1x1",
        "channels.group_conv2d",
    ),
)
