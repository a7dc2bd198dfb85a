"""Tiny networks that are looked into."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.case import drawn_weights
from course_lib.checks.traces import in_use
from course_lib.models.resnet import BasicBlock

CLASSES = 4

Kind = tuple[str, int]
"""A key of `FORMS`, and the seed of the weights."""


class SameConv2d(nn.Conv2d):
    """A convolution of a subclass, as people make for paddings of their own."""


class Branches(nn.Module):
    """Two branches that read one map, changed in place by a function: (N, 3, H, W) -> (N, c)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 5, 3, stride=2, padding=1)
        self.wide = nn.Conv2d(5, 3, (1, 3), padding=(0, 1))
        self.tall = SameConv2d(5, 4, (3, 1), padding=(1, 0))
        self.norm = nn.BatchNorm2d(7)
        self.fc = nn.Linear(7, CLASSES)

    def forward(self, x: Tensor) -> Any:
        x = torch.relu_(self.stem(x))
        x = self.norm(torch.cat([self.wide(x), self.tall(x)], dim=1))
        return self.fc(torch.relu_(x).mean((2, 3)))


def _resnet() -> nn.Module:
    """Torchvision's blocks: one ReLU in place for both places, and `+=`."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(3, 4, 3, padding=1, bias=False),
            bn1=nn.BatchNorm2d(4),
            relu=nn.ReLU(inplace=True),
            layer1=BasicBlock(4, 4),
            layer2=BasicBlock(4, 6, stride=2),
            avgpool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            fc=nn.Linear(6, CLASSES),
        )
    )


def _vgg() -> nn.Module:
    """Every convolution is followed by a ReLU in place; dense layers read all places."""
    first = [nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
    second = [nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(inplace=True)]
    dense = [nn.Linear(6 * 6, 8), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(8, CLASSES)]
    return nn.Sequential(
        OrderedDict(
            features=nn.Sequential(*first, *second),
            avgpool=nn.AdaptiveAvgPool2d((2, 3)),
            flatten=nn.Flatten(),
            classifier=nn.Sequential(*dense),
        )
    )


def _bare() -> nn.Module:
    """Its first layer works in place: it writes into the images that it is given."""
    first = [nn.ReLU(inplace=True), nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(inplace=True)]
    return nn.Sequential(*first, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, CLASSES))


def _one_by_one() -> nn.Module:
    """The text's example of maps that are overwritten: 1 - x, then a ReLU in place."""
    conv = nn.Conv2d(1, 1, 1)
    nn.init.constant_(conv.weight, -1)
    nn.init.constant_(conv.get_parameter("bias"), 1)
    return nn.Sequential(conv, nn.ReLU(inplace=True))


def _figure() -> nn.Module:
    """The text's example of Grad-CAM: the logit's gradients are those of the figure."""
    dense = nn.Linear(8, 1)
    dense.weight.data = torch.tensor([[2.0, 0, 1, 1, 0, -1, -1, 0]])
    return nn.Sequential(nn.Identity(), nn.Flatten(), dense)


def _three_times() -> nn.Module:
    """The text's example of a picture that is made: one logit, three times the sum of an image."""
    dense = nn.Linear(3, 1, bias=False)
    nn.init.constant_(dense.weight, 3)
    return nn.Sequential(nn.Flatten(), dense)


FORMS: Mapping[str, Callable[[], nn.Module]] = {
    **{"resnet": _resnet, "vgg": _vgg, "branches": Branches, "bare": _bare},
    **{"one by one": _one_by_one, "figure": _figure, "three times": _three_times},
}
EXAMPLES = ("one by one", "figure", "three times")
"""Of these the weights are settled."""

ABSENT = 0
"""A class of "resnet" against which every channel of its last maps speaks, for all images."""


def network(kind: Kind, state: str = "eval") -> nn.Module:
    """A model that has been trained a little: (N, 3, H, W) -> (N, CLASSES).

    Args:
        state: that in which it is `in_use`.
    """
    form, seed = kind
    model = FORMS[form]()
    if form not in EXAMPLES:
        shapes = {name: list(tensor.shape) for name, tensor in model.state_dict().items()}
        model.load_state_dict(drawn_weights({"seed": seed, "shapes": shapes}))
    if form == "resnet":
        weight = model.get_parameter("fc.weight").data
        weight[ABSENT] = -weight[ABSENT].abs()
    return in_use(model, state)
