"""For all tests of figures: none of them leaves a figure of pyplot open."""

from collections.abc import Iterator

import matplotlib
import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def _no_figure_left_open() -> Iterator[None]:
    matplotlib.use("Agg")
    before = plt.get_fignums()
    yield
    assert plt.get_fignums() == before
