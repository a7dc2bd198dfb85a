"""The opening picture: which digits it shows, and what it says of them."""

import pytest
import torch

from course_lib.data import Part
from course_lib.sections.convolution.pictures import opening


@pytest.mark.parametrize(("misread", "last"), [([], [10, 11]), ([3], [11, 3]), ([0, 3, 9], [0, 3])])
def test_what_is_still_misread_stands_last(
    monkeypatch: pytest.MonkeyPatch, misread: list[int], last: list[int]
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(opening, "show", lambda figure, alt: shown.append(_titles(figure) + alt))
    labels = torch.arange(20)  # each digit's label tells which of them it is
    after = labels.clone()
    after[misread] = 99
    part = Part(torch.zeros(20, 1, 8, 8, dtype=torch.uint8), labels)

    opening.predictions(part, torch.zeros(20, dtype=torch.int64), after)

    titles, alt = shown[0].split("|")
    assert titles.split()[-2:] == [str(index) for index in last]
    assert alt.endswith(f"{12 - min(len(misread), 2)} are right.")


def _titles(figure: object) -> str:
    axes = figure.axes  # type: ignore[attr-defined]
    assert len(axes) == 12
    return " ".join(ax.get_title().removeprefix("label ") for ax in axes) + "|"
