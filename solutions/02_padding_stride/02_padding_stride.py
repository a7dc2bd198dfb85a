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
# **What you will be able to do**
#
# - foretell the output size of any convolution layer, and say when there is none;
# - write the operation with stride and padding yourself, and its backward pass by hand;
# - use dilation, and know what it leaves out;
# - compute how much of the image an output sees, and measure it by a gradient;
# - turn a convolution round, and say what the way back does not bring back;
# - hear and see what a stride does to fine detail, and mend it by a blur.
#
# You need section 01: cross-correlation by windows.

# %% [markdown]
# Section 01 says how exercises, checks and hints work. This notebook runs on a CPU and trains nothing:
# `profile` changes nothing here.
#
# **Symbols**, in one direction: `n` pixels of the input, `k` entries of the kernel, padding `p`, stride
# `s`, dilation `d`. An image `X` has shape `(H, W)`, a kernel `K` has shape `(h, w)`. All tensors are
# floats with one channel unless a text says otherwise.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import check, hint, quiz
from course_lib.sections.padding_stride import pictures
from course_lib.sections.convolution.pictures import gallery, photograph

import torch
import torch.nn.functional as F
from torch import nn

# %% [markdown]
# ## The idea in one picture
#
# Four numbers decide where windows lie. **Padding** lays pixels around the image, zeros mostly.
# **Stride** is how far one window lies from the next. **Dilation** moves the entries of the kernel
# apart: neighbours in the kernel look at pixels that lie `d` apart. And the kernel has its size.

# %% tags=["demo", "nbval-ignore-output"]
pictures.windows()

# %% [markdown]
# *Left: a row of pixels with its padding, and every window, one below the other. In the middle: one
# window on the image. Right: the output, one number for each window. Orange is the same window in all
# three.* Move one control at a time. Which of them make the output smaller? Find a setting that leaves
# pixels over on the right, and an impossible one.

# %% [markdown]
# # A. How large is the output
#
# ### Exercise 1: the size of the output (3 points)
#
# Count what you saw. The padded input has n + 2p pixels. The kernel covers k entries *and* k - 1 gaps
# of d - 1 pixels. The first window lies at the start; from there the kernel steps by s as long as it
# stays inside. Write `conv_output_size(n, k, p=0, s=1, d=1) -> int`.
#
# If the kernel covers more than the padded input has, there is no output. Then
# `raise ValueError(...)` with a message that names both numbers, the pixels that the kernel covers and
# those that there are. A wrong size that is returned silently is noticed much later, and elsewhere.
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
check("padding_stride.conv_output_size", conv_output_size)
### BEGIN HIDDEN TESTS
def sizes_or_impossible(settings):
    sizes = []
    for setting in settings:
        try:
            sizes.append(conv_output_size(*setting))
        except ValueError:
            sizes.append("impossible")
    return sizes

check("padding_stride.conv_output_size", sizes_or_impossible, part="many")
### END HIDDEN TESTS

# %% [markdown]
# Does it hold for settings that nobody chose for you? Here it is compared with PyTorch, 98 settings at a
# time. Move the controls: all of them should agree.

# %% tags=["demo", "nbval-ignore-output"]
pictures.sizes_table(conv_output_size)

# %% [markdown]
# *Your output sizes. Grey with ×: you raise `ValueError`. Orange: PyTorch says otherwise.* Look along a
# row at stride 2: several inputs share one output size. From the output alone you cannot tell how large
# the input was.

# %% [markdown]
# ### Exercise 2: the shape of the output (2 points)
#
# PyTorch's layers take `(batch, channels, height, width)`. Write `shapes(layers, shape)`: `layers` is a
# list of dicts, each with the arguments of an `nn.Conv2d`, `shape` the shape of the input. Return a list
# with the output shape of each layer, as a tuple; all of them get the *same* input. `kernel_size`,
# `stride`, `padding` and `dilation` may be an integer, for both directions, or a pair (for the height,
# for the width), and all but the first may be left out. Running the layers is not allowed; making one
# is: `nn.Conv2d(**layer).stride` is always a pair.
#
# By hand: `dict(in_channels=3, out_channels=8, kernel_size=(3, 1), stride=2)` on `(5, 3, 9, 9)`: height
# (9 - 3) // 2 + 1 = 4, width (9 - 1) // 2 + 1 = 5: `[(5, 8, 4, 5)]`.

# %% answer="padding_stride.shapes"
def shapes(layers, shape):
    """Output shape of each layer on an input of this shape, as a list of tuples."""
    ### BEGIN SOLUTION
    found = []
    for arguments in layers:
        layer = nn.Conv2d(**arguments)
        height, width = (
            conv_output_size(
                shape[2 + axis],
                layer.kernel_size[axis],
                layer.padding[axis],
                layer.stride[axis],
                layer.dilation[axis],
            )
            for axis in (0, 1)
        )
        found.append((shape[0], layer.out_channels, height, width))
    return found
    ### END SOLUTION

# hint("padding_stride.shapes")

# %% check="padding_stride.shapes"
check("padding_stride.shapes", shapes)

# %% [markdown]
# ### Exercise 3: five layers (self-check)
#
# An input of shape `(1, 3, 64, 64)`. Give the output shapes of these five layers as a list of tuples.
# Work them out on paper first, then compare with your `shapes`. What is left out has its default.
#
# - a: `nn.Conv2d(3, 32, kernel_size=5)`
# - b: `nn.Conv2d(3, 32, kernel_size=5, padding=2)`
# - c: `nn.Conv2d(3, 32, kernel_size=3, stride=2, padding=1)`
# - d: `nn.Conv2d(3, 32, kernel_size=7, stride=2, padding=3)`
# - e: `nn.Conv2d(3, 32, kernel_size=3, padding=2, dilation=2)`

# %% answer="padding_stride.five_shapes"
five_shapes = ...
### BEGIN SOLUTION
five_shapes = [(1, 32, 60, 60), (1, 32, 64, 64), (1, 32, 32, 32), (1, 32, 32, 32), (1, 32, 64, 64)]
### END SOLUTION

# hint("padding_stride.five_shapes")

# %% check="padding_stride.five_shapes"
check("padding_stride.five_shapes", five_shapes)

# %% [markdown]
# ### Exercise 4: kernels that are not square (self-check)
#
# An image of 8 x 8 pixels. Give the output's (height, width) for each of these settings, as a list of
# three pairs:
#
# - kernel 3, padding 1;
# - kernel (5, 3), padding (2, 1);
# - kernel (3, 5), padding (0, 1), stride (3, 4).

# %% answer="padding_stride.demo_shapes"
demo_shapes = ...
### BEGIN SOLUTION
demo_shapes = [(8, 8), (8, 8), (2, 2)]
### END SOLUTION

# hint("padding_stride.demo_shapes")

# %% check="padding_stride.demo_shapes"
check("padding_stride.demo_shapes", demo_shapes)

# %% [markdown]
# ## Keeping the size
#
# At stride 1, padding of d(k - 1) / 2 keeps the size: as many pixels are added as the kernel takes away.
# That wants d(k - 1) to be even, which is why kernels mostly have odd sizes. `padding="same"` tells
# PyTorch to work it out; if d(k - 1) is odd, the pixel more is put below and on the right.
#
# ### Exercise 5: “same” with a stride (1 point)
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
check("padding_stride.same_choice", same_choice)

# %% [markdown]
# # B. The operation
#
# ### Exercise 6: convolution by hand (4 points)
#
# Write `manual_conv2d(input, kernel, stride=1, padding=0)`: `input` of shape `(H, W)`, `kernel` of shape
# `(kH, kW)`. It lays `padding` rings of zeros around the input and returns the cross-correlation of
# every `stride`-th window in both directions. If the kernel is larger than the padded input, in height
# or in width, raise `ValueError` with a message that names the two sizes that do not fit: both heights,
# or both widths.
#
# PyTorch's and SciPy's convolutions are not allowed, nor is `F.unfold`. Allowed are `F.pad`, slices, and
# the tensors' own `unfold`, which has a step: `x.unfold(0, size, step)`.
#
# By hand: `input = [[1, 2], [3, 4]]`, `kernel = [[1, 10], [100, 1000]]`, stride 2, padding 1. The padded
# input is 4 x 4, with the numbers in the middle; windows start at rows 0 and 2 and at columns 0 and 2.
# The first is `[[0, 0], [0, 1]]`, 1000·1 = 1000. All four: `[[1000, 200], [30, 4]]`.

# %% answer="padding_stride.manual_conv2d"
def manual_conv2d(input, kernel, stride=1, padding=0):
    """Cross-correlation: (H, W), (kH, kW) -> one number for each window."""
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
check("padding_stride.manual_conv2d", manual_conv2d)
### BEGIN HIDDEN TESTS
def outputs_or_impossible(settings):
    outputs = []
    for setting in settings:
        try:
            outputs.append(manual_conv2d(*setting))
        except ValueError:
            outputs.append("impossible")
    return outputs

check("padding_stride.manual_conv2d", outputs_or_impossible, part="many")
### END HIDDEN TESTS

# %% [markdown]
# ## What stands outside
#
# Zeros are a strong claim: outside the image it is black. Kernels near the border see an edge that is
# not in the picture. Other fillings claim less.

# %% tags=["demo", "nbval-ignore-output"]
pictures.paddings()

# %% [markdown]
# *An image of the numbers 1 to 20 and a photograph, both framed, and what is laid around them.* In the
# mirror the border pixel is seen once: the mirror stands *on* it.
#
# ### Exercise 7: a mirror by hand (2 points)
#
# Write `mirror_pad(X, p)`, `(H, W) -> (H + 2p, W + 2p)`: the first pixel outside equals the second one
# inside, the second outside the third inside, and so on, on all four sides; the corners follow from
# doing rows and columns one after the other. If p is not smaller than both sides, there are too few
# pixels to show: raise `ValueError`, naming p and the side that is too short. Padding functions with a
# mirror in them (`F.pad(mode="reflect")`, `np.pad`) are not allowed.
#
# By hand: a row `[1, 2, 3]` with p = 2 becomes `[3, 2, 1, 2, 3, 2, 1]`.

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
check("padding_stride.mirror_pad", mirror_pad)

# %% [markdown]
# # C. Dilation
#
# A dilated kernel covers d(k - 1) + 1 pixels, the same as k + (k - 1)(d - 1), and has no more weights
# than before. It is a larger kernel with zeros in its gaps.
#
# ### Exercise 8: dilation is zeros in the kernel (2 points)
#
# Write `stuff_kernel(K, d)`: the kernel of shape `(d(h - 1) + 1, d(w - 1) + 1)` that does without
# dilation what `K` does with dilation `d`. PyTorch's convolutions are not allowed.
#
# By hand: `[[1, 2], [3, 4]]` with d = 2 becomes `[[1, 0, 2], [0, 0, 0], [3, 0, 4]]`; with d = 1 it stays
# as it is.

# %% answer="padding_stride.stuff_kernel"
def stuff_kernel(K, d):
    """The kernel with d - 1 zeros between neighbours."""
    ### BEGIN SOLUTION
    h, w = K.shape
    kernel = torch.zeros(d * (h - 1) + 1, d * (w - 1) + 1)
    kernel[::d, ::d] = K
    return kernel
    ### END SOLUTION

# hint("padding_stride.stuff_kernel")

# %% check="padding_stride.stuff_kernel"
check("padding_stride.stuff_kernel", stuff_kernel)

# %% [markdown]
# With it, your `manual_conv2d` can do dilation, too:

# %% tags=["demo"]
X = torch.arange(63.0).reshape(7, 9) % 5
K = torch.tensor([[1.0, 2], [0, -1]])
try:
    mine = manual_conv2d(X, stuff_kernel(K, 3), stride=2, padding=1)
    torchs = F.conv2d(X[None, None], K[None, None], stride=2, padding=1, dilation=3)[0, 0]
    print("as PyTorch's dilation:", torch.equal(mine, torchs))
except Exception as error:
    print(f"This needs your manual_conv2d and your stuff_kernel: {error!r}")

# %% [markdown]
# # D. The receptive field
#
# A second layer reads outputs of the first, and each of these has a window of its own. The part of the
# image that can influence an output is its **receptive field**.

# %% tags=["demo", "nbval-ignore-output"]
pictures.stack()

# %% [markdown]
# *One output, at the top, and what it depends on, layer by layer; white pixels are left out.* A stride in
# the first layer spreads out what the next layers read. What does a dilation in the first layer do?

# %% [markdown]
# ### Exercise 9: by formula (3 points)
#
# Write `receptive_field(layers) -> int`: `layers` is a list of triples (kernel size, stride, dilation),
# from the input on. Start with one place. A layer with kernel size k and dilation d adds d(k - 1) places
# in its own input. How many *pixels* these are depends on how far apart its inputs lie on the image:
# the product of the strides of all layers **before** it. In a formula, with layers 1 to L,
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
check("padding_stride.receptive_field", receptive_field)

# %% [markdown]
# ### Exercise 10: four stacks (self-check)
#
# Give the receptive fields of these four stacks as a list of four integers, on paper first. Which is
# the largest?
#
# - a: three layers of 3 x 3
# - b: two layers of 5 x 5
# - c: 3 x 3 with stride 2, then 3 x 3
# - d: 3 x 3 with dilation 2, then 3 x 3

# %% answer="padding_stride.stack_fields"
stack_fields = ...
### BEGIN SOLUTION
stack_fields = [7, 9, 7, 7]
### END SOLUTION

# hint("padding_stride.stack_fields")

# %% check="padding_stride.stack_fields"
check("padding_stride.stack_fields", stack_fields)

# %% [markdown]
# ### Exercise 11: the fewest parameters (1 point)
#
# All layers of the four stacks have C channels coming in and C going out, and biases. Which stack has
# the fewest parameters?
#
# - **A** a, because its kernels are the smallest.
# - **B** c alone, because its stride makes the second layer smaller.
# - **C** d alone, because zeros in the gaps of a kernel are no parameters.
# - **D** c and d, with equally many.

# %% answer="padding_stride.fewest_choice"
fewest_choice = ...
### BEGIN SOLUTION
fewest_choice = "D"
### END SOLUTION

# %% check="padding_stride.fewest_choice"
check("padding_stride.fewest_choice", fewest_choice)

# %% [markdown]
# ### Exercise 12: by measurement (3 points)
#
# A formula can be wrong, so ask the layers themselves. An output depends on a pixel if its gradient with
# respect to that pixel is not zero. Write `influence(layers, size, i, j)`: send an image of shape
# `(size, size)` through layers with one channel, without padding and bias, **all weights 1**; return the
# gradient of the single output pixel `[i, j]` with respect to the image, shape `(size, size)`. `F.conv2d`
# and autograd are allowed. The numbers in the image do not matter, as everything is linear.
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
check("padding_stride.influence", influence)

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
# output pixel: the brighter a pixel, the more ways lead from it to the output.* Two things that this
# formula does not say: the influence is strong in the middle and fades towards the border, more so the
# deeper the stack is (e); and equal dilations leave holes (f).
#
# A stack of n layers of 3 x 3 has a field of 2n + 1. Two of them see as far as one of 5 x 5, with 18
# weights instead of 25 for each pair of channels.

# %% [markdown]
# # E. Turned round: transposed convolution
#
# A convolution gathers a window into one number. A **transposed convolution** spreads one number over a
# window: each number of the input stamps the kernel, times itself, onto the output. The stamps lie
# `stride` pixels apart, and where they overlap they add up.

# %% tags=["demo", "nbval-ignore-output"]
pictures.stamps()

# %% [markdown]
# *The input, the kernel, and the output with all stamps so far; the latest is framed.* At which stride do
# the stamps lie side by side?
#
# ### Exercise 13: transposed convolution (3 points)
#
# Write `transposed_conv2d(Y, K, stride=1)`: shapes `(H, W)`, `(h, w)` →
# `((H - 1) · stride + h, (W - 1) · stride + w)`. PyTorch's convolutions and `F.fold` are not allowed.
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
check("padding_stride.transposed_conv2d", transposed_conv2d)
### BEGIN HIDDEN TESTS
check("padding_stride.transposed_conv2d", transposed_conv2d, part="other strides")
### END HIDDEN TESTS

# %% [markdown]
# ## Why “transposed”
#
# In section 01 a convolution was a matrix A with a row for each window. Its transpose takes the outputs
# and lays each of them back on the pixels of its window: stamps. The gradient of A x, weighted with
# numbers y, is Aᵀ y. So a transposed convolution is the **gradient of a convolution** with respect to
# its input:

# %% tags=["demo"]
X = torch.arange(35.0).reshape(5, 7).requires_grad_()
K = torch.tensor([[1.0, -2, 0], [3, 1, 2], [0, 1, -1]])
Y = F.conv2d(X[None, None], K[None, None], stride=2)[0, 0]
upstream = torch.tensor([[1.0, 2, 3], [-1, 0, 2]])
(gradient,) = torch.autograd.grad(Y, X, upstream)
try:
    print("same as autograd:", torch.equal(transposed_conv2d(upstream, K, 2), gradient))
except Exception as error:
    print(f"This needs your transposed_conv2d: {error!r}")

# %% [markdown]
# It has the *shape* that a way back must have. Does it bring back the numbers, too?
#
# ### Exercise 14: there and back again (2 points)
#
# Let `filters` be n kernels of shape `(n, k, k)` and `Y` have a map for each, `(n, H, W)`. There: the
# transposed convolution adds up the stamps of all n maps, each with its own filter, to one image. Back:
# the convolution of this image with each filter gives n maps. Write
# `round_trip_gap(Y, filters, stride) -> float`: the largest absolute difference between what comes back
# and `Y`. Here PyTorch's operators are allowed: `F.conv_transpose2d` and `F.conv2d`, both with weights
# `filters[:, None]`, of shape `(n, 1, k, k)`.
#
# By hand: one filter `[[2]]`, `Y = [[[1, -3]]]`, stride 1. There: `[[2, -6]]`, back: `[[4, -12]]`, gap 9.

# %% answer="padding_stride.round_trip_gap"
def round_trip_gap(Y, filters, stride):
    """Largest |conv(convT(Y)) - Y| for Y (n, H, W) and filters (n, k, k)."""
    ### BEGIN SOLUTION
    weight = filters[:, None]
    image = F.conv_transpose2d(Y[None], weight, stride=stride)
    back = F.conv2d(image, weight, stride=stride)[0]
    return (back - Y).abs().max().item()
    ### END SOLUTION

# hint("padding_stride.round_trip_gap")

# %% check="padding_stride.round_trip_gap"
check("padding_stride.round_trip_gap", round_trip_gap)

# %% [markdown]
# Two banks of filters. In the second, every filter has squares that add up to 1, and the products of any
# two of them add up to 0: they are **orthonormal**. Look what else it takes for the gap to close.

# %% tags=["demo"]
generator = torch.Generator().manual_seed(0)
Y = torch.randn(4, 6, 6, generator=generator)
any_bank = torch.randn(4, 2, 2, generator=generator)
rows = torch.tensor([[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
try:
    print(f"any filters, stride 2:         gap {round_trip_gap(Y, any_bank, 2):.2f}")
    print(f"orthonormal filters, stride 1: gap {round_trip_gap(Y, rows.reshape(4, 2, 2), 1):.2f}")
    print(f"orthonormal filters, stride 2: gap {round_trip_gap(Y, rows.reshape(4, 2, 2), 2):.2f}")
except Exception as error:
    print(f"This needs your round_trip_gap: {error!r}")

# %% [markdown]
# ### Exercise 15: when the way back leads home (1 point)
#
# Now one kernel only. In which case does a transposed convolution, followed by the convolution with the
# same kernel and stride, give back **every** Y?
#
# - **A** Any kernel, as long as the stride is as large as the kernel.
# - **B** A kernel whose squares add up to 1, with a stride as large as the kernel.
# - **C** A kernel whose entries add up to 1, at stride 1.
# - **D** Every kernel that is not zero: a transposed convolution undoes a convolution.

# %% answer="padding_stride.identity_choice"
identity_choice = ...
### BEGIN SOLUTION
identity_choice = "B"
### END SOLUTION

# %% check="padding_stride.identity_choice"
check("padding_stride.identity_choice", identity_choice)

# %% [markdown]
# The other order is harder: convolve an image first, then spread it out again. One filter keeps one
# number of each k x k window, and no way back finds the others. With k² orthonormal filters at
# stride k nothing is lost, and the image comes back.

# %% [markdown]
# # F. The backward pass
#
# Training needs three gradients. Let Y[i, j] be the sum of K[a, b] · X[i·s + a, j·s + b] over the
# window, plus a bias b, and let `dY` hold the gradient of the loss with respect to each Y[i, j]. By the
# chain rule, each term of that sum hands it on in two directions:
#
# - to the pixel: dX[i·s + a, j·s + b] grows by dY[i, j] · K[a, b]. These are stamps: the transposed
#   convolution of dY;
# - to the weight: dK[a, b] grows by dY[i, j] · X[i·s + a, j·s + b]. That is X cross-correlated with dY,
#   whose entries lie s apart;
# - and db is the sum of dY, since the bias is added everywhere.
#
# ### Exercise 16: three gradients by hand (4 points)
#
# Write `conv_backward(X, K, dY, stride=1)`, which returns the list `[dX, dK, db]`, for a convolution
# without padding. `dX` has the shape of `X`: rows and columns that no window reaches have gradient 0.
# `dK` has the shape of `K`, though such rows and columns leave dY more room to slide. Autograd and
# PyTorch's convolutions are not allowed; your own functions are.
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
check("padding_stride.conv_backward", conv_backward)
### BEGIN HIDDEN TESTS
check("padding_stride.conv_backward", conv_backward, part="stride one")
### END HIDDEN TESTS

# %% [markdown]
# All three kinds of window have met here: a backward pass of a *strided* convolution contains a
# *dilated* one (for dK) and a *transposed* one (for dX).

# %% [markdown]
# # G. Lab: what a stride saves, and what it costs
#
# ### Exercise 17: the saving (1 point)
#
# The work of a layer is counted in **multiply-adds**: one multiplication together with one addition
# counts once. Write `multiply_adds(n, k, p, s) -> int` for an image of n x n and a kernel of k x k, one
# channel each, no bias. Products with the zeros of the padding count, as a plain implementation
# computes them.
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
check("padding_stride.multiply_adds", multiply_adds)

# %% [markdown]
# On large images, stride 2 saves three quarters of the work of its own layer, and of all layers after
# it, which get a quarter of the pixels.

# %% [markdown]
# ## The cost, heard
#
# What is lost? First in one direction. Sound is sampled, here 16,000 times a second. A stride of 2 keeps
# every second sample: 8,000 a second. A tone needs more than two samples for each of its waves. Has it
# fewer, then the samples lie on another, slower wave, an **alias**, and nothing tells the two apart.

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
#
# ### Exercise 18: which tone comes out (2 points)
#
# Write `heard_frequency(f, rate, stride)`: a pure tone of `f` Hz (below rate / 2), sampled at `rate` Hz,
# of which every `stride`-th sample is kept; return the frequency, in Hz, of the slowest tone through
# these samples, between 0 and half of the new rate. Two facts suffice. At a rate r, the tones f and
# f + r have the same samples, as the second makes one whole wave more from each sample to the next. And
# so have f and r - f, since a wave looks the same read backwards.
#
# By hand: 700 Hz at 1000 Hz: the same samples as 1000 - 700 = 300 Hz.

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
check("padding_stride.heard_frequency", heard_frequency)
### BEGIN HIDDEN TESTS
check("padding_stride.heard_frequency", heard_frequency, part="other tones")
### END HIDDEN TESTS

# %% [markdown]
# ## The cost, seen
#
# What is too fine for the new grid does not vanish: it comes back as something coarse that was never
# there. The cure is to remove it *before* the stride, by a blur.
#
# ### Exercise 19: blur before the stride (2 points)
#
# Write `blur_down(X)`: blur with the weights `[1, 2, 1] / 4` down the columns and along the rows, with
# one mirrored pixel on each side as in your `mirror_pad`; then keep every second row and column, from
# the first on. An image `(H, W)` becomes `(⌈H / 2⌉, ⌈W / 2⌉)`. Your functions and PyTorch's are allowed.
#
# By hand, one row: `[4, 0, 8, 4]` with its mirror: `[0, 4, 0, 8, 4, 8]`. Blurred at the first pixel:
# (0 + 2·4 + 0) / 4 = 2, at the third: (0 + 2·8 + 4) / 4 = 5.

# %% answer="padding_stride.blur_down"
def blur_down(X):
    """Blurred by [1, 2, 1] / 4 in both directions, then every second pixel."""
    ### BEGIN SOLUTION
    weights = torch.tensor([1.0, 2, 1]) / 4
    return manual_conv2d(mirror_pad(X, 1), torch.outer(weights, weights), stride=2)
    ### END SOLUTION

# hint("padding_stride.blur_down")

# %% check="padding_stride.blur_down"
check("padding_stride.blur_down", blur_down)

# %% [markdown]
# A test image: rings that get finer outwards, until one ring is two pixels wide.

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
# *The rings; every second pixel of them, with new rings that are not in the image; the same after a
# blur.* What the small image cannot show turns grey, mostly: this blur is a weak one.
#
# ### Exercise 20: one pixel (2 points)
#
# A network should not change its mind when an object moves by one pixel. Write
# `one_pixel_change(X) -> [plain, blurred]`, two floats. Both compare a small image `A`, made from `X`,
# with `B`, made from `torch.roll(X, 1, dims=1)`, and are `(B - A).norm() / A.norm()`: once with
# `X[::2, ::2]` as the way to make it small, once with your `blur_down`.
#
# By hand: all rows of `X` are `[1, 3, 1, 3]`. Every second pixel: 1 before, 3 after the move; the change
# is 2 for every pixel, 2 / 1 = 2. Blurred, both are 2 everywhere: 0. Together `[2, 0]`.

# %% answer="padding_stride.one_pixel_change"
def one_pixel_change(X):
    """[plain, blurred]: relative change of the small image when X moves by one pixel."""
    ### BEGIN SOLUTION
    def change(down):
        old, new = down(X), down(torch.roll(X, 1, dims=1))
        return ((new - old).norm() / old.norm()).item()

    return [change(lambda image: image[::2, ::2]), change(blur_down)]
    ### END SOLUTION

# hint("padding_stride.one_pixel_change")

# %% check="padding_stride.one_pixel_change"
check("padding_stride.one_pixel_change", one_pixel_change)

# %% [markdown]
# And on real pictures? Four parts of a photograph, with their mean taken off, so that the change is
# compared with what there is to see:

# %% tags=["demo"]
photo = photograph()
corners = {"roofs": (40, 20), "columns": (100, 10), "trees": (140, 200), "sky": (10, 200)}
try:
    for name, (top, left) in corners.items():
        patch = photo[top : top + 64, left : left + 96]
        plain, blurred = one_pixel_change(patch - patch.mean())
        print(f"{name:8} every second pixel {plain:.2f}, blurred first {blurred:.2f}")
except Exception as error:
    print(f"This needs your one_pixel_change: {error!r}")

# %% [markdown]
# ### Exercise 21: claims about stride (3 points, marked by a person)
#
# In a text you read: “A larger stride makes a network faster. It also prevents overfitting, and it makes
# the network invariant to translation.”

# %% [markdown] essay="padding_stride.stride_claims"
# Take the three claims one by one. Which can you confirm or refute with what you counted and measured in
# this section, and which would need an experiment of another kind (which one)?
#
# ### BEGIN SOLUTION
# Faster: yes, as far as counting goes. Stride 2 leaves about a quarter of the outputs and so of the
# multiply-adds, also in all layers that follow, and saves memory. It pays with resolution.
#
# Overfitting: nothing here supports it. The kernel has as many weights as before. To decide it, train
# the same network with and without stride on the same data, with several seeds, and compare the gap
# between training and test accuracy, at equal cost or equal receptive field.
#
# Invariance: no. A stride leaves out windows; after a move by one pixel other windows are left, and
# `one_pixel_change` is large. Detail finer than the new grid comes back as an alias. Stride even breaks
# the equivariance to single pixels. A blur before the stride makes the change smaller; invariance
# comes from taking a mean or maximum over all positions.
#
# - [ ] 1 point: the saving is confirmed by the count (about s² in work), and its price (resolution) named
# - [ ] 1 point: overfitting is called unsupported, with an experiment that could decide it
# - [ ] 1 point: invariance is refuted, by the measured one-pixel change or by aliasing
# ### END SOLUTION

# %% [markdown]
# # H. A stride between the pixels
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
#
# ### Exercise 22: stride √2 (3 points)
#
# Write `fractional_stride(X, step)`: the values of `X` at all places (i · step, j · step) **on the
# image**, that is, with i · step ≤ H - 1 and j · step ≤ W - 1. Between pixels blend linearly, first in
# one direction, then in the other: at place 2.8, take 0.2 of pixel 2 and 0.8 of pixel 3. `step` is any
# positive number.
#
# By hand: one column of 4 pixels, `[0, 10, 20, 60]`, step 1.25: places 0, 1.25 and 2.5 (3.75 lies
# behind the last pixel, 3). Values: 0, then 0.75 · 10 + 0.25 · 20 = 12.5, then 0.5 · 20 + 0.5 · 60 = 40.

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
check("padding_stride.fractional_stride", fractional_stride)

# %% [markdown]
# ### Exercise 23: three rules for √2 (self-check)
#
# Eight pixels, in one direction. Give a list of three numbers: how many multiples of √2 lie on the image
# (at most 7); how many lie below 8, which is another rule in use; and the step between two places of
# `F.interpolate(..., scale_factor=1 / 1.414, mode="bilinear", align_corners=True)`. For the last, read a
# ramp: `torch.arange(8.0)`, in the shape that it wants, tells you the places.

# %% answer="padding_stride.step_numbers"
step_numbers = ...
### BEGIN SOLUTION
step_numbers = [5, 6, 1.75]
### END SOLUTION

# hint("padding_stride.step_numbers")

# %% check="padding_stride.step_numbers"
check("padding_stride.step_numbers", step_numbers)

# %% [markdown]
# # Check yourself
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
# # Summary
#
# - The output has ⌊(n + 2p - d(k - 1) - 1) / s⌋ + 1 places in each direction; if the kernel covers more
#   than the padded input, it has none, and an error should say so.
# - Padding is a claim about what stands outside. At stride 1, d(k - 1) / 2 on each side keeps the size.
# - Dilation is a larger kernel with zeros in the gaps: further reach, no more weights, and holes.
# - The receptive field grows by d(k - 1) places a layer, times all strides before it. Measured by a
#   gradient, it is strong in the middle and weak at its border.
# - A transposed convolution is the transpose of the convolution's matrix: its gradient, not its inverse.
# - Backward: dX is stamps of K, dK is X correlated with dY, db is the sum of dY.
# - A stride saves work with s², and folds detail that is too fine into false, coarse detail. Blur first.
# - A stride need not be whole, but then the rule for its places must be stated.
#
# **Further reading**
#
# - C. E. Shannon, *Communication in the presence of noise*, 1949: the sampling theorem.
# - F. Yu and V. Koltun, *Multi-scale context aggregation by dilated convolutions*, 2016.
# - V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, 2016.
# - W. Luo, Y. Li, R. Urtasun and R. Zemel, *Understanding the effective receptive field in deep
#   convolutional neural networks*, 2016: why the middle counts most.
# - A. Odena, V. Dumoulin and C. Olah, *Deconvolution and checkerboard artifacts*, 2016: what overlapping
#   stamps do to images.
# - R. Zhang, *Making convolutional networks shift-invariant again*, 2019: blur before the stride.
