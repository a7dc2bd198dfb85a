"""A convolution layer of section 03, by plain loops."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def layer_by_loops(X: Array, K: Array) -> Array:
    """(c_i, H, W), (c_o, c_i, h, w) -> (c_o, H-h+1, W-w+1), number by number."""
    (c_i, H, W), (c_o, _, h, w) = X.shape, K.shape
    Y = np.zeros((c_o, H - h + 1, W - w + 1))
    for o, i, j in np.ndindex(*Y.shape):
        for c in range(c_i):
            for a, b in np.ndindex(h, w):
                Y[o, i, j] += X[c, i + a, j + b] * K[o, c, a, b]
    return Y
