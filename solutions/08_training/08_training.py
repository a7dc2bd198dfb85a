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
# # 08 Training
#
# The same network ends at 60 % or at 90 %, by how it is trained. Here you write what decides that: the
# optimiser, the learning rate's way down, the changes of images. A network of your own trains on them.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 07.
#
# `profile` sets how long the labs train: `smoke` some seconds, `laptop` and `gpu` some minutes. To change
# it, insert a cell of your own below the next one, for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.checks.attempt import attempt
from course_lib.data import load, load_or_default
from course_lib.sections.training import pictures
from course_lib.training.fit import accuracy, fit
from course_lib.training.profile import choose

import math

import torch
import torch.nn.functional as F
from torch import nn

begin("training", globals())

# %% [markdown]
# ## A. First of all: one batch

# %% [markdown]
# ### {training.overfit}
#
# Complete `overfit(model, x, y, optimiser, steps) -> list`. It trains `model`, in train mode, on one and the
# same batch: inputs `x`, of a shape that the model reads, and labels `y`, `(N,)`. Each of the `steps` steps, 0
# or more, clears the gradients, computes the loss (`F.cross_entropy` of the model's logits, called once),
# goes backward and lets the optimiser step. The list holds the loss **before** each step, as plain numbers.
# `x` and `y` stay as they are. The model may hold gradients from before, which do not count.
#
# By hand: ten logits that are all 0 have the loss ln 10 = 2.303, whatever the label is. So for `steps=1` such
# a model gives `[2.303]`, and is another model afterwards.

# %% answer="training.overfit"
def overfit(model, x, y, optimiser, steps):
    """Trains on one batch; the loss before each of the steps, as numbers."""
    model.train()
    losses = []
    for _ in range(steps):
        ### BEGIN SOLUTION
        loss = F.cross_entropy(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        ### END SOLUTION
    return losses

# hint("training.overfit")

# %% check="training.overfit"
overfit = check("training.overfit", overfit)

# %% [markdown]
# ### {training.stuck_choice}
#
# Options follow.

# %% answer="training.stuck_choice"
stuck_choice = ...
### BEGIN SOLUTION
stuck_choice = "C"
### END SOLUTION

# %% check="training.stuck_choice"
stuck_choice = check("training.stuck_choice", stuck_choice)

# %% [markdown]
# ## B. Optimisers

# %% [markdown]
# ### {training.SGD}
#
# Complete `SGD(params, lr, momentum=0.0, weight_decay=0.0)`, equal to `torch.optim.SGD` with these settings.
# `step()` takes no arguments. For each parameter w with gradient g:
#
# - weight decay first: $g + \text{weight\_decay} \cdot w$ is used in place of g;
# - the velocity becomes $v \leftarrow \text{momentum} \cdot v + g$; the first v is g itself;
# - the parameter becomes $w \leftarrow w - \text{lr} \cdot v$, **in place**: the tensor `w` itself changes.
#
# Each parameter has a velocity of its own, kept in `self.state[w]`. Settings are those of the parameter's
# group **at this step**: "lr" may have changed since the last one, and groups may differ. Gradients stay as
# they are; a parameter without gradient is left alone. Not allowed: PyTorch's own optimisers, as classes or
# functions; `torch.optim.Optimizer` is the base class.
#
# By hand: w = 10, lr = 0.1, momentum = 0.9, no decay, the gradient is 2 both times. v = 2, w = 9.8; then v =
# 0.9 · 2 + 2 = 3.8, w = 9.42.

# %% answer="training.SGD"
class SGD(torch.optim.Optimizer):
    """Gradient descent with momentum and weight decay."""

    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]  # a dictionary, at first empty
                ### BEGIN SOLUTION
                g = w.grad + group["weight_decay"] * w
                state["v"] = group["momentum"] * state.get("v", 0) + g
                w -= group["lr"] * state["v"]
                ### END SOLUTION

# hint("training.SGD")

# %% check="training.SGD"
SGD = check("training.SGD", SGD)

# %% [markdown]
# ### {training.Adam}
#
# Complete `Adam(params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8)`, equal to `torch.optim.Adam` with these
# settings. `step()` takes no arguments. As in `SGD`: in place, the settings of the group at this step,
# gradients stay as they are, parameters without gradient are left alone. `state` holds of each parameter the
# number of its steps `t`, at first 0, and the two averages `m` and `v`, at first zeros. Not allowed:
# PyTorch's own optimisers, as classes or functions; `torch.optim.Optimizer` is the base class.
#
# By hand: w = 1, lr = 0.1, the first gradient is -5. m = 0.1 · (-5) = -0.5, corrected -0.5 / 0.1 = -5; v =
# 0.001 · 25, corrected 25. The step is 0.1 · (-5) / (5 + eps): w = 1.1. The first step is always lr long,
# whatever the gradient's size.

# %% answer="training.Adam"
class Adam(torch.optim.Optimizer):
    """Steps by the mean gradient over the root of the mean square (Kingma and Ba, 2015)."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for w in group["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]
                if not state:
                    state.update(t=0, m=torch.zeros_like(w), v=torch.zeros_like(w))
                ### BEGIN SOLUTION
                state["t"] += 1
                state["m"] = beta1 * state["m"] + (1 - beta1) * w.grad
                state["v"] = beta2 * state["v"] + (1 - beta2) * w.grad**2
                m = state["m"] / (1 - beta1 ** state["t"])
                v = state["v"] / (1 - beta2 ** state["t"])
                w -= group["lr"] * m / (v.sqrt() + group["eps"])
                ### END SOLUTION

# hint("training.Adam")

# %% check="training.Adam"
Adam = check("training.Adam", Adam)

# %% [markdown]
# ## C. The learning rate's way down

# %% [markdown]
# ### {training.cosine}
#
# Write `cosine(step, total, first, last=0.0)`: the learning rate at `step`, a number. It falls (or rises)
# from `first` at step 0 to `last` at step `total` along half a cosine:
#
# $$\text{last} + (\text{first} - \text{last}) \cdot \frac{1 + \cos(\pi \cdot \text{step} / \text{total})}{2}$$
#
# `total` is at least 1 and `step` at least 0. Beyond `total` the formula goes on and the rate comes back, as in
# PyTorch's `CosineAnnealingLR`. `math.cos` and `math.pi` do. Not allowed: PyTorch's schedulers
# (`torch.optim.lr_scheduler`) and `course_lib`.
#
# By hand: from 0.1 to 0 in 10 steps. Step 0: 0.1; step 5: cos(π/2) = 0, so 0.05; step 10: 0; step 20: 0.1.

# %% answer="training.cosine"
def cosine(step, total, first, last=0.0):
    """The learning rate at a step, along half a cosine from first to last."""
    ### BEGIN SOLUTION
    return last + (first - last) * (1 + math.cos(math.pi * step / total)) / 2
    ### END SOLUTION

# hint("training.cosine")

# %% check="training.cosine"
cosine = check("training.cosine", cosine)

# %% [markdown]
# ### {training.one_cycle}
#
# Write `one_cycle(step, total, max_lr)`: the rate, a number, at step 0 … total - 1; `total` is at least 10. It
# rises along half a cosine from max_lr / 25 at step 0 to max_lr at the **peak**, then falls along half a
# cosine to max_lr / 25 / 10,000 at the last step, `total - 1`. The peak is at 0.3 · total - 1, as in PyTorch's
# `OneCycleLR`; it may lie between two steps. Your `cosine` does both halves. Not allowed: PyTorch's schedulers
# (`torch.optim.lr_scheduler`) and `course_lib`.
#
# By hand: total = 10, max_lr = 1. The peak is at step 2. Rates at the steps 0, 1 and 2: 0.04, 0.52 (half way
# between 0.04 and 1) and 1; at step 9 it is 0.000004.

# %% answer="training.one_cycle"
def one_cycle(step, total, max_lr):
    """The learning rate at a step of 0 ... total - 1: up to max_lr, and down."""
    ### BEGIN SOLUTION
    peak, least = 0.3 * total - 1, max_lr / 25
    if step <= peak:
        return cosine(step, peak, least, max_lr)
    return cosine(step - peak, total - 1 - peak, max_lr, least / 10_000)
    ### END SOLUTION

# hint("training.one_cycle")

# %% check="training.one_cycle"
one_cycle = check("training.one_cycle", one_cycle)

# %% [markdown]
# ## D. Other images each time

# %% [markdown]
# ### {training.random_flip}
#
# Write `random_flip(images, generator)`: each image is mirrored **left to right** with probability ½, each by
# its own draw.

# %% answer="training.random_flip"
def random_flip(images, generator):
    """Each image mirrored left to right with probability 1/2: (N, C, H, W) -> the same."""
    ### BEGIN SOLUTION
    draws = torch.rand(len(images), 1, 1, 1, generator=generator, device=images.device)
    return torch.where(draws < 0.5, images.flip(3), images)
    ### END SOLUTION

# hint("training.random_flip")

# %% check="training.random_flip"
random_flip = check("training.random_flip", random_flip)

# %% [markdown]
# ### {training.random_crop}
#
# Write `random_crop(images, padding, generator)`: put `padding` rows or columns of zeros on all four sides
# of each image, and cut the old size, `(H, W)`, out of it again, for each image at a place of its own. All (2 ·
# padding + 1)² places are equally likely. `padding` is 0 or more.
#
# By hand: a row of pixels `[1, 2, 3]` with padding 1 is `[0, 1, 2, 3, 0]`; the three places give `[0, 1, 2]`,
# `[1, 2, 3]` and `[2, 3, 0]`.

# %% answer="training.random_crop"
def random_crop(images, padding, generator):
    """Each image shifted by up to `padding` pixels: (N, C, H, W) -> the same."""
    ### BEGIN SOLUTION
    n, _, H, W = images.shape
    padded, places = F.pad(images, (padding,) * 4), 2 * padding + 1
    draws = torch.randint(places, (n, 2), generator=generator, device=images.device).tolist()
    return torch.stack([image[:, i : i + H, j : j + W] for image, (i, j) in zip(padded, draws)])
    ### END SOLUTION

# hint("training.random_crop")

# %% check="training.random_crop"
random_crop = check("training.random_crop", random_crop)

# %% [markdown]
# ### {training.cutout}
#
# Write `cutout(images, size, generator)`: in each image a square of `size` x `size` pixels becomes 0, in all
# its channels. Its centre is any of the H · W pixels, all equally likely, for each image another draw; what
# would lie outside of the image is cut off. With the centre in row c the square begins in row c - size // 2
# (for an even size, one row further down is right as well), and so for columns. `size` is at least 1.

# %% answer="training.cutout"
def cutout(images, size, generator):
    """A black square in each image, centred on any pixel: (N, C, H, W) -> the same."""
    ### BEGIN SOLUTION
    n, _, H, W = images.shape
    draws = torch.rand(n, 2, generator=generator, device=images.device).tolist()
    images = images.clone()
    for image, (y, x) in zip(images, draws):
        top, left = int(y * H) - size // 2, int(x * W) - size // 2
        image[:, max(top, 0) : top + size, max(left, 0) : left + size] = 0
    return images
    ### END SOLUTION

# hint("training.cutout")

# %% check="training.cutout"
cutout = check("training.cutout", cutout)

# %% [markdown]
# ## E. The engine, line by line

# %% [markdown]
# ### {training.fair_choice}
#
# Options follow.

# %% answer="training.fair_choice"
fair_choice = ...
### BEGIN SOLUTION
fair_choice = "B"
### END SOLUTION

# %% check="training.fair_choice"
fair_choice = check("training.fair_choice", fair_choice)

# %% [markdown]
# ## F. A network of your own

# %% [markdown]
# ### {training.own_net}
#
# Write `own_net()`: it returns a network of your own, untrained, `(N, 3, 32, 32) -> (N, 10)`, with at least
# three `nn.Conv2d`, at least one `nn.BatchNorm2d` and one `nn.Dropout` (or `nn.Dropout2d`).

# %% answer="training.own_net" tags=["nbval-ignore-output"]
def own_net():
    """An untrained network of your own: (N, 3, 32, 32) -> (N, 10)."""
    ### BEGIN SOLUTION
    def block(inputs, outputs):
        conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        return conv, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)

    blocks = (*block(3, 16), *block(16, 32), *block(32, 64))
    return nn.Sequential(*blocks, nn.Flatten(), nn.Dropout(0.2), nn.Linear(64 * 4 * 4, 10))
    ### END SOLUTION

# hint("training.own_net")

# %% check="training.own_net"
own_net = check("training.own_net", own_net)

# %% [markdown]
# ## Extra: more than one seed

# %% [markdown]
# ### {training.report}
#
# Write `report(runs) -> (mean, lowest, highest)`. `runs` is a list, one entry a seed; each entry is a pair of
# lists of the same length: the validation accuracies and the test accuracies by epoch. Each seed counts with
# the test accuracy of the epoch that is best **on validation**, the first of equals. Return the mean of these
# numbers over the seeds, their least and their greatest.
#
# By hand: `[([0.6, 0.8, 0.7], [0.5, 0.7, 0.9])]` is one seed, whose second epoch is best on validation: `(0.7,
# 0.7, 0.7)`, not 0.9.

# %% answer="training.report"
def report(runs):
    """Test accuracy at the epoch best on validation: mean, lowest, highest of the seeds."""
    ### BEGIN SOLUTION
    found = [test[validation.index(max(validation))] for validation, test in runs]
    return sum(found) / len(found), min(found), max(found)
    ### END SOLUTION

# hint("training.report")

# %% check="training.report"
report = check("training.report", report)

# %% [markdown]
# ## Extra: weight decay beside Adam

# %% [markdown]
# ### {training.AdamW}
#
# Complete `AdamW(params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2)`, equal to
# `torch.optim.AdamW` with these settings.

# %% answer="training.AdamW"
class AdamW(torch.optim.Optimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, settings)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for w in group["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]
                if not state:
                    state.update(t=0, m=torch.zeros_like(w), v=torch.zeros_like(w))
                ### BEGIN SOLUTION
                w *= 1 - group["lr"] * group["weight_decay"]
                state["t"] += 1
                state["m"] = beta1 * state["m"] + (1 - beta1) * w.grad
                state["v"] = beta2 * state["v"] + (1 - beta2) * w.grad**2
                m = state["m"] / (1 - beta1 ** state["t"])
                v = state["v"] / (1 - beta2 ** state["t"])
                w -= group["lr"] * m / (v.sqrt() + group["eps"])
                ### END SOLUTION

# hint("training.AdamW")

# %% check="training.AdamW"
AdamW = check("training.AdamW", AdamW)

# %% [markdown]
# ## Extra: a schedule by steps

# %% [markdown]
# ### {training.step_decay}
#
# Write `step_decay(step, first, every, factor=0.1)`: the rate, a number. It is `first` at the steps 0 … every
# - 1, then `first · factor` for as many steps, then `first · factor²`, and so on. `step` ≥ 0 and `every` ≥ 1.
# Not allowed: PyTorch's schedulers (`torch.optim.lr_scheduler`) and `course_lib`.
#
# By hand: first = 0.5, every = 3. Steps 0, 1, 2: 0.5; steps 3, 4, 5: 0.05; step 6: 0.005.

# %% answer="training.step_decay"
def step_decay(step, first, every, factor=0.1):
    """The learning rate at a step: times `factor` every so many steps."""
    ### BEGIN SOLUTION
    return first * factor ** (step // every)
    ### END SOLUTION

# hint("training.step_decay")

# %% check="training.step_decay"
step_decay = check("training.step_decay", step_decay)

# %% [markdown]
# ## Extra: more ways to augment

# %% [markdown]
# ### {training.colour_jitter}
#
# Write `colour_jitter(images, strength, generator)`. `images` is a tensor of floats in [0, 1], `(N, C, H, W)`,
# with any number of channels. Each channel of each image is multiplied by a factor of its own, drawn evenly
# from [1 - strength, 1 + strength], with 0 ≤ strength ≤ 1; then numbers above 1 become 1.

# %% answer="training.colour_jitter"
def colour_jitter(images, strength, generator):
    """Each channel of each image times a factor near 1: (N, C, H, W) -> the same."""
    ### BEGIN SOLUTION
    draws = torch.rand(*images.shape[:2], 1, 1, generator=generator, device=images.device)
    return (images * (1 + strength * (2 * draws - 1))).clamp(0, 1)
    ### END SOLUTION

# hint("training.colour_jitter")

# %% check="training.colour_jitter"
colour_jitter = check("training.colour_jitter", colour_jitter)

# %% [markdown]
# ## Extra: a simple CNN

# %% [markdown]
# ### {training.SimpleCNN}
#
# Write `SimpleCNN(kernel=3, bias=True, num_classes=10)`: `(N, 3, 32, 32) -> (N, num_classes)`, of two
# `nn.Sequential`:
#
# - `features`: three times [`nn.Conv2d`, `nn.BatchNorm2d`, `nn.ReLU`, `nn.MaxPool2d(2)`], with 32, 64 and 128
#   output channels. `kernel` is odd; the padding keeps height and width. `bias` is that of the convolutions.
# - `classifier`: `nn.Flatten`, `nn.Linear` to 256, `nn.ReLU`, `nn.Dropout(0.5)`, `nn.Linear` to `num_classes`.

# %% answer="training.SimpleCNN"
class SimpleCNN(nn.Module):
    """Three blocks and two dense layers: (N, 3, 32, 32) -> (N, num_classes)."""

    def __init__(self, kernel=3, bias=True, num_classes=10):
        super().__init__()
        ### BEGIN SOLUTION
        layers = []
        for inputs, outputs in ((3, 32), (32, 64), (64, 128)):
            conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
            layers += [conv, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*layers)
        dense = (nn.Linear(2048, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, num_classes))
        self.classifier = nn.Sequential(nn.Flatten(), *dense)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.classifier(self.features(x))
        ### END SOLUTION

# hint("training.SimpleCNN")

# %% check="training.SimpleCNN"
SimpleCNN = check("training.SimpleCNN", SimpleCNN)

# %% [markdown]
# ## Extra: what the first layer sees

# %% [markdown]
# ### {training.filters_as_images}
#
# Write `filters_as_images(weight)`: `(F, 3, h, w) -> (F, h, w, 3)`, F filters of a first layer as pictures with
# the channels last. Each filter is scaled by its own least and greatest number, taken over all its 3 · h · w
# numbers, to [0, 1]; a filter whose numbers are all equal becomes 0.5 everywhere. `weight` stays as it is.

# %% answer="training.filters_as_images"
def filters_as_images(weight):
    """Filters of a first layer as pictures in [0, 1]: (F, 3, h, w) -> (F, h, w, 3)."""
    ### BEGIN SOLUTION
    low, high = weight.amin((1, 2, 3), keepdim=True), weight.amax((1, 2, 3), keepdim=True)
    scaled = torch.where(high > low, (weight - low) / (high - low), 0.5)
    return scaled.permute(0, 2, 3, 1)
    ### END SOLUTION

# hint("training.filters_as_images")

# %% check="training.filters_as_images"
filters_as_images = check("training.filters_as_images", filters_as_images)

# %% [markdown]
# ## Extra: activations

# %% [markdown]
# ### {training.activation}
#
# Write `activation(z, kind) -> (value, slope)`: two tensors of the shape of `z`, which is a tensor of floats of
# any shape. `kind` is `"relu"`, `"leaky"` (slope 0.01 for negative z) or `"gelu"` (z · Φ(z)). The slope is the
# derivative, in closed form; at z = 0, where ReLU and leaky ReLU have a kink, any number from the slope on the
# left to that on the right is right.

# %% answer="training.activation"
def activation(z, kind):
    """Value and slope of "relu", "leaky" or "gelu", each of the shape of z."""
    ### BEGIN SOLUTION
    if kind == "gelu":
        below = (1 + torch.erf(z / math.sqrt(2))) / 2
        density = torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
        return z * below, below + z * density
    slope = torch.where(z > 0, 1.0, 0.0 if kind == "relu" else 0.01)
    return z * slope, slope
    ### END SOLUTION

# hint("training.activation")

# %% check="training.activation"
activation = check("training.activation", activation)

# %% [markdown]
# ### {training.dead_units}
#
# Write `dead_units(z) -> int`. `z` has shape `(N, U)`: what U units compute of N inputs, before their ReLU.
# Count the units that let no input pass: their z is 0 or less for all N inputs.
#
# By hand: `[[-1, 2], [0, -3]]`. The first unit has -1 and 0 and is dead, the second passes 2: the answer is 1.

# %% answer="training.dead_units"
def dead_units(z):
    """How many of the units let no input pass: (N, U) -> int."""
    ### BEGIN SOLUTION
    return int((z <= 0).all(dim=0).sum())
    ### END SOLUTION

# hint("training.dead_units")

# %% check="training.dead_units"
dead_units = check("training.dead_units", dead_units)
