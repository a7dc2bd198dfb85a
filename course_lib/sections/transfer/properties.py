"""What is asked of answers where there is no single right one: what is wrong with one, or None."""

from collections.abc import Sequence
from typing import Any

import torch

from course_lib.checks.compare import as_tensor
from course_lib.checks.finding import Partly

FEW = 5
"""So few patients are split with so many seeds that each comes into both parts."""

Parts = tuple[list[int], list[int]]


def is_split_by_patient(
    answer: Any, patients: Sequence[Any], share: float, seed: int
) -> str | Partly | None:
    """Two parts of the images, no patient in both, by chance, of which the seed decides.

    Args:
        answer: what `split_again` returns: the first two splits have the same seed.

    Returns:
        The name of a mistake of `split_by_patient`, a share of the credit, or None where it is
        right.
    """
    wrong = _wrong_splits(answer, patients, share)
    if answer["patients"] == "as before":
        return wrong
    # Whatever else is wrong may come of that: indices of a list in another order.
    return "changed patients" if wrong else Partly("changed patients", 0.5)


def _wrong_splits(answer: Any, patients: Sequence[Any], share: float) -> str | None:
    splits: list[Parts] = []
    for one in answer["splits"]:
        if wrong := _wrong_form(one):
            return wrong
        splits.append(_sorted(one))
    found = [_wrong_parts(one, patients, share) for one in splits]
    wrong = next((one for one in found if one), None)
    if wrong == "parts exchanged" and set(found) != {wrong}:
        return "another share"  # which by chance is the other part's
    wrong = wrong or _wrong_chance(splits, patients, share)
    return wrong or _wrong_runs(answer["runs"], patients, share)


def _sorted(one: Any) -> Parts:
    train, validation = (sorted(map(int, part)) for part in one)
    return train, validation


def _wrong_runs(runs: Sequence[Any], patients: Sequence[Any], share: float) -> str | None:
    """Whether other runs of Python give other splits, of those that are splits at all.

    An answer that turns names into other texts may give none where names are of another kind.
    """
    splits = [_sorted(one) for one in runs if not _wrong_form(one)]
    splits = [one for one in splits if not _wrong_parts(one, patients, share)]
    return "order of a set" if any(one != splits[0] for one in splits) else None


def _wrong_form(one: Any) -> str | None:
    """Why this is no pair of indices, if it is none."""
    if not isinstance(one, (list, tuple)) or len(one) != 2:
        return "no pair"
    if any(_holds_bools(part) for part in one):
        return "true and false"
    parts = [as_tensor(part) for part in one]
    if any(part is None or part.dim() != 1 for part in parts):
        texts = all(isinstance(part, (list, tuple)) for part in one)
        texts = texts and all(isinstance(item, str) for part in one for item in part)
        return "patients returned" if texts else "no pair"
    return None


def _holds_bools(part: Any) -> bool:
    if isinstance(part, torch.Tensor):
        return part.dtype is torch.bool
    return isinstance(part, (list, tuple)) and any(isinstance(item, bool) for item in part)


def _wrong_parts(parts: Parts, patients: Sequence[Any], share: float) -> str | None:
    n, count = len(patients), len(set(patients))
    train, validation = parts
    both = train + validation
    if not set(both) <= set(range(n)):
        if both and (min(both), max(both)) == (1, n):
            return "counted from 1"
        return "patients returned" if set(both) <= {*patients} else "no image"
    if len(set(train)) < len(train) or len(set(validation)) < len(validation):
        return "an index twice"
    if set(train) & set(validation):
        return "the same images in both"
    sick, held = ({patients[i] for i in part} for part in parts)
    if len(both) < n:
        return "some missing"
    wanted = round(share * count)
    if sick & held:
        return "by image"
    if len(held) == wanted:
        return None
    if wanted == 0 and not sick:  # so are parts exchanged, which other settings tell
        return "everybody for nobody"
    return "parts exchanged" if len(sick) == wanted else "another share"


def _wrong_chance(splits: Sequence[Parts], patients: Sequence[Any], share: float) -> str | None:
    held = [frozenset(patients[i] for i in validation) for _, validation in splits]
    order = list(dict.fromkeys(patients))
    count, wanted = len(order), round(share * len(order))
    if held[1] != held[0]:
        return "not repeatable"
    ends = [
        {frozenset(names[:wanted]), frozenset(names[-wanted:])}
        for names in (order, sorted(order), _by_images(patients))
    ]
    if 3 <= wanted <= count - 3 and any(all(one in end for one in held) for end in ends):
        return "not by chance"
    if len({*held}) == 1 and 1 < wanted < count - 1:  # else one may be chosen twice
        return "seed ignored"
    if count == FEW:
        times = [sum(name in one for one in held) for name in order]
        if {0, len(held)} & {*times}:
            return "not each as likely"
    return None


def _by_images(patients: Sequence[Any]) -> list[Any]:
    """The patients by the number of their images, fewest first."""
    return sorted(dict.fromkeys(patients), key=patients.count)
