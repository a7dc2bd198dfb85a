"""For all tests of training: one thread, and the digits."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from course_lib.data import load


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # nets this small: two threads mostly wait for each other
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def digits() -> Any:
    return load("digits")
