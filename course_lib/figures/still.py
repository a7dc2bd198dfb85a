"""Still pictures for the notebooks, each with its alt text.

show(figure, alt="What the figure says, for those who cannot see it.")
"""

import base64
import html
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 110
_WIDTH_PER_INCH = 88
"""CSS pixels per inch of figure: fewer than _DPI, for sharp lines on fine screens."""
_SMALLEST = 0.7
"""How far a narrow page shrinks a picture: its letters of 10 points are 8.6 pixels high then."""


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


def _image(png: str, width: int, alt: str) -> str:
    """An <img> that shrinks with the page as far as its letters can be read, then scrolls."""
    return (
        f'<div style="overflow-x:auto"><img alt="{html.escape(alt)}" width="{width}" '
        f'style="max-width:100%;min-width:{round(_SMALLEST * width)}px;height:auto;'
        f'background:white" src="data:image/png;base64,{png}"></div>'
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
