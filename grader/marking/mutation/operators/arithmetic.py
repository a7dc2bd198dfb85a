"""Slips in counting: divisions, bounds, defaults."""

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from grader.marking.mutation.operators.code import (
    Code,
    Example,
    FieldOperator,
    called_name,
    moved,
)


class RoundedDivision(FieldOperator):
    name = "// to round or to the next whole number"
    examples = (Example("(n + 1) // 2", ("round((n + 1) / 2)", "(-(-(n + 1) // 2))")),)

    def mutated(self, code: Code) -> Iterator[str]:
        for node in code.nodes(ast.BinOp):
            if isinstance(node.op, ast.FloorDiv):
                left, right = code.end(node.left), code.start(node.right)
                divided = (
                    code.between(code.start(node), left)
                    + code.between(left, right).replace("//", "/")
                    + code.between(right, code.end(node))
                )
                yield code.replaced((node, f"round({divided})"))
                yield code.replaced((node, f"(-(-{code.text(node)}))"))


class OtherRounding(FieldOperator):
    name = "floor for ceil, round for int"
    examples = (
        Example("math.ceil(n / 2)", ("math.floor(n / 2)",)),
        Example("int(x)", ("round(x)",)),
    )
    _others: ClassVar = {"floor": "ceil", "ceil": "floor", "int": "round"}

    def mutated(self, code: Code) -> Iterator[str]:
        for call in code.nodes(ast.Call):
            other = self._others.get(called_name(call))
            if other is not None:
                before = code.text(call.func)
                yield code.replaced((call.func, before.removesuffix(called_name(call)) + other))


class OperandsSwapped(FieldOperator):
    name = "operands swapped"
    examples = (Example("a - b", ("b - a",)), Example("A @ B", ("B @ A",)), Example("a + b", ()))

    def mutated(self, code: Code) -> Iterator[str]:
        for node in code.nodes(ast.BinOp):
            if isinstance(node.op, (ast.Sub, ast.Div, ast.FloorDiv, ast.MatMult)):
                yield code.swapped(node.left, node.right)


class RangeBounds(FieldOperator):
    name = "bounds of range"
    examples = (
        Example("range(n)", ("range(n - 1)", "range(n + 1)", "range(1, n)")),
        Example(
            "range(a, b, 2)",
            (
                "range(a - 1, b, 2)",
                "range(a + 1, b, 2)",
                "range(a, b - 1, 2)",
                "range(a, b + 1, 2)",
                "range(0, b, 2)",
                "range(a, b)",
            ),
        ),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        for call in code.nodes(ast.Call):
            if called_name(call) != "range":
                continue
            for bound in call.args[:2]:
                for by in (-1, 1):
                    yield code.replaced((bound, moved(code, bound, by)))
            if len(call.args) == 1:
                yield code.replaced((call.args[0], f"1, {code.text(call.args[0])}"))
            elif call.args:
                yield code.replaced((call.args[0], "0"))
            if len(call.args) == 3:
                yield code.without_argument(call, call.args[2])


class OtherDefault(FieldOperator):
    name = "default of a parameter"
    examples = (
        Example("def f(s=2): pass", ("def f(s): pass", "def f(s=0): pass", "def f(s=1): pass")),
        Example("def f(p=None): pass", ("def f(p): pass", "def f(p=1): pass")),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        for _, parameter, default in _defaults(code):
            yield code.spliced(code.end(parameter), code.end(default), "")
            if isinstance(default, ast.Constant) and default.value is None:
                yield code.replaced((default, "1"))
            elif isinstance(default, ast.Constant) and type(default.value) in (int, float):
                for other in (0, 1, 2):
                    if other != default.value:
                        yield code.replaced((default, str(other)))


class ParameterIgnored(FieldOperator):
    name = "a parameter's default for the parameter"
    examples = (Example("def f(x, s=2): return x[::s]", ("def f(x, s=2): return x[::2]",)),)

    def mutated(self, code: Code) -> Iterator[str]:
        for function, parameter, default in _defaults(code):
            for name in code.nodes(ast.Name, within=function):
                if name.id == parameter.arg and isinstance(name.ctx, ast.Load):
                    yield code.replaced((name, code.text(default)))


_ANY_ORDER = {"max", "min", "maximum", "minimum"}


class AdjacentSwapped(FieldOperator):
    name = "adjacent elements or arguments swapped"
    examples = (
        Example("h, w = X.shape", ("w, h = X.shape",)),
        Example("f(a, b, c)", ("f(b, a, c)", "f(a, c, b)")),
        Example("max(a, b)", ()),
        Example("x.sum(dim=(0, 1))", ()),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        rows = [call.args for call in code.nodes(ast.Call) if called_name(call) not in _ANY_ORDER]
        sequences: list[ast.Tuple | ast.List] = [*code.nodes(ast.Tuple), *code.nodes(ast.List)]
        for node in sequences:
            above = code.parent(node)
            if not (isinstance(above, ast.keyword) and above.arg in ("dim", "dims", "axis")):
                rows.append(node.elts)
        for row in rows:
            for one, other in pairwise(row):
                yield code.swapped(one, other)


class ElementTwice(FieldOperator):
    name = "an element used twice"
    examples = (
        Example("(h, w)", ("(h, h)", "(w, w)")),
        Example("[1, 2]", ("[1, 1]", "[2, 2]")),
        Example("(h, h)", ()),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        rows: list[ast.Tuple | ast.List] = [*code.nodes(ast.Tuple), *code.nodes(ast.List)]
        for node in rows:
            if isinstance(node.ctx, ast.Load):
                for one, other in pairwise(node.elts):
                    if code.text(one) != code.text(other):
                        yield code.replaced((other, code.text(one)))
                        yield code.replaced((one, code.text(other)))


def _defaults(
    code: Code,
) -> Iterator[tuple[ast.FunctionDef, ast.arg, ast.expr]]:
    """Function, parameter, and the parameter's default, for each default in a signature."""
    for function in code.nodes(ast.FunctionDef):
        taken = function.args
        by_place = [*taken.posonlyargs, *taken.args]
        last = by_place[len(by_place) - len(taken.defaults) :]
        for parameter, default in zip(last, taken.defaults, strict=True):
            yield function, parameter, default
        for parameter, named in zip(taken.kwonlyargs, taken.kw_defaults, strict=True):
            if named is not None:
                yield function, parameter, named
