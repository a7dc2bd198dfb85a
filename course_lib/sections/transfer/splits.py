"""How a function is asked that splits the images of patients."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from course_lib.sections.transfer.properties import FEW


class _Name(str):
    """A name whose place in a set differs from run to run, as that of all texts does."""

    run = 0

    def __hash__(self) -> int:
        return zlib.crc32(f"{self.run} {self}".encode())

    @classmethod
    def of(cls, text: str, run: int) -> "_Name":
        name = cls(text)
        name.run = run
        return name


def split_again(
    split: Callable[..., Any], patients: Sequence[Any], share: float, number: int
) -> dict[str, Any]:
    """Asks twice with one seed, and with three others; of few patients with many others.

    No further ones after what is no pair of parts of the images, which may be of any size.

    Returns:
        "splits": what came; "patients": "as before" or "changed"; "runs": the splits of the first
        seed as other runs of Python would give them, where the patients are texts.
    """
    others = 60 if len(set(patients)) == FEW else 3
    splits: list[Any] = []
    changed = False
    for one in [number, *range(number, number + others + 1)]:
        given = list(patients)
        splits.append(_lists(split(given, share, one)))
        changed = changed or given != list(patients)
        if not _may_be_split(splits[-1], len(patients)):
            break
    texts = all(isinstance(name, str) for name in patients)
    return {
        "splits": splits,
        "patients": "changed" if changed else "as before",
        "runs": [*_in_runs(split, patients, share, number)] if texts else [],
    }


def _in_runs(
    split: Callable[..., Any], patients: Sequence[str], share: float, number: int
) -> Iterator[Any]:
    """The splits of other runs; none where the answer needs texts of Python's own kind."""
    for run in range(4):
        try:
            came = _lists(split([_Name.of(name, run) for name in patients], share, number))
        except Exception:
            return
        if not _may_be_split(came, len(patients)):
            return
        yield came


def _lists(came: Any) -> Any:
    """A set of indices is as good as a list."""
    if not isinstance(came, (list, tuple)):
        return came
    return [[*part] if isinstance(part, (set, frozenset)) else part for part in came]


def _may_be_split(split: Any, images: int) -> bool:
    try:
        return len(split) == 2 and all(len(part) <= images for part in split)
    except TypeError:
        return False
