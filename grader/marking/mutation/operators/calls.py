"""Steps left out: copies, detaching, turning, modes, whole statements."""

import ast
from collections.abc import Iterator
from typing import ClassVar

from grader.marking.mutation.operators.code import Code, Example, FieldOperator, called_name


class StepDropped(FieldOperator):
    name = "a step left out"
    examples = (
        Example("x.clone()", ("x",)),
        Example("K.flip(0, 1).abs()", ("K.flip(0, 1)", "K.abs()")),
        Example("A.T @ B", ("A @ B",)),
        Example("torch.flip(K, (0, 1))", ("K",)),
        Example("F.relu(a + b) * 2", ("(a + b) * 2",)),
    )
    _copies: ClassVar = {"clone", "contiguous", "detach", "double", "float", "item", "long"}
    _turns: ClassVar = {"conj", "flatten", "flip", "fliplr", "flipud", "permute", "roll", "t"}
    _turns |= {"squeeze", "transpose", "unsqueeze"}
    _curves: ClassVar = {"abs", "clamp", "exp", "log", "relu", "sigmoid", "softmax", "sqrt"}
    _curves |= {"square", "tanh"}
    _modes: ClassVar = {"eval", "requires_grad_", "train"}
    _methods: ClassVar = _copies | _turns | _curves | _modes
    _attributes: ClassVar = ("T", "mT", "H", "real", "data")
    _modules: ClassVar = ("torch", "F", "np", "nn", "math")

    def mutated(self, code: Code) -> Iterator[str]:
        for call in code.nodes(ast.Call):
            if called_name(call) not in self._methods:
                continue
            if isinstance(call.func, ast.Name) or code.text(call.func.value) in self._modules:  # type: ignore[attr-defined]
                kept = call.args[0] if call.args else None
            else:
                assert isinstance(call.func, ast.Attribute)
                kept = call.func.value
            if kept is not None:
                yield code.replaced((call, _bracketed(code, kept)))
        for node in code.nodes(ast.Attribute):
            if node.attr in self._attributes and isinstance(node.ctx, ast.Load):
                yield code.replaced((node, _bracketed(code, node.value)))


def _bracketed(code: Code, node: ast.expr) -> str:
    text = code.text(node)
    whole = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.Constant, ast.Tuple, ast.List)
    return text if isinstance(node, whole) else f"({text})"


class GradientKept(FieldOperator):
    name = "no_grad left out"
    examples = (
        Example("with torch.no_grad(): f()", ("with torch.enable_grad(): f()",)),
        Example("with torch.inference_mode(): f()", ("with torch.enable_grad(): f()",)),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        for statement in code.nodes(ast.With):
            for item in statement.items:
                call = item.context_expr
                if isinstance(call, ast.Call) and called_name(call) in (
                    "no_grad",
                    "inference_mode",
                ):
                    yield code.replaced((call, "torch.enable_grad()"))


class OtherMode(FieldOperator):
    name = "train for eval"
    examples = (
        Example("net.eval()", ("net.train()",)),
        Example("net.train()", ("net.eval()",)),
        Example("train(net)", ()),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        for call in code.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("eval", "train"):
                other = "train()" if call.func.attr == "eval" else "eval()"
                yield code.replaced((call, f"{code.text(call.func.value)}.{other}"))


class StatementDropped(FieldOperator):
    name = "a statement left out"
    examples = (
        Example("opt.step()\ny += x", ("pass\ny += x", "opt.step()\npass")),
        Example("if n < 1:\n    raise ValueError(n)", ("if n < 1:\n    pass",)),
        Example("'text'\ny = x", ()),
    )

    def mutated(self, code: Code) -> Iterator[str]:
        for statement in code.nodes(ast.stmt):
            calls = isinstance(statement, ast.Expr) and not isinstance(
                statement.value, ast.Constant
            )
            if calls or isinstance(statement, (ast.AugAssign, ast.Raise)):
                yield code.replaced((statement, "pass"))
