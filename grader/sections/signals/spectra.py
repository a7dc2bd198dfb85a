"""Core: power in decibels, frame by frame and bin by bin."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.signals.given import spectrogram
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_FLOOR = 1e-10


def _quiet(draw: Draw) -> Tensor:
    """Waves about the floor: one above, one partly below, one of zeros."""
    return draw.normal(3, 14) * torch.tensor([[1e-4], [4e-6], [0.0]])


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, waves: Tensor, n_fft: int, hop: int) -> Case:
        return Case(args=(waves, n_fft, hop), about=about)

    tone = torch.sin(torch.arange(24) * draw.uniform(2, 1).add(0.5)) + 0.1 * draw.normal(2, 24)
    return [
        case("half of a frame by half of a frame", draw.normal(2, 20), 8, 4),
        case("samples left over at the end", draw.normal(2, 4 + 3 * draw.integer(3, 4) + 2), 4, 3),
        case("a hop of one sample", draw.normal(1, draw.integer(9, 11)), 6, 1),
        case("frames with samples between them", draw.normal(2, 17), 4, draw.integer(5, 6)),
        case("frames side by side", draw.normal(3, 18), 6, 6),
        case("one frame as long as the wave", draw.normal(2, 8), 8, 3),
        case("one wave of one frame and samples left over", draw.normal(1, 13), 10, 7),
        case("tones and a hop of a quarter", tone, 8, 2),
        case("loud waves", 1000 * draw.normal(2, 15), 6, 2),
        case("silence and quiet waves", _quiet(draw), 6, 4),
    ]


def _stft(waves: Tensor, n_fft: int, hop: int, **settings: Any) -> Tensor:
    how = {"window": torch.hann_window(n_fft), "center": False, "return_complex": True, **settings}
    return torch.stft(waves, n_fft, hop, **how)


def _power(
    window: Callable[..., Tensor] = torch.hann_window, **settings: Any
) -> Callable[[Tensor, int, int], Tensor]:
    def power(waves: Tensor, n_fft: int, hop: int) -> Tensor:
        return _stft(waves, n_fft, hop, window=window(n_fft), **settings).abs().square()

    return power


_RIGHT = _power()


def _decibels(power: Tensor) -> Tensor:
    return 10 * power.clamp(min=_FLOOR).log10()


def _way(
    power: Callable[[Tensor, int, int], Tensor] = _RIGHT,
    scale: Callable[[Tensor], Tensor] = _decibels,
    after: Callable[[Tensor], Tensor] = lambda y: y,
) -> Callable[[Tensor, int, int], Tensor]:
    return lambda waves, n_fft, hop: after(scale(power(waves, n_fft, hop)))


def _of_parts(part: Callable[[Tensor], Tensor]) -> Callable[[Tensor, int, int], Tensor]:
    """The square of a real number that is made of S."""

    return lambda waves, n_fft, hop: part(_stft(waves, n_fft, hop)).square()


def _one_more(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    """What is left over is filled up by zeros."""
    return _RIGHT(F.pad(waves, (0, -(waves.shape[1] - n_fft) % hop)), n_fft, hop)


def _window_of_the_hop(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    window = torch.hann_window(hop)
    return _stft(waves, n_fft, hop, win_length=hop, window=window).abs().square()


def _wave_in_a_window(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    return _power(torch.ones)(waves * torch.hann_window(waves.shape[1]), n_fft, hop)


def _by_frames(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    window = 0.5 - 0.5 * torch.cos(2 * math.pi * torch.arange(n_fft) / n_fft)
    frames = [
        torch.fft.rfft(waves[:, t : t + n_fft] * window)
        for t in range(0, waves.shape[1] - n_fft + 1, hop)
    ]
    S = torch.stack(frames, dim=2)
    return 10 * torch.log10(torch.clamp(S.real**2 + S.imag**2, min=_FLOOR))


def _by_magnitudes(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    """Twenty times the logarithm of magnitudes, with the root of the floor."""
    S = _stft(waves, n_fft, hop, win_length=n_fft)
    return 20 * torch.maximum(S.abs(), torch.tensor(1e-5)).log10()


def _by_view(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    """In double precision."""
    window = torch.hann_window(n_fft, dtype=torch.float64)
    S = torch.view_as_real(_stft(waves.double(), n_fft, hop, window=window))
    return (10 * S.square().sum(-1).clamp_min(_FLOOR).log10()).float()


def _of_scipy(waves: Tensor, n_fft: int, hop: int) -> Tensor:
    from scipy.signal import ShortTimeFFT

    stft = ShortTimeFFT(torch.hann_window(n_fft).numpy(), hop, 1.0)
    count = 1 + (waves.shape[1] - n_fft) // hop
    S = [torch.as_tensor(stft.stft(wave.numpy(), 0, count, k_offset=n_fft // 2)) for wave in waves]
    return _decibels(torch.stack(S).abs().square())


SPECTROGRAM = Exercise(
    id="signals.spectrogram",
    title="A spectrogram",
    points=3,
    minutes=15,
    covers=("D7.1.2", "D7.1.4"),
    example=((Case(args=(torch.ones(1, 6), 4, 2)), [[[6.0206] * 2, [0.0] * 2, [-100.0] * 2]]),),
    cases=_cases,
    reference=spectrogram,
    promises=("unchanged", "tensor"),
    tolerance=5e-4,
    wrong={
        "centred": (
            "Your frames have their middle at each hop, so that the wave is padded at both ends: "
            "that is the default of torch.stft. Here nothing is padded: center=False.",
            _way(_power(center=True)),
            _way(_power(center=True, pad_mode="constant")),
        ),
        "filled up": (
            "You fill the end up by zeros for a last frame. Only whole frames count: "
            "1 + (L - n_fft) // hop.",
            _way(_one_more),
        ),
        "last frame forgotten": (
            "Your last frame is missing: there are 1 + (L - n_fft) // hop.",
            _way(after=lambda y: y[..., :-1]),
        ),
        "another hop": (
            "Your frames do not move on by `hop`. Left out, torch.stft takes a quarter of n_fft.",
            _way(lambda waves, n_fft, hop: _RIGHT(waves, n_fft, n_fft // 4)),
            _way(lambda waves, n_fft, hop: _RIGHT(waves, n_fft, n_fft // 2)),
        ),
        "no window": (
            "Your frames are cut out without a window, so that tones leak into far bins. Give "
            "torch.stft window=torch.hann_window(n_fft).",
            _way(_power(torch.ones)),
        ),
        "symmetric window": (
            "Your window is the symmetric one, whose last sample is 0, as its first. The periodic "
            "one is asked for: periodic=True, the default of torch.hann_window.",
            _way(_power(lambda n: torch.hann_window(n, periodic=False))),
        ),
        "another window": (
            "Your window is not a Hann window.",
            _way(_power(torch.hamming_window)),
            _way(_power(torch.blackman_window)),
            _way(_power(lambda n: torch.hann_window(n).sqrt())),
            _way(_power(lambda n: torch.hann_window(n).square())),
        ),
        "window of the hop": (
            "Your window is as long as the hop. It is as long as a frame: n_fft.",
            _way(_window_of_the_hop),
        ),
        "one window for all": (
            "You multiply the whole wave by one window. Each frame has its own, of length n_fft.",
            _way(_wave_in_a_window),
        ),
        "lengths exchanged": (
            "Your frames are `hop` long and move on by `n_fft`: the two are exchanged.",
            _way(lambda waves, n_fft, hop: _RIGHT(waves, hop, n_fft)),
        ),
        "half": (
            "Your decibels are half of what they should be: ten times the logarithm of the "
            "magnitude. Square the magnitude first.",
            _way(scale=lambda power: 10 * power.sqrt().clamp(min=_FLOOR).log10()),
            _way(scale=lambda power: 10 * power.sqrt().clamp(min=_FLOOR**0.5).log10()),
            _way(scale=lambda power: 10 * power.sqrt().log10()),
        ),
        "double": (
            "Your decibels are twice what they should be. The factor twenty is for magnitudes; for "
            "powers it is ten.",
            _way(scale=lambda power: 2 * _decibels(power)),
        ),
        "another logarithm": (
            "Your numbers are no decibels: ten times the logarithm to the base of ten.",
            _way(scale=lambda power: power.clamp(min=_FLOOR).log10()),
            _way(scale=lambda power: 10 * power.clamp(min=_FLOOR).log()),
            _way(scale=lambda power: power.clamp(min=_FLOOR).log()),
            _way(scale=lambda power: power.clamp(min=_FLOOR)),
        ),
        "no floor": (
            "Silence becomes -inf. Raise the power to the floor before the logarithm.",
            _way(scale=lambda power: 10 * power.log10()),
        ),
        "another floor": (
            "Your floor is another one. It is of the power, not of the magnitude, which is raised "
            "to it where it is smaller; nothing is added.",
            _way(scale=lambda power: 20 * power.sqrt().clamp(min=_FLOOR).log10()),
            _way(scale=lambda power: 10 * (power + _FLOOR).log10()),
            _way(scale=lambda power: 20 * (power.sqrt() + _FLOOR).log10()),
            _way(scale=lambda power: 10 * power.clamp(min=1e-8).log10()),
        ),
        "a part of S": (
            "You do not take the squared magnitude of S, real part squared plus imaginary part "
            "squared: S.abs() ** 2.",
            _way(_of_parts(lambda S: S.real)),
            _way(_of_parts(lambda S: S.imag)),
            _way(_of_parts(lambda S: S.real + S.imag)),
            _way(_of_parts(lambda S: S.real.abs() + S.imag.abs())),
            _way(lambda waves, n_fft, hop: _stft(waves, n_fft, hop).square().real),
            _way(
                _of_parts(lambda S: S.real),
                lambda power: 20 * power.sqrt().clamp(min=_FLOOR).log10(),
            ),
        ),
        "divided": (
            "You divide by the length of the frames, or its root. S is taken as it is: "
            "normalized=False, the default.",
            _way(_power(normalized=True)),
            _way(lambda waves, n_fft, hop: _RIGHT(waves, n_fft, hop) / n_fft**2),
            _way(lambda waves, n_fft, hop: _RIGHT(waves, n_fft, hop) / (n_fft / 2) ** 2),
        ),
        "relative": (
            "Your decibels are relative to the loudest number. They are not: the power itself goes "
            "into the logarithm.",
            _way(after=lambda y: y - y.max()),
            _way(after=lambda y: y - y.amax((1, 2), keepdim=True)),
        ),
        "frequencies turned over": (
            "Your frequencies run from the highest to the lowest. The lowest comes first.",
            _way(after=lambda y: y.flip(1)),
        ),
        "an axis lost": (
            "Axes of size 1 are lost. The shape is (N, n_fft // 2 + 1, frames), for a single wave "
            "or frame, too: leave out squeeze().",
            _way(after=lambda y: y.squeeze()),
        ),
        "axes exchanged": (
            "Frequencies and frames stand in the wrong order: (N, n_fft // 2 + 1, frames).",
            _way(after=lambda y: y.mT),
        ),
        "frequencies twice": (
            "You have all n_fft bins, of which nearly half are there twice: a real wave needs "
            "n_fft // 2 + 1 of them.",
            _way(_power(onesided=False)),
        ),
        "bins left out": (
            "You leave out the first bin or the last one. There are n_fft // 2 + 1.",
            _way(after=lambda y: y[:, :-1]),
            _way(after=lambda y: y[:, 1:]),
        ),
    },
    right=(_by_frames, _by_magnitudes, _by_view),
    library={_of_scipy: False},
    hints=(
        "torch.stft(waves, n_fft, hop, window=..., center=..., return_complex=True) gives complex "
        "numbers of the shape that is asked for.",
        "S.abs() ** 2 is the power. Raise it to 1e-10 where it is smaller: clamp(min=1e-10).",
        "The window is torch.hann_window(n_fft), and center is False; the result is "
        "10 * torch.log10(power).",
    ),
    forbidden=("torchaudio", "scipy", "course_lib"),
    stand_in="spectrogram",
)
