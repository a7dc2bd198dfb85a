"""Part E, shapes: what pooling does to the size of maps, layer by layer."""

import torch

from course_lib.checks.compare import EXACT
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on, on_worked, worked
from course_lib.models.configs import (
    Layer,
    avg_pool,
    conv,
    flatten,
    gap,
    linear,
    max_pool,
    modules,
    relu,
)

CIFAR_NET: tuple[Layer, ...] = (
    conv(3, 32, 3, padding=1),
    relu(),
    max_pool(2),
    conv(32, 64, 3, padding=1),
    relu(),
    max_pool(2),
    conv(64, 128, 3, padding=1),
    relu(),
    gap(),
    flatten(),
    linear(128, 10),
)
"""A small network for images of 32 x 32 pixels."""


def _cifar_shapes(**changes: int) -> list[list[int]]:
    """What the modules of the network answer; nothing is computed on the device "meta".

    Args:
        changes: other settings, for the layers that have them.
    """
    net = [layer | {k: v for k, v in changes.items() if k in layer} for layer in CIFAR_NET]
    X = torch.empty(8, 3, 32, 32, device="meta")
    shapes = [list(X.shape)]
    for module in modules(net, "meta"):
        X = module(X)
        shapes.append(list(X.shape))
    return shapes


CIFAR_SHAPES = Exercise(
    id="pooling.cifar_shapes",
    title="Twelve shapes",
    points=0,
    covers=("Q19",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _cifar_shapes(),
    mistakes=(
        Mistake(
            "input left out",
            "Right, but the first shape, that of the input itself, is missing: there are twelve.",
            lambda case: _cifar_shapes()[1:],
        ),
        Mistake(
            "channels last",
            "You put the channels last. PyTorch's order is (batch, channels, height, width).",
            lambda case: [[n, *rest[1:], rest[0]] for n, *rest in _cifar_shapes()],
        ),
        Mistake(
            "padding left out",
            "Your convolutions shrink the map. With a 3 x 3 kernel, padding=1 keeps its size.",
            lambda case: _cifar_shapes(padding=0),
        ),
        Mistake(
            "pooling by one",
            "Your pooling moves by one pixel and hardly shrinks the map. MaxPool2d(2, 2) has "
            "stride 2.",
            lambda case: _cifar_shapes(stride=1),
        ),
        Mistake(
            "batch axis forgotten",
            "You left out the batch axis, which stands first: here it has size 8.",
            lambda case: [shape[1:] for shape in _cifar_shapes()],
        ),
        Mistake(
            "nothing left of GAP",
            "Global average pooling keeps two axes of size 1: (batch, channels, 1, 1). Only "
            "flatten takes them away.",
            lambda case: [*_cifar_shapes()[:9], [8, 128], *_cifar_shapes()[10:]],
        ),
        Mistake(
            "ReLU left out",
            "You left out the shapes after the ReLUs. Each of them is a layer, too, though it "
            "changes no shape: there are eleven layers.",
            lambda case: [s for i, s in enumerate(_cifar_shapes()) if i not in (2, 5, 8)],
        ),
        Mistake(
            "flattened before GAP",
            "You flattened the map as it was before global average pooling. That has left one "
            "number of each channel: 128.",
            lambda case: [*_cifar_shapes()[:10], [8, 128 * 8 * 8], [8, 10]],
        ),
    ),
    hints=(
        "A 3 x 3 convolution with padding=1 changes the channels only; 2 x 2 pooling halves height "
        "and width; ReLU changes nothing.",
        "Global average pooling leaves one number for each channel, with shape (8, 128, 1, 1).",
    ),
)

_BY_FORMULA = ("torch.nn", "torch.utils", "course_lib", "aten::uniform_", "aten::convolution")

_WORKED_NET = (conv(1, 4, 3, padding=1), relu(), max_pool(2), flatten(), linear(24, 3))
_GAP_NET = (
    conv(3, 6, 5, stride=2, padding=1),
    avg_pool(3, stride=2, padding=1),
    gap(),
    flatten(),
    linear(6, 10),
)
_GAP_ABOUT = "a stride, overlapping windows, global average pooling"


def _trace_cases(_: object) -> list[Case]:
    return [
        Case(args=(list(_WORKED_NET), (2, 1, 7, 5)), about=WORKED),
        Case(args=(list(_GAP_NET), (4, 3, 11, 16)), about=_GAP_ABOUT),
    ]


_IN, _OUT = (2, 1, 7, 5), (2, 3)
_GAP_BODY = [(4, 3, 11, 16), (4, 6, 5, 7)]
_HALVES = (
    "Pooling does not always halve a size. Window, stride and padding decide, by the same formula "
    "as for a convolution."
)

TRACE_SHAPES = Exercise(
    id="pooling.trace_shapes",
    title="Shapes, layer by layer",
    points=4,
    covers=("Q19",),
    cases=_trace_cases,
    expect=worked(
        {
            WORKED: [_IN, (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 3, 2), (2, 24), _OUT],
            _GAP_ABOUT: [*_GAP_BODY, (4, 6, 3, 4), (4, 6, 1, 1), (4, 6), (4, 10)],
        }
    ),
    mistakes=(
        Mistake(
            "input left out",
            "The list must begin with the shape of the input itself: one shape more than layers.",
            on_worked([(2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 3, 2), (2, 24), _OUT]),
        ),
        Mistake(
            "rounded up",
            "A size was rounded up. The number of windows is rounded down: what is left at the "
            "bottom and right makes no window.",
            on_worked([_IN, (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 4, 3), (2, 48), _OUT]),
        ),
        Mistake(
            "padding ignored",
            "You left out the padding. It adds to the size on both sides before windows are "
            "counted.",
            on_worked([_IN, (2, 4, 5, 3), (2, 4, 5, 3), (2, 4, 2, 1), (2, 8), _OUT]),
        ),
        Mistake(
            "padding on one side",
            "You added the padding once. It lies on both sides of each axis: 2 * padding.",
            on_worked([_IN, (2, 4, 6, 4), (2, 4, 6, 4), (2, 4, 3, 2), (2, 24), _OUT]),
        ),
        Mistake(
            "stride ignored",
            "You let every window move by one pixel. The stride says by how much it moves.",
            on_worked([_IN, (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 6, 4), (2, 96), _OUT]),
        ),
        Mistake(
            "channels kept",
            "After a convolution there are out_channels maps, whatever came in.",
            on_worked([_IN, (2, 1, 7, 5), (2, 1, 7, 5), (2, 1, 3, 2), (2, 6), _OUT]),
        ),
        Mistake(
            "axes lost in GAP",
            'Your "gap" takes two axes away. They stay, with size 1: (N, C, 1, 1). Only "flatten" '
            "takes them away.",
            on(_GAP_ABOUT, [*_GAP_BODY, (4, 6, 3, 4), (4, 6), (4, 6), (4, 10)]),
        ),
        Mistake(
            "pooling halves",
            _HALVES,
            on(_GAP_ABOUT, [*_GAP_BODY, (4, 6, 2, 3), (4, 6, 1, 1), (4, 6), (4, 10)]),
        ),
        Mistake(
            "pooling halves",
            "You divided by the window's size. Windows overlap where the stride is smaller: the "
            "formula is the same as for a convolution.",
            on(_GAP_ABOUT, [*_GAP_BODY, (4, 6, 1, 2), (4, 6, 1, 1), (4, 6), (4, 10)]),
        ),
        Mistake(
            "layer overlooked",
            'A size did not change where it should: "avg_pool" shrinks the map as "max_pool" does.',
            on(_GAP_ABOUT, [*_GAP_BODY, (4, 6, 5, 7), (4, 6, 1, 1), (4, 6), (4, 10)]),
        ),
        Mistake(
            "first window forgotten",
            "You counted one window too few in each direction: after dividing by the stride, add "
            "1 for the first window.",
            on_worked([_IN, (2, 4, 6, 4), (2, 4, 6, 4), (2, 4, 2, 1), (2, 8), _OUT]),
        ),
        Mistake(
            "first window forgotten",
            "Your pooling counts one window too few in each direction: after dividing by the "
            "stride, add 1 for the first window.",
            on_worked([_IN, (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 2, 1), (2, 8), _OUT]),
        ),
        Mistake(
            "not rounded",
            "Your sizes are not whole: divide by the stride with //, which rounds down.",
            on_worked([_IN, (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 3.5, 2.5), (2, 35), _OUT]),
        ),
        Mistake(
            "ReLU left out",
            "Some layers have no shape in your list. Append one after every layer, also where it "
            "does not change.",
            on_worked([_IN, (2, 4, 7, 5), (2, 4, 3, 2), (2, 24), _OUT]),
        ),
        Mistake(
            "last shape only",
            "You returned the last shape only. Collect all of them in a list.",
            on_worked(_OUT),
        ),
        Mistake(
            "batch flattened",
            'You flattened the batch, too. "flatten" keeps the first axis: one vector per image.',
            on_worked([_IN, (2, 4, 7, 5), (2, 4, 7, 5), (2, 4, 3, 2), (48,), (3,)]),
        ),
    ),
    hints=(
        "Start with shapes = [tuple(shape)], go through the layers, and append the new shape each "
        "time. Which kinds of layer change the channels, which the size, which neither?",
        'For "conv", "max_pool" and "avg_pool" height and width become (size + 2 * padding - '
        'kernel_size) // stride + 1; only "conv" changes the channels.',
        '"gap": (N, C, 1, 1). "flatten": (N, C * H * W). "linear": the last number becomes '
        'out_features. "relu": nothing changes.',
    ),
    forbidden=_BY_FORMULA,
    instead="Work the shapes out by formulas: no layer has to be built for them.",
    tolerance=EXACT,
)
