"""Part C, kernels by hand: edges, and what transposing does to them."""

from collections.abc import Callable
from itertools import permutations

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS
from grader.marking.exercise import Essay, Exercise
from grader.sections.convolution.operators import cross_correlation

_STRIPES = torch.tensor([[1.0, 1, 0, 0, 0, 0, 1, 1]]).expand(6, 8)
_EDGES = cross_correlation(_STRIPES, torch.tensor([[1.0, -1.0]]))
_ROW = _EDGES[0].tolist()

EDGE_ROW = Exercise(
    id="convolution.edge_row",
    title="One row of the edge map",
    points=0,
    minutes=3,
    covers=("D7.2-edges",),
    asks="value",
    reference=_ROW,
    wrong={
        "sign": (
            "Right places, wrong signs: each entry is the left pixel minus the right one.",
            [-entry for entry in _ROW],
        ),
        "sign dropped": (
            "Right places, but the sign is missing: from one to zero and from zero to one are "
            "different edges, and the kernel tells them apart.",
            [abs(entry) for entry in _ROW],
            [-abs(entry) for entry in _ROW],
            [abs(entry) for entry in _ROW][:-1],
        ),
        "padded": (
            "Your row is as long as the image is wide. Two neighbours give one entry, so the row "
            "has one entry less.",
            [*_ROW, 1],
            [*_ROW, 0],
            [0, *_ROW],
            [-1, *_ROW],
        ),
        "one place off": (
            "An edge stands one place too far to one side. Entry j compares columns j and j + 1, "
            "counted from 0.",
            [0, *_ROW[:-1]],
            [*_ROW[1:], 0],
            *(
                [float(j == first) - float(j == second) for j in range(7)]
                for first in (0, 1, 2)
                for second in (4, 5, 6)
                if (first, second) not in ((1, 5), (0, 4), (2, 6))
            ),
        ),
        "wide edges": (
            "An edge takes one entry only: the one whose two pixels differ.",
            [0, 1, 1, 0, 0, -1, -1],
            [0, 1, 1, 0, -1, -1, 0],
            [1, 1, 0, 0, 0, -1, -1],
            [1, 1, 0, 0, -1, -1, 0],
        ),
        "too short": (
            "Your row has six entries. Eight columns have seven pairs of neighbours.",
            _ROW[:-1],
            _ROW[1:],
            [0, 1, 0, 0, -1, 0],
        ),
        "no edge": (
            "All your entries are 0. Where a one stands beside a zero, the difference is not 0.",
            *([0] * length for length in (6, 7, 8)),
        ),
        "too large": (
            "Right places and signs, but an edge is one pixel minus its neighbour: 1 - 0 or 0 - 1.",
            [2 * entry for entry in _ROW],
            [6 * entry for entry in _ROW],
        ),
        "one edge": (
            "One of the two edges is right, the other is missing: both from ones to zeros and from "
            "zeros to ones the difference is not 0.",
            [0, 1, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, -1, 0],
        ),
        "added": (
            "You added the two pixels. The kernel's second entry is -1: left minus right.",
            [2, 1, 0, 0, 0, 1, 2],
        ),
        "image": (
            "That is a row of the image. The output holds the differences of neighbours in it.",
            _STRIPES[0].tolist(),
            _STRIPES[0, :7].tolist(),
        ),
        "whole map": (
            "That is the whole output. All its rows are alike; hand in one of them.",
            _EDGES,
            _EDGES[:1],
        ),
    },
    right=(torch.tensor(_ROW), tuple(map(int, _ROW))),
    hints=(
        "The kernel covers two neighbours. Where both are the same, what is left minus right?",
        "Only two of the seven entries are not zero: where ones turn into zeros, and where zeros "
        "turn into ones.",
    ),
    needs=("convolution.corr2d",),
)

EDGES_BLIND = Essay(
    id="convolution.edges_blind",
    title="Edges that a kernel does not see",
    points=2,
    minutes=5,
    covers=("D7.2-edges",),
)


def _responses(*of: tuple[bool, bool]) -> Callable[[Tensor, Tensor], list[Tensor]]:
    """Outputs, for each pair: is the image, is the kernel transposed?"""
    return lambda X, K: [
        cross_correlation(X.T if image else X, K.T if kernel else K) for image, kernel in of
    ]


_PLAIN, _IMAGE, _KERNEL, _BOTH = (False, False), (True, False), (False, True), (True, True)

_SOME = ((True, False), (False, True), (True, True))


def _otherwise(
    change: Callable[[Tensor], Tensor], image: bool, kernel: bool
) -> Callable[[Tensor, Tensor], list[Tensor]]:
    """The outputs with another change in place of .T, of the image, the kernel, or both."""
    return lambda X, K: [
        cross_correlation(X, K),
        cross_correlation(change(X) if image else X.T, K),
        cross_correlation(X, change(K) if kernel else K.T),
    ]


def _reshaped(matrix: Tensor) -> Tensor:
    return matrix.reshape(matrix.shape[1], matrix.shape[0])


RESPONSES = Exercise(
    id="convolution.responses",
    title="Transposing the image, transposing the kernel",
    points=1,
    minutes=4,
    core=False,
    covers=("D7.2.1",),
    example=(
        (
            Case(args=(torch.tensor([[1.0, 2.0], [5.0, 9.0]]), torch.tensor([[1.0, -1.0]]))),
            [[[-1], [-4]], [[-4], [-7]], [[-4, -7]]],
        ),
    ),
    cases=lambda draw: [
        Case(args=(draw.normal(*size), draw.normal(*shape)), about=about)
        for about, size, shape in (
            ("a wide image", (5, draw.integer(7, 9)), (1, 2)),
            ("a tall image", (draw.integer(7, 9), 4), (3, 2)),
            ("a square image", (6, 6), (2, draw.integer(3, 5))),
            ("a square kernel", (5, 7), (3, 3)),
            ("a kernel as large as the image", (4, 4), (4, 4)),
        )
    ],
    reference=_responses(_PLAIN, _IMAGE, _KERNEL),
    wrong={
        "order": (
            "Your three outputs are right, but not in the order asked for: X with K, X.T with K, "
            "X with K.T.",
            *(
                _responses(*order)
                for order in permutations((_PLAIN, _IMAGE, _KERNEL))
                if order != (_PLAIN, _IMAGE, _KERNEL)
            ),
        ),
        "output transposed": (
            "Your second output is the first one transposed: that is what comes if the result is "
            "transposed, or the kernel with the image. Transpose the image alone.",
            _responses(_PLAIN, _BOTH, _KERNEL),
        ),
        "both transposed": (
            "Your third output is the first one transposed: that is what comes if the result is "
            "transposed, or the image with the kernel. Transpose the kernel alone.",
            _responses(_PLAIN, _IMAGE, _BOTH),
        ),
        "twice transposed": (
            "Both your second and your third output are the first one transposed. Transpose one "
            "thing at a time: the image alone, then the kernel alone.",
            _responses(_PLAIN, _BOTH, _BOTH),
        ),
        "nothing transposed": (
            "Two of your outputs, or all three, are alike: something is not transposed, or both "
            "times the same.",
            _responses(_PLAIN, _PLAIN, _PLAIN),
            _responses(_PLAIN, _PLAIN, _KERNEL),
            _responses(_PLAIN, _IMAGE, _PLAIN),
            _responses(_PLAIN, _IMAGE, _IMAGE),
            _responses(_PLAIN, _KERNEL, _KERNEL),
        ),
        "reshaped": (
            "reshape and view cut the rows anew and keep the order of the numbers. .T is what "
            "swaps rows and columns.",
            *(_otherwise(_reshaped, *which) for which in _SOME),
        ),
        "turned": (
            "You turned or mirrored what was to be transposed, as flip does. .T swaps "
            "rows and columns: only that.",
            *(_otherwise(torch.rot90, *which) for which in _SOME),
            *(_otherwise(lambda t: t.rot90(-1), *which) for which in _SOME),
            *(_otherwise(lambda t: t.flip(0, 1), *which) for which in _SOME),
        ),
        "flipped kernel": (
            "Your outputs are those of the kernel read backwards: that is true convolution. Lay it "
            "on the image as it is.",
            lambda X, K: _responses(_PLAIN, _IMAGE, _KERNEL)(X, K.flip(0, 1)),
        ),
        "one left out": (
            "Your list lacks an output. There are three: nothing transposed, then the image, then "
            "the kernel.",
            _responses(_IMAGE, _KERNEL),
            _responses(_PLAIN, _KERNEL),
            _responses(_PLAIN, _IMAGE),
        ),
        "fourth output": (
            "Your list has an output too many: nothing is asked of both transposed together.",
            _responses(_PLAIN, _IMAGE, _KERNEL, _BOTH),
        ),
    },
    right=(
        lambda X, K: tuple(
            torch.einsum("ijab,ab->ij", x.unfold(0, len(k), 1).unfold(1, k.shape[1], 1), k)
            for x, k in ((X, K), (X.T, K), (X, K.T))
        ),
    ),
    library={F.conv2d: False, _responses(_PLAIN, _IMAGE, _KERNEL): False},
    hints=(
        "Your corr2d does the work; you call it three times.",
        "X.T is the transposed image, K.T the transposed kernel. Each is used once.",
        "Return a list: first corr2d(X, K), then the call with X.T in place of X, then the call "
        "with K.T in place of K.",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    promises=("unchanged",),
    needs=("convolution.corr2d", "convolution.corr2d_fast"),
)

DIAGONAL_WHY = Essay(
    id="convolution.diagonal_why",
    title="A diagonal line, transposed",
    points=2,
    minutes=6,
    core=False,
    covers=("D7.2.1",),
)
