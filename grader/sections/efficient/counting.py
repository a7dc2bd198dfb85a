"""Part B: the multiply-adds of whole models."""

import copy

import torch
from torch import nn

from course_lib.checks.case import Case
from course_lib.checks.compare import EXACT
from course_lib.sections.efficient.given import count_macs_of
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.efficient.counting_ways import (
    STAYS,
    by_call,
    by_recursion,
    children_only,
    copied_as_it_is,
    deep_copied,
    every_place,
    first_places,
    in_another_mode,
    in_their_order,
    kept_by_layer,
    norms_too,
    of_modules,
    one_call,
    parts_only,
    restored,
    two_levels,
    with_bias,
)

_EXAMPLE = [
    "Sequential",
    ["Conv2d", 2, 4, 3, {"padding": 1}],
    ["ReLU"],
    ["Conv2d", 4, 6, 3, {"stride": 2, "padding": 1, "groups": 2}],
    ["Flatten"],
    ["Linear", 36, 5],
]


def _settings(draw: Draw) -> list[Case]:
    c, d = draw.integer(3, 5), draw.integer(6, 9)
    g, m = draw.integer(2, 3), draw.integer(2, 3)
    padded = {"padding": [0, 1]}
    row = [
        *(["Conv2d", 2, c, 3, {"stride": 2}], ["ReLU"], ["Conv2d", c, d, [1, 3], padded]),
        *(["MaxPool2d", 2], ["Flatten"], ["Linear", 2 * d, c]),
    ]
    normed = ["Sequential", ["Conv2d", c, d, 1, {"bias": False}], ["BatchNorm2d", d], ["ReLU"]]
    uneven = {"kernel_size": [3, 2], "stride": [1, 2], "padding": [0, 1], "bias": False}
    grouped = ["Conv2d", g * c, g * d, 3, {"groups": g, "padding": 1}]
    head = [["AdaptiveAvgPool2d", 1], ["Flatten"], ["Linear", d, 3]]
    same = ["Conv2d", c, d, 3, {"dilation": m, "padding": "same"}]
    inner = [
        "Sequential",
        *(["Conv2d", c, d, [3, 1], {"padding": [1, 0]}], ["Sum", ["Conv2d", d, d, 1]]),
    ]
    lone = [["AdaptiveAvgPool2d", 1], ["BatchNorm2d", d], ["Flatten"], ["Linear", d, 3]]

    def case(about: str, *model: object, shape: tuple[int, ...], mode: str = "train") -> Case:
        return Case(args=(["Sequential", *model], shape, mode), about=about)

    return [
        case("layers in a row, an image that is not square", *row, shape=(2, 6, 10)),
        case(
            "kernels, strides and paddings that are not square, no biases",
            *(["Conv2d", c, d, uneven], ["Conv2d", d, c, uneven]),
            shape=(c, 9, 8),
        ),
        case(
            "groups, and as many groups as channels",
            *(["Conv2d", g * c, g * c, 3, {"groups": g * c}], grouped),
            shape=(g * c, 6, 5),
        ),
        case("kernels with gaps", ["Conv2d", 2, c, 3, {"dilation": m}], same, shape=(2, 9, 11)),
        case("a dense layer that reads rows", ["Rows"], ["Linear", c, d], shape=(c, 3, 4)),
        case(
            "parts inside parts, added to what came in",
            *(["Conv2d", 1, c, 1], ["Sum", ["Conv2d", c, c, 3, {"padding": 1}]]),
            *(["ReLU"], ["resting", inner], *lone),
            shape=(1, 5, 4),
        ),
        case(
            "a layer that is called twice",
            ["again", ["Conv2d", c, c, 3, {"groups": c}], ["ReLU"], ["Conv2d", c, c, 1]],
            shape=(c, 8, 7),
        ),
        case(
            "a layer that two parts hold",
            ["shared", ["Conv2d", g * c, g * c, 1, {"groups": g}]],
            ["BatchNorm2d", g * c],
            shape=(g * c, 3, 2),
        ),
        case(
            "a row of layers that two parts hold",
            ["shared", ["Sequential", ["Conv2d", c, d, 1], ["ReLU"], ["Conv2d", d, c, 1]]],
            shape=(c, 2, 5),
        ),
        case(
            "a part that reads maps of two sizes",
            ["Scales", ["Conv2d", c, c * g, [2, 3], {"groups": c}]],
            ["Linear", c * g, 4],
            shape=(c, 9, 7),
        ),
        case(
            "layers that nobody calls",
            ["Idle", ["Conv2d", c, d, 3], ["Sequential", ["Conv2d", c, c, 3], ["Linear", d, 5]]],
            shape=(c, 5, 6),
        ),
        case("batch norm, in train mode", normed, *head, shape=(c, 3, 5)),
        case(
            "batch norm of maps of one pixel, in train mode",
            *(["Conv2d", 2, c, 3, {"stride": 2}], normed, *head),
            shape=(2, 4, 3),
        ),
        case("batch norm, in eval mode", normed, *head, shape=(c, 4, 2), mode="eval"),
        case(
            "one part in eval mode, the others in train mode",
            *(["resting", normed], ["Dropout"], *head),
            shape=(c, 2, 4),
        ),
        Case(
            each=(
                (["Conv2d", c, d, 3], (c, 5, 4)),
                (["Linear", 4, d], (c, 3, 4)),
                (["Sequential", ["ReLU"], ["MaxPool2d", 2], ["Flatten"]], (c, 4, 6)),
            ),
            about="a model that is one layer, and one without any such layer",
        ),
    ]


def _counter(model: nn.Module, shape: tuple[int, ...]) -> int:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        copy.deepcopy(model).eval()(torch.zeros(1, *shape))
    return int(counter.get_total_flops()) // 2


COUNT_MACS_OF = Exercise(
    id="efficient.count_macs_of",
    title="The work of whole models",
    points=3,
    minutes=18,
    covers=("B09-mobilenet", "E14.18"),
    example=((Case(args=(_EXAMPLE, (2, 4, 6))), 2556),),
    cases=_settings,
    reference=count_macs_of,
    through="ask_macs",
    wrong={
        "doubled": (
            "You counted all twice: a multiply-add counts once, and one image is passed.",
            lambda model, shape: 2 * count_macs_of(model, shape),
            by_call(lambda layer, x, y: y.numel() * layer.weight[0].numel(), images=2),
        ),
        "biases counted": (
            "You counted biases. Multiply-adds are those of the weights alone.",
            by_call(with_bias),
        ),
        "groups forgotten": (
            "You counted each filter as if it read all channels. With groups it reads those of its "
            "group: the weight's shape says how many.",
            by_call(
                lambda layer, x, y: (
                    y.numel() * layer.weight[0].numel() * getattr(layer, "groups", 1)
                )
            ),
        ),
        "groups twice": (
            "You divided by the groups twice. The weight holds the channels of one group already.",
            by_call(
                lambda layer, x, y: (
                    y.numel() * layer.weight[0].numel() // getattr(layer, "groups", 1)
                )
            ),
        ),
        "places of the input": (
            "You counted the places of a convolution's input. Its weights work once at each place "
            "of the output.",
            by_call(
                lambda layer, x, y: (
                    layer.weight.numel() * x[0, 0].numel()
                    if x.dim() == 4 and layer.weight.dim() == 4
                    else y.numel() * layer.weight[0].numel()
                )
            ),
        ),
        "square maps": (
            "You took one side of the maps for both. Their places are rows times columns.",
            by_call(lambda layer, x, y: layer.weight.numel() * first_places(layer, y, 2, 2)),
            by_call(lambda layer, x, y: layer.weight.numel() * first_places(layer, y, 3, 3)),
        ),
        "square kernels": (
            "You took one side of the kernel for both. It has rows times columns numbers.",
            by_call(lambda layer, x, y: one_call(layer, y, side=0)),
            by_call(lambda layer, x, y: one_call(layer, y, side=1)),
        ),
        "weights counted": (
            "You counted weights. A weight of a convolution works once for each place of the "
            "output.",
            by_call(lambda layer, x, y: layer.weight.numel()),
            of_modules(lambda layer, shape: layer.weight.numel()),
        ),
        "outputs counted": (
            "You counted the numbers that come out. Each of them takes as many multiply-adds as "
            "its filter has weights.",
            by_call(lambda layer, x, y: y.numel()),
        ),
        "rows forgotten": (
            "You counted a dense layer once, whatever it reads. It works once for each row.",
            by_call(
                lambda layer, x, y: (
                    layer.weight.numel()
                    if layer.weight.dim() == 2
                    else y.numel() * layer.weight[0].numel()
                )
            ),
        ),
        "dense layers forgotten": (
            "You left out the dense layers.",
            by_call(
                lambda layer, x, y: (
                    y.numel() * layer.weight[0].numel() if layer.weight.dim() == 4 else 0
                )
            ),
        ),
        "convolutions forgotten": (
            "You left out the convolutions.",
            by_call(
                lambda layer, x, y: (
                    y.numel() * layer.weight[0].numel() if layer.weight.dim() == 2 else 0
                )
            ),
        ),
        "called twice, counted once": (
            "You counted a layer once that is called twice. Add at every call.",
            kept_by_layer(last=True),
            kept_by_layer(last=False),
        ),
        "two hooks on one layer": (
            "A layer that stands in two places of the model gets two hooks from you, and counts "
            "twice at each call. model.modules() gives each layer once.",
            every_place,
            by_recursion,
        ),
        "layers in their order": (
            "You call the layers in the order in which they stand. Call the model: its forward "
            "says which of them run, how often, and on what.",
            in_their_order,
        ),
        "norms counted": (
            "You counted batch norm. Only nn.Conv2d and nn.Linear count.",
            norms_too,
        ),
        "outermost layers only": (
            "You did not look at all levels of the model. A layer may be in a part of it, or in a "
            "part of a part: model.modules() finds all.",
            children_only,
            two_levels,
        ),
        "parts only": (
            "You left out the model itself, which may be a layer: model.modules() gives it, too.",
            parts_only,
        ),
        "in train mode": (
            "You ran the model in the mode that it came in. In train mode batch norm refuses maps "
            "of one pixel, and moves its running averages: run it in eval mode.",
            in_another_mode,
            copied_as_it_is,
        ),
        "left in eval mode": (
            "Your function leaves the model in eval mode. Afterwards each part has the mode it "
            "came with.",
            restored(lambda model, modes: None),
        ),
        "left in train mode": (
            "Your function leaves the model in train mode, whatever it came in. Afterwards each "
            "part has the mode it came with.",
            restored(lambda model, modes: model.train()),
        ),
        "one mode for all": (
            "You gave all parts the model's mode. They may differ, as where a part is frozen: keep "
            "module.training of each, or run a copy of the model.",
            restored(lambda model, modes: model.train(modes[0])),
        ),
        **STAYS,
    },
    right=(deep_copied, restored(None)),
    library={_counter: False},
    hints=(
        "model.modules() gives every layer, however deep. A forward hook, "
        "layer.register_forward_hook(count), is called as count(layer, inputs, output) whenever "
        "the layer is: what of these tells its multiply-adds?",
        "layer.weight[0].numel() multiply-adds make one number of the output: this is so for any "
        "convolution, and for dense layers.",
        "Put the hooks on copy.deepcopy(model).eval(), run it with torch.no_grad() on zeros of "
        "shape (1, *shape): the model itself stays as it is.",
    ),
    forbidden=("torch.utils", "torchvision", "course_lib", "thop", "fvcore", "torchinfo"),
    tolerance=EXACT,
    stand_in="count_macs_of",
)
