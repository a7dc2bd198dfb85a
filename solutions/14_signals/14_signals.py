# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 14 Signals
#
# A heartbeat, a sound, a sentence: all of them run along one axis. The ideas of this course serve there as well, and
# here you find out where they stop.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 08.
#
# `profile` sets how long the labs train: `smoke` some seconds, `laptop` and `gpu` longer. To change it, insert a cell
# of your own below the next one, for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.checks.attempt import attempt
from course_lib.data import Part
from course_lib.sections.signals import pictures
from course_lib.training.fit import accuracy, fit
from course_lib.training.profile import choose

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

begin("signals", globals())

# %% [markdown]
# ### {signals.conv1d}
#
# Write `conv1d(x, weight, bias=None, stride=1, padding=0)`: `(N, C, L) -> (N, O, L_out)`, the cross-correlation of
# C channels over time. `weight` is `(O, C, k)`, `bias` `(O,)` or None. Output channel o at step t is the sum over all
# channels c and all j of `weight[o, c, j]` times the padded `x[n, c, t * stride + j]`, plus `bias[o]`. `padding` zeros
# stand at either end. Windows that do not fit wholly are left out:
# L_out = floor((L + 2 · padding - k) / stride) + 1, and the padded signal is at least k long.
#
# `x`, `weight` and `bias` stay as they are; gradients reach all of them. Not allowed: `F.conv1d`, `torch.conv1d`,
# `nn.Conv1d` and `course_lib`. `F.conv2d` and `Tensor.unfold` are allowed: a signal is an image of height 1.
#
# By hand: the signal `[1, 2, 4, 3]` with the kernel `[-1, 1]` gives `[1, 2, -1]`; with stride 2 `[1, -1]`; with
# padding 1 `[1, 1, 2, -1, -3]`.

# %% answer="signals.conv1d"
def conv1d(x, weight, bias=None, stride=1, padding=0):
    """Cross-correlation over time: (N, C, L), (O, C, k) -> (N, O, L_out)."""
    ### BEGIN SOLUTION
    windows = F.pad(x, (padding, padding)).unfold(2, weight.shape[2], stride)
    y = torch.einsum("nctk,ock->not", windows, weight)
    return y if bias is None else y + bias[:, None]
    ### END SOLUTION

# hint("signals.conv1d")

# %% check="signals.conv1d"
conv1d = check("signals.conv1d", conv1d)

# %% [markdown]
# ### {signals.SimpleCNN1d}
#
# Write `SimpleCNN1d(in_channels, num_classes)`: `(N, in_channels, L) -> (N, num_classes)`, logits, for every L of at
# least 8. It has two parts:
#
# - `features`, an `nn.Sequential`: three times `nn.Conv1d`, `nn.ReLU`, `nn.MaxPool1d(2)`, in this order, numbered from
#   0 (so that `features.3` is the second convolution), with 16, 32 and 64 output channels. The kernels have 3 entries,
#   and padding keeps the length;
# - `classifier`, an `nn.Linear`, which reads the **mean of each channel over time**.
#
# Not allowed: `course_lib`.
#
# By hand: with 1 channel and 2 classes the convolutions have 16 · 3 + 16 = 64, 32 · 16 · 3 + 32 = 1,568 and
# 64 · 32 · 3 + 64 = 6,208 parameters, the classifier 64 · 2 + 2 = 130: 7,970 in all, whatever the length.

# %% answer="signals.SimpleCNN1d"
class SimpleCNN1d(nn.Module):
    """Three blocks, the mean over time, a dense layer: (N, in_channels, L) -> (N, num_classes)."""

    def __init__(self, in_channels, num_classes):
        super().__init__()
        ### BEGIN SOLUTION
        layers = []
        for inputs, outputs in ((in_channels, 16), (16, 32), (32, 64)):
            layers += [nn.Conv1d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool1d(2)]
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(64, num_classes)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.classifier(self.features(x).mean(2))
        ### END SOLUTION

# hint("signals.SimpleCNN1d")

# %% check="signals.SimpleCNN1d"
SimpleCNN1d = check("signals.SimpleCNN1d", SimpleCNN1d)

# %% [markdown]
# ### {signals.balanced_accuracy}
#
# Write `balanced_accuracy(predicted, labels) -> float`. Both are int64 tensors `(N,)`, N at least 1. The **recall** of
# a class is the share of *its* examples that are predicted rightly; the result is the mean of the recalls of the
# classes that **occur in `labels`**. Classes need not be 0, 1, 2, …; one that is only predicted has no recall. Both
# tensors stay as they are. Not allowed: `sklearn` and `course_lib`.
#
# By hand: labels `[1, 1, 1, 0]`, predicted `[1, 1, 1, 1]`: the recall of class 1 is 1, of class 0 it is 0, so 0.5. The
# accuracy is 0.75.

# %% answer="signals.balanced_accuracy"
def balanced_accuracy(predicted, labels):
    """Mean recall of the classes that occur in the labels: (N,), (N,) -> a float."""
    ### BEGIN SOLUTION
    right = (predicted == labels).double()
    recalls = [right[labels == c].mean() for c in labels.unique()]
    return torch.stack(recalls).mean().item()
    ### END SOLUTION

# hint("signals.balanced_accuracy")

# %% check="signals.balanced_accuracy"
balanced_accuracy = check("signals.balanced_accuracy", balanced_accuracy)

# %% [markdown]
# ### {signals.spectrogram}
#
# Write `spectrogram(waves, n_fft, hop)`: float32 `(N, L) -> (N, n_fft // 2 + 1, frames)`, in decibels.
#
# - Frame t is of the samples `t * hop` to `t * hop + n_fft - 1`. Only whole frames count, and nothing is padded
#   (`center=False`): 1 + (L - n_fft) // hop frames; L is at least `n_fft`, which is even.
# - Each frame is multiplied with a periodic Hann window of `n_fft` samples, which is what `torch.hann_window` gives.
# - The **power** of a bin is |S|², the squared magnitude of its complex number S. The result is 10 · log10 of the
#   power, which is raised to 1e-10 first where it is smaller: silence is -100 dB.
#
# `waves` stay as they are. Use `torch.stft` with `return_complex=True`; `Tensor.unfold` and `torch.fft.rfft` do as
# well. Not allowed: `torchaudio`, `scipy` and `course_lib`.
#
# By hand: a constant wave of 1, `n_fft` 4: the window is `[0, 0.5, 1, 0.5]`, S is 2 in bin 0, -1 in bin 1 and 0 in
# bin 2. Powers 4, 1, 0: about 6.02, 0 and -100 dB in each frame.

# %% answer="signals.spectrogram"
def spectrogram(waves, n_fft, hop):
    """Power in decibels: waves (N, L) -> (N, n_fft // 2 + 1, frames)."""
    ### BEGIN SOLUTION
    settings = {"window": torch.hann_window(n_fft), "center": False, "return_complex": True}
    S = torch.stft(waves, n_fft, hop, **settings)
    power = S.abs() ** 2
    return 10 * torch.log10(power.clamp(min=1e-10))
    ### END SOLUTION

# hint("signals.spectrogram")

# %% check="signals.spectrogram"
spectrogram = check("signals.spectrogram", spectrogram)

# %% [markdown]
# ### {signals.as_images}
#
# Write `as_images(decibels, low, high)`: `(N, F, T) -> (N, 1, F, T)`. `low` becomes 0, `high` becomes 1, what lies
# between them in proportion; what lies outside becomes 0 or 1. The frequencies are turned over: row 0 of the image
# holds the **highest** frequency, the last row the lowest. Time still runs to the right. `low` is less than `high`, and
# `decibels` stay as they are.
#
# By hand: `[[[-60, -20], [0, -40]]]` with low -40 and high 0 becomes `[[[[1, 0], [0, 0.5]]]]`.

# %% answer="signals.as_images"
def as_images(decibels, low, high):
    """Decibels as images, low frequencies at the bottom: (N, F, T) -> (N, 1, F, T) in [0, 1]."""
    ### BEGIN SOLUTION
    scaled = (decibels - low) / (high - low)
    return scaled.clamp(0, 1).flip(1)[:, None]
    ### END SOLUTION

# hint("signals.as_images")

# %% check="signals.as_images"
as_images = check("signals.as_images", as_images)

# %% [markdown]
# ### {signals.in_two_orders}
#
# Write `in_two_orders(a, b, gap)`: `(La,)` and `(Lb,)` to `(2, 1, 3 * gap + La + Lb)`: two signals of one channel. The
# first has `gap` zeros, `a`, `gap` zeros, `b`, `gap` zeros; the second the same with `b` first. Each sound still runs
# forward; only their order differs. `gap` may be 0. `a` and `b` have one dtype, and stay as they are.
#
# By hand: `in_two_orders([1, 2], [5], 1)` (as tensors): `[[[0, 1, 2, 0, 5, 0]], [[0, 5, 0, 1, 2, 0]]]`.

# %% answer="signals.in_two_orders"
def in_two_orders(a, b, gap):
    """a before b, and b before a, with zeros around: (La,), (Lb,) -> (2, 1, 3 gap + La + Lb)."""
    ### BEGIN SOLUTION
    pause = a.new_zeros(gap)
    orders = [(a, b), (b, a)]
    rows = [torch.cat((pause, one, pause, two, pause)) for one, two in orders]
    return torch.stack(rows)[:, None]
    ### END SOLUTION

# hint("signals.in_two_orders")

# %% check="signals.in_two_orders"
in_two_orders = check("signals.in_two_orders", in_two_orders)

# %% [markdown]
# ### {signals.when_invariance_hurts}
#
# A person marks it.

# %% [markdown] essay="signals.when_invariance_hurts"
# TODO
#
# ### BEGIN SOLUTION
# TODO
# ### END SOLUTION

# %% [markdown]
# ### {signals.text_features}
#
# Write `text_features(embedded, weight, bias, lengths)`: `(N, L, E) -> (N, O)`, Kim's features (2014). `embedded`
# holds N sentences, each L words of E numbers; only the first `lengths[n]` words of sentence n are its own, what
# follows is padding, with any numbers. `weight` is `(O, E, k)`, `bias` `(O,)`, `lengths` int64 `(N,)`, each in k … L.
#
# The result: cross-correlation over the words (no padding), plus bias, ReLU, and then for each filter the largest
# number of the windows that lie **wholly inside** the sentence. Padding never counts, whatever stands there.
#
# Everything stays as it is; gradients reach `embedded`, `weight` and `bias`. Not allowed: `course_lib`. `F.conv1d` is
# allowed.
#
# By hand: TODO

# %% answer="signals.text_features"
def text_features(embedded, weight, bias, lengths):
    """Largest activation of each filter inside the sentence: (N, L, E), (O, E, k) -> (N, O)."""
    ### BEGIN SOLUTION
    found = torch.relu(F.conv1d(embedded.transpose(1, 2), weight, bias))
    last = (lengths - weight.shape[2])[:, None, None]  # the last window inside the sentence
    outside = torch.arange(found.shape[2]) > last
    return found.masked_fill(outside, 0).amax(2)
    ### END SOLUTION

# hint("signals.text_features")

# %% check="signals.text_features"
text_features = check("signals.text_features", text_features)

# %% [markdown]
# ## Extra: not to see the future

# %% [markdown]
# ### {signals.causal_conv1d}
#
# Write `causal_conv1d(x, weight)`: `(N, C, L) -> (N, O, L)`, `weight` being `(O, C, k)`. It is the cross-correlation
# over time in which `y[..., t]` reads `x[..., t - k + 1]` to `x[..., t]`: nothing later. Before the beginning stand
# zeros. The last entry of a kernel meets the present. `x` and `weight` stay as they are; gradients reach both. Your
# `conv1d` and `F.conv1d` are allowed; `course_lib` is not.
#
# By hand: the signal `[1, 2, 4]` with the kernel `[-1, 1]` gives `[1, 1, 2]`.

# %% answer="signals.causal_conv1d"
def causal_conv1d(x, weight):
    """Cross-correlation that reads the past and the present: (N, C, L) -> (N, O, L)."""
    ### BEGIN SOLUTION
    return conv1d(F.pad(x, (weight.shape[2] - 1, 0)), weight)
    ### END SOLUTION

# hint("signals.causal_conv1d")

# %% check="signals.causal_conv1d"
causal_conv1d = check("signals.causal_conv1d", causal_conv1d)

# %% [markdown]
# ## Extra: flipped spectrograms

# %% [markdown]
# ### {signals.flip_choice}
#
# You train on spectrograms of birds' songs, prepared as in `as_images`, and many songs rise or fall in pitch. Which of
# these random changes of the *images* keeps the label, whatever the bird?
#
# - **A** A left-right flip, as for photographs.
# - **B** A shift by some columns, with silence at the edge.
# - **C** A top-bottom flip.
# - **D** A turn by 10 degrees.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="signals.flip_choice"
flip_choice = ...
### BEGIN SOLUTION
flip_choice = "B"
### END SOLUTION

# %% check="signals.flip_choice"
flip_choice = check("signals.flip_choice", flip_choice)

# %% [markdown]
# ## Extra: what convolution reads in text

# %% [markdown]
# ### {signals.convolution_on_text}
#
# A person marks it.

# %% [markdown] essay="signals.convolution_on_text"
# TODO
#
# ### BEGIN SOLUTION
# TODO
# ### END SOLUTION

# %% [markdown]
# ## Extra: the circle

# %% [markdown]
# ### {signals.own_network}
#
# Write `own_network(block, norm, widths, num_classes)`: it returns a small residual network, an `nn.Module`,
# `(N, 3, H, W) -> (N, num_classes)`, logits, built from the classes that it is given. `block(inputs, outputs, stride)`
# makes a block like the `BasicBlock` of section 07, `norm(channels)` a norm like its `BatchNorm2d`. `widths` has at
# least one number. The parts, by their names:
#
# - `stem`, an `nn.Sequential`: a 3 x 3 `nn.Conv2d` from 3 to `widths[0]` channels with padding 1 and no bias, the norm,
#   `nn.ReLU`;
# - `blocks`, an `nn.Sequential` of one block for each of `widths`, with so many outputs: the first with stride 1, each
#   further one with stride 2;
# - `head`, an `nn.Linear` of the means of all channels over the image (global average pooling).
#
# Not allowed: `torchvision` and `course_lib`.
#
# By hand: `widths` (8, 16) and 10 classes: the blocks are `block(8, 8, 1)` and `block(8, 16, 2)`, the head has
# 16 · 10 + 10 parameters.

# %% answer="signals.own_network"
def own_network(block, norm, widths, num_classes):
    """A small residual network of given parts: (N, 3, H, W) -> (N, num_classes)."""
    ### BEGIN SOLUTION
    conv = nn.Conv2d(3, widths[0], 3, padding=1, bias=False)
    blocks = [block(widths[0], widths[0], 1)]
    blocks += [block(before, after, 2) for before, after in zip(widths, widths[1:])]
    parts = {
        "stem": nn.Sequential(conv, norm(widths[0]), nn.ReLU()),
        "blocks": nn.Sequential(*blocks),
        "pool": nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        "head": nn.Linear(widths[-1], num_classes),
    }
    return nn.Sequential(OrderedDict(parts))
    ### END SOLUTION

# hint("signals.own_network")

# %% check="signals.own_network"
own_network = check("signals.own_network", own_network)
