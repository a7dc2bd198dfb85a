"""The corpus of hostile submissions: what each one is, and how it is read from its file.

A hostile submission is a file `FAMILY/NAME.py`. It starts with comments, of which the first line
says what it tries and the others, all optional, what is to be expected:

    # One line: what it tries.
    # costs: convolution-corr2d triple   the exercises that earn nothing; "nothing", or "all"
    # flagged: convolution-corr2d        exercises whose verdict a person must be told about
    # wall: why it runs only where the kernel is walled in
    # stock: why stock nbgrader is not measured with it

Without a line `costs:` an attack costs the exercises that it answers. All other exercises are
answered properly and keep their full marks. What follows is one of two things.

Cells, as in jupytext's percent format; the rest of the notebook is solved:

    # %% answer="convolution-corr2d"     the answer of the exercise with this grade id
    # %% own after="convolution-corr2d"  a cell of the learner's own, behind the one with this id
    # %% own                             the same, at the top
    # %% [markdown] answer="why"         text; each line of it behind "# "

Or a function `submit(notebook, folder)`, for what is not done by writing into cells. It gets the
solved notebook and the learner's empty folder, edits the one and may write into the other; the
notebook is then written there, unless its file is there already.

What a thief finds are canaries, random texts that match CANARY; a thief displays those only.
"""

import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from small_course import NAME, cell_of

FOLDER = Path(__file__).parent

FAMILIES = {
    "patched": "patched operators and comparison",
    "interpreter": "interpreter tricks",
    "wire": "the wire",
    "theft": "theft",
    "damage": "damage",
    "notebook": "the notebook and its folder",
    "browser": "the instructor's browser",
    "cheap": "trivial answers, and the library as the answer",
}

CANARY = re.compile(r"canary-[0-9a-f]{32}")

_CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)
_EXPECTATION = re.compile(r"^# (costs|flagged|wall|stock): (.*)$")


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    Attributes:
        tries: the first line of its file.
        costs: grade ids that earn nothing; {"all"} for the whole notebook.
        flagged: grade ids whose verdict must be flagged for a person.
        wall: why it runs only where the kernel is walled in; "" where it runs everywhere.
        stock: why stock nbgrader is not measured with it, or "".
    """

    family: str
    name: str
    tries: str
    costs: frozenset[str]
    flagged: frozenset[str]
    wall: str
    stock: str
    path: Path

    @property
    def title(self) -> str:
        return f"{self.family}/{self.name}"

    def hand_in(self, notebook: NotebookNode, folder: Path) -> None:
        """Writes the submission into `folder`; `notebook` is the solved one, and is changed."""
        folder.mkdir(parents=True)
        text = self.path.read_text()
        if _CELL.search(text):
            for words, source in _cells(text):
                _write_cell(notebook, words, source)
        else:
            _function(self.path)(notebook, folder)
        target = folder / f"{NAME}.ipynb"
        if not target.is_symlink() and not target.exists():
            target.write_text(json.dumps(notebook))


@cache
def corpus() -> tuple[Attack, ...]:
    """All hostile submissions, by family and name."""
    return tuple(_read(path) for name in FAMILIES for path in sorted((FOLDER / name).glob("*.py")))


def _read(path: Path) -> Attack:
    text = path.read_text()
    first, *rest = text.splitlines()
    expected: dict[str, str] = {}
    for line in rest:
        match = _EXPECTATION.match(line)
        if match is None:
            break
        expected[match[1]] = match[2]
    answered = [words["answer"] for words, _ in _cells(text) if "answer" in words]
    costs = expected.get("costs", " ".join(answered) or "nothing").split()
    return Attack(
        family=path.parent.name,
        name=path.stem,
        tries=first.removeprefix("# "),
        costs=frozenset(costs) - {"nothing"},
        flagged=frozenset(expected.get("flagged", "").split()),
        wall=expected.get("wall", ""),
        stock=expected.get("stock", ""),
        path=path,
    )


def _cells(text: str) -> Iterator[tuple[dict[str, str], str]]:
    """The cells of a file: what stands in their headers, and their sources."""
    headers = list(_CELL.finditer(text))
    for number, header in enumerate(headers, start=1):
        end = headers[number].start() if number < len(headers) else len(text)
        words = dict(re.findall(r'(\w+)="([^"]*)"', header[1]))
        source = text[header.end() : end].strip("\n")
        if "[markdown]" in header[1]:
            words["markdown"] = "yes"
            source = re.sub(r"^# ?", "", source, flags=re.MULTILINE)
        yield words, source


def _write_cell(notebook: NotebookNode, words: dict[str, str], source: str) -> None:
    if "answer" in words:
        ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
        answer = f"{words['answer']}-answer"
        cell_of(notebook, answer if answer in ids else words["answer"]).source = source
        return
    place = 2  # behind the title and the imports
    if "after" in words:
        place = notebook.cells.index(cell_of(notebook, words["after"])) + 1
    make = new_markdown_cell if "markdown" in words else new_code_cell
    notebook.cells.insert(place, make(source))


def _function(path: Path):  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.submit
