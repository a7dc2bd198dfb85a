"""What a net of one's own earns, by its logits and by what they depend upon."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.finding import Partly
from course_lib.sections.lenet.own_net import AGAIN, BATCH, CREDIT, Asked, public_images

_GUESSING = 0.2
_ANOTHER_WAY = 0.5
"""Of the credit: where the text asks for something else, and the accuracy is as good."""
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
    right = public_images(trained_on)[2] if labels is None else labels[name]
    if logits.shape != (len(right), 10):
        return "form"
    first = right[:BATCH]
    if answer["changed"]:
        return "changed"
    if float(logits.std(0).max()) < 1e-3:
        return "all alike"
    if not _near(logits[: len(first)], answer["twice"]):
        # Dropout leaves most digits right, weights that are drawn anew leave hardly any.
        return "company" if _share(logits, right) > 0.5 else "weights drawn anew"
    if not _near(logits[:AGAIN], again):
        return "company"
    # A net's weights in another order know nothing of digits; what looks images up still does.
    if others is None or _near(logits[: len(others)], others) or _share(others, first) > 0.5:
        return "weights not read"
    accuracy = _share(logits, right)
    low, high = CREDIT[name]
    share = min(1.0, max(0.0, (accuracy - low) / (high - low)))
    prepared = answer["prepared"]
    unread = _unread(prepared, logits[: len(first)])
    otherwise = "" if unread else _otherwise(prepared, logits[: len(first)])
    if unread or otherwise or _are_probabilities(logits):
        share = min(share, _ANOTHER_WAY)
    if not otherwise and share < 1:
        otherwise = _better(prepared, logits[: len(first)], first, unread)
    if otherwise:
        return Partly(otherwise, share)
    if unread:
        return Partly("statistics not used", share)
    if _are_probabilities(logits):
        return Partly("probabilities", share)
    says = f"{accuracy:.1%} of {_asked_on(name, trained_on, len(right), labels is None)}, and that "
    says += f"earns {share:.0%} of the points. Credit begins at {low:.1%}; from {high:.1%} on it "
    says += "is whole."
    if accuracy < _GUESSING:
        says += (
            " That is hardly more than guessing gives: has the network in the file been trained?"
        )
    if labels is None:
        says += " Marking asks other images of the same kind, so it may differ a little."
    return Partly("accuracy", share, says, () if labels is None else _flags(name, trained_on))


def _flags(name: str, trained_on: str) -> tuple[str, ...]:
    """Why a person should look at a net's mark."""
    if name == "mnist":
        return ("the net was asked on moved images of a public set, MNIST",)
    if trained_on == "mnist":
        return ("the net was trained on MNIST, which is not here: mark it by hand",)
    return ()


def _asked_on(name: str, trained_on: str, count: int, public: bool) -> str:
    where = "of a public seed" if public else "drawn for marking"
    if name == "mnist":
        return f"{count:,} test images of MNIST, moved a little, are recognised ({where})"
    text = f"{count:,} glyphs {where} are recognised"
    if trained_on == "mnist":
        text += " (the weights were trained on MNIST, which is not here; a person will look)"
    return text


def _near(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, atol=1e-3, rtol=1e-3)


def _share(logits: Any, labels: Tensor) -> float:
    """The share recognised; 0 for what is no logits."""
    if not isinstance(logits, Tensor) or logits.shape != (len(labels), 10):
        return 0.0
    return float((logits.argmax(1) == labels).double().mean())


def _same(a: Tensor | None, b: Tensor | None) -> bool:
    return a is not None and b is not None and _near(a, b)


def _unread(prepared: Mapping[str, Any], logits: Tensor) -> bool:
    """Whether predict does without the saved mean or the saved std."""
    return any(_same(logits, prepared[name]) for name in _UNREAD)


def _are_probabilities(logits: Tensor) -> bool:
    ones = torch.ones(len(logits))
    return float(logits.min()) >= 0 and torch.allclose(logits.sum(1), ones, atol=1e-4)


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
    accuracy = _share(logits, labels)
    if _share(prepared["sides swapped"], labels) > max(accuracy + 0.05, 0.6):
        return "sides swapped"
    if not unread:
        return ""
    right = {
        "not normalised": _share(prepared["pixels"], labels),
        "neither": _share(prepared["plain"], labels),
    }
    better, worse = sorted(right, key=right.__getitem__, reverse=True)
    if right[better] < max(accuracy + 0.05, 0.6):
        return ""
    return better if right[better] > right[worse] + 0.05 else "left out"
