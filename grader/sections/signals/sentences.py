"""Core: the largest activation of each filter over a sentence."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.signals.given import text_features
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_FAR = 1e4


def _cases(draw: Draw) -> list[Case]:
    def case(
        about: str,
        sizes: tuple[int, int],
        filters: tuple[int, int],
        lengths: tuple[int, ...],
        loud: float = 3.0,
        bias: float = 0.0,
    ) -> Case:
        """sizes (L, E); filters (O, k); loud: how large the padding's numbers are."""
        (words, numbers), (out, k) = sizes, filters
        embedded = draw.normal(len(lengths), words, numbers)
        for sentence, length in zip(embedded, lengths, strict=True):
            sentence[length:] *= loud
        args = embedded, draw.normal(out, numbers, k), draw.normal(out) + bias, lengths
        return Case(args=(*args[:3], torch.tensor(lengths)), about=about)

    silent = case("", (5, 2), (2, 2), (5, 3))
    embedded, weight, bias, lengths = silent.args
    # No activation at all: too trivial to be asked alone.
    silenced = embedded, weight, bias - 50, lengths
    return [
        case("sentences without padding", (6, 3), (4, draw.integer(2, 3)), (6, 6)),
        case("sentences with loud padding", (7, 2), (5, 3), (4, 7, 3, draw.integer(4, 5))),
        case("padding of zeros, positive biases", (8, 3), (3, 2), (2, 3, 5), loud=0, bias=2.0),
        case("as many words as numbers a word", (5, 5), (3, 2), (5, 3, 4)),
        case("as many sentences, words, numbers and filters", (3, 3), (3, 3), (3, 3, 3)),
        case("kernels of one word", (4, 2), (3, 1), (1, 4, 2)),
        case("sentences as long as the kernel", (6, 3), (2, 4), (4, 4, 4), loud=5),
        case("one sentence, one filter", (6, 2), (1, 2), (draw.integer(4, 5),), bias=7.0),
        case("all sentences shorter than the batch is long", (9, 2), (4, 3), (5, 4), loud=4),
        case("low biases", (6, 3), (5, 2), (6, 4, 5), bias=-3.0),
        Case(
            each=(silenced, silent.args, case("", (3, 2), (1, 2), (2,)).args),
            about="no activation, and others",
        ),
    ]


def _activations(embedded: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return F.conv1d(embedded.mT, weight, bias).relu()


def _inside(y: Tensor, weight: Tensor, lengths: Tensor) -> Tensor:
    """Which windows lie wholly inside: (N, 1, windows)."""
    return torch.arange(y.shape[-1]) <= (lengths - weight.shape[-1])[:, None, None]


def _max_over(
    count: Callable[[Tensor, int], Tensor],
) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """The maximum over the first windows: count(lengths, k) of each sentence."""

    def answer(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
        y = _activations(embedded, weight, bias)
        counts = count(lengths, weight.shape[-1]).clamp(max=y.shape[-1])[:, None, None]
        return y.masked_fill(torch.arange(y.shape[-1]) >= counts, 0).amax(-1)

    return answer


def _way(
    conv: Callable[[Tensor, Tensor, Tensor], Tensor] = _activations,
    summed: Callable[[Tensor, Tensor], Any] = lambda y, inside: y.masked_fill(~inside, 0).amax(-1),
) -> Callable[[Tensor, Tensor, Tensor, Tensor], Any]:
    """Other activations, or something else than their maximum inside."""

    def answer(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Any:
        y = conv(embedded, weight, bias)
        return summed(y, _inside(y, weight, lengths))

    return answer


def _zeroed(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    """The words after the end become zeros; windows that reach there count."""
    own = torch.arange(embedded.shape[1]) < lengths[:, None]
    return _activations(embedded * own[..., None], weight, bias).amax(-1)


def _viewed(embedded: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    n, words, numbers = embedded.shape
    return F.conv1d(embedded.reshape(n, numbers, words), weight, bias).relu()


def _along_the_numbers(embedded: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Not turned, where it fits at all."""
    return F.conv1d(embedded, weight, bias).relu()


def _first_word_apart(embedded: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return F.conv1d(embedded.mT, weight.flip(-1), bias).relu()


def _min_inside(y: Tensor, inside: Tensor) -> Tensor:
    return y.masked_fill(~inside, _FAR).amin(-1)


def _sentence_by_sentence(
    embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor
) -> Tensor:
    rows = []
    for sentence, length in zip(embedded, lengths, strict=True):
        y = F.conv1d(sentence[:length].T[None], weight, bias)
        rows.append(F.relu(F.adaptive_max_pool1d(y, 1)).flatten())
    return torch.stack(rows)


def _as_images(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    """Kim's own form, kernels as wide as a word; what is outside falls to -inf before ReLU."""
    y = F.conv2d(embedded[:, None], weight.mT[:, None], bias).squeeze(3)
    y = torch.where(_inside(y, weight, lengths), y, -torch.inf)
    return F.max_pool1d(y, y.shape[-1]).squeeze(-1).relu()


def _unfolded(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    windows = embedded.unfold(1, weight.shape[-1], 1)
    y = torch.einsum("nwek,oek->now", windows, weight) + bias[:, None]
    return (y.relu() * _inside(y, weight, lengths)).max(dim=2).values


_EXAMPLE = (
    torch.tensor([[[1.0], [2], [-3], [9]]]),
    torch.tensor([[[1.0, 1]]]),
    torch.tensor([-1.0]),
    torch.tensor([3]),
)

TEXT_FEATURES = Exercise(
    id="signals.text_features",
    title="Features of a sentence",
    points=2,
    minutes=8,
    covers=("D7.1.6",),
    example=((Case(args=_EXAMPLE), [[2.0]]),),
    cases=_cases,
    reference=text_features,
    promises=("unchanged", "tensor", "gradient"),
    wrong={
        "padding counts": (
            "What stands after the end of a sentence counts as well. The maximum is over the "
            "windows that lie wholly inside the sentence, so that its features do not depend on "
            "how long the others are.",
            _way(summed=lambda y, inside: y.amax(-1)),
            _max_over(lambda lengths, k: lengths.max().expand_as(lengths) - k + 1),
        ),
        "windows that reach out": (
            "Windows that begin inside a sentence and reach beyond its end count as well. The last "
            "window that lies inside begins at lengths - k.",
            _max_over(lambda lengths, k: lengths),
            _max_over(lambda lengths, k: lengths - k + 2),
            _max_over(lambda lengths, k: lengths - k // 2),
        ),
        "padding made zeros": (
            "You put zeros in the place of the padding, and windows that reach there still count: "
            "those of zeros alone give the bias, others a part of their sum. Leave them out.",
            _zeroed,
        ),
        "last window forgotten": (
            "You leave out the last window inside: it begins at lengths - k, so there are "
            "lengths - k + 1.",
            _max_over(lambda lengths, k: lengths - k),
        ),
        "mean": (
            "You take the mean over the windows. Take the maximum: one strong place is enough.",
            _way(summed=lambda y, inside: y.mean(-1)),
            _way(summed=lambda y, inside: (y * inside).sum(-1) / inside.sum(-1)),
            _way(summed=lambda y, inside: (y * inside).mean(-1)),
        ),
        "sum": (
            "You take the sum over the windows. Take the maximum.",
            _way(summed=lambda y, inside: (y * inside).sum(-1)),
        ),
        "minimum": ("You take the minimum. Take the maximum.", _way(summed=_min_inside)),
        "axes by view": (
            "Your reshape or view mixes words with the numbers of other words. Exchange the axes: "
            "embedded.transpose(1, 2).",
            _way(_viewed),
        ),
        "along the numbers": (
            "Your kernels run over the numbers of a word instead of over the words. Conv1d wants "
            "the axis of time last: embedded.transpose(1, 2).",
            _way(_along_the_numbers),
        ),
        "flipped": (
            "Your kernels are read backwards. They are laid on the words as they are.",
            _way(_first_word_apart),
        ),
        "no ReLU": (
            "Negative numbers are left: ReLU is missing.",
            _way(
                lambda embedded, weight, bias: F.conv1d(embedded.mT, weight, bias),
                lambda y, inside: y.masked_fill(~inside, -_FAR).amax(-1),
            ),
        ),
        "no bias": (
            "The bias is missing: each filter has a number of its own.",
            _way(lambda embedded, weight, bias: F.conv1d(embedded.mT, weight).relu()),
        ),
        "bias after ReLU": (
            "You add the bias after ReLU. It belongs to the convolution.",
            _way(
                lambda embedded, weight, bias: F.conv1d(embedded.mT, weight).relu() + bias[:, None],
                lambda y, inside: y.masked_fill(~inside, -_FAR).amax(-1),
            ),
        ),
        "an axis lost": (
            "The shape is (N, O), for a single sentence and for a single filter, too.",
            _way(summed=lambda y, inside: y.masked_fill(~inside, 0).amax(-1).squeeze()),
            _way(summed=lambda y, inside: y.masked_fill(~inside, 0).amax(-1, keepdim=True)),
        ),
        "axes exchanged": (
            "Sentences and filters are exchanged: the shape is (N, O).",
            _way(summed=lambda y, inside: y.masked_fill(~inside, 0).amax(-1).T),
        ),
    },
    right=(_sentence_by_sentence, _as_images, _unfolded),
    hints=(
        "F.conv1d reads (N, E, L): the words must stand on the last axis.",
        "The window that begins at word t lies inside as long as t <= lengths - k. Compare "
        "torch.arange with that: a mask of shape (N, 1, windows).",
        "After ReLU nothing is negative: masked_fill(outside, 0) and then amax(2).",
    ),
    forbidden=("course_lib",),
    needs=("signals.conv1d",),
    stand_in="text_features",
)
