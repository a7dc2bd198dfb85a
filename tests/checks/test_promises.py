"""What a text promises of every answer: each promise kept, and each broken, in check and marks."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from course_lib.checks.answer import Answer
from course_lib.checks.ask import Asks, ask
from course_lib.checks.case import Case
from course_lib.checks.exercise import Known, Public
from course_lib.checks.judge import judge
from course_lib.checks.promises import KNOWN, LOOP
from course_lib.checks.verdict import Verdict


def window_sums(x: Tensor, w: Tensor) -> Tensor:
    return x.unfold(0, len(w), 1) @ w


def looping(x: Tensor, w: Tensor) -> Tensor:
    return torch.stack([(x[i : i + len(w)] * w).sum() for i in range(len(x) - len(w) + 1)])


CASES = [
    Case(args=(torch.arange(6.0), torch.tensor([1.0, -2.0])), about="a short signal"),
    Case(args=(torch.arange(30.0), torch.tensor([1.0, -2.0])), about="a long signal"),
    Case(args=(torch.ones(4), torch.ones(4)), about="as long as the kernel"),
]


def verdict(
    answer: Any,
    *promises: str,
    hidden: bool = False,
    asks: Asks = "function",
    cases: list[Case] = CASES,
    reference: Any = window_sums,
    **more: Any,
) -> Verdict:
    exercise = Public(id="x.answer", title="An answer", asks=asks, promises=promises, **more)
    gradient = "gradient" in promises
    right = ask(asks, reference, cases, gradient=gradient)
    came = [
        Answer.from_plain(one.as_plain()) for one in ask(asks, answer, cases, gradient=gradient)
    ]
    return judge(exercise, cases, came, Known(right), hidden=hidden)


def in_place(x: Tensor, w: Tensor) -> Tensor:
    output = window_sums(x, w)
    w *= 2
    return output


def over_items(x: Tensor, w: Tensor) -> Tensor:
    return torch.tensor(looping(x, w).tolist())


def half_detached(x: Tensor, w: Tensor) -> Tensor:
    return window_sums(x, w.detach())


def halved_gradient(x: Tensor, w: Tensor) -> Tensor:
    return 0.5 * window_sums(x, w) + 0.5 * window_sums(x, w).detach()


class Counting:
    """Right when called first, another answer when called with the same length again."""

    def __init__(self) -> None:
        self.seen: set[int] = set()

    def __call__(self, x: Tensor, w: Tensor) -> Tensor:
        again = len(x) in self.seen
        self.seen.add(len(x))
        return window_sums(x, w) + again


def tracked(x: Tensor, w: Tensor) -> Tensor:
    return window_sums(x, w).requires_grad_()


BROKEN: list[tuple[str, Callable[..., Any], Callable[..., Any], str, str]] = [
    ("unchanged", window_sums, in_place, "changed inputs", "You changed w in place"),
    ("gradient", looping, over_items, "lost gradient", "Your output has lost its gradient"),
    ("gradient", looping, half_detached, "lost gradient", "or that of one argument"),
    ("gradient", looping, halved_gradient, "lost gradient", "lost its gradient"),
    ("detached", window_sums, tracked, "not detached", ".detach()"),
    ("vectorised", window_sums, looping, "loop", "the larger the image is"),
]


@pytest.mark.parametrize(("promise", "keeping", "breaking", "name", "says"), BROKEN)
@pytest.mark.parametrize("hidden", [False, True], ids=["check", "marks"])
def test_a_promise_is_kept_or_costs_its_share(
    promise: str,
    keeping: Callable[..., Any],
    breaking: Callable[..., Any],
    name: str,
    says: str,
    hidden: bool,
) -> None:
    assert verdict(keeping, promise, hidden=hidden).state == "right"
    assert verdict(breaking, hidden=hidden).state == "right", "nothing was promised"
    broken = verdict(breaking, promise, hidden=hidden)
    assert (broken.state, broken.mistake) == ("partly right", name)
    most = 0.5 if name == LOOP else 1.0  # done in another way than the one asked for
    assert broken.score == pytest.approx(min(most, len(CASES) / (len(CASES) + 1)))
    assert says.replace("w in", "an argument in" if hidden else "w in") in broken.message


def test_every_promise_is_tried_here() -> None:
    assert {promise for promise, *_ in BROKEN} | {"tensor", "random"} == set(KNOWN)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x, w: window_sums(x, w).tolist(), "Return a tensor (torch.tensor(...))"),
        (lambda x, w: [window_sums(x, w)], "Take it out with [0]"),
        (lambda x, w: (window_sums(x, w)[:2], window_sums(x, w)[2:]), "torch.stack joins them"),
    ],
)
def test_a_list_is_no_tensor(answer: Callable[..., Any], says: str) -> None:
    found = verdict(answer, "tensor")
    assert (found.state, found.mistake) == ("wrong", "list")
    assert says in found.message
    assert verdict(window_sums, "tensor").state == "right"


def test_lists_of_the_right_numbers_are_right_where_no_tensor_was_promised() -> None:
    for convert in (Tensor.tolist, Tensor.double, lambda t: tuple(t.tolist())):
        assert verdict(lambda x, w, c=convert: c(window_sums(x, w))).state == "right"


@pytest.mark.parametrize("hidden", [False, True])
def test_the_same_comes_again_unless_chance_was_promised(hidden: bool) -> None:
    broken = verdict(Counting(), hidden=hidden)
    assert (broken.state, broken.mistake) == ("partly right", "not the same again")
    assert verdict(Counting(), "random", hidden=hidden).state == "right"


def test_what_is_no_number_is_not_blamed_for_differing_from_itself() -> None:
    broken = verdict(lambda x, w: window_sums(x, w) * float("nan"))
    assert broken.mistake != "not the same again" and "NaN" in broken.message


def test_a_promise_alone_is_worth_nothing() -> None:
    found = verdict(lambda x, w: 0 * x, "unchanged", "gradient", "detached", "vectorised")
    assert (found.state, found.score) == ("wrong", 0.0)


def test_the_way_asked_for_is_called_by_its_name() -> None:
    found = verdict(window_sums, required=("aten::_fft",))
    assert (found.state, found.mistake) == ("partly right", "way")
    assert found.message == (
        "The result is right, but torch.fft was not used; this exercise asks for it."
    )
    assert verdict(window_sums, required=("aten::mv", "aten::mm")).state == "right"


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(3))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return window_sums(x, self.weight) + self.bias


class FixedBias(Layer):
    def __init__(self) -> None:
        super().__init__()
        del self.bias
        self.register_buffer("bias", torch.zeros(1))


class Frozen(Layer):
    def __init__(self) -> None:
        super().__init__()
        self.weight.requires_grad_(False)


class Ones(Layer):
    def __init__(self) -> None:
        super().__init__()
        nn.init.ones_(self.weight)


class Detached(Layer):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).detach()


class DetachedBias(Layer):
    def forward(self, x: Tensor) -> Tensor:
        return window_sums(x, self.weight) + self.bias.data


class OnesInBias(Layer):
    """A bias that begins at one number is nobody's fault."""

    def __init__(self) -> None:
        super().__init__()
        nn.init.ones_(self.bias)


class Submodule(nn.Module):
    """The same names by another way."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(nn.Linear(3, 1).weight.detach()[0])
        self.bias = nn.Parameter(torch.rand(1))

    def forward(self, x: Tensor) -> Tensor:
        return (x.unfold(0, 3, 1) * self.weight).sum(1) + self.bias


MODULE_CASES = [
    Case(
        weights={"weight": torch.tensor([1.0, -2.0, 0.5]), "bias": torch.tensor([3.0])},
        inputs=(torch.arange(n),),
        about=about,
    )
    for n, about in ((6.0, "a short signal"), (9.0, "a longer one"))
]


@pytest.mark.parametrize("hidden", [False, True], ids=["check", "marks"])
@pytest.mark.parametrize(
    ("layer", "name", "says"),
    [
        (Layer, "", ""),
        (OnesInBias, "", ""),
        (Submodule, "", ""),
        (FixedBias, "not learned", "bias cannot be learned"),
        (Frozen, "not learned", "weight cannot be learned"),
        (Ones, "all alike", "All entries of weight begin alike"),
        (Detached, "lost gradient", "No gradient reaches"),
        (DetachedBias, "lost gradient", "No gradient reaches bias"),
    ],
)
def test_the_parameters_of_a_module_learn(
    layer: type[nn.Module], name: str, says: str, hidden: bool
) -> None:
    found = verdict(layer, hidden=hidden, asks="module", cases=MODULE_CASES, reference=Layer)
    assert found.mistake == name and says in found.message
    assert found.state == ("partly right" if name else "right")
