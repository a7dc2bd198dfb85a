"""The visualiser: its controls, and what happens when one is moved."""

import html
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets  # type: ignore[import-untyped]

from course_lib.models.pretrained import WeightsMissing
from course_lib.visualiser import nets, panels
from course_lib.visualiser.controls import Percent, Upload
from course_lib.visualiser.images import NotAnImage, Source, fitted, offered, read_image
from course_lib.visualiser.session import Session
from course_lib.visualiser.threads import one_thread
from course_lib.visualiser.tools import Tools, saved_tools

if TYPE_CHECKING:
    from PIL.Image import Image

_PREDICTED = -1
"""Stands for the predicted class: a Dropdown takes None for no choice."""
_KEPT_SIDE = 512
"""Of an uploaded image; no network here takes larger ones."""
_STYLE = Path(__file__).with_name("style.css")
# ipywidgets makes a control's `description` its <label>, and cuts it at 80 pixels if not told.
_WHOLE: dict[str, Any] = {
    "style": {"description_width": "initial"},
    "layout": {"width": "max-content", "margin": "2px 24px 2px 0"},
}


class Visualiser(ipywidgets.VBox):  # type: ignore[misc]
    """Choose a network, an image and a layer; see what the network sees.

    The panels run on the learner's own functions, as the notebooks beside this one were saved.
    """

    def __init__(self, notebooks: Path | None = None, tools: Tools | None = None) -> None:
        """
        Args:
            notebooks: the folder of the sections' folders; by default the one above this folder.
            tools: the functions to run on, in place of those of the notebooks.
        """
        self._notebooks = notebooks or Path().absolute().parent
        self._sources: dict[str, Source] = offered()
        self._own = ""  # name of the uploaded image, of which one is kept
        self._quiet = False  # while controls are moved by the program
        self._make_controls()
        net = nets.load(self.net.value)
        tools = tools or saved_tools(self._notebooks)
        self.session = Session(tools, net, self._picture(net))
        self._offer()
        self.draw()
        super().__init__(self._arranged())
        self.add_class("visualiser")

    def draw(self) -> None:
        """Draws every panel that has changed."""
        began = time.perf_counter()
        chosen = self.target.value
        target = None if chosen == _PREDICTED else chosen
        view = panels.View(self.layer.value, target, self.opacity.value / 100)
        with one_thread():
            drawn = (
                panels.prediction(self.session, self.image.value),
                panels.grad_cam(self.session, view),
                panels.cam(self.session, view),
                panels.feature_maps(self.session, view),
                panels.filters(self.session),
            )
        for panel, text in zip(self.panels, drawn, strict=True):
            panel.value = text
        best, share = self.session.top(1)[0]
        seconds = time.perf_counter() - began
        self.upload.says = f"{self.image.value}: {best}, {share:.0%}. Drawn in {seconds:.2f} s."

    def _make_controls(self) -> None:
        titles, images = nets.net_names(), list(self._sources)
        self.net = ipywidgets.Dropdown(options=titles, description="network", **_WHOLE)
        self.image = ipywidgets.Dropdown(options=images, description="image", **_WHOLE)
        self.layer = ipywidgets.Dropdown(description="layer", **_WHOLE)
        self.target = ipywidgets.Dropdown(description="explain", **_WHOLE)
        self.opacity = Percent(label="opacity of the heat map", layout=_WHOLE["layout"])
        self.upload = Upload()
        self.again = ipywidgets.Button(
            description="Read my notebooks again",
            tooltip="after you have saved one: its functions are checked anew",
            layout={"width": "max-content"},
        )
        self.about = ipywidgets.HTML()
        self.panels = [ipywidgets.HTML() for _ in range(5)]
        self.net.observe(self._net_chosen, names="value")
        self.image.observe(self._image_chosen, names="value")
        for control in (self.layer, self.target, self.opacity):
            control.observe(self._view_chosen, names="value")
        self.upload.on_file(self._file_came)
        self.again.on_click(self._read_again)

    def _arranged(self) -> list[Any]:
        row = {"flex_flow": "row wrap", "align_items": "center"}
        grid = {"grid_template_columns": "repeat(auto-fit, minmax(220px, 1fr))", "grid_gap": "12px"}
        head = "<h1>What a network sees</h1>"
        return [
            ipywidgets.HTML(f"<style>{_STYLE.read_text('utf-8')}</style>{head}"),
            ipywidgets.HBox([self.net, self.image, self.layer], layout=row),
            ipywidgets.HBox([self.target, self.opacity, self.again], layout=row),
            self.upload,
            self.about,
            ipywidgets.GridBox(self.panels, layout=grid),
        ]

    def _offer(self) -> None:
        """Offers the layers and classes of the network; what is chosen stays, where it can.

        Else its last stage and its prediction are chosen.
        """
        net, layers = self.session.net, self.session.layers()
        classes = [("the predicted class", _PREDICTED)]
        classes += [(name, index) for index, name in enumerate(net.trained.classes)]
        layer = self.layer.value if self.layer.value in layers else net.plan.stages[-1]
        target = self.target.value if tuple(classes) == self.target.options else _PREDICTED
        self._quiet = True
        self.layer.options, self.layer.value = layers, layer
        self.target.options, self.target.value = classes, target
        self._quiet = False
        uses, tools = ["gradcam.conv_layers"], self.session.tools
        missing = f"Of its layers, the stages can be chosen. For all: {tools.missing(uses)}"
        about = tools.credits(uses) if tools.has(*uses) else missing
        self.about.value = f"<p>{html.escape(f'Network: {net.trained.source}. {about}')}</p>"

    def _picture(self, net: nets.Net) -> "Image":
        return self._sources[self.image.value](net.trained.size)

    def _net_chosen(self, change: Any) -> None:
        if self._quiet:
            return
        try:
            net = nets.load(self.net.value)
            picture = self._picture(net)
        except (WeightsMissing, NotAnImage) as reason:
            self._back(change, reason)
            return
        self.session.take(net, picture)
        self._offer()
        self.draw()

    def _image_chosen(self, change: Any) -> None:
        if self._quiet:
            return
        try:
            picture = self._picture(self.session.net)
        except NotAnImage as reason:
            self._back(change, reason)
            return
        self.session.take(self.session.net, picture)
        self.draw()

    def _back(self, change: Any, reason: Exception) -> None:
        """Chooses what was chosen before, and says why."""
        self._quiet = True
        change.owner.value = change.old
        self._quiet = False
        self.upload.says = str(reason)

    def _view_chosen(self, _: Any) -> None:
        if not self._quiet:
            self.draw()

    def _file_came(self, name: str, content: bytes) -> None:
        picture = fitted(read_image(content), _KEPT_SIDE)
        self._sources.pop(self._own, None)
        self._own = f"{name} (your own)"
        self._sources[self._own] = lambda size: picture
        self._quiet = True
        self.image.options = list(self._sources)
        self.image.value = self._own
        self._quiet = False
        self.session.take(self.session.net, picture)
        self.draw()

    def _read_again(self, _: Any) -> None:
        self.upload.says = "Your functions are being checked. That can take some seconds."
        self.session.tools = saved_tools(self._notebooks)
        self.session.forget()
        self._offer()
        self.draw()
