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
# # 13 Distillation
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score

import copy

import torch
import torch.nn.functional as F

begin("distillation", globals())

# %% [markdown]
# ### {distillation.soften}


# %% answer="distillation.soften"
def soften(logits, T):
    """Probabilities at temperature T: (N, C) or (C,) -> the same shape."""
    ### BEGIN SOLUTION
    return torch.softmax(logits / T, dim=-1)
    ### END SOLUTION


# hint("distillation.soften")

# %% check="distillation.soften"
soften = check("distillation.soften", soften)

# %% [markdown]
# ### {distillation.wrong_classes}


# %% answer="distillation.wrong_classes"
def wrong_classes(teacher_logits, y, T):
    """What each class is mistaken for: (N, C), (N,) -> (C, C), zeros on the diagonal."""
    ### BEGIN SOLUTION
    probabilities = soften(teacher_logits, T)
    own = F.one_hot(y, probabilities.shape[1]).to(probabilities)
    rows = own.T @ probabilities
    rows.fill_diagonal_(0)
    return (rows / rows.sum(1, keepdim=True)).nan_to_num(0)
    ### END SOLUTION


# hint("distillation.wrong_classes")

# %% check="distillation.wrong_classes"
wrong_classes = check("distillation.wrong_classes", wrong_classes)

# %% [markdown]
# ### {distillation.soft_loss}


# %% answer="distillation.soft_loss"
def soft_loss(student_logits, teacher_logits, T):
    """T² · KL(teacher ‖ student) at temperature T, the mean over images: (N, C), (N, C) -> ()."""
    ### BEGIN SOLUTION
    teacher = soften(teacher_logits.detach(), T)
    student = F.log_softmax(student_logits / T, dim=-1)
    return T**2 * F.kl_div(student, teacher, reduction="batchmean")
    ### END SOLUTION


# hint("distillation.soft_loss")

# %% check="distillation.soft_loss"
soft_loss = check("distillation.soft_loss", soft_loss)

# %% [markdown]
# ### {distillation.why_t_squared}

# %% answer="distillation.why_t_squared"
why_t_squared = ...
### BEGIN SOLUTION
why_t_squared = "C"
### END SOLUTION

# %% check="distillation.why_t_squared"
why_t_squared = check("distillation.why_t_squared", why_t_squared)

# %% [markdown]
# ### {distillation.distillation_loss}


# %% answer="distillation.distillation_loss"
def distillation_loss(student_logits, teacher_logits, y, T, alpha):
    """alpha · soft loss + (1 - alpha) · cross-entropy with the labels: a scalar."""
    ### BEGIN SOLUTION
    soft = soft_loss(student_logits, teacher_logits, T)
    return alpha * soft + (1 - alpha) * F.cross_entropy(student_logits, y)
    ### END SOLUTION


# hint("distillation.distillation_loss")

# %% check="distillation.distillation_loss"
distillation_loss = check("distillation.distillation_loss", distillation_loss)

# %% [markdown]
# ### {distillation.distil_epoch}


# %% answer="distillation.distil_epoch"
def distil_epoch(student, teacher, batches, optimizer, T, alpha):
    """One epoch of distillation; the mean loss an image."""
    total, images = 0.0, 0
    ### BEGIN SOLUTION
    fixed = copy.deepcopy(teacher).eval()
    student.train()
    for x, y in batches:
        with torch.no_grad():
            targets = fixed(x)
        loss = distillation_loss(student(x), targets, y, T, alpha)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        images += len(y)
    ### END SOLUTION
    return total / images


# hint("distillation.distil_epoch")

# %% check="distillation.distil_epoch"
distil_epoch = check("distillation.distil_epoch", distil_epoch)

# %% [markdown]
# ### {distillation.ensemble}


# %% answer="distillation.ensemble"
def ensemble(logits, T):
    """The mean of the teachers' softened probabilities: (K, N, C) -> (N, C)."""
    ### BEGIN SOLUTION
    return soften(logits, T).mean(0)
    ### END SOLUTION


# hint("distillation.ensemble")

# %% check="distillation.ensemble"
ensemble = check("distillation.ensemble", ensemble)

# %% [markdown]
# ### {distillation.limit_gradient}


# %% answer="distillation.limit_gradient"
def limit_gradient(student_logits, teacher_logits):
    """The gradient of soft_loss for T to infinity: (N, C), (N, C) -> (N, C)."""
    ### BEGIN SOLUTION
    apart = student_logits - teacher_logits
    return (apart - apart.mean(1, keepdim=True)) / apart.numel()
    ### END SOLUTION


# hint("distillation.limit_gradient")

# %% check="distillation.limit_gradient"
limit_gradient = check("distillation.limit_gradient", limit_gradient)

# %% [markdown]
# ### {distillation.stored_outputs}

# %% answer="distillation.stored_outputs"
stored_outputs = ...
### BEGIN SOLUTION
stored_outputs = "B"
### END SOLUTION

# %% check="distillation.stored_outputs"
stored_outputs = check("distillation.stored_outputs", stored_outputs)
