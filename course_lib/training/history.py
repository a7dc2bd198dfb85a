"""What a training showed: a table, a curve, and both while it runs."""

import html
import math
import sys
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = ("epoch", "loss", "accuracy", "validation loss", "validation accuracy", "seconds")


@dataclass(frozen=True)
class Epoch:
    """A row: means over the images of an epoch, accuracies in [0, 1].

    The training loss and accuracy are those met on the way, of a model that was changing.
    """

    number: int
    loss: float
    accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float

    def cells(self) -> list[str]:
        return [
            str(self.number),
            _loss(self.loss),
            f"{self.accuracy:.2%}",
            "" if self.validation_loss is None else _loss(self.validation_loss),
            "" if self.validation_accuracy is None else f"{self.validation_accuracy:.2%}",
            f"{self.seconds:.1f}",
        ]


def _loss(value: float) -> str:
    return f"{value:.4f}" if value < 1000 else f"{value:.2e}"


@dataclass
class History:
    """The epochs of a training, as rows of a table.

    Attributes:
        epochs: how many were wanted.
        interrupted: whether somebody stopped it.
    """

    epochs: int
    rows: list[Epoch] = field(default_factory=list)
    interrupted: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def best(self) -> Epoch | None:
        """The epoch of the best validation accuracy, the first of equals; without any, the last."""
        scored = [row for row in self.rows if math.isfinite(row.loss)]
        if not scored or scored[-1].validation_accuracy is None:
            return scored[-1] if scored else None
        return max(scored, key=lambda row: row.validation_accuracy or 0.0)

    @property
    def diverged(self) -> bool:
        """Whether the loss of the last epoch is no longer a finite number."""
        return bool(self.rows) and not math.isfinite(self.rows[-1].loss)

    def __str__(self) -> str:
        if not self.rows:
            return "no epochs"
        lines = [_COLUMNS, *(row.cells() for row in self.rows)]
        widths = [len(name) for name in _COLUMNS]
        return "\n".join(
            "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
            for line in lines
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self.rows:
            return "<div><i>no epochs</i></div>"

        def line(tag: str, cells: Any) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>"

        rows = "".join(line("td", row.cells()) for row in self.rows)
        return f"<table><thead>{line('th', _COLUMNS)}</thead><tbody>{rows}</tbody></table>"

    def summary(self) -> str:
        """What came out, in a sentence or two."""
        if not self.rows:
            return "No epoch was finished." if self.interrupted else "No epochs."
        seconds = sum(row.seconds for row in self.rows)
        text = f"{len(self)} of {self.epochs} epochs in {seconds:.1f} s"
        if self.interrupted:
            text = f"Stopped after {text}"
        if self.diverged:
            text = f"Stopped after {text}: the loss is no longer a finite number; try a smaller lr"
        if self.best and self.best.validation_accuracy is not None:
            accuracy = f"{self.best.validation_accuracy:.2%}"
            text += f". Best: epoch {self.best.number}, {accuracy} on the validation images"
        return text + "."

    def plot(self) -> "Figure":
        """Loss and accuracy over the epochs, training and validation."""
        from matplotlib.figure import Figure

        from course_lib.figures.colours import BLUE, ORANGE

        figure = Figure(figsize=(8.0, 3.0), layout="constrained")
        losses, accuracies = figure.subplots(1, 2)
        numbers = [row.number for row in self.rows]
        lines: list[tuple[Any, str, str, str, list[float | None]]] = [
            (losses, "training", BLUE, "o-", [row.loss for row in self.rows]),
            (losses, "validation", ORANGE, "s--", [row.validation_loss for row in self.rows]),
            (accuracies, "training", BLUE, "o-", [row.accuracy for row in self.rows]),
            (
                accuracies,
                "validation",
                ORANGE,
                "s--",
                [row.validation_accuracy for row in self.rows],
            ),
        ]
        for axes, label, colour, style, values in lines:
            if None not in values:
                axes.plot(numbers, values, style, color=colour, label=label, markersize=4)
        losses.set(title="Loss", ylabel="mean cross-entropy")
        accuracies.set(title="Accuracy", ylabel="share of images classified right")
        for axes in (losses, accuracies):
            axes.set(xlabel="epoch", xlim=(0.5, self.epochs + 0.5))
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.grid(alpha=0.3)
            axes.legend()
        return figure

    def alt(self) -> str:
        """The curve in words."""
        if not self.rows:
            return "Curves of loss and accuracy, still empty."
        first, last = self.rows[0], self.rows[-1]
        return (
            f"Curves over epochs {first.number} to {last.number}: the training loss goes from "
            f"{first.loss:.3f} to {last.loss:.3f}, the training accuracy from {first.accuracy:.1%} "
            f"to {last.accuracy:.1%}. {self.summary()}"
        )


class Live:
    """Shows a history while it grows: a curve in a notebook, lines on stdout elsewhere."""

    def __init__(self, history: History) -> None:
        self.history = history
        # Of one epoch there is no curve: its numbers are told as a line.
        self._curve = _Handle() if _in_notebook() and history.epochs > 1 else None
        self._words = _Handle() if self._curve else None
        self._drawn = self._said = 0.0

    def __enter__(self) -> "Live":
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if error:
            return
        if self._curve and self.history.rows:
            self._draw()
        self._say(self.history.summary())

    def batch(self, done: float) -> None:
        """Says how far the epoch is, in [0, 1]: once a second, where a line can be replaced."""
        if not self._words or perf_counter() - self._said < 1:
            return
        self._said = perf_counter()
        self._say(f"Epoch {len(self.history) + 1} of {self.history.epochs}: {done:.0%}")

    def epoch(self) -> None:
        """Shows the newest epoch."""
        if self._curve:
            # Drawing takes a tenth of a second: epochs may be shorter.
            if perf_counter() - self._drawn >= 1:
                self._draw()
            return
        lines = str(self.history).splitlines()
        print(*(lines if len(self.history) == 1 else lines[-1:]), sep="\n")

    def _draw(self) -> None:
        from course_lib.figures.still import still_bundle

        assert self._curve
        self._curve.show(still_bundle(self.history.plot(), self.history.alt()))
        self._drawn = perf_counter()

    def _say(self, text: str) -> None:
        if self._words:
            self._words.show({"text/plain": text, "text/html": f"<div>{html.escape(text)}</div>"})
        else:
            print(text)


class _Handle:
    """One output of a cell, shown and then replaced."""

    def __init__(self) -> None:
        self._display: Any = None

    def show(self, bundle: dict[str, str]) -> None:
        from IPython.display import display

        if self._display is None:
            self._display = display(bundle, raw=True, display_id=True)
        else:
            self._display.update(bundle, raw=True)


def _in_notebook() -> bool:
    """Whether outputs go to a Jupyter kernel; IPython in a terminal shows no pictures."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell is not None and hasattr(shell, "kernel")
