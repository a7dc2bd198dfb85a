"""How large the gradient is at each convolution of a network."""

from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.resnet.nets import CHANNELS, CLASSES
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.resnet.gradient_ways import (
    as_called,
    backward,
    convolutions,
    gradient_sizes,
    of_weights,
    one_by_one,
    outermost,
    relative,
    repeated,
    rounded,
    sizes,
    softmax_twice,
    sum_of_losses,
    twice,
    weights,
)


def _cases(draw: Draw) -> list[Case]:
    def asked(form: str, train: bool = True, images: int = 3, before: bool = False) -> Any:
        shape = (images, CHANNELS, *draw.distinct(3, 5, 2))
        seed = draw.integer(1, 2**31 - 1)
        labels = torch.tensor([draw.integer(0, CLASSES - 1) for _ in range(images)])
        return form, seed, train, before, draw.normal(*shape), labels

    return [
        Case(args=asked("chain"), about="convolutions in a chain"),
        Case(args=asked("chain", before=True), about="a model that holds gradients from before"),
        Case(args=asked("normed"), about="batch norm in train mode"),
        Case(args=asked("normed", train=False), about="batch norm in eval mode"),
        Case(args=asked("residual"), about="blocks within the model"),
        Case(
            args=asked("residual", train=False, before=True),
            about="blocks within the model, in eval mode",
        ),
        Case(args=asked("crossed"), about="a model that lists its layers in another order"),
        Case(args=asked("shared"), about="a convolution that is used twice"),
        Case(args=asked("chain", images=1), about="one image"),
        Case(args=asked("one"), about="a single convolution"),
    ]


GRADIENT_SIZES = Exercise(
    id="resnet.gradient_sizes",
    title="The size of the gradient at each convolution",
    points=2,
    minutes=8,
    covers=("E14.15",),
    cases=_cases,
    through="ask_gradient_sizes",
    reference=gradient_sizes,
    promises=("unchanged",),
    tolerance=5e-6,
    wrong={
        "signs kept": (
            "Your means are of the gradients with their signs, where positive and negative ones "
            "cancel. Take the absolute values before the mean.",
            sizes(Tensor.mean),
            sizes(lambda g: g.mean().abs()),
            sizes(lambda g: g.mean((2, 3)).abs().mean()),
        ),
        "rounded": (
            "You rounded your numbers. Where a gradient has nearly vanished, nothing would be left "
            "of it: return them as they are.",
            rounded(4),
            rounded(3),
        ),
        "median": (
            "That is the median of the absolute values. Their mean is asked for.",
            sizes(lambda g: g.abs().median()),
        ),
        "summed": (
            "You summed the absolute values. A layer with more weights then looks larger: take "
            "their mean.",
            sizes(lambda g: g.abs().sum()),
        ),
        "norm": (
            "That is the norm of the gradient, the root of its sum of squares. The mean of its "
            "absolute values is asked for.",
            sizes(lambda g: g.norm()),
        ),
        "squares": (
            "You took squares. The mean of the absolute values is asked for.",
            sizes(lambda g: g.square().mean()),
            sizes(lambda g: g.square().mean().sqrt()),
        ),
        "largest": (
            "That is the largest entry of each gradient. The mean of the absolute values is asked "
            "for.",
            sizes(lambda g: g.abs().max()),
        ),
        "spread": (
            "That is the spread of each gradient's entries. The mean of the absolute values is "
            "asked for.",
            sizes(Tensor.std),
            sizes(lambda g: g.std(correction=0)),
        ),
        "gradients of before": (
            "Where the model holds gradients from before, yours are added to them: backward() "
            "adds to .grad. Clear it first, model.zero_grad().",
            backward(zero=False),
        ),
        "sum of the losses": (
            "Your gradients are too large by the number of images: they belong to the sum of the "
            "losses. F.cross_entropy gives the mean as it is.",
            sizes(loss_of=sum_of_losses),
        ),
        "logits as a loss": (
            "You went backwards from the logits. The gradients asked for are those of the loss, "
            "F.cross_entropy(logits, labels).",
            sizes(loss_of=lambda logits, labels: logits.gather(1, labels[:, None]).mean()),
            sizes(loss_of=lambda logits, labels: logits.gather(1, labels[:, None]).sum()),
            sizes(loss_of=lambda logits, labels: logits.sum()),
            sizes(loss_of=lambda logits, labels: logits.mean()),
        ),
        "softmax twice": (
            "Your gradients are those behind a softmax. F.cross_entropy takes logits and applies "
            "log-softmax itself.",
            sizes(loss_of=softmax_twice),
        ),
        "biases counted": (
            "Your list has the biases of the convolutions, too. The weight of each is asked for.",
            sizes(of=lambda m: [p for c in convolutions(m) for p in c.parameters()]),
        ),
        "dense layers counted": (
            "Your list has the dense layers, too. Those of nn.Conv2d are asked for.",
            sizes(of=lambda m: [p for p in m.parameters() if p.dim() > 1]),
        ),
        "all layers counted": (
            "Your list has all layers with a weight, or all parameters. Those of nn.Conv2d are "
            "asked for.",
            sizes(of=lambda m: m.parameters()),
            sizes(of=lambda m: [p for n, p in m.named_parameters() if n.endswith("weight")]),
        ),
        "small kernels left out": (
            "You left out the convolutions with 1 x 1 kernels. They are convolutions, too.",
            sizes(of=lambda m: [p for p in weights(m) if p.shape[-1] > 1]),
        ),
        "empty": (
            "Your list is empty: no convolution was found. model.modules() goes into every block, "
            "children() does not; isinstance(module, nn.Conv2d) says which ones to take.",
            lambda m, x, y: [m(x)][1:],
        ),
        "by name": (
            "You choose the convolutions by their names, which may be others. isinstance(module, "
            "nn.Conv2d) says which they are.",
            sizes(of=lambda m: [p for n, p in m.named_parameters() if "conv" in n and p.dim() > 1]),
        ),
        "outermost only": (
            "You looked at the outermost layers only. model.modules() goes into every block; "
            "children() does not.",
            sizes(of=outermost),
        ),
        "order of the calls": (
            "Your numbers stand in the order in which the layers are called. They are asked for in "
            "the order of model.modules().",
            as_called,
        ),
        "counted twice": (
            "A convolution that is used twice stands twice in your list. It has one weight, with "
            "one gradient: model.modules() lists it once.",
            sizes(of=repeated),
        ),
        "sorted": (
            "Your numbers are sorted by size. They are asked for in the order of model.modules().",
            lambda m, x, y: sorted(gradient_sizes(m, x, y)),
            lambda m, x, y: sorted(gradient_sizes(m, x, y), reverse=True),
        ),
        "from the last to the first": (
            "Your list runs from the last convolution to the first. model.modules() has the other "
            "order.",
            sizes(of=lambda m: weights(m)[::-1]),
        ),
        "weights": (
            "Those are the sizes of the weights. The sizes of their gradients are asked for: "
            "weight.grad.",
            of_weights,
        ),
        "relative to the weights": (
            "You divided by the size of the weights. The gradient's own size is asked for.",
            relative,
        ),
        "one number for all": (
            "That is one number for all convolutions. Return a list with a number for each.",
            lambda m, x, y: sum(gradient_sizes(m, x, y)) / len(weights(m)),
            lambda m, x, y: sum(gradient_sizes(m, x, y)),
        ),
        "first one only": (
            "Your list ends after the first convolution. Does `return` stand inside the loop?",
            lambda m, x, y: gradient_sizes(m, x, y)[:1],
        ),
        "gradients themselves": (
            "You returned the gradients. Return one number for each: the mean of its absolute "
            "values.",
            sizes(lambda g: g),
        ),
        "another mode": (
            "The model was in another mode than the one it came in, or is now. Leave out train() "
            "and eval(): whoever calls your function has chosen the mode.",
            backward(mode=True),
            backward(mode=False),
        ),
        "a step taken": (
            "The weights have changed. Nothing is trained here: backward() alone, no step.",
            backward(step=True),
        ),
        "not called once": (
            "You did not call the model just once, on all images together: model(images) gives "
            "their logits. Gradients of single images may cancel, and batch norm needs them "
            "together.",
            one_by_one,
            twice,
        ),
    },
    right=(
        backward(),
        backward(own=False),
        lambda m, x, y: torch.stack(gradient_sizes(m, x, y)),
        lambda m, x, y: tuple(float(size) for size in gradient_sizes(m, x, y)),
        sizes(lambda g: g.norm(1) / g.numel()),
    ),
    hints=(
        "The gradient of the loss with respect to a weight is in weight.grad after "
        "loss.backward(); what stood there before is still in it, unless it was cleared.",
        "[m for m in model.modules() if isinstance(m, nn.Conv2d)] are the convolutions.",
        "The size of one of them is m.weight.grad.abs().mean().item().",
    ),
)
