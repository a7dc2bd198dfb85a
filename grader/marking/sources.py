"""Learners' code as text: as plain Python, and what of a notebook an answer makes use of.

For the scan of `course_lib.checks.forbidden`, which is a deterrent: disguises exist.
"""

import ast
import re
from collections.abc import Sequence

INSIDES = (
    "__import__",
    "course_lib.checks",
    "course_lib.former",
    "course_lib.sections",
    "torch._C",
    "torch.utils._python_dispatch",
    "builtins",
    "ctypes",
    "eval",
    "exec",
    "gc",
    "get_ipython",
    "importlib",
    "os.environ",
    "os.getenv",
    "sys._getframe",
    "sys.modules",
    "sys.setprofile",
    "sys.settrace",
)
"""What no exercise needs, and who wants to get around a check does."""


UNREADABLE = "unreadable_cell"
"""A name that stands in an answer's code for a cell that is no Python."""

_SIZES = ("1d", "2d", "3d")
_NAMED = {
    "aten::convolution": ("conv", "conv_transpose", "Conv", "ConvTranspose"),
    "aten::max_pool2d_with_indices": ("max_pool", "MaxPool"),
    "aten::avg_pool2d": ("avg_pool", "AvgPool"),
}
"""Operator that is observed while running -> beginnings of its names in the source."""


def names_of(operators: Sequence[str]) -> tuple[str, ...]:
    """Names under which the source may call operators that are observed while running.

    To find one there is no proof, but a reason to look, when it was not seen to run.
    """
    names = [name for operator in operators for name in _NAMED.get(operator, ())]
    places = ("torch.", "torch.nn.", "torch.nn.functional.", "torch.ops.aten.")
    return tuple(f"{place}{name}{size}" for place in places for name in names for size in _SIZES)


def as_python(source: str) -> str | None:
    """A cell's code without IPython's own syntax, or None where that leaves no Python.

    Code that a magic is given to run (`%time f()`, a cell under `%%capture`) stays.
    """
    for text in (source, _without_magics(source)):
        try:
            return ast.unparse(ast.parse(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


_MAGICS = (
    (r"\A\s*%%.*$", ""),
    (r"^([ \t]*)%(?:time|timeit|prun)[ \t]+(?!-)(.+)$", r"\1\2"),
    (r"^([ \t]*)[%!?].*$", r"\1pass"),
    (r"^([ \t]*)[\w.]+\?+[ \t]*$", r"\1pass"),
    (r"^([^\n=]+=)[ \t]*[%!].*$", r"\1 None"),
)


def _without_magics(source: str) -> str:
    for pattern, plain in _MAGICS:
        source = re.sub(pattern, plain, source, flags=re.MULTILINE)
    return source


def used_of(others: Sequence[str], source: str) -> tuple[str, ...]:
    """Those of the other cells that bind a name which `source` uses, or which such a cell uses.

    Args:
        others: plain Python, one text for each cell.
    """
    bound = [_bound(text) for text in others]
    wanted, found = _wanted(source), set[int]()
    while True:
        more = {i for i, names in enumerate(bound) if names & wanted} - found
        if not more:
            return tuple(others[i] for i in sorted(found))
        found |= more
        wanted = wanted.union(*(_wanted(others[i]) for i in more))


def _wanted(source: str) -> set[str]:
    """The names that code uses and does not bind itself."""
    nodes = list(ast.walk(ast.parse(source)))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    return used - _bound(source)


def _bound(source: str) -> set[str]:
    """The names that code assigns, defines, imports or takes as parameters."""
    names = set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {item.asname or item.name.partition(".")[0] for item in node.names}
    return names
