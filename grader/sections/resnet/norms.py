"""Batch norm in steps, each of which a mistake replaces, and in other ways that are right."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class ByHand(nn.Module):
    """Batch norm in steps, each of which a mistake can replace."""

    axes: tuple[int, ...] = (0, 2, 3)
    learned = True
    output_correction, buffer_correction = 0, 1
    default_eps, default_momentum = 1e-5, 0.1
    first_variance = 1.0

    def __init__(
        self, num_features: int, eps: float | None = None, momentum: float | None = None
    ) -> None:
        super().__init__()
        self.eps = self.default_eps if eps is None else eps
        self.momentum = self.default_momentum if momentum is None else momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean: Tensor
        self.running_var: Tensor
        self.buffers_made(
            torch.zeros(num_features), torch.full((num_features,), self.first_variance)
        )

    def buffers_made(self, mean: Tensor, var: Tensor) -> None:
        self.register_buffer("running_mean", mean)
        self.register_buffer("running_var", var)

    def forward(self, x: Tensor) -> Tensor:
        mean, var = self.running(), self.running(var=True)
        if self.by_batch():
            mean, var = self.statistics(x)
            self.updated(x)
        return self.scaled(self.divided(x - mean, var))

    def by_batch(self) -> bool:
        return self.training

    def running(self, *, var: bool = False) -> Tensor:
        return (self.running_var if var else self.running_mean).view(1, -1, 1, 1)

    def statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        var, mean = torch.var_mean(x, self.axes, correction=self.output_correction, keepdim=True)
        return mean, var

    def updated(self, x: Tensor) -> None:
        with torch.no_grad():
            self.running_mean = self.mixed(self.running_mean, self.batch_mean(x))
            self.running_var = self.mixed(self.running_var, self.batch_var(x))

    def batch_mean(self, x: Tensor) -> Tensor:
        return x.mean((0, 2, 3))

    def batch_var(self, x: Tensor) -> Tensor:
        return x.var((0, 2, 3), correction=self.buffer_correction)

    def mixed(self, old: Tensor, new: Tensor) -> Tensor:
        return (1 - self.momentum) * old + self.momentum * new

    def divided(self, centred: Tensor, var: Tensor) -> Tensor:
        return centred / (var + self.eps).sqrt()

    def scaled(self, y: Tensor) -> Tensor:
        return y * self.weight.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)


def norm(**parts: object) -> type:
    return type("BatchNorm2d", (ByHand,), parts)


def plain_attributes(self: ByHand, mean: Tensor, var: Tensor) -> None:
    self.running_mean, self.running_var = mean, var


def not_saved(self: ByHand, mean: Tensor, var: Tensor) -> None:
    self.register_buffer("running_mean", mean, persistent=False)
    self.register_buffer("running_var", var, persistent=False)


def of_four_axes(self: ByHand, mean: Tensor, var: Tensor) -> None:
    self.register_buffer("running_mean", mean.view(1, -1, 1, 1))
    self.register_buffer("running_var", var.view(1, -1, 1, 1))


def as_parameters(self: ByHand, mean: Tensor, var: Tensor) -> None:
    self.running_mean, self.running_var = nn.Parameter(mean), nn.Parameter(var)


def written_in(self: ByHand, x: Tensor) -> None:
    """The values written into what is there, so that parameters stay parameters."""
    self.running_mean.data = self.mixed(self.running_mean.data, self.batch_mean(x.detach()))
    self.running_var.data = self.mixed(self.running_var.data, self.batch_var(x.detach()))


def with_graph(self: ByHand, x: Tensor) -> None:
    self.running_mean = self.mixed(self.running_mean, self.batch_mean(x))
    self.running_var = self.mixed(self.running_var, self.batch_var(x))


def updated_always(self: ByHand, x: Tensor) -> Tensor:
    y = ByHand.forward(self, x)
    if not self.training:
        self.updated(x)
    return y


def updated_first(self: ByHand, x: Tensor) -> Tensor:
    """In eval mode, too, before the running statistics are used."""
    if not self.training:
        self.updated(x)
    return ByHand.forward(self, x)


def running_after(self: ByHand, x: Tensor) -> Tensor:
    if self.training:
        self.updated(x)
    return self.scaled(self.divided(x - self.running(), self.running(var=True)))


def running_before(self: ByHand, x: Tensor) -> Tensor:
    y = self.scaled(self.divided(x - self.running(), self.running(var=True)))
    if self.training:
        self.updated(x)
    return y


def in_place(self: ByHand, x: Tensor) -> Tensor:
    mean, var = self.statistics(x) if self.training else (self.running(), self.running(var=True))
    if self.training:
        self.updated(x)
    x -= mean
    return self.scaled(self.divided(x, var))


def corrected_by(count: Callable[[Tensor], int], least: int = 1) -> object:
    """The batch's variance with another n in the correction, divided by no less than `least`."""

    def batch_var(self: ByHand, x: Tensor) -> Tensor:
        n = count(x)
        return x.var((0, 2, 3), correction=0) * n / max(n - 1, least)

    return batch_var


def about_the_running_mean(self: ByHand, x: Tensor) -> Tensor:
    """Unbiased, of the deviations from the running mean, which is updated already."""
    squares = (x - self.running()).square().sum((0, 2, 3))
    return squares / (x.numel() / x.shape[1] - 1)


def by_deviations(self: ByHand, x: Tensor) -> tuple[Tensor, Tensor]:
    mean = x.mean((0, 2, 3), keepdim=True)
    return mean, (x - mean).square().mean((0, 2, 3), keepdim=True)


def averaged(self: ByHand, x: Tensor) -> tuple[Tensor, Tensor]:
    """The mean of the batch and the mean of its images' variances."""
    return x.mean((0, 2, 3), keepdim=True), x.var((2, 3), correction=0, keepdim=True).mean(
        0, keepdim=True
    )


def mixed_up(*, first: bool, var: bool) -> object:
    """Statistics of rows that reshape has laid out as the numbers lie, not by channels.

    Args:
        first: the channels are the rows, else the columns.
        var: the variance, too, else the mean alone.
    """

    def statistics(self: ByHand, x: Tensor) -> tuple[Tensor, Tensor]:
        rows = x.reshape(x.shape[1], -1) if first else x.reshape(-1, x.shape[1]).T
        mean = rows.mean(1).view(1, -1, 1, 1)
        if var:
            return mean, rows.var(1, correction=0).view(1, -1, 1, 1)
        return mean, (x - mean).square().mean((0, 2, 3), keepdim=True)

    return statistics


def by_squares(self: ByHand, x: Tensor) -> tuple[Tensor, Tensor]:
    mean = x.mean((0, 2, 3), keepdim=True)
    return mean, (x**2).mean((0, 2, 3), keepdim=True) - mean**2


def laid_out(self: ByHand, x: Tensor) -> Tensor:
    """All positions of all images below each other: (N * H * W, C)."""
    flat = x.movedim(1, 3).reshape(-1, x.shape[1])
    mean, var = self.running_mean, self.running_var
    if self.training:
        mean, var = flat.mean(0), flat.var(0, correction=0)
        self.updated(x)
    flat = (flat - mean) / (var + self.eps).sqrt() * self.weight + self.bias
    return flat.reshape(*x.movedim(1, 3).shape).movedim(3, 1)


def folded(self: ByHand, x: Tensor) -> Tensor:
    """One factor and one summand for each channel, and running statistics changed in place."""
    mean, var = self.running_mean, self.running_var
    if self.training:
        var, mean = torch.var_mean(x, (0, 2, 3), correction=0)
        n = x.numel() / x.shape[1]
        self.running_mean.lerp_(mean.detach(), self.momentum)
        self.running_var.lerp_(var.detach() * n / (n - 1), self.momentum)
    scale = self.weight * torch.rsqrt(var + self.eps)
    shift = self.bias - mean * scale
    return x * scale[:, None, None] + shift[:, None, None]
