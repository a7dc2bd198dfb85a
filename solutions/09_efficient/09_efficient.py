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
# A phone has a small battery and no graphics card. Here you build the blocks that networks for phones are
# made of, count what whole networks compute, and measure how long they take: which is something else.
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
# ## A. The separable block

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
    return nn.Sequential(
        nn.Conv2d(in_channels, in_channels, 3, stride, 1, groups=in_channels, bias=False),
        nn.BatchNorm2d(in_channels),
        nn.ReLU(),
        nn.Conv2d(in_channels, out_channels, 1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )
    ### END SOLUTION

# hint("efficient.separable")

# %% check="efficient.separable"
separable = check("efficient.separable", separable)

# %% [markdown]
# ## B. The work of whole networks

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
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        total += layer.weight.numel() * (output.numel() // len(layer.weight))

    model = copy.deepcopy(model).eval()
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(count)
    with torch.no_grad():
        model(torch.zeros(1, *shape))
    return total
    ### END SOLUTION

# hint("efficient.count_macs_of")

# %% check="efficient.count_macs_of"
count_macs_of = check("efficient.count_macs_of", count_macs_of)

# %% [markdown]
# ## C. The inverted residual

# %%
def conv_norm_relu6(in_channels, out_channels, kernel_size, stride=1, groups=1):
    """Convolution that keeps the size (but for the stride), batch norm, ReLU6."""
    padding = kernel_size // 2
    options = {"padding": padding, "groups": groups, "bias": False}
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
# Why does no ReLU6 follow the projection?
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
# ## D. Time

# %% [markdown]
# ### {efficient.intensity}
#
# Write `intensity(in_channels, out_channels, kernel, size, groups=1) -> float`, the **arithmetic intensity**
# of one convolution layer: its multiply-adds, divided by the numbers that it moves. It moves every number of
# its input, of its weight and of its output once.
#
# `kernel` is the side of the square kernel, an odd integer; `size` the side of the square input. Stride 1;
# the padding keeps the size. One image, no bias. `groups` divides both numbers of channels.
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
# ### {efficient.depthwise_choice}
#
# A depthwise 3 x 3 layer is slow for want of intensity. Which change can raise its intensity above 4.5?
#
# - **A** More channels.
# - **B** Larger maps.
# - **C** A larger kernel.
# - **D** More images at once.
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
# ## E. Lab: separable against standard

# %% [markdown]
# ### {efficient.why_not_faster}
#
# A person marks it.

# %% [markdown] essay="efficient.why_not_faster"
# TODO
#
# ### BEGIN SOLUTION
# TODO
#
# - [ ] 1 point: TODO
# ### END SOLUTION

# %% [markdown]
# ## Check yourself

# %% [markdown]
# ## Summary

# %% [markdown]
# ## Extra: the whole MobileNetV2

# %% [markdown]
# ### {efficient.scaled}
#
# Write `scaled(channels, width) -> int`: the number of channels at a **width factor**, as torchvision has it:
# `channels * width`, rounded to the nearest multiple of 8 (halves up), at least 8. If that is less than 90 %
# of `channels * width`, take 8 more. `channels` is an integer from 1 on, `width` a positive number.
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
# - `settings` is a list of stages, each `(expand_ratio, channels, blocks, stride)`.
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
# ### {efficient.width_numbers}
#
# TODO

# %% answer="efficient.width_numbers"
width_numbers = ...
### BEGIN SOLUTION
width_numbers = []
### END SOLUTION

# hint("efficient.width_numbers")

# %% check="efficient.width_numbers"
width_numbers = check("efficient.width_numbers", width_numbers)
