"""Optimisers in steps, each of which a mistake replaces, and what goes wrong in all of them."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw

Settings = Mapping[str, Any]
State = dict[str, Any]
Rates = Sequence[Sequence[float] | None]

PARTS = {
    "state": "Beside the numbers something is not right after a step: gradients must be as they "
    "were, parameters still require them, and all numbers be finite. Infinite numbers and NaN come "
    "from a division by 0 or the root of a negative number.",
}

OPTIMISERS = (
    *("course_lib", "torch.optim.SGD", "torch.optim.Adam", "torch.optim.AdamW"),
    *("torch.optim.sgd", "torch.optim.adam", "torch.optim.adamw", "torch.optim._functional"),
    *("torch.optim.NAdam", "torch.optim.RAdam", "torch.optim.Adamax", "torch.optim.RMSprop"),
    *("torch.optim.ASGD", "torch.optim.Adagrad", "torch.optim._multi_tensor"),
)
"""What an optimiser must not be made of."""


def gradient(draw: Draw, *shape: int) -> Tensor:
    """Numbers of both signs, none of them near 0."""
    return (0.4 + draw.uniform(*shape)) * draw.normal(*shape).sign()


def optimiser_case(
    draw: Draw,
    about: str,
    shapes: Sequence[tuple[int, ...]],
    steps: int,
    *settings: Any,
    groups: Sequence[tuple[Sequence[int], Settings]] = (),
    rates: Rates = (),
    missing: Sequence[tuple[int, int]] = (),
    zero: Sequence[int] = (),
    scale: Callable[[Tensor], Tensor] = lambda g: g,
    refill: bool = False,
    sizes: tuple[float, float] = (0.0, 1.0),
    **named: Any,
) -> Case:
    """A case of `ask_optimiser`, of parameters between -1 and 1.

    Args:
        missing: (step, place) of parameters that have no gradient.
        zero: steps whose gradients are 0.
        scale: makes large or small gradients of those drawn.
        sizes: between which the parameters' absolute values lie at first.
    """
    count = sum(math.prod(shape) for shape in shapes)
    gradients = [
        torch.cat([scale(gradient(draw, *shape)).flatten() for shape in shapes])
        * (step not in zero)
        for step in range(steps)
    ]
    more = {"groups": groups, "rates": rates, "missing": missing, "refill": refill}
    weights = 2 * draw.uniform(count) - 1
    least, most = sizes
    weights = weights.sign() * (least + (most - least) * weights.abs())
    return Case(
        args=(shapes, weights, torch.stack(gradients), settings, named),
        kwargs={name: value for name, value in more.items() if value},
        about=about,
    )


class ByHand(torch.optim.Optimizer):
    """Steps of one parameter after the other; `update` is what the exercise asks for."""

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        with torch.no_grad():
            for group in self.param_groups:
                for w in group["params"]:
                    g = self.gradient(w)
                    if g is not None:
                        self.update(w, g, self.settings(group), self.kept(w, group))
            self.ended()

    def settings(self, group: Settings) -> Settings:
        return group

    def gradient(self, w: Tensor) -> Tensor | None:
        return w.grad

    def kept(self, w: Tensor, group: State) -> State:
        state: State = self.state[w]
        return state

    def update(self, w: Tensor, g: Tensor, settings: Settings, kept: State) -> None:
        raise NotImplementedError

    def moved(self, w: Tensor, direction: Tensor, settings: Settings) -> None:
        w.sub_(settings["lr"] * direction)

    def ended(self) -> None:
        """After all parameters."""


def changed(kind: type[ByHand], **methods: Any) -> type[ByHand]:
    """That optimiser with other methods."""
    return type(kind.__name__, (kind,), methods)


def _cleared(to_none: bool) -> Callable[[ByHand], None]:
    return lambda self: self.zero_grad(set_to_none=to_none)


def _one_for_all(self: Any, w: Tensor, group: State) -> State:
    kept: State = self.__dict__.setdefault("of_all", {})
    return kept


def _one_until_shape(self: Any, w: Tensor, group: State) -> State:
    """One for all, begun anew where it does not fit."""
    kept = _one_for_all(self, w, group)
    if any(isinstance(one, Tensor) and one.shape != w.shape for one in kept.values()):
        kept.clear()
    return kept


def _one_a_group(self: Any, w: Tensor, group: State) -> State:
    kept: State = group.setdefault("of_group", {})
    return kept


def _zeros(self: Any, w: Tensor) -> Tensor:
    return torch.zeros_like(w) if w.grad is None else w.grad


def _stopping(kind: type[ByHand], whole: bool) -> type[ByHand]:
    """Ends the group, or the whole step, at a parameter without gradient."""

    def step(self: Any, closure: Any = None) -> None:
        with torch.no_grad():
            for group in self.param_groups:
                for w in group["params"]:
                    if w.grad is None and whole:
                        return
                    if w.grad is None:
                        break
                    self.update(w, w.grad, self.settings(group), self.kept(w, group))

    return changed(kind, step=step)


def _constructors(name: str) -> Callable[..., Settings]:
    return lambda self, group: {**group, name: self.defaults[name]}


def _first_groups(name: str) -> Callable[..., Settings]:
    return lambda self, group: {**group, name: self.param_groups[0][name]}


def common(kind: type[ByHand], state: str, *settings: str) -> dict[str, tuple[Any, ...]]:
    """What goes wrong in every optimiser.

    Args:
        state: what an optimiser of that kind remembers, in words.
        settings: those that a learner may read elsewhere than in the group, one at a time.
    """
    return {
        "settings of the constructor": (
            "Your step uses a setting as the constructor was given it. Groups may have their own, "
            'and a schedule changes group["lr"] between steps: read it from the group, each time.',
            changed(kind, settings=lambda self, group: self.defaults),
            *(changed(kind, settings=_constructors(name)) for name in settings),
            changed(kind, settings=lambda self, group: {**self.defaults, "lr": group["lr"]}),
        ),
        "settings of the first group": (
            "Your step uses a setting of the first group for all groups. Each group has its own.",
            changed(kind, settings=lambda self, group: self.param_groups[0]),
            *(changed(kind, settings=_first_groups(name)) for name in settings),
        ),
        "one state for all": (
            f"Your parameters share what is remembered. Each has {state} of its own, kept in "
            "self.state[w].",
            changed(kind, kept=_one_for_all),
            changed(kind, kept=_one_until_shape),
            changed(kind, kept=_one_a_group),
        ),
        "parameters stay": (
            "Your steps do not move the parameters. `w = ...` gives the name w to something new; "
            "write into the parameter itself: w -= ... or w *= ...",
            changed(kind, moved=lambda self, w, direction, settings: None),
            changed(kind, update=lambda self, w, g, settings, kept: None),
        ),
        "uphill": (
            "Your steps go uphill. They are subtracted from the parameters.",
            changed(
                kind,
                moved=lambda self, w, direction, settings: w.add_(settings["lr"] * direction),
            ),
        ),
        "gradients cleared": (
            "Your step clears the gradients. That is left to zero_grad().",
            changed(kind, ended=_cleared(True)),
            changed(kind, ended=_cleared(False)),
        ),
        "moved without a gradient": (
            "A parameter without a gradient is moved by what it remembers, or by its decay. Leave "
            "it, and its state, alone.",
            changed(kind, gradient=_zeros),
        ),
        "stopped at a missing gradient": (
            "Your step ends at a parameter without a gradient. Leave that one alone and go on: "
            "`continue`, not `break` or `return`.",
            _stopping(kind, whole=True),
            _stopping(kind, whole=False),
        ),
    }
