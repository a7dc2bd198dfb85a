"""The fastest way that a model takes: how its numbers lie in memory, and their precision.

Measured by `python -m ci.bench_training`. Both leave the weights as they were: float32, and in
PyTorch's usual order once a training is over.
"""

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn

PRECISIONS = ("auto", "float32", "bfloat16")


@contextlib.contextmanager
def fast(model: nn.Module, x: Tensor, precision: str = "auto") -> Iterator[torch.autocast]:
    """For a while, the model with its kernels in the order `channels_last`.

    Convolutions are faster so. A model that needs the usual order, as for `maps.view(n, -1)`, gets
    it; one whose layers have no bfloat16 gets float32.

    Args:
        model: where it computes; its lazy layers have their shapes.
        x: one input, (1, C, H, W), to try it with.
        precision: one of PRECISIONS. "auto" is bfloat16 on a GPU that has
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
    wanted = _has_bfloat16(x.device) if precision == "auto" else precision == "bfloat16"
    ways = [(torch.channels_last, wanted), (torch.contiguous_format, wanted)]
    if precision == "auto":
        ways.append((torch.contiguous_format, False))
    try:
        for number, (order, bfloat16) in enumerate(ways, start=1):
            autocast = torch.autocast(x.device.type, torch.bfloat16, enabled=bfloat16)
            # The last way is not tried: what is wrong with the model itself shows when it trains.
            if number == len(ways) or _works(model, x, order, autocast):
                model.to(memory_format=order)
                yield autocast
                return
    finally:
        model.to(memory_format=torch.contiguous_format)


def _works(
    model: nn.Module, x: Tensor, order: torch.memory_format, autocast: torch.autocast
) -> bool:
    mode = model.training
    try:
        with torch.no_grad(), autocast:
            model.to(memory_format=order).eval()(x)
    except RuntimeError:  # no view of such numbers; no such operation in bfloat16
        return False
    finally:
        model.train(mode)
    return True


def _has_bfloat16(device: torch.device) -> bool:
    """Whether there are instructions for it: without, it is emulated, and slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return False  # on a CPU layers written by hand may lack it in train mode
