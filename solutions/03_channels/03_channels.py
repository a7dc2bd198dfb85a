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
# # 03 Channels
#
# An RGB image has three channels, and the layers of a network have dozens or hundreds. This section is
# about which channel reads which, what that costs, and how networks are made cheaper.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.models.configs import conv, flatten, gap, linear, modules, relu
from course_lib.sections.channels import pictures
from course_lib.sections.channels.given import corr2d

import torch
import torch.nn.functional as F
from torch import nn

begin("channels", globals())

# %% [markdown]
# ## The idea in one picture
#
# In a convolution, every output channel reads a window of **every** input channel and adds up what it
# finds. There are two ways to read less: fewer channels, or fewer pixels.

# %% tags=["demo", "nbval-ignore-output"]
pictures.connections()

# %% [markdown]
# *Below the input channels with the pixels that are read, above the output channels; each line is a
# kernel, each colour a group (grey: no groups).* From left to right: the **standard** convolution; two
# **groups** that do not read each other's channels; **depthwise**, where each output reads one channel;
# **pointwise**, where each output reads all channels, but one pixel of each. This section is about the
# lines of this picture: what they compute, what they cost, what is lost when some are left out.

# %% [markdown]
# ## What you will be able to do
#
# - write convolution with any number of channels, and in groups;
# - say what a 1 x 1 convolution is, and what it needs to become a network;
# - count the parameters and the multiply-adds of a network, and compare with what PyTorch holds;
# - say what depthwise separable and group convolutions save, and what they cost;
# - merge two convolutions into one.
#
# You need sections 01 and 02: cross-correlation, padding and stride. `profile` changes nothing here.
#
# **Symbols.** `X` is an image of shape `(c_i, H, W)` with c_i input channels. `K` is a weight of shape
# `(c_o, c_i, h, w)`: c_o **filters**, each with one **slice** `(h, w)` for every input channel. The output
# `Y` has the shape `(c_o, rows, columns)`. All are floats. There is no batch axis, no stride and no
# padding, unless a text says otherwise.

# %% [markdown]
# ## A. Channels in, channels out
#
# A filter has a slice for each channel. Each slice is laid on its own channel, and the results are
# added: many channels in, **one** channel out.

# %% tags=["demo", "nbval-ignore-output"]
pictures.channel_sum()

# %% [markdown]
# *The same window in both channels, the filter's two slices, and the sum of the two outputs.* Predict
# the next number before you move the window.
#
# Cross-correlation of one channel is given, so that the channels are left to you: `corr2d(x, k)`,
# `(H, W), (h, w) -> (H - h + 1, W - w + 1)`, as you wrote it in section 01.

# %% [markdown]
# ### {channels.corr2d_multi_in}
#
# Write `corr2d_multi_in(X, K)`: an image `X` of shape `(c, H, W)` and **one** filter `K` of shape
# `(c, h, w)` give a tensor of shape `(H - h + 1, W - w + 1)`. Use `corr2d`. There may be any number of
# channels, a single one, too; neither image nor filter need be square, and every filter that fits on the
# image may come, up to one as large as the image.
#
# Leave `X` and `K` as they are, and let gradients flow to both: no `.item()`, `.data`, `.detach()` or NumPy.
# Not allowed: ready-made convolutions of PyTorch (`F.conv2d`, `nn.Conv2d`, `F.conv_transpose2d` and their
# kin), SciPy (`scipy.signal`, `scipy.ndimage`) and NumPy (`np.convolve`, `np.correlate`).
#
# By hand, the figure above: the first window gives 0·0 + 1·1 + 3·2 + 4·3 = 19 in the first channel and
# 1·1 + 2·2 + 4·3 + 5·4 = 37 in the second, together 56. All four: `[[56, 72], [104, 120]]`.

# %% answer="channels.corr2d_multi_in"
def corr2d_multi_in(X, K):
    """One filter: (c, H, W), (c, h, w) -> (H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    return sum(corr2d(x, k) for x, k in zip(X, K, strict=True))
    ### END SOLUTION

# hint("channels.corr2d_multi_in")

# %% check="channels.corr2d_multi_in"
corr2d_multi_in = check("channels.corr2d_multi_in", corr2d_multi_in)

# %% [markdown]
# ### {channels.corr2d_multi_in_out}
#
# Several filters give several output channels. Write `corr2d_multi_in_out(X, K)`:
# `(c_i, H, W), (c_o, c_i, h, w) -> (c_o, H - h + 1, W - w + 1)`, with `corr2d_multi_in`. Any number of
# channels and of filters, one of either, too (the output still has three axes); image and kernels as
# before. Leave `X` and `K` as they are; gradients must flow to both. Not allowed: ready-made convolutions
# (`F.conv2d` and all the others named in {channels.corr2d_multi_in}).
#
# By hand: with the filter `K` of the figure, `torch.stack([K, K + 1, K + 2])` holds three filters. The
# second one adds 1 to every weight, so it adds the sum of the window: 56 + (0+1+3+4) + (1+2+4+5) = 76.
# The three outputs are `[[56, 72], [104, 120]]`, `[[76, 100], [148, 172]]` and
# `[[96, 128], [192, 224]]`.

# %% answer="channels.corr2d_multi_in_out"
def corr2d_multi_in_out(X, K):
    """All filters: (c_i, H, W), (c_o, c_i, h, w) -> (c_o, H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    return torch.stack([corr2d_multi_in(X, k) for k in K])
    ### END SOLUTION

# hint("channels.corr2d_multi_in_out")

# %% check="channels.corr2d_multi_in_out"
corr2d_multi_in_out = check("channels.corr2d_multi_in_out", corr2d_multi_in_out)

# %% [markdown]
# ## B. One pixel wide
#
# A kernel of 1 x 1 sees no neighbours. What remains is the sum over the channels: every output channel is
# a weighted sum of the pixel's input channels, with the same weights at every pixel. That is **a dense
# layer applied to each pixel's channels**. `nn.Conv2d(3, 64, kernel_size=1)` makes of an RGB image of
# shape `(1, 3, 32, 32)` (with the batch axis) an output of shape `(1, 64, 32, 32)`. It is used
#
# - to **reduce** the number of channels before an expensive layer, and to **increase** it afterwards;
# - to **mix** channels that other layers keep apart (part C);
# - with an activation after it, to add a **nonlinearity** at each pixel.

# %% [markdown]
# ### {channels.conv1x1}
#
# Write `conv1x1(X, K)`: `(c_i, H, W), (c_o, c_i, 1, 1) -> (c_o, H, W)`, as **one** matrix product for all
# pixels and filters (`@`, `torch.matmul`, `torch.einsum` or `F.linear`), without a loop over pixels,
# channels or filters. Any number of channels and filters, one of either, too; any image, one of a single
# pixel or a single row, too. Leave `X` and `K` as they are; gradients must flow to both. Not allowed: ready-made convolutions
# (`F.conv2d` and all the others named in {channels.corr2d_multi_in}).
#
# By hand: two channels of three pixels, `[1, 2, 0]` and `[3, 0, 1]`, with the weights
# `[[1, 2], [0, -1]]`. The first output is 1·first + 2·second = `[7, 2, 2]`, the second is -second =
# `[-3, 0, -1]`.

# %% answer="channels.conv1x1"
def conv1x1(X, K):
    """1 x 1 convolution: (c_i, H, W), (c_o, c_i, 1, 1) -> (c_o, H, W)."""
    ### BEGIN SOLUTION
    Y = K.flatten(1) @ X.flatten(1)  # (c_o, c_i) times (c_i, pixels)
    return Y.reshape(len(K), *X.shape[1:])
    ### END SOLUTION

# hint("channels.conv1x1")

# %% check="channels.conv1x1"
conv1x1 = check("channels.conv1x1", conv1x1)

# %% [markdown]
# ### {channels.nin_choice}
#
# One often reads that a 1 x 1 convolution is a small network at each pixel. **Network in Network** (2013)
# makes one of several in a row, with an activation after each. Now leave the activations out: a 1 x 1
# convolution from 3 to 64 channels is directly followed by one from 64 to 10. Which functions can the two
# compute together?
#
# - **A** Every map from 3 to 10 channels at a pixel, curved ones too, as 64 is many.
# - **B** The linear maps (plus a bias) from 3 to 10 channels: those of one layer, no more.
# - **C** Fewer than one layer from 3 to 10 channels, as the 64 between are a bottleneck.
# - **D** Functions of a pixel and its neighbours, as two layers see further than one.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="channels.nin_choice"
nin_choice = ...
### BEGIN SOLUTION
nin_choice = "B"
### END SOLUTION

# %% check="channels.nin_choice"
nin_choice = check("channels.nin_choice", nin_choice)

# %% [markdown]
# Extra to this part: {channels.merge_1x1}.

# %% [markdown]
# ## C. Who reads whom
#
# `nn.Conv2d(c_i, c_o, k, groups=g)` cuts the input channels into g groups and the filters into as many;
# each group of filters reads its own group of channels. So g divides both c_i and c_o, and the weight has
# the shape `(c_o, c_i / g, k, k)`. With `groups=1` this is the standard convolution. With `groups=c_i` and
# c_o = c_i it is depthwise: one filter of one slice for each channel.

# %% tags=["demo", "nbval-ignore-output"]
pictures.who_reads_whom()

# %% [markdown]
# *Left the connections of 8 channels to 8, a colour for each group; right the weights for three sizes
# of the kernel, the chosen one in vermilion.* Twice the groups, half the connections; the size of the
# kernel decides what a connection costs.

# %% [markdown]
# ### {channels.group_conv2d}
#
# Write `group_conv2d(X, K, groups)` from scratch: `(c_i, H, W), (c_o, c_i / groups, h, w)` give
# `(c_o, H - h + 1, W - w + 1)`. The first c_i / groups channels and the first c_o / groups filters are the
# first group, and so on. `groups` is any number that divides c_i and c_o, from 1 (standard) to c_i
# (depthwise, also with several filters for each channel); c_o may be more or fewer than c_i or the same;
# kernels and image need not be square.
#
# Use `corr2d_multi_in_out`. Leave `X` and `K` as they are; gradients must flow to both. Not allowed:
# ready-made convolutions (`F.conv2d` and all the others named in {channels.corr2d_multi_in}).
#
# By hand: four channels of one pixel each, `1, 2, 3, 4`; `groups=2` and two filters, `[1, 1]` and
# `[1, -1]`. The first filter reads channels 0 and 1: 1 + 2 = 3. The second one reads channels 2 and 3:
# 3 - 4 = -1.

# %% answer="channels.group_conv2d"
def group_conv2d(X, K, groups):
    """Group convolution: (c_i, H, W), (c_o, c_i / groups, h, w) -> (c_o, rows, columns)."""
    ### BEGIN SOLUTION
    pieces = zip(X.chunk(groups), K.chunk(groups), strict=True)
    return torch.cat([corr2d_multi_in_out(x, k) for x, k in pieces])
    ### END SOLUTION

# hint("channels.group_conv2d")

# %% check="channels.group_conv2d"
group_conv2d = check("channels.group_conv2d", group_conv2d)

# %% [markdown]
# Compare with PyTorch's own layer, for every number of groups that divides 6 and 12:

# %% tags=["demo"]
torch.manual_seed(0)
for groups in (1, 2, 3, 6):
    layer, image = nn.Conv2d(6, 12, 3, groups=groups, bias=False), torch.randn(6, 5, 7)
    with torch.no_grad():
        equal = torch.allclose(group_conv2d(image, layer.weight, groups), layer(image), atol=1e-5)
    print(f"groups={groups}: weight {tuple(layer.weight.shape)}, equal up to rounding: {equal}")

# %% [markdown]
# Groups save weights, and they have a price: a group never hears of the other groups' channels, however
# many such layers follow one another. Something must mix them again, such as a 1 x 1 convolution.
#
# Extra to this part: {channels.block_product}, {channels.channel_shuffle}, {channels.blocks_apart}.

# %% [markdown]
# ## D. Counting
#
# How large is a layer? A filter has one slice of k · k weights for every channel that it **reads**, and one
# bias. In groups it reads c_i / g channels. So a convolution has
#
# $$c_o \cdot \frac{c_i}{g} \cdot k \cdot k \;\text{ weights, and }\; c_o \;\text{ biases.}$$
#
# Neither padding nor stride nor the size of the image plays a part. A dense layer has a weight for each
# pair of an input and an output, and a bias for each output. Activations have nothing to learn. Nor has
# **global average pooling**, which takes the mean of each channel, `(C, H, W) -> (C, 1, 1)`.

# %% [markdown]
# ### {channels.paper_counts}
#
# Give a list of five integers, all with biases. First the parameters of two layers:
#
# 1. `nn.Conv2d(64, 128, kernel_size=3, padding=1)`;
# 2. a 3 x 3 convolution from 16 to 32 channels.
#
# Then those of three networks, each of which makes 128 numbers of an RGB image of 32 x 32 pixels:
#
# 3. one dense layer on the flattened image;
# 4. a 3 x 3 convolution to 128 channels (`padding=1`), then global average pooling;
# 5. the same with 5 x 5 kernels (`padding=2`).
#
# Work them out on paper; you may let Python multiply.

# %% answer="channels.paper_counts"
paper_counts = ...
### BEGIN SOLUTION
paper_counts = [
    128 * 64 * 9 + 128,
    32 * 16 * 9 + 32,
    128 * 3 * 32 * 32 + 128,
    128 * 3 * 9 + 128,
    128 * 3 * 25 + 128,
]
### END SOLUTION

# hint("channels.paper_counts")

# %% check="channels.paper_counts"
paper_counts = check("channels.paper_counts", paper_counts)

# %% [markdown]
# To count by program, one needs no network, only its plan. Here a plan, or **config**, is a list of
# layers, and each layer is a dict. Five little functions write these dicts for you:

# %% tags=["demo"]
print(conv(2, 4, 3, padding=1))
print(linear(6, 5), relu(), gap(), flatten(), sep="\n")

# %% [markdown]
# The names are PyTorch's arguments; kernels, stride and padding are the same in both directions. `gap` is
# global average pooling.

# %% [markdown]
# ### {channels.count_params}
#
# Write `count_params(config) -> int`: all weights and biases of the layers in the list. Only `conv` and
# `linear` hold any. The list may be long or a single layer, in any order. Any `conv` may have `"groups"`
# (then, too, with or without biases), any stride and padding; any `conv` or `linear` may be without biases.
# Leave `config` as it is. Not allowed: making the layers and asking them (`torch.nn`, `torch.utils`, and
# whatever comes from `course_lib`).
#
# By hand: `[conv(2, 4, 3, padding=1), relu(), conv(4, 6, 3, stride=2, padding=1, groups=2,
# bias=False), relu(), gap(), flatten(), linear(6, 5)]`
#
# - first convolution: 4 filters of 2 slices of 9 weights, and 4 biases: 72 + 4 = 76;
# - second one: 6 filters of 4/2 = 2 slices of 9 weights, no biases: 108;
# - dense layer: 6·5 weights and 5 biases: 35. Together 219.

# %% answer="channels.count_params"
def count_params(config):
    """Weights and biases of all layers in the list."""
    ### BEGIN SOLUTION
    total = 0
    for layer in config:
        if layer["layer"] == "conv":
            weights = layer["in_channels"] // layer["groups"] * layer["kernel_size"] ** 2
            total += layer["out_channels"] * (weights + layer["bias"])
        elif layer["layer"] == "linear":
            total += layer["out_features"] * (layer["in_features"] + layer["bias"])
    return total
    ### END SOLUTION

# hint("channels.count_params")

# %% check="channels.count_params"
count_params = check("channels.count_params", count_params)

# %% [markdown]
# Beside your counts, what PyTorch's modules really hold (`modules` makes them from a config):

# %% tags=["demo"]
nets = {
    "1 x 1, 256 to 64": [conv(256, 64, 1)],
    "3 x 3, 64 to 64": [conv(64, 64, 3, padding=1)],
    "3 x 3, 64 to 64, groups=8": [conv(64, 64, 3, padding=1, groups=8)],
    "3 x 3, 64 to 64, depthwise": [conv(64, 64, 3, padding=1, groups=64)],
    "a small network": [
        *(conv(3, 32, 5), relu(), conv(32, 64, 3)),
        *(gap(), flatten(), linear(64, 10)),
    ],
}
for name, config in nets.items():
    held = sum(p.numel() for p in modules(config).parameters())
    print(f"{name:28}{count_params(config):>10,}{held:>10,}")

# %% [markdown]
# ### The work
#
# One **multiply-add** (MAC) is a product that is added to a sum; biases are left out, as is usual. (Some
# count it as two operations, FLOPs.) Every weight works once at every place of the **output**, so for one
# image a convolution needs
#
# $$c_o \cdot \frac{c_i}{g} \cdot k \cdot k \cdot \text{rows} \cdot \text{columns}$$
#
# of them. With stride s and padding p, one side of the output has ⌊(n + 2p - k) / s⌋ + 1 places, as in
# section 02.

# %% [markdown]
# ### {channels.count_macs}
#
# Write `count_macs(config, height, width) -> int`, the MACs for one image of this size. Follow the size
# through the convolutions. `relu`, `gap` and `flatten` count 0; a dense layer counts its weights once.
# Convolutions come first in the list; after a `gap`, a `flatten` or a `linear` there are no more. There may
# be several, one, or none (only dense layers). The image need not be square; kernels may be even or odd;
# a stride may leave pixels over; `"groups"` and `"bias"` as in {channels.count_params}. Leave `config` as it
# is. Not allowed: making the layers or counters of others (`torch.nn`, `torch.utils`, and whatever comes
# from `course_lib`). Your `count_params` may serve.
#
# By hand, the network of {channels.count_params} on an image of 4 x 6 pixels: the first convolution keeps
# the size, 72 weights at 24 places = 1728; the second one gives (4 + 2 - 3)//2 + 1 = 2 rows and
# (6 + 2 - 3)//2 + 1 = 3 columns, 108 weights at 6 places = 648; the dense layer 30. Together 2406.

# %% answer="channels.count_macs"
def count_macs(config, height, width):
    """Multiply-adds for one image of this size, biases left out."""
    ### BEGIN SOLUTION
    total = 0
    for layer in config:
        if layer["layer"] == "conv":
            k, p, s = layer["kernel_size"], layer["padding"], layer["stride"]
            height, width = ((n + 2 * p - k) // s + 1 for n in (height, width))
            weights = layer["out_channels"] * layer["in_channels"] // layer["groups"] * k**2
            total += weights * height * width
        elif layer["layer"] == "linear":
            total += layer["in_features"] * layer["out_features"]
    return total
    ### END SOLUTION

# hint("channels.count_macs")

# %% check="channels.count_macs"
count_macs = check("channels.count_macs", count_macs)

# %% [markdown]
# Beside them, PyTorch's own counter on an image of 28 x 28 pixels:

# %% tags=["demo"]
from torch.utils.flop_counter import FlopCounterMode

for name, config in nets.items():
    image = torch.zeros(1, config[0]["in_channels"], 28, 28)
    with FlopCounterMode(display=False) as counter:
        modules(config)(image)
    print(f"{name:28}{count_macs(config, 28, 28):>14,}{counter.get_total_flops() // 2:>14,}")

# %% [markdown]
# Twice the height and the width would change no line of the first table and all of the second: parameters
# do not know the size of the image, the work does.
#
# Extra to this part: {channels.dense_against_conv}, {channels.like_for_like}, {channels.conv_costs},
# {channels.padding_growth}, {channels.growth_numbers}.

# %% [markdown]
# ## E. Separable
#
# A standard convolution looks at neighbours and mixes channels at once. A **depthwise separable** one
# does it in two steps: first a depthwise layer filters each channel by itself, then a pointwise layer,
# 1 x 1, mixes the channels. How much of the weights and of the work is left?

# %% tags=["demo", "nbval-ignore-output"]
pictures.saving()

# %% [markdown]
# *The share of the work that is left, against the number of output channels: below that of the
# pointwise layer, on top of it that of the depthwise one.* With many channels nearly all of it is the
# pointwise part. Without biases, at the same size of the image, the share is
#
# $$\frac{c_i k^2 + c_i c_o}{c_i c_o k^2} = \frac{1}{c_o} + \frac{1}{k^2}$$
#
# It is not the same function for less: most standard convolutions cannot be written so.

# %% [markdown]
# ### {channels.separable}
#
# Write `separable(in_channels, out_channels, kernel_size)`: the config, a list of two layers, that stands
# for a `kernel_size` x `kernel_size` convolution which keeps the size of the image (stride 1, biases in
# both, nothing between them, all numbers integers). `kernel_size` is odd, 1 too; channels out may be more
# or fewer than in, or as many, and either may be 1.
#
# By hand, `separable(3, 5, 3)`: 3 filters of one slice, then 5 filters of 1 x 1 on all 3 channels:
# `[conv(3, 3, 3, padding=1, groups=3), conv(3, 5, 1)]`.

# %% answer="channels.separable"
def separable(in_channels, out_channels, kernel_size):
    """Config of a depthwise and a pointwise layer that keep the size of the image."""
    ### BEGIN SOLUTION
    padding = kernel_size // 2
    depthwise = conv(in_channels, in_channels, kernel_size, padding=padding, groups=in_channels)
    return [depthwise, conv(in_channels, out_channels, 1)]
    ### END SOLUTION

# hint("channels.separable")

# %% check="channels.separable"
separable = check("channels.separable", separable)

# %% [markdown]
# ### {channels.separable_numbers}
#
# A 3 x 3 convolution from 128 to 256 channels with `padding=1` and biases, on a feature map of 14 x 14,
# and the separable one in its place, with biases in both layers. Give a list of five integers: the
# parameters and the MACs of the standard one, the parameters and the MACs of the separable one, and
# last the parameters of a separable 3 x 3 convolution from 32 to 64 channels *without* biases. Your
# functions may count.

# %% answer="channels.separable_numbers"
separable_numbers = ...
### BEGIN SOLUTION
standard, separated = [conv(128, 256, 3, padding=1)], separable(128, 256, 3)
separable_numbers = [
    count_params(standard),
    count_macs(standard, 14, 14),
    count_params(separated),
    count_macs(separated, 14, 14),
    32 * 9 + 32 * 64,
]
### END SOLUTION

# hint("channels.separable_numbers")

# %% check="channels.separable_numbers"
separable_numbers = check("channels.separable_numbers", separable_numbers)

# %% [markdown]
# That is 8.60 times fewer parameters and 8.69 times fewer MACs. The second factor is exactly
# 1 / (1/256 + 1/9); the first one is a little smaller, because there are biases in two layers now.
# MobileNet and Xception (2017) are built of such layers; you meet them in section 09.

# %% [markdown]
# ## F. Two convolutions are one
#
# A convolution is linear. So two of them with no activation between are linear, too, and as both move with
# the image, the two together are again a convolution. Of which kernel? Look at one output, in one
# dimension. It reads three outputs of the first layer, with the weights `[3, 4, 1]`, and each of these
# reads two pixels, with the weights `[1, 2]`:

# %% tags=["demo", "nbval-ignore-output"]
pictures.copies()

# %% [markdown]
# *Each entry of the second kernel lays a copy of the first one, times that entry, where it looks; the last
# row is their sum.* From k1 and k2 entries come **k1 + k2 - 1**.

# %% [markdown]
# ### {channels.merge_kernels}
#
# Write `merge_kernels(K1, K2)`: `(h1, w1), (h2, w2) -> (h1 + h2 - 1, w1 + w2 - 1)`, the kernel with
# `corr2d(X, merged)` equal to `corr2d(corr2d(X, K1), K2)` for every image; one channel. Neither kernel need
# be square; either may be the larger one, a single row, a single column or a single number. Return a
# tensor; leave `K1` and `K2` as they are. You may use any operator of PyTorch or SciPy. Mind what section
# 01 said of the flip: `corr2d` and `F.conv2d` do not flip.
#
# By hand: `K1 = [[1, 2]]`, `K2 = [[3, 4], [0, 1]]`. The first row is 3·[1, 2, 0] + 4·[0, 1, 2], the
# second 0·[1, 2, 0] + 1·[0, 1, 2]: `[[3, 10, 8], [0, 1, 2]]`.

# %% answer="channels.merge_kernels"
def merge_kernels(K1, K2):
    """Kernel of two cross-correlations in a row: -> (h1 + h2 - 1, w1 + w2 - 1)."""
    ### BEGIN SOLUTION
    (h1, w1), (h2, w2) = K1.shape, K2.shape
    K = torch.zeros(h1 + h2 - 1, w1 + w2 - 1)
    for a in range(h2):
        for b in range(w2):
            K[a : a + h1, b : b + w1] += K2[a, b] * K1
    return K
    ### END SOLUTION

# hint("channels.merge_kernels")

# %% check="channels.merge_kernels"
merge_kernels = check("channels.merge_kernels", merge_kernels)

# %% [markdown]
# The merged kernel is the full *true convolution* of the two. A formula often seen,
# `F.conv2d(K1, K2, padding=k - 1)`, forgets to flip. How much does that matter?

# %% tags=["demo", "nbval-ignore-output"]
torch.manual_seed(0)
X, K1, K2 = torch.randn(9, 10), torch.randn(3, 3), torch.randn(3, 3)
two = corr2d(corr2d(X, K1), K2)
unflipped = F.conv2d(K1[None, None], K2[None, None], padding=2)[0, 0]
for name, merged in {"without the flip": unflipped, "your kernel": merge_kernels(K1, K2)}.items():
    print(f"{name:16} largest error: {(corr2d(X, merged) - two).abs().max():.2g}")

# %% [markdown]
# Merging is no saving: two kernels of 3 x 3 have 18 weights, the merged one has 25. It says something
# else: **without an activation between, depth brings nothing.**
#
# Extra to this part: {channels.merge_layers}, {channels.border_choice}, {channels.can_split}.

# %% [markdown]
# ## Check yourself
#
# Four short quizzes, without points.
#
# **1 x 1**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("channels.pointwise")

# %% [markdown]
# **Groups**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("channels.groups")

# %% [markdown]
# **Counting**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("channels.counting")

# %% [markdown]
# **Two are one**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("channels.merging")

# %% [markdown]
# ## Summary
#
# - An output channel is a sum over all input channels; the weight has the shape `(c_o, c_i, h, w)`.
# - A 1 x 1 convolution is a dense layer at every pixel. Several in a row are one, unless nonlinearities
#   stand between.
# - A convolution with g groups has c_o · c_i/g · k² weights; groups do not mix until a 1 x 1 convolution
#   or a channel shuffle mends that. Depthwise separable leaves 1/c_o + 1/k² of the work.
# - Parameters do not know the size of the image; multiply-adds do: each weight works once at each place
#   of the output.
# - Two convolutions with nothing between are one, with the true convolution of their kernels.
#
# **Further reading**
#
# - M. Lin, Q. Chen and S. Yan, *Network in network*, 2013: 1 x 1 convolutions with activations.
# - A. Krizhevsky, I. Sutskever and G. Hinton, *ImageNet classification with deep convolutional neural
#   networks*, 2012: groups, for want of memory on one graphics card.
# - A. Howard and others, *MobileNets: efficient convolutional neural networks for mobile vision
#   applications*, 2017: networks of depthwise separable layers.
# - F. Chollet, *Xception: deep learning with depthwise separable convolutions*, 2017.
#
# Here the core ends; section 04 goes on with pooling. Seven extra parts follow, each of which needs the
# core only.

# %% [markdown]
# ## Extra: two 1 x 1 layers as one

# %% [markdown]
# ### {channels.merge_1x1}
#
# At one pixel, a first 1 x 1 layer makes `z = K1 x + b1` of the pixel's channels `x = [x0, x1, …]`, and a
# second one, directly after it, makes `K2 z + b2` of that. Write
# `merge_1x1(K1, b1, K2, b2) -> [K, b]`: weight and bias of the *one* 1 x 1 layer that does the same, as
# a list (or tuple) of two tensors. Shapes: `K1 (c_m, c_i)`, `b1 (c_m,)`, `K2 (c_o, c_m)`, `b2 (c_o,)`,
# `K (c_o, c_i)`, `b (c_o,)`. The three numbers of channels are any, equal ones and 1, too. Leave all four
# as they are.
#
# By hand: `K1 = [[1, 2]]`, `b1 = [3]`, `K2 = [[4], [5]]`, `b2 = [0, 1]`. Between the layers stands
# z = x0 + 2·x1 + 3. The first output is 4z = 4·x0 + 8·x1 + 12, the second is
# 5z + 1 = 5·x0 + 10·x1 + 16: `K = [[4, 8], [5, 10]]`, `b = [12, 16]`.

# %% answer="channels.merge_1x1"
def merge_1x1(K1, b1, K2, b2):
    """Two 1 x 1 layers in a row as one: -> [K, b], shapes (c_o, c_i) and (c_o,)."""
    ### BEGIN SOLUTION
    return [K2 @ K1, K2 @ b1 + b2]
    ### END SOLUTION

# hint("channels.merge_1x1")

# %% check="channels.merge_1x1"
merge_1x1 = check("channels.merge_1x1", merge_1x1)

# %% [markdown]
# So the second layer brought nothing new. With an activation between, no such K and b exist.

# %% [markdown]
# ## Extra: blocks that do not mix
#
# As a matrix, a 1 x 1 convolution in groups is **block-diagonal**: m blocks `(r, c)` along the diagonal
# and zeros everywhere else. The full matrix `(m·r, m·c)` would need m²·r·c multiplications for each column
# of `x`; the blocks alone need m·r·c. **The work is 1/m.**

# %% [markdown]
# ### {channels.block_product}
#
# Write `block_product(blocks, x)`: `(m, r, c), (m·c, n) -> (m·r, n)`, the product of the block-diagonal
# matrix with `x`, a tensor. The blocks need not be square; there may be a single one, and each of m, r, c
# and n may be 1. Leave both as they are.
#
# Multiply block by block (or by one batched product): no product may waste time on the zeros, and the check
# counts your multiply-adds. Not allowed: `torch.block_diag`, its kin in SciPy (`scipy.linalg`,
# `scipy.sparse`), and NumPy, where nothing can be counted.
#
# By hand: the blocks `[[1, 2]]` and `[[3, 4]]`, `x = [[1], [1], [10], [1]]`. The first block reads the
# first two rows: 1 + 2 = 3. The second one reads the others: 30 + 4 = 34. Result: `[[3], [34]]`.

# %% answer="channels.block_product"
def block_product(blocks, x):
    """Block-diagonal matrix times x: (m, r, c), (m·c, n) -> (m·r, n)."""
    ### BEGIN SOLUTION
    pieces = x.chunk(len(blocks))
    return torch.cat([block @ piece for block, piece in zip(blocks, pieces, strict=True)])
    ### END SOLUTION

# hint("channels.block_product")

# %% check="channels.block_product"
block_product = check("channels.block_product", block_product)

# %% [markdown]
# What is the price? Follow one input channel through two such layers. First with nothing between, then
# with what the menu offers:

# %% tags=["demo", "nbval-ignore-output"]
pictures.mixing()

# %% [markdown]
# *In vermilion, whatever depends on the chosen input channel.* With nothing between, the groups
# never hear of each other.

# %% [markdown]
# ### {channels.channel_shuffle}
#
# **Channel shuffle** deals the channels out anew, at no cost in multiplications: first the first channel
# of every group, then the second of every group, and so on. Write `channel_shuffle(X, groups)`:
# `(c, H, W) -> (c, H, W)`, a tensor. `groups` divides c; it may be 1 or c. The image need not be square.
# Leave `X` as it is. Not allowed: `nn.ChannelShuffle`, `F.channel_shuffle`, `torch.channel_shuffle`.
#
# By hand: six channels in two groups, `0 1 2 | 3 4 5`, become `0 3 1 4 2 5`.

# %% answer="channels.channel_shuffle"
def channel_shuffle(X, groups):
    """One channel of each group in turn: (c, H, W) -> (c, H, W)."""
    ### BEGIN SOLUTION
    return X.unflatten(0, (groups, -1)).transpose(0, 1).flatten(0, 1)
    ### END SOLUTION

# hint("channels.channel_shuffle")

# %% check="channels.channel_shuffle"
channel_shuffle = check("channels.channel_shuffle", channel_shuffle)

# %% [markdown]
# ### {channels.blocks_apart}
#
# All numbers of channels in a network are multiples of ten, but for the three of its RGB images. Somebody
# makes it nearly ten times cheaper: all convolutions but the first, which reads those three, get
# `groups=10`. Nothing else is put in their place.

# %% [markdown] essay="channels.blocks_apart"
# Explain in three or four sentences what this network can no longer compute, and name two ways to mend
# that.
#
# ### BEGIN SOLUTION
# After the first layer, the channels fall into ten groups, and each layer's group reads the same group of
# the layer before only. So ten small networks stand side by side: no feature map can combine what two
# groups have found, however deep the network is, until a layer reads all channels (such as a dense layer
# at the end). A 1 x 1 convolution after each grouped layer mends it, as it reads all channels at each
# pixel; so does a channel shuffle between two grouped layers, at no cost in multiplications, after which
# each group reads channels of all groups.
#
# - [ ] 1 point: groups never read each other's channels, in all layers after the first, so features of
#   different groups are not combined
# - [ ] 1 point: names two ways: 1 x 1 convolutions between, channel shuffle (or a standard layer here and
#   there, or other groups in each layer)
# ### END SOLUTION

# %% [markdown]
# **Further reading**
#
# - X. Zhang and others, *ShuffleNet: an extremely efficient convolutional neural network for mobile
#   devices*, 2018.

# %% [markdown]
# ## Extra: like for like

# %% [markdown]
# ### {channels.dense_against_conv}
#
# An RGB image of 32 x 32 pixels; no biases. Give a list of three numbers of weights: a dense layer to 64
# numbers; a 3 x 3 convolution to 64 maps of 32 x 32 (`padding=1`); a dense layer to 64 maps of 32 x 32,
# that is, to as many numbers as the convolution gives.

# %% answer="channels.dense_against_conv"
dense_against_conv = ...
### BEGIN SOLUTION
dense_against_conv = [
    count_params([linear(3 * 32 * 32, 64, bias=False)]),
    count_params([conv(3, 64, 3, padding=1, bias=False)]),
    count_params([linear(3 * 32 * 32, 64 * 32 * 32, bias=False)]),
]
### END SOLUTION

# hint("channels.dense_against_conv")

# %% check="channels.dense_against_conv"
dense_against_conv = check("channels.dense_against_conv", dense_against_conv)

# %% [markdown]
# ### {channels.like_for_like}
#
# “The dense layer needs 114 times as many weights as the convolution”: this is the first number of
# {channels.dense_against_conv}, divided by the second.

# %% [markdown] essay="channels.like_for_like"
# Say in three or four sentences why this comparison is not a fair one, which comparison would be, and
# what the convolution gives up for its few weights.
#
# ### BEGIN SOLUTION
# The two layers do not give the same: the dense one gives 64 numbers, the convolution 64 maps of 32 x 32
# numbers, 1024 times as many. Like for like, a dense layer to these 65,536 numbers needs
# 3,072 · 65,536 = 201,326,592 weights, more than 100,000 times as many as the 1,728. The convolution gives
# up two things: each output reads a window of 3 x 3 pixels only, and all places share their weights. (It
# also does more work than the dense layer to 64 numbers: 1,728 · 1,024 = 1,769,472 multiply-adds against
# 196,608.)
#
# - [ ] 1 point: the outputs differ (64 numbers, 64 maps), and the fair partner is the dense layer to
#   64 · 32 · 32 numbers, 201,326,592 weights
# - [ ] 1 point: names what is given up: windows are local, and weights are shared by all places
# ### END SOLUTION

# %% [markdown]
# ## Extra: what training costs, and how costs grow
#
# Training costs more than the forward pass. Going **backward**, a layer gets the gradient of its output
# and computes two others: for its weights, to learn, and for its input, to hand on. Each takes as many
# MACs as the forward pass. (This count is exact without padding; with it, some products with the zeros
# around the image could be spared in both directions, and are counted all the same.) The **first** layer
# of a network has nobody to hand on to, so it computes the gradient for the weights only.

# %% [markdown]
# ### {channels.conv_costs}
#
# Write `conv_costs(in_channels, out_channels, kernel_size, size, padding)` for one image, stride 1, no
# biases, no groups. `kernel_size = (k_h, k_w)` and `size = (height, width)` are pairs, square or not, tuples
# or lists; `padding` ≥ 0 is laid on all four sides, and the kernel fits. It returns a dict of five integers:
#
# - `"forward_macs"`; `"backward_macs"`; `"backward_macs_first"`, the same if it is a first layer;
# - `"forward_memory"`, the numbers in X (without the padding), K and Y;
# - `"backward_memory"`, the numbers in X and K and in the three gradients, those of Y, K and X (not a first
#   layer).
#
# By hand, `conv_costs(2, 3, (1, 2), (4, 5), 0)`: X has 2·4·5 = 40 numbers, K 3·2·1·2 = 12, the output
# is 4 x 4, so Y has 48. Forward 12·16 = 192 MACs, backward 384, as a first layer 192. Memory
# 40 + 12 + 48 = 100 forward, 40 + 12 + 48 + 12 + 40 = 152 backward.

# %% answer="channels.conv_costs"
def conv_costs(in_channels, out_channels, kernel_size, size, padding):
    """MACs and numbers in memory, forward and backward, as a dict of five integers."""
    ### BEGIN SOLUTION
    rows, columns = (n + 2 * padding - k + 1 for n, k in zip(size, kernel_size, strict=True))
    x = in_channels * size[0] * size[1]
    k = out_channels * in_channels * kernel_size[0] * kernel_size[1]
    y = out_channels * rows * columns
    forward = k * rows * columns
    return {
        "forward_macs": forward,
        "backward_macs": 2 * forward,
        "backward_macs_first": forward,
        "forward_memory": x + k + y,
        "backward_memory": x + k + y + k + x,
    }
    ### END SOLUTION

# hint("channels.conv_costs")

# %% check="channels.conv_costs"
conv_costs = check("channels.conv_costs", conv_costs)

# %% [markdown]
# ### {channels.padding_growth}
#
# Write `padding_growth(size, kernel_size, padding) -> float`: the factor by which the MACs of a convolution
# grow when its padding is doubled. Image and kernel are square, the stride is 1. `padding` ≥ 0; the kernel
# fits on the padded image, and may be even or odd, and as large as the image.
#
# By hand, `padding_growth(5, 3, 1)`: the output has 5 + 2 - 3 + 1 = 5 places a side before, and 7
# after. The factor is 49 / 25 = 1.96.

# %% answer="channels.padding_growth"
def padding_growth(size, kernel_size, padding):
    """MACs with twice the padding, divided by MACs before."""
    ### BEGIN SOLUTION
    before, after = (size + 2 * p - kernel_size + 1 for p in (padding, 2 * padding))
    return (after / before) ** 2
    ### END SOLUTION

# hint("channels.padding_growth")

# %% check="channels.padding_growth"
padding_growth = check("channels.padding_growth", padding_growth)

# %% [markdown]
# ### {channels.growth_numbers}
#
# Give a list of three factors, with at least two decimals where they are not whole, by which the MACs grow:
# when both c_i and c_o are doubled; when the padding of a 3 x 3 convolution goes from 1 to 2 on an image of
# 64 x 64; and the same on one of 7 x 7.

# %% answer="channels.growth_numbers"
growth_numbers = ...
### BEGIN SOLUTION
growth_numbers = [2 * 2, padding_growth(64, 3, 1), padding_growth(7, 3, 1)]
### END SOLUTION

# hint("channels.growth_numbers")

# %% check="channels.growth_numbers"
growth_numbers = check("channels.growth_numbers", growth_numbers)

# %% [markdown]
# ## Extra: merged layers, the border, and the way back

# %% [markdown]
# ### {channels.merge_layers}
#
# Write `merge_layers(K1, K2)`: the weights `(c_m, c_i, h1, w1)` and `(c_o, c_m, h2, w2)` of two layers in
# a row give the one weight `(c_o, c_i, h1 + h2 - 1, w1 + w2 - 1)` that does the same, a tensor. An input
# channel reaches an output channel by several ways, one through each of the c_m channels between. Each of
# the three numbers of channels may be 1; the kernels need not be square. Leave `K1` and `K2` as they are.
# You may use your `merge_kernels` and any operator of PyTorch or SciPy.
#
# By hand: one channel in, two between, one out, kernels of one row. `K1` holds `[1, 2]` and `[0, 1]`,
# `K2` holds `[3, 4]` and `[1, 5]`. Through the first channel between: `[3, 10, 8]`; through the second:
# `[0, 1, 5]`; together `[3, 11, 13]`.

# %% answer="channels.merge_layers"
def merge_layers(K1, K2):
    """Two layers as one: -> (c_o, c_i, h1 + h2 - 1, w1 + w2 - 1)."""
    ### BEGIN SOLUTION
    def merged(o, i):
        return sum(merge_kernels(K1[m, i], K2[o, m]) for m in range(len(K1)))

    rows = [torch.stack([merged(o, i) for i in range(K1.shape[1])]) for o in range(len(K2))]
    return torch.stack(rows)
    ### END SOLUTION

# hint("channels.merge_layers")

# %% check="channels.merge_layers"
merge_layers = check("channels.merge_layers", merge_layers)

# %% [markdown]
# ### At the border
#
# All this is exact for “valid” convolutions. With padding something happens at the border. The merged
# layer lays zeros around the *image*; in the two layers zeros are also laid around the *output of the
# first one*.

# %% tags=["demo", "nbval-ignore-output"]
pictures.border()

# %% [markdown]
# *Left an image, right the difference between two layers in a row and the merged one; white is zero.*
# Why is the ring as wide as it is? Change the first kernel, and see what happens.

# %% [markdown]
# ### {channels.border_choice}
#
# First a 3 x 3 layer with `padding=1`, then a 5 x 5 layer with `padding=2`, nothing between. The merged
# layer is 7 x 7 with `padding=3`. On a large random image, where do the outputs differ?
#
# - **A** Nowhere: two linear layers are one, whatever the padding.
# - **B** In the outermost ring, one pixel wide.
# - **C** In a ring two pixels wide.
# - **D** In a ring three pixels wide.
#
# Answer with one letter in quotes. You can try it out: you have all that it takes. The answer is recorded.

# %% answer="channels.border_choice"
border_choice = ...
### BEGIN SOLUTION
border_choice = "C"
### END SOLUTION

# %% check="channels.border_choice"
border_choice = check("channels.border_choice", border_choice)

# %% [markdown]
# ### The way back
#
# Can every kernel be split into smaller ones? Then 25 weights would become 18. In one dimension the
# question is an old one. Full convolution multiplies polynomials: `[1, 1]` and `[1, 2]` give
# `[1, 3, 2]`, as (1 + t)(1 + 2t) = 1 + 3t + 2t². To split a kernel is to factor a polynomial.

# %% [markdown]
# ### {channels.can_split}
#
# Write `can_split(kernels)`: a tensor of shape `(n, 3)` with a kernel in each row gives a **list of n
# `True` or `False`**: is the kernel the full convolution of two *real* kernels of two entries each? These
# two may be equal, and entries of theirs may be zero. The kernels hold whole numbers, as floats: positive,
# negative, zeros anywhere, even three; n ≥ 1. Leave `kernels` as it is.
#
# By hand: `[1, 3, 2]` splits, see above. `[1, 0, 1]` does not: 1 + t² has no real root. `[1, 2, 1]` does,
# into `[1, 1]` twice; `[0, 1, 2]` does, into `[0, 1]` and `[1, 2]`.

# %% answer="channels.can_split"
def can_split(kernels):
    """Whether each kernel is a convolution of two real ones: (n, 3) -> list of n bools."""
    ### BEGIN SOLUTION
    a, b, c = kernels.T
    return (b * b - 4 * a * c >= 0).tolist()
    ### END SOLUTION

# hint("channels.can_split")

# %% check="channels.can_split"
can_split = check("channels.can_split", can_split)

# %% [markdown]
# In two dimensions it is rarer still: a product of polynomials in two variables is an exception. One
# special case is easy to see: a kernel of **rank 1** is a column times a row, so a 3 x 1 and a 1 x 3
# convolution in a row do the same (Sobel: `[1, 2, 1]` down, `[1, 0, -1]` across). Rank 1 says this and
# nothing more.

# %% [markdown]
# ## Extra: one matrix product
#
# How do libraries compute all these sums fast? They turn the whole layer, all windows and all channels,
# into one product of two matrices, because nothing on a processor is better tuned than that. Make all
# windows at once, with all their channels, and flatten each: as columns of a matrix. That is **im2col**,
# in section 01 for one channel.

# %% tags=["demo", "nbval-ignore-output"]
pictures.columns()

# %% [markdown]
# *A window reaches through both channels; flattened, it is one column. Above the thick line stand the
# first channel's entries, below it the second's.*

# %% [markdown]
# ### {channels.conv2d_matmul}
#
# Write `conv2d_matmul(X, K)`: `(c_i, H, W), (c_o, c_i, h, w) -> (c_o, H - h + 1, W - w + 1)`, the whole
# layer as **one** matrix product (`@`, `torch.matmul`, `torch.einsum`), without a loop over windows or
# channels. Any number of channels and filters, one of either, too; neither image nor kernels need be
# square, and every kernel that fits may come, up to one as large as the image. Leave `X` and `K` as they
# are; gradients must flow to both.
#
# Not allowed: `F.unfold`, `F.fold`, `nn.Unfold`, `nn.Fold`, and ready-made convolutions (`F.conv2d` and
# all the others named in {channels.corr2d_multi_in}). The tensors' own `unfold` is allowed.
#
# By hand: two channels of 1 x 3, `[1, 2, 3]` and `[4, 5, 6]`, and one filter of 1 x 2, with the slices
# `[1, 0]` and `[0, -1]`. The two windows are `[1, 2, 4, 5]` and `[2, 3, 5, 6]`, as columns
# `[[1, 2], [2, 3], [4, 5], [5, 6]]`; the filter, flattened, is `[1, 0, 0, -1]`. So `Y` is
# `[[[1 - 5, 2 - 6]]] = [[[-4, -4]]]`.

# %% answer="channels.conv2d_matmul"
def conv2d_matmul(X, K):
    """The layer as one matrix product: -> (c_o, H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    h, w = K.shape[2:]
    windows = X.unfold(1, h, 1).unfold(2, w, 1)  # (c_i, rows, columns, h, w)
    columns = windows.permute(0, 3, 4, 1, 2).reshape(len(X) * h * w, -1)
    return (K.flatten(1) @ columns).reshape(len(K), *windows.shape[1:3])
    ### END SOLUTION

# hint("channels.conv2d_matmul")

# %% check="channels.conv2d_matmul"
conv2d_matmul = check("channels.conv2d_matmul", conv2d_matmul)

# %% [markdown]
# Three ways to compute the same layer. The times depend on your machine; nothing here is marked.

# %% tags=["demo", "nbval-ignore-output"]
pictures.timing(
    {
        "pair by pair of channels": corr2d_multi_in_out,
        "one matrix product": conv2d_matmul,
        "F.conv2d": lambda X, K: F.conv2d(X[None], K)[0],
    }
)

# %% [markdown]
# *Time of one layer against the number of windows; both axes are logarithmic.* All do the same
# multiply-adds, so the MACs alone do not tell the time. The loop over pairs of channels takes hundreds of
# steps, each of which writes all its products to memory before it adds them up. im2col copies each pixel
# into up to h · w columns, but then one product does the rest. `F.conv2d` avoids most of both.
#
# ### Why reading matters
#
# A processor multiplies much faster than it reads from memory. So it pays to use what has been read
# more than once. Take k x k kernels and go along a row of the output. For a single output, k columns of
# the image are read (each k pixels high). The next window needs one column more, no other. So read a
# **strip** of k - 1 + Δ columns and compute Δ outputs from it: columns that are loaded already serve again.

# %% tags=["demo", "nbval-ignore-output"]
pictures.strip()

# %% [markdown]
# *Left the strip with its first window, right the columns read for each output.* With (k - 1 + Δ) / Δ
# columns per output, wider is better, and one column per output is the limit (dotted). The gain comes from
# the reuse of loaded columns. What ends it is the **cache**, the small fast memory of a processor: a strip
# that does not fit there must be read again.

# %% [markdown]
# ### {channels.best_strip}
#
# Write `best_strip(k, cache) -> [delta, loads]`: the largest `delta` for which a strip of k rows and
# k - 1 + delta columns has at most `cache` numbers, and the columns read per output,
# (k - 1 + delta) / delta. `k` ≥ 1 is even or odd; `cache` is at least k · k, so that `delta = 1` fits, and
# need not be a multiple of k.
#
# By hand, `best_strip(3, 32)`: 10 columns of 3 numbers fit, so delta = 8 and loads = 10/8 = 1.25.

# %% answer="channels.best_strip"
def best_strip(k, cache):
    """Widest strip that fits: -> [delta, columns read per output]."""
    ### BEGIN SOLUTION
    columns = cache // k
    delta = columns - (k - 1)
    return [delta, columns / delta]
    ### END SOLUTION

# hint("channels.best_strip")

# %% check="channels.best_strip"
best_strip = check("channels.best_strip", best_strip)

# %% [markdown]
# **Further reading**
#
# - K. Chellapilla, S. Puri and P. Simard, *High performance convolutional neural networks for document
#   processing*, 2006: im2col.

# %% [markdown]
# ## Extra: equal, but for the last bit
#
# Your `conv1x1` and your `corr2d_multi_in_out` compute the same sums. Are their outputs equal, bit for
# bit? Random images and 1 x 1 filters, 100 trials each:

# %% tags=["demo", "nbval-ignore-output"]
def trials_equal(c):
    torch.manual_seed(0)
    pairs = [(torch.randn(c, 3, 3), torch.randn(2, c, 1, 1)) for _ in range(100)]
    return sum(torch.equal(corr2d_multi_in_out(X, K), conv1x1(X, K)) for X, K in pairs)

for c in (3, 8, 64):
    print(f"{c:2} channels: the same bits in {trials_equal(c)} of 100 trials")

# %% [markdown]
# With 3 channels they mostly are, with 64 hardly ever (the numbers depend on your machine). Nobody
# promised equality: every sum of floats is rounded, and a matrix product adds in another order than
# your loop. **In floating point, (a + b) + c need not be a + (b + c).** So compare with
# `torch.allclose`, not with `==`.

# %% [markdown]
# ### {channels.order_matters}
#
# Give `order_matters = [x, w]`: the channels of one pixel and the weights of one filter, two lists of
# equally many numbers, such that in **float32** the sum of the products `x[c] * w[c]` is *another
# number* when it is added up from the last channel to the first instead of from the first to the last,
# one product after the other. All products and sums are finite numbers. There are many right answers.
#
# By hand, no counterexample: `[[1, 2, 3], [1, 1, 1]]` gives 6 both ways. float32 keeps about 7 decimal
# digits, so 20,000,000 + 1 is 20,000,000 again. Why would two channels never do?

# %% answer="channels.order_matters"
order_matters = ...
### BEGIN SOLUTION
order_matters = [[1e8, -1e8, 1.0], [1.0, 1.0, 1.0]]  # forwards 0 + 1; backwards the 1 is lost
### END SOLUTION

# hint("channels.order_matters")

# %% check="channels.order_matters"
order_matters = check("channels.order_matters", order_matters)

# %% [markdown]
# **Further reading**
#
# - D. Goldberg, *What every computer scientist should know about floating-point arithmetic*, 1991.
