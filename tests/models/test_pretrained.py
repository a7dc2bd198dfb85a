"""Trained networks: where weights are found, what is said where they are not, how good they are."""

import csv
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter

import pytest
import torch
from PIL import Image
from real_files import REAL_FILES, needs
from torch import Tensor
from torchvision import models
from torchvision.transforms import functional as TF

from course_lib.data import download, prefetch, shapes
from course_lib.data.catalogue import WEIGHTS, Pinned, damage
from course_lib.data.parts import Part
from course_lib.models.pretrained import EMBEDDED, WeightsMissing, pretrained
from course_lib.training.fit import accuracy

NOWHERE = "http://127.0.0.1:9/"
ACCURATE = 0.98
"""Share of fresh shapes; 99.9 % were right when it was trained."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No file is there, and no server is asked."""
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setitem(WEIGHTS, "resnet18", replace(WEIGHTS["resnet18"], mirrors=(NOWHERE,)))
    return tmp_path


@pytest.fixture
def file(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with weights of SqueezeNet, outside of all folders; it is the one that is pinned."""
    path = home / "squeezenet1_0-test.pth"
    torch.manual_seed(3)
    torch.save(models.squeezenet1_0().state_dict(), path)
    content = path.read_bytes()
    pinned = Pinned(path.name, len(content), hashlib.sha256(content).hexdigest())
    known = replace(WEIGHTS["squeezenet1_0"], file=pinned, mirrors=(NOWHERE,))
    monkeypatch.setitem(WEIGHTS, "squeezenet1_0", known)
    return path


@pytest.fixture
def mirror(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The file's folder, served on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Quiet, directory=str(file.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{running.server_port}/"
        known = replace(WEIGHTS["squeezenet1_0"], mirrors=(url,))
        monkeypatch.setitem(WEIGHTS, "squeezenet1_0", known)
        yield url
        running.shutdown()


def put(file: Path, folder: Path, change: bool = False) -> Path:
    folder.mkdir(parents=True)
    content = bytearray(file.read_bytes())
    content[-1] ^= change
    target = folder / file.name
    target.write_bytes(content)
    return target


def test_embedded_net_is_good_on_fresh_shapes(capsys: pytest.CaptureFixture[str]) -> None:
    net = pretrained("resnet18", weights="embedded")
    assert net.weights == "embedded"
    assert net.source in capsys.readouterr().out
    assert net.classes == shapes.NAMES
    assert not net.model.training
    images, labels, _ = shapes.draw(500, 77, net.size)
    assert accuracy(net.model, Part(images, labels, net.mean, net.std)) > ACCURATE
    assert float(net.about["accuracy"]) > ACCURATE
    assert net.about["command"] == "python -m ci.train_embedded"
    assert {"recipe", "data", "trained", "device", "versions"} <= set(net.about)
    assert EMBEDDED.stat().st_size <= 2_000_000


def test_embedded_net_has_torchvisions_names_and_maps_for_heat_maps() -> None:
    net = pretrained(weights="embedded")
    assert set(net.model.state_dict()) == set(models.resnet18().state_dict())
    sizes: dict[str, tuple[int, ...]] = {}
    for name in ("layer3", "layer4"):
        net.model.get_submodule(name).register_forward_hook(
            lambda _, __, out, name=name: sizes.update({name: tuple(out.shape)})
        )
    logits = net.model(torch.zeros(1, 3, net.size, net.size))
    assert logits.shape == (1, 10)
    assert sizes == {"layer3": (1, 48, 8, 8), "layer4": (1, 96, 4, 4)}
    logits.sum().backward()
    assert all(p.grad is not None for p in net.model.parameters()), "it can be trained further"


def test_no_random_numbers_are_drawn() -> None:
    state = torch.get_rng_state()
    pretrained(weights="embedded")
    assert torch.equal(torch.get_rng_state(), state)


def test_without_a_network_the_embedded_net_is_taken_and_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    start = perf_counter()
    net = pretrained("resnet18")
    assert perf_counter() - start < 5
    assert net.weights == "embedded"
    said = capsys.readouterr().out
    assert "Not ImageNet: resnet18-f37072fd.pth is neither in" in said
    assert "cannot be reached: Connection refused" in said
    assert net.source in said


def test_imagenet_alone_is_one_clear_error(home: Path) -> None:
    with pytest.raises(WeightsMissing) as caught:
        pretrained("resnet18", weights="imagenet")
    text = str(caught.value)
    for part in (
        "is neither in",
        "cannot be reached",
        "course prefetch resnet18",
        f"put it into {home / 'data' / 'weights'}",
        'pretrained("resnet18", weights="embedded")',
    ):
        assert part in text
    assert text.count("\n") == 0


def test_a_server_that_never_answers_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = perf_counter()
        why = download.out_of_reach(f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.2)
    assert why == "cannot be reached: no answer within 0.2 seconds"
    assert perf_counter() - start < 2


@pytest.mark.parametrize("folder", ["data/weights", "torch/hub/checkpoints"])
def test_cached_file_is_used(file: Path, home: Path, folder: str) -> None:
    put(file, home / folder)
    net = pretrained("squeezenet1_0", weights="imagenet")
    assert net.weights == "imagenet"
    assert (len(net.classes), net.classes[1], net.size) == (1000, "goldfish", 224)
    assert (net.mean, net.std) == ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    assert not net.model.training
    wanted = torch.load(file, weights_only=True)
    assert all(torch.equal(value, wanted[name]) for name, value in net.model.state_dict().items())
    assert net.model(torch.zeros(1, 3, 224, 224)).shape == (1, 1000)


@pytest.mark.parametrize("folder", ["data/weights", "torch/hub/checkpoints"])
def test_altered_file_is_never_loaded(
    file: Path, home: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(file, home / folder, change=True)
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(WeightsMissing, match=r"is altered: SHA-256 .*cannot be reached"):
        pretrained("squeezenet1_0")


def test_altered_file_of_resnet18_gives_the_embedded_net(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "data" / "weights"
    folder.mkdir(parents=True)
    (folder / "resnet18-f37072fd.pth").write_bytes(b"half")
    assert pretrained("resnet18").weights == "embedded"
    assert "resnet18-f37072fd.pth is cut short: 4 of 46,830,571 bytes" in capsys.readouterr().out


def test_missing_file_is_downloaded_once(
    mirror: str, file: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(file, home / "data" / "weights", change=True)  # an altered one is fetched again
    assert pretrained("squeezenet1_0").weights == "imagenet"
    assert "100%" in capsys.readouterr().out
    kept = home / "data" / "weights" / file.name
    assert not damage(kept, WEIGHTS["squeezenet1_0"].file)
    assert pretrained("squeezenet1_0").weights == "imagenet"
    assert "100%" not in capsys.readouterr().out


def test_weights_come_from_the_machine_of_a_class(
    mirror: str, file: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(file, home / "weights")
    known = replace(WEIGHTS["squeezenet1_0"], mirrors=(NOWHERE,))
    monkeypatch.setitem(WEIGHTS, "squeezenet1_0", known)
    (path,) = prefetch("squeezenet1_0", mirrors=[mirror])
    assert path == home / "data" / "weights" / file.name
    assert path.read_bytes() == file.read_bytes()
    with pytest.raises(ValueError, match="no set 'mobilenet_v2' to fetch"):
        prefetch("mobilenet_v2")


def test_names_and_weights_that_there_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="no network 'resnet50'"):
        pretrained("resnet50")
    with pytest.raises(ValueError, match="no weights 'cifar'"):
        pretrained("resnet18", weights="cifar")
    with pytest.raises(ValueError, match="resnet18 alone"):
        pretrained("mobilenet_v2", weights="embedded")
    with pytest.raises(WeightsMissing, match="set COURSE_DATA_DIR"):
        pretrained("mobilenet_v2")
    assert not capsys.readouterr().out


def test_pins_are_those_that_torchvision_states() -> None:
    known = WEIGHTS["resnet18"].file
    stated = models.ResNet18_Weights.IMAGENET1K_V1
    assert stated.url.endswith(f"/{known.name}")
    assert known.sha256.startswith(known.name.removeprefix("resnet18-").removesuffix(".pth"))
    assert round(known.size / 2**20, 3) == stated.meta["_file_size"]


def photos() -> tuple[Tensor, Tensor]:
    """The sample photos as torchvision's recipe has them, (22, 3, 224, 224), with their labels."""
    folder = REAL_FILES / "imagenet-samples"
    with (folder / "labels.csv").open(newline="") as text:
        rows = list(csv.DictReader(text))
    images = []
    for row in rows:
        image = TF.pil_to_tensor(Image.open(folder / row["file"]).convert("RGB"))
        images.append(TF.center_crop(TF.resize(image, [256], antialias=True), [224, 224]))
    return torch.stack(images), torch.tensor([int(row["class_index"]) for row in rows])


@needs("weights")
@needs("imagenet-samples")
@pytest.mark.parametrize(("name", "right"), [("mobilenet_v2", 22), ("squeezenet1_0", 19)])
def test_real_weights_know_the_sample_photos(
    name: str, right: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_DATA_DIR", str(REAL_FILES))
    net = pretrained(name, weights="imagenet")
    images, labels = photos()
    with torch.no_grad():
        logits = net.model(Part(images, labels, net.mean, net.std).inputs())
    assert int((logits.argmax(1) == labels).sum()) == right
    index = json.loads((REAL_FILES / "imagenet-samples/imagenet_class_index.json").read_text())
    assert net.classes[int(labels[0])] == index[str(int(labels[0]))][1] == "goldfish"
