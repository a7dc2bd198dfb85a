"""What the running notebook tells: the cells that ran, and whether an answer's cell did."""

import ast
import re
from typing import Any

from course_lib.checks.scope import Cell, binds, without_magics

_KEPT = 400
"""Cells looked back at; a long session has run the same ones again and again."""


_ended_in_error: dict[str, bool] = {}
"""A cell as it was written -> whether its last run ended in an error."""


def watch() -> None:
    """Has IPython tell how each cell ends, from now on."""
    here = shell()
    if here is not None and _note_end not in here.events.callbacks["post_run_cell"]:
        here.events.register("post_run_cell", _note_end)


def _note_end(result: Any) -> None:
    _ended_in_error[str(result.info.raw_cell)] = not result.success


def shell() -> Any:
    """IPython's shell, or None outside of a notebook."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    return get_ipython()


def cell_number() -> int | None:
    """The number of the cell that runs, or None outside of a notebook."""
    here = shell()
    return None if here is None else int(here.execution_count)


def namespace() -> dict[str, Any] | None:
    """The notebook's names, or None outside of a notebook."""
    here = shell()
    return None if here is None else here.user_ns


def sources() -> list[str]:
    """The cells that were run as they were written, in that order; with a syntax error, too."""
    here = shell()
    ran = [] if here is None else here.history_manager.input_hist_raw
    return [source for source in ran[-_KEPT:] if isinstance(source, str)]


def cells() -> list[Cell]:
    """The same, parsed."""
    return [Cell.of(source) for source in sources()]


def not_run(name: str) -> str:
    """Why there is no new answer called `name`, or "": its cell could not be run, or was not."""
    gives = (cell for source in reversed(sources()) if _gives(cell := Cell.of(source), name))
    last = next(gives, None)
    if last is not None and last.statements is None:
        return _why_unreadable(last.source)
    if last is not None and _ended_in_error.get(last.source):
        return (
            f"The cell above ended in an error; {name} is what it was before. Mend what the "
            "message below that cell says, run the cell, then this check again."
        )
    if (namespace() or {}).get(name, ...) is not ...:
        return ""
    if last is not None and all(_is_gap(statement) for statement in last.statements or ()):
        return ""
    if last is not None:
        return (
            f"The cell above ended in an error before {name} got a value. Mend what its message "
            "says, run the cell, then this check again."
        )
    return (
        f"Since this notebook was started, no cell has been run in which {name} gets a value. "
        "Run the cell above, then this check again."
    )


def _gives(cell: Cell, name: str) -> bool:
    """Whether a cell binds the name, or would if it could be read."""
    if cell.statements is not None:
        return any(one == name for statement in cell.statements for one, _ in binds(statement))
    text = re.sub(rf"^{name}\s*=\s*check\(", "", cell.source, flags=re.MULTILINE)
    defines = rf"^(?:\s*(?:def|class)\s+{name}\b|{name}\s*=[^=])"
    return re.search(defines, text, re.MULTILINE) is not None


def _is_gap(statement: ast.stmt) -> bool:
    """Whether it is the line of a gap, `name = ...`."""
    value = statement.value if isinstance(statement, ast.Assign) else None
    return isinstance(value, ast.Constant) and value.value is ...


def _why_unreadable(source: str) -> str:
    try:
        ast.parse(without_magics(source))
    except SyntaxError as error:
        line = (error.text or "").strip()
        where = f" in line {error.lineno}: `{line[:90]}`" if line else ""
        return (
            f"The cell above could not be run: Python cannot read it ({error.msg}){where}. "
            "Mend that line and run the cell, then this check again."
        )
    except (ValueError, RecursionError, MemoryError):
        return "The cell above could not be run: it is too deeply nested or too long to be read."
    return ""  # too long for us, not for Python
