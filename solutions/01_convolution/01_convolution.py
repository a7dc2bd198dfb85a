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
# # 01 Convolution
#
# **What you will be able to do**
#
# - say which two assumptions about images a convolution layer makes, and what they save;
# - write the operation yourself: by loops, without loops, and as a layer that learns;
# - design kernels for edges, blur and sharpening, and let gradient descent find one;
# - measure when a moved image gives a moved output, and when it does not;
# - tell cross-correlation, which PyTorch computes, from the convolution of mathematics;
# - write the same operation as a matrix product and by the Fourier transform.
#
# You need Python and PyTorch tensors (indexing, shapes, broadcasting). Exercise 9 also needs
# `nn.Module` and `nn.Parameter`, exercises 20 and 21 `requires_grad` and `backward()`. Two parts go
# further and say so: the curvatures of a loss at the end of part D, and part H.

# %% [markdown]
# ## How this notebook works
#
# It runs on a CPU, downloads nothing, and trains nothing larger than a kernel of two numbers. The one
# photograph comes with scikit-learn. The next cell sets `profile`, which in other notebooks of the
# course decides how long they train. **Here it changes nothing.**
#
# - **Exercises.** Replace `...`, or the line `raise NotImplementedError`, by your code, run the cell,
#   then run the check below it.
# - **Checks.** A check puts some questions to your function and shows what is right, what is not and
#   the likely cause. Run it as often as you like. When your work is marked, points are counted with
#   *other* questions of the same kind: write for any input, not for those of the check. A
#   `NameError` means: run the cell above first. After a `SyntaxError` in your cell, the check still
#   judges your former version.
# - **Hints.** Remove the `#` before `hint(...)` at the end of a cell and run it. Each run shows one
#   hint more.
# - **Figures.** Run the cell and move the controls. Without a running kernel you see a still picture.
#
# **Symbols.** `X` is an image of shape `(H, W)`, `K` a kernel of shape `(h, w)`, `Y` the output, which
# is also called a **feature map**. All three are tensors of floats with one channel, unless a text says otherwise. Rows are counted
# downwards and columns to the right, both from 0.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import check, hint, quiz
from course_lib.sections.convolution import pictures

import torch
import torch.nn.functional as F
from torch import nn

# %% [markdown]
# ## The idea in one picture
#
# A layer turns numbers (inputs) into other numbers (outputs); what computes one output is a **unit**.
# Each line is a weight.

# %% tags=["demo", "nbval-ignore-output"]
pictures.connections()

# %% [markdown]
# *From left to right: every output reads every input; every output reads a small window; and all
# windows are read with the same three weights.* The last one is a convolution layer. Two assumptions
# about images, two **priors**, lead to it:
#
# 1. **Locality**: what belongs together lies close together, so an output reads a window only.
# 2. **Weight sharing**: what is worth detecting here is worth detecting everywhere.

# %% [markdown]
# # A. Why not a dense layer
#
# One often reads that a dense layer treats pixels independently. It does not: each of its outputs
# mixes all of them. What it ignores is **adjacency**. Shuffle the pixels, shuffle its weights alike, and the
# outputs are the same; nothing in the layer knew which pixels were neighbours.

# %% tags=["demo"]
torch.manual_seed(0)
pixels, weights = torch.randn(16), torch.randn(3, 16)  # a 4 x 4 image, a dense layer of 3 units
order = torch.randperm(16)
print(torch.allclose(weights @ pixels, weights[:, order] @ pixels[order], atol=1e-6))

# %% [markdown]
# ### Exercise 1: the weights of a dense layer (1 point)
#
# The image is flattened to one long vector; each unit has one weight for each number in it.
# Write `dense_weights(height, width, channels, units) -> int`, the number of weights without biases.
#
# By hand: 2 channels of 4 x 5 pixels are 40 numbers; 3 units need 120 weights.

# %% answer="convolution.dense_weights"
def dense_weights(height, width, channels, units):
    """Weights, without biases, of a dense layer on a flattened image."""
    ### BEGIN SOLUTION
    return height * width * channels * units
    ### END SOLUTION

# hint("convolution.dense_weights")

# %% check="convolution.dense_weights"
check("convolution.dense_weights", dense_weights)

# %% [markdown]
# ### Exercise 2: the weights of a convolution layer (1 point)
#
# A convolution layer has one square kernel for each pair of an input channel and an output channel.
# All kernels of one output channel together are a **filter**.
# Write `kernel_weights(kernel_size, in_channels, out_channels) -> int`, again without biases.
#
# By hand: 5 x 5 kernels from 2 channels to 4: 25 · 2 · 4 = 200 weights, however large the image is.

# %% answer="convolution.kernel_weights"
def kernel_weights(kernel_size, in_channels, out_channels):
    """Weights, without biases, of a convolution layer with square kernels."""
    ### BEGIN SOLUTION
    return kernel_size * kernel_size * in_channels * out_channels
    ### END SOLUTION

# hint("convolution.kernel_weights")

# %% check="convolution.kernel_weights"
check("convolution.kernel_weights", kernel_weights)

# %% [markdown]
# ### Exercise 3: numbers to remember (self-check)
#
# An RGB photograph of 224 x 224 pixels. Give a list of three integers: the number of inputs; the
# weights of a dense layer of 1000 units on them; the weights of a convolution layer with a single
# 3 x 3 filter (one output channel) on the same photograph.

# %% answer="convolution.lesson_numbers"
lesson_numbers = ...
### BEGIN SOLUTION
lesson_numbers = [
    224 * 224 * 3,
    dense_weights(224, 224, 3, 1000),
    kernel_weights(3, 3, 1),
]
### END SOLUTION

# hint("convolution.lesson_numbers")

# %% check="convolution.lesson_numbers"
check("convolution.lesson_numbers", lesson_numbers)

# %% [markdown]
# ### Exercise 4: where equivariance comes from (1 point)
#
# Move the object in an image, and the feature map of a convolution layer moves along, away from the
# border. This is called **equivariance to translation**; part E measures it. From which of the two
# priors does it follow? A layer with only one of them helps to decide: a window of 3 x 3 pixels for
# each output, but weights of its own in each window; or the same weights in each window, but a window
# as large as half the image.
#
# - **A** From locality: each output looks at a small window only.
# - **B** From weight sharing: every window is weighed with the same numbers.
# - **C** From both together; neither would be enough without the other.
# - **D** From neither: a network learns it from training images that are shifted.
#
# Answer with one letter in quotes. This answer is recorded; you see with your marks whether it is
# right.

# %% answer="convolution.sharing_choice"
sharing_choice = ...
### BEGIN SOLUTION
sharing_choice = "B"
### END SOLUTION

# %% check="convolution.sharing_choice"
check("convolution.sharing_choice", sharing_choice)

# %% [markdown]
# # B. Cross-correlation
#
# Lay the kernel on the image, multiply each of its entries by the pixel under it, add the products:
# that is one number of the output. Then move on by one pixel.
#
# $$Y[i, j] = \sum_{a=0}^{h-1} \sum_{b=0}^{w-1} X[i+a,\, j+b]\; K[a, b]$$
#
# The kernel never leaves the image (this is called **valid**), so the output is smaller than the
# image: `(H - h + 1, W - w + 1)`. The operation is **cross-correlation**. Deep learning calls it
# convolution; part F shows the difference.
#
# Move the window, or press play:

# %% tags=["demo", "nbval-ignore-output"]
pictures.sliding_window()

# %% [markdown]
# *The framed window of the image times the kernel gives the framed number of the output; the sum is
# written out below.* Before you move on, predict the next number.

# %% [markdown]
# ### Exercise 5: one dimension first (1 point)
#
# Write `corr1d(x, w)`: `x` of shape `(n,)`, `w` of shape `(k,)`; returns the valid cross-correlation,
# shape `(n - k + 1,)`. PyTorch's convolutions are not allowed.
#
# By hand: `[1, 2, 3]` with `[1, -1]` gives `[1·1 + 2·(-1), 2·1 + 3·(-1)] = [-1, -1]`.

# %% answer="convolution.corr1d"
def corr1d(x, w):
    """Valid cross-correlation: (n,), (k,) -> (n - k + 1,)."""
    ### BEGIN SOLUTION
    k = len(w)
    return torch.stack([(x[i : i + k] * w).sum() for i in range(len(x) - k + 1)])
    ### END SOLUTION

# hint("convolution.corr1d")

# %% check="convolution.corr1d"
check("convolution.corr1d", corr1d)

# %% [markdown]
# ### Exercise 6: by hand once (self-check)
#
# Work out the nine numbers of the output for this image and kernel, with a pencil. The first window:
# 1·1 + 3·1 + 1·1 + 1·1 + 1·1 = 7, the four corners and the middle.
#
# ```
# image         kernel
# 1 2 3 0 1     1 0 1
# 0 1 2 1 0     0 1 0
# 1 0 1 2 1     1 0 1
# 2 1 0 1 2
# 0 2 1 0 1
# ```
#
# Give `lesson_window` as a list of three rows, or as a tensor of shape `(3, 3)`.

# %% answer="convolution.lesson_window"
lesson_window = ...
### BEGIN SOLUTION
lesson_window = [[7, 6, 7], [4, 5, 6], [4, 4, 5]]
### END SOLUTION

# hint("convolution.lesson_window")

# %% check="convolution.lesson_window"
check("convolution.lesson_window", lesson_window)

# %% [markdown]
# ### Exercise 7: cross-correlation by loops (3 points)
#
# Write `corr2d(X, K)`: `X` of shape `(H, W)`, `K` of shape `(h, w)`; returns the valid
# cross-correlation, shape `(H - h + 1, W - w + 1)`. Two loops over the windows are fine. PyTorch's
# and SciPy's convolutions are not allowed. Gradients must be able to flow through it: stay with
# operations on tensors, without `.item()`, `.data` or NumPy. Leave `X` and `K` as they are.
#
# By hand: the image 0 … 8, row by row in 3 x 3, with the kernel `[[0, 1], [2, 3]]`. First window:
# 0·0 + 1·1 + 3·2 + 4·3 = 19. All four: `[[19, 25], [37, 43]]`.

# %% answer="convolution.corr2d"
def corr2d(X, K):
    """Valid cross-correlation: (H, W), (h, w) -> (H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + h, j : j + w] * K).sum()
    return Y
    ### END SOLUTION

# hint("convolution.corr2d")

# %% check="convolution.corr2d"
check("convolution.corr2d", corr2d)
### BEGIN HIDDEN TESTS
check(
    "convolution.corr2d",
    lambda X, K: torch.autograd.grad(corr2d(X, K.requires_grad_()).sum(), K)[0],
    part="gradient",
)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 8: without a loop over windows (2 points)
#
# A loop in Python visits one window at a time. Write `corr2d_fast(X, K)`, the same function, so that
# one operation treats all windows at once: a fixed number of torch operations, however large the
# image. The check counts them. PyTorch's convolutions are not allowed here either, nor is leaving
# torch by NumPy, `.numpy()` or `.tolist()`.
#
# By hand: `torch.arange(4.).unfold(0, 2, 1)` holds all windows of length 2 as rows:
# `[[0, 1], [1, 2], [2, 3]]`.

# %% answer="convolution.corr2d_fast"
def corr2d_fast(X, K):
    """Valid cross-correlation: (H, W), (h, w) -> (H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    windows = X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1)  # (rows, columns, h, w)
    return (windows * K).sum(dim=(2, 3))
    ### END SOLUTION

# hint("convolution.corr2d_fast")

# %% check="convolution.corr2d_fast"
check("convolution.corr2d_fast", corr2d_fast)

# %% [markdown]
# ### Exercise 9: a layer (2 points)
#
# Write the class `Conv2D(nn.Module)`. Its constructor takes `kernel_size`, a pair `(h, w)`, and makes
# two parameters: `weight` of shape `(h, w)` with random numbers, and `bias` of shape `(1,)`. Its
# `forward(x)` takes an image `(H, W)` and returns your cross-correlation with `weight`, plus `bias`.
# `nn.Conv2d` is not allowed.
#
# By hand: with `weight = [[1, -1]]` and `bias = [10]`, the image `[[5, 2]]` gives `[[13]]`.

# %% answer="convolution.Conv2D"
class Conv2D(nn.Module):
    """A convolution layer for one channel: (H, W) -> (H - h + 1, W - w + 1)."""

    def __init__(self, kernel_size):
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return corr2d(x, self.weight) + self.bias
        ### END SOLUTION

# hint("convolution.Conv2D")

# %% check="convolution.Conv2D"
check("convolution.Conv2D", Conv2D)

# %% [markdown]
# ### Exercise 10: what is lost at the border (self-check)
#
# PyTorch's own layers take a batch: `(batch, channels, H, W)`. One RGB image of 32 x 32 pixels, shape
# `(1, 3, 32, 32)`, goes through a layer with 64 output channels and 3 x 3 kernels: once without
# padding, once with `padding=1`, which lays one ring of zeros around the image. Give the two output
# shapes as a list of two tuples. Think first, then try it with `nn.Conv2d`.

# %% answer="convolution.border_shapes"
border_shapes = ...
### BEGIN SOLUTION
batch = torch.zeros(1, 3, 32, 32)
layers = [nn.Conv2d(3, 64, kernel_size=3), nn.Conv2d(3, 64, kernel_size=3, padding=1)]
border_shapes = [tuple(layer(batch).shape) for layer in layers]
### END SOLUTION

# hint("convolution.border_shapes")

# %% check="convolution.border_shapes"
check("convolution.border_shapes", border_shapes)

# %% [markdown]
# ### Exercise 11: who is seen how often (2 points)
#
# Without padding, an object at the border takes part in fewer windows than one in the middle. Write
# `coverage(n, k)`: a tensor `(n, n)` which says for each pixel of an n x n image in how many windows
# of a k x k kernel it takes part (1 ≤ k ≤ n).
#
# By hand, n = 3 and k = 2: a corner pixel is in one window, the middle one in all four:
# `[[1, 2, 1], [2, 4, 2], [1, 2, 1]]`.

# %% answer="convolution.coverage"
def coverage(n, k):
    """Number of valid k x k windows that hold each pixel: -> (n, n)."""
    ### BEGIN SOLUTION
    counts = torch.zeros(n, n)
    for i in range(n - k + 1):
        for j in range(n - k + 1):
            counts[i : i + k, j : j + k] += 1
    return counts
    ### END SOLUTION

# hint("convolution.coverage")

# %% check="convolution.coverage"
check("convolution.coverage", coverage)

# %% [markdown]
# # C. Edges and kernels by hand
#
# What a kernel detects can be read from its numbers. Choose one and compare. Then choose "my own
# numbers" and edit them: try nine times 0.11, and a 2 in the middle of zeros.

# %% tags=["demo", "nbval-ignore-output"]
pictures.kernel_explorer()

# %% [markdown]
# *Left the photograph, right the output. If the kernel's numbers add up to 0, the output is 0 wherever
# the image is uniform, and colours show its sign; else it is shown in grey.*
#
# Which edges does the Sobel kernel find? Two small images answer, each with one edge from 1 to 0:

# %% tags=["demo"]
sobel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
vertical_edge = torch.tensor([[1.0, 1, 0], [1, 1, 0], [1, 1, 0]])
for name, image in {"vertical": vertical_edge, "horizontal": vertical_edge.T}.items():
    print(f"{name} edge:", F.conv2d(image[None, None], sobel[None, None]).item())

# %% [markdown]
# It responds to *vertical* edges, where the brightness changes from left to right. It is blind to
# horizontal ones; its transpose is the other way round.

# %% [markdown]
# ### Exercise 12: an edge detector (self-check)
#
# The image has 6 rows and 8 columns: ones, but zeros in columns 2 to 5. The kernel is `[[1, -1]]`.
# Give one row of the output as a list of 7 numbers (all rows are equal). By hand, the first number:
# columns 0 and 1 hold 1 and 1, and 1·1 + 1·(-1) = 0.

# %%
X = torch.ones(6, 8)
X[:, 2:6] = 0
K = torch.tensor([[1.0, -1.0]])

# %% answer="convolution.edge_row"
edge_row = ...
### BEGIN SOLUTION
edge_row = [0, 1, 0, 0, 0, -1, 0]
### END SOLUTION

# hint("convolution.edge_row")

# %% check="convolution.edge_row"
check("convolution.edge_row", edge_row)

# %% [markdown]
# ### Exercise 13: the blind detector (2 points, marked by a person)
#
# The transposed image `X.T` has two edges as well. Yet its output under the same kernel is 0 in every
# place.

# %% [markdown] essay="convolution.edges_blind"
# Explain in two or three sentences why `[[1, -1]]` gives 0 everywhere on `X.T`, and give a kernel that
# would find these edges.
#
# ### BEGIN SOLUTION
# The kernel compares a pixel with its neighbour to the right. In `X.T` all rows are constant: the
# brightness changes only from one row to the next. So the two pixels in every window are equal and
# their difference is 0. The transposed kernel `[[1], [-1]]` compares a pixel with the one below it
# and finds both edges.
#
# - [ ] 1 point: the kernel takes differences along a row, and every row of `X.T` is constant
# - [ ] 1 point: names a kernel that takes differences along a column, such as `[[1], [-1]]`
# ### END SOLUTION

# %% [markdown]
# ### Exercise 14: transpose the image, or the kernel (1 point)
#
# Write `responses(X, K)`: a list of three outputs of your `corr2d`: of `X` with `K`, of `X.T` with
# `K`, and of `X` with `K.T`. For shapes `(H, W)` and `(h, w)` these are of shape
# `(H - h + 1, W - w + 1)`, `(W - h + 1, H - w + 1)` and `(H - w + 1, W - h + 1)`.
#
# By hand: `X = [[1, 2], [5, 9]]`, `K = [[1, -1]]`: differences along the rows `[[-1], [-4]]`, along
# the rows of `X.T` `[[-4], [-7]]`, and along the columns of `X` `[[-4, -7]]`.

# %% answer="convolution.responses"
def responses(X, K):
    """Outputs for (X, K), (X.T, K) and (X, K.T), as a list of three tensors."""
    ### BEGIN SOLUTION
    return [corr2d(X, K), corr2d(X.T, K), corr2d(X, K.T)]
    ### END SOLUTION

# hint("convolution.responses")

# %% check="convolution.responses"
check("convolution.responses", responses)

# %% [markdown]
# ### Exercise 15: a diagonal line (2 points, marked by a person)
#
# `torch.eye(10)` is an image of a diagonal line. Call `responses(torch.eye(10), K)` in a cell of your
# own, with `K = [[1, -1]]`, and compare the three outputs and their shapes.

# %% [markdown] essay="convolution.diagonal_why"
# Explain why transposing this image changes nothing, while transposing the kernel does, and say what
# the third output has to do with the first.
#
# ### BEGIN SOLUTION
# The image is symmetric: `torch.eye(10)` equals its transpose, the line runs from top left to bottom
# right both times. The same input gives the same output. The transposed kernel is another kernel: it
# takes differences down the columns, and its output has shape (9, 10) instead of (10, 9). As the
# image is symmetric, the third output is the transpose of the first.
#
# - [ ] 1 point: the image is symmetric, so that `X.T` is `X` (the line does not change its direction)
# - [ ] 1 point: `K.T` takes differences along the other axis; its output is the transpose of the first
# ### END SOLUTION

# %% [markdown]
# ### Exercise 16: blur (1 point)
#
# A **box blur** replaces each pixel by the mean of its neighbourhood, and so removes noise and small
# detail. Write `blur_kernel(size)`: the kernel `(size, size)` that takes the mean of its window. The
# entries add up to 1, so that a uniform area keeps its brightness.
#
# By hand: size 2 gives `[[0.25, 0.25], [0.25, 0.25]]`.

# %% answer="convolution.blur_kernel"
def blur_kernel(size):
    """Box blur: -> (size, size), entries that add up to 1."""
    ### BEGIN SOLUTION
    return torch.full((size, size), 1 / size**2)
    ### END SOLUTION

# hint("convolution.blur_kernel")

# %% check="convolution.blur_kernel"
check("convolution.blur_kernel", blur_kernel)

# %% [markdown]
# ### Exercise 17: sharpen (1 point)
#
# The **Laplacian** kernel `[[0, 1, 0], [1, -4, 1], [0, 1, 0]]` says how much the four neighbours of a
# pixel exceed it. Subtract a multiple of that from the image, and differences grow: the image gets
# sharper. Write `sharpen_kernel(amount)`, shape `(3, 3)`: the kernel that changes nothing, minus
# `amount` times the Laplacian.
#
# By hand: amount 1 gives `[[0, -1, 0], [-1, 5, -1], [0, -1, 0]]`; its sum is 1.

# %% answer="convolution.sharpen_kernel"
def sharpen_kernel(amount):
    """Identity minus amount times the Laplacian: -> (3, 3), entries that add up to 1."""
    ### BEGIN SOLUTION
    identity = torch.tensor([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
    laplacian = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
    return identity - amount * laplacian
    ### END SOLUTION

# hint("convolution.sharpen_kernel")

# %% check="convolution.sharpen_kernel"
check("convolution.sharpen_kernel", sharpen_kernel)

# %% [markdown]
# ### Exercise 18: derivatives (2 points)
#
# The **forward difference** of a sequence is `x[i + 1] - x[i]`: as a cross-correlation, the kernel
# `[-1, 1]`. Taking it again gives the second difference, and so on; each is the discrete form of a
# derivative. Write `derivative_kernel(order)`: the kernel `(order + 1,)` whose cross-correlation with
# `x` is the difference of this order (order ≥ 1).
#
# By hand: `(x[i+2] - x[i+1]) - (x[i+1] - x[i]) = x[i+2] - 2·x[i+1] + x[i]`: order 2 is `[1, -2, 1]`.

# %% answer="convolution.derivative_kernel"
def derivative_kernel(order):
    """Kernel of the forward difference of this order: -> (order + 1,)."""
    ### BEGIN SOLUTION
    kernel = torch.ones(1)
    for _ in range(order):
        kernel = F.pad(kernel, (1, 0)) - F.pad(kernel, (0, 1))  # x[i + 1] - x[i]
    return kernel
    ### END SOLUTION

# hint("convolution.derivative_kernel")

# %% check="convolution.derivative_kernel"
check("convolution.derivative_kernel", derivative_kernel)

# %% [markdown]
# ### Exercise 19: edges in any direction (2 points)
#
# Let `d = (dy, dx)` be a direction, dy rows down and dx columns to the right. Write
# `directional_kernel(d)`, shape `(3, 3)`: a kernel that responds to brightness changing along `d`. It
# must give 0 on a constant image, a positive number on a ramp that rises along `d`, and 0 on a ramp
# that rises at a right angle to `d`. There are many right answers.
#
# By hand: for `(1, 1)`, down and to the right, `[[-1, -1, 0], [-1, 0, 1], [0, 1, 1]]` is one.
# The often printed `[[1, 0, -1], [0, 0, 0], [-1, 0, 1]]` is none: it is a *mixed* derivative, and on
# the ramp along `(1, 1)` it gives 0, as you see here.

# %% tags=["demo"]
ramp = torch.tensor([[0.0, 1, 2], [1, 2, 3], [2, 3, 4]])  # rises along (1, 1)
mixed = torch.tensor([[1.0, 0, -1], [0, 0, 0], [-1, 0, 1]])
directional = torch.tensor([[-1.0, -1, 0], [-1, 0, 1], [0, 1, 1]])
print("mixed:", (ramp * mixed).sum().item(), " directional:", (ramp * directional).sum().item())

# %% answer="convolution.directional_kernel"
def directional_kernel(d):
    """Kernel for brightness that changes along d = (dy, dx): -> (3, 3)."""
    ### BEGIN SOLUTION
    dy, dx = d
    steps = torch.tensor([-1.0, 0.0, 1.0])
    return dy * steps[:, None] + dx * steps[None, :]
    ### END SOLUTION

# hint("convolution.directional_kernel")

# %% check="convolution.directional_kernel"
check("convolution.directional_kernel", directional_kernel)

# %% [markdown]
# # D. Lab: learning a kernel
#
# Nobody designs the kernels of a network. They start at random, and gradient descent finds them from
# examples. Here you do this for the edge detector, from one image and the wanted output.
#
# ### Exercise 20: the gradient (2 points)
#
# Write `kernel_gradient(X, K)`: the gradient of $\frac{1}{2} \sum_{i,j} Y[i, j]^2$ with respect to
# `K`, where `Y = corr2d(X, K)`; same shape as `K`. Let autograd compute it through your `corr2d`. It
# works: slices, products, sums and writing into `Y` are all recorded. `K` itself must not be changed.
#
# By hand: `X = [[1, 2]]`, `K = [[3]]`: `Y = [[3, 6]]`, and the gradient is 3·1 + 6·2 = 15.

# %% answer="convolution.kernel_gradient"
def kernel_gradient(X, K):
    """Gradient of half the sum of squared outputs: (H, W), (h, w) -> (h, w)."""
    ### BEGIN SOLUTION
    K = K.detach().clone().requires_grad_()
    loss = 0.5 * (corr2d(X, K) ** 2).sum()
    return torch.autograd.grad(loss, K)[0]
    ### END SOLUTION

# hint("convolution.kernel_gradient")

# %% check="convolution.kernel_gradient"
check("convolution.kernel_gradient", kernel_gradient)

# %% [markdown]
# ### Exercise 21: gradient descent (3 points)
#
# Write `learn_kernel(X, Y, steps, lr)`: start from any kernel of shape `(1, 2)` with entries in
# [-1, 1]; take `steps` steps of gradient descent with learning rate `lr` on the **sum** of squared
# errors, `((corr2d(X, K) - Y) ** 2).sum()`; return the kernel, detached. After 20 steps at `lr = 0.03`
# with the image of exercise 12, each entry must be within 0.15 of the kernel that made `Y`.
#
# By hand, one step: `X = [[1, 0]]`, `Y = [[1]]`, `lr = 0.1`, start `[[0, 0]]`. The error is 0 - 1 = -1,
# the gradient `2 · (-1) · [[1, 0]] = [[-2, 0]]`, the new kernel `[[0.2, 0]]`.

# %% answer="convolution.learn_kernel"
def learn_kernel(X, Y, steps, lr):
    """The kernel (1, 2) that gradient descent finds for corr2d(X, K) = Y."""
    ### BEGIN SOLUTION
    K = torch.zeros(1, 2, requires_grad=True)
    for _ in range(steps):
        loss = ((corr2d(X, K) - Y) ** 2).sum()
        (gradient,) = torch.autograd.grad(loss, K)
        with torch.no_grad():
            K -= lr * gradient
    return K.detach()
    ### END SOLUTION

# hint("convolution.learn_kernel")

# %% check="convolution.learn_kernel"
check("convolution.learn_kernel", learn_kernel)

# %% [markdown]
# ### Watch it learn
#
# The same descent, from the start `[0.2, 0.6]`. Step through it at all three learning rates.

# %% tags=["demo", "nbval-ignore-output"]
pictures.learning()

# %% [markdown]
# *Left the two entries of the kernel, in the middle one row of its output beside the wanted one, right
# the loss.* At the largest rate every step leads further away. Why just there?
#
# **For those who know eigenvalues** (the others may go on to *Your kernels on a photograph*). The
# loss is a bowl, and how steep it is depends on the direction. Put each window into a row of a matrix
# $W$ and the wanted outputs into a vector $y$. The loss is $|W k - y|^2$, and its curvatures are the
# eigenvalues of $2\, W^T W$, one for each eigenvector:

# %% tags=["demo"]
windows = pictures.two_edges().unfold(1, 2, 1).reshape(-1, 2)
curvatures = torch.linalg.eigvalsh(2 * windows.T @ windows)
print("curvatures:", [round(c, 3) for c in curvatures.tolist()])
print("distance left per step at lr 0.03:", [round(1 - 0.03 * c, 3) for c in curvatures.tolist()])

# %% [markdown]
# Along each eigenvector, a step multiplies the distance to the aim by `1 - lr · curvature`. At 0.03
# that is -0.8 in the steep direction: you saw the kernel jump from side to side. At 0.035 it is below -1, and every step leads
# further away.
#
# How well would a real image teach? Neighbouring pixels of a photograph are nearly equal, so nearly
# all windows say the same:

# %% tags=["demo"]
patch = pictures.photograph()[60:84, 60:84]
for name, image in {"patch": patch, "patch minus its mean": patch - patch.mean()}.items():
    windows = image.unfold(1, 2, 1).reshape(-1, 2)
    flat, steep = torch.linalg.eigvalsh(2 * windows.T @ windows).tolist()
    print(f"{name}: steep {steep:.1f}, flat {flat:.1f}, {steep / flat:.0f} times as steep")

# %% [markdown]
# The learning rate must suit the steep direction, and is then too small for the flat one, which is
# the direction of `[1, -1]`. Without the mean brightness the two are closer: one reason why inputs
# are normalised. Try it in a cell of your own: let `wanted = torch.tensor([[1.0, -1.0]])` and compare
# `learn_kernel(patch, corr2d_fast(patch, wanted), 20, 0.01)` with the same for
# `centred = patch - patch.mean()` in place of `patch`, at 0.04. Each rate is about 1 / steep for its
# image. How near to `wanted` does each come in 20 steps?

# %% [markdown]
# ### Your kernels on a photograph
#
# Predict before you run: which maps are zero (white) in the sky? Which one shows the columns of the temple, and
# which the edges of its roofs?

# %% tags=["demo", "nbval-ignore-output"]
photo = pictures.photograph()
pictures.gallery(
    {
        "photograph": lambda: photo,
        "blur_kernel(7)": lambda: corr2d_fast(photo, blur_kernel(7)),
        "sharpen_kernel(1)": lambda: corr2d_fast(photo, sharpen_kernel(1)),
        "differences to the right": lambda: corr2d_fast(photo, derivative_kernel(1)[None, :]),
        "differences downwards": lambda: corr2d_fast(photo, derivative_kernel(1)[:, None]),
        "directional_kernel((1, 1))": lambda: corr2d_fast(photo, directional_kernel((1, 1))),
    },
    alt="A photograph of a temple and five outputs: blurred; sharpened; differences to the right, "
    "which show upright edges; downwards, which show level edges; and along the diagonal.",
)

# %% [markdown]
# *The photograph and five outputs; where there are two colours, white is zero.*

# %% [markdown]
# # E. Equivariance
#
# A map is **equivariant** to translation if a moved input gives the output moved likewise. It is
# **invariant** if the output does not change at all. Convolution is equivariant, away from the border
# and as long as every window is visited. With **stride** s, only every s-th window is, in both
# directions.

# %% tags=["demo", "nbval-ignore-output"]
pictures.shift()

# %% [markdown]
# *Left the moved image. In the middle its output: the colour is the sign, orange for positive, purple
# for negative numbers, and the stronger, the larger. Right the row at the dotted line (dots) beside
# the same row of the old output, moved (bars).* Try both strides with several shifts: when do the
# dots lie on the bars?

# %% [markdown]
# ### Exercise 22: measure it (3 points)
#
# Write `shift_gap(X, K, pixels, stride) -> float`, for pixels ≥ 0. `Y` is the cross-correlation of
# `X` with this stride, `Y2` that of `torch.roll(X, pixels, dims=-1)`, which moves the image to the
# right; what leaves it comes in again at the left. The gap is the largest
# `|Y2[:, j] - Y[:, j - pixels // stride]|` over all columns `j >= pixels / stride`, whose windows hold
# nothing that came in from the left; `pixels` is so much smaller than the width that there is at
# least one. `F.conv2d` is allowed here; it wants `(1, 1, H, W)`.
#
# By hand: `X = [[1, 0, 5, 2, 4, 3, 6, 7]]`, `K = [[1]]`, stride 2: `Y = [[1, 5, 4, 6]]`. Moved by 3:
# `[[3, 6, 7, 1, 0, 5, 2, 4]]`, `Y2 = [[3, 7, 0, 2]]`. 3 / 2 is rounded up to 2, so j = 2 and 3
# count, and 3 // 2 = 1: |0 - 5| = 5 and |2 - 4| = 2; the gap is 5.

# %% answer="convolution.shift_gap"
def shift_gap(X, K, pixels, stride):
    """Largest difference between the moved output and the output of the moved image."""
    ### BEGIN SOLUTION
    def output(image):
        return F.conv2d(image[None, None], K[None, None], stride=stride)[0, 0]

    Y, Y2 = output(X), output(torch.roll(X, pixels, dims=-1))
    columns = torch.arange(-(-pixels // stride), Y.shape[1])  # from pixels / stride, rounded up
    return (Y2[:, columns] - Y[:, columns - pixels // stride]).abs().max().item()
    ### END SOLUTION

# hint("convolution.shift_gap")

# %% check="convolution.shift_gap"
check("convolution.shift_gap", shift_gap)

# %% [markdown]
# ### Exercise 23: one pixel at stride 2 (1 point)
#
# An object well inside the image moves to the right by one pixel. What happens to the output of a
# convolution with stride 2?
#
# - **A** The output shifts by one pixel.
# - **B** The output shifts by half a pixel, so each value is the mean of two old ones.
# - **C** In general the output is no moved copy of the old one; for a move by two pixels it would be.
# - **D** The output does not change: stride 2 makes the layer invariant.
#
# Answer with one letter in quotes. You can test your opinion with `shift_gap`.

# %% answer="convolution.stride_choice"
stride_choice = ...
### BEGIN SOLUTION
stride_choice = "C"
### END SOLUTION

# %% check="convolution.stride_choice"
check("convolution.stride_choice", stride_choice)

# %% [markdown]
# Look at the figure of this part again: at stride 1 the dots always lie on the bars. At stride 2 they
# do so for even shifts only; after an odd one the windows see columns that they skipped before.

# %% [markdown]
# # F. True convolution
#
# The **convolution** of mathematics, written $X * K$ (in Python `X * K` is another thing: the product
# entry by entry), runs through the window the other way:
#
# $$(X * K)[i, j] = \sum_{a=0}^{h-1} \sum_{b=0}^{w-1} X[i+h-1-a,\, j+w-1-b]\; K[a, b]$$
#
# This is cross-correlation with the kernel **flipped** in both directions, turned by 180 degrees.
# `nn.Conv2d` and `F.conv2d` do not flip. For training it does not matter: a layer that flips would
# learn the flipped kernel. It matters as soon as kernels are carried from one library to another:

# %% tags=["demo"]
from scipy import signal

image, kernel = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
print("F.conv2d:          ", F.conv2d(image[None, None], kernel[None, None])[0, 0].tolist())
print("signal.correlate2d:", signal.correlate2d(image, kernel, mode="valid").tolist())
print("signal.convolve2d: ", signal.convolve2d(image, kernel, mode="valid").tolist())

# %% [markdown]
# `scipy.ndimage.convolve` flips, too.
#
# ### Exercise 24: true convolution (2 points)
#
# Write `true_conv2d(X, K)`: the valid true convolution, `(H, W), (h, w) -> (H - h + 1, W - w + 1)`.
# Use your `corr2d`. PyTorch's convolutions and SciPy are not allowed.
#
# By hand: `[[1, 2, 0], [3, 1, 4]]` with `[[1, 2], [0, -1]]`: the flipped kernel is `[[-1, 0], [2, 1]]`.
# First window: -1·1 + 0·2 + 2·3 + 1·1 = 6. The output is `[[6, 4]]`.

# %% answer="convolution.true_conv2d"
def true_conv2d(X, K):
    """Valid true convolution: (H, W), (h, w) -> (H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    return corr2d(X, K.flip(0, 1))
    ### END SOLUTION

# hint("convolution.true_conv2d")

# %% check="convolution.true_conv2d"
check("convolution.true_conv2d", true_conv2d)

# %% [markdown]
# ### Exercise 25: full convolution (2 points)
#
# **Full** means every place where the two overlap by at least one pixel. Write `full_conv2d(A, B)`: the
# full true convolution, `(H, W), (h, w) -> (H + h - 1, W + w - 1)`. `B` may be larger than `A`.
# PyTorch's convolutions and SciPy are not allowed; `F.pad` is.
#
# By hand: `[[1, 2]]` and `[[3, 4]]` give `[[3, 10, 8]]`: just as (1 + 2t)(3 + 4t) = 3 + 10t + 8t².
# Full convolution multiplies polynomials.

# %% answer="convolution.full_conv2d"
def full_conv2d(A, B):
    """Full true convolution: (H, W), (h, w) -> (H + h - 1, W + w - 1)."""
    ### BEGIN SOLUTION
    h, w = B.shape
    return true_conv2d(F.pad(A, (w - 1, w - 1, h - 1, h - 1)), B)
    ### END SOLUTION

# hint("convolution.full_conv2d")

# %% check="convolution.full_conv2d"
check("convolution.full_conv2d", full_conv2d)

# %% [markdown]
# ### Exercise 26: which one commutes (1 point)
#
# Full convolution commutes: $A * B = B * A$. Full cross-correlation does not. Write
# `residuals(A, B) -> [r_conv, r_corr]`, two floats: the largest absolute difference between the full
# convolution of A with B and of B with A, and the same for the full cross-correlation.
#
# By hand: `A = [[1, 2]]`, `B = [[3, 4]]`. Convolution: `[[3, 10, 8]]` both ways, r_conv = 0.
# Cross-correlation: A with B `[[4, 11, 6]]`, B with A `[[6, 11, 4]]`, which is the former flipped;
# r_corr = 2.

# %% answer="convolution.residuals"
def residuals(A, B):
    """[r_conv, r_corr]: how far full convolution and cross-correlation are from commuting."""
    ### BEGIN SOLUTION
    def full_corr2d(X, K):
        return full_conv2d(X, K.flip(0, 1))

    r_conv = (full_conv2d(A, B) - full_conv2d(B, A)).abs().max().item()
    r_corr = (full_corr2d(A, B) - full_corr2d(B, A)).abs().max().item()
    return [r_conv, r_corr]
    ### END SOLUTION

# hint("convolution.residuals")

# %% check="convolution.residuals"
check("convolution.residuals", residuals)

# %% [markdown]
# # G. As a matrix
#
# Cross-correlation is linear in the image, so some matrix does it. Flatten the image to a vector; then
# each window is one row of the matrix, with the kernel's entries at the window's pixels and zeros at
# all others. This is what sharing and locality look like beside a dense layer: mostly zeros, and the
# same few numbers in every row.

# %% tags=["demo", "nbval-ignore-output"]
pictures.matrix_rows()

# %% [markdown]
# *A kernel [[a, b], [c, d]] on a 3 x 3 image: the framed window and its row of the matrix.* With a
# kernel in one dimension each row is the one above, moved by one: a **Toeplitz** matrix. In two
# dimensions there is a jump where the window starts a new row.

# %% [markdown]
# ### Exercise 27: the matrix (2 points)
#
# Write `toeplitz(K, height, width)`: the matrix for images of shape `(height, width)`, of shape
# `(windows, height · width)` with windows = (height - h + 1)(width - w + 1), such that
# `toeplitz(K, *X.shape) @ X.flatten()` equals `corr2d(X, K).flatten()`.
#
# By hand: `[[1, 2], [3, 4]]` on images of shape (2, 3) fits in two places:
# `[[1, 2, 0, 3, 4, 0], [0, 1, 2, 0, 3, 4]]`.

# %% answer="convolution.toeplitz"
def toeplitz(K, height, width):
    """Matrix of the cross-correlation with K: -> (windows, height * width)."""
    ### BEGIN SOLUTION
    h, w = K.shape
    rows = []
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            row = torch.zeros(height, width)
            row[i : i + h, j : j + w] = K
            rows.append(row.flatten())
    return torch.stack(rows)
    ### END SOLUTION

# hint("convolution.toeplitz")

# %% check="convolution.toeplitz"
check("convolution.toeplitz", toeplitz)

# %% [markdown]
# ### Exercise 28: im2col (2 points)
#
# That matrix is nearly all zeros. The other way round is thriftier: make the *image* a matrix and the
# kernel a vector. Write `im2col(X, kernel_size)`, with `kernel_size = (h, w)`: shape `(h · w, windows)`,
# **one row for each entry of the kernel, one column for each window**, both in reading order. Then
# `K.flatten() @ im2col(X, K.shape)` is the output, flattened. (Some texts use the transposed form.)
# `F.unfold` and `nn.Unfold` are not allowed; the tensors' own `unfold` is.
#
# By hand: `[[0, 1, 2, 3], [4, 5, 6, 7]]` with kernel size (2, 2) has three windows:
# `[[0, 1, 2], [1, 2, 3], [4, 5, 6], [5, 6, 7]]`. A 4 x 4 image gives shape (4, 9).

# %% answer="convolution.im2col"
def im2col(X, kernel_size):
    """All windows as columns: (H, W) -> (h * w, windows)."""
    ### BEGIN SOLUTION
    h, w = kernel_size
    windows = X.unfold(0, h, 1).unfold(1, w, 1)  # (rows, columns, h, w)
    return windows.reshape(-1, h * w).T
    ### END SOLUTION

# hint("convolution.im2col")

# %% check="convolution.im2col"
check("convolution.im2col", im2col)

# %% [markdown]
# # H. By the Fourier transform
#
# For those who have met the Fourier transform; nothing later depends on it.
#
# The **convolution theorem**: the Fourier transform turns convolution into multiplication, number by
# number. The discrete transform (`torch.fft.fft2`) takes the image to repeat for ever, so what it gives
# is **circular** convolution: a window that leaves the image on one side comes in on the other.
#
# $$Y[i, j] = \sum_{a=0}^{h-1} \sum_{b=0}^{w-1} X[(i-a) \bmod H,\, (j-b) \bmod W]\; K[a, b]$$
#
# ### Exercise 29: circular convolution (2 points)
#
# Write `circular_conv2d(X, K)`, shape `(H, W)` like `X`, with `torch.fft`: pad `K` with zeros, below
# and to the right, to the size of `X`; transform both; multiply; transform back; keep the real part.
# The kernel is at most as large as the image. The Fourier transform must be used.
#
# By hand: `[[1, 2, 3]]` with `[[1, -1]]`: each pixel minus its left neighbour, the first one's being
# the last: `[[1 - 3, 2 - 1, 3 - 2]] = [[-2, 1, 1]]`.

# %% answer="convolution.circular_conv2d"
def circular_conv2d(X, K):
    """Circular true convolution by the Fourier transform: (H, W), (h, w) -> (H, W)."""
    ### BEGIN SOLUTION
    product = torch.fft.fft2(X) * torch.fft.fft2(K, s=X.shape)  # s pads with zeros
    return torch.fft.ifft2(product).real
    ### END SOLUTION

# hint("convolution.circular_conv2d")

# %% check="convolution.circular_conv2d"
check("convolution.circular_conv2d", circular_conv2d)

# %% [markdown]
# ### Exercise 30: and back to cross-correlation (2 points)
#
# Write `fft_corr2d(X, K)`: the valid cross-correlation, equal to your `corr2d`, by the Fourier
# transform. Two things stand between: the flip, and the windows that wrapped around, which must be cut
# off. Convolutions of PyTorch and SciPy are not allowed.
#
# By hand: the last example, `[[-2, 1, 1]]`, holds one number that wrapped, the first. Without it,
# `[[1, 1]]` is the valid *convolution* of `[[1, 2, 3]]` with `[[1, -1]]`. Your function is to give the
# cross-correlation, `[[-1, -1]]`.

# %% answer="convolution.fft_corr2d"
def fft_corr2d(X, K):
    """Valid cross-correlation by the Fourier transform: -> (H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    h, w = K.shape
    return circular_conv2d(X, K.flip(0, 1))[h - 1 :, w - 1 :]
    ### END SOLUTION

# hint("convolution.fft_corr2d")

# %% check="convolution.fft_corr2d"
check("convolution.fft_corr2d", fft_corr2d)

# %% [markdown]
# The cost of this way hardly depends on the size of the kernel, so it pays for large kernels. For the
# 3 x 3 kernels of most networks, matrix products as in part G are faster.

# %% [markdown]
# # Check yourself
#
# Three short quizzes, without points. Click an answer and read what it says, also for those that you
# think are wrong.
#
# **Priors**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("convolution.priors")

# %% [markdown]
# **Equivariance**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("convolution.equivariance")

# %% [markdown]
# **The flip**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("convolution.flip")

# %% [markdown]
# # Summary
#
# - A convolution layer is a dense layer with two assumptions built in: windows are local, and their
#   weights are shared. Both save weights; sharing makes the layer equivariant.
# - It computes cross-correlation: multiply a window by the kernel, add up, move on. "Valid" output has
#   `(H - h + 1, W - w + 1)` numbers, and pixels at the border are seen less often.
# - A kernel that adds up to 0 responds to changes, one that adds up to 1 keeps the brightness.
# - Kernels can be learned: autograd works through hand-written code, and the learning rate is bounded
#   by the steepest direction of the loss.
# - With stride s the output follows shifts by multiples of s only.
# - True convolution flips the kernel; it commutes, and the Fourier transform turns it into products.
#   The same result comes from a matrix with the kernel in every row, or from im2col.
#
# **Further reading**
#
# - K. Fukushima, *Neocognitron: a self-organizing neural network model for a mechanism of pattern
#   recognition unaffected by shift in position*, 1980: local windows with shared weights.
# - Y. LeCun and others, *Backpropagation applied to handwritten zip code recognition*, 1989: the same,
#   learned by gradient descent.
# - K. Chellapilla, S. Puri and P. Simard, *High performance convolutional neural networks for document
#   processing*, 2006: convolution as a matrix product.
# - M. Mathieu, M. Henaff and Y. LeCun, *Fast training of convolutional networks through FFTs*, 2013.
# - V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, 2016.
# - R. Zhang, *Making convolutional networks shift-invariant again*, 2019: what stride does to shifts.
