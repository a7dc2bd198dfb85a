"""A small drawing for tests of figures, and what is looked at in what Jupyter is given."""

import base64
import io
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

WIDGET = "application/vnd.jupyter.widget-view+json"


def drawing(**values: Any) -> Figure:
    made = Figure(figsize=(2, 1))
    made.subplots().plot([0, 1], [0, values.get("n", 1)])
    return made


def pixels(bundle: dict[str, Any]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
