"""How much is trained in which profile; nothing while graded."""

from typing import Any

import pytest
from small_nets import net, same

from course_lib.training.fit import fit
from course_lib.training.profile import choose, grading


def test_nothing_trains_while_graded(digits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_PROFILE", "grade")
    model = net()
    history = fit(model, digits.train, digits.validation, epochs=1000)
    assert len(history) == 0
    assert history.best is None
    assert same(model, net())
    assert str(history) == "no epochs"


def test_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"smoke": 1, "laptop": 5, "gpu": 10}
    assert [choose(name, **settings) for name in ("smoke", "laptop", "gpu")] == [1, 5, 10]
    assert choose("grade", **settings) == 1
    with pytest.raises(ValueError, match="laptop"):
        choose("fast", **settings)
    assert not grading()
    monkeypatch.setenv("COURSE_PROFILE", "grade")
    assert choose("gpu", **settings) == 1
    assert grading()
