"""What a net of one's own earns, by its logits and by what they depend upon."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.finding import Partly
from course_lib.sections.lenet.own_net import AGAIN, SETS
from course_lib.training.handed_in import ANOTHER_WAY, Asked, are_probabilities, near, recognised

_UNREAD = ("mean", "std")
_SAME = {"not divided": "plain", "multiplied": "pixels"}
"""What predict does otherwise -> which two answers of `_asked_otherwise` are the same then."""


def earned_by_net(
    answer: Any, asked: Asked | None = None, labels: Mapping[str, Tensor] | None = None
) -> Partly | str | None:
    """What a net earns.

    Args:
        answer: what `ask_net` gives.
        labels: of the images asked, by set; None in the check.
    """
    if answer["file"]:
        return str(answer["file"])
    if "form" in answer:
        return "form"
    logits, again, others = answer["logits"], answer["again"], answer["others"]
    if not bool(torch.isfinite(logits).all()):
        return "not finite"
    name, trained_on = answer["asked on"], answer["trained on"]
    right = SETS.of_public_seed(trained_on)[1][1] if labels is None else labels[name]
    if logits.shape != (len(right), 10):
        return "form"
    first = right[: SETS.batch]
    if answer["changed"]:
        return "changed"
    if float(logits.std(0).max()) < 1e-3:
        return "all alike"
    if not near(logits[: len(first)], answer["twice"]):
        # Dropout leaves most digits right, weights that are drawn anew leave hardly any.
        return "company" if recognised(logits, right) > 0.5 else "weights drawn anew"
    if not near(logits[:AGAIN], again):
        return "company"
    # A net's weights in another order know nothing of digits; what looks images up still does.
    if others is None or near(logits[: len(others)], others) or recognised(others, first) > 0.5:
        return "weights not read"
    accuracy = recognised(logits, right)
    share = SETS.earned(accuracy, name)
    prepared = answer["prepared"]
    unread = _unread(prepared, logits[: len(first)])
    otherwise = "" if unread else _otherwise(prepared, logits[: len(first)])
    if unread or otherwise or are_probabilities(logits):
        share = min(share, ANOTHER_WAY)
    if not otherwise and share < 1:
        otherwise = _better(prepared, logits[: len(first)], first, unread)
    if otherwise:
        return Partly(otherwise, share)
    if unread:
        return Partly("statistics not used", share)
    if are_probabilities(logits):
        return Partly("probabilities", share)
    return SETS.by_accuracy(accuracy, name, trained_on, len(right), public=labels is None)


def _same(a: Tensor | None, b: Tensor | None) -> bool:
    return a is not None and b is not None and near(a, b)


def _unread(prepared: Mapping[str, Any], logits: Tensor) -> bool:
    """Whether predict does without the saved mean or the saved std."""
    return any(_same(logits, prepared[name]) for name in _UNREAD)


def _otherwise(prepared: Mapping[str, Any], logits: Tensor) -> str:
    """What predict proves to do to the images otherwise."""
    if _same(logits, prepared["cut"]):
        return "cut to black and white"
    if _same(logits, prepared["pixels"]):
        return ""
    proven = [name for name, other in _SAME.items() if _same(prepared[name], prepared[other])]
    return proven[0] if len(proven) == 1 else ""


def _better(prepared: Mapping[str, Any], logits: Tensor, labels: Tensor, unread: bool) -> str:
    """What predict does to the images otherwise, if the net sees better without and it is sure."""
    accuracy = recognised(logits, labels)
    if recognised(prepared["sides swapped"], labels) > max(accuracy + 0.05, 0.6):
        return "sides swapped"
    if not unread:
        return ""
    right = {
        "not normalised": recognised(prepared["pixels"], labels),
        "neither": recognised(prepared["plain"], labels),
    }
    better, worse = sorted(right, key=right.__getitem__, reverse=True)
    if right[better] < max(accuracy + 0.05, 0.6):
        return ""
    return better if right[better] > right[worse] + 0.05 else "left out"
