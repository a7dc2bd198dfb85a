"""What is wrong with the answer of a module: its parameters first, then its outputs."""

from typing import Any

from course_lib.checks.compare import Difference, difference

Shapes = dict[str, list[int]]


def shapes(value: Any) -> Shapes:
    """Name of each parameter and buffer -> its shape, of a module's answer."""
    found = value.get("state") if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def wrong_parameters(expected: Shapes, got: Shapes) -> str:
    """What is wrong with the parameters and buffers, or ""."""
    missing = {name: shape for name, shape in expected.items() if name not in got}
    others = {name: shape for name, shape in got.items() if name not in expected}
    unregistered = (
        "Only what is an nn.Parameter (or a registered buffer, or inside a submodule) is learned "
        "and saved."
    )
    if not got:
        return f"The module has no parameters; it needs {_listed(expected)}. {unregistered}"
    if missing and others:
        return (
            f"The names must be those asked for: {_listed(missing)}; "
            f"the module has {_listed(others)} instead."
        )
    if missing:
        return f"The module lacks {_listed(missing)}. {unregistered}"
    if others:
        return f"The module has more than was asked for: {_listed(others)}."
    for name, shape in expected.items():
        if got[name] != shape:
            return f"{name} has the shape {_tuple(got[name])}, expected {_tuple(shape)}."
    return ""


def wrong_output(expected: Any, value: Any, tolerance: float) -> Difference | None:
    """How what `forward` returned differs from what it should return, in either mode."""
    found = {
        mode: next(
            (
                different
                for wanted, came in zip(expected[mode], value[mode], strict=True)
                if (different := _output(wanted, came, tolerance))
            ),
            None,
        )
        for mode in ("train", "eval")
    }
    train, evaluation = found["train"], found["eval"]
    if train and evaluation:
        return train
    where = "in training mode " if train else "in eval mode "
    wrong = train or evaluation
    return wrong and Difference(where + wrong.text, where + wrong.discreet)


def _output(wanted: Any, came: Any, tolerance: float) -> Difference | None:
    if came is None:
        text = "forward returned None (does it return its result?)"
        return Difference(text, text)
    return difference(wanted, came, tolerance, "forward")


def _listed(shapes: Shapes) -> str:
    return ", ".join(f"{name} {_tuple(shape)}" for name, shape in shapes.items())


def _tuple(shape: Any) -> str:
    return str(tuple(shape)) if isinstance(shape, (list, tuple)) else "?"
