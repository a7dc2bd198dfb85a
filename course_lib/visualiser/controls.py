"""Two controls that ipywidgets has, but not so that everybody can use them.

Its upload sends files of any size, at which a server ends the connection; its sliders have no name
that a screen reader could read out.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from course_lib.visualiser.images import FORMATS, MAX_BYTES, NotAnImage, too_large

_LONGEST_NAME = 40


class Percent(anywidget.AnyWidget):
    """A labelled slider from 0 to 100 per cent."""

    _esm = Path(__file__).with_name("percent.js")
    label = traitlets.Unicode("").tag(sync=True)
    value = traitlets.Int(50, min=0, max=100).tag(sync=True)


class Upload(anywidget.AnyWidget):
    """A labelled file input, and a line below it for what there is to say.

    Attributes:
        says: that line, which screen readers read out.
    """

    _esm = Path(__file__).with_name("upload.js")
    accept = traitlets.Unicode(",".join(f"image/{kind.lower()}" for kind in FORMATS)).tag(sync=True)
    limit = traitlets.Int(MAX_BYTES).tag(sync=True)
    says = traitlets.Unicode("").tag(sync=True)

    def on_file(self, take: Callable[[str, bytes], None]) -> None:
        """Has `take` called with the name and the bytes of each file that is chosen.

        A NotAnImage that it raises is said below the control.
        """

        def came(_: Any, about: Any, buffers: list[Any]) -> None:
            try:
                take(*_received(about, buffers))
            except NotAnImage as reason:
                self.says = str(reason)

        self.on_msg(came)


def _received(about: Any, buffers: list[Any]) -> tuple[str, bytes]:
    """The name and the bytes of what the browser sent, which nobody vouches for."""
    if not isinstance(about, dict):
        raise NotAnImage("What came is no file.")
    name, size = str(about.get("name", "")), about.get("size")
    if not buffers:
        raise too_large(size if isinstance(size, int) else MAX_BYTES)
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return short, bytes(buffers[0])
