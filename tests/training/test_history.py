"""What a training shows: a table, a curve that is replaced; cheap to import."""

import subprocess
import sys
from typing import Any

from small_nets import net

from course_lib.training.fit import fit
from course_lib.training.history import Epoch, History

ROWS = [Epoch(1, 0.5, 0.8, 0.4, 0.85, 1.25), Epoch(2, 0.25, 0.9, 0.3, 0.9, 1.0)]


def test_history_is_a_table_and_a_curve() -> None:
    history = History(3, list(ROWS))
    assert "90.00%" in str(history)
    html = history._repr_html_()
    assert html.count("<tr>") == 3
    assert "<td>0.2500</td>" in html
    assert "Best: epoch 2, 90.00%" in history.summary()
    figure = history.plot()
    losses, accuracies = figure.axes
    assert losses.get_xlabel() == accuracies.get_xlabel() == "epoch"
    assert [len(axes.lines) for axes in figure.axes] == [2, 2]
    assert "0.500 to 0.250" in history.alt()
    assert len(History(1, [Epoch(1, 0.5, 0.8, None, None, 1.0)]).plot().axes[0].lines) == 1


def test_notebook_shows_a_curve_that_is_replaced(digits: Any, monkeypatch: Any) -> None:
    from IPython import display

    shown: list[Any] = []

    class Handle:
        def __init__(self, bundle: Any) -> None:
            self.bundles = [bundle]

        def update(self, bundle: Any, raw: bool) -> None:
            self.bundles.append(bundle)

    def fake(bundle: Any, raw: bool, display_id: bool) -> Handle:
        shown.append(Handle(bundle))
        return shown[-1]

    monkeypatch.setattr(display, "display", fake)
    monkeypatch.setattr("IPython.display.display", fake)
    monkeypatch.setattr("course_lib.training.history._in_notebook", lambda: True)
    fit(net(), digits.train.take(64), digits.validation, epochs=2, device="cpu")
    assert len(shown) == 2
    last = [handle.bundles[-1] for handle in shown]
    curve, words = sorted(last, key=lambda bundle: "image/png" not in bundle)
    assert "alt=" in curve["text/html"]
    assert "2 of 2 epochs" in words["text/plain"]


def test_import_is_cheap() -> None:
    code = (
        "import sys; from course_lib.training.fit import fit; from course_lib.data import load;"
        "print([name for name in ('torchvision', 'sklearn', 'matplotlib', 'IPython', 'typer')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
