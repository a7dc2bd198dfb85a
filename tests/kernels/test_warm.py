"""Kernels are forked from a warm process, as usual Python; without walls, grading refuses."""

import asyncio
import os
from pathlib import Path

import papermill
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.converters import NbGraderException
from small_course import SmallCourse, solve
from traitlets.config import Config
from walled import Client, Walled

from grader.kernels import provisioner, warm
from grader.kernels.inside import walls

ROOT = Path(__file__).parents[2]


def test_a_kernel_is_python_as_usual(folder: Path) -> None:
    walled = Walled(
        "import torch, matplotlib.pyplot as plt, subprocess, sys",
        "print(open('data.txt').read(), torch.ones(2, 2).sum().item())",
        "print(subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True).stdout)",
        "print(sum(torch.utils.data.DataLoader([1, 2, 3], num_workers=1)).item())",
        "plt.plot([1, 2]); plt.show()",
        folder=folder,
    )
    assert walled.outputs[1:4] == ["beside the notebook 4.0\n", "b'42\\n'\n", "6\n"]


def test_the_warm_process_starts_again_when_it_has_died_or_packages_have_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def process() -> int:
        assert Walled("print(1)", folder=folder).outputs == ["1\n"]
        assert warm._warm
        return warm._warm._process.pid

    first = process()
    assert process() == first
    os.kill(first, 9)
    second = process()
    assert second != first
    monkeypatch.setattr(warm, "fingerprint", lambda: (("another", 1),))
    third = process()
    assert third != second and process() == third


def test_kernels_run_side_by_side(folder: Path) -> None:
    notebooks = [new_notebook(cells=[new_code_cell(f"print({n})")]) for n in range(4)]

    async def all_of_them() -> None:
        clients = [Client(notebook, Config()) for notebook in notebooks]
        await asyncio.gather(*(one.async_execute(cwd=str(folder)) for one in clients))

    asyncio.run(all_of_them())
    texts = [notebook.cells[0].outputs[0].text for notebook in notebooks]
    assert texts == [f"{n}\n" for n in range(4)]


def test_papermill_can_name_the_kernel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(provisioner.SPECS))
    notebook = new_notebook(cells=[new_code_cell("import os\nprint(os.getcwd())")])
    executed = papermill.execute_notebook(
        notebook, None, kernel_name=provisioner.KERNEL, cwd=folder, progress_bar=False
    )
    assert executed.cells[0].outputs[0].text == f"{walls.SCRATCH}/work\n"


def test_without_a_sandbox_grading_refuses_and_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    course = SmallCourse(tmp_path)
    course.submit("ada", solve)
    monkeypatch.setattr(warm.shutil, "which", lambda _name: None)
    with pytest.raises(NbGraderException, match="bwrap") as refused:
        course.autograde()
    assert len(str(refused.value).splitlines()) == 2
    assert "apt install bubblewrap" in str(refused.value)
    assert str(refused.value) in caplog.text  # nbgrader's command shows the log only
    assert not (tmp_path / "autograded").exists()
    course.autograde(Execute={"unsafe_no_sandbox": True})
    assert course.scores()["ada"]["convolution-corr2d"] == 3.0
    assert "without a sandbox" in course.autograded("ada").cells[0].source


def test_a_course_inside_the_environment_is_not_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "exposed", lambda: [ROOT.parent])
    with pytest.raises(warm.NoSandbox, match="lies inside"):
        warm.probe(ROOT)


def test_a_grader_installed_beside_the_packages_is_hidden(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = [*warm.exposed(), ROOT / "grader"]
    monkeypatch.setattr(warm, "exposed", lambda: shown)
    warm.close()
    try:
        walled = Walled(f"import os\nprint(os.listdir({str(ROOT / 'grader')!r}))", folder=folder)
    finally:
        warm.close()
    assert walled.outputs == ["[]\n"]
