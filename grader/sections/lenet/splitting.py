"""A part for validation: two sets of indices, by chance, of which the seed decides."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.lenet.properties import FEW
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_Split = tuple[Any, ...]


def _split(n: int, held_out: int, seed: int) -> tuple[Tensor, Tensor]:
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[held_out:], order[:held_out]


def _by_keys(n: int, held_out: int, seed: int) -> _Split:
    keys = torch.rand(n, generator=torch.Generator().manual_seed(seed))
    chosen = keys < keys.sort().values[held_out]
    return (~chosen).nonzero()[:, 0], chosen.nonzero()[:, 0]


def _global_chance(n: int, held_out: int, seed: int) -> _Split:
    order = torch.randperm(n)
    return order[held_out:], order[:held_out]


def _seeded_globally(n: int, held_out: int, seed: int) -> _Split:
    torch.manual_seed(seed)
    return _global_chance(n, held_out, seed)


def _masks(n: int, held_out: int, seed: int) -> _Split:
    mask = torch.zeros(n, dtype=torch.bool)
    mask[_split(n, held_out, seed)[1]] = True
    return ~mask, mask


def _with_replacement(n: int, held_out: int, seed: int) -> _Split:
    drawn = torch.randint(n, (n,), generator=torch.Generator().manual_seed(seed))
    return drawn[held_out:], drawn[:held_out]


def _replaced_in_validation(n: int, held_out: int, seed: int) -> _Split:
    drawn = torch.randint(n, (held_out,), generator=torch.Generator().manual_seed(seed))
    return torch.tensor([i for i in range(n) if i not in drawn]), drawn


def _two_orders(n: int, held_out: int, seed: int) -> _Split:
    generator = torch.Generator().manual_seed(seed)
    train = torch.randperm(n, generator=generator)[held_out:]
    return train, torch.randperm(n, generator=generator)[:held_out]


def _one_always_kept(first: bool) -> Callable[[int, int, int], _Split]:
    def answer(n: int, held_out: int, seed: int) -> _Split:
        train, validation = _split(n - 1, held_out, seed)
        kept = torch.tensor([0 if first else n - 1])
        return torch.cat([train + first, kept]), validation + first

    return answer


def _run_of_neighbours(n: int, held_out: int, seed: int) -> _Split:
    start = int(torch.randint(n, (), generator=torch.Generator().manual_seed(seed)))
    order = (torch.arange(n) + start) % n
    return order[held_out:], order[:held_out]


def _after(change: Callable[[Tensor, Tensor], Any]) -> Callable[[int, int, int], Any]:
    """What is made of a right split."""
    return lambda n, held_out, seed: change(*_split(n, held_out, seed))


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, n: int, held_out: int, seed: int | None = None) -> Case:
        seed = draw.integer(1, 10_000) if seed is None else seed
        return Case(args=(n, held_out, seed), about=about)

    n = 2 * draw.integer(30, 45) + 1
    return [
        case("a tenth held out", n, n // 10),
        case("the seed zero", n + 3, n // 5, 0),
        case("a third held out", n, n // 3 + 1),
        case("more held out than kept", n, n - n // 4),
        case("few images, and many seeds", FEW, 2),
        case("one image held out", n, 1),
        case("all but one held out", n, n - 1),
    ]


SPLIT_INDICES = Exercise(
    id="lenet.split_indices",
    title="A part for validation",
    points=2,
    minutes=6,
    core=False,
    covers=("B05-split",),
    cases=_cases,
    through="split_again",
    holds="is_split",
    wrong={
        "overlap": (
            "Some images are in both parts. Then the validation accuracy is partly that of images "
            "which the network was trained on.",
            _after(lambda train, validation: (torch.cat([train, validation]), validation)),
            _two_orders,
        ),
        "not shuffled": (
            "The validation images are neighbours, or stand at equal distances. Files are often "
            "sorted; draw the images in random order first.",
            lambda n, held_out, seed: torch.arange(n).split([n - held_out, held_out]),
            lambda n, held_out, seed: torch.arange(n).split([held_out, n - held_out])[::-1],
            _run_of_neighbours,
        ),
        "seed ignored": (
            "Another seed gives the same parts. Draw with a generator of this seed.",
            lambda n, held_out, seed: _split(n, held_out, 0),
        ),
        "not repeatable": (
            "The same seed gives other parts the second time, so images wander from one part to "
            "the other between runs. Draw with a generator of your own with this seed.",
            _global_chance,
        ),
        "some missing": (
            "Some images are in neither part. Together the parts hold every index once.",
            _after(lambda train, validation: (train[:-1], validation)),
            _after(lambda train, validation: (train.unique()[1:], validation)),
        ),
        "with replacement": (
            "Some indices are more than once in one part, as in draws with replacement "
            "(torch.randint). torch.randperm gives each once.",
            _with_replacement,
            _replaced_in_validation,
        ),
        "not each as likely": (
            "Over many seeds some image always is in the same part. Each must be as likely as any "
            "other to be held out: draw from all n.",
            _one_always_kept(first=True),
            _one_always_kept(first=False),
        ),
        "true and false": (
            "You returned true and false for each image. Indices are wanted: mask.nonzero()[:, 0] "
            "are those of the true ones.",
            _masks,
        ),
        "no whole numbers": (
            "Indices are whole numbers, and floating point ones pick no image: .long() makes "
            "whole ones.",
            _after(lambda train, validation: (train.float(), validation.float())),
        ),
        "counted from 1": (
            "Your indices go up to n. The first image has the index 0 and the last one n - 1.",
            _after(lambda train, validation: (train + 1, validation + 1)),
        ),
        "not held_out": (
            "The second part must have held_out indices, the first all others.",
            lambda n, held_out, seed: _split(n, n // 7, seed),
            lambda n, held_out, seed: _split(n, n // 2 + 2, seed),
        ),
        "parts swapped": (
            "The parts are the wrong way round: the second one, for validation, has held_out "
            "images.",
            _after(lambda train, validation: (validation, train)),
        ),
        "one axis more": (
            "Your indices stand in rows of one number each. They have one axis, (n - held_out,) "
            "and (held_out,): mask.nonzero()[:, 0], for example.",
            _after(lambda train, validation: (train[:, None], validation[:, None])),
        ),
        "no pair": (
            "Return two tensors of indices, `return train, validation`: first those for training, "
            "then those for validation.",
            lambda n, held_out, seed: _split(n, held_out, seed)[0],
            lambda n, held_out, seed: torch.randperm(n),
            lambda n, held_out, seed: None,
        ),
    },
    right=(
        _by_keys,
        _seeded_globally,
        _after(lambda train, validation: (train.tolist(), validation.tolist())),
        _after(lambda train, validation: [train.sort().values, validation.int()]),
    ),
    hints=(
        "torch.randperm(n) is every index once, in random order. Then cut it in two.",
        "generator = torch.Generator().manual_seed(seed), and "
        "torch.randperm(n, generator=generator).",
    ),
)
