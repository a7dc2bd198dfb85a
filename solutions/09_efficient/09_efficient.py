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
# # 09 Efficient networks
#
# Here you build the blocks that networks for phones are made of, count what whole networks compute, and
# measure how long they take, which is something else.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 07.
#
# `profile` sets how long the lab trains: `smoke` some seconds, `laptop` and `gpu` some minutes. To change
# it, insert a cell of your own below the next one, for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.data import load
from course_lib.sections.efficient import curves, pictures
from course_lib.sections.efficient.timing import milliseconds
from course_lib.training.fit import accuracy, fit
from course_lib.training.profile import choose

import copy

import torch
from torch import nn

begin("efficient", globals())

# %% [markdown]
# ## What you will be able to do
#
# - build separable blocks and inverted residuals, and of these MobileNets (2017 and 2018);
# - count the multiply-adds of any network;
# - say how many of these a layer does for each number that it moves, and why that matters for its time;
# - compare networks fairly: parameters, work, time and accuracy are four different things.

# %% [markdown]
# ## The idea in one picture
#
# Section 03 has taken a convolution apart: a **depthwise** layer filters each channel by itself, a
# **pointwise** one, 1 x 1, mixes the channels. With 64 channels that leaves about an eighth of the
# multiply-adds (MACs). And of the time? Both are measured while this picture is drawn:

# %% tags=["demo", "nbval-ignore-output"]
pictures.idea()

# %% [markdown]
# *Work and time of one image with 64 channels of 56 x 56, on the processor on which this notebook ran last.*
# Less time, but by no means an eighth. This section says why.

# %% [markdown]
# ## A. The separable block
#
# MobileNet (2017) is a stem, 13 separable blocks, global average pooling and a dense layer. In section 03 the
# two layers stood alone, with biases and nothing between them. In a network, batch norm and ReLU follow each:

# %% tags=["demo", "nbval-ignore-output"]
pictures.separated()

# %% [markdown]
# *Bars are maps; the more channels, the wider. Left one layer, right the two that take its place.* The
# depthwise layer has the stride.

# %% [markdown]
# ### {efficient.separable}
#
# Write `separable(in_channels, out_channels, stride=1)`, which returns an `nn.Sequential`: the block of
# MobileNet, `(N, in_channels, H, W) -> (N, out_channels, rows, columns)`. Six layers, in this order:
#
# - a depthwise 3 x 3 convolution with padding 1 and the stride, batch norm, ReLU;
# - a pointwise convolution (1 x 1), batch norm, ReLU.
#
# No convolution has a bias. Numbers of channels are any, the stride is 1 or more. Use PyTorch's layers
# (`nn.Conv2d`, `nn.BatchNorm2d`, `nn.ReLU`). Not allowed: `torchvision` and `course_lib`.
#
# By hand, `separable(2, 3)`: 2 filters of one slice, 2 · 9 = 18 weights; a norm of 2 channels; 3 filters of
# 1 x 1 on both channels, 3 · 2 = 6 weights; a norm of 3 channels. With the norms' 2 · 2 + 2 · 3 = 10 numbers
# it has 34 parameters.

# %% answer="efficient.separable"
def separable(in_channels, out_channels, stride=1):
    """Depthwise and pointwise: an nn.Sequential, (N, C, H, W) -> (N, D, H / stride, W / stride)."""
    ### BEGIN SOLUTION
    depthwise = nn.Conv2d(in_channels, in_channels, 3, stride, 1, groups=in_channels, bias=False)
    pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=False)
    norms = nn.BatchNorm2d(in_channels), nn.BatchNorm2d(out_channels)
    return nn.Sequential(depthwise, norms[0], nn.ReLU(), pointwise, norms[1], nn.ReLU())
    ### END SOLUTION

# hint("efficient.separable")

# %% check="efficient.separable"
separable = check("efficient.separable", separable)

# %% [markdown]
# ## B. The work of whole networks
#
# `count_macs` of section 03 needed a plan of the network. A network that somebody else has written has none.
# But one can run it and watch: a **forward hook** is a function that PyTorch calls after a layer has run, with
# the layer, its inputs (a tuple) and its output.

# %% tags=["demo"]
def show(layer, inputs, output):
    print(f"{type(layer).__name__:7}{tuple(inputs[0].shape)} -> {tuple(output.shape)}")

net = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 6, 3, stride=2))
handles = [layer.register_forward_hook(show) for layer in net]
maps = net(torch.zeros(1, 2, 4, 6))
for handle in handles:
    handle.remove()

# %% [markdown]
# Without `remove` the network would print at every later call. A hook on a copy (`copy.deepcopy`) leaves the
# network itself alone.

# %% [markdown]
# ### {efficient.count_macs_of}
#
# Write `count_macs_of(model, shape) -> int`: the multiply-adds of all `nn.Conv2d` and `nn.Linear` layers
# that `model` calls for **one** image of `shape`, `(C, H, W)`, no batch axis.
#
# - Each weight of a convolution works once at every place of its output, with any kernel, stride, padding,
#   dilation and groups. Biases count 0, and so does every other kind of layer.
# - A layer that is called twice counts twice; one that is not called counts 0.
# - A dense layer may read more than two axes, `(1, rows, features)`: it works once for each row.
# - The layers may stand anywhere inside, in modules of any class.
# - Run the model in eval mode: in train mode batch norm refuses maps of one pixel. Afterwards the model is as
#   it came: each part's mode, weights, gradients, buffers and hooks.
#
# Not allowed: counters of others (`torch.utils`, `torchvision`, and whatever comes from `course_lib`).
#
# By hand: `nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 6, 3, stride=2, padding=1,
# groups=2), nn.Flatten(), nn.Linear(36, 5))` and `shape = (2, 4, 6)`. 72 weights at 24 places are 1728, 108
# weights at 2 · 3 places 648, and 180 for the dense layer: 2556.

# %% answer="efficient.count_macs_of"
def count_macs_of(model, shape):
    """Multiply-adds of all convolutions and dense layers for one image of shape (C, H, W)."""
    ### BEGIN SOLUTION
    macs = []

    def count(layer, inputs, output):
        macs.append(layer.weight.numel() * (output.numel() // len(layer.weight)))

    model = copy.deepcopy(model).eval()
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(count)
    with torch.no_grad():
        model(torch.zeros(1, *shape))
    return sum(macs)
    ### END SOLUTION

# hint("efficient.count_macs_of")

# %% check="efficient.count_macs_of"
count_macs_of = check("efficient.count_macs_of", count_macs_of)

# %% [markdown]
# Of torchvision's networks for images of 224 x 224:

# %%
def parameters(net):
    """How many numbers a network learns."""
    return sum(p.numel() for p in net.parameters())

# %% tags=["demo"]
from torchvision import models

for name in ("resnet18", "resnet50", "mobilenet_v2"):
    net = getattr(models, name)()
    macs = count_macs_of(net, (3, 224, 224))
    print(f"{name:14}{parameters(net):>12,} parameters {macs:>16,} MACs")

# %% [markdown]
# These are MACs. Many counters, PyTorch's own one among them, count a product and a sum as two FLOPs, and
# print twice as much; others print MACs and call them FLOPs. Before you compare, ask which.

# %% [markdown]
# ## C. The inverted residual
#
# The last line is MobileNetV2 (2018). In a separable block nearly all of the work is pointwise, and it grows
# with the product of the numbers of channels. So let few channels come in and few go out, and put the 3 x 3
# convolution, which is cheap as long as it is depthwise, between them on many:

# %% tags=["demo", "nbval-ignore-output"]
pictures.inverted()

# %% [markdown]
# *Left the bottleneck of ResNet-50: wide, narrow, wide. Right the inverted residual: narrow, wide, narrow; the
# skip joins the narrow ends. Bars are drawn to the scale of their own block.*
#
# How many times as many channels stand inside is the **expansion ratio** t, mostly 6. With t = 1 nothing is
# to be expanded, and the first 1 x 1 convolution is left out. **ReLU6** is min(max(x, 0), 6): numbers between
# 0 and 6 can be stored in few bits.
#
# After the last layer, the **projection**, there is no ReLU. What would one take away? A spiral, each point two
# numbers, is spread over some channels by a random matrix, ReLU follows, and the best linear layer reads it:

# %% tags=["demo", "nbval-ignore-output"]
pictures.spiral()

# %% [markdown]
# *Left the spiral, then what can be read of it after a ReLU in so many channels.*
#
# The part that repeats is given:

# %%
def conv_norm_relu6(in_channels, out_channels, kernel_size, stride=1, groups=1):
    """Convolution that keeps the size (but for the stride), batch norm, ReLU6."""
    options = {"padding": kernel_size // 2, "groups": groups, "bias": False}
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, **options),
        nn.BatchNorm2d(out_channels),
        nn.ReLU6(),
    )

# %% [markdown]
# ### {efficient.InvertedResidual}
#
# Complete `InvertedResidual(in_channels, out_channels, stride, expand_ratio)`, with torchvision's names, so
# that trained weights fit. `self.conv` is an `nn.Sequential` of
#
# - the expansion: `conv_norm_relu6`, 1 x 1, from `in_channels` to `in_channels * expand_ratio`. It is **left
#   out** for `expand_ratio = 1`;
# - the depthwise layer: `conv_norm_relu6`, 3 x 3, with the stride, one filter for each expanded channel;
# - the projection: a 1 x 1 `nn.Conv2d` without bias to `out_channels`;
# - its `nn.BatchNorm2d`. **No activation follows.**
#
# `forward` returns `x + self.conv(x)` if the stride is 1 **and** both numbers of channels are equal, else
# `self.conv(x)`. `x` stays as it is. The stride is 1 or 2, `expand_ratio` an integer from 1 on. Not allowed:
# `torchvision` and `course_lib`.
#
# By hand: `InvertedResidual(2, 2, 1, 3)` expands 2 channels to 6: 2 · 6 + 6 · 9 + 6 · 2 = 78 weights of
# convolutions. Where `self.conv(x)` gives `[-3, 0.5]` for x = `[1, 2]`, the output is `[-2, 2.5]`.

# %% answer="efficient.InvertedResidual"
class InvertedResidual(nn.Module):
    """Narrow, wide, narrow, and a skip: (N, C, H, W) -> (N, D, H / stride, W / stride)."""

    def __init__(self, in_channels, out_channels, stride, expand_ratio):
        super().__init__()
        ### BEGIN SOLUTION
        wide = in_channels * expand_ratio
        layers = [] if expand_ratio == 1 else [conv_norm_relu6(in_channels, wide, 1)]
        layers.append(conv_norm_relu6(wide, wide, 3, stride, groups=wide))
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.conv = nn.Sequential(*layers)
        self.adds = stride == 1 and in_channels == out_channels
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return x + self.conv(x) if self.adds else self.conv(x)
        ### END SOLUTION

# hint("efficient.InvertedResidual")

# %% check="efficient.InvertedResidual"
InvertedResidual = check("efficient.InvertedResidual", InvertedResidual)

# %% [markdown]
# ### {efficient.linear_choice}
#
# Why does no ReLU6 follow the projection? Look at the spiral.
#
# - **A** The sum would no longer be possible, for its two terms would have different shapes.
# - **B** It would set negative numbers to 0, and with few channels no other channel holds what is lost. Among
#   the many channels inside, others do.
# - **C** ReLU6 costs more multiply-adds than a 1 x 1 convolution.
# - **D** Batch norm before it has made all numbers positive, so that it would change nothing.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="efficient.linear_choice"
linear_choice = ...
### BEGIN SOLUTION
linear_choice = "B"
### END SOLUTION

# %% check="efficient.linear_choice"
linear_choice = check("efficient.linear_choice", linear_choice)

# %% [markdown]
# What does the depthwise layer save? The work of the whole block of the figure, and of its 3 x 3 layer alone, were
# it a standard convolution:

# %% tags=["demo"]
shape = (24, 56, 56)
print(f"inverted residual:      {count_macs_of(InvertedResidual(24, 24, 1, 6), shape):>12,} MACs")
wide = nn.Conv2d(144, 144, 3, padding=1)
print(f"3 x 3 on 144 channels:  {count_macs_of(wide, (144, 56, 56)):>12,} MACs")

# %% [markdown]
# Extra to this part: the whole network ({efficient.scaled}, {efficient.MobileNetV2},
# {efficient.width_numbers}).

# %% [markdown]
# ## D. Time
#
# Where does a separable block spend its time? `milliseconds` takes the fastest of many passes, as whatever else
# your machine does makes a pass slower, never faster; if nothing else is said, with one thread, on one core.

# %% tags=["demo", "nbval-ignore-output"]
pictures.layers(separable(64, 64))

# %% [markdown]
# *Each layer's share of the block's multiply-adds, and of its time, on one image of 56 x 56.* Batch norm and
# ReLU count 0, yet they take time. The depthwise layer takes more than its share.
#
# To compute, a processor must fetch numbers and put others back. In the time in which memory delivers one
# number, a core can do many multiply-adds. A standard convolution uses each number often. A depthwise 3 x 3
# layer does 9 multiply-adds for each output, batch norm a single one: mostly they wait for numbers.

# %% [markdown]
# ### {efficient.intensity}
#
# Write `intensity(in_channels, out_channels, kernel, size, groups=1) -> float`, the **arithmetic intensity**
# of one convolution layer: its multiply-adds, divided by the numbers that it moves. It moves every number of
# its input, of its weight and of its output once.
#
# `kernel` is the side of the square kernel, an odd integer; `size` the side of the square input. Stride 1;
# the padding keeps the size. One image, no bias. Both numbers of channels are multiples of `groups`.
#
# By hand, `intensity(2, 4, 3, 5)`: 4 · 2 · 9 = 72 weights at 25 places are 1800 multiply-adds. Moved are
# 2 · 25 + 72 + 4 · 25 = 222 numbers. 1800 / 222 = 8.108….

# %% answer="efficient.intensity"
def intensity(in_channels, out_channels, kernel, size, groups=1):
    """Multiply-adds of a convolution for each number that it reads or writes."""
    ### BEGIN SOLUTION
    weights = out_channels * in_channels // groups * kernel**2
    moved = (in_channels + out_channels) * size**2 + weights
    return weights * size**2 / moved
    ### END SOLUTION

# hint("efficient.intensity")

# %% check="efficient.intensity"
intensity = check("efficient.intensity", intensity)

# %% [markdown]
# Eight layers, their rate against your intensity:

# %% tags=["demo", "nbval-ignore-output"]
pictures.rates(intensity)

# %% [markdown]
# *Each point is a layer: blue standard, orange pointwise, green depthwise, with its time for
# one image in the list; both axes are logarithmic.* If time followed MACs, all points would lie at one height. Roughly,
# intensity decides; how well a layer's program is written counts, too. Compare the times of the three depthwise
# layers: 7 x 7 has 5.4 times the multiply-adds of 3 x 3.

# %% [markdown]
# ### {efficient.depthwise_choice}
#
# A depthwise 3 x 3 layer at stride 1 has an intensity below 4.5. Which change can bring it above?
#
# - **A** More channels.
# - **B** Larger maps.
# - **C** A larger kernel.
# - **D** More images at once, with the weights moved only once for all.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="efficient.depthwise_choice"
depthwise_choice = ...
### BEGIN SOLUTION
depthwise_choice = "C"
### END SOLUTION

# %% check="efficient.depthwise_choice"
depthwise_choice = check("efficient.depthwise_choice", depthwise_choice)

# %% [markdown]
# Two things more decide about time. **Threads**: a layer's work can be shared among cores. And how images lie in
# memory: **contiguous**, map after map, or **channels_last**, with all channels of a pixel side by side
# (`net.to(memory_format=torch.channels_last)`; shapes and results stay the same).

# %% tags=["demo", "nbval-ignore-output"]
pictures.layouts()

# %% [markdown]
# *The same three layers, one thread and two, both layouts; the axis is logarithmic.* On a machine with nothing
# else to do, the larger layers gain most by a second thread, about half of their time; the depthwise one gains
# least, as to hand out the work takes time, too. If other programs hold the cores, each layer waits for its slowest
# thread: then two can be many times slower than one.

# %% [markdown]
# ## E. Lab: separable against standard
#
# Three small networks for glyphs, the digits of section 05, equal but for their blocks and width: one of standard
# layers; the same with **your** `separable` in their place; and one of separable blocks, made wider until
# it has about as many MACs, and parameters, as the standard one.

# %% tags=["demo", "nbval-ignore-output"]
data = load("glyphs")
twenty = data.test.take(20).inputs()
print(f"{'':17}parameters       MACs   1 image   100 images, 20 at a time")
for name, make in curves.nets(separable).items():
    net = make()
    size, macs = parameters(net), count_macs_of(net, (1, 28, 28))
    times = milliseconds(net, twenty[:1]), 5 * milliseconds(net, twenty)
    print(f"{name:17}{size:10,}{macs:11,}{times[0]:7.2f} ms{times[1]:10.1f} ms")

# %% [markdown]
# Calling a layer costs some microseconds whatever there is to do: compare the time of one image with a hundredth
# of that of 100. Separable blocks are twice as many convolutions, norms and ReLUs to call.
#
# And the time of an epoch. Here forward and backward passes and all threads count. So short a training says
# nothing about accuracy:

# %% tags=["demo", "nbval-ignore-output"]
some = data.train.take(choose(profile, smoke=1000, laptop=5400, gpu=5400))
epochs = choose(profile, smoke=2, laptop=10, gpu=10)
seconds = {}
for name, make in curves.nets(separable).items():
    torch.manual_seed(0)
    history = fit(make(), some, data.validation, epochs=epochs, lr=0.01, batch_size=64)
    seconds[name] = sum(row.seconds for row in history.rows) / epochs
print({name: f"{mean:.2f} s an epoch" for name, mean in seconds.items()})

# %% [markdown]
# What comes of it after a longer training, with three seeds each:

# %% tags=["nbval-ignore-output"]
runs = curves.stored()
print(runs)

# %% tags=["demo", "nbval-ignore-output"]
pictures.accuracy(runs)

# %% [markdown]
# *Left the training loss, right the accuracy on the validation part, by epoch. A line is the mean of three
# seeds, a band reaches from the lowest to the highest.*

# %% [markdown]
# ### {efficient.why_not_faster}
#
# A person marks it.

# %% [markdown] essay="efficient.why_not_faster"
# “Our network is separable now. It has a fifth of the multiply-adds, so it is five times as fast.” Answer with what
# **you** have measured; say with how many threads, how many images and which layout.
#
# 1. In the lab's table, how do the MACs of separable and standard compare, and how their times?
# 2. Name two reasons why time does not follow MACs, and for each the measurement that shows it. What do threads and
#    `channels_last` change?
# 3. At equal MACs, is the wider separable network better than the standard one, as far as three seeds can tell, and
#    what does it cost?
#
# ### BEGIN SOLUTION
# Numbers of one machine with two cores (AMD EPYC, 2026), one thread, contiguous, forward passes only; yours may be
# others, the reasons should not.
#
# 1. Separable has 270,800 MACs, standard 1,411,520: a factor of 5.2. One image took 0.31 ms against 0.16, so it was
#    *slower*, by a factor of 1.9; 100 images, 20 at a time, took 3.9 ms against 3.2. No gain at all.
# 2. Intensity: on maps of 56 x 56 the depthwise layer (4.5) ran at 17 billion MACs a second, the pointwise one (32)
#    at 50, the standard one (264) at 115. Depthwise 7 x 7 took 1.7 times as long as 3 x 3, for 5.4 times the MACs. Layers
#    that count nothing: a fifth of a separable block's time was batch norm and ReLU. Fixed costs: one image took
#    0.31 ms, each of 100 took 0.04; separable blocks have twice as many layers to call. `channels_last` made
#    the depthwise layer 1.7 times as fast and the standard one hardly at all (1.06). Two threads made the standard
#    layer 1.5 times as fast, the depthwise one 1.3 times; while other programs were running, they were many times
#    slower than one.
# 3. Wider separable and standard differ by 4 % in MACs, 3 % in parameters. Accuracy 98.8 % (98.5 to 99.2) against
#    98.6 % (98.0 to 99.0), loss 0.0137 (0.0123 to 0.0155) against 0.0149 (0.0132 to 0.0164): the seeds overlap, so
#    neither is better. The narrow separable network is worse: 96.7 % (95.8 to 97.8). The wider one took 2.2 times the
#    standard one's time for one image and 2.8 times for 100. Here it costs time and wins nothing; what it wins back is
#    what the narrow one had lost.
#
# - [ ] 1 point: both ratios, of MACs and of times, from the table, with threads, images and layout
# - [ ] 1 point: two reasons (intensity, layers without MACs, cost of a call, threads, layout), each with a measurement
# - [ ] 1 point: no difference in accuracy beyond the seeds' spread; the wider network's time, by a number
# ### END SOLUTION

# %% [markdown]
# ## Check yourself
#
# Two short quizzes, without points.
#
# **Blocks**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("efficient.blocks")

# %% [markdown]
# **Work and time**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("efficient.time")

# %% [markdown]
# ## Summary
#
# - The separable block: depthwise 3 x 3 with the stride, then 1 x 1; batch norm and ReLU after each.
# - The inverted residual: narrow, wide, narrow; the 3 x 3 layer is depthwise; no activation after the projection;
#   a skip where stride is 1 and channels are equal. For t = 1 the expansion is left out.
# - MACs of any network: each weight works once at every place of the output. Most counters call a MAC two FLOPs.
# - Arithmetic intensity: multiply-adds for each number moved. A depthwise layer has less than k²/2, whatever its
#   channels. Layers with little intensity wait for memory.
# - Parameters, MACs, time and accuracy are four things. Measure time, on the machine that counts.
#
# **Further reading**
#
# - A. Howard and others, *MobileNets: efficient convolutional neural networks for mobile vision applications*,
#   2017.
# - M. Sandler and others, *MobileNetV2: inverted residuals and linear bottlenecks*, 2018.
# - S. Williams, A. Waterman and D. Patterson, *Roofline: an insightful visual performance model for multicore
#   architectures*, 2009: intensity and time.
# - N. Ma and others, *ShuffleNet V2: practical guidelines for efficient CNN architecture design*, 2018.

# %% [markdown]
# ## Extra: the whole MobileNetV2
#
# A table of stages makes the network: expansion ratio, channels, number of blocks, stride of the first one.

# %%
settings = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
]

# %% [markdown]
# A **width factor** multiplies all numbers of channels but those of the image, and of the classes. Processors
# like multiples of 8, so the result is rounded.

# %% [markdown]
# ### {efficient.scaled}
#
# Write `scaled(channels, width) -> int`: the number of channels at a **width factor**, as torchvision has it:
# `channels * width`, rounded to the nearest multiple of 8 (halves up), at least 8. If that is less than 90 %
# of `channels * width`, take 8 more. `channels` is an integer from 1 on, `width` a positive number. Return an
# `int`: `nn.Conv2d` takes no float.
#
# By hand: `scaled(32, 1.4)`: 44.8 becomes 48. `scaled(16, 0.7)`: 11.2 would become 8, less than 90 % of
# 11.2, so 16.

# %% answer="efficient.scaled"
def scaled(channels, width):
    """Channels at a width factor: a multiple of 8, never below 90 % of channels * width."""
    ### BEGIN SOLUTION
    wanted = channels * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded
    ### END SOLUTION

# hint("efficient.scaled")

# %% check="efficient.scaled"
scaled = check("efficient.scaled", scaled)

# %% [markdown]
# ### {efficient.MobileNetV2}
#
# Complete the constructor of `MobileNetV2(settings, width=1.0, num_classes=1000)`, with torchvision's names:
# `(N, 3, H, W) -> (N, num_classes)`, logits. `forward` is there.
#
# - `settings` is a list of stages, each `(expand_ratio, channels, blocks, stride)`. It stays as it is.
# - `features` is an `nn.Sequential`: first `conv_norm_relu6`, 3 x 3, stride 2, from 3 to `scaled(32, width)`
#   channels; then the blocks of all stages; last `conv_norm_relu6`, 1 x 1, to 1280 channels, at a width above 1
#   to `scaled(1280, width)`.
# - A stage has `blocks` inverted residuals, each an object of its own. They give `scaled(channels, width)`
#   channels; the first has the stage's stride, the others have stride 1.
# - `classifier` is an `nn.Sequential` of `nn.Dropout(0.2)` and an `nn.Linear`.
#
# Use your `InvertedResidual` and `scaled`. Not allowed: `torchvision` and `course_lib`.
#
# By hand: `[(1, 16, 1, 1), (6, 24, 2, 2)]` at width 1: features 32 → 16 → 24 → 24 → 1280, at strides 2, 1, 2, 1
# and 1.

# %% answer="efficient.MobileNetV2"
class MobileNetV2(nn.Module):
    """MobileNetV2 by configuration: (N, 3, H, W) -> (N, num_classes)."""

    def __init__(self, settings, width=1.0, num_classes=1000):
        super().__init__()
        ### BEGIN SOLUTION
        channels = scaled(32, width)
        layers = [conv_norm_relu6(3, channels, 3, stride=2)]
        for expand_ratio, planned, blocks, stride in settings:
            for place in range(blocks):
                before, channels = channels, scaled(planned, width)
                step = stride if place == 0 else 1
                layers.append(InvertedResidual(before, channels, step, expand_ratio))
        last = scaled(1280, max(1.0, width))
        self.features = nn.Sequential(*layers, conv_norm_relu6(channels, last, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(last, num_classes))
        ### END SOLUTION

    def forward(self, x):
        return self.classifier(self.features(x).mean(dim=(2, 3)))

# hint("efficient.MobileNetV2")

# %% check="efficient.MobileNetV2"
MobileNetV2 = check("efficient.MobileNetV2", MobileNetV2)

# %% [markdown]
# Trained weights of torchvision's network fit into yours. Here random ones:

# %% tags=["demo", "nbval-ignore-output"]
from torchvision.models import mobilenet_v2

torchs, yours = mobilenet_v2().eval(), MobileNetV2(settings).eval()
yours.load_state_dict(torchs.state_dict())
images = torch.rand(2, 3, 96, 128)
with torch.no_grad():
    difference = (yours(images) - torchs(images)).abs().max()
print(f"largest difference of the logits: {difference:.0e}")

# %% [markdown]
# ### {efficient.width_numbers}
#
# Give a list of four integers: the parameters and the MACs of your MobileNetV2 with the `settings` above and 1000
# classes at width 1, then both at width 0.5. MACs for an image of 224 x 224. Your functions may count.
#
# Before you run it: by what factor do you expect each to shrink?

# %% answer="efficient.width_numbers"
width_numbers = ...
### BEGIN SOLUTION
# parameters(net) and count_macs_of(net, (3, 224, 224)) of each of the two networks.
width_numbers = [3_504_872, 300_774_272, 1_968_680, 97_131_840]
### END SOLUTION

# hint("efficient.width_numbers")

# %% check="efficient.width_numbers"
width_numbers = check("efficient.width_numbers", width_numbers)

# %% [markdown]
# The MACs shrink to about a third: those of 1 x 1 convolutions to a quarter, those of depthwise ones to a half,
# and the last layers keep their 1280 channels. Therefore more than half of the parameters are left.

# %% [markdown]
# ## Extra: time of whole networks
#
# MobileNetV2 has a sixth of ResNet-18's MACs. One image of 224 x 224:

# %% tags=["demo", "nbval-ignore-output"]
from torchvision import models

image = torch.rand(1, 3, 224, 224)
for name in ("resnet18", "mobilenet_v2"):
    net = getattr(models, name)()
    for threads in (1, 2):
        for last in (False, True):
            time = milliseconds(net, image, threads=threads, channels_last=last)
            layout = "channels_last" if last else "contiguous"
            print(f"{name:13}threads: {threads}, {layout:14}{time:7.1f} ms")
