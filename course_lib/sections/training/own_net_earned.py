"""What a net of one's own earns, by its logits and by how it is made."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.curve import read_curve
from course_lib.checks.finding import Partly
from course_lib.sections.training.own_net import AGAIN, FILE, SETS
from course_lib.training.handed_in import ANOTHER_WAY, Asked, are_probabilities, near, recognised

OTHER_WAYS = {
    "few convolutions": (
        "Fewer than three convolutions run in the network; the exercise asks for three at least, "
        "and half of the points is the most without."
    ),
    "no batch norm": (
        "No batch norm normalises in the network, or it is made and not called in forward; half "
        "of the points is the most without."
    ),
    "no dropout": (
        "In train mode the network gives the same logits twice: there is no dropout, its share is "
        "so small that nothing is dropped, or forward does not call it. Half of the points is the "
        "most without."
    ),
    "changed": (
        "The network changes its input in place (inplace=True in its first layer, or x -= …). "
        "Leave the images as they are; half of the points is the most with it."
    ),
    "probabilities": (
        "The network returns probabilities. Leave out the softmax at its end: cross_entropy takes "
        "logits and has a softmax inside, and with two of them a network learns slowly. Half of "
        "the points is the most with it."
    ),
}
"""What the exercise asks for otherwise: name of the mistake -> what to tell before the accuracy."""


def earned_by_own_net(
    answer: Any, asked: Asked | None = None, labels: Mapping[str, Tensor] | None = None
) -> Partly | str | None:
    """What a net earns.

    Args:
        answer: what `ask_own_net` gives.
        labels: of the images asked, by set; None in the check.
    """
    if answer["unfit"]:
        return _unfit(answer, public=labels is None)
    if "form" in answer:
        return "form"
    logits, again, anew = answer["logits"], answer["again"], answer["anew"]
    if not bool(torch.isfinite(logits).all()):
        return "not finite"
    name, trained_on = answer["asked on"], answer["trained on"]
    right = SETS.of_public_seed(trained_on)[1][1] if labels is None else labels[name]
    if logits.shape != (len(right), 10):
        return "form"
    first = right[: SETS.batch]
    if float(logits.std(0).max()) < 1e-3:
        return "all alike"
    if not near(logits[:AGAIN], again):
        return "company"
    if not near(logits[: len(first)], anew):
        return "not registered"
    # A net's weights in another order know nothing of shapes; what looks images up still does.
    others = answer["others"]
    if near(logits[: len(first)], others) or recognised(others, first) > 0.5:
        return "weights not read"
    ways = [*answer["lacks"]]
    ways += ["changed"] * bool(answer["changed"])
    ways += ["probabilities"] * are_probabilities(logits)
    accuracy, count = recognised(logits, right), len(right)
    most = ANOTHER_WAY if ways else 1.0
    found = SETS.by_accuracy(accuracy, name, trained_on, count, public=labels is None, most=most)
    found = replace(found, curve=read_curve(answer["history"]))
    if not ways:
        return found
    return replace(found, name=ways[0], says=f"{OTHER_WAYS[ways[0]]} {found.says}")


def _unfit(answer: Any, *, public: bool) -> Partly | str:
    if public and answer.get("unlike"):
        says = f"own_net() and {FILE} are not the same network: {answer['unlike']}"
        says += " Train again with train_and_save after each change of own_net."
        return Partly("which weights", 0.0, says)
    return str(answer["unfit"])
