"""What is looked at, and what has been computed of it: nothing is computed twice."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn

from course_lib.visualiser.images import fitted
from course_lib.visualiser.nets import Net
from course_lib.visualiser.tools import Tools

if TYPE_CHECKING:
    from PIL.Image import Image

Result = TypeVar("Result")

CAM_TOOLS = ("gradcam.feature_maps", "gradcam.cam")
SHOWN_BY = ("gradcam.scale", "gradcam.resize", "gradcam.overlay")
"""What makes a picture of a heat map."""


class NoSuchMap(ValueError):
    """This network has no class activation map; the message says why."""


class Session:
    """A network, an image, and the learner's functions on the two.

    What is computed is kept until another network, another image or other functions are taken.
    """

    def __init__(self, tools: Tools, net: Net, picture: "Image") -> None:
        """
        Args:
            picture: in RGB, of any size.
        """
        self.tools = tools
        self.take(net, picture)

    def take(self, net: Net, picture: "Image") -> None:
        """Looks at another image, perhaps with another network."""
        self.net = net
        square = fitted(picture, net.trained.size)
        self.image = _tensor(square)
        self._batch = net.batch(self.image)
        self.forget()

    def forget(self) -> None:
        """Has all be computed again."""
        self._kept: dict[tuple[Any, ...], Any] = {}

    def once(self, key: tuple[Any, ...], run: Callable[[], Result]) -> Result:
        """What `run` returns, or returned when it was last asked for under this key."""
        if key not in self._kept:
            self._kept[key] = run()
        found: Result = self._kept[key]
        return found

    def probabilities(self) -> Tensor:
        """Of all classes, (classes,)."""

        def run() -> Tensor:
            with torch.no_grad():
                logits: Tensor = self.net.model(self._batch)
            return logits[0].softmax(0)

        return self.once(("probabilities",), run)

    def top(self, count: int = 5) -> list[tuple[str, float]]:
        """The likeliest classes and their probabilities."""
        best = self.probabilities().topk(min(count, len(self.net.trained.classes)))
        return [
            (self.net.trained.classes[index], probability)
            for index, probability in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ]

    def target(self, chosen: int | None) -> int:
        """The class that is explained: the chosen one, or for None the likeliest."""
        return int(self.probabilities().argmax()) if chosen is None else chosen

    def layers(self) -> tuple[str, ...]:
        """The network's stages; every convolution as well, where `conv_layers` serves."""
        stages = self.net.plan.stages
        if not self.tools.has("gradcam.conv_layers"):
            return stages
        found = list(self.tools["gradcam.conv_layers"](self.net.model))
        order = [name for name, _ in self.net.model.named_modules() if name in {*stages, *found}]
        return tuple(order)

    def maps(self, layer: str) -> Tensor:
        """The feature maps of a layer, (C, h, w)."""

        def run() -> Tensor:
            found = self.tools["gradcam.feature_maps"](self.net.model, [layer], self._batch)
            return _plain(found[layer])[0]

        return self.once(("maps", layer), run)

    def grad_cam(self, layer: str, target: int) -> Tensor:
        """Grad-CAM's map as it comes, (h, w)."""

        def run() -> Tensor:
            grad_cam = self.tools["gradcam.grad_cam"]
            return _plain(grad_cam(self.net.model, layer, self._batch, torch.tensor([target])))[0]

        return self.once(("grad_cam", layer, target), run)

    def cam(self, target: int) -> Tensor:
        """The class activation map of the last stage as it comes, (h, w), with its signs.

        Raises:
            NoSuchMap: the network does not end in a mean of each map and one dense layer.
        """
        plan = self.net.plan
        if not plan.head:
            raise NoSuchMap(
                "A class activation map needs a network that ends in the mean of each map and one "
                "dense layer. This one has no dense layer."
            )

        def run() -> Tensor:
            head = self.net.model.get_submodule(plan.head)
            assert isinstance(head, nn.Linear)
            maps, weight = self.maps(plan.stages[-1])[None], head.weight.detach()
            return _plain(self.tools["gradcam.cam"](maps, weight, torch.tensor([target])))[0]

        return self.once(("cam", target), run)

    def heat(self, raw: Tensor) -> Tensor:
        """A map (h, w) as a heat map of the image's size, (H, W), in [0, 1]; negatives are 0."""
        scale, resize = self.tools["gradcam.scale"], self.tools["gradcam.resize"]
        size = tuple(self.image.shape[1:])
        return _plain(scale(resize(raw.clamp(min=0)[None], size)))[0].clamp(0, 1)

    def overlay(self, heat: Tensor, opacity: float) -> Tensor:
        """A heat map (H, W) laid over the image, (3, H, W)."""
        laid = self.tools["gradcam.overlay"](self.image[None], heat[None], opacity)
        return _plain(laid)[0].clamp(0, 1)

    def filters(self) -> Tensor:
        """The first layer's filters as pictures, (F, 3, h, w), in [0, 1]."""

        def run() -> Tensor:
            first = next(one for one in self.net.model.modules() if isinstance(one, nn.Conv2d))
            pictures = self.tools["training.filters_as_images"](first.weight.detach().clone())
            return _plain(pictures).movedim(-1, 1).clamp(0, 1)

        return self.once(("filters",), run)


def _plain(found: Any) -> Tensor:
    """What a learner's function returned, as floats that carry no gradient."""
    return torch.as_tensor(found).detach().float()


def _tensor(picture: "Image") -> Tensor:
    """(3, H, W) in [0, 1] of a picture in RGB."""
    import numpy as np

    return torch.tensor(np.asarray(picture)).movedim(-1, 0).float() / 255
