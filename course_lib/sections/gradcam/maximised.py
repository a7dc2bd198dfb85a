"""Images that a class likes, regularised: flat shapes instead of any pixels.

shapes = Silhouettes(net, seed=0)
x = maximise(shapes, torch.arange(10), shapes.start(10), STEPS, LR, DECAY)
pictures = shapes.drawn(x)
"""

import csv
import io
import math
from collections.abc import Sequence
from importlib.resources import files

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.models.pretrained import Pretrained

STEPS, LR, DECAY = 60, 60.0, 1e-5
"""With these the pictures of `maximised.csv` were made."""

_SIDE, _NOISE = 32, 6.0
_BLUR, _EDGE = 1.5, 3.0
_ROOM, _FALL = 0.75, 30.0
_COPIES, _MOVE, _ZOOM, _GRAIN = 4, 0.16, 0.2, 0.15


class Silhouettes(nn.Module):
    """A network that sees numbers (N, 3, s, s) as shapes of one colour on another: (N, classes).

    Where a number is positive there is shape, and where it is negative ground. They are blurred,
    brought to the network's size, and kept away from the image's border. The network sees each
    shape more than once in every pass, each time turned, moved, zoomed and coloured by chance, in
    noise (jitter, in all that a class does not depend on); the logits are averaged.
    """

    def __init__(self, net: Pretrained, seed: int) -> None:
        super().__init__()
        self.model, self.size = net.model, net.size
        self.mean, self.std = (torch.tensor(n)[:, None, None] for n in (net.mean, net.std))
        self._generator = torch.Generator().manual_seed(seed)
        self._begin = torch.Generator().manual_seed(seed)

    def start(self, count: int) -> Tensor:
        """A disc, soft and noisy, (count, 3, 32, 32): every class begins with it."""
        noise = torch.randn(count, 3, _SIDE, _SIDE, generator=self._begin)
        return (10 * (0.5 - _radius(_SIDE))).clamp(-2, 2) + _NOISE * noise

    def masks(self, x: Tensor) -> Tensor:
        """How much of each pixel is shape: (N, 3, s, s) -> (N, 1, size, size), in [0, 1]."""
        x = _blurred(x.mean(1, keepdim=True))
        x = x - _FALL * (_radius(x.shape[-1]) - _ROOM).clamp(min=0)
        large = F.interpolate(_EDGE * x, (self.size, self.size), mode="bilinear")
        return torch.sigmoid(large)

    def drawn(self, x: Tensor) -> Tensor:
        """The shapes in light grey on dark grey: (N, 3, s, s) -> (N, 3, size, size)."""
        return (0.1 + 0.8 * self.masks(x)).expand(-1, 3, -1, -1)

    def forward(self, x: Tensor) -> Tensor:
        masks = self._moved(self.masks(x).repeat(_COPIES, 1, 1, 1))
        colour = self._uniform(0, 1, len(masks), 3, 1, 1)
        ground = (colour + 0.5) % 1
        grain = self._uniform(-_GRAIN, _GRAIN, len(masks), 3, self.size, self.size)
        images = masks * colour + (1 - masks) * ground + grain
        logits: Tensor = self.model((images - self.mean) / self.std)
        return logits.view(_COPIES, len(x), -1).mean(0)

    def _moved(self, masks: Tensor) -> Tensor:
        angle = self._uniform(-math.pi, math.pi, len(masks))
        zoom = self._uniform(1 - _ZOOM, 1 + _ZOOM, len(masks))
        away = self._uniform(-_MOVE, _MOVE, len(masks), 2)
        cos, sin = zoom * angle.cos(), zoom * angle.sin()
        rows = [torch.stack([cos, -sin, away[:, 0]], 1), torch.stack([sin, cos, away[:, 1]], 1)]
        grid = F.affine_grid(torch.stack(rows, 1), [*masks.shape], align_corners=False)
        return F.grid_sample(masks, grid, padding_mode="border", align_corners=False)

    def _uniform(self, low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(shape, generator=self._generator)


def _radius(side: int) -> Tensor:
    """Distance from the middle, which is half the image at the middle of a side: (side, side)."""
    middle = (torch.arange(side) + 0.5) * (2 / side) - 1
    return torch.hypot(middle[:, None], middle[None, :])


def _blurred(x: Tensor) -> Tensor:
    weights = torch.exp(-(torch.arange(-2.0, 3) ** 2) / (2 * _BLUR**2))
    weights = weights / weights.sum()
    rows = F.conv2d(F.pad(x, (2, 2, 0, 0), mode="replicate"), weights.view(1, 1, 1, 5))
    return F.conv2d(F.pad(rows, (0, 0, 2, 2), mode="replicate"), weights.view(1, 1, 5, 1))


def stored() -> Sequence[dict[str, str]]:
    """A row for each picture: seed, class, the class that the other network saw, and the origin.

    Written by `python -m ci.maximised`.
    """
    text = files(__package__).joinpath("maximised.csv").read_text("utf-8")
    return [*csv.DictReader(io.StringIO(text))]
