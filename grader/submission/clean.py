"""Cleans an executed submission before people look at it: formgrader and feedback show it as is."""

import base64
import binascii
import re
import struct
import textwrap
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Integer

from grader.submission.metadata import RELEASED, SKIPPED, STOPPED

_LONGEST_LINE = {"code": 500, "markdown": 2000}
_MOST_SHOWN = {"code": 60_000, "markdown": 40_000}
"""Letters of a notebook's cells of a kind; making a page takes some seconds for more."""
_PNG = b"\x89PNG\r\n\x1a\n"


class Clean(NbGraderPreprocessor):  # type: ignore[misc]
    """Reduces what learners' code put out to plain text and PNG pictures of bounded size.

    Verdicts stay as the recorder wrote them, and are the only HTML. What `check` put out for
    the judge is dropped.
    """

    max_text = Integer(20_000, help="Letters kept of one text output.").tag(config=True)
    max_picture = Integer(2 * 2**20, help="Bytes kept of one picture, encoded.").tag(config=True)
    max_side = Integer(4000, help="Largest width and height of a picture, in pixels.").tag(
        config=True
    )

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        nb.metadata.pop("widgets", None)
        self._left = dict(_MOST_SHOWN)
        for index, cell in enumerate(nb.cells):
            nb.cells[index], resources = self.preprocess_cell(cell, resources, index)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        if cell.cell_type in _MOST_SHOWN and RELEASED not in cell.metadata:
            cell.source = self._shown(cell)
        if cell.cell_type == "code":
            graded = is_grade(cell) and not is_solution(cell)
            outputs = [self._cleaned(output, graded) for output in cell.outputs]
            cell.outputs = [output for output in outputs if output is not None]
            if STOPPED in cell.metadata and not graded:
                cell.outputs.append(
                    new_output("stream", name="stdout", text=f"[stopped: {cell.metadata[STOPPED]}]")
                )
        for name in (STOPPED, SKIPPED, RELEASED):
            cell.metadata.pop(name, None)
        return cell, resources

    def _shown(self, cell: NotebookNode) -> str:
        """A cell's text as far as a page has room for it: all of it, but for floods."""
        code = cell.cell_type == "code"
        source = quick_to_highlight(cell.source) if code else _wrapped(cell.source)
        left = self._left[cell.cell_type]
        self._left[cell.cell_type] = max(0, left - len(source))
        return source if len(source) <= left else f"{source[:left]}\n[cut: the page is full]"

    def _cleaned(self, output: NotebookNode, graded: bool) -> NotebookNode | None:
        if graded and "data" in output:
            return output  # written by the recorder
        fields: dict[str, Any]
        if output.output_type == "stream":
            fields = {"name": "stdout", "text": self._text(output.text)}
        elif output.output_type == "error":
            fields = {name: self._text(output[name]) for name in ("ename", "evalue")}
            fields["traceback"] = [self._text(line) for line in output.traceback[:100]]
        else:
            data = self._plain_data(output.data)
            if not data:
                return None
            fields = {"data": data}
        kind = "display_data" if "data" in fields else output.output_type
        cleaned: NotebookNode = new_output(kind, **fields)
        return cleaned

    def _plain_data(self, data: Any) -> dict[str, str]:
        """What of a display is kept: a picture and plain text."""
        kept = {}
        picture = data.get("image/png")
        if isinstance(picture, str) and self._is_small_picture(picture):
            kept["image/png"] = picture
        if "text/plain" in data:
            kept["text/plain"] = self._text(data["text/plain"])
        return kept

    def _text(self, value: Any) -> str:
        text = "".join(value) if isinstance(value, list) else str(value)
        text = text.encode("utf-8", "replace").decode()  # a lone surrogate stands in no file
        if len(text) <= self.max_text:
            return text
        return f"{text[: self.max_text]}\n[{len(text) - self.max_text:,} more letters left out]"

    def _is_small_picture(self, text: str) -> bool:
        if len(text) > self.max_picture:
            return False
        try:
            # Strictly: a page must not be handed what is a picture only at its beginning.
            head = base64.b64decode("".join(text.split()), validate=True)[:24]
            width, height = struct.unpack(">II", head[16:24])
        except (binascii.Error, ValueError, struct.error):
            return False
        return head.startswith(_PNG) and max(width, height) <= self.max_side


def _wrapped(markdown: str) -> str:
    """The same text in lines that are not too long: links are looked for from each bracket on."""
    most = _LONGEST_LINE["markdown"]
    return "\n".join(
        part
        for line in markdown.split("\n")
        for part in (
            textwrap.wrap(line, most, drop_whitespace=False) if len(line) > most else [line]
        )
    )


def quick_to_highlight(source: str) -> str:
    """Code as it was written, but for what the highlighter takes minutes for.

    Spaces at the ends of lines go, of many empty lines two stay, very long lines are cut.
    """
    most = _LONGEST_LINE["code"]
    lines = (
        line if len(line) <= most else f"{line[:most]} …"
        for line in map(str.rstrip, source.split("\n"))
    )
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines))
