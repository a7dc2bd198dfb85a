"""What came of a run of the grader, for the terminal."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from course_lib.checks.card import VERDICT_TYPE
from grader.submission.rebuild import why_ungraded

_SHOWN = 30
"""Lines of a kind; with a class of hundreds the rest is counted."""


@dataclass
class Summary:
    """Who was graded and who was not, by learner.

    Attributes:
        unchanged, gone: learners who were graded before: as they are; no longer in submitted/.
        failed: why a submission got zero, or no mark.
        flagged: what a person should look at.
        essays: how many answers wait for a person.
    """

    graded: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    flagged: dict[str, list[str]] = field(default_factory=dict)
    essays: int = 0
    begun: float = field(default_factory=time.monotonic)

    def add(self, learner: str, notebook: NotebookNode) -> None:
        """Takes in a graded notebook."""
        if reason := why_ungraded(notebook):
            self.failed[learner] = f"it got zero, since {reason}"
        flags = list(flags_in(notebook))
        if flags:
            self.flagged.setdefault(learner, []).extend(flags)

    def __str__(self) -> str:
        seconds = time.monotonic() - self.begun
        lines = [f"Graded {len(self.graded)} of {self._all} submissions in {seconds:.0f} s."]
        if self.unchanged:
            lines.append(f"Unchanged since they were graded: {len(self.unchanged)}.")
        lines += self._listed("Not graded as they should be", self.failed.items())
        lines += self._listed(
            "For a person to look at",
            ((learner, "; ".join(dict.fromkeys(flags))) for learner, flags in self.flagged.items()),
        )
        lines += self._listed(
            "No longer in submitted/", ((one, "their marks stay as they are") for one in self.gone)
        )
        if self.essays:
            lines.append(f"Answers that wait for a person: {self.essays}, in formgrader.")
        return "\n".join(lines)

    @property
    def _all(self) -> int:
        return len({*self.graded, *self.unchanged, *self.failed})

    def _listed(self, title: str, items: object) -> list[str]:
        rows = list(items)  # type: ignore[call-overload]
        if not rows:
            return []
        shown = [f"  {_printable(name)}: {_printable(why)}" for name, why in rows[:_SHOWN]]
        more = [f"  and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
        return [f"{title}: {len(rows)}", *shown, *more]


def flags_in(notebook: NotebookNode) -> Iterator[str]:
    """Why a person should look at a graded notebook."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            verdict = output.get("data", {}).get(VERDICT_TYPE)
            for flag in verdict.get("flags", []) if isinstance(verdict, dict) else ():
                yield f"{verdict['exercise']}: {flag}"


def _printable(text: str) -> str:
    """On one line, without what a terminal would act upon."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:300]
