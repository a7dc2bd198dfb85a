"""Section 05: marking of the parts of a set."""

from typing import Any

import torch
from torch import Tensor

from course_lib.checks.draw import Draw
from course_lib.former.exercise import Case, Mistake
from course_lib.sections.lenet.splitting import draw_parts, split_case
from grader.former.marking import Marking, Mutant, named_wrongs

Split = tuple[Tensor, Tensor]


def split_indices(n: int, held_out: int, seed: int) -> Split:
    """The solution: -> (n - held_out,), (held_out,)."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[held_out:], order[:held_out]


def _by_keys(n: int, held_out: int, seed: int) -> Split:
    keys = torch.rand(n, generator=torch.Generator().manual_seed(seed))
    chosen = keys < keys.sort().values[held_out]
    return (~chosen).nonzero()[:, 0], chosen.nonzero()[:, 0]


def _overlapping(n: int, held_out: int, seed: int) -> Split:
    train, validation = split_indices(n, held_out, seed)
    return torch.cat([train, validation]), validation


def _some_missing(n: int, held_out: int, seed: int) -> Split:
    train, validation = split_indices(n, held_out, seed)
    return train[:-1], validation


def _split_cases(draw: Draw) -> list[Case]:
    return [
        split_case(draw.integer(60, 90), draw.integer(10, 20), draw.integer(0, 99), "a small part"),
        split_case(draw.integer(60, 90), draw.integer(21, 25), draw.integer(0, 99), "a third"),
    ]


def _masks(n: int, held_out: int, seed: int) -> Split:
    mask = torch.zeros(n, dtype=torch.bool)
    mask[split_indices(n, held_out, seed)[1]] = True
    return ~mask, mask


def _a_seventh(n: int, held_out: int, seed: int) -> Split:
    return split_indices(n, n // 7, seed)


def _global_chance(n: int, held_out: int, seed: int) -> Split:
    order = torch.randperm(n)
    return order[held_out:], order[:held_out]


def _statistics(part: Tensor, axes: tuple[int, ...] = (0, 2, 3), unbiased: bool = False) -> Any:
    return (
        part.mean(axes, keepdim=True),
        part.std(axes, keepdim=True, unbiased=unbiased),
    )


def normalise_parts(train: Tensor, validation: Tensor, test: Tensor) -> list[Tensor]:
    """The solution: three tensors (N, C, H, W)."""
    mean, std = _statistics(train)
    return [(part - mean) / std for part in (train, validation, test)]


def _own(*parts: Tensor) -> list[Tensor]:
    return [normalise_parts(part, part, part)[0] for part in parts]


def _of_all(*parts: Tensor) -> list[Tensor]:
    mean, std = _statistics(torch.cat(parts))
    return [(part - mean) / std for part in parts]


def _with_validation(*parts: Tensor) -> list[Tensor]:
    mean, std = _statistics(torch.cat(parts[:2]))
    return [(part - mean) / std for part in parts]


def _one_after_the_other(train: Tensor, validation: Tensor, test: Tensor) -> list[Tensor]:
    train = normalise_parts(train, train, train)[0]
    return normalise_parts(train, validation, test)


def _per_image(*parts: Tensor) -> list[Tensor]:
    done = []
    for part in parts:
        mean, std = _statistics(part, (1, 2, 3))
        done.append((part - mean) / std)
    return done


def _merged(*parts: Tensor) -> list[Tensor]:
    mean, std = _statistics(parts[0], (0, 1, 2, 3))
    return [(part - mean) / std for part in parts]


def _unbiased(*parts: Tensor) -> list[Tensor]:
    mean, std = _statistics(parts[0], unbiased=True)
    return [(part - mean) / std for part in parts]


def _variance(*parts: Tensor) -> list[Tensor]:
    mean, std = _statistics(parts[0])
    return [(part - mean) / std**2 for part in parts]


def _by_loops(*parts: Tensor) -> tuple[Tensor, ...]:
    done = [part.clone() for part in parts]
    for c in range(parts[0].shape[1]):
        channel = parts[0][:, c]
        mean = channel.sum() / channel.numel()
        std = (((channel - mean) ** 2).sum() / channel.numel()).sqrt()
        for part in done:
            part[:, c] = (part[:, c] - mean) / std
    return tuple(done)


_NORMALISE_MISTAKES, _NORMALISE_MUTANTS = named_wrongs(
    "lenet.normalise_parts",
    {
        "own statistics": _own,
        "statistics of all images": _of_all,
        "validation used": _with_validation,
        "training part only": _one_after_the_other,
        "channels merged": _merged,
        "per image": _per_image,
        "unbiased deviation": _unbiased,
        "variance": _variance,
    },
)


MARKINGS = (
    Marking(
        exercise="lenet.split_indices",
        cases=_split_cases,
        solution=split_indices,
        mutants=(
            Mutant("overlapping", _overlapping, mistake="overlap"),
            Mutant(
                "the last ones",
                lambda n, held_out, seed: torch.arange(n).split([n - held_out, held_out]),
                mistake="not shuffled",
            ),
            Mutant(
                "one seed for all",
                lambda n, held_out, seed: split_indices(n, held_out, 0),
                mistake="seed ignored",
            ),
            Mutant("the global generator", _global_chance, mistake="not repeatable"),
            Mutant("one lost", _some_missing, mistake="some missing"),
            Mutant(
                "swapped",
                lambda n, held_out, seed: split_indices(n, held_out, seed)[::-1],
                mistake="parts swapped",
            ),
            Mutant("masks", _masks, mistake="true and false"),
            Mutant(
                "floats",
                lambda *case: tuple(part.float() for part in split_indices(*case)),
                mistake="no whole numbers",
            ),
            Mutant(
                "one more",
                lambda *case: tuple(part + 1 for part in split_indices(*case)),
                mistake="counted from 1",
            ),
            Mutant("a seventh", _a_seventh, mistake="not held_out"),
            Mutant("one tensor", lambda *case: split_indices(*case)[0], mistake="property"),
            Mutant("printed only", lambda *case: None, mistake="property"),
            Mutant("by random keys", _by_keys, state="right"),
            Mutant(
                "as lists",
                lambda *case: [part.tolist() for part in split_indices(*case)],
                state="right",
            ),
        ),
    ),
    Marking(
        exercise="lenet.normalise_parts",
        cases=lambda draw: [
            Case(args=draw_parts(draw, channels), about=about)
            for channels, about in ((2, "two channels"), (3, "colour"))
        ],
        expect=lambda case: normalise_parts(*case.args),
        mistakes=_NORMALISE_MISTAKES,
        solution=normalise_parts,
        mutants=(*_NORMALISE_MUTANTS, Mutant("by loops", _by_loops, state="right")),
    ),
    Marking(
        exercise="lenet.split_choice",
        cases=lambda draw: [Case()],
        expect=lambda case: "C",
        mistakes=(
            Mistake(
                "validation",
                "The best of twenty is partly luck: those images chose the settings, so their "
                "number is too good. A number that chose nothing is wanted.",
                lambda case: "A",
            ),
            Mistake(
                "best test",
                "Then the test images choose the settings, and are no test any more. They are "
                "looked at once, when everything is chosen.",
                lambda case: "B",
            ),
            Mistake(
                "mean",
                "A mean with a number that is too good is too good, too. More images do not mend "
                "that.",
                lambda case: "D",
            ),
        ),
        solution="C",
        mutants=(
            Mutant("validation", "A", mistake="validation"),
            Mutant("best test", "B", mistake="best test"),
            Mutant("mean", "D", mistake="mean"),
            Mutant("small letter", " c", state="right"),
        ),
    ),
)
