"""Trains the variants of LeNet whose curves section 05 shows where nothing is trained.

COURSE_DATA_DIR=... python -m ci.stored_curves
"""

import platform
import sys
from dataclasses import replace
from datetime import date

import torch

from ci.sections import ROOT
from course_lib.data import DataDamaged, DataMissing, load
from course_lib.sections.lenet import variants
from course_lib.training.fit import find_device
from grader.marking.solutions import solutions

EPOCHS = 5
"""Those of the profile `laptop`."""


def main() -> None:
    try:
        digits, clothes = load("mnist"), load("fashion_mnist")
    except (DataMissing, DataDamaged) as problem:
        sys.exit(str(problem))
    runs = variants.train(solutions("lenet")["LeNet"], digits, clothes, epochs=EPOCHS)
    device = find_device("auto")
    about = {
        "data": f"{digits.source}; {clothes.source}",
        "trained": date.today().isoformat(),
        "device": torch.cuda.get_device_name() if device.type == "cuda" else platform.machine(),
        "versions": f"PyTorch {torch.__version__}, Python {platform.python_version()}",
        "command": "python -m ci.stored_curves",
    }
    variants.store(replace(runs, about=about))
    print(f"{variants.STORED.relative_to(ROOT)} is written.")


if __name__ == "__main__":
    main()
