"""The Jacobian of a function with a skip around it."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Map = Callable[[Tensor], Tensor]


def _jacobian(F: Map, x: Tensor) -> Tensor:
    """Of F alone, forwards: column by column."""
    found: Tensor = torch.func.jacfwd(F)(x)
    return found


def skip_jacobian(F: Map, x: Tensor) -> Tensor:
    """The reference."""
    return _jacobian(lambda v: v + F(v), x)


def _by_differences(step: float, *, central: bool = False) -> Callable[[Map, Tensor], Tensor]:
    def way(F: Map, x: Tensor) -> Tensor:
        columns = []
        for e in step * torch.eye(len(x), dtype=x.dtype):
            before = x - e if central else x
            columns.append((x + e + F(x + e) - before - F(before)) / (step + central * step))
        return torch.stack(columns, dim=1)

    return way


def _by_rows(F: Map, x: Tensor) -> Tensor:
    v = x.clone().requires_grad_()
    y = v + F(v)
    return torch.stack([torch.autograd.grad(y_i, v, retain_graph=True)[0] for y_i in y])


def _backwards(F: Map, x: Tensor) -> Tensor:
    """Row by row into .grad, in single precision."""
    rows = torch.zeros(len(x), len(x))
    for i in range(len(x)):
        v = x.clone().requires_grad_()
        (v + F(v))[i].backward()
        assert v.grad is not None
        rows[i] = v.grad
    return rows


def _cases(draw: Draw) -> list[Case]:
    def matrix(n: int) -> Tensor:
        """Far from symmetric, with no zero and entries of both signs."""
        signs = torch.tensor([[(-1.0) ** (i * i + j) for j in range(n)] for i in range(n)])
        return ((0.5 + draw.uniform(n, n)) * signs).double()

    def vector(n: int) -> Tensor:
        signs = torch.tensor([1.0, -1.0] * n)[:n]
        return (signs * (0.4 + 0.4 * draw.uniform(n))).double()

    def one(kind: str) -> tuple[str, Tensor, Tensor]:
        return kind, matrix(1), vector(1)

    n, m = draw.distinct(3, 5, 2)
    few = matrix(4)
    few[:, draw.integer(1, 2)] = few[:, 0] = 0
    unit, x = torch.eye(3, dtype=torch.float64), vector(3)
    return [
        Case(args=("as it is", matrix(n), vector(n)), about="a linear F"),
        Case(args=("tanh", matrix(m), vector(m)), about="an F with tanh"),
        Case(args=("squares", matrix(3), vector(3)), about="an F with squares"),
        Case(args=("products", matrix(n), vector(n)), about="an F with products of entries"),
        Case(args=("squares", few, vector(4)), about="an F that ignores some entries of x"),
        Case(
            each=(one("as it is"), one("squares"), one("tanh")),
            about="vectors of one number",
        ),
        Case(
            each=(("as it is", -unit, x), ("as it is", -unit[:2, :2], x[:2])),
            about="F = -x",
        ),
        Case(args=("tanh", matrix(3), 0 * x), about="the zero vector"),
    ]


def _after_relu(F: Map, x: Tensor) -> Tensor:
    return _jacobian(lambda v: (v + F(v)).relu(), x)


def _gradient_of_the_sum(F: Map, x: Tensor) -> Tensor:
    return skip_jacobian(F, x).sum(0)


SKIP_JACOBIAN = Exercise(
    id="resnet.skip_jacobian",
    title="What a skip does to the Jacobian",
    points=2,
    minutes=6,
    covers=("E14.7",),
    example=(
        (
            Case(args=("example", torch.eye(2).double(), torch.tensor([2.0, 3.0]).double())),
            [[4, 2], [0, 0]],
        ),
    ),
    cases=_cases,
    through="ask_jacobian",
    reference=skip_jacobian,
    promises=("unchanged", "tensor", "detached"),
    telling=True,
    tolerance=1e-4,
    wrong={
        "skip forgotten": (
            "That is the Jacobian of F alone. x is added, too: its own derivative is the identity, "
            "so 1 comes to every entry of the diagonal.",
            _jacobian,
        ),
        "ones everywhere": (
            "You added 1 to every entry. y_i holds x_i and no other entry of x: the derivative of "
            "the skip is the identity, torch.eye(n).",
            lambda F, x: _jacobian(F, x) + 1,
        ),
        "transposed": (
            "Your matrix is transposed. Row i belongs to the output y_i, column j to the input "
            "x_j.",
            lambda F, x: skip_jacobian(F, x).T,
        ),
        "subtracted": (
            "That is the Jacobian of F(x) - x. The skip is added.",
            lambda F, x: _jacobian(lambda v: F(v) - v, x),
        ),
        "the other way": (
            "That is the Jacobian of x - F(x). F is added.",
            lambda F, x: _jacobian(lambda v: v - F(v), x),
        ),
        "ReLU after the sum": (
            "You put a ReLU after the sum: the rows of negative outputs are zeros. Here y is "
            "x + F(x), and nothing comes after it.",
            _after_relu,
        ),
        "gradient of the sum": (
            "You took the gradient of the sum of all outputs: that is one row, the sum of all "
            "rows. The Jacobian keeps a row for each output.",
            _gradient_of_the_sum,
            lambda F, x: _gradient_of_the_sum(F, x) - 1,
            lambda F, x: _gradient_of_the_sum(F, x).expand(len(x), -1),
            lambda F, x: _gradient_of_the_sum(F, x).diag(),
        ),
        "sums of rows": (
            "You have one number for each output, the sum of its row. Every pair of an output and "
            "an input has an entry of its own.",
            lambda F, x: skip_jacobian(F, x).sum(1),
        ),
        "mean of the outputs": (
            "You took the gradient of the mean of all outputs: that is one row. The Jacobian keeps "
            "a row for each output.",
            lambda F, x: skip_jacobian(F, x).mean(0),
        ),
        "diagonal only": (
            "You have the diagonal only, how y_i changes with x_i. F mixes the entries of x: y_i "
            "changes with the others, too.",
            lambda F, x: skip_jacobian(F, x).diag(),
            lambda F, x: skip_jacobian(F, x).diag().diag(),
        ),
        "one row only": (
            "You have one row only, that of one output. There are n of them.",
            lambda F, x: skip_jacobian(F, x)[0],
            lambda F, x: skip_jacobian(F, x)[-1],
            lambda F, x: skip_jacobian(F, x)[:1],
        ),
        "the output": (
            "That is the output y itself, not its derivatives.",
            lambda F, x: x + F(x),
        ),
        "F of the sum": (
            "F gets x + F(x) from you. It gets x, and x is added to what it gives.",
            lambda F, x: skip_jacobian(F, x + F(x)),
            lambda F, x: skip_jacobian(lambda v: F(v + F(v)), x),
            lambda F, x: _jacobian(lambda v: F(v + F(v)), x),
        ),
        "another place": (
            "You took the Jacobian at another place. It is asked for at x.",
            lambda F, x: skip_jacobian(F, torch.ones_like(x)),
            lambda F, x: skip_jacobian(F, torch.zeros_like(x)),
        ),
        "axes lost": (
            "For a vector of one number your matrix has lost its axes: it is 1 x 1. Leave out "
            "squeeze().",
            lambda F, x: skip_jacobian(F, x).squeeze(),
        ),
        "absolute values": (
            "Your entries have lost their signs.",
            lambda F, x: skip_jacobian(F, x).abs(),
            lambda F, x: _jacobian(F, x).abs() + torch.eye(len(x)),
        ),
        "a large step": (
            "The step of your differences is too large: where F is curved, that is the slope of a "
            "chord. Take a smaller one, or autograd.",
            _by_differences(1.0),
            _by_differences(0.1),
            _by_differences(1e-2),
            _by_differences(1e-3),
        ),
    },
    right=(
        _by_differences(1e-5),
        _by_differences(1e-8),
        _by_differences(1e-3, central=True),
        _by_rows,
        _backwards,
        lambda F, x: torch.eye(len(x)) + torch.autograd.functional.jacobian(F, x),
        lambda F, x: torch.func.jacrev(F)(x) + torch.eye(len(x), dtype=x.dtype),
    ),
    hints=(
        "How does y_i change when x_j moves a little and all other entries stay? The skip answers "
        "for i = j only.",
        "torch.autograd.functional.jacobian(f, x) has the rows and columns as they are asked for, "
        "for any function f of x.",
        "The function may be lambda v: v + F(v); or add torch.eye(n) to the Jacobian of F.",
    ),
)
