"""What all tests share: none of them sees the environment of the person who runs them."""

import pytest


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NBGRADER_EXECUTION", "COURSE_QUESTIONS", "COURSE_SECRET", "COURSE_PROFILE"):
        monkeypatch.delenv(name, raising=False)
