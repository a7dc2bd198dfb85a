"""The lab: a net of one's own, handed in as weights, asked for logits on images made for that."""

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from course_lib.data.glyphs import draw
from course_lib.training.handed_in import Asked, Sets, Unfit, mixed, no_logits, plain, read

FILE = "own_net.safetensors"
CREDIT = {"glyphs": (0.85, 0.95), "mnist": (0.983, 0.990)}
"""Accuracy where credit begins, and where it is whole; the notebook states both."""
SETS = Sets(drawn="glyphs", draw=draw, public="mnist", spelled="MNIST", credit=CREDIT, batch=330)
AGAIN = 10
"""Images that are asked a second time, in another company."""


def ask_net(predict: Callable[..., Any], asked: Asked | None = None) -> dict[str, Any]:
    """The logits on the set that the weights were trained on, and what they depend upon.

    Args:
        asked: images of the sets at hand; None for those of a public seed.

    Returns:
        "file": what is wrong with it, a name of `wrong`, or ""; "trained on": a name in CREDIT, or
        "other"; "asked on": the set; "form": the shape of an answer that is none; "logits" of all
        images; "twice": of the first batch once more; "again": of the first few, some of them
        alone; "others": of the first batch with other weights in the file; "prepared": of the
        first batch, as `_asked_otherwise` says; "changed": the images were.

    Raises:
        NotImplementedError: predict is not written yet.
    """
    try:
        state, about = read(FILE)
    except Unfit as error:
        with _beside({"mean": torch.zeros(1), "std": torch.ones(1)}), _quiet():
            predict(torch.zeros(1, 1, 28, 28, dtype=torch.uint8))
        return {"file": str(error)}
    trained_on = SETS.trained_on(about)
    name, batches = SETS.asked(asked, trained_on)
    first, before = batches[0], batches[0].clone()
    record = {"file": "", "trained on": trained_on, "asked on": name}
    answers = [predict(batch) for batch in batches]
    few = [first[:1], first[1:2], first[2:AGAIN]]
    twice, again = predict(first), [predict(some) for some in few]
    pairs = zip([*answers, twice, *again], [*batches, first, *few], strict=True)
    for answer, images in pairs:
        if no_logits(answer, images):
            return {**record, "form": list(getattr(answer, "shape", []))}
    with _beside(mixed(state)):
        others = predict(first)
    return {
        **record,
        "logits": plain(answers),
        "twice": plain([twice]),
        "again": plain(again),
        "others": plain([others]) if isinstance(others, Tensor) else None,
        "prepared": _asked_otherwise(predict, first, state),
        "changed": not torch.equal(first, before),
    }


@contextlib.contextmanager
def _beside(state: Mapping[str, Tensor]) -> Iterator[None]:
    """A folder with these tensors in the file: what was handed in is never touched."""
    from safetensors.torch import save_file

    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        save_file({name: value.contiguous() for name, value in state.items()}, FILE)
        yield


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Errors but the one of a stub are passed over."""
    try:
        yield
    except NotImplementedError:
        raise
    except Exception:
        return


def _asked_otherwise(
    predict: Callable[..., Any], images: Tensor, state: Mapping[str, Tensor]
) -> dict[str, Tensor | None]:
    """Logits that tell what predict does to the images; None where it raises an error.

    Returns:
        "mean", "std": with one that is no number in the file, the same as ever if predict does not
        use it. "cut": of images in black and white, the same as ever if predict cuts the pixels to
        0 and 1. "pixels", "plain": of images that are normalised beforehand, with a mean of 0 and
        a std of 1, in the range of pixels or not. With the other names of `earned` the statistics
        or the images are so that they are normalised if predict does just what the name says.
    """
    mean, std = state["mean"].float(), state["std"].float()
    normal, zero, one = (images / 255 - mean) / std, torch.zeros_like(mean), torch.ones_like(std)
    asked = {
        "mean": (images, mean * math.nan, std),
        "std": (images, mean, std * math.nan),
        "cut": (images // 255 * 255, mean, std),
        "pixels": (255 * normal, zero, one),
        "plain": (normal, zero, one),
        "not divided": (images, 255 * mean, 255 * std),
        "multiplied": (images, mean, 1 / std),
        "sides swapped": (images.mT.contiguous(), mean, std),
    }
    found: dict[str, Tensor | None] = dict.fromkeys(asked)
    for name, (shown, mean, std) in asked.items():
        with contextlib.suppress(Exception), _beside({**state, "mean": mean, "std": std}):
            found[name] = predict(shown).detach().float()
    return found
