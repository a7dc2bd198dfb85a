"""The text that is scanned for forbidden operators, the same in the check and in marking.

It is the definition that is asked and the learner's functions that it calls, except those with an
exercise of their own: what stands beside the answer, a try-out against the library, costs nothing.
Names are resolved as Python does: a function's own variables are none of the notebook's.
"""

import ast
import builtins
import re
import symtable
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

MAX_CELL = 20_000
"""Letters of a cell that are parsed; parsing takes longer than in proportion."""

_MAGICS = (
    (r"\A\s*%%.*$", ""),
    (r"^([ \t]*)%(?:time|timeit|prun)[ \t]+(?!-)(.+)$", r"\1\2"),
    (r"^([ \t]*)[%!?].*$", r"\1pass"),
    (r"^([ \t]*)[\w.]+\?+[ \t]*$", r"\1pass"),
    (r"^([^\n=]+=)[ \t]*[%!].*$", r"\1 None"),
)


@dataclass(frozen=True)
class Cell:
    """A code cell, parsed once.

    Attributes:
        source: as it was written.
        statements: those at its top, or nothing where the cell is no Python or too large to read.
    """

    source: str
    statements: tuple[ast.stmt, ...] | None

    @classmethod
    @lru_cache(512)
    def of(cls, source: str) -> "Cell":
        """Parses a cell without IPython's own syntax; code that a magic is given to run stays."""
        if len(source) <= MAX_CELL:
            for text in (source, without_magics(source)):
                try:
                    tree = ast.parse(text)
                    ast.unparse(tree)  # what is too deep to be written is too deep to be read
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    continue
                return cls(source, tuple(tree.body))
        return cls(source, None)

    @cached_property
    def text(self) -> str:
        """Its statements as plain Python."""
        return "\n".join(map(_unparsed, self.statements or ()))


def without_magics(source: str) -> str:
    """A cell's text with what only IPython reads taken out, line for line."""
    for pattern, plain in _MAGICS:
        source = re.sub(pattern, plain, source, flags=re.MULTILINE)
    return source


def scope(cells: Iterable[Cell], name: str, asked_elsewhere: Collection[str] = ()) -> str:
    """The statements that `name` rests upon, as plain Python, in the order of the cells.

    Args:
        cells: the learner's, in the order in which they ran; of two definitions the later counts.
        asked_elsewhere: names with an exercise of their own, at which the search stops.
    """
    bound: dict[str, list[ast.stmt]] = {}
    order: list[ast.stmt] = []
    for cell in cells:
        for statement in cell.statements or ():
            order.append(statement)
            for one, afresh in binds(statement):
                bound[one] = [statement] if afresh else [*bound.get(one, []), statement]
    wanted, seen = [name], set[str]()
    found: dict[int, ast.stmt] = {}
    while wanted:
        one = wanted.pop()
        if one in seen or (one != name and one in asked_elsewhere):
            continue
        seen.add(one)
        for statement in bound.get(one, ()):
            if id(statement) not in found:
                found[id(statement)] = statement
                wanted += _uses(statement)
    if any(one not in bound and not hasattr(builtins, one) for one in seen):
        # What is bound nowhere may have come with a star.
        found |= {id(statement): statement for statement in bound.get(_STAR, ())}
    kept = [_only(statement, seen) for statement in order if id(statement) in found]
    return "\n".join(map(_unparsed, kept))


@lru_cache(4096)
def _unparsed(statement: ast.stmt) -> str:
    return ast.unparse(statement)


def _only(statement: ast.stmt, names: Collection[str]) -> ast.stmt:
    """Of an import, what binds one of the names; a try-out may import more beside it."""
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        return statement
    kept = [item for item in statement.names if item.name == "*" or _imported(item) in names]
    if isinstance(statement, ast.Import):
        return ast.Import(names=kept)
    return ast.ImportFrom(module=statement.module, names=kept, level=statement.level)


def _imported(item: ast.alias) -> str:
    return item.asname or item.name.partition(".")[0]


_STAR = "*"


def binds(statement: ast.stmt) -> list[tuple[str, bool]]:
    """The notebook's names that a statement binds, and whether it does so afresh.

    A name that an attribute or an item is set of (`Conv2D.forward = ...`) rests on that, too.
    """
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [(statement.name, True)]
    if _is_check(statement):
        return []
    found: list[tuple[str, bool]] = []
    for node in _outside_functions(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            found.append((node.id, isinstance(statement, (ast.Assign, ast.AnnAssign))))
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            head: ast.expr = node
            while isinstance(head, (ast.Attribute, ast.Subscript)):
                head = head.value
            if isinstance(head, ast.Name):
                found.append((head.id, False))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.append((node.name, False))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found += [(_imported(item), node is statement) for item in node.names]
    return found


def _is_check(statement: ast.stmt) -> bool:
    """Whether it is the line of a check, `corr2d = check("convolution.corr2d", corr2d)`."""
    if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)):
        return False
    call, target = statement.value, ast.unparse(statement.targets[0])
    checks = isinstance(call.func, ast.Name) and call.func.id == "check" and len(call.args) == 2
    return checks and ast.unparse(call.args[-1]) == target


def _outside_functions(statement: ast.stmt) -> Sequence[ast.AST]:
    """The nodes of a statement, without what stands inside of functions and classes in it."""
    found: list[ast.AST] = []
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        found.append(node)
        if node is statement or not isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
        ):
            stack += ast.iter_child_nodes(node)
    return found


@lru_cache(4096)
def _uses(statement: ast.stmt) -> frozenset[str]:
    """The notebook's names that a statement, and what is defined in it, refers to."""
    names = set[str]()
    try:
        tables = [symtable.symtable(_unparsed(statement), "cell", "exec")]
    except (SyntaxError, RecursionError):
        return frozenset(node.id for node in ast.walk(statement) if isinstance(node, ast.Name))
    top = tables[0]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table is top or symbol.is_global()):
                names.add(symbol.get_name())
    return frozenset(names)
