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
# **What you will be able to do**
#
# - build LeNet, and say for each of its twelve stages which shape comes out and what it costs;
# - say which images may be used for what, and normalise without letting test images leak in;
# - choose first weights so that a signal neither dies out nor explodes on its way through the layers;
# - write the training loop and the evaluation yourself, without the bugs that nobody reports;
# - train on digits and clothes, compare four variants, and train a better net of your own;
# - look into a trained network, and find out by code why one does not work.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 04.
#
# **Profiles.** `smoke` trains on a few thousand images for a few epochs, in seconds; `laptop` on all of
# them for 5 epochs (clothes: 10), in up to 15 minutes; `gpu` the same with 10 epochs. To change it,
# insert a cell of your own below the next one, for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import check, hint, quiz
from course_lib.data import load_or_default
from course_lib.sections.lenet import pictures
from course_lib.training.profile import choose
from course_lib.training.fit import accuracy, fit

import math

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

# %% [markdown]
# ## The idea in one picture
#
# Convolutions and poolings alternate: maps get smaller and more numerous. Then everything is laid out in
# one vector, and dense layers decide. LeNet read the digits on cheques in the 1990s; nearly every image
# classifier since has had this form.

# %% tags=["demo", "nbval-ignore-output"]
pictures.idea()

# %% [markdown]
# *Height is the size of the maps, width their number. Below each layer stand its parameters.*

# %% [markdown]
# # A. The architecture
#
# | stage | module | |
# |---|---|---|
# | 0 | convolution | 6 output channels, 5 x 5, padding 2 |
# | 1, 2 | sigmoid, average pooling | 2 x 2, stride 2 |
# | 3 | convolution | 16 output channels, 5 x 5, no padding |
# | 4, 5 | sigmoid, average pooling | 2 x 2, stride 2 |
# | 6 | flatten | |
# | 7, 8 | dense, sigmoid | 120 units |
# | 9, 10 | dense, sigmoid | 84 units |
# | 11 | dense | 10 units, one for each class |
#
# The network ends in **logits**: ten numbers, the larger the likelier. No softmax and no activation
# follow: the loss, cross-entropy, takes logits and applies log-softmax itself.

# %% [markdown]
# ### Exercise 1: twelve stages (self-check)
#
# One image of shape `(1, 1, 28, 28)` goes in. Give the shape after each of the twelve stages, as a list
# of twelve lists or tuples, by pencil. Stage 0: 28 + 2·2 - 5 + 1 = 28, so `(1, 6, 28, 28)`.

# %% answer="lenet.stage_shapes"
stage_shapes = ...
### BEGIN SOLUTION
stage_shapes = [
    *[(1, 6, 28, 28), (1, 6, 28, 28), (1, 6, 14, 14)],
    *[(1, 16, 10, 10), (1, 16, 10, 10), (1, 16, 5, 5), (1, 400)],
    *[(1, 120), (1, 120), (1, 84), (1, 84), (1, 10)],
]
### END SOLUTION

# hint("lenet.stage_shapes")

# %% check="lenet.stage_shapes"
check("lenet.stage_shapes", stage_shapes)

# %% [markdown]
# ### Exercise 2: where the parameters are (self-check)
#
# Give six integers: the parameters, biases included, of the two convolutions and the three dense layers
# in their order, and their sum. The first: six kernels of 5 · 5 weights and six biases, 156.

# %% answer="lenet.layer_params"
layer_params = ...
### BEGIN SOLUTION
layer_params = [6 * 26, 16 * (6 * 25 + 1), 120 * 401, 84 * 121, 10 * 85]
layer_params = [*layer_params, sum(layer_params)]
### END SOLUTION

# hint("lenet.layer_params")

# %% check="lenet.layer_params"
check("lenet.layer_params", layer_params)

# %% [markdown]
# The LeNet-5 of 1998 had about 60,000. Its second convolution did not join every input map to every
# output map, its poolings had a weight and a bias for each map, and its output layer compared with
# drawn digits. The form above is the one that is taught today.

# %% [markdown]
# ### Exercise 3: LeNet (3 points)
#
# Write the class `LeNet(nn.Module)`. Its constructor takes `activation` (“sigmoid”, “tanh” or “relu”:
# `nn.Sigmoid`, `nn.Tanh`, `nn.ReLU`) and `pooling` (“avg” or “max”: `nn.AvgPool2d`, `nn.MaxPool2d`) and
# makes `self.net`, **one `nn.Sequential` of the twelve modules, in the order of the table**: so the
# weights get the names `net.0.weight`, `net.3.weight`, `net.7.weight` and so on. `forward(x)`:
# `(N, 1, 28, 28) -> (N, 10)`, logits.
#
# By hand: in a `nn.Sequential(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.MaxPool2d(2))` the modules have the
# numbers 0, 1 and 2; of these only 0 has weights.

# %% answer="lenet.LeNet"
class LeNet(nn.Module):
    """LeNet in several variants: (N, 1, 28, 28) -> (N, 10)."""

    def __init__(self, activation="sigmoid", pooling="avg"):
        super().__init__()
        ### BEGIN SOLUTION
        act = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}[activation]
        pool = {"avg": nn.AvgPool2d, "max": nn.MaxPool2d}[pooling]
        self.net = nn.Sequential(
            *(nn.Conv2d(1, 6, kernel_size=5, padding=2), act(), pool(2)),
            *(nn.Conv2d(6, 16, kernel_size=5), act(), pool(2)),
            *(nn.Flatten(), nn.Linear(16 * 5 * 5, 120), act()),
            *(nn.Linear(120, 84), act(), nn.Linear(84, 10)),
        )
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.net(x)
        ### END SOLUTION

# hint("lenet.LeNet")

# %% check="lenet.LeNet"
check("lenet.LeNet", LeNet)

# %% [markdown]
# # B. Data, and who may see what
#
# Two sets with the same form, 28 x 28 grey pixels and ten classes: handwritten digits (MNIST) and
# clothes (Fashion-MNIST). Where their files are not on this machine, the digits that come with
# scikit-learn stand in. **The next cell prints which data this notebook runs on.** `course prefetch`
# downloads the real files.

# %% tags=["nbval-ignore-output"]
digits = load_or_default("mnist")
clothes = load_or_default("fashion_mnist")

most = choose(profile, smoke=1500, laptop=60_000, gpu=60_000)  # images to train on
some = choose(profile, smoke=1000, laptop=10_000, gpu=10_000)  # to validate and to test on
print(f"Of each set at most {most} images are used to train, {some} to validate and to test.")

# %% tags=["demo", "nbval-ignore-output"]
pictures.some_images(
    {"digits": digits.train, "clothes": clothes.train},
    {"digits": digits.classes, "clothes": clothes.classes},
)

# %% [markdown]
# *One training image of each class: above `digits`, below `clothes`.*
#
# A set has three parts:
#
# - the **training** part: the weights are learned from it;
# - the **validation** part: everything else is *chosen* by it: epochs, learning rate, architecture;
# - the **test** part: looked at once, at the very end. Whatever was chosen by looking at it is a test no
#   more.

# %% [markdown]
# ### Exercise 4: a part for validation (2 points)
#
# Write `split_indices(n, held_out, seed) -> (train, validation)`: two tensors of indices which together
# hold 0 … n - 1 once each, `held_out` of them in the second. Which ones is decided by chance, from the
# seed alone: the same seed gives the same parts, whatever was drawn before, and another one others. A
# `torch.Generator().manual_seed(seed)` is a source of chance of its own, which
# `torch.randperm(n, generator=...)` takes.
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
check("lenet.split_indices", split_indices)

# %% [markdown]
# ### Exercise 5: statistics from the training part (2 points)
#
# Networks learn better if each channel has mean 0 and standard deviation 1. Write
# `normalise_parts(train, validation, test)`: three float tensors `(N, C, H, W)`; returns the three,
# normalised for each channel with the mean and the standard deviation **of the training part**, taken
# over its images, rows and columns. The deviation is the one that divides by n: `unbiased=False`. The
# three tensors that come in stay as they are.
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
check("lenet.normalise_parts", normalise_parts)

# %% [markdown]
# ### Exercise 6: which number is reported (1 point)
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
# Answer with one letter in quotes. This answer is recorded.

# %% answer="lenet.split_choice"
split_choice = ...
### BEGIN SOLUTION
split_choice = "C"
### END SOLUTION

# %% check="lenet.split_choice"
check("lenet.split_choice", split_choice)

# %% [markdown]
# # C. The first weights
#
# Training starts from random weights. How large? Each output is a sum over **fan_in** numbers, those
# that it reads; each input number goes on to **fan_out** outputs. If the weights have variance v, a sum
# has about fan_in · v times the mean square of what it reads, forwards, and the gradient fan_out · v
# times, backwards. Over many layers a factor of 2 or ½ each decides. Try all of them:

# %% tags=["demo", "nbval-ignore-output"]
pictures.signal()

# %% [markdown]
# *The variance of z, the numbers before the activation, from layer to layer; a logarithmic scale, dots
# at 1.* Which weights keep the variance with tanh, which with ReLU? With sigmoid it settles below 1
# with whatever weights: the numbers behind it are all near ½.
#
# - **Xavier** (Glorot and Bengio, 2010): variance 2 / (fan_in + fan_out), between the two directions.
# - **He** (He and others, 2015): variance 2 / fan_in. ReLU cuts off half; the 2 makes up for that.

# %% [markdown]
# ### Exercise 7: how large the first weights are (2 points)
#
# Write `init_std(shape, scheme) -> float`: the standard deviation for a weight of this shape, with
# `scheme` “xavier” or “he”. Shapes are PyTorch's: `(out, in)` for a dense layer, `(out, in, *kernel)`
# for a convolution. Its kernel counts: an output reads `in` whole windows, and an input number reaches
# `out` times as many outputs as the kernel has places. `torch.nn.init` is not allowed.
#
# By hand: a dense weight `(3, 5)`: fan_in 5, fan_out 3, Xavier √(2 / 8) = 0.5. A convolution
# `(3, 5, 2, 2)`: fan_in 20, fan_out 12.

# %% answer="lenet.init_std"
def init_std(shape, scheme):
    """Standard deviation of the first weights of a layer."""
    ### BEGIN SOLUTION
    places = math.prod(shape[2:])
    fan_in, fan_out = shape[1] * places, shape[0] * places
    variance = 2 / (fan_in + fan_out) if scheme == "xavier" else 2 / fan_in
    return math.sqrt(variance)
    ### END SOLUTION

# hint("lenet.init_std")

# %% check="lenet.init_std"
check("lenet.init_std", init_std)

# %% [markdown]
# ### Exercise 8: variance, layer by layer (2 points)
#
# Write `variances(weights, x, activation) -> list`: `x` of shape `(N, n₀)` goes through dense layers
# without biases; `weights` is a list of their matrices, `(n₁, n₀)`, `(n₂, n₁)` and so on; `activation`
# is “relu” or “tanh” and stands behind each layer. For each layer give the variance (`z.var()`, over all
# its numbers) of z = h Wᵀ, **before** the activation.
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
check("lenet.variances", variances)

# %% [markdown]
# With both functions the figure above can be checked: ten ReLU layers of 100 units.

# %% tags=["demo", "nbval-ignore-output"]
try:
    for scheme in ("xavier", "he"):
        torch.manual_seed(0)
        stack = [torch.randn(100, 100) * init_std((100, 100), scheme) for _ in range(10)]
        found = variances(stack, torch.randn(500, 100), "relu")
        print(f"{scheme:6}", "  ".join(f"{v:.3f}" for v in found))
except Exception as error:
    print(f"This needs init_std and variances: {error or 'not both of them are written'}")

# %% [markdown]
# # D. The training loop
#
# An epoch shows each training image once, in batches. For each batch: **clear** the gradients,
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
# 3. The mode is the wrong one. Batch norm and dropout compute differently in `train()` and `eval()`.
# 4. Means of batches are averaged as if all batches were of one size:

# %% tags=["demo", "nbval-ignore-output"]
pictures.averages()

# %% [markdown]
# *100 images whose last twelve are hard; each bar is a batch, as wide as it has images.* The mean of the
# means depends on the batch size, the mean of the images does not. For which sizes do they agree?

# %% [markdown]
# ### Exercise 9: an epoch of training (5 points)
#
# Write `train_epoch(model, images, labels, batch_size, lr) -> (loss, accuracy)`. `images` of shape
# `(N, 1, H, W)` are normalised and in a random order already: **take them as they come**, `batch_size`
# at a time; the last batch may be smaller. The loss is cross-entropy; the steps are plain gradient
# descent, `torch.optim.SGD` with this `lr`. Call the model once for each batch, in train mode, in which
# it may not be when you get it.
#
# Return the mean loss of all images and the share of images classified right, in [0, 1], both as met on
# the way, while the weights were changing.
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
check("lenet.train_epoch", train_epoch)

# %% [markdown]
# ### Exercise 10: evaluating (3 points)
#
# Write `evaluate(model, images, labels, batch_size) -> (loss, accuracy)`: the mean cross-entropy of all
# images and the share classified right, in [0, 1]. The model may be in train mode when you get it. It is
# evaluated in eval mode, `batch_size` images at a time, and no gradients are recorded.
#
# By hand: 157 batches, the last one smaller, hold 10,000 images, of which 9,900 are right. The accuracy
# is 9,900 / 10,000 = 0.99. Divided by the number of batches it would be 63, which reads like a
# percentage.

# %% answer="lenet.evaluate"
def evaluate(model, images, labels, batch_size):
    """Mean loss and accuracy of a model on all images."""
    ### BEGIN SOLUTION
    model.eval()
    total_loss = right = 0.0
    with torch.no_grad():
        for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
            logits = model(x)
            total_loss += F.cross_entropy(logits, y).item() * len(x)
            right += (logits.argmax(1) == y).sum().item()
    return total_loss / len(images), right / len(images)
    ### END SOLUTION

# hint("lenet.evaluate")

# %% check="lenet.evaluate"
check("lenet.evaluate", evaluate)

# %% [markdown]
# Now your loop trains your LeNet, for four epochs, and the validation part says how it goes:

# %% tags=["demo", "nbval-ignore-output"]
try:
    few, held_out = digits.train.take(1500), digits.validation.take(500)
    torch.manual_seed(0)
    model = LeNet("relu", "max")
    for epoch in (1, 2, 3, 4):
        order = torch.randperm(len(few))
        loss, right = train_epoch(model, few.inputs()[order], few.labels[order], 16, lr=0.1)
        print(f"epoch {epoch}: training loss {loss:.3f}, accuracy {right:.1%};", end=" ")
        _, right = evaluate(model, held_out.inputs(), held_out.labels, 200)
        print(f"validation accuracy {right:.1%}")
except Exception as error:
    print(f"This needs LeNet, train_epoch and evaluate: {error or 'not all of them are written'}")

# %% [markdown]
# # E. Lab: four variants, and a net of your own
#
# From here on the course's engine does the loop: `fit` is the same as yours, with Adam, shuffling, a
# falling learning rate, a live curve, and the weights of the best epoch kept. You can read it in
# `course_lib/training/fit.py`; the stop button ends it cleanly.
#
# First LeNet as it is in the table, with sigmoids and Xavier's weights, on clothes. It hesitates: for
# some dozens of batches the loss stays near ln 10 = 2.30, that of guessing among ten classes. In `smoke`
# that is an epoch or two; on all clothes it is over before the curve's first point.

# %% tags=["nbval-ignore-output"]
def xavier(module):
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)

epochs = choose(profile, smoke=4, laptop=10, gpu=10)
try:
    torch.manual_seed(0)
    classic = LeNet("sigmoid", "avg").apply(xavier)
    train, validation = clothes.train.take(most), clothes.validation.take(some)
    history = fit(classic, train, validation, epochs=epochs, lr=5e-3, batch_size=32)
    score = accuracy(classic, clothes.test.take(some))
    print(f"on the test part of {clothes.name}: {score:.2%}")
except Exception as error:
    print(f"This needs a LeNet that works: {error or 'yours is not written yet'}")

# %% [markdown]
# Then four variants on digits, each from the same seed.

# %% tags=["nbval-ignore-output"]
epochs = choose(profile, smoke=2, laptop=5, gpu=10)
histories, nets = {}, {}
for activation, pooling in (("tanh", "avg"), ("relu", "avg"), ("tanh", "max"), ("relu", "max")):
    name = f"{activation}, {pooling}"
    print(name)
    try:
        torch.manual_seed(0)
        net = LeNet(activation, pooling)
        train, validation = digits.train.take(most), digits.validation.take(some)
        histories[name] = fit(net, train, validation, epochs=epochs)
        nets[name] = net
    except Exception as error:
        print(f"This needs a LeNet that works: {error or 'yours is not written yet'}")
        break

# %% tags=["demo", "nbval-ignore-output"]
pictures.curves(histories)
for name, net in nets.items():
    print(f"{name:10} on the test part of {digits.name}: {accuracy(net, digits.test.take(some)):.2%}")

# %% [markdown]
# *Loss while training, and accuracy on the validation part, by epoch.* On all of MNIST, ReLU with
# maximum reaches at least 97.0 % of the test images when it is trained for one epoch, and 98.5 % when
# for five (four seeds gave 97.8 to 98.1, and 99.0 to 99.2).
#
# Before you conclude anything: **how far apart are two runs of one variant?** Change `manual_seed` and
# run again. A difference smaller than that between two seeds says nothing.

# %% [markdown]
# ### Exercise 11: four variants (2 points, marked by a person)

# %% [markdown] essay="lenet.four_variants"
# Which of the two changes, ReLU for tanh or maximum for average, makes the network learn faster at
# first, as far as your curves tell? Name the numbers that you compare, and what the spread between seeds
# lets you say about the accuracy at the end. Say why a network of sigmoids begins so slowly.
#
# ### BEGIN SOLUTION
# An answer rests on numbers of one's own: for example, the training loss of the first epoch for the four
# variants, from two or three seeds each. Which variant leads at first depends on the number of images
# and the learning rate; what counts is that the difference named is larger than that between seeds of
# one variant. At the end of a long training the four come close to each other, and small orderings are
# noise.
#
# A sigmoid's slope is at most ¼, and the gradient of the first layer has four such factors. In addition
# all its outputs are near ½ at first, whatever the image, so the next layer sees hardly a difference.
#
# - [ ] 1 point: a comparison by numbers, with a statement on the spread between seeds
# - [ ] 1 point: the sigmoid's small slope, multiplied over the layers (or outputs that hardly differ)
# ### END SOLUTION

# %% [markdown]
# Now it is your turn. The next cell makes `train_and_save(make_net, **settings)`: it trains what
# `make_net()` gives on the digits and saves, in one file beside the notebook, the weights of the best
# epoch and the `mean` and `std` of the training part. The settings are those of `fit`.

# %%
five_or_fewer = choose(profile, smoke=3, laptop=5, gpu=5)

def train_and_save(make_net, epochs=five_or_fewer, **settings):
    """Trains a net and saves it as own_net.safetensors; does nothing while work is marked."""
    torch.manual_seed(0)
    try:
        net = make_net()
    except NotImplementedError:
        print("own_net is not written yet.")
        return
    train, validation = digits.train.take(most), digits.validation.take(some)
    history = fit(net, train, validation, epochs=epochs, **settings)
    if len(history):
        statistics = {"mean": torch.tensor(digits.mean), "std": torch.tensor(digits.std)}
        save_file({**net.state_dict(), **statistics}, "own_net.safetensors")
        print(f"Saved. Trained on: {digits.source}.")

# %% [markdown]
# ### Exercise 12: a net of your own (4 points)
#
# Design a network that is better than LeNet and train it for five epochs at most: more channels,
# smaller kernels, a third convolution, batch norm, dropout, augmentation (`course_lib.training.augment`). Choose
# by the validation part. Write
#
# - `own_net()`: returns your network, untrained, `(N, 1, 28, 28) -> (N, 10)`;
# - `predict(images)`: `images` is uint8, `(N, 1, 28, 28)`, with pixels 0 … 255. Loads
#   `own_net.safetensors`, divides the pixels by 255, normalises them by the saved `mean` and `std`, and
#   returns the logits of your network in eval mode.
#
# **Hand in `own_net.safetensors`, of at most 32 MiB, together with the notebook.** Nothing trains when your work is marked:
# `predict` is asked for the logits of test images that were turned, shifted and scaled a little. A net
# trained on MNIST earns credit from 98.3 % right on, the whole of it from 99.0 %; one trained on the
# embedded digits from 91 % on, the whole from 95 %. Where both sets are at hand, your net is asked on
# both, and the better credit counts. For full credit train in the `laptop` profile.
#
# By hand: a pixel 255 with mean 0.13 and std 0.31 becomes (1 - 0.13) / 0.31 = 2.81.

# %% answer="lenet.predict" tags=["nbval-ignore-output"]
def own_net():
    """An untrained network of your own: (N, 1, 28, 28) -> (N, 10)."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 5, padding=2), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 5), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(800, 120), nn.ReLU(), nn.Linear(120, 10)),
    )
    ### END SOLUTION

def predict(images):
    """Logits of the trained network: uint8 (N, 1, 28, 28) -> (N, 10)."""
    ### BEGIN SOLUTION
    state = load_file("own_net.safetensors")
    mean, std = state.pop("mean"), state.pop("std")
    net = own_net().eval()
    net.load_state_dict(state)
    with torch.no_grad():
        return net((images / 255 - mean) / std)
    ### END SOLUTION

train_and_save(own_net)
# hint("lenet.predict")

# %% check="lenet.predict"
check("lenet.predict", predict)

# %% [markdown]
# The source of this exercise reports 99.2 % with one more convolution. And now, once, the test part:

# %% tags=["demo", "nbval-ignore-output"]
try:
    test = digits.test.take(some)
    right = (predict(test.images).argmax(1) == test.labels).double().mean()
    print(f"your net on the test part of {digits.name}: {right:.2%}")
except Exception as error:
    print(f"This needs predict and own_net.safetensors: {error or 'predict is not written yet'}")

# %% [markdown]
# # F. What the layers answer
#
# ### Exercise 13: feature maps of both layers (2 points)
#
# Write `feature_maps(model, images) -> [first, second]`: what stands behind the two activations of the
# convolutions, stages 1 and 4 of `model.net`, before pooling, whatever activation it is. For LeNet:
# `(N, 6, 28, 28)` and `(N, 16, 10, 10)`. The modules in `model.net` can be indexed, cut out (`model.net[:3]`) and looped over.
#
# By hand: if stage 0 gives `[[-1, 2]]` and stage 1 is ReLU, the map is `[[0, 2]]`.

# %% answer="lenet.feature_maps"
def feature_maps(model, images):
    """The maps behind both activations: -> [(N, C, H, W), (N, D, I, J)]."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        first = model.net[:2](images)
        second = model.net[2:5](first)
    return [first, second]
    ### END SOLUTION

# hint("lenet.feature_maps")

# %% check="lenet.feature_maps"
check("lenet.feature_maps", feature_maps)

# %% [markdown]
# ### Exercise 14: how many zeros (1 point)
#
# ReLU answers with exact zeros. Write `sparsity(maps)`: `maps` of shape `(N, C, H, W)`; for each channel
# the share of its numbers, over all images and pixels, that are exactly 0. Returns shape `(C,)`.
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
check("lenet.sparsity", sparsity)

# %% [markdown]
# Now look into the ReLU/maximum net that you trained on digits: at digits, at clothes, which it has
# never seen, and at noise.

# %% tags=["demo", "nbval-ignore-output"]
torch.manual_seed(0)
shown = {
    "digit": digits.test.inputs()[:200],
    "other digit": digits.test.inputs()[200:360],
    "clothes": digits.test.inputs(clothes.test.images[:200]),
    "noise": digits.test.inputs((torch.rand(200, 1, 28, 28) * 255).to(torch.uint8)),
}
if "relu, max" in nets:
    pictures.activations(feature_maps, nets["relu, max"], {k: v[:1] for k, v in shown.items()})

# %% [markdown]
# *Left the image, then five maps of the first layer and five of the second; bright is strong, with one
# scale for each layer.* And measured over all of these images:

# %% tags=["demo", "nbval-ignore-output"]
try:
    for name, images in shown.items():
        maps = feature_maps(nets["relu, max"], images)
        zeros = [float(torch.as_tensor(sparsity(part)).mean()) for part in maps]
        strong = [float(part.mean()) for part in maps]
        print(f"{name:12} zeros {zeros[0]:.0%} and {zeros[1]:.0%};", end=" ")
        print(f"mean answer {strong[0]:.2f} and {strong[1]:.2f}")
except Exception as error:
    print(f"This needs LeNet, feature_maps and sparsity: {error or 'not all of them are written'}")

# %% tags=["demo", "nbval-ignore-output"]
if "relu, max" in nets:
    pictures.first_filters(nets["relu, max"], "kernel")

# %% [markdown]
# *The six kernels of the first layer after training: orange weights are positive, violet ones negative.*
#
# ### Exercise 15: what the layers answer to (2 points, marked by a person)

# %% [markdown] essay="lenet.what_layers_see"
# Compare the answers of the two layers to digits, clothes and noise, with your numbers. What does the
# first layer answer to, what the second? Does the network notice that clothes or noise are no digits?
#
# ### BEGIN SOLUTION
# The first layer's maps are pictures of the input still: edges and strokes of one direction each, at
# their place. It answers to clothes and noise as well, since these have edges, too. The second layer's
# maps are coarse, 10 x 10, and less like the picture: they answer to combinations of strokes.
#
# ReLU makes many exact zeros. How many depends on the input: the black ground of digits has one answer
# everywhere, noise has no ground at all, so its shares differ; the numbers are those printed above.
#
# The network does not notice. It has ten outputs and was trained to choose one for whatever comes; strong
# answers to clothes or noise lead to confident nonsense. Nothing in the loss asks for “none of these”.
#
# - [ ] 1 point: first layer local edges at their place, second coarser combinations, with own numbers
# - [ ] 1 point: it answers to foreign inputs, too, and must choose one of ten classes
# ### END SOLUTION

# %% [markdown]
# # G. A checklist
#
# A network that learns nothing, or refuses to run, mostly has one of few faults. Four checks find them,
# and each is a function. **Axes**: is the batch `(N, C, H, W)`? **Sizes**: does every layer fit to the
# one before? **Receptive field**: does a unit see enough of the image? **Dead channels**: does each
# channel answer to anything? The last comes from ReLU: where z is negative for every input, output and
# gradient are 0, and the channel can never recover.

# %% tags=["demo", "nbval-ignore-output"]
pictures.dead_units()

# %% [markdown]
# *The numbers z of one channel over 2000 inputs, and what ReLU lets pass, as the bias sinks.*
#
# ### Exercise 16: the axes (1 point)
#
# Write `axes_problem(shape, channels) -> str`. `shape` is that of what is given to a network whose first
# convolution has `channels` input channels: three or four numbers. Return exactly one of these texts:
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
check("lenet.axes_problem", axes_problem)

# %% [markdown]
# ### Exercise 17: the sizes (3 points)
#
# A network is a list of layers as in section 04: dicts with `"layer"`, one of `"conv"`, `"max_pool"`,
# `"avg_pool"`, `"relu"`, `"flatten"`, `"linear"`, and PyTorch's arguments by name (`in_channels`,
# `out_channels`, `kernel_size`, `stride`, `padding`; `in_features`, `out_features`). Write
# `first_misfit(config, shape) -> int` for an input of this shape, `(N, C, H, W)`: the number, from 0, of
# the first layer that cannot take what it is given, or -1 if all fit. `torch.nn` is not allowed.
#
# - `"conv"` needs `in_channels` channels; it and the poolings need windows no larger than the map with
#   its padding.
# - `"linear"` stands behind `"flatten"` and needs `in_features` numbers.
#
# By hand: (1, 1, 6, 6); layer 0 a convolution from 1 to 2 channels with 3 x 3 kernels: (1, 2, 4, 4);
# layer 1 flatten: 32 numbers; layer 2 dense with in_features=72: misfit, the answer is 2.

# %% answer="lenet.first_misfit"
def first_misfit(config, shape):
    """Number of the first layer that does not fit, or -1."""
    ### BEGIN SOLUTION
    _, C, H, W = shape
    for number, layer in enumerate(config):
        if layer["layer"] == "conv":
            if layer["in_channels"] != C:
                return number
            C = layer["out_channels"]
        if "kernel_size" in layer:
            k, s, p = layer["kernel_size"], layer["stride"], layer["padding"]
            if k > min(H, W) + 2 * p:
                return number
            H, W = ((size + 2 * p - k) // s + 1 for size in (H, W))
        if layer["layer"] == "flatten":
            features = C * H * W
        if layer["layer"] == "linear":
            if layer["in_features"] != features:
                return number
            features = layer["out_features"]
    return -1
    ### END SOLUTION

# hint("lenet.first_misfit")

# %% check="lenet.first_misfit"
check("lenet.first_misfit", first_misfit)

# %% [markdown]
# ### Exercise 18: the receptive field (2 points)
#
# Write `seen_rows(model, shape) -> int`: how many rows of an image of this shape, `(1, 1, H, W)`, reach
# one unit in the middle of the model's output Y: `Y[0, 0, i, j]`, where i is half of Y's rows and j half
# of its columns, rounded down. The model consists of convolutions and average poolings. Ask the
# gradient: it is zero at every pixel that was not read.
#
# By hand: one convolution with 3 x 3 kernels: 3.

# %% answer="lenet.seen_rows"
def seen_rows(model, shape):
    """Rows of the image that one output in the middle depends on."""
    ### BEGIN SOLUTION
    X = torch.randn(shape, requires_grad=True)
    Y = model(X)
    Y[0, 0, Y.shape[2] // 2, Y.shape[3] // 2].backward()
    return (X.grad[0, 0] != 0).any(dim=1).sum().item()
    ### END SOLUTION

# hint("lenet.seen_rows")

# %% check="lenet.seen_rows"
check("lenet.seen_rows", seen_rows)

# %% [markdown]
# ### Exercise 19: dead channels (1 point)
#
# Write `dead_channels(maps)`: `maps` of shape `(N, C, H, W)`, from behind a ReLU; returns the list of
# the numbers, from 0, of the channels that are 0 at every pixel of every image, in ascending order. An
# empty list says that all are alive.
#
# By hand: two images, three channels of one pixel: `[[0], [0], [4]]` and `[[1], [0], [2]]`: only channel
# 1 is dead, `[1]`.

# %% answer="lenet.dead_channels"
def dead_channels(maps):
    """Numbers of the channels that answer to nothing: (N, C, H, W) -> list."""
    ### BEGIN SOLUTION
    return [c for c in range(maps.shape[1]) if (maps[:, c] == 0).all()]
    ### END SOLUTION

# hint("lenet.dead_channels")

# %% check="lenet.dead_channels"
check("lenet.dead_channels", dead_channels)

# %% [markdown]
# ### Exercise 20: find the bug in a summary (1 point)
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
# Answer with one letter in quotes. This answer is recorded.

# %% answer="lenet.summary_choice"
summary_choice = ...
### BEGIN SOLUTION
summary_choice = "C"
### END SOLUTION

# %% check="lenet.summary_choice"
check("lenet.summary_choice", summary_choice)

# %% [markdown]
# # Check yourself
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
# # Summary
#
# - LeNet: two convolutions with pooling, three dense layers; 61,706 parameters, of which 48,120 are in
#   the first dense layer.
# - Weights are learned from the training part, everything else is chosen by the validation part, and the
#   test part is looked at once. All are normalised by the training part's statistics.
# - First weights keep the variance of the signal: Xavier for tanh, He for ReLU.
# - For each batch: clear, forward, loss, backward, step. Train mode to train; eval mode and no gradients
#   to evaluate; averages weighted by images; logits into the cross-entropy.
# - Differences smaller than those between two seeds say nothing.
# - A classifier answers to everything, also to what it has never seen.
# - Axes, sizes, receptive field, dead channels: check them by code before you doubt the theory.
#
# **Further reading**
#
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, *Gradient-based learning applied to document
#   recognition*, 1998: LeNet-5.
# - X. Glorot and Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
#   2010.
# - K. He, X. Zhang, S. Ren and J. Sun, *Delving deep into rectifiers: surpassing human-level performance
#   on ImageNet classification*, 2015.
# - H. Xiao, K. Rasul and R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine
#   learning algorithms*, 2017.
