"""Slips with tensors: sizes, slices, dimensions, settings of a kernel, and what is reduced."""

import ast
from collections.abc import Collection, Iterator
from itertools import combinations
from typing import ClassVar

from grader.marking.mutation.operators.code import (
    Code,
    Example,
    FieldOperator,
    called_name,
    moved,
    whole_number,
)


class HeightForWidth(FieldOperator):
    name = "H for W"
    examples = (
        Example("X.shape[0]", ("X.shape[1]",)),
        Example("X.size(-1)", ("X.size(-2)",)),
        Example("X.shape[2:]", ()),
        Example("X[0]", ()),
    )
    _others: ClassVar = {0: 1, 1: 0, 2: 3, 3: 2, -1: -2, -2: -1}

    def mutated(self, code: Code) -> Iterator[str]:
        for index in (*self._of_shapes(code), *self._of_sizes(code)):
            other = (
                self._others.get(number) if (number := whole_number(index)) is not None else None
            )
            if other is not None:
                yield code.replaced((index, str(other)))

    def _of_shapes(self, code: Code) -> Iterator[ast.expr]:
        for node in code.nodes(ast.Subscript):
            if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
                yield node.slice

    def _of_sizes(self, code: Code) -> Iterator[ast.expr]:
        for call in code.nodes(ast.Call):
            if called_name(call) == "size" and len(call.args) == 1:
                yield call.args[0]


class SliceEnds(FieldOperator):
    name = "ends of a slice"
    examples = (
        Example(
            "X[i:i + h]",
            (
                "X[i - 1:i + h]",
                "X[i + 1:i + h]",
                "X[:i + h]",
                "X[i:i + h - 1]",
                "X[i:i + h + 1]",
                "X[i:]",
            ),
        ),
        Example("X[:, ::2]", ("X[1:, ::2]", "X[:-1, ::2]", "X[:, 1::2]", "X[:, :-1:2]", "X[:, :]")),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        for node in code.nodes(ast.Slice):
            lower, upper, step = (
                "" if part is None else code.text(part)
                for part in (node.lower, node.upper, node.step)
            )
            lowers = ["1"] if node.lower is None else [*_around(code, node.lower), ""]
            uppers = ["-1"] if node.upper is None else [*_around(code, node.upper), ""]
            for other in lowers:
                yield code.replaced((node, _slice(other, upper, step)))
            for other in uppers:
                yield code.replaced((node, _slice(lower, other, step)))
            if step:
                yield code.replaced((node, _slice(lower, upper, "")))


def _around(code: Code, node: ast.expr) -> list[str]:
    return [moved(code, node, by) for by in (-1, 1)]


def _slice(lower: str, upper: str, step: str) -> str:
    return f"{lower}:{upper}" + (f":{step}" if step else "")


class OtherDim(FieldOperator):
    name = "dim"
    examples = (
        Example("x.sum(dim=1)", ("x.sum(dim=0)", "x.sum(dim=-1)", "x.sum(dim=-2)", "x.sum()")),
        Example("x.sum(dim=(-2, -1))", ("x.sum(dim=(-2,))", "x.sum(dim=(-1,))", "x.sum()")),
        Example("x.sum(0, keepdim=True)", ("x.sum(0)",)),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        for call, keyword in _keywords(code, ("dim", "dims", "axis", "keepdim", "keepdims")):
            if whole_number(keyword.value) is not None:
                for other in (0, 1, -1, -2):
                    if other != whole_number(keyword.value):
                        yield code.replaced((keyword.value, str(other)))
            if isinstance(keyword.value, (ast.Tuple, ast.List)):
                for left in keyword.value.elts:
                    yield code.replaced((keyword.value, f"({code.text(left)},)"))
            yield code.without_argument(call, keyword)


class KernelSettings(FieldOperator):
    name = "stride, padding and the like"
    examples = (
        Example(
            "f(x, stride=s, padding=1)",
            (
                "f(x, stride=s - 1, padding=1)",
                "f(x, stride=s + 1, padding=1)",
                "f(x, padding=1)",
                "f(x, stride=s, padding=0)",
                "f(x, stride=s, padding=2)",
                "f(x, stride=s)",
                "f(x, stride=1, padding=s)",
            ),
        ),
        Example("f(x, bias=False)", ("f(x)",)),
    )
    _sizes: ClassVar = {"dilation", "groups", "kernel_size", "output_padding", "padding", "stride"}
    _ways: ClassVar = {"bias", "ceil_mode", "count_include_pad", "mode", "padding_mode", "value"}
    _names: ClassVar = _sizes | _ways | {"step"}

    def mutated(self, code: Code) -> Iterator[str]:
        found = list(_keywords(code, self._names))
        for call, keyword in found:
            if whole_number(keyword.value) is not None or isinstance(
                keyword.value, (ast.Name, ast.Attribute, ast.BinOp)
            ):
                for by in (-1, 1):
                    yield code.replaced((keyword.value, moved(code, keyword.value, by)))
            yield code.without_argument(call, keyword)
        for (call, one), (other_call, other) in combinations(found, 2):
            if call is other_call and code.text(one.value) != code.text(other.value):
                yield code.swapped(one.value, other.value)


def _keywords(code: Code, names: Collection[str]) -> Iterator[tuple[ast.Call, ast.keyword]]:
    for call in code.nodes(ast.Call):
        for keyword in call.keywords:
            if keyword.arg in names:
                yield call, keyword


class NotMinusInfinity(FieldOperator):
    name = "-inf"
    examples = (
        Example('float("-inf")', ("0.0", "-1000.0", 'float("inf")')),
        Example("-torch.inf", ("0.0", "-1000.0", 'float("inf")')),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        for node in (*code.nodes(ast.UnaryOp), *code.nodes(ast.Call), *code.nodes(ast.Attribute)):
            text = code.text(node).replace(" ", "").replace("'", '"')
            if text in _MINUS_INFINITY or (
                text.startswith("torch.finfo(") and text.endswith(".min")
            ):
                for other in ("0.0", "-1000.0", 'float("inf")'):
                    yield code.replaced((node, other))


_MINUS_INFINITY = (
    'float("-inf")',
    '-float("inf")',
    "-torch.inf",
    "-math.inf",
    "-np.inf",
    "-numpy.inf",
)


class OtherReduction(FieldOperator):
    name = "mean for sum, min for max"
    examples = (
        Example("x.sum()", ("x.mean()",)),
        Example("torch.amax(x, 0)", ("torch.amin(x, 0)",)),
        Example("max(a, b)", ("min(a, b)",)),
        Example("F.max_pool2d(x, 2)", ("F.avg_pool2d(x, 2)",)),
    )
    _pairs: ClassVar = (
        ("sum", "mean"),
        ("max", "min"),
        ("amax", "amin"),
        ("argmax", "argmin"),
        ("maximum", "minimum"),
        ("max_pool2d", "avg_pool2d"),
        ("MaxPool2d", "AvgPool2d"),
        ("zeros", "ones"),
        ("zeros_like", "ones_like"),
        ("std", "var"),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        others = dict(self._pairs) | {b: a for a, b in self._pairs}
        for call in code.nodes(ast.Call):
            name = called_name(call)
            if name in others:
                before = code.text(call.func).removesuffix(name)
                yield code.replaced((call.func, before + others[name]))
