"""Mutants that are as right as the solution, each with the reason.

They stand in `grader/sections/SECTION/equivalents.toml`, by exercise and by what the mutant says of
itself:

    [corr2d]
    "Y = torch.zeros(a, b) → Y = torch.ones(a, b)" = "every number of Y is set afterwards"
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

FILE = "equivalents.toml"

Reasons = Mapping[str, str]
"""What a mutant says of itself -> why it is no mistake."""


def equivalents_in(room: Path) -> dict[str, Reasons]:
    """Name of an exercise -> its equivalents, for the section with this room; none without a file.

    Raises:
        ValueError: the file has another form; the message says where.
    """
    path = room / FILE
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from error
    for exercise, reasons in tables.items():
        told = isinstance(reasons, dict) and all(
            isinstance(reason, str) and reason.strip() for reason in reasons.values()
        )
        if not told:
            raise ValueError(f'{path}: [{exercise}] must hold lines "mutant" = "reason"')
    return tables


def as_entry(description: str) -> str:
    """The line of the file for a mutant, with the reason left to be written."""
    return f'{json.dumps(description, ensure_ascii=False)} = ""'
