"""Figures: what Jupyter is given; explorers draw over all of their range; nothing leaks."""

import base64
import gc
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import pytest
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from PIL import Image

from course_lib.figures import figure
from course_lib.figures.figure import Choice, Explorer, Grid, Slider
from course_lib.sections.convolution import pictures

WIDGET = "application/vnd.jupyter.widget-view+json"
EXPLORERS = {
    make.__name__: make
    for make in (
        pictures.sliding_window,
        pictures.kernel_explorer,
        pictures.shift,
        pictures.matrix_rows,
        pictures.learning,
    )
}


@pytest.fixture(autouse=True)
def _no_figure_left_open() -> Iterator[None]:
    matplotlib.use("Agg")
    before = plt.get_fignums()
    yield
    assert plt.get_fignums() == before


def drawing(**values: Any) -> Figure:
    made = Figure(figsize=(2, 1))
    made.subplots().plot([0, 1], [0, values.get("n", 1)])
    return made


def living_figures() -> int:
    gc.collect()
    return sum(type(item) is Figure for item in gc.get_objects())


def pixels(bundle: dict[str, Any]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))


def test_a_still_has_its_alt_text_in_every_form() -> None:
    bundle = figure.still_bundle(drawing(), alt='Up & down, "a < b"')
    assert bundle["text/plain"] == 'Up & down, "a < b"'
    assert 'alt="Up &amp; down, &quot;a &lt; b&quot;"' in bundle["text/html"]
    assert bundle["image/png"] in bundle["text/html"]


def test_a_still_is_opaque_and_light() -> None:
    made = drawing()
    made.set_facecolor("none")
    image = pixels(figure.still_bundle(made, alt="a line")).convert("RGBA")
    assert image.getpixel((0, 0)) == (255, 255, 255, 255)


def test_a_figure_without_alt_text_is_refused() -> None:
    with pytest.raises(ValueError, match="alt text"):
        figure.still_bundle(drawing(), alt=" ")


def test_show_displays_once_and_closes_a_figure_of_pyplot(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    made, ax = plt.subplots()
    ax.plot([1, 2])
    figure.show(made, alt="a line")
    assert len(shown) == 1
    assert set(shown[0]) == {"text/plain", "text/html", "image/png"}


def test_nbconvert_keeps_the_alt_text_and_the_still_without_widgets() -> None:
    import nbformat
    from nbconvert import HTMLExporter

    bundle = pictures.matrix_rows()._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", bundle)
    cell = nbformat.v4.new_code_cell("...", outputs=[output])
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert f'<img alt="{bundle["text/plain"]}"' in page


@pytest.mark.parametrize("name", EXPLORERS)
class TestExplorers:
    def test_bundle_has_widget_and_still(self, name: str) -> None:
        bundle = EXPLORERS[name]()._repr_mimebundle_()
        assert set(bundle) == {"text/plain", "text/html", "image/png", WIDGET}
        assert len(bundle["text/plain"]) > 40
        assert min(pixels(bundle).size) > 200

    def test_draws_over_the_whole_range_of_its_controls(self, name: str) -> None:
        explorer = EXPLORERS[name]()
        for values in explorer.states():
            made = explorer.draw(**values)
            assert isinstance(made, Figure)
            texts = [text.get_text() for text in made.findobj(matplotlib.text.Text)]
            assert not any("nan" in text.lower() or "inf" in text.lower() for text in texts), values
            for ax in made.axes:
                assert ax.get_label() == "<colorbar>" or (ax.get_title() and ax.get_xlabel())
            assert explorer._alt(values).strip()

    def test_moving_a_control_redraws(self, name: str) -> None:
        explorer = EXPLORERS[name]()
        widget = explorer._widget("before")
        picture = widget.children[1]
        slider = widget.children[0].children[0].children[-1]
        options = getattr(slider, "options", None)
        slider.value = options[0] if options else slider.min
        assert picture.value.startswith("<img alt=")

    def test_figures_are_not_kept(self, name: str) -> None:
        explorer = EXPLORERS[name]()
        explorer.picture(**explorer.still)
        before = living_figures()
        explorer.picture(**explorer.still)
        assert living_figures() == before


def test_controls_give_their_values_to_draw() -> None:
    seen: list[dict[str, Any]] = []

    def draw(**values: Any) -> Figure:
        seen.append(values)
        return drawing()

    controls = {
        "n": Slider("n", 0, 4, 2, play=True),
        "kind": Choice("kind", ("a", "b"), "a"),
        "kernel": Grid("kernel", ((1.0, 2.0),)),
    }
    widget = Explorer(draw, controls, alt="a line")._widget("")
    slider, menu, grid = (row.children[-1] for row in widget.children[0].children)
    slider.value, menu.value = 3, "b"
    grid.children[0].children[1].value = 5.0
    assert seen[-1] == {"n": 3, "kind": "b", "kernel": ((1.0, 5.0),)}


@pytest.mark.parametrize(
    ("error", "says"),
    [(ValueError("a < b"), "ValueError: a &lt; b"), (NotImplementedError(), "not written yet")],
)
def test_an_error_while_drawing_is_said_politely(error: Exception, says: str) -> None:
    def draw(n: int) -> Figure:
        raise error

    explorer = Explorer(draw, {"n": Slider("n", 0, 4, 2)}, alt="a line")
    assert says in explorer.picture(n=1)
    assert set(explorer._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_the_matrix_picture_is_pytorchs_operator() -> None:
    kernel = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, ".": 0.0}
    matrix = torch.tensor([[kernel[letter] for letter in row] for row in pictures._ROWS])
    image = torch.arange(9.0) ** 2
    expected = F.conv2d(image.reshape(1, 1, 3, 3), torch.arange(1.0, 5).reshape(1, 1, 2, 2))
    assert torch.equal(matrix @ image, expected.flatten())


@pytest.mark.parametrize("stride", [1, 2])
def test_the_shift_picture_agrees_exactly_at_multiples_of_the_stride(stride: int) -> None:
    alt = pictures.shift()._alt
    for moved in range(13):
        same = moved % stride == 0
        text = alt({"pixels": moved, "stride": stride})
        assert ("the old output, moved by" in text.split(": ")[-1]) == same, text


def test_the_learning_picture_descends_as_autograd_does() -> None:
    image, aim = pictures.two_edges()[None, None], torch.tensor([1.0, -1.0])
    kernel = torch.tensor([0.2, 0.6], requires_grad=True)
    loss = F.conv2d(image, (kernel - aim)[None, None, None]).square().sum()
    (gradient,) = torch.autograd.grad(loss, kernel)
    after = (kernel - 0.03 * gradient).tolist()
    text = pictures.learning()._alt({"step": 1, "lr": 0.03})
    assert f"[{after[0]:.2f}, {after[1]:.2f}]" in text
    assert f"from {loss.item():.3g} to" in text


def test_a_gallery_leaves_out_what_is_not_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))

    def missing() -> torch.Tensor:
        raise NotImplementedError

    pictures.gallery({"there": lambda: torch.ones(3, 3), "missing": missing}, alt="maps")
    assert len(shown) == 1
    assert re.search("missing.*not written yet", capsys.readouterr().out)
    pictures.gallery({"missing": missing}, alt="maps")
    assert len(shown) == 1


def test_importing_the_library_imports_nothing_heavy() -> None:
    code = (
        "import sys, course_lib, course_lib.sections.convolution.pictures\n"
        "heavy = {'matplotlib', 'ipywidgets', 'IPython', 'sklearn', 'jupyterquiz'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
