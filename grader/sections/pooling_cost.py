"""Section 04: marking of what pooling costs."""

from course_lib.draw import Draw
from course_lib.exercise import Case
from grader.marking import Marking, Mutant, named_wrongs

Triple = tuple[int, int, int]
Pair = tuple[int, int]


def _window_count(shape: Triple, kernel_size: Pair, stride: Pair, padding: Pair) -> int:
    C, *size = shape
    rows, columns = (
        (n + 2 * p - k) // s + 1
        for n, k, s, p in zip(size, kernel_size, stride, padding, strict=True)
    )
    return C * rows * columns


def pool_cost(shape: Triple, kernel_size: Pair, stride: Pair, padding: Pair) -> list[int]:
    """The solution: [numbers read, comparisons]."""
    windows, area = _window_count(shape, kernel_size, stride, padding), _area(kernel_size)
    return [windows * area, windows * (area - 1)]


def _area(kernel_size: Pair) -> int:
    return kernel_size[0] * kernel_size[1]


def _counted(case: Case) -> list[int]:
    """The reference: goes through all windows and counts."""
    (C, H, W), (h, w), (s_h, s_w), (p_h, p_w) = case.args
    reads = comparisons = 0
    for _ in range(C):
        for _ in range(-p_h, H + p_h - h + 1, s_h):
            for _ in range(-p_w, W + p_w - w + 1, s_w):
                for number in range(h * w):
                    reads += 1
                    comparisons += number > 0
    return [reads, comparisons]


def _cases(draw: Draw) -> list[Case]:
    cases = []
    for about, kernel_size, stride in (
        ("overlapping windows", (3, 3), (2, 2)),
        ("windows that leave pixels out", (2, 2), (3, 3)),
        ("windows that are not square", (3, 5), (1, 2)),
    ):
        rows, columns = draw.distinct(3, 6, 2)
        shape = (
            draw.integer(2, 6),
            kernel_size[0] - 2 + stride[0] * rows,
            kernel_size[1] - 2 + stride[1] * columns,
        )
        cases.append(Case(args=(shape, kernel_size, stride, (1, 1)), about=about))
    return cases


_MISTAKES, _MUTANTS = named_wrongs(
    "pooling.pool_cost",
    {
        "as many comparisons as reads": lambda *args: [pool_cost(*args)[0]] * 2,
        "channels forgotten": lambda shape, *rest: pool_cost((1, *shape[1:]), *rest),
        "every pixel once": lambda shape, k, *rest: [
            shape[0] * shape[1] * shape[2],
            pool_cost(shape, k, *rest)[1],
        ],
        "stride ignored": lambda shape, k, s, p: pool_cost(shape, k, (1, 1), p),
        "padding ignored": lambda shape, k, s, p: pool_cost(shape, k, s, (0, 0)),
        "order swapped": lambda *args: pool_cost(*args)[::-1],
        "one comparison per window": lambda *args: [pool_cost(*args)[0], _window_count(*args)],
    },
)

MARKINGS = (
    Marking(
        exercise="pooling.pool_cost",
        cases=_cases,
        expect=_counted,
        mistakes=_MISTAKES,
        solution=pool_cost,
        mutants=(
            *_MUTANTS,
            Mutant("counted one by one", lambda *args: _counted(Case(args=args)), state="right"),
        ),
    ),
)
