"""What is asked of answers where there is no single right one: what is wrong with one, or None."""

from typing import Any

import torch

from course_lib.checks.compare import as_tensor
from course_lib.sections.lenet.earned import earned_by_net as earned_by_net

FEW = 7
"""So few images are split with so many seeds that each comes into both parts."""


def is_split(answer: Any, n: int, held_out: int, seed: int) -> str | None:
    """Two parts of the indices, by chance, of which the seed decides.

    Args:
        answer: the splits of `split_again`: the first two have the same seed.

    Returns:
        The name of a mistake of `split_indices`, or None where it is right.
    """
    splits = []
    for one in answer:
        if wrong := _wrong_form(one):
            return wrong
        splits.append([sorted(map(int, part)) for part in one])
    train, validation = splits[0]
    both = train + validation
    if (min(both), max(both)) == (1, n):
        return "counted from 1"
    if min(both) < 0 or max(both) >= n:
        return "Some index is none of 0 to n - 1."
    if any(len({*part}) < len(part) for part in (train, validation)):
        return "with replacement"
    if set(train) & set(validation):
        return "overlap"
    if sorted(train + validation) != list(range(n)):
        return "some missing"
    if len(validation) != held_out:
        return "parts swapped" if len(train) == held_out else "not held_out"
    if all(_at_equal_distances(one[1], n) for one in splits):
        return "not shuffled"
    if splits[1] != splits[0]:
        return "not repeatable"
    parts = {tuple(one[1]) for one in splits}
    if len(parts) == 1 and 1 < held_out < n - 1:  # else one image may be chosen before
        return "seed ignored"
    if len(parts) == 1 or (len(parts) < len(splits) - 1 and 3 <= held_out <= n - 3):
        return "Some seeds give the same parts as others. Every seed has parts of its own."
    times = [sum(i in one[1] for one in splits) for i in range(n)]
    if n == FEW and {0, len(splits)} & {*times}:
        return "not each as likely"
    return None


def _wrong_form(one: Any) -> str | None:
    """Why this is no pair of index tensors, if it is none."""
    if not isinstance(one, (list, tuple)) or len(one) != 2:
        return "no pair"
    if any(isinstance(part, torch.Tensor) and part.dtype is torch.bool for part in one):
        return "true and false"
    parts = [as_tensor(part) for part in one]
    if any(part is not None and part.dim() == 2 for part in parts):
        return "one axis more"
    if any(part is None or part.dim() != 1 or not len(part) for part in parts):
        return "no pair"
    if any(isinstance(part, torch.Tensor) and part.is_floating_point() for part in one):
        return "no whole numbers"
    return None


def _at_equal_distances(indices: list[int], n: int) -> bool:
    """Whether sorted indices are a run of neighbours, also one around the end, or every k-th."""
    if not 3 <= len(indices) <= n - 3:
        return False  # by chance, few are so now and then
    pairs = zip(indices, [*indices[1:], indices[0] + n], strict=True)
    distances = [after - before for before, after in pairs]
    return len(set(distances[:-1])) == 1 or sorted(distances)[-2] == 1
