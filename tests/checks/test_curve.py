"""The curve of a training that was handed in: drawn from sound numbers, and from no others."""

import math
from typing import Any
from xml.etree import ElementTree

import pytest

from course_lib.checks.card import html_card, plain_card
from course_lib.checks.curve import MOST_EPOCHS, drawn, read_curve
from course_lib.checks.verdict import Verdict

ROWS = [[2.3, 0.1, 2.2, 0.2], [1.0, 0.6, 1.1, 0.5], [0.5, 1, 0.9, 0]]


def test_a_curve_is_read_and_drawn() -> None:
    curve = read_curve(ROWS)
    assert curve == ((0.1, 0.2), (0.6, 0.5), (1, 0))
    lines = [one for one in ElementTree.fromstring(drawn(curve)).iter() if "polyline" in one.tag]
    points = [[pair.split(",") for pair in line.attrib["points"].split()] for line in lines]
    assert [len(line) for line in points] == [3, 3]
    assert float(points[0][2][1]) < float(points[0][0][1])  # better is higher
    verdict = Verdict("a.b", "A net", "right", 1.0, "Good.", curve=curve)
    assert drawn(curve) in html_card(verdict)
    assert "3 epochs: accuracy on the training images from 10% to 100%" in plain_card(verdict)
    assert "<svg" not in html_card(Verdict("a.b", "A net", "right", 1.0, "Good."))


@pytest.mark.parametrize(
    "rows",
    [
        *(None, "text", {}, [], ROWS[:1], [*ROWS, 3], [*ROWS, [1, 2]], ROWS * MOST_EPOCHS),
        *([*ROWS, [1, bad, 1, 0.5]] for bad in (math.nan, math.inf, -0.1, 1.1, "<b>", None, True)),
        [*ROWS, [1, 0.5, 1, None]],
    ],
)
def test_what_is_no_history_gives_no_curve(rows: Any) -> None:
    assert read_curve(rows) == ()
