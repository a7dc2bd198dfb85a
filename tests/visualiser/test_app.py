"""The controls of the visualiser: what happens when one is moved, or a file comes."""

import html
from pathlib import Path
from typing import Any

import pytest
from instead_of_a_learner import encoded, tools
from PIL import Image

pytest.importorskip("anywidget", reason="anywidget is not installed: make setup installs it")

from course_lib.visualiser.app import Visualiser
from course_lib.visualiser.controls import Upload
from course_lib.visualiser.images import MAX_BYTES, PHOTOS

RED = encoded(Image.new("RGB", (30, 50), "red"))


@pytest.fixture
def app() -> Visualiser:
    return Visualiser(tools=tools())


def texts(app: Visualiser) -> list[str]:
    return [html.unescape(panel.value) for panel in app.panels]


def send(app: Visualiser, content: Any, name: Any = "red.png") -> None:
    app.upload._handle_custom_msg({"name": name, "size": len(content)}, [memoryview(content)])


def changed(app: Visualiser, control: Any, value: Any) -> list[int]:
    before = texts(app)
    control.value = value
    return [index for index, text in enumerate(texts(app)) if text != before[index]]


def test_each_control_redraws_what_depends_on_it(app: Visualiser) -> None:
    picture, grad_cam, cam, maps, filters = range(5)
    assert changed(app, app.layer, "layer2") == [grad_cam, maps]
    assert changed(app, app.target, 3) == [grad_cam, cam]
    assert changed(app, app.opacity, 20) == [grad_cam, cam]
    assert changed(app, app.image, "heart (drawn)") == [picture, grad_cam, cam, maps]
    assert "heart" in app.upload.says
    assert "for crescent" in texts(app)[grad_cam], "the chosen class stays"
    assert changed(app, app.target, -1) == [grad_cam, cam]
    assert filters == 4 and "for heart" in texts(app)[cam]


def test_an_upload_is_shown_and_can_be_chosen_again(app: Visualiser) -> None:
    send(app, RED)
    assert app.image.value == "red.png (your own)"
    assert "red.png" in texts(app)[0]
    app.image.value = "star (drawn)"
    app.image.value = "red.png (your own)"
    send(app, encoded(Image.new("RGB", (9, 9), "blue")), "blue.png")
    assert app.image.value == "blue.png (your own)"
    assert "red.png (your own)" not in app.image.options, "one is kept"
    before = texts(app)[0]
    send(app, RED, "blue.png")
    assert texts(app)[0] != before, "another file of the same name"


@pytest.mark.parametrize("content", [b"no image", bytes(MAX_BYTES + 1), RED[:50]])
def test_a_refused_file_leaves_all_as_it_was(app: Visualiser, content: bytes) -> None:
    before = texts(app), app.image.value
    send(app, content)
    assert (texts(app), app.image.value) == before
    assert app.upload.says.startswith("This ")
    send(app, RED)
    assert "red.png" in app.upload.says, "it lives on"


def test_a_file_that_the_browser_held_back_is_refused(app: Visualiser) -> None:
    app.upload._handle_custom_msg({"name": "a.png", "size": 3_000_000_000}, [])
    assert "too large: it has 2861.0 MiB" in app.upload.says


def test_what_cannot_be_loaded_is_not_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    for folder, name in ((PHOTOS, "n1_bad.JPEG"), ("weights", "mobilenet_v2-from-tf2-ptq.pth")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(b"damaged")
    app = Visualiser(tools=tools())
    before = texts(app), app.net.value, app.image.value
    app.image.value = "bad (photo)"
    assert "no image" in app.upload.says
    app.net.value = "MobileNetV2 (ImageNet)"
    assert "cut short" in app.upload.says
    assert (texts(app), app.net.value, app.image.value) == before


@pytest.mark.parametrize("about", [None, [], "name", {}, {"name": 3, "size": "much"}])
def test_what_no_browser_of_ours_sends_does_no_harm(about: Any) -> None:
    upload = Upload()
    upload.on_file(lambda name, content: None)
    upload._handle_custom_msg(about, [])
    assert upload.says.endswith(".")


def test_a_long_name_is_cut_and_no_name_is_markup(app: Visualiser) -> None:
    send(app, RED, "<script>" + "x" * 300)
    assert len(app.image.value) < 60
    assert "<script>" not in app.panels[0].value


def test_functions_are_read_again_on_demand(
    app: Visualiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course_lib.visualiser.app.saved_tools", lambda _: tools("grad_cam"))
    app.layer.value, app.target.value = "layer2", 7
    app.again.click()
    assert "It needs your grad_cam" in texts(app)[1]
    assert (app.layer.value, app.target.value) == ("layer2", 7), "what is chosen stays"
    monkeypatch.setattr("course_lib.visualiser.app.saved_tools", lambda _: tools("conv_layers"))
    app.again.click()
    assert "<img" in texts(app)[1]
    assert list(app.layer.options) == ["conv1", "layer1", "layer2", "layer3", "layer4"]
    assert "gradcam.conv_layers" in app.about.value
