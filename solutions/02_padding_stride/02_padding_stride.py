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
# # 02 Padding and stride
#
# Where does a kernel stop, how far does it step, and how much of the image does an output see? Four
# numbers decide, and each has its price.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# **What you will be able to do**
#
# - predict the output size of any convolution layer, and say when there is none;
# - write convolution with stride and padding, and turn dilation into a larger kernel;
# - compute how much of the image an output sees, and measure it by a gradient;
# - count what a stride saves, and hear and see what it costs.
#
# You need section 01: cross-correlation by windows. It also says how exercises, checks and hints work.
# This notebook trains nothing: `profile` changes nothing here.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.sections.convolution.pictures import gallery, photograph
from course_lib.sections.padding_stride import pictures

import torch
import torch.nn.functional as F
from torch import nn

begin("padding_stride", globals())

# %% [markdown]
# ## The idea in one picture
#
# **Padding** lays pixels around the image, zeros mostly. **Stride** is how far one window lies from the
# next. **Dilation** moves the entries of the kernel apart: neighbours in the kernel look at pixels that
# lie `d` apart. And the kernel has its size.
#
# In one direction: `n` pixels of the input, `k` entries of the kernel, padding `p`, stride `s`, dilation
# `d`.

# %% tags=["demo", "nbval-ignore-output"]
pictures.windows()

# %% [markdown]
# *Left: a row of pixels with its padding, and every window, one below the other. In the middle: one
# window on the image. Right: the output, one number for each window. Orange is the same window in all
# three.* Move one control at a time. Which of them make the output smaller? Find a setting that leaves
# pixels over on the right, and an impossible one.

# %% [markdown]
# ## A. How large is the output

# %% [markdown]
# ### {padding_stride.conv_output_size}
#
# Count what you saw. The padded input has n + 2p pixels. The kernel covers k entries *and* k - 1 gaps
# of d - 1 pixels. The first window lies at the start; from there the kernel steps by s as long as it
# stays inside. Write `conv_output_size(n, k, p=0, s=1, d=1)`, the number of windows in one direction, for
# all whole numbers n, k, s, d ≥ 1 and p ≥ 0; the last three may be left out.
#
# A kernel that covers just as many pixels as there are has one window. If it covers more, there is no
# output: `raise ValueError(...)`, with a message that holds both numbers, the pixels that the kernel
# covers and those that the padded input has. A wrong size returned silently is noticed much later, and
# elsewhere.
#
# By hand: n = 7, k = 3, p = 1, s = 2, d = 1. Of 9 pixels the kernel covers 3; 6 are left to travel,
# which is 3 steps of 2; with the first window that makes 4.

# %% answer="padding_stride.conv_output_size"
def conv_output_size(n, k, p=0, s=1, d=1):
    """Number of windows in one direction; ValueError if there is none."""
    ### BEGIN SOLUTION
    covered, padded = d * (k - 1) + 1, n + 2 * p
    if covered > padded:
        raise ValueError(f"the kernel covers {covered} pixels, the padded input has {padded}")
    return (padded - covered) // s + 1
    ### END SOLUTION

# hint("padding_stride.conv_output_size")

# %% check="padding_stride.conv_output_size"
conv_output_size = check("padding_stride.conv_output_size", conv_output_size)

# %% [markdown]
# Does it hold for settings that nobody chose for you? Compare with PyTorch, 98 settings at a time:

# %% tags=["demo", "nbval-ignore-output"]
pictures.sizes_table(conv_output_size)

# %% [markdown]
# *Your output sizes. Grey with ×: you raise `ValueError`. Orange: PyTorch says otherwise.* Along a row at
# stride 2 several inputs share one output size: from the output alone you cannot tell how large the
# input was.
#
# In two directions the formula is used twice. `nn.Conv2d` takes images as `(batch, channels, height,
# width)`; its `kernel_size`, `stride`, `padding` and `dilation` are a number for both directions, or a
# pair (for the height, for the width).

# %% [markdown]
# ### {padding_stride.layer_shapes}
#
# Give the output shapes of these eight layers, each with its four numbers, as a list of eight tuples. Work
# them out on paper, or let your `conv_output_size` do the dividing. What is left out has its default.
#
# An RGB image, shape `(1, 3, 64, 64)`, goes through
#
# - a: `nn.Conv2d(3, 32, kernel_size=5)`
# - b: `nn.Conv2d(3, 32, kernel_size=5, padding=2)`
# - c: `nn.Conv2d(3, 32, kernel_size=3, stride=2, padding=1)`
# - d: `nn.Conv2d(3, 32, kernel_size=7, stride=2, padding=3)`
# - e: `nn.Conv2d(3, 32, kernel_size=3, padding=2, dilation=2)`
#
# and an image of shape `(1, 1, 8, 8)` through
#
# - f: `nn.Conv2d(1, 1, kernel_size=3, padding=1)`
# - g: `nn.Conv2d(1, 1, kernel_size=(5, 3), padding=(2, 1))`
# - h: `nn.Conv2d(1, 1, kernel_size=(3, 5), padding=(0, 1), stride=(3, 4))`

# %% answer="padding_stride.layer_shapes"
layer_shapes = ...
### BEGIN SOLUTION
layer_shapes = [
    *[(1, 32, 60, 60), (1, 32, 64, 64), (1, 32, 32, 32), (1, 32, 32, 32), (1, 32, 64, 64)],
    *[(1, 1, 8, 8), (1, 1, 8, 8), (1, 1, 2, 2)],
]
### END SOLUTION

# hint("padding_stride.layer_shapes")

# %% check="padding_stride.layer_shapes"
layer_shapes = check("padding_stride.layer_shapes", layer_shapes)

# %% [markdown]
# At stride 1, padding of d(k - 1) / 2 keeps the size: as many pixels are added as the kernel takes away.
# That wants d(k - 1) to be even, which is why kernels mostly have odd sizes. `padding="same"` lets
# PyTorch work it out; if d(k - 1) is odd, the pixel more is put below and on the right.

# %% [markdown]
# ### {padding_stride.same_choice}
#
# What does `nn.Conv2d(8, 8, kernel_size=3, stride=2, padding="same")` give for images of 32 x 32?
#
# - **A** An output of 32 x 32: “same” keeps the size, whatever the stride is.
# - **B** An output of 16 x 16: the size divided by the stride.
# - **C** An error as soon as the layer is made.
# - **D** An error when the first image goes through.
#
# Answer with one letter in quotes. You may try it.

# %% answer="padding_stride.same_choice"
same_choice = ...
### BEGIN SOLUTION
same_choice = "C"
### END SOLUTION

# %% check="padding_stride.same_choice"
same_choice = check("padding_stride.same_choice", same_choice)

# %% [markdown]
# Extra to this part: {padding_stride.shapes}.

# %% [markdown]
# ## B. The operation
#
# From here on, an image `X` has shape `(H, W)` and a kernel `K` shape `(h, w)`; all tensors are floats with
# one channel unless a text says otherwise.

# %% [markdown]
# ### {padding_stride.manual_conv2d}
#
# Write `manual_conv2d(input, kernel, stride=1, padding=0)`: `input` of shape `(H, W)`, `kernel` of shape
# `(h, w)`, neither need be square. It lays `padding` ≥ 0 rings of zeros around the input and returns the
# cross-correlation of every `stride`-th window, `stride` ≥ 1, in both directions: a tensor, with
# `conv_output_size(H, h, padding, stride)` rows and likewise many columns. Leave `input` and `kernel` as
# they are.
#
# If the kernel is larger than the padded input, in height or in width, raise `ValueError` with a message
# that holds the two sizes that do not fit: both heights, or both widths.
#
# Not allowed: ready-made convolutions of PyTorch (`F.conv2d`, `nn.Conv2d`, `F.conv_transpose2d`,
# `torch.convolution` and their kin), SciPy (`scipy.signal`, `scipy.ndimage`) and NumPy (`np.convolve`,
# `np.correlate`, `np.polymul`), nor `F.unfold`, `nn.Unfold`, `F.fold` and `nn.Fold`. Allowed are `F.pad`,
# slices, and the tensors' own `unfold`, which has a step: `x.unfold(0, size, step)`.
#
# By hand: `input = [[1, 2], [3, 4]]`, `kernel = [[1, 10], [100, 1000]]`, stride 2, padding 1. The padded
# input is 4 x 4, with the numbers in the middle; windows start at rows 0 and 2 and at columns 0 and 2.
# The first is `[[0, 0], [0, 1]]`, 1000·1 = 1000. All four: `[[1000, 200], [30, 4]]`.

# %% answer="padding_stride.manual_conv2d"
def manual_conv2d(input, kernel, stride=1, padding=0):
    """Cross-correlation: (H, W), (h, w) -> one number for each window."""
    ### BEGIN SOLUTION
    h, w = kernel.shape
    X = F.pad(input, (padding, padding, padding, padding))
    if h > X.shape[0] or w > X.shape[1]:
        raise ValueError(f"the kernel {h} x {w} does not fit on the padded input {tuple(X.shape)}")
    windows = X.unfold(0, h, stride).unfold(1, w, stride)  # (rows, columns, h, w)
    return (windows * kernel).sum(dim=(2, 3))
    ### END SOLUTION

# hint("padding_stride.manual_conv2d")

# %% check="padding_stride.manual_conv2d"
manual_conv2d = check("padding_stride.manual_conv2d", manual_conv2d)

# %% [markdown]
# Padding with zeros is a strong claim: outside the image it is black, and kernels near the border see an
# edge that is not in the picture. Extra to this part: other ways to fill it, with
# {padding_stride.mirror_pad}; convolution turned round, with {padding_stride.transposed_conv2d},
# {padding_stride.round_trip_gap} and {padding_stride.identity_choice}; and its gradients by hand,
# {padding_stride.conv_backward}.

# %% [markdown]
# ## C. Dilation
#
# A dilated kernel covers d(k - 1) + 1 pixels, the same as k + (k - 1)(d - 1), and has no more weights
# than before. It is a larger kernel with zeros in its gaps.

# %% [markdown]
# ### {padding_stride.stuff_kernel}
#
# Write `stuff_kernel(K, d)`: the kernel, a tensor of shape `(d(h - 1) + 1, d(w - 1) + 1)`, that does
# without dilation what `K` does with dilation `d` ≥ 1. `K` need not be square; it may be a single row,
# column or number. Leave `K` as it is. Not allowed: ready-made convolutions (`F.conv2d`,
# `F.conv_transpose2d` and all the others named in {padding_stride.manual_conv2d}).
#
# By hand: `[[1, 2], [3, 4]]` with d = 2 becomes `[[1, 0, 2], [0, 0, 0], [3, 0, 4]]`; with d = 1 it stays
# as it is.

# %% answer="padding_stride.stuff_kernel"
def stuff_kernel(K, d):
    """The kernel with d - 1 zeros between neighbours: -> (d (h - 1) + 1, d (w - 1) + 1)."""
    ### BEGIN SOLUTION
    h, w = K.shape
    kernel = torch.zeros(d * (h - 1) + 1, d * (w - 1) + 1)
    kernel[::d, ::d] = K
    return kernel
    ### END SOLUTION

# hint("padding_stride.stuff_kernel")

# %% check="padding_stride.stuff_kernel"
stuff_kernel = check("padding_stride.stuff_kernel", stuff_kernel)

# %% [markdown]
# With it, your `manual_conv2d` can do dilation, too:

# %% tags=["demo"]
X = torch.arange(63.0).reshape(7, 9) % 5
K = torch.tensor([[1.0, 2], [0, -1]])
mine = manual_conv2d(X, stuff_kernel(K, 3), stride=2, padding=1)
torchs = F.conv2d(X[None, None], K[None, None], stride=2, padding=1, dilation=3)[0, 0]
print("as PyTorch's dilation:", torch.allclose(mine, torchs))

# %% [markdown]
# ## D. The receptive field
#
# A second layer reads outputs of the first, and each of these has a window of its own. The part of the
# image that can influence an output is its **receptive field**.

# %% tags=["demo", "nbval-ignore-output"]
pictures.stack()

# %% [markdown]
# *One output, at the top, and what it depends on, layer by layer; white pixels lie between those that it
# sees, small dots outside.* A stride in the first layer spreads out what the next layers read. What does a
# dilation in the first layer do?

# %% [markdown]
# ### {padding_stride.receptive_field}
#
# Write `receptive_field(layers)`, the number of pixels in one direction: `layers` is a list of triples
# (kernel size, stride, dilation), from the input on, of any length; without any layer the field is 1
# pixel. Leave the list as it is.
#
# Start with one place. A layer with kernel size k and dilation d adds d(k - 1) places in its own input.
# How many *pixels* these are depends on how far apart its inputs lie on the image: the product of the
# strides of all layers **before** it. In a formula, with layers 1 to L,
#
# $$r = 1 + \sum_{i=1}^{L} d_i (k_i - 1) \prod_{j=1}^{i-1} s_j$$
#
# By hand: (3, 2, 1), then (3, 1, 1). The first adds 2 pixels. What it puts out lies 2 pixels apart, so
# the second adds 2 · 2 = 4: r = 1 + 2 + 4 = 7.

# %% answer="padding_stride.receptive_field"
def receptive_field(layers):
    """Pixels in one direction that an output depends on, for layers (k, s, d)."""
    ### BEGIN SOLUTION
    r, jump = 1, 1
    for k, s, d in layers:
        r += d * (k - 1) * jump
        jump *= s
    return r
    ### END SOLUTION

# hint("padding_stride.receptive_field")

# %% check="padding_stride.receptive_field"
receptive_field = check("padding_stride.receptive_field", receptive_field)

# %% [markdown]
# ### {padding_stride.stack_fields}
#
# Four stacks of layers:
#
# - a: three layers of 3 x 3
# - b: two layers of 5 x 5
# - c: 3 x 3 with stride 2, then 3 x 3
# - d: 3 x 3 with dilation 2, then 3 x 3
#
# Give a list of five integers: the receptive fields of a, b, c and d, on paper first; then the smallest
# number of weights that one of the four stacks has, if every layer has 10 channels coming in and 10 going
# out. A layer has k · k weights for each pair of an input channel and an output channel; leave biases
# out.

# %% answer="padding_stride.stack_fields"
stack_fields = ...
### BEGIN SOLUTION
stack_fields = [7, 9, 7, 7, 1800]
### END SOLUTION

# hint("padding_stride.stack_fields")

# %% check="padding_stride.stack_fields"
stack_fields = check("padding_stride.stack_fields", stack_fields)

# %% [markdown]
# Stride and dilation see further without more weights. And n layers of 3 x 3 have a field of 2n + 1: two
# of them see as far as one of 5 x 5, with 18 weights instead of 25 for each pair of channels.
#
# A formula can be wrong, so ask the layers themselves. An output depends on a pixel if its gradient with
# respect to that pixel is not zero.

# %% [markdown]
# ### {padding_stride.influence}
#
# Write `influence(layers, size, i, j)`: send an image of shape `(size, size)` through the layers, one
# channel each, without padding and bias, **all weights 1**; return the gradient of the single output
# pixel in row `i`, column `j` with respect to the image, a tensor of shape `(size, size)`. `layers`, one
# or more, are triples as in {padding_stride.receptive_field}, with kernels k x k and stride and dilation
# alike in both directions; leave the list as it is. The image is large enough for an output pixel
# `[i, j]`. Its numbers do not matter, as everything is linear. `F.conv2d` and autograd are allowed.
#
# By hand: one layer (2, 1, 1) on a 3 x 3 image, output pixel [0, 1]: its window holds columns 1 and 2 of
# rows 0 and 1: `[[0, 1, 1], [0, 1, 1], [0, 0, 0]]`. With two layers there are several ways from a pixel
# to the output, and the gradient counts them.

# %% answer="padding_stride.influence"
def influence(layers, size, i, j):
    """Gradient of output pixel [i, j] with respect to the image: -> (size, size)."""
    ### BEGIN SOLUTION
    X = torch.zeros(size, size, requires_grad=True)
    x = X[None, None]
    for k, s, d in layers:
        x = F.conv2d(x, torch.ones(1, 1, k, k), stride=s, dilation=d)
    return torch.autograd.grad(x[0, 0, i, j], X)[0]
    ### END SOLUTION

# hint("padding_stride.influence")

# %% check="padding_stride.influence"
influence = check("padding_stride.influence", influence)

# %% [markdown]
# Formula and measurement, side by side, with your two functions:

# %% tags=["demo", "nbval-ignore-output"]
stacks = {
    "a: three of 3 x 3": [(3, 1, 1)] * 3,
    "b: two of 5 x 5": [(5, 1, 1)] * 2,
    "c: 3 x 3 with stride 2, then 3 x 3": [(3, 2, 1), (3, 1, 1)],
    "d: 3 x 3 with dilation 2, then 3 x 3": [(3, 1, 2), (3, 1, 1)],
    "e: six of 3 x 3": [(3, 1, 1)] * 6,
    "f: three of 3 x 3 with dilation 2": [(3, 1, 2)] * 3,
}
pictures.fields(stacks, receptive_field, influence)

# %% [markdown]
# *The frame is the receptive field by formula, alone on the left, on the right around the gradient of one
# output pixel: the brighter a pixel, the more ways lead from it to the output.* Two things that the
# formula does not say: the influence is strong in the middle and fades towards the border, more so the
# deeper the stack is (e); and equal dilations leave holes (f).

# %% [markdown]
# ## E. What a stride saves, and what it costs
#
# The work of a layer is counted in **multiply-adds**: one multiplication together with one addition
# counts once.

# %% [markdown]
# ### {padding_stride.multiply_adds}
#
# Write `multiply_adds(n, k, p, s)`: the multiply-adds for an image of n x n and a kernel of k x k, one
# channel each, no bias, padding p ≥ 0 and stride s ≥ 1; the kernel fits on the padded image. Products with
# the zeros of the padding count, as a plain implementation computes them.
#
# By hand: n = 5, k = 3, p = 0. Stride 1: 3 · 3 outputs of 9 each, 81. Stride 2: 2 · 2 · 9 = 36.

# %% answer="padding_stride.multiply_adds"
def multiply_adds(n, k, p, s):
    """Multiply-adds of a k x k kernel on an n x n image."""
    ### BEGIN SOLUTION
    return conv_output_size(n, k, p, s) ** 2 * k**2
    ### END SOLUTION

# hint("padding_stride.multiply_adds")

# %% check="padding_stride.multiply_adds"
multiply_adds = check("padding_stride.multiply_adds", multiply_adds)

# %% [markdown]
# On large images, stride 2 saves three quarters of the work of its own layer, and of all layers after
# it, which get a quarter of the pixels.
#
# **What is lost?** First in one direction. Sound is sampled, here 16,000 times a second. A stride of 2
# keeps every second sample: 8,000 a second. A tone needs more than two samples for each of its waves. If
# it has fewer, the samples lie on another, slower wave, an **alias**, and nothing tells the two apart.

# %% tags=["demo", "nbval-ignore-output"]
pictures.aliasing()

# %% [markdown]
# *Left a tone, the samples that are kept, and the slowest wave through them; right the spectrum of these
# samples.* Run the tone from 1 to 7 kHz at stride 2: up to 4 kHz it is kept. And then?

# %% tags=["demo", "nbval-ignore-output"]
from IPython.display import Audio, display

rate = 16_000
time = torch.arange(rate) / rate  # one second
fade = (20 * time).clamp(max=1) * (20 * (1 - time)).clamp(max=1)
sounds = {
    "a tone of 5 kHz": torch.sin(2 * torch.pi * 5000 * time),
    "a tone that rises from 0.2 to 7.8 kHz": torch.sin(2 * torch.pi * (200 + 3800 * time) * time),
}
for name, wave in sounds.items():
    wave = 0.2 * fade * wave
    print(f"{name}: as it is, and every second sample")
    display(Audio(wave.numpy(), rate=rate, normalize=False))
    display(Audio(wave[::2].numpy(), rate=rate // 2, normalize=False))

# %% [markdown]
# *Four sounds (keep the volume low): each first as it is, then with stride 2.* The rising tone turns back
# half-way.

# %% [markdown]
# ### {padding_stride.heard_frequency}
#
# A pure tone of `f` Hz, 0 ≤ f < rate / 2, is sampled at `rate` Hz, and every `stride`-th sample is kept.
# Write `heard_frequency(f, rate, stride)`: the frequency, in Hz, of the slowest tone through these
# samples, between 0 and half of the new rate, rate / stride. `f` and the new rate need not be whole
# numbers; `stride` is a whole number ≥ 1.
#
# Two facts suffice. At a rate r, the tones f and f + r have the same samples, as the second makes one
# whole wave more from each sample to the next. And so have f and r - f, since a wave looks the same read
# backwards.
#
# By hand: 700 Hz, sampled at 2000 Hz, stride 2: the new rate is 1000 Hz, and the samples are those of
# 1000 - 700 = 300 Hz.

# %% answer="padding_stride.heard_frequency"
def heard_frequency(f, rate, stride):
    """Frequency (Hz) of the slowest tone through every stride-th sample."""
    ### BEGIN SOLUTION
    new_rate = rate / stride
    rest = f % new_rate
    return min(rest, new_rate - rest)
    ### END SOLUTION

# hint("padding_stride.heard_frequency")

# %% check="padding_stride.heard_frequency"
heard_frequency = check("padding_stride.heard_frequency", heard_frequency)

# %% [markdown]
# Images fare alike: what is too fine for the new grid does not vanish, it comes back as something coarse
# that was never there. A test image: rings that get finer outwards, until one ring is two pixels wide.

# %% tags=["demo", "nbval-ignore-output"]
rings = pictures.zone_plate()
gallery(
    {"rings, 160 x 160": lambda: rings, "every second pixel, 80 x 80": lambda: rings[::2, ::2]},
    alt="Rings around the middle that get finer outwards. With every second pixel, false rings "
    "appear around the middles of the sides and in the corners.",
)

# %% [markdown]
# *The rings; every second pixel of them, with new rings that are not in the image.* Move the image by one
# pixel, and a stride of 2 keeps the other half of the columns: section 01 measured how far that output is
# from a moved copy of the old one. The cure is to remove fine detail *before* the stride, by a blur; extra
# to this part, {padding_stride.blur_down} and {padding_stride.one_pixel_change}.

# %% [markdown]
# ### {padding_stride.stride_claims}
#
# In a text you read: “A larger stride makes a network faster, and it makes the network invariant to
# translation.”

# %% [markdown] essay="padding_stride.stride_claims"
# Take the two claims one by one, in a few sentences each. Confirm or refute them with what you counted,
# measured or saw in this section and the last, and say at what price the first comes.
#
# ### BEGIN SOLUTION
# Faster: yes, as far as counting goes. Stride 2 leaves about a quarter of the outputs and so of the
# multiply-adds, also in all layers that follow, and saves memory. It pays with resolution: what is finer
# than the new grid is lost, or comes back as an alias.
#
# Invariance: no. Invariant means that the output stays the same when the image moves. A stride leaves
# out windows; after a move by one pixel other windows are left, and the output is in general neither the
# same nor a moved copy of the old one (`shift_gap` in section 01). Stride even breaks the equivariance to
# single pixels. Invariance comes from taking a mean or maximum over all positions.
#
# - [ ] 1 point: the saving is confirmed by the count (about s² in work, in this layer and those after it)
# - [ ] 1 point: names its price: resolution, fine detail that is lost or comes back as an alias
# - [ ] 1 point: invariance is refuted: after a move by one pixel other windows are left, so the output
#   changes (measured gap, or aliasing)
# ### END SOLUTION

# %% [markdown]
# ## Check yourself
#
# Three short quizzes, without points. Click an answer and read what it says, also for those that you
# think are wrong.
#
# **Sizes**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("padding_stride.sizes")

# %% [markdown]
# **Dilation**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("padding_stride.dilation")

# %% [markdown]
# **Receptive fields**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("padding_stride.fields")

# %% [markdown]
# ## Summary
#
# - The output has ⌊(n + 2p - d(k - 1) - 1) / s⌋ + 1 places in each direction; if the kernel covers more
#   than the padded input, it has none, and an error should say so.
# - Padding is a claim about what stands outside. At stride 1, d(k - 1) / 2 on each side keeps the size.
# - Dilation is a larger kernel with zeros in the gaps: further reach, no more weights, and holes.
# - The receptive field grows by d(k - 1) places a layer, times all strides before it. Measured by a
#   gradient, it is strong in the middle and weak at its border.
# - A stride saves work with s², and folds detail that is too fine into false, coarse detail.
#
# **Further reading**
#
# - C. E. Shannon, *Communication in the presence of noise*, 1949: the sampling theorem.
# - F. Yu and V. Koltun, *Multi-scale context aggregation by dilated convolutions*, 2016.
# - V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, 2016.
# - W. Luo, Y. Li, R. Urtasun and R. Zemel, *Understanding the effective receptive field in deep
#   convolutional neural networks*, 2016: why the middle counts most.
#
# Here the core ends; section 03 goes on with channels. Six extra parts follow. Each of them needs the core
# only, but for the backward pass, which builds on the part before it.

# %% [markdown]
# ## Extra: the shapes of any layers

# %% [markdown]
# ### {padding_stride.shapes}
#
# Write `shapes(layers, shape)`: `layers` is a list of dicts, each with the arguments of an `nn.Conv2d`,
# `shape` the shape of the input, `(batch, channels, height, width)`. Return a list with the output shape
# of each layer, four numbers; all of them get the *same* input. The dicts hold `in_channels`,
# `out_channels`, `kernel_size`, and may hold `stride`, `padding` and `dilation`; each of these last four
# is an integer, for both directions, or a pair (for the height, for the width). All layers fit; the list
# may be empty. Leave the dicts as they are.
#
# Running the layers, or any convolution of PyTorch, is not allowed; making a layer is:
# `nn.Conv2d(**layer).stride` is always a pair.
#
# By hand: `dict(in_channels=3, out_channels=8, kernel_size=(3, 1), stride=2)` on `(5, 3, 9, 9)`: height
# (9 - 3) // 2 + 1 = 4, width (9 - 1) // 2 + 1 = 5: `[(5, 8, 4, 5)]`.

# %% answer="padding_stride.shapes"
def shapes(layers, shape):
    """Output shape of each layer on an input of this shape, as a list."""
    ### BEGIN SOLUTION
    found = []
    for arguments in layers:
        layer = nn.Conv2d(**arguments)
        k, p, s, d = layer.kernel_size, layer.padding, layer.stride, layer.dilation
        height, width = (conv_output_size(shape[2 + a], k[a], p[a], s[a], d[a]) for a in (0, 1))
        found.append((shape[0], layer.out_channels, height, width))
    return found
    ### END SOLUTION

# hint("padding_stride.shapes")

# %% check="padding_stride.shapes"
shapes = check("padding_stride.shapes", shapes)

# %% [markdown]
# ## Extra: what stands outside
#
# Zeros are one way to fill the padding. Other fillings claim less.

# %% tags=["demo", "nbval-ignore-output"]
pictures.paddings()

# %% [markdown]
# *An image of the numbers 1 to 20 and a photograph, both framed, and what is laid around them.* In the
# mirror the border pixel is seen once: the mirror stands *on* it.

# %% [markdown]
# ### {padding_stride.mirror_pad}
#
# Write `mirror_pad(X, p)`, a tensor, `(H, W) -> (H + 2p, W + 2p)`, for every whole number p ≥ 0: the first
# pixel outside equals the second one inside, the second outside the third inside, and so on, on all four
# sides; the corners follow from doing rows and columns one after the other. With p = 0 the image is
# unchanged. `X` need not be square; leave it as it is.
#
# As soon as p reaches one of the two sides, p ≥ H or p ≥ W, there are too few pixels to show: raise
# `ValueError` with a message that holds p and the side that is too short.
#
# Not allowed: padding functions with a mirror in them (`F.pad(mode="reflect")`, `nn.ReflectionPad2d`,
# `np.pad`).
#
# By hand: a row `[1, 2, 3]` with p = 2 would become `[3, 2, 1, 2, 3, 2, 1]`.

# %% answer="padding_stride.mirror_pad"
def mirror_pad(X, p):
    """The image with p mirrored pixels on each side: (H, W) -> (H + 2p, W + 2p)."""
    ### BEGIN SOLUTION
    H, W = X.shape
    if p >= min(H, W):
        raise ValueError(f"a mirror of {p} pixels needs sides longer than that, not {H} x {W}")

    def places(n):
        return [abs(i) if i < n else 2 * (n - 1) - i for i in range(-p, n + p)]

    return X[places(H)][:, places(W)]
    ### END SOLUTION

# hint("padding_stride.mirror_pad")

# %% check="padding_stride.mirror_pad"
mirror_pad = check("padding_stride.mirror_pad", mirror_pad)

# %% [markdown]
# ## Extra: turned round
#
# A convolution gathers a window into one number. A **transposed convolution** spreads one number over a
# window: each number of the input stamps the kernel, times itself, onto the output. The stamps lie
# `stride` pixels apart, and where they overlap they add up.

# %% tags=["demo", "nbval-ignore-output"]
pictures.stamps()

# %% [markdown]
# *The input, the kernel, and the output with all stamps so far; the latest is framed.* At which stride do
# the stamps lie side by side?

# %% [markdown]
# ### {padding_stride.transposed_conv2d}
#
# Write `transposed_conv2d(Y, K, stride=1)`, a tensor: `(H, W)`, `(h, w)` →
# `((H - 1) · stride + h, (W - 1) · stride + w)`, for every whole stride ≥ 1, also one that is larger than
# the kernel: what no stamp covers is 0. Neither need be square. Leave `Y` and `K` as they are. Not
# allowed: ready-made convolutions, `F.unfold` and `F.fold` (all that {padding_stride.manual_conv2d}
# names).
#
# By hand: `Y = [[1, 2]]`, `K = [[3, 4, 5]]`, stride 2: the stamps `[3, 4, 5]` at column 0 and
# `[6, 8, 10]` at column 2 give `[[3, 4, 11, 8, 10]]`.

# %% answer="padding_stride.transposed_conv2d"
def transposed_conv2d(Y, K, stride=1):
    """Each number of Y stamps K onto the output, `stride` pixels apart."""
    ### BEGIN SOLUTION
    (H, W), (h, w) = Y.shape, K.shape
    output = torch.zeros((H - 1) * stride + h, (W - 1) * stride + w)
    for i in range(H):
        for j in range(W):
            top, left = i * stride, j * stride
            output[top : top + h, left : left + w] += Y[i, j] * K
    return output
    ### END SOLUTION

# hint("padding_stride.transposed_conv2d")

# %% check="padding_stride.transposed_conv2d"
transposed_conv2d = check("padding_stride.transposed_conv2d", transposed_conv2d)

# %% [markdown]
# Why “transposed”? As a matrix, a convolution has a row for each window (section 01 has an extra part on it). Its
# transpose takes the outputs and lays each of them back on the pixels of its window: stamps. The gradient
# of A x, weighted with numbers y, is Aᵀ y. So a transposed convolution is the **gradient of a
# convolution** with respect to its input:

# %% tags=["demo"]
X = torch.arange(35.0).reshape(5, 7).requires_grad_()
K = torch.tensor([[1.0, -2, 0], [3, 1, 2], [0, 1, -1]])
Y = F.conv2d(X[None, None], K[None, None], stride=2)[0, 0]
upstream = torch.tensor([[1.0, 2, 3], [-1, 0, 2]])
(gradient,) = torch.autograd.grad(Y, X, upstream)
print("same as autograd:", torch.allclose(transposed_conv2d(upstream, K, 2), gradient))

# %% [markdown]
# It has the *shape* that a way back must have. Does it bring back the numbers, too?

# %% [markdown]
# ### {padding_stride.round_trip_gap}
#
# Let `filters` be n kernels of shape `(n, h, w)`, square or not, and `Y` have a map for each,
# `(n, H, W)`, square or not. There: the transposed convolution adds up the stamps of all n maps, each with
# its own filter, to one image. Back: the convolution of this image with each filter gives n maps. Write
# `round_trip_gap(Y, filters, stride)`, a number: the largest absolute difference between what comes back
# and `Y`. n ≥ 1 and stride ≥ 1 are any whole numbers. Leave `Y` and `filters` as they are.
#
# Here PyTorch's operators are allowed: `F.conv_transpose2d` and `F.conv2d`, both with weights
# `filters[:, None]`, of shape `(n, 1, h, w)`.
#
# By hand: one filter `[[2]]`, `Y = [[[1, -3]]]`, stride 1. There: `[[2, -6]]`, back: `[[4, -12]]`, gap 9.

# %% answer="padding_stride.round_trip_gap"
def round_trip_gap(Y, filters, stride):
    """Largest |conv(convT(Y)) - Y| for Y (n, H, W) and filters (n, h, w)."""
    ### BEGIN SOLUTION
    weight = filters[:, None]
    image = F.conv_transpose2d(Y[None], weight, stride=stride)
    back = F.conv2d(image, weight, stride=stride)[0]
    return (back - Y).abs().max().item()
    ### END SOLUTION

# hint("padding_stride.round_trip_gap")

# %% check="padding_stride.round_trip_gap"
round_trip_gap = check("padding_stride.round_trip_gap", round_trip_gap)

# %% [markdown]
# Two banks of filters. In the second, every filter has squares that add up to 1, and the products of any
# two of them add up to 0: they are **orthonormal**. Look what else it takes for the gap to close.

# %% tags=["demo"]
generator = torch.Generator().manual_seed(0)
Y = torch.randn(4, 6, 6, generator=generator)
any_bank = torch.randn(4, 2, 2, generator=generator)
rows = torch.tensor([[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
bank = rows.reshape(4, 2, 2)
pictures.readings(
    {
        "any filters, stride 2": lambda: [round_trip_gap(Y, any_bank, 2)],
        "orthonormal filters, stride 1": lambda: [round_trip_gap(Y, bank, 1)],
        "orthonormal filters, stride 2": lambda: [round_trip_gap(Y, bank, 2)],
    }
)

# %% [markdown]
# ### {padding_stride.identity_choice}
#
# Now one kernel only. In which case does a transposed convolution, followed by the convolution with the
# same kernel and stride, give back **every** Y?
#
# - **A** Any kernel, as long as the stride is as large as the kernel.
# - **B** A kernel whose squares add up to 1, with a stride as large as the kernel.
# - **C** A kernel whose entries add up to 1, at stride 1.
# - **D** Every kernel that is not zero: a transposed convolution undoes a convolution.
#
# Answer with one letter in quotes. The answer is recorded.

# %% answer="padding_stride.identity_choice"
identity_choice = ...
### BEGIN SOLUTION
identity_choice = "B"
### END SOLUTION

# %% check="padding_stride.identity_choice"
identity_choice = check("padding_stride.identity_choice", identity_choice)

# %% [markdown]
# The other order is harder: convolve an image first, then spread it out again. One filter keeps one
# number of each k x k window, and no way back finds the others. With k² orthonormal filters at stride k
# nothing is lost, and the image comes back if the windows cover it.
#
# **Further reading**: A. Odena, V. Dumoulin and C. Olah, *Deconvolution and checkerboard artifacts*, 2016:
# what overlapping stamps do to images.

# %% [markdown]
# ## Extra: the backward pass
#
# Training needs three gradients. Let Y[i, j] be the sum of K[a, b] · X[i·s + a, j·s + b] over the
# window, plus a bias b, and let `dY` hold the gradient of the loss with respect to each Y[i, j]. By the
# chain rule, each term of that sum hands it on in two directions:
#
# - to the pixel: dX[i·s + a, j·s + b] grows by dY[i, j] · K[a, b]. These are the stamps of a transposed
#   convolution of dY;
# - to the weight: dK[a, b] grows by dY[i, j] · X[i·s + a, j·s + b]. That is X cross-correlated with dY,
#   whose entries lie s apart;
# - and db is the sum of dY, since the bias is added everywhere.

# %% [markdown]
# ### {padding_stride.conv_backward}
#
# Write `conv_backward(X, K, dY, stride=1)`, which returns the list `[dX, dK, db]`, for a convolution
# without padding at any whole stride ≥ 1; `dY` has the shape of its output. Nothing need be square. `dX`
# has the shape of `X`: rows and columns that no window reaches have gradient 0. `dK` has the shape of `K`,
# though such rows and columns leave dY more room to slide. `db` is a number, or a tensor without axes, as
# `dY.sum()` gives it. Leave the arguments as they are.
#
# Not allowed: autograd, and ready-made convolutions (`F.conv2d`, `F.conv_transpose2d` and all the others
# named in {padding_stride.manual_conv2d}), with their gradients (`torch.nn.grad`). Your own functions are
# allowed.
#
# By hand: `X = [[1, 2, 3]]`, `K = [[4, 5]]`, `dY = [[10, 1]]`. dX: `10·[4, 5]` at column 0 and
# `1·[4, 5]` at column 1: `[[40, 54, 5]]`. dK: `10·[1, 2] + 1·[2, 3] = [[12, 23]]`. db = 11.

# %% answer="padding_stride.conv_backward"
def conv_backward(X, K, dY, stride=1):
    """Gradients [dX, dK, db] of a convolution, given dY."""
    ### BEGIN SOLUTION
    stamps = transposed_conv2d(dY, K, stride)
    dX = torch.zeros_like(X)
    dX[: stamps.shape[0], : stamps.shape[1]] = stamps
    dK = manual_conv2d(X, stuff_kernel(dY, stride))[: K.shape[0], : K.shape[1]]
    return [dX, dK, dY.sum()]
    ### END SOLUTION

# hint("padding_stride.conv_backward")

# %% check="padding_stride.conv_backward"
conv_backward = check("padding_stride.conv_backward", conv_backward)

# %% [markdown]
# All three kinds of window have met here: the backward pass of a *strided* convolution contains a
# *dilated* one (for dK) and a *transposed* one (for dX).

# %% [markdown]
# ## Extra: blur before the stride
#
# Detail that is too fine for the new grid must be gone *before* the stride.

# %% [markdown]
# ### {padding_stride.blur_down}
#
# Write `blur_down(X)`, a tensor: blur with the weights `[1, 2, 1] / 4` down the columns and along the
# rows, with one mirrored pixel on each side (the border pixel is seen once, as in
# {padding_stride.mirror_pad} and `F.pad(mode="reflect")`); then keep every second row and column, from the
# first on. An image `(H, W)` becomes `(⌈H / 2⌉, ⌈W / 2⌉)`; H and W are at least 2, even or odd, equal or
# not. Leave `X` as it is. Your functions and PyTorch's are allowed; `F.pad` mirrors the last two axes of
# `X[None, None]`.
#
# By hand, one row: `[4, 0, 8, 4]` with its mirror: `[0, 4, 0, 8, 4, 8]`. Blurred at the first pixel:
# (0 + 2·4 + 0) / 4 = 2, at the third: (0 + 2·8 + 4) / 4 = 5. The rows `[4, 0, 8, 4]` and `[8, 16, 0, 4]`
# give `[[7, 5]]`.

# %% answer="padding_stride.blur_down"
def blur_down(X):
    """Blurred by [1, 2, 1] / 4 in both directions, then every second pixel."""
    ### BEGIN SOLUTION
    weights = torch.tensor([1.0, 2, 1]) / 4
    padded = F.pad(X[None, None], (1, 1, 1, 1), mode="reflect")[0, 0]
    return manual_conv2d(padded, torch.outer(weights, weights), stride=2)
    ### END SOLUTION

# hint("padding_stride.blur_down")

# %% check="padding_stride.blur_down"
blur_down = check("padding_stride.blur_down", blur_down)

# %% tags=["demo", "nbval-ignore-output"]
rings = pictures.zone_plate()
gallery(
    {
        "rings, 160 x 160": lambda: rings,
        "every second pixel": lambda: rings[::2, ::2],
        "blurred first": lambda: blur_down(rings),
    },
    alt="Rings around the middle that get finer outwards. With every second pixel, false rings "
    "appear around the middles of the sides and in the corners. Blurred first, the image is even "
    "grey there, with faint traces of the false rings.",
)

# %% [markdown]
# *The rings; every second pixel of them; the same after a blur.* What the small image cannot show turns
# grey, mostly: this blur is a weak one.

# %% [markdown]
# ### {padding_stride.one_pixel_change}
#
# A network should not change its mind when an object moves by one pixel. Write
# `one_pixel_change(down, X)`, a number. `down` is a function that makes an image `(H, W)` small, such as
# your `blur_down`, or `lambda X: X[::2, ::2]`. With `A = down(X)`, and `B` made likewise from
# `torch.roll(X, 1, dims=1)`, the change is `(B - A).norm() / A.norm()`. H and W are at least 2, even or
# odd, equal or not; `A` is not zero everywhere. Leave `X` as it is.
#
# By hand: all rows of `X` are `[1, 3, 1, 3]`. With every second pixel: 1 before, 3 after the move; the
# change is 2 for every pixel, 2 / 1 = 2. With `blur_down` both are 2 everywhere: 0.

# %% answer="padding_stride.one_pixel_change"
def one_pixel_change(down, X):
    """Relative change of the small image down(X) when X moves by one pixel."""
    ### BEGIN SOLUTION
    A, B = down(X), down(torch.roll(X, 1, dims=1))
    return ((B - A).norm() / A.norm()).item()
    ### END SOLUTION

# hint("padding_stride.one_pixel_change")

# %% check="padding_stride.one_pixel_change"
one_pixel_change = check("padding_stride.one_pixel_change", one_pixel_change)

# %% [markdown]
# And on real pictures? Three parts of a photograph, with their mean taken off, so that the change is
# compared with what there is to see; first every second pixel, then blurred first:

# %% tags=["demo"]
photo = photograph()
corners = {"roofs": (40, 20), "columns": (100, 10), "trees": (140, 200)}
patches = {name: photo[top : top + 64, left : left + 96] for name, (top, left) in corners.items()}
centred = {name: patch - patch.mean() for name, patch in patches.items()}
pictures.readings(
    {
        name: lambda X=X: [one_pixel_change(down, X) for down in (lambda X: X[::2, ::2], blur_down)]
        for name, X in centred.items()
    }
)

# %% [markdown]
# **Further reading**: R. Zhang, *Making convolutional networks shift-invariant again*, 2019.

# %% [markdown]
# ## Extra: a stride between the pixels
#
# A stride of 2 is a big step: three quarters of the outputs are gone. Can one step by √2, and lose half?
# Between the pixels there are no windows, but one can compute all outputs at stride 1 and then *read*
# them at the places 0, √2, 2√2, …, by blending the neighbours.

# %% tags=["demo", "nbval-ignore-output"]
pictures.places()

# %% [markdown]
# *Where eight pixels are read by four rules.* `F.interpolate` with `scale_factor=1/√2` looks like the
# same thing. It first fixes the number of outputs, ⌊8/√2⌋ = 5, and then `align_corners` says how to
# place them.

# %% [markdown]
# ### {padding_stride.fractional_stride}
#
# Write `fractional_stride(X, step)`, a tensor: the values of `X`, shape `(H, W)`, at all places
# (i · step, j · step) **on the image**, that is, with i · step ≤ H - 1 and j · step ≤ W - 1. Between
# pixels blend linearly, first in one direction, then in the other: at place 2.8, take 0.2 of pixel 2 and
# 0.8 of pixel 3. `step` is any positive number, whole or not, below 1 or larger than the image. `X` need
# not be square and may be a single row or column; leave it as it is.
#
# By hand: one column of 4 pixels, `[0, 10, 20, 60]`, step 1.25: places 0, 1.25 and 2.5 (3.75 lies
# beyond the last pixel, 3). Values: 0, then 0.75 · 10 + 0.25 · 20 = 12.5, then 0.5 · 20 + 0.5 · 60 = 40.

# %% answer="padding_stride.fractional_stride"
def fractional_stride(X, step):
    """X at the places (i * step, j * step) on the image, blended between pixels."""
    ### BEGIN SOLUTION
    def blend(X):  # along the first axis
        at = torch.arange(int((len(X) - 1) / step) + 1) * step
        low = at.floor().long()
        high = (low + 1).clamp(max=len(X) - 1)
        share = (at - low)[:, None]
        return (1 - share) * X[low] + share * X[high]

    return blend(blend(X).T).T
    ### END SOLUTION

# hint("padding_stride.fractional_stride")

# %% check="padding_stride.fractional_stride"
fractional_stride = check("padding_stride.fractional_stride", fractional_stride)

# %% [markdown]
# ### {padding_stride.step_numbers}
#
# Eight pixels, in one direction. Give a list of three numbers: how many multiples of √2, from 0 on, lie on
# the image (at most 7); how many lie below 8, which is another rule in use; and the step between two
# places of `F.interpolate(..., scale_factor=1 / 1.414, mode="bilinear", align_corners=True)`. For the last,
# read a ramp: `torch.arange(8.0)`, in the shape that it wants, tells you the places.

# %% answer="padding_stride.step_numbers"
step_numbers = ...
### BEGIN SOLUTION
step_numbers = [5, 6, 1.75]
### END SOLUTION

# hint("padding_stride.step_numbers")

# %% check="padding_stride.step_numbers"
step_numbers = check("padding_stride.step_numbers", step_numbers)
