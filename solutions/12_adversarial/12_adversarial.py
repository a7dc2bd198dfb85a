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
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score

from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn

begin("adversarial", globals())

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
# ### {adversarial.normalised}

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
# ### {adversarial.fgsm}

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
# ### {adversarial.accuracy_under}

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
# ### {adversarial.targeted_fgsm}

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
# ### {adversarial.pgd}

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
# ### {adversarial.adversarial_epoch}

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
# ### {adversarial.masking}

# %% answer="adversarial.masking"
masking = ...
### BEGIN SOLUTION
masking = "C"
### END SOLUTION

# %% check="adversarial.masking"
masking = check("adversarial.masking", masking)

# %% [markdown]
# ### {adversarial.price}

# %% [markdown] essay="adversarial.price"
# ### BEGIN SOLUTION
# ### END SOLUTION

# %% [markdown]
# ## Extra: a ball of another shape

# %% [markdown]
# ### {adversarial.l2_attack}

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
# ### {adversarial.share_of_zeros}

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

# %% [markdown]
# ### {adversarial.pgd_restarts}

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

# %% [markdown]
# ### {adversarial.saved_choice}

# %% answer="adversarial.saved_choice"
saved_choice = ...
### BEGIN SOLUTION
saved_choice = "A"
### END SOLUTION

# %% check="adversarial.saved_choice"
saved_choice = check("adversarial.saved_choice", saved_choice)
