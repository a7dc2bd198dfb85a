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
# # 11 Grad-CAM
#
# Where in the image does a network find what it says? Here you look inside trained networks: you keep the maps of any
# layer, draw what speaks for a class as a heat map, and measure whether it lies on the object.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 07.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score

from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn

begin("gradcam", globals())

# %% [markdown]
# ## A. What a layer has seen

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
# ### {gradcam.feature_maps}
#
# Write `feature_maps(model, layers, x) -> dict`. `layers` is a list of names, as `model.named_modules()` gives them;
# `model.get_submodule(name)` is the layer. For each name, in the order of the list, the dict holds what this layer
# gives for the images `x`, `(N, C, H, W)`.
#
# - Each output is **as it was when the layer gave it**, whatever later layers do with it in place.
# - A layer that runs more than once: its last output.
# - The outputs need no gradient (`requires_grad` is False).
# - The model runs in eval mode, in which no image depends on the others. Afterwards it is as it came: the mode of each
#   module, weights, statistics and gradients, and the hooks that others have registered; yours are gone. `x` stays, too.
#
# Layers give one tensor each, and every layer named is run.
#
# By hand: `model` is `nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU(inplace=True))` with weight -1 and bias 1. For the image
# `[[3, 0]]` the map of `"0"` is `[[-2, 1]]`, of `"1"` `[[0, 1]]`.

# %% answer="gradcam.feature_maps"
def feature_maps(model, layers, x):
    """What the named layers give for images (N, C, H, W): a dict, name -> output."""
    ### BEGIN SOLUTION
    maps, handles = {}, []
    for name in layers:
        def keep(layer, inputs, output, name=name):
            maps[name] = output.clone()
        handles.append(model.get_submodule(name).register_forward_hook(keep))
    with evaluating(model), torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return {name: maps[name] for name in layers}
    ### END SOLUTION

# hint("gradcam.feature_maps")

# %% check="gradcam.feature_maps"
feature_maps = check("gradcam.feature_maps", feature_maps)

# %% [markdown]
# ## B. Grad-CAM

# %% [markdown]
# ### {gradcam.grad_cam}
#
# Write `grad_cam(model, layer, x, target=None) -> Tensor`: the raw Grad-CAM maps of the images `x`, `(N, C, H, W)`,
# at the layer with the name `layer`, whose output has the shape `(N, K, h, w)`. The result is `(N, h, w)`.
#
# - `target` is an int64 tensor `(N,)`, a class for each image. If it is None: for each image the class with its largest
#   logit. The model gives logits `(N, classes)`; take the gradient of the logit itself, not of a probability or a loss.
# - The maps are raw: after the ReLU, not scaled.
# - The map of an image is the one that it would have alone, whatever else is in the batch.
# - The layer's output is meant **as it was when the layer gave it**, even if the next layer works in place; of a layer
#   that runs more than once, the last one.
# - The model may be frozen (no parameter requires a gradient) and may come in train mode. It runs in eval mode.
#   Afterwards it is as it came: modes, weights, statistics, each parameter's `grad` and `requires_grad`, hooks. `x` stays.
# - The result carries no gradient.
#
# By hand: the example above, to which the check adds nothing.

# %% answer="gradcam.grad_cam"
def grad_cam(model, layer, x, target=None):
    """Raw Grad-CAM maps of images (N, C, H, W) at a layer: (N, h, w), all >= 0."""
    ### BEGIN SOLUTION
    def keep(layer, inputs, output):
        kept[:] = [output.detach().requires_grad_()]
        return kept[0].clone()

    kept = []
    handle = model.get_submodule(layer).register_forward_hook(keep)
    with evaluating(model):
        logits = model(x)
    handle.remove()
    target = logits.argmax(1) if target is None else target
    (gradients,) = torch.autograd.grad(logits.gather(1, target[:, None]).sum(), kept)
    weights = gradients.mean((2, 3), keepdim=True)
    return torch.relu((weights * kept[0].detach()).sum(1))
    ### END SOLUTION

# hint("gradcam.grad_cam")

# %% check="gradcam.grad_cam"
grad_cam = check("gradcam.grad_cam", grad_cam)

# %% [markdown]
# ### {gradcam.scale}
#
# Write `scale(maps)`: `(N, h, w) -> (N, h, w)`. No number of `maps` is negative. Each map is divided by its **own**
# largest number; a map of zeros stays zeros. `maps` stay as they are.
#
# By hand: `[[[0, 2], [4, 1]], [[0, 0], [0, 0]]]` becomes `[[[0, 0.5], [1, 0.25]], [[0, 0], [0, 0]]]`.

# %% answer="gradcam.scale"
def scale(maps):
    """Each map divided by its largest number: (N, h, w) -> (N, h, w), in [0, 1]."""
    ### BEGIN SOLUTION
    top = maps.amax((1, 2), keepdim=True)
    return torch.where(top > 0, maps / top, 0)
    ### END SOLUTION

# hint("gradcam.scale")

# %% check="gradcam.scale"
scale = check("gradcam.scale", scale)

# %% [markdown]
# ### {gradcam.resize}
#
# Write `resize(maps, size)`: `(N, h, w) -> (N, H, W)` for `size = (H, W)`, bilinear, with `align_corners=False`: a
# pixel of the map stands for a square of the image, and its number for the middle of this square. `F.interpolate` is
# allowed; it wants `(N, C, h, w)`.
#
# By hand: the map `[[0, 4]]` at the size (1, 4) is `[[0, 1, 3, 4]]`.

# %% answer="gradcam.resize"
def resize(maps, size):
    """Maps at another size, bilinear: (N, h, w) -> (N, H, W) for size (H, W)."""
    ### BEGIN SOLUTION
    return F.interpolate(maps[:, None], size=size, mode="bilinear", align_corners=False)[:, 0]
    ### END SOLUTION

# hint("gradcam.resize")

# %% check="gradcam.resize"
resize = check("gradcam.resize", resize)

# %% [markdown]
# ### {gradcam.overlay}
#
# Write `overlay(images, heat, opacity=0.5)`: `(N, 3, H, W)` and `(N, H, W)`, both in [0, 1], to `(N, 3, H, W)`: at each
# pixel `1 - opacity` of the image and `opacity` of the heat's colour. `colours(heat)` is given: `(N, H, W)` to
# `(N, 3, H, W)`, from blue at 0 to red at 1. `images` and `heat` stay as they are.
#
# By hand: a pixel `[0.2, 0.4, 0.6]` whose heat has the colour `[1, 0, 0]` becomes `[0.4, 0.3, 0.45]` at opacity 0.25.

# %% answer="gradcam.overlay"
def overlay(images, heat, opacity=0.5):
    """Images under the colours of their heat: (N, 3, H, W), (N, H, W) -> (N, 3, H, W)."""
    ### BEGIN SOLUTION
    return (1 - opacity) * images + opacity * colours(heat)
    ### END SOLUTION

# hint("gradcam.overlay")

# %% check="gradcam.overlay"
overlay = check("gradcam.overlay", overlay)

# %% [markdown]
# ### {gradcam.which_layer}
#
# Of this ResNet the maps of layer2 have 16 x 16 places, those of layer4 only 4 x 4. Yet the hottest place of layer2 lies
# on the object less often. Why?
#
# - **A** Gradients vanish on their way back to layer2, so its weights are mostly 0.
# - **B** Its maps show edges and spots, which stand on the object and elsewhere, and one weight for a whole map cannot
#   tell the ones from the others.
# - **C** Grad-CAM needs maps before a ReLU, and layer2 gives them after one.
# - **D** More places mean that the largest number stands at one of them by chance.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="gradcam.which_layer"
which_layer = ...
### BEGIN SOLUTION
which_layer = "B"
### END SOLUTION

# %% check="gradcam.which_layer"
which_layer = check("gradcam.which_layer", which_layer)

# %% [markdown]
# ## C. CAM, without gradients

# %% [markdown]
# ### {gradcam.cam}
#
# Write `cam(maps, weight, target)`: the class activation maps (Zhou and others, 2016), `(N, h, w)`. `maps`,
# `(N, C, h, w)`, are those that global average pooling reads; `weight`, `(classes, C)`, is the weight of the one dense
# layer that follows; `target`, `(N,)`, int64, is a class for each image. A map is the sum over the channels of the
# class's weights times the maps: no bias, **no ReLU**.
#
# By hand: two channels `[[1, 0]]` and `[[2, 3]]`, the class's weights 2 and -1: `[[0, -3]]`.

# %% answer="gradcam.cam"
def cam(maps, weight, target):
    """Class activation maps: (N, C, h, w), (classes, C), (N,) -> (N, h, w)."""
    ### BEGIN SOLUTION
    return (weight[target][:, :, None, None] * maps).sum(1)
    ### END SOLUTION

# hint("gradcam.cam")

# %% check="gradcam.cam"
cam = check("gradcam.cam", cam)

# %% [markdown]
# ### {gradcam.when_equal}
#
# For which network, at which maps, is Grad-CAM the ReLU of a CAM, divided by the number of places?
#
# - **A** For every network, at the output of its last convolution.
# - **B** For every network, at every layer, if the class is the predicted one.
# - **C** For a network that ends in global average pooling and one dense layer, at the maps that the pooling reads.
# - **D** For a network that ends in global average pooling and one dense layer, at every layer.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="gradcam.when_equal"
when_equal = ...
### BEGIN SOLUTION
when_equal = "C"
### END SOLUTION

# %% check="gradcam.when_equal"
when_equal = check("gradcam.when_equal", when_equal)

# %% [markdown]
# ## D. Does the map lie on the object?

# %% [markdown]
# ### {gradcam.pointing_game}
#
# Write `pointing_game(heat, masks) -> float`: the share of images whose hottest pixel lies on the object. `heat`,
# `(N, H, W)`, has no negative number; `masks`, `(N, H, W)`, bool, is True on the object. Of several hottest pixels the
# first counts, row by row from the top. A map of zeros points nowhere: a miss.
#
# By hand: the heat `[[0, 2], [1, 2]]` with the mask `[[False, False], [True, True]]` is a miss, for the first 2 lies
# outside. With a second image that is a hit, the share is 0.5.

# %% answer="gradcam.pointing_game"
def pointing_game(heat, masks):
    """Share of images whose hottest pixel lies in their mask: (N, H, W) twice -> a float."""
    ### BEGIN SOLUTION
    hottest = heat.flatten(1).max(1)
    inside = masks.flatten(1).gather(1, hottest.indices[:, None])[:, 0]
    return (inside & (hottest.values > 0)).double().mean().item()
    ### END SOLUTION

# hint("gradcam.pointing_game")

# %% check="gradcam.pointing_game"
pointing_game = check("gradcam.pointing_game", pointing_game)

# %% [markdown]
# ### {gradcam.energy_inside}
#
# Write `energy_inside(heat, masks)`: `(N, H, W)` twice, as before, to `(N,)`: for each image the share of its map's sum
# that lies inside its mask. For a map of zeros: 0.
#
# By hand: the heat `[[0, 2], [1, 2]]` with the mask `[[False, False], [True, True]]` has 3 of 5 inside: 0.6.

# %% answer="gradcam.energy_inside"
def energy_inside(heat, masks):
    """Share of each map's sum inside its mask: (N, H, W) twice -> (N,)."""
    ### BEGIN SOLUTION
    inside = (heat * masks).sum((1, 2))
    total = heat.sum((1, 2))
    return torch.where(total > 0, inside / total, 0)
    ### END SOLUTION

# hint("gradcam.energy_inside")

# %% check="gradcam.energy_inside"
energy_inside = check("gradcam.energy_inside", energy_inside)

# %% [markdown]
# ## Extra: maps from the first layer to the last

# %% [markdown]
# ### {gradcam.conv_layers}
#
# Write `conv_layers(model) -> list`: the names of all `nn.Conv2d` modules of `model`, wherever they stand, in the order
# of `model.named_modules()`.
#
# By hand: for `nn.Sequential(nn.Conv2d(3, 4, 3), nn.Sequential(nn.ReLU(), nn.Conv2d(4, 2, 1)))` it is `["0", "1.1"]`.

# %% answer="gradcam.conv_layers"
def conv_layers(model):
    """Names of all convolutions, in the order of named_modules()."""
    ### BEGIN SOLUTION
    return [name for name, module in model.named_modules() if isinstance(module, nn.Conv2d)]
    ### END SOLUTION

# hint("gradcam.conv_layers")

# %% check="gradcam.conv_layers"
conv_layers = check("gradcam.conv_layers", conv_layers)

# %% [markdown]
# ### {gradcam.grid}
#
# Write `grid(maps, columns=4)`: the maps `(C, h, w)` of one image side by side, as one picture
# `(rows * h, columns * w)`. Map i stands in row `i // columns` and column `i % columns`; there are as many rows as are
# needed, and places without a map are 0. Each map is scaled by its **own** least and greatest number to [0, 1]; a map
# of equal numbers becomes 0. `maps` stay as they are.
#
# By hand: the maps `[[1, 3]]`, `[[2, 2]]` and `[[-1, -2]]` in 2 columns are `[[0, 1, 0, 0], [1, 0, 0, 0]]`.

# %% answer="gradcam.grid"
def grid(maps, columns=4):
    """Maps side by side, each scaled to [0, 1]: (C, h, w) -> (rows * h, columns * w)."""
    ### BEGIN SOLUTION
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    count, h, w = maps.shape
    rows = -(-count // columns)
    page = maps.new_zeros(rows * columns, h, w)
    page[:count] = torch.where(high > low, (maps - low) / (high - low), 0)
    return page.reshape(rows, columns, h, w).transpose(1, 2).reshape(rows * h, columns * w)
    ### END SOLUTION

# hint("gradcam.grid")

# %% check="gradcam.grid"
grid = check("gradcam.grid", grid)

# %% [markdown]
# ### {gradcam.maps_by_depth}
#
# A person marks it.

# %% [markdown] essay="gradcam.maps_by_depth"
# ### BEGIN SOLUTION
# Model answer.
# ### END SOLUTION

# %% [markdown]
# ## Extra: statistics of maps

# %% [markdown]
# ### {gradcam.map_statistics}
#
# Write `map_statistics(maps)`, for maps `(N, C, h, w)` after a ReLU. It returns three things:
#
# - the mean of all their numbers, a float;
# - their **sparsity**, the share of numbers that are exactly 0, a float;
# - the correlation of the channels, `(C, C)`: entry (i, j) is the correlation coefficient of channels i and j over all
#   images and positions. In the row and column of a channel whose numbers are all equal, every entry is 0, also the
#   one on the diagonal.
#
# `maps` stay as they are. `torch.corrcoef` is allowed; mind what it says of a channel that never changes.
#
# By hand: one image, three channels `[[0, 1]]`, `[[2, 0]]` and `[[0, 0]]`: mean 0.5, sparsity 4 of 6, and the
# correlations `[[1, -1, 0], [-1, 1, 0], [0, 0, 0]]`.

# %% answer="gradcam.map_statistics"
def map_statistics(maps):
    """Mean, sparsity and channel correlation of maps (N, C, h, w): float, float, (C, C)."""
    ### BEGIN SOLUTION
    flat = maps.transpose(0, 1).flatten(1)
    changes = flat.amax(1, keepdim=True) > flat.amin(1, keepdim=True)
    centred = flat - flat.mean(1, keepdim=True)
    unit = torch.where(changes, centred / centred.norm(dim=1, keepdim=True), 0)
    return maps.mean().item(), (maps == 0).double().mean().item(), unit @ unit.T
    ### END SOLUTION

# hint("gradcam.map_statistics")

# %% check="gradcam.map_statistics"
map_statistics = check("gradcam.map_statistics", map_statistics)

# %% [markdown]
# ### {gradcam.statistics_by_depth}
#
# A person marks it.

# %% [markdown] essay="gradcam.statistics_by_depth"
# ### BEGIN SOLUTION
# Model answer.
# ### END SOLUTION

# %% [markdown]
# ## Extra: pictures that a class likes best

# %% [markdown]
# ### {gradcam.maximise}
#
# Write `maximise(model, target, start, steps, lr, decay)`: **activation maximisation**. It returns images of the shape
# of `start`, `(N, 3, H, W)`. `target` is an int64 tensor `(N,)`, a class for each image.
#
# Begin with the images x = `start`. In each of `steps` steps add `lr` times the gradient of
#
# (sum over the images of the logit of their class) - `decay` * (sum of all x²)
#
# to x: uphill. Nothing else, no clamping. The model runs in eval mode. Afterwards it is as it came: modes, weights,
# statistics, gradients, hooks. `start` stays as it is, and the result carries no gradient. `steps` may be 0.
#
# By hand: where the logit is 3 times a pixel's number, this pixel begins at 2, and `lr` is 0.5 and `decay` 0.1, one step
# gives 2 + 0.5 * (3 - 0.1 * 2 * 2) = 3.3.

# %% answer="gradcam.maximise"
def maximise(model, target, start, steps, lr, decay):
    """Images that raise the logits of their classes, by gradient ascent: (N, 3, H, W)."""
    ### BEGIN SOLUTION
    x = start.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            logits = model(x).gather(1, target[:, None])
            goal = logits.sum() - decay * (x**2).sum()
            (gradient,) = torch.autograd.grad(goal, x)
            x = x.detach() + lr * gradient
    return x
    ### END SOLUTION

# hint("gradcam.maximise")

# %% check="gradcam.maximise"
maximise = check("gradcam.maximise", maximise)
