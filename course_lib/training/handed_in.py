"""Weights handed in beside a notebook: how a lab saves them, reads them, and what they earn.

Nothing trains while work is marked: a net is asked on images that no learner holds.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.checks.finding import Partly
from course_lib.data import DataDamaged, DataMissing, DataSet, load
from course_lib.training.history import History

MAX_FILE = 24 * 2**20
"""Bytes; what is larger is not taken in when it is handed in."""
STATISTICS = ("mean", "std")
ANOTHER_WAY = 0.5
"""Of the credit: where the text asks for something else, and the accuracy is as good."""
GUESSING = 0.2

Asked = Mapping[str, Sequence[Tensor]]
"""Name of a set -> images in batches, (n, C, H, W), uint8."""
Images = tuple[Tensor, Tensor]
"""(N, C, H, W), uint8, and their labels."""

_PUBLIC_COUNT, _PUBLIC_SEED = 990, 1998


class Unfit(Exception):
    """The file cannot be used; its text is the name of a mistake."""


def save(net: nn.Module, data: DataSet, history: History, path: str | Path) -> None:
    """Saves a trained net's weights with all that marking needs, in half the bytes.

    Raises:
        ValueError: the net has a tensor of a name that the file needs itself.
    """
    from safetensors.torch import save_file

    state = net.state_dict()
    if taken := set(STATISTICS) & set(state):
        raise ValueError(
            f"The network has a tensor named {taken.pop()!r}, which the file holds of the "
            "training part. Give yours another name."
        )
    state |= {"mean": torch.tensor(data.mean), "std": torch.tensor(data.std)}
    halves = {
        name: (value.half() if value.is_floating_point() else value.clone()).cpu().contiguous()
        for name, value in state.items()
    }
    rows = [
        [row.loss, row.accuracy, row.validation_loss, row.validation_accuracy]
        for row in history.rows
    ]
    save_file(halves, path, metadata={"trained_on": data.name, "history": json.dumps(rows)})


def read(path: str | Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors in the file, and what it says of them.

    Raises:
        Unfit: there is no file, or none of tensors, or one that is not taken in.
    """
    from safetensors import safe_open

    if not Path(path).is_file():
        raise Unfit("file missing")
    if Path(path).stat().st_size > MAX_FILE:
        raise Unfit("file too large")
    try:
        with safe_open(path, "pt") as file:
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            about = dict(file.metadata() or {})
    except Exception:  # what is no file of tensors is told as such
        raise Unfit("file unreadable") from None
    if not set(STATISTICS) <= set(state):
        raise Unfit("no statistics")
    return state, about


def history_in(about: Mapping[str, str]) -> Any:
    """The rows of the history that `save` has put in, of whatever form they are now."""
    try:
        return json.loads(about.get("history", ""))
    except ValueError:
        return None


def file_mistakes(name: str) -> dict[str, tuple[str]]:
    """What to tell of a file that `read` refuses."""
    return {
        "file missing": (
            f"There is no {name} beside the notebook. Train with train_and_save, and hand the file "
            "in together with the notebook.",
        ),
        "file unreadable": (
            f"{name} cannot be read: it is no file of tensors. Train with train_and_save, which "
            "writes it.",
        ),
        "file too large": (
            f"{name} is larger than 24 MiB, and would not be taken in. A smaller network is "
            "enough.",
        ),
        "no statistics": (
            f"{name} holds no mean and std. Train with train_and_save, which saves them together "
            "with the weights.",
        ),
    }


def mixed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Other weights: the numbers of each in another order."""
    generator = torch.Generator().manual_seed(0)

    def other(value: Tensor) -> Tensor:
        order = torch.randperm(value.numel(), generator=generator)
        return value.flatten()[order].reshape(value.shape)

    return {name: other(value) if value.dim() > 1 else value for name, value in state.items()}


def no_logits(answer: Any, images: Tensor) -> bool:
    """Whether it is something else than a row of ten numbers for each image."""
    return not isinstance(answer, Tensor) or answer.shape != (len(images), 10)


def plain(answers: Sequence[Tensor]) -> Tensor:
    """The logits of batches, in one tensor as it travels."""
    return torch.cat([answer.detach().float() for answer in answers])


@dataclass(frozen=True)
class Sets:
    """What a lab's net is asked on.

    Attributes:
        drawn: name of the set that the course draws.
        draw: (count, seed) -> so many new images of it.
        public: name of a public set, whose moved test images are asked instead where the weights
            were trained on it and it is at hand.
        spelled: its name in a sentence.
        credit: name of a set -> accuracy where credit begins, and where it is whole.
        batch: images that travel in one tensor, which holds at most 2**18 numbers.
    """

    drawn: str
    draw: Callable[[int, int], Images]
    public: str
    spelled: str
    credit: Mapping[str, tuple[float, float]]
    batch: int

    def for_marking(
        self, batches: Mapping[str, int], seeds: Mapping[str, int]
    ) -> dict[str, Images]:
        """New images of each set that is at hand."""
        found = {self.drawn: self.draw(self.batch * batches[self.drawn], seeds[self.drawn])}
        with suppress(DataMissing, DataDamaged):
            count = self.batch * batches[self.public]
            found[self.public] = moved_test(self.public, count, seeds[self.public])
        return found

    def trained_on(self, about: Mapping[str, str]) -> str:
        """The set that a file says its weights were trained on; "other" for an unknown one."""
        name = about.get("trained_on", self.drawn)
        return name if name in self.credit else "other"

    def asked(self, asked: Asked | None, trained_on: str) -> tuple[str, Sequence[Tensor]]:
        """The set that such weights are asked on, and its images; of a public seed for None."""
        if asked is None:
            name, (images, _) = self.of_public_seed(trained_on)
            return name, images.split(self.batch)
        name = trained_on if trained_on in asked else self.drawn
        return name, asked[name]

    def of_public_seed(self, trained_on: str) -> tuple[str, Images]:
        """What the check asks."""
        if trained_on == self.public:
            with suppress(DataMissing, DataDamaged):
                return self.public, moved_test(self.public, _PUBLIC_COUNT, _PUBLIC_SEED)
        return self.drawn, self.draw(_PUBLIC_COUNT, _PUBLIC_SEED)

    def earned(self, accuracy: float, name: str) -> float:
        """The share of the credit, in [0, 1]."""
        low, high = self.credit[name]
        return min(1.0, max(0.0, (accuracy - low) / (high - low)))

    def by_accuracy(
        self,
        accuracy: float,
        name: str,
        trained_on: str,
        count: int,
        *,
        public: bool,
        most: float = 1.0,
    ) -> Partly:
        """What a net earns by its accuracy on so many images, with how that comes about.

        Args:
            public: the images are those of the check.
            most: the largest share that can be earned.
        """
        low, high = self.credit[name]
        share = min(self.earned(accuracy, name), most)
        says = (
            f"{accuracy:.1%} of {self._asked_on(name, trained_on, count, public)}, and that earns "
            f"{share:.0%} of the points. Credit begins at {low:.1%}; from {high:.1%} on it is "
            "whole."
        )
        if accuracy < GUESSING:
            says += (
                " That is hardly more than guessing gives: has the network in the file been "
                "trained?"
            )
        if public:
            says += " Marking asks other images of the same kind, so it may differ a little."
        return Partly("accuracy", share, says, () if public else self._flags(name, trained_on))

    def _asked_on(self, name: str, trained_on: str, count: int, public: bool) -> str:
        where = "of a public seed" if public else "drawn for marking"
        if name == self.public:
            return (
                f"{count:,} test images of {self.spelled}, moved a little, are recognised ({where})"
            )
        text = f"{count:,} {self.drawn} {where} are recognised"
        if trained_on == self.public:
            text += (
                f" (the weights were trained on {self.spelled}, which is not here; a person will "
                "look)"
            )
        return text

    def _flags(self, name: str, trained_on: str) -> tuple[str, ...]:
        """Why a person should look at a net's mark."""
        if name == self.public:
            return (f"the net was asked on moved images of a public set, {self.spelled}",)
        if trained_on == self.public:
            return (f"the net was trained on {self.spelled}, which is not here: mark it by hand",)
        return ()


def moved_test(name: str, count: int, seed: int) -> Images:
    """Some test images of a set, each turned, shifted and scaled a little.

    Raises:
        DataMissing, DataDamaged: the set is not at hand.
    """
    part = load(name).test
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(part), generator=generator)[:count]
    return moved(part.images[order], generator), part.labels[order]


def moved(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each image turned by up to 2 degrees, shifted by up to half a pixel, scaled by up to 2 %.

    Args:
        images: (N, C, H, W), uint8.
    """
    n, _, height, width = images.shape
    angle, size, right, down = (2 * torch.rand(4, n, generator=generator) - 1).unbind()
    angle, size = angle * math.radians(2), 1 + 0.02 * size
    first = torch.stack([angle.cos() * size, -angle.sin() * size, right / width], 1)
    second = torch.stack([angle.sin() * size, angle.cos() * size, down / height], 1)
    grid = F.affine_grid(torch.stack([first, second], 1), list(images.shape), align_corners=False)
    there = F.grid_sample(images.float(), grid, align_corners=False)
    return there.round().clamp(0, 255).to(torch.uint8)


def near(a: Tensor, b: Tensor) -> bool:
    """Whether logits are the same but for rounding."""
    return a.shape == b.shape and torch.allclose(a, b, atol=1e-3, rtol=1e-3)


def recognised(logits: Any, labels: Tensor) -> float:
    """The share recognised; 0 for what is no logits."""
    if no_logits(logits, labels):
        return 0.0
    return float((logits.argmax(1) == labels).double().mean())


def are_probabilities(logits: Tensor) -> bool:
    ones = torch.ones(len(logits))
    return float(logits.min()) >= 0 and torch.allclose(logits.sum(1), ones, atol=1e-4)
