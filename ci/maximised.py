"""Shows maximised pictures to a network that was trained independently, and stores what it saw.

python -m ci.maximised     (two minutes of one core of a CPU)

The other network has another architecture, images of another size and other images.
"""

import csv

import torch
from torch import Tensor
from torch.nn import functional as F

from ci.origin import origin
from ci.sections import ROOT
from ci.train_embedded import turn_and_recolour
from course_lib.data.parts import Part, statistics
from course_lib.data.shapes import NAMES, draw
from course_lib.models.pretrained import pretrained
from course_lib.models.simple import conv_net
from course_lib.sections.gradcam.maximised import DECAY, LR, STEPS, Silhouettes
from course_lib.training.augment import chain, flip, random_crop
from course_lib.training.fit import accuracy, fit
from course_lib.training.schedule import one_cycle
from grader.marking.solutions import solution

STORED = ROOT / "course_lib/sections/gradcam/maximised.csv"
SEEDS = (0, 1, 2, 3, 4, 5)
TRAIN, TEST = (8_000, 3001), (1_000, 4001)
"""How many images, and the seed that they are drawn with."""
SIZE, EPOCHS, LARGEST_LR = 32, 10, 1e-2


def main() -> None:
    images, labels, _ = draw(*TRAIN, SIZE)
    mean, std = statistics(images)
    train, test = Part(images, labels, mean, std), Part(*draw(*TEST, SIZE)[:2], mean, std)
    torch.manual_seed(1)
    other = conv_net((16, 32, 64, 64), head="gap", size=SIZE, dropout=0.0)
    augment = chain(flip(), turn_and_recolour, random_crop(SIZE // 16))
    fit(
        other,
        train,
        epochs=EPOCHS,
        lr=LARGEST_LR,
        batch_size=64,
        schedule=one_cycle,
        augment=augment,
        seed=1,
    )
    right = accuracy(other, test)
    other.eval()
    shift, spread = (torch.tensor(numbers)[:, None, None] for numbers in (mean, std))

    @torch.no_grad()
    def seen(pictures: Tensor) -> list[int]:
        small = F.adaptive_avg_pool2d(pictures, SIZE)
        found: list[int] = other((small - shift) / spread).argmax(1).tolist()
        return found

    net, maximise = pretrained("resnet18", weights="embedded"), solution("gradcam.maximise")
    target = torch.arange(len(NAMES))
    about = {"accuracy": f"{right:.3f}", **origin("python -m ci.maximised")}
    rows = []
    for seed in SEEDS:
        shapes = Silhouettes(net, seed)
        x = maximise(shapes, target, shapes.start(len(NAMES)), STEPS, LR, DECAY)
        found = seen(shapes.drawn(x))
        print(f"seed {seed}: {sum(k == n for k, n in enumerate(found))} of {len(NAMES)} recognised")
        rows += [
            {"seed": seed, "class": name, "seen": NAMES[k], **about}
            for name, k in zip(NAMES, found, strict=True)
        ]
    with STORED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"The other network: {right:.1%} of fresh images. {STORED.relative_to(ROOT)} is written.")


if __name__ == "__main__":
    main()
