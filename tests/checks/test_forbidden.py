"""The scan for forbidden names: imports are followed, one's own names are not taken for others."""

import pytest

from course_lib.checks.forbidden import dynamic_uses, forbidden_uses


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("F.conv2d(x, k)", True),
        ("torch.nn.functional.conv2d(x, k)", True),
        ("from torch.nn.functional import conv2d as c\nc(x, k)", True),
        ("import torch.nn.functional as G\nG.conv2d(x, k)", True),
        ("def conv2d(x): return x\nconv2d(3)", False),
        ("y = x.conv2d_like", False),
        ("def broken(:", False),
    ],
)
def test_the_source_scan_follows_imports(source: str, found: bool) -> None:
    assert bool(forbidden_uses(source, ("torch.nn.functional.conv2d",))) == found


def test_names_of_the_first_cell_are_followed_unless_they_are_the_learner_s_own() -> None:
    scipy = ("scipy.signal",)
    assert forbidden_uses("def f(X, K): return signal.correlate(X, K)", scipy) == scipy
    assert forbidden_uses("def slower(signal): return signal.flatten()[::2]", scipy) == ()
    assert forbidden_uses("signal = X[0]\nprint(signal.shape)", scipy) == ()


def test_a_method_is_forbidden_of_anything() -> None:
    assert forbidden_uses("(X + K)[0].numpy()", (".numpy",)) == (".numpy",)
    assert forbidden_uses("import numpy\nnumpy.ones(3)", (".numpy",)) == ()


def test_ways_around_the_scan_are_seen() -> None:
    assert dynamic_uses("getattr(torch, 'con' + 'v2d')(x)") == ("getattr",)
    assert dynamic_uses("import threading") == ("threading",)
    assert dynamic_uses("x = torch.ones(3)") == ()
