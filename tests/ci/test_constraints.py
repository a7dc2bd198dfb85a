"""constraints.txt: pins, and nothing that ties them to a machine or a platform."""

import re

from ci.constraints import CONSTRAINTS, pinned


def test_pins_name_a_version_and_no_source() -> None:
    installed = [
        {"name": "torch", "version": "2.15.0+cu132"},
        {"name": "nvidia-cublas", "version": "13.4"},
        {"name": "cuda-toolkit", "version": "13.2"},
        {"name": "triton", "version": "3.9.0"},
        {"name": "Jinja2", "version": "3.1"},
        {"name": "cnn-course", "version": "0.1.0", "editable_project_location": "/somewhere"},
    ]
    pins = [line for line in pinned(installed).splitlines() if not line.startswith("#")]
    assert pins == ["Jinja2==3.1", "torch==2.15.0"]


def test_the_committed_file_is_of_that_form() -> None:
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*", pin) for pin in pins)
    names = {pin.partition("==")[0].lower() for pin in pins}
    assert {"torch", "torchvision", "nbgrader", "jupyterlab"} <= names
