"""Trains what sections show curves of where nothing is trained, and stores it.

python -m ci.stored_curves vgg
COURSE_DATA_DIR=... python -m ci.stored_curves lenet training
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ci.origin import origin
from ci.sections import ROOT
from course_lib.data import DataDamaged, DataMissing, load
from course_lib.models.vgg import VGG
from course_lib.sections.adversarial import curves as adversarial
from course_lib.sections.distillation import curves as distillation
from course_lib.sections.efficient import curves as efficient
from course_lib.sections.lenet import variants
from course_lib.sections.resnet import curves as resnet
from course_lib.sections.signals import curves as signals
from course_lib.sections.training import curves as training
from course_lib.sections.transfer import curves as transfer
from course_lib.sections.vgg import curves as vgg
from course_lib.training.stored import Runs, write
from grader.marking.solutions import solutions

LENET_EPOCHS = 5
"""Those of the profile `laptop`."""


def lenet(about: dict[str, str]) -> list[Path]:
    """On the real sets."""
    digits, clothes = load("mnist"), load("fashion_mnist")
    runs = variants.train(solutions("lenet")["LeNet"], digits, clothes, epochs=LENET_EPOCHS)
    variants.store(replace(runs, about={**runs.about, **about}))
    return [variants.STORED]


def vgg_curves(about: dict[str, str]) -> list[Path]:
    return [_written(vgg.STORED, vgg.train(VGG, load("glyphs")), about)]


def resnet_curves(about: dict[str, str]) -> list[Path]:
    data = load("glyphs")
    written = [_written(resnet.path("gradients"), resnet.gradients(data), about)]
    for name in resnet.EXPERIMENTS:
        written.append(_written(resnet.path(name), resnet.train(name, data), about))
    return written


def training_curves(about: dict[str, str]) -> list[Path]:
    """Half of the images for validation: with 6,000, chance alone moves an accuracy by 0.6 %."""
    data = load("cifar10_subset", validation=0.5)
    return [
        _written(training.path(name), training.train(name, data, timed=False), about)
        for name in training.EXPERIMENTS
    ]


def efficient_curves(about: dict[str, str]) -> list[Path]:
    return [_written(efficient.STORED, efficient.train(load("glyphs")), about)]


def transfer_curves(about: dict[str, str]) -> list[Path]:
    return [_written(transfer.STORED, transfer.train(), about)]


def distillation_curves(about: dict[str, str]) -> list[Path]:
    distil_epoch = solutions("distillation")["distil_epoch"]
    runs = distillation.train(distil_epoch, load("letters"))
    return [_written(distillation.STORED, runs, about)]


def adversarial_curves(about: dict[str, str]) -> list[Path]:
    return [_written(adversarial.STORED, adversarial.train(load("glyphs")), about)]


def signals_curves(about: dict[str, str]) -> list[Path]:
    """On the real sets, too."""
    return [_written(signals.STORED, signals.train(), about)]


def _written(path: Path, runs: Runs, about: dict[str, str]) -> Path:
    write(path, replace(runs, about={**runs.about, **about}))
    return path


SECTIONS: dict[str, Callable[[dict[str, str]], list[Path]]] = {
    "lenet": lenet,
    "vgg": vgg_curves,
    "resnet": resnet_curves,
    "training": training_curves,
    "efficient": efficient_curves,
    "transfer": transfer_curves,
    "distillation": distillation_curves,
    "adversarial": adversarial_curves,
    "signals": signals_curves,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ci.stored_curves", description=__doc__)
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}; all for none")
    sections = parser.parse_args().sections or list(SECTIONS)
    if unknown := set(sections) - set(SECTIONS):
        parser.error(f"no section with stored curves: {', '.join(sorted(unknown))}")
    for section in sections:
        _store(section)


def _store(section: str) -> None:
    about = origin(f"python -m ci.stored_curves {section}")
    try:
        written = SECTIONS[section](about)
    except (DataMissing, DataDamaged) as problem:
        sys.exit(str(problem))
    for path in written:
        print(f"{path.relative_to(ROOT)} is written.")


if __name__ == "__main__":
    main()
