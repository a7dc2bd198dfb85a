"""Where real data sets lie, for tests that need them."""

import os
from pathlib import Path

import pytest

_CHOSEN = os.environ.get("COURSE_DATA_DIR") or Path(__file__).parents[2] / "shared" / "data"
REAL_FILES = Path(_CHOSEN)


def needs(folder: str) -> pytest.MarkDecorator:
    """For tests on real files."""
    there = (REAL_FILES / folder).is_dir()
    return pytest.mark.skipif(not there, reason=f"{folder} is not in {REAL_FILES}")
