"""Finds forbidden operators in source text. A deterrent, not the wall: disguises exist."""

import ast
from functools import lru_cache

_DYNAMIC = (
    *("eval", "exec", "compile", "__import__", "builtins"),
    *("getattr", "setattr", "globals", "locals", "vars"),
    *("operator.attrgetter", "operator.methodcaller", "sys.modules"),
    *("importlib", "inspect", "pkgutil", "pydoc", "runpy", "code", "codeop"),
    *(
        "threading",
        "_thread",
        "concurrent",
        "asyncio",
        "multiprocessing",
        "subprocess",
        "os.system",
    ),
    *("ctypes", "cffi"),
)
"""What looks names up, or runs code in another thread, process, interpreter or language."""

_ALIASES = {
    "F": "torch.nn.functional",
    "nn": "torch.nn",
    "np": "numpy",
    "signal": "scipy.signal",
}
"""Names that notebooks bind in their first cell, so that a later cell may use them unimported."""


def forbidden_uses(source: str, forbidden: tuple[str, ...]) -> tuple[str, ...]:
    """The forbidden dotted names that the source uses, as full names.

    Args:
        source: Python text; what does not parse holds nothing.
        forbidden: full dotted names; a module's name forbids everything in it. Names with "::"
            are operators, observed while running, and ignored here; ".numpy" is that
            attribute of anything.
    """
    names = [name for name in forbidden if "::" not in name]
    used = _used_names(source)
    hits = {
        name
        for name in names
        for use in used
        if (use.endswith(name) if name.startswith(".") else f"{use}.".startswith(f"{name}."))
    }
    return tuple(sorted(hits))


def dynamic_uses(source: str) -> tuple[str, ...]:
    """Ways around a scan (`getattr`, `exec`, threads, foreign code) for a person to look at."""
    used = _used_names(source)
    hits = {use for use in used if any(f"{use}.".startswith(f"{name}.") for name in _DYNAMIC)}
    return tuple(sorted(hits))


@lru_cache(1024)
def _used_names(source: str) -> frozenset[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    own = _bound_names(tree)  # somebody's "signal" may be a sound, not SciPy's module
    aliases = {name: full for name, full in _ALIASES.items() if name not in own}
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                aliases[item.asname or item.name.partition(".")[0]] = (
                    item.name if item.asname else item.name.partition(".")[0]
                )
                used.add(item.name)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for item in node.names:
                aliases[item.asname or item.name] = f"{node.module}.{item.name}"
                used.add(f"{node.module}.{item.name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            used.add(f".{node.attr}")
        if isinstance(node, (ast.Attribute, ast.Name)):
            dotted = _dotted(node)
            if dotted:
                head, dot, rest = dotted.partition(".")
                used.add(aliases.get(head, head) + dot + rest)
    return frozenset(used)


def _bound_names(tree: ast.Module) -> set[str]:
    """Names of parameters, and names that are assigned to."""
    parameters = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return parameters | {name.id for name in names if isinstance(name.ctx, ast.Store)}


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = _dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""
