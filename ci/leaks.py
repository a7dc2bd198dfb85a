"""Finds answers where learners would see them: in a release, in `course_lib`, in their tree.

Looked for are the lines that stand in a section's solution regions, model answers and hidden tests
and nowhere else in its source, and the functions defined there, however their variables are called.
A line of a few letters, or one that every program has, gives nothing away and is passed over.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ci.strip import traces_of_running
from grader.kept_pictures import cells_without_answers, pictures

_SHORTEST_LINE = 16
"""Letters, spaces aside, from which on a line tells something."""
_SMALLEST_FUNCTION = 25
"""Nodes of a syntax tree, from which on two equal functions are no accident."""
_EVERYWHERE = frozenset(
    {
        "super().__init__()",
        "withtorch.no_grad():",
        "optimiser.zero_grad()",
        "optimiser.step()",
        "net.load_state_dict(state)",
    }
)
"""Lines that give nothing away, though they are long enough; without white space."""
_MARKS = ("BEGIN SOLUTION", "BEGIN HIDDEN TESTS", "BEGIN MARK SCHEME")
_REGION = re.compile(
    r"^.*BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME).*\n([\s\S]*?)^.*END \1.*$", re.MULTILINE
)


@dataclass(frozen=True)
class Secrets:
    """What a section's source holds that learners must not see.

    Attributes:
        lines: without any white space.
        functions: normalised syntax tree -> the function's name in the solution.
    """

    lines: frozenset[str]
    functions: dict[str, str]


def secrets(notebook: NotebookNode) -> Secrets:
    """The secrets of a converted solution."""
    hidden: list[str] = []
    shown: list[str] = []
    functions: dict[str, str] = {}
    for cell in notebook.cells:
        regions = [match[2] for match in _REGION.finditer(cell.source)]
        if not regions and cell.metadata.get("nbgrader", {}).get("solution"):
            regions = [cell.source]  # nbgrader replaces the whole cell
        rest = cell.source
        for region in regions:
            hidden += region.splitlines()
            rest = rest.replace(region, "")
        shown += rest.splitlines()
        if regions and cell.cell_type == "code":
            functions |= dict(_functions(cell.source))
    public = {_squeezed(line) for line in shown}
    lines = {_squeezed(line) for line in hidden} - public
    return Secrets(frozenset(line for line in lines if _tells(line)), functions)


def leaks_in_text(text: str, secret: Secrets) -> list[str]:
    """The lines of a text that are a secret."""
    return [
        f"line {number} is one of a solution: {line.strip()}"
        for number, line in enumerate(text.splitlines(), start=1)
        if _squeezed(line) in secret.lines
    ]


def leaks_in_python(source: str, secret: Secrets) -> list[str]:
    """The lines and functions of a Python file that are a secret."""
    return leaks_in_text(source, secret) + [
        f"{name} is the solution's {secret.functions[tree]}"
        for tree, name in _functions(source)
        if tree in secret.functions
    ]


def leaks_in_notebook(notebook: NotebookNode, secret: Secrets) -> list[str]:
    """Secrets in a released notebook; also outputs, markers and traces of running.

    Of outputs it may hold the still pictures that come from no answer.
    """
    problems = traces_of_running(notebook)
    may_show = {number + 1 for number in cells_without_answers(notebook)}
    for number, cell in enumerate(notebook.cells, start=1):
        found = leaks_in_text(cell.source, secret)
        found += [f"{mark} is still there" for mark in _MARKS if mark in cell.source]
        kept = pictures(cell) if number in may_show else []
        if cell.get("outputs", []) != kept or cell.get("execution_count") is not None:
            found.append("it has outputs")
        problems += [f"cell {number}: {problem}" for problem in found]
    # Whatever else a notebook can hold: attachments, metadata of some tool.
    rest = {**notebook, "cells": [{**cell, "source": ""} for cell in notebook.cells]}
    for text in _texts(json.loads(json.dumps(rest))):
        problems += [f"beside its cells: {problem}" for problem in leaks_in_text(text, secret)]
    return problems


def leaks_in_tree(folder: Path, secret: Secrets) -> list[str]:
    """Secrets in a folder for learners: released notebooks, Python files, other texts."""
    problems = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder)
        if path.suffix == ".ipynb":
            found = leaks_in_notebook(nbformat.read(path, as_version=4), secret)
        elif path.suffix == ".py":
            found = leaks_in_python(path.read_text("utf-8"), secret)
            if path.with_suffix(".ipynb").exists():
                found.append("it is the source of a notebook")
        else:
            found = leaks_in_text(path.read_text("utf-8", errors="replace"), secret)
        problems += [f"{name}: {problem}" for problem in found]
    return problems


def _squeezed(line: str) -> str:
    """A line without white space and list marks, so that an indent hides nothing."""
    return re.sub(r"\s+", "", line).lstrip("#*->")


def _tells(line: str) -> bool:
    if line in _EVERYWHERE or line.startswith(("import", "from")):
        return False
    return len(line) >= _SHORTEST_LINE


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        yield from _all_texts(node.values())
    elif isinstance(node, list):
        yield from _all_texts(node)


def _all_texts(nodes: Iterable[object]) -> Iterator[str]:
    for node in nodes:
        yield from _texts(node)


def _functions(source: str) -> Iterator[tuple[str, str]]:
    """Normalised tree and name of each function that is large enough to give something away."""
    try:
        module = ast.parse(source)
    except SyntaxError:  # a cell with a magic command
        return
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            tree = _normalised(node)
            if sum(1 for _ in ast.walk(tree)) >= _SMALLEST_FUNCTION:
                yield ast.dump(tree), node.name


def _normalised(function: ast.FunctionDef) -> ast.Module:
    """The body of a function, without docstring and annotations, its own names numbered."""
    copied = ast.parse(ast.unparse(function)).body[0]
    assert isinstance(copied, ast.FunctionDef)
    arguments = [arg.arg for arg in ast.walk(copied.args) if isinstance(arg, ast.arg)]
    stored = [
        node.id
        for node in ast.walk(copied)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    numbers = {name: f"v{number}" for number, name in enumerate(dict.fromkeys(arguments + stored))}
    body = copied.body[1:] if ast.get_docstring(copied) is not None else copied.body
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in numbers:
                node.id = numbers[node.id]
    return ast.Module(body=body, type_ignores=[])
