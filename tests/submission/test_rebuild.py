"""Submissions taken apart and put together again, without a kernel."""

import copy
import json
import re
from collections.abc import Callable

import pytest
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.markdown_mistune import markdown2html_mistune as markdown2html
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from small_course import ESSAY, IMPORTS, cell_of, solve, source_notebook, without_markers

from grader.submission.inert import inert
from grader.submission.metadata import LOST, RELEASED, SKIPPED
from grader.submission.rebuild import rebuild


def released() -> NotebookNode:
    """The small notebook with stubs, as learners get it."""
    notebook = source_notebook()
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "# YOUR CODE HERE" if cell.cell_type == "code" else "Why?"
    demo = new_code_cell("print('as released')", id="demo", metadata={"tags": ["demo"]})
    notebook.cells.insert(2, demo)
    return notebook


def solved() -> NotebookNode:
    notebook = released()
    solve(notebook)
    return notebook


def rebuilt_from(notebook: NotebookNode) -> NotebookNode:
    return rebuild(released(), json.dumps(notebook).encode()).notebook


def sources(notebook: NotebookNode) -> dict[str, str]:
    """Sources of the cells that matter, by grade id."""
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


def _schema_99(notebook: NotebookNode) -> None:
    cell_of(notebook, "convolution-corr2d").metadata.nbgrader.schema_version = 99


def _duplicated_check(notebook: NotebookNode) -> None:
    notebook.cells.append(copy.deepcopy(cell_of(notebook, "convolution-corr2d")))


def _deleted_check(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell_of(notebook, "convolution-corr2d"))


def _stripped_metadata(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata = NotebookNode()


def _moved(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def _retyped_and_repointed(notebook: NotebookNode) -> None:
    cell_of(notebook, "convolution-corr2d-answer").cell_type = "markdown"
    check = cell_of(notebook, "triple").metadata.nbgrader
    check.points = 1000
    check.locked = False
    notebook.metadata.kernelspec = NotebookNode(name="bash", display_name="Bash", language="bash")


def _foreign_cells(notebook: NotebookNode) -> None:
    foreign = copy.deepcopy(cell_of(notebook, "triple"))
    foreign.metadata.nbgrader.grade_id = "of-another-section"
    notebook.cells.insert(0, foreign)


@pytest.mark.parametrize(
    "surgery",
    [
        _schema_99,
        _duplicated_check,
        _deleted_check,
        _stripped_metadata,
        _moved,
        _retyped_and_repointed,
        _foreign_cells,
    ],
)
def test_surgery_changes_nothing(surgery: Callable[[NotebookNode], None]) -> None:
    submitted = solved()
    surgery(submitted)
    rebuilt = rebuilt_from(submitted)
    assert sources(rebuilt) == sources(solved())
    for cell, original in zip(
        (cell for cell in rebuilt.cells if "nbgrader" in cell.metadata),
        (cell for cell in solved().cells if "nbgrader" in cell.metadata),
        strict=True,
    ):
        assert cell.metadata == original.metadata and cell.cell_type == original.cell_type
    assert rebuilt.metadata == released().metadata


def test_a_deleted_answer_leaves_no_stub_and_is_noted() -> None:
    submitted = solved()
    submitted.cells.remove(cell_of(submitted, "triple-answer"))
    rebuilt = rebuild(released(), json.dumps(submitted).encode())
    assert "triple-answer" in rebuilt.notes[0]
    cell = cell_of(rebuilt.notebook, "triple-answer")
    assert cell.metadata[LOST] and not cell.source.partition("#")[0]


def _stripped(notebook: NotebookNode, keep: str = "") -> None:
    """As editors do that know neither nbgrader nor ids."""
    for number, cell in enumerate(notebook.cells):
        cell.metadata = NotebookNode({"id": cell.id} if keep == "metadata.id" else {})
        cell.id = f"new-{number}"


def _try_out_beside(notebook: NotebookNode) -> None:
    """Two cells stand where one should: the one that gives the answer's name counts."""
    place = notebook.cells.index(cell_of(notebook, "triple-answer"))
    notebook.cells.insert(place + 1, new_code_cell("triple(4)", id="x"))
    _stripped(notebook)


@pytest.mark.parametrize(
    "edit", [_stripped, lambda notebook: _stripped(notebook, "metadata.id"), _try_out_beside]
)
def test_answers_are_found_without_metadata_and_ids(edit: Callable[[NotebookNode], None]) -> None:
    submitted = solved()
    edit(submitted)
    assert sources(rebuilt_from(submitted)) == sources(solved())


def test_a_moved_answer_without_metadata_is_found_by_its_name() -> None:
    submitted = solved()
    cell = cell_of(submitted, "triple-answer")
    submitted.cells.remove(cell)
    submitted.cells.insert(2, cell)
    _stripped(submitted)
    assert sources(rebuilt_from(submitted)) == sources(solved())


def test_an_essay_below_its_cell_is_the_essay() -> None:
    submitted = solved()
    essay = cell_of(submitted, "why")
    place = submitted.cells.index(essay)
    written = new_markdown_cell(essay.source, id="y")
    essay.source = "Why?"
    submitted.cells.insert(place + 1, written)
    assert without_markers(ESSAY) in cell_of(rebuilt_from(submitted), "why").source
    essay.source = "Because of this."
    assert cell_of(rebuilt_from(submitted), "why").source == "Because of this."


def test_a_notebook_saved_in_an_encoding_of_windows_is_read() -> None:
    submitted = solved()
    cell_of(submitted, "why").source = "Größe"
    content = json.dumps(submitted, ensure_ascii=False).encode("cp1252")
    rebuilt = rebuild(released(), content)
    assert cell_of(rebuilt.notebook, "why").source == "Größe"
    assert "Windows-1252" in rebuilt.notes[0]


def test_pictures_of_any_name_are_shown() -> None:
    submitted = solved()
    essay = cell_of(submitted, "why")
    picture = {"image/png": "iVBORw0KGgoAAAANSUhEUg=="}
    names = ["Bildä.png", 'a"b.png', "plot.png"]
    essay["attachments"] = dict.fromkeys(names, picture)
    essay.source = (
        "![](attachment:Bild%C3%A4.png) ![](attachment:a%22b.png) ![](attachment:plot.png)"
    )
    shown = cell_of(rebuilt_from(submitted), "why")
    assert all(re.fullmatch(r"[\w.-]+", name, re.ASCII) for name in shown.attachments)
    assert page_with(shown.attachments, shown.source).count("data:image/png") == 3


def test_a_second_copy_of_an_answer_runs_where_it_stood() -> None:
    submitted = solved()
    right = cell_of(submitted, "triple-answer")
    wrong = copy.deepcopy(right)
    wrong.source = "def triple(x): return x"
    submitted.cells.insert(submitted.cells.index(right), wrong)
    code = [cell.source for cell in rebuilt_from(submitted).cells if cell.cell_type == "code"]
    assert code.index(wrong.source) < code.index(right.source)


def test_an_essay_in_two_copies_is_kept_whole() -> None:
    submitted = solved()
    second = copy.deepcopy(cell_of(submitted, "why"))
    second.source = "And more."
    submitted.cells.append(second)
    text = cell_of(rebuilt_from(submitted), "why").source
    assert "And more." in text and without_markers(ESSAY) in text


def test_own_cells_stay_in_place_without_their_metadata() -> None:
    submitted = solved()
    place = submitted.cells.index(cell_of(submitted, "convolution-corr2d-answer")) + 1
    own = new_code_cell("mine = 1", metadata={"tags": ["raises-exception"]}, id="x")
    own.outputs = [NotebookNode(output_type="stream", name="stdout", text="forged")]
    submitted.cells.insert(place, own)
    rebuilt = rebuilt_from(submitted)
    index = [cell.source for cell in rebuilt.cells].index("mine = 1")
    assert rebuilt.cells[index - 1].metadata.nbgrader.grade_id == "convolution-corr2d-answer"
    assert rebuilt.cells[index].metadata == {} and rebuilt.cells[index].outputs == []


def test_a_changed_setup_cell_is_the_learner_s_and_a_changed_task_is_not() -> None:
    submitted = solved()
    submitted.cells[1].source += "\nimport math"
    submitted.cells[0].source = "# Small\n\nmy remark"
    rebuilt = rebuilt_from(submitted)
    assert rebuilt.cells[0].source == "# Small"
    assert [cell.source for cell in rebuilt.cells[1:3]] == [
        "# Small\n\nmy remark",
        f"{IMPORTS}\nimport math",
    ]


def test_demo_cells_run_only_when_changed() -> None:
    submitted = solved()
    assert SKIPPED in rebuilt_from(submitted).cells[2].metadata
    submitted.cells[2].source = "helper = 1"
    assert SKIPPED not in rebuilt_from(submitted).cells[2].metadata


def test_what_is_as_released_is_known_as_that() -> None:
    submitted = solved()
    assert RELEASED in rebuilt_from(submitted).cells[1].metadata
    submitted.cells[1].source += "\nimport gc"
    assert not any(RELEASED in cell.metadata for cell in rebuilt_from(submitted).cells[1:2])
    assert RELEASED not in cell_of(rebuilt_from(submitted), "triple-answer").metadata


def test_pictures_in_essays_are_kept_and_nothing_else() -> None:
    submitted = solved()
    essay = cell_of(submitted, "why")
    essay["attachments"] = {
        "plot.png": {"image/png": "iVBORw0KGgoAAAANSUhEUg=="},
        "evil.svg": {"image/svg+xml": "<svg onload=alert(1)>"},
        "evil.png": {"image/png": "PHN2Zz4="},
    }
    assert set(cell_of(rebuilt_from(submitted), "why").attachments) == {"plot.png"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"null",
        b'{"cells": 3}',
        b'{"cells": [3]}',
        b'{"cells": [{"source": 7}]}',
        b'{"worksheets": [{"cells": []}]}',
        json.dumps({"cells": [{"source": ""}] * 2001}).encode(),
        json.dumps({"cells": [{"source": "x" * 200_001}]}).encode(),
        json.dumps({"cells": [{"source": "x" * 200_000}] * 6}).encode(),
    ],
)
def test_what_is_no_notebook_gives_the_release_and_a_reason(content: bytes) -> None:
    rebuilt = rebuild(released(), content)
    assert sources(rebuilt.notebook) == sources(released())
    assert all(SKIPPED in cell.metadata for cell in rebuilt.notebook.cells)
    assert "could not be graded" in rebuilt.notes[0]


@pytest.mark.parametrize(
    "metadata", [None, 3, [], {"nbgrader": None}, {"nbgrader": {"grade_id": ["triple"]}}]
)
def test_odd_metadata_makes_a_cell_the_learner_s_own(metadata: object) -> None:
    cell = {"cell_type": "code", "source": "mine = 1", "metadata": metadata}
    submitted = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    rebuilt = rebuild(released(), json.dumps(submitted).encode())
    assert rebuilt.notebook.cells[0].source == "mine = 1"


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<IMG SRC=x onerror=y>", "<!-- -->", "</p>", "<?xml", "<a\nb>"],
)
def test_inert_text_begins_no_tag(text: str) -> None:

    assert not re.search(r"<[A-Za-z/!?]", inert(text))
    assert inert(text).replace("\u2060", "") == text


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:y())",
        "[x](JavaScript&colon;y())",
        "[x](javascript\\:y())",
        "[x](<javascript:y()>)",
        "[x](\njavascript:y())",
        "![x](javascript:y())",
        "[x][1]\n\n[1]: javascript:y()",
        "[x][1]\n\n[1]: <javascript:y()>",
        "[x](data:text/html,y)",
        "<javascript:y()>",
    ],
)
def test_links_in_inert_text_run_nothing(text: str) -> None:
    page = markdown2html(inert(text))
    assert not re.search(r"(href|src)=\"(javascript|data)", page, re.IGNORECASE)


def test_a_picture_that_is_not_attached_breaks_no_page() -> None:
    text = "![a](attachment:there.png) ![b](attachment:gone.png) ![c][1]\n\n[1]: attachment:no.png"
    shown = inert(text, {"there.png": {}})
    picture = {"there.png": {"image/png": "iVBORw0KGgoAAAANSUhEUg=="}}
    page = page_with(picture, shown)
    assert page.count("data:image/png") == 1


def page_with(attachments: dict[str, dict[str, str]], text: str) -> str:
    return str(MarkdownWithMath(renderer=IPythonRenderer(attachments=attachments)).render(text))


def test_good_links_stay() -> None:
    text = "[a](https://pytorch.org/docs) [b](other.html) [c](mailto:x@y.z) X[1:3] and Y[0](2)"
    assert inert(text) == text


def test_inert_leaves_comparisons_and_formulas_alone() -> None:
    text = r"a < b, $x \leq 3$ and \frac{1}{2}"
    assert inert(text) == text


@pytest.mark.parametrize("command", ["href", "bbox", "unicode", "def", "require", "class", "xyz"])
def test_no_command_but_those_of_plain_formulas_is_one(command: str) -> None:
    text = rf"$\{command}[border:2px]{{x}}$"
    assert rf"\{command}" not in inert(text)
    assert inert(text).replace("\u2060", "") == text


def test_markdown_of_a_learner_is_inert_wherever_it_stands() -> None:
    submitted = solved()
    submitted.cells.append(new_markdown_cell("<script>x</script>", id="a"))
    cell_of(submitted, "why").source = "<script>y</script>"
    text = json.dumps(rebuilt_from(submitted))
    assert "<script" not in text
