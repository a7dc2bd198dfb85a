"""Parts E and F, the transposed convolution, and the backward pass that it belongs to."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.grad import conv2d_input, conv2d_weight

from course_lib.compare import as_tensor
from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import image_and_kernel, on, worked
from course_lib.sections.padding_stride.facts import WINDOW_OPERATORS, strided, transposed

TRANSPOSED_CONV2D = Exercise(
    id="padding_stride.transposed_conv2d",
    title="Transposed convolution",
    points=3,
    covers=("E14.26",),
    cases=lambda draw: [
        Case(args=(*image_and_kernel(draw, (2, 3), (3, 3)), 2), about="a 3x3 kernel, stride 2"),
        Case(args=(*image_and_kernel(draw, (3, 2), (2, 4)), 1), about="a wide kernel, stride 1"),
        Case(args=(*image_and_kernel(draw, (2, 2), (2, 2)), 3), about="stride 3, with gaps"),
    ],
    expect=lambda case: transposed(*case.args),
    mistakes=(
        Mistake(
            "flipped kernel",
            "Your stamps are turned by 180 degrees. Each is a number times the kernel, as it is.",
            lambda case: transposed(case.args[0], case.args[1].flip(0, 1), case.args[2]),
        ),
        Mistake(
            "stride ignored",
            "Your stamps lie one pixel apart. With stride s they lie s pixels apart.",
            lambda case: transposed(case.args[0], case.args[1], 1),
        ),
        Mistake(
            "overwritten",
            "Where stamps overlap, you keep the last one. They add up there.",
            lambda case: _overwritten(*case.args),
        ),
        Mistake(
            "convolution",
            "That is a convolution: it gathers a window into one number. Here one number is spread "
            "over a window, and the output is larger than the input.",
            lambda case: strided(*case.args),
        ),
        Mistake(
            "size times stride",
            "Your output lacks rows and columns: it has H·s of them. The last stamp is as large as "
            "the kernel, so there are (H - 1)·s + h.",
            lambda case: transposed(*case.args)[
                : case.args[0].shape[0] * case.args[2], : case.args[0].shape[1] * case.args[2]
            ],
        ),
    ),
    returns="tensor",
    keeps_inputs=True,
    hints=(
        "Each number of Y stamps the kernel, times this number, onto the output. Where does the "
        "stamp of Y[i, j] begin?",
        "Make the output of zeros, (H - 1) * s + h by (W - 1) * s + w.",
        "In two loops: out[i * s : i * s + h, j * s : j * s + w] += Y[i, j] * K.",
    ),
    forbidden=WINDOW_OPERATORS,
)


def _overwritten(Y: Tensor, K: Tensor, stride: int) -> Tensor:
    """PyTorch's stamps one by one; each replaces what it covers."""
    output = torch.zeros_like(transposed(Y, K, stride))
    for place in range(Y.numel()):
        one = torch.zeros(Y.numel())
        one[place] = 1
        covered = transposed(one.reshape(Y.shape), torch.ones_like(K), stride) > 0
        stamp = transposed(one.reshape(Y.shape) * Y, K, stride)
        output = torch.where(covered, stamp, output)
    return output


def no_gap(answer: Any) -> str | None:
    """Verifies the gap of filters that are orthonormal and do not overlap."""
    gap = as_tensor(answer)
    if gap is None or gap.numel() != 1:
        return "The answer is one number."
    if not abs(gap.item()) < 1e-3:
        return (
            "For orthonormal filters, with a stride as large as they are, the gap vanishes. Use "
            "the same filters and the same stride on both ways."
        )
    return None


def haar_filters() -> Tensor:
    """Four orthonormal filters of 2 x 2: mean, and differences in three directions."""
    signs = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]
    return torch.tensor(signs).float().reshape(4, 2, 2) / 2


_ONE_FILTER = "one filter, stride 1"

ROUND_TRIP_GAP = Exercise(
    id="padding_stride.round_trip_gap",
    title="There and back again",
    points=2,
    covers=("E14.26",),
    cases=lambda draw: [
        Case(
            args=(torch.tensor([[[1.0, -5.0, 2.0]]]), torch.tensor([[[1.0, 2.0]]]), 1),
            about=_ONE_FILTER,
        ),
        Case(
            args=(draw.normal(4, 3, 2), haar_filters(), 2),
            about="four orthonormal filters at stride 2: no gap",
            verify=no_gap,
        ),
    ],
    expect=worked({_ONE_FILTER: 14.0}),
    mistakes=(
        Mistake(
            "mean",
            "You took the mean of the differences. The gap is the largest one.",
            on(_ONE_FILTER, 22 / 3),
        ),
        Mistake(
            "sign kept",
            "You took the largest difference with its sign. Take absolute values first.",
            on(_ONE_FILTER, -2.0),
        ),
        Mistake(
            "only there",
            "You did not compare with Y itself: the gap is about the difference between Y and what "
            "comes back.",
            on(_ONE_FILTER, 19.0),
        ),
    ),
    hints=(
        "F.conv_transpose2d(Y[None], filters[:, None], stride=stride) goes there; its input has "
        "one channel for each filter.",
        "Back: F.conv2d of what came out, with the same filters[:, None] and stride. What shape "
        "has it?",
        "gap = (back[0] - Y).abs().max().item()",
    ),
)

IDENTITY_CHOICE = Exercise(
    id="padding_stride.identity_choice",
    title="When the way back leads home",
    points=1,
    covers=("E14.26",),
    asks="choice",
    options={
        "A": "Any kernel, as long as the stride is as large as the kernel.",
        "B": "A kernel whose squares add up to 1, with a stride as large as the kernel.",
        "C": "A kernel whose entries add up to 1, at stride 1.",
        "D": "Every kernel that is not zero: a transposed convolution undoes a convolution.",
    },
)


def gradients(args: tuple[Any, ...], *, flip_x: bool = False, flip_k: bool = False) -> list[Tensor]:
    """PyTorch's own gradients [dX, dK, db], given X, K, dY and the stride; or with a turned K."""
    X, K, dY, stride = args
    kernel = K.flip(0, 1) if flip_x else K
    x_shape, k_shape = torch.Size((1, 1, *X.shape)), torch.Size((1, 1, *K.shape))
    dX = conv2d_input(x_shape, kernel[None, None], dY[None, None], stride=stride)
    dK = conv2d_weight(X[None, None], k_shape, dY[None, None], stride=stride)[0, 0]
    return [dX[0, 0], dK.flip(0, 1) if flip_k else dK, dY.sum()]


def backward_args(
    draw: Draw, kernel: tuple[int, int], windows: tuple[int, int], stride: int, rest: int
) -> tuple[Any, ...]:
    """X, K, dY and a stride; the last `rest` rows and columns of X are in no window."""
    size = [(n - 1) * stride + k + rest for n, k in zip(windows, kernel, strict=True)]
    X, K = image_and_kernel(draw, (size[0], size[1]), kernel)
    return X, K, draw.integers(-3, 3, *windows) + 0.5, stride


_ONE_ROW = "one row, stride 1"


def _backward_cases(draw: Draw) -> list[Case]:
    X, K = torch.tensor([[1.0, 2.0, 3.0, 5.0]]), torch.tensor([[1.0, -2.0]])
    return [
        Case(args=(X, K, torch.tensor([[10.0, 1.0, 4.0]]), 1), about=_ONE_ROW),
        Case(args=backward_args(draw, (3, 2), (2, 3), 2, 1), about="stride 2, a row left over"),
        Case(args=backward_args(draw, (2, 3), (3, 2), 1, 0), about="a kernel 2x3, stride 1"),
    ]


CONV_BACKWARD = Exercise(
    id="padding_stride.conv_backward",
    title="The backward pass",
    points=4,
    covers=("B02-backward",),
    cases=_backward_cases,
    expect=lambda case: gradients(case.args),
    mistakes=(
        Mistake(
            "dX with the flipped kernel",
            "dX is the one of the flipped kernel. Each output pixel gives its gradient back "
            "through the weights that it was read with: stamp the kernel as it is.",
            lambda case: gradients(case.args, flip_x=True),
        ),
        Mistake(
            "dK flipped",
            "dK is turned by 180 degrees. Entry [a, b] belongs to the pixels that lie a rows below "
            "and b columns right of their window's corner.",
            lambda case: gradients(case.args, flip_k=True),
        ),
        Mistake(
            "db as a mean",
            "dX and dK are right. db is the sum of dY, not its mean: the bias is added to every "
            "output pixel.",
            lambda case: [*gradients(case.args)[:2], case.args[2].mean()],
        ),
        Mistake(
            "order swapped",
            "Right, but in another order: return [dX, dK, db].",
            lambda case: [gradients(case.args)[n] for n in (1, 0, 2)],
        ),
        Mistake(
            "rest forgotten",
            "dX is smaller than X. Rows and columns that no window reaches have the gradient zero; "
            "they still belong to dX.",
            lambda case: [
                transposed(case.args[2], case.args[1], case.args[3]),
                *gradients(case.args)[1:],
            ],
        ),
        Mistake(
            "dY not stretched",
            "You slid dY over X with its entries side by side. With stride s they belong to "
            "windows that lie s pixels apart: put s - 1 zeros between them.",
            lambda case: [
                gradients(case.args)[0],
                strided(*(case.args[0], case.args[2]), 1)[
                    : case.args[1].shape[0], : case.args[1].shape[1]
                ],
                case.args[2].sum(),
            ],
        ),
    ),
    keeps_inputs=True,
    hints=(
        "Y[i, j] is the sum of K[a, b] · X[i·s + a, j·s + b], plus b. How does Y[i, j] change with "
        "one pixel of X, with one entry of K, with b?",
        "dX: your transposed_conv2d of dY, written into zeros of the shape of X. dK: X "
        "cross-correlated with dY, whose entries lie stride apart. db: the sum of dY.",
        "For each i, j with the window at [i * s, j * s]: dX[window] += dY[i, j] * K and "
        "dK += dY[i, j] * X[window].",
    ),
    forbidden=(
        *WINDOW_OPERATORS,
        "aten::convolution_backward",
        "torch.autograd",
        "torch.nn.grad",
        # What autograd runs on its way back through the learner's own convolution.
        "aten::slice_backward",
        "aten::select_backward",
        "aten::unfold_backward",
    ),
)
