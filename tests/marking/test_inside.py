"""Names in learners' code that are a reason for a person to look."""

import pytest

from course_lib.checks.forbidden import forbidden_uses
from grader.marking.inside import INSIDES, names_of


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import torch.nn.functional as F", ()),
        ("import course_lib.checks.card as c", ("course_lib.checks",)),
        ("from course_lib.sections.convolution import given", ("course_lib.sections",)),
        ("from course_lib import check, hint, quiz", ()),
        ("get_ipython().kernel", ("get_ipython",)),
        ("import sys\nsys.modules['x']", ("sys.modules",)),
        ("import os\nos.environ['COURSE_QUESTIONS']", ("os.environ",)),
        ("import os\nos.path.join('a', 'b')", ()),
        ("from torch._C import _dispatch", ("torch._C",)),
        ("evaluate = 3\nexecutor = evaluate", ()),
        ("def f(:", ()),
    ],
)
def test_the_insides_of_the_course_are_seen(source: str, found: tuple[str, ...]) -> None:
    assert forbidden_uses(source, INSIDES) == found


@pytest.mark.parametrize(
    ("operators", "names"),
    [
        (
            ("aten::convolution", "scipy.signal"),
            ("torch.conv2d", "torch.nn.Conv1d", "torch.nn.functional.conv_transpose3d"),
        ),
        (("aten::convolution",), ("torch.ops.aten.convolution", "torch._convolution")),
        (("aten::max_pool2d_with_indices",), ("torch.nn.MaxPool2d", "torch.max_pool1d")),
        (("aten::avg_pool2d",), ("torch.nn.functional.avg_pool2d",)),
    ],
)
def test_an_operator_is_known_by_the_names_that_a_source_may_use(
    operators: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert set(names) <= set(names_of(operators))


def test_what_is_no_operator_has_no_other_names() -> None:
    assert names_of(("scipy.signal", ".numpy")) == ()
