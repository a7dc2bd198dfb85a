"""What later cells run on where a learner's own does not pass: made of PyTorch's operators."""

import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from sklearn.metrics import balanced_accuracy_score
from torch import Tensor, nn
from torchvision.models import resnet  # type: ignore[import-untyped]


def conv1d(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """Cross-correlation over time: (N, C, L), (O, C, k) -> (N, O, number of windows)."""
    return F.conv1d(x, weight, bias, stride, padding)


class SimpleCNN1d(nn.Module):
    """Three blocks, a mean over time and a dense layer: (N, in_channels, L) -> (N, num_classes).

    Its weights are `features.0`, `features.3`, `features.6` and `classifier`.
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        widths = in_channels, 16, 32, 64
        self.features = nn.Sequential()
        for come, go in pairwise(widths):
            self.features.extend([nn.Conv1d(come, go, 3, padding="same"), nn.ReLU()])
            self.features.append(nn.MaxPool1d(2))
        self.classifier = nn.Linear(widths[-1], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        pooled = F.adaptive_avg_pool1d(self.features(x), 1)
        return self.classifier(pooled[:, :, 0])  # type: ignore[no-any-return]


def balanced_accuracy(predicted: Tensor, labels: Tensor) -> float:
    """The mean of the recalls of the classes that labels hold: (N,), (N,) -> [0, 1]."""
    with warnings.catch_warnings(action="ignore"):  # classes that are predicted alone
        return float(balanced_accuracy_score(labels.numpy(), predicted.numpy()))


def spectrogram(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    """Power in decibels: (N, L) -> (N, n_fft // 2 + 1, frames)."""
    frames = waves.unfold(1, n_fft, hop) * torch.hann_window(n_fft, dtype=waves.dtype)
    power = torch.fft.rfft(frames).abs().square().movedim(1, 2)
    return 10 * torch.log10(F.threshold(power, 1e-10, 1e-10))


def as_images(decibels: Tensor, low: float, high: float) -> Tensor:
    """Grey images in [0, 1], low notes at the bottom: (N, F, T) -> (N, 1, F, T)."""
    grey = F.hardtanh(decibels.sub(low).div(high - low), 0.0, 1.0)
    return torch.flip(grey, (1,)).unsqueeze(1)


def in_two_orders(a: Tensor, b: Tensor, gap: int) -> Tensor:
    """a before b, and b before a, with silence around each: (2, 1, 3 * gap + La + Lb)."""
    rows = [F.pad(torch.cat([F.pad(x, (0, gap)), y]), (gap, gap)) for x, y in ((a, b), (b, a))]
    return torch.stack(rows).unsqueeze(1)


def text_features(embedded: Tensor, weight: Tensor, bias: Tensor, lengths: Tensor) -> Tensor:
    """Of each filter its largest activation over a sentence: (N, L, E), (O, E, k) -> (N, O)."""
    sentences = [row[:n].T for row, n in zip(embedded, lengths.tolist(), strict=True)]
    return torch.stack([F.conv1d(s, weight, bias).relu().amax(-1) for s in sentences])


def causal_conv1d(x: Tensor, weight: Tensor) -> Tensor:
    """Cross-correlation that never looks ahead: (N, C, L), (O, C, k) -> (N, O, L)."""
    reach = weight.shape[-1] - 1
    return F.conv1d(x, weight, padding=reach)[..., : x.shape[-1]]


class _Network(nn.Module):
    """Parts in a row, with the means of all channels over the image before the last."""

    def __init__(self, stem: nn.Module, blocks: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.stem, self.blocks, self.head = stem, blocks, head

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(self.stem(x)).mean((-2, -1)))  # type: ignore[no-any-return]


def own_network(
    block: Callable[..., nn.Module],
    norm: Callable[..., nn.Module],
    widths: Sequence[int],
    num_classes: int,
) -> nn.Module:
    """A small residual network for images of any size: (N, 3, H, W) -> (N, num_classes).

    Its parts are `stem`, `blocks` and `head`.

    Args:
        block: called with (in_channels, out_channels, stride).
        norm: called with the number of channels.
        widths: what comes out of each block; the first one's is the stem's, too.
    """
    stem = nn.Sequential(resnet.conv3x3(3, widths[0]), norm(widths[0]), nn.ReLU())
    comes = widths[0], *widths
    blocks = nn.Sequential()
    for place, (come, go) in enumerate(zip(comes, widths, strict=False)):
        blocks.append(block(come, go, 2 if place else 1))
    return _Network(stem, blocks, nn.Linear(widths[-1], num_classes))
