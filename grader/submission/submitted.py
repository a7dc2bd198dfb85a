"""What is read of a submitted notebook: the text of its cells and the pictures in them."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

MAX_CELLS = 2000
MAX_SOURCE = 200_000
MAX_TOTAL = 1_000_000
"""Letters of all cells together: some twenty times what a section has."""
MAX_ATTACHMENT = 2 * 2**20
MAX_ATTACHMENTS = 20


@dataclass(frozen=True)
class SubmittedCell:
    """What is read of a cell.

    Attributes:
        kind: "code" or "markdown".
        ids: under which an editor may have kept the released cell's id.
        attachments: pictures by name, letters, digits, "_", "." and "-" only, as the source has it.
    """

    kind: str
    source: str
    grade_id: str | None
    ids: tuple[str, ...]
    attachments: dict[str, dict[str, str]]

    @property
    def is_empty(self) -> bool:
        return not self.source.strip() and not self.attachments


class Unreadable(ValueError):
    """The bytes are no notebook; the message says why."""


def read_cells(submitted: bytes) -> tuple[list[SubmittedCell], list[str]]:
    """The cells of a submitted notebook, and notes on how they were read.

    Raises:
        Unreadable: it is no notebook, or one too large.
    """
    text, notes = _decoded(submitted)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the file is no notebook: broken JSON ({type(error).__name__})") from None
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise Unreadable("the file is no notebook of format 4: it has no list of cells")
    if len(data["cells"]) > MAX_CELLS:
        raise Unreadable(f"it has {len(data['cells']):,} cells; at most {MAX_CELLS:,} are read")
    cells = [_read_cell(cell, number) for number, cell in enumerate(data["cells"], start=1)]
    letters = sum(len(cell.source) for cell in cells)
    if letters > MAX_TOTAL:
        raise Unreadable(f"its cells have {letters:,} letters; at most {MAX_TOTAL:,} are read")
    return cells, notes


def _decoded(submitted: bytes) -> tuple[str, list[str]]:
    """As JSON is to be decoded; editors on Windows may have saved a letter in its own encoding."""
    try:
        return submitted.decode(json.detect_encoding(submitted)), []
    except UnicodeDecodeError:
        note = "The notebook is not in UTF-8; it was read as Windows-1252, letters may be wrong."
        return submitted.decode("cp1252", "replace"), [note]


def _read_cell(cell: Any, number: int) -> SubmittedCell:
    if not isinstance(cell, dict):
        raise Unreadable(f"its cell {number} is no cell")
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable(f"the source of its cell {number} is no text")
    if len(source) > MAX_SOURCE:
        raise Unreadable(f"its cell {number} has {len(source):,} letters; at most {MAX_SOURCE:,}")
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    # Lone surrogates are valid in JSON and in no file.
    source = source.encode("utf-8", "replace").decode("utf-8")
    attachments, source = _attachments(cell.get("attachments"), source)
    ids = (cell.get("id"), metadata.get("id"))  # Colab, Kaggle and VS Code keep it in the metadata
    return SubmittedCell(
        kind="code" if cell.get("cell_type") == "code" else "markdown",
        source=source,
        grade_id=grade_id if isinstance(grade_id, str) else None,
        ids=tuple(one for one in ids if isinstance(one, str)),
        attachments=attachments,
    )


def _attachments(data: Any, source: str) -> tuple[dict[str, dict[str, str]], str]:
    """The pictures pasted into a cell, PNG and JPEG only, and its text.

    A name that could not stand in an attribute of HTML gives way to a plain one, in the text too.
    """
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in data.items() if isinstance(data, dict) else ():
        for mime, magic in (("image/png", b"\x89PNG\r\n"), ("image/jpeg", b"\xff\xd8\xff")):
            text = bundle.get(mime) if isinstance(bundle, dict) else None
            if len(kept) < MAX_ATTACHMENTS and isinstance(text, str) and _is_picture(text, magic):
                plain = name
                if not re.fullmatch(r"[\w.-]{1,200}", name, re.ASCII):
                    plain = f"picture-{len(kept) + 1}.{mime.partition('/')[2]}"
                    for written in (name, quote(name, errors="replace")):
                        source = source.replace(f"attachment:{written}", f"attachment:{plain}")
                kept[plain] = {mime: text}
    return kept, source


def _is_picture(text: str, magic: bytes) -> bool:
    if len(text) > MAX_ATTACHMENT:
        return False
    try:
        return base64.b64decode(text, validate=True).startswith(magic)
    except (binascii.Error, ValueError):
        return False
