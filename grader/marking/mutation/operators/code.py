"""Source with its syntax tree, and the base of the operators that work on it."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

Node = TypeVar("Node", bound=ast.AST)


class Code:
    """A text of Python that can be rewritten where a node of its tree stands.

    Raises:
        SyntaxError: the text is no Python.
    """

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self._bytes = source.encode()  # the positions of nodes count bytes
        lines = self._bytes.splitlines(keepends=True)
        self._line_starts = [sum(map(len, lines[:i])) for i in range(len(lines))]
        self._parents = {
            child: parent
            for parent in ast.walk(self.tree)
            for child in ast.iter_child_nodes(parent)
        }

    def nodes(self, kind: type[Node], within: ast.AST | None = None) -> Iterator[Node]:
        """The nodes of a kind, in an order that is always the same.

        Not those in f-strings: Python 3.11 does not say where they stand.
        """
        for node in ast.walk(within or self.tree):
            if isinstance(node, kind) and not self._is_in_text(node):
                yield node

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node of which this one is a part."""
        return self._parents.get(node)

    def start(self, node: ast.AST) -> int:
        """Where the node begins, in bytes."""
        where: Any = node
        return self._place(where.lineno, where.col_offset)

    def end(self, node: ast.AST) -> int:
        """Where the node ends, in bytes."""
        where: Any = node
        return self._place(where.end_lineno, where.end_col_offset)

    def _place(self, line: int, column: int) -> int:
        return self._line_starts[line - 1] + column

    def text(self, node: ast.AST) -> str:
        """What stands there for a node."""
        return self.between(self.start(node), self.end(node))

    def between(self, start: int, end: int) -> str:
        """What stands from one place up to another, in bytes."""
        return self._bytes[start:end].decode()

    def replaced(self, *changes: tuple[ast.AST, str]) -> str:
        """The whole text with other texts for some nodes that do not overlap."""
        spans = [(self.start(node), self.end(node), text) for node, text in changes]
        new = self._bytes
        for start, end, text in sorted(spans, reverse=True):
            new = new[:start] + text.encode() + new[end:]
        return new.decode()

    def swapped(self, one: ast.AST, other: ast.AST) -> str:
        """The whole text with two nodes in each other's place."""
        return self.replaced((one, self.text(other)), (other, self.text(one)))

    def spliced(self, start: int, end: int, text: str) -> str:
        """The whole text with another text from one place up to another, in bytes."""
        return (self._bytes[:start] + text.encode() + self._bytes[end:]).decode()

    def without_argument(self, call: ast.Call, argument: ast.expr | ast.keyword) -> str:
        """The whole text with one argument of a call left out, with its comma."""
        items: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        items.sort(key=self.start)
        i = items.index(argument)
        if i > 0:
            return self.spliced(self.end(items[i - 1]), self.end(argument), "")
        after = self.start(items[1]) if len(items) > 1 else self.end(argument)
        return self.spliced(self.start(argument), after, "")

    def _is_in_text(self, node: ast.AST) -> bool:
        above = self.parent(node)
        while above is not None:
            if isinstance(above, ast.JoinedStr):
                return True
            above = self.parent(above)
        return False


@dataclass(frozen=True)
class Example:
    """All that an operator makes of a text, in its order."""

    before: str
    after: tuple[str, ...]


class FieldOperator(ABC):
    """A slip of people who write networks: finds its places in a text and makes it at each.

    Attributes:
        name: what is done, in a few words.
        examples: for the reader, and tested.
    """

    name: ClassVar[str]
    examples: ClassVar[tuple[Example, ...]]

    @abstractmethod
    def mutated(self, code: Code) -> Iterator[str]:
        """The text with this slip, once for each place and way."""


def called_name(call: ast.Call) -> str:
    """The last name of what is called: `sum` for `x.sum()`, `torch.sum(x)` and `sum(x)`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def whole_number(node: ast.AST | None) -> int | None:
    """The integer that is written there, if it is one: `2`, `-1`."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = whole_number(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return None


def moved(code: Code, node: ast.expr, by: int) -> str:
    """The text of an expression, one more or one less: `2` for `1`, `n - 1` for `n`."""
    number = whole_number(node)
    if number is not None:
        return str(number + by)
    text = code.text(node)
    if isinstance(node, (ast.IfExp, ast.Lambda, ast.Compare, ast.BoolOp)):
        text = f"({text})"
    return f"{text} {'+' if by > 0 else '-'} {abs(by)}"
