"""Core: the mean recall of classes of which some are rare."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.signals.given import balanced_accuracy
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Counts = dict[int, tuple[int, ...]]
"""Class of the label -> what is predicted for its examples."""


def _pair(draw: Draw, counts: Counts) -> tuple[Tensor, Tensor]:
    """(predicted, labels) in random order."""
    pairs = [(p, label) for label, predicted in counts.items() for p in predicted]
    order = draw.distinct(0, len(pairs) - 1, len(pairs))
    predicted, labels = torch.tensor([pairs[i] for i in order]).T
    return predicted.clone(), labels.clone()


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, counts: Counts) -> Case:
        return Case(args=_pair(draw, counts), about=about)

    many, some = draw.integer(7, 9), draw.integer(2, 3)
    other = draw.integer(12, 20)
    single = torch.tensor([other])
    return [
        case("two classes of which one is rare", {1: (1,) * many + (0,), 0: (0,) + (1,) * some}),
        case("one class predicted always", {2: (2,) * many, 1: (2,) * some, 0: (2,) * (some + 1)}),
        case(
            "a class that is only predicted",
            {0: (0,) * many + (3,), 1: (1, 3, 3, 0), 4: (4,) * some + (1,)},
        ),
        case("labels that begin at one", {1: (1,) * many + (2, 2), 2: (2, 1, 1), 5: (5, 2)}),
        case("a negative label", {-1: (-1, 1, 1), 1: (1,) * many + (-1,)}),
        case("large labels", {other: (other,) * some + (3,), 3: (3,) * many + (other, other)}),
        case("one class in the labels", {2: (2,) * some + (1, 0, 0)}),
        Case(
            each=(
                _pair(draw, {0: (0,) * some, 3: (3,) * many}),
                _pair(draw, {0: (1,) * some, 1: (0, 0)}),
                (single, single.clone()),
                (single - 1, single),
                _pair(draw, {0: (0,), 1: (1, 1, 0)}),
            ),
            about="all right or all wrong or a single example",
        ),
    ]


def _recalls(predicted: Tensor, labels: Tensor, classes: Any) -> list[float]:
    """Of each class, in double precision; zero for one without labels."""
    right = predicted == labels
    found = [right[labels == c] for c in classes]
    return [float(hits.double().mean()) if len(hits) else 0.0 for hits in found]


def _over(classes: Callable[[Tensor, Tensor], Any], of: Any = np.mean) -> Callable[..., float]:
    return lambda predicted, labels: float(
        of(_recalls(predicted, labels, classes(predicted, labels)))
    )


def _own(predicted: Tensor, labels: Tensor) -> list[int]:
    return sorted(set(labels.tolist()))


def _together(predicted: Tensor, labels: Tensor) -> list[int]:
    return sorted({*labels.tolist(), *predicted.tolist()})


def _found_alone(predicted: Tensor, labels: Tensor) -> float:
    found = [recall for recall in _recalls(predicted, labels, _own(predicted, labels)) if recall]
    return float(np.mean(found)) if found else 0.0


def _by_bincount(predicted: Tensor, labels: Tensor) -> float:
    """Every number up to the largest label is a class; those below zero are an error."""
    counts = torch.bincount(labels)
    right = torch.bincount(labels[predicted == labels], minlength=len(counts))
    return float((right.double() / counts.clamp(min=1)).mean())


def _accuracy(predicted: Tensor, labels: Tensor) -> float:
    return float((predicted == labels).double().mean())


def _f1(predicted: Tensor, labels: Tensor) -> float:
    scores = []
    for c in _own(predicted, labels):
        both = int(((predicted == c) & (labels == c)).sum())
        scores.append(2 * both / int((predicted == c).sum() + (labels == c).sum()))
    return float(np.mean(scores))


def _each_against_the_rest(predicted: Tensor, labels: Tensor) -> float:
    """Of each class the accuracy of the question whether it is this one."""
    shares = [((predicted == c) == (labels == c)).double().mean() for c in labels.unique()]
    return float(torch.stack(shares).mean())


def _by_table(predicted: Tensor, labels: Tensor) -> Tensor:
    """By a table of counts, of NumPy's."""
    classes, places = np.unique(torch.cat([labels, predicted]).numpy(), return_inverse=True)
    table = np.zeros((len(classes), len(classes)))
    np.add.at(table, (places[: len(labels)], places[len(labels) :]), 1)
    rows = table.sum(1)
    return torch.tensor((table.diagonal()[rows > 0] / rows[rows > 0]).mean())


def _by_weights(predicted: Tensor, labels: Tensor) -> np.float32:
    """A mean in which each example counts less the more its class has."""
    _, places, counts = labels.unique(return_inverse=True, return_counts=True)
    weights = 1 / counts[places]
    return np.float32((weights * (predicted == labels)).sum() / weights.sum())


def _of_sklearn(predicted: Tensor, labels: Tensor) -> float:
    from sklearn.metrics import recall_score

    return float(recall_score(labels, predicted, average="macro", labels=labels.unique()))


BALANCED_ACCURACY = Exercise(
    id="signals.balanced_accuracy",
    title="Balanced accuracy",
    points=1,
    minutes=6,
    covers=("E14.24",),
    example=((Case(args=(torch.tensor([1, 1, 1, 1]), torch.tensor([1, 1, 1, 0]))), 0.5),),
    cases=_cases,
    reference=balanced_accuracy,
    promises=("unchanged",),
    wrong={
        "accuracy": (
            "You return the accuracy, in which a rare class hardly counts. Take the recall of each "
            "class first, then the mean of these.",
            _accuracy,
        ),
        "precision": (
            "You divide by how often a class is predicted, which gives its precision. Recall "
            "divides by how many examples the class has: the two arguments may be exchanged.",
            lambda predicted, labels: balanced_accuracy(labels, predicted),
            lambda predicted, labels: float(
                np.mean(_recalls(labels, predicted, _own(predicted, labels)))
            ),
        ),
        "classes without examples": (
            "You count classes that do not occur in `labels`, with a recall of 0. They have none: "
            "the mean is over the classes of `labels` alone, which need not be 0, 1, 2, and so on.",
            _by_bincount,
            _over(lambda predicted, labels: range(int(labels.min()), int(labels.max()) + 1)),
            _over(_together),
            _over(lambda predicted, labels: range(max(int(labels.max()) + 1, 1))),
            _over(lambda predicted, labels: range(max(_together(predicted, labels)[-1] + 1, 1))),
        ),
        "classes left out": (
            "You do not look at all classes of `labels`. They need not be 0, 1, 2, and so on: "
            "labels.unique() gives them.",
            _over(
                lambda predicted, labels: (
                    set(range(len(labels.unique()))) & {*labels.tolist()} or {99}
                )
            ),
            _over(lambda predicted, labels: range(len(labels.unique()))),
            _over(lambda predicted, labels: (0, 1)),
            _over(lambda predicted, labels: {0, 1} & {*labels.tolist()} or {99}),
        ),
        "classes not found left out": (
            "You leave out classes of which nothing is predicted rightly. They count, too, with a "
            "recall of 0.",
            _over(lambda predicted, labels: {*labels.tolist()} & {*predicted.tolist()} or {99}),
            _found_alone,
        ),
        "classes counted again": (
            "You count a class once more wherever it follows another one. labels.unique() gives "
            "each once, unique_consecutive() does not.",
            _over(lambda predicted, labels: labels.unique_consecutive().tolist()),
        ),
        "share of all": (
            "You divide what is found of each class by the number of all examples. Recall divides "
            "by how many examples the class has.",
            lambda predicted, labels: _accuracy(predicted, labels) / len(labels.unique()),
        ),
        "half the sum": (
            "You divide the sum of the recalls by two. Divide by the number of classes.",
            _over(_own, lambda recalls: sum(recalls) / 2),
        ),
        "errors": (
            "You return the share of errors. Recall is the share of what is right.",
            lambda predicted, labels: 1 - balanced_accuracy(predicted, labels),
        ),
        "whole numbers": (
            "You divide whole numbers and lose what comes after the point: // gives 0 or 1 here.",
            lambda predicted, labels: float(
                np.mean([int(r) for r in _recalls(predicted, labels, _own(predicted, labels))])
            ),
        ),
        "rounded": (
            "Your number is rounded. Return it as it is.",
            lambda predicted, labels: round(balanced_accuracy(predicted, labels), 2),
            lambda predicted, labels: round(balanced_accuracy(predicted, labels), 3),
        ),
        "no mean": (
            "You return the recalls of the classes. Take their mean.",
            lambda predicted, labels: _recalls(predicted, labels, _own(predicted, labels)),
        ),
        "one class alone": (
            "You return the recall of one class. Take the mean over all classes of `labels`.",
            _over(lambda predicted, labels: _own(predicted, labels)[-1:]),
            _over(lambda predicted, labels: _own(predicted, labels)[:1]),
        ),
        "one against the rest": (
            "You count the examples of other classes, too, where both numbers are another class. "
            "The recall of a class is a share of its own examples.",
            _each_against_the_rest,
        ),
        "F1": ("You return the mean F1. Asked is the mean recall.", _f1),
        "sum": ("You return the sum of the recalls. Take their mean.", _over(_own, sum)),
        "percent": (
            "You return percent. Asked is a number between 0 and 1.",
            lambda predicted, labels: 100 * balanced_accuracy(predicted, labels),
        ),
    },
    right=(_over(_own), _by_table, _by_weights),
    library={_of_sklearn: False},
    hints=(
        "labels.unique() gives the classes that occur. Which entries of `labels` are of class c?",
        "Of these entries, how many are predicted rightly? (predicted == labels)[labels == c].",
        "Make it a float before you take the mean; then take the mean of the recalls.",
    ),
    forbidden=("sklearn", "course_lib"),
    stand_in="balanced_accuracy",
)
