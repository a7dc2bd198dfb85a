"""For all tests of kernels: a folder to run in."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A notebook's folder with one file in it."""
    place = tmp_path / "work"
    place.mkdir()
    (place / "data.txt").write_text("beside the notebook")
    return place
