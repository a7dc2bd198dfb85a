"""Part B, who may see what."""

from collections.abc import Callable
from typing import Any

import torch

from course_lib.checks.compare import as_tensor
from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on_worked
from course_lib.sections.lenet.averages import said

SPLIT_MISTAKES = {
    mistake.name: mistake
    for mistake in (
        Mistake(
            "overlap",
            "Some images are in both parts. Then the validation accuracy is partly that of images "
            "which the network was trained on.",
        ),
        Mistake(
            "not shuffled",
            "The validation images are one run of neighbours. Files are often sorted; draw the "
            "images in random order first.",
        ),
        Mistake(
            "seed ignored",
            "Another seed gives the same parts. Draw with a generator of this seed.",
        ),
        Mistake(
            "not repeatable",
            "The same seed gives other parts the second time, so images wander from one part to "
            "the other between runs. Draw with a generator of your own with this seed.",
        ),
        Mistake(
            "some missing",
            "Some images are in neither part. Together the parts hold every index once.",
        ),
        Mistake(
            "true and false",
            "You returned true and false for each image. Indices are wanted: mask.nonzero()[:, 0] "
            "are those of the true ones.",
        ),
        Mistake(
            "no whole numbers",
            "Indices are whole numbers, and floating point ones pick no image: .long() makes "
            "whole ones.",
        ),
        Mistake(
            "counted from 1",
            "Your indices go up to n. The first image has the index 0 and the last one n - 1.",
        ),
        Mistake(
            "not held_out",
            "The second part must have held_out indices, the first all others.",
        ),
        Mistake(
            "parts swapped",
            "The parts are the wrong way round: the second one, for validation, has held_out "
            "images.",
        ),
    )
}

_TWO = (
    "Return two tensors of indices, `return train, validation`: first those for training, then "
    "those for validation."
)


def three_splits(split: Callable[..., Any], n: int, held_out: int, seed: int) -> list[Any]:
    """Asks twice with one seed, and once with another."""
    return [split(n, held_out, seed), split(n, held_out, seed), split(n, held_out, seed + 1)]


def is_split(n: int, held_out: int) -> Callable[[Any], Mistake | str | None]:
    """The property: two parts of the indices, by chance, of which the seed decides."""

    def verify(answer: Any) -> Mistake | str | None:
        splits = []
        for one in answer:
            if wrong := _wrong_form(one):
                return wrong
            splits.append([sorted(map(int, part)) for part in one])
        train, validation = splits[0]
        if max(train + validation) == n:
            return SPLIT_MISTAKES["counted from 1"]
        if set(train) & set(validation):
            return SPLIT_MISTAKES["overlap"]
        if [len(train), len(validation)] == [held_out, n - held_out]:
            return SPLIT_MISTAKES["parts swapped"]
        if sorted(train + validation) != list(range(n)):
            return SPLIT_MISTAKES["some missing"]
        if len(validation) != held_out:
            return SPLIT_MISTAKES["not held_out"]
        if validation[-1] - validation[0] == held_out - 1:
            return SPLIT_MISTAKES["not shuffled"]
        if splits[1] != splits[0]:
            return SPLIT_MISTAKES["not repeatable"]
        return SPLIT_MISTAKES["seed ignored"] if splits[2] == splits[0] else None

    return verify


def _wrong_form(one: Any) -> Mistake | None:
    """Why this is no pair of index tensors, if it is none."""
    if one is None:
        return said("split_indices returned None: does it return its result?")
    if not isinstance(one, (list, tuple)) or len(one) != 2:
        return said(_TWO)
    if any(isinstance(part, torch.Tensor) and part.dtype is torch.bool for part in one):
        return SPLIT_MISTAKES["true and false"]
    parts = [as_tensor(part) for part in one]
    if any(part is None or part.dim() != 1 or not len(part) for part in parts):
        return said(_TWO)
    if any(isinstance(part, torch.Tensor) and part.is_floating_point() for part in one):
        return SPLIT_MISTAKES["no whole numbers"]
    return None


def split_case(n: int, held_out: int, seed: int, about: str) -> Case:
    return Case(args=(n, held_out, seed), about=about, verify=is_split(n, held_out))


SPLIT = Exercise(
    id="lenet.split_indices",
    title="A part for validation",
    points=2,
    covers=("B05-split",),
    cases=lambda draw: [
        split_case(40, 8, 0, "8 of 40 held out"),
        split_case(101, 33, 5, "33 of 101 held out"),
    ],
    through=three_splits,
    mistakes=tuple(SPLIT_MISTAKES.values()),
    hints=(
        "torch.randperm(n) is every index once, in random order. Then cut it in two.",
        "generator = torch.Generator().manual_seed(seed), and "
        "torch.randperm(n, generator=generator).",
    ),
    forbidden=("course_lib", "sklearn"),
)


def _parts() -> tuple[Any, ...]:
    """Two training images and one of each of the others, with two channels of one row."""
    train = torch.tensor([[[[0.0, 0, 2]], [[20, 0, 20]]], [[[0, 2, 2]], [[0, 0, 20]]]])
    validation = torch.tensor([[[[4.0, 6, 1]], [[0, 10, 30]]]])
    return train, validation, torch.tensor([[[[3.0, 1, 7]], [[30, 10, 40]]]])


def _rows(*parts: list[Any]) -> list[torch.Tensor]:
    """A part for each list of images, an image for each list of channels."""
    return [torch.tensor(part)[:, :, None] for part in parts]


_RIGHT = [[[-1.0, -1, 1], [1, -1, 1]], [[-1, 1, 1], [-1, -1, 1]]]
_WRONG: dict[str, tuple[list[Any], ...]] = {
    "own statistics": (
        _RIGHT,
        [[[0.1622214, 1.1355500, -1.2977714], [-1.0690450, -0.2672612, 1.3363062]]],
        [[[-0.2672612, -1.0690450, 1.3363062], [0.2672612, -1.3363062, 1.0690450]]],
    ),
    "statistics of all images": (
        [
            [[-1.0552896, -1.0552896, -0.1507557], [0.3779645, -1.1338934, 0.3779645]],
            [[-1.0552896, -0.1507557, -0.1507557], [-1.1338934, -1.1338934, 0.3779645]],
        ],
        [[[0.7537784, 1.6583124, -0.6030227], [-1.1338934, -0.3779645, 1.1338934]]],
        [[[0.3015113, -0.6030227, 2.1105794], [1.1338934, -0.3779645, 1.8898224]]],
    ),
    "validation used": (
        [
            [[-0.9881049, -0.9881049, 0.0581238], [0.8081220, -1.0101525, 0.8081220]],
            [[-0.9881049, 0.0581238, 0.0581238], [-1.0101525, -1.0101525, 0.8081220]],
        ],
        [[[1.1043526, 2.1505813, -0.4649905], [-1.0101525, -0.1010153, 1.7172593]]],
        [[[0.5812382, -0.4649905, 2.6736956], [1.7172593, -0.1010153, 2.6263966]]],
    ),
    "channels merged": (
        [
            [[-0.6538821, -0.6538821, -0.4161068], [1.7238711, -0.6538821, 1.7238711]],
            [[-0.6538821, -0.4161068, -0.4161068], [-0.6538821, -0.6538821, 1.7238711]],
        ],
        [[[-0.1783315, 0.0594438, -0.5349945], [-0.6538821, 0.5349945, 2.9127479]]],
        [[[-0.2972192, -0.5349945, 0.1783315], [2.9127479, 0.5349945, 4.1016245]]],
    ),
    "per image": (
        [
            [[-0.7592566, -0.7592566, -0.5423261], [1.4100480, -0.7592566, 1.4100480]],
            [[-0.5547002, -0.2773501, -0.2773501], [-0.5547002, -0.5547002, 2.2188008]],
        ],
        [[[-0.4428611, -0.2460339, -0.7381018], [-0.8365153, 0.1476204, 2.1158917]]],
        [[[-0.8333747, -0.9703677, -0.5593885], [1.0160321, -0.3538988, 1.7009975]]],
    ),
    "unbiased deviation": (
        [
            [[-0.9128709, -0.9128709, 0.9128709], [0.9128709, -0.9128709, 0.9128709]],
            [[-0.9128709, 0.9128709, 0.9128709], [-0.9128709, -0.9128709, 0.9128709]],
        ],
        [[[2.7386128, 4.5643546, 0], [-0.9128709, 0, 1.8257419]]],
        [[[1.8257419, 0, 5.4772256], [1.8257419, 0, 2.7386128]]],
    ),
    "variance": (
        [[[-1.0, -1, 1], [0.1, -0.1, 0.1]], [[-1, 1, 1], [-0.1, -0.1, 0.1]]],
        [[[3.0, 5, 0], [-0.1, 0, 0.2]]],
        [[[2.0, 0, 6], [0.2, 0, 0.3]]],
    ),
    "training part only": (_RIGHT, [[[4.0, 6, 1], [0, 10, 30]]], [[[3.0, 1, 7], [30, 10, 40]]]),
}
"""Mistake -> what it gives for the worked example."""


def _normalise_mistake(name: str, says: str) -> Mistake:
    return Mistake(name, says, on_worked(_rows(*_WRONG[name])))


NORMALISE = Exercise(
    id="lenet.normalise_parts",
    title="Statistics from the training part",
    points=2,
    covers=("B05-split",),
    cases=lambda draw: [Case(args=_parts(), about=WORKED)],
    expect=on_worked(_rows(_RIGHT, [[[3.0, 5, 0], [-1, 0, 2]]], [[[2.0, 0, 6], [2, 0, 3]]])),
    mistakes=(
        _normalise_mistake(
            "own statistics",
            "You normalised each part by its own statistics. Then the same image gets different "
            "numbers depending on its company. All parts take those of the training part.",
        ),
        _normalise_mistake(
            "statistics of all images",
            "Your statistics come from all parts together. Validation and test images must not "
            "have any influence on what the network is given: use the training part only.",
        ),
        _normalise_mistake(
            "validation used",
            "Your statistics come from training and validation images together. What the network "
            "learns from are the training images only, and so are the statistics.",
        ),
        _normalise_mistake(
            "training part only",
            "Validation and test images come back as they were. Take mean and deviation before "
            "you change the training part, and use them for all three.",
        ),
        _normalise_mistake(
            "channels merged",
            "You took one mean and one standard deviation for all channels. Each channel has its "
            "own: average over images, rows and columns, axes 0, 2 and 3.",
        ),
        _normalise_mistake(
            "per image",
            "You took mean and deviation of each image. There is one pair for each channel: "
            "average over images, rows and columns, axes 0, 2 and 3.",
        ),
        _normalise_mistake(
            "unbiased deviation",
            "Your standard deviation divides by n - 1, torch.std's default. Here it is that of "
            "the images themselves: unbiased=False.",
        ),
        _normalise_mistake(
            "variance",
            "You divided by the variance. Divide by its root, the standard deviation.",
        ),
    ),
    hints=(
        "Which axes of (N, C, H, W) must be averaged over, so that one number for each channel "
        "is left? With keepdim=True it can be subtracted at once.",
        "mean = train.mean(dim=(0, 2, 3), keepdim=True), and the same for std with "
        "unbiased=False; both serve for all three parts.",
    ),
    keeps_inputs=True,
    forbidden=("course_lib", "torchvision", "sklearn", "torch.nn"),
)

SPLIT_CHOICE = Exercise(
    id="lenet.split_choice",
    title="Which number is reported",
    points=1,
    covers=("B05-split",),
    asks="choice",
    options={
        "A": "The best validation accuracy of all twenty: it belongs to the settings chosen.",
        "B": "The test accuracy of all twenty, and of these the best.",
        "C": "The test accuracy of the settings with the best validation accuracy.",
        "D": "The mean of its validation and its test accuracy, which uses more images.",
    },
)


def draw_parts(draw: Draw, channels: int) -> tuple[Any, ...]:
    """Three parts of different brightness and size."""
    scale = draw.uniform(1, channels, 1, 1) + torch.arange(1.0, channels + 1).view(1, -1, 1, 1)
    return tuple(
        draw.uniform(n, channels, 3, 4) * scale + shift * scale**2
        for n, shift in ((4, 0.1), (2, 0.6), (3, 0.3))
    )
