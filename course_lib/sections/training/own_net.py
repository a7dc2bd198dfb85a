"""The lab: a net of one's own, made by the learner's function, with the weights handed in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from course_lib.checks.watch import Operations
from course_lib.data.shapes import draw
from course_lib.training.handed_in import (
    STATISTICS,
    Asked,
    Images,
    Sets,
    Unfit,
    history_in,
    mixed,
    near,
    no_logits,
    plain,
    read,
)

FILE = "own_net.safetensors"
CREDIT = {"shapes": (0.30, 0.70), "cifar10": (0.60, 0.82)}
"""Accuracy where credit begins, and where it is whole; the notebook states both."""
AGAIN = 10
"""Images that are asked a second time, in another company."""
CONVOLUTIONS = 3
_FEW = 32


def _shapes(count: int, seed: int) -> Images:
    images, labels, _ = draw(count, seed)
    return images, labels


SETS = Sets(
    drawn="shapes", draw=_shapes, public="cifar10", spelled="CIFAR-10", credit=CREDIT, batch=85
)


@torch.no_grad()
def ask_own_net(own_net: Callable[[], Any], asked: Asked | None = None) -> dict[str, Any]:
    """The logits of the net with the weights in the file, in eval mode, and how it is made.

    Args:
        asked: images of the sets at hand; None for those of a public seed.

    Returns:
        "unfit": why net and file are of no use, a name of `wrong`, or ""; "unlike": in which
        tensor they differ. "trained on": a name in CREDIT, or "other"; "asked on": the set;
        "history": as saved, of whatever form; "form": the shape of an answer that is none;
        "logits" of all images; "again": of the first few, some of them alone; "anew": of the
        first batch by a net that is made anew; "others": of the first batch with other weights;
        "changed": the inputs were; "lacks": what of its design is not there.

    Raises:
        NotImplementedError: own_net is not written yet.
    """
    net = own_net()
    if not isinstance(net, nn.Module):
        return {"unfit": "no network"}
    try:
        state, about = read(FILE)
    except Unfit as error:
        return {"unfit": str(error)}
    mean, std = (state.pop(name).float().view(1, -1, 1, 1) for name in STATISTICS)
    net.eval()(torch.zeros(1, 3, 32, 32))  # lazy layers take their shape
    if unlike := _unlike(net.state_dict(), state):
        return {"unfit": "another network", "unlike": unlike}
    net.load_state_dict(state)
    trained_on = SETS.trained_on(about)
    name, batches = SETS.asked(asked, trained_on)
    record = {
        "unfit": "",
        "trained on": trained_on,
        "asked on": name,
        "history": history_in(about),
    }
    inputs = [(batch / 255 - mean) / std for batch in batches]
    first = inputs[0].clone()
    few = [first[:1].clone(), first[1:2].clone(), first[2:AGAIN].clone()]
    answers, again = [net(x) for x in inputs], [net(x) for x in few]
    for answer, x in zip([*answers, *again], [*inputs, *few], strict=True):
        if no_logits(answer, x):
            return {**record, "form": list(getattr(answer, "shape", []))}
    changed = not torch.equal(inputs[0], first)
    anew = _made(own_net, state)
    return {
        **record,
        "logits": plain(answers),
        "again": plain(again),
        "anew": plain([anew(first.clone())]),
        "lacks": _lacks(anew, first[:_FEW]),
        "others": plain([_made(own_net, mixed(state))(first.clone())]),
        "changed": changed,
    }


def _made(own_net: Callable[[], Any], state: Mapping[str, Tensor]) -> Any:
    made = own_net().eval()
    made(torch.zeros(1, 3, 32, 32))
    made.load_state_dict(state)
    return made


def _unlike(made: Mapping[str, Tensor], saved: Mapping[str, Tensor]) -> str:
    """The first tensor in which the net and the file differ, or ""."""
    for name, value in made.items():
        if name not in saved:
            return f"the network has {name}, which is not in the file."
        if value.shape != saved[name].shape:
            return (
                f"{name} is {tuple(value.shape)} in the network and {tuple(saved[name].shape)} in "
                "the file."
            )
    others = [name for name in saved if name not in made]
    return f"the file holds {others[0]}, which the network has not." if others else ""


def _lacks(net: nn.Module, x: Tensor) -> Sequence[str]:
    """What the text asks for and the net does without, by what it does.

    Args:
        net: its running statistics change.
    """
    with Operations() as operations:
        net(x.clone())
    before = {name: value.clone() for name, value in net.named_buffers()}
    net.train()
    first, second = net(x.clone()), net(x.clone())
    moves = any(not torch.equal(before[name], value) for name, value in net.named_buffers())
    norms = [module for module in net.modules() if isinstance(module, _BatchNorm)]
    normalises = moves or any(norm.running_mean is None for norm in norms)
    lacking = {
        "few convolutions": operations.counts["aten::convolution"] < CONVOLUTIONS,
        "no batch norm": not normalises,
        "no dropout": near(first, second),
    }
    return [name for name, lacks in lacking.items() if lacks]
