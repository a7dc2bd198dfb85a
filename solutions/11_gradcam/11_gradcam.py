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
#
# `profile` sets how many images the extra part on statistics takes: `smoke` 200, `laptop` and `gpu` 1,000. To change
# it, insert a cell of your own below the next one, for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.checks.attempt import attempt
from course_lib.data import shapes
from course_lib.models.pretrained import pretrained
from course_lib.sections.gradcam import pictures
from course_lib.sections.gradcam.given import colours
from course_lib.training.profile import choose

from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn

begin("gradcam", globals())

# %% [markdown]
# ## What you will be able to do
#
# - keep what any layer of any network gives, and leave the network as it was;
# - make heat maps for a class by Grad-CAM (2017) and by CAM (2016), and say when the two are the same;
# - measure whether a heat map lies on the object;
# - choose the layer to look at, and look into networks with an application that runs on your functions.
#
# ## The idea in one picture
#
# The network of this section comes with the course, and so do its images: ten shapes on busy backgrounds, 128 x 128,
# with the true place of each object. They are standardised, channel by channel, with the mean and deviation of the
# images that the network was trained on.

# %% tags=["demo"]
net = pretrained("resnet18", weights="embedded")
pixels, labels, masks = shapes.draw(200, 11, net.size)
images = pixels / 255
mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (net.mean, net.std))
x = (images - mean) / std

# %% [markdown]
# Which part of an image does the network need? Cover a square of 32 x 32 pixels with grey, and see by how much the
# logit of the predicted class falls. Then move the square.

# %% tags=["demo", "nbval-ignore-output"]
pictures.idea(net, images[7:10])

# %% [markdown]
# *Each image with its predicted class. Each small square stands for the middle of a grey one: red where covering
# costs the logit most in this image, blue where it costs nothing or makes it larger.* That took 49 passes for each
# image. Grad-CAM makes such a **heat map** by one pass forward and one back.

# %% [markdown]
# ## A. What a layer has seen
#
# A **forward hook** is a function that PyTorch calls after a layer has run, with the layer, its inputs (a tuple) and
# its output. Here one keeps what a convolution with weight -1 and bias 1 gives for the pixels 3 and 0; a ReLU that
# works in place follows:

# %% tags=["demo"]
tiny = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU(inplace=True))
nn.init.constant_(tiny[0].weight, -1)
nn.init.constant_(tiny[0].bias, 1)

seen = []
handle = tiny[0].register_forward_hook(lambda layer, inputs, output: seen.append(output))
tiny(torch.tensor([[[[3.0, 0.0]]]]))
handle.remove()
print(seen[0].tolist())

# %% [markdown]
# -1 · 3 + 1 is -2, not 0. The hook has kept the tensor itself, and the ReLU has overwritten it; `detach()` would not
# help, as it shares the numbers. A ResNet is full of this: its ReLUs work in place, and so does the sum `out += x` of
# a block. What shall stay is copied, with `clone()`. Without `remove` the hook would be called at every later pass.
#
# And the network is to be in eval mode meanwhile. This is given:

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
#   module, weights, statistics, parameters' `grad` and `requires_grad`, and the hooks that others have registered;
#   yours are gone. `x` stays, even where the first layer works in place.
#
# Layers give one tensor each, and every layer named is run.
#
# By hand: `model` is `nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU(inplace=True))` with weight -1 and bias 1. For the
# image `[[3, 0]]` the map of `"0"` is `[[-2, 1]]`, of `"1"` `[[0, 1]]`.

# %% answer="gradcam.feature_maps"
def feature_maps(model, layers, x):
    """What the named layers give for images (N, C, H, W): a dict, name -> output."""
    ### BEGIN SOLUTION
    maps, mine = {}, []
    for name in layers:
        def keep(layer, inputs, output, name=name):
            maps[name] = output.clone()
        mine.append(model.get_submodule(name).register_forward_hook(keep))
    with evaluating(model), torch.no_grad():
        model(x.clone())
    for hook in mine:
        hook.remove()
    return {name: maps[name] for name in layers}
    ### END SOLUTION

# hint("gradcam.feature_maps")

# %% check="gradcam.feature_maps"
feature_maps = check("gradcam.feature_maps", feature_maps)

# %% [markdown]
# Your function on the star. `relu` follows the first convolution; `layer1` to `layer4` are the stages of section 07:

# %% tags=["demo", "nbval-ignore-output"]
def show_maps():
    layers = ["relu", "layer1", "layer2", "layer3", "layer4"]
    pictures.feature_maps(images[8], feature_maps(net.model, layers, x[8:9]))

attempt(show_maps, "feature_maps")

# %% [markdown]
# *The first six maps of each layer, each from black, its least number, to white, its greatest.* From edges to a few
# numbers for large parts of the image. Which of the 96 maps of layer4 speak for a star?

# %% [markdown]
# ## B. Grad-CAM
#
# The gradient says it. How much would the star's logit rise if a number of a map rose a little? There is one such
# number for every place of every map; their mean over a map's places is the map's **weight**. Then the maps are
# summed, each times its weight, and a ReLU keeps what speaks *for* the class:

# %% tags=["demo", "nbval-ignore-output"]
pictures.by_hand()

# %% [markdown]
# *Two maps, one row each: numbers, gradients, and the map times its mean gradient. Right their sum, and Grad-CAM.*
# Map 2 is large at the top right, and its weight is negative: there it speaks against the class.
#
# In symbols, for maps $A^k$ of h x w places and the logit $y^c$ of class c:
#
# $$\alpha_k = \frac{1}{hw} \sum_{i,j} \frac{\partial y^c}{\partial A^k_{ij}} \qquad
# L_{ij} = \mathrm{ReLU}\Big(\sum_k \alpha_k A^k_{ij}\Big)$$
#
# `torch.autograd.grad(y, tensors)` returns the gradients of a number y, one for each tensor, and writes nothing to any
# `.grad`:

# %% tags=["demo"]
A = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
logit = (A * torch.tensor([[2.0, 0.0], [1.0, 1.0]])).sum()
(gradient,) = torch.autograd.grad(logit, [A])
print(gradient.tolist(), A.grad)

# %% [markdown]
# Three things more:
#
# - In eval mode no image depends on the others. So the gradient of the *sum* of the images' logits is, at each image's
#   maps, the gradient of its own logit: one pass back serves the batch.
# - What a forward hook returns, if it returns something, goes on in the output's place.
# - In a frozen network no map requires a gradient. A detached one can be told to: `requires_grad_()`.

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
#   Afterwards it is as it came: modes, weights, statistics, each parameter's `grad` and `requires_grad`, hooks. `x`
#   stays, also where the model's first layer works in place.
# - The result carries no gradient.
#
# By hand: `nn.Sequential(nn.Identity(), nn.Flatten(), nn.Linear(8, 1))` gets the two maps of the figure as an image of
# two channels, and the weight of its dense layer is the figure's eight gradients. At layer `"0"`:
# `[[1, 0], [1.5, 2.5]]`.

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
        logits = model(x.clone())
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
# Why the logit? A probability also rises when other classes' logits fall, so its gradient is about them, too; and where
# the network is sure, it hardly moves. How sure is this one?

# %% tags=["demo", "nbval-ignore-output"]
with torch.no_grad():
    probabilities = net.model(x).softmax(1).amax(1)
print(f"median of the largest probability: {probabilities.median():.6f}")
print(f"exactly 1 in float32: {(probabilities == 1).sum()} of {len(x)} images")

# %% [markdown]
# A map of layer4 has 4 x 4 numbers of any size. Three small functions make a picture of it: bring it to the image's
# size, then to [0, 1], then into colours. In this order: interpolation can lose the greatest number.

# %% [markdown]
# ### {gradcam.resize}
#
# Write `resize(maps, size)`: `(N, h, w) -> (N, H, W)` for `size = (H, W)`, bilinear, with `align_corners=False`: a
# pixel of the map stands for a square of the image, and its number for the middle of this square. `F.interpolate` is
# allowed; it wants `(N, C, h, w)`. `H` is at least `h`, and `W` at least `w`.
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
# Five images, and what speaks for the predicted class. Below, what speaks for a disc, in the same images:

# %% tags=["demo", "nbval-ignore-output"]
def heat_of(some, layer, target=None):
    """Grad-CAM at the images' size, each map scaled to [0, 1]: (N, H, W)."""
    return scale(resize(grad_cam(net.model, layer, x[some], target), (net.size, net.size)))

def show_heat():
    five, discs = slice(5, 10), torch.full((5,), net.classes.index("disc"))
    rows = {"image": images[five], "predicted": overlay(images[five], heat_of(five, "layer4"))}
    rows["disc"] = overlay(images[five], heat_of(five, "layer4", discs))
    pictures.rows(rows, [net.classes[label] for label in labels[five]])
    strongest = grad_cam(net.model, "layer4", x[five], discs).amax((1, 2))
    print("strongest raw number for a disc:", [round(top.item(), 3) for top in strongest])
    strongest = grad_cam(net.model, "layer4", x[five]).amax((1, 2))
    print("for the predicted class:        ", [round(top.item(), 3) for top in strongest])

attempt(show_heat, "grad_cam, resize, scale and overlay")

# %% [markdown]
# *Red is each map's own maximum, blue is 0.* Where nothing speaks for a disc, the map is zeros, dark blue all over, and
# stays so: 0 / 0 would be NaN. Where a little does, scaling makes it as red as anything. Look at the raw numbers, too.

# %% [markdown]
# ## C. CAM, without gradients
#
# ResNet ends in **global average pooling** (GAP), which leaves the mean of each map, and one dense layer, which weighs
# the means. One may as well weigh first and take the mean last:

# %% tags=["demo", "nbval-ignore-output"]
pictures.orders()

# %% [markdown]
# *Means first: 3 · 1.5 - 1 · 1.5 = 3. Weights first: the right map, whose mean is 3, too.* In symbols:
#
# $$y^c = b^c + \sum_k w^c_k \cdot \frac{1}{hw} \sum_{i,j} A^k_{ij}
# = b^c + \frac{1}{hw} \sum_{i,j} \Big( \sum_k w^c_k A^k_{ij} \Big)$$
#
# What stands in the last parentheses is the right map: h · w times what each place adds to the logit. This is the
# **class activation map**. It needs no gradients: the weights are those of the dense layer.

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
# And Grad-CAM at these maps? If one number of map k rises by 1, the logit rises by $w^c_k / hw$, at whichever place. So
# the mean gradient is $w^c_k / hw$, too, and **Grad-CAM is ReLU(CAM) / (h · w)**. By your functions, on all images;
# in the second line Grad-CAM is taken one step earlier, at the last convolution, before its norm, the sum and the
# ReLU:

# %% tags=["demo", "nbval-ignore-output"]
def compare():
    last = feature_maps(net.model, ["layer4"], x)["layer4"]
    with torch.no_grad():
        predicted = net.model(x).argmax(1)
    by_cam = torch.relu(cam(last, net.model.fc.weight.detach(), predicted))
    for layer in ("layer4", "layer4.1.conv2"):
        by_gradient = grad_cam(net.model, layer, x)
        raw = (by_gradient - by_cam / (4 * 4)).abs().max()
        scaled = (scale(by_gradient) - scale(by_cam)).abs().max()
        print(f"{layer:15} largest difference: raw {raw:.1e}, scaled {scaled:.1e}")

attempt(compare, "feature_maps, cam, grad_cam and scale")

# %% [markdown]
# At earlier layers there is no CAM at all: the dense layer has 96 weights for a class, and layer3 has 48 maps. Nor is
# there one where several dense layers follow, as in VGG.

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
#
# A heat map that looks good may be wrong. Our images come with masks: `masks`, `(N, H, W)`, is True where the object
# is. Two measures: does the *hottest pixel* lie on the object (the **pointing game**), and how much of the map's
# *sum* does?

# %% tags=["demo", "nbval-ignore-output"]
five = slice(5, 10)
pictures.rows(
    {"image": images[five], "mask": masks[five, None].float().expand(-1, 3, -1, -1)},
    [net.classes[label] for label in labels[five]],
    "Each mask is white where the object is, and black elsewhere, on the spots, too.",
)

# %% [markdown]
# *White is the object, and nothing else: the spots beside it do not belong to it.*

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
# ## E. Which layer?
#
# All stages, measured by your functions. In two lines the maps of layer1 and of layer3 were averaged to 4 x 4 places,
# as few as layer4 has:

# %% tags=["demo", "nbval-ignore-output"]
def measure():
    lines = [f"{'':16}{'places':10}{'pointing':>10}{'energy':>10}{'maps of zeros':>16}"]
    for layer in ("layer1", "layer1, pooled", "layer2", "layer3", "layer3, pooled", "layer4"):
        raw = grad_cam(net.model, layer[:6], x)
        raw = F.adaptive_avg_pool2d(raw, 4) if "pooled" in layer else raw
        heat = resize(raw, (net.size, net.size))
        energy = energy_inside(heat, masks).mean()
        empty = (raw.amax((1, 2)) == 0).sum()
        places = f"{raw.shape[1]} x {raw.shape[2]}"
        lines.append(
            f"{layer:16}{places:10}{pointing_game(heat, masks):10.0%}{energy:10.0%}{empty:16}"
        )
    print(f"the objects cover {masks.float().mean():.1%} of the images", "", *lines, sep="\n")

attempt(measure, "grad_cam, resize, pointing_game and energy_inside")

# %% tags=["demo", "nbval-ignore-output"]
def show_layers():
    five = slice(5, 10)
    rows = {"image": images[five]}
    for layer in ("layer4", "layer3", "layer2", "layer1"):
        rows[layer] = overlay(images[five], heat_of(five, layer))
    pictures.rows(rows, [net.classes[label] for label in labels[five]])

attempt(show_layers, "grad_cam, resize, scale and overlay")

# %% [markdown]
# *Grad-CAM of the predicted class at the four stages.* At layer4 a place stands for 32 x 32 pixels: the map
# spills over the object's edges. At layer3 it is finer, and more of its sum lies on the object than at any other stage.
# The number of places is not all of it: averaged to as few, layer3 still has more on the object than layer4. Layer2 is
# ragged, and yet ahead of layer4 in both measures; at layer1 next to nothing is left.
#
# One weight serves a whole map. What does the mean over the places leave of the gradient?

# %% tags=["demo", "nbval-ignore-output"]
pictures.surviving(net, x)

# %% [markdown]
# *Size of a map's mean gradient, as a share of the mean size of its gradients, which stands beside; over all maps and
# images.* At layer4 the gradient is the same at every place. Further back it is of both signs, place by place, and the
# mean cancels it out. With what is left of the weights, layer1's sum is below 0 at every place of many images: their
# maps, of the *predicted* class, are zeros.

# %% [markdown]
# ### {gradcam.which_layer}
#
# Look at the table and the two figures. Why does layer1 point so badly?
#
# - **A** Gradients vanish on their way back to layer1: at each place they are nearly 0.
# - **B** Its maps show edges, which lie on the object and elsewhere; the gradient differs from place to place, also in
#   sign, and its mean over all places loses most of it.
# - **C** Grad-CAM needs maps before a ReLU, and layer1 gives them after one.
# - **D** Its maps have more places than those of later layers, so that the hottest one is less likely to lie on the
#   object.
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
# The usual advice is the last stage. Here layer3 is better in both measures: where you can measure, measure.

# %% [markdown]
# ## F. The visualiser
#
# `make visualiser` in the course's folder (or `course visualiser FOLDER`, where FOLDER has your notebooks) opens a
# page in your browser which runs on **your** functions, as your notebooks are saved. Choose a network, an image of
# the course or one of yours, a layer and a class: you see the likeliest classes, Grad-CAM and CAM side by side, maps
# and filters. Where a function of yours does not pass its check, its panel names the exercise. Save this notebook,
# and try three things:
#
# - Go through the layers, from the last stage to the first. At which of them are Grad-CAM and CAM the same?
# - Explain a class that the image does not show. Does anything speak for it, and what?
# - Take a photograph of your own. Say where you expect the network to look, before you look.

# %% [markdown]
# ## Check yourself
#
# A short quiz, without points. Another one stands at the end of the extras.

# %% tags=["quiz", "nbval-ignore-output"]
quiz("gradcam.heat")

# %% [markdown]
# ## Summary
#
# - A forward hook sees a layer's output. Clone what is to stay; remove the hook; leave the modes as they were.
# - Grad-CAM: the mean gradient of the class's *logit* is a map's weight; the weighted sum of the maps; ReLU.
# - A raw map says how strong the evidence is. To draw it: resize, scale each map by its own maximum (zeros stay zeros),
#   colour.
# - CAM: the dense layer's weights instead of gradients. At the maps before GAP and one dense layer, Grad-CAM is
#   ReLU(CAM) / (h · w); elsewhere it is another thing.
# - Pointing game and energy inside tell whether a map lies on the object. Early layers lose most of the gradient in the
#   mean over the places.
#
# **Further reading**
#
# - R. Selvaraju and others, *Grad-CAM: visual explanations from deep networks via gradient-based localization*, 2017.
# - B. Zhou and others, *Learning deep features for discriminative localization*, 2016: CAM.
# - M. Zeiler and R. Fergus, *Visualizing and understanding convolutional networks*, 2014: covering parts of images.
# - J. Zhang and others, *Top-down neural attention by excitation backprop*, 2016: the pointing game.
# - J. Adebayo and others, *Sanity checks for saliency maps*, 2018: heat maps that look good and say nothing.

# %% [markdown]
# ## Extra: maps from the first layer to the last

# %% [markdown]
# ### {gradcam.conv_layers}
#
# Write `conv_layers(model) -> list`: the names of all `nn.Conv2d` modules of `model`, wherever they stand, in the order
# of `model.named_modules()`. Modules of a subclass of `nn.Conv2d` count, too. The model itself is no convolution.
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
# The star again: the first 16 maps of five layers, or all of them where there are 12:

# %% tags=["demo", "nbval-ignore-output"]
def show_grids(which=8):
    """The maps of one image, of conv1 and the four stages."""
    layers = ["conv1", "layer1", "layer2", "layer3", "layer4"]
    maps = feature_maps(net.model, layers, x[which : which + 1])
    pictures.pages({name: grid(found[0, :16]) for name, found in maps.items()})

attempt(show_grids, "feature_maps and grid")

# %% [markdown]
# *The maps of each layer, row by row, each from black, its least number, to white, its greatest.* `show_grids(9)` shows
# another image.

# %% [markdown]
# ### {gradcam.maps_by_depth}
#
# A person marks it.

# %% [markdown] essay="gradcam.maps_by_depth"
# Look at the grids of at least three images (`show_grids(3)`, …), and answer by what you have seen there.
#
# 1. What do the maps of conv1 respond to? Name two that respond to different things.
# 2. What becomes of edges, of the spots beside the object, and of the background, from conv1 to layer4?
# 3. In layer4 some maps are black all over for one image and bright for another. What does that say about what such a
#    map stands for? And why can you not tell from a map alone where in the image its evidence lay?
#
# ### BEGIN SOLUTION
# 1. Edges, by their direction and which side is brighter: some of the twelve maps show the star's left edges bright
#    and its right ones dark, others the upper against the lower ones. A few respond to areas of a colour instead: one
#    shows the star evenly bright on a dark ground, another the clouds of the background.
# 2. In conv1 and layer1 object, spots and background can be recognised in most maps, as edges. In layer2 the outline
#    is in pieces: corners and parts of edges, also of the spots. In layer3 most bright places lie on or near the
#    object; in layer4 4 x 4 numbers are left, and few of the maps are bright where the spots are. The background
#    fades out on the way.
# 3. It stands for something that is typical of some classes: a part or a kind of outline. Images without it leave the
#    map at 0 after the ReLU. A number of layer4 reads a part of the image far larger than the 32 x 32 pixels that it
#    covers (its receptive field, section 02), so that the evidence may have lain beside it.
#
# - [ ] 1 point: two kinds of maps of conv1, edges of a direction and areas of a colour, from the grids
# - [ ] 1 point: edges, spots and background followed through the layers, more and more about the object alone
# - [ ] 1 point: maps of layer4 stand for what some classes have; receptive fields are larger than a place's square
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
# In a residual block one ReLU module serves twice, in place: the last time after the sum. So what a stage gives is
# after a ReLU, and so is `relu`, which follows conv1. The statistics of all maps, over all images:

# %% tags=["demo", "nbval-ignore-output"]
def show_statistics():
    many, _, _ = shapes.draw(choose(profile, smoke=200, laptop=1000, gpu=1000), 11, net.size)
    layers = ["relu", "layer1", "layer2", "layer3", "layer4"]
    maps = feature_maps(net.model, layers, (many / 255 - mean) / std)
    matrices = {}
    print(f"{'':8}{'channels':>9}{'mean':>8}{'sparsity':>10}{'|correlation|':>15}{'black maps':>12}")
    for name, found in maps.items():
        average, sparsity, matrices[name] = map_statistics(found)
        others = ~torch.eye(found.shape[1], dtype=torch.bool)
        size = matrices[name][others].abs().mean()
        black = (found.amax((2, 3)) == 0).float().mean()
        row = f"{average:8.2f}{sparsity:10.0%}{size:15.2f}{black:12.1%}"
        print(f"{name:8}{found.shape[1]:9}{row}")
    pictures.correlations(matrices)

attempt(show_statistics, "feature_maps and map_statistics")

# %% [markdown]
# *Correlation of each channel with each other one: orange where they rise together, purple where one falls as the other
# rises.* In the table its mean size, the diagonal left out, and the share of maps that are 0 all over an image.

# %% [markdown]
# ### {gradcam.statistics_by_depth}
#
# A person marks it.

# %% [markdown] essay="gradcam.statistics_by_depth"
# Answer with the numbers of your table; say for how many images they are (1,000 with `profile = "laptop"`).
#
# 1. How does sparsity change with depth? Is it the same thing as maps that are black all over?
# 2. Do channels become more alike with depth, or less? Say what a high correlation of two channels means.
# 3. Layer1 has the lowest sparsity and the largest correlations. Name a property of a residual stage that could bring
#    this about, and say how you would find out whether it does.
#
# ### BEGIN SOLUTION
# Numbers of 1,000 images (the embedded network, images drawn with seed 11).
#
# 1. 48 % after the first ReLU, 25 % in layer1, then 45, 55 and 51 %: but for the first ReLU it rises with depth, and
#    no longer at the last stage. It is not the same: in layer3 more than half of the numbers are 0, but hardly any
#    map is black all over (0.01 %); in layer4 19 % of the maps are, at nearly the same sparsity. There a map is off
#    for images without what it stands for.
# 2. 0.16, 0.31, 0.17, 0.21, 0.24: no clear course. From layer2 on it rises a little. Two channels with a high
#    correlation are large at the same places of the same images: they say nearly the same, and one of them could be
#    left out with little loss.
# 3. The ReLU comes after the sum with the shortcut, and what comes in by the shortcut is not negative, as it comes
#    from a ReLU or from max pooling: it lifts the sum, so that fewer numbers are cut to 0. And all blocks of a stage
#    add to the same channels. In layer1 the shortcuts carry the pooled first maps right through, without a
#    projection. To find out: compare with the same network without skips (section 07), trained alike, with several
#    seeds; or take the statistics inside a block, before the sum. A guess without such a test is no explanation.
#
# - [ ] 1 point: sparsity by layer, from the table; black maps are another thing, shown by layer3 and layer4
# - [ ] 1 point: correlations from the table, without a trend that they do not have; what a high one means
# - [ ] 1 point: a property that could be the cause, and an experiment that changes this property alone
# ### END SOLUTION

# %% [markdown]
# ## Extra: pictures that a class likes best
#
# One can also ask the network what it would like to see: change the *image*, uphill, and leave the weights alone.

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
# statistics, each parameter's `grad` and `requires_grad`, hooks. Its first layer does not work in place. `start`
# stays as it is, and the result carries no gradient. `steps` may be 0.
#
# By hand: where the logit is 3 times a pixel's number, this pixel begins at 2, and `lr` is 0.5 and `decay` 0.1, one
# step gives 2 + 0.5 * (3 - 0.1 * 2 * 2) = 3.3.

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

# %% [markdown]
# All ten classes, from weak noise, without decay and with some:

# %% tags=["demo", "nbval-ignore-output"]
def show_maximised(steps=30, lr=10.0):
    target, seed = torch.arange(10), torch.Generator().manual_seed(0)
    start = 0.1 * torch.randn(10, 3, net.size, net.size, generator=seed)
    rows = {"start": start}
    for decay in (0, 0.002):
        rows[f"decay {decay}"] = maximise(net.model, target, start, steps, lr, decay)
    with torch.no_grad():
        for name, found in rows.items():
            logits = net.model(found).gather(1, target[:, None])
            print(f"{name:12} mean logit {logits.mean():6.1f}, largest number {found.abs().max():.1f}")
        real = net.model(x).amax(1)
    print(f"{'images':12} mean logit {real.mean():6.1f}, largest number {x.abs().max():.1f}")
    about = "Grey noise, on which outlines appear: circles for a disc, slanted lines for a bar."
    pictures.rows({name: found * std + mean for name, found in rows.items()}, net.classes, about)

attempt(show_maximised, "maximise")

# %% [markdown]
# *What raises the logit of each class.* Some show what they are about: circles for a disc, parallel edges for a bar.
# Their logits are above those of real images, yet no person would call them hearts or stars: what a network responds
# to is not the same as what it was shown. Section 12 makes use of that.

# %% [markdown]
# The pixels are too free. What if the image may only be a *shape*, and has to please the network however it lies?
# `Silhouettes` is the network again, but it reads 32 x 32 numbers (the means of three channels) as a shape of one
# colour on another: blurred, away from the border, and at every step turned, moved, zoomed and coloured anew by
# chance (**jitter**). Your `maximise` runs on it as on any model:

# %% tags=["demo", "nbval-ignore-output"]
from course_lib.sections.gradcam import maximised

def show_shapes(seed=0):
    reader = maximised.Silhouettes(net, seed)
    start = reader.start(10)
    settings = maximised.STEPS, maximised.LR, maximised.DECAY
    found = maximise(reader, torch.arange(10), start, *settings)
    about = "Light areas on dark ground: a frayed disc each at the start, then shapes with smooth edges."
    rows = {"start": reader.drawn(start), "found": reader.drawn(found)}
    pictures.rows(rows, net.classes, about)

attempt(show_shapes, "maximise")

# %% [markdown]
# *From a frayed disc uphill, for each class.* Does another network see the same in these pictures? A plain one of
# three convolutions, trained on other images, of 32 x 32 pixels, was asked. Its answers are stored:

# %% tags=["demo", "nbval-ignore-output"]
answers = maximised.stored()
asked = answers[0]
print(f"stored on {asked['trained']}; the other network is right on {float(asked['accuracy']):.1%}")
for seed in sorted({row["seed"] for row in answers}):
    rows = [row for row in answers if row["seed"] == seed]
    taken = [f"{row['class']} (seen as {row['seen']})" for row in rows if row["class"] != row["seen"]]
    right = len(rows) - len(taken)
    print(f"seed {seed}: {right} of {len(rows)} recognised; not:", ", ".join(taken) or "none")

# %% [markdown]
# What most of these pictures say to one network, they say to another one: they show what the classes are about, not
# only what this network's weights happen to like. Which class fails with every start? There the two networks differ.
#
# In large networks, trained on photos, the first layers so ask for edges and colours, those in the middle for textures
# and parts of objects, the last ones for what is typical of a class (Olah and others, 2017).
#
# **Check yourself**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("gradcam.maximised")
