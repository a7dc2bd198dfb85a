"""Figures for the notebooks: a picture with its alt text, and pictures that one can play with.

show(figure, alt="What the figure says, for those who cannot see it.")

Explorer(draw, {"step": Slider("step", 0, 20, value=5)}, alt="...")
"""

import base64
import html
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, VERMILION, SKY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9"
"""Colours of Okabe and Ito (2008), told apart by colour-blind readers, too."""

_DPI = 110
_WIDTH_PER_INCH = 88
"""CSS pixels per inch of figure: fewer than _DPI, for sharp lines on fine screens."""

Values = dict[str, Any]


def show(figure: "Figure", alt: str) -> None:
    """Displays a matplotlib figure as a still picture and closes it.

    Args:
        alt: what the picture says, in a sentence or two, for readers who do not see it.

    Raises:
        ValueError: the alt text is empty.
    """
    from IPython.display import display

    display(still_bundle(figure, alt), raw=True)


def still_bundle(figure: "Figure", alt: str) -> dict[str, str]:
    """The figure as what Jupyter displays (MIME type -> content); the figure is closed."""
    if not alt.strip():
        raise ValueError('A figure needs an alt text: show(figure, alt="What the figure says.").')
    # JupyterLab 4 and nbconvert's "lab" template make an <img> without alt text out of image/png
    # and read no metadata for it. An <img> of our own is the way that reaches both; the PNG beside
    # it is for programs that keep no HTML (the feedback page, other viewers).
    width, png = _width(figure), _encoded(figure)
    return {"text/plain": alt, "text/html": _image(png, width, alt), "image/png": png}


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
class Choice:
    """One of some options."""

    label: str
    options: tuple[Any, ...]
    value: Any

    def range(self) -> list[Any]:
        return list(self.options)


@dataclass(frozen=True)
class Grid:
    """A small matrix of numbers to edit, given as a tuple of rows."""

    label: str
    value: tuple[tuple[float, ...], ...]

    def range(self) -> list[tuple[tuple[float, ...], ...]]:
        negative = tuple(tuple(-entry for entry in row) for row in self.value)
        zero = tuple(tuple(0.0 for _ in row) for row in self.value)
        return [self.value, negative, zero]


Control = Slider | Choice | Grid


class Explorer:
    """A picture that is drawn again whenever one of its controls is moved.

    Where widgets cannot run (a stored notebook, an exported page), its still is seen instead: the
    picture of the controls' first values.

    Args:
        draw: called with one keyword argument per control; returns a matplotlib figure.
        controls: name of the argument -> control.
        alt: the alt text, or a function of the same arguments that gives it.
    """

    def __init__(
        self,
        draw: "Callable[..., Figure]",
        controls: Mapping[str, Control],
        alt: str | Callable[..., str],
    ) -> None:
        self.draw = draw
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
            return still_bundle(self.draw(**values), self._alt(values))["text/html"]
        except NotImplementedError:
            return _note("This figure uses a function of yours that is not written yet.")
        except Exception as error:  # whatever a learner's function or number does
            return _note(f"This cannot be drawn: {type(error).__name__}: {error}")

    def _alt(self, values: Values) -> str:
        return self.alt if isinstance(self.alt, str) else self.alt(**values)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        try:
            alt = self._alt(self.still)
            bundle: dict[str, Any] = dict(still_bundle(self.draw(**self.still), alt))
        except Exception:  # `picture` says it in words
            note = self.picture(**self.still)
            return {"text/html": note, "text/plain": html.unescape(_untagged(note))}
        widget = self._widget(bundle["text/html"])._repr_mimebundle_()
        return {**bundle, **widget, "text/plain": alt}

    def _widget(self, first: str) -> Any:
        import ipywidgets  # type: ignore[import-untyped]

        picture = ipywidgets.HTML(first)
        rows, readers, inputs = [], {}, []
        for name, control in self.controls.items():
            row, readers[name], own_inputs = _made(control)
            rows.append(row)
            inputs += own_inputs

        def redraw(_: Any) -> None:
            picture.value = self.picture(**{name: read() for name, read in readers.items()})

        for item in inputs:
            item.observe(redraw, names="value")
        return ipywidgets.VBox([ipywidgets.HBox(rows, layout={"flex_flow": "row wrap"}), picture])


def _made(control: Control) -> tuple[Any, Callable[[], Any], list[Any]]:
    """The control's widget, a function that reads its value, and what to watch for changes."""
    import ipywidgets

    # Labels stand beside the controls: a widget's own description is cut at 80 pixels.
    label = ipywidgets.Label(control.label)
    if isinstance(control, Slider):
        slider = ipywidgets.IntSlider(control.value, control.low, control.high)
        items = [label, slider]
        if control.play:
            play = ipywidgets.Play(
                value=control.value, min=control.low, max=control.high, interval=700
            )
            ipywidgets.jslink((play, "value"), (slider, "value"))
            items = [label, play, slider]
        return _row(items), lambda: slider.value, [slider]
    if isinstance(control, Choice):
        menu = ipywidgets.Dropdown(options=control.options, value=control.value)
        return _row([label, menu]), lambda: menu.value, [menu]
    narrow = {"width": "62px"}
    boxes = [[ipywidgets.FloatText(n, layout=narrow) for n in row] for row in control.value]
    grid = ipywidgets.VBox([ipywidgets.HBox(row) for row in boxes])
    flat = [box for row in boxes for box in row]
    return (
        _row([label, grid]),
        lambda: tuple(tuple(box.value for box in row) for row in boxes),
        flat,
    )


def _row(items: list[Any]) -> Any:
    import ipywidgets

    return ipywidgets.HBox(items, layout={"margin": "0 24px 4px 0"})


def _image(png: str, width: int, alt: str) -> str:
    return (
        f'<img alt="{html.escape(alt)}" width="{width}" '
        'style="max-width:100%;height:auto;background:white" '
        f'src="data:image/png;base64,{png}">'
    )


def _width(figure: "Figure") -> int:
    return round(float(figure.get_size_inches()[0]) * _WIDTH_PER_INCH)


def _encoded(figure: "Figure") -> str:
    """The figure's PNG as base64, on an opaque ground; a figure of pyplot is closed."""
    from matplotlib import _pylab_helpers
    from PIL import Image

    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=_DPI, facecolor="white", transparent=False)
    for manager in _pylab_helpers.Gcf.get_all_fig_managers():
        if manager.canvas.figure is figure:
            _pylab_helpers.Gcf.destroy(manager)
    # 256 colours halve the file, and each picture is stored twice in a notebook.
    small = io.BytesIO()
    Image.open(drawn).convert("RGB").quantize(256).save(small, format="png", optimize=True)
    return base64.b64encode(small.getvalue()).decode("ascii")


def _note(text: str) -> str:
    return f"<div><i>{html.escape(text)}</i></div>"


def _untagged(note: str) -> str:
    return note.removeprefix("<div><i>").removesuffix("</i></div>")
