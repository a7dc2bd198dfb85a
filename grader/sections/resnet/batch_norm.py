"""Batch normalisation, by hand."""

import torch
from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.checks.operations import NORMALISING_OPERATORS
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.resnet.norms import (
    ByHand,
    about_the_running_mean,
    as_parameters,
    averaged,
    by_deviations,
    by_squares,
    corrected_by,
    folded,
    in_place,
    laid_out,
    mixed_up,
    norm,
    not_saved,
    of_four_axes,
    plain_attributes,
    running_after,
    running_before,
    updated_always,
    updated_first,
    with_graph,
    written_in,
)

Calls = list[tuple[str, Tensor]]


def _batch(draw: Draw, *shape: int) -> Tensor:
    """Numbers whose channels lie elsewhere and spread otherwise, each of its own."""
    channels = torch.arange(shape[1]).view(1, -1, 1, 1)
    return draw.normal(*shape) * (0.5 + draw.uniform(1, shape[1], 1, 1)) + 1.5 - channels


def _case(
    about: str, settings: tuple[float, ...], calls: Calls, draw: Draw, **named: float
) -> Case:
    channels = int(settings[0])
    weight, bias = 0.5 + draw.uniform(channels), draw.normal(channels)
    state = torch.stack([weight, bias, draw.normal(channels), 0.5 + draw.uniform(channels)])
    return Case(args=(list(settings), named, state, calls), about=about)


def _cases(draw: Draw) -> list[Case]:
    def calls(*modes: str, shape: tuple[int, ...], scale: float = 1.0) -> Calls:
        return [(mode, scale * _batch(draw, *shape)) for mode in modes]

    first = calls("train", shape=(2, 3, 2, 3))
    unequal = [
        *calls("train", shape=(2, 3, 2, 3)),
        *calls("train", shape=(1, 3, 3, 1)),
        *calls("unrecorded", shape=(2, 3, 1, 1)),
        *calls("eval", shape=(2, 3, 1, 2)),
    ]
    alone = [*calls("eval", shape=(2, 3, 1, 2)), *calls("eval", shape=(1, 3, 1, 1))]
    both, turns = ("train", "eval"), ("train", "eval", "train", "eval")
    small = calls(*both, shape=(2, 2, 2, 3), scale=1e-3)
    small[0][1][:, 0] = 0.5
    return [
        Case(args=([3], {}, torch.empty(0, 3), first), about="as it is made, one batch"),
        _case("several batches of other sizes, then eval mode", (3,), unequal, draw),
        _case("eval mode alone", (3,), alone, draw),
        _case("a channel of equal numbers, one of small ones", (2,), small, draw),
        _case("one channel, both modes by turns", (1,), calls(*turns, shape=(1, 1, 1, 3)), draw),
        _case(
            "eps and momentum by name",
            (2,),
            calls("train", "train", "eval", shape=(2, 2, 1, 3)),
            draw,
            momentum=0.4,
            eps=0.3,
        ),
        _case(
            "eps by place, a momentum of zero", (2, 0.2, 0), calls(*both, shape=(3, 2, 2, 1)), draw
        ),
    ]


BATCH_NORM = Exercise(
    id="resnet.BatchNorm2d",
    title="Batch normalisation",
    points=4,
    minutes=22,
    covers=("E14.6", "Q27"),
    through="ask_batch_norm",
    cases=_cases,
    reference=nn.BatchNorm2d,
    parts={
        "form": "Beside its numbers something is not right: the state_dict holds weight, bias, "
        "running_mean and running_var of shape (num_features,), running_var at first ones; the "
        "first two alone are parameters; the others keep no graph; the output has the shape of x, "
        "which stays as it is.",
        "train": "The output in train mode is not right: subtract each channel's mean over N, H "
        "and W, divide by the root of its biased variance plus eps, then use weight and bias.",
        "eval": "The output in eval mode is not right: it is that of train mode with running_mean "
        "and running_var instead of the batch's mean and variance.",
        "mean": "running_mean is not right after the calls: in train mode it becomes (1 - "
        "momentum) times itself plus momentum times the batch's mean, in eval mode it stays.",
        "var": "running_var is not right after the calls: in train mode it becomes (1 - "
        "momentum) times itself plus momentum times the batch's unbiased variance; else it stays.",
        "gradient": "The output is right, its gradients with respect to x, weight and bias are "
        "not: they flow through mean and variance, too. Stay with operations of torch.",
    },
    wrong={
        "biased running variance": (
            "Your running_var collects the biased variance, which divides by n. There, as in "
            "PyTorch, it is the unbiased one: n - 1, or the biased one times n / (n - 1).",
            norm(buffer_correction=0),
        ),
        "unbiased output": (
            "You divide the output by the unbiased variance, torch.var's default. Here n numbers "
            "are divided by n: x.var(..., correction=0), or unbiased=False.",
            norm(output_correction=1),
            norm(output_correction=1, buffer_correction=0),
        ),
        "running standard deviation": (
            "Your running_var collects standard deviations. It collects variances; the root is "
            "taken when they are used.",
            norm(batch_var=lambda self, x: x.std((0, 2, 3))),
        ),
        "about the running mean": (
            "What your running_var collects is taken about the running mean. It is the batch's "
            "variance, about the batch's own mean.",
            norm(batch_var=about_the_running_mean),
        ),
        "n of the images": (
            "The n in your n / (n - 1) is the number of images. It is how many numbers the "
            "variance is taken of: N * H * W.",
            norm(batch_var=corrected_by(len)),
            norm(batch_var=corrected_by(len, least=0)),
        ),
        "n of all numbers": (
            "The n in your n / (n - 1) counts the channels, too. It is how many numbers the "
            "variance is taken of: N * H * W.",
            norm(batch_var=corrected_by(Tensor.numel)),
        ),
        "n of a square": (
            "The n in your n / (n - 1) takes a map for a square. A variance is taken of N * H * W "
            "numbers.",
            norm(batch_var=corrected_by(lambda x: len(x) * x.shape[2] ** 2, least=0)),
        ),
        "running mean corrected": (
            "You multiply the running mean by n / (n - 1), too. Only the variance is corrected.",
            norm(
                batch_mean=lambda self, x: (
                    x.mean((0, 2, 3)) * (n := x.numel() / x.shape[1]) / (n - 1)
                )
            ),
        ),
        "momentum swapped": (
            "Your momentum stands at the old value. In PyTorch it is the share of the new one: (1 "
            "- momentum) * old + momentum * new.",
            norm(mixed=lambda self, old, new: self.momentum * old + (1 - self.momentum) * new),
        ),
        "another momentum": (
            "Your layer does not use the momentum that it is given, 0.1 if it is left out.",
            norm(default_momentum=0.9),
            norm(mixed=lambda self, old, new: 0.9 * old + 0.1 * new),
        ),
        "added up": (
            "You add the batch's values to the running ones without taking the old ones down: (1 "
            "- momentum) * old + momentum * new.",
            norm(mixed=lambda self, old, new: old + self.momentum * new),
        ),
        "no memory": (
            "Your running statistics are those of the last batch. They are (1 - momentum) * old + "
            "momentum * new.",
            norm(mixed=lambda self, old, new: new),
        ),
        "frozen by a momentum of zero": (
            "With a momentum of 0 your output uses the running statistics. They stand still then; "
            "the output in train mode still uses the batch's.",
            norm(by_batch=lambda self: self.training and self.momentum != 0),
        ),
        "eps outside the root": (
            "Your eps stands outside the root. It belongs to the variance: sqrt(var + eps).",
            norm(divided=lambda self, centred, var: centred / (var.sqrt() + self.eps)),
            norm(divided=lambda self, centred, var: centred / var.sqrt() + self.eps),
        ),
        "eps left out in eval mode": (
            "In eval mode your output does without eps. It divides by sqrt(var + eps) in both "
            "modes.",
            norm(
                divided=lambda self, centred, var: (
                    centred / (var + self.eps if self.training else var).sqrt()
                )
            ),
        ),
        "eps left out": (
            "Your eps is not used. Divide by sqrt(var + eps), so that a channel of equal numbers "
            "does not divide by 0.",
            norm(divided=lambda self, centred, var: centred / var.sqrt()),
        ),
        "another eps": (
            "Your layer does not use the eps that it is given, or another one if it is left out.",
            norm(default_eps=1e-3),
            norm(divided=lambda self, centred, var: centred / (var + 1e-5).sqrt()),
        ),
        "not rooted": (
            "You divide by the variance. Divide by its root, sqrt(var + eps).",
            norm(divided=lambda self, centred, var: centred / (var + self.eps)),
        ),
        "statistics of each position": (
            "Your mean and variance are those of each position, over the images alone. A channel "
            "has one of each: average over N, H and W.",
            norm(axes=(0,)),
        ),
        "statistics of each image": (
            "Your mean and variance are those of each image. A channel has one of each for the "
            "whole batch: average over N, H and W.",
            norm(axes=(2, 3)),
        ),
        "variances averaged": (
            "Your variance is the mean of the images' own variances, which leaves out how far the "
            "images lie apart. Take it about the batch's mean, over N, H and W at once.",
            norm(statistics=averaged),
        ),
        "axes mixed": (
            "Your reshape mixes channels with images: it leaves the numbers in the order in which "
            "they lie. Reduce over dim=(0, 2, 3), or move the channels to the front first.",
            norm(statistics=mixed_up(first=True, var=False)),
            norm(statistics=mixed_up(first=True, var=True)),
            norm(statistics=mixed_up(first=False, var=True)),
        ),
        "statistics over the channels": (
            "Your mean and variance take the channels together. Each has its own: average over "
            "N, H and W.",
            norm(axes=(0, 1, 2, 3)),
            norm(axes=(1, 2, 3)),
            norm(axes=(1,)),
        ),
        "statistics detached": (
            "No gradient flows through your mean and variance. Only what goes to the running "
            "statistics is detached; the output is made of the batch's as they are.",
            norm(statistics=lambda self, x: ByHand.statistics(self, x.detach())),
        ),
        "graph in the buffers": (
            "Your running statistics still hang on the steps that led to them, so that memory "
            "grows with each batch: update them under torch.no_grad(), or with mean.detach().",
            norm(updated=with_graph),
        ),
        "plain attributes": (
            "Running statistics of yours are plain attributes: the state_dict lacks them, so they "
            "are lost when the model is saved. self.register_buffer(name, tensor) makes buffers.",
            norm(buffers_made=plain_attributes),
        ),
        "not saved": (
            "Your running statistics are buffers that are not saved. The state_dict must have "
            "them: leave out persistent=False.",
            norm(buffers_made=not_saved),
        ),
        "another shape": (
            "Your weight, bias, running_mean and running_var do not all have the shape "
            "(num_features,), in which they are saved. Lay them out as (1, C, 1, 1) where they "
            "are used.",
            norm(buffers_made=of_four_axes),
        ),
        "axes lost": (
            "Your output does not have the shape of x where x has axes of size 1: they stay. "
            "Does it go through squeeze()?",
            norm(forward=lambda self, x: ByHand.forward(self, x).squeeze()),
        ),
        "running statistics learned": (
            "Your module has parameters beside weight and bias. The running statistics are "
            "buffers, which are not trained: self.register_buffer(name, tensor).",
            norm(buffers_made=as_parameters, updated=written_in),
        ),
        "variance begins with zeros": (
            "Your running_var begins with zeros. It begins with ones.",
            norm(first_variance=0.0),
        ),
        "always the batch": (
            "In eval mode your output uses the batch's statistics. There it uses running_mean and "
            "running_var, so that an image does not depend on its company.",
            norm(
                forward=lambda self, x: (
                    ByHand.forward(self, x)
                    if self.training
                    else self.scaled(self.divided(x - self.statistics(x)[0], self.statistics(x)[1]))
                )
            ),
        ),
        "mode by gradients": (
            "Whether gradients are recorded decides what your layer does. self.training does: "
            "model.eval() may be followed by a backward pass.",
            norm(by_batch=lambda self: torch.is_grad_enabled()),
        ),
        "updated in eval mode": (
            "Your running statistics change in eval mode, too. They are updated in train mode "
            "only.",
            norm(forward=updated_always),
            norm(forward=updated_first),
        ),
        "running statistics in train mode": (
            "In train mode your output uses the running statistics. There it uses the batch's own; "
            "the running ones are collected for eval mode.",
            norm(forward=running_after),
            norm(forward=running_before),
        ),
        "never updated": (
            "Your running statistics stay as they are. In train mode each becomes (1 - momentum) * "
            "old + momentum * new.",
            norm(updated=lambda self, x: None),
        ),
        "weight and bias not used": (
            "Your output lacks weight or bias. Each channel is multiplied by its weight, then its "
            "bias is added.",
            norm(scaled=lambda self, y: y),
            norm(scaled=lambda self, y: y * self.weight.view(1, -1, 1, 1)),
            norm(scaled=lambda self, y: y + self.bias.view(1, -1, 1, 1)),
        ),
        "bias before weight": (
            "You add the bias before you multiply by the weight. It is added at the end.",
            norm(
                scaled=lambda self, y: (
                    (y + self.bias.view(1, -1, 1, 1)) * self.weight.view(1, -1, 1, 1)
                )
            ),
        ),
        "in place": (
            "You changed x in place (x -= mean, say). Make something new: x = x - mean.",
            norm(forward=in_place),
            norm(forward=in_place, statistics=by_deviations),
        ),
    },
    right=(
        norm(statistics=by_squares),
        norm(forward=laid_out),
        norm(forward=folded),
        norm(updated=lambda self, x: with_graph(self, x.detach())),
    ),
    library={nn.BatchNorm2d: False},
    hints=(
        "Over which axes of (N, C, H, W) is averaged, so that one number for each channel is left? "
        "With keepdim=True it can be subtracted at once.",
        "In train mode: mean = x.mean((0, 2, 3)), var = x.var((0, 2, 3), correction=0). In eval "
        "mode: the running ones. The rest is the same for both.",
        "Under torch.no_grad(), in train mode: self.running_var = (1 - m) * self.running_var + m * "
        "x.var((0, 2, 3)), which is unbiased by default; self.running_mean likewise.",
    ),
    forbidden=NORMALISING_OPERATORS,
    stand_in="BatchNorm2d",
)
