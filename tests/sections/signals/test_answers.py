"""Natural answers to section 14, right and wrong, as marked."""

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.check import answered
from course_lib.checks.verdict import Verdict
from grader.marking.rooms import find
from grader.marking.scoring import judged, scored


def marked(name: str, answer: Any) -> Verdict:
    """What marking gives, with the answers sent as in earnest."""
    exercise = f"signals.{name}"
    texts = answered(find(exercise).public, answer, scored(exercise, 1)[0])
    answers = [Answer.from_plain(wire.decode(text)) for text in texts]
    return judged(exercise, 1, answers, textwrap.dedent(inspect.getsource(answer)))


# Right, though otherwise done than in the solutions.


def with_one_row(
    x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1, padding: int = 0
) -> Tensor:
    y = torch.conv2d(x[:, :, None, :], weight[:, :, None, :], bias, stride, (0, padding))
    return y[:, :, 0]


def with_a_column(
    x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1, padding: int = 0
) -> Tensor:
    y = F.conv2d(x[..., None], weight[..., None], stride=(stride, 1), padding=(padding, 0))
    y = y[..., 0]
    if bias is not None:
        y += bias.view(-1, 1)
    return y


def by_columns(
    x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1, padding: int = 0
) -> Tensor:
    k = weight.shape[2]
    columns = F.unfold(x.unsqueeze(2), (1, k), padding=(0, padding), stride=(1, stride))
    y = weight.flatten(1) @ columns
    return y + bias.reshape(1, -1, 1) if bias is not None else y


def pairwise_recall(predicted: Tensor, labels: Tensor) -> float:
    total, classes = 0.0, set(labels.tolist())
    for c in classes:
        own = [
            p == c
            for p, label in zip(predicted.tolist(), labels.tolist(), strict=True)
            if label == c
        ]
        total += sum(own) / len(own)
    return total / len(classes)


def clamped_at_the_end(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    window = torch.hann_window(n_fft)
    S = torch.stft(waves, n_fft, hop, n_fft, window, center=False, return_complex=True)
    return torch.clamp(10 * torch.log10(S.abs() ** 2), min=-100)


def by_real_and_imaginary(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    frames = waves.unfold(-1, n_fft, hop) * torch.hann_window(n_fft)
    S = torch.fft.rfft(frames, dim=-1).transpose(1, 2)
    return 10 * torch.log10(torch.maximum(S.real.pow(2) + S.imag.pow(2), torch.tensor(1e-10)))


def by_where(decibels: Tensor, low: float, high: float) -> Tensor:
    y = (decibels.unsqueeze(1).flip(-2) - low) / (high - low)
    y = torch.where(y < 0, torch.zeros_like(y), y)
    return torch.where(y > 1, torch.ones_like(y), y)


def joined(a: Tensor, b: Tensor, gap: int) -> Tensor:
    z = torch.zeros(gap)
    rows = [torch.cat([z, a, z, b, z]), torch.cat([z, b, z, a, z])]
    return torch.stack(rows).reshape(2, 1, -1)


def relu_last(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    y = F.conv1d(embedded.movedim(2, 1), weight, bias)
    starts = torch.arange(y.shape[2])[None, None]
    y[(starts > (lengths - weight.shape[2]).view(-1, 1, 1)).expand_as(y)] = float("-inf")
    return torch.relu(F.adaptive_max_pool1d(y, 1).squeeze(2))


def shifted(x: Tensor, weight: Tensor) -> Tensor:
    k = weight.shape[-1]
    before = torch.cat([x.new_zeros(x.shape[0], x.shape[1], k - 1), x], dim=2)
    return torch.einsum("nctk,ock->not", before.unfold(2, k, 1), weight)


RIGHT = [
    *(("conv1d", way) for way in (with_one_row, with_a_column, by_columns)),
    ("balanced_accuracy", pairwise_recall),
    *(("spectrogram", way) for way in (clamped_at_the_end, by_real_and_imaginary)),
    ("as_images", by_where),
    ("in_two_orders", joined),
    ("text_features", relu_last),
    ("causal_conv1d", shifted),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT, ids=[way.__name__ for _, way in RIGHT])
def test_other_right_answers_earn_all(name: str, answer: Callable[..., Any]) -> None:
    verdict = marked(name, answer)
    assert verdict.score == 1, verdict.message


# Wrong, as learners write it; with the name of the mistake, or none where none is proven.


def padded_twice(
    x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1, padding: int = 0
) -> Tensor:
    return F.conv2d(x[:, :, None], weight[:, :, None], bias, stride, padding)[:, :, 0]


def squeezed(
    x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1, padding: int = 0
) -> Tensor:
    y = F.conv2d(x[:, :, None], weight[:, :, None], bias, (1, stride), (0, padding))
    return y.squeeze()


def written_into(
    x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1, padding: int = 0
) -> Tensor:
    x = F.pad(x, (padding, padding))
    y = torch.zeros(len(x), len(weight), (x.shape[2] - weight.shape[2]) // stride + 1)
    for t in range(y.shape[2]):
        window = x[:, None, :, t * stride : t * stride + weight.shape[2]]
        y[:, :, t] = (window * weight).sum((2, 3)).detach()
    return y if bias is None else y + bias[:, None]


def of_predicted(predicted: Tensor, labels: Tensor) -> float:
    recalls = []
    for c in predicted.unique():
        recalls.append(((predicted == c) & (labels == c)).sum() / (predicted == c).sum())
    return torch.stack(recalls).mean().item()


def of_two(predicted: Tensor, labels: Tensor) -> float:
    recalls = [(predicted[labels == c] == c).float().mean() for c in (0, 1)]
    return torch.stack(recalls).mean().item()


def by_default(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    window = torch.hann_window(n_fft)
    S = torch.stft(waves, n_fft, hop, window=window, return_complex=True)
    return 10 * torch.log10((S.abs() ** 2).clamp(min=1e-10))


def of_magnitudes(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    window = torch.hann_window(n_fft)
    S = torch.stft(waves, n_fft, hop, window=window, center=False, return_complex=True)
    return 10 * torch.log10(S.abs().clamp(min=1e-10))


def flipped_like_a_photograph(decibels: Tensor, low: float, high: float) -> Tensor:
    return ((decibels - low) / (high - low)).clamp(0, 1).flip(-1)[:, None]


def in_place(decibels: Tensor, low: float, high: float) -> Tensor:
    decibels -= low
    return (decibels / (high - low)).clamp(0, 1).flip(1)[:, None]


def reversed_in_time(a: Tensor, b: Tensor, gap: int) -> Tensor:
    z = torch.zeros(gap)
    first = torch.cat([z, a, z, b, z])
    return torch.stack([first, first.flip(0)])[:, None]


def without_lengths(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    return F.conv1d(embedded.transpose(1, 2), weight, bias).relu().amax(2)


def masked_words(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    mask = torch.arange(embedded.shape[1]) < lengths[:, None]
    x = (embedded * mask[..., None]).transpose(1, 2)
    return F.conv1d(x, weight, bias).relu().amax(2)


def halves(x: Tensor, weight: Tensor) -> Tensor:
    k = weight.shape[2]
    return F.conv1d(F.pad(x, ((k - 1) // 2, k // 2)), weight)


WRONG = [
    ("conv1d", padded_twice, "rows padded"),
    ("conv1d", squeezed, "an axis lost"),
    ("conv1d", written_into, "lost gradient"),
    ("balanced_accuracy", of_predicted, "precision"),
    ("balanced_accuracy", of_two, ""),
    ("spectrogram", by_default, "centred"),
    ("spectrogram", of_magnitudes, "half"),
    ("as_images", flipped_like_a_photograph, "time backward"),
    ("as_images", in_place, "changed inputs"),
    ("in_two_orders", reversed_in_time, "played backward"),
    ("text_features", without_lengths, "padding counts"),
    ("text_features", masked_words, "padding made zeros"),
    ("causal_conv1d", halves, "sees the future"),
]


@pytest.mark.parametrize(
    ("name", "answer", "mistake"), WRONG, ids=[way.__name__ for _, way, _ in WRONG]
)
def test_natural_mistakes_lose_marks(name: str, answer: Callable[..., Any], mistake: str) -> None:
    verdict = marked(name, answer)
    assert verdict.score < 1
    assert not mistake or verdict.mistake == mistake, verdict.message
