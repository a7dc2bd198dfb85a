"""Section 02: marking of the operation with stride and padding, of the mirror and of dilation."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.signal
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.draw import Draw
from course_lib.exercise import Case
from course_lib.sections.padding_stride.facts import names_both_sizes, strided
from course_lib.sections.padding_stride.windows import dilates
from grader.marking import Marking, Mutant, Part, named_wrongs


def manual_conv2d(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """The solution: all windows of the padded image at once."""
    h, w = kernel.shape
    X = F.pad(input, (padding,) * 4)
    if h > X.shape[0] or w > X.shape[1]:
        raise ValueError(f"the kernel {h}x{w} is larger than the padded image {tuple(X.shape)}")
    return (X.unfold(0, h, stride).unfold(1, w, stride) * kernel).sum(dim=(2, 3))


def _by_loops(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    (H, W), (h, w) = input.shape, kernel.shape
    X = torch.zeros(H + 2 * padding, W + 2 * padding)
    X[padding : padding + H, padding : padding + W] = input
    for size, padded in ((h, X.shape[0]), (w, X.shape[1])):
        if size > padded:
            raise ValueError(f"{size} > {padded}")
    rows, columns = (X.shape[0] - h) // stride + 1, (X.shape[1] - w) // stride + 1
    Y = torch.zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            Y[i, j] = (X[top : top + h, left : left + w] * kernel).sum()
    return Y


def _unchecked(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """PyTorch itself refuses here, with another error."""
    X = F.pad(input, (padding,) * 4)
    windows = X.unfold(0, kernel.shape[0], stride).unfold(1, kernel.shape[1], stride)
    return (windows * kernel).sum(dim=(2, 3))


def _empty_output(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    X = F.pad(input, (padding,) * 4)
    if kernel.shape[0] > X.shape[0] or kernel.shape[1] > X.shape[1]:
        return torch.zeros(0, 0)
    return manual_conv2d(input, kernel, stride, padding)


def _silent(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    try:
        return manual_conv2d(input, kernel, stride, padding)
    except ValueError:
        raise ValueError from None


def _scipy_strided(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    X = np.pad(input.numpy(), padding)
    full = scipy.signal.correlate2d(X, kernel.numpy(), mode="valid")
    return torch.from_numpy(full[::stride, ::stride])


def _im2col(input: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    columns = F.unfold(input[None, None], kernel.shape, padding=padding, stride=stride)[0]
    rows = (input.shape[0] + 2 * padding - kernel.shape[0]) // stride + 1
    return (kernel.flatten() @ columns).reshape(rows, -1)


_MANUAL_WRONGS: dict[str, Callable[..., Any]] = {
    "flipped kernel": lambda X, K, s, p: _unchecked(X, K.flip(0, 1), s, p),
    "stride ignored": lambda X, K, s, p: _unchecked(X, K, 1, p),
    "stride in one direction": lambda X, K, s, p: _unchecked(X, K, 1, p)[::s],
    "stride in the size only": lambda X, K, s, p: _unchecked(X, K, 1, p)[
        tuple(map(slice, _unchecked(X, K, s, p).shape))
    ],
    "padding ignored": lambda X, K, s, p: _unchecked(X, K, s, 0),
    "padding on one side": lambda X, K, s, p: _unchecked(F.pad(X, (0, p, 0, p)), K, s, 0),
    "last window forgotten": lambda X, K, s, p: _unchecked(X, K, s, p)[:-1, :-1],
    "first window skipped": lambda X, K, s, p: _unchecked(X, K, 1, p)[s - 1 :: s, s - 1 :: s],
}


def _manual_case(draw: Draw, about: str, h: int, w: int) -> Case:
    """A setting in which each named mistake gives an output of its own."""
    while True:
        height, width = draw.distinct(7, 12, 2)
        image, kernel = draw.normal(height, width), draw.normal(h, w)
        args = (image, kernel, draw.integer(2, 3), draw.integer(1, 2))
        given = [manual_conv2d(*args), *(wrong(*args) for wrong in _MANUAL_WRONGS.values())]
        if not any(torch.equal(a, b) for a, b in itertools.combinations(given, 2)):
            return Case(args=args, about=about)


def _too_large(draw: Draw, about: str, tall: bool) -> Case:
    padding, size = draw.integer(1, 2), draw.integer(2, 3)
    padded = size + 2 * padding
    large = padded + draw.integer(1, 2)
    X, K = draw.normal(size, 9), draw.normal(large, 2)
    args = (X, K, 2, padding) if tall else (X.T.contiguous(), K.T.contiguous(), 2, padding)
    return Case(
        args=args, about=about, raises="ValueError", verify=names_both_sizes((large, padded))
    )


def _manual_cases(draw: Draw) -> list[Case]:
    return [
        _manual_case(draw, "a square kernel", 3, 3),
        _manual_case(draw, "a wide kernel", draw.integer(2, 3), draw.integer(4, 5)),
        _manual_case(draw, "a tall kernel", draw.integer(4, 5), draw.integer(2, 3)),
        _manual_case(draw, "a kernel of even size", 4, 2),
        _too_large(draw, "a kernel that is too tall, padding included", True),
        _too_large(draw, "a kernel that is too wide, padding included", False),
    ]


def _many_settings(draw: Draw) -> list[Case]:
    """200 settings of all kinds, in two questions."""

    def settings() -> list[list[Any]]:
        return [
            [
                draw.normal(draw.integer(1, 9), draw.integer(1, 9)),
                draw.normal(draw.integer(1, 5), draw.integer(1, 5)),
                draw.integer(1, 4),
                draw.integer(0, 3),
            ]
            for _ in range(100)
        ]

    abouts = ("a hundred settings", "another hundred settings")
    return [Case(args=(settings(),), about=about) for about in abouts]


def torch_outputs(settings: list[list[Any]]) -> list[Tensor | str]:
    """The reference for many settings: PyTorch's output, or that it refuses."""
    outputs: list[Tensor | str] = []
    for X, K, stride, padding in settings:
        try:
            outputs.append(strided(X.double(), K.double(), stride, padding))
        except RuntimeError:
            outputs.append("impossible")
    return outputs


def mirror_pad(X: Tensor, p: int) -> Tensor:
    """The solution: rows and columns picked by number."""
    H, W = X.shape
    if p >= min(H, W):
        raise ValueError(f"a mirror of {p} pixels does not fit into an image of {H}x{W}")

    def places(n: int) -> list[int]:
        return [abs(i) if i < n else 2 * (n - 1) - i for i in range(-p, n + p)]

    return X[places(H)][:, places(W)]


def _mirror_by_flips(X: Tensor, p: int) -> Tensor:
    if p >= min(X.shape):
        raise ValueError(f"{p} is not less than both of {list(X.shape)}")
    X = torch.cat([X[1 : p + 1].flip(0), X, X[-p - 1 : -1].flip(0)])
    return torch.cat([X[:, 1 : p + 1].flip(1), X, X[:, -p - 1 : -1].flip(1)], dim=1)


def _mirror_unchecked(X: Tensor, p: int) -> Tensor:
    """Slices that are too long are cut silently."""
    X = torch.cat([X[1 : p + 1].flip(0), X, X[-p - 1 : -1].flip(0)])
    return torch.cat([X[:, 1 : p + 1].flip(1), X, X[:, -p - 1 : -1].flip(1)], dim=1)


def _picked(X: Tensor, p: int, place: Any) -> Tensor:
    rows, columns = ([place(i, n) for i in range(-p, n + p)] for n in X.shape)
    return X[rows][:, columns]


def _torch_reflect(X: Tensor, p: int) -> Tensor:
    return F.pad(X[None, None], (p,) * 4, mode="reflect")[0, 0]


def _numpy_reflect(X: Tensor, p: int) -> Tensor:
    return torch.from_numpy(np.pad(X.numpy(), p, mode="reflect"))


def _numpy_mirrored(case: Case) -> Tensor:
    """The reference; the public one is PyTorch's."""
    return torch.from_numpy(np.pad(case.args[0].numpy(), case.args[1], mode="reflect"))


_MIRROR_WRONGS: dict[str, Callable[..., Any]] = {
    "border twice": lambda X, p: _picked(
        X, p, lambda i, n: -i - 1 if i < 0 else min(i, 2 * n - 1 - i)
    ),
    "border copied": lambda X, p: _picked(X, p, lambda i, n: min(max(i, 0), n - 1)),
    "wrapped": lambda X, p: _picked(X, p, lambda i, n: i % n),
    "zeros": lambda X, p: F.pad(X, (p,) * 4),
}


def _mirror_cases(draw: Draw) -> list[Case]:
    cases = []
    for about in ("an image", "another image", "a third image"):
        height, width = draw.distinct(5, 9, 2)
        cases.append(Case(args=(draw.normal(height, width), draw.integer(2, 4)), about=about))
    size = draw.integer(2, 3)
    p = size + draw.integer(0, 1)
    verify = names_both_sizes((p, size))
    args = (draw.normal(8, size), p)
    about = "a mirror that is wider than the image"
    return [*cases, Case(args=args, about=about, raises="ValueError", verify=verify)]


def stuff_kernel(K: Tensor, d: int) -> Tensor:
    """The solution."""
    h, w = K.shape
    kernel = torch.zeros(d * (h - 1) + 1, d * (w - 1) + 1)
    kernel[::d, ::d] = K
    return kernel


def _stuffed(case: Case) -> Any:
    """The reference: a Kronecker product, without the zeros at its end."""
    K, d = case.args[0].numpy(), case.args[1]
    one = np.zeros((d, d))
    one[0, 0] = 1
    return np.kron(K, one)[: 1 - d, : 1 - d].tolist()


def _kron(K: Tensor, d: int) -> Tensor:
    one = torch.zeros(d, d)
    one[0, 0] = 1
    return torch.kron(K, one)


def _entry_by_entry(K: Tensor, d: int) -> Tensor:
    h, w = K.shape
    rows = [[0.0] * (d * (w - 1) + 1) for _ in range(d * (h - 1) + 1)]
    for i in range(h):
        for j in range(w):
            rows[i * d][j * d] = float(K[i, j])
    return torch.tensor(rows)


def _transposed(K: Tensor, d: int) -> Tensor:
    return F.conv_transpose2d(K[None, None], torch.ones(1, 1, 1, 1), stride=d)[0, 0]


_STUFF_WRONGS: dict[str, Callable[..., Any]] = {
    "zeros at the end": _kron,
    "d zeros in a gap": lambda K, d: stuff_kernel(K, d + 1),
    "columns only": lambda K, d: stuff_kernel(K, d)[::d],
    "entries repeated": lambda K, d: K.repeat_interleave(d, 0).repeat_interleave(d, 1)[
        : 1 - d, : 1 - d
    ],
}


def _stuff_cases(draw: Draw) -> list[Case]:
    cases = []
    for about, d in (("dilation two", 2), ("dilation three", 3), ("a larger dilation", 4)):
        h, w = draw.distinct(2, 5, 2)
        cases.append(Case(args=(draw.normal(h, w), d), about=about))
    K = draw.normal(3, 2)
    verify = dilates(draw.normal(9, 10), K, 2)
    return [*cases, Case(args=(K, 2), about="the dilated convolution", verify=verify)]


_MIRROR_MISTAKES, _MIRROR_MUTANTS = named_wrongs("padding_stride.mirror_pad", _MIRROR_WRONGS)
_STUFF_MISTAKES, _STUFF_MUTANTS = named_wrongs("padding_stride.stuff_kernel", _STUFF_WRONGS)
_, _MANUAL_MUTANTS = named_wrongs("padding_stride.manual_conv2d", _MANUAL_WRONGS)

MARKINGS = (
    Marking(
        exercise="padding_stride.manual_conv2d",
        cases=_manual_cases,
        parts={
            "many": Part(cases=_many_settings, expect=lambda case: torch_outputs(case.args[0])),
        },
        solution=manual_conv2d,
        mutants=(
            *_MANUAL_MUTANTS,
            Mutant("impossible unnoticed", _empty_output, "partly right", "no error"),
            Mutant("left to PyTorch", _unchecked, "partly right", "other error"),
            Mutant("no message", _silent, "partly right", "no message"),
            Mutant("two loops", _by_loops, state="right"),
        ),
        library={strided: False, _scipy_strided: False, _im2col: False},
    ),
    Marking(
        exercise="padding_stride.mirror_pad",
        cases=_mirror_cases,
        expect=_numpy_mirrored,
        mistakes=_MIRROR_MISTAKES,
        solution=mirror_pad,
        mutants=(
            *_MIRROR_MUTANTS,
            Mutant("cut silently", _mirror_unchecked, "partly right", "no error"),
            Mutant("flipped strips", _mirror_by_flips, state="right"),
        ),
        library={_torch_reflect: False, _numpy_reflect: False},
    ),
    Marking(
        exercise="padding_stride.stuff_kernel",
        cases=_stuff_cases,
        expect=_stuffed,
        mistakes=_STUFF_MISTAKES,
        solution=stuff_kernel,
        mutants=(*_STUFF_MUTANTS, Mutant("entry by entry", _entry_by_entry, state="right")),
        library={torch.kron: False, _transposed: False},
    ),
)
