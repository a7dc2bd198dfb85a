"""Section 14's solutions, and what the course lends for them, against independent facts."""

from typing import Any

import pytest
import torch
from sklearn.metrics import recall_score
from torch import Tensor, nn

from course_lib.sections.signals import given
from grader.marking import solutions


def solution(name: str, section: str = "signals") -> Any:
    return solutions.solution(f"{section}.{name}")


def test_a_second_of_sound_has_these_shapes() -> None:
    second = torch.randn(1, 16_000)
    for own in (solution("conv1d"), given.conv1d):
        assert own(torch.randn(1, 1, 100), torch.randn(16, 1, 3)).shape == (1, 16, 98)
    for spectrogram in (solution("spectrogram"), given.spectrogram):
        assert spectrogram(second, 400, 160).shape == (1, 201, 98)
        assert spectrogram(second, 512, 160).shape == (1, 257, 97)


def test_a_tone_is_a_bright_row_of_the_image() -> None:
    rate, n_fft = 16_000, 400
    tone = torch.sin(2 * torch.pi * 1000 * torch.arange(rate) / rate)[None]
    row = 1000 * n_fft // rate
    for own in (solution, lambda name: getattr(given, name)):
        decibels = own("spectrogram")(tone, n_fft, 160)
        assert (decibels.argmax(1) == row).all()
        image = own("as_images")(decibels, -100.0, 60.0)
        assert (image[0, 0].argmax(0) == n_fft // 2 - row).all()


def test_recalls_are_those_of_sklearn() -> None:
    for seed in range(20):
        torch.manual_seed(seed)
        labels, predicted = torch.randint(-2, 4, (12,)), torch.randint(-2, 5, (12,))
        mean = recall_score(labels, predicted, average="macro", labels=labels.unique())
        for balanced_accuracy in (solution("balanced_accuracy"), given.balanced_accuracy):
            assert balanced_accuracy(predicted, labels) == pytest.approx(mean)


def averaging(reach: int) -> nn.Module:
    """A net with a global average whose windows are `reach` samples wide."""
    convs = nn.Conv1d(1, 5, 3, padding=2), nn.ReLU(), nn.Conv1d(5, 4, reach - 2, padding=reach)
    return nn.Sequential(*convs, nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten()).double()


@pytest.mark.parametrize("gap", [4, 7])
def test_an_average_forgets_the_order_where_no_window_reaches_across(gap: int) -> None:
    torch.manual_seed(gap)
    a, b = torch.randn(9).double(), torch.randn(5).double()
    for in_two_orders in (solution("in_two_orders"), given.in_two_orders):
        signals = in_two_orders(a, b, gap)
        first, second = averaging(gap + 1)(signals)
        assert torch.allclose(first, second, atol=1e-10)
        first, second = averaging(gap + 8)(signals)
        assert (first - second).abs().max() > 1e-6


def test_a_sentence_has_the_same_features_in_any_company() -> None:
    embedded, weight, bias = torch.randn(4, 9, 3), torch.randn(6, 3, 2), torch.randn(6)
    lengths = torch.tensor([9, 2, 5, 4])
    for text_features in (solution("text_features"), given.text_features):
        together = text_features(embedded, weight, bias, lengths)
        for sentence, length, features in zip(embedded, lengths, together, strict=True):
            alone = text_features(sentence[None, :length], weight, bias, length[None])
            assert torch.allclose(alone[0], features, atol=1e-6)


def test_what_comes_later_changes_nothing_before() -> None:
    x, weight = torch.randn(2, 3, 12), torch.randn(4, 3, 5)
    later = x.clone()
    later[..., 7:] += 1
    for causal_conv1d in (solution("causal_conv1d"), given.causal_conv1d):
        before, after = causal_conv1d(x, weight), causal_conv1d(later, weight)
        assert torch.allclose(before[..., :7], after[..., :7], atol=1e-6)
        assert not torch.allclose(before[..., 7], after[..., 7])


def takes_weights(own: nn.Module, lent: nn.Module, x: Tensor) -> bool:
    lent.load_state_dict(own.state_dict())
    return torch.allclose(own.eval()(x), lent.eval()(x), atol=1e-5)


def test_own_and_lent_networks_take_each_other_s_weights() -> None:
    own = solution("SimpleCNN1d")(2, 3)
    assert takes_weights(own, given.SimpleCNN1d(2, 3), torch.randn(2, 2, 19))
    parts = solution("BasicBlock", "resnet"), solution("BatchNorm2d", "resnet"), (4, 6, 6), 3
    own = solution("own_network")(*parts)
    assert takes_weights(own, given.own_network(*parts), torch.randn(2, 3, 9, 14))


def test_the_text_counts_the_parameters() -> None:
    parameters = [p.numel() for p in solution("SimpleCNN1d")(1, 2).parameters()]
    assert [sum(parameters[i : i + 2]) for i in (0, 2, 4, 6)] == [64, 1568, 6208, 130]
