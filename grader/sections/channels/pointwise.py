"""Section 03: marking of 1x1 convolution."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from grader.former.marking import Marking, Mutant, named_wrongs


def conv1x1(X: Tensor, K: Tensor) -> Tensor:
    """The solution: (c_i, H, W), (c_o, c_i, 1, 1) -> (c_o, H, W)."""
    return (K.flatten(1) @ X.flatten(1)).reshape(len(K), *X.shape[1:])


def merge_1x1(K1: Tensor, b1: Tensor, K2: Tensor, b2: Tensor) -> list[Tensor]:
    """The solution: weights (c_m, c_i) and (c_o, c_m) with biases -> one layer's [K, b]."""
    return [K2 @ K1, K2 @ b1 + b2]


def _conv1x1_cases(draw: Draw) -> list[Case]:
    # Four channels in and out, so that transposed weights fit.
    K = draw.normal(4, 4, 1, 1)
    wide = draw.normal(draw.integer(5, 7), 3, 1, 1)
    return [
        Case(args=(draw.normal(4, 3, draw.integer(4, 5)), K), about="a small image"),
        Case(args=(draw.normal(4, 8, draw.integer(9, 12)), K), about="a larger image"),
        Case(args=(draw.normal(3, 5, 4), wide), about="more channels out than in"),
    ]


def _pixel_by_pixel(case: Case) -> Tensor:
    """The reference: a dense layer at each pixel."""
    X, K = case.args[0].double(), case.args[1].double()[:, :, 0, 0]
    columns = [torch.stack([K.mv(pixel) for pixel in row.T]) for row in X.transpose(0, 1)]
    return torch.stack(columns).permute(2, 0, 1)


def _merge_cases(draw: Draw) -> list[Case]:
    def layers(about: str, c_i: int, c_m: int, c_o: int) -> Case:
        biases = draw.normal(c_m) + 2, draw.normal(c_o) - 3
        weights = draw.normal(c_m, c_i), draw.normal(c_o, c_m)
        return Case(args=(weights[0], biases[0], weights[1], biases[1]), about=about)

    return [
        layers("as many channels everywhere", 3, 3, 3),
        layers("more channels between", 2, draw.integer(5, 8), 3),
        layers("few channels between", draw.integer(5, 8), 2, 4),
    ]


def _on_unit_pixels(case: Case) -> list[Tensor]:
    """The reference: the bias is the answer to a black pixel, a column that to a unit pixel."""
    K1, b1, K2, b2 = (part.double() for part in case.args)
    pixels = torch.cat([torch.zeros(1, K1.shape[1]), torch.eye(K1.shape[1])]).double()
    answers = F.linear(F.linear(pixels, K1, b1), K2, b2)
    return [(answers[1:] - answers[0]).T, answers[0]]


def _by_extra_channel(K1: Tensor, b1: Tensor, K2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """Biases as weights of one more channel that is always 1."""
    first = torch.cat([torch.cat([K1, b1[:, None]], 1), torch.eye(K1.shape[1] + 1)[-1:]])
    both = torch.cat([K2, b2[:, None]], 1) @ first
    return both[:, :-1], both[:, -1]


def _conv2d(X: Tensor, K: Tensor) -> Tensor:
    return F.conv2d(X[None], K)[0]


def _linear(X: Tensor, K: Tensor) -> Tensor:
    return F.linear(X.permute(1, 2, 0), K[:, :, 0, 0]).permute(2, 0, 1)


def _einsum(X: Tensor, K: Tensor) -> Tensor:
    return torch.einsum("oc,chw->ohw", K[:, :, 0, 0], X)


def _pixel_loop(X: Tensor, K: Tensor) -> Tensor:
    Y = torch.zeros(len(K), *X.shape[1:])
    for i in range(X.shape[1]):
        for j in range(X.shape[2]):
            Y[:, i, j] = (K.flatten(1) @ X[:, i, j, None])[:, 0]
    return Y


_CONV_MISTAKES, _CONV_MUTANTS = named_wrongs(
    "channels.conv1x1",
    {
        "pixels cut anew": lambda X, K: (X.reshape(-1, len(X)) @ K.flatten(1).T).T.reshape(
            len(K), *X.shape[1:]
        ),
        "pixels cut anew, and the output": lambda X, K: (
            X.reshape(-1, len(X)) @ K.flatten(1).T
        ).reshape(len(K), *X.shape[1:]),
        "channels last": lambda X, K: X.permute(1, 2, 0) @ K.flatten(1).T,
        "reshaped, not transposed": lambda X, K: (X.flatten(1).T @ K.flatten(1).T).reshape(
            len(K), *X.shape[1:]
        ),
        "weights transposed": lambda X, K: conv1x1(X, K.transpose(0, 1)),
    },
)
_MERGE_MISTAKES, _MERGE_MUTANTS = named_wrongs(
    "channels.merge_1x1",
    {
        "first bias lost": lambda K1, b1, K2, b2: [K2 @ K1, b2],
        "biases added": lambda K1, b1, K2, b2: [K2 @ K1, b1 + b2],
        "second bias lost": lambda K1, b1, K2, b2: [K2 @ K1, K2 @ b1],
        "order of the weights": (
            lambda K1, b1, K2, b2: [K1 @ K2, K2 @ b1 + b2],
            lambda K1, b1, K2, b2: [K1 @ K2, K1 @ b2 + b1],
        ),
        "transposed": lambda K1, b1, K2, b2: [(K2 @ K1).T, K2 @ b1 + b2],
    },
)

MARKINGS = (
    Marking(
        exercise="channels.conv1x1",
        cases=_conv1x1_cases,
        expect=_pixel_by_pixel,
        mistakes=_CONV_MISTAKES,
        solution=conv1x1,
        mutants=(
            *_CONV_MUTANTS,
            Mutant("pixel by pixel", _pixel_loop, state="partly right", mistake="loop"),
            Mutant(
                "without a product of matrices",
                lambda X, K: (K[:, :, :, :] * X[None]).sum(1),
                state="partly right",
                mistake="way",
            ),
            Mutant("by einsum", _einsum, state="right"),
        ),
        library={_conv2d: False, F.conv2d: False, _linear: True},
    ),
    Marking(
        exercise="channels.conv1x1_shape",
        cases=lambda draw: [Case()],
        solution=(1, 64, 32, 32),
        mutants=(
            Mutant("channels kept", (1, 3, 32, 32), mistake="channels kept"),
            Mutant("a pixel lost", (1, 64, 31, 31), mistake="size shrunk"),
            Mutant("as with kernels of three", (1, 64, 30, 30), mistake="size shrunk"),
            Mutant("the weight", (64, 3, 1, 1), mistake="shape of the weight"),
            Mutant("3 times 64", (1, 192, 32, 32), mistake="channels multiplied"),
            Mutant("no batch", (64, 32, 32), mistake="batch axis forgotten"),
            Mutant("channels last", (1, 32, 32, 64), mistake="channels last"),
            Mutant("a tensor", torch.tensor([1, 64, 32, 32]), state="right"),
        ),
    ),
    Marking(
        exercise="channels.merge_1x1",
        cases=_merge_cases,
        expect=_on_unit_pixels,
        mistakes=_MERGE_MISTAKES,
        solution=merge_1x1,
        mutants=(
            *_MERGE_MUTANTS,
            Mutant("as weights of one more channel", _by_extra_channel, state="right"),
        ),
        library={torch.matmul: False, F.linear: False, torch.bilinear: False},
    ),
    Marking(
        exercise="channels.nin_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "B",
        mistakes=(
            Mistake(
                "curved",
                "Width alone bends nothing: a matrix times a matrix is a matrix. Only a "
                "nonlinearity between the layers would keep them from collapsing into one.",
                lambda case: "A",
            ),
            Mistake(
                "bottleneck",
                "A layer between narrows the map only if it has fewer channels than both ends. "
                "This one has more, so any matrix between the ends can still be written as a "
                "product.",
                lambda case: "C",
            ),
            Mistake(
                "neighbours",
                "A kernel of one pixel never reads a neighbour, and a second such layer does not "
                "either.",
                lambda case: "D",
            ),
        ),
        solution="B",
        mutants=(
            Mutant("curved", "A", mistake="curved"),
            Mutant("bottleneck", "C", mistake="bottleneck"),
            Mutant("neighbours", "D", mistake="neighbours"),
            Mutant("with a blank", " b", state="right"),
        ),
    ),
)
