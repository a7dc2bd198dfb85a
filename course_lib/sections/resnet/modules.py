"""How classes are asked that a forward pass alone does not tell enough of."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.modules import weighted_sum
from course_lib.models.resnet import BasicBlock, Bottleneck


class _Thin(nn.Module):
    """A block of few weights, so that a network of full width is quickly asked."""

    expansion = 2

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels * self.expansion, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv1(x).relu()  # type: ignore[no-any-return]


_BLOCKS = {"basic": BasicBlock, "bottleneck": Bottleneck, "thin": _Thin}
_COUNTED = "num_batches_tracked"
_FAR = 1e3
_STATE = ("weight", "bias", "running_mean", "running_var")


def with_block(
    ResNet: Callable[..., nn.Module], block: str, *args: Any, **kwargs: Any
) -> nn.Module:
    """The network, made of the course's blocks; `block` says which.

    Inside it computes with doubles: many norms in a row, each of few numbers, make rounding large.
    """
    net = ResNet(_BLOCKS[block], *args, **kwargs)
    if isinstance(net, nn.Module):
        net.double().register_forward_pre_hook(lambda _, inputs: (inputs[0].double(),))
        net.register_forward_hook(lambda _, inputs, y: y.float() if isinstance(y, Tensor) else y)
    return net


def ask_batch_norm(
    BatchNorm2d: Callable[..., nn.Module],
    positional: Sequence[Any],
    named: Mapping[str, Any],
    state: Tensor,
    calls: Sequence[tuple[str, Tensor]],
) -> dict[str, Any]:
    """Calls a batch norm several times; in eval mode, too, gradients are recorded.

    Args:
        positional, named: for its constructor.
        state: what is loaded first, a row for each name in `_STATE`; without rows nothing is.
        calls: "train", "eval" or "unrecorded" (train mode, no gradients), and a batch.

    Returns:
        What is wrong with its "form", or ""; all outputs in "train" and in "eval" mode; the
        running "mean" and "var" after each call; the "gradient" of x, weight and bias.
        The form alone where names or shapes of the state are not as they must be.
    """
    norm = BatchNorm2d(*positional, **named)
    channels = positional[0]
    right = dict.fromkeys(_STATE, (channels,))
    if _names(norm) != right:
        return {"form": "names"}
    faults = [
        *(["learned"] if _learned(norm) != {"weight", "bias"} else []),
        *(["begin"] if any(_begins_otherwise(norm, name) for name in _STATE) else []),
    ]
    if len(state):
        norm.load_state_dict(dict(zip(_STATE, state.clone(), strict=True)), strict=False)
    seen: dict[str, list[Tensor]] = {
        name: [] for name in ("train", "eval", "mean", "var", "gradient")
    }
    for mode, batch in calls:
        norm.train(mode != "eval")
        leaf = batch.clone().requires_grad_()
        x = leaf.clone()  # no leaf, so that writing into it is told as what it is
        with torch.set_grad_enabled(mode != "unrecorded"):
            y = norm(x)
        if not isinstance(y, Tensor) or y.shape != batch.shape:
            return {"form": "shape"}
        seen["eval" if mode == "eval" else "train"].append(y)
        seen["gradient"] += _gradients(y, [leaf, norm.weight, norm.bias])
        for name in ("mean", "var"):
            value: Any = getattr(norm, f"running_{name}")
            faults += ["graph"] if value.grad_fn is not None else []
            seen[name].append(value.detach().clone())
        faults += ["changed"] if not torch.equal(x, batch) else []
    faults += ["names"] if _names(norm) != right else []
    form = ", ".join(dict.fromkeys(faults))
    return {"form": form, **{name: _flat(found) for name, found in seen.items()}}


def _names(norm: Any) -> dict[str, tuple[int, ...]]:
    """Name of each parameter and buffer -> its shape, without the count that nothing reads."""
    state = norm.state_dict() if isinstance(norm, nn.Module) else {}
    return {name: tuple(value.shape) for name, value in state.items() if name != _COUNTED}


def _learned(norm: nn.Module) -> set[str]:
    return {name for name, p in norm.named_parameters() if p.requires_grad}


def _begins_otherwise(norm: nn.Module, name: str) -> bool:
    """Whether it does not begin with ones, the mean and the bias with zeros."""
    first = 0.0 if name in ("bias", "running_mean") else 1.0
    return bool((norm.state_dict()[name] != first).any())


def _gradients(y: Tensor, leaves: Sequence[Any]) -> list[Tensor]:
    """Those that there are."""
    if not y.requires_grad:
        return []
    learned = [leaf for leaf in leaves if leaf.requires_grad]
    found = torch.autograd.grad(weighted_sum(y), learned, allow_unused=True)
    return [gradient for gradient in found if gradient is not None]


def _flat(found: Sequence[Tensor]) -> Tensor:
    """All numbers in one row; one that is none counts as far off: mistakes are told by it."""
    flat = torch.cat([torch.zeros(0), *(value.detach().flatten() for value in found)])
    return flat.nan_to_num(nan=_FAR)
