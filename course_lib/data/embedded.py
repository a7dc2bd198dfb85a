"""Handwritten digits that come with scikit-learn: real images without any download."""

import torch
from torch.nn import functional as F

from course_lib.data.parts import Raw, stratified

_TEST = 360
_TEST_SEED = 1998
"""Which images are the test part never depends on the seed of the validation part."""


def digits() -> Raw:
    """1,797 digits by 13 writers (Alpaydin and Kaynak, 1998), in MNIST's frame of 28 x 28.

    The originals are 8 x 8 with 17 grey levels and fill their frame. MNIST's digits fill 20 x 20
    in the middle of 28 x 28; so do these, once they are enlarged.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    small = torch.from_numpy(bunch.images).float()[:, None] * (255 / 16)
    large = F.interpolate(small, size=(20, 20), mode="bilinear", align_corners=False)
    images = F.pad(large.round().clamp(0, 255).to(torch.uint8), (4, 4, 4, 4))
    labels = torch.from_numpy(bunch.target).long()
    test, train = stratified(labels, _TEST, _TEST_SEED)
    return Raw(
        "scikit-learn's handwritten digits, enlarged from 8 × 8 (embedded)",
        tuple(str(digit) for digit in range(10)),
        images[train],
        labels[train],
        images[test],
        labels[test],
    )
