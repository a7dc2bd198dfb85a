"""Pictures that one can play with: a figure, and controls that have it drawn again.

Explorer(plot, {"step": Slider("step", 0, 20, value=5)}, alt="...")
"""

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_lib.checks.errors import failure
from course_lib.figures.still import still_bundle

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Values = dict[str, Any]


@dataclass(frozen=True)
class Slider:
    """A whole number in [low, high]; `play` adds a button that runs through all of them."""

    label: str
    low: int
    high: int
    value: int
    play: bool = False

    def range(self) -> list[int]:
        return list(range(self.low, self.high + 1))


@dataclass(frozen=True)
class Menu:
    """One of some options."""

    label: str
    options: tuple[Any, ...]
    value: Any

    def range(self) -> list[Any]:
        return list(self.options)


@dataclass(frozen=True)
class Grid:
    """A small matrix of numbers to edit, given as a tuple of rows.

    Args:
        chooses: the name of a menu, and the option of it that an edit chooses.
    """

    label: str
    value: tuple[tuple[float, ...], ...]
    chooses: tuple[str, Any] | None = None

    def range(self) -> list[tuple[tuple[float, ...], ...]]:
        negative = tuple(tuple(-entry for entry in row) for row in self.value)
        zero = tuple(tuple(0.0 for _ in row) for row in self.value)
        return [self.value, negative, zero]


Control = Slider | Menu | Grid


class Explorer:
    """A picture that is drawn again whenever one of its controls is moved.

    Where widgets cannot run (a stored notebook, an exported page), its still is seen instead: the
    picture of the controls' first values.

    Args:
        plot: called with one keyword argument per control; returns a matplotlib figure.
        controls: name of the argument -> control.
        alt: the alt text, or a function of the same arguments that gives it.
    """

    def __init__(
        self,
        plot: "Callable[..., Figure]",
        controls: Mapping[str, Control],
        alt: str | Callable[..., str],
    ) -> None:
        self.plot = plot
        self.controls = dict(controls)
        self.alt = alt

    @property
    def still(self) -> Values:
        """The values of the still picture."""
        return {name: control.value for name, control in self.controls.items()}

    def states(self) -> Iterator[Values]:
        """Every value of every control, the others at those of the still."""
        for name, control in self.controls.items():
            for value in control.range():
                yield {**self.still, name: value}

    def picture(self, **values: Any) -> str:
        """The <img> for these values; if drawing fails, a sentence that says so."""
        try:
            return still_bundle(self.plot(**values), self._alt(values))["text/html"]
        except Exception as error:  # whatever a learner's function or number does
            return _note(f"This cannot be drawn. {failure(error)}")

    def _alt(self, values: Values) -> str:
        return self.alt if isinstance(self.alt, str) else self.alt(**values)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        try:
            alt = self._alt(self.still)
            bundle: dict[str, Any] = dict(still_bundle(self.plot(**self.still), alt))
        except Exception:  # `picture` says it in words
            note = self.picture(**self.still)
            return {"text/html": note, "text/plain": html.unescape(_untagged(note))}
        widget = self._widget(bundle["text/html"])._repr_mimebundle_()
        return {**bundle, **widget, "text/plain": alt}

    def _widget(self, first: str) -> Any:
        import ipywidgets  # type: ignore[import-untyped]

        picture = ipywidgets.HTML(first, layout={"overflow": "auto"})
        parts = {name: _made(control) for name, control in self.controls.items()}
        shown = self.still

        def redraw(_: Any) -> None:
            nonlocal shown
            values = {name: part.read() for name, part in parts.items()}
            if values != shown:  # one edit may move two controls
                shown = values
                picture.value = self.picture(**values)

        for name, control in self.controls.items():
            if isinstance(control, Grid) and control.chooses is not None:
                _choose_when_edited(parts[name], parts[control.chooses[0]], control.chooses[1])
            for item in parts[name].inputs:
                item.observe(redraw, names="value")
        rows = [part.row for part in parts.values()]
        return ipywidgets.VBox([ipywidgets.HBox(rows, layout={"flex_flow": "row wrap"}), picture])


@dataclass(frozen=True)
class _Part:
    """A control on the page: its widgets in a row, those that hold its value, and the value."""

    row: Any
    inputs: list[Any]
    read: Callable[[], Any]


def _choose_when_edited(grid: _Part, menu: _Part, option: Any) -> None:
    def choose(_: Any) -> None:
        menu.inputs[0].value = option

    for item in grid.inputs:
        item.observe(choose, names="value")


# A widget's `description` is the only text that ipywidgets ties to an input, as its <label>.
# Unless told otherwise it is cut at 80 pixels.
_WHOLE, _UNSEEN = {"description_width": "initial"}, {"description_width": "0"}


def _made(control: Control) -> _Part:
    if isinstance(control, Slider):
        return _made_slider(control)
    if isinstance(control, Menu):
        return _made_menu(control)
    return _made_grid(control)


def _made_slider(control: Slider) -> _Part:
    """A slider for the mouse, and a labelled number for the keyboard and for screen readers.

    ipywidgets gives neither the handle of a slider nor its readout a name.
    """
    import ipywidgets

    limits = {"value": control.value, "min": control.low, "max": control.high}
    number = ipywidgets.BoundedIntText(
        **limits, description=control.label, style=_WHOLE, layout={"width": "max-content"}
    )
    slider = ipywidgets.IntSlider(
        **limits, readout=False, tabbable=False, layout={"width": "200px"}
    )
    ipywidgets.jslink((number, "value"), (slider, "value"))
    items = [number, slider]
    if control.play:
        play = ipywidgets.Play(**limits, interval=700, tooltip=f"play: {control.label}")
        ipywidgets.jslink((play, "value"), (slider, "value"))
        items.append(play)
    return _Part(_row(items), [slider], lambda: slider.value)


def _made_menu(control: Menu) -> _Part:
    import ipywidgets

    menu = ipywidgets.Dropdown(
        options=control.options,
        value=control.value,
        description=control.label,
        style=_WHOLE,
        layout={"width": "max-content"},
    )
    return _Part(_row([menu]), [menu], lambda: menu.value)


def _made_grid(control: Grid) -> _Part:
    import ipywidgets

    boxes = [
        [
            ipywidgets.FloatText(
                entry,
                description=f"{control.label}, row {i}, column {j}",
                style=_UNSEEN,
                layout={"width": "66px"},
            )
            for j, entry in enumerate(row)
        ]
        for i, row in enumerate(control.value)
    ]
    grid = ipywidgets.VBox([ipywidgets.HBox(row) for row in boxes])
    return _Part(
        _row([ipywidgets.Label(control.label), grid]),
        [box for row in boxes for box in row],
        lambda: tuple(tuple(box.value for box in row) for row in boxes),
    )


def _row(items: list[Any]) -> Any:
    import ipywidgets

    return ipywidgets.HBox(items, layout={"margin": "0 24px 4px 0", "flex_flow": "row wrap"})


def _note(text: str) -> str:
    return f"<div><i>{html.escape(text)}</i></div>"


def _untagged(note: str) -> str:
    return note.removeprefix("<div><i>").removesuffix("</i></div>")
