"""What Grad-CAM is asked with: nets and images in whose maps every mistake shows."""

from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.gradcam.nets import ABSENT, CLASSES, network
from grader.marking.draw import Draw
from grader.sections.gradcam.grad_cam_ways import way, weighted

_SIZES = {"resnet": (5, 4), "vgg": (6, 4), "branches": (4, 6), "bare": (3, 4)}
_LEAST = 0.05
"""A map shows what is wrong with it if its largest number is not below this, nor its lowest -this
before the ReLU."""
_RAW = way(join=weighted)
_POOL = 9
"""Images of which those are taken that are told apart."""


def _speaks(model: Any, layer: str, x: Tensor, target: Tensor | None) -> bool:
    """Whether each map has numbers on both sides of 0 before its ReLU, if anything is for it."""
    raw = _RAW(model, layer, x, target).flatten(1)
    # The last maps of that net are never negative, and nothing in them speaks for this class.
    absent = layer == "layer2" and target is not None
    supported = raw[target != ABSENT] if absent else raw
    return bool((supported.amax(1) > _LEAST).all() and (raw.amin(1) < -_LEAST).all())


def _case(
    draw: Draw, about: str, form: str, layer: str, n: int, target: Any = "largest", *more: Any
) -> Case:
    """A case of n images, not all of one predicted class, whose maps show what is wrong.

    Args:
        target: "largest" for none, "given" for classes of which not all are predicted, or these.
    """
    while True:
        seed, pool = draw.integer(1, 10**6), draw.normal(_POOL, 3, *_SIZES[form])
        model = network((form, seed))
        found = model(pool.clone()).argmax(1)
        chosen = [int((found == k).nonzero()[0]) for k in found.unique()][:n]
        chosen += [i for i in range(_POOL) if i not in chosen][: n - len(chosen)]
        classes = None
        if target != "largest":
            drawn = draw.distinct(0, CLASSES - 1, n)
            classes = torch.tensor(drawn if target == "given" else target)
            telling = not torch.equal(classes, found[chosen])
        else:
            telling = n == 1 or len(found.unique()) > 1
        if telling and _speaks(model, layer, pool[chosen], classes):
            return Case(args=((form, seed), layer, pool[chosen], classes, *more), about=about)


def grad_cam_cases(draw: Draw) -> list[Case]:
    absent = [ABSENT, draw.integer(1, CLASSES - 1)]
    return [
        _case(draw, "the last maps, classes by the model", "resnet", "layer2", 2),
        _case(draw, "a class that nothing speaks for, and another", "resnet", "layer2", 2, absent),
        _case(draw, "a convolution before a ReLU in place", "vgg", "features.3", 2, "given"),
        _case(draw, "the first class for all images", "branches", "tall", 2, [0, 0]),
        _case(draw, "a first layer that works in place", "bare", "1", 2, "given", "train"),
        _case(draw, "a layer far from the end", "vgg", "features.0", 2),
        _case(draw, "a norm to which something is added", "resnet", "layer1.bn2", 2, "given"),
        _case(
            *(draw, "a ReLU that runs twice, asked before", "resnet", "layer1.relu", 2),
            *("largest", "train", True),
        ),
        _case(draw, "a model in train mode", "resnet", "bn1", 3, "given", "train"),
        _case(draw, "one part in eval mode, others not", "branches", "stem", 3, "given", "mixed"),
        _case(draw, "a frozen model", "vgg", "features.3", 2, "largest", "frozen"),
        _case(draw, "a model whose last layer learns", "branches", "norm", 2, "given", "head"),
        _case(draw, "one image, the first class", "branches", "wide", 1, [0]),
        _case(draw, "one image, its class by the model", "vgg", "features.2", 1),
    ]
