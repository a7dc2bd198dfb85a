"""The panels of the visualiser as HTML: a picture with its alt text, or a sentence in its place."""

import base64
import contextlib
import html
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.errors import failure
from course_lib.visualiser.session import CAM_TOOLS, SHOWN_BY, NoSuchMap, Session

_SHOWN = 16
"""Feature maps in the grid: those with the largest means."""
_COLUMNS = 4


@dataclass(frozen=True)
class View:
    """What is chosen beside network and image.

    Attributes:
        target: index of the class that is explained; None for the predicted one.
        opacity: of the heat map, in [0, 1].
    """

    layer: str
    target: int | None
    opacity: float


def prediction(session: Session, name: str) -> str:
    """The image as the network gets it, and the five likeliest classes."""

    def draw() -> str:
        size = session.net.trained.size
        about = f"The image, {name}, as the network gets it: {size} × {size}."
        rows = "".join(
            f'<tr><th scope="row">{html.escape(known)}</th><td>{share:.1%}</td>'
            f'<td aria-hidden="true"><span style="width:{share:.0%}"></span></td></tr>'
            for known, share in session.top()
        )
        table = f"<table><caption>Top five</caption><tbody>{rows}</tbody></table>"
        return _panel("Image and prediction", _image(session.image, about) + table)

    return session.once(("panel", "prediction"), draw)


def grad_cam(session: Session, view: View) -> str:
    """Grad-CAM's heat map of the chosen layer over the image."""

    def body() -> str:
        target = session.target(view.target)
        raw = session.grad_cam(view.layer, target)
        about = f"Grad-CAM at {view.layer} for {session.net.trained.classes[target]}"
        return _heat(session, view, raw, about)

    return _drawn("Grad-CAM", view, session, ("gradcam.grad_cam", *SHOWN_BY), body)


def cam(session: Session, view: View) -> str:
    """The class activation map of the last stage over the image."""

    def body() -> str:
        target = session.target(view.target)
        raw = session.cam(target)
        layer, known = session.net.plan.stages[-1], session.net.trained.classes[target]
        return _heat(session, view, raw, f"CAM at {layer}, always the last, for {known}")

    return _drawn("CAM", (view.target, view.opacity), session, (*CAM_TOOLS, *SHOWN_BY), body)


def feature_maps(session: Session, view: View) -> str:
    """The strongest feature maps of the chosen layer."""

    def body() -> str:
        maps = session.maps(view.layer)
        strongest = maps.mean((1, 2)).topk(min(_SHOWN, len(maps))).indices
        channels = ", ".join(str(channel) for channel in strongest.tolist())
        h, w = maps.shape[1:]
        about = (
            f"{len(strongest)} of the {len(maps)} feature maps of {view.layer}, {h} × {w}: those "
            "with the largest means, each scaled by its own least and greatest number."
        )
        picture = _image(
            _grid(maps[strongest][:, None]), f"{about} Row by row: {channels}.", "grid"
        )
        return f"{picture}<p>{html.escape(about)} Channels, row by row: {channels}.</p>"

    return _drawn("Feature maps", view.layer, session, ("gradcam.feature_maps",), body)


def filters(session: Session) -> str:
    """The filters of the first layer."""

    def body() -> str:
        pictures = session.filters()
        h, w = pictures.shape[2:]
        about = f"The {len(pictures)} filters of the first layer, {h} × {w}, as colour pictures."
        return f"{_image(_grid(pictures), about, 'grid')}<p>{html.escape(about)}</p>"

    return _drawn("Filters", None, session, ("training.filters_as_images",), body)


def _heat(session: Session, view: View, raw: Tensor, about: str) -> str:
    heat = session.heat(raw)
    where = _hottest(heat)
    picture = _image(session.overlay(heat, view.opacity), f"{about}. {where}")
    return f"{picture}<p>{html.escape(f'{about}: red is most, blue is none. {where}')}</p>"


def _hottest(heat: Tensor) -> str:
    if not heat.any():
        return "The map is zero everywhere: nothing here speaks for this class."
    row, column = divmod(int(heat.argmax()), heat.shape[1])
    return f"It is hottest at row {row}, column {column} of {heat.shape[0]} × {heat.shape[1]}."


def _drawn(
    title: str, of: Any, session: Session, uses: tuple[str, ...], body: Callable[[], str]
) -> str:
    """The panel, or why it cannot be drawn; and whose functions it runs on.

    Args:
        of: what of the view it depends on; drawn again where this, image or network differ.
    """

    def draw() -> str:
        if missing := session.tools.missing(uses):
            return _panel(title, _note(missing))
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # what a learner's function prints
                drawn = body()
        except NoSuchMap as reason:
            return _panel(title, _note(str(reason)))
        except Exception as error:  # whatever a learner's function does
            drawn = _note(f"This cannot be drawn. {failure(error)}")
        credits = html.escape(session.tools.credits(uses))
        return _panel(title, f"{drawn}<p><small>{credits}</small></p>")

    return session.once(("panel", title, of), draw)


def _panel(title: str, body: str) -> str:
    return f'<section class="visualiser-panel"><h2>{title}</h2>{body}</section>'


def _note(text: str) -> str:
    return f'<p class="visualiser-note">{html.escape(text)}</p>'


def _grid(pictures: Tensor) -> Tensor:
    """(K, 1 or 3, h, w) side by side, each scaled by itself: (3, H, W)."""
    from torchvision.utils import make_grid  # type: ignore[import-untyped]

    found: Tensor = make_grid(
        pictures, nrow=_COLUMNS, padding=1, normalize=True, scale_each=True, pad_value=1.0
    )
    return found


def _image(pixels: Tensor, alt: str, kind: str = "photo") -> str:
    """An <img> of (3, H, W) in [0, 1]; `kind` "grid" keeps the edges of its pixels sharp."""
    from PIL import Image

    array = (pixels * 255).round().to(torch.uint8).movedim(0, -1).contiguous().numpy()
    png = io.BytesIO()
    Image.fromarray(array).save(png, format="png", compress_level=1)
    data = base64.b64encode(png.getvalue()).decode("ascii")
    source = f"data:image/png;base64,{data}"
    return f'<img class="visualiser-{kind}" alt="{html.escape(alt)}" src="{source}">'
