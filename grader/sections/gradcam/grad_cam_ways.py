"""Grad-CAM by differences, and the ways of doing it, right and wrong."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from grader.marking.modes import Way, restoring
from grader.sections.gradcam.hooks import hooked
from grader.sections.gradcam.layers import last_output

_STEP = 1e-7


@restoring
def unclipped(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Tensor:
    """Grad-CAM before its ReLU: (N, C, H, W) -> (N, h, w), without any gradient.

    A channel's weight is what the logit gains, per place, where all of the channel is raised by a
    little. These nets are linear in pieces, so that the little step is exact.
    """
    net, images = model.double(), x.double()
    with torch.no_grad():
        classes = net(images.clone()).argmax(1) if target is None else target
        maps = last_output(net, layer, images)
        n, channels, h, w = maps.shape
        raised = _STEP * torch.eye(channels, dtype=maps.dtype)[None, :, :, None, None]
        steps = torch.cat([maps[:, None] + raised, maps[:, None] - raised], dim=1)
        repeated = images.repeat_interleave(2 * channels, dim=0)
        logits = _Put(net, layer, repeated, steps.flatten(0, 1)).logits()
        gained = logits[range(len(logits)), classes.repeat_interleave(2 * channels)]
        up, down = gained.view(n, 2, channels).unbind(1)
        weights = (up - down) / (2 * _STEP * h * w)
    model.float()
    return (weights[:, :, None, None] * maps).sum(1).float()


class _Put:
    """A net that goes on with other maps than the layer gave when it ran for the last time."""

    def __init__(self, net: Any, layer: str, images: Tensor, maps: Tensor) -> None:
        self._net, self._part = net, net.get_submodule(layer)
        self._images, self._maps = images, maps

    def logits(self) -> Tensor:
        times = [0]

        def count(*seen: Any) -> None:
            times[0] += 1

        def put(_: Any, inputs: Any, output: Tensor) -> Tensor | None:
            times[0] -= 1
            return self._maps.clone() if times[0] == 0 else None

        for hook in (count, put):
            with hooked([(self._part, hook)]):
                logits = self._net(self._images.clone())
        return logits  # type: ignore[no-any-return]


def grad_cam(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Tensor:
    """The raw map: (N, C, H, W) -> (N, h, w)."""
    raw: Tensor = unclipped(model, layer, x, target)
    return raw.clamp(min=0)


Score = Callable[[Tensor, Tensor], Tensor]
"""(logits, classes) -> the number whose gradient is taken."""
Joined = Callable[[Tensor, Tensor], Tensor]
"""(maps, gradients), both (N, C, h, w) -> what is returned."""


def of_logit(logits: Tensor, classes: Tensor) -> Tensor:
    return logits.gather(1, classes[:, None]).sum()


def weighted(maps: Tensor, gradients: Tensor) -> Tensor:
    return (gradients.mean((2, 3), keepdim=True) * maps).sum(1)


def clipped(maps: Tensor, gradients: Tensor) -> Tensor:
    return weighted(maps, gradients).relu()


Kept = tuple[Tensor, Tensor, Tensor]
"""What the gradient is taken of, the numbers that are weighted, what the model goes on with."""


def detached(output: Tensor) -> Kept:
    """The map as a leaf."""
    leaf = output.detach().clone().requires_grad_()
    return leaf, leaf, leaf.clone()


def leaf_returned(output: Tensor) -> Kept:
    """The model goes on with the leaf itself."""
    leaf = output.detach().clone().requires_grad_()
    return leaf, leaf, leaf


def shared_or_leaf(output: Tensor) -> Kept:
    """The output itself, where it requires a gradient."""
    return shared(output) if output.requires_grad else detached(output)


def copied(output: Tensor) -> Kept:
    """The map in the model's own graph, from which the model goes on with a copy."""
    return output, output, output.clone()


def shared(output: Tensor) -> Kept:
    """The output itself: the model goes on with it, and may write into it."""
    return output, output, output


def numbers_copied(output: Tensor) -> Kept:
    """The numbers are safe, and the gradient is of what the output has become."""
    return output, output.detach().clone(), output


def gradient_safe(output: Tensor) -> Kept:
    """The gradient is that of the output as it was, and the numbers what it has become."""
    before = output.clone()
    on = before.clone()
    return before, on, on


def way(
    score: Score = of_logit,
    join: Joined = clipped,
    *,
    keep: Callable[[Tensor], Kept] = detached,
    classes: Callable[[Tensor, Tensor | None], Tensor] | None = None,
    image: Callable[[Tensor], Tensor] = torch.clone,
    run: int = -1,
    gradient_run: int = -1,
    once: bool = False,
    all_gradients: bool = False,
    inputs: bool = False,
    finished: Callable[[Tensor], Any] = torch.Tensor.detach,
) -> Way:
    """An answer by a forward hook; it sets no mode.

    Args:
        classes: (logits, target) -> a class for each image.
        image: what the model is given.
        run: of a layer that runs more than once, 0 for the first output, -1 for the last.
        gradient_run: of which of them the gradient is taken.
        once: the hook keeps the first output and lets later ones pass.
        all_gradients: those of all runs are summed.
        inputs: what the layer is given is kept, not what it gives.
    """
    choose = classes or (lambda logits, target: logits.argmax(1) if target is None else target)

    def answer(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Any:
        kept: list[Kept] = []
        part = model.get_submodule(layer)

        def on_output(_: Any, given: Any, output: Tensor) -> Tensor:
            if once and kept:
                return output
            kept.append(keep(output))
            return kept[-1][2]

        def on_input(_: Any, given: Any) -> tuple[Tensor]:
            kept.append(keep(given[0]))
            return (kept[-1][2],)

        hook = part.register_forward_pre_hook(on_input) if inputs else None
        with hooked([] if inputs else [(part, on_output)]):
            logits = model(image(x))
        if hook is not None:
            hook.remove()
        of, maps = kept[gradient_run][0], kept[run][1]
        sought = [one[0] for one in kept] if all_gradients else [of]
        gradients = torch.autograd.grad(score(logits, choose(logits, target)), sought)
        return finished(join(maps, torch.stack(gradients).sum(0)))

    return answer


def same_modes(**changes: Any) -> Way:
    """`way` in eval mode, with the modes as before afterwards."""
    return restoring(way(**changes))


def learning(x: Tensor) -> Tensor:
    """A copy of one that requires a gradient, so that a frozen model has a graph.

    A layer in place may not write into what requires the gradient itself.
    """
    return x.clone().requires_grad_().clone()


def on_a_copy(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Any:
    return way()(copy.deepcopy(model).eval(), layer, x, target)


def copied_as_it_is(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Any:
    return way()(copy.deepcopy(model), layer, x, target)


def one_by_one(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Any:
    targets = [None] * len(x) if target is None else target.split(1)
    return torch.cat([way()(model, layer, x[n : n + 1], k) for n, k in enumerate(targets)])


def backwards(after: Callable[[Any], None] = lambda model: None, freed: bool = False) -> Way:
    """By .backward(), which adds to the gradients of the parameters.

    Args:
        after: what is done to the model afterwards.
        freed: all parameters are made to require a gradient.
    """

    def answer(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Any:
        kept: list[Tensor] = []

        def keep(_: Any, inputs: Any, output: Tensor) -> Tensor:
            output.retain_grad()
            kept[:] = [output]
            return output.clone()

        if freed:
            model.requires_grad_(True)
        with hooked([(model.get_submodule(layer), keep)]):
            logits = model(x.clone() if freed else learning(x))
        of_logit(logits, logits.argmax(1) if target is None else target).backward()
        after(model)
        return clipped(kept[0].detach(), kept[0].grad)  # type: ignore[arg-type]

    return answer


def backward_hook(side: int, of_images: bool = True) -> Way:
    """Gradients by a full backward hook on the layer.

    Args:
        side: 1 for grad_input, 2 for grad_output.
        of_images: a copy of the images requires a gradient.
    """

    def answer(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Any:
        maps: list[Tensor] = []
        gradients: list[Tensor] = []
        part = model.get_submodule(layer)

        def keep(_: Any, inputs: Any, output: Tensor) -> None:
            maps[:] = [output.detach().clone()]

        def back(*seen: Any) -> None:
            gradients[:] = [seen[side][0]]

        images = learning(x) if of_images else x.clone()
        handle = part.register_full_backward_hook(back)
        try:
            with hooked([(part, keep)]):
                logits = model(images)
            score = of_logit(logits, logits.argmax(1) if target is None else target)
            score.backward()
        finally:
            handle.remove()
        return clipped(maps[0], gradients[0])

    return answer


def unfrozen(keep: Callable[[Tensor], Kept]) -> Way:
    def answer(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Any:
        model.requires_grad_(True)
        return way(keep=keep)(model, layer, x, target)

    return answer


def gradients_put_back(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Any:
    before = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
    maps = backwards()(model, layer, x, target)
    for parameter, gradient in zip(model.parameters(), before, strict=True):
        parameter.grad = gradient
    return maps


def hooks_left(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Any:
    maps = way()(model, layer, x, target)
    model.get_submodule(layer).register_forward_hook(lambda *seen: None)
    return maps


def hooks_cleared(model: Any, layer: str, x: Tensor, target: Tensor | None = None) -> Any:
    maps = way()(model, layer, x, target)
    model.get_submodule(layer)._forward_hooks.clear()
    return maps


def over_probabilities(logits: Tensor, classes: Tensor) -> Tensor:
    return of_logit(logits.softmax(1), classes)


def over_log_probabilities(logits: Tensor, classes: Tensor) -> Tensor:
    return of_logit(logits.log_softmax(1), classes)


def loss(reduction: str) -> Score:
    return lambda logits, classes: F.cross_entropy(logits, classes, reduction=reduction)


def scaled(maps: Tensor, gradients: Tensor) -> Tensor:
    raw = clipped(maps, gradients)
    return raw / raw.amax((1, 2), keepdim=True).clamp(min=1e-8)
