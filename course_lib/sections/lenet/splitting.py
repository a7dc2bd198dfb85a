"""Part B, who may see what."""

from collections.abc import Callable
from typing import Any

import torch

from course_lib.compare import as_tensor
from course_lib.draw import Draw
from course_lib.exercise import Case, Exercise, Mistake
from course_lib.sections.convolution.facts import WORKED, on_worked

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
            "parts swapped",
            "The parts are the wrong way round: the second one, for validation, has held_out "
            "images.",
        ),
    )
}


def three_splits(split: Callable[..., Any], n: int, held_out: int, seed: int) -> list[Any]:
    """Asks twice with one seed, and once with another."""
    return [split(n, held_out, seed), split(n, held_out, seed), split(n, held_out, seed + 1)]


def is_split(n: int, held_out: int) -> Callable[[Any], Mistake | str | None]:
    """The property: two parts of the indices, by chance, of which the seed decides."""

    def verify(answer: Any) -> Mistake | str | None:
        parts = [[as_tensor(part) for part in one] for one in answer]
        if any(len(one) != 2 or any(p is None or p.dim() != 1 for p in one) for one in parts):
            return "Return two tensors of indices: those for training and those for validation."
        sorted_parts = [[sorted(p.long().tolist()) for p in one if p is not None] for one in parts]
        train, validation = sorted_parts[0]
        if set(train) & set(validation):
            return SPLIT_MISTAKES["overlap"]
        if [len(train), len(validation)] == [held_out, n - held_out]:
            return SPLIT_MISTAKES["parts swapped"]
        if sorted(train + validation) != list(range(n)):
            return SPLIT_MISTAKES["some missing"]
        if len(validation) != held_out:
            return "The second part must have held_out indices, the first all others."
        if validation[-1] - validation[0] == held_out - 1:
            return SPLIT_MISTAKES["not shuffled"]
        if sorted_parts[1] != sorted_parts[0]:
            return SPLIT_MISTAKES["not repeatable"]
        return SPLIT_MISTAKES["seed ignored"] if sorted_parts[2] == sorted_parts[0] else None

    return verify


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
    train = torch.tensor([[[[0.0, 2.0]], [[0.0, 20.0]]]])
    validation = torch.tensor([[[[4.0, 6.0]], [[0.0, 10.0]]]])
    return train, validation, torch.tensor([[[[3.0, 1.0]], [[30.0, 10.0]]]])


def _normalised(*rows: list[list[float]]) -> list[torch.Tensor]:
    return [torch.tensor(row)[None, :, None] for row in rows]


_ROOT = 2**-0.5

NORMALISE = Exercise(
    id="lenet.normalise_parts",
    title="Statistics from the training part",
    points=2,
    covers=("B05-split",),
    cases=lambda draw: [Case(args=_parts(), about=WORKED)],
    expect=on_worked(_normalised([[-1, 1], [-1, 1]], [[3, 5], [-1, 0]], [[2, 0], [2, 0]])),
    mistakes=(
        Mistake(
            "own statistics",
            "You normalised each part by its own statistics. Then the same image gets different "
            "numbers depending on its company. All parts take those of the training part.",
            on_worked(_normalised([[-1, 1], [-1, 1]], [[-1, 1], [-1, 1]], [[1, -1], [1, -1]])),
        ),
        Mistake(
            "statistics of all images",
            "Your statistics come from all parts together. Validation and test images must not "
            "have any influence on what the network is given: use the training part only.",
            on_worked(
                _normalised(
                    [[-1.3522469, -0.3380617], [-1.0932163, 0.7808688]],
                    [[0.6761234, 1.6903085], [-1.0932163, -0.1561738]],
                    [[0.1690308, -0.8451543], [1.7179112, -0.1561738]],
                )
            ),
        ),
        Mistake(
            "channels merged",
            "You took one mean and one standard deviation for all channels. Each channel has its "
            "own: average over images, rows and columns, axes 0, 2 and 3.",
            on_worked(
                _normalised(
                    [[-0.6538821, -0.4161068], [-0.6538821, 1.7238711]],
                    [[-0.1783315, 0.0594438], [-0.6538821, 0.5349945]],
                    [[-0.2972192, -0.5349945], [2.9127479, 0.5349945]],
                )
            ),
        ),
        Mistake(
            "unbiased deviation",
            "Your standard deviation divides by n - 1, torch.std's default. Here it is that of "
            "the images themselves: unbiased=False.",
            on_worked(
                _normalised(
                    [[-_ROOT, _ROOT], [-_ROOT, _ROOT]],
                    [[3 * _ROOT, 5 * _ROOT], [-_ROOT, 0]],
                    [[2 * _ROOT, 0], [2 * _ROOT, 0]],
                )
            ),
        ),
        Mistake(
            "variance",
            "You divided by the variance. Divide by its root, the standard deviation.",
            on_worked(_normalised([[-1, 1], [-0.1, 0.1]], [[3, 5], [-0.1, 0]], [[2, 0], [0.2, 0]])),
        ),
    ),
    hints=(
        "Which axes of (N, C, H, W) must be averaged over, so that one number for each channel "
        "is left? With keepdim=True it can be subtracted at once.",
        "mean = train.mean(dim=(0, 2, 3), keepdim=True), and the same for std with "
        "unbiased=False; both serve for all three parts.",
    ),
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
