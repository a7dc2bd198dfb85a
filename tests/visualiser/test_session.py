"""What is computed of a network and an image, how often, and on whose functions."""

import time
from typing import Any

import pytest
import torch
from instead_of_a_learner import NOT_WRITTEN, feature_maps, grad_cam, overlay, tools
from PIL import Image
from torch import Tensor
from torchvision.models import resnet18

from course_lib.models.pretrained import Pretrained
from course_lib.visualiser import nets, panels
from course_lib.visualiser.images import offered
from course_lib.visualiser.nets import Net, Plan
from course_lib.visualiser.panels import View
from course_lib.visualiser.session import NoSuchMap, Session
from course_lib.visualiser.threads import one_thread
from course_lib.visualiser.tools import Tools

STAR = offered()["star (drawn)"](128)
VIEW = View("layer4", None, 0.5)


@pytest.fixture(scope="module")
def net() -> Net:
    return nets.load(nets.net_names()[0])


def session(net: Net, functions: Tools | None = None) -> Session:
    return Session(functions or tools(), net, STAR)


def all_panels(session: Session, view: View = VIEW) -> list[str]:
    drawn = [draw(session, view) for draw in (panels.grad_cam, panels.cam, panels.feature_maps)]
    return [*drawn, panels.filters(session)]


def test_only_networks_that_are_here_are_offered(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(nets.net_names()) == 1
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "squeezenet1_0-deepcompression.pth").write_bytes(b"damaged")
    assert nets.net_names()[1:] == ["SqueezeNet (ImageNet)"]


def test_the_prediction_is_the_networks(net: Net) -> None:
    top = session(net).top()
    assert top[0][0] == "star" and top[0][1] > 0.9
    assert len(top) == 5
    assert session(net).target(None) == net.trained.classes.index("star")
    assert session(net).target(3) == 3


def test_grad_cam_is_cam_after_relu_but_for_a_factor(net: Net) -> None:
    looked = session(net)
    raw, cam = looked.grad_cam("layer4", 2), looked.cam(2)
    assert torch.allclose(raw * cam.numel(), cam.relu(), atol=1e-4)


def test_what_did_not_change_is_not_computed_again(net: Net) -> None:
    calls: list[str] = []

    def counted(name: str, run: Any) -> Any:
        def call(*args: Any) -> Any:
            calls.append(name)
            return run(*args)

        return call

    functions = {"feature_maps": feature_maps, "grad_cam": grad_cam, "overlay": overlay}
    looked = session(net, tools(**{name: counted(name, run) for name, run in functions.items()}))
    all_panels(looked)
    assert sorted(calls) == ["feature_maps", "grad_cam", "overlay", "overlay"]
    for view, new in (
        (VIEW, []),
        (View("layer4", None, 0.2), ["overlay", "overlay"]),
        (View("layer3", None, 0.2), ["grad_cam", "overlay", "feature_maps"]),
        (View("layer3", 1, 0.2), ["grad_cam", "overlay", "overlay"]),
        (VIEW, []),
    ):
        calls.clear()
        all_panels(looked, view)
        assert calls == new, view
    looked.take(net, STAR)
    all_panels(looked)
    assert len(calls) == 4


def test_whose_functions_they_are_is_said(net: Net) -> None:
    shown = all_panels(session(net))
    assert all("Runs on your " in panel for panel in shown)
    assert "grad_cam, scale, resize, overlay" in shown[0]


def test_a_panel_names_the_exercises_that_it_waits_for(net: Net) -> None:
    shown = all_panels(session(net, tools("grad_cam", "feature_maps", "cam", "filters_as_images")))
    for panel, ids in zip(
        shown,
        (["grad_cam"], ["feature_maps", "cam"], ["feature_maps"], []),
        strict=True,
    ):
        assert "<img" not in panel
        for name in ids:
            place = f"section 11, exercise “Title of {name}” (gradcam.{name}): {NOT_WRITTEN}."
            assert place in panel
    assert "section 08" in shown[3] and "training.filters_as_images" in shown[3]


def test_an_error_in_a_function_costs_its_panel_alone(net: Net) -> None:
    def broken(*_: Any) -> Tensor:
        print("not on the page")
        raise ValueError("<b>mine</b>")

    shown = all_panels(session(net, tools(grad_cam=broken)))
    assert "ValueError: &lt;b&gt;mine&lt;/b&gt;" in shown[0]
    assert all("<img" in panel for panel in shown[1:])


def test_a_map_of_zeros_says_so(net: Net) -> None:
    nothing = tools(grad_cam=lambda model, layer, x, target: torch.zeros(1, 4, 4))
    assert "zero everywhere" in panels.grad_cam(session(net, nothing), VIEW)


def test_without_a_dense_layer_there_is_no_cam(net: Net) -> None:
    looked = session(Net(net.trained, Plan(net.plan.stages, "")))
    with pytest.raises(NoSuchMap, match="dense layer"):
        looked.cam(0)
    assert "dense layer" in panels.cam(looked, VIEW)


def test_every_picture_has_its_alt_text(net: Net) -> None:
    looked = session(net)
    for panel in [panels.prediction(looked, '"><script>'), *all_panels(looked)]:
        assert panel.count("<img") == panel.count('alt="') == 1
        assert 'alt=""' not in panel
        assert "<script>" not in panel


def test_the_layers_are_the_stages_or_all_convolutions(net: Net) -> None:
    assert session(net, tools("conv_layers")).layers() == net.plan.stages
    every = session(net).layers()
    assert set(net.plan.stages) < set(every)
    assert every.index("layer1.0.conv1") > every.index("layer1") > every.index("conv1")


def test_a_click_is_answered_within_a_second() -> None:
    classes = tuple(map(str, range(1000)))
    trained = Pretrained(resnet18().eval(), "imagenet", "", classes, (0.5,) * 3, (0.2,) * 3, 224)
    looked = Session(
        tools(), Net(trained, Plan(("layer1", "layer2", "layer3", "layer4"), "fc")), STAR
    )
    seconds = []
    for target in range(5):
        looked.take(looked.net, STAR)  # as another image: nothing is known of it
        began = time.perf_counter()
        panels.prediction(looked, "star")
        all_panels(looked, View("layer3", target, 0.5))
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 1, "the others may have waited for other tests"


def test_the_number_of_threads_is_as_before() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3
    torch.set_num_threads(before)


def test_any_picture_is_shown_as_the_network_gets_it(net: Net) -> None:
    looked = Session(tools(), net, Image.new("RGB", (700, 30), "white"))
    assert looked.image.shape == (3, 128, 128)
    assert torch.equal(looked.image, torch.ones(3, 128, 128))
