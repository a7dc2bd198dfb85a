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
# # 07 ResNet
#
# From some depth on, more layers make a plain network worse. Here you write the two things that changed
# that: batch normalisation, and a sum that leads around two layers. At the end a ResNet trains on both.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 06.
#
# `profile` sets how long the labs train: `smoke` some seconds, `laptop` and `gpu` some minutes. To change
# it, insert a cell of your own below the next one, for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.data import load, load_or_default
from course_lib.sections.resnet import curves, pictures
from course_lib.training.fit import accuracy, fit
from course_lib.training.profile import choose

import copy

import torch
import torch.nn.functional as F
from torch import nn

begin("resnet", globals())

# %% [markdown]
# ## What you will be able to do
#
# - tell degradation from overfitting by curves of training;
# - write batch norm for training and for inference, and say what may be left out beside it;
# - write a residual block, and of blocks any ResNet, under the names of torchvision's weights;
# - say what a skip does to gradients, measure it, and know what it does not explain.

# %% [markdown]
# ## A. Deeper is worse
#
# A deeper network can compute all that a shallower one can: let its additional layers pass on what they
# get. On the images that it trains on, it should be at least as good. He and others tried it in 2015:
# networks of 20 and of 56 layers, as equal as can be. Small ones of the same form:

# %% tags=["nbval-ignore-output"]
depths = curves.stored("depths")
for name, text in depths.about.items():
    print(f"{name}: {text}")

# %% tags=["demo", "nbval-ignore-output"]
pictures.depths(depths, skips=False)

# %% [markdown]
# *Left the training loss, right the accuracy on the validation part, by epoch. A line is the mean of three
# seeds, a band reaches from the lowest to the highest.* Both networks have batch norm after every
# convolution and the same training: images, batches, learning rates, six epochs. On other images and
# with many more epochs the authors found the same.

# %% [markdown]
# ### {resnet.degradation}
#
# Plain-56 does worse than plain-20 on the validation part. Somebody says: “Of course, it has more
# parameters: it overfits.” Which observation rules that out?
#
# - **A** Its validation accuracy is lower.
# - **B** Its training loss is higher.
# - **C** It has more layers of the same kind.
# - **D** Its training loss falls from the first epoch to the last.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="resnet.degradation"
degradation = ...
### BEGIN SOLUTION
degradation = "B"
### END SOLUTION

# %% check="resnet.degradation"
degradation = check("resnet.degradation", degradation)

# %% [markdown]
# This is called **degradation**: good weights exist (those of the shallower network, and layers that
# pass things on), and training does not find them. The authors' guess: for a stack of layers with ReLUs,
# just to pass things on is hard to learn. Before their cure comes a tool that all these networks share.

# %% [markdown]
# ## B. Batch norm
#
# **Batch normalisation** (Ioffe and Szegedy, 2015) gives each channel the same scale in every layer,
# whatever the weights before it do. In training it looks at one channel of the whole batch, all images
# and all positions: N · H · W numbers. Move what comes in:

# %% tags=["demo", "nbval-ignore-output"]
pictures.channel()

# %% [markdown]
# *One channel of a batch: as it comes in, normalised to mean 0 and variance 1, and at the end with the weight
# and the bias that the layer learns.* In formulas, for each channel c with its n = N · H · W numbers x:
#
# $$\mu_c = \frac{1}{n} \sum x, \qquad \sigma_c^2 = \frac{1}{n} \sum (x - \mu_c)^2, \qquad
# y = \gamma_c \, \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \varepsilon}} + \beta_c$$
#
# $\gamma_c$ is called `weight` and begins at 1, $\beta_c$ is the `bias` and begins at 0; both are learned.
# The small $\varepsilon$, `eps`, keeps a constant channel from a division by 0.
#
# An image's output now depends on the other images in its batch. That must not be so when the network is
# **used**, perhaps for a single image. So while training the layer remembers **running statistics**, and
# in eval mode it takes them in place of the batch's:
#
# $$\text{running} \leftarrow (1 - m) \cdot \text{running} + m \cdot \text{batch}, \qquad
# m = \text{momentum} = 0.1$$

# %% tags=["demo", "nbval-ignore-output"]
pictures.running()

# %% [markdown]
# *Dots: the mean of each batch of 16 numbers. Line: the running mean, which begins at 0.* A small momentum is
# slow, a large one follows every batch. (The `momentum` of SGD is another thing.) It is no exact mean over the training set: the last batches count
# most.
#
# PyTorch's layer at two images of one pixel, then at one image, in eval mode. Change the numbers:

# %% tags=["demo"]
layer = nn.BatchNorm2d(1)
normalised = layer(torch.tensor([1.0, 3.0]).reshape(2, 1, 1, 1))
print("train mode:", [round(number, 3) for number in normalised.flatten().tolist()])
print(f"running mean {layer.running_mean.item():.2f}, variance {layer.running_var.item():.2f}")
print(f"eval mode: {layer.eval()(torch.full((1, 1, 1, 1), 1.0)).item():.3f}")

# %% [markdown]
# The running variance has become 0.9 · 1 + 0.1 · 2: for it the batch's variance divides by n - 1 = 1, the
# **unbiased** variance, not by n, the **biased** one. From few numbers that estimates a variance better.

# %% [markdown]
# ### {resnet.BatchNorm2d}
#
# Complete `BatchNorm2d(num_features, eps=1e-5, momentum=0.1)` for `x` of shape `(N, C, H, W)`, C =
# `num_features`, as PyTorch has it.
#
# - The constructor lacks two buffers, `running_mean`, at first zeros, and `running_var`, at first ones, of
#   shape `(C,)`. A **buffer** is saved with the weights and not trained; one stands there as a pattern.
#   (It is PyTorch's, nothing reads it, you need not count.)
# - In train mode (`self.training`) normalise by the batch's mean and variance; the variance divides by n.
#   Gradients flow through both. Then update the running statistics, without gradients
#   (`torch.no_grad()` or `detach()`); for `running_var` the batch's variance divides by n - 1. n is at least 2.
# - In eval mode normalise by the running statistics, and change nothing; also when gradients are recorded.
# - `x` stays as it is. Not allowed: PyTorch's own normalisations, as functions or classes.
#
# By hand: one channel, N = 2, H = W = 1, numbers 1 and 3. Mean 2, variance 1: output -1 and 1 (nearly, for
# `eps`). `running_mean` becomes 0.9 · 0 + 0.1 · 2 = 0.2, `running_var` 0.9 · 1 + 0.1 · 2 = 1.1.

# %% answer="resnet.BatchNorm2d"
class BatchNorm2d(nn.Module):
    """Batch normalisation for each channel: (N, C, H, W) -> (N, C, H, W)."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))
        ### BEGIN SOLUTION
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(x.detach().var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        return self.weight[:, None, None] * x + self.bias[:, None, None]
        ### END SOLUTION
# hint("resnet.BatchNorm2d")

# %% check="resnet.BatchNorm2d"
BatchNorm2d = check("resnet.BatchNorm2d", BatchNorm2d)

# %% [markdown]
# 64 channels are 128 numbers to learn; the 128 running statistics are not learned:

# %% tags=["demo"]
layer = BatchNorm2d(64)
print("to learn:", sum(p.numel() for p in layer.parameters()))
print("running statistics:", layer.running_mean.numel() + layer.running_var.numel())

# %% [markdown]
# ### {resnet.per_channel_choice}
#
# In a dense network, batch norm has a mean and a variance for each unit. After a convolution it has one pair
# for each channel, taken over all positions. Why not a pair for each position of each channel?
#
# - **A** At different positions the numbers differ too little for that.
# - **B** All positions of a channel come from one kernel. Treated alike, a shifted image still gives
#   shifted maps; and there are N · H · W numbers to estimate from, not N.
# - **C** Gradients could not flow through so many means.
# - **D** PyTorch stores a channel's numbers one after the other.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="resnet.per_channel_choice"
per_channel_choice = ...
### BEGIN SOLUTION
per_channel_choice = "B"
### END SOLUTION

# %% check="resnet.per_channel_choice"
per_channel_choice = check("resnet.per_channel_choice", per_channel_choice)

# %% [markdown]
# A convolution with a bias, then your batch norm. How large are the gradients of both, in either mode?

# %% tags=["demo", "nbval-ignore-output"]
torch.manual_seed(0)
conv, norm = nn.Conv2d(3, 8, 3), BatchNorm2d(8)
images, target = torch.randn(16, 3, 12, 12), torch.randn(16, 8, 10, 10)
for training in (True, False):
    norm.train(training)
    conv.zero_grad()
    ((norm(conv(images)) - target) ** 2).sum().backward()
    bias, weight = conv.bias.grad.abs().max(), conv.weight.grad.abs().max()
    print(f"training={training!s:5}  largest gradient: bias {bias:.0e}, weight {weight:.0e}")

# %% [markdown]
# ### {resnet.no_bias_choice}
#
# Networks with batch norm are mostly written with `nn.Conv2d(..., bias=False)` before it. Why?
#
# - **A** In training the norm takes away, with the mean, whatever constant the bias has added to a
#   channel; a constant is added by the norm's own bias.
# - **B** The bias would be another one for each image, and could not be learned.
# - **C** The norm divides by the bias, which may be 0.
# - **D** The bias would make the variance larger, and the signal smaller.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="resnet.no_bias_choice"
no_bias_choice = ...
### BEGIN SOLUTION
no_bias_choice = "A"
### END SOLUTION

# %% check="resnet.no_bias_choice"
no_bias_choice = check("resnet.no_bias_choice", no_bias_choice)

# %% [markdown]
# Extra to this part: the two modes ({resnet.two_modes}) and higher learning rates ({resnet.learning_rates}).

# %% [markdown]
# ## C. The residual block
#
# If passing things on is hard to learn, let it be there from the start. What goes into a block is added
# to what comes out of its layers, F: $y = \mathrm{ReLU}(F(x) + x)$. The layers learn the difference, the
# **residual**; with F = 0 the block passes on what it gets. The way around them is the **skip connection**,
# or shortcut.

# %% tags=["demo", "nbval-ignore-output"]
pictures.block()

# %% [markdown]
# *Left a block whose input and output have the same shape. Right one with a stride or another number of
# channels: there x cannot be added as it is, and a 1 x 1 convolution with the same stride, followed by batch
# norm, brings it to the shape: a **projection**.*
#
# The sum stands before the last ReLU. A ReLU on F before the sum as well would let blocks only ever add.

# %% [markdown]
# ### {resnet.BasicBlock}
#
# Complete `BasicBlock(in_channels, out_channels, stride=1)`, with torchvision's names, so that trained
# weights fit:
#
# - `conv2`: 3 x 3, padding 1, stride 1, no bias; `bn2`, a batch norm of its own;
# - `downsample`: as long as no projection is needed it stays as it is: an empty `nn.Sequential()` returns
#   what it is given. If `stride` is not 1, or `in_channels` is not `out_channels`, it is the `nn.Sequential`
#   of a 1 x 1 convolution with this stride and no bias, and a batch norm;
# - `forward`: convolution, norm, ReLU, convolution, norm, sum, ReLU. `x` stays as it is.
#
# Use your `BatchNorm2d`. Not allowed: `torchvision` and `course_lib`. `expansion` is needed later.
#
# By hand: x = `[1, 2]`, F(x) = `[-0.5, 0.25]`: y = `[0.5, 2.25]`. With F(x) = `[-2, 0.25]` ReLU would make
# it `[0, 2.25]`. Shapes: `BasicBlock(3, 6, stride=2)` makes `(4, 6, 3, 3)` of `(4, 3, 6, 6)`.

# %% answer="resnet.BasicBlock"
class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions and a skip: (N, C, H, W) -> (N, D, H / stride, W / stride)."""

    expansion = 1  # so many times `out_channels` come out

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = BatchNorm2d(out_channels)
        self.downsample = nn.Sequential()
        ### BEGIN SOLUTION
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = BatchNorm2d(out_channels)
        if stride != 1 or in_channels != out_channels:
            projection = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
            self.downsample = nn.Sequential(projection, BatchNorm2d(out_channels))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        out = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(out)) + self.downsample(x))
        ### END SOLUTION

# hint("resnet.BasicBlock")

# %% check="resnet.BasicBlock"
BasicBlock = check("resnet.BasicBlock", BasicBlock)

# %% [markdown]
# Eight blocks in a row, with the weights that they begin with; then the same with `bn2.weight` set to 0,
# so that every F is 0. Maps of a ReLU, never negative, go in. What comes out of the second?

# %% tags=["demo"]
torch.manual_seed(0)
blocks = nn.Sequential(*[BasicBlock(4, 4) for _ in range(8)])
maps = torch.rand(2, 4, 6, 6)
print("passes its input on:", torch.equal(blocks(maps), maps))
for block in blocks:
    nn.init.zeros_(block.bn2.weight)
print("with F = 0:         ", torch.equal(blocks(maps), maps))

# %% [markdown]
# To pass things on, layers without a skip must learn one particular set of weights exactly. A block needs
# F = 0.

# %% [markdown]
# ## D. ResNet
#
# A network of blocks: a **stem**, four **stages**, global average pooling and one dense layer. Each stage
# but the first begins with a block of stride 2, and doubles the channels.

# %% tags=["demo", "nbval-ignore-output"]
pictures.stages()

# %% [markdown]
# *ResNet-18 on an image of 224 x 224: height is the size of the maps, width their number. The number of blocks
# in each stage stands above, skips are drawn below; those with a projection are dashed.* 18 is 1 convolution
# in the stem, 8 blocks of 2, and the dense layer; projections are not counted. ResNet-34 has 3, 4, 6 and 3
# blocks.

# %% [markdown]
# ### {resnet.ResNet}
#
# Complete the constructor of `ResNet(block, layers, width=64, num_classes=1000)`: `(N, 3, H, W) ->
# (N, num_classes)`, logits. Stem and `forward` are there.
#
# - `layers`: four numbers of blocks, each at least 1.
# - `layer1`, `layer2`, `layer3`, `layer4`: each an `nn.Sequential` of its blocks, every one an object of its
#   own. (`self.add_module("layer1", ...)` takes a name that is computed.)
# - `block` is a class such as `BasicBlock`, called `block(in_channels, channels, stride)`. `channels` is
#   `width` in the first stage, then 2, 4 and 8 times `width`. What comes out has `channels * block.expansion`
#   channels; that is what the next block reads. For `BasicBlock` both are the same, for a later block not.
# - The stride is 2 in the first block of `layer2`, `layer3` and `layer4`, and 1 in all others.
# - `fc`, an `nn.Linear`, reads the mean of each map.
#
# Not allowed: `torchvision` and `course_lib`.
#
# By hand: `ResNet(BasicBlock, (2, 2, 2, 2), width=8)`. The first block of `layer3` reads 16 channels, has
# stride 2 and gives 32; the second reads 32. `fc` reads 64 numbers.

# %% answer="resnet.ResNet"
class ResNet(nn.Module):
    """A ResNet by configuration: (N, 3, H, W) -> (N, num_classes)."""

    def __init__(self, block, layers, width=64, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        ### BEGIN SOLUTION
        in_channels = width
        for stage, count in enumerate(layers):
            channels, blocks = width * 2**stage, []
            for place in range(count):
                blocks.append(block(in_channels, channels, 2 if stage > 0 and place == 0 else 1))
                in_channels = channels * block.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(in_channels, num_classes)
        ### END SOLUTION

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))
# hint("resnet.ResNet")

# %% check="resnet.ResNet"
ResNet = check("resnet.ResNet", ResNet)

# %% [markdown]
# Your ResNets for the 1000 classes of ImageNet. On the device `meta` tensors have shapes and no memory. In
# ResNet-18 each convolution's output channel would have a bias, were it not for batch norm:

# %%
def parameters(net):
    """How many numbers a network learns."""
    return sum(p.numel() for p in net.parameters())

# %% tags=["demo"]
with torch.device("meta"):
    for name, layers in (("ResNet-18", (2, 2, 2, 2)), ("ResNet-34", (3, 4, 6, 3))):
        net = ResNet(BasicBlock, layers)
        biases = sum(m.out_channels for m in net.modules() if isinstance(m, nn.Conv2d))
        with_biases = parameters(net) + biases
        print(f"{name}: {parameters(net):,} parameters; with biases {with_biases:,}")

# %% [markdown]
# These are torchvision's numbers, and its weights fit into your network, name by name. Here random ones
# (section 10 loads trained ones):

# %% tags=["demo", "nbval-ignore-output"]
from torchvision.models import resnet18

torchs, yours = resnet18().eval(), ResNet(BasicBlock, (2, 2, 2, 2)).eval()
yours.load_state_dict(torchs.state_dict())
images = torch.rand(2, 3, 96, 128)
with torch.no_grad():
    difference = (yours(images) - torchs(images)).abs().max()
print(f"largest difference of the logits: {difference:.0e}")

# %% [markdown]
# Extra to this part: the bottleneck block of ResNet-50 ({resnet.Bottleneck}), and a block without a ReLU after
# the sum ({resnet.PreActBlock}).

# %% [markdown]
# ## E. What a skip does to gradients
#
# On its way back the gradient passes every block. Take blocks of one number with slope f' each. Without skips
# the gradient is multiplied by f' at every block, with them by 1 + f':

# %% tags=["demo", "nbval-ignore-output"]
pictures.slopes()

# %% [markdown]
# *What is left of a gradient after so many blocks, on a logarithmic scale.* With small slopes the skip keeps
# it. But try f' = -1, and f' = 1: it can vanish with a skip, too, or explode.
#
# With many numbers, y = x + F(x) and the loss L, gradients written as rows:
#
# $$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}
# \left( I + \frac{\partial F}{\partial x} \right)$$
#
# ∂F/∂x is the **Jacobian**, a matrix with ∂F_i/∂x_j in row i, column j; I has ones on its diagonal. (The ReLU
# after the sum is left out here: it sets to 0 what comes back where the sum is negative.)

# %% [markdown]
# ### {resnet.skip_jacobian}
#
# Write `skip_jacobian(F, x)`: the Jacobian of y = x + F(x) at the place `x`, entry `[i, j]` = ∂y_i/∂x_j.
# `x` has shape `(n,)`, n ≥ 1, is of float64 and stays as it is; `F` makes a tensor `(n,)` of one `(n,)`, by
# PyTorch's operators. Return a tensor `(n, n)`. `torch.autograd.functional.jacobian` is allowed; small
# differences of y do as well, if they are right to 4 decimals.
#
# By hand: F(x) = (x₁ · x₂, -x₂) at (2, 3). ∂F/∂x is `[[3, 2], [0, -1]]`, so the answer is
# `[[4, 2], [0, 0]]`.

# %% answer="resnet.skip_jacobian"
def skip_jacobian(F, x):
    """Jacobian of x + F(x): a function, (n,) -> (n, n)."""
    ### BEGIN SOLUTION
    return torch.autograd.functional.jacobian(lambda x: x + F(x), x)
    ### END SOLUTION

# hint("resnet.skip_jacobian")

# %% check="resnet.skip_jacobian"
skip_jacobian = check("resnet.skip_jacobian", skip_jacobian)

# %% [markdown]
# Of three residuals: a small one, as at the start of training; ReLU; and the one that takes everything away.

# %% tags=["demo", "nbval-ignore-output"]
pictures.jacobians(skip_jacobian)

# %% [markdown]
# *I + ∂F/∂x at one x of five numbers. Left near I, right zero: with F = -x no gradient comes through.* So “1 plus
# something never vanishes” is wrong. Right is: where F changes little with x, the gradient comes back nearly
# whole.
#
# What do gradients look like in whole networks? That is measured, layer by layer.

# %% [markdown]
# ### {resnet.gradient_sizes}
#
# Write `gradient_sizes(model, images, labels) -> list`: one number for each `nn.Conv2d` in `model`, in the order
# of `model.modules()`: the mean of the absolute gradient of its **weight**. 1 x 1 convolutions count, biases,
# batch norms and dense layers do not. The loss is `nn.functional.cross_entropy`, the mean over the images,
# of what the model makes of them; call it once, in the mode it comes in. The model may hold gradients from
# before, which do not count. Weights, images and labels stay as they are.
#
# By hand: gradients `[[-2, 1], [0, 1]]` have the size (2 + 1 + 0 + 1) / 4 = 1.

# %% answer="resnet.gradient_sizes"
def gradient_sizes(model, images, labels):
    """Mean absolute gradient of each convolution's weight."""
    ### BEGIN SOLUTION
    model.zero_grad()
    F.cross_entropy(model(images), labels).backward()
    convolutions = [m for m in model.modules() if isinstance(m, nn.Conv2d)]
    return [conv.weight.grad.abs().mean().item() for conv in convolutions]
    ### END SOLUTION

# hint("resnet.gradient_sizes")

# %% check="resnet.gradient_sizes"
gradient_sizes = check("resnet.gradient_sizes", gradient_sizes)

# %% [markdown]
# Networks of 8, 20 and 56 layers on the first batch of glyphs, the digits of section 05, before any
# training; left with batch norm, right without it:

# %% tags=["demo", "nbval-ignore-output"]
data = load("glyphs")
pictures.gradients(gradient_sizes, data)

# %% [markdown]
# *Size of the gradient by layer, from the first convolution to the last, on logarithmic scales. Dashed without
# skips, solid with them. In the legend the first layer's size over the last one's.*
#
# - Without batch norm, and with PyTorch's first weights, gradients **vanish** in plain networks.
# - With batch norm they do not: they **grow** towards the first layers, in the 56 layers of the plain network
#   by a factor of thousands.
# - With skips that ratio depends far less on depth: see the legend.
#
# So vanishing gradients are *not* the reason of degradation: plain-56 of part A has batch norm. Its authors
# say so in their paper. Why it trains badly is still being discussed. That with skips the layers' gradients
# differ far less, and that F = 0 is enough to pass things on, is part of the answer.

# %% [markdown]
# ## F. Trained, on what you wrote
#
# Part A's networks, and the same two with skips. Nothing else has changed; these skips have no parameters
# either.

# %% tags=["demo", "nbval-ignore-output"]
print(depths)
pictures.depths(depths, skips=True)

# %% [markdown]
# *As in part A: dashed the plain networks, solid those with skips.* 56 layers train now. They are no gain
# here: after six epochs 20 layers are still ahead.
#
# And now a ResNet of your own `ResNet`, `BasicBlock` and `BatchNorm2d`, on glyphs. They are grey and small, so
# the stem is replaced, as is usual for such images: a 3 x 3 convolution, no stride and no pooling.

# %%
def small_resnet(block, layers=(1, 1, 1, 1), width=8):
    """A ResNet for grey images of 28 x 28 and ten classes."""
    net = ResNet(block, layers, width, num_classes=10)
    net.conv1 = nn.Conv2d(1, width, 3, padding=1, bias=False)
    net.maxpool = nn.Identity()
    return net

# %% tags=["demo", "nbval-ignore-output"]
torch.manual_seed(0)
net = small_resnet(BasicBlock)
some = data.train.take(choose(profile, smoke=2000, laptop=5400, gpu=5400))
history = fit(net, some, data.validation, epochs=4, lr=0.01, batch_size=64)
print(f"{parameters(net):,} parameters, validation accuracy {accuracy(net, data.validation):.1%}")

# %% [markdown]
# Your batch norm has seen every batch, and `accuracy` asks in eval mode, by running statistics. Are they as
# good as the batch's own? The same network on the validation part, both ways:

# %% tags=["demo", "nbval-ignore-output"]
def right(net, part, size):
    with torch.no_grad():
        logits = torch.cat([net(x) for x in part.inputs().split(size)])
    return (logits.argmax(1) == part.labels).double().mean()

print(f"eval mode, any batch:        {right(net.eval(), data.validation, 600):.1%}")
tried = copy.deepcopy(net).train()  # in train mode the running statistics move
for size in (200, 20, 2):
    print(f"train mode, batches of {size:3}:  {right(tried, data.validation, size):.1%}")

# %% [markdown]
# To forget `model.eval()` gives an answer that depends on which images come together, and moves the running
# statistics, though nothing is trained.

# %% [markdown]
# ## Check yourself
#
# Three short quizzes, without points.
#
# **Batch norm**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("resnet.norm")

# %% [markdown]
# **Depth and gradients**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("resnet.depth")

# %% [markdown]
# **Blocks** (two questions are on the bottleneck, an extra)

# %% tags=["quiz", "nbval-ignore-output"]
quiz("resnet.blocks")

# %% [markdown]
# ## Summary
#
# - Degradation: a deeper plain network has a higher *training* loss. It is no overfitting.
# - Batch norm, per channel over N, H and W: the batch's statistics in training, running ones in eval mode;
#   `running_var` divides by n - 1, the output by n. A bias before it is superfluous in training.
# - A residual block computes ReLU(F(x) + x); a projection where shapes differ. F = 0 passes things on.
# - ResNet: stem, four stages, mean, dense layer. ResNet-18 has 11,689,512 parameters, ResNet-34 21,797,672.
# - ∂L/∂x = ∂L/∂y (I + ∂F/∂x): near ∂L/∂y where F changes little, but 0 for F = -x. With skips the sizes of
#   gradients in first and last layers depend far less on depth. Vanishing gradients do not explain degradation.
#
# **Further reading**
#
# - S. Ioffe and C. Szegedy, *Batch normalization*, 2015.
# - K. He, X. Zhang, S. Ren and J. Sun, *Deep residual learning for image recognition*, 2015; the same,
#   *Identity mappings in deep residual networks*, 2016: pre-activation.

# %% [markdown]
# ## Extra: shapes

# %% [markdown]
# ### {resnet.stage_shapes_96}
#
# One image of 96 x 96 goes through ResNet-18: a tensor `(1, 3, 96, 96)`. Give the shapes after `conv1`,
# `maxpool`, `layer1`, `layer2`, `layer3` and `layer4`, as a list of six tuples. The first is (1, 64, 48, 48):
# a 7 x 7 kernel at stride 2 with padding 3 halves the side.

# %% answer="resnet.stage_shapes_96"
stage_shapes_96 = ...
### BEGIN SOLUTION
stage_shapes_96 = [(1, 64, 48, 48), (1, 64, 24, 24), (1, 64, 24, 24)]
stage_shapes_96 += [(1, 128, 12, 12), (1, 256, 6, 6), (1, 512, 3, 3)]
### END SOLUTION

# hint("resnet.stage_shapes_96")

# %% check="resnet.stage_shapes_96"
stage_shapes_96 = check("resnet.stage_shapes_96", stage_shapes_96)

# %% [markdown]
# ## Extra: the bottleneck block
#
# A 3 x 3 convolution of 256 channels has 256 · 256 · 9 weights. The blocks of ResNet-50 first bring the
# channels down by a 1 x 1 convolution, convolve there, and bring them up again.

# %% tags=["demo", "nbval-ignore-output"]
pictures.bottleneck()

# %% [markdown]
# *Left two 3 x 3 convolutions with 256 channels, right a bottleneck: the width of a box is the number of its
# output channels. Batch norms and ReLUs are left out.*

# %% [markdown]
# ### {resnet.bottleneck_numbers}
#
# Count weights of convolutions, without biases and batch norms. Give a list of four numbers: the weights of
# the bottleneck 256 → 64 → 64 → 256; those of one 3 x 3 convolution 256 → 256; how many times as many as the
# bottleneck the latter has, to one decimal; and how many times as many a basic block of two has.
#
# By hand: the first 1 x 1 convolution has 256 · 64 = 16,384.

# %% answer="resnet.bottleneck_numbers"
bottleneck_numbers = ...
### BEGIN SOLUTION
narrow, wide = 256 * 64 + 9 * 64 * 64 + 64 * 256, 9 * 256 * 256
bottleneck_numbers = [narrow, wide, round(wide / narrow, 1), round(2 * wide / narrow, 1)]
### END SOLUTION

# hint("resnet.bottleneck_numbers")

# %% check="resnet.bottleneck_numbers"
bottleneck_numbers = check("resnet.bottleneck_numbers", bottleneck_numbers)

# %% [markdown]
# ### {resnet.Bottleneck}
#
# Complete `Bottleneck(in_channels, channels, stride=1)`. It gives `expansion * channels` channels, four times
# as many as its 3 x 3 convolution has.
#
# - `conv1`: 1 x 1, to `channels`; `conv2`: 3 x 3, padding 1, `channels` to `channels`, **with the stride**;
#   `conv3`: 1 x 1, to `4 * channels`; each without bias, each followed by its own batch norm, `bn1`, `bn2`,
#   `bn3`.
# - ReLU follows `bn1`, `bn2` and the sum.
# - `downsample` is as in `BasicBlock`: a 1 x 1 convolution with the stride, without bias, and a batch norm,
#   where the stride is not 1 or the channels that come in are not as many as those that come out.
# - `x` stays as it is. Not allowed: `torchvision` and `course_lib`.
#
# (In the paper the stride is at `conv1`. torchvision has it at `conv2`, which reads all positions.)
#
# By hand: `Bottleneck(64, 64)` gives 256 channels of 64, so it has a projection, though its stride is 1.

# %% answer="resnet.Bottleneck"
class Bottleneck(nn.Module):
    """1 x 1, 3 x 3, 1 x 1 and a skip: (N, C, H, W) -> (N, 4 * channels, H / stride, W / stride)."""
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.downsample = nn.Sequential()
        ### BEGIN SOLUTION
        out_channels = self.expansion * channels
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)
        self.conv3 = nn.Conv2d(channels, out_channels, 1, bias=False)
        self.bn1, self.bn2 = BatchNorm2d(channels), BatchNorm2d(channels)
        self.bn3 = BatchNorm2d(out_channels)
        if stride != 1 or in_channels != out_channels:
            projection = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
            self.downsample = nn.Sequential(projection, BatchNorm2d(out_channels))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        out = torch.relu(self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))))
        return torch.relu(self.bn3(self.conv3(out)) + self.downsample(x))
        ### END SOLUTION
# hint("resnet.Bottleneck")

# %% check="resnet.Bottleneck"
Bottleneck = check("resnet.Bottleneck", Bottleneck)

# %% [markdown]
# ### {resnet.resnet_parameters}
#
# Four ResNets with 1000 classes and width 64:
#
# | network | block | blocks in the stages |
# |---|---|---|
# | ResNet-18 | basic | 2, 2, 2, 2 |
# | ResNet-34 | basic | 3, 4, 6, 3 |
# | ResNet-50 | bottleneck | 3, 4, 6, 3 |
# | ResNet-152 | bottleneck | 3, 8, 36, 3 |
#
# Give the list of their numbers of parameters, in this order: all that is learned, batch norms included,
# running statistics not. Let your classes and `parameters` of part D count, on the device `meta`. By hand: the
# first is 11,689,512.

# %% answer="resnet.resnet_parameters"
resnet_parameters = ...
### BEGIN SOLUTION
with torch.device("meta"):
    basic = [ResNet(BasicBlock, layers) for layers in ((2, 2, 2, 2), (3, 4, 6, 3))]
    deep = [ResNet(Bottleneck, layers) for layers in ((3, 4, 6, 3), (3, 8, 36, 3))]
resnet_parameters = [parameters(net) for net in basic + deep]
### END SOLUTION

# hint("resnet.resnet_parameters")

# %% check="resnet.resnet_parameters"
resnet_parameters = check("resnet.resnet_parameters", resnet_parameters)

# %% [markdown]
# ResNet-50 has as many blocks as ResNet-34, 16 layers and 3.8 million parameters more, and maps that are four
# times as many.

# %% [markdown]
# ### {resnet.basic_or_bottleneck}
#
# Which blocks have ResNet-34 and ResNet-50, and why?
#
# - **A** Both have basic blocks; ResNet-50 has more of them.
# - **B** ResNet-34 has bottlenecks, for each of its few layers must be cheap; ResNet-50 has basic blocks.
# - **C** ResNet-34 has basic blocks of two 3 x 3 convolutions. ResNet-50 has bottlenecks: with 256 channels
#   and more, a 3 x 3 convolution between two 1 x 1 ones costs far less.
# - **D** Both have bottlenecks; those of ResNet-50 are wider.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="resnet.basic_or_bottleneck"
basic_or_bottleneck = ...
### BEGIN SOLUTION
basic_or_bottleneck = "C"
### END SOLUTION

# %% check="resnet.basic_or_bottleneck"
basic_or_bottleneck = check("resnet.basic_or_bottleneck", basic_or_bottleneck)

# %% [markdown]
# ## Extra: a clear way through
#
# In `BasicBlock` a ReLU follows each sum, so nothing passes unchanged from the first block to the last. A year
# later its authors put norm and ReLU *before* the convolutions (**pre-activation**), and nothing after the sum.

# %% tags=["demo", "nbval-ignore-output"]
pictures.pre_activation()

# %% [markdown]
# *Left the basic block, right the pre-activation block. What is on the straight line on the left of each one
# is all that x passes through.*

# %% [markdown]
# ### {resnet.PreActBlock}
#
# Complete `PreActBlock(in_channels, out_channels, stride=1)`: norm `bn1`, ReLU, `conv1` (3 x 3, padding 1,
# with the stride), norm `bn2`, ReLU, `conv2` (3 x 3, padding 1, stride 1), no biases; then the sum with x, and
# **nothing after it**.
#
# If `stride` is not 1 or the numbers of channels differ, `downsample` is a bare `nn.Conv2d`, 1 x 1, with the
# stride and without bias; no norm follows. It reads the **pre-activation**, which is what comes out of the
# first ReLU, not x. As its authors do it. Otherwise there is no projection, and x itself is added.
#
# `x` stays as it is. Not allowed: `torchvision` and `course_lib`.
#
# By hand: if both convolutions give 0, then x = `[-1, 2]` gives `[-1, 2]`; a basic block would give `[0, 2]`.

# %% answer="resnet.PreActBlock"
class PreActBlock(nn.Module):
    """Norm and ReLU first, nothing after the sum: (N, C, H, W) -> (N, D, H / stride, W / stride)."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.downsample = None
        ### BEGIN SOLUTION
        self.bn1 = BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn2 = BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        activated = torch.relu(self.bn1(x))
        out = self.conv2(torch.relu(self.bn2(self.conv1(activated))))
        return out + (x if self.downsample is None else self.downsample(activated))
        ### END SOLUTION

# hint("resnet.PreActBlock")

# %% check="resnet.PreActBlock"
PreActBlock = check("resnet.PreActBlock", PreActBlock)

# %% [markdown]
# A whole network of such blocks needs a norm and a ReLU more, after the last sum and before the mean: nothing
# else normalises what the blocks have added up.

# %% [markdown]
# ## Extra: does it vanish?

# %% [markdown]
# ### {resnet.skip_gradient}
#
# A person marks it.

# %% [markdown] essay="resnet.skip_gradient"
# In a text you read: “Skips cure the vanishing gradient: ∂y/∂x = 1 + F', and because of the 1 it never vanishes.
# That is how ResNet solved degradation.” Derive ∂L/∂x for y = x + F(x), and for three blocks in a row without
# ReLU after the sums. What in the text is right, what is wrong? Use part E's figures.
#
# ### BEGIN SOLUTION
# By the chain rule ∂L/∂x = ∂L/∂y · (I + ∂F/∂x): y depends on x directly and through F. For three blocks the
# factors multiply: ∂L/∂x₀ = ∂L/∂x₃ · (I + J₃)(I + J₂)(I + J₁), and multiplied out, one term is ∂L/∂x₃ itself:
# it comes back without passing any layer. With a ReLU after each sum that holds only where the sums are
# positive.
#
# Right: while the J are small, the product stays near I, so that depth changes the sizes of gradients in
# first and last layers far less than without skips (see the figure's legend).
#
# Wrong: “never”. For matrices it is I + ∂F/∂x, and for F = -x it is 0; with J = I it doubles in each block and
# explodes. Wrong, too, is the reason: plain-56 has batch norm; its gradients do not vanish (in the figure they
# are thousands of times larger in the first layers than in the last), and it degrades all the same. The
# authors themselves call vanishing gradients an unlikely cause.
#
# - [ ] 1 point: the derivation, with I and the product over blocks
# - [ ] 1 point: F = -x (or another example) gives 0, so “never” is wrong
# - [ ] 1 point: degradation occurs where gradients do not vanish; batch norm had seen to that
# ### END SOLUTION

# %% [markdown]
# ## Extra: two modes

# %% [markdown]
# ### {resnet.two_modes}
#
# A person marks it.

# %% [markdown] essay="resnet.two_modes"
# A network with batch norm has 97 % of its training images right while it trains. The same network, the same
# images, in eval mode: 58 %. Nothing else differs. What does batch norm compute in each mode, and from where
# has it the numbers? Name two causes that could explain the gap, and for each something to do. How many numbers
# does `nn.BatchNorm2d(64)` learn, and how many does it keep besides?
#
# ### BEGIN SOLUTION
# In train mode each channel is normalised by mean and variance of the present batch, over N, H and W. In eval
# mode the running statistics are used, averages in which the last batches count most; then batch norm is a
# fixed scale and shift for each channel, and an image's output depends on no other image.
#
# The gap says that the running statistics are not those of the batches. Causes, for example: too few batches
# since the start (with momentum 0.1 the initial 0 and 1 count (0.9)^t still, after ten batches 35 %), or a very
# small momentum: train on, or let the training images pass in train mode without steps. Small batches, whose
# means and variances scatter: larger batches. The weights changed fast at the end, so that the averages lag
# behind: a smaller learning rate at the end. Other inputs in eval mode, such as images that are not normalised:
# treat them alike. Batches sorted by class: shuffle.
#
# It learns 128 numbers, a weight and a bias for each channel, and keeps 128 running ones (and a counter),
# which no gradient moves.
#
# - [ ] 1 point: batch statistics in training, running averages in eval mode
# - [ ] 1 point: two plausible causes, each with a remedy
# - [ ] 1 point: 128 learned, 128 kept
# ### END SOLUTION

# %% [markdown]
# ## Extra: how large may the learning rate be?
#
# The same small network with batch norm and without, trained at many learning rates:

# %% tags=["nbval-ignore-output"]
rates = curves.stored("rates")
print(rates)

# %% tags=["demo", "nbval-ignore-output"]
pictures.rates(rates)

# %% [markdown]
# *Loss at the end of training by learning rate, on logarithmic scales; the mean of three seeds and the band from
# the lowest to the highest.*

# %% [markdown]
# ### {resnet.learning_rates}
#
# A person marks it.

# %% [markdown] essay="resnet.learning_rates"
# At which learning rates does the network train with batch norm, at which without it, and what is the best loss
# of each? Name numbers, and what the three seeds allow you to say. If all weights of a convolution before a batch
# norm are doubled, what becomes of its output? What does that have to do with large learning rates?
#
# ### BEGIN SOLUTION
# From the stored curves, loss after five epochs, mean of three seeds: with batch norm 0.05 or less at the
# rates 0.1, 0.3 and 1, best 0.030 at 0.3 (the seeds from 0.026 to 0.036); at 0.03 it is 0.30, at 0.01 still
# 1.45. Without batch norm only 0.1 works for all seeds, with 0.50 (0.31 to 0.79). At 0.03 one of the seeds
# has not begun to learn (0.49 to 2.30), and from 0.3 on the loss is near ln 10 = 2.30, that of guessing. So
# batch norm allows rates ten times as high, and the best loss is lower by far more than the seeds differ. With
# other networks or first weights the numbers may be others.
#
# Doubled weights double the convolution's output, and with it mean and deviation: the norm divides by them, and
# its output is the same but for eps. So a step that makes the weights large does not make the signal large; and
# with larger weights the gradient gets smaller, so that further steps turn the weights less. That is one reason
# why large rates do no harm.
#
# - [ ] 1 point: ranges and best losses by numbers, with the spread of the seeds
# - [ ] 1 point: the norm's output does not depend on the scale of the weights before it
# ### END SOLUTION

# %% [markdown]
# ## Extra: ResNet-18 with and without its skips
#
# Degradation comes with depth. At 18 layers, with batch norm, the same network with and without skips:

# %% tags=["nbval-ignore-output"]
eighteen = curves.stored("eighteen")
print(eighteen)

# %% tags=["demo", "nbval-ignore-output"]
pictures.eighteen(eighteen)

# %% [markdown]
# *Narrow ResNet-18 and plain-18, three seeds each; left the training loss, right the validation accuracy.*
#
# With `train_here = True` both are trained here, of your own classes, on clothes (Fashion-MNIST) of 96 x 96
# pixels; where these are not on this machine, on letters that the course draws. On a CPU it takes minutes.

# %%
class PlainBlock(BasicBlock):
    """A BasicBlock whose sum is left out."""

    def forward(self, x):
        return torch.relu(self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))))

# %% tags=["demo", "nbval-ignore-output"]
train_here = False

def train_both():
    clothes = load_or_default("fashion_mnist", default="letters")
    width = choose(profile, smoke=4, laptop=16, gpu=64)
    for name, block in (("with skips", BasicBlock), ("without", PlainBlock)):
        torch.manual_seed(0)
        net = ResNet(block, (2, 2, 2, 2), width, num_classes=10)
        net.conv1 = nn.Conv2d(1, width, 7, stride=2, padding=3, bias=False)
        net = nn.Sequential(nn.Upsample(size=96), net)
        print(name)
        fit(net, clothes.train, clothes.validation, epochs=choose(profile, smoke=1, laptop=3, gpu=10))

if train_here:
    train_both()

# %% [markdown]
# ### {resnet.with_and_without}
#
# A person marks it.

# %% [markdown] essay="resnet.with_and_without"
# Compare loss and accuracy of the two networks of 18 layers, early and at the end, with the spread of their
# seeds, and the sizes of their gradients (part E has 20 layers). On ImageNet, after long training, the authors
# found plain-18 and ResNet-18 about equal (both 27.9 % wrong). Is that a contradiction? Which comparison shows
# best what skips are for?
#
# ### BEGIN SOLUTION
# From the stored curves: after two epochs the loss is 1.08 without skips and 0.56 with them, after twelve 0.082
# (0.045 to 0.135) and 0.013 (0.010 to 0.018). On the validation part 95.4 % (94.8 to 95.8) against 97.1 % (96.3
# to 97.7): the seeds do not overlap. So ResNet-18 learns faster, and is still ahead when this training ends.
#
# At 20 layers, with batch norm, the first layer's gradient is about 100 times the last one's without skips, about
# 40 times with them: not very different. At 56 layers it is 20,000 against 100.
#
# No contradiction: twelve epochs of a small set are a short training, in which a faster start counts; the authors
# trained until nothing changed, and at 18 layers both got to the same place. At this depth skips make training
# faster rather than better. What they are for shows at greater depth, on the *training* loss: plain-20 against
# plain-56 and the two with skips.
#
# - [ ] 1 point: numbers early and at the end, compared with the spread of the seeds
# - [ ] 1 point: gradient sizes: first against last layer, with and without skips
# - [ ] 1 point: faster, not necessarily better at 18 layers; depth 56 and training loss show what skips are for
# ### END SOLUTION

# %% [markdown]
# ## Extra: paths side by side
#
# **Inception** (Szegedy and others, 2014) does not choose a kernel size. Four paths read the same maps, and what
# they find is stacked along the channels. Before the large kernels 1 x 1 convolutions bring the channels down.

# %% tags=["demo", "nbval-ignore-output"]
pictures.inception()

# %% [markdown]
# *An Inception module, with the numbers of output channels used below. A ReLU follows each convolution. Dotted:
# the 1 x 1 convolutions that can be left out.*

# %% [markdown]
# ### {resnet.Inception}
#
# Write `Inception(in_channels, c1, c2, c3, c4, reduce=True)`: `(N, C, H, W) -> (N, D, H, W)`. `c1` and `c4` are
# numbers of channels; `c2` and `c3` are pairs, channels after the 1 x 1 convolution and after the large kernel.
# Each path is an `nn.Sequential` of these modules; convolutions have biases, `nn.ReLU()` follows each one:
#
# - `branch1`: 1 x 1 convolution to `c1`, ReLU;
# - `branch2`: 1 x 1 to `c2[0]`, ReLU, 3 x 3 to `c2[1]`, ReLU;
# - `branch3`: 1 x 1 to `c3[0]`, ReLU, 5 x 5 to `c3[1]`, ReLU;
# - `branch4`: maximum pooling 3 x 3 with stride 1, then 1 x 1 to `c4`, ReLU.
#
# Paddings keep H and W. With `reduce=False`, `branch2` and `branch3` have no 1 x 1 convolution and no ReLU after
# it: the large kernel reads all channels. `forward` returns the four outputs, joined along the channels in this
# order. Not allowed: `torchvision` and `course_lib`.
#
# By hand: `Inception(192, 64, (48, 64), (64, 96), 32)` gives 64 + 64 + 96 + 32 = 256 channels.

# %% answer="resnet.Inception"
class Inception(nn.Module):
    """Four paths side by side: (N, C, H, W) -> (N, c1 + c2[1] + c3[1] + c4, H, W)."""

    def __init__(self, in_channels, c1, c2, c3, c4, reduce=True):
        super().__init__()
        ### BEGIN SOLUTION
        def path(kernel, narrow, out_channels):
            wide, first = in_channels, ()
            if reduce:
                wide, first = narrow, (nn.Conv2d(in_channels, narrow, 1), nn.ReLU())
            large = nn.Conv2d(wide, out_channels, kernel, padding=kernel // 2)
            return nn.Sequential(*first, large, nn.ReLU())

        self.branch1 = nn.Sequential(nn.Conv2d(in_channels, c1, 1), nn.ReLU())
        self.branch2, self.branch3 = path(3, *c2), path(5, *c3)
        pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.branch4 = nn.Sequential(pool, nn.Conv2d(in_channels, c4, 1), nn.ReLU())
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return torch.cat([branch(x) for branch in branches], dim=1)
        ### END SOLUTION
# hint("resnet.Inception")

# %% check="resnet.Inception"
Inception = check("resnet.Inception", Inception)

# %% [markdown]
# ### {resnet.inception_numbers}
#
# Take `c1, c2, c3, c4 = 64, (48, 64), (64, 96), 32`, and count weights without biases. Give a list of seven
# numbers:
#
# 1. output channels;
# 2. weights of the module with 192 input channels;
# 3. the same with `reduce=False`;
# 4. weights of the module with 256 input channels;
# 5. those of a basic block of two 3 x 3 convolutions, 256 to 256 channels;
# 6. multiply-adds of the module of line 2 on maps of 28 x 28;
# 7. the same for that of line 3.
#
# By hand: with 192 input channels the first path has 192 · 64 = 12,288 weights. Each weight of a convolution is
# used once at each output position.

# %% answer="resnet.inception_numbers"
inception_numbers = ...
### BEGIN SOLUTION
def inception_weights(c, reduce=True):
    if reduce:
        large = c * 48 + 9 * 48 * 64 + c * 64 + 25 * 64 * 96
    else:
        large = 9 * c * 64 + 25 * c * 96
    return c * 64 + large + c * 32

with_1x1, without = inception_weights(192), inception_weights(192, reduce=False)
inception_numbers = [64 + 64 + 96 + 32, with_1x1, without, inception_weights(256)]
inception_numbers += [2 * 9 * 256 * 256, 28 * 28 * with_1x1, 28 * 28 * without]
### END SOLUTION

# hint("resnet.inception_numbers")

# %% check="resnet.inception_numbers"
inception_numbers = check("resnet.inception_numbers", inception_numbers)

# %% [markdown]
# ### {resnet.inception_or_residual}
#
# A person marks it.

# %% [markdown] essay="resnet.inception_or_residual"
# Compare an Inception module and a residual block of 256 channels each: weights, what a single one sees (its
# receptive field), what becomes of the input. When does a 1 x 1 convolution before a large kernel save weights,
# and when does it cost some? Take 192 and 3 input channels as examples.
#
# ### BEGIN SOLUTION
# At 256 channels the Inception module has 234,496 weights, a basic block of two 3 x 3 convolutions 1,179,648,
# five times as many. The module sees 1 x 1, 3 x 3 and 5 x 5 windows side by side, the block one window of 5 x 5.
# The block adds its input to the result, and with F = 0 passes it on; the module has no such way: its input
# passes a convolution on every path, and the number of channels is the sum of the paths.
#
# A 1 x 1 convolution from C to R channels before a k x k one to D costs C · R + R · D · k² instead of C · D · k².
# It pays if R is well below C. With C = 192: 221,184 against 589,824 weights for the whole module. With C = 3 the
# reduction *widens*, to 48 and 64 channels: 48 · 3 + 48 · 64 · 9 = 27,792 instead of 3 · 64 · 9 = 1,728 weights
# on the 3 x 3 path, and 153,792 instead of 7,200 on the 5 x 5 path.
#
# - [ ] 1 point: weights compared, and the input passed on or not
# - [ ] 1 point: it saves only if there are channels to save, by numbers for 192 and 3
# ### END SOLUTION

# %% [markdown]
# ## Extra: channels that are turned up and down
#
# **Squeeze and excitation** (Hu and others, 2017): a block looks at the means of all its maps, and decides for
# each channel how much of it passes, by a number between 0 and 1, its **gate**.

# %% [markdown]
# ### {resnet.SE}
#
# Complete `SE(channels, ratio=16)`: `(N, C, H, W) -> (N, C, H, W)`, C = `channels`.
#
# - `fc1` is an `nn.Conv2d`, 1 x 1, with bias, to `channels // ratio` channels, but to at least 1; `fc2` one back
#   to `channels`;
# - take the mean over H and W, `(N, C, 1, 1)`; then `fc1`, ReLU, `fc2`, sigmoid: these are the gates;
# - return x times its gates; `x` stays as it is.
#
# Not allowed: `torchvision` and `course_lib`.
#
# By hand: if all weights and biases are 0, every gate is sigmoid(0) = ½, and ½ x comes out.

# %% answer="resnet.SE"
class SE(nn.Module):
    """A gate for each channel: (N, C, H, W) -> (N, C, H, W)."""

    def __init__(self, channels, ratio=16):
        super().__init__()
        ### BEGIN SOLUTION
        few = max(1, channels // ratio)
        self.fc1, self.fc2 = nn.Conv2d(channels, few, 1), nn.Conv2d(few, channels, 1)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        means = x.mean(dim=(2, 3), keepdim=True)
        return x * torch.sigmoid(self.fc2(torch.relu(self.fc1(means))))
        ### END SOLUTION

# hint("resnet.SE")

# %% check="resnet.SE"
SE = check("resnet.SE", SE)

# %% [markdown]
# In a residual block it stands after the last norm and **before** the sum, so that the skip stays clear:

# %% tags=["demo", "nbval-ignore-output"]
class SEBlock(BasicBlock):
    """A BasicBlock with squeeze and excitation before its sum."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__(in_channels, out_channels, stride)
        self.se = SE(out_channels, ratio=4)

    def forward(self, x):
        out = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.se(self.bn2(self.conv2(out))) + self.downsample(x))

torch.manual_seed(0)
excited = small_resnet(SEBlock)
fit(excited, some, data.validation, epochs=4, lr=0.01, batch_size=64)
with_se, without_se = (accuracy(net_, data.validation) for net_ in (excited, net))
print(f"validation accuracy {with_se:.1%}; without SE, in part F, {without_se:.1%} (one seed each)")

# %% tags=["demo", "nbval-ignore-output"]
pictures.gates(excited, data.validation)

# %% [markdown]
# *The gates of each stage, channel by channel: the mean over all validation images (black) and over those of
# three of the digits.* Where the coloured lines part, the gate depends on what the image shows. One seed each
# tells nothing about whether SE helps.

# %% [markdown]
# ## Extra: why not ever more layers?

# %% [markdown]
# ### {resnet.more_layers}
#
# A person marks it.

# %% [markdown] essay="resnet.more_layers"
# Residual networks of 1000 layers can be trained. Why does nobody simply use more layers? Give three reasons,
# each with something that could be measured, and say what else can be made larger than the depth.
#
# ### BEGIN SOLUTION
# For example:
#
# - Cost: time, energy and memory grow with the layers; while training, the activations of every layer are kept
#   for the way back. Layers run one after the other, so no number of processors makes depth faster. Measure
#   seconds and bytes for an image.
# - Less and less gain: from ResNet-50 to ResNet-152 the parameters grow from 25.6 to 60.2 million, and the top-5
#   error of torchvision's first weights falls from 7.14 % to 5.95 % only. Measure validation accuracy against
#   cost.
# - Overfitting: with few images the larger network learns by heart. Its training loss falls, the validation loss
#   does not. (The authors trained 1202 layers on CIFAR-10: training error as low as with 110, test error higher.)
# - Training: even with skips the very deep ones need care (warm-up, pre-activation).
# - Receptive field: once a unit sees the whole image, depth adds nothing there.
#
# Instead: more channels, larger images, more or better data, all of them in balance; blocks that cost less.
#
# - [ ] 1 point: costs, with a measure
# - [ ] 1 point: diminishing gain or overfitting, with a measure
# - [ ] 1 point: an alternative: width, resolution, data, cheaper blocks
# ### END SOLUTION
