"""Ways to read features from sentences: right ones, and what the mistaken ones are made of."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

FAR = 1e4


def activations(embedded: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return F.conv1d(embedded.mT, weight, bias).relu()


def inside(y: Tensor, weight: Tensor, lengths: Tensor) -> Tensor:
    """Which windows lie wholly inside: (N, 1, windows)."""
    return torch.arange(y.shape[-1]) <= (lengths - weight.shape[-1])[:, None, None]


def max_over(
    count: Callable[[Tensor, int], Tensor],
) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """The maximum over the first windows: count(lengths, k) of each sentence."""

    def answer(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
        y = activations(embedded, weight, bias)
        counts = count(lengths, weight.shape[-1]).clamp(max=y.shape[-1])[:, None, None]
        return y.masked_fill(torch.arange(y.shape[-1]) >= counts, 0).amax(-1)

    return answer


def way(
    conv: Callable[[Tensor, Tensor, Tensor], Tensor] = activations,
    summed: Callable[[Tensor, Tensor], Any] = lambda y, inside: y.masked_fill(~inside, 0).amax(-1),
) -> Callable[[Tensor, Tensor, Tensor, Tensor], Any]:
    """Other activations, or something else than their maximum inside."""

    def answer(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Any:
        y = conv(embedded, weight, bias)
        return summed(y, inside(y, weight, lengths))

    return answer


def zeroed(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    """The words after the end become zeros; windows that reach there count."""
    own = torch.arange(embedded.shape[1]) < lengths[:, None]
    return activations(embedded * own[..., None], weight, bias).amax(-1)


def filled(number: float) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """The words after the end become this number, before the convolution."""

    def answer(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
        outside = torch.arange(embedded.shape[1]) >= lengths[:, None]
        return activations(embedded.masked_fill(outside[..., None], number), weight, bias).amax(-1)

    return answer


def alone(
    change: Callable[[Tensor, Tensor, Tensor], Tensor],
) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """Of each sentence without its padding: change((1, E, length), weight, bias) -> (1, O)."""

    def answer(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
        pairs = zip(embedded.mT, lengths, strict=True)
        return torch.cat([change(words[None, :, :n], weight, bias) for words, n in pairs])

    return answer


def padded(size: Callable[[int], int]) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    return alone(lambda x, w, b: F.conv1d(x, w, b, padding=size(w.shape[-1])).relu().amax(-1))


def same_length(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    """As many windows as words, of which those count that begin inside."""
    k = weight.shape[-1]
    y = activations(F.pad(embedded, (0, 0, (k - 1) // 2, k // 2)), weight, bias)
    return y.masked_fill(torch.arange(y.shape[-1]) >= lengths[:, None, None], 0).amax(-1)


def zeros_before_the_bias(
    embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor
) -> Tensor:
    y = F.conv1d(embedded.mT, weight)
    return (y.masked_fill(~inside(y, weight, lengths), 0).amax(-1) + bias).relu()


def cut(length: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """All sentences are cut to one length."""
    return lambda embedded, weight, bias, lengths: activations(
        embedded[:, : int(length(lengths))], weight, bias
    ).amax(-1)


def viewed(embedded: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    n, words, numbers = embedded.shape
    return F.conv1d(embedded.reshape(n, numbers, words), weight, bias).relu()


def along_the_numbers(embedded: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Not turned, where it fits at all."""
    return F.conv1d(embedded, weight, bias).relu()


def first_word_apart(embedded: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return F.conv1d(embedded.mT, weight.flip(-1), bias).relu()


def min_inside(y: Tensor, inside: Tensor) -> Tensor:
    return y.masked_fill(~inside, FAR).amin(-1)


def sentence_by_sentence(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    rows = []
    for sentence, length in zip(embedded, lengths, strict=True):
        y = F.conv1d(sentence[:length].T[None], weight, bias)
        rows.append(F.relu(F.adaptive_max_pool1d(y, 1)).flatten())
    return torch.stack(rows)


def as_images(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    """Kim's own form, kernels as wide as a word; what is outside falls to -inf before ReLU."""
    y = F.conv2d(embedded[:, None], weight.mT[:, None], bias).squeeze(3)
    y = torch.where(inside(y, weight, lengths), y, -torch.inf)
    return F.max_pool1d(y, y.shape[-1]).squeeze(-1).relu()


def unfolded(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    windows = embedded.unfold(1, weight.shape[-1], 1)
    y = torch.einsum("nwek,oek->now", windows, weight) + bias[:, None]
    return (y.relu() * inside(y, weight, lengths)).max(dim=2).values
