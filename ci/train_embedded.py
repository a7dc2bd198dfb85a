"""Trains the network that comes with the course in place of ImageNet's, and stores its weights.

python -m ci.train_embedded     (13 minutes of one core of a CPU)

The weights' file holds in its metadata what they are: classes, normalisation, recipe, accuracy.
"""

import json

import torch
from safetensors.torch import save_file
from torch import Generator, Tensor

from ci.origin import origin
from ci.sections import ROOT
from course_lib.data.parts import Part, statistics
from course_lib.data.shapes import NAMES, draw
from course_lib.models.pretrained import EMBEDDED, SIZE, WIDTH, embedded_net
from course_lib.training.augment import chain, flip, random_crop
from course_lib.training.fit import accuracy, fit
from course_lib.training.schedule import one_cycle

TRAIN, VALIDATION, TEST = (10_000, 1013), (1_000, 1019), (2_000, 1021)
"""How many images, and the seed that they are drawn with."""
EPOCHS, LR, BATCH, SHIFT, SEED = 30, 4e-3, 64, 8, 0


def turn_and_recolour(images: Tensor, generator: Generator) -> Tensor:
    """Quarter turns, and colour channels in another order: a shape is the same in any of both."""
    n = len(images)

    def half_of_them(changed: Tensor, images: Tensor) -> Tensor:
        draws = torch.rand(n, 1, 1, 1, generator=generator, device=images.device)
        return torch.where(draws < 0.5, changed, images)

    images = half_of_them(images.flip(2), images)
    images = half_of_them(images.transpose(2, 3), images)
    order = torch.rand(n, 3, generator=generator, device=images.device).argsort(1)
    return images[torch.arange(n, device=images.device)[:, None], order]


def main() -> None:
    images, labels, _ = draw(*TRAIN, SIZE)
    mean, std = statistics(images)
    train, validation, test = (
        Part(images, labels, mean, std)
        for images, labels in [(images, labels), draw(*VALIDATION, SIZE)[:2], draw(*TEST, SIZE)[:2]]
    )
    torch.manual_seed(SEED)
    net = embedded_net().to(memory_format=torch.channels_last)  # on a CPU a fifth faster
    fit(
        net,
        train,
        validation,
        epochs=EPOCHS,
        lr=LR,
        batch_size=BATCH,
        schedule=one_cycle,
        augment=chain(flip(), turn_and_recolour, random_crop(SHIFT)),
        seed=SEED,
    )
    right = accuracy(net, test)
    about = {
        "net": f"ResNet-18 of width {WIDTH}, torchvision's names",
        "data": f"coloured shapes of {SIZE} × {SIZE}, drawn by the course: {TRAIN[0]:,} to train "
        f"with, {VALIDATION[0]:,} to choose the epoch, {TEST[0]:,} for the accuracy",
        "recipe": f"Adam, one cycle up to {LR:g}, {EPOCHS} epochs, batches of {BATCH}, "
        f"shifts by up to {SHIFT} pixels, flips, quarter turns, channels permuted; seed {SEED}",
        "accuracy": f"{right:.4f}",
        "classes": json.dumps(NAMES),
        "mean": json.dumps([round(value, 4) for value in mean]),
        "std": json.dumps([round(value, 4) for value in std]),
        "size": str(SIZE),
        **origin("python -m ci.train_embedded"),
    }
    weights = {name: value.contiguous() for name, value in net.state_dict().items()}
    save_file(weights, EMBEDDED, metadata=about)
    kilobytes = EMBEDDED.stat().st_size / 1000
    print(f"{right:.2%} right on {TEST[0]:,} fresh images.")
    print(f"{EMBEDDED.relative_to(ROOT)} is written: {kilobytes:,.0f} kB.")


if __name__ == "__main__":
    main()
