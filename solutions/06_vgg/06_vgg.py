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
# # 06 VGG
#
# LeNet has five layers. How does one write networks of eleven, sixteen or more, and what does depth bring?
# **VGG** (2014) answers with one block, used again and again.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 05.
#
# `profile` sets how long the labs train: `smoke` some seconds, `laptop` and `gpu` some minutes. To change
# it, insert a cell of your own below the next one, for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.checks.attempt import attempt
from course_lib.data import load
from course_lib.sections.vgg import curves, pictures
from course_lib.training.fit import fit
from course_lib.training.profile import choose

from dataclasses import replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models

begin("vgg", globals())

# %% [markdown]
# ## What you will be able to do
#
# - say what a stack of small kernels sees, and what it costs, against one large kernel;
# - write a network as blocks, and a family of networks as one class;
# - say where the parameters, the work and the memory of a network are;
# - count its depth by a rule;
# - judge from curves whether a deeper network is a better one.

# %% [markdown]
# ## A. Small kernels, stacked
#
# AlexNet (2012) begins with a kernel of 11 x 11, so that a unit sees much of the image. There is another
# way to see much: several small kernels, one after the other. Move the slider:

# %% tags=["demo", "nbval-ignore-output"]
pictures.stacks()

# %% [markdown]
# *Left one row of units of each layer, the image below: one unit of the last layer (orange), and what it
# sees of those before. Right the weights of both ways, in units of C², where C channels go in and out.*
#
# Two 3 x 3 convolutions with stride 1 see 5 pixels in each direction, as one 5 x 5 does: the first adds
# two pixels to the one, the second another two. With one channel the two have 9 + 9 = 18 weights, the one
# has 25. With C channels in and out, each weight becomes C · C weights, in both.
#
# For n kernels of k x k: each one adds k - 1 pixels, and the receptive field is n(k - 1) + 1 pixels wide.

# %% [markdown]
# ### {vgg.stack_weights}
#
# Write `stack_weights(n, k, channels) -> (stack, single)`, two integers, each a number of weights, without
# biases:
#
# - `stack`: of n convolutions k x k in a row, stride 1, each with `channels` channels in and out;
# - `single`: of the one convolution, `channels` in and out, whose square kernel is as wide as their
#   receptive field.
#
# n, k and `channels` are whole numbers from 1 on; k may be even.
#
# By hand: `stack_weights(2, 3, 1)` is `(18, 25)`, as above.

# %% answer="vgg.stack_weights"
def stack_weights(n, k, channels):
    """Weights of n stacked k x k convolutions, and of one kernel that sees as much."""
    ### BEGIN SOLUTION
    side = n * (k - 1) + 1
    return n * k**2 * channels**2, side**2 * channels**2
    ### END SOLUTION

# hint("vgg.stack_weights")

# %% check="vgg.stack_weights"
stack_weights = check("vgg.stack_weights", stack_weights)

# %% [markdown]
# With 64 channels:

# %% tags=["demo"]
def table():
    for n in range(1, 6):
        stack, single = stack_weights(n, 3, 64)
        print(f"{n} of 3 x 3: {stack:>7,}   one kernel: {single:>7,}   {stack / single:.0%}")

attempt(table, "stack_weights")

# %% [markdown]
# ### {vgg.why_stacks}
#
# A person marks it.

# %% [markdown] essay="vgg.why_stacks"
# VGG replaces a 7 x 7 convolution by three 3 x 3 ones with a ReLU after each. Compare the weights for C
# channels in and out, and say why the comparison is fair. Which second advantage do the three have? What
# would be left of both advantages if the ReLUs between them were left out? Three to six sentences.
#
# ### BEGIN SOLUTION
# Three 3 x 3 have 3 · 9 C² = 27C² weights, one 7 x 7 has 49C²: 55 %. Both see 7 x 7 pixels and map C
# channels to C, so the comparison is fair. The three have three nonlinearities instead of one: they can
# compute functions that a single convolution with one ReLU cannot.
#
# Without the ReLUs between, the three would be one linear map, and equal (but for the border) to a single
# 7 x 7 convolution: the second advantage is gone. The first is, too, in a way: with fewer weights they
# could be only *some* of the 7 x 7 convolutions. (What the stack costs: three maps to keep for the
# gradient instead of one, and three steps that wait for each other.)
#
# - [ ] 1 point: 27C² against 49C² (or 55 %), with the same receptive field of 7 x 7
# - [ ] 1 point: more nonlinearities; without them the stack is one linear convolution
# ### END SOLUTION

# %% [markdown]
# ## B. The block
#
# VGG's block is such a stack, and a pooling after it:

# %% tags=["demo", "nbval-ignore-output"]
pictures.block()

# %% [markdown]
# *A block with two convolutions. Padding 1 keeps the size in each 3 x 3 convolution; only the pooling
# halves it. The first convolution changes the number of channels, the others keep it.* The dashed boxes
# are an addition of 2015: **batch norm**, which you met in section 05 and will write in section 07. With
# it much deeper networks can be trained; VGG's authors did not have it yet.

# %% [markdown]
# ### {vgg.vgg_block}
#
# Write `vgg_block(num_convs, in_channels, out_channels, batch_norm=False)`. It returns **one
# `nn.Sequential`** without parts inside parts, in this order:
#
# - `num_convs` times (one or more): a 3 x 3 convolution with padding 1; with `batch_norm=True` an
#   `nn.BatchNorm2d`; an `nn.ReLU`. The first convolution reads `in_channels`, all give `out_channels`.
# - then `nn.MaxPool2d(2)`.
#
# Every convolution has weights of its own, and a bias, also with batch norm: so has PyTorch's VGG. The
# block maps `(N, in, H, W)` to `(N, out, H // 2, W // 2)`, for any N ≥ 1 and H, W ≥ 2, and gradients reach
# all weights. Not allowed: `course_lib` and `torchvision`.
#
# By hand: `vgg_block(2, 3, 8)` is Conv2d, ReLU, Conv2d, ReLU, MaxPool2d, with the numbers 0 to 4. It has
# (27 + 1) · 8 + (72 + 1) · 8 = 808 parameters, and makes `(1, 8, 3, 2)` of `(1, 3, 6, 4)`.

# %% answer="vgg.vgg_block"
def vgg_block(num_convs, in_channels, out_channels, batch_norm=False):
    """3 x 3 convolutions, and a pooling: (N, in, H, W) -> (N, out, H // 2, W // 2)."""
    ### BEGIN SOLUTION
    layers = []
    for number in range(num_convs):
        inputs = in_channels if number == 0 else out_channels
        layers.append(nn.Conv2d(inputs, out_channels, kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(out_channels))
        layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.MaxPool2d(2))
    ### END SOLUTION

# hint("vgg.vgg_block")

# %% check="vgg.vgg_block"
vgg_block = check("vgg.vgg_block", vgg_block)

# %% [markdown]
# Layer by layer, with batch norm:

# %% tags=["demo"]
maps = torch.zeros(1, 3, 6, 4)
for layer in vgg_block(2, 3, 8, batch_norm=True):
    maps = layer(maps)
    count = sum(p.numel() for p in layer.parameters())
    print(f"{type(layer).__name__:12} {tuple(maps.shape)}   {count:>4} parameters")

# %% [markdown]
# ## C. The network
#
# Five blocks and three dense layers: that is VGG. The members of the family differ in the number of
# convolutions in each block.

# %% tags=["demo", "nbval-ignore-output"]
pictures.idea()

# %% [markdown]
# *VGG-11 for images of 224 x 224. Height is the size of the maps, width their number.* As a table, each
# pair is one block, `(number of convolutions, output channels)`:

# %%
VGG11 = ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512))
VGG13 = ((2, 64), (2, 128), (2, 256), (2, 512), (2, 512))
VGG16 = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))

# %% [markdown]
# ### {vgg.stage_shapes}
#
# One colour image, 96 pixels high and 160 wide, goes through VGG-11. Give a list of nine tuples, the shapes
# without the axis of the batch: after each of the five blocks `(C, H, W)`, after the flatten `(features,)`, and after each
# of the three dense layers, which have 4096, 4096 and 1000 units.
#
# The first block, by hand: 64 channels, and the pooling halves the size: `(64, 48, 80)`. The answer is
# recorded; with your marks you see whether it is right.

# %% answer="vgg.stage_shapes"
stage_shapes = ...
### BEGIN SOLUTION
stage_shapes = [(64, 48, 80), (128, 24, 40), (256, 12, 20), (512, 6, 10), (512, 3, 5)]
stage_shapes += [(512 * 3 * 5,), (4096,), (4096,), (1000,)]
### END SOLUTION

# hint("vgg.stage_shapes")

# %% check="vgg.stage_shapes"
stage_shapes = check("vgg.stage_shapes", stage_shapes)

# %% [markdown]
# ### {vgg.VGG}
#
# Write the rest of the constructor of `VGG(nn.Module)`: one class for the whole family.
#
# - `self.features`: **one `nn.Sequential` of all layers of all blocks**, in their order, without parts
#   inside parts. So VGG-11's weights get the names `features.0.weight`, `features.3.weight` and so on, as
#   PyTorch's VGG has them. `blocks` has one pair or more, as above; `in_channels` is the images'.
# - `width` multiplies the channels of **every block**, and nothing else. It is 1, 1/2, 1/4 and so on; the
#   products are always whole, but `nn.Conv2d` needs them as `int`.
# - With `batch_norm=True` every convolution is followed by batch norm, as in `vgg_block`.
# - `self.classifier`: `nn.Sequential` of Linear, ReLU, Dropout, Linear, ReLU, Dropout, Linear. The two
#   inner layers have `hidden` units; the last one gives `num_classes` logits, with nothing after it. Each
#   dropout has p = 0.5, `nn.Dropout`'s default.
# - The first dense layer reads all numbers of the last map. `size` is `(H, W)` of the images, square or
#   not; each pooling halves both and rounds down. (Both are at least 1 in the end.)
#
# `forward` is there: `(N, in_channels, H, W) -> (N, num_classes)` for any N ≥ 1. Your `vgg_block` may
# serve. Gradients must reach all weights. Not allowed: `course_lib` and `torchvision`.
#
# By hand: `VGG(((1, 8), (2, 16)), in_channels=1, size=(12, 20), num_classes=10, width=1/2, hidden=32)`.
# Its blocks give 4 and 8 channels. The map is (12, 20), then (6, 10), then (3, 5): the first dense layer
# reads 8 · 3 · 5 = 120 numbers.

# %% answer="vgg.VGG"
class VGG(nn.Module):
    """Blocks, then three dense layers: (N, in_channels, H, W) -> (N, num_classes)."""

    def __init__(self, blocks, in_channels=3, size=(224, 224), num_classes=1000, width=1,
                 hidden=4096, batch_norm=False):
        super().__init__()
        ### BEGIN SOLUTION
        layers, (height, columns) = [], size
        for num_convs, channels in blocks:
            out_channels = int(channels * width)
            layers += vgg_block(num_convs, in_channels, out_channels, batch_norm)
            in_channels, height, columns = out_channels, height // 2, columns // 2
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            *(nn.Linear(in_channels * height * columns, hidden), nn.ReLU(), nn.Dropout()),
            *(nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout()),
            nn.Linear(hidden, num_classes),
        )
        ### END SOLUTION

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))

# hint("vgg.VGG")

# %% check="vgg.VGG"
VGG = check("vgg.VGG", VGG)

# %% [markdown]
# Is it PyTorch's VGG? On the **meta device** tensors have a shape but no numbers, and networks of any size
# take no memory. There we compare names and shapes of all weights:

# %% tags=["demo"]
def shapes(net):
    return {name: tuple(weight.shape) for name, weight in net.state_dict().items()}

with torch.device("meta"):
    for blocks, theirs in ((VGG11, models.vgg11), (VGG13, models.vgg13), (VGG16, models.vgg16)):
        net = VGG(blocks)
        same = shapes(net) == shapes(theirs())
        count = sum(p.numel() for p in net.parameters())
        print(f"{theirs.__name__}: {count:,} parameters; same names and shapes: {same}")

# %% [markdown]
# ## D. Where the parameters are
#
# Over a hundred million parameters, and nearly as many in VGG-11 as in VGG-16. Where are they?

# %% tags=["demo", "nbval-ignore-output"]
pictures.costs()

# %% [markdown]
# *VGG-16 on one image of 224 x 224: parameters; multiply-adds (MACs); numbers that come out of the layers
# and are kept for the gradient, where each ReLU is an `nn.ReLU(inplace=True)`, which overwrites what it
# reads.* Three questions, three places:
# **parameters in the dense layers, work in the convolutions, memory in the first two blocks.** "Small" can
# mean any of them.

# %% [markdown]
# ### {vgg.dense_share}
#
# Write `dense_share(model) -> float`: the share, in [0, 1], of a model's parameters that are in dense
# layers.
#
# - Dense layers are `nn.Linear` modules, wherever in the model: it may have parts inside parts.
# - A parameter is one number of `model.parameters()`: weights and biases, frozen or not. Running averages
#   of batch norm are none.
# - The model has at least one parameter. It may have no dense layer: 0. The same layer, used twice, counts
#   once.
# - It may be on the meta device: there are shapes, no numbers, and it cannot be called. It stays as it is.
#
# By hand: `nn.Conv2d(1, 2, 3)` has 18 weights and 2 biases, `nn.Linear(8, 10)` has 80 and 10. In a model
# of these two the share is 90 / 110 = 0.818. `model.modules()` goes through all modules, the inner ones,
# too.

# %% answer="vgg.dense_share"
def dense_share(model):
    """Share of a model's parameters that are in its dense layers, in [0, 1]."""
    ### BEGIN SOLUTION
    dense = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    counts = [sum(p.numel() for p in layer.parameters()) for layer in dense]
    return sum(counts) / sum(p.numel() for p in model.parameters())
    ### END SOLUTION

# hint("vgg.dense_share")

# %% check="vgg.dense_share"
dense_share = check("vgg.dense_share", dense_share)

# %% [markdown]
# A quarter of the channels, ten classes, grey images, and dense layers as they were; then smaller images;
# then a smaller head:

# %% tags=["demo"]
with torch.device("meta"):
    nets = {
        "VGG-11": VGG(VGG11),
        "a quarter of it": VGG(VGG11, in_channels=1, num_classes=10, width=1/4),
        "on 32 x 32": VGG(VGG11, 1, (32, 32), 10, width=1/4),
        "512 hidden units": VGG(VGG11, 1, (32, 32), 10, width=1/4, hidden=512),
    }

def shares():
    for name, net in nets.items():
        count = sum(p.numel() for p in net.parameters())
        share = dense_share(net)
        print(f"{name:17}{count:>12,}, in dense layers {share * count:>11,.0f}, {share:.1%}")

attempt(shares, "dense_share")

# %% [markdown]
# A quarter of the width leaves about a sixteenth of the convolutions' weights, since the channels that
# come in shrink, too. But 42.5 of 43.1 million parameters are in the dense layers then. A narrow network
# is small only if its head is.

# %% [markdown]
# ### Depth
#
# VGG-16 has 16 layers, if one counts as is usual: **convolutions and dense layers**, nothing else. ResNets
# (section 07) have shortcuts beside the main path, in PyTorch parts named `downsample`; a convolution in
# there makes nothing deeper.

# %% [markdown]
# ### {vgg.depth}
#
# Write `depth(model) -> int`: the number of `nn.Conv2d` and `nn.Linear` modules anywhere in the model,
# except those inside a part with the name `downsample`, wherever it is. The model may be on the meta
# device; it is not called, and stays as it is.
#
# `model.named_modules()` gives pairs of name and module. A name holds all parts on the way, with dots
# between: `layer2.0.downsample.0` is inside such a part, and so is `downsample.0`.
#
# By hand: Conv2d, ReLU, MaxPool2d, Flatten, Linear, ReLU, Linear: 3.

# %% answer="vgg.depth"
def depth(model):
    """Convolutions and dense layers of a model, those of shortcuts left out."""
    ### BEGIN SOLUTION
    named = model.named_modules()
    layers = [name for name, layer in named if isinstance(layer, (nn.Conv2d, nn.Linear))]
    return sum("downsample" not in name.split(".") for name in layers)
    ### END SOLUTION

# hint("vgg.depth")

# %% check="vgg.depth"
depth = check("vgg.depth", depth)

# %% [markdown]
# What does depth bring? PyTorch's networks were trained on ImageNet, photographs of 1000 classes, and come
# with their **top-5 error**: the share of images whose class is not among the five likeliest. It is
# measured alike for all, on the validation part, from one cut-out of 224 x 224 in the middle of each
# image.

# %% tags=["demo"]
def top5_error(name):
    meta = models.get_model_weights(name).IMAGENET1K_V1.meta
    return 100 - meta["_metrics"]["ImageNet-1K"]["acc@5"]

def depths():
    for name in ("vgg11", "vgg13", "vgg16", "vgg19", "resnet18"):
        with torch.device("meta"):
            net = models.get_model(name)
        print(f"{name:9} depth {depth(net)}   top-5 error {top5_error(name):5.2f} %")

attempt(depths, "depth")

# %% [markdown]
# ## E. Lab: is deeper better?
#
# Among these VGGs, yes: deeper was better, a little each time. Is it so for yours, on other images? First
# a network that trains in seconds: VGG-11 with an eighth of the channels, on section 05's glyphs. Five
# poolings leave nothing of 28 x 28 pixels (28, 14, 7, 3, 1, 0), so each image gets two pixels of margin on
# all sides. (If you have fetched Fashion-MNIST's clothes, `load("fashion_mnist")` works as well.)

# %% tags=["nbval-ignore-output"]
data = load("glyphs")

def with_margin(part):
    return replace(part, images=F.pad(part.images, [2] * 4))

train, validation = with_margin(data.train), with_margin(data.validation)
print(train, validation, sep="\n")

# %% tags=["demo", "nbval-ignore-output"]
small = {"in_channels": 1, "size": (32, 32), "num_classes": 10, "width": 1/8, "hidden": 512}

def train_small(blocks, lr=0.01, **settings):
    torch.manual_seed(0)
    net = VGG(blocks, **small, **settings)
    descent = partial(torch.optim.SGD, momentum=0.9)
    epochs = choose(profile, smoke=3, laptop=6, gpu=6)
    fit(net, train, validation, epochs=epochs, batch_size=64, lr=lr, optimiser=descent)

attempt(lambda: train_small(VGG11, batch_norm=True), "VGG")

# %% [markdown]
# (`momentum` makes descent faster; section 08 tells how.) Now take the batch norm away, `train_small(VGG11)`, or take VGG-16
# without it: the loss stays at ln 10 = 2.30, that of guessing. What comes through to the last convolution?

# %% tags=["demo", "nbval-ignore-output"]
pictures.signal()

# %% [markdown]
# *After each ReLU: how much a unit's output changes from image to image (standard deviation), against its
# size (mean), before training; logarithmic.*
#
# - **PyTorch's default**: the weights have variance 1 / (3 · fan_in), and ReLU leaves half of the mean
#   square. So a sixth of it passes each layer, and the image's part of the signal fades. The biases are
#   drawn anew in each layer, and do not fade: in the end all images look alike. Without biases (dotted)
#   the images would stay apart.
# - **He's** weights have variance 2 / fan_in, six times as much, and biases 0. The signal arrives.
# - **Batch norm** subtracts the mean over the images, biases included, and scales what is left, in every
#   layer.
#
# So compare depths among networks that begin well. Three depths, three beginnings, three seeds each, with
# one learning rate for all; that takes a while, so the curves are stored:

# %% tags=["demo", "nbval-ignore-output"]
runs = curves.stored()
print(runs)

# %% tags=["demo", "nbval-ignore-output"]
pictures.deeper(runs)

# %% [markdown]
# *Above the loss on the training part, while training (with dropout); below the share right on the
# validation part, by epoch. A line is the mean of the seeds, a band reaches from the worst to the best.
# Dotted: guessing.* With `train_here = True` yours are trained:

# %% tags=["demo", "nbval-ignore-output"]
train_here = False

def train_all():
    yours = curves.train(VGG, data)
    print(yours)
    pictures.deeper(yours)

if train_here:
    attempt(train_all, "VGG")

# %% [markdown]
# ### {vgg.deeper_better}
#
# A person marks it.

# %% [markdown] essay="vgg.deeper_better"
# Is a deeper VGG a better one? Answer for each of the three beginnings, with numbers from the table and
# the curves and with the spread between seeds. Somebody has only the first column of curves and concludes:
# "VGG-16 is too deep for such images; it overfits." Which of his curves refutes the second half, and what
# refutes the first?
#
# ### BEGIN SOLUTION
# With PyTorch's default weights none of the three leaves chance: loss 2.30, 10 % right, whatever the seed.
# That says nothing of depth. With He's weights all learn, slowly and by luck: VGG-11 74.9 % (64.2 to
# 91.3), VGG-13 48.2 % (34.5 to 74.7), VGG-16 75.6 % (69.0 to 85.0). The seeds of one network are further
# apart than the means of 11 and 16 layers, and the best VGG-13 beats the worst VGG-11. With batch norm it
# is 98.2, 98.7 and 98.2 %; half a point of 600 images is three images. So here deeper is neither better
# nor worse; but with batch norm every seed of each depth is above every one with He's weights.
#
# Who overfits has a low *training* loss. His stays at 2.30: the network learns nothing at all. And it is
# not too deep: the same sixteen layers reach 98 % with batch norm, and VGG-11 with default weights stays
# at chance, too. (All of this for six epochs, narrow networks, one rate and one optimiser.)
#
# - [ ] 1 point: an answer for each beginning by numbers, which takes the spread between seeds into account
# - [ ] 1 point: no overfitting, since the *training* loss stays at ln 10; with He's weights or batch norm
#   the same depth learns, so the beginning is to blame, not the depth
# ### END SOLUTION

# %% [markdown]
# Extra, below: He's weights and the signal by your own code, the costs of each block, and five
# architectures in one table.

# %% [markdown]
# ## Check yourself
#
# Three short quizzes, without points.
#
# **Stacks and blocks**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("vgg.stacks")

# %% [markdown]
# **Where the costs are**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("vgg.costs")

# %% [markdown]
# **Depth** (one question is on an extra)

# %% tags=["quiz", "nbval-ignore-output"]
quiz("vgg.depth")

# %% [markdown]
# ## Summary
#
# - n kernels of 3 x 3 see as much as one of 2n + 1: with fewer weights (27C² against 49C² for three) and
#   more nonlinearities.
# - VGG is one block, repeated: 3 x 3 convolutions that keep the size, then a pooling that halves it,
#   mostly with twice the channels next. A family of networks is one class and a table.
# - Of VGG-16's 138 million parameters nine tenths are in the dense layers; work and memory are elsewhere.
# - Depth counts convolutions and dense layers on the main path.
# - Deeper is not better by itself: the signal has to come through. He's weights or batch norm see to that.
#   Compare several seeds, and look at the training loss first.
#
# **Further reading**
#
# - K. Simonyan and A. Zisserman, *Very deep convolutional networks for large-scale image recognition*, 2014. They
#   began the deep ones with weights of trained shallower ones.
# - K. He and others, *Delving deep into rectifiers*, 2015. S. Ioffe and C. Szegedy, *Batch normalization*,
#   2015.

# %% [markdown]
# ## Extra: the first weights of a whole network
#
# Part E's figure, by your own code.

# %% [markdown]
# ### {vgg.he_init}
#
# Write `he_init(model)`. It changes, in place, the first weights of every `nn.Conv2d` and `nn.Linear`
# anywhere in the model: drawn from a normal distribution with mean 0 and variance 2 / fan_in, as in
# section 05, anew for each layer and in each call. Kernels need not be square; there are no groups. Their
# biases, where there are any, become 0. All else, as batch norm, stays. Return the model. PyTorch's
# `nn.init` may serve.
#
# By hand: an `nn.Conv2d(3, 8, 5)` reads 3 · 25 = 75 numbers for an output: standard deviation √(2 / 75) =
# 0.163.

# %% answer="vgg.he_init"
def he_init(model):
    """Draws He's first weights, in place: -> the model."""
    ### BEGIN SOLUTION
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model
    ### END SOLUTION

# hint("vgg.he_init")

# %% check="vgg.he_init"
he_init = check("vgg.he_init", he_init)

# %% [markdown]
# ### {vgg.signal}
#
# Write `signal(layers, images) -> list`. `layers` is an `nn.Sequential` with at least one `nn.ReLU`
# directly in it; `images`, `(N, C, H, W)` with N ≥ 2, go through it, layer by layer. For **each ReLU**
# give one number:
#
# 1. the standard deviation of each number of its output **over the images**, the one that divides by N
#    (`unbiased=False`);
# 2. the mean of these, divided by the mean of the output (of all of its numbers, which is never 0).
#
# `layers` is in eval mode, and batch norm may stand in it. Leave both as they are.
#
# By hand: two images, one number each, 1 and 3 after the ReLU: deviation 1, mean 2, so 0.5.

# %% answer="vgg.signal"
def signal(layers, images):
    """How much the outputs of each ReLU depend on the image: one number for each."""
    ### BEGIN SOLUTION
    found, maps = [], images
    with torch.no_grad():
        for layer in layers:
            maps = layer(maps)
            if isinstance(layer, nn.ReLU):
                found.append((maps.std(0, unbiased=False).mean() / maps.mean()).item())
    return found
    ### END SOLUTION

# hint("vgg.signal")

# %% check="vgg.signal"
signal = check("vgg.signal", signal)

# %% tags=["demo", "nbval-ignore-output"]
images = train.inputs()[:64]

def two_beginnings():
    for name, begin_with in (("default", lambda net: net), ("He", he_init)):
        torch.manual_seed(0)
        found = signal(begin_with(VGG(VGG16, **small)).features, images)
        print(f"{name:8}", " ".join(f"{value:.1g}" for value in found))

attempt(two_beginnings, "VGG, he_init, signal")

# %% [markdown]
# ## Extra: what a block costs
#
# Part D's figure, by your own code.

# %% [markdown]
# ### {vgg.block_costs}
#
# Write `block_costs(blocks, in_channels, size) -> list`: for each block, as `vgg_block` builds it without
# batch norm, three whole numbers `(parameters, macs, activations)`, all for one image of `size` `(H, W)`,
# square or not:
#
# - `parameters`: weights and biases;
# - `macs`: multiply-adds, as in section 03; biases and pooling count none;
# - `activations`: the numbers that come out of its convolutions and out of its pooling. A ReLU that
#   overwrites what it reads, `nn.ReLU(inplace=True)`, adds none.
#
# Poolings round down.
#
# By hand: `block_costs(((1, 4),), 2, (6, 4))`: 4 · (18 + 1) = 76 parameters; 72 weights at 24 places, 1728
# MACs; 4 · 24 numbers after the convolution and 4 · 6 after the pooling, 120. `[(76, 1728, 120)]`.

# %% answer="vgg.block_costs"
def block_costs(blocks, in_channels, size):
    """Parameters, multiply-adds and activations of each block, for one image."""
    ### BEGIN SOLUTION
    found, (height, columns) = [], size
    for num_convs, channels in blocks:
        inputs = [in_channels] + [channels] * (num_convs - 1)
        weights, places = sum(9 * i * channels for i in inputs), height * columns
        height, columns, in_channels = height // 2, columns // 2, channels
        out = channels * (num_convs * places + height * columns)
        found.append((weights + num_convs * channels, weights * places, out))
    return found
    ### END SOLUTION

# hint("vgg.block_costs")

# %% check="vgg.block_costs"
block_costs = check("vgg.block_costs", block_costs)

# %% [markdown]
# VGG-16, whole, with the image and the dense layers; a number takes four bytes:

# %% tags=["demo"]
def whole():
    head = ((512 * 7 * 7, 4096), (4096, 4096), (4096, 1000))
    parameters, macs, activations = map(sum, zip(*block_costs(VGG16, 3, (224, 224)), strict=True))
    parameters += sum((i + 1) * o for i, o in head)
    activations += 3 * 224 * 224 + sum(o for _, o in head)
    print(f"{macs + sum(i * o for i, o in head):,} multiply-adds")
    print(f"{parameters:,} parameters, {4 * parameters / 1e6:.0f} MB")
    print(f"{activations:,} activations, {4 * activations / 1e6:.0f} MB")

attempt(whole, "block_costs")

# %% [markdown]
# ## Extra: five architectures in one table
#
# | year | network | idea |
# |---|---|---|
# | 1998 | LeNet | convolution and pooling in turn, then dense layers |
# | 2012 | AlexNet | the same, larger: ReLU, dropout, augmentation, over a million photographs |
# | 2014 | VGG-16 | one block of 3 x 3 kernels, repeated |
# | 2015 | ResNet-50 | shortcuts around blocks; batch norm; global average pooling (section 07) |
# | 2018 | MobileNetV2 | depthwise separable convolutions (section 03), for phones |

# %% [markdown]
# ### {vgg.architecture_table}
#
# Give a list of five pairs `(depth, parameters)`, in this order: LeNet, AlexNet, VGG-16, ResNet-50,
# MobileNetV2; the depth by the rule of {vgg.depth}. LeNet is that of section 05, with 61,706 parameters;
# the others are `models.alexnet`, `vgg16`, `resnet50` and `mobilenet_v2`, with 1000 classes. Let code
# count, on the meta device.
#
# LeNet, by hand: two convolutions and three dense layers, `(5, 61706)`.

# %% answer="vgg.architecture_table"
architecture_table = ...
### BEGIN SOLUTION
architecture_table = [(5, 61706)]
with torch.device("meta"):
    for make in (models.alexnet, models.vgg16, models.resnet50, models.mobilenet_v2):
        net = make()
        parameters = sum(p.numel() for p in net.parameters())
        architecture_table.append((depth(net), parameters))
### END SOLUTION

# hint("vgg.architecture_table")

# %% check="vgg.architecture_table"
architecture_table = check("vgg.architecture_table", architecture_table)

# %% [markdown]
# (The AlexNet of 2012 was split over two GPUs and had 60,965,224; PyTorch's is a later form of it.) Beside
# them their errors, by one protocol:

# %% tags=["demo"]
for name in ("alexnet", "vgg16", "resnet50", "resnet152", "mobilenet_v2"):
    meta = models.get_model_weights(name).IMAGENET1K_V1.meta
    error = 100 - meta["_metrics"]["ImageNet-1K"]["acc@5"]
    print(f"{name:13}{meta['num_params']:>12,} parameters   top-5 error {error:5.2f} %")

# %% [markdown]
# *Top-5 error on ImageNet's validation part, one cut-out from the middle of each image, as PyTorch states
# it for its first weights (V1).* In papers you find lower numbers, such as 7.3 % for VGG: for several
# networks together, and many cut-outs of each image. They cannot stand beside these.

# %% [markdown]
# ### {vgg.architectures}
#
# A person marks it.

# %% [markdown] essay="vgg.architectures"
# From AlexNet to VGG-16, and from VGG-16 to ResNet-50 and MobileNetV2: what happened to the parameters, to
# the depth and to the error? Which idea explains where the parameters went? And why does a table that
# lists "7.3 %" for VGG beside these numbers mislead?
#
# ### BEGIN SOLUTION
# From AlexNet to VGG-16 all grew: 61 to 138 million parameters, depth 8 to 16, and the error fell from
# 20.9 to 9.6 %. After it the parameters fell though the depth went on growing: ResNet-50 has 25.6 million,
# depth 50 and 7.1 %; MobileNetV2 3.5 million, depth 53, and at 9.7 % about VGG-16's error. Where they
# went: in VGG-16 nine tenths are in the dense head; both later networks have global average pooling and
# one dense layer instead. MobileNetV2 saves in the convolutions, too, by separating them.
#
# 7.3 % was measured otherwise: several networks averaged, or many cut-outs of each image. Some of the
# difference to 9.6 % is the measurement, not the network; a comparison needs one protocol for all.
#
# - [ ] 1 point: parameters fell although depth grew, since GAP replaced the dense layers (or convolutions
#   were separated)
# - [ ] 1 point: the numbers come from different protocols (ensembles, several cut-outs), so they cannot be
#   compared
# ### END SOLUTION
