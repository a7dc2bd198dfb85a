"""Part C: the inverted residual."""

from collections.abc import Callable
from functools import partial

import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.models.mobilenet import InvertedResidual
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.efficient.inverted_ways import (
    GroupsOfInput,
    InOneRow,
    Inverted,
    added,
    block,
    dense_depthwise,
    depthwise,
    expansion,
    in_place,
    projected_shortcut,
    projection,
    relu_first,
    unit,
)
from grader.sections.efficient.modules import module_case


def _settings(draw: Draw) -> list[Case]:
    case = partial(module_case, draw, InvertedResidual)
    return [
        case("expanded, as many channels out as in", (3, 3, 1, 2), (2, 3, 4, 5)),
        case("not expanded, as many channels out as in", (2, 2, 1, 1), (2, 2, 3, 4)),
        case("not expanded, more channels out than in", (2, 3, 1, 1), (2, 2, 5, 3)),
        case("as many channels and stride two", (3, 3, 2, 3), (2, 3, 4, 7)),
        case("fewer channels out than in, stride one", (4, 2, 1, 3), (2, 4, 3, 5)),
        case("not expanded, as many channels, stride two", (2, 2, 2, 1), (3, 2, 5, 4)),
        case("one channel in, several out, stride one", (1, 2, 1, 4), (2, 1, 4, 3)),
        case(
            "more channels and stride two by name, one image",
            *((2, 4), (1, 2, 5, 3)),
            stride=2,
            expand_ratio=4,
        ),
    ]


def _where(adds: Callable[[int, int, int], bool]) -> type:
    return block(adds=staticmethod(adds))


def _forward(forward: Callable[[Inverted, Tensor], Tensor]) -> type:
    return block(forward=forward)


def _skipped(block: Inverted, x: Tensor) -> Tensor:
    return x if block.skips else x.new_zeros(())


class _LayerByLayer(Inverted):
    """Goes through its layers, and adds x at the end."""

    def forward(self, x: Tensor) -> Tensor:
        out = x
        for layer in self.conv:
            out = layer(out)
        return out.add(x) if self.skips else out


INVERTED_RESIDUAL = Exercise(
    id="efficient.InvertedResidual",
    title="The inverted residual",
    points=2,
    minutes=18,
    covers=("B09-mobilenet",),
    asks="module",
    through="keeping_input",
    cases=_settings,
    reference=InvertedResidual,
    wrong={
        "activation after the projection": (
            "An activation follows your projection. There is none: its numbers may be negative.",
            block(projection=projection(end=nn.ReLU6)),
            block(projection=projection(end=nn.ReLU)),
            _forward(lambda b, x: F.relu6(b.conv(x)) + _skipped(b, x)),
            _forward(lambda b, x: F.relu(b.conv(x)) + _skipped(b, x)),
        ),
        "activation after the sum": (
            "An activation follows your sum. There is none: what comes out may be negative.",
            _forward(lambda b, x: F.relu6(added(b, x)) if b.skips else added(b, x)),
            _forward(lambda b, x: F.relu(added(b, x)) if b.skips else added(b, x)),
            _forward(lambda b, x: F.relu6(added(b, x))),
            _forward(lambda b, x: F.relu(added(b, x))),
        ),
        "expansion kept": (
            "Your block expands for expand_ratio = 1, too. There the expansion is left out: the "
            "depthwise layer is the first one.",
            block(expands=staticmethod(lambda ratio: True)),
        ),
        "never expanded": (
            "Your block has no expansion. It is left out for expand_ratio = 1 only.",
            block(
                expands=staticmethod(lambda ratio: False),
                wide=staticmethod(lambda come, go, ratio: come),
            ),
        ),
        "expanded from the output": (
            "You expand to out_channels * expand_ratio channels. It is in_channels * expand_ratio.",
            block(wide=staticmethod(lambda come, go, ratio: go * ratio if ratio > 1 else come)),
        ),
        "expanded to the output": (
            "Your expansion gives out_channels. It gives in_channels * expand_ratio; the "
            "projection makes out_channels of them.",
            block(wide=staticmethod(lambda come, go, ratio: go if ratio > 1 else come)),
        ),
        "ratio for channels": (
            "Your expansion gives expand_ratio channels. It gives so many times in_channels.",
            block(wide=staticmethod(lambda come, go, ratio: ratio if ratio > 1 else come)),
            block(wide=staticmethod(lambda come, go, ratio: come + ratio if ratio > 1 else come)),
        ),
        "not grouped": (
            "Your 3 x 3 layer lets every filter read all channels. Depthwise means as many groups "
            "as expanded channels.",
            block(depthwise=dense_depthwise),
        ),
        "groups of the input": (
            "Your depthwise layer has as many groups as channels come in. It has as many as there "
            "are expanded channels.",
            GroupsOfInput,
        ),
        "stride at another layer": (
            "Your stride does not stand at the depthwise layer. It alone has it.",
            block(expansion=expansion(strided=True), depthwise=depthwise(strided=False)),
            block(projection=projection(strided=True), depthwise=depthwise(strided=False)),
        ),
        "stride twice": (
            "More than one of your layers has the stride. The depthwise one alone has it.",
            block(expansion=expansion(strided=True)),
            block(projection=projection(strided=True)),
        ),
        "no stride": (
            "Your block ignores the stride. The depthwise layer has it.",
            block(depthwise=depthwise(strided=False)),
        ),
        "added by the stride alone": (
            "You add x wherever the stride is 1. It fits only if the channels agree, too: `and`.",
            _where(lambda come, go, stride: stride == 1),
        ),
        "added by the channels alone": (
            "You add x wherever the channels agree. It fits only if the stride is 1, too: `and`.",
            _where(lambda come, go, stride: come == go),
        ),
        "added where one agrees": (
            "You add x where the stride is 1 or the channels agree. Both must be so: `and`.",
            _where(lambda come, go, stride: stride == 1 or come == go),
        ),
        "always added": (
            "You add x always. It fits only if the stride is 1 and the channels agree.",
            _where(lambda come, go, stride: True),
        ),
        "never added": (
            "You never add x. Where the stride is 1 and the channels agree, the output is x + "
            "self.conv(x).",
            _where(lambda come, go, stride: False),
        ),
        "projected shortcut": (
            "Your shortcut is a convolution where the channels differ. Nothing is added there.",
            projected_shortcut(only_stride_one=True),
            projected_shortcut(only_stride_one=False),
        ),
        "biases": (
            "Your projection has a bias. Before a batch norm there is none: bias=False.",
            block(projection=projection(bias=True)),
        ),
        "no norm at the end": (
            "After the projection a batch norm is missing.",
            block(projection=lambda self, wide, go, stride: [nn.Conv2d(wide, go, 1, bias=False)]),
        ),
        "activated projection": (
            "Your projection is a conv_norm_relu6. It is a convolution and its batch norm, two "
            "entries of self.conv: no activation follows.",
            block(projection=lambda self, wide, go, stride: [unit(wide, go, 1)]),
        ),
        "ReLU for ReLU6": (
            "Your activations do not end at 6. Those of the block are ReLU6.",
            block(expansion=expansion(nn.ReLU), depthwise=depthwise(nn.ReLU)),
        ),
        "an activation missing": (
            "Inside, an activation is missing. A ReLU6 follows the expansion, and one the "
            "depthwise layer.",
            block(depthwise=depthwise(nn.Identity)),
            block(expansion=expansion(nn.Identity)),
            block(expansion=expansion(nn.Identity), depthwise=depthwise(nn.Identity)),
        ),
        "activation before the norm": (
            "An activation stands between a convolution and its batch norm. The norm comes first.",
            relu_first("expansion", "depthwise"),
            relu_first("depthwise"),
        ),
        "large expansion": (
            "The kernels of your expansion are 3 x 3. They are 1 x 1.",
            block(expansion=expansion(kernel=3)),
        ),
        "no padding": (
            "Your depthwise layer shrinks the maps. A padding of 1 keeps them for 3 x 3 kernels.",
            block(depthwise=depthwise(padding=0)),
        ),
        "layers in one row": (
            "All your layers stand in one row of self.conv. The expansion and the depthwise layer "
            "are a conv_norm_relu6 each, one entry for three layers.",
            InOneRow,
        ),
        "in place": (
            "You changed x in place (x += ..., say): write x + ..., which is something new.",
            _forward(in_place),
        ),
    },
    right=(Inverted, _LayerByLayer),
    hints=(
        "Start with an empty list, and append the expansion only if expand_ratio != 1.",
        "conv_norm_relu6(wide, wide, 3, stride, groups=wide) is the depthwise layer, wide being "
        "in_channels * expand_ratio.",
        "Keep in __init__ whether x is added: stride == 1 and in_channels == out_channels.",
    ),
    forbidden=("course_lib", "torchvision"),
    stand_in="InvertedResidual",
)
