"""Part B, 1x1 convolution: a dense layer at every pixel."""

from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.compare import as_tensor
from course_lib.checks.draw import Draw
from course_lib.checks.operations import CONVOLUTION_OPERATORS, MATRIX_PRODUCTS
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on_worked, worked
from course_lib.sections.channels.facts import convolution

_PIXELS = torch.tensor([[[1.0, 2, 0]], [[3.0, 0, 1]]])
_WEIGHTS = torch.tensor([[1.0, 2], [0, -1]])


def _conv1x1_cases(draw: Draw) -> list[Case]:
    K = draw.integers(-3, 3, 4, 3, 1, 1) + 0.5
    return [
        Case(args=(draw.integers(-4, 5, 3, 2, 3), K), about="three channels in, four out"),
        Case(args=(draw.integers(-4, 5, 3, 5, 7), K), about="a larger image, same weights"),
        Case(args=(_PIXELS, _WEIGHTS[:, :, None, None]), about=WORKED),
    ]


def _rows_cut_anew(case: Case) -> Tensor:
    """The image reshaped to rows of c_i numbers, which are no pixels."""
    X, K = case.args
    rows = X.reshape(1, -1, len(X)).transpose(1, 2)[..., None]
    return F.conv2d(rows, K).reshape(len(K), *X.shape[1:])


CONV1X1 = Exercise(
    id="channels.conv1x1",
    title="1x1 convolution as a matrix product",
    points=2,
    covers=("D7.4-demo", "D7.1.1"),
    cases=_conv1x1_cases,
    expect=lambda case: convolution(*case.args),
    mistakes=(
        Mistake(
            "pixels cut anew",
            "You reshaped the image to rows of c_i numbers. Such a row holds neighbouring pixels "
            "of one channel, not the channels of one pixel. Flatten each channel instead.",
            _rows_cut_anew,
        ),
        Mistake(
            "pixels cut anew, and the output",
            "You reshaped twice where axes must be swapped. A row of X.reshape(-1, c_i) holds "
            "neighbouring pixels of one channel, not the channels of one pixel. Flatten each "
            "channel, and put the weights on the left: then the channels come out first.",
            lambda case: (
                _rows_cut_anew(case)
                .flatten(1)
                .T.reshape(len(case.args[1]), *case.args[0].shape[1:])
            ),
        ),
        Mistake(
            "channels last",
            "Your output has its channels on the last axis. PyTorch's order is (c_o, H, W).",
            lambda case: convolution(*case.args).permute(1, 2, 0),
        ),
        Mistake(
            "reshaped, not transposed",
            "Each pixel came out as a row of c_o numbers, and reshaping to (c_o, H, W) cut these "
            "rows anew. With the weights on the left, the channels come out first.",
            lambda case: (
                convolution(*case.args)
                .permute(1, 2, 0)
                .reshape(len(case.args[1]), *case.args[0].shape[1:])
            ),
        ),
        Mistake(
            "weights transposed",
            "You transposed the weights: row o of the weight matrix belongs to output channel o.",
            lambda case: convolution(case.args[0], case.args[1].transpose(0, 1)),
        ),
    ),
    hints=(
        "Without the kernel's two axes of size 1, the weights are a matrix (c_o, c_i). What must "
        "stand to its right?",
        "A matrix with one column per pixel, (c_i, H·W), holds each pixel's channels in a column.",
        "K.flatten(1) @ X.flatten(1) has shape (c_o, H·W); reshape it to (c_o, H, W).",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    required=MATRIX_PRODUCTS,
    vectorised=True,
    returns="tensor",
)


def _shape(kernel_size: int = 1, out_channels: int = 64) -> list[int]:
    """The shape that PyTorch's own layer gives for a (1, 3, 32, 32) image."""
    layer = nn.Conv2d(3, out_channels, kernel_size, device="meta")
    return list(layer(torch.empty(1, 3, 32, 32, device="meta")).shape)


_SHRUNK = Mistake(
    "size shrunk",
    "You took pixels away. A kernel of one pixel fits at every place of the image: 32 - 1 + 1 "
    "places each way.",
    lambda case: _shape(kernel_size=2),
)

CONV1X1_SHAPE = Exercise(
    id="channels.conv1x1_shape",
    title="What a 1x1 convolution does to the shape",
    points=0,
    covers=("D7.1.1",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _shape(),
    mistakes=(
        Mistake(
            "channels kept",
            "The number of channels of the output is the layer's out_channels.",
            lambda case: _shape(out_channels=3),
        ),
        _SHRUNK,
        replace(_SHRUNK, gives=lambda case: _shape(kernel_size=3)),
        Mistake(
            "shape of the weight",
            "That is the shape of the layer's weight. The output has one number for each image, "
            "output channel, row and column.",
            lambda case: list(nn.Conv2d(3, 64, 1, device="meta").weight.shape),
        ),
        Mistake(
            "channels multiplied",
            "The channels do not multiply: each of the 64 filters adds up what it finds in all 3.",
            lambda case: _shape(out_channels=3 * 64),
        ),
        Mistake(
            "batch axis forgotten",
            "The first axis is the batch; here it has size 1.",
            lambda case: _shape()[1:],
        ),
        Mistake(
            "channels last",
            "You put the channels last. PyTorch's order is (batch, channels, height, width).",
            lambda case: [_shape()[axis] for axis in (0, 2, 3, 1)],
        ),
    ),
    hints=(
        "At how many places does a kernel of 1 x 1 fit on 32 x 32 pixels?",
        "(batch, out_channels, height, width): the first is that of the image.",
    ),
)


def _merge_cases(draw: Draw) -> list[Case]:
    K1, b1 = draw.integers(-3, 3, 3, 2), draw.integers(1, 4, 3)
    K2, b2 = draw.integers(-3, 3, 4, 3), draw.integers(1, 4, 4)
    image = draw.integers(-4, 5, 1, 2, 3, 4)

    def layer(x: Tensor, K: Tensor, b: Tensor) -> Tensor:
        return F.conv2d(x, K[:, :, None, None], b)

    def verify(answer: Any) -> str | None:
        K, b = (as_tensor(part) for part in answer)
        if K is None or b is None or K.shape != (4, 2) or b.shape != (4,):
            return (
                "Two channels in, three between, four out: the merged layer is [K, b] with K of "
                "shape (4, 2) and b of shape (4,)."
            )
        two = layer(layer(image, K1, b1), K2, b2)
        if not torch.allclose(layer(image, K.float(), b.float()), two, atol=1e-3):
            return "On a random image the merged layer gives other numbers than the two in a row."
        return None

    about = "the same output on a random image"
    args = (torch.tensor([[1.0, 2]]), torch.tensor([3.0]), torch.tensor([[4.0], [5]]))
    return [
        Case(args=(*args, torch.tensor([0.0, 1])), about=WORKED),
        Case(args=(K1, b1, K2, b2), about=about, verify=verify),
    ]


_WRONG_ORDER = Mistake(
    "order of the weights",
    "You multiplied the weights in the wrong order: the first layer acts first, so its matrix "
    "stands on the right.",
    on_worked([[[14]], [12, 16]]),
)

MERGE_1X1 = Exercise(
    id="channels.merge_1x1",
    title="Two 1x1 convolutions in a row",
    points=2,
    covers=("D7.1.1",),
    cases=_merge_cases,
    expect=worked({WORKED: [[[4, 8], [5, 10]], [12, 16]]}),
    mistakes=(
        Mistake(
            "first bias lost",
            "The weights are right, the bias is that of the second layer alone. The first layer's "
            "bias passes through the second layer's weights and arrives, too.",
            on_worked([[[4, 8], [5, 10]], [0, 1]]),
        ),
        Mistake(
            "second bias lost",
            "The weights are right, but the second layer's own bias is missing.",
            on_worked([[[4, 8], [5, 10]], [12, 15]]),
        ),
        Mistake(
            "biases added",
            "You added the two biases. The first one still passes through the second layer's "
            "weights.",
            on_worked([[[4, 8], [5, 10]], [3, 4]]),
        ),
        _WRONG_ORDER,
        replace(_WRONG_ORDER, gives=on_worked([[[14]], [5]])),
        Mistake(
            "transposed",
            "Your matrix is transposed: one row for each output channel, one column for each "
            "input channel.",
            on_worked([[[4, 5], [8, 10]], [12, 16]]),
        ),
    ),
    hints=(
        "Write down what the second layer gives: K2 z + b2. What is z?",
        "K2 (K1 x + b1) + b2: multiply out.",
        "K = K2 @ K1 and b = K2 @ b1 + b2.",
    ),
)

NIN_CHOICE = Exercise(
    id="channels.nin_choice",
    title="What a second 1x1 layer brings",
    points=1,
    covers=("D7.1.1", "Q7"),
    asks="choice",
    options={
        "A": "Every map from 3 to 10 channels at a pixel, curved ones too, as 64 is many.",
        "B": "The linear maps (plus a bias) from 3 to 10 channels: those of one layer, no more.",
        "C": "Fewer than one layer from 3 to 10 channels, as the 64 between are a bottleneck.",
        "D": "Functions of a pixel and its neighbours, as two layers see further than one.",
    },
)
