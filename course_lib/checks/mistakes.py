"""Which mistake an answer proves: a mistake is named only when nothing else would explain it."""

from collections.abc import Sequence

from course_lib.checks.answer import Answer
from course_lib.checks.compare import difference
from course_lib.checks.exercise import Known
from course_lib.checks.fingerprint import CLOSER, Fingerprint
from course_lib.checks.modules import digest, shapes, wrong_output, wrong_parameters

Row = Sequence[Answer | None]


def agree(wanted: Answer, came: Answer, tolerance: float, part: str = "") -> bool:
    """Whether two answers to one case are the same, or those parts of them."""
    if wanted.error or came.error:
        return wanted.error.partition(":")[0] == came.error.partition(":")[0]
    expected, got = wanted.value, came.value
    if part and isinstance(got, dict):
        if isinstance(expected, Fingerprint):
            expected = expected.part(part)
        else:
            expected = expected.get(part) if isinstance(expected, dict) else None
        if expected is None:
            return False
        got = got.get(part)
    if isinstance(expected, Fingerprint):
        if shapes(got) and expected.part("state"):
            got = {"state": digest(shapes(got))}
        elif shapes(got):
            got = {mode: got.get(mode) for mode in ("train", "eval")}
        return expected.fits(got, tolerance)
    if shapes(expected):
        try:
            different = wrong_parameters(shapes(expected), shapes(got))
            return different is None and wrong_output(expected, got, tolerance) is None
        except (TypeError, KeyError, ValueError):
            return False
    return difference(expected, got, tolerance) is None


def first_wrong_part(right: Sequence[Answer], answers: Sequence[Answer], tolerance: float) -> str:
    """The first part of answers that are dicts which is wrong in some case; "" for all others.

    Where an error is asked for, no part of a value is right or wrong.
    """
    first = right[0].value
    for part in first if isinstance(first, dict) and not shapes(first) else ():
        for wanted, came in zip(right, answers, strict=True):
            both = isinstance(came.value, dict) and not wanted.error
            if both and not agree(wanted, came, tolerance, part):
                return str(part)
    return ""


def proven(known: Known, answers: Sequence[Answer], tolerance: float) -> str:
    """The name of the mistake that explains all that is wrong, or "".

    Among the ways that bear the name, one agrees with the learner in every case in which the
    learner is wrong, and one is right in every case in which the learner is right; and it shows in
    two cases at least, or in the only one where it can. One way that explains all goes before
    several together. Answers in parts are compared in the first part that is wrong anywhere.
    """
    if known.right is None:
        return ""
    right = known.right
    part = first_wrong_part(right, answers, tolerance)
    wrong = [i for i, came in enumerate(answers) if not agree(right[i], came, tolerance, part)]
    if not wrong:
        return ""
    together = ""
    for name in dict.fromkeys(name for name, _ in known.mistaken):
        rows = [row for other, row in known.mistaken if other == name]
        found = _Name(rows, right, answers, tolerance, part)
        if not found.explains(wrong):
            continue
        if found.in_one_way(wrong):
            return name
        together = together or name
    return together


class _Name:
    """The ways that bear one name, held against the learner's answers."""

    def __init__(
        self,
        rows: Sequence[Row],
        right: Sequence[Answer],
        answers: Sequence[Answer],
        tolerance: float,
        part: str,
    ) -> None:
        self._rows, self._right, self._answers = rows, right, answers
        self._tolerance, self._part = tolerance, part

    def explains(self, wrong: Sequence[int]) -> bool:
        # A way that agrees with the learner nowhere says nothing of the learner.
        rows = [row for row in self._rows if any(self._same(row, i) for i in wrong)]
        if not rows or not all(any(self._same(row, i) for row in rows) for i in wrong):
            return False
        others = [i for i in range(len(self._answers)) if i not in wrong]
        if any(all(self._shows(row, i) for row in rows) for i in others):
            return False
        able = [i for i in range(len(self._answers)) if any(self._shows(row, i) for row in rows)]
        return len(wrong) >= 2 or len(able) == 1

    def in_one_way(self, wrong: Sequence[int]) -> bool:
        return any(
            all(
                self._same(row, i) if i in wrong else not self._shows(row, i)
                for i in range(len(row))
            )
            for row in self._rows
        )

    def _same(self, row: Row, i: int) -> bool:
        mistaken = row[i]
        return (
            mistaken is not None
            and self._shows(row, i)
            and agree(mistaken, self._answers[i], CLOSER * self._tolerance, self._part)
        )

    def _shows(self, row: Row, i: int) -> bool:
        """Whether the way is wrong in this case, in the part that is looked at."""
        mistaken = row[i]
        if mistaken is None:
            return False
        if not self._part:
            return True
        if not isinstance(mistaken.value, Fingerprint):
            return not agree(mistaken, self._right[i], self._tolerance, self._part)
        kept = mistaken.value.part(self._part)
        alike = kept is not None and kept.alike
        nearer = CLOSER * self._tolerance
        return not alike and not agree(mistaken, self._right[i], nearer, self._part)
