"""An exercise, written once: what the check shows, what is scored, and what tests both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

from course_lib.checks.answer import Answer
from course_lib.checks.ask import ask
from course_lib.checks.case import Case
from course_lib.checks.exercise import Described, Known, Mistaken, Public
from course_lib.checks.mistakes import agree, proven
from course_lib.checks.promises import KNOWN
from grader.marking.draw import Draw
from grader.marking.seeds import part_seed

EXAMPLE = "the example of the text"
PUBLIC_SEED = 20
"""What the check's cases are drawn from, for everybody."""

_DRAWS = 200


@dataclass(frozen=True, kw_only=True)
class Exercise(Described):
    """All of an exercise but its text and its solution, which stand in the section's notebook.

    The reference, wrong and right ways are of the learner's kind (functions, classes or values)
    and are asked as the learner's answer is.

    Attributes:
        minutes: what a third-year student needs, reading included.
        core: belongs to the section's ninety minutes; else it is an extra.
        covers: ids of `docs/curriculum.toml`.
        example: cases that the text works out by hand, each with the answer the text gives; asked
            in the check only.
        cases: every setting that the text covers, each guaranteed and named by `Case.about`, with
            numbers drawn. It may draw numbers again, never leave out a setting.
        reference: an independent fact (PyTorch's own operator, a count), not the solution; None
            where a property judges.
        wrong: name of a mistake -> what to tell, then the answers that make it, if any.
        right: other ways of being right.
        library: plausible answers from a library -> accepted (True) or forbidden (False).
        holds: as in `Described`, where there is no single right answer: (answer, *args, *facts,
            **kwargs) -> None, a name of `wrong`, a sentence, or `Partly`.
        telling: draw again until each mistake shows, and is told apart from the others.
        lab: a trained net is asked by its weights, which lie beside the notebook. All learners are
            asked the same, so that equal weights earn the same; the check asks the examples only.
    """

    minutes: int
    core: bool = True
    covers: tuple[str, ...]
    example: tuple[tuple[Case, Any], ...] = ()
    cases: Callable[[Draw], list[Case]] = lambda draw: [Case()]
    reference: Any = None
    wrong: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    right: tuple[Any, ...] = ()
    library: Mapping[Any, bool] = field(default_factory=dict)
    telling: bool = False
    lab: bool = False

    def __post_init__(self) -> None:
        if unknown := set(self.promises) - set(KNOWN):
            raise ValueError(f"{self.id} promises {unknown}; checks.promises knows {KNOWN}")
        if "vectorised" in self.promises and self.example:
            raise ValueError(
                f"{self.id}: the first two cases of a vectorised exercise are compared"
            )
        if self.asks in ("function", "module") and (self.reference is None) == (not self.holds):
            raise ValueError(f"{self.id} has either a reference or a property that holds")

    @property
    def grade_id(self) -> str:
        """The id of the check's cell; nbgrader allows letters, digits, '-' and '_' only."""
        return self.id.replace(".", "-")

    @property
    def public(self) -> Public:
        """What learners may see of it, its cases aside."""
        says = {name: text for name, (text, *_) in self.wrong.items()}
        shared = {one.name: getattr(self, one.name) for one in fields(Described)}
        return Public(says=says, **shared)

    def answers(self, given: Any, cases: list[Case]) -> list[Answer]:
        """What the reference, a wrong or a right way answers."""
        gradient = "gradient" in self.promises and given is self.reference
        through = self.public.adapter
        asked = partial(ask, through=through, gradient=gradient, twice=False, watched=False)
        return asked(self.asks, given, cases)

    def known(self, cases: list[Case]) -> Known:
        """The right answers to cases, and the mistaken ones."""
        if self.reference is None:
            return Known(None)
        right = self.answers(self.reference, cases)

        def mistaken() -> Mistaken:
            return [
                (name, self._where_wrong(self.answers(way, cases), right))
                for name, (_, *ways) in self.wrong.items()
                for way in ways
            ]

        return Known(right, mistaken)

    def _where_wrong(self, answers: list[Answer], right: list[Answer]) -> list[Answer | None]:
        pairs = zip(answers, right, strict=True)
        return [None if agree(r, a, self.tolerance) else a for a, r in pairs]

    def public_cases(self) -> list[Case]:
        """What the check asks: the text's examples, then the settings with the public seed."""
        examples = [replace(case, about=case.about or EXAMPLE) for case, _ in self.example]
        return examples if self.lab else [*examples, *self.drawn(PUBLIC_SEED)[0]]

    def drawn(self, seed: int) -> tuple[list[Case], Known]:
        """The cases of a seed and what is known of them.

        Raises:
            ValueError: no draw tells the mistakes apart, where that is asked for.
        """
        for attempt in range(_DRAWS):
            cases = self.cases(Draw(part_seed(seed, str(attempt))))
            known = self.known(cases)
            if not self.telling or all(
                self._is_told(name, row, known) for name, row in known.mistaken
            ):
                return cases, known
        raise ValueError(f"{self.id}: none of {_DRAWS} draws tells all mistakes apart")

    def _is_told(self, name: str, row: list[Answer | None], known: Known) -> bool:
        assert known.right is not None
        pairs = zip(row, known.right, strict=True)
        return (
            proven(known, [mistaken or right for mistaken, right in pairs], self.tolerance) == name
        )


@dataclass(frozen=True, kw_only=True)
class Essay:
    """A written answer, marked by a person; model answer and rubric stand in the solution."""

    id: str
    title: str
    points: float
    minutes: int
    core: bool = True
    covers: tuple[str, ...]

    @property
    def grade_id(self) -> str:
        return self.id.replace(".", "-")
