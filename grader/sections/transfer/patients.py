"""Part E: a split by patient."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch

from course_lib.checks.case import Case
from course_lib.sections.transfer.properties import FEW
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_Patients = Sequence[Any]


def _order(count: int, seed: int) -> list[int]:
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed)).tolist()


def _drawn(
    names: Callable[[_Patients], list[Any]] = lambda patients: sorted(set(patients)),
    rounded: Callable[[float], int] = round,
) -> Callable[..., tuple[list[int], list[int]]]:
    """An answer that draws patients, out of these names, and takes all their images."""

    def answer(patients: _Patients, share: float, seed: int) -> tuple[list[int], list[int]]:
        known = names(patients)
        held = {known[i] for i in _order(len(known), seed)[: rounded(share * len(known))]}
        train = [i for i, name in enumerate(patients) if name not in held]
        return train, [i for i, name in enumerate(patients) if name in held]

    return answer


_split = _drawn()


def _after(change: Callable[..., Any]) -> Callable[..., Any]:
    """What is made of a right split, and of the patients."""
    return lambda patients, share, seed: change(*_split(patients, share, seed), patients)


def _by_image(patients: _Patients, share: float, seed: int) -> Any:
    order = _order(len(patients), seed)
    held = round(share * len(patients))
    return order[held:], order[:held]


def _share_of_images(patients: _Patients, share: float, seed: int) -> Any:
    known, held = sorted(set(patients)), set()
    for i in _order(len(known), seed):
        if sum(name in held for name in patients) >= share * len(patients):
            break
        held.add(known[i])
    train = [i for i, name in enumerate(patients) if name not in held]
    return train, [i for i, name in enumerate(patients) if name in held]


def _by_chance_alone(patients: _Patients, share: float, seed: int) -> Any:
    return _split(patients, share, int(torch.randint(10**6, ())))


def _first_of_all(patients: _Patients, share: float, seed: int) -> Any:
    known = sorted(set(patients))
    held = known[: round(share * len(known))]
    train = [i for i, name in enumerate(patients) if name not in held]
    return train, [i for i, name in enumerate(patients) if name in held]


def _each_by_itself(patients: _Patients, share: float, seed: int) -> Any:
    generator = torch.Generator().manual_seed(seed)
    held = {name for name in sorted(set(patients)) if torch.rand((), generator=generator) < share}
    train = [i for i, name in enumerate(patients) if name not in held]
    return train, [i for i, name in enumerate(patients) if name in held]


def _one_always_kept(patients: _Patients, share: float, seed: int) -> Any:
    known = sorted(set(patients))
    held = {known[1 + i] for i in _order(len(known) - 1, seed)[: round(share * len(known))]}
    train = [i for i, name in enumerate(patients) if name not in held]
    return train, [i for i, name in enumerate(patients) if name in held]


def _in_place(patients: Any, share: float, seed: int) -> Any:
    mixed = [patients[i] for i in _order(len(patients), seed)]
    patients[:] = mixed
    known = list(dict.fromkeys(patients))
    held = known[: round(share * len(known))]
    train = [i for i, name in enumerate(patients) if name not in held]
    return train, [i for i, name in enumerate(patients) if name in held]


def _last_ones(patients: _Patients, share: float, seed: int) -> Any:
    """The last of mixed patients, of which the last zero are all."""
    known = sorted(set(patients))
    mixed = [known[i] for i in _order(len(known), seed)]
    held = mixed[-round(share * len(known)) :]
    train = [i for i, name in enumerate(patients) if name not in held]
    return train, [i for i, name in enumerate(patients) if name in held]


def _by_keys(patients: _Patients, share: float, seed: int) -> Any:
    known = list(dict.fromkeys(patients))
    keys = torch.rand(len(known), generator=torch.Generator().manual_seed(seed))
    held = {known[i] for i in keys.argsort()[: round(share * len(known))]}
    mask = torch.tensor([name in held for name in patients])
    return (~mask).nonzero()[:, 0], mask.nonzero()[:, 0]


def _one_image_each(train: list[int], validation: list[int], patients: _Patients) -> Any:
    last = {patients[i]: i for i in validation}
    return train, sorted(last.values())


def _cases(draw: Draw) -> list[Case]:
    def case(
        about: str, count: int, share: float, most: int = 6, words: bool = False, seed: int = -1
    ) -> Case:
        numbers = draw.distinct(100, 999, count)
        times = [1 + draw.integer(0, most - 1) for _ in numbers]
        times[0], times[1] = most, 1
        listed = [name for name, n in zip(numbers, times, strict=True) for _ in range(n)]
        mixed = [listed[i] for i in draw.distinct(0, len(listed) - 1, len(listed))]
        names = [f"p{name}" for name in mixed] if words else mixed
        return Case(args=(names, share, draw.integer(1, 10_000) if seed < 0 else seed), about=about)

    count = draw.integer(13, 17)
    return [
        case("numbers for names, a share that comes out", 20, 0.25),
        case("texts for names, a share that is rounded down", count, 4.3 / count, words=True),
        case("a share that is rounded up", count, 3.7 / count),
        case("more for validation than for training", count, 0.7 + 0.1 / count, words=True),
        case("the seed zero", 18, 1 / 3, seed=0),
        case("one image of each patient", 16, 0.25, most=1),
        case("patients of very many images and of few", count, 5.2 / count, most=15),
        case("few patients with many seeds", FEW, 0.4, words=True),
        case("one patient for validation", count, 1 / count),
        case("nobody for validation", count, 0.0, most=3),
        case("everybody for validation", count, 1.0, most=3, words=True),
    ]


SPLIT_BY_PATIENT = Exercise(
    id="transfer.split_by_patient",
    title="A split by patient",
    points=2,
    minutes=8,
    covers=("Q25",),
    cases=_cases,
    through="split_again",
    holds="is_split_by_patient",
    wrong={
        "by image": (
            "Some patients have images in both parts. Then validation asks for patients that the "
            "network knows: draw patients, not images, and take all images of each.",
            _by_image,
            _after(
                lambda train, validation, patients: (train[1:], sorted([train[0], *validation]))
            ),
        ),
        "another share": (
            "Your validation part has another number of patients. It is their share, "
            "round(share * P), to the nearest whole number, however many images they have, and "
            "just so many different ones are drawn.",
            _drawn(rounded=lambda number: int(number + 1e-9)),
            _drawn(rounded=lambda number: math.ceil(number - 1e-9)),
            _share_of_images,
            _each_by_itself,
            _drawn(names=lambda patients: list(patients)),
        ),
        "parts exchanged": (
            "Your parts are the wrong way round: training first, then validation, which has the "
            "share.",
            _after(lambda train, validation, patients: (validation, train)),
        ),
        "everybody for nobody": (
            "Where nobody is to be held out, everybody is. Of a list, [-k:] are the last k, but "
            "with k = 0 it is all of it.",
            _last_ones,
        ),
        "changed patients": (
            "You change the list `patients`. Indices are places in it as it was: leave it as it "
            "is, and shuffle a list of your own, with each patient once.",
            _in_place,
        ),
        "order of a set": (
            "Your split hangs on the order of a set, and sets of texts have another one in every "
            "run of Python: the same seed gives another split tomorrow. Take sorted(set(...)) or "
            "dict.fromkeys(...).",
            _drawn(names=lambda patients: list(set(patients))),
        ),
        "not repeatable": (
            "The same seed gives other parts the second time. Draw with a generator of your own "
            "that has this seed.",
            _by_chance_alone,
        ),
        "seed ignored": (
            "Another seed gives the same parts. Draw with a generator of this seed.",
            lambda patients, share, seed: _split(patients, share, 3),
        ),
        "not by chance": (
            "Your validation patients are the first ones or the last ones. Files are often sorted, "
            "by hospital say: put the patients in random order first.",
            _first_of_all,
        ),
        "not each as likely": (
            "Over many seeds one patient always is in the same part. Each is as likely as any "
            "other to be held out.",
            _one_always_kept,
        ),
        "some missing": (
            "Some images are in neither part. All images of a patient go where the patient goes.",
            _after(lambda train, validation, patients: (train[:-1], validation)),
            _after(_one_image_each),
        ),
        "the same images in both": (
            "Some images are in both parts. The parts have nothing in common.",
            _after(lambda train, validation, patients: ([*range(len(patients))], validation)),
        ),
        "an index twice": (
            "Some index is in one part more than once.",
            _after(lambda train, validation, patients: ([*train, *train], validation * 2)),
        ),
        "no image": (
            "Some index is of no image. The first image has the index 0.",
            _after(lambda train, validation, patients: (train, [*validation, len(patients)])),
        ),
        "patients returned": (
            "You return the patients. Indices are asked for: places in the list, from which images "
            "are taken.",
            _after(
                lambda train, validation, patients: tuple(
                    [patients[i] for i in part] for part in (train, validation)
                )
            ),
            _after(
                lambda train, validation, patients: tuple(
                    sorted({patients[i] for i in part}) for part in (train, validation)
                )
            ),
        ),
        "true and false": (
            "You return true and false for each image. Indices are asked for: "
            "mask.nonzero()[:, 0] are those of the true ones.",
            _after(
                lambda train, validation, patients: tuple(
                    torch.tensor([i in part for i in range(len(patients))])
                    for part in (train, validation)
                )
            ),
        ),
        "counted from 1": (
            "Your indices begin with 1. The first image has the index 0.",
            _after(
                lambda train, validation, patients: (
                    [i + 1 for i in train],
                    [i + 1 for i in validation],
                )
            ),
        ),
        "no pair": (
            "Return two lists of indices, `return train, validation`.",
            _after(lambda train, validation, patients: train),
            _after(lambda train, validation, patients: None),
        ),
    },
    right=(
        _split,
        _by_keys,
        _after(lambda train, validation, patients: [torch.tensor(train), torch.tensor(validation)]),
        _after(lambda train, validation, patients: (train[::-1], validation[::-1])),
    ),
    forbidden=("sklearn", "course_lib"),
    hints=(
        "Who is drawn: images or patients? sorted(set(patients)) has each patient once.",
        "torch.randperm(count, generator=torch.Generator().manual_seed(seed)) puts the patients in "
        "random order; the first of them are for validation.",
        "[i for i, name in enumerate(patients) if name in held_out] are the images of those.",
    ),
)
