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
# # 05 LeNet
#
# Now the parts come together: a whole network, images for it, and the loop that trains it. At the end you
# train one of your own.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 04.
#
# `profile` sets how long the labs train: `smoke` some seconds, `laptop` and `gpu` some minutes. To change
# it, insert a cell of your own below the next one, for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, earlier, hint, quiz, score
from course_lib.checks.attempt import attempt
from course_lib.data import load, load_or_default
from course_lib.sections.lenet import pictures, variants
from course_lib.training import augment
from course_lib.training.fit import accuracy, fit
from course_lib.training.profile import choose

import math
import time

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

begin("lenet", globals())

# %% [markdown]
# ## What you will be able to do
#
# - build LeNet, and say where its parameters are;
# - say which images may be used for what;
# - choose first weights with which a signal neither dies out nor explodes;
# - write the training loop and the evaluation, without the errors that nobody reports;
# - design and train a network, and find out why one does not work.

# %% [markdown]
# ## A. The architecture
#
# Convolutions and poolings alternate: feature maps get smaller and more numerous. Then all numbers are
# laid out in one vector, and dense layers decide. **LeNet** read the digits on cheques in the 1990s.

# %% tags=["demo", "nbval-ignore-output"]
pictures.idea()

# %% [markdown]
# *Height is the size of the maps, width their number. Below each layer stand its parameters.* AlexNet
# (2012) and VGG (2014) have this form, too; most networks since then replace nearly all of the dense part
# by the global average pooling of section 04.
#
# | stage | module | shape after it, for one image |
# |---|---|---|
# | 0 | convolution, 6 output channels, 5 x 5, padding 2 | `(1, 6, 28, 28)` |
# | 1 | activation | `(1, 6, 28, 28)` |
# | 2 | pooling, 2 x 2, stride 2 | `(1, 6, 14, 14)` |
# | 3 | convolution, 16 output channels, 5 x 5, no padding | `(1, 16, 10, 10)` |
# | 4 | activation | `(1, 16, 10, 10)` |
# | 5 | pooling, 2 x 2, stride 2 | `(1, 16, 5, 5)` |
# | 6 | flatten | `(1, 400)` |
# | 7, 8 | dense, 120 units; activation | `(1, 120)` |
# | 9, 10 | dense, 84 units; activation | `(1, 84)` |
# | 11 | dense, 10 units, one for each class | `(1, 10)` |

# %% [markdown]
# ### {lenet.net_numbers}
#
# Give a list of six integers: the parameters, biases included, of the two convolutions and the three
# dense layers in their order, and last their sum. The first is 156: six kernels of 5 · 5 weights and six
# biases. You may write products and let Python multiply.

# %% answer="lenet.net_numbers"
net_numbers = ...
### BEGIN SOLUTION
net_numbers = [6 * 26, 16 * (6 * 25 + 1), 120 * 401, 84 * 121, 10 * 85]
net_numbers = [*net_numbers, sum(net_numbers)]
### END SOLUTION

# hint("lenet.net_numbers")

# %% check="lenet.net_numbers"
net_numbers = check("lenet.net_numbers", net_numbers)

# %% [markdown]
# The LeNet-5 of 1998 had about 60,000. Its second convolution joined most output maps to some of the six
# input maps only, its poolings had a weight and a bias for each map, its activation was a scaled tanh, and
# its output layer compared with drawn digits. The form above is the one that is taught today.

# %% [markdown]
# ### {lenet.LeNet}
#
# Write the rest of the constructor of `LeNet(nn.Module)`. `activation`, by default `"sigmoid"`, may also be
# `"tanh"` or `"relu"`, and counts for all four activations; `pooling`, by default `"avg"`, may be `"max"`,
# for both poolings. `act` and `pool` are PyTorch's classes for them.
#
# Make `self.net`, **one `nn.Sequential` of the twelve modules, in the order of the table**. So the weights
# get the names `net.0.weight`, `net.3.weight`, `net.7.weight` and so on. `forward` is there:
# `(N, 1, 28, 28) -> (N, 10)`, for any N ≥ 1. The ten numbers are **logits**: no activation and no softmax
# follows the last layer; part D says why. Gradients must reach all weights. Not allowed: `course_lib` and
# `torchvision`.
#
# By hand: in a `nn.Sequential(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.MaxPool2d(2))` the modules have the
# numbers 0, 1 and 2; of these only 0 has weights.

# %% answer="lenet.LeNet"
class LeNet(nn.Module):
    """LeNet in several variants: (N, 1, 28, 28) -> (N, 10)."""

    def __init__(self, activation="sigmoid", pooling="avg"):
        super().__init__()
        act = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}[activation]
        pool = {"avg": nn.AvgPool2d, "max": nn.MaxPool2d}[pooling]
        ### BEGIN SOLUTION
        self.net = nn.Sequential(
            *(nn.Conv2d(1, 6, kernel_size=5, padding=2), act(), pool(2)),
            *(nn.Conv2d(6, 16, kernel_size=5), act(), pool(2), nn.Flatten()),
            *(nn.Linear(400, 120), act(), nn.Linear(120, 84), act(), nn.Linear(84, 10)),
        )
        ### END SOLUTION

    def forward(self, x):
        return self.net(x)

# hint("lenet.LeNet")

# %% check="lenet.LeNet"
LeNet = check("lenet.LeNet", LeNet)

# %% [markdown]
# ### LeNet on the convolution and pooling that you wrote
#
# All of its parts but the dense layers you have written yourself: `corr2d` in section 01, the sum over
# channels in 03, average pooling in 04. `earlier` takes them from your notebooks of these sections, as you
# saved them, and checks them; where one does not pass, or is not there, the course's serves.

# %% tags=["demo", "nbval-ignore-output"]
corr2d = earlier("convolution.corr2d")
convolve = earlier("channels.corr2d_multi_in_out", corr2d=corr2d)
avg_pool2d = earlier("pooling.avg_pool2d")

def by_hand(net, maps):
    for layer in net:
        if isinstance(layer, nn.Conv2d):
            padded = F.pad(maps, [layer.padding[0]] * 4)
            maps = torch.stack([convolve(image, layer.weight) for image in padded])
            maps = maps + layer.bias[:, None, None]
        elif isinstance(layer, nn.AvgPool2d):
            maps = avg_pool2d(maps, (2, 2), (2, 2), (0, 0))
        else:
            maps = layer(maps)
    return maps

# %% [markdown]
# Twenty images, layer by layer on your functions, then on PyTorch's:

# %% tags=["demo", "nbval-ignore-output"]
def timed(run):
    start = time.perf_counter()
    with torch.no_grad():
        return run(images), time.perf_counter() - start

torch.manual_seed(0)
net, images = LeNet().net, torch.rand(20, 1, 28, 28)
(yours, slow), (torchs, fast) = timed(lambda x: by_hand(net, x)), timed(net)
print(f"largest difference of the logits: {(yours - torchs).abs().max():.0e}")
print(f"{slow:.1f} s and {fast:.4f} s: {slow / fast:.0f} times as long")

# %% [markdown]
# The same logits but for rounding, and hundreds of times slower, though both do the same multiply-adds.
# An image has 6 · 28 · 28 windows in the first convolution and 16 · 6 · 10 · 10 in the second, 14,304
# together. A loop over them pays for some steps of Python at each one, a few microseconds every time.
# PyTorch takes all of them in one call of compiled code.

# %% [markdown]
# ## B. Data, and who may see what
#
# The course draws its own images, **glyphs**: the digits 0 to 9 in the fonts that come with matplotlib,
# moved, turned and blurred, grey, 28 x 28 pixels. There are always new ones. (If you have fetched MNIST's
# handwritten digits with `course prefetch`, `data = load("mnist")` works as well.)

# %% tags=["nbval-ignore-output"]
data = load("glyphs")
print(data.source)

# %% tags=["demo", "nbval-ignore-output"]
pictures.some_images({data.name: data})

# %% [markdown]
# *Two training images of each class.* A set has three parts:
#
# - from the **training** part the weights are learned;
# - by the **validation** part everything else is *chosen*: epochs, learning rate, architecture;
# - the **test** part is looked at once, at the very end: what has chosen something tests it no more.

# %% [markdown]
# ### {lenet.split_choice}
#
# You have trained twenty networks with different settings. For each you know the accuracy on the
# validation part; its accuracy on the test part can be computed. One number shall say how good the
# network that you hand over will be on new images. Which?
#
# - **A** The best validation accuracy of all twenty: it belongs to the settings chosen.
# - **B** The test accuracy of all twenty, and of these the best.
# - **C** The test accuracy of the settings with the best validation accuracy.
# - **D** The mean of its validation and its test accuracy, which uses more images.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="lenet.split_choice"
split_choice = ...
### BEGIN SOLUTION
split_choice = "C"
### END SOLUTION

# %% check="lenet.split_choice"
split_choice = check("lenet.split_choice", split_choice)

# %% [markdown]
# ### {lenet.normalise_parts}
#
# Networks learn better if each channel has mean 0 and standard deviation 1. Write
# `normalise_parts(train, validation, test)`: three tensors of floats of shape `(N, C, H, W)`, with the
# same C, H and W (H ≠ W is possible) and each with an N ≥ 1 of its own. It returns the three in this
# order, normalised for each channel with the mean and the standard deviation **of the training part**,
# taken over its images, rows and columns. The deviation is the one that divides by n, `unbiased=False`;
# it is never 0. The three tensors that come in stay as they are.
#
# By hand: one channel, training pixels 0 and 2: mean 1, deviation 1. They become -1 and 1; a test pixel
# 4 becomes 3.

# %% answer="lenet.normalise_parts"
def normalise_parts(train, validation, test):
    """Three parts (N, C, H, W), normalised by the statistics of the first."""
    ### BEGIN SOLUTION
    mean = train.mean(dim=(0, 2, 3), keepdim=True)
    std = train.std(dim=(0, 2, 3), keepdim=True, unbiased=False)
    return [(part - mean) / std for part in (train, validation, test)]
    ### END SOLUTION

# hint("lenet.normalise_parts")

# %% check="lenet.normalise_parts"
normalise_parts = check("lenet.normalise_parts", normalise_parts)

# %% [markdown]
# Extra to this part: {lenet.split_indices}.

# %% [markdown]
# ## C. The first weights
#
# Training starts from random weights. How large? Each output is a sum over **fan_in** numbers, those
# that it reads; each input number goes on to **fan_out** outputs. If the weights have variance v, the
# variance of a sum is about fan_in · v times the mean square of what it reads. Backwards, the same holds
# for gradients, with fan_out. Over many layers a factor of 2 or ½ in each decides. Try all of them:

# %% tags=["demo", "nbval-ignore-output"]
pictures.signal()

# %% [markdown]
# *The variance of z, the sums before the activation, from layer to layer, on a logarithmic scale: of all
# numbers (dots), and of one unit's from input to input (squares).*
#
# - **Xavier** (Glorot and Bengio, 2010): variance 2 / (fan_in + fan_out), between the two directions.
#   Without activations it keeps the signal. Tanh makes large numbers smaller, and the signal fades slowly;
#   times 5 / 3, PyTorch's gain for tanh, it settles.
# - **He** (He and others, 2015): variance 2 / fan_in. ReLU cuts off half of the mean square; the 2
#   makes up for that.
# - **Sigmoid** loses the input. Its values stay near ½, its slope is at most ¼: from layer to layer
#   the differences between inputs have about 1/16 of their variance left, while z as a whole settles.

# %% [markdown]
# ### {lenet.init_std}
#
# Write `init_std(shape, scheme)`: the standard deviation, a number, for first weights of this shape.
# `scheme` is `"xavier"` or `"he"`. `shape` is a tuple as PyTorch has it: `(out, in)` for a dense layer,
# `(out, in, k)` or `(out, in, h, w)` for a convolution in one or two dimensions, square or not. The kernel
# counts: an output reads `in` whole windows, and an input number reaches `out` times as many outputs as
# the kernel has places. Not allowed: `torch.nn` (with `torch.nn.init`).
#
# By hand: a dense weight `(3, 5)`: fan_in 5, fan_out 3, Xavier √(2 / 8) = 0.5. A convolution
# `(3, 5, 2, 2)`: fan_in 20, fan_out 12.

# %% answer="lenet.init_std"
def init_std(shape, scheme):
    """Standard deviation of the first weights of a layer."""
    ### BEGIN SOLUTION
    places = math.prod(shape[2:])
    fan_in, fan_out = shape[1] * places, shape[0] * places
    return math.sqrt(2 / (fan_in + fan_out) if scheme == "xavier" else 2 / fan_in)
    ### END SOLUTION

# hint("lenet.init_std")

# %% check="lenet.init_std"
init_std = check("lenet.init_std", init_std)

# %% [markdown]
# Extra to this part: {lenet.variances}.

# %% [markdown]
# ## D. The training loop
#
# What is to become small? **Softmax** makes probabilities of logits, $p_k = e^{z_k} / \sum_j e^{z_j}$. The
# **cross-entropy** of an image is $-\ln p$ of its right class: 0 for a network that is sure and right,
# ln 10 = 2.30 for one that guesses among ten. `F.cross_entropy(logits, labels)` does both, and gives the
# mean over the images.
#
# An **epoch** shows each training image once, in **batches**. For each batch: **clear** the gradients,
# **forward**, **loss**, **backward**, **step**. Four things go wrong silently: the loop runs, the loss
# even falls, and the result is worse than it should be.
#
# 1. Gradients are not cleared: `backward()` *adds* to `.grad`.
# 2. A softmax stands before the cross-entropy, which has one of its own. Look at what is left of the
#    gradient when a network is sure and wrong:

# %% tags=["demo", "nbval-ignore-output"]
pictures.double_softmax()

# %% [markdown]
# *Gradients of the loss for one image with three classes, without and with a second softmax.*
#
# 3. The mode is the wrong one. Some layers (part E has two) compute one thing after `model.train()` and
#    another after `model.eval()`.
# 4. Means of batches are averaged as if all batches were of one size:

# %% tags=["demo", "nbval-ignore-output"]
pictures.averages()

# %% [markdown]
# *100 images whose last twelve are hard; each bar is a batch, as wide as it has images.* The mean of the
# means depends on the batch size, the mean of the images does not. For which sizes do they agree?

# %% [markdown]
# ### {lenet.train_epoch}
#
# Write `train_epoch(model, images, labels, batch_size, lr) -> (loss, accuracy)`: one epoch.
#
# - `images`, `(N, 1, H, W)`, are normalised and shuffled already: **take them as they come**,
#   `batch_size` at a time. The last batch may be smaller, and `batch_size` larger than N.
# - `model(x)` gives logits. Call it once for each batch, in train mode; it may come in eval mode. Its
#   weights may hold gradients from before.
# - The loss is the cross-entropy, mean over the batch; the steps are plain gradient descent,
#   `torch.optim.SGD` with this `lr` alone.
# - Return two numbers, both as met on the way, from the logits that the steps were made with: the mean
#   loss of all images, and the share classified right, in [0, 1].
# - Leave `images` and `labels` as they are.
#
# By hand: batches of 2 and 1 images with mean losses 0.9 and 0.3 give (2 · 0.9 + 1 · 0.3) / 3 = 0.7. If
# one image of the first batch and the one of the second are right, the accuracy is 2 / 3.

# %% answer="lenet.train_epoch"
def train_epoch(model, images, labels, batch_size, lr):
    """Trains a model by one pass over the images: -> (mean loss, accuracy)."""
    ### BEGIN SOLUTION
    model.train()
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    total_loss = right = 0.0
    for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        optimiser.zero_grad()
        logits = model(x)
        loss = F.cross_entropy(logits, y)
        loss.backward()
        optimiser.step()
        total_loss += loss.item() * len(x)
        right += (logits.argmax(1) == y).sum().item()
    return total_loss / len(images), right / len(images)
    ### END SOLUTION

# hint("lenet.train_epoch")

# %% check="lenet.train_epoch"
train_epoch = check("lenet.train_epoch", train_epoch)

# %% [markdown]
# ### {lenet.evaluate}
#
# Write `evaluate(model, images, labels, batch_size) -> (loss, accuracy)`, two numbers: the mean
# cross-entropy of all images, `(N, 1, H, W)`, and the share classified right, in [0, 1]. The model, which
# may come in train mode, is asked in eval mode, once for each batch: `batch_size` images at a time as they
# come, the last batch smaller if need be. Nothing is trained, and no gradients are recorded
# (`torch.no_grad()`). Leave `images`, `labels` and the weights as they are.
#
# By hand: 157 batches, the last one smaller, hold 10,000 images, of which 9,900 are right. The accuracy
# is 9,900 / 10,000 = 0.99. Divided by the number of batches it would be 63, which reads like a
# percentage.

# %% answer="lenet.evaluate"
def evaluate(model, images, labels, batch_size):
    """Mean loss and accuracy of a model on all images."""
    ### BEGIN SOLUTION
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(x) for x in images.split(batch_size)])
    loss = F.cross_entropy(logits, labels).item()  # of all images at once: no means of means
    return loss, (logits.argmax(1) == labels).double().mean().item()
    ### END SOLUTION

# hint("lenet.evaluate")

# %% check="lenet.evaluate"
evaluate = check("lenet.evaluate", evaluate)

# %% [markdown]
# Now your loop trains your LeNet, and the validation part says how it goes:

# %% tags=["demo", "nbval-ignore-output"]
def train_lenet():
    few, held_out = data.train.take(1500), data.validation.take(500)
    torch.manual_seed(0)
    model = LeNet("relu", "max")
    for epoch in range(1, 7):
        order = torch.randperm(len(few))
        loss, right = train_epoch(model, few.inputs()[order], few.labels[order], 16, lr=0.1)
        print(f"epoch {epoch}: training loss {loss:.3f}, accuracy {right:.1%};", end=" ")
        _, right = evaluate(model, held_out.inputs(), held_out.labels, 200)
        print(f"validation accuracy {right:.1%}")

attempt(train_lenet, "train_epoch, evaluate")

# %% [markdown]
# ## E. Lab: a network of your own
#
# Design a network that is better than LeNet. More channels help, smaller kernels, a third convolution; and
# three things of which later sections tell more:
#
# - **batch norm**, `nn.BatchNorm2d(channels)` after a convolution: in train mode it normalises each channel
#   by the mean and deviation of the batch, in eval mode by their averages from training;
# - **dropout**, `nn.Dropout(0.3)` before a dense layer: in train mode it sets that share of the numbers to 0,
#   others each time, in eval mode none;
# - **augmentation**, `augment=augment.random_crop(2)`: the training images are moved a little, otherwise in
#   each epoch.
#
# The course's `fit` (in `course_lib/training/fit.py`) is your loop with four additions: it shuffles; instead
# of plain gradient descent it takes **Adam**, which scales each weight's step by how large its gradients
# have been; the learning rate falls to 0; and the weights of the epoch with the best validation accuracy
# are kept. The stop button ends it. The next cell trains by it, on all training images, and saves the
# weights with the `mean` and `std` of the training part in one file beside the notebook. **safetensors** is
# a format that holds tensors by name, and no code.

# %%
usual = choose(profile, smoke=5, laptop=15, gpu=15)

def train_and_save(make_net, epochs=usual, **settings):
    """Trains a net by fit and saves it; does nothing while work is marked."""
    torch.manual_seed(0)
    try:
        net = make_net()
    except NotImplementedError:
        print("own_net is not written yet.")
        return
    history = fit(net, data.train, data.validation, epochs=epochs, **settings)
    if len(history):
        statistics = {"mean": torch.tensor(data.mean), "std": torch.tensor(data.std)}
        about = {"trained_on": data.name}
        save_file({**net.state_dict(), **statistics}, "own_net.safetensors", metadata=about)

# %% [markdown]
# ### {lenet.predict}
#
# Write
#
# - `own_net()`: returns your network, untrained, `(N, 1, 28, 28) -> (N, 10)`;
# - the rest of `predict(images)`, which reads the file, by its name alone, each time it is called. `images`
#   is uint8, `(N, 1, 28, 28)`, with pixels 0 … 255 and any N ≥ 1. Divide them by 255, normalise them by the
#   saved `mean` and `std`, and return the logits of your network with the saved weights, in eval mode: an
#   image gets the same logits whichever others come with it. Leave `images` as they are.
#
# Choose by the validation part. The last line of the cell trains; it takes `epochs`, `lr`, `batch_size`,
# `augment` and the other settings of `fit`.
#
# **Hand in `own_net.safetensors`, of at most 24 MiB, together with the notebook.** Nothing trains when your
# work is marked: `predict` is asked for the logits of glyphs that are drawn anew. Credit begins at 85 %
# right, the whole is earned from 95 % on. If you trained on MNIST, and the grader has it, moved test images
# of MNIST count instead, from 98.3 % to 99.0 %.
#
# By hand: a pixel 255 with mean 0.13 and std 0.31 becomes (1 - 0.13) / 0.31 = 2.81.

# %% answer="lenet.predict" tags=["nbval-ignore-output"]
def own_net():
    """An untrained network of your own: (N, 1, 28, 28) -> (N, 10)."""
    ### BEGIN SOLUTION
    def block(inputs, outputs):
        conv = nn.Conv2d(inputs, outputs, 3, padding=1)
        return conv, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)

    blocks = (*block(1, 16), *block(16, 32), *block(32, 64))
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(64 * 3 * 3, 10))
    ### END SOLUTION

def predict(images):
    """Logits of the trained network: uint8 (N, 1, 28, 28) -> (N, 10)."""
    state = load_file("own_net.safetensors")
    mean, std = state.pop("mean"), state.pop("std")
    ### BEGIN SOLUTION
    net = own_net().eval()
    net.load_state_dict(state)
    with torch.no_grad():
        return net((images / 255 - mean) / std)
    ### END SOLUTION

train_and_save(own_net)
# hint("lenet.predict")

# %% check="lenet.predict"
predict = check("lenet.predict", predict)

# %% [markdown]
# And now, once, the test part:

# %% tags=["demo", "nbval-ignore-output"]
def test_once():
    right = predict(data.test.images).argmax(1) == data.test.labels
    print(f"your net on the test part of {data.name}: {right.double().mean():.2%}")

attempt(test_once, "own_net and predict")

# %% [markdown]
# ## F. When a network does not work
#
# It refuses to run, or learns nothing: mostly it is one of few faults.
#
# | check | question | by code |
# |---|---|---|
# | axes | Is the batch `(N, C, H, W)`? | {lenet.axes_problem} |
# | sizes | Does every layer fit to the one before? | `trace_shapes`, section 04 |
# | receptive field | Does a unit see enough of the image? | `influence`, section 02 |
# | dead channels | Does each channel respond to anything? | {lenet.dead_channels} |
# | loop | Does it learn ten images by heart, in many epochs? | {lenet.train_epoch} |

# %% [markdown]
# ### {lenet.summary_choice}
#
# Somebody's LeNet stops with “mat1 and mat2 shapes cannot be multiplied”. This is what it printed before:
#
# ```
# layer        output shape
# Conv2d       (1, 6, 28, 28)
# ReLU         (1, 6, 28, 28)
# MaxPool2d    (1, 6, 14, 14)
# Conv2d       (1, 16, 12, 12)
# ReLU         (1, 16, 12, 12)
# MaxPool2d    (1, 16, 6, 6)
# Flatten      (1, 576)
# Linear       in_features=400: stops here
# ```
#
# Where is the bug?
#
# - **A** The first convolution lacks padding=2.
# - **B** The second pooling has stride 1 instead of 2.
# - **C** The second convolution has 3 x 3 kernels instead of 5 x 5.
# - **D** A flatten is missing before the dense layer.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="lenet.summary_choice"
summary_choice = ...
### BEGIN SOLUTION
summary_choice = "C"
### END SOLUTION

# %% check="lenet.summary_choice"
summary_choice = check("lenet.summary_choice", summary_choice)

# %% [markdown]
# Extra, below: four variants of LeNet compared, what its layers see, and the checklist as code.

# %% [markdown]
# ## Check yourself
#
# Three short quizzes, without points.
#
# **The architecture**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("lenet.architecture")

# %% [markdown]
# **The loop**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("lenet.loop")

# %% [markdown]
# **Parts and first weights**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("lenet.parts")

# %% [markdown]
# ## Summary
#
# - LeNet: two convolutions with pooling, three dense layers; 61,706 parameters, of which 48,120 are in
#   the first dense layer.
# - Weights are learned from the training part, everything else is chosen by the validation part, and the
#   test part is looked at once. All are normalised by the training part's statistics.
# - First weights keep the variance of the signal: He for ReLU; Xavier without activations, and nearly with
#   tanh.
# - For each batch: clear, forward, loss, backward, step. Train mode to train; eval mode and no gradients
#   to evaluate; averages weighted by images; logits into the cross-entropy.
# - Axes, sizes, receptive field, dead channels: check them by code before you doubt the theory.
#
# **Further reading**
#
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, *Gradient-based learning applied to document
#   recognition*, 1998: LeNet-5.
# - X. Glorot and Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*, 2010.
#   K. He and others, *Delving deep into rectifiers*, 2015: the first weights.

# %% [markdown]
# ## Extra: a part for validation
#
# `load` keeps a tenth of the training images for validation. How would you?

# %% [markdown]
# ### {lenet.split_indices}
#
# Write `split_indices(n, held_out, seed) -> (train, validation)`: two tensors (or lists) of indices, of one
# axis, which together hold 0 … n - 1 once each, `held_out` of them in the second (1 ≤ held_out < n). Which
# ones is decided by chance, each as likely as any other, and from the seed alone: the same seed gives the
# same parts, whatever was drawn before, and another one others. A `torch.Generator().manual_seed(seed)` is a
# source of chance of its own, which `torch.randperm(n, generator=...)` takes.
#
# By hand: n = 5, held_out = 2. If the random order is `[3, 0, 4, 1, 2]`, then `[4, 1, 2]` and `[3, 0]`
# are an answer.

# %% answer="lenet.split_indices"
def split_indices(n, held_out, seed):
    """Indices for training (n - held_out,) and for validation (held_out,)."""
    ### BEGIN SOLUTION
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[held_out:], order[:held_out]
    ### END SOLUTION

# hint("lenet.split_indices")

# %% check="lenet.split_indices"
split_indices = check("lenet.split_indices", split_indices)

# %% [markdown]
# ## Extra: variance, layer by layer
#
# Part C's figure, by your own code.

# %% [markdown]
# ### {lenet.variances}
#
# Write `variances(weights, x, activation) -> list`: `x` of shape `(N, n₀)`, N ≥ 2, goes through one or more dense
# layers without biases; `weights` is the list of their matrices, `(n₁, n₀)`, `(n₂, n₁)` and so on;
# `activation` is `"relu"` or `"tanh"` and stands after each layer. For each layer give the variance of
# z = h Wᵀ, **before** the activation: one number, over all entries of z at once, `z.var()`, which divides
# by n - 1. Leave `weights` and `x` as they are.
#
# By hand: x = `[[1], [3]]`, W₁ = `[[1]]`, W₂ = `[[-2]]`, ReLU. z₁ = 1, 3 with variance 2; z₂ = -2, -6
# with variance 8.

# %% answer="lenet.variances"
def variances(weights, x, activation):
    """Variance before each activation, one number for each layer."""
    ### BEGIN SOLUTION
    act = {"relu": torch.relu, "tanh": torch.tanh}[activation]
    h, found = x, []
    for W in weights:
        z = h @ W.T
        found.append(z.var().item())
        h = act(z)
    return found
    ### END SOLUTION

# hint("lenet.variances")

# %% check="lenet.variances"
variances = check("lenet.variances", variances)

# %% [markdown]
# Ten ReLU layers of 100 units, with both schemes:

# %% tags=["demo", "nbval-ignore-output"]
def two_schemes():
    for scheme in ("xavier", "he"):
        torch.manual_seed(0)
        stack = [torch.randn(100, 100) * init_std((100, 100), scheme) for _ in range(10)]
        found = variances(stack, torch.randn(500, 100), "relu")
        print(f"{scheme:6}", "  ".join(f"{v:.3f}" for v in found))

attempt(two_schemes, "init_std, variances")

# %% [markdown]
# ## Extra: four variants of LeNet
#
# Two more sets of this form, grey and 28 x 28: handwritten digits (MNIST) and clothes (Fashion-MNIST).
# Where the files of the first are not on this machine, the digits that come with scikit-learn take their
# place; for the second, letters, which the course draws like its glyphs. The cell prints which.

# %% tags=["nbval-ignore-output"]
digits = load_or_default("mnist")
others = load_or_default("fashion_mnist", default="letters")

# %% tags=["demo", "nbval-ignore-output"]
pictures.some_images({digits.name: digits, others.name: others})

# %% [markdown]
# *Two training images of each class of each set.*
#
# Two changes to LeNet are much used: ReLU for tanh, and maximum for average. Four variants, each from three
# seeds, take some minutes; so here stand the curves of a training on all of MNIST. With `train_here = True`
# your own LeNet is trained, on the sets above, by `fit`: batches of 128, `lr=3e-3`.

# %% tags=["nbval-ignore-output"]
train_here = False

def train_variants():
    epochs = choose(profile, smoke=3, laptop=5, gpu=10)
    return variants.train(LeNet, digits, others, epochs=epochs)

runs = attempt(train_variants, "LeNet") if train_here else variants.stored()
print(runs)

# %% tags=["demo", "nbval-ignore-output"]
pictures.four_variants(runs)

# %% [markdown]
# *Left the loss while training, in the middle the accuracy on the validation part, by epoch: a line is the
# mean of the seeds, a band reaches from the worst to the best. Right the loss, batch by batch, on the other
# set, from Xavier's weights: LeNet as it is by default, with sigmoids, and with ReLU; dotted ln 10, the loss
# of guessing.* On MNIST, ReLU with maximum is to reach at least 97.0 % of the test images after one epoch and
# 98.5 % after five.
#
# Before you conclude anything: how far apart are two runs of one variant? A difference smaller than that
# between two seeds says nothing.

# %% [markdown]
# ### {lenet.four_variants}
#
# A person marks it.

# %% [markdown] essay="lenet.four_variants"
# Which of the two changes, ReLU for tanh or maximum for average, makes the network learn faster at
# first, as far as the curves tell? Name the numbers that you compare, and what the spread between seeds
# lets you say about the accuracy at the end. Say why a network of sigmoids begins so slowly.
#
# ### BEGIN SOLUTION
# For example, from the stored curves: after one epoch maximum is ahead of average, by 0.7 points with tanh
# (97.6 % against 96.9 % on the validation part) and by 0.8 with ReLU (97.4 % against 96.6 %); three seeds
# of one variant differ by up to 1.0 point, but none with maximum is as low as the best one with average.
# ReLU for tanh brings nothing at first: 0.3 points less with average, 0.2 less with maximum, within the
# spread. At the end all four lie between 98.8 % and 99.1 % on the test images, and the seeds of one variant
# up to 0.6 points apart: that order is noise. With other settings it may be otherwise; what counts is that
# the difference named is larger than that between seeds.
#
# A sigmoid's slope is at most ¼, and the gradient of the first layer has four such factors. In addition
# all its outputs are near ½ at first, whatever the image, so the next layer sees hardly a difference.
#
# - [ ] 1 point: a comparison by numbers, with a statement on the spread between seeds
# - [ ] 1 point: the sigmoid's small slope, multiplied over the layers (or outputs that hardly differ)
# ### END SOLUTION

# %% [markdown]
# ## Extra: what the layers see
#
# Two functions look into a network.

# %% [markdown]
# ### {lenet.feature_maps}
#
# Write `feature_maps(model, images) -> [first, second]`: what comes out of the two activations that follow
# the convolutions, stages 1 and 4 of `model.net`, before the pooling. For LeNet that is `(N, 6, 28, 28)` and
# `(N, 16, 10, 10)`. The model may be any network of LeNet's order of modules, with ReLU, tanh or sigmoid,
# with other sizes and numbers of channels; N ≥ 1. The images stay as they are. `model.net` can be indexed,
# cut (`model.net[:3]`) and looped over.
#
# By hand: if stage 0 gives `[[-1, 2]]` and stage 1 is ReLU, the map is `[[0, 2]]`.

# %% answer="lenet.feature_maps"
def feature_maps(model, images):
    """The maps after both activations: -> [(N, C, H, W), (N, D, I, J)]."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        first = model.net[:2](images)
        second = model.net[2:5](first)
    return [first, second]
    ### END SOLUTION

# hint("lenet.feature_maps")

# %% check="lenet.feature_maps"
feature_maps = check("lenet.feature_maps", feature_maps)

# %% [markdown]
# ### {lenet.sparsity}
#
# ReLU makes exact zeros. Write `sparsity(maps)`: `maps` is a tensor of floats of shape `(N, C, H, W)`, each
# of the four at least 1. For each channel give the share of its numbers, over all images and pixels, that
# are exactly 0; negative ones and very small ones are none. Returns a tensor of floats of shape `(C,)`.
# Leave `maps` as it is.
#
# By hand: one image, one channel, `[[0, 2], [0, 0]]`: three of four, `[0.75]`.

# %% answer="lenet.sparsity"
def sparsity(maps):
    """Share of zeros in each channel: (N, C, H, W) -> (C,)."""
    ### BEGIN SOLUTION
    return (maps == 0).float().mean(dim=(0, 2, 3))
    ### END SOLUTION

# hint("lenet.sparsity")

# %% check="lenet.sparsity"
sparsity = check("lenet.sparsity", sparsity)

# %% [markdown]
# Train a LeNet on digits, and look into it: at digits, at images of the other set, which it has never seen,
# and at noise.

# %% tags=["demo", "nbval-ignore-output"]
def train_on_digits():
    torch.manual_seed(0)
    net = LeNet("relu", "max")
    most = choose(profile, smoke=1500, laptop=60_000, gpu=60_000)
    fit(net, digits.train.take(most), digits.validation, epochs=5)
    return net

seen = attempt(train_on_digits, "LeNet")
shown = {
    "digits": digits.test.inputs()[:200],
    "other digits": digits.test.inputs()[200:360],
    others.name: digits.test.inputs(others.test.images[:200]),
    "noise": digits.test.inputs((torch.rand(200, 1, 28, 28) * 255).to(torch.uint8)),
}

# %% tags=["demo", "nbval-ignore-output"]
def one_of_each():
    pictures.activations(feature_maps, seen, {name: part[:1] for name, part in shown.items()})

attempt(one_of_each, "feature_maps")

# %% [markdown]
# *Left the image, then five maps of the first layer and five of the second; bright is strong, with one
# scale for each layer.* And measured over all of these images:

# %% tags=["demo", "nbval-ignore-output"]
def measured():
    for name, images in shown.items():
        maps = feature_maps(seen, images)
        zeros = [float(sparsity(part).mean()) for part in maps]
        strong = [float(part.mean()) for part in maps]
        chosen = seen(images).softmax(1).amax(1)  # the probability of the class predicted
        print(f"{name:13} zeros {zeros[0]:.0%} and {zeros[1]:.0%};", end=" ")
        print(f"mean activation {strong[0]:.2f} and {strong[1]:.2f};", end=" ")
        print(f"class predicted with {chosen.median():.0%} in the median,", end=" ")
        print(f"above 90 % for {(chosen > 0.9).double().mean():.0%}")

attempt(measured, "feature_maps, sparsity")

# %% tags=["demo", "nbval-ignore-output"]
attempt(lambda: pictures.first_filters(seen, "kernel"), "LeNet")

# %% [markdown]
# *The six kernels of the first layer after training: orange weights are positive, violet ones negative.*

# %% [markdown]
# ### {lenet.what_layers_see}
#
# A person marks it.

# %% [markdown] essay="lenet.what_layers_see"
# Compare the activations of the two layers for digits, for images of the other set and for noise, with your
# numbers. What does the first layer respond to, what the second? Do activations or probabilities tell that
# the others, or noise, are no digits?
#
# ### BEGIN SOLUTION
# The first layer's maps are pictures of the input still: edges and strokes of one direction each, at their
# place. The second layer's are coarse, 10 x 10, and less like the picture: they respond to combinations of
# strokes.
#
# Neither falls silent for what is no digit. In a run with MNIST and Fashion-MNIST the mean activations were
# 0.33 and 1.01 for digits, 0.47 and 1.25 for clothes, 0.58 and 1.46 for noise (with scikit-learn's digits and
# letters 0.42 and 1.21, 0.32 and 0.80, 0.70 and 1.98). About half of the first layer's numbers are zero for
# all of them; in the second it is 33 % for digits, 30 % for clothes, 25 % for noise.
#
# The probabilities tell a little: in the median the class predicted has 93 % for digits, 68 % for clothes,
# 42 % for noise. But every sixth piece of clothing is taken for some digit with more than 90 %. The network
# has ten outputs and must choose one; nothing in the loss asks for “none of these”.
#
# - [ ] 1 point: first layer local edges at their place, second coarser combinations, with own numbers
# - [ ] 1 point: it responds to foreign inputs, too, and must choose one of ten classes
# ### END SOLUTION

# %% [markdown]
# ## Extra: the checklist as code
#
# Two of part F's checks as functions.

# %% [markdown]
# ### {lenet.axes_problem}
#
# Write `axes_problem(shape, channels) -> str`. `shape`, a tuple or a `torch.Size`, is that of what is given
# to a network whose first convolution has `channels` input channels: three or four numbers. Return exactly
# one of these texts; the first that holds counts:
#
# - `"batch axis missing"`: there are three axes;
# - `""`: axis 1 has `channels`, all is well;
# - `"channels last"`: axis 1 has not, but axis 3 has;
# - `"wrong number of channels"`: neither has.
#
# By hand: `(16, 28, 28, 1)` with 1 channel: `"channels last"`.

# %% answer="lenet.axes_problem"
def axes_problem(shape, channels):
    """What is wrong with the axes of a batch, or an empty text."""
    ### BEGIN SOLUTION
    if len(shape) == 3:
        return "batch axis missing"
    if shape[1] == channels:
        return ""
    return "channels last" if shape[3] == channels else "wrong number of channels"
    ### END SOLUTION

# hint("lenet.axes_problem")

# %% check="lenet.axes_problem"
axes_problem = check("lenet.axes_problem", axes_problem)

# %% [markdown]
# **Dead channels** come from ReLU. Where z is negative for every input, output and gradient are 0: nothing
# moves the channel's own weights any more. It comes back only if earlier layers change what it reads.

# %% tags=["demo", "nbval-ignore-output"]
pictures.dead_units()

# %% [markdown]
# *The numbers z of one channel over 2000 inputs, and what ReLU lets pass, as the bias sinks.*

# %% [markdown]
# ### {lenet.dead_channels}
#
# Write `dead_channels(maps)`: `maps` of shape `(N, C, H, W)`, each of the four at least 1, come from a ReLU.
# Return the numbers, from 0, of the channels that are 0 at every pixel of every image, in ascending order: a
# list, or a tensor of one axis, also of a single number; an empty one if all channels are alive. Leave `maps`
# as it is.
#
# By hand: two images, three channels of one pixel: `[[0], [0], [4]]` and `[[1], [0], [2]]`: only channel
# 1 is dead, `[1]`.

# %% answer="lenet.dead_channels"
def dead_channels(maps):
    """Numbers of the channels that respond to nothing: (N, C, H, W) -> list."""
    ### BEGIN SOLUTION
    return [c for c in range(maps.shape[1]) if (maps[:, c] == 0).all()]
    ### END SOLUTION

# hint("lenet.dead_channels")

# %% check="lenet.dead_channels"
dead_channels = check("lenet.dead_channels", dead_channels)

# %% [markdown]
# ## Extra: does a stride prevent overfitting?
#
# A network **overfits** if it does better on its training images than on new ones: it has learned some of
# them by heart.

# %% [markdown]
# ### {lenet.stride_overfitting}
#
# A person marks it.

# %% [markdown] essay="lenet.stride_overfitting"
# In a text you read: “A larger stride prevents overfitting.” LeNet's second convolution gets stride 2
# instead of 1. How many weights does it have then, and how many has the first dense layer? What may that do
# to overfitting, and what would change in a network that ends in global average pooling? Describe an
# experiment that decides whether the claim holds, and what you would compare in it.
#
# ### BEGIN SOLUTION
# The convolution keeps its 2,416 parameters: a stride leaves out windows, no weights. Its maps are 5 x 5
# instead of 10 x 10, 2 x 2 after the pooling; the dense layer reads 16 · 4 = 64 numbers instead of 400 and
# has 7,800 parameters instead of 48,120. Fewer weights can learn less by heart, so the gap may become
# smaller; but detail is lost, and the test accuracy may fall all the same. With global average pooling the
# head has as many weights as before, and this reason is gone.
#
# Experiment: the same network with and without the stride, on the same training images, each from several
# seeds; compare the gap between training and validation accuracy, and the validation accuracy itself,
# against the spread between seeds. To tell the stride from the number of weights, give both networks dense
# parts of equal size, or global average pooling.
#
# - [ ] 1 point: the convolution has as many weights as before, the dense layer after it fewer (400 → 64)
# - [ ] 1 point: an experiment with and without, several seeds, comparing the gap of training and validation
# ### END SOLUTION
