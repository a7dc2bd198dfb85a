"""Part C: the first weights."""

import math
from collections.abc import Callable

import torch
from torch import nn

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_Shape = tuple[int, ...]
_Fans = Callable[[_Shape], tuple[float, float]]


def _fans(shape: _Shape) -> tuple[float, float]:
    """PyTorch's own."""
    fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(torch.empty(tuple(shape)))
    return fan_in, fan_out


def _std(
    fans: _Fans = _fans,
    *,
    xavier: Callable[[float, float], float] = lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    he: Callable[[float, float], float] = lambda fan_in, fan_out: 2 / fan_in,
    power: float = 0.5,
) -> Callable[[_Shape, str], float]:
    """The deviation, and what is done otherwise by mistake: fans, variances, the root."""

    def answer(shape: _Shape, scheme: str) -> float:
        return float((xavier if scheme == "xavier" else he)(*fans(shape)) ** power)

    return answer


def _counting(
    reads: Callable[[_Shape], float], reached: Callable[[_Shape], float] | None = None
) -> _Fans:
    """Fans whose kernel is counted in another way."""
    return lambda shape: (shape[1] * reads(shape), shape[0] * (reached or reads)(shape))


def _by_torch(shape: _Shape, scheme: str) -> float:
    """From the bounds that torch.nn.init draws within: √3 times the deviation."""
    weight = torch.empty(tuple(shape))
    if scheme == "xavier":
        nn.init.xavier_uniform_(weight)
        fan_in, fan_out = _fans(shape)
        return math.sqrt(6 / (fan_in + fan_out)) / math.sqrt(3)
    nn.init.kaiming_normal_(weight)
    return math.sqrt(2) / math.sqrt(_fans(shape)[0])


def _by_product(shape: _Shape, scheme: str) -> torch.Tensor:
    reads = math.prod(shape) // shape[0]
    reached = math.prod(shape) // shape[1]
    return torch.tensor((reads + reached) / 2 if scheme == "xavier" else reads / 2).rsqrt()


def _cases(draw: Draw) -> list[Case]:
    kernels: dict[str, _Shape] = {
        "a dense layer": (),
        "a convolution in one dimension": (7,),
        "a square kernel": (3, 3),
        "a wide kernel": (3, 5),
        "a tall kernel": (4, 2),
    }
    cases = []
    for about, kernel in kernels.items():
        small, large = draw.integer(3, 9), draw.integer(12, 40)
        for scheme, name in (("xavier", "Xavier"), ("he", "He")):
            shapes = {"more outputs": (large, small), "more inputs": (small, large)}
            rows = tuple(((*shape, *kernel), scheme) for shape in shapes.values())
            cases.append(Case(each=rows, about=f"{about}, {name}"))
    one = draw.integer(5, 9)
    rows = tuple(
        (s, scheme) for s in ((one, 1, 5, 5), (1, one, 3, 3)) for scheme in ("xavier", "he")
    )
    return [*cases, Case(each=rows, about="one input channel, one output channel")]


INIT_STD = Exercise(
    id="lenet.init_std",
    title="How large the first weights are",
    points=2,
    minutes=7,
    covers=("B05-init", "D7.6-demo-train"),
    example=((Case(args=((3, 5), "xavier")), 0.5),),
    cases=_cases,
    reference=_std(),
    wrong={
        "kernel left out": (
            "You counted channels only. An output reads whole windows: the sizes of the kernel "
            "multiply both fans.",
            _std(_counting(lambda shape: 1)),
        ),
        "fan_out without kernel": (
            "Your fan_out counts channels only. An input number reaches out times as many outputs "
            "as the kernel has places: its sizes multiply both fans.",
            _std(_counting(lambda shape: math.prod(shape[2:]), lambda shape: 1)),
        ),
        "fan_in without kernel": (
            "Your fan_in counts channels only. An output reads in whole windows: the sizes of the "
            "kernel multiply both fans.",
            _std(_counting(lambda shape: 1, lambda shape: math.prod(shape[2:]))),
        ),
        "one side of the kernel": (
            "You counted one side of the kernel. A window has rows times columns places.",
            _std(_counting(lambda shape: shape[2] if len(shape) > 2 else 1)),
            _std(_counting(lambda shape: shape[-1] if len(shape) > 2 else 1)),
        ),
        "sides added": (
            "You added the sides of the kernel. A window has rows times columns places: multiply.",
            _std(_counting(lambda shape: sum(shape[2:]) if len(shape) > 2 else 1)),
        ),
        "square kernels": (
            "You squared one side of the kernel. Kernels need not be square, nor have two sides: "
            "math.prod(shape[2:]).",
            _std(_counting(lambda shape: shape[2] ** 2 if len(shape) > 2 else 1)),
            _std(_counting(lambda shape: shape[-1] ** 2 if len(shape) > 2 else 1)),
        ),
        "variance": (
            "That is the variance. The standard deviation is its root.",
            _std(power=1.0),
        ),
        "always He": (
            "For Xavier the variance has both fans in it: 2 / (fan_in + fan_out).",
            _std(xavier=lambda fan_in, fan_out: 2 / fan_in),
        ),
        "always Xavier": (
            "For He the variance has one fan in it: 2 / fan_in.",
            _std(he=lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
        ),
        "fan_out in He": (
            "You took fan_out for He. It keeps the forward signal: 2 / fan_in. The shape of a "
            "weight is (out, in, ...).",
            _std(he=lambda fan_in, fan_out: 2 / fan_out),
        ),
        "half left out": (
            "The variance of He is 2 / fan_in: the 2 makes up for the half that ReLU cuts off.",
            _std(he=lambda fan_in, fan_out: 1 / fan_in),
        ),
        "one for two": (
            "Both variances have a 2 above the line: 2 / (fan_in + fan_out) and 2 / fan_in.",
            _std(
                xavier=lambda fan_in, fan_out: 1 / (fan_in + fan_out),
                he=lambda fan_in, fan_out: 1 / fan_in,
            ),
        ),
        "root of the 2 alone": (
            "You took the root of the 2 alone. The standard deviation is the root of the whole "
            "variance: the sum of the fans, or fan_in, stands under the root, too.",
            _std(
                xavier=lambda fan_in, fan_out: 2 / (fan_in + fan_out) ** 2,
                he=lambda fan_in, fan_out: 2 / fan_in**2,
            ),
        ),
        "schemes swapped": (
            "Your schemes are swapped: Xavier has both fans in it, 2 / (fan_in + fan_out), He one "
            "of them, 2 / fan_in.",
            _std(
                xavier=lambda fan_in, fan_out: 2 / fan_in,
                he=lambda fan_in, fan_out: 2 / (fan_in + fan_out),
            ),
        ),
        "gain of tanh": (
            "Your Xavier has PyTorch's gain for tanh in it, 5 / 3. The scheme itself has none.",
            _std(xavier=lambda fan_in, fan_out: 2 * (5 / 3) ** 2 / (fan_in + fan_out)),
        ),
        "all weights counted": (
            "One of your fans is the number of all weights. fan_in is `in` times the places of the "
            "kernel, fan_out is `out` times them.",
            _std(lambda shape: (_fans(shape)[0], math.prod(shape))),
            _std(lambda shape: (math.prod(shape), _fans(shape)[1])),
        ),
        "one dimension": (
            "Your kernel counts in two dimensions only. A convolution in one dimension has one, "
            "too: math.prod(shape[2:]) takes whatever there is.",
            _std(_counting(lambda shape: math.prod(shape[2:]) if len(shape) == 4 else 1)),
        ),
        "mean of the fans": (
            "The variance of Xavier is 2 / (fan_in + fan_out), one over the mean of the two. Yours "
            "is half of that.",
            _std(xavier=lambda fan_in, fan_out: 1 / (fan_in + fan_out)),
        ),
        "bound of the uniform": (
            "That is the bound of the uniform distribution, larger by the root of 3. Give the "
            "standard deviation.",
            _std(
                xavier=lambda fan_in, fan_out: 6 / (fan_in + fan_out),
                he=lambda fan_in, fan_out: 6 / fan_in,
            ),
        ),
    },
    right=(_by_product,),
    library={_by_torch: False},
    hints=(
        "fan_in: how many numbers does one output read? fan_out: how many outputs does one input "
        "number reach? The weight has shape (out, in, *kernel).",
        "math.prod(shape[2:]) is the number of places in the kernel, and 1 for a dense layer.",
    ),
    forbidden=("torch.nn",),
)
