"""The figures of section 01: they draw over all of their range, and say what is so."""

import gc
import re
from typing import Any

import matplotlib
import pytest
import torch
import torch.nn.functional as F
from drawings import WIDGET, pixels
from matplotlib.figure import Figure

from course_lib.sections.convolution import pictures
from course_lib.sections.convolution.pictures.matrix import ROWS

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


def living_figures() -> int:
    gc.collect()
    return sum(type(item) is Figure for item in gc.get_objects())


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
            made = explorer.plot(**values)
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
        controls = widget.children[0].children[0].children
        control = controls[1] if len(controls) > 1 else controls[0]
        options = getattr(control, "options", None)
        control.value = options[0] if options else control.min
        assert "<img alt=" in picture.value

    def test_figures_are_not_kept(self, name: str) -> None:
        explorer = EXPLORERS[name]()
        explorer.picture(**explorer.still)
        before = living_figures()
        explorer.picture(**explorer.still)
        assert living_figures() == before


def test_own_numbers_are_shown_as_soon_as_one_is_edited() -> None:
    widget = pictures.kernel_explorer()._widget("before")
    (menu,), (_, grid) = (row.children for row in widget.children[0].children)
    assert menu.value == "Sobel"
    grid.children[1].children[1].value = 5.0
    assert menu.value == "my own numbers"
    assert "(1.0, 5.0, 1.0)" in widget.children[1].value


def test_the_matrix_picture_is_pytorchs_operator() -> None:
    kernel = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, ".": 0.0}
    matrix = torch.tensor([[kernel[letter] for letter in row] for row in ROWS])
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
