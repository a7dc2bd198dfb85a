"""What all tests share: none of them sees the environment of the person who runs them."""

import os

import pytest

# Tests compute on small tensors, where a second thread only waits for the first; kernels that
# tests start inherit it. Set before anything imports torch.
os.environ["OMP_NUM_THREADS"] = "1"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NBGRADER_EXECUTION", "COURSE_QUESTIONS", "COURSE_SECRET", "COURSE_PROFILE"):
        monkeypatch.delenv(name, raising=False)
