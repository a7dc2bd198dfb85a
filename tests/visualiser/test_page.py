"""The page in a browser: its controls by mouse and by keys, files that it refuses, who can use it.

Skipped, and said so, where voila, playwright, axe or Debian's Chromium are missing.
"""

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from instead_of_a_learner import encoded
from PIL import Image

from course_lib.sections import __path__ as sections
from course_lib.visualiser.images import MAX_BYTES
from course_lib.visualiser.page import page as notebook

CHROMIUM = shutil.which("chromium")
PACKAGES = ("voila", "anywidget", "playwright", "axe_playwright_python")
missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
missing += [] if CHROMIUM else ["chromium"]
pytestmark = pytest.mark.skipif(
    bool(missing),
    reason=f"not in a browser: {', '.join(missing)} missing; make setup installs them",
)

TESTS = Path(__file__).parents[1]
WITH_ALL_FUNCTIONS = (
    "from instead_of_a_learner import tools\n"
    "from course_lib.visualiser import Visualiser\n"
    "Visualiser(tools=tools())"
)
NAME = "(one => one.labels?.[0]?.textContent ?? one.innerText)(document.activeElement)"
OVER_THE_EDGE = """
    [...document.querySelectorAll("body *")].filter(
        one => one.offsetParent && one.getBoundingClientRect().right > innerWidth + 1).length
"""
LETTERS = "getComputedStyle(document.querySelector('.visualiser')).color"
SECONDS = 60
"""That a loaded machine may take to start a kernel."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A voila that serves two pages: `all`, on functions that pass, and `none`, on none."""
    folder = tmp_path_factory.mktemp("pages")
    none = notebook(folder)
    everything = json.loads(none)
    everything["cells"][0]["source"] = WITH_ALL_FUNCTIONS
    (folder / "none.ipynb").write_text(none)
    (folder / "all.ipynb").write_text(json.dumps(everything))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    environment = {**os.environ, "PYTHONPATH": paths, "COURSE_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "voila", str(folder), f"--port={port}", "--no-browser"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/voila/render"
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(url: str) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=10).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"{url} does not answer")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def opened(browser: Any, url: str, **options: Any) -> Any:
    """The page, drawn."""
    tab = browser.new_page(**options)
    tab.set_default_timeout(SECONDS * 1000)
    tab.goto(url)
    tab.get_by_role("heading", name="Filters").wait_for()
    tab.get_by_label("your own image").wait_for()
    return tab


@pytest.fixture(scope="module")
def tab(browser: Any, address: str) -> Iterator[Any]:
    """The page on functions that pass; tests leave it able to go on."""
    found = opened(browser, f"{address}/all.ipynb", viewport={"width": 1280, "height": 900})
    yield found
    found.close()


def panel(tab: Any, title: str) -> Any:
    return tab.locator(".visualiser-panel", has=tab.get_by_role("heading", name=title, exact=True))


def says(tab: Any, text: str) -> None:
    tab.get_by_role("status").filter(has_text=text).wait_for()


def seriously_wrong(tab: Any) -> list[str]:
    """What axe finds that keeps people out."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_every_control_does_what_its_label_says(tab: Any) -> None:
    tab.get_by_label("image", exact=True).select_option("heart (drawn)")
    says(tab, "heart (drawn): heart")
    tab.get_by_label("layer").select_option("layer2")
    panel(tab, "Grad-CAM").get_by_text("Grad-CAM at layer2 for heart").wait_for()
    tab.get_by_label("explain").select_option("ring")
    panel(tab, "CAM").get_by_text("CAM at layer4, always the last, for ring").wait_for()
    for title in ("Grad-CAM", "CAM", "Feature maps", "Filters"):
        assert "Runs on your" in panel(tab, title).inner_text()


def test_it_can_be_used_by_keys_alone(tab: Any) -> None:
    tab.get_by_label("network").focus()
    visited = []
    for _ in range(6):
        tab.keyboard.press("Tab")
        visited.append(tab.evaluate(NAME).strip())
    assert visited == [
        "image",
        "layer",
        "explain",
        "opacity of the heat map",
        "Read my notebooks again",
        "your own image:",
    ]
    before = panel(tab, "CAM").get_by_role("img").get_attribute("src")
    opacity = tab.get_by_role("slider", name="opacity of the heat map")
    opacity.focus()
    tab.keyboard.press("ArrowRight")
    tab.get_by_text("55 %").wait_for()
    tab.wait_for_function("old => ![...document.images].some(img => img.src === old)", arg=before)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("notes.png", b"no image at all", "no image that can be read"),
        ("huge.png", bytes(MAX_BYTES + 1), "too large"),
        ("film.png", bytes(12 * 2**20), "too large"),  # a server ends the connection at 10 MiB
        ("bomb.png", encoded(Image.new("1", (8000, 8000))), "too many pixels"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_file_is_refused_and_the_page_lives_on(
    tab: Any, name: str, content: bytes, reason: str
) -> None:
    upload = tab.get_by_label("your own image")
    upload.set_input_files({"name": name, "mimeType": "image/png", "buffer": content})
    says(tab, reason)
    good = encoded(Image.new("RGB", (60, 40), "red"))
    upload.set_input_files({"name": f"good_{name}", "mimeType": "image/png", "buffer": good})
    says(tab, f"good_{name} (your own)")
    shown = panel(tab, "Image and prediction").get_by_role("img").get_attribute("alt")
    assert f"good_{name}" in shown


@pytest.mark.parametrize("width", [1280, 768])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(tab: Any, width: int, scheme: str) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(color_scheme=scheme)
    assert seriously_wrong(tab) == []
    assert tab.locator("img:not([alt]), img[alt='']").count() == 0
    assert tab.evaluate(OVER_THE_EDGE) == 0
    red, green, blue = re.findall(r"[0-9]+", tab.evaluate(LETTERS))[:3]
    assert (int(red) + int(green) + int(blue) > 600) == (scheme == "dark")


@pytest.mark.skipif(
    not any(Path(path, "gradcam").is_dir() for path in sections), reason="section 11 is not here"
)
def test_without_any_notebook_panels_name_their_exercises(browser: Any, address: str) -> None:
    tab = opened(browser, f"{address}/none.ipynb")
    assert "section 11" in panel(tab, "Grad-CAM").inner_text()
    assert "(gradcam.grad_cam)" in panel(tab, "Grad-CAM").inner_text()
    assert "(training.filters_as_images)" in panel(tab, "Filters").inner_text()
    tab.get_by_label("image", exact=True).select_option("star (drawn)")
    says(tab, "star (drawn): star")
    assert seriously_wrong(tab) == []
    tab.close()
