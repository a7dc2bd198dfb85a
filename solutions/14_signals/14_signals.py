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
from course_lib.data import Part, rhythm
from course_lib.data import sounds as kinds
from course_lib.data.series import load_series
from course_lib.models.simple import conv_net
from course_lib.sections.signals import circle, curves, pictures
from course_lib.sections.signals.dense import dense_rival, parameters
from course_lib.training.fit import accuracy, fit
from course_lib.training.profile import choose

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

begin("signals", globals())

# %% [markdown]
# ## What you will be able to do
#
# - convolve over time, and adapt a network for images to signals;
# - say when accuracy tells nothing, and what to measure in its place;
# - make an image of a sound, and classify it as one;
# - build signals that differ in their order alone, and see what a network makes of them;
# - read features from sentences of different lengths.

# %% [markdown]
# ## The idea in one picture

# %% tags=["demo", "nbval-ignore-output"]
pictures.idea()

# %% [markdown]
# *Above what comes in, below what one kernel gives: an image and an ECG, an electrocardiogram of one heartbeat; each
# also moved.* A kernel over time has one axis less. **Locality**: what it looks for shows in a few neighbouring
# samples. **Shared weights**: it looks for the same thing at all times, so what comes later is found later.

# %% [markdown]
# ## A. Convolution over time
#
# A batch of signals is `(N, C, L)`: C channels (one microphone, twelve leads of an ECG) of L samples. A kernel reads
# all channels of k neighbouring samples, so the weight is `(O, C, k)`.
#
# Files often hold `(N, L, C)`, time first. Turn the axes; `view` gives the right shape and mixes up the numbers:

# %% tags=["demo"]
series = torch.tensor([[[0, 10], [1, 11], [2, 12]]])  # one series, three times, two channels
print("transpose", series.transpose(1, 2).tolist())
print("view     ", series.view(1, 2, 3).tolist())

# %% [markdown]
# ### {signals.conv1d}
#
# Write `conv1d(x, weight, bias=None, stride=1, padding=0)`: `(N, C, L) -> (N, O, L_out)`, the cross-correlation of
# C channels over time. `weight` is `(O, C, k)`, `bias` `(O,)` or None. Output channel o at step t is the sum over all
# channels c and all j of `weight[o, c, j]` times the padded `x[n, c, t * stride + j]`, plus `bias[o]`. `padding` zeros
# stand at either end. Only windows that lie wholly within the padded signal count:
# L_out = floor((L + 2 · padding - k) / stride) + 1, and the padded signal is at least k long.
#
# `x`, `weight` and `bias` stay as they are; gradients reach all of them. Not allowed: `F.conv1d`, `torch.conv1d`,
# `nn.Conv1d`, `torch.ops` and `course_lib`. `F.conv2d` and `Tensor.unfold` are allowed: a signal is an image of
# height 1.
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

# %% tags=["demo"]
# 100 samples in, 16 kernels of 3:
print(conv1d(torch.randn(1, 1, 100), torch.randn(16, 1, 3)).shape)

# %% [markdown]
# ## B. Heartbeats
#
# The course draws heartbeats, normal ones (label 1) and others (label 0), which begin at different places. Each has
# mean 0 and standard deviation 1. Real ones follow below.

# %% tags=["demo", "nbval-ignore-output"]
data = load_series("rhythm")
print(data.source)
pictures.beats(data.train)

# %% [markdown]
# *Some beats of either class.* The network of section 08 carries over: `Conv2d` becomes `Conv1d`, `MaxPool2d` becomes
# `MaxPool1d`. At its end stands the mean over time, so that any length will do.

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
# The question of this part: does it beat a dense network? Its **rival** has one hidden layer, so wide that both have
# about as many parameters:

# %% tags=["demo", "nbval-ignore-output"]
torch.manual_seed(0)
net = SimpleCNN1d(1, 2)
rival = dense_rival(net, 1, data.train.images.shape[2], 2)
print(f"parameters: {parameters(net):,} and {parameters(rival):,}")
settings = {"epochs": choose(profile, smoke=8, laptop=60, gpu=60), "lr": 5e-3, "batch_size": 32}
for name, one in (("convolutions", net), ("dense", rival)):
    fit(one, data.train, data.validation, **settings)
    print(f"{name}: accuracy on the test part {accuracy(one, data.test):.1%}")

# %% [markdown]
# One short run of each decides nothing. And accuracy may hide something: here are beats of which only 5 % are not
# normal. The same network learns from 500 of them:

# %% tags=["demo", "nbval-ignore-output"]
rare, unseen = (Part(*rhythm.draw(n, seed, normal=0.95)) for n, seed in ((500, 1), (1000, 2)))
torch.manual_seed(0)
careless = SimpleCNN1d(1, 2)
fit(careless, rare, epochs=4, batch_size=32)
with torch.no_grad():
    predicted = careless(unseen.images).argmax(1)
print(f"accuracy {accuracy(careless, unseen):.1%}")
for label, name in enumerate(rhythm.CLASSES):
    of_class = predicted[unseen.labels == label]
    print(f"{name:8} beats: {len(of_class)}, called normal: {(of_class == 1).sum()}")

# %% [markdown]
# 95 % right, and none of the others found: it calls every beat normal.

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
    recalls = [(predicted[labels == c] == c).double().mean() for c in labels.unique()]
    return torch.stack(recalls).mean().item()
    ### END SOLUTION

# hint("signals.balanced_accuracy")

# %% check="signals.balanced_accuracy"
balanced_accuracy = check("signals.balanced_accuracy", balanced_accuracy)

# %% [markdown]
# Whoever always names the same class has a balanced accuracy of 1 / classes: 0.5 for two. Your function on that
# network, and on the two before:

# %% tags=["demo", "nbval-ignore-output"]
print(f"careless: {balanced_accuracy(predicted, unseen.labels):.1%}")
for name, one in (("convolutions", net), ("dense", rival)):
    with torch.no_grad():
        found = one(data.test.images).argmax(1)
    print(f"{name}: {balanced_accuracy(found, data.test.labels):.1%}")

# %% [markdown]
# Longer trainings, three seeds each, of the same two kinds of network: on two real sets of the UCR archive, ECG200 and
# ECG5000 (its first class against the others), and on the beats above, `rhythm`. Each is tested once more on the same
# test beats **moved**: 5 samples later, the first sample repeated, the last 5 lost.

# %% tags=["demo", "nbval-ignore-output"]
runs = curves.stored()
pictures.compared(runs, curves.BEATS)
moved = [name + curves.MOVED for name in curves.BEATS]
print(curves.table(runs, *curves.BEATS, *moved))

# %% [markdown]
# *Accuracy on the test part, a mark for each seed: circles as the beats come, squares moved.*

# %% [markdown]
# ### {signals.beats_choice}
#
# Which of these do the stored trainings support?
#
# - **A** Shared weights suit heartbeats: as the beats come, convolutions are ahead on each set.
# - **B** As the real beats come, convolutions have no advantage over as many dense weights; where beats are moved, they
#   lose less.
# - **C** The dense network is the one to take: it is ahead on ECG200, and those beats are real.
# - **D** Nothing: moved or not, seeds differ more than networks.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="signals.beats_choice"
beats_choice = ...
### BEGIN SOLUTION
beats_choice = "B"
### END SOLUTION

# %% check="signals.beats_choice"
beats_choice = check("signals.beats_choice", beats_choice)

# %% [markdown]
# ## C. Sound as an image
#
# Six kinds of sound, made by the course, 0.3 s at 4,000 samples a second. Listen to them, in the order of the figure:

# %% tags=["demo", "nbval-ignore-output"]
six, labels = kinds.draw(6, seed=182)
pictures.waves(six, kinds.NAMES, kinds.RATE)
kinds.play(six)

# %% [markdown]
# *The six waves.* In the first the pitch rises, in the second it falls: easy to hear, hard to see. What matters is
# which **frequencies** there are, and when. So one looks at short pieces, **frames**, one by one:

# %% tags=["demo", "nbval-ignore-output"]
n_fft, hop = 64, 32
pictures.frame(six[0], n_fft, kinds.RATE)

# %% [markdown]
# *A frame of the rising chirp: where it lies; faded in and out by a **window**; how strong each frequency is in it.*
# The last is the **short-time Fourier transform**: the frame is compared with waves of 0, 1, 2, … `n_fft // 2` periods
# in its `n_fft` samples. Each of these **bins** gets a complex number S; the larger it is, the stronger the frequency,
# b · rate / `n_fft` Hz in bin b. The next frame begins `hop` samples later.
#
# **Decibels** bring whispers and shouts together: ten times the power is 10 dB more.

# %% [markdown]
# ### {signals.spectrogram}
#
# Write `spectrogram(waves, n_fft, hop)`: float32 `(N, L) -> (N, n_fft // 2 + 1, frames)`, in decibels.
#
# - Frame t holds the samples `t * hop` to `t * hop + n_fft - 1`. Only whole frames count, and nothing is padded
#   (`center=False`): 1 + (L - n_fft) // hop frames; L is at least `n_fft`, which is even.
# - Each frame is multiplied with a periodic Hann window of `n_fft` samples, which is what `torch.hann_window` gives.
# - The **power** of a bin is |S|², the squared magnitude of S, but at least 1e-10: max(|S|², 1e-10). The result is
#   10 · log10 of the power: silence is -100 dB.
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
# A spectrogram becomes an image: numbers in [0, 1], and low tones at the bottom, as people draw it. Row 0 of an image
# is at the *top*, bin 0 is the *lowest* frequency.

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

# %% tags=["demo", "nbval-ignore-output"]
images = as_images(spectrogram(six, n_fft, hop), -40, 20)
pictures.sounds(images, kinds.NAMES, kinds.RATE, six.shape[1] / kinds.RATE)
print(tuple(images.shape))

# %% [markdown]
# *Each sound as an image: time to the right, frequency upwards, light where there is much power.* Now eyes tell the
# chirps apart, too.
#
# **Lab.** Your `SimpleCNN1d` on the waves, and a 2-D network of the same widths on the images, in three equal
# channels as in section 10; the same sounds, epochs and seed:

# %% tags=["demo", "nbval-ignore-output"]
def seen(part):
    """The part with images in place of waves."""
    grey = as_images(spectrogram(part.images[:, 0], n_fft, hop), -40, 20)
    return Part(grey.repeat(1, 3, 1, 1), part.labels)

heard = load_series("sounds")
drawn = [seen(part) for part in (heard.train, heard.validation, heard.test)]
settings = {"epochs": choose(profile, smoke=6, laptop=30, gpu=30), "batch_size": 32}
torch.manual_seed(0)
on_waves = SimpleCNN1d(1, 6)
on_images = conv_net((16, 32, 64), head="gap", num_classes=6)
fit(on_waves, heard.train, heard.validation, **settings)
fit(on_images, *drawn[:2], **settings)
print(f"test: waves {accuracy(on_waves, heard.test):.0%}, images {accuracy(on_images, drawn[2]):.0%}")

# %% [markdown]
# Chance would be 17 %. What does either network call the rising and the falling chirps, 100 test sounds each?

# %% tags=["demo", "nbval-ignore-output"]
def called(net, images, label):
    """How often the sounds of a class are given each of the six names."""
    of_class = images[heard.test.labels == label]
    with torch.no_grad():
        return net.eval()(of_class).argmax(1).bincount(minlength=6).tolist()

print("names:", ", ".join(kinds.NAMES))
for label in (0, 1):
    print(f"{kinds.NAMES[label]:14} waves ", called(on_waves, heard.test.images, label))
    print(f"{kinds.NAMES[label]:14} images", called(on_images, drawn[2].images, label))

# %% [markdown]
# On waves each entry of the last feature map depends on 22 samples, 5.5 ms, in which a chirp hardly rises; on images on
# 22 frames, 0.18 s. But the 2-D network also has batch norm, and larger kernels. Longer trainings, three seeds each:

# %% tags=["demo", "nbval-ignore-output"]
print(curves.table(runs, curves.SOUNDS))

# %% [markdown]
# Without batch norm it is 48 % on waves and 90 % on images, with it 71 % and 99 %. The `SimpleCNN` of section 08, with
# 26 times as many parameters, hardly adds to that.

# %% [markdown]
# ## D. When order matters
#
# The mean over time forgets *when* something was. Often that is wanted; but “dog bites man” is not “man bites dog”.
# Here you make signals that differ in their order alone.

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
# A tone and a train of clicks, 400 samples each, with 24 zeros as the gap. An entry of your network's feature maps
# depends, layer by layer, on 3, 4, 8, 10, 18 and at last **22** samples; the next one begins 8 samples later. (400 + 24
# is a multiple of 8: pooling cuts each sound at the same places in both rows.)

# %% tags=["demo", "nbval-ignore-output"]
train, test = (curves.pairs(count, seed, in_two_orders) for count, seed in ((150, 1), (100, 2)))
torch.manual_seed(0)
untrained, both = SimpleCNN1d(1, 2), test.images[:2]
with torch.no_grad():
    logits = untrained(both)
pictures.two_orders(both, curves.GAP, 22, logits)

# %% [markdown]
# *The same two sounds in two orders, with the logits of an untrained network; right, enlarged, the gap between them, in
# red 22 samples.* The logits are equal. Does training help? Label 1: clicks first. The second network has a mean over
# the first half of the time and one over the second:

# %% tags=["demo", "nbval-ignore-output"]
settings = {"epochs": choose(profile, smoke=4, laptop=10, gpu=10), "batch_size": 20}
torch.manual_seed(0)
averaging, base = SimpleCNN1d(1, 2), SimpleCNN1d(1, 2)
halves = nn.AdaptiveAvgPool1d(2), nn.Flatten(), nn.Linear(128, 2)
ordered = nn.Sequential(base.features, *halves)
for name, one in (("one mean", averaging), ("two means", ordered)):
    fit(one, train, **settings)
    print(f"{name}: {accuracy(one, test):.1%}")
print("three seeds, stored:", curves.table(runs, curves.ORDER), sep="\n")

# %% [markdown]
# With one mean the loss stays at ln 2 = 0.693, that of a coin. (In training the two rows of a pair meet different
# weights, so the training accuracy may leave 50 % a little.) With two means each seed gets 298 of 300 right.
#
# And a sound played backward? The chirps of the lab again, their spectrograms reversed in time:

# %% tags=["demo", "nbval-ignore-output"]
for label in (0, 1):
    backward = called(on_images, drawn[2].images.flip(3), label)
    print(f"{kinds.NAMES[label]:14} played backward", backward)

# %% [markdown]
# ### {signals.when_invariance_hurts}
#
# A person marks it.

# %% [markdown] essay="signals.when_invariance_hurts"
# Answer in a few sentences each.
#
# 1. A friend says: “Train it longer, with more pairs, and your network will learn which sound came first.” Why not?
# 2. Name one task on sounds or beats where invariance to shifts in time helps, and one where it hurts. Give the
#    reason.
# 3. Someone makes more training data by playing sounds backward, and keeps the labels: “Convolution does not care
#    about translation.” What is wrong with that?
#
# ### BEGIN SOLUTION
# 1. Both orders hold the same windows equally often: the gap is wider than what a number of the last feature map
#    reads. So the means over time, and with them the logits, are equal for any weights. Both rows get the same class,
#    and one of the two is wrong: 50 %. Training only chooses weights. What helps is another network: one that reads
#    further than the gap, or keeps when something was (two means, a dense layer over time).
# 2. It helps where the pattern counts and not its time: is there a cough somewhere in this minute, is this beat
#    normal, wherever in the window it lies. It hurts where time or order carries the meaning: words of a sentence,
#    which of two alarms came first, whether a beat comes too early.
# 3. Reversal is no translation. A shift moves windows and leaves each as it is; reversal turns each over, and a
#    kernel gives another number for it. In the lab a rising chirp played backward is called a falling one, rightly:
#    its label has changed. Only where the label stays, as for a steady tone or noise, would it be allowed.
#
# - [ ] 1 point: equal logits for all weights, by windows and mean; so it is no matter of training
# - [ ] 1 point: a task where it helps and one where it hurts, each with its reason
# - [ ] 1 point: reversal turns windows over and may change the label; it is another thing than a shift
# ### END SOLUTION

# %% [markdown]
# ## E. Sentences
#
# An **embedding** is a vector of E numbers for each word, learned like weights. A sentence is then a signal of E
# channels, and a filter of width k looks for a phrase of k words (Kim, 2014). Made up by hand: the first number says
# good (1) or bad (-1), the second is 1 for “not”.

# %% tags=["demo", "nbval-ignore-output"]
words = "the film is not good at all".split()
meaning = {"good": [1.0, 0.0], "bad": [-1.0, 0.0], "not": [0.0, 1.0]}
sentence = torch.tensor([meaning.get(word, [0.0, 0.0]) for word in words])
not_good = torch.tensor([[0.0, 1.0], [1.0, 0.0]])  # E rows, k columns
pictures.sentence(words, sentence, not_good, bias=-1.0, rows=["good or bad", "not"])

# %% [markdown]
# *The words' numbers, the filter, and its activations.* In the frame: 1 for “not” first, 1 for “good” second, minus
# 1: it is 1 where “not good” stands, else 0. The **largest** number over all windows says *whether* the phrase occurs.
#
# In a batch, shorter sentences are filled up with padding. It must not win the maximum, or a sentence's features
# would depend on what else is in its batch.

# %% [markdown]
# ### {signals.text_features}
#
# Write `text_features(embedded, weight, bias, lengths)`: `(N, L, E) -> (N, O)`, Kim's features (2014). `embedded`
# holds N sentences, each L words of E numbers; only the first `lengths[n]` words of sentence n are its own, what
# follows is padding, with any finite numbers. `weight` is `(O, E, k)`, `bias` `(O,)`, `lengths` int64 `(N,)`, each
# in k … L.
#
# The result: cross-correlation over the words (no padding), plus bias, ReLU, and then for each filter the largest
# number of the windows that lie **wholly inside** the sentence. Padding never counts, however large its numbers are.
#
# Everything stays as it is; gradients reach `embedded`, `weight` and `bias`. Not allowed: `course_lib`. `F.conv1d` is
# allowed.
#
# By hand: one sentence `[[1], [2], [-3], [9]]` of E = 1, lengths `[3]`, the weight `[[[1, 1]]]`, the bias `[-1]`. The
# windows give 2, -2 and 5. The last one holds padding; of the others 2 and 0 are left after ReLU: `[[2]]`.

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

# %% tags=["demo"]
texts = ["the film is not good", "good and not bad", "not at all good"]
rows = [torch.tensor([meaning.get(word, [0.0, 0.0]) for word in text.split()]) for text in texts]
padded = nn.utils.rnn.pad_sequence(rows, batch_first=True)
lengths = torch.tensor([len(row) for row in rows])
print(text_features(padded, not_good[None], torch.tensor([-1.0]), lengths)[:, 0].tolist())

# %% [markdown]
# Only the first sentence has the phrase.

# %% [markdown]
# ## Check yourself
#
# A short quiz, without points.

# %% tags=["quiz", "nbval-ignore-output"]
quiz("signals.along_time")

# %% [markdown]
# ## Summary
#
# - A signal `(N, C, L)` is convolved by kernels `(O, C, k)`. Turn axes, never `view` them.
# - On unbalanced classes accuracy can be the share of the larger class. The mean of the recalls tells.
# - A spectrogram is an image of time and frequency.
# - Before you take a mean over time, ask whether order carries meaning.
# - On text a filter looks for a phrase; the maximum says whether it occurs. Padding must not win.
#
# **Further reading**
#
# - Y. Kim, *Convolutional neural networks for sentence classification*, 2014.
# - A. Hannun and others, *Cardiologist-level arrhythmia detection and classification in ambulatory electrocardiograms
#   using a deep neural network*, 2019.
#
# ## What is yours now
#
# This was the last section. You began with a window on an image; by now you have written, and checked, what this field
# is made of. And you have the doubt that goes with each number: of what data, against what rival, over which seeds?
#
# All of it stands in your own notebooks, in plain PyTorch. Take a problem of your own, measure the simplest thing
# first, and change one thing at a time. In the last extra below, a network is built, trained, explained and attacked
# from your own parts. Good-bye, and good luck.

# %% [markdown]
# ## Extra: not to see the future
#
# To predict the next sample of a signal, a network must not read it. With padding on both sides every output reads
# (k - 1) / 2 samples of the future. Further reading: A. van den Oord and others, *WaveNet: a generative model for raw
# audio*, 2016; S. Bai, J. Kolter and V. Koltun, *An empirical evaluation of generic convolutional and recurrent
# networks for sequence modeling*, 2018.

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
# Change one sample, and see which outputs change:

# %% tags=["demo"]
signal = torch.zeros(1, 1, 8)
later = signal.clone()
later[0, 0, 4] = 1.0
kernel = torch.ones(1, 1, 3)
for name, run in (
    ("same padding", lambda x: conv1d(x, kernel, padding=1)),
    ("causal", lambda x: causal_conv1d(x, kernel)),
):
    changed = (run(later) != run(signal))[0, 0].nonzero()[:, 0]
    print(f"sample 4 reaches the outputs {changed.tolist()}: {name}")

# %% [markdown]
# ## Extra: a spectrogram is a convolution
#
# Take windowed cosines and sines for kernels, and `hop` for the stride; the sum of the two squares is the power:

# %% tags=["demo", "nbval-ignore-output"]
bins, samples = torch.arange(n_fft // 2 + 1), torch.arange(n_fft)
angles = 2 * torch.pi * bins[:, None] * samples / n_fft
window = torch.hann_window(n_fft)
cosines, sines = (conv1d(six[:, None], (wave * window)[:, None], stride=hop)
                  for wave in (angles.cos(), angles.sin()))
power = 10 ** (spectrogram(six, n_fft, hop) / 10)
print(f"largest power {power.max():.1f}, "
      f"largest difference {(cosines**2 + sines**2 - power).abs().max():.1e}")

# %% [markdown]
# The kernels here are fixed; those of a `Conv1d` are learned.

# %% [markdown]
# ## Extra: flipped spectrograms

# %% [markdown]
# ### {signals.flip_choice}
#
# You train on spectrograms of birds' songs, prepared as in `as_images`. Which of
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
# Think of `text_features` with filters of two to five words, learned embeddings, and a dense layer at the end.
#
# 1. For an image, neighbouring pixels belong together. How far does that hold for words? Give a sentence in which
#    what belongs together is further apart than five words.
# 2. What does the maximum over the windows forget? Give two sentences of different meaning that no filter of two
#    words can tell apart by it.
# 3. Brightness changes a pixel a little. What is different about words, and what do embeddings do about it? Name one
#    way to let a network read further, and what it costs.
#
# ### BEGIN SOLUTION
# 1. Often it holds: “not good”, “New York”, “as soon as”. But grammar connects across any distance: in “The film that
#    my brother, who never goes to the cinema, praised for a week was dull”, “film” and “was dull” belong together,
#    with more than ten words between them. No window of five words holds both.
# 2. Where a phrase stands, and how often it occurs. “it was bad then it was good then it was over” and “it was good
#    then it was bad then it was over” have the same windows of two words, and even of three, the same number of
#    times. So each filter has the same maximum in both, though one story ends well and the other badly.
# 3. Words are discrete: one word more or less (“not”) turns the meaning over, and the number of a word in a list says
#    nothing about its sense; there is no little change. Embeddings give similar words similar vectors, so that a
#    filter for “not good” may also respond to “not great”. To read further: wider filters (more weights), several
#    layers or dilation (the window grows with depth, but each layer must pass on what matters), or attention (every
#    word reads every other one; cost grows with the square of the length).
#
# - [ ] 1 point: neighbourhood holds for phrases, not for grammar, with an example that is long enough
# - [ ] 1 point: order and count of phrases are lost; two sentences that do have the same windows
# - [ ] 1 point: discreteness and what embeddings bring; a way to read further, with its cost
# ### END SOLUTION

# %% [markdown]
# ## Extra: the circle
#
# One network from your own parts: batch norm and block from section 07.

# %% [markdown]
# ### {signals.own_network}
#
# Write `own_network(block, norm, widths, num_classes)`: it returns a small residual network, an `nn.Module`,
# `(N, 3, H, W) -> (N, num_classes)`, logits, built from the classes that it is given. `block(inputs, outputs, stride)`
# makes a block like the `BasicBlock` of section 07, `norm(channels)` a norm like its `BatchNorm2d`. `widths` has at
# least one number, and stays as it is. The parts, by their names:
#
# - `stem`, an `nn.Sequential`: a 3 x 3 `nn.Conv2d` from 3 to `widths[0]` channels with padding 1 and no bias, the norm,
#   `nn.ReLU`;
# - `blocks`, an `nn.Sequential` of one block for each of `widths`, with so many outputs: the first with stride 1, each
#   further one with stride 2;
# - `head`, an `nn.Linear` of the means of all channels over the image (global average pooling).
#
# `nn.Sequential(OrderedDict(stem=..., ...))` gives its parts names. Not allowed: `torchvision` and `course_lib`.
#
# By hand: `widths` (8, 16) and 10 classes: the blocks are `block(8, 8, 1)` and `block(8, 16, 2)`, the head has
# 16 · 10 + 10 parameters.

# %% answer="signals.own_network"
def own_network(block, norm, widths, num_classes):
    """A small residual network of given parts: (N, 3, H, W) -> (N, num_classes)."""
    first = widths[0]
    ### BEGIN SOLUTION
    stem = nn.Sequential(nn.Conv2d(3, first, 3, padding=1, bias=False), norm(first), nn.ReLU())
    further = [block(before, after, 2) for before, after in zip(widths, widths[1:])]
    blocks = nn.Sequential(block(first, first, 1), *further)
    pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    head = nn.Linear(widths[-1], num_classes)
    return nn.Sequential(OrderedDict(stem=stem, blocks=blocks, pool=pool, head=head))
    ### END SOLUTION

# hint("signals.own_network")

# %% check="signals.own_network"
own_network = check("signals.own_network", own_network)

# %% [markdown]
# Your own loop of section 05 trains it for two epochs, then your optimiser of section 08; your Grad-CAM of section 11
# explains it, your FGSM of section 12 attacks it. All are read from your notebooks beside this one, as they are saved,
# where they pass their checks; a line says what is missing.

# %% tags=["demo", "nbval-ignore-output"]
own_parts = circle.own_parts()
closed = circle.close(own_network, own_parts)
print(closed)
pictures.circle(closed)

# %% [markdown]
# *Test images with the class that the network gives them, in brackets where it is wrong; the heat map of the true
# class; and the attacked images.* Block, norm, optimiser, explanation and attack hold no secret any more: you have
# written them.
