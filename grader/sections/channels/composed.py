"""Two convolutions in a row are one: its kernel, and with channels its weight."""

import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.channels.given import corr2d, merge_kernels
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _pairs(draw: Draw) -> list[Case]:
    """No two sides of a case are equal where that would hide a slip."""
    return [
        Case(args=(draw.normal(*first), draw.normal(*second)), about=about)
        for about, first, second in (
            ("a larger first kernel", (3, draw.integer(4, 5)), (2, 3)),
            ("a larger second kernel", (2, 3), (3, draw.integer(4, 5))),
            ("a tall kernel, then a wide one", (draw.integer(4, 5), 2), (1, 3)),
            ("a wide kernel, then a tall one", (2, draw.integer(4, 5)), (3, 1)),
            ("square kernels of one size", (3, 3), (3, 3)),
            ("square kernels of even size", (2, 2), (4, 4)),
        )
    ] + [_flat(draw)]


def _flat(draw: Draw) -> Case:
    """Where copies do not overlap, beside one pair where they do."""
    shapes = (
        ((1, 3), (4, 1)),
        ((1, 1), (2, 3)),
        ((3, 2), (1, 1)),
        ((1, 1), (1, 1)),
        ((1, 3), (1, 2)),
    )
    each = [(draw.normal(*first), draw.normal(*second)) for first, second in shapes]
    return Case(each=tuple(each), about="kernels of one row, of one column, of a single number")


def _correlated(K1: Tensor, K2: Tensor) -> Tensor:
    return merge_kernels(K1, K2.flip(0, 1))


def _painted(K1: Tensor, K2: Tensor, kept: float = 1) -> Tensor:
    """Each entry of K2 paints its copy of K1, over that share of what is there."""
    (h1, w1), (h2, w2) = K1.shape, K2.shape
    K = torch.zeros(h1 + h2 - 1, w1 + w2 - 1)
    for a in range(h2):
        for b in range(w2):
            place = K[a : a + h1, b : b + w1]
            place.copy_(kept * place + K2[a, b] * K1)
    return K


def _padded(K1: Tensor, K2: Tensor, padding: tuple[int, int] | None = None) -> Tensor:
    """Cross-correlation of K1, with zeros around it, by K2 flipped."""
    padding = padding or (K2.shape[0] - 1, K2.shape[1] - 1)
    return F.conv2d(K1[None, None], K2.flip(0, 1)[None, None], padding=padding)[0, 0]


def _wrapped(K1: Tensor, K2: Tensor, size: tuple[int, int]) -> Tensor:
    """By Fourier transforms of that size, which is too small."""
    product = torch.fft.rfft2(K1, s=size) * torch.fft.rfft2(K2, s=size)
    kernel: Tensor = torch.fft.irfft2(product, s=size)
    return kernel


def _shrunk(K1: Tensor, K2: Tensor) -> Tensor:
    """Without the copies of K1 that the last row and the last column of K2 lay."""
    kept = torch.zeros_like(K2)
    kept[:-1, :-1] = K2[:-1, :-1]
    return merge_kernels(K1, kept)


def _scipy(K1: Tensor, K2: Tensor) -> Tensor:
    return torch.as_tensor(scipy.signal.convolve2d(K1, K2))


_SIZE = "h1 + h2 - 1 rows and w1 + w2 - 1 columns"

MERGE_KERNELS = Exercise(
    id="channels.merge_kernels",
    title="Two kernels into one",
    points=2,
    minutes=11,
    covers=("E14.5", "D7.4.1"),
    example=(
        (
            Case(args=(torch.tensor([[1.0, 2]]), torch.tensor([[3.0, 4], [0, 1]]))),
            [[3, 10, 8], [0, 1, 2]],
        ),
    ),
    cases=_pairs,
    reference=merge_kernels,
    promises=("unchanged", "tensor"),
    wrong={
        "not flipped": (
            "You cross-correlated the kernels. The merged kernel is their true convolution: one of "
            "the two has to be flipped, in both directions.",
            _correlated,
            lambda K1, K2: _correlated(K2, K1),
        ),
        "merged kernel flipped": (
            "Your kernel is the right one, turned by half a turn: both were flipped, or the result "
            "was. Laid on the image as it is, without a flip, it must do what the two did.",
            lambda K1, K2: merge_kernels(K1, K2).flip(0, 1),
        ),
        "flipped left and right only": (
            "You flipped a kernel left and right only. Its rows must be reversed, too.",
            lambda K1, K2: merge_kernels(K1, K2.flip(0)),
            lambda K1, K2: merge_kernels(K1.flip(0), K2),
        ),
        "flipped up and down only": (
            "You flipped a kernel up and down only. Its columns must be reversed, too.",
            lambda K1, K2: merge_kernels(K1, K2.flip(1)),
            lambda K1, K2: merge_kernels(K1.flip(1), K2),
        ),
        "transposed": (
            "You transposed a kernel, along with a flip or in place of it, or the result. "
            "Transposing swaps rows and columns; flip(0, 1) reverses both.",
            lambda K1, K2: merge_kernels(K1, K2.T),
            lambda K1, K2: merge_kernels(K1.T, K2),
            lambda K1, K2: _correlated(K1, K2.T),
            lambda K1, K2: merge_kernels(K1, K2).T,
        ),
        "overwritten": (
            "Where copies of a kernel overlap, the later has overwritten the earlier. Both count: "
            "add them, with +=.",
            lambda K1, K2: _painted(K1, K2, kept=0),
            lambda K1, K2: _painted(K2, K1, kept=0),
        ),
        "as large as the first": (
            "Your kernel has the size of the first one. The two in a row see more pixels than one "
            f"of them: {_SIZE}.",
            lambda K1, K2: merge_kernels(K1, K2)[: K1.shape[0], : K1.shape[1]],
            lambda K1, K2: torch.as_tensor(scipy.signal.convolve2d(K1, K2, mode="same")),
        ),
        "where one fits on the other": (
            "You laid one kernel on the other only where it fits as a whole, with no zeros around. "
            f"The merged kernel is larger than both: {_SIZE}.",
            corr2d,
            lambda K1, K2: corr2d(K2, K1),
            lambda K1, K2: corr2d(K1, K2.flip(0, 1)),
        ),
        "side by side": (
            "You laid the copies of a kernel side by side, as torch.kron does. Each is moved by "
            "one pixel only, so they overlap, and what overlaps is added.",
            torch.kron,
            lambda K1, K2: torch.kron(K2, K1),
        ),
        "wrapped around": (
            "Your kernel has wrapped around its border: the size that you transform is too small. "
            f"It is {_SIZE}.",
            lambda K1, K2: _wrapped(K1, K2, (K1.shape[0], K1.shape[1])),
            lambda K1, K2: _wrapped(K1, K2, (max(len(K1), len(K2)), max(K1.shape[1], K2.shape[1]))),
        ),
        "last entries left out": (
            "Copies are missing, those of a kernel's last row and column. Its sides are h and w, "
            "and range(h) ends at h - 1 by itself.",
            lambda K1, K2: _shrunk(K1, K2),
            lambda K1, K2: _shrunk(K2, K1),
        ),
        "multiplied": (
            "You multiplied the kernels, as matrices or entry by entry. The entries of the second "
            "are laid on windows of the first layer's output: each adds a moved copy of K1.",
            lambda K1, K2: K1 @ K2,
            lambda K1, K2: K2 @ K1,
            lambda K1, K2: K1 * K2,
        ),
        "padded by one size": (
            "You laid as many zeros around the rows as around the columns, or swapped the two. It "
            "takes h - 1 rows and w - 1 columns on each side, of the kernel that moves.",
            lambda K1, K2: _padded(K1, K2, (K2.shape[0] - 1, K2.shape[0] - 1)),
            lambda K1, K2: _padded(K1, K2, (K2.shape[1] - 1, K2.shape[1] - 1)),
            lambda K1, K2: _padded(K1, K2, (K2.shape[1] - 1, K2.shape[0] - 1)),
        ),
        "padded by the other kernel": (
            "You laid zeros around one kernel by the size of that kernel. The size of the one that "
            "moves over it counts.",
            lambda K1, K2: _padded(K1, K2, (K1.shape[0] - 1, K1.shape[1] - 1)),
        ),
        "zeros at the border": (
            "Your kernel is the right one with a border of zeros: a row and a column too many at "
            f"the end, or on all sides. It has {_SIZE}.",
            lambda K1, K2: F.pad(merge_kernels(K1, K2), (0, 1, 0, 1)),
            lambda K1, K2: F.pad(merge_kernels(K1, K2), (1, 1, 1, 1)),
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the kernel has "
            f"two axes, {_SIZE}.",
            lambda K1, K2: merge_kernels(K1, K2).squeeze(),
            lambda K1, K2: merge_kernels(K1, K2)[None],
            lambda K1, K2: merge_kernels(K1, K2)[None, None],
        ),
    },
    right=(_painted, lambda K1, K2: _padded(K2, K1)),
    library={
        merge_kernels: True,
        _scipy: True,
        F.conv2d: False,
        torch.kron: False,
    },
    hints=(
        "Write out one output of the second layer in terms of the image, for kernels of one row. "
        "Which product of the kernels' entries meets which pixel?",
        "Entry K2[a, b] looks at the first layer's output at (a, b), whose window starts at (a, b) "
        "of the image: so it lays a copy of K1 there, times K2[a, b].",
        "This is the full true convolution of K1 with K2. Start from torch.zeros(h1 + h2 - 1, "
        "w1 + w2 - 1) and add K2[a, b] * K1 into its part [a:a + h1, b:b + w1].",
    ),
    needs=("channels.corr2d_multi_in", "channels.corr2d_multi_in_out"),
    stand_in="merge_kernels",
)


def _layers(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(c_m, c_i, *first), draw.normal(c_o, c_m, *second)), about=about)
        for about, c_i, c_m, c_o, first, second in (
            ("many channels between", 2, draw.integer(4, 5), 3, (2, 3), (3, 1)),
            ("few channels between", 4, 2, draw.integer(3, 5), (3, 1), (1, 2)),
            # Only here do weights with swapped axes fit.
            ("as many channels everywhere", 3, 3, 3, (2, 1), (2, 3)),
            ("a single channel in", 1, 2, 3, (2, 2), (1, 3)),
            ("a single channel between", 2, 1, 3, (1, 3), (3, 2)),
            ("a single channel out", 3, 2, 1, (2, 3), (2, 2)),
            ("a single channel everywhere", 1, 1, 1, (2, 3), (3, 2)),
            ("kernels of a single number", 2, 4, 3, (1, 1), (1, 1)),
            ("a kernel of a single number first", 4, 2, 3, (1, 1), (2, 3)),
            ("a larger second kernel", 2, 3, 4, (1, 2), (2, 3)),
        )
    ]


def _one_weight(K1: Tensor, K2: Tensor) -> Tensor:
    """PyTorch's own operator: true convolution, summed over the channels between."""
    return F.conv_transpose2d(K1.transpose(0, 1), K2.transpose(0, 1)).transpose(0, 1)


def _on_unit_pixels(K1: Tensor, K2: Tensor) -> Tensor:
    """What the two layers answer to single pixels, turned by half a turn."""
    rows, columns = (K1.shape[axis] + K2.shape[axis] - 1 for axis in (2, 3))
    pixels = torch.zeros(K1.shape[1], K1.shape[1], 2 * rows - 1, 2 * columns - 1)
    for channel in range(K1.shape[1]):
        pixels[channel, channel, rows - 1, columns - 1] = 1
    return F.conv2d(F.conv2d(pixels, K1), K2).flip(2, 3).transpose(0, 1)


def _by_ways(K1: Tensor, K2: Tensor) -> Tensor:
    """Each way from an input channel to an output channel: (c_o, c_m, c_i, rows, columns)."""
    ways = [
        [[merge_kernels(k1, k2) for k1 in K1[m]] for m, k2 in enumerate(second)] for second in K2
    ]
    return torch.stack([torch.stack([torch.stack(row) for row in rows]) for rows in ways])


def _painted_layers(K1: Tensor, K2: Tensor) -> Tensor:
    """Each entry of K2 paints its copy of K1, channels summed, over what is there."""
    (h1, w1), (h2, w2) = K1.shape[2:], K2.shape[2:]
    K = torch.zeros(len(K2), K1.shape[1], h1 + h2 - 1, w1 + w2 - 1)
    for a in range(h2):
        for b in range(w2):
            K[:, :, a : a + h1, b : b + w1] = torch.einsum("om,mihw->oihw", K2[:, :, a, b], K1)
    return K


MERGE_LAYERS = Exercise(
    id="channels.merge_layers",
    title="Two layers into one",
    points=2,
    minutes=10,
    core=False,
    covers=("E14.5", "D7.4.1"),
    example=(
        (
            Case(
                args=(
                    torch.tensor([[[[1.0, 2]]], [[[0, 1]]]]),
                    torch.tensor([[[[3.0, 4]], [[1, 5]]]]),
                )
            ),
            [[[[3, 11, 13]]]],
        ),
    ),
    cases=_layers,
    reference=_one_weight,
    promises=("unchanged", "tensor"),
    wrong={
        "not flipped": (
            "Channels are right, but the kernels were cross-correlated. Each pair is merged by "
            "true convolution, as your merge_kernels does it.",
            lambda K1, K2: _one_weight(K1, K2.flip(2, 3)),
            lambda K1, K2: _one_weight(K1.flip(2, 3), K2),
        ),
        "merged kernels flipped": (
            "Your kernels are the right ones, turned by half a turn. Laid on the image as they "
            "are, they must do what the two layers did.",
            lambda K1, K2: _one_weight(K1, K2).flip(2, 3),
        ),
        "one channel between": (
            "You followed one channel between the layers. Every path counts: from input channel i "
            "through each channel m between them to output channel o; add them all up.",
            lambda K1, K2: _one_weight(K1[:1], K2[:, :1]),
            lambda K1, K2: _one_weight(K1[-1:], K2[:, -1:]),
        ),
        "mean": (
            "You took the mean over the channels between. The second layer adds them.",
            lambda K1, K2: _one_weight(K1, K2) / len(K1),
        ),
        "flipped along one axis": (
            "Channels are right, but kernels were flipped along one axis only. Each pair is merged "
            "by true convolution, as your merge_kernels does it.",
            lambda K1, K2: _one_weight(K1, K2.flip(2)),
            lambda K1, K2: _one_weight(K1, K2.flip(3)),
        ),
        "channels flipped": (
            "You flipped the channels as well. Flip the last two axes only: flip(2, 3).",
            lambda K1, K2: _one_weight(K1, K2.flip(0, 1)),
            lambda K1, K2: _one_weight(K1, K2.flip(1)),
        ),
        "a channel between left out": (
            "You left out one of the channels between, the first or the last. Every path counts.",
            lambda K1, K2: _by_ways(K1, K2)[:, :-1].sum(1),
            lambda K1, K2: _by_ways(K1, K2)[:, 1:].sum(1),
        ),
        "overwritten": (
            "Where copies of a kernel overlap, the later has overwritten the earlier. Both count: "
            "add them, with +=.",
            _painted_layers,
        ),
        "axes swapped": (
            "The first two axes of your weight are swapped: a weight has its output channels "
            "first, then its input channels.",
            lambda K1, K2: _one_weight(K1, K2).transpose(0, 1),
        ),
        "channels summed first": (
            "You added the kernels over the channels between and merged the sums. Each channel's "
            "first kernel belongs to its own second kernel: merge first, then add.",
            lambda K1, K2: _one_weight(K1.sum(0, keepdim=True), K2.sum(1, keepdim=True)),
        ),
        "paths kept apart": (
            "You kept the paths through the channels between apart. They are added.",
            _by_ways,
            lambda K1, K2: _by_ways(K1, K2).transpose(1, 2),
        ),
        "an axis lost": (
            "Your numbers are right, but axes of size one are missing or too many: the weight has "
            "four axes, (c_o, c_i, rows, columns).",
            lambda K1, K2: _one_weight(K1, K2).squeeze(),
            lambda K1, K2: _one_weight(K1, K2)[None],
        ),
    },
    right=(_on_unit_pixels, lambda K1, K2: _by_ways(K1, K2).sum(1)),
    library={_one_weight: True, F.conv2d: False},
    hints=(
        "Which ways lead from input channel i to output channel o?",
        "One through each channel m between: the first layer's kernel K1[m, i], then the second "
        "layer's K2[o, m].",
        "Entry [o, i] is the sum over m of merge_kernels(K1[m, i], K2[o, m]); stack them for all "
        "i, then for all o.",
    ),
    needs=(
        "channels.merge_kernels",
        "channels.corr2d_multi_in",
        "channels.corr2d_multi_in_out",
        "channels.conv1x1",
    ),
)
