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
# # 12 Adversarial examples
#
# A change of each pixel that nobody sees, and a network that was right on all images is wrong on half of them. Here
# you write such attacks, measure what they do, and train a network that stands them better.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 08, and of section 11
# `torch.autograd.grad`.
#
# `profile` sets how many images are attacked, and how long the lab trains: with `smoke` the whole notebook computes for
# half a minute, with `laptop` and `gpu` for some minutes. To change it, insert a cell of your own below the next one,
# for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.checks.attempt import attempt
from course_lib.data import load, shapes
from course_lib.models.pretrained import pretrained
from course_lib.sections.adversarial import curves, pictures
from course_lib.training.profile import choose

from contextlib import contextmanager
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

begin("adversarial", globals())

# %% [markdown]
# ## What you will be able to do
#
# - attack a network with one step of its gradient (FGSM), toward a class, and with many steps (PGD);
# - measure accuracy under attack, in units that mean something;
# - train a network on attacked images, and say what its robustness costs;
# - tell a robust network from one whose gradient hides its weakness.
#
# ## The idea in one picture
#
# Training moves the weights downhill on the loss. An attack leaves the weights alone and moves the *image*, uphill.
# Here is an image of two pixels, 0.6 and 0.5, and a network of one dense layer: its two logits are 2 a - b and 0, for
# the pixels a and b. It says class 0 below the dashed line, class 1 above it.

# %% tags=["demo", "nbval-ignore-output"]
pictures.idea()

# %% [markdown]
# *Each point of a panel is an image of two pixels; the darker, the greater the loss of class 0. The star is the image
# that is attacked, and the square holds all images none of whose pixels is moved by more than 0.3.* Left, a step of 0.3
# times the gradient, which is (-0.66, 0.33): it ends within the square, and class 0 stays. Right, a step of 0.3 times
# the **sign** of the gradient, (-1, 1): it goes to the corner of the square where the loss is greatest, and the network
# says class 1.
#
# That is the whole idea. "At most eps for each pixel" is a square, in more pixels a cube. In a small one the loss is
# nearly linear, and a linear function is greatest at a corner; the signs of the gradient say at which. How large the
# gradient is does not matter (where a network is sure, it is tiny), as long as it is not exactly 0: part G.
#
# ## A. The normalisation moves into the model
#
# A *pixel* is here one of the C · H · W numbers of an image; a colour image has three at each place. How large is eps?
# It is measured in **pixel units**: images lie in [0, 1], and 0.01 are 2.55 of 255 grey levels. So
# attack images before they are normalised. The network of sections 10 and 11 divides by some 0.23: a step of 0.01
# taken after that would be 0.0023 of a pixel's range, and clamping to [0, 1] there would spoil the image.
#
# So the normalisation becomes the model's first step. Its means and deviations shall be part of the model, but not
# trained: these are **buffers**.

# %% tags=["demo"]
class Shifted(nn.Module):
    """Adds three numbers, each to its channel."""

    def __init__(self, shift):
        super().__init__()
        self.register_buffer("shift", torch.tensor(shift).reshape(3, 1, 1))

    def forward(self, images):
        return images + self.shift


shifted = Shifted((0.0, 0.5, 1.0))
print(len(list(shifted.parameters())), shifted.shift.dtype, shifted.double().shift.dtype)

# %% [markdown]
# A buffer is no parameter, and `.to(device)` and `.double()` reach it. A tensor that is only an attribute
# (`self.shift = ...`) would stay behind. The shape (3, 1, 1) gives each of three channels its number; other images have
# another number of channels.

# %% [markdown]
# ### {adversarial.normalised}
#
# Write the two missing pieces of `Normalised`. `normalised(model, mean, std) -> nn.Module` makes one: it takes images
# `(N, C, H, W)` in [0, 1], subtracts from each channel its mean, divides by its deviation, and gives what `model` gives
# for that. `mean` and `std` are tuples of C numbers.
#
# - `model` is inside as the same object: `train()`, `eval()` and an optimiser reach it. Its parameters are the only
#   ones.
# - `.to(...)` and `.double()` move the means and deviations, too.
# - Gradients reach the images, which stay as they are.
#
# By hand: two channels that are 0.5 everywhere, with the means (0.4, 0.5) and the deviations (0.1, 0.25), come to the
# model as 1 and 0.

# %% answer="adversarial.normalised"
class Normalised(nn.Module):
    """Images (N, C, H, W) in [0, 1] -> the logits that a model gives for them, normalised."""

    def __init__(self, model, mean, std):
        super().__init__()
        self.model = model
        ### BEGIN SOLUTION
        self.register_buffer("mean", torch.tensor(mean)[:, None, None])
        self.register_buffer("std", torch.tensor(std)[:, None, None])
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.model((x - self.mean) / self.std)
        ### END SOLUTION


def normalised(model, mean, std):
    """The model with its normalisation inside."""
    return Normalised(model, mean, std)

# hint("adversarial.normalised")

# %% check="adversarial.normalised"
normalised = check("adversarial.normalised", normalised)

# %% [markdown]
# The network of the last two sections, and shapes that it has never seen:

# %% tags=["demo", "nbval-ignore-output"]
net = pretrained("resnet18", weights="embedded")
count = choose(profile, smoke=30, laptop=200, gpu=1000)
drawn, y, _ = shapes.draw(count, 12, net.size)
x, classes = drawn / 255, net.classes
model = normalised(net.model, net.mean, net.std)
with torch.no_grad():
    print(f"{(model(x).argmax(1) == y).float().mean():.1%} of {len(x)} images are named rightly")

# %% [markdown]
# ## B. One step: FGSM
#
# The **fast gradient sign method**, for images x, their classes y and the loss L:
#
# $$x_{adv} = \mathrm{clamp}\big(x + \epsilon \cdot \mathrm{sign}(\nabla_x L(x, y)),\; 0,\; 1\big)$$
#
# The gradient is that with respect to the *images*. `torch.autograd.grad(loss, x)` returns it as a tuple of one tensor,
# and writes nothing to any parameter's `.grad`. For that, x must require a gradient before the model runs on it, and
# the model must not run within `torch.no_grad()`, where nothing is recorded. Work on a copy of x: what you change on it
# does not reach the images of your caller.
#
# The network that is attacked is the one in use, in eval mode. This is given, as in section 11:

# %%
@contextmanager
def evaluating(model):
    """Within `with evaluating(model):` it is in eval mode; afterwards each module is as it was."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training

# %% [markdown]
# ### {adversarial.fgsm}
#
# Write `fgsm(model, x, y, eps) -> Tensor`. `x`, `(N, C, H, W)`, holds images in [0, 1], `y`, `(N,)`, int64, their
# classes. `model` gives logits `(N, classes)` and has its normalisation inside. Each pixel moves by `eps`, up or down,
# so that the cross-entropy with `y` rises; where the gradient is 0 it stays. Then all is clamped to [0, 1].
#
# - The model may come in train mode, and it may be frozen (no parameter requires a gradient). Your function runs it in
#   eval mode, in which no image depends on the others.
# - Afterwards it is as it came: the mode of each module, weights, statistics, each parameter's `grad` and
#   `requires_grad`, hooks.
# - `x` stays as it is. The result carries no gradient (`requires_grad` is False).
#
# The model does not change its input in place.
#
# By hand: `nn.Sequential(nn.Flatten(), nn.Linear(3, 2, bias=False))` with the weight `[[0, 0, 0], [2, -1, 0]]` reads
# images of three pixels. One of them, of shape `(1, 1, 1, 3)` and class 0, is 0.5, 0.25, 0.75; with `eps` 0.125 it
# becomes 0.625, 0.125, 0.75: the first pixel speaks for class 1, the second against it, the third counts for nothing.

# %% answer="adversarial.fgsm"
def fgsm(model, x, y, eps):
    """Images (N, C, H, W) in [0, 1], each pixel moved by eps so that the loss of y rises."""
    ### BEGIN SOLUTION
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x), y)
    (gradient,) = torch.autograd.grad(loss, x)
    return (x + eps * gradient.sign()).clamp(0, 1).detach()
    ### END SOLUTION

# hint("adversarial.fgsm")

# %% check="adversarial.fgsm"
fgsm = check("adversarial.fgsm", fgsm)

# %% [markdown]
# ## C. Accuracy under attack

# %% [markdown]
# ### {adversarial.accuracy_under}
#
# Write `accuracy_under(attack, model, x, y, epsilons) -> list`. For each eps of the list `epsilons`, in its order, a
# float: the share of images for which the class with the largest logit is `y` after `attack(model, x, y, eps)`.
#
# - Call the attack **once for each eps, with all images**, also at eps 0 and where an image is named wrongly already.
# - The share is one of **all** images, also of those that are named wrongly without an attack. So at eps 0 it is the
#   plain accuracy.
# - The model names the attacked images in eval mode. Afterwards it is as it came, in all that {adversarial.fgsm} lists;
#   the attack leaves it so as well. `x` stays as it is.
#
# By hand: four images, one of them named wrongly from the start. At eps 0 the share is 0.75. If the attack turns two of
# the others, it is 0.25, not 1 of 3.

# %% answer="adversarial.accuracy_under"
def accuracy_under(attack, model, x, y, epsilons):
    """Share of images named rightly after an attack of each size: a list of floats."""
    ### BEGIN SOLUTION
    with evaluating(model):
        named = [model(attack(model, x, y, eps)).argmax(1) for eps in epsilons]
    return [(classes == y).double().mean().item() for classes in named]
    ### END SOLUTION

# hint("adversarial.accuracy_under")

# %% check="adversarial.accuracy_under"
accuracy_under = check("adversarial.accuracy_under", accuracy_under)

# %% [markdown]
# Your functions on the shapes. Beside FGSM, an attack that knows nothing of the network: each pixel moves by eps, up or
# down *by chance*.

# %% tags=["demo", "nbval-ignore-output"]
SIZES = [0, 0.01, 0.05, 0.1, 0.3]

def by_chance(model, x, y, eps):
    """Each pixel moved by eps, up or down by chance."""
    signs = torch.randint(0, 2, x.shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
    return (x + eps * signs).clamp(0, 1)

def table():
    methods = {"by chance": by_chance, "FGSM": fgsm}
    found = {name: accuracy_under(method, model, x, y, SIZES) for name, method in methods.items()}
    print(f"{'eps':>10}" + "".join(f"{eps:8}" for eps in SIZES))
    for name, shares in found.items():
        print(f"{name:>10}" + "".join(f"{share:8.1%}" for share in shares))

attempt(table, "fgsm and accuracy_under")

# %% tags=["demo", "nbval-ignore-output"]
def show_attacks(which=9):
    with torch.no_grad():
        image, label = x[which : which + 1], y[which : which + 1]
        names = [classes[model(image).argmax()]]
    attacked = [fgsm(model, image, label, eps) for eps in SIZES[1:]]
    with torch.no_grad():
        names += [classes[model(one).argmax()] for one in attacked]
    pictures.attacks(image, dict(zip(SIZES[1:], attacked)), names)

attempt(show_attacks, "fgsm")

# %% [markdown]
# *Above the images with the class that the network names; below what was added, brought to the full range of colours:
# grey is no change.* At 0.01 nearly half of the images are lost, and no eye sees why. As much noise by chance costs
# nothing: with 49,152 pixels, the small changes of a logit add up where each has the right sign, and cancel out where
# signs are drawn.
#
# From 0.05 on nearly all images are called the same class, a cross; the crosses among them are then "right".
#
# ## D. Toward a class
#
# An attack may want more than a wrong answer: a certain one. Then the loss of the class that is *wanted* shall fall.

# %% [markdown]
# ### {adversarial.targeted_fgsm}
#
# Write `targeted_fgsm(model, x, target, eps) -> Tensor`: one step as in {adversarial.fgsm}, but **toward** the classes
# `target`, `(N,)`, int64, one for each image: so that the cross-entropy with `target` falls. The true class is not
# needed. All else is as there: images in [0, 1], the model as it came, `x` as it is, no gradient. You may call `fgsm`.
#
# By hand: the network of the first figure, and its image: 0.6 and 0.5, of shape `(1, 1, 1, 2)`. Toward class 1 with
# `eps` 0.3 it becomes 0.3 and 0.8, toward class 0 it becomes 0.9 and 0.2.

# %% answer="adversarial.targeted_fgsm"
def targeted_fgsm(model, x, target, eps):
    """Images (N, C, H, W) in [0, 1], each pixel moved by eps toward the class `target`."""
    ### BEGIN SOLUTION
    return fgsm(model, x, target, -eps)
    ### END SOLUTION

# hint("adversarial.targeted_fgsm")

# %% check="adversarial.targeted_fgsm"
targeted_fgsm = check("adversarial.targeted_fgsm", targeted_fgsm)

# %% [markdown]
# How often does one step reach the class after the true one?

# %% tags=["demo", "nbval-ignore-output"]
def show_targets():
    wanted = (y + 1) % 10
    for eps in SIZES[1:3]:
        attacked = targeted_fgsm(model, x, wanted, eps)
        with torch.no_grad():
            named = model(attacked).argmax(1)
        shares = [(named == those).float().mean() for those in (wanted, y)]
        print(f"eps {eps}: wanted {shares[0]:.0%}, true {shares[1]:.0%}")

attempt(show_targets, "targeted_fgsm")

# %% [markdown]
# Rarely. At 0.05 it is mere chance: again all images are called a cross, which for one in ten is the class wanted, for
# another one the true one. To leave a class there are many ways, into one class few. One step follows a gradient that
# holds at its start, and goes on in a straight line where the loss has long turned.
#
# ## E. Many small steps: PGD

# %% tags=["demo", "nbval-ignore-output"]
pictures.steps()

# %% [markdown]
# *Two pixels again, with a loss that bends; the star is the clean image, the square all that eps allows, and the
# numbers are losses. A ring is where a path begins by chance, a dot where one ends.* FGSM jumps to a corner, far beyond
# the hill that its gradient pointed to. Small steps of the sign, each along the gradient where it begins, stop at that
# hill: 1.17 instead of 0.13. But it is the small one of two hills. Small steps from another point, drawn by chance,
# find the large one at the square's left side; where a step leaves the square, it is brought back. This is **projected
# gradient descent** (PGD; here uphill): small steps, brought back, from a start by chance.

# %% [markdown]
# ### {adversarial.pgd}
#
# Write `pgd(model, x, y, eps, step, steps, start) -> Tensor` (Madry and others, 2018).
#
# - `start`, `(N, C, H, W)`, holds numbers in [-eps, eps]. It is an argument, so that the result can be repeated. The
#   first images are `x + start`, clamped to [0, 1].
# - Each of the `steps` steps begins at the present images: they move by `step` along the sign of the gradient of the
#   cross-entropy with `y`, **taken there**. Then they are brought back: each pixel to at most `eps` from the *clean*
#   `x`, and into [0, 1].
# - All images take all steps, also those that are named wrongly already. With `steps` 0 the result is the first images.
#
# `model`, `x` and `y` are as in {adversarial.fgsm}, and so are the promises: the model in eval mode and afterwards as
# it came, `x` and `start` as they are, no gradient. You may call `fgsm`.
#
# By hand: the network and the image of the first figure, 0.6 and 0.5, of class 0; `eps` 0.3, `step` 0.2, start 0. After
# one step: 0.4 and 0.7. A second one would give 0.2 and 0.9; brought back, 0.3 and 0.8. A third one ends there, too.

# %% answer="adversarial.pgd"
def pgd(model, x, y, eps, step, steps, start):
    """Images after `steps` steps of FGSM, within eps of x and in [0, 1]: (N, C, H, W)."""
    ### BEGIN SOLUTION
    attacked = (x + start).clamp(0, 1)
    for _ in range(steps):
        attacked = fgsm(model, attacked, y, step)
        attacked = attacked.clamp(x - eps, x + eps)
    return attacked.detach()
    ### END SOLUTION

# hint("adversarial.pgd")

# %% check="adversarial.pgd"
pgd = check("adversarial.pgd", pgd)

# %% [markdown]
# Ten steps of eps / 4 against the one of FGSM, at equal eps:

# %% tags=["demo", "nbval-ignore-output"]
def ten_steps(model, x, y, eps):
    """PGD with ten steps of eps / 4, from a start by chance, always the same one."""
    drawn = torch.rand(x.shape, generator=torch.Generator().manual_seed(0))
    return pgd(model, x, y, eps, eps / 4, 10, eps * (2 * drawn - 1))

def compare():
    for name, method in {"FGSM": fgsm, "PGD": ten_steps}.items():
        shares = accuracy_under(method, model, x, y, [0.005, 0.01])
        print(f"{name}: {shares[0]:.0%} at eps 0.005, {shares[1]:.0%} at 0.01")
    wanted, toward = (y + 1) % 10, x
    for _ in range(10):
        toward = targeted_fgsm(model, toward, wanted, 0.001)  # all ten stay within 0.01
    with torch.no_grad():
        reached = (model(toward).argmax(1) == wanted).float().mean()
    print(f"Ten steps of 0.001 toward the next class: {reached:.0%} reach it")

attempt(compare, "fgsm, accuracy_under, targeted_fgsm and pgd")

# %% [markdown]
# A network that is right on all clean images has next to nothing left, at two and a half grey levels.
#
# ## F. Training on attacked images
#
# So let the network see in training what it will meet: each batch is attacked first, and the step is taken on the
# attacked images (**adversarial training**):
#
# $$\min_\theta \; \mathbb{E}_{x, y} \Big[ \max_{|\delta| \le \epsilon} L_\theta(x + \delta, y) \Big]$$
#
# Inside the attack makes the loss large, outside the optimiser makes it small. The attack must be one on the *present*
# weights: images that fooled the weights of an hour ago can be learned by heart.

# %% [markdown]
# ### {adversarial.adversarial_epoch}
#
# Write what is missing in `adversarial_epoch(model, batches, attack, optimizer) -> float`: one epoch. `batches` gives
# pairs of images `x` and classes `y`. For each pair:
#
# - attack the present model: `attack(model, x, y)` gives the attacked images. It may leave the model in any mode, and
#   gradients in its weights;
# - in **train mode**, take one step of `optimizer` on the mean cross-entropy of the attacked images with `y`, by this
#   loss's gradient alone. Clean images are not trained on.
#
# `loss` is to be the batch's mean loss; the lines around make of it the mean loss of an image, as the last batch may be
# smaller. `x` and `y` stay as they are.
#
# By hand: the mean losses 2 of three images and 6 of one make (3 · 2 + 1 · 6) / 4 = 3.

# %% answer="adversarial.adversarial_epoch"
def adversarial_epoch(model, batches, attack, optimizer):
    """One epoch on attacked images; returns the mean loss of an image, a float."""
    summed, images = 0.0, 0
    for x, y in batches:
        ### BEGIN SOLUTION
        attacked = attack(model, x, y)
        model.train()
        loss = F.cross_entropy(model(attacked), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ### END SOLUTION
        summed += loss.item() * len(x)  # `loss` is the mean over the batch
        images += len(x)
    return summed / images

# hint("adversarial.adversarial_epoch")

# %% check="adversarial.adversarial_epoch"
adversarial_epoch = check("adversarial.adversarial_epoch", adversarial_epoch)

# %% [markdown]
# ### Lab: what does it cost?
#
# A small network that reads digits of 28 x 28 pixels, in [0, 1], with its normalisation inside. Your
# `adversarial_epoch` trains it first on clean images, by an attack that does nothing, and then on attacked ones:

# %% tags=["demo", "nbval-ignore-output"]
digits = load("glyphs")
parts = {"train": digits.train.take(curves.TRAIN)}
parts["validation"] = digits.validation.take(curves.VALIDATION)
images = {name: part.images / 255 for name, part in parts.items()}

def nothing(model, x, y):
    return x

def batches():
    """Pairs of 64 images and their classes, in an order by chance."""
    for picked in torch.randperm(len(images["train"])).split(64):
        yield images["train"][picked], parts["train"].labels[picked]

def report(name, net):
    shown, truth = images["validation"], parts["validation"].labels
    clean, once = accuracy_under(fgsm, net, shown, truth, [0, curves.EPS])
    (often,) = accuracy_under(ten_steps, net, shown, truth, [curves.EPS])
    print(f"{name:26} clean {clean:.0%}, FGSM {once:.0%}, PGD {often:.0%}")

# %% tags=["demo", "nbval-ignore-output"]
def lab():
    torch.manual_seed(0)
    net = curves.small_net()
    optimizer = torch.optim.Adam(net.parameters(), lr=curves.RATE)
    full = {"clean images": curves.CLEAN, "attacked ones": curves.EPOCHS}
    epochs = choose(profile, smoke=dict.fromkeys(full, 3), laptop=full, gpu=full)
    for name, method in zip(full, (nothing, partial(fgsm, eps=curves.EPS))):
        for _ in range(epochs[name]):
            adversarial_epoch(net, batches(), method, optimizer)
        report(f"{epochs[name]} epochs on {name}", net)

attempt(lab, "fgsm, accuracy_under, pgd and adversarial_epoch")

# %% [markdown]
# Accuracy under attack rises, and clean accuracy does not, though the network trains on. A fair comparison takes
# longer, and gives all the same budget. It is stored: networks that begin alike, and then train on clean images, on
# images attacked by FGSM, or by PGD with five steps; three seeds.

# %% tags=["demo", "nbval-ignore-output"]
runs = curves.stored()
print(runs)

# %% tags=["demo", "nbval-ignore-output"]
pictures.price(runs)

# %% [markdown]
# *Share of 500 images named rightly at the end, clean and attacked with eps 0.1: marks are the seeds, bars their
# means.* A batch costs one pass forward and back on clean images, two with FGSM, six with PGD.

# %% [markdown]
# ### {adversarial.price}
#
# A person marks it.

# %% [markdown] essay="adversarial.price"
# Answer by the stored numbers of the three networks.
#
# 1. What does training on attacked images bring, and what does it cost? Say for each number how far the seeds lie
#    apart.
# 2. "Under FGSM our network is right on so many per cent: that is its robustness." Which of your numbers would you
#    state instead, and why is that one, too, only an upper bound?
# 3. Name a use for which you would pay this price, and one for which you would not.
#
# ***
#
# ### BEGIN SOLUTION
# 1. Under PGD 0.1 % become 24.1 % (FGSM in training) and 32.0 % (PGD). The seeds' spans, 0 to 0.2 %, 23.4 to 24.4 % and
#    31.2 to 32.6 %, lie far apart: training on attacked images helps, and the stronger attack in training helps more.
#    Clean accuracy falls from 92.9 % (92.0 to 93.6) to 85.4 % (78.6 to 90.2) and 81.8 % (75.2 to 87.0). Both spans lie
#    below that of the first network, but they are wide and overlap each other: which of the two costs more the table
#    does not tell. And a batch takes two or six passes instead of one.
# 2. That under PGD: 32.0 % instead of 43.1 %, or 24.1 % instead of 41.7 %. Both attacks stay within the same eps, and
#    PGD finds more. It is an upper bound because an attack only finds what it finds: more steps, other starts, another
#    loss may find images that PGD missed. It also holds for this eps and this kind of change alone.
# 3. For instance yes: a filter for forbidden pictures, which people try to get round. No: sorting one's own holiday
#    photographs, where nobody attacks and clean accuracy is all that counts.
#
# - [ ] 1 point: gain under attack and loss on clean images from the table, with the seeds' spans; time or passes
# - [ ] 1 point: the number under PGD, and why a stronger attack could only lower it
# - [ ] 1 point: two uses, told apart by whether somebody would attack and what a mistake costs
# ### END SOLUTION

# %% [markdown]
# ## G. A gradient that hides
#
# A good number under attack may have two reasons: the network is robust, or the attack is bad.

# %% [markdown]
# ### {adversarial.masking}
#
# Somebody has found a cheap way of training. The network is right on 98 % of clean images, on 92 % under FGSM with
# eps 0.1, and on 3 % under PGD with the same eps, 20 steps. What has happened?
#
# - **A** PGD adds up its steps, and so leaves the square of eps that FGSM stays in.
# - **B** The network is robust: what PGD finds are changes that a person would see.
# - **C** At the images the gradient has become useless: it does not lead to where, still within eps, the loss is large.
#   FGSM is misled, and the network is not robust.
# - **D** FGSM attacked the network in train mode, PGD in eval mode, where batch norm protects less.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="adversarial.masking"
masking = ...
### BEGIN SOLUTION
masking = "C"
### END SOLUTION

# %% check="adversarial.masking"
masking = check("adversarial.masking", masking)

# %% [markdown]
# A gradient can also be 0. Here all logits of the network are multiplied by 10, so that each image keeps its class, and
# the network is sure of it:

# %% tags=["demo", "nbval-ignore-output"]
class Louder(nn.Module):
    """A model whose logits are multiplied by a number."""

    def __init__(self, model, factor):
        super().__init__()
        self.model, self.factor = model, factor

    def forward(self, images):
        return self.factor * self.model(images)

def show_masking(eps=0.05):
    made_before = fgsm(model, x, y, eps)
    for factor in (1, 10):
        louder = Louder(model, factor)
        (once,) = accuracy_under(fgsm, louder, x, y, [eps])
        (often,) = accuracy_under(ten_steps, louder, x, y, [eps])
        with torch.no_grad():
            fooled = (louder(made_before).argmax(1) == y).float().mean()
        made = f"on FGSM's images made for times 1: {fooled:.0%}"
        print(f"logits times {factor:2}: FGSM {once:.0%}, PGD {often:.0%}; {made}")

attempt(show_masking, "fgsm, accuracy_under and pgd")

# %% [markdown]
# Unbeaten by FGSM and by PGD, and as easily fooled as ever: the images made for the unchanged network work as
# before. With probabilities of exactly 1, the loss is exactly 0 in float32, and so is its gradient. Whoever hides the
# gradient has **masked** it, and is not robust.
#
# Before you believe a number under attack, ask: is a stronger attack no stronger? Does accuracy go to 0 as eps grows?
# Do images work that were made for *another* network? Of nine defences of one conference seven turned out to mask
# gradients (Athalye and others, 2018).

# %% [markdown]
# ## Check yourself
#
# A short quiz, without points.

# %% tags=["quiz", "nbval-ignore-output"]
quiz("adversarial.attacks")

# %% [markdown]
# ## Summary
#
# - An attack moves the image uphill on the loss, within a cube of eps, in units of the pixels. The model has its
#   normalisation inside.
# - FGSM: one step of eps times the *sign* of the gradient, clamped to [0, 1]. Toward a class: downhill on its loss.
# - PGD: small steps, each brought back to within eps of the clean image. Stronger, and dearer.
# - Training on attacked images buys robustness with clean accuracy and time.
# - An attack that fails proves nothing: a gradient can be misleading, or 0. Accuracy under attack is an upper bound.
#
# **Further reading**
#
# - C. Szegedy and others, *Intriguing properties of neural networks*, 2014: the first adversarial examples.
# - I. Goodfellow, J. Shlens and C. Szegedy, *Explaining and harnessing adversarial examples*, 2015: FGSM.
# - A. Madry and others, *Towards deep learning models resistant to adversarial attacks*, 2018: PGD.
# - A. Athalye, N. Carlini and D. Wagner, *Obfuscated gradients give a false sense of security*, 2018.
# - E. Wong, L. Rice and J. Z. Kolter, *Fast is better than free*, 2020: training by FGSM, and catastrophic overfitting.
# - F. Croce and M. Hein, *Reliable evaluation of adversarial robustness with an ensemble of diverse attacks*, 2020.

# %% [markdown]
# ## Extra: a ball of another shape
#
# "At most eps for each pixel" is one way to say small. Another one is the length of the whole change, the root of the
# sum of its squares. Then the images allowed are a ball, and a linear loss is greatest where you reach the ball's
# surface along the *gradient itself*, not along its sign.

# %% [markdown]
# ### {adversarial.l2_attack}
#
# Write `l2_attack(model, x, y, eps) -> Tensor`: one step of the **length** `eps` along the gradient of the
# cross-entropy with `y`: each image moves by `eps` times its own gradient, divided by this gradient's length. The
# length is taken over all C · H · W numbers of one image. An image whose gradient is 0 everywhere stays as it is. Then
# all is clamped to [0, 1].
#
# All else is as in {adversarial.fgsm}: shapes, eval mode, the model as it came, `x` as it is, no gradient.
#
# By hand: an image of two pixels with the gradient (0.3, 0.4), of the length 0.5. With `eps` 0.2 they move by 0.12 and
# 0.16.

# %% answer="adversarial.l2_attack"
def l2_attack(model, x, y, eps):
    """Images (N, C, H, W), each moved by a step of length eps along its gradient, in [0, 1]."""
    ### BEGIN SOLUTION
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x), y)
    (gradient,) = torch.autograd.grad(loss, x)
    length = gradient.flatten(1).norm(dim=1)[:, None, None, None]
    move = torch.where(length > 0, eps * gradient / length, 0)
    return (x + move).clamp(0, 1).detach()
    ### END SOLUTION

# hint("adversarial.l2_attack")

# %% check="adversarial.l2_attack"
l2_attack = check("adversarial.l2_attack", l2_attack)

# %% [markdown]
# At equal length, which of the two steps costs the network more? FGSM's has the length eps times the
# root of C · H · W.

# %% tags=["demo", "nbval-ignore-output"]
def compare_balls():
    numbers = x[0].numel()
    for eps in (0.002, 0.005, 0.01):
        length = eps * numbers**0.5
        (box,) = accuracy_under(fgsm, model, x, y, [eps])
        (ball,) = accuracy_under(l2_attack, model, x, y, [length])
        largest = (l2_attack(model, x, y, length) - x).abs().amax()
        print(f"length {length:.2f}: FGSM {box:.0%}, largest change {eps};", end=" ")
        print(f"along the gradient {ball:.0%}, largest change {largest:.2f}")

attempt(compare_balls, "fgsm, accuracy_under and l2_attack")

# %% [markdown]
# At equal length the step along the gradient itself does more: it spends its length on the pixels that count most. For
# that it changes some of them some twenty times as far. Which of the two limits fits is no question of the network,
# but of what you call a small change.

# %% [markdown]
# ## Extra: more about hidden gradients

# %% [markdown]
# ### {adversarial.share_of_zeros}
#
# Write `share_of_zeros(model, x, y) -> float`: which share of the numbers of the gradient of the cross-entropy with
# `y`, with respect to the images `x`, is **exactly** 0. There are N · C · H · W numbers in all. The model runs in
# eval mode; all else is as in {adversarial.fgsm}.
#
# By hand: for the image of {adversarial.fgsm}'s example the third of three numbers is 0: the share is 1 / 3.

# %% answer="adversarial.share_of_zeros"
def share_of_zeros(model, x, y):
    """Share of exact zeros in the gradient of the loss with respect to images (N, C, H, W)."""
    ### BEGIN SOLUTION
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x), y)
    (gradient,) = torch.autograd.grad(loss, x)
    return (gradient == 0).double().mean().item()
    ### END SOLUTION

# hint("adversarial.share_of_zeros")

# %% check="adversarial.share_of_zeros"
share_of_zeros = check("adversarial.share_of_zeros", share_of_zeros)

# %% tags=["demo", "nbval-ignore-output"]
def show_zeros():
    for factor in (1, 3, 10):
        louder = Louder(model, factor)
        print(f"logits times {factor:2}: {share_of_zeros(louder, x, y):6.1%} of the gradient is 0")

attempt(show_zeros, "share_of_zeros")

# %% [markdown]
# Where the gradient is 0, its sign is 0, and FGSM gives back the clean image: accuracy "under attack" is then the clean
# one. A look at the share of zeros shows it at once.

# %% [markdown]
# ### {adversarial.pgd_restarts}
#
# Write `pgd_restarts(model, x, y, eps, step, steps, starts) -> Tensor`. `starts`, `(R, N, C, H, W)`, holds R starts as
# `pgd` takes them. The result, `(N, C, H, W)`, is for each image **its own** worst: of the R images that PGD ends at,
# the one with the largest cross-entropy with its class; of equal ones the first.
#
# All else is as in {adversarial.pgd}: eval mode, also where the losses are compared, the model as it came, arguments as
# they are, no gradient. You may call `pgd`.
#
# By hand: two starts, two images; the losses at the ends are (0.3, 2) and (0.9, 1). The result is the second start's
# end for the first image, and the first start's for the second.

# %% answer="adversarial.pgd_restarts"
def pgd_restarts(model, x, y, eps, step, steps, starts):
    """For each image the result of PGD with the largest loss: starts (R, N, C, H, W)."""
    ### BEGIN SOLUTION
    found = torch.stack([pgd(model, x, y, eps, step, steps, start) for start in starts])
    with evaluating(model):
        losses = [F.cross_entropy(model(one), y, reduction="none") for one in found]
    worst = torch.stack(losses).argmax(0)
    return found[worst, torch.arange(len(x))]
    ### END SOLUTION

# hint("adversarial.pgd_restarts")

# %% check="adversarial.pgd_restarts"
pgd_restarts = check("adversarial.pgd_restarts", pgd_restarts)

# %% tags=["demo", "nbval-ignore-output"]
def show_restarts(eps=0.005, steps=5):
    drawn = torch.rand(3, *x.shape, generator=torch.Generator().manual_seed(0))
    starts = eps * (2 * drawn - 1)
    for count in (1, 3):
        worst = pgd_restarts(model, x, y, eps, eps / 4, steps, starts[:count])
        with torch.no_grad():
            logits = model(worst)
        right, loss = (logits.argmax(1) == y).float().mean(), F.cross_entropy(logits, y)
        print(f"worst of {count}: {right:.0%} right, mean loss {loss:.2f}")

attempt(show_restarts, "pgd and pgd_restarts")

# %% [markdown]
# The loss rises a little, and no further image falls: to this network a second and third start add next to nothing.
# They were needed where networks trained by FGSM alone learned, from one
# epoch to the next, to mislead just FGSM: accuracy under FGSM near 100 %, under PGD near 0 (**catastrophic
# overfitting**; Wong and others, 2020). Does the lab's network do so? The stored curves by epoch:

# %% tags=["demo", "nbval-ignore-output"]
pictures.epochs(runs)

# %% [markdown]
# *Accuracy after each epoch on attacked images; lines are means of the three seeds, bands go from the lowest to the
# highest.* It does not: under PGD it gains as it does under FGSM, on a lower level. Whether a network does so, a curve
# like this one tells, and the accuracy under FGSM alone never.

# %% [markdown]
# ## Extra: an attack in a file

# %% [markdown]
# ### {adversarial.saved_choice}
#
# Some network is fooled by an image that was attacked with eps 0.001. The image is saved as a PNG file, and loaded
# again: now it is named rightly. Why?
#
# - **A** A file holds whole numbers from 0 to 255. A change of 0.001 is a quarter of a grey level, and rounding takes
#   it away.
# - **B** PNG compresses an image with loss, as JPEG does, and small changes are lost first.
# - **C** Loading normalises the image anew, and the attack was made for the old mean.
# - **D** The network was in train mode when the attack was made, and is in eval mode now.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="adversarial.saved_choice"
saved_choice = ...
### BEGIN SOLUTION
saved_choice = "A"
### END SOLUTION

# %% check="adversarial.saved_choice"
saved_choice = check("adversarial.saved_choice", saved_choice)

# %% [markdown]
# The network of this notebook is not fooled by as little. Your attacks on it, as they are and as a file gives them
# back:

# %% tags=["demo", "nbval-ignore-output"]
def show_rounding():
    for name, method, eps in (("FGSM", fgsm, 0.001), ("PGD", ten_steps, 0.005), ("FGSM", fgsm, 0.01)):
        attacked = method(model, x, y, eps)
        loaded = (attacked * 255).round() / 255
        left = (loaded - x).abs().amax() * 255
        with torch.no_grad():
            found = [(model(one).argmax(1) == y).float().mean() for one in (attacked, loaded)]
        shares = f"right {found[0]:.0%}, from the file {found[1]:.0%}"
        print(f"{name} with eps {eps}: {shares}; at most {left:.0f} levels changed")

attempt(show_rounding, "fgsm and pgd")

# %% [markdown]
# An eps of 0.001 leaves nothing in the file. 0.005 are 1.275 levels and become 1, or 0: some of the images that fooled
# the network no longer do. 0.01 are 2.55 levels and become 3: in the file the attack is *stronger* than it was, and
# beyond its eps. Keep attacked images as floats, or round as part of the attack, and measure what is
# left.
