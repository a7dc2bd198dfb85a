"""Networks that are trained already: on ImageNet, or by the course on its coloured shapes.

net = pretrained("resnet18")
logits = net.model(images)      # (N, 3, net.size, net.size), normalised with net.mean and net.std
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.data.catalogue import WEIGHTS, WEIGHTS_FOLDER, damage, data_folder, shown
from course_lib.data.download import PrefetchFailed, out_of_reach, prefetch
from course_lib.models.resnet import BasicBlock, ResNet

EMBEDDED = Path(__file__).with_name("resnet18_shapes.safetensors")
"""Written by `python -m ci.train_embedded`."""
WIDTH, SIZE = 12, 128
"""Of the embedded network: channels of its first stage, height and width of its images."""
CHOICES = ("any", "imagenet", "embedded")


class WeightsMissing(FileNotFoundError):
    """Weights are not here and could not be downloaded; the message says why, and what to do."""

    def __init__(self, reason: str, what_to_do: str) -> None:
        super().__init__(f"{reason} {what_to_do}")
        self.reason = reason


@dataclass(frozen=True, eq=False, repr=False)
class Pretrained:
    """A trained network and what it is.

    Attributes:
        model: maps (N, 3, size, size) to logits (N, len(classes)); in eval mode.
        weights: "imagenet" or "embedded".
        source: what this is and where it comes from, in one sentence: notebooks print it.
        classes: their names; logit i is of classes[i].
        mean, std: of each channel, images being in [0, 1]: those it was trained with.
        size: height and width of the images it was trained with.
        about: of the embedded one: data, recipe, accuracy, date, device, versions, command.
    """

    model: nn.Module
    weights: str
    source: str
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    size: int
    about: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Pretrained({self.weights}: {self.source})"


def pretrained(name: str = "resnet18", weights: str = "any") -> Pretrained:
    """A network with trained weights; prints which.

    Files are looked for in COURSE_DATA_DIR (or the user's cache), in its folder "weights", and in
    torch hub's cache; downloads go to the former. Each is used only if its SHA-256 is as pinned.

    Args:
        name: torchvision's name: "resnet18"; where their files are: "mobilenet_v2",
            "squeezenet1_0".
        weights: "imagenet", "embedded" (there is a resnet18 alone), or "any": those of ImageNet
            where they are or can be downloaded, otherwise the embedded ones.

    Raises:
        WeightsMissing: they cannot be had, and nothing may take their place.
        ValueError: no such network, no such weights.
    """
    if name not in WEIGHTS:
        raise ValueError(f"There is no network {name!r}. There are: {', '.join(WEIGHTS)}.")
    if weights not in CHOICES:
        raise ValueError(f"There are no weights {weights!r}. There are: {', '.join(CHOICES)}.")
    if weights == "embedded" and name != "resnet18":
        raise ValueError(f"Embedded is a resnet18 alone, no {name}.")
    if weights == "embedded":
        net = _embedded()
    else:
        try:
            net = _imagenet(name, _file(name))
        except WeightsMissing as missing:
            if weights == "imagenet" or name != "resnet18":
                raise
            print(f"Not ImageNet: {missing.reason}")
            net = _embedded()
    print(f"Network: {net.source}.")
    return net


def present(name: str) -> bool:
    """Whether a file of ImageNet's weights for this network is here; it is not read."""
    return any(path.is_file() for path in _places(name))


def embedded_net() -> ResNet:
    """The embedded network, untrained: (N, 3, H, W) -> (N, 10)."""
    return ResNet(BasicBlock, (2, 2, 2, 2), width=WIDTH, num_classes=10)


def _embedded() -> Pretrained:
    from safetensors import safe_open
    from safetensors.torch import load_file

    with safe_open(EMBEDDED, framework="pt") as opened:
        about = opened.metadata()
    with torch.device("meta"):
        model = embedded_net()
    classes = tuple(json.loads(about["classes"]))
    source = (
        f"a {about['net']}, trained by the course on coloured shapes "
        f"({about['trained']}; of fresh ones {float(about['accuracy']):.1%} are right): "
        f"{len(classes)} classes, colour images of {SIZE} × {SIZE}"
    )
    return Pretrained(
        _filled(model, load_file(EMBEDDED)),
        "embedded",
        source,
        classes,
        tuple(json.loads(about["mean"])),
        tuple(json.loads(about["std"])),
        SIZE,
        about,
    )


def _imagenet(name: str, path: Path) -> Pretrained:
    from torchvision import models  # type: ignore[import-untyped]

    with torch.device("meta"):
        model = models.get_model(name)
    known = models.get_model_weights(name).IMAGENET1K_V1
    as_trained, classes = known.transforms(), tuple(known.meta["categories"])
    (size,) = as_trained.crop_size
    source = (
        f"{name} with {WEIGHTS[name].origin} ({path.name}): {len(classes):,} classes, "
        f"colour images of {size} × {size}"
    )
    return Pretrained(
        _filled(model, torch.load(path, map_location="cpu", weights_only=True)),
        "imagenet",
        source,
        classes,
        tuple(as_trained.mean),
        tuple(as_trained.std),
        size,
    )


def _filled(model: Any, weights: Mapping[str, Tensor]) -> nn.Module:
    """A model that was made without memory (no random numbers are drawn), with its weights."""
    model.load_state_dict(weights, assign=True)
    filled: nn.Module = model.eval()
    return filled


def _file(name: str) -> Path:
    """The file of ImageNet's weights, downloaded if need be."""
    known = WEIGHTS[name]
    home, hub = (path.parent for path in _places(name))
    damaged = []
    for path in _places(name):
        if path.is_file():
            wrong = damage(path, known.file)
            if not wrong:
                return path
            damaged.append(f"{wrong}, in {shown(path.parent)}")
    reason = (
        "; ".join(damaged) or f"{known.file.name} is neither in {shown(home)} nor in {shown(hub)}"
    )
    if not known.mirrors:
        raise WeightsMissing(
            f"{reason}.",
            f"The course only reads these weights of {name}, and cannot download them. If you have "
            "the file elsewhere, set COURSE_DATA_DIR to the folder above its folder "
            f'"{WEIGHTS_FOLDER}".',
        )
    url = known.mirrors[0] + known.file.name
    try:
        if unreachable := out_of_reach(url):
            raise PrefetchFailed(f"{url} {unreachable}.")
        return prefetch(name)[0]
    except PrefetchFailed as failure:
        raise WeightsMissing(
            f"{reason}. {failure}",
            f"Connect this machine, then: course prefetch {name}; or download {url} on another "
            f"machine and put it into {shown(home)}; or take the network that comes with the "
            f'course: pretrained("{name}", weights="embedded").',
        ) from None


def _places(name: str) -> tuple[Path, Path]:
    """Where the file of ImageNet's weights may lie: the data folder, torch hub's cache."""
    file = WEIGHTS[name].file.name
    hub = Path(torch.hub.get_dir()) / "checkpoints"
    return data_folder() / WEIGHTS_FOLDER / file, hub / file
