"""Part B: convolution by one pixel, a dense layer at every pixel."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.checks.operations import CONVOLUTION_OPERATORS, MATRIX_PRODUCTS
from course_lib.sections.channels.given import conv1x1
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _pixels(draw: Draw) -> list[Case]:
    """Two sizes for the same weights first, then every relation of the numbers of channels."""
    weights, same, more = draw.normal(2, 3, 1, 1), draw.integer(3, 4), draw.integer(5, 6)
    return (
        [
            Case(args=(draw.normal(3, 2, draw.integer(4, 5)), weights), about="a small image"),
            Case(args=(draw.normal(3, 5, draw.integer(8, 9)), weights), about="a larger image"),
        ]
        + [
            Case(args=(draw.normal(c_i, *size), draw.normal(c_o, c_i, 1, 1)), about=about)
            for about, c_i, c_o, size in (
                # Only here does a transposed matrix of weights fit.
                ("as many channels out as in", same, same, (2, 5)),
                ("more channels in than out", more, 2, (3, 4)),
                ("a single channel out", 3, 1, (2, 4)),
                ("an image of one pixel", 2, 3, (1, 1)),
                ("an image of one row", 2, 3, (1, 4)),
                ("an image of one column", 2, 3, (5, 1)),
                ("a square image", 2, 4, (3, 3)),
            )
        ]
        + [_single_channel(draw)]
    )


def _single_channel(draw: Draw) -> Case:
    """Beside others, as torch.einsum makes no matrix product of sums of one product."""
    each = [(draw.normal(c, *size), draw.normal(5, c, 1, 1)) for c, *size in ((1, 2, 4), (3, 3, 2))]
    return Case(each=tuple(each), about="a single channel in, and several")


def _rows_cut_anew(X: Tensor, K: Tensor) -> Tensor:
    """(pixels, c_o), of the image reshaped to rows of c_i numbers, which are no pixels."""
    return X.reshape(-1, len(X)) @ K.flatten(1).T


def _shaped(Y: Tensor, X: Tensor, K: Tensor) -> Tensor:
    return Y.reshape(len(K), *X.shape[1:])


def _filter_by_filter(X: Tensor, K: Tensor) -> Tensor:
    return _shaped(torch.stack([k.flatten() @ X.flatten(1) for k in K]), X, K)


def _channel_by_channel(X: Tensor, K: Tensor) -> Tensor:
    maps = [K[:, c, 0] @ x.reshape(1, -1) for c, x in enumerate(X)]
    return _shaped(torch.stack(maps).sum(0), X, K)


def _pixel_by_pixel(X: Tensor, K: Tensor) -> Tensor:
    return _shaped(torch.stack([K.flatten(1) @ x for x in X.flatten(1).T], 1), X, K)


_SQUEEZED = (
    "Axes of size one are lost on the way: squeeze() also takes away those of a single channel, "
    "row or column. Name the axes, as in K[:, :, 0, 0], or take K.flatten(1)."
)

CONV1X1 = Exercise(
    id="channels.conv1x1",
    title="1 x 1 convolution as a matrix product",
    points=2,
    minutes=5,
    covers=("D7.4-demo", "D7.1.1"),
    cases=_pixels,
    reference=conv1x1,
    promises=("unchanged", "tensor", "gradient", "vectorised"),
    wrong={
        "pixels cut anew": (
            "You reshaped the image to rows of c_i numbers. Such a row holds neighbouring pixels "
            "of one channel, not the channels of one pixel. Flatten each channel, X.flatten(1), "
            "and put the weights on the left: then the channels come out first.",
            lambda X, K: _shaped(_rows_cut_anew(X, K).T, X, K),
            lambda X, K: _shaped(_rows_cut_anew(X, K), X, K),
        ),
        "channels last": (
            "Your output has its channels on the last axis. PyTorch's order is (c_o, H, W).",
            lambda X, K: conv1x1(X, K).permute(1, 2, 0),
        ),
        "reshaped, not transposed": (
            "Each pixel came out as a row of c_o numbers, and reshaping to (c_o, H, W) cut these "
            "rows anew. With the weights on the left, the channels come out first.",
            lambda X, K: conv1x1(X, K).permute(1, 2, 0).reshape(len(K), *X.shape[1:]),
        ),
        "weights transposed": (
            "You transposed the weights, or cut them anew: row o of the weight matrix belongs to "
            "output channel o. K.flatten(1) has these rows.",
            lambda X, K: conv1x1(X, K.transpose(0, 1)),
            lambda X, K: conv1x1(X, K.flatten(1).T.reshape(K.shape)),
            lambda X, K: conv1x1(X, K.reshape(K.shape[1], -1).T[:, :, None, None]),
        ),
        "not reshaped": (
            "Your numbers are right, but each channel's pixels stand in one long row. Give them "
            "the shape (c_o, H, W).",
            lambda X, K: conv1x1(X, K).flatten(1),
            lambda X, K: conv1x1(X, K).flatten(1).T,
        ),
        "height and width swapped": (
            "You reshaped to W rows of H pixels, or transposed the image. The output has H rows "
            "of W pixels, as X has.",
            lambda X, K: conv1x1(X, K).reshape(len(K), X.shape[2], X.shape[1]),
            lambda X, K: conv1x1(X, K).transpose(1, 2),
        ),
        "outputs added": (
            "You added the output channels. Each is a map of its own.",
            lambda X, K: conv1x1(X, K).sum(0),
            lambda X, K: conv1x1(X, K).sum(0, keepdim=True),
        ),
        "mean": (
            "You took the mean over the input channels. The products are added.",
            lambda X, K: conv1x1(X, K) / len(X),
        ),
        "several products": (
            "You ran more than one product, one for each filter, channel or pixel, say. One does "
            "it all: all filters' weights are one matrix, all pixels' channels another.",
            _filter_by_filter,
            _channel_by_channel,
            _pixel_by_pixel,
        ),
        # Apart, as it shows with a single channel only.
        "weights squeezed": (_SQUEEZED, lambda X, K: _shaped(K.squeeze() @ X.flatten(1), X, K)),
        "squeezed": (
            _SQUEEZED,
            lambda X, K: torch.einsum("oi,ihw->ohw", K[:, :, 0, 0], X.squeeze()),
            lambda X, K: torch.einsum("oi,ihw->ohw", K.squeeze(), X),
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the output has "
            "the shape (c_o, H, W), also where one of these is 1.",
            lambda X, K: conv1x1(X, K).squeeze(),
            lambda X, K: conv1x1(X, K)[None],
            lambda X, K: conv1x1(X, K)[..., None],
        ),
    },
    right=(
        lambda X, K: torch.einsum("oc,chw->ohw", K[:, :, 0, 0], X),
        lambda X, K: F.linear(X.permute(1, 2, 0), K[:, :, 0, 0]).permute(2, 0, 1),
        lambda X, K: torch.tensordot(K[:, :, 0, 0], X, dims=1),
        lambda X, K: (X.permute(1, 2, 0) @ K.flatten(1).T).permute(2, 0, 1),
        lambda X, K: K.flatten(1).matmul(X.flatten(1)).view(-1, *X.shape[1:]),
    ),
    library={conv1x1: False, F.conv2d: False},
    hints=(
        "Without the kernel's two axes of size 1, the weights are a matrix (c_o, c_i). What must "
        "stand to its right?",
        "A matrix with one column per pixel, (c_i, H·W), holds each pixel's channels in a column.",
        "K.flatten(1) @ X.flatten(1) has shape (c_o, H·W); reshape it to (c_o, H, W).",
    ),
    forbidden=CONVOLUTION_OPERATORS,
    required=MATRIX_PRODUCTS,
    through="in_one_product",
    stand_in="conv1x1",
)


def _two_layers(draw: Draw) -> list[Case]:
    def layers(about: str, c_i: int, c_m: int, c_o: int) -> Case:
        K1, K2 = draw.normal(c_m, c_i), draw.normal(c_o, c_m)
        b1, b2 = (draw.normal(c).abs() + 1 for c in (c_m, c_o))
        b1[::2] *= -1  # an activation between would change it
        b2[1::2] *= -1
        return Case(args=(K1, b1, K2, b2), about=about)

    return [
        layers("as many channels everywhere", 3, 3, 3),
        layers("more channels between", 2, draw.integer(5, 7), 3),
        layers("fewer channels between", draw.integer(5, 7), 2, 4),
        layers("as many channels out as in", 4, 3, 4),
        layers("fewer channels out than in", 5, 4, 3),
        layers("a single channel in", 1, 3, 2),
        layers("a single channel between", 3, 1, 2),
        layers("a single channel out", 2, 3, 1),
    ]


def _on_unit_pixels(K1: Tensor, b1: Tensor, K2: Tensor, b2: Tensor) -> list[Tensor]:
    """The bias is the output of a black pixel; with a unit pixel a column is added."""
    pixels = torch.cat([torch.zeros(1, K1.shape[1]), torch.eye(K1.shape[1])])
    outputs = F.linear(F.linear(pixels, K1, b1), K2, b2)
    return [(outputs[1:] - outputs[0]).T, outputs[0]]


def _by_extra_channel(K1: Tensor, b1: Tensor, K2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """Biases as weights of one more channel that is always 1."""
    first = torch.cat([torch.cat([K1, b1[:, None]], 1), torch.eye(K1.shape[1] + 1)[-1:]])
    both = torch.cat([K2, b2[:, None]], 1) @ first
    return both[:, :-1], both[:, -1]


MERGE_1X1 = Exercise(
    id="channels.merge_1x1",
    title="Two 1 x 1 convolutions in a row",
    points=2,
    minutes=5,
    core=False,
    covers=("D7.1.1",),
    example=(
        (
            Case(
                args=(
                    torch.tensor([[1.0, 2]]),
                    torch.tensor([3.0]),
                    torch.tensor([[4.0], [5]]),
                    torch.tensor([0.0, 1]),
                )
            ),
            [torch.tensor([[4, 8], [5, 10]]), torch.tensor([12, 16])],
        ),
    ),
    cases=_two_layers,
    reference=_on_unit_pixels,
    through="with_kinds",
    promises=("unchanged",),
    wrong={
        "first bias lost": (
            "The weights are right, the bias is that of the second layer alone. The first layer's "
            "bias passes through the second layer's weights and arrives, too.",
            lambda K1, b1, K2, b2: [K2 @ K1, b2],
        ),
        "second bias lost": (
            "The weights are right, but the second layer's own bias is missing.",
            lambda K1, b1, K2, b2: [K2 @ K1, K2 @ b1],
        ),
        "biases added": (
            "You added the two biases. The first one still passes through the second layer's "
            "weights.",
            lambda K1, b1, K2, b2: [K2 @ K1, b1 + b2],
        ),
        "bias through all weights": (
            "You sent the second layer's bias through weights as well. It is added at the very "
            "end: K2 (K1 x + b1) + b2.",
            lambda K1, b1, K2, b2: [K2 @ K1, K2 @ (b1 + b2)],
        ),
        "first bias through both": (
            "You sent the first layer's bias through the first weights as well. It is added after "
            "them: K2 (K1 x + b1) + b2.",
            lambda K1, b1, K2, b2: [K2 @ K1, K2 @ K1 @ b1 + b2],
        ),
        "an activation between": (
            "You applied an activation, or an absolute value, to a bias. Nothing stands between "
            "the two layers.",
            lambda K1, b1, K2, b2: [K2 @ K1, K2 @ b1.relu() + b2],
            lambda K1, b1, K2, b2: [K2 @ K1, K2 @ b1.abs() + b2],
            lambda K1, b1, K2, b2: [K2 @ K1, (K2 @ b1 + b2).relu()],
        ),
        "subtracted": (
            "You subtracted one bias from the other. Both are added: K2 (K1 x + b1) + b2.",
            lambda K1, b1, K2, b2: [K2 @ K1, b2 - K2 @ b1],
            lambda K1, b1, K2, b2: [K2 @ K1, K2 @ b1 - b2],
        ),
        "no tensors": (
            "Your list holds lists or arrays. Leave weight and bias as the tensors that they are.",
            lambda K1, b1, K2, b2: [(K2 @ K1).tolist(), (K2 @ b1 + b2).tolist()],
            lambda K1, b1, K2, b2: [(K2 @ K1).numpy(), (K2 @ b1 + b2).numpy()],
        ),
        "order of the weights": (
            "You multiplied the weights in the wrong order: the first layer acts first, so its "
            "matrix stands on the right.",
            lambda K1, b1, K2, b2: [K1 @ K2, K2 @ b1 + b2],
            lambda K1, b1, K2, b2: [K1 @ K2, K1 @ b2 + b1],
            lambda K1, b1, K2, b2: [K1 @ K2, K1 @ b1 + b2],
        ),
        "transposed": (
            "Your matrix is transposed: one row for each output channel, one column for each "
            "input channel.",
            lambda K1, b1, K2, b2: [(K2 @ K1).T, K2 @ b1 + b2],
        ),
        "bias first": (
            "Weight and bias are right, their order is not: [K, b].",
            lambda K1, b1, K2, b2: [K2 @ b1 + b2, K2 @ K1],
        ),
        "entry by entry": (
            "You multiplied the weights entry by entry, with *. Each output adds up over all "
            "channels between: a matrix product, @.",
            lambda K1, b1, K2, b2: [K2 * K1, K2 @ b1 + b2],
        ),
    },
    right=(
        _by_extra_channel,
        lambda K1, b1, K2, b2: (torch.einsum("om,mi->oi", K2, K1), (K2 * b1).sum(1) + b2),
        lambda K1, b1, K2, b2: [(K1.T @ K2.T).T, F.linear(b1, K2, b2)],
    ),
    hints=(
        "Write down what the second layer gives: K2 z + b2. What is z?",
        "K2 (K1 x + b1) + b2: multiply out.",
        "K = K2 @ K1 and b = K2 @ b1 + b2.",
    ),
    needs=("channels.conv1x1", "channels.corr2d_multi_in", "channels.corr2d_multi_in_out"),
)
