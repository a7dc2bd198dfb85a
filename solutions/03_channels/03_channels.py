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
# **What you will be able to do**
#
# - write convolution with any number of channels, by sums, by groups and as one matrix product;
# - say what a 1 x 1 convolution is, and what it needs to become a network;
# - count the parameters and the multiply-adds of a network, and compare with what PyTorch holds;
# - say what depthwise separable and group convolutions save, and what they cost;
# - merge two convolutions into one, and tell when that cannot be undone;
# - explain why equal formulas give floats that differ in the last bit.
#
# You need sections 01 and 02: cross-correlation, padding and stride.

# %% [markdown]
# Exercises, checks, hints and figures work as in section 01. The notebook runs on a CPU, downloads
# nothing and trains nothing: **`profile` changes nothing here.**
#
# **Symbols.** `X` is an image of shape `(c_i, H, W)` with c_i input channels, `K` a weight of shape
# `(c_o, c_i, h, w)`: c_o **filters**, each with one **slice** `(h, w)` for every input channel. The
# output `Y` has the shape `(c_o, rows, columns)`. There is no batch axis, no stride and no padding,
# unless a text says otherwise.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import check, hint, quiz
from course_lib.sections.channels import pictures
from course_lib.models.configs import conv, flatten, gap, linear, relu
from course_lib.sections.channels.facts import held, macs

import torch
import torch.nn.functional as F
from scipy import signal
from torch import nn

# %% [markdown]
# ## The idea in one picture
#
# In a convolution, every output channel reads a window of **every** input channel and adds up what it
# finds. There are two ways to read less: fewer channels, or fewer pixels.

# %% tags=["demo", "nbval-ignore-output"]
pictures.connections()

# %% [markdown]
# *Below the input channels with the pixels that are read, above the output channels; each line is a
# kernel, each colour a group (grey: no groups). From left to right: the standard convolution; two
# groups that do not read each other's channels; depthwise, where each output reads one channel;
# pointwise, where each output reads all channels, but one pixel of each.* This section is about the
# lines of this picture: what they compute, how many there are, and what is lost when some are left
# out.

# %% [markdown]
# # A. Channels in, channels out
#
# A filter has a slice for each channel. Each slice is laid on its own channel, and the results are
# added: many channels in, **one** channel out.

# %% tags=["demo", "nbval-ignore-output"]
pictures.channel_sum()

# %% [markdown]
# *The same window in both channels, the filter's two slices, and the sum of the two outputs.* Predict
# the next number before you move the window.
#
# The next cell gives you cross-correlation for one channel. It comes from SciPy, so that the channels
# are left to you.

# %%
def corr2d(x, k):
    """One channel: (H, W), (h, w) -> (H - h + 1, W - w + 1)."""
    return torch.from_numpy(signal.correlate2d(x, k, mode="valid"))

# %% [markdown]
# ### Exercise 1: many channels in, one out (1 point)
#
# Write `corr2d_multi_in(X, K)`: an image `X` of shape `(c, H, W)` and one filter `K` of shape
# `(c, h, w)` give an output of shape `(H - h + 1, W - w + 1)`. Use `corr2d`. Other convolutions of
# PyTorch and SciPy are not allowed.
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
check("channels.corr2d_multi_in", corr2d_multi_in)

# %% [markdown]
# ### Exercise 2: many channels out (2 points)
#
# Several filters give several output channels. Write `corr2d_multi_in_out(X, K)`:
# `(c_i, H, W), (c_o, c_i, h, w) -> (c_o, H - h + 1, W - w + 1)`. Use `corr2d_multi_in`.
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
check("channels.corr2d_multi_in_out", corr2d_multi_in_out)

# %% [markdown]
# # B. One pixel wide
#
# A kernel of 1 x 1 sees no neighbours. What remains is the sum over the channels: every output channel
# is a weighted sum of the pixel's input channels, with the same weights at every pixel. That is **a
# dense layer applied to each pixel's channels**. It is used
#
# - to **reduce** the number of channels before an expensive layer, and to **increase** it afterwards;
# - to **mix** channels that other layers keep apart (part C);
# - with an activation behind it, to add a **nonlinearity** at each pixel.
#
# ### Exercise 3: as a matrix product (2 points)
#
# Write `conv1x1(X, K)`: `(c_i, H, W), (c_o, c_i, 1, 1) -> (c_o, H, W)`, as **one** matrix product for
# all pixels. No loop over pixels; the convolutions of PyTorch and SciPy are not allowed.
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
check("channels.conv1x1", conv1x1)

# %% [markdown]
# ### Exercise 4: the shape (self-check)
#
# An RGB image of shape `(1, 3, 32, 32)` (batch, channels, height, width) goes through
# `nn.Conv2d(3, 64, kernel_size=1)`. Give the shape of the output. Think first, then try it.

# %% answer="channels.conv1x1_shape"
conv1x1_shape = ...
### BEGIN SOLUTION
conv1x1_shape = tuple(nn.Conv2d(3, 64, kernel_size=1)(torch.zeros(1, 3, 32, 32)).shape)
### END SOLUTION

# hint("channels.conv1x1_shape")

# %% check="channels.conv1x1_shape"
check("channels.conv1x1_shape", conv1x1_shape)

# %% [markdown]
# ### Exercise 5: two in a row (2 points)
#
# One often reads that a 1 x 1 convolution is a small network (an MLP) at each pixel. It is one
# **linear** layer. And two of them?
#
# At one pixel, the first layer makes `z = K1 x + b1` of the pixel's channels `x = [x0, x1, …]`, the
# second one makes `K2 z + b2` of that. Write
# `merge_1x1(K1, b1, K2, b2) -> [K, b]`: weight and bias of the *one* 1 x 1 layer that does the same.
# Shapes: `K1 (c_m, c_i)`, `b1 (c_m,)`, `K2 (c_o, c_m)`, `b2 (c_o,)`, `K (c_o, c_i)`, `b (c_o,)`.
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
check("channels.merge_1x1", merge_1x1)

# %% [markdown]
# So the second layer brought nothing new. **Network in Network** (2013) puts an activation behind each
# 1 x 1 layer; only that makes them a network at every pixel.
#
# ### Exercise 6: what two of them can do (1 point)
#
# A 1 x 1 convolution from 3 to 64 channels, directly followed by one from 64 to 10, no activation
# between. Which functions can the two compute together?
#
# - **A** Every map from 3 to 10 channels at a pixel, curved ones too, as 64 is many.
# - **B** The linear maps (plus a bias) from 3 to 10 channels: those of one layer, no more.
# - **C** Fewer than one layer from 3 to 10 channels, as the 64 between are a bottleneck.
# - **D** Functions of a pixel and its neighbours, as two layers see further than one.
#
# Answer with one letter in quotes. This answer is recorded; you see with your marks whether it is
# right.

# %% answer="channels.nin_choice"
nin_choice = ...
### BEGIN SOLUTION
nin_choice = "B"
### END SOLUTION

# %% check="channels.nin_choice"
check("channels.nin_choice", nin_choice)

# %% [markdown]
# # C. Who reads whom
#
# `nn.Conv2d(c_i, c_o, k, groups=g)` cuts the input channels into g groups and the filters into as many;
# each group of filters reads its own group of channels. The weight has the shape
# `(c_o, c_i / g, k, k)`. With `groups=1` this is the standard convolution. With `groups=c_i` and
# c_o = c_i it is **depthwise**: one filter of one slice for each channel.

# %% tags=["demo", "nbval-ignore-output"]
pictures.who_reads_whom()

# %% [markdown]
# *Left the connections of 8 channels to 8, a colour for each group; right the weights for three sizes
# of the kernel, the chosen one in vermilion.* Twice the
# groups, half the connections; the size of the kernel decides what a connection costs.
#
# ### Exercise 7: group convolution (3 points)
#
# Write `group_conv2d(X, K, groups)` from scratch: `(c_i, H, W), (c_o, c_i / groups, h, w)` give
# `(c_o, H - h + 1, W - w + 1)`. The first c_i / groups channels and the first c_o / groups filters are
# the first group, and so on. Use `corr2d_multi_in_out`; other convolutions of PyTorch and SciPy are
# not allowed.
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
check("channels.group_conv2d", group_conv2d)

# %% [markdown]
# Compare with PyTorch's own layer, for every number of groups that divides 6 and 12:

# %% tags=["demo"]
def equal_to_module(groups):
    layer, image = nn.Conv2d(6, 12, 3, groups=groups, bias=False), torch.randn(6, 5, 7)
    with torch.no_grad():
        return torch.allclose(group_conv2d(image, layer.weight, groups), layer(image), atol=1e-5)

for groups in (1, 2, 3, 6):
    pictures.attempt(lambda g=groups: f"groups={g}: equal up to rounding: {equal_to_module(g)}")

# %% [markdown]
# ### Exercise 8: a matrix of blocks (2 points)
#
# As a matrix, a 1 x 1 convolution in groups is **block-diagonal**: m blocks `(r, c)` along the diagonal
# and zeros everywhere else. The full matrix `(m·r, m·c)` would need m²·r·c multiplications for each
# column of `x`; the blocks alone need m·r·c. **The work is 1/m.**
#
# Write `block_product(blocks, x)`: `(m, r, c), (m·c, n) -> (m·r, n)`, the product of the block-diagonal
# matrix with `x`, block by block: no product may waste time on the zeros (the check counts your
# multiply-adds), and `torch.block_diag` and its kin are not allowed.
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
check("channels.block_product", block_product)

# %% [markdown]
# What is the price? Follow one input channel through two such layers. First with nothing between, then
# with what the choice offers:

# %% tags=["demo", "nbval-ignore-output"]
pictures.mixing()

# %% [markdown]
# *In vermilion, whatever depends on the chosen input channel.* With nothing between, the groups
# never hear of each other, however many layers follow.
#
# ### Exercise 9: channel shuffle (1 point)
#
# **Channel shuffle** deals the channels out anew, at no cost in multiplications: first the first
# channel of every group, then the second of every group, and so on. Write
# `channel_shuffle(X, groups)`: `(c, H, W) -> (c, H, W)`. `nn.ChannelShuffle` and
# `torch.channel_shuffle` are not allowed.
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
check("channels.channel_shuffle", channel_shuffle)

# %% [markdown]
# ### Exercise 10: what blocks cost (2 points, marked by a person)
#
# Somebody makes all convolutions of a network ten times cheaper with `groups=10` everywhere, and puts
# nothing else in their place.

# %% [markdown] essay="channels.blocks_apart"
# Explain in three or four sentences what this network can no longer compute, and name two ways to mend
# it, with what each of them costs.
#
# ### BEGIN SOLUTION
# The network falls apart into ten networks side by side. An output channel depends on the input
# channels of its own group only, through all layers, so no feature can combine what different groups
# have found. What is missing is a step that mixes the groups: a 1 x 1 (pointwise) convolution between
# the grouped layers, which costs c_i · c_o multiply-adds for each pixel; or a channel shuffle, which
# costs no multiplication, only moving data, and lets the next layer's groups read from all the former
# ones (a few shuffled layers may be needed until every output has heard of every input).
#
# - [ ] 1 point: groups never mix: an output depends on the inputs of its own group only, and more
#   layers do not change this
# - [ ] 1 point: names two cures with their cost, such as a 1 x 1 convolution (c_i · c_o per pixel) and a
#   channel shuffle (no multiplications); a full layer now and then counts as well
# ### END SOLUTION

# %% [markdown]
# # D. Counting
#
# ### Networks as plain data
#
# To count, one needs no network, only its plan. Here a plan, or **config**, is a list of layers, and
# each layer is a dict. Five little functions write these dicts for you:

# %% tags=["demo"]
print(conv(2, 4, 3, padding=1))
print(linear(6, 5), relu(), gap(), flatten(), sep="\n")

# %% [markdown]
# The names are those of PyTorch's arguments; kernels, stride and padding are the same in both
# directions. `gap` is **global average pooling**: it takes the mean of each channel,
# `(C, H, W) -> (C, 1, 1)`.
#
# ### Exercise 11: parameters (3 points)
#
# Write `count_params(config) -> int`: all weights and biases of the layers in the list. Only `conv` and
# `linear` hold any. Mind `"groups"` and `"bias"`. Making the layers with `torch.nn` and asking them is
# not allowed: count.
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
            slices = layer["in_channels"] // layer["groups"]
            weights = slices * layer["kernel_size"] ** 2
            total += layer["out_channels"] * (weights + layer["bias"])
        elif layer["layer"] == "linear":
            total += layer["out_features"] * (layer["in_features"] + layer["bias"])
    return total
    ### END SOLUTION

# hint("channels.count_params")

# %% check="channels.count_params"
check("channels.count_params", count_params)

# %% [markdown]
# Beside it, what PyTorch's modules really hold:

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
pictures.count_table(nets, count_params, held)

# %% [markdown]
# ### Exercise 12: two layers on paper (self-check)
#
# Give the number of parameters, biases included, of `nn.Conv2d(64, 128, kernel_size=3, padding=1)` and
# of a 3 x 3 convolution from 16 to 32 channels, as a list of two integers. Work them out on paper.

# %% answer="channels.two_layers"
two_layers = ...
### BEGIN SOLUTION
two_layers = [128 * 64 * 9 + 128, 32 * 16 * 9 + 32]
### END SOLUTION

# hint("channels.two_layers")

# %% check="channels.two_layers"
check("channels.two_layers", two_layers)

# %% [markdown]
# ### Exercise 13: three architectures (self-check)
#
# An RGB image of 32 x 32 pixels is to become 128 numbers. Three ways: one dense layer on the flattened
# image; a 3 x 3 convolution to 128 channels (`padding=1`), then global average pooling; the same with
# 5 x 5 kernels (`padding=2`). Give the three numbers of parameters, biases included.

# %% answer="channels.three_nets"
three_nets = ...
### BEGIN SOLUTION
three_nets = [
    count_params([flatten(), linear(3 * 32 * 32, 128)]),
    count_params([conv(3, 128, 3, padding=1), gap()]),
    count_params([conv(3, 128, 5, padding=2), gap()]),
]
### END SOLUTION

# hint("channels.three_nets")

# %% check="channels.three_nets"
check("channels.three_nets", three_nets)

# %% [markdown]
# ### Exercise 14: dense against convolution (self-check)
#
# The same image, now without biases. Give three numbers of weights: a dense layer to 64 numbers; a
# 3 x 3 convolution to 64 maps of 32 x 32 (`padding=1`); a dense layer to 64 maps of 32 x 32, that is, to
# as many numbers as the convolution gives.

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
check("channels.dense_against_conv", dense_against_conv)

# %% [markdown]
# ### Exercise 15: like for like (2 points, marked by a person)
#
# “The dense layer needs 114 times as many weights as the convolution”: this is the first number of the
# last exercise divided by the second.

# %% [markdown] essay="channels.like_for_like"
# Say in three or four sentences why this comparison is not a fair one, which comparison would be, and
# what the convolution gives up for its few weights.
#
# ### BEGIN SOLUTION
# The two layers do not give the same: the dense one answers with 64 numbers, the convolution with 64
# maps of 32 x 32 numbers, 1024 times as many. Like for like, a dense layer to these 65,536 numbers
# needs 3,072 · 65,536 = 201,326,592 weights, more than 100,000 times as many as the 1,728. The
# convolution gives up two things: each output reads a window of 3 x 3 pixels only, and all places
# share their weights. (It also does more work than the dense layer to 64 numbers: 1,728 · 1,024 =
# 1,769,472 multiply-adds against 196,608.)
#
# - [ ] 1 point: the outputs differ (64 numbers, 64 maps), and the fair partner is the dense layer to
#   64 · 32 · 32 numbers, 201,326,592 weights
# - [ ] 1 point: names what is given up: windows are local, and weights are shared by all places
# ### END SOLUTION

# %% [markdown]
# ### The work
#
# One **multiply-add** (MAC) is a product that is added to a sum. We count each once, and leave the
# biases out, as is usual. (Some count two operations, FLOPs, for each: a factor of 2.) For stride 1 and
# one image, a convolution needs
#
# $$c_i \cdot c_o \cdot h \cdot w \cdot \text{rows} \cdot \text{columns}$$
#
# of them: every weight works once at every place of the **output**. With stride s and padding p, one
# side of the output has ⌊(n + 2p - k) / s⌋ + 1 places, as in section 02.
#
# ### Exercise 16: multiply-adds (3 points)
#
# Write `count_macs(config, height, width) -> int`, for one image of this size. Follow the size through
# the layers. `relu`, `gap` and `flatten` count 0; a dense layer counts its weights once. `torch.nn` and
# counters of others are not allowed.
#
# By hand, the network of exercise 11 on an image of 4 x 6 pixels: the first convolution keeps the size,
# 72 weights at 24 places = 1728; the second one gives (4 + 2 - 3)//2 + 1 = 2 rows and
# (6 + 2 - 3)//2 + 1 = 3 columns, 108 weights at 6 places = 648; the dense layer 30. Together 2406.

# %% answer="channels.count_macs"
def count_macs(config, height, width):
    """Multiply-adds for one image of this size, biases left out."""
    ### BEGIN SOLUTION
    total = 0
    for layer in config:
        if layer["layer"] == "conv":
            k, padding, stride = layer["kernel_size"], layer["padding"], layer["stride"]
            height = (height + 2 * padding - k) // stride + 1
            width = (width + 2 * padding - k) // stride + 1
            slices = layer["in_channels"] // layer["groups"]
            total += height * width * layer["out_channels"] * slices * k**2
        elif layer["layer"] == "gap":
            height = width = 1
        elif layer["layer"] == "linear":
            total += layer["in_features"] * layer["out_features"]
    return total
    ### END SOLUTION

# hint("channels.count_macs")

# %% check="channels.count_macs"
check("channels.count_macs", count_macs)

# %% [markdown]
# Beside it, what PyTorch's own counter sees while modules run on an image of 28 x 28 pixels:

# %% tags=["demo"]
pictures.count_table(nets, lambda net: count_macs(net, 28, 28), lambda net: macs(net, 28, 28))

# %% [markdown]
# ### Separable
#
# A standard convolution looks at neighbours and mixes channels at once. A **depthwise separable** one
# does it in two steps: first a depthwise layer filters each channel by itself, then a pointwise layer
# mixes the channels. How much of the weights and of the work is left?

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
#
# ### Exercise 17: separate it (1 point)
#
# Write `separable(in_channels, out_channels, kernel_size)`: the config, a list of two layers, that
# stands for a `kernel_size` x `kernel_size` convolution that keeps the size of the image
# (`kernel_size` odd, stride 1, biases in both layers, nothing between them).
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
check("channels.separable", separable)

# %% [markdown]
# ### Exercise 18: in numbers (self-check)
#
# A 3 x 3 convolution from 128 to 256 channels with `padding=1` and biases, on a feature map of 14 x 14,
# and the separable one in its place, with biases in both layers. Give a list of five integers: the
# parameters and the MACs of the standard one, the parameters and the MACs of the separable one, and
# last the parameters of a separable 3 x 3 convolution from 32 to 64 channels *without* biases.

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
check("channels.separable_numbers", separable_numbers)

# %% tags=["demo"]
def factors():
    before, after = [conv(128, 256, 3, padding=1)], separable(128, 256, 3)
    params = count_params(before) / count_params(after)
    work = count_macs(before, 14, 14) / count_macs(after, 14, 14)
    return f"{params:.2f} times fewer parameters, {work:.2f} times fewer MACs"

pictures.attempt(factors)

# %% [markdown]
# The second factor is exactly 1 / (1/256 + 1/9); the first one is a little smaller, because there are
# biases in two layers now.
#
# ### Exercise 19: forward and backward (2 points)
#
# Training costs more than the forward pass. Going **backward**, a layer gets the gradient of its output
# and computes two others: for its weights, to learn, and for its input, to hand on. Each takes as many
# MACs as the forward pass. The **first** layer of a network has nobody to hand on to, so it computes
# the gradient for the weights only.
#
# Write `conv_costs(in_channels, out_channels, kernel_size, size, padding)` for one image, stride 1, no
# biases, `kernel_size = (k_h, k_w)` and `size = (height, width)`. It returns a dict of five integers:
#
# - `"forward_macs"`; `"backward_macs"`; `"backward_macs_first"`, the same if it is a first layer;
# - `"forward_memory"`, the numbers in X, K and Y; `"backward_memory"`, the numbers in X and K and in
#   the three gradients, those of Y, K and X (not a first layer).
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
check("channels.conv_costs", conv_costs)

# %% [markdown]
# ### Exercise 20: twice the padding (1 point)
#
# Write `padding_growth(size, kernel_size, padding) -> float`: the factor by which the MACs of a
# convolution grow when its padding is doubled (square image, square kernel, stride 1).
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
check("channels.padding_growth", padding_growth)

# %% [markdown]
# ### Exercise 21: twice the channels (self-check)
#
# Give three factors, with at least two decimals where they are not whole, by which the MACs grow: when
# both c_i and c_o are doubled; when the padding of a 3 x 3 convolution goes from 1 to 2 on an image of
# 64 x 64; and the same on one of 7 x 7.

# %% answer="channels.growth_numbers"
growth_numbers = ...
### BEGIN SOLUTION
growth_numbers = [2 * 2, padding_growth(64, 3, 1), padding_growth(7, 3, 1)]
### END SOLUTION

# hint("channels.growth_numbers")

# %% check="channels.growth_numbers"
check("channels.growth_numbers", growth_numbers)

# %% [markdown]
# # E. Two convolutions are one
#
# A convolution is linear. So two of them with no activation between are linear, too, and as both move
# with the image, the two together are again a convolution. Of which kernel? Look at one output, in one
# dimension. It reads three outputs of the first layer, with the weights `[3, 4, 1]`, and each of these
# reads two pixels, with the weights `[1, 2]`:

# %% tags=["demo", "nbval-ignore-output"]
pictures.copies()

# %% [markdown]
# *Each entry of the second kernel lays a copy of the first one, times that entry, where it looks. The
# last row says how often each pixel counts in the end.* From k1 and k2 entries come **k1 + k2 - 1**.
#
# ### Exercise 22: the merged kernel (2 points)
#
# Write `merge_kernels(K1, K2)`: `(h1, w1), (h2, w2) -> (h1 + h2 - 1, w1 + w2 - 1)`, the kernel with
# `corr2d(X, merged)` equal to `corr2d(corr2d(X, K1), K2)` for every image. You may use any operator of
# PyTorch or SciPy. Mind what section 01 said of the flip: `corr2d` and `F.conv2d` do not flip.
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
check("channels.merge_kernels", merge_kernels)

# %% [markdown]
# The merged kernel is the full *true convolution* of the two. A formula often seen,
# `F.conv2d(K1, K2, padding=k - 1)`, forgets to flip. How much does that matter?

# %% tags=["demo", "nbval-ignore-output"]
torch.manual_seed(0)
X, K1, K2 = torch.randn(9, 10), torch.randn(3, 3), torch.randn(3, 3)
two = corr2d(corr2d(X, K1), K2)
unflipped = F.conv2d(K1[None, None], K2[None, None], padding=2)[0, 0]
print(f"without the flip, largest error: {(corr2d(X, unflipped) - two).abs().max():.1f}")
pictures.attempt(
    lambda: f"your kernel,      largest error: {(corr2d(X, merge_kernels(K1, K2)) - two).abs().max():.0e}"
)

# %% [markdown]
# ### Exercise 23: does it save anything? (self-check)
#
# Two kernels of 3 x 3, one channel. Give a list of two integers: the weights of the two apart, and the
# weights of the merged kernel.

# %% answer="channels.merged_weights"
merged_weights = ...
### BEGIN SOLUTION
merged_weights = [2 * 9, merge_kernels(torch.ones(3, 3), torch.ones(3, 3)).numel()]
### END SOLUTION

# hint("channels.merged_weights")

# %% check="channels.merged_weights"
check("channels.merged_weights", merged_weights)

# %% [markdown]
# Merging is no saving. It says something else: **without an activation between, depth brings nothing.**
#
# ### Exercise 24: with channels (2 points)
#
# Write `merge_layers(K1, K2)`: the weights `(c_m, c_i, h1, w1)` and `(c_o, c_m, h2, w2)` of two layers in
# a row give the one weight `(c_o, c_i, h1 + h2 - 1, w1 + w2 - 1)` that does the same. An input channel
# reaches an output channel by several ways, one through each of the c_m channels between.
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
check("channels.merge_layers", merge_layers)

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
#
# ### Exercise 25: how wide (1 point)
#
# First a 3 x 3 layer with `padding=1`, then a 5 x 5 layer with `padding=2`, nothing between. The merged
# layer is 7 x 7 with `padding=3`. On a large random image, where do the outputs differ?
#
# - **A** Nowhere: two linear layers are one, whatever the padding.
# - **B** In the outermost ring, one pixel wide.
# - **C** In a ring two pixels wide.
# - **D** In a ring three pixels wide.
#
# Answer with one letter in quotes. You can try it out: you have all that it takes.

# %% answer="channels.border_choice"
border_choice = ...
### BEGIN SOLUTION
border_choice = "C"
### END SOLUTION

# %% check="channels.border_choice"
check("channels.border_choice", border_choice)

# %% [markdown]
# ### The way back
#
# Can every kernel be split into smaller ones? Then 25 weights would become 18. In one dimension the
# question is an old one. Full convolution multiplies polynomials: `[1, 1]` and `[1, 2]` give
# `[1, 3, 2]`, as (1 + t)(1 + 2t) = 1 + 3t + 2t². To split a kernel is to factor a polynomial.
#
# ### Exercise 26: which ones split (2 points)
#
# Write `can_split(kernels)`: a tensor of shape `(n, 3)` with a kernel in each row gives a **list of n
# `True` or `False`**: is the kernel the full convolution of two *real* kernels of two entries each?
# (An entry may be zero.)
#
# By hand: `[1, 3, 2]` splits, see above. `[1, 0, 1]` does not: 1 + t² has no real root.

# %% answer="channels.can_split"
def can_split(kernels):
    """Whether each kernel is a convolution of two real ones: (n, 3) -> list of n bools."""
    ### BEGIN SOLUTION
    a, b, c = kernels.T
    return (b * b - 4 * a * c >= 0).tolist()
    ### END SOLUTION

# hint("channels.can_split")

# %% check="channels.can_split"
check("channels.can_split", can_split)

# %% [markdown]
# In two dimensions it is rarer still: a product of polynomials in two variables is an exception. One
# special case is easy to see: a kernel of **rank 1** is a column times a row, so a 3 x 1 and a 1 x 3
# convolution in a row do the same (Sobel: `[1, 2, 1]` down, `[1, 0, -1]` across). Rank 1 says this and
# nothing more.

# %% [markdown]
# # F. One matrix product
#
# How do libraries compute all these sums fast? They turn the whole layer, all windows and all channels,
# into one product of two matrices, because nothing on a processor is better tuned than that.
#
# ### Exercise 27: window by window (1 point)
#
# The first step: a window with all its channels, `X[:, i:i + h, j:j + w]`, is as long as a filter when
# both are flattened. Write `conv2d_loop(X, K)`,
# `(c_i, H, W), (c_o, c_i, h, w) -> (c_o, H - h + 1, W - w + 1)`, with two loops over the windows. At
# each one, treat all channels and all filters at once: without `corr2d` and the functions made of it,
# and without the convolutions of PyTorch and SciPy.
#
# By hand, the figure of part A: the first window, flattened, is `[0, 1, 3, 4, 1, 2, 4, 5]`, the filter
# `[0, 1, 2, 3, 1, 2, 3, 4]`; the sum of the products is 56.

# %% answer="channels.conv2d_loop"
def conv2d_loop(X, K):
    """All channels, window by window: -> (c_o, H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    h, w = K.shape[2:]
    filters = K.flatten(1)  # (c_o, c_i · h · w)
    Y = torch.zeros(len(K), X.shape[1] - h + 1, X.shape[2] - w + 1)
    for i in range(Y.shape[1]):
        for j in range(Y.shape[2]):
            Y[:, i, j] = filters @ X[:, i : i + h, j : j + w].flatten()
    return Y
    ### END SOLUTION

# hint("channels.conv2d_loop")

# %% check="channels.conv2d_loop"
check("channels.conv2d_loop", conv2d_loop)

# %% [markdown]
# The second step: make all the flattened windows at once, as the columns of a matrix.

# %% tags=["demo", "nbval-ignore-output"]
pictures.columns()

# %% [markdown]
# *A window reaches through both channels; flattened, it is one column. Above the thick line stand the
# first channel's entries, below it the second's.*
#
# ### Exercise 28: im2col (2 points)
#
# Write `im2col(X, kernel_size)`, with `kernel_size = (h, w)`: `(c, H, W) -> (c · h · w, windows)`. **One
# row for each entry of a filter, one column for each window**; entries in the order of
# `K[o].flatten()`, windows in reading order. (Some texts use the transposed form.) `F.unfold`,
# `nn.Unfold` and convolutions are not allowed; the tensors' own `unfold` is.
#
# By hand: two channels of 1 x 3, `[1, 2, 3]` and `[4, 5, 6]`, kernel size (1, 2): the two windows are
# `[1, 2, 4, 5]` and `[2, 3, 5, 6]`, as columns `[[1, 2], [2, 3], [4, 5], [5, 6]]`.

# %% answer="channels.im2col"
def im2col(X, kernel_size):
    """All windows with all channels as columns: (c, H, W) -> (c · h · w, windows)."""
    ### BEGIN SOLUTION
    h, w = kernel_size
    windows = X.unfold(1, h, 1).unfold(2, w, 1)  # (c, rows, columns, h, w)
    return windows.permute(0, 3, 4, 1, 2).reshape(len(X) * h * w, -1)
    ### END SOLUTION

# hint("channels.im2col")

# %% check="channels.im2col"
check("channels.im2col", im2col)

# %% [markdown]
# ### Exercise 29: the whole layer (1 point)
#
# Write `conv2d_matmul(X, K)`, the same function as `conv2d_loop`, with your `im2col` and **one** matrix
# product. `F.unfold`, `nn.Unfold` and convolutions are not allowed.
#
# By hand, with the two columns of the last exercise and the single filter `[1, 0, 0, -1]` (flattened):
# `[1 - 5, 2 - 6] = [-4, -4]`, so `Y` is `[[[-4, -4]]]`.

# %% answer="channels.conv2d_matmul"
def conv2d_matmul(X, K):
    """The layer as one matrix product: -> (c_o, H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    h, w = K.shape[2:]
    Y = K.flatten(1) @ im2col(X, (h, w))
    return Y.reshape(len(K), X.shape[1] - h + 1, X.shape[2] - w + 1)
    ### END SOLUTION

# hint("channels.conv2d_matmul")

# %% check="channels.conv2d_matmul"
check("channels.conv2d_matmul", conv2d_matmul)

# %% [markdown]
# ### Lab: timed
#
# Four ways to compute the same layer. The times depend on your machine; nothing here is marked.

# %% tags=["demo", "nbval-ignore-output"]
pictures.timing(
    {
        "pair by pair of channels": corr2d_multi_in_out,
        "window by window": conv2d_loop,
        "im2col, one product": conv2d_matmul,
        "F.conv2d": lambda X, K: F.conv2d(X[None], K)[0],
    }
)

# %% [markdown]
# *Time of one layer against the number of windows; both axes are logarithmic.* All four do the same
# multiply-adds, so the MACs alone do not tell the time. The loops pay for every step in Python. im2col
# pays with memory: each pixel is copied into up to h · w columns. `F.conv2d` avoids most of both.
#
# ### Why reading matters
#
# A processor multiplies much faster than it reads from memory. So it pays to use what has been read
# more than once. Take k x k kernels and go along a row of the output. For a single output, k columns of
# the image are read (each k pixels high). Read a **strip** of k + Δ columns instead and compute Δ outputs
# from it: the windows overlap, and columns that are loaded already serve again.

# %% tags=["demo", "nbval-ignore-output"]
pictures.strip()

# %% [markdown]
# *Left the strip with its first window, right the columns read for each output.* With (k + Δ) / Δ
# columns per output, wider is better, and one column per output is the limit (dotted). (To the
# pixel, k + Δ - 1 columns would do for Δ outputs; the usual rule is generous by one.) The gain
# comes from the reuse of loaded columns. What ends it is the **cache**, the small fast memory of a
# processor: a strip that does not fit there must be read again.
#
# ### Exercise 30: the widest strip (2 points)
#
# Write `best_strip(k, cache) -> [delta, loads]`: the largest `delta` for which a strip of k rows and
# k + delta columns has at most `cache` numbers, and the columns read per output,
# (k + delta) / delta. (`cache` is large enough for `delta = 1`.)
#
# By hand, `best_strip(3, 32)`: 10 columns of 3 numbers fit, so delta = 7 and loads = 10/7 ≈ 1.43.

# %% answer="channels.best_strip"
def best_strip(k, cache):
    """Widest strip that fits: -> [delta, columns read per output]."""
    ### BEGIN SOLUTION
    delta = cache // k - k
    return [delta, (k + delta) / delta]
    ### END SOLUTION

# hint("channels.best_strip")

# %% check="channels.best_strip"
check("channels.best_strip", best_strip)

# %% [markdown]
# # G. Equal, but for the last bit
#
# Your `conv1x1` and your `corr2d_multi_in_out` compute the same sums. Are their outputs equal, bit for
# bit? Random images and 1 x 1 filters, 100 trials each:

# %% tags=["demo", "nbval-ignore-output"]
def trials_equal(c):
    torch.manual_seed(0)
    pairs = [(torch.randn(c, 3, 3), torch.randn(2, c, 1, 1)) for _ in range(100)]
    return sum(torch.equal(corr2d_multi_in_out(X, K), conv1x1(X, K)) for X, K in pairs)

for c in (3, 8, 64):
    pictures.attempt(lambda c=c: f"{c:2} channels: the same bits in {trials_equal(c)} of 100 trials")

# %% [markdown]
# With 3 channels they mostly are, with 64 hardly ever (the numbers depend on your machine). Nobody
# promised equality: every sum of floats is rounded, and a matrix product adds in another order than
# your loop. **In floating point, (a + b) + c need not be a + (b + c).** So compare with
# `torch.allclose`, not with `==`.
#
# ### Exercise 31: a counterexample (2 points)
#
# Give `order_matters = [x, w]`: the channels of one pixel and the weights of one filter, two lists of
# equally many numbers, such that in **float32** the sum of the products `x[c] * w[c]` is *another
# number* when it is added up from the last channel to the first instead of from the first to the last,
# one product after the other.
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
check("channels.order_matters", order_matters)

# %% [markdown]
# # Check yourself
#
# Four short quizzes, without points. Click an answer and read what it says, also for those that you
# think are wrong.
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
# # Summary
#
# - An output channel is a sum over all input channels; the weight has the shape `(c_o, c_i, h, w)`.
# - A 1 x 1 convolution is a dense layer at every pixel. Several in a row are one, unless nonlinearities
#   stand between.
# - A convolution with g groups has c_o · c_i/g · k² weights; groups do not mix until a 1 x 1 convolution or
#   a channel shuffle mends that. Depthwise separable leaves 1/c_o + 1/k² of the work.
# - Parameters do not know the size of the image; multiply-adds do: c_i · c_o · h · w · rows · columns,
#   and twice that again backward. Twice the channels in and out is four times the work.
# - Two convolutions are one, with the true convolution of their kernels; with padding the border
#   differs; the way back is the exception.
# - As one matrix product, a layer is fast because what is read is used often. The order of a sum
#   changes its last bit.
#
# **Further reading**
#
# - M. Lin, Q. Chen and S. Yan, *Network in network*, 2013: 1 x 1 convolutions with activations.
# - A. Krizhevsky, I. Sutskever and G. Hinton, *ImageNet classification with deep convolutional neural
#   networks*, 2012: groups, for want of memory on one graphics card.
# - A. Howard and others, *MobileNets: efficient convolutional neural networks for mobile vision
#   applications*, 2017: networks of depthwise separable layers.
# - F. Chollet, *Xception: deep learning with depthwise separable convolutions*, 2017.
# - X. Zhang and others, *ShuffleNet: an extremely efficient convolutional neural network for mobile
#   devices*, 2018.
# - K. Chellapilla, S. Puri and P. Simard, *High performance convolutional neural networks for document
#   processing*, 2006: im2col.
# - D. Goldberg, *What every computer scientist should know about floating-point arithmetic*, 1991.
