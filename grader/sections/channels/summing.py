"""Section 03: marking of sums over channels."""

import numpy as np
import scipy.signal
import torch
import torch.nn.functional as F
from scipy import signal
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case
from grader.former.marking import Marking, Mutant, named_wrongs


def corr2d(x: Tensor, k: Tensor) -> Tensor:
    """What the notebook gives: one channel, (H, W), (h, w) -> (H-h+1, W-w+1)."""
    return torch.from_numpy(scipy.signal.correlate2d(x, k, mode="valid"))


def corr2d_multi_in(X: Tensor, K: Tensor) -> Tensor:
    """The solution: (c_i, H, W), (c_i, h, w) -> (H-h+1, W-w+1)."""
    return torch.stack([corr2d(x, k) for x, k in zip(X, K, strict=True)]).sum(0)


def corr2d_multi_in_out(X: Tensor, K: Tensor) -> Tensor:
    """The solution: (c_i, H, W), (c_o, c_i, h, w) -> (c_o, H-h+1, W-w+1)."""
    return torch.stack([corr2d_multi_in(X, k) for k in K])


def by_loops(case: Case) -> Tensor:
    """The reference: windows with all channels, by NumPy; one filter (3 axes) or several (4)."""
    X, K = case.args[0].double().numpy(), case.args[1].double().numpy()
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[-2:], axis=(1, 2))
    letters = "cijab,cab->ij" if K.ndim == 3 else "cijab,ocab->oij"
    return torch.from_numpy(np.einsum(letters, windows, K))


def _in_cases(draw: Draw) -> list[Case]:
    return [
        Case(args=(draw.normal(c, 5, 7), draw.normal(c, *kernel)), about=about)
        for about, c, kernel in (
            ("two channels", 2, (2, 3)),
            ("some channels", draw.integer(3, 5), (3, 2)),
            ("many channels", draw.integer(8, 12), (2, 2)),
        )
    ]


def _out_cases(draw: Draw) -> list[Case]:
    # As many channels in as out: only there K with swapped axes gives an answer at all.
    square = draw.integer(2, 3)
    return [
        Case(args=(draw.normal(c_i, 5, 6), draw.normal(c_o, c_i, *kernel)), about=about)
        for about, c_i, c_o, kernel in (
            ("as many channels in as out", square, square, (2, 3)),
            ("more channels out than in", 2, draw.integer(4, 6), (3, 2)),
            ("more channels in than out", draw.integer(4, 6), 3, (1, 2)),
        )
    ]


def _padded_depth(X: Tensor, K: Tensor) -> Tensor:
    """The channels as a third direction of one signal in three dimensions."""
    return torch.as_tensor(scipy.signal.correlate(X.numpy(), K.numpy(), mode="valid"))[0]


def _by_unfold(X: Tensor, K: Tensor) -> Tensor:
    windows = X.unfold(1, K.shape[-2], 1).unfold(2, K.shape[-1], 1)
    return torch.einsum("cijab,ocab->oij", windows, K)


def _signal(X: Tensor, K: Tensor) -> Tensor:
    return torch.as_tensor(signal.correlate(X.numpy(), K.numpy(), mode="valid"))[0]


def _conv2d_one(X: Tensor, K: Tensor) -> Tensor:
    return F.conv2d(X[None], K[None])[0, 0]


def _conv2d(X: Tensor, K: Tensor) -> Tensor:
    return F.conv2d(X[None], K)[0]


_IN_MISTAKES, _IN_MUTANTS = named_wrongs(
    "channels.corr2d_multi_in",
    {
        "channels kept apart": lambda X, K: torch.stack(
            [corr2d(x, k) for x, k in zip(X, K, strict=True)]
        ),
        "mean": lambda X, K: corr2d_multi_in(X, K) / len(X),
        "first channel only": lambda X, K: corr2d(X[0], K[0]),
        "last channel only": lambda X, K: corr2d(X[-1], K[-1]),
        "first channel twice": lambda X, K: corr2d_multi_in(X, K) + corr2d(X[0], K[0]),
        "every slice on every channel": lambda X, K: sum(corr2d(x, k) for x in X for k in K),
        "another axis summed": lambda X, K: torch.stack(
            [corr2d(x, k) for x, k in zip(X, K, strict=True)]
        ).sum(1),
        "one slice for all channels": lambda X, K: corr2d_multi_in(X, K[:1].expand_as(K)),
    },
)
_OUT_MISTAKES, _OUT_MUTANTS = named_wrongs(
    "channels.corr2d_multi_in_out",
    {
        "outputs added": lambda X, K: corr2d_multi_in_out(X, K).sum(0),
        "channels last": lambda X, K: corr2d_multi_in_out(X, K).permute(1, 2, 0),
        "axes of K swapped": lambda X, K: corr2d_multi_in_out(X, K.transpose(0, 1)),
        "outputs joined along the rows": lambda X, K: torch.cat([corr2d_multi_in(X, k) for k in K]),
        "first filter for all": lambda X, K: corr2d_multi_in_out(X, K[:1].expand_as(K)),
    },
)

MARKINGS = (
    Marking(
        exercise="channels.corr2d_multi_in",
        cases=_in_cases,
        expect=by_loops,
        mistakes=_IN_MISTAKES,
        solution=corr2d_multi_in,
        mutants=(
            *_IN_MUTANTS,
            Mutant("all windows at once", lambda X, K: _by_unfold(X, K[None])[0], state="right"),
        ),
        library={_conv2d_one: False, _padded_depth: False, _signal: False},
    ),
    Marking(
        exercise="channels.corr2d_multi_in_out",
        cases=_out_cases,
        expect=by_loops,
        mistakes=_OUT_MISTAKES,
        solution=corr2d_multi_in_out,
        mutants=(*_OUT_MUTANTS, Mutant("all windows at once", _by_unfold, state="right")),
        library={_conv2d: False, F.conv2d: False},
    ),
)
