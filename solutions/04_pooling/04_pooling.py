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
# # 04 Pooling
#
# A feature map says at each pixel how strongly some feature is present. Later layers rarely need to know
# it to the pixel. **Pooling** replaces each window of the map by one number.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# You need sections 01 to 03: windows, stride and padding, channels.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.models.configs import avg_pool, conv, flatten, gap, linear, max_pool, relu
from course_lib.sections.pooling import pictures

import itertools
import math

import torch
import torch.nn.functional as F
from torch import nn

begin("pooling", globals())

# %% [markdown]
# ## The idea in one picture

# %% tags=["demo", "nbval-ignore-output"]
pictures.idea()

# %% [markdown]
# *A map in four windows; the largest number of each window; the mean of each; and the mean of the whole
# map.* Nothing is learned here: pooling has no weights. Every channel is pooled by itself.
#
# **What you will be able to do**
#
# - write max and average pooling yourself, for any window, stride, padding and channels;
# - tell what maximum and mean each keep and lose, forward and backward;
# - follow the shape of a batch through a network, to global average pooling and its small head;
# - measure whether an operation is equivariant to shifts, invariant, or neither.
#
# Here `profile` changes nothing. `X` is a batch of shape `(N, C, H, W)`: images, channels, rows, columns;
# where a text says so, one map `(H, W)`. `Y` is the output. `kernel_size`, `stride` and `padding` are pairs:
# the first number is for rows, the second for columns.

# %% [markdown]
# ## A. Pooling by hand
#
# **Max pooling** takes the largest number of each window, **average pooling** the mean. The window, of
# h rows and w columns, moves by the stride as in a convolution: $s_h$ rows down, $s_w$ columns to the
# right. Without padding, max pooling of one map is
#
# $$Y[i, j] = \max_{0 \le a < h,\; 0 \le b < w} X[i\, s_h + a,\; j\, s_w + b]$$

# %% [markdown]
# ### {pooling.two_windows}
#
# Give a list of three things: the maximum of the window `[[1, 5], [2, 4]]`; its mean; and the output of max
# pooling with windows of 2 x 2 and stride 2, a list of two rows, for this map:
#
# ```
# 1 3 2 1
# 0 1 4 2
# 5 1 2 3
# 3 0 4 1
# ```
#
# By hand, the window `[[3, 0], [1, 0]]` has the maximum 3 and the mean (3 + 0 + 1 + 0) / 4 = 1.

# %% answer="pooling.two_windows"
two_windows = ...
### BEGIN SOLUTION
two_windows = [5, 3.0, [[3, 4], [5, 4]]]
### END SOLUTION

# hint("pooling.two_windows")

# %% check="pooling.two_windows"
two_windows = check("pooling.two_windows", two_windows)

# %% [markdown]
# Play with all settings. When is a number of the map in no window, when in several?

# %% tags=["demo", "nbval-ignore-output"]
pictures.sliding_pool()

# %% [markdown]
# *Left the map, with its padding in grey, right the output up to the framed window.* Look at the
# padding: for the mean it is zeros, for the maximum minus infinity. A zero would be larger than a
# negative number and win where nothing is.

# %% [markdown]
# ### {pooling.max_pool2d}
#
# Write `max_pool2d(X, kernel_size, stride, padding)`: `X` of floats, shape `(N, C, H, W)`, and three pairs,
# `kernel_size = (h, w)`. It returns a tensor of shape `(N, C, rows, columns)` with
# `rows = (H + 2·padding[0] - h) // stride[0] + 1`, and columns alike. Each channel of each image is pooled by
# itself; there may be one of either. No pair need have equal numbers. Windows fit on the padded map, up
# to all of it; strides may be smaller or larger than the window. Padding is minus infinity, and at
# most half the window, so that no window is all padding. Leave `X` as it is.
#
# Not allowed: ready-made pooling (`F.max_pool2d`, `F.avg_pool2d`, `nn.MaxPool2d` and their kin;
# `scipy.ndimage`, `skimage.measure`). `F.pad` and the tensors' own `unfold` are allowed; so are loops.
#
# By hand: the map 0 … 8, row by row in 3 x 3, window (2, 2), stride (1, 1), no padding: the first window holds
# 0, 1, 3 and 4; all four maxima are `[[4, 5], [7, 8]]`. And `[[-1, -2], [-3, -4]]`, window (2, 2),
# stride (1, 1), padding (1, 1): the first window holds three numbers of the padding and -1; all nine are
# `[[-1, -1, -2], [-1, -1, -2], [-3, -3, -4]]`.

# %% answer="pooling.max_pool2d"
def max_pool2d(X, kernel_size, stride, padding):
    """Max pooling: (N, C, H, W) -> (N, C, rows, columns)."""
    ### BEGIN SOLUTION
    (h, w), (s_h, s_w), (p_h, p_w) = kernel_size, stride, padding
    X = F.pad(X, (p_w, p_w, p_h, p_h), value=-torch.inf)
    windows = X.unfold(2, h, s_h).unfold(3, w, s_w)  # (N, C, rows, columns, h, w)
    return windows.amax(dim=(4, 5))
    ### END SOLUTION

# hint("pooling.max_pool2d")

# %% check="pooling.max_pool2d"
max_pool2d = check("pooling.max_pool2d", max_pool2d)

# %% [markdown]
# ### {pooling.avg_pool2d}
#
# Write `avg_pool2d(X, kernel_size, stride, padding)`: the mean of each window, for the same inputs and with
# the same shapes as `max_pool2d`. **Convention**: the padding is zeros, and these zeros count, so that
# every window is divided by `h · w` (PyTorch's default, `count_include_pad=True`). Leave `X` as it is. Not
# allowed: ready-made pooling (`F.avg_pool2d` and all the others named in {pooling.max_pool2d}).
#
# By hand: the map 0 … 8 with window (2, 2) and stride (1, 1) gives `[[2, 3], [5, 6]]`. And
# `[[4, 8], [12, 16]]`, window (2, 2), stride (2, 2), padding (1, 1): the first window holds 0, 0, 0 and 4,
# with mean 1; all four are `[[1, 2], [3, 4]]`.

# %% answer="pooling.avg_pool2d"
def avg_pool2d(X, kernel_size, stride, padding):
    """Average pooling, zeros of the padding included: (N, C, H, W) -> (N, C, rows, columns)."""
    ### BEGIN SOLUTION
    (h, w), (s_h, s_w), (p_h, p_w) = kernel_size, stride, padding
    X = F.pad(X, (p_w, p_w, p_h, p_h))
    return X.unfold(2, h, s_h).unfold(3, w, s_w).mean(dim=(4, 5))
    ### END SOLUTION

# hint("pooling.avg_pool2d")

# %% check="pooling.avg_pool2d"
avg_pool2d = check("pooling.avg_pool2d", avg_pool2d)

# %% [markdown]
# ### {pooling.module_outputs}
#
# `X` is the map 0 … 15, row by row, of shape `(1, 1, 4, 4)`. Three layers:
#
# 1. `nn.MaxPool2d(3)` on `X`. No stride is given: for pooling it is then the window's size.
# 2. `nn.MaxPool2d((2, 3), stride=(2, 3), padding=(0, 1))` on `X`.
# 3. `nn.MaxPool2d(3, stride=2, padding=1)` on `torch.cat((X, X + 1), 1)`, which has two channels.
#
# Give a list of three outputs without the batch axis: a map, a map, and a list of two maps; a map is a
# list of rows. Work them out before you try. By hand, `nn.MaxPool2d(2)` on `X` gives `[[5, 7], [13, 15]]`.

# %% answer="pooling.module_outputs"
module_outputs = ...
### BEGIN SOLUTION
module_outputs = [
    [[10]],
    [[5, 7], [13, 15]],
    [[[5, 7], [13, 15]], [[6, 8], [14, 16]]],
]
### END SOLUTION

# hint("pooling.module_outputs")

# %% check="pooling.module_outputs"
module_outputs = check("pooling.module_outputs", module_outputs)

# %% [markdown]
# Extra to this part: {pooling.min_pool2d}, and what pooling costs, {pooling.pool_cost}.
#
# ## B. Maximum or mean
#
# The maximum asks *is it somewhere in this window?*, the mean *how much of it is in this window?* Predict
# what each makes of a photograph, and which of them thins the dark beams of the roof.

# %% tags=["demo", "nbval-ignore-output"]
pictures.pooled_photograph()

# %% [markdown]
# *The photograph, and what pooling leaves of it.* The maximum lets bright areas grow and moves the
# brightness up; the minimum lets dark ones grow; the mean keeps the brightness and loses contrast.

# %% [markdown]
# ### {pooling.kind_choice}
#
# Two windows of a feature map: `[[8, 0], [0, 0]]`, one strong activation, and `[[2, 2], [2, 2]]`, weak
# ones everywhere. For which kind of pooling do both give the same number?
#
# - **A** Max pooling.
# - **B** Both of them.
# - **C** Average pooling.
# - **D** Neither of them.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="pooling.kind_choice"
kind_choice = ...
### BEGIN SOLUTION
kind_choice = "C"
### END SOLUTION

# %% check="pooling.kind_choice"
kind_choice = check("pooling.kind_choice", kind_choice)

# %% [markdown]
# ### {pooling.pool_gradient}
#
# The two differ most in the backward pass. Write `pool_gradient(X, upstream, kernel_size, mode)` for one
# map `X` of shape `(H, W)`, whose windows `(h, w)` lie side by side and fill it; they need not be square,
# and there may be a single one, or windows of one number. `upstream`, of shape `(H / h, W / w)`, is the
# gradient of the loss with respect to the pooled map: numbers of either sign, or zeros. Return the gradient
# with respect to `X`, a tensor of shape `(H, W)`. `mode` is `"max"` or `"avg"`. No two numbers of a window
# are equal, but numbers of different windows may be. Leave `X` and `upstream` as they are. Not allowed:
# ready-made pooling (`F.max_pool2d` and all the others named in {pooling.max_pool2d}).
#
# By hand: `X = [[1, 5], [2, 4]]`, `upstream = [[8]]`, one window. Maximum: only the 5 had any influence,
# `[[0, 8], [0, 0]]`. Mean: each number counts a quarter, `[[2, 2], [2, 2]]`.

# %% answer="pooling.pool_gradient"
def pool_gradient(X, upstream, kernel_size, mode):
    """Gradient of pooling with windows side by side: (H, W), (H / h, W / w) -> (H, W)."""
    ### BEGIN SOLUTION
    h, w = kernel_size
    gradient = torch.zeros_like(X)
    for i, j in itertools.product(range(0, X.shape[0], h), range(0, X.shape[1], w)):
        window = X[i : i + h, j : j + w]
        share = (window == window.max()) if mode == "max" else 1 / (h * w)
        gradient[i : i + h, j : j + w] = share * upstream[i // h, j // w]
    return gradient
    ### END SOLUTION

# hint("pooling.pool_gradient")

# %% check="pooling.pool_gradient"
pool_gradient = check("pooling.pool_gradient", pool_gradient)

# %% tags=["demo", "nbval-ignore-output"]
pictures.gradients(pool_gradient)

# %% [markdown]
# *A map in four windows, an upstream gradient of one number a window, and your two gradients.* Through the
# maximum the gradient reaches one number in four, with full strength; through the mean all, with a quarter
# each.

# %% [markdown]
# ### {pooling.max_or_mean}
#
# Which of the two would you take? Double-click the next cell and write in it; a person marks it.

# %% [markdown] essay="pooling.max_or_mean"
# One network looks for hairline cracks in pictures of concrete walls; another estimates how much of the
# sky is covered by clouds. Say for each whether you would pool its feature maps by maximum or by mean
# at the end, and what the other choice would lose.
#
# ### BEGIN SOLUTION
# Cracks: maximum. A crack fills few pixels; the feature map of a crack detector is large there and
# nowhere else. The maximum keeps this one strong activation, however large the window. The mean would
# divide it by the number of pixels, until it cannot be told from weak activations everywhere.
#
# Clouds: mean. The question is how much, so all pixels count. The mean of a cloud detector's map is
# proportional to the area covered. The maximum would be the same for a single small cloud and for an
# overcast sky, and one false activation would decide it.
#
# - [ ] 1 point: maximum for the cracks, because one strong activation is kept where the mean dilutes it
# - [ ] 1 point: mean for the clouds, because the amount counts, which the maximum does not tell
# ### END SOLUTION

# %% [markdown]
# A last difference: the mean is linear, a convolution with equal weights; the maximum is not, so that no
# convolution can be max pooling, whatever its weights.
#
# Extra to this part: the mean as a convolution, {pooling.avg_as_conv}; the proof that the maximum is none,
# {pooling.not_additive}; how ReLU makes it all the same, {pooling.relu_max} and {pooling.relu_max_pool2d};
# what lies between maximum and mean, {pooling.softmax_pool2d} and {pooling.softmax_rare}.
#
# ## C. Shapes and heads
#
# Pooling is what shrinks the maps of many networks: while convolutions raise the number of channels,
# poolings halve height and width. At the end stands **global average pooling** (GAP): the mean of each
# channel over the whole map, `(N, C, H, W)` to `(N, C, 1, 1)`; in PyTorch `nn.AdaptiveAvgPool2d(1)`. The
# dense layers after it are the **head** of the network; they compute the logits.

# %% tags=["demo", "nbval-ignore-output"]
pictures.sizes()

# %% [markdown]
# *The maps of a small network as blocks: as high as the map, wider with more channels.* Change the size
# of the image: what GAP gives to the head stays the same.

# %% [markdown]
# ### {pooling.cifar_shapes}
#
# A network on a batch of 8 colour images, shape `(8, 3, 32, 32)`. A padded 3 x 3 convolution keeps the size.
#
# ```
# Conv2d(3, 32, 3, padding=1)    ReLU   MaxPool2d(2, 2)
# Conv2d(32, 64, 3, padding=1)   ReLU   MaxPool2d(2, 2)
# Conv2d(64, 128, 3, padding=1)  ReLU   AdaptiveAvgPool2d(1)
# Flatten   Linear(128, 10)
# ```
#
# Give the list of twelve shapes as tuples: the input's, then the one after each of the eleven layers.
# The first two are `(8, 3, 32, 32)` and `(8, 32, 32, 32)`.

# %% answer="pooling.cifar_shapes"
cifar_shapes = ...
### BEGIN SOLUTION
cifar_shapes = [
    (8, 3, 32, 32),
    (8, 32, 32, 32), (8, 32, 32, 32), (8, 32, 16, 16),
    (8, 64, 16, 16), (8, 64, 16, 16), (8, 64, 8, 8),
    (8, 128, 8, 8), (8, 128, 8, 8), (8, 128, 1, 1),
    (8, 128), (8, 10),
]
### END SOLUTION

# hint("pooling.cifar_shapes")

# %% check="pooling.cifar_shapes"
cifar_shapes = check("pooling.cifar_shapes", cifar_shapes)

# %% [markdown]
# Networks can be written down as plain data: a list of layers, each a dict, as in section 03. `"layer"`
# names the kind; the other keys are PyTorch's arguments. Short functions write the dicts:

# %%
small_net = [conv(1, 4, 3, padding=1), relu(), max_pool(2), flatten(), linear(24, 3)]
for layer in small_net:
    print(layer)

# %% [markdown]
# ### {pooling.trace_shapes}
#
# Write `trace_shapes(config, shape)`: for a list of such layers and the shape `(N, C, H, W)` of the input,
# the list of all shapes as tuples, beginning with the input's; for no layers, that shape alone.
#
# - `"conv"`, `"max_pool"` and `"avg_pool"` have square windows: `"kernel_size"`, `"stride"` and `"padding"` are
#   single numbers, any that fit. A convolution also has `"out_channels"`.
# - `"relu"` changes no shape, after a dense layer neither. `"gap"` keeps two axes of size 1.
# - `"flatten"` keeps the batch axis. `"linear"`, with `"out_features"`, comes somewhere after it; there may be
#   several.
#
# Leave `config` as it is. Work with formulas: building layers is not allowed (`torch.nn`, `torch.utils`,
# `course_lib`).
#
# By hand, `small_net` on `(2, 1, 7, 5)`: the padded convolution gives `(2, 4, 7, 5)`, so does ReLU;
# pooling rounds down, `(2, 4, 3, 2)`; flattened `(2, 24)`; at last `(2, 3)`: six shapes.

# %% answer="pooling.trace_shapes"
def trace_shapes(config, shape):
    """Shapes of the input and after each layer: -> list of tuples, one more than layers."""
    ### BEGIN SOLUTION
    shapes = [tuple(shape)]
    for layer in config:
        n, *rest = shapes[-1]
        if "kernel_size" in layer:
            k, s, p = layer["kernel_size"], layer["stride"], layer["padding"]
            channels = layer.get("out_channels", rest[0])  # pooling keeps them
            rest = [channels, *((size + 2 * p - k) // s + 1 for size in rest[1:])]
        elif layer["layer"] == "gap":
            rest = [rest[0], 1, 1]
        elif layer["layer"] == "flatten":
            rest = [math.prod(rest)]
        elif layer["layer"] == "linear":
            rest = [layer["out_features"]]
        shapes.append((n, *rest))
    return shapes
    ### END SOLUTION

# hint("pooling.trace_shapes")

# %% check="pooling.trace_shapes"
trace_shapes = check("pooling.trace_shapes", trace_shapes)

# %% [markdown]
# ### {pooling.gap_choice}
#
# A network was trained on images of 224 x 224 pixels: convolutions and poolings, then GAP, flatten and
# one dense layer with 1000 outputs. You give it an image of 320 x 320. What happens?
#
# - **A** It stops with an error: its first convolution expects 224 x 224 pixels.
# - **B** It stops with an error: its last layer expects another number of inputs.
# - **C** It gives about twice as many logits.
# - **D** It gives as many logits as before.
#
# Answer with one letter in quotes. Your `trace_shapes` tells what the last layer gets to read. The answer is
# recorded.

# %% answer="pooling.gap_choice"
gap_choice = ...
### BEGIN SOLUTION
gap_choice = "D"
### END SOLUTION

# %% check="pooling.gap_choice"
gap_choice = check("pooling.gap_choice", gap_choice)

# %% [markdown]
# Extra to this part: what GAP saves, {pooling.head_params} and {pooling.vgg_numbers}.
#
# ## D. Shifts
#
# Pooling is said to make networks *invariant to translation*. Recall from section 01: an operation is
# **equivariant** if a moved image gives the output moved likewise, **invariant** if the output does not
# change at all. Take six operations and move the image, one pixel at a time:

# %% tags=["demo", "nbval-ignore-output"]
pictures.shift()

# %% [markdown]
# *Left one row of an image, moved; right the output of the moved row (dots), the old output (dashes) and
# the old output moved by the same distance (bars).* Dots on dashes: invariant. Dots on bars:
# equivariant. Which of the six are always one of the two? Which only for some shifts?

# %% [markdown]
# ### {pooling.shift_gaps}
#
# Write `shift_gaps(f, X, pixels, stride)`, a list `[equivariance, invariance]` of two numbers. `f` is a
# function that turns the image `X`, of shape `(1, 1, H, W)`, into a map `(1, 1, h, w)`, one place for every
# `stride` pixels; h and w may be 1. Let `Y` be `f(X)`, and `Y2` be `f` of the image moved to the right by
# `pixels`, with `torch.roll`. The two gaps are
#
# - **equivariance**: the largest `|Y2 - Y moved|`, where `Y` moves to the right by `pixels // stride`
#   columns, with `torch.roll` as well;
# - **invariance**: the largest `|Y2 - Y|`.
#
# `stride` ≥ 1 may be any whole number, as large as the image, too; `pixels` ≥ 0 may be less, more or a
# multiple of it. The object in `X` stays inside the image, so only zeros come in at the left. Leave `X` as
# it is.
#
# By hand, two rows alike and 2 x 2 max pooling with stride 2: rows `[0, 0, 3, 1, 0, 0]` give
# `Y = [0, 3, 0]`. Moved by 1: `[0, 0, 0, 3, 1, 0]`, `Y2 = [0, 3, 1]`. 1 // 2 = 0, so both gaps compare with
# `[0, 3, 0]`: both are 1. Moved by 2: `Y2 = [0, 0, 3]`, which is `Y` moved by one column: the gaps are 0 and 3.

# %% answer="pooling.shift_gaps"
def shift_gaps(f, X, pixels, stride):
    """[largest difference to the moved output, to the unmoved one] for a moved image."""
    ### BEGIN SOLUTION
    Y, Y2 = f(X), f(torch.roll(X, pixels, dims=-1))
    moved = torch.roll(Y, pixels // stride, dims=-1)
    return [(Y2 - moved).abs().max().item(), (Y2 - Y).abs().max().item()]
    ### END SOLUTION

# hint("pooling.shift_gaps")

# %% check="pooling.shift_gaps"
shift_gaps = check("pooling.shift_gaps", shift_gaps)

# %% [markdown]
# Now measure five operations, with an object that moves pixel by pixel:

# %% tags=["demo", "nbval-ignore-output"]
torch.manual_seed(0)
X = torch.zeros(1, 1, 8, 16)
X[0, 0, 2:6, 3:8] = torch.rand(4, 5)
kernel, weight = torch.randn(1, 1, 3, 3), torch.randn(32, 128) / 8
operations = {  # name: (function, pixels for one place of its output)
    "convolution": (lambda x: F.conv2d(x, kernel, padding=1), 1),
    "max pooling": (lambda x: F.max_pool2d(x, 2), 2),
    "convolution, max pooling": (lambda x: F.max_pool2d(F.conv2d(x, kernel, padding=1), 2), 2),
    "GAP": (lambda x: x.mean(dim=(2, 3), keepdim=True), 16),
    "dense": (lambda x: F.linear(x.flatten(1), weight).reshape(1, 1, 4, 8), 2),
}
pictures.shift_curves(shift_gaps, operations, X)

# %% [markdown]
# *Your two gaps over the shift in pixels; a line at 0 means equivariant on the left, invariant on the
# right.* Convolution is equivariant to every shift. Pooling with stride 2, alone or after a convolution,
# is so for even shifts; for odd ones it is in general neither. GAP is invariant. The dense layer is
# neither.
#
# So pooling with a stride does not make a network invariant. It forgives what stays inside a window: as
# long as the largest number does not leave, and no larger one comes in, max pooling gives the same.

# %% [markdown]
# ### {pooling.invariant_choice}
#
# An object well inside the image moves by any number of pixels and stays well inside. All convolutions
# have stride 1 and zeros as padding. Which network is sure to give the same logits, up to rounding,
# whatever its weights are?
#
# - **A** convolution, ReLU, flatten, linear
# - **B** convolution, ReLU, 2x2 max pooling with stride 2, flatten, linear
# - **C** convolution, ReLU, 2x2 max pooling with stride 2, global average pooling, linear
# - **D** convolution, ReLU, global average pooling, linear
#
# Answer with one letter in quotes. You can test your opinion with `shift_gaps`. The answer is recorded.

# %% answer="pooling.invariant_choice"
invariant_choice = ...
### BEGIN SOLUTION
invariant_choice = "D"
### END SOLUTION

# %% check="pooling.invariant_choice"
invariant_choice = check("pooling.invariant_choice", invariant_choice)

# %% [markdown]
# ## Check yourself
#
# Four short quizzes, without points. Read also what the answers say that you think are wrong.
#
# **Kinds of pooling**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("pooling.kinds")

# %% [markdown]
# **The head**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("pooling.head")

# %% [markdown]
# **Shapes**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("pooling.shapes")

# %% [markdown]
# **Shifts**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("pooling.shifts")

# %% [markdown]
# ## Summary
#
# - Pooling replaces each window by one number, channel by channel, and has nothing to learn. Without a
#   stride, PyTorch's layers move by the window's size, and they round down.
# - Max pooling pads with minus infinity, average pooling with zeros that count (PyTorch's default).
# - The maximum says whether something is there, the mean how much of it. Through the maximum the
#   gradient reaches the largest number only, through the mean all alike.
# - Average pooling is linear, a convolution with equal weights; max pooling is not.
# - Global average pooling makes one number of each channel, for images of any size; the head after it
#   is small.
# - At stride s, pooling follows shifts by multiples of s; it is not invariant. GAP is invariant, a dense
#   layer neither.
#
# **Further reading**
#
# - Y.-L. Boureau, J. Ponce and Y. LeCun, *A theoretical analysis of feature pooling in visual
#   recognition*, 2010: when maximum and when mean.
# - D. Scherer, A. Müller and S. Behnke, *Evaluation of pooling operations in convolutional architectures
#   for object recognition*, 2010.
# - M. Lin, Q. Chen and S. Yan, *Network in network*, 2013: global average pooling.
# - J. T. Springenberg and others, *Striving for simplicity: the all convolutional net*, 2014: stride
#   instead of pooling.
# - R. Zhang, *Making convolutional networks shift-invariant again*, 2019: blur before the stride.
#
# Here the core ends; section 05 makes a whole network of it. Five extra parts follow, each of which
# needs the core only.

# %% [markdown]
# ## Extra: the smallest number
#
# PyTorch has no layer for min pooling, and none is needed.

# %% [markdown]
# ### {pooling.min_pool2d}
#
# Write `min_pool2d(X, kernel_size, stride, padding)`: the smallest number of each window, padding never
# being the smallest; inputs and shapes are those of `max_pool2d`, which you may use. Leave `X` as it is. Not
# allowed: ready-made pooling (`F.max_pool2d` and all the others named in {pooling.max_pool2d}).
#
# By hand: the map 1 … 16, row by row in 4 x 4, window and stride (2, 2): `[[1, 3], [9, 11]]`.

# %% answer="pooling.min_pool2d"
def min_pool2d(X, kernel_size, stride, padding):
    """Min pooling: (N, C, H, W) -> (N, C, rows, columns)."""
    ### BEGIN SOLUTION
    return -max_pool2d(-X, kernel_size, stride, padding)
    ### END SOLUTION

# hint("pooling.min_pool2d")

# %% check="pooling.min_pool2d"
min_pool2d = check("pooling.min_pool2d", min_pool2d)

# %% [markdown]
# ## Extra: what pooling costs
#
# How much work is it, beside a convolution?

# %% [markdown]
# ### {pooling.pool_cost}
#
# Write `pool_cost(shape, kernel_size, stride, padding) -> [reads, comparisons]` for max pooling of one
# image of shape `(C, H, W)`; windows, strides and padding as for `max_pool2d`. Every window reads its
# h · w numbers anew, numbers of the padding included, and finds the largest of them with h · w - 1
# comparisons. Both are whole numbers.
#
# By hand: (1, 32, 32), window and stride (2, 2), no padding: 16 · 16 = 256 windows; 256 · 4 = 1024
# reads and 256 · 3 = 768 comparisons.

# %% answer="pooling.pool_cost"
def pool_cost(shape, kernel_size, stride, padding):
    """Numbers read, and comparisons made, by max pooling of an image (C, H, W)."""
    ### BEGIN SOLUTION
    (C, H, W), (h, w) = shape, kernel_size
    rows = (H + 2 * padding[0] - h) // stride[0] + 1
    columns = (W + 2 * padding[1] - w) // stride[1] + 1
    windows = C * rows * columns
    return [windows * h * w, windows * (h * w - 1)]
    ### END SOLUTION

# hint("pooling.pool_cost")

# %% check="pooling.pool_cost"
pool_cost = check("pooling.pool_cost", pool_cost)

# %% [markdown]
# Pooling is cheap beside a convolution: with 64 channels in and out, a 3 x 3 convolution takes
# 64 · 9 = 576 multiply-adds for each number of its output, 2 x 2 pooling three comparisons. Its main
# effect on the cost is indirect: all layers after it have a quarter of the pixels to treat.

# %% [markdown]
# ## Extra: the mean as a convolution, the maximum by ReLU
#
# A mean is a weighted sum with equal weights, so average pooling is a convolution that learns nothing.

# %% [markdown]
# ### {pooling.avg_as_conv}
#
# Write `avg_as_conv(X, kernel_size, stride)`: average pooling without padding, `(N, C, H, W)` to
# `(N, C, rows, columns)`, by `F.conv2d`, which must be used, with a kernel of your making. Mind the channels,
# one or many: they must not mix. Window and stride are pairs as for `avg_pool2d`. Leave `X` as it is. Not
# allowed: `mean`, `unfold` and ready-made pooling (`F.avg_pool2d` and all the others named in
# {pooling.max_pool2d}).
#
# By hand: one channel, the map 1 … 16 in 4 x 4, window and stride (2, 2). The kernel is four times
# 1/4; the first window gives (1 + 2 + 5 + 6) / 4 = 3.5. All four: `[[3.5, 5.5], [11.5, 13.5]]`.

# %% answer="pooling.avg_as_conv"
def avg_as_conv(X, kernel_size, stride):
    """Average pooling by a convolution: (N, C, H, W) -> (N, C, rows, columns)."""
    ### BEGIN SOLUTION
    C, (h, w) = X.shape[1], kernel_size
    weight = torch.full((C, 1, h, w), 1 / (h * w))
    return F.conv2d(X, weight, stride=tuple(stride), groups=C)
    ### END SOLUTION

# hint("pooling.avg_as_conv")

# %% check="pooling.avg_as_conv"
avg_as_conv = check("pooling.avg_as_conv", avg_as_conv)

# %% [markdown]
# Can a convolution do max pooling as well? Without a bias it is linear: f(A + B) = f(A) + f(B) for all A and
# B, whatever its weights. One pair that breaks this is proof enough. (A bias would not help: max pooling
# makes zeros of zeros, so it would have to be 0.)

# %% [markdown]
# ### {pooling.not_additive}
#
# Write `not_additive(A, kernel_size)`. `A` is a map `(H, W)` of numbers of either sign, filled by windows
# `(h, w)` side by side; in no window are all numbers equal. Return a tensor `B` of finite numbers and the same
# shape such that, **in every window**, the largest number of `A + B` is 0, but the largest of `A` plus the
# largest of `B` is more than 0. Leave `A` as it is. There are many right answers.
#
# By hand, one window in a row: for `A = [1, 5]`, `B = [3, -5]` makes `A + B = [4, 0]`, whose maximum is not 0.
# `B = [-6, -5]` makes `[-5, 0]`: right so far, but 5 + (-5) is 0 as well.

# %% answer="pooling.not_additive"
def not_additive(A, kernel_size):
    """B such that max pooling of A + B is not the sum of both: (H, W) -> (H, W)."""
    ### BEGIN SOLUTION
    return -A
    ### END SOLUTION

# hint("pooling.not_additive")

# %% check="pooling.not_additive"
not_additive = check("pooling.not_additive", not_additive)

# %% [markdown]
# No convolution alone is max pooling, then. With ReLU, which networks have anyway, it can be done.

# %% [markdown]
# ### {pooling.relu_max}
#
# Write `relu_max(a, b)`, the larger of two tensors of one shape, number by number, with sums,
# differences and `torch.relu` (or `F.relu`) only; ReLU must be used. Leave `a` and `b` as they are. The shape
# may be any; numbers may be equal, and of either sign. Not allowed: what finds or picks the larger number by
# itself (maxima, minima, medians, clamps, thresholds, sorting, comparisons like `a > b`, absolute values,
# `sign`, `where`, `logaddexp`, `scatter_reduce`), in PyTorch or NumPy, and ready-made pooling.
#
# By hand: `a = [3, -2]` and `b = [1, 5]` give `[3, 5]`. By how much does a exceed b at each place?
#
# Beware: ReLU(a - b) + ReLU(b - a), which one sometimes reads, is the distance |a - b|. For 3 and 1 it
# gives 2; the larger one is 3.

# %% answer="pooling.relu_max"
def relu_max(a, b):
    """The larger of a and b, number by number, by ReLU."""
    ### BEGIN SOLUTION
    return F.relu(a - b) + b
    ### END SOLUTION

# hint("pooling.relu_max")

# %% check="pooling.relu_max"
relu_max = check("pooling.relu_max", relu_max)

# %% [markdown]
# It is exact on paper; floats round. Here one number is 0.1 and the other, b, lies further and further
# below. In one of the two orders ReLU(a - b) + b adds the difference of both to b. In float32 that difference
# keeps about seven digits, so the error grows with it. In the other order ReLU gives 0, and nothing is lost.

# %% tags=["demo"]
for b in (-1.0, -1e3, -1e6, -1e9, -math.inf):
    near, far = torch.tensor(0.1), torch.tensor(b)
    first, second = F.relu(near - far) + far, F.relu(far - near) + near
    print(f"b = {b:g}: largest of (0.1, b) = {first:.7f}, of (b, 0.1) = {second:.7f}")

# %% [markdown]
# With infinity it breaks down altogether: infinity minus infinity is not a number. So no padding with
# minus infinity here; and compare such results with a tolerance, on bounded inputs.

# %% [markdown]
# ### {pooling.relu_max_pool2d}
#
# Write `relu_max_pool2d(X)`: max pooling with window 2 x 2 and stride 2, `(N, C, H, W)` to
# `(N, C, H // 2, W // 2)`, for H and W of at least 2. If H or W is odd, the last row or column is left out,
# as `nn.MaxPool2d(2)` does. Use your `relu_max` on slices, or ReLU anew; what was not allowed there is not
# allowed here. Leave `X` as it is. The inputs are bounded, and the result is compared with a tolerance of
# 0.00001 of its largest number.
#
# By hand: in the window `[[2, 5], [-1, 3]]` 5 wins the first row, 3 the second, and 5 the final. The
# figure writes it out; try windows of your own.

# %% tags=["demo", "nbval-ignore-output"]
pictures.tournament()

# %% [markdown]
# *A window of four numbers and the three ReLUs that find the largest.*

# %% answer="pooling.relu_max_pool2d"
def relu_max_pool2d(X):
    """Max pooling 2 x 2 with stride 2, by ReLU: (N, C, H, W) -> (N, C, H // 2, W // 2)."""
    ### BEGIN SOLUTION
    H, W = X.shape[2] // 2 * 2, X.shape[3] // 2 * 2
    X = X[:, :, :H, :W]
    rows = relu_max(X[:, :, 0::2], X[:, :, 1::2])
    return relu_max(rows[..., 0::2], rows[..., 1::2])
    ### END SOLUTION

# hint("pooling.relu_max_pool2d")

# %% check="pooling.relu_max_pool2d"
relu_max_pool2d = check("pooling.relu_max_pool2d", relu_max_pool2d)

# %% [markdown]
# ## Extra: between maximum and mean
#
# Between the two there is a continuum. **Softmax pooling** weighs the numbers x₁ … xₙ of a window:
#
# $$y = \sum_k p_k\, x_k, \qquad p_k = \frac{e^{x_k / T}}{\sum_m e^{x_m / T}}$$
#
# The temperature T > 0 decides how much more a larger number weighs. Predict what happens for very
# small and very large T, then move it.

# %% tags=["demo", "nbval-ignore-output"]
pictures.temperature()

# %% [markdown]
# *Left the weights of the window's numbers, right the pooled number over the temperature.* Towards 0 the
# largest number takes all the weight: the maximum. Towards infinity all weights become equal: the mean.

# %% [markdown]
# ### {pooling.softmax_pool2d}
#
# Write `softmax_pool2d(X, kernel_size, temperature)`: `(N, C, H, W)` to `(N, C, H / h, W / w)`, windows
# `(h, w)`, square or not, side by side that fill the map. `temperature` > 0 is one number. It must also work
# for numbers around 1000, of either sign, and temperatures below 1, where `exp(x / T)` is infinite or 0.
# Leave `X` as it is. Not allowed: ready-made pooling (`F.max_pool2d` and all the others named in
# {pooling.max_pool2d}); `torch.softmax` is allowed.
#
# By hand: the window `[[0, 0], [0, ln 3]]`. At T = 1: e⁰ = 1 three times, and 3; the weights are 1/6, 1/6,
# 1/6 and 3/6, so y = ln 3 / 2. At T = 1/2 the last one becomes 9: y = 9/12 · ln 3.

# %% answer="pooling.softmax_pool2d"
def softmax_pool2d(X, kernel_size, temperature):
    """Softmax-weighted mean of each window: (N, C, H, W) -> (N, C, H / h, W / w)."""
    ### BEGIN SOLUTION
    h, w = kernel_size
    windows = X.unfold(2, h, h).unfold(3, w, w).flatten(4)  # (N, C, rows, columns, h * w)
    weights = torch.softmax(windows / temperature, dim=-1)
    return (weights * windows).sum(-1)
    ### END SOLUTION

# hint("pooling.softmax_pool2d")

# %% check="pooling.softmax_pool2d"
softmax_pool2d = check("pooling.softmax_pool2d", softmax_pool2d)

# %% [markdown]
# ### {pooling.softmax_rare}
#
# A person marks this one, too.

# %% [markdown] essay="pooling.softmax_rare"
# Softmax pooling can be nearly the maximum, nearly the mean, and anything between. Yet hardly any image
# classifier has it between its layers. Give two reasons.
#
# ### BEGIN SOLUTION
# It costs more: an exponential for every number, a sum and a division for every window, where the
# maximum needs comparisons only and the mean additions.
#
# It has a temperature to choose, and what that does depends on the scale of the map: doubling all
# numbers is like halving T. Maximum and mean simply double. As the scale of activations changes during
# training, the same T drifts from one behaviour to the other.
#
# Also accepted: it gains little, because the layers before and after learn to make the best of a plain
# maximum or mean, or because a convolution with stride can learn weights of its own.
#
# - [ ] 1 point: more work: exponentials and a division, against comparisons or additions
# - [ ] 1 point: a further reason: the temperature to choose, its dependence on the scale, or little gain
# ### END SOLUTION

# %% [markdown]
# ## Extra: what GAP saves
#
# Without GAP, the head reads the flattened map, and most of a network's parameters can be there.

# %% [markdown]
# ### {pooling.head_params}
#
# Write `head_params(feature_shape, widths)`: the number of parameters, weights and biases, of dense layers
# with `widths` outputs each, one after the other, on a flattened map of shape `(C, H, W)`, square or not. There
# is at least one layer.
#
# By hand: `(2, 3, 4)` is 24 numbers; widths `(5, 3)`: 24 · 5 + 5 = 125 and 5 · 3 + 3 = 18, together 143.

# %% answer="pooling.head_params"
def head_params(feature_shape, widths):
    """Weights and biases of dense layers on a flattened map (C, H, W)."""
    ### BEGIN SOLUTION
    total, inputs = 0, math.prod(feature_shape)
    for outputs in widths:
        total += inputs * outputs + outputs
        inputs = outputs
    return total
    ### END SOLUTION

# hint("pooling.head_params")

# %% check="pooling.head_params"
head_params = check("pooling.head_params", head_params)

# %% [markdown]
# ### {pooling.vgg_numbers}
#
# VGG-16 has thirteen 3 x 3 convolutions with biases: from 3 channels to 64, 64, 128, 128, 256, 256, 256,
# then 512 six times. The last map has shape `(512, 7, 7)`; the head has 4096, 4096 and 1000 outputs. Give
# a list of three numbers of parameters, biases included: that head; the whole network; and a head that is
# GAP followed by one dense layer with 1000 outputs.
#
# The first convolution, by hand: 3 · 64 · 9 weights and 64 biases, 1792.

# %% answer="pooling.vgg_numbers"
vgg_numbers = ...
### BEGIN SOLUTION
channels = [3, 64, 64, 128, 128, 256, 256, 256] + 6 * [512]
convolutions = sum(9 * i * o + o for i, o in itertools.pairwise(channels))
head = head_params((512, 7, 7), (4096, 4096, 1000))
vgg_numbers = [head, head + convolutions, head_params((512, 1, 1), (1000,))]
### END SOLUTION

# hint("pooling.vgg_numbers")

# %% check="pooling.vgg_numbers"
vgg_numbers = check("pooling.vgg_numbers", vgg_numbers)

# %% [markdown]
# About nine tenths of VGG-16 are in its head. GAP does not do away with dense layers altogether, as is often
# said: channels must still be turned into classes. But the layer that remains is small.
