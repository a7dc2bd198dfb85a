"""Section 01: marking of edges and of kernels made by hand."""

import math

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from course_lib.sections.convolution.derivatives import derivative_case, directional
from course_lib.sections.convolution.facts import cross_correlation
from grader.former.marking import Marking, Mutant, named_wrongs
from grader.sections.convolution.correlation import corr2d, corr2d_fast

_EDGES = [0, 1, 0, 0, 0, -1, 0]


def responses(X: Tensor, K: Tensor) -> list[Tensor]:
    """The solution: outputs of (X, K), (X.T, K) and (X, K.T)."""
    return [corr2d(X, K), corr2d(X.T, K), corr2d(X, K.T)]


def _responses_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(5, 8), draw.normal(1, 2)), about="a wide image"),
        Case(args=(draw.normal(9, 4), draw.normal(3, 2)), about="a tall image"),
        Case(args=(draw.normal(6, 6), draw.normal(2, 2)), about="a square image"),
    ]


_RESPONSES_MISTAKES, _RESPONSES_MUTANTS = named_wrongs(
    "convolution.responses",
    {
        "second and third swapped": lambda X, K: [corr2d(X, K), corr2d(X, K.T), corr2d(X.T, K)],
        "output transposed": lambda X, K: [corr2d(X, K), corr2d(X, K).T, corr2d(X, K.T)],
        "both transposed": lambda X, K: [corr2d(X, K), corr2d(X.T, K), corr2d(X.T, K.T)],
    },
)


def blur_kernel(size: int) -> Tensor:
    """The solution: (size, size), the mean of a window."""
    return torch.full((size, size), 1 / size**2)


_BLUR_MISTAKES, _BLUR_MUTANTS = named_wrongs(
    "convolution.blur_kernel",
    {
        "not normalised": lambda size: torch.ones(size, size),
        "divided by the side": lambda size: torch.ones(size, size) / size,
        "one dimension": lambda size: torch.ones(size) / size,
    },
)

_IDENTITY = torch.tensor([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
_LAPLACIAN = torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])


def sharpen_kernel(amount: float) -> Tensor:
    """The solution: (3, 3), the identity minus amount times the Laplacian."""
    return _IDENTITY - amount * _LAPLACIAN


def _sharpen_by_entries(amount: float) -> list[list[float]]:
    """The reference, entry by entry."""
    side, centre = -amount, 1 + 4 * amount
    return [[0, side, 0], [side, centre, side], [0, side, 0]]


_SHARPEN_MISTAKES, _SHARPEN_MUTANTS = named_wrongs(
    "convolution.sharpen_kernel",
    {
        "Laplacian added": lambda amount: _IDENTITY + amount * _LAPLACIAN,
        "identity forgotten": lambda amount: -amount * _LAPLACIAN,
        "identity scaled": lambda amount: amount * (_IDENTITY - _LAPLACIAN),
        "eight neighbours": lambda amount: _IDENTITY - amount * (1 - 9 * _IDENTITY),
        "torch.eye": lambda amount: torch.eye(3) - amount * _LAPLACIAN,
        "ones everywhere": lambda amount: 1 - amount * _LAPLACIAN,
    },
)


def derivative_kernel(order: int) -> Tensor:
    """The solution: (order+1,), the difference of the kernel before and itself moved by one."""
    kernel, zero = torch.ones(1), torch.zeros(1)
    for _ in range(order):
        kernel = torch.cat([zero, kernel]) - torch.cat([kernel, zero])
    return kernel


def _differences_of_units(case: Case) -> Tensor:
    """The reference: how much each single sample adds to the difference of that order."""
    order = case.args[0]
    return torch.from_numpy(np.diff(np.eye(order + 1), n=order, axis=0)[0])


def _derivative_cases(draw: Draw) -> list[Case]:
    low, high = draw.choice([(1, 3), (3, 5), (1, 5), (3, 7)])
    return [
        derivative_case(low, "an odd order"),
        derivative_case(high, "a higher odd order"),
        derivative_case(2, "an even order"),
        derivative_case(draw.choice([4, 6]), "a higher even order"),
    ]


def _pascal(order: int) -> Tensor:
    return torch.tensor([(-1) ** (order - k) * math.comb(order, k) for k in range(order + 1)])


_DERIVATIVE_MISTAKES, _DERIVATIVE_MUTANTS = named_wrongs(
    "convolution.derivative_kernel",
    {
        "read backwards": lambda order: derivative_kernel(order).flip(0),
        "signs forgotten": lambda order: derivative_kernel(order).abs(),
        "order too high": lambda order: derivative_kernel(order + 1),
        "one entry too many": lambda order: (
            torch.cat([derivative_kernel(order), torch.zeros(1)])
            + torch.cat([torch.zeros(1), derivative_kernel(order)])
        ),
    },
)

_DOWN = torch.tensor([[-1.0, -1.0, -1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
_SOBEL = torch.tensor([[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]])


def directional_kernel(d: tuple[int, int]) -> Tensor:
    """The solution: (3, 3), dy times the change downwards plus dx times that to the right."""
    return d[0] * _DOWN + d[1] * _DOWN.T


def _central(d: tuple[int, int]) -> Tensor:
    return torch.tensor([[0, -d[0] / 2, 0], [-d[1] / 2, 0, d[1] / 2], [0, d[0] / 2, 0]])


def _directional_cases(draw: Draw) -> list[Case]:
    """Directions in all four quadrants, none along an axis or a diagonal: no kernel fits two."""
    cases = []
    for sign_y, sign_x in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        long, short = draw.choice([(2, 1), (3, 1), (3, 2), (5, 2)])
        dy, dx = draw.choice([(long, short), (short, long)])
        d = (sign_y * dy, sign_x * dx)
        about = f"{'down' if d[0] > 0 else 'up'} and to the {'right' if d[1] > 0 else 'left'}"
        cases.append(Case(args=(d,), about=about, verify=directional(d)))
    return cases


MARKINGS = (
    Marking(
        exercise="convolution.edge_row",
        cases=lambda draw: [Case()],
        solution=_EDGES,
        mutants=(
            Mutant("signs swapped", [-e for e in _EDGES], mistake="sign"),
            Mutant("no signs", [abs(e) for e in _EDGES], mistake="sign dropped"),
            Mutant("eight entries", [*_EDGES, 1], mistake="padded"),
            Mutant("all rows", [_EDGES] * 6, mistake="whole map"),
            Mutant("one place off", [0, 0, 1, 0, 0, 0, -1]),
            Mutant("a tensor", torch.tensor(_EDGES), state="right"),
        ),
    ),
    Marking(
        exercise="convolution.responses",
        cases=_responses_cases,
        expect=lambda case: [
            cross_correlation(case.args[0], case.args[1]),
            cross_correlation(case.args[0].T, case.args[1]),
            cross_correlation(case.args[0], case.args[1].T),
        ],
        mistakes=_RESPONSES_MISTAKES,
        solution=responses,
        mutants=(
            *_RESPONSES_MUTANTS,
            Mutant(
                "a tuple, vectorised",
                lambda X, K: (corr2d_fast(X, K), corr2d_fast(X.T, K), corr2d_fast(X, K.T)),
                state="right",
            ),
        ),
        library={torch.nn.functional.conv2d: False},
    ),
    Marking(
        exercise="convolution.blur_kernel",
        cases=lambda draw: [
            Case(args=(size,), about=about)
            for size, about in zip(
                sorted(draw.distinct(2, 9, 3)),
                ("a small kernel", "a larger kernel", "a large kernel"),
                strict=True,
            )
        ],
        expect=lambda case: np.full((case.args[0],) * 2, case.args[0] ** -2.0).tolist(),
        mistakes=_BLUR_MISTAKES,
        solution=blur_kernel,
        mutants=(
            *_BLUR_MUTANTS,
            Mutant(
                "sum divided out",
                lambda size: torch.ones(size, size).softmax(0) / size,
                state="right",
            ),
        ),
        library={torch.ones: False, torch.eye: False, torch.nn.AvgPool2d: False},
    ),
    Marking(
        exercise="convolution.sharpen_kernel",
        cases=lambda draw: [
            Case(args=(round(0.2 + 0.5 * float(draw.uniform()), 3),), about="a little"),
            Case(args=(round(1.5 + 2 * float(draw.uniform()), 3),), about="a lot"),
        ],
        expect=lambda case: _sharpen_by_entries(*case.args),
        mistakes=_SHARPEN_MISTAKES,
        solution=sharpen_kernel,
        mutants=(
            *_SHARPEN_MUTANTS,
            Mutant(
                "written out",
                lambda amount: torch.tensor(_sharpen_by_entries(amount)),
                state="right",
            ),
        ),
        library={torch.tensor: False, torch.full_like: False},
    ),
    Marking(
        exercise="convolution.derivative_kernel",
        cases=_derivative_cases,
        expect=_differences_of_units,
        mistakes=_DERIVATIVE_MISTAKES,
        solution=derivative_kernel,
        mutants=(
            *_DERIVATIVE_MUTANTS,
            Mutant(
                "minus first, always",
                lambda order: torch.tensor(
                    [-((-1) ** k) * math.comb(order, k) for k in range(order + 1)]
                ),
                state="partly right",
                mistake="sign for even orders",
            ),
            Mutant("binomial coefficients", _pascal, state="right"),
        ),
        library={torch.diff: False, np.diff: False, torch.ones: False},
    ),
    Marking(
        exercise="convolution.directional_kernel",
        cases=_directional_cases,
        solution=directional_kernel,
        mutants=(
            Mutant(
                "mixed derivative",
                lambda d: torch.tensor([[1.0, 0.0, -1.0], [0.0, 0.0, 0.0], [-1.0, 0.0, 1.0]]),
                mistake="no slope at all",
            ),
            Mutant(
                "swapped",
                lambda d: directional_kernel((d[1], d[0])),
                mistake="dy and dx swapped",
            ),
            Mutant("opposite", lambda d: -directional_kernel(d), mistake="opposite sign"),
            Mutant("offset", lambda d: directional_kernel(d) + 0.5, mistake="constant offset"),
            Mutant("one diagonal", lambda d: directional_kernel((1, 1)), mistake="responds across"),
            Mutant("two-sided differences", _central, state="right"),
            Mutant("Sobel", lambda d: d[0] * _SOBEL + d[1] * _SOBEL.T, state="right"),
        ),
        library={torch.tensor: False, torch.gradient: False},
    ),
)
