"""Still pictures: what Jupyter is given."""

import re
import subprocess
import sys
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pytest
from drawings import drawing, pixels
from nbconvert import HTMLExporter

from course_lib.figures.still import show, still_bundle


def test_a_still_has_its_alt_text_in_every_form() -> None:
    bundle = still_bundle(drawing(), alt='Up & down, "a < b"')
    assert bundle["text/plain"] == 'Up & down, "a < b"'
    assert 'alt="Up &amp; down, &quot;a &lt; b&quot;"' in bundle["text/html"]
    assert bundle["image/png"] in bundle["text/html"]


def test_a_still_is_opaque_and_light() -> None:
    made = drawing()
    made.set_facecolor("none")
    image = pixels(still_bundle(made, alt="a line")).convert("RGBA")
    assert image.getpixel((0, 0)) == (255, 255, 255, 255)


def test_a_figure_without_alt_text_is_refused() -> None:
    with pytest.raises(ValueError, match="alt text"):
        still_bundle(drawing(), alt=" ")


def test_show_displays_once_and_closes_a_figure_of_pyplot(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    made, ax = plt.subplots()
    ax.plot([1, 2])
    show(made, alt="a line")
    assert len(shown) == 1
    assert set(shown[0]) == {"text/plain", "text/html", "image/png"}


def test_nbconvert_keeps_the_alt_text() -> None:
    bundle = still_bundle(drawing(), alt="a line")
    output = nbformat.v4.new_output("display_data", bundle)
    cell = nbformat.v4.new_code_cell("...", outputs=[output])
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert '<img alt="a line"' in page


def test_a_narrow_page_scrolls_before_letters_get_too_small_to_be_read() -> None:
    html = still_bundle(drawing(), alt="a line")["text/html"]
    (width,), (smallest,) = (
        [int(n) for n in re.findall(pattern, html)]
        for pattern in (r' width="(\d+)"', r"min-width:(\d+)px")
    )
    assert 10 * 88 / 72 * smallest / width >= 8.5, "letters of 10 points"
    assert "overflow-x:auto" in html and "max-width:100%" in html


def test_importing_the_library_imports_nothing_heavy() -> None:
    code = (
        "import sys, course_lib, course_lib.sections.convolution.pictures\n"
        "heavy = {'matplotlib', 'ipywidgets', 'IPython', 'sklearn', 'jupyterquiz'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
