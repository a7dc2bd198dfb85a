"""The fastest way that a model takes: how its numbers lie in memory, and their precision.

Measured by `python -m ci.bench_training`. Both leave the weights as they were: float32, and in
PyTorch's usual order once a training is over.
"""

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.func import functional_call

PRECISIONS = ("auto", "float32", "bfloat16")


@contextlib.contextmanager
def fast(model: nn.Module, x: Tensor, precision: str = "auto") -> Iterator[torch.autocast]:
    """For a while, the model with its kernels in the order `channels_last`.

    Convolutions are faster so. A model that needs the usual order, as for `maps.view(n, -1)`, gets
    it; one whose layers cannot train in bfloat16 gets float32.

    Args:
        model: where it computes; its lazy layers have their shapes.
        x: some inputs, (N, C, H, W), to try it with: forward and backward, in train mode. The
            model stays as it is meanwhile.
        precision: one of PRECISIONS. "auto" is bfloat16 on a GPU and on a CPU that have
            instructions for it.

    Yields:
        what the model is to be called in: autocast, which lets convolutions and dense layers
        compute in bfloat16 (after Micikevicius and others, 2018); without effect in float32.

    Raises:
        ValueError: no such precision.
    """
    if precision not in PRECISIONS:
        known = ", ".join(PRECISIONS)
        raise ValueError(f"There is no precision {precision!r}. There are: {known}.")
    tried = [precision == "bfloat16"]
    if precision == "auto":
        tried = [True, False] if _has_bfloat16(x.device) else [False]
    orders = (torch.channels_last, torch.contiguous_format)
    *ways, last = [(order, _autocast(x, bfloat16)) for bfloat16 in tried for order in orders]
    # The last way is not tried: what is wrong with the model itself shows when it trains.
    order, autocast = next((way for way in ways if _trains(model, x, *way)), last)
    model.to(memory_format=order)
    try:
        yield autocast
    finally:
        model.to(memory_format=torch.contiguous_format)


def _autocast(x: Tensor, bfloat16: bool) -> torch.autocast:
    return torch.autocast(x.device.type, torch.bfloat16, enabled=bfloat16)


def _trains(
    model: nn.Module, x: Tensor, order: torch.memory_format, autocast: torch.autocast
) -> bool:
    """Whether a step can be computed so, tried with copies of all that the model holds."""
    weights = {
        name: p.detach()
        .to(memory_format=order if p.dim() == 4 else torch.preserve_format)
        .clone()
        .requires_grad_(p.requires_grad)
        for name, p in model.named_parameters()
    }
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    mode = model.training
    model.train()
    try:
        with autocast:
            logits = functional_call(model, {**weights, **buffers}, x)
        if logits.requires_grad:
            logits.float().sum().backward()
    except RuntimeError:  # no view of such numbers; no such operation in bfloat16
        return False
    finally:
        model.train(mode)
    return True


def _has_bfloat16(device: torch.device) -> bool:
    """Whether there are instructions for it: without, it is emulated, and slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    capabilities = getattr(torch.cpu, "get_capabilities", None)  # not in all versions of PyTorch
    found = capabilities() if capabilities else {}
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))
