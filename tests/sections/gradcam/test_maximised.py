"""Maximised pictures that are regularised: their shapes, and what another network saw in them."""

from collections import Counter

import torch

from course_lib.data.shapes import NAMES
from course_lib.models.pretrained import pretrained
from course_lib.sections.gradcam.maximised import DECAY, LR, Silhouettes, stored
from grader.marking import solutions


def test_shapes_stay_within_the_image_and_one_class_rises() -> None:
    net = pretrained("resnet18", weights="embedded")
    shapes, target = Silhouettes(net, seed=3), torch.tensor([5])
    start = shapes.start(1)
    x = solutions.solution("gradcam.maximise")(shapes, target, start, 3, LR, DECAY)
    masks = shapes.masks(x)
    assert masks.shape == (1, 1, net.size, net.size)
    assert masks[:, :, [0, -1]].max() < 0.01
    assert masks.max() > 0.9
    with torch.no_grad():
        before, after = (net.model(shapes.drawn(one))[0, 5] for one in (start, x))
    assert after > before


def test_one_seed_makes_one_picture() -> None:
    net, x = pretrained("resnet18", weights="embedded"), torch.randn(2, 3, 9, 9)
    first, second = Silhouettes(net, 1), Silhouettes(net, 1)
    assert torch.equal(first.start(2), second.start(2))
    assert torch.equal(first(x), second(x))


def test_another_network_recognises_eight_of_ten() -> None:
    rows = stored()
    right = Counter(row["seed"] for row in rows if row["class"] == row["seen"])
    assert [row["class"] for row in rows] == [*NAMES] * 6
    assert sum(right.values()) / len(right) >= 8
    assert all(right[seed] >= 8 for seed in "012")
    assert {row["command"] for row in rows} == {"python -m ci.maximised"}
