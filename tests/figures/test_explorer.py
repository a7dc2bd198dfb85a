"""Explorers: their controls, what those say of themselves, and what happens when one is moved."""

from typing import Any

import pytest
from drawings import drawing
from matplotlib.figure import Figure

from course_lib.figures.explorer import Explorer, Grid, Menu, Slider


def test_controls_give_their_values_to_plot() -> None:
    seen: list[dict[str, Any]] = []

    def plot(**values: Any) -> Figure:
        seen.append(values)
        return drawing()

    controls = {
        "n": Slider("n", 0, 4, 2, play=True),
        "kind": Menu("kind", ("a", "b"), "a"),
        "kernel": Grid("kernel", ((1.0, 2.0),)),
    }
    widget = Explorer(plot, controls, alt="a line")._widget("")
    numbers, (menu,), (_, grid) = (row.children for row in widget.children[0].children)
    slider = numbers[1]
    slider.value, menu.value = 3, "b"
    grid.children[0].children[1].value = 5.0
    assert seen[-1] == {"n": 3, "kind": "b", "kernel": ((1.0, 5.0),)}


@pytest.mark.parametrize(
    ("error", "says"),
    [(ValueError("a < b"), "ValueError: a &lt; b"), (NotImplementedError(), "not written yet")],
)
def test_an_error_while_drawing_is_said_politely(error: Exception, says: str) -> None:
    def plot(n: int) -> Figure:
        raise error

    explorer = Explorer(plot, {"n": Slider("n", 0, 4, 2)}, alt="a line")
    assert says in explorer.picture(n=1)
    assert set(explorer._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_an_edit_of_a_grid_chooses_it_from_the_menu() -> None:
    seen: list[dict[str, Any]] = []

    def plot(**values: Any) -> Figure:
        seen.append(values)
        return drawing()

    controls = {
        "kind": Menu("kind", ("fixed", "own"), "fixed"),
        "own": Grid("own", ((1.0, 2.0),), chooses=("kind", "own")),
    }
    widget = Explorer(plot, controls, alt="a line")._widget("")
    (menu,), (_, grid) = (row.children for row in widget.children[0].children)
    grid.children[0].children[0].value = 7.0
    assert menu.value == "own"
    assert seen == [{"kind": "own", "own": ((7.0, 2.0),)}], "drawn once"
    menu.value = "fixed"
    assert seen[-1] == {"kind": "fixed", "own": ((7.0, 2.0),)}


def test_every_input_has_a_label_that_is_not_cut() -> None:
    """A description is the only text that ipywidgets ties to an input."""
    controls = {
        "n": Slider("how many", 0, 4, 2, play=True),
        "kind": Menu("which kind", ("a", "b"), "a"),
        "own": Grid("own", ((1.0, 2.0),)),
    }
    rows = Explorer(lambda **_: drawing(), controls, alt="a line")._widget("").children[0].children
    (number, slider, play), (menu,), (label, grid) = (row.children for row in rows)
    assert (number.description, menu.description) == ("how many", "which kind")
    assert number.style.description_width == menu.style.description_width == "initial"
    assert not slider.readout and slider.tabbable is False, "the number is what has a name"
    assert play.tooltip == "play: how many"
    assert label.value == "own"
    names = [box.description for row in grid.children for box in row.children]
    assert names == ["own, row 0, column 0", "own, row 0, column 1"]
