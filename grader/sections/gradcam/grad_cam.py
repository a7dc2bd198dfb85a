"""Part B: Grad-CAM."""

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from grader.marking.exercise import Exercise
from grader.marking.modes import left_modes, restoring
from grader.sections.gradcam import grad_cam_ways as ways
from grader.sections.gradcam.grad_cam_cases import grad_cam_cases
from grader.sections.gradcam.grad_cam_ways import same_modes, weighted


def _first_class(logits: Tensor, target: Tensor | None) -> Tensor:
    """One class for all images: the first one's."""
    return (logits.argmax(1) if target is None else target)[:1].expand(len(logits))


def _of_all_logits(logits: Tensor, target: Tensor | None) -> Tensor:
    """One class for all images where none is given: that of the batch's largest logit."""
    largest = (logits.argmax() % logits.shape[1]).expand(len(logits))
    return largest if target is None else target


def _batch(maps: Tensor, gradients: Tensor) -> Tensor:
    return (gradients.mean((0, 2, 3), keepdim=True) * maps).sum(1).relu()


def _resized(maps: Tensor, gradients: Tensor) -> Tensor:
    raw = ways.clipped(maps, gradients)
    return F.interpolate(raw[:, None], (2 * raw.shape[1], 2 * raw.shape[2]), mode="bilinear")[:, 0]


GRAD_CAM = Exercise(
    id="gradcam.grad_cam",
    title="Grad-CAM",
    points=4,
    minutes=21,
    covers=("E14.20", "Q14", "L-P4", "E14.35"),
    example=(
        (
            Case(args=(("figure", 0), "0", torch.tensor([[[[1.0, 0], [2, 3]], [[0, 4], [1, 1]]]]))),
            {"form": "", "map": [[[1, 0], [1.5, 2.5]]], "model": ""},
        ),
    ),
    cases=grad_cam_cases,
    reference=ways.grad_cam,
    through="ask_grad_cam",
    promises=("unchanged",),
    parts={
        "form": "Return one tensor, (N, h, w), that requires no gradient.",
        "map": "Your maps are not those of Grad-CAM.",
        "model": "The model is not as before: modes, weights, statistics, gradients and "
        "requires_grad of its parameters, hooks.",
    },
    wrong={
        "probability": (
            "You take the gradient of a probability or its logarithm. Other classes then push the "
            "map, too, and where the model is sure nothing is left: take the logit.",
            same_modes(score=ways.over_probabilities),
            same_modes(score=ways.over_log_probabilities),
        ),
        "gradient of the loss": (
            "You take the gradient of the loss. It falls where the logit rises: your map shows "
            "what speaks against the class.",
            same_modes(score=ways.loss("sum")),
            same_modes(score=ways.loss("mean")),
            same_modes(score=lambda logits, classes: -ways.of_logit(logits, classes)),
        ),
        "all classes": (
            "You add the logits of all classes up. Take one for each image: that of its class.",
            same_modes(score=lambda logits, classes: logits.sum()),
        ),
        "target ignored": (
            "You always take the class with the largest logit. If target is given, it says which.",
            same_modes(classes=lambda logits, target: logits.argmax(1)),
        ),
        "class zero": (
            "Where target holds class 0 alone, you take it to be missing. Compare with None: "
            "target is None.",
            same_modes(
                classes=lambda logits, target: (
                    logits.argmax(1) if target is None or not target.any() else target
                )
            ),
        ),
        "argmax over the images": (
            "logits.argmax(0) is an image for each class. A class for each image is "
            "logits.argmax(1).",
            same_modes(
                classes=lambda logits, target: (
                    logits.argmax(0)[: len(logits)] if target is None else target
                )
            ),
        ),
        "one class for all images": (
            "You take one class for all images. Each has its own: logits.argmax(1), or its entry "
            "of target.",
            same_modes(classes=_first_class),
            same_modes(classes=_of_all_logits),
        ),
        "classes of all images": (
            "logits[:, target] gives each image the classes of all images. Take one of each: "
            "logits.gather(1, target[:, None]).",
            same_modes(score=lambda logits, classes: logits[:, classes].sum()),
        ),
        "one image's logit": (
            "You take the gradient of one image's logit: the others' maps are 0. Add up one logit "
            "of each image.",
            same_modes(score=lambda logits, classes: logits[0, classes[0]]),
        ),
        "averaged over the batch": (
            "You average over the images, the logits or the weights. Then a map depends on what "
            "else is in the batch: add the logits, and average over places alone.",
            same_modes(score=lambda logits, classes: ways.of_logit(logits, classes) / len(logits)),
            same_modes(join=_batch),
        ),
        "no ReLU": (
            "You left out the ReLU at the end: what speaks against the class counts as 0.",
            same_modes(join=weighted),
        ),
        "absolute values": (
            "You take absolute values. What speaks against the class counts as 0: take the ReLU.",
            same_modes(join=lambda maps, gradients: weighted(maps, gradients).abs()),
            same_modes(
                join=lambda maps, gradients: weighted(maps, gradients.abs()).relu(),
            ),
        ),
        "ReLU too early": (
            "You take the ReLU before the sum: of weights, of gradients, or of each channel. "
            "Channels that speak against the class must lower it. Take the ReLU of the sum.",
            same_modes(join=lambda maps, g: (g.mean((2, 3), True).relu() * maps).sum(1).relu()),
            same_modes(join=lambda maps, g: weighted(maps, g.relu()).relu()),
            same_modes(join=lambda maps, g: (g.mean((2, 3), True) * maps).relu().sum(1)),
        ),
        "gradients added over places": (
            "You add the gradients over the places. A weight is their mean.",
            same_modes(join=lambda maps, g: (g.sum((2, 3), True) * maps).sum(1).relu()),
        ),
        "mean over one axis": (
            "You take the mean over one axis of the places. A weight is the mean over both.",
            same_modes(join=lambda maps, g: (g.mean(3, True) * maps).sum(1).relu()),
            same_modes(join=lambda maps, g: (g.mean(2, True) * maps).sum(1).relu()),
        ),
        "largest gradient": (
            "You take the largest gradient of a channel. Its weight is their mean.",
            same_modes(join=lambda maps, g: (g.amax((2, 3), True) * maps).sum(1).relu()),
        ),
        "transposed": (
            "You turn height and width. The result is (N, h, w).",
            same_modes(join=lambda maps, g: ways.clipped(maps, g).transpose(1, 2)),
        ),
        "place by place": (
            "You multiply each place by its own gradient. Grad-CAM has one weight for a whole "
            "channel: the mean of its gradients.",
            same_modes(join=lambda maps, g: (g * maps).sum(1).relu()),
        ),
        "channels averaged": (
            "You average over the channels. Add them up.",
            same_modes(join=lambda maps, g: (g.mean((2, 3), True) * maps).mean(1).relu()),
        ),
        "gradients instead of maps": (
            "You weight the gradients. The weights are made of gradients; what they weight is the "
            "layer's output.",
            same_modes(join=lambda maps, g: weighted(g, g).relu()),
            same_modes(join=lambda maps, g: g.sum(1).relu()),
        ),
        "no weights": (
            "You add the channels up without weights. Each counts by the mean of its gradients.",
            same_modes(join=lambda maps, g: maps.sum(1).relu()),
        ),
        "scaled": (
            "You scale the maps. They are to be raw: scale is an exercise of its own.",
            same_modes(join=ways.scaled),
        ),
        "channel axis kept": (
            "You keep the axis of the channels, with one channel. The result is (N, h, w).",
            same_modes(join=lambda maps, g: ways.clipped(maps, g)[:, None]),
        ),
        "squeezed": (
            "You squeeze the result, and lose the axis of the images where there is one image. It "
            "stays: (1, h, w).",
            same_modes(join=lambda maps, g: ways.clipped(maps, g).squeeze()),
        ),
        "first image": (
            "You return the first image's map. Return those of all: (N, h, w).",
            same_modes(join=lambda maps, g: ways.clipped(maps, g)[0]),
            same_modes(join=lambda maps, g: ways.clipped(maps, g)[:1]),
        ),
        "overwritten": (
            "The layer's output is overwritten by what follows, a ReLU in place or +=. Keep it as "
            "it was: a hook may return output.clone(), with which the model goes on.",
            same_modes(keep=ways.shared, image=ways.learning),
            same_modes(keep=ways.numbers_copied, image=ways.learning),
            same_modes(keep=ways.gradient_safe, image=ways.learning),
            same_modes(keep=ways.shared_or_leaf),
        ),
        "leaf returned": (
            "Your hook returns the very tensor that requires the gradient, or a view of it. Where "
            "the next layer works in place, PyTorch refuses that: return a clone of it.",
            same_modes(keep=ways.leaf_returned),
        ),
        "images overwritten": (
            "The model writes into x where its first layer works in place, which PyTorch refuses "
            "if x itself requires a gradient. Give it x.clone().",
            same_modes(image=lambda x: x),
            same_modes(image=lambda x: x.clone().requires_grad_(), keep=ways.copied),
        ),
        "grad_input": (
            "You take grad_input, the gradient of what the layer is given. grad_output is that of "
            "its output. Better still, torch.autograd.grad(score, maps): a backward hook breaks "
            "where the next layer works in place.",
            restoring(ways.backward_hook(1)),
            restoring(ways.backward_hook(1, of_images=False)),
        ),
        "backward hook": (
            "A backward hook breaks where the next layer works in place. Let a forward hook keep "
            "the output and return its clone, and take torch.autograd.grad(score, maps).",
            restoring(ways.backward_hook(2)),
            restoring(ways.backward_hook(2, of_images=False)),
        ),
        "first run": (
            "Of a layer that runs more than once you take the first output, its gradient, or the "
            "gradients of all: the last counts. Hooks on gradients are called for the last run "
            "first.",
            same_modes(run=0, gradient_run=0),
            same_modes(once=True),
            same_modes(all_gradients=True, keep=ways.copied, image=ways.learning),
            same_modes(gradient_run=0, keep=ways.copied, image=ways.learning),
        ),
        "what came in": (
            "You take what the layer is given. Take its output: a forward hook's third argument.",
            same_modes(inputs=True),
        ),
        "nothing requires a gradient": (
            "Where the parameters are frozen, no gradient is recorded, and autograd fails. Let the "
            "layer's output require one, or a copy of the images.",
            same_modes(keep=ways.copied),
        ),
        "in train mode": (
            "You run the model in the mode that it came in, or in train mode. Then a map depends "
            "on the other images of the batch: run it in eval mode.",
            ways.way(),
            ways.copied_as_it_is,
        ),
        "tracked": (
            "Your maps still require a gradient. Detach the layer's output, or the result.",
            same_modes(keep=ways.copied, image=ways.learning, finished=lambda maps: maps),
        ),
        "hooks left": (
            "Your hook stays on the model, and runs whenever it does. Remove it: handle.remove().",
            restoring(ways.hooks_left),
        ),
        "others' hooks removed": (
            "You remove hooks that were there before. Remove yours alone, by its handle.",
            restoring(ways.hooks_cleared),
        ),
        "unfrozen": (
            "You make frozen parameters require a gradient. Leave them: let the layer's output "
            "require one, or a copy of the images.",
            restoring(ways.unfrozen(ways.copied)),
            restoring(ways.unfrozen(ways.detached)),
            restoring(ways.backwards(freed=True)),
        ),
        "gradients added to the model": (
            "backward() adds gradients to all parameters. torch.autograd.grad(score, maps) gives "
            "this one and touches nothing else.",
            restoring(ways.backwards()),
        ),
        "gradients thrown away": (
            "zero_grad() throws away the gradients that the parameters held. "
            "torch.autograd.grad(score, maps) touches none.",
            restoring(ways.backwards(after=lambda model: model.zero_grad())),
        ),
        **left_modes(ways.way()),
    },
    right=(
        same_modes(),
        same_modes(keep=ways.copied, image=ways.learning),
        ways.on_a_copy,
        restoring(ways.one_by_one),
        restoring(ways.gradients_put_back),
    ),
    hints=(
        "A forward hook may return a tensor: the model goes on with it. So keep the output, and "
        "return its clone.",
        "Gradients are recorded where something requires one. In a frozen model let what the hook "
        "keeps be output.detach().requires_grad_().",
        "logits.gather(1, target[:, None]).sum() holds one logit of each image; "
        "torch.autograd.grad(that, maps)[0] is the gradient, (N, K, h, w).",
    ),
)
