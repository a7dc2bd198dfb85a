"""Part A, the architecture."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from course_lib.checks.compare import difference
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.respond import respond
from course_lib.models.configs import Layer
from course_lib.sections.lenet.averages import said
from course_lib.sections.lenet.networks import ACTIVATIONS, lenet, modules

_EXACT = 1e-10


def stages(**changes: Any) -> list[list[int]]:
    """What the modules answer to one image; nothing is computed on the device "meta"."""
    X = torch.empty(1, 1, 28, 28, device="meta")
    shapes = []
    for module in modules(lenet("sigmoid", "avg", **changes), "meta"):
        X = module(X)
        shapes.append(list(X.shape))
    return shapes


_STAGES = (
    *("the first convolution", "the first activation", "the first pooling"),
    *("the second convolution", "the second activation", "the second pooling", "flatten"),
    *("the first dense layer", "its activation", "the second dense layer", "its activation"),
    "the last dense layer",
)

STAGE_MISTAKES = (
    Mistake(
        "padding left out",
        "Your first convolution shrinks the image. With a 5 x 5 kernel, padding=2 keeps 28.",
        lambda case: stages(padding=0),
    ),
    Mistake(
        "batch axis forgotten",
        "You left out the batch axis, which stands first: here it has size 1.",
        lambda case: [shape[1:] for shape in stages()],
    ),
    Mistake(
        "channels last",
        "Your shapes have the channels last. In PyTorch they are axis 1: (N, C, H, W).",
        lambda case: [[n, *rest, c] for n, c, *rest in stages()],
    ),
    Mistake(
        "input counted",
        "The list begins with the shape after the first layer: twelve layers, twelve shapes. "
        "Leave out the input's own.",
        lambda case: [[1, 1, 28, 28], *stages()],
    ),
    Mistake(
        "flatten left out",
        "You left out the flatten. It is a stage of its own: it lays the maps of an image out in "
        "one row.",
        lambda case: [*stages()[:6], *stages()[7:]],
    ),
    Mistake(
        "second padding",
        "Your second convolution keeps the size. Only the first one is padded.",
        lambda case: [*stages()[:3], *_padded_twice()],
    ),
)


def _wrong_stage(answer: Any) -> Mistake | str | None:
    """The mistake in the list of shapes, or else the first stage that is wrong."""
    wanted = stages()
    for mistake in STAGE_MISTAKES:
        if mistake.gives and difference(mistake.gives(Case()), answer, _EXACT) is None:
            return mistake
    if not isinstance(answer, (list, tuple)):
        return "Give a list of twelve shapes, each a list or a tuple."
    if len(answer) != len(wanted):
        return said(f"There are twelve stages, so twelve shapes; you gave {len(answer)}.")
    for number, (shape, came) in enumerate(zip(wanted, answer, strict=True)):
        if difference(shape, came, _EXACT):
            return said(
                f"Up to stage {number - 1} all is right. " * (number > 0)
                + f"Stage {number}, {_STAGES[number]}, gives another shape."
            )
    return None


def stages_case() -> Case:
    return Case(verify=_wrong_stage)


STAGE_SHAPES = Exercise(
    id="lenet.stage_shapes",
    title="Twelve stages",
    points=0,
    covers=("D7.6-demo",),
    asks="value",
    cases=lambda draw: [stages_case()],
    mistakes=STAGE_MISTAKES,
    hints=(
        "An activation changes no shape; 2 x 2 pooling halves height and width; flatten keeps the "
        "batch axis.",
        "Convolutions with 5 x 5 kernels: 28 + 2 * 2 - 5 + 1 for the padded one, 14 - 5 + 1 for "
        "the other.",
    ),
    tolerance=_EXACT,
)


def _padded_twice() -> list[list[int]]:
    convolved, pooled = [1, 16, 14, 14], [1, 16, 7, 7]
    return [convolved, convolved, pooled, [1, 16 * 49], *stages()[7:]]


def held(bias: bool = True) -> list[int]:
    """Parameters that the five layers of LeNet hold, and all of them."""
    net = modules(lenet("sigmoid", "avg"), "meta")
    counts = [
        sum(p.numel() for name, p in layer.named_parameters() if bias or name == "weight")
        for layer in net
        if isinstance(layer, (nn.Conv2d, nn.Linear))
    ]
    return [*counts, sum(counts)]


LAYER_PARAMS = Exercise(
    id="lenet.layer_params",
    title="Where the parameters are",
    points=0,
    covers=("D7.6-demo",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: held(),
    mistakes=(
        Mistake(
            "biases forgotten",
            "You counted the weights only. Each output channel and each unit has a bias, too.",
            lambda case: held(bias=False),
        ),
        Mistake(
            "one bias a layer",
            "You counted one bias for each layer. Each output channel and each unit has its own.",
            lambda case: [count + 1 for count in held(bias=False)[:5]] + [held(bias=False)[5] + 5],
        ),
        Mistake(
            "one input channel",
            "Your second convolution reads one channel. It reads all six maps: its kernels have "
            "6 * 5 * 5 weights each.",
            lambda case: [156, 416, *held()[2:5], held()[5] - 2000],
        ),
        Mistake(
            "total left out",
            "The five counts are right. The sixth number is their sum.",
            lambda case: held()[:5],
        ),
    ),
    hints=(
        "A convolution has in_channels * 5 * 5 + 1 parameters for each output channel.",
        "A dense layer from n numbers to m has n * m + m. The first one reads 16 * 5 * 5 numbers.",
    ),
    tolerance=_EXACT,
)

_TABLE = "sigmoid and average, as in the table"
_MODERN = "ReLU and maximum"


def run(case: Case, config: list[Layer], after: Callable[[Any], Any] = lambda y: y) -> Any:
    """What a network gives for a module case, in the form that answers have.

    Args:
        after: what becomes of its outputs.
    """

    class Whole(nn.Module):
        def __init__(self, *_: Any) -> None:
            super().__init__()
            self.net = modules(config)

        def forward(self, x: torch.Tensor) -> Any:
            return after(self.net(x))

    return respond("module", Whole, [case])[0].value


def lenet_case(draw: Draw, activation: str, pooling: str, about: str, images: int = 2) -> Case:
    """Weights large enough for every stage to show in the outputs."""
    state = {
        f"net.{name}": draw.normal(*value.shape)
        * (2.5 / (value[0].numel() ** 0.5 if value.dim() > 1 else 4))
        for name, value in modules(lenet(activation, pooling), "meta").state_dict().items()
    }
    inputs = (draw.uniform(images, 1, 28, 28),)
    return Case(args=(activation, pooling), about=about, state=state, inputs=inputs)


_OTHER_POOLING = {"avg": "max", "max": "avg"}


def _linear_head(activation: str, pooling: str) -> list[Layer]:
    """LeNet whose dense layers have nothing between them."""
    config = lenet(activation, pooling)
    config[8] = config[10] = {"layer": "identity"}
    return config


def _pooled_first(activation: str, pooling: str) -> list[Layer]:
    """LeNet whose poolings stand before the activations."""
    config = lenet(activation, pooling)
    for stage in (1, 4):
        config[stage : stage + 2] = config[stage + 1], config[stage]
    return config


def _always(activation: str) -> Mistake:
    """The constructor's argument is not looked at."""
    return Mistake(
        "activation ignored",
        "The activation is not the one that the constructor was given. “sigmoid”, “tanh” and "
        "“relu” are nn.Sigmoid, nn.Tanh and nn.ReLU.",
        lambda case: run(case, lenet(activation, case.args[1])),
    )


LENET = Exercise(
    id="lenet.LeNet",
    title="LeNet",
    points=3,
    covers=("D7.6-demo",),
    asks="module",
    cases=lambda draw: [
        lenet_case(draw, "sigmoid", "avg", _TABLE, 1),
        lenet_case(draw, "relu", "max", _MODERN, 1),
        lenet_case(draw, "tanh", "avg", "tanh and average", 1),
    ],
    expect=lambda case: run(case, lenet(*case.args)),
    mistakes=(
        *(_always(activation) for activation in ACTIVATIONS),
        Mistake(
            "pooling ignored",
            "The pooling is not the one that the constructor was given: “avg” is nn.AvgPool2d(2), "
            "“max” is nn.MaxPool2d(2).",
            lambda case: run(case, lenet(case.args[0], _OTHER_POOLING[case.args[1]])),
        ),
        Mistake(
            "softmax at the end",
            "Your network ends in a softmax. Its last layer gives logits as they are; the loss "
            "applies log-softmax itself.",
            lambda case: run(case, lenet(*case.args), lambda y: y.softmax(1)),
        ),
        Mistake(
            "log-softmax at the end",
            "Your network ends in a log-softmax. Its last layer gives logits as they are; the loss "
            "applies log-softmax itself.",
            lambda case: run(case, lenet(*case.args), lambda y: y.log_softmax(1)),
        ),
        Mistake(
            "pooling before the activation",
            "Your pooling stands before the activation. With the maximum that changes nothing; the "
            "average of activations is another number than the activation of the average.",
            lambda case: run(case, _pooled_first(*case.args)),
        ),
        Mistake(
            "activation at the end",
            "There is an activation behind the last layer. Logits must be free to take any value: "
            "the table has four activations.",
            lambda case: run(case, lenet(*case.args), ACTIVATIONS[case.args[0]]()),
        ),
        Mistake(
            "dense layers without activation",
            "Between your dense layers there is no activation, so the three of them are one linear "
            "map. The table has an activation behind the first and the second.",
            lambda case: run(case, _linear_head(*case.args)),
        ),
    ),
    hints=(
        "self.net = nn.Sequential(...) with the twelve modules of the table, in its order; a layer "
        "without weights has its place and its number, too.",
        "Choose the class first: activations = {“relu”: nn.ReLU, ...}; then write "
        "activations[activation]() wherever the table has an activation.",
        "The first convolution is nn.Conv2d(1, 6, kernel_size=5, padding=2), the first dense layer "
        "nn.Linear(16 * 5 * 5, 120).",
    ),
    forbidden=("course_lib", "torchvision"),
    tolerance=1e-4,
)
