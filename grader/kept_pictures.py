"""The still pictures that a release keeps, so that a reader on the web sees the figures.

A cell keeps its pictures if nothing in them comes from an answer: it is neither an answer nor a
check, and the names that it reads come from imports and from other such cells. Whatever a cell with
something of a learner's reads or binds, imported names apart, is the learner's from then on.
"""

import ast
import builtins
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors

_KEPT = ("image/png", "text/html", "text/plain")


class KeepPictures(preprocessors.ClearOutput):  # type: ignore[misc]
    """Clears all outputs but the still pictures that come from no answer.

    It must run before `ClearSolutions`, while it can be seen which names an answer binds.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        kept = {number: pictures(nb.cells[number]) for number in cells_without_answers(nb)}
        nb, resources = super().preprocess(nb, resources)
        for number, outputs in kept.items():
            nb.cells[number].outputs = outputs
        return nb, resources


def pictures(cell: NotebookNode) -> list[NotebookNode]:
    """A cell's still pictures, as outputs that hold nothing else: no text, widget or script."""
    return [
        NotebookNode(
            output_type="display_data",
            data=NotebookNode({kind: output.data[kind] for kind in _KEPT if kind in output.data}),
            metadata=NotebookNode(),
        )
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]


def cells_without_answers(notebook: NotebookNode) -> list[int]:
    """The places of the code cells whose outputs come from no answer."""
    names, found = _Names(), []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            flags = cell.metadata.get("nbgrader", {})
            graded = flags.get("grade") or flags.get("solution")
            if names.ran(cell.source, learners=bool(graded)):
                found.append(number)
    return found


@dataclass
class _Names:
    """Where the names come from that are known after some cells have run."""

    courses: set[str] = field(default_factory=lambda: set(dir(builtins)))
    imported: set[str] = field(default_factory=set)
    learners: set[str] = field(default_factory=set)

    def ran(self, source: str, learners: bool) -> bool:
        """Takes in what a cell does to the names; says whether it is free of a learner's."""
        try:
            statements = [_Statement(ast.unparse(node)) for node in ast.parse(source).body]
        except SyntaxError:  # a magic command, which could do anything
            return False
        before = self.courses, self.imported, self.learners
        self.courses, self.imported, self.learners = map(set, before)
        if not learners and all(self._is_the_courses(statement) for statement in statements):
            return True
        self.courses, self.imported, self.learners = before
        for statement in statements:
            self.imported |= statement.imports
            self.courses |= statement.imports
            self.learners |= statement.reads - self.imported | statement.binds
        self.learners -= set(dir(builtins))
        self.courses -= self.learners
        return False

    def _is_the_courses(self, statement: "_Statement") -> bool:
        if statement.reads & self.learners or statement.reads - self.courses - statement.binds:
            return False
        self.imported = self.imported - statement.binds | statement.imports
        self.courses |= statement.binds | statement.imports
        self.learners -= statement.binds | statement.imports
        return True


class _Statement:
    """The names of the notebook that a statement reads, binds and imports."""

    def __init__(self, source: str) -> None:
        top = symtable.symtable(source, "cell", "exec")
        symbols = top.get_symbols()
        self.imports = {symbol.get_name() for symbol in symbols if symbol.is_imported()}
        self.binds = {symbol.get_name() for symbol in symbols if symbol.is_assigned()}
        self.binds -= self.imports
        self.reads = {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
        for table in _below(top):
            for symbol in table.get_symbols():
                if symbol.is_global():
                    self.reads.add(symbol.get_name())
                    if symbol.is_assigned():
                        self.binds.add(symbol.get_name())


def _below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _below(child)
