"""A name for another of the same kind: X for K, h for w, i for j."""

import ast
from collections.abc import Iterator
from typing import Literal

from grader.marking.mutation.operators.code import Code, Example, FieldOperator

Kind = Literal["number", "tensor", "unknown"]


class NameForAnother(FieldOperator):
    """Replaces a name by each other one of its function, unless a number met a tensor so.

    What a name stands for is guessed from how it is bound; a guess that fails costs a mutant that
    is caught at once, or one too few.
    """

    name = "a name for another of the same kind"
    examples = (
        Example(
            "def f(X, n):\n    h, w = X.shape\n    return h",
            (
                "def f(X, n):\n    h, w = X.shape\n    return n",
                "def f(X, n):\n    h, w = X.shape\n    return w",
                "def f(X, n):\n    h, w = n.shape\n    return h",
            ),
        ),
        Example(
            "def f(X):\n    for i in range(2):\n        P = torch.ones(i)\n",
            (),
        ),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        for function in code.nodes(ast.FunctionDef):
            kinds = _bound_names(code, function)
            for name in code.nodes(ast.Name, within=function):
                if name.id not in kinds or not isinstance(name.ctx, ast.Load):
                    continue
                for other in sorted(kinds):
                    if other != name.id and _alike(kinds[name.id], kinds[other]):
                        yield code.replaced((name, other))


class AttributeForAnother(FieldOperator):
    name = "an attribute of self for another"
    examples = (
        Example(
            "class A:\n    def __init__(self, a, b):\n        self.a, self.b = a, b\n"
            "    def f(self):\n        return self.a\n",
            (
                "class A:\n    def __init__(self, a, b):\n        self.a, self.b = a, b\n"
                "    def f(self):\n        return self.b\n",
            ),
        ),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        for owner in code.nodes(ast.ClassDef):
            own = [node for node in code.nodes(ast.Attribute, within=owner) if _is_own(node)]
            bound = sorted({node.attr for node in own if isinstance(node.ctx, ast.Store)})
            for node in own:
                if node.attr in bound and isinstance(node.ctx, ast.Load):
                    for other in bound:
                        if other != node.attr:
                            yield code.replaced((node, f"self.{other}"))


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _alike(one: Kind, other: Kind) -> bool:
    return "unknown" in (one, other) or one == other


def _bound_names(code: Code, function: ast.FunctionDef) -> dict[str, Kind]:
    """What the names bound in a function stand for: parameters, loop variables, assigned names."""
    kinds: dict[str, Kind] = {}
    taken = function.args
    for parameter in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs):
        # By the field's habit, a capital letter is a tensor.
        kinds[parameter.arg] = "tensor" if parameter.arg.isupper() else "unknown"
    kinds.pop("self", None)
    for node in code.nodes(ast.AST, within=function):
        if isinstance(node, (ast.For, ast.comprehension)):
            kind: Kind = "number" if _is_called(node.iter, ("range",)) else "unknown"
            kinds |= dict.fromkeys(_names(node.target), kind)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                kinds |= dict.fromkeys(_names(target), _kind_of(node.value))
    return kinds


def _names(target: ast.expr) -> list[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]


def _kind_of(value: ast.expr) -> Kind:
    if isinstance(value, ast.Subscript):
        return "number" if _is_shape(value.value) else "unknown"
    if _is_shape(value) or _is_called(value, ("len", "int", "round", "size")):
        return "number"
    if isinstance(value, ast.Constant) and isinstance(value.value, (int, float)):
        return "number"
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.FloorDiv):
        return "number"
    if _is_called(value, ("zeros", "ones", "empty", "tensor", "full", "pad")):
        return "tensor"
    return "unknown"


def _is_shape(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and value.attr == "shape"


def _is_called(value: ast.expr, names: tuple[str, ...]) -> bool:
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in names
