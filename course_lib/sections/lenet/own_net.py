"""The lab: a net of one's own, handed in as weights and marked by its logits."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.sections.lenet.averages import said


def ask_logits(predict: Callable[..., Any], batches: Sequence[Tensor]) -> Any:
    """The answers to some batches of images, as one tensor."""
    answers = [predict(images) for images in batches]
    if not all(isinstance(answer, Tensor) for answer in answers):
        return answers
    return torch.cat([answer.detach().float() for answer in answers])


_AGAIN = 10
"""Images that are asked a second time, in another company."""

NO_WEIGHTS = Mistake(
    "not trained",
    "The same logits come for every image, or nearly. Are the trained weights loaded, and is the "
    "input normalised as it was for training?",
)


FEW_RIGHT = Mistake(
    "accuracy",
    "Hardly any of the embedded digits is recognised, though some should be by any trained net. "
    "Are the weights loaded, and the images normalised as they were for training?",
)

NOT_IN_EVAL = Mistake(
    "eval forgotten",
    "An image gets other logits when it is asked again, in other company: the network is in train "
    "mode, or its weights are not those of the file. Load them, and call eval() on it.",
)


def _are_logits(labels: Tensor) -> Callable[[Any], Mistake | str | None]:
    def verify(answer: Any) -> Mistake | str | None:
        if not isinstance(answer, Tensor) or answer.shape != (len(labels) + _AGAIN, 10):
            return said(
                "predict must return logits: for N images a tensor of shape (N, 10)."
                + (" It returned None." if isinstance(answer, list) and None in answer else "")
            )
        answer, again = answer.split([len(labels), _AGAIN])
        if not bool(torch.isfinite(answer).all()):
            return "Some logits are not finite numbers."
        if float(answer.std(0).max()) < 1e-3:
            return NO_WEIGHTS
        if not torch.allclose(answer[:_AGAIN], again, atol=1e-3, rtol=1e-3):
            return NOT_IN_EVAL
        return FEW_RIGHT if float((answer.argmax(1) == labels).double().mean()) < 0.3 else None

    return verify


def _public_cases(_: Draw) -> list[Case]:
    """Some of the embedded training digits; the images that count are others."""
    from course_lib.data import load

    some = load("digits").train.take(200)
    batches = [*some.images.split(100), some.images[:_AGAIN]]
    about = "200 of the embedded training digits"
    return [Case(args=(batches,), about=about, verify=_are_logits(some.labels))]


OWN_NET = Exercise(
    id="lenet.predict",
    title="A net of your own",
    points=4,
    covers=("D7.6.2", "D7.6.3"),
    cases=_public_cases,
    through=ask_logits,
    mistakes=(NO_WEIGHTS, FEW_RIGHT, NOT_IN_EVAL),
    hints=(
        "Inside predict: make the network, load the weights, call eval(), normalise the images as "
        "the training part was, and return the logits.",
        "safetensors.torch.load_file(“own_net.safetensors”) gives a state_dict.",
    ),
)
