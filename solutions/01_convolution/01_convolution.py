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
# A convolutional network turns the pixels of an image into a decision. This course takes such networks
# apart and rebuilds them, beginning with their smallest part.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# Run the next three cells with Shift+Enter. In the third, a network learns, for some seconds. Where the
# course leads, and what each of its sections takes, is on [its map](../map.md).

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.data import load
from course_lib.sections.convolution import pictures
from course_lib.training.fit import fit

import torch
import torch.nn.functional as F
from torch import nn

begin("convolution", globals())

# %% [markdown]
# ## A network that learns to read
#
# From an image of a handwritten digit this network computes ten numbers, the **logits**, one for each
# digit; it **predicts** the digit with the largest. It computes them with numbers of its own, its
# **weights**. They start at random, and training on 1,293 images changes them little by little, so that
# the logit of the **label**, the digit that was meant, outgrows the others. Then come 360 digits
# that it has never seen. You need not understand the code yet.

# %% tags=["demo", "nbval-ignore-output"]
digits = load("digits")
torch.manual_seed(0)
net = nn.Sequential(
    nn.Conv2d(1, 8, kernel_size=3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, kernel_size=3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(16 * 5 * 5, 10),
)
images, labels = digits.test.inputs(), digits.test.labels
before = net(images).argmax(dim=1)  # where the largest logit stands: the predicted digit
fit(net, digits.train, epochs=8, lr=0.01)
after = net(images).argmax(dim=1)
for when, predicted in {"before": before, "after": after}.items():
    print(f"{when} training: {(predicted == labels).float().mean():.0%} of the test digits right")
pictures.predictions(digits.test, before, after)

# %% [markdown]
# *Twelve of the 360: ten that the network gets right in the end, and two that it still gets wrong.* The
# course opens it part by part:
#
# | in the code | what it does | section |
# |---|---|---|
# | `nn.Conv2d` | weighs small windows of the image | **01 Convolution** |
# | `kernel_size=3` | says how large these are; their steps, the border | 02 Padding and stride |
# | `1, 8` and `8, 16` | makes eight maps of one image, sixteen of eight | 03 Channels |
# | `nn.MaxPool2d` | halves the maps, keeps what is strongest | 04 Pooling |
# | `nn.ReLU`, `nn.Flatten`, `nn.Linear`, `fit` | make a network of it, and train it | 05 LeNet |
#
# Then networks get deeper (06, 07), train better (08), become fast (09) and start from trained ones
# (10). You see what they look at (11), fool them (12), let a large one teach a small one (13), and give
# them signals instead of images (14).

# %% [markdown]
# ## What you will be able to do
#
# - say which two assumptions about images a convolution makes, and what they save;
# - write it, by loops and as a layer;
# - read from its weights what it detects, and let gradient descent find them;
# - measure when a moved image gives a moved output;
# - tell what PyTorch computes from the convolution of mathematics.
#
# You need PyTorch tensors: indexing, shapes, broadcasting. More of PyTorch is told where it is used.

# %% [markdown]
# ## How this notebook works
#
# - **Exercises.** Replace `...`, or the line `raise NotImplementedError`, by your code; run the cell, then
#   the check below it.
# - **Checks** say what is right, what is not, and the likely cause; run them as often as you like. Points
#   are counted later with *other* numbers: write for all inputs that the text names.
# - **Nobody is stuck.** Where your function does not pass and the course has one like it, later cells run
#   on the course's.
# - **Hints.** Remove the `# ` before `hint(...)`, the space too, and run the cell; each run shows one more.
# - **Figures.** Run the cell and move the controls.
# - `profile`, above, sets how long other sections train. Here it changes nothing.

# %% [markdown]
# ## A. Why not a dense layer
#
# A layer turns numbers, its inputs, into outputs. What computes one output is a **unit**: it multiplies
# inputs by weights, adds the products up, and usually adds one more number of its own, the **bias**. Here
# are six inputs and four units. Each line multiplies by a weight; lines of one colour share theirs.

# %% tags=["demo", "nbval-ignore-output"]
pictures.connections()

# %% [markdown]
# *Left, every output reads every input. In the middle, it reads a small window. Right, all windows are
# read with the same three weights.* The first is a **dense** or **fully connected** layer (`nn.Linear`),
# the last a convolution layer.
#
# How many weights does an image take? If it has 4 x 5 pixels and 2 **channels**, two numbers a pixel,
# there are 4 · 5 · 2 = 40 inputs. A dense layer of 3 units on them has 40 · 3 = 120 weights.
#
# A convolution layer has small grids of weights, **kernels**, that slide over the image. One kernel for
# each input channel: that is a **filter**. It makes one output channel, a **feature map**. With 3 x 3
# kernels, a filter for this image has 3 · 3 · 2 = 18 weights, however large the image is.

# %% [markdown]
# ### {convolution.lesson_numbers}
#
# An RGB photograph has 224 x 224 pixels and three channels: red, green, blue. Give a list of three
# integers: the number of inputs; the weights of a dense layer of 1000 units on them; the weights of one
# filter with 3 x 3 kernels on the same photograph. Leave biases out. You may write products and let
# Python multiply.

# %% answer="convolution.lesson_numbers"
lesson_numbers = ...
### BEGIN SOLUTION
lesson_numbers = [224 * 224 * 3, 224 * 224 * 3 * 1000, 3 * 3 * 3]
### END SOLUTION

# hint("convolution.lesson_numbers")

# %% check="convolution.lesson_numbers"
lesson_numbers = check("convolution.lesson_numbers", lesson_numbers)

# %% [markdown]
# How can so few weights do? Two assumptions about images, two **priors** (or inductive biases), stand
# behind them:
#
# 1. **Locality**: what belongs together lies close together, so an output reads a window only.
# 2. **Weight sharing**: what is worth detecting here is worth detecting everywhere.
#
# A dense layer makes neither. It does not treat pixels independently, as one often reads: each output
# mixes all of them. But it ignores **adjacency**. Shuffle the pixels, shuffle its weights alike, and the
# outputs are the same; nothing in the layer knew which pixels were neighbours.

# %% tags=["demo"]
torch.manual_seed(0)
pixels, weights = torch.randn(16), torch.randn(3, 16)  # a 4 x 4 image, a dense layer of 3 units
order = torch.randperm(16)
print(torch.allclose(weights @ pixels, weights[:, order] @ pixels[order], atol=1e-6))

# %% [markdown]
# ### {convolution.sharing_choice}
#
# Move the object in an image, and the feature map of a convolution layer moves along, as long as the
# object stays away from the border. This is called **equivariance to translation**; part E measures it.
# From which of the two priors does it follow? Imagine a layer with only one of them: a window of 3 x 3
# pixels for each output, but other weights in each window; or the same weights in each window, but
# windows as large as half the image.
#
# - **A** From locality: each output looks at a small window only.
# - **B** From weight sharing: every window is weighed with the same numbers.
# - **C** From both together; neither would be enough without the other.
# - **D** From neither: a network learns it from training images that are shifted.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="convolution.sharing_choice"
sharing_choice = ...
### BEGIN SOLUTION
sharing_choice = "B"
### END SOLUTION

# %% check="convolution.sharing_choice"
sharing_choice = check("convolution.sharing_choice", sharing_choice)

# %% [markdown]
# ## B. Cross-correlation
#
# What does a convolution layer do with one window? It lays the kernel on the image, multiplies each
# entry of the kernel by the pixel under it, and adds the products: one number of the output. Then the
# window moves on by one pixel. Move it, or press play:

# %% tags=["demo", "nbval-ignore-output"]
pictures.sliding_window()

# %% [markdown]
# *The framed window of the image times the kernel gives the framed number of the output; the sum is
# written out below.* Before you move on, work out the next number.
#
# From here on, `X` is an image of shape `(H, W)`, `K` a kernel of shape `(h, w)` and `Y` the output. All
# three have one channel. "Floats" are `torch.float32` or `torch.float64`. Rows are counted downwards,
# columns to the right, both from 0.
#
# $$Y[i, j] = \sum_{a=0}^{h-1} \sum_{b=0}^{w-1} X[i+a,\, j+b]\; K[a, b]$$
#
# The window never leaves the image (this is called **valid**), so the output is smaller than the image:
# `(H - h + 1, W - w + 1)`. The operation is **cross-correlation**. Deep learning calls it convolution;
# part F shows the difference.
#
# You write it three times: in one dimension, in two, and as a layer.

# %% [markdown]
# ### {convolution.corr1d}
#
# Write `corr1d(x, w)`, the valid cross-correlation of a signal `x` of shape `(n,)` with a kernel `w` of
# shape `(k,)`. It returns a tensor of floats of shape `(n - k + 1,)`, for every 1 ≤ k ≤ n: a kernel of
# one entry, and one as long as the signal, too. Leave `x` and `w` as they are: their numbers, and whether
# they require a gradient.
#
# Not allowed: ready-made convolutions of PyTorch (`F.conv1d`, `F.conv2d`, `nn.Conv1d`, `nn.Conv2d`,
# `F.conv_transpose2d`, `torch.convolution` and their kin), SciPy (`scipy.signal`, `scipy.ndimage`) and
# NumPy (`np.convolve`, `np.correlate`, `np.polymul`).
#
# By hand: `x = [1, 2, 3]` and `w = [1, -1]` give `[1·1 + 2·(-1), 2·1 + 3·(-1)] = [-1, -1]`.

# %% answer="convolution.corr1d"
def corr1d(x, w):
    """Valid cross-correlation: (n,), (k,) -> (n - k + 1,)."""
    ### BEGIN SOLUTION
    k = len(w)
    return torch.stack([(x[i : i + k] * w).sum() for i in range(len(x) - k + 1)])
    ### END SOLUTION

# hint("convolution.corr1d")

# %% check="convolution.corr1d"
corr1d = check("convolution.corr1d", corr1d)

# %% [markdown]
# ### {convolution.corr2d}
#
# Write `corr2d(X, K)`, the valid cross-correlation: `(H, W), (h, w) -> (H - h + 1, W - w + 1)`, for every
# kernel that fits on the image. Neither need be square; the kernel may be a single row, a single column,
# a single number, or as large as the image. Two loops over the windows are fine.
#
# Leave `X` and `K` as they are. **Gradients** must flow to both: part D asks PyTorch how the output
# changes with each of their numbers. So stay with operations on tensors (slices, sums, `Y[i, j] = …`),
# without `.item()`, `.data`, `.detach()` or NumPy.
#
# Not allowed: ready-made convolutions (`F.conv2d`, `nn.Conv2d` and all the others named in
# {convolution.corr1d}).
#
# By hand: the image 0 … 8, row by row in 3 x 3, with `K = [[0, 1], [2, 3]]`. First window:
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
corr2d = check("convolution.corr2d", corr2d)

# %% [markdown]
# A **layer** in PyTorch is a class made from `nn.Module`. Its constructor makes the weights, its method
# `forward` computes the output, and calling the layer calls `forward`. A tensor that is to be trained is
# wrapped, `self.weight = nn.Parameter(tensor)`: only then does the layer list it among its parameters.

# %% [markdown]
# ### {convolution.Conv2D}
#
# Write the class `Conv2D(nn.Module)`, a convolution layer for one channel.
#
# - `Conv2D(kernel_size)` takes a pair `(h, w)`, square or not, and makes two parameters: `weight` of shape
#   `(h, w)`, random numbers, not all equal; and `bias` of shape `(1,)`, any number.
# - `forward(x)` takes an image `(H, W)` on which the kernel fits and returns its valid cross-correlation
#   with `weight`, plus `bias`. Your `corr2d` does most of it. Gradients must reach both parameters.
#
# Not allowed: ready-made convolutions (`nn.Conv2d`, `F.conv2d` and all the others named in
# {convolution.corr1d}).
#
# By hand: with `weight = [[1, -1]]` and `bias = [10]`, the image `[[5, 2]]` gives 5 - 2 + 10:
# `[[13]]`.

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
Conv2D = check("convolution.Conv2D", Conv2D)

# %% [markdown]
# Does the network at the top do the same? Give your layer the weights of its first kernel, and compare:

# %% tags=["demo", "nbval-ignore-output"]
layer = Conv2D((3, 3))
layer.load_state_dict({"weight": net[0].weight[0, 0], "bias": net[0].bias[:1]})
yours, theirs = layer(images[0, 0]), net[0](images[:1])[0, 0]
print(tuple(yours.shape), "equal up to rounding:", torch.allclose(yours, theirs, atol=1e-4))

# %% [markdown]
# That is one of the eight maps of its first layer.
#
# Extra to this part: {convolution.lesson_window}, {convolution.corr2d_fast},
# {convolution.border_shapes}, {convolution.coverage}.

# %% [markdown]
# ## C. Kernels by hand
#
# What a kernel detects can be read from its numbers. Choose one and compare. Then edit the numbers: try
# nine times 0.11.

# %% tags=["demo", "nbval-ignore-output"]
pictures.kernel_explorer()

# %% [markdown]
# *Left the photograph, right the output. If the kernel's numbers add up to 0, the output is 0 wherever
# the image is uniform, and colours show its sign; else it is shown in grey.*
#
# One of them, the **Sobel kernel**, is in use since the 1960s. Which edges does it find? Two small images
# answer, each with one edge from 1 to 0. (`F.conv2d` takes images as `(batch, channels, H, W)`; `[None, None]`
# adds the first two.)

# %% tags=["demo"]
sobel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
vertical_edge = torch.tensor([[1.0, 1, 0], [1, 1, 0], [1, 1, 0]])
for name, image in {"vertical": vertical_edge, "horizontal": vertical_edge.T}.items():
    print(f"{name} edge:", F.conv2d(image[None, None], sobel[None, None]).item())

# %% [markdown]
# It responds to *vertical* edges, where the brightness changes from left to right, and is blind to
# horizontal ones. Now you, with the smallest kernel that does this, on an image of 6 rows and 8 columns:

# %%
X = torch.ones(6, 8)
X[:, 2:6] = 0
K = torch.tensor([[1.0, -1.0]])
print(X.int())

# %% [markdown]
# ### {convolution.edge_row}
#
# Give one row of the output for this `X` and `K` as a list of 7 numbers; all its rows are equal. Work it
# out by hand. The first number: columns 0 and 1 hold 1 and 1, and 1·1 + 1·(-1) = 0.

# %% answer="convolution.edge_row"
edge_row = ...
### BEGIN SOLUTION
edge_row = [0, 1, 0, 0, 0, -1, 0]
### END SOLUTION

# hint("convolution.edge_row")

# %% check="convolution.edge_row"
edge_row = check("convolution.edge_row", edge_row)

# %% [markdown]
# ### {convolution.edges_blind}
#
# The transposed image `X.T` has two edges as well. Yet its output under the same `K` is 0 in every
# place. Double-click the next cell and write in it; a person marks it.

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
# The numbers of a kernel for edges add up to 0. If they add up to 1 instead, a uniform area keeps its
# brightness. The simplest such kernel replaces each pixel by the mean of its window, which removes noise
# and small detail: a **box blur**.

# %% [markdown]
# ### {convolution.blur_kernel}
#
# Write `blur_kernel(size)`: the kernel of shape `(size, size)` whose output is the mean of each window,
# for every whole number `size` ≥ 1, even or odd. It returns a tensor of floats.
#
# By hand: size 2 gives `[[0.25, 0.25], [0.25, 0.25]]`, size 1 gives `[[1]]`.

# %% answer="convolution.blur_kernel"
def blur_kernel(size):
    """Box blur: -> (size, size), entries that add up to 1."""
    ### BEGIN SOLUTION
    return torch.full((size, size), 1 / size**2)
    ### END SOLUTION

# hint("convolution.blur_kernel")

# %% check="convolution.blur_kernel"
blur_kernel = check("convolution.blur_kernel", blur_kernel)

# %% [markdown]
# Your `corr2d` on the photograph, with three kernels. Predict before you run: which maps are 0 (white) in
# the sky? Which one shows the columns of the temple, and which the edges of its roofs?

# %% tags=["demo", "nbval-ignore-output"]
photo = pictures.photograph()
pictures.gallery(
    {
        "blur_kernel(7)": lambda: corr2d(photo, blur_kernel(7)),
        "[[1, -1]]": lambda: corr2d(photo, torch.tensor([[1.0, -1.0]])),
        "[[1], [-1]]": lambda: corr2d(photo, torch.tensor([[1.0], [-1.0]])),
    },
    alt="Three outputs for the photograph of a temple: blurred; differences from left to right, which "
    "show upright edges; and differences downwards, which show level edges.",
)

# %% [markdown]
# *Three outputs; where there are two colours, white is zero.*
#
# Extra to this part: {convolution.responses}, {convolution.diagonal_why}, {convolution.sharpen_kernel},
# {convolution.derivative_kernel}, {convolution.directional_kernel}.

# %% [markdown]
# ## D. A kernel that is learned
#
# Nobody designs the kernels of a network: gradient descent finds them from examples. Here it finds the
# edge detector, from one image and the wanted output.
#
# How wrong a kernel is, its **loss**, is here the sum of all squared differences between its output and
# the wanted one. The **gradient** holds, for each entry of the kernel, how fast the loss grows with that
# entry. A step of **gradient descent** subtracts the gradient, times a small number `lr`, the **learning
# rate**. One step by hand: the image `[[1, 0]]`, wanted `[[1]]`, `lr = 0.1`, the kernel `[[0, 0]]`. The
# output is 0, its error 0 - 1 = -1, the loss 1. The gradient is 2 · error · window = `[[-2, 0]]`, and the
# new kernel `[[0, 0]] - 0.1 · [[-2, 0]] = [[0.2, 0]]`.
#
# PyTorch finds gradients itself, through your loops, too. It records what is computed from a tensor made
# with `requires_grad=True`; then `torch.autograd.grad(loss, K)` returns a tuple with the gradient for
# `K`. Changes of `K` itself belong inside `with torch.no_grad():`, where nothing is recorded.

# %% [markdown]
# ### {convolution.learn_kernel}
#
# Write `learn_kernel(X, Y, steps, lr)`: gradient descent for a kernel of shape `(1, 2)` whose output on
# `X` is to be `Y`. `X` is any image at least two pixels wide, `Y` any tensor of the shape of the output.
#
# - Start at `[[0, 0]]`, so that all go the same way.
# - Take exactly `steps` steps, `steps` ≥ 1, each with the same learning rate `lr`, on the **sum** of
#   squared errors, `((corr2d(X, K) - Y) ** 2).sum()`.
# - Return the kernel after the last step as a tensor that does not require a gradient. Leave `X` and
#   `Y` as they are (do not make them require one, either).
#
# How you get the gradient is up to you: autograd, `torch.optim.SGD`, or your own formula.
#
# By hand: the step above, `learn_kernel([[1, 0]], [[1]], 1, 0.1)`, gives `[[0.2, 0]]`. On the image of
# {convolution.edge_row} and its output, 20 steps with `lr = 0.03` end within 0.15 of `[[1, -1]]`.

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
learn_kernel = check("convolution.learn_kernel", learn_kernel)

# %% [markdown]
# Watch the same descent, from another start, `[0.2, 0.6]`. Step through it at all three learning rates.

# %% tags=["demo", "nbval-ignore-output"]
pictures.learning()

# %% [markdown]
# *Left the two entries of the kernel, in the middle one row of its output beside the wanted one, right
# the loss.* At the largest rate every step leads further away.
#
# Extra to this part: gradients and the learning rate, with {convolution.kernel_gradient}.

# %% [markdown]
# ## E. Equivariance
#
# A map is **equivariant** to translation if a moved input gives the output moved likewise. It is
# **invariant** if the output does not change at all. Cross-correlation is equivariant, away from the
# border and as long as every window is visited. With **stride** s the window moves on by s pixels at a
# time, in both directions, and skips those in between.

# %% tags=["demo", "nbval-ignore-output"]
pictures.shift()

# %% [markdown]
# *Left the moved image. In the middle its output: the colour is the sign, orange for positive, purple
# for negative numbers, and the stronger, the larger. Right the row at the dotted line (dots) beside
# the same row of the old output, moved (bars).* Try both strides with several shifts: when do the
# dots lie on the bars?

# %% [markdown]
# ### {convolution.shift_gap}
#
# Write `shift_gap(X, K, pixels, stride)`: how far the output is from following a move of the image, as a
# number (a float, or a tensor of one number).
#
# 1. `Y` is the valid cross-correlation of `X` with this stride in both directions. `Y2` is that of
#    `torch.roll(X, pixels, dims=-1)`, the image moved to the right; what leaves it comes in again at the
#    left.
# 2. An output that follows has moved by `pixels // stride` columns: `Y2[:, j]` would be
#    `Y[:, j - pixels // stride]`.
# 3. The gap is the largest absolute difference of the two, over all rows and all columns
#    `j >= pixels / stride`. (Windows further left hold pixels that came in again.)
#
# `pixels` ≥ 0 may be less or more than `stride` ≥ 1, a multiple of it or not; it is so much smaller than
# the width that a column is left. Image and kernel need not be square. `F.conv2d` is allowed here; it
# wants a batch and a channel axis, `X[None, None]` of shape `(1, 1, H, W)`.
#
# By hand: `X = [[1, 0, 5, 2, 4, 3, 6, 7]]`, `K = [[1]]`, stride 2: `Y = [[1, 5, 4, 6]]`. Moved by 3:
# `[[3, 6, 7, 1, 0, 5, 2, 4]]`, `Y2 = [[3, 7, 0, 2]]`. j ≥ 1.5 leaves columns 2 and 3, and 3 // 2 = 1:
# |0 - 5| = 5 and |2 - 4| = 2; the gap is 5.0.

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
shift_gap = check("convolution.shift_gap", shift_gap)

# %% [markdown]
# ### {convolution.stride_choice}
#
# An object well inside the image moves to the right by one pixel. What happens to the output of a
# convolution with stride 2?
#
# - **A** The output shifts by one pixel.
# - **B** The output shifts by half a pixel, so each value is the mean of two old ones.
# - **C** In general the output is no moved copy of the old one; for a move by two pixels it would be.
# - **D** The output does not change: stride 2 makes the layer invariant.
#
# Answer with one letter in quotes. You can test your opinion with `shift_gap`. The answer is recorded.

# %% answer="convolution.stride_choice"
stride_choice = ...
### BEGIN SOLUTION
stride_choice = "C"
### END SOLUTION

# %% check="convolution.stride_choice"
stride_choice = check("convolution.stride_choice", stride_choice)

# %% [markdown]
# ## F. True convolution
#
# What is left is the name. The **convolution** of mathematics, written $X * K$ (in Python `X * K` is
# another thing: the product entry by entry), runs through the window the other way:
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

# %% [markdown]
# ### {convolution.true_conv2d}
#
# Write `true_conv2d(X, K)`: the valid true convolution, a tensor,
# `(H, W), (h, w) -> (H - h + 1, W - w + 1)`, for every kernel that fits on the image, square or not, up to
# one as large as the image. Your `corr2d` does most of it. Leave `X` and `K` as they are. Not allowed:
# ready-made convolutions (`F.conv2d`, `scipy.signal` and all the others named in {convolution.corr1d}).
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
true_conv2d = check("convolution.true_conv2d", true_conv2d)

# %% [markdown]
# Extra to this part: what convolution is good for in mathematics, {convolution.full_conv2d} and
# {convolution.residuals}; as a matrix, {convolution.toeplitz} and {convolution.im2col}; by the Fourier
# transform, {convolution.circular_conv2d} and {convolution.fft_corr2d}.

# %% [markdown]
# ## Check yourself
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
# ## Summary
#
# - A convolution layer is a dense layer with two assumptions built in: windows are local, and their
#   weights are shared. Both save weights; sharing makes the layer equivariant.
# - It computes cross-correlation: multiply a window by the kernel, add up, move on. "Valid" output has
#   shape `(H - h + 1, W - w + 1)`.
# - A kernel that adds up to 0 responds to changes, one that adds up to 1 keeps the brightness.
# - Kernels are learned by gradient descent, through code of your own as well; too large a learning rate
#   leads away.
# - With stride s the output follows moves by multiples of s only.
# - True convolution flips the kernel; `nn.Conv2d` does not.
#
# **Further reading**
#
# - K. Fukushima, *Neocognitron*, 1980: local windows with shared weights.
# - Y. LeCun and others, *Backpropagation applied to handwritten zip code recognition*, 1989: the same,
#   learned by gradient descent.
# - V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, 2016.
# - R. Zhang, *Making convolutional networks shift-invariant again*, 2019: what stride does to shifts.
#
# Here the core ends; section 02 goes on with steps and borders. Six extra parts follow, each of which
# needs the core only.

# %% [markdown]
# ## Extra: windows and borders
#
# Once with a pencil, then without loops, then a look at the border, where there are fewer windows.

# %% [markdown]
# ### {convolution.lesson_window}
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
lesson_window = check("convolution.lesson_window", lesson_window)

# %% [markdown]
# ### {convolution.corr2d_fast}
#
# A loop in Python visits one window at a time. Write `corr2d_fast(X, K)`: the same function as `corr2d`,
# for the same images and kernels, but one operation treats all windows at once. The number of torch
# operations must not grow with the image; the check counts them. (A loop over the entries of the kernel
# is fine.) Gradients must flow to `X` and `K`, which stay as they are.
#
# Not allowed: ready-made convolutions (`F.conv2d` and all the others named in {convolution.corr1d}), and
# leaving torch: no NumPy at all, no `.numpy()`, no `.tolist()`. `F.unfold`, `nn.Unfold` and the tensors' own
# `unfold` are allowed: `torch.arange(4.).unfold(0, 2, 1)` holds all windows of length 2 as rows,
# `[[0, 1], [1, 2], [2, 3]]`.
#
# By hand: as `corr2d`, the image 0 … 8 with `[[0, 1], [2, 3]]` gives `[[19, 25], [37, 43]]`.

# %% answer="convolution.corr2d_fast"
def corr2d_fast(X, K):
    """Valid cross-correlation: (H, W), (h, w) -> (H - h + 1, W - w + 1)."""
    ### BEGIN SOLUTION
    windows = X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1)  # (rows, columns, h, w)
    return (windows * K).sum(dim=(2, 3))
    ### END SOLUTION

# hint("convolution.corr2d_fast")

# %% check="convolution.corr2d_fast"
corr2d_fast = check("convolution.corr2d_fast", corr2d_fast)

# %% [markdown]
# PyTorch's own layers take a batch of images with channels: `(batch, channels, H, W)`.

# %% [markdown]
# ### {convolution.border_shapes}
#
# One RGB image of 32 x 32 pixels, shape `(1, 3, 32, 32)`, goes through a layer with 64 output channels
# and 3 x 3 kernels: once without padding, once with `padding=1`, which lays one ring of zeros around the
# image. Give the two output shapes as a list of two tuples. Think first, then try it with `nn.Conv2d`.

# %% answer="convolution.border_shapes"
border_shapes = ...
### BEGIN SOLUTION
border_shapes = [(1, 64, 30, 30), (1, 64, 32, 32)]
### END SOLUTION

# hint("convolution.border_shapes")

# %% check="convolution.border_shapes"
border_shapes = check("convolution.border_shapes", border_shapes)

# %% [markdown]
# ### {convolution.coverage}
#
# Without padding, a pixel at the border takes part in fewer windows than one in the middle. Write
# `coverage(n, k)`: a tensor of shape `(n, n)` that says for each pixel of an n x n image in how many
# valid windows of a k x k kernel it takes part, for all 1 ≤ k ≤ n.
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
coverage = check("convolution.coverage", coverage)

# %% [markdown]
# ## Extra: more kernels
#
# An edge detector sees one direction. What changes if one transposes the image, and what if one
# transposes the kernel?

# %% [markdown]
# ### {convolution.responses}
#
# Write `responses(X, K)`: a list of three outputs of your `corr2d`: of `X` with `K`, of `X.T` with
# `K`, and of `X` with `K.T`. For shapes `(H, W)` and `(h, w)` these are of shape
# `(H - h + 1, W - w + 1)`, `(W - h + 1, H - w + 1)` and `(H - w + 1, W - h + 1)`. Neither need be square;
# each kernel fits on each image. Leave `X` and `K` as they are. Not allowed: ready-made convolutions
# (`F.conv2d` and all the others named in {convolution.corr1d}).
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
responses = check("convolution.responses", responses)

# %% [markdown]
# ### {convolution.diagonal_why}
#
# `torch.eye(10)` is an image of a diagonal line. Call `responses(torch.eye(10), K)` in a cell of your
# own, with `K = torch.tensor([[1.0, -1.0]])`, and compare the three outputs and their shapes.

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
# ### {convolution.sharpen_kernel}
#
# The **Laplacian** kernel `[[0, 1, 0], [1, -4, 1], [0, 1, 0]]` says how much the four neighbours of a
# pixel exceed it. Subtract a multiple of that from the image, and differences grow: the image gets
# sharper. Write `sharpen_kernel(amount)`, a tensor of floats of shape `(3, 3)`: the kernel that changes
# nothing, minus `amount` times the Laplacian. `amount` is any number ≥ 0, whole or not.
#
# By hand: amount 1 gives `[[0, -1, 0], [-1, 5, -1], [0, -1, 0]]`; its sum is 1. Amount 0 changes nothing.

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
sharpen_kernel = check("convolution.sharpen_kernel", sharpen_kernel)

# %% [markdown]
# ### {convolution.derivative_kernel}
#
# The **forward difference** of a sequence is `x[i + 1] - x[i]`: as a cross-correlation, the kernel
# `[-1, 1]`. Taking it again gives the second difference, and so on; each is the discrete form of a
# derivative. Write `derivative_kernel(order)`: the kernel of shape `(order + 1,)`, the smallest, whose
# cross-correlation with `x` is the difference of this order, for every order ≥ 1, even or odd.
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
derivative_kernel = check("convolution.derivative_kernel", derivative_kernel)

# %% [markdown]
# A kernel for brightness that changes along a diagonal? Often printed is
# `[[1, 0, -1], [0, 0, 0], [-1, 0, 1]]`. But this is a *mixed* derivative: on a **ramp**, an image whose
# brightness rises evenly, it gives 0, in whatever direction that rises.

# %% tags=["demo"]
ramp = torch.tensor([[0.0, 1, 2], [1, 2, 3], [2, 3, 4]])  # rises down and to the right
mixed = torch.tensor([[1.0, 0, -1], [0, 0, 0], [-1, 0, 1]])
directional = torch.tensor([[-1.0, -1, 0], [-1, 0, 1], [0, 1, 1]])
print("mixed:", (ramp * mixed).sum().item(), " directional:", (ramp * directional).sum().item())

# %% [markdown]
# ### {convolution.directional_kernel}
#
# Let `d = (dy, dx)` be a direction, dy rows down and dx columns to the right; not both are 0, each may be
# 0, positive or negative, whole or not. Write `directional_kernel(d)`, a tensor of shape `(3, 3)`: a
# kernel that responds to brightness changing along `d`. On a constant image it gives 0, on a ramp that
# rises along `d` a positive number, and on a ramp that rises at a right angle to `d` it gives 0. There are
# many right answers.
#
# By hand: for `(1, 1)`, down and to the right, `[[-1, -1, 0], [-1, 0, 1], [0, 1, 1]]` is one.

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
directional_kernel = check("convolution.directional_kernel", directional_kernel)

# %% tags=["demo", "nbval-ignore-output"]
pictures.gallery(
    {
        "photograph": lambda: photo,
        "sharpen_kernel(1)": lambda: corr2d(photo, sharpen_kernel(1)),
        "directional_kernel((1, 1))": lambda: corr2d(photo, directional_kernel((1, 1))),
    },
    alt="A photograph of a temple and two outputs: sharpened; and differences down to the right, "
    "which show edges from bottom left to top right.",
)

# %% [markdown]
# *The photograph and two outputs; where there are two colours, white is zero.*

# %% [markdown]
# ## Extra: gradients and the learning rate
#
# Which gradient does autograd find through your loops, and why did the descent of part D run away at just
# 0.035? The second needs eigenvalues.

# %% [markdown]
# ### {convolution.kernel_gradient}
#
# Write `kernel_gradient(X, K)`: the gradient of $\frac{1}{2} \sum_{i,j} Y[i, j]^2$ with respect to
# `K`, where `Y = corr2d(X, K)`; a tensor of the shape of `K`, square or not. Let autograd compute it
# through your `corr2d`: slices, products, sums and writing into `Y` are all recorded. Leave `X` and `K` as
# they were: their numbers, `requires_grad` and `.grad`.
#
# Not allowed: ready-made convolutions (`F.conv2d` and all the others named in {convolution.corr1d}), and
# their gradients (`torch.nn.grad`).
#
# By hand: `X = [[1, 2]]`, `K = [[3]]`: `Y = [[3, 6]]`, and the gradient is 3·1 + 6·2 = 15, as `[[15]]`.

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
kernel_gradient = check("convolution.kernel_gradient", kernel_gradient)

# %% [markdown]
# Now the learning rate. The loss is a bowl, and how steep it is depends on the direction. Put each window
# into a row of a matrix $W$ and the wanted outputs into a vector $y$. The loss is $|W k - y|^2$, and its
# curvatures are the eigenvalues of $2\, W^T W$, one for each eigenvector:

# %% tags=["demo"]
windows = pictures.two_edges().unfold(1, 2, 1).reshape(-1, 2)
curvatures = torch.linalg.eigvalsh(2 * windows.T @ windows)
print("curvatures:", [round(c, 3) for c in curvatures.tolist()])
for lr in (0.03, 0.035):
    print(f"factor per step at lr {lr}:", [round(1 - lr * c, 3) for c in curvatures.tolist()])

# %% [markdown]
# Along each eigenvector, a step multiplies the distance to the aim by `1 - lr · curvature`. At 0.03 that
# is -0.8 in the steep direction: you saw the kernel jump from side to side. At 0.035 it is below -1, and
# every step leads further away.
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
# `learn_kernel(patch, corr2d(patch, wanted), 20, 0.01)` with the same for
# `centred = patch - patch.mean()` in place of `patch`, at 0.04. Each rate is about 1 / steep for its
# image. How near to `wanted` does each come in 20 steps?

# %% [markdown]
# ## Extra: full convolution
#
# **Full** means every place where the two overlap by at least one pixel. In one dimension,
# `[1, 2]` and `[3, 4]` give `[3, 10, 8]`, just as (1 + 2t)(3 + 4t) = 3 + 10t + 8t²: full convolution
# multiplies polynomials.

# %% [markdown]
# ### {convolution.full_conv2d}
#
# Write `full_conv2d(A, B)`: the full true convolution, `(H, W), (h, w) -> (H + h - 1, W + w - 1)`. Neither
# need be square, and `B` may be larger than `A`, in one direction or in both. Leave both as they are. Not
# allowed: ready-made convolutions (`F.conv2d`, `F.conv_transpose2d` and all the others named in
# {convolution.corr1d}); `F.pad` is allowed.
#
# By hand: `[[1, 2]]` and `[[3, 4]]` give `[[3, 10, 8]]`.

# %% answer="convolution.full_conv2d"
def full_conv2d(A, B):
    """Full true convolution: (H, W), (h, w) -> (H + h - 1, W + w - 1)."""
    ### BEGIN SOLUTION
    h, w = B.shape
    return true_conv2d(F.pad(A, (w - 1, w - 1, h - 1, h - 1)), B)
    ### END SOLUTION

# hint("convolution.full_conv2d")

# %% check="convolution.full_conv2d"
full_conv2d = check("convolution.full_conv2d", full_conv2d)

# %% [markdown]
# ### {convolution.residuals}
#
# Full convolution commutes: $A * B = B * A$. Full cross-correlation, the same without the flip, does not.
# Write `residuals(A, B) -> [r_conv, r_corr]`, two floats: the largest absolute difference between the full
# convolution of A with B and of B with A, and the same for the full cross-correlation. A and B are of any
# two shapes; leave them as they are. Not allowed: ready-made convolutions (`F.conv2d` and all the others
# named in {convolution.corr1d}).
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
residuals = check("convolution.residuals", residuals)

# %% [markdown]
# ## Extra: as a matrix
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
# ### {convolution.toeplitz}
#
# Write `toeplitz(K, height, width)`: the matrix for images of shape `(height, width)`, a tensor of shape
# `(windows, height · width)` with windows = (height - h + 1)(width - w + 1), such that
# `toeplitz(K, *X.shape) @ X.flatten()` equals `corr2d(X, K).flatten()`. Neither image nor kernel need be
# square; every kernel that fits may come, up to one as large as the image. Leave `K` as it is. Not
# allowed: ready-made convolutions (`F.conv2d` and all the others named in {convolution.corr1d}).
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
toeplitz = check("convolution.toeplitz", toeplitz)

# %% [markdown]
# ### {convolution.im2col}
#
# That matrix is nearly all zeros. The other way round is thriftier: make the *image* a matrix and the
# kernel a vector. Write `im2col(X, kernel_size)`, with `kernel_size = (h, w)`: shape `(h · w, windows)`,
# **one row for each entry of the kernel, one column for each window**, both in reading order. Then
# `K.flatten() @ im2col(X, K.shape)` is the output, flattened. (Some texts use the transposed form.)
# Neither image nor kernel need be square; every kernel size that fits may come, up to that of the image.
# Leave `X` as it is.
#
# Not allowed: `F.unfold`, `F.fold`, `nn.Unfold`, `nn.Fold`, and ready-made convolutions (`F.conv2d` and
# all the others named in {convolution.corr1d}). The tensors' own `unfold` is allowed.
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
im2col = check("convolution.im2col", im2col)

# %% [markdown]
# ## Extra: by the Fourier transform
#
# For those who have met the Fourier transform.
#
# The **convolution theorem**: the Fourier transform turns convolution into multiplication, number by
# number. The discrete transform (`torch.fft.fft2`) takes the image to repeat for ever, so what it gives
# is **circular** convolution: a window that leaves the image on one side comes in on the other.
#
# $$Y[i, j] = \sum_{a=0}^{h-1} \sum_{b=0}^{w-1} X[(i-a) \bmod H,\, (j-b) \bmod W]\; K[a, b]$$

# %% [markdown]
# ### {convolution.circular_conv2d}
#
# Write `circular_conv2d(X, K)`, a real tensor of the shape of `X`, with `torch.fft`: pad `K` with zeros,
# below and to the right, to the size of `X`; transform both; multiply; transform back; keep the real part.
# Neither need be square, and the kernel is at most as large as the image. Leave both as they are. The
# Fourier transform must be used. Not allowed: ready-made convolutions (`F.conv2d` and all the others named
# in {convolution.corr1d}).
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
circular_conv2d = check("convolution.circular_conv2d", circular_conv2d)

# %% [markdown]
# ### {convolution.fft_corr2d}
#
# Write `fft_corr2d(X, K)`: the valid cross-correlation, equal to your `corr2d` for the same images and
# kernels, by the Fourier transform of `torch.fft`, in your `circular_conv2d` or anew. Two things stand
# between: the flip, and the windows that wrapped around, which must be cut off. Leave `X` and `K` as they
# are. The Fourier transform must be used. Not allowed: ready-made convolutions (`F.conv2d` and all the
# others named in {convolution.corr1d}).
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
fft_corr2d = check("convolution.fft_corr2d", fft_corr2d)

# %% [markdown]
# The cost of this way hardly depends on the size of the kernel, so it pays for large kernels. For the
# 3 x 3 kernels of most networks, matrix products such as {convolution.im2col} are faster.
#
# **Further reading**
#
# - K. Chellapilla, S. Puri and P. Simard, *High performance convolutional neural networks for document
#   processing*, 2006: convolution as a matrix product.
# - M. Mathieu, M. Henaff and Y. LeCun, *Fast training of convolutional networks through FFTs*, 2013.
