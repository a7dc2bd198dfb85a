"""How classes are asked that a forward pass alone does not tell enough of."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.checks.modules import weighted_sum


class _Thin(nn.Module):
    """A block of few weights, so that a network of full width is quickly asked."""

    expansion, kernel = 2, 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        kernel, go = self.kernel, channels * self.expansion
        self.conv1 = nn.Conv2d(in_channels, go, kernel, stride, kernel // 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv1(x).relu()  # type: ignore[no-any-return]


class _Plain(_Thin):
    """A block that does not expand, whose kernel makes it tell where in a stage the stride is."""

    expansion, kernel = 1, 3


_BLOCKS = {"thin": _Thin, "plain": _Plain}
_COUNTED = "num_batches_tracked"
_FAR = 1e3
_STATE = ("weight", "bias", "running_mean", "running_var")
_LEARNED = {"weight", "bias"}


def with_block(
    ResNet: Callable[..., nn.Module], block: str, *args: Any, **kwargs: Any
) -> nn.Module:
    """The network, made of blocks of few weights; `block` says which.

    Inside it computes with doubles: many norms in a row, each of few numbers, make rounding large.
    Of many logits it gives a hundred at most, which are spread over all: they travel, and are kept.
    """
    net = ResNet(_BLOCKS[block], *args, **kwargs)
    if isinstance(net, nn.Module):
        net.double().register_forward_pre_hook(lambda _, inputs: (inputs[0].double(),))
        net.register_forward_hook(lambda _, inputs, y: _fewer(y) if isinstance(y, Tensor) else y)
    return net


def _fewer(y: Tensor) -> Tensor:
    return y.float()[..., :: 1 + y.shape[-1] // 100] if y.dim() else y.float()


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
        The first thing that is wrong with its "form", or ""; all outputs in "train" mode; the
        running "mean" and "var" after each call, which come before the outputs in "eval" mode, for
        these are wrong with them; the "gradient" of x, weight and bias.
        The form alone where names or shapes of the state are not as they must be.
    """
    norm = BatchNorm2d(*positional, **named)
    channels = positional[0]
    if fault := _unlike(norm, channels):
        return {"form": fault}
    faults = [
        *(["parameters"] if {name for name, _ in norm.named_parameters()} != _LEARNED else []),
        *(["frozen"] if not norm.weight.requires_grad or not norm.bias.requires_grad else []),
        *(f"{name} begins otherwise" for name in _STATE if _begins_otherwise(norm, name)),
    ]
    if len(state):
        norm.load_state_dict(dict(zip(_STATE, state.clone(), strict=True)), strict=False)
    seen: dict[str, list[Tensor]] = {
        name: [] for name in ("train", "mean", "var", "eval", "gradient")
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
    form = next(filter(None, [*faults, _unlike(norm, channels)]), "")
    return {"form": form, **{name: _flat(found) for name, found in seen.items()}}


def _unlike(norm: Any, channels: int) -> str:
    """What is wrong with the state: its "shapes", running statistics that are plain "attributes"
    or buffers that are "not saved", or the "names" in another way; "" where it is right.

    The count that nothing reads is left out.
    """
    if not isinstance(norm, nn.Module):
        return "names"
    shapes = {name: tuple(value.shape) for name, value in norm.state_dict().items()}
    shapes.pop(_COUNTED, None)
    if shapes == dict.fromkeys(_STATE, (channels,)):
        return ""
    lacking = set(_STATE) - set(shapes)
    if set(shapes) - set(_STATE) or lacking & _LEARNED:
        return "names"
    if not lacking:
        return "shapes"
    if lacking <= {name for name, _ in norm.named_buffers()}:
        return "not saved"
    tensors = all(isinstance(getattr(norm, name, None), Tensor) for name in lacking)
    return "attributes" if tensors else "names"


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
