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
# # 10 Transfer learning
#
# A network that somebody has trained on many images can be used for other images, of which you have few. Here
# you write all that this takes, and measure how much of the network to train.
#
# - **Core**: {core}.
# - **Extra**, at the end, for whoever wants more: {extra}.
#
# How exercises, checks, hints and figures work is told in section 01. You need sections 01 to 08.
#
# `profile` sets how long the lab trains: `smoke` some seconds, `laptop` and `gpu` some minutes. To change
# it, insert a cell of your own below the next one, for example with `profile = "laptop"`.

# %% tags=["parameters"]
profile = "smoke"

# %%
from course_lib import begin, check, hint, quiz, score
from course_lib.data import Part
from course_lib.models.pretrained import pretrained
from course_lib.sections.transfer import coloured, curves, photos, pictures, strategies
from course_lib.training.fit import accuracy, fit
from course_lib.training.profile import choose

import copy
import random
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

begin("transfer", globals())

# %% [markdown]
# ## What you will be able to do
#
# - prepare images as a trained network wants them, and say what each mistake there costs;
# - give a network a new head, and freeze parts of it, batch norm included;
# - train its parts at rates of their own;
# - choose between three strategies, by what data there is;
# - split images so that the validation part is honest.

# %% [markdown]
# ## The idea in one picture
#
# The network of this section comes with the course: a narrow ResNet-18, trained on 10,000 images of ten
# coloured shapes. It shall now read digits, of which it has never seen one.

# %% tags=["demo", "nbval-ignore-output"]
pictures.kinds()

# %% [markdown]
# *Above some of what the network was trained on, below what it shall learn from 1,000 images.* Its first layers
# have learned to find edges and arcs, which digits have as well. Only its last layer, the **head**, knows of discs and
# stars. So there is a choice of what to keep:

# %% tags=["demo", "nbval-ignore-output"]
pictures.idea()

# %% [markdown]
# *Each row is a strategy, each box a part of the network: grey is frozen, blue is trained in small steps, orange
# in large ones; the last block is the stage layer4.* **Feature extraction** trains a new head alone. **Fine-tuning**
# trains the last block as well, or the whole network, earlier parts in smaller steps.

# %% [markdown]
# ## A. Images as the network knows them
#
# The network comes with the numbers it was trained with: size, mean and standard deviation.

# %%
known = pretrained("resnet18", weights="embedded")
print("size", known.size, "mean", known.mean, "std", known.std)

# %% [markdown]
# ### {transfer.prepare}
#
# Write `prepare(images, size, mean, std)`: uint8 `(N, C, H, W)` in 0 … 255, C being 1 or 3, become float32
# `(N, 3, size, size)`. In this order:
#
# - scaled to [0, 1];
# - grey images get three equal channels; colours stay in their order;
# - resized to a square, whatever the shape was: `F.interpolate` with `mode="bilinear"` and `antialias=True`;
# - normalised: of each channel its `mean` is subtracted, then it is divided by its `std`. Both are sequences of
#   three numbers, for images in [0, 1].
#
# `images` stays as it is. Not allowed: `course_lib`.
#
# By hand: two grey images of one pixel, 51 and 102, with size 1, mean (0.2, 0.1, 0) and std (0.5, 0.5, 0.2). Of the
# first, 51 / 255 = 0.2 in all three channels; minus the means 0, 0.1 and 0.2; divided: `[0, 0.2, 1]`. The second
# becomes `[0.4, 0.6, 2]`.

# %% answer="transfer.prepare"
def prepare(images, size, mean, std):
    """uint8 (N, 1 or 3, H, W) -> float32 (N, 3, size, size), normalised for each channel."""
    ### BEGIN SOLUTION
    scaled = (images.float() / 255).expand(-1, 3, -1, -1)
    resized = F.interpolate(scaled, size=(size, size), mode="bilinear", antialias=True)
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (mean, std))
    return (resized - mean) / std
    ### END SOLUTION

# hint("transfer.prepare")

# %% check="transfer.prepare"
prepare = check("transfer.prepare", prepare)

# %% [markdown]
# What do mistakes here cost? The embedded network names 400 fresh shapes, of which it knows nearly all, if they
# are prepared rightly:

# %% tags=["demo", "nbval-ignore-output"]
pictures.preparations(prepare)

# %% [markdown]
# *Accuracy of the same network on the same images.* No mistake here raises an error. Left in [0, 1], normalised
# twice or made grey, about a quarter of the images is lost; half as large, more than half; in 0 … 255, five of
# six. To swap red and blue costs nothing *here*, as this network was trained with its channels in any order. One
# trained on photos has no reason to bear it.

# %% [markdown]
# ### {transfer.normalise_choice}
#
# You have a network trained on ImageNet, and 1,000 satellite images. Their channels have other means and standard
# deviations than ImageNet's. You train a new head only. Which mean and standard deviation do you normalise with?
#
# - **A** Those of your images: that brings each channel to mean 0 and standard deviation 1.
# - **B** Those that the network was trained with: its weights and its batch norms' statistics belong to these.
# - **C** None: batch norm normalises anyway.
# - **D** In training those of each batch, in validation ImageNet's.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="transfer.normalise_choice"
normalise_choice = ...
### BEGIN SOLUTION
normalise_choice = "B"
### END SOLUTION

# %% check="transfer.normalise_choice"
normalise_choice = check("transfer.normalise_choice", normalise_choice)

# %% [markdown]
# ## B. A new head
#
# torchvision's networks keep their layers under names. `named_children` lists the **top-level parts**:

# %% tags=["demo"]
for name, part in known.model.named_children():
    print(f"{name:8} {sum(p.numel() for p in part.parameters()):>7,} parameters")
print(known.model.fc)

# %% [markdown]
# The stem is `conv1` and `bn1`, then come four stages of blocks, and `fc`, the head.

# %% [markdown]
# ### {transfer.replace_head}
#
# Write `replace_head(model, num_classes)`: gives `model` a new head and returns the same object. Its `fc`, an
# `nn.Linear`, becomes a new `nn.Linear` of as many inputs as the old one has, and `num_classes` outputs: with bias,
# whatever the old one has, and with weights of its own, drawn anew. Everything else stays the same object. Widths of
# networks differ: read the number of inputs from `fc.in_features`. Not allowed: `course_lib`.
#
# By hand: with `fc = nn.Linear(96, 10)`, `replace_head(model, 3)` makes a head of 96 · 3 + 3 = 291 parameters.

# %% answer="transfer.replace_head"
def replace_head(model, num_classes):
    """The same model, with a new nn.Linear as its fc."""
    ### BEGIN SOLUTION
    model.fc = nn.Linear(model.fc.in_features, num_classes)
    return model
    ### END SOLUTION

# hint("transfer.replace_head")

# %% check="transfer.replace_head"
replace_head = check("transfer.replace_head", replace_head)

# %% [markdown]
# ## C. Freezing
#
# A parameter whose `requires_grad` is False gets no gradient, and no optimiser moves it. Is a network then frozen?
# A batch norm, as a trained network has many:

# %% tags=["demo"]
norm = nn.BatchNorm2d(2).requires_grad_(False)
norm.train()
print("before", norm.running_mean.tolist())
with torch.no_grad():
    norm(torch.full((4, 2, 3, 3), 5.0))
print("after ", norm.running_mean.tolist())

# %% [markdown]
# In train mode batch norm takes each batch's own mean and variance, and its running statistics move: they are
# buffers, no parameters, so neither `requires_grad` nor `no_grad` holds them. And `model.train()`, which every
# training loop calls before each epoch, puts all parts into train mode, also those that `.eval()` was called on.
#
# Whether to freeze batch norm as well is a choice. Many leave it alive. Here it is frozen, so that a frozen part is
# the same function at all times. One way is to change what `model.train` does, for this one object:

# %%
def train_but(model, norms, mode=True):
    """What model.train(mode) does, except that `norms` stay in eval mode."""
    type(model).train(model, mode)
    for norm in norms:
        norm.eval()
    return model

# model.train = partial(train_but, model, norms): now model.train() is train_but(model, norms)

# %% [markdown]
# ### {transfer.freeze}
#
# Write `freeze(model, but=("fc",))`, which trains nothing but the top-level parts named in `but`, and returns the
# same object.
#
# - Every parameter inside of these parts gets `requires_grad` True, however it was; every other one of the model
#   gets False.
# - Every `nn.BatchNorm2d` outside of them, however deep inside of a part, is in eval mode when `freeze` returns, and
#   after every later `model.train()` and `model.eval()`. Its running statistics never move.
# - All other layers follow `model.train()` and `model.eval()`, which return the model, as before: batch norm inside
#   of these parts, dropout and `nn.BatchNorm1d` anywhere. `freeze` leaves the model's own mode as it is.
# - Called again with another `but`, the last call counts; what it sets free follows from the next `model.train()` or
#   `model.eval()` on. Another model is frozen for itself.
#
# No parameter and no buffer changes its value. `but` is a tuple or a list of names, all of them there. How you keep
# batch norm in eval mode is up to you; `train_but` is one way. Not allowed: `course_lib`.
#
# By hand: a model of `conv1`, `bn1` and `fc`. After `freeze(model)` and `model.train()` only `fc.weight` and
# `fc.bias` require gradients; `bn1.training` is False, `fc.training` True.

# %% answer="transfer.freeze"
def freeze(model, but=("fc",)):
    """Trains the named top-level parts only; batch norm in the others stays in eval mode."""
    model.requires_grad_(False)
    norms = []
    ### BEGIN SOLUTION
    for name, part in model.named_children():
        part.requires_grad_(name in but)
        if name not in but:
            norms += [layer for layer in part.modules() if isinstance(layer, nn.BatchNorm2d)]
    model.train = partial(train_but, model, norms)
    return model.train(model.training)
    ### END SOLUTION

# hint("transfer.freeze")

# %% check="transfer.freeze"
freeze = check("transfer.freeze", freeze)

# %% [markdown]
# Mind the order: first the new head, then `freeze`, then the optimiser. An optimiser that was made before holds
# the old head's parameters, and the new head never learns.

# %% [markdown]
# ## D. Rates of their own
#
# A new head begins with random weights, and needs large steps. The rest has been trained, and wants small ones:
# large steps, with the gradients that a random head sends back, can undo what had been learned. PyTorch's
# optimisers take **groups**, each with a rate of its own (**discriminative rates**):

# %% tags=["demo"]
body, head = nn.Linear(3, 2), nn.Linear(2, 1)
groups = [
    {"params": list(body.parameters()), "lr": 1e-4},
    {"params": list(head.parameters()), "lr": 1e-2},
]
print([group["lr"] for group in torch.optim.Adam(groups).param_groups])

# %% [markdown]
# Keys that PyTorch does not know are kept, and mean nothing: with `"lr_mult"` (a habit from Caffe), or `"rate"`, all
# groups have the default rate, without a word. Your function shall not be so quiet about a mistyped name.

# %% [markdown]
# ### {transfer.param_groups}
#
# Write `param_groups(model, rates)`. `rates` maps names of top-level parts to learning rates. It returns a list of
# groups for an optimiser, each `{"params": [...], "lr": rate}`.
#
# - Every trainable parameter (`requires_grad`) is in exactly one group, with its part's rate. Frozen ones are in
#   none.
# - No group is empty: a part without trainable parameters has none, whether it has a rate or not.
# - A part with trainable parameters and no rate, and a name in `rates` that is no top-level part of the model:
#   `ValueError`. A message that says which one helps; it is not marked.
#
# All parameters belong to top-level parts, none to two. The order is up to you, and so is whether a part has one
# group or several. `model` and `rates` stay as they are. Not allowed: `course_lib`.
#
# By hand: of parts `conv1` (frozen), `relu` (no parameters) and `fc`, `{"conv1": 0.1, "fc": 0.5}` gives one group:
# `fc.weight` and `fc.bias` at 0.5. `{"conv1": 0.1}` gives a `ValueError`, and so does `{"fc": 0.5, "head": 0.5}`.

# %% answer="transfer.param_groups"
def param_groups(model, rates):
    """Groups for an optimiser: every trainable parameter once, at the rate of its part."""
    groups = []
    parts = dict(model.named_children())
    ### BEGIN SOLUTION
    trained = [name for name in parts if any(p.requires_grad for p in parts[name].parameters())]
    if wrong := (set(rates) - set(parts)) | (set(trained) - set(rates)):
        raise ValueError(f"no such part, or no rate for it: {', '.join(sorted(wrong))}")
    for name in trained:
        params = [p for p in parts[name].parameters() if p.requires_grad]
        groups.append({"params": params, "lr": rates[name]})
    ### END SOLUTION
    return groups

# hint("transfer.param_groups")

# %% check="transfer.param_groups"
param_groups = check("transfer.param_groups", param_groups)

# %% [markdown]
# What do rates of their own bring? The whole network, trained on 1,000 digits with the rates that are printed first,
# and with one rate for all parts, three seeds each (the other lines are for part E):

# %% tags=["nbval-ignore-output"]
print(strategies.RATES)
runs = curves.stored()
print(runs)

# %% tags=["demo", "nbval-ignore-output"]
pictures.rates(runs)
for run in runs.runs:
    if run.net == "whole net":
        first, last = run.series["validation"][0], run.series["validation"][-1]
        name = run.variant or "their own"
        print(f"rates {name:9} seed {run.seed}: first epoch {first:.1%}, last {last:.1%}")

# %% [markdown]
# *Left the training loss, right the accuracy on the validation part, by epoch. A line is the mean of three seeds, a
# band reaches from the lowest to the highest.* With 0.0001 for all, the head learns slowly: 47.0 % (44.4 % to 48.6
# %) after ten epochs. With 0.01 for all, the first epoch gives 47.9 % (45.0 % to 53.2 %), with rates of their own
# 65.5 % (57.4 % to 71.4 %); in the end 94.6 % (93.2 % to 95.4 %) and 94.3 % (93.4 % to 95.4 %), which overlap: here
# neither is better in the end. What the large steps do to the old features is an extra.

# %% [markdown]
# ### {transfer.rates_choice}
#
# The whole network is fine-tuned. Which rates, and why?
#
# - **A** One small rate for all: then nothing can be destroyed, and the head learns as fast as it must.
# - **B** The largest for the first layers: they are farthest from the loss, and their gradients are the smallest.
# - **C** Small for the first layers, larger towards the head: early layers hold what serves other images as well,
#   the head starts from nothing.
# - **D** The largest for the layers with the most parameters, as they have the most to learn.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="transfer.rates_choice"
rates_choice = ...
### BEGIN SOLUTION
rates_choice = "C"
### END SOLUTION

# %% check="transfer.rates_choice"
rates_choice = check("transfer.rates_choice", rates_choice)

# %% [markdown]
# ## E. Lab: three strategies
#
# 1,000 digits in colour to train with and 500 others to measure, through **your** `prepare`:

# %% tags=["demo"]
def digits(count, seed):
    """Digits in colour, as the network wants them."""
    images, labels = coloured.coloured(count, seed)
    return Part(prepare(images, known.size, known.mean, known.std), labels)

train = digits(*strategies.TRAIN)
validation = digits(*strategies.VALIDATION)

# %% [markdown]
# A strategy is a list of parts to train. Rates are those of part D; the schedule of `fit` multiplies all of them by
# one factor.

# %%
def transfer(parts, epochs):
    """A trained network with a new head, trained further in these parts; and how it went."""
    net = copy.deepcopy(known.model)
    torch.manual_seed(0)
    freeze(replace_head(net, 10), parts)

    def optimiser(parameters, lr):
        return torch.optim.Adam(param_groups(net, strategies.RATES))

    settings = {"epochs": epochs, "batch_size": strategies.BATCH, "optimiser": optimiser}
    return net, fit(net, train, validation, **settings)

# %% [markdown]
# Here the first strategy is trained, shortly. Give it another's name, or a list of your own:

# %% tags=["demo", "nbval-ignore-output"]
parts = strategies.STRATEGIES["features"]
epochs = choose(profile, smoke=4, laptop=strategies.EPOCHS, gpu=strategies.EPOCHS)
net, history = transfer(parts, epochs)
for row in history.rows:
    print(f"epoch {row.number}: {row.validation_accuracy:.1%}, {row.seconds:.1f} s")

# %% [markdown]
# All three after a longer training, three seeds each, and as a fourth line the same network from scratch, its
# first weights random. Their numbers stand in the table of part D.

# %% tags=["demo", "nbval-ignore-output"]
pictures.learning(runs)

# %% [markdown]
# *Left the training loss, right the accuracy on the validation part, by epoch. A line is the mean of three seeds,
# a band reaches from the lowest to the highest.* Accuracy, time and epochs are compared in the extra part
# ({transfer.strategies_compared}).

# %% [markdown]
# ### {transfer.limit_choice}
#
# “Features” stays far below “whole net”, and so does “from scratch”. Compare the two at the last epoch, in loss and in
# accuracy (the numbers stand in the table of part D). Which is right?
#
# - **A** Both overfit: with 1,000 images no network can learn more.
# - **B** Features overfits, as its head has too many parameters; from scratch underfits.
# - **C** Both underfit: they would need larger steps.
# - **D** Features underfits: a head alone cannot tell digits apart by what tells shapes apart. From scratch
#   overfits.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="transfer.limit_choice"
limit_choice = ...
### BEGIN SOLUTION
limit_choice = "D"
### END SOLUTION

# %% check="transfer.limit_choice"
limit_choice = check("transfer.limit_choice", limit_choice)

# %% [markdown]
# ## F. Which strategy?
#
# Two questions decide. How many images are there (of each class, where classes are many)? And how far are they from
# those that the network was trained on, in what is to be told apart, and in how it looks (the **domain gap**)?
#
# | | little gap | wide gap |
# |---|---|---|
# | hundreds of images | head alone | head alone first, then perhaps the last layers |
# | thousands | head, then the last layers | last layers, then perhaps more |
# | many thousands | all layers | all layers |
#
# With few images, each further layer that is trained is one more that can learn them by heart. With a wide gap, the
# last layers' features are of little use: the wider it is, the more layers must change. Your lab has shown that with
# shapes and digits. The table is where to begin, no law: validation decides.

# %% [markdown]
# ### {transfer.four_cases}
#
# Four tasks. Each has a network trained on ImageNet. Which layers do you train **first of all**, before you know any
# results?
#
# - **(a)** 500 X-ray images, 3 classes, ResNet-50.
# - **(b)** 100,000 photos of food, 100 classes, ResNet-50.
# - **(c)** 2,000 satellite images, land use, VGG-16. The head alone has been tried and is not enough.
# - **(d)** 50,000 images of handwritten characters, 3,000 classes, ResNet-50.
#
# Give a list of four numbers, for (a), (b), (c) and (d): 1 for the head alone, 2 for head and last layers, 3 for all
# layers. In (d) there are 17 images a class: few. Which of the two questions decides there?

# %% answer="transfer.four_cases"
four_cases = ...
### BEGIN SOLUTION
# (a) few images: everything else would learn them by heart; (b) many images; (c) between the two;
# (d) few images a class, but features of photos do not tell strokes apart: the gap decides.
four_cases = [1, 3, 2, 3]
### END SOLUTION

# hint("transfer.four_cases")

# %% check="transfer.four_cases"
four_cases = check("transfer.four_cases", four_cases)

# %% [markdown]
# ## G. X-rays: who is in which part?
#
# A hospital takes several images of one patient, and they look alike: the same ribs, the same device. Split by image,
# a patient stands on both sides:

# %% tags=["demo", "nbval-ignore-output"]
pictures.patients()

# %% [markdown]
# *Each row is a patient, each box an image; blue trains, orange validates. Left split by image, right by patient.*
# A network that has learned the patient by heart then scores well on the left, and fails in the next hospital.

# %% [markdown]
# ### {transfer.split_by_patient}
#
# Write `split_by_patient(patients, share, seed) -> (train, validation)`. `patients` is a list with the patient
# of each image, strings or integers, in any order. The result is two lists of indices of images
# (sets or tensors will do).
#
# - Each index is in exactly one list, and all images of a patient are in the same one.
# - `round(share * P)` of the P **patients** are in `validation`, however many images they have; `share` is in 0 … 1.
# - Which ones is decided by chance, and `seed`, an integer, decides the chance: the same seed gives the same split,
#   in every run of Python; another one, mostly, another.
#
# The order inside of a list is up to you. `patients` stays as it is. `random.Random(seed)` has `shuffle` and
# `sample`, and leaves other random numbers alone. Not allowed: `sklearn` and `course_lib`.
#
# By hand: `split_by_patient(["ann", "bob", "ann", "cy"], 0.34, 0)`: 0.34 · 3 = 1.02, so one of three patients. If
# chance picks ann, the result is `([1, 3], [0, 2])`.

# %% answer="transfer.split_by_patient"
def split_by_patient(patients, share, seed):
    """Indices of the images to train with and to validate with: no patient is in both."""
    ### BEGIN SOLUTION
    names = list(dict.fromkeys(patients))
    held_out = random.Random(seed).sample(names, round(share * len(names)))
    train = [i for i, patient in enumerate(patients) if patient not in held_out]
    return train, [i for i, patient in enumerate(patients) if patient in held_out]
    ### END SOLUTION

# hint("transfer.split_by_patient")

# %% check="transfer.split_by_patient"
split_by_patient = check("transfer.split_by_patient", split_by_patient)

# %% [markdown]
# ### {transfer.xray_plan}
#
# A person marks it.

# %% [markdown] essay="transfer.xray_plan"
# 500 X-ray images of 210 patients, grey, of different sizes: 380 without findings, 90 with pneumonia, 30 with an
# enlarged heart. You have a ResNet-18 trained on ImageNet. Plan your work in at most 200 words:
#
# 1. How do you split, and how do you prepare the images?
# 2. Which random changes of images (section 08) do you allow, and which not?
# 3. What do you train first, what then, at which rates, and what decides whether to go on?
# 4. What do you measure? Why is accuracy not enough?
#
# ### BEGIN SOLUTION
# 1. By patient, about 80 to 20, and so that each class is on both sides (30 enlarged hearts are few; better five
#    splits by patient, each part once for validation). A test part of other patients is looked at once, at the end.
#    Grey to three equal channels, resized to 224 x 224, normalised with ImageNet's mean and standard deviation, as
#    the network was trained.
# 2. Small shifts and turns, a little brightness and contrast. **No left-right flip**: the heart lies on the left, and
#    a flip makes an image that shows a rare condition, or hides which side a finding is on. No upside-down, no
#    strong crops (the finding may lie outside), no jitter of colour.
# 3. A new head of 3 classes, all else frozen, batch norm included; head at about 1e-3. Then, if validation no longer
#    improves while training is not much better, the last stage at about 1e-4 or less. Stop where the
#    validation loss rises; with 500 images that comes soon. Weights in the loss for rare classes.
# 4. "Nothing found" for all is 76 % right. So: recall of each class and their mean (balanced accuracy), the confusion
#    matrix, or the area under the ROC curve for each class; with the spread over the splits. What a missed pneumonia
#    costs, against a false alarm, sets the threshold.
#
# - [ ] 1 point: split by patient; three equal channels, size and normalisation of the network's training
# - [ ] 1 point: no flip that swaps sides, with the reason; small changes that keep the finding
# - [ ] 1 point: head first, everything else frozen; then last layers at a smaller rate, decided by validation
# - [ ] 1 point: 76 % for doing nothing; a measure for each class or balanced
# ### END SOLUTION

# %% [markdown]
# ## Check yourself
#
# Two short quizzes, without points.
#
# **Preparing and freezing**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("transfer.freezing")

# %% [markdown]
# **Strategies**

# %% tags=["quiz", "nbval-ignore-output"]
quiz("transfer.strategies")

# %% [markdown]
# ## Summary
#
# - Prepare images as those that the network was trained on: size, order of channels, mean and standard deviation.
# - A new head reads its number of inputs from the old one. Then freeze, then make the optimiser.
# - `requires_grad = False` freezes parameters, not batch norm's statistics. To freeze these, too, keep it in eval mode
#   after each `train()`.
# - Groups give each part its rate: small at the start of the network, large at the head.
# - Feature extraction for few images that are near; more layers for more images, or a wide gap.
# - Split by what must be new: by patient, not by image.
#
# **Further reading**
#
# - J. Yosinski and others, *How transferable are features in deep neural networks?*, 2014.
# - S. Kornblith, J. Shlens and Q. Le, *Do better ImageNet models transfer better?*, 2019.
# - J. Howard and S. Ruder, *Universal language model fine-tuning for text classification*, 2018: discriminative rates.
# - M. Raghu and others, *Transfusion: understanding transfer learning for medical imaging*, 2019.

# %% [markdown]
# ## Extra: the lab's curves

# %% [markdown]
# ### {transfer.converged}
#
# Write `converged(accuracies, tolerance=0.01) -> int`: the first epoch, counted from 1, whose accuracy is at most
# `tolerance` below the best of all. `accuracies` is a list of at least one number, one an epoch, and stays as it is.
# `tolerance` is 0 or more, in the unit of the accuracies: shares, or percent.
#
# By hand: `converged([0.5, 0.75, 1.0, 0.875], tolerance=0.25)`: the best is 1.0, so 0.75 is enough: epoch 2.

# %% answer="transfer.converged"
def converged(accuracies, tolerance=0.01):
    """The first epoch, from 1, that is within tolerance of the best."""
    ### BEGIN SOLUTION
    best = max(accuracies)
    return next(i for i, a in enumerate(accuracies, start=1) if best - a <= tolerance)
    ### END SOLUTION

# hint("transfer.converged")

# %% check="transfer.converged"
converged = check("transfer.converged", converged)

# %% tags=["demo", "nbval-ignore-output"]
for run in runs.runs:
    reached = run.series["validation"]
    name = f"{run.net} {run.variant}"
    print(f"{name:18} seed {run.seed}: epoch {converged(reached):2} of {len(reached)}")

# %% [markdown]
# ### {transfer.strategies_compared}
#
# A person marks it.

# %% [markdown] essay="transfer.strategies_compared"
# Compare the four lines of the lab, by the stored curves.
#
# 1. Accuracy at the end, with the spread of the seeds: which differences are larger than it?
# 2. Epochs until convergence, and what an epoch costs, as far as these seconds tell: which strategy is right soonest?
# 3. What does the frozen network's accuracy, with its training loss, say about its features? Which strategy would you
#    take with 100 images, which with 100,000, and what would you have to measure before you are sure?
#
# ### BEGIN SOLUTION
# 1. From the stored curves, mean of three seeds (lowest to highest): features 48.1 % (47.0 % to 49.4 %), last block
#    89.5 % (89.4 % to 89.8 %), whole net 94.3 % (93.4 % to 95.4 %), from scratch 25.3 % (21.6 % to 30.2 %). Whole
#    net is above every run of last block, and last block far above features and from scratch: more than seeds could
#    do.
# 2. Within 0.01 of their best are features after 8 to 10 epochs, last block 6 to 8, whole net 6 to 8, from scratch
#    8 to 9. An epoch took 2.6 s, 3.6 s, 6.5 s and 5.9 s on a busy CPU: without gradients for the frozen parts the
#    backward pass is short, and with cached features (below) an epoch costs next to nothing. Yet features needs no
#    fewer epochs, and ends at half of the accuracy; last block is right soonest for its cost.
# 3. Features was still rising after ten epochs, slowly; its training loss is 1.40, so it does not even tell the
#    training images apart: what tells shapes apart says little about digits, a wide gap, and a head alone does not
#    mend it. From scratch has 0.90 in training at a low accuracy: it learns images by heart. With 100 images: few
#    layers, or all at small rates, chosen by validation (as the gap is wide, perhaps still all of them). With
#    100,000: all layers, and from scratch as a comparison. To be measured first: the rates of each strategy (these
#    are one choice), other data, more seeds.
#
# - [ ] 1 point: accuracies with their spread, and which differences are larger
# - [ ] 1 point: epochs until convergence and the cost of an epoch, both, by numbers
# - [ ] 1 point: the gap: underfitting of the frozen features; a choice for few and many images, with its limits
# ### END SOLUTION

# %% [markdown]
# ## Extra: what is forgotten
#
# Do large steps destroy what had been learned? Train the whole network on digits for one epoch, put its **old** head
# back, and ask it for shapes, which it named nearly all:

# %% tags=["demo", "nbval-ignore-output"]
from course_lib.data import shapes

images, labels, _ = shapes.draw(300, 7, known.size)
old_task = Part(prepare(images, known.size, known.mean, known.std), labels)

def remembered(rates):
    """Share of shapes that are still named rightly after an epoch of digits."""
    net = copy.deepcopy(known.model)
    torch.manual_seed(0)
    groups = param_groups(freeze(replace_head(net, 10), tuple(rates)), rates)
    settings = {"epochs": 1, "batch_size": strategies.BATCH}
    fit(net, train, **settings, optimiser=lambda parameters, lr: torch.optim.Adam(groups))
    net.fc = known.model.fc
    return accuracy(net, old_task)

small, large = (dict.fromkeys(strategies.RATES, rate) for rate in strategies.ONE_RATE)
for rates in (small, strategies.RATES, large):
    print(f"{rates['conv1']:g} to {rates['fc']:g}: {remembered(rates):.0%}")

# %% [markdown]
# The smaller the steps, the more is left of the old task. The new one need not miss what is lost: in part D the large
# rate catches up. Rates of their own are the careful beginning: nothing that
# may be of use is thrown away at once.

# %% [markdown]
# ## Extra: features, computed once
#
# As long as the body is frozen, it gives the same features of an image in every epoch. So compute them once, and
# train the head on them: a **linear probe**.

# %% [markdown]
# ### {transfer.cached_features}
#
# Write `cached_features(model, images, batch_size)`: for each of the images, float32 `(N, 3, H, W)`, what `model.fc`
# is given: `(N, in_features)`.
#
# - The model runs in eval mode, so that the features of an image do not depend on its batch, and without gradients: the
#   result requires none.
# - It runs on at most `batch_size` images at once; N need not be a multiple.
# - All of the model but its head runs, as its `forward` has it: what happens between its parts is in no list of parts.
# - Afterwards the model is as before: each part's mode, `fc` (the same object), weights, buffers, `requires_grad`,
#   hooks (those that were there stay) and `forward`. `images` stay as they are.
#
# Not allowed: `course_lib`.
#
# By hand: with 5 images and `batch_size` 2 the model runs on 2, 2 and 1 of them; with `fc = nn.Linear(96, 10)` the
# result is `(5, 96)`.

# %% answer="transfer.cached_features"
def cached_features(model, images, batch_size):
    """What the head is given for each image: (N, 3, H, W) -> (N, in_features)."""
    ### BEGIN SOLUTION
    body = copy.deepcopy(model).eval()
    body.fc = nn.Identity()
    with torch.no_grad():
        return torch.cat([body(some) for some in images.split(batch_size)])
    ### END SOLUTION

# hint("transfer.cached_features")

# %% check="transfer.cached_features"
cached_features = check("transfer.cached_features", cached_features)

# %% tags=["demo", "nbval-ignore-output"]
def features(part):
    """The part with features in place of images."""
    found = cached_features(known.model, part.images, 100)
    return Part(found, part.labels)

probe = nn.Linear(known.model.fc.in_features, 10)
probed = fit(probe, features(train), features(validation), epochs=20, lr=0.01, batch_size=32)
for row in probed.rows[-1:]:
    print(f"epoch {row.number}: {row.validation_accuracy:.1%}, {row.seconds:.2f} s")

# %% [markdown]
# ### {transfer.probe_choice}
#
# When does feature extraction with cached features **not** give what training the head in the network would?
#
# - **A** When images are changed by chance in every epoch (section 08): there is not one feature of an image.
# - **B** When batch norm is frozen in eval mode.
# - **C** When the head has a bias.
# - **D** When there are more images than features.
#
# Answer with one letter in quotes. The answer is recorded; with your marks you see whether it is right.

# %% answer="transfer.probe_choice"
probe_choice = ...
### BEGIN SOLUTION
probe_choice = "A"
### END SOLUTION

# %% check="transfer.probe_choice"
probe_choice = check("transfer.probe_choice", probe_choice)

# %% [markdown]
# ## Extra: ants and bees
#
# 244 photos to train with and 153 to validate with, two classes, from PyTorch's tutorial, where they are on this
# machine. `pretrained` gives the network trained on ImageNet, if it can be had, and says what it gives. The
# embedded one knows shapes only: between them and photos lies a wide gap.

# %% tags=["demo", "nbval-ignore-output"]
def probe_photos(batch_size=32):
    """A linear probe on ants and bees, with the best network that is here."""
    net = pretrained("resnet18")
    settings = net.size, net.mean, net.std
    parts = photos.ants_and_bees(lambda photo: prepare(photo, *settings))
    if parts:
        share = parts[1].labels.bincount().max() / len(parts[1])
        print(f"to name the more frequent class always: {share:.1%} of the validation images right")
        found = [Part(cached_features(net.model, p.images, batch_size), p.labels) for p in parts]
        fit(nn.Linear(found[0].images.shape[1], 2), *found, epochs=20, lr=0.003, batch_size=32)

probe_photos()
