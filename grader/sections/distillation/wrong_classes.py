"""Part B: what the wrong classes carry."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, c: int, labels: list[int], T: float, scale: float = 1.5) -> Case:
        order = draw.distinct(0, len(labels) - 1, len(labels))
        y = torch.tensor([labels[i] for i in order])
        return Case(args=(scale * draw.normal(len(labels), c), y, T), about=about)

    warm = draw.integer(2, 4)
    return [
        case("several images a class, of other numbers", 4, [0, 0, 0, 1, 1, 2, 3, 3], warm),
        case("one image a class", 5, [0, 1, 2, 3, 4], warm),
        case("a class without images", 4, [0, 0, 1, 3, 3, 3], warm),
        case("a last class without images", 4, [0, 1, 1, 2, 2], warm),
        case("a single image", 3, [1], warm),
        case("images of one class only", 4, [2, 2, 2], warm),
        case("two classes", 2, [0, 0, 1, 1, 1], warm),
        case("a temperature of one", 4, [0, 0, 1, 2, 2, 3, 3], 1),
        case("a temperature below one", 3, [0, 0, 1, 1, 2, 2, 2], 0.5, 1),
        case("a high temperature", 4, [0, 0, 1, 1, 2, 2, 3, 3], draw.integer(8, 12), 6),
    ]


def _soft(z: Tensor, T: float) -> Tensor:
    return (z / T).softmax(-1)


def _own_left_out(row: Tensor, c: int) -> Tensor:
    keep = torch.arange(len(row)) != c
    return row * keep


def _to_one(row: Tensor) -> Tensor:
    return row / row.sum()


def way(
    soft: Callable[[Tensor, float], Tensor] = _soft,
    classes: Callable[[Tensor, Tensor], int] = lambda z, y: z.shape[1],
    label: Callable[[Tensor, Tensor], Tensor] = lambda z, y: y,
    each: Callable[[Tensor, int], Tensor] = lambda image, c: image,
    own: Callable[[Tensor, int], Tensor] = _own_left_out,
    scaled: Callable[[Tensor], Tensor] = _to_one,
) -> Callable[..., Any]:
    """An answer, class by class.

    Args:
        label: by which images are put into rows.
        each: what becomes of an image's probabilities before the mean.
        own, scaled: what becomes of the mean, one after the other.
    """

    def answer(teacher_logits: Tensor, y: Tensor, T: float) -> Tensor:
        p, count = soft(teacher_logits, T), classes(teacher_logits, y)
        table = torch.zeros(count, count)
        for c in range(count):
            rows = p[label(teacher_logits, y) == c]
            if len(rows):
                mean = torch.stack([each(row, c) for row in rows]).mean(0)
                table[c] = scaled(own(mean, c))[:count]
        return table

    return answer


def _by_counts(teacher_logits: Tensor, y: Tensor, T: float) -> Tensor:
    """All at once: probabilities added into the rows of their labels."""
    table = torch.zeros(teacher_logits.shape[1], teacher_logits.shape[1])
    table.index_add_(0, y, _soft(teacher_logits, T))
    table = table * (1 - torch.eye(len(table)))
    return table / table.sum(1, keepdim=True).clamp_min(1e-12)


def _transposed(teacher_logits: Tensor, y: Tensor, T: float) -> Any:
    return _by_counts(teacher_logits, y, T).T


def _columns_to_one(teacher_logits: Tensor, y: Tensor, T: float) -> Any:
    table = way(scaled=lambda row: row)(teacher_logits, y, T)
    return table / table.sum(0, keepdim=True).clamp_min(1e-12)


def _all_to_one(teacher_logits: Tensor, y: Tensor, T: float) -> Any:
    table = way(scaled=lambda row: row)(teacher_logits, y, T)
    return table / table.sum()


def _means(teacher_logits: Tensor, y: Tensor, T: float) -> Any:
    return way(scaled=lambda row: row)(teacher_logits, y, T)


def _sums(teacher_logits: Tensor, y: Tensor, T: float) -> Any:
    own = F.one_hot(y, teacher_logits.shape[1]).float()
    return (own.T @ _soft(teacher_logits, T)).fill_diagonal_(0)


def _even_where_empty(teacher_logits: Tensor, y: Tensor, T: float) -> Any:
    """Where no image is, the other classes have equal shares."""
    count = teacher_logits.shape[1]
    even = (1 - torch.eye(count)) / (count - 1)
    table = way()(teacher_logits, y, T)
    return table.where(table.sum(1, keepdim=True) > 0, even)


def _packed(teacher_logits: Tensor, y: Tensor, T: float) -> Any:
    """Rows of zeros come last."""
    table = way()(teacher_logits, y, T)
    full = table[y.unique()]
    return torch.cat([full, torch.zeros(len(table) - len(full), table.shape[1])])


def _last_image(teacher_logits: Tensor, y: Tensor, T: float) -> Any:
    last = [max(i for i, label in enumerate(y.tolist()) if label == c) for c in y.unique().tolist()]
    return way()(teacher_logits[last], y[last], T)


def _of_mean_logits(teacher_logits: Tensor, y: Tensor, T: float) -> Any:
    def scaled(mean: Tensor) -> Tensor:
        return mean.softmax(-1)

    table = way(soft=lambda z, T: z / T, own=lambda row, c: row, scaled=scaled)
    found = table(teacher_logits, y, T) * (1 - torch.eye(teacher_logits.shape[1]))
    return found / found.sum(1, keepdim=True).clamp_min(1e-12)


WRONG_CLASSES = Exercise(
    id="distillation.wrong_classes",
    title="What the wrong classes carry",
    points=2,
    minutes=8,
    covers=("E14.29",),
    example=(
        (
            Case(
                args=(
                    torch.tensor([[0.5, 0.3, 0.2], [0.7, 0.2, 0.1]]).log(),
                    torch.tensor([0, 0]),
                    1,
                )
            ),
            [[0, 0.625, 0.375], [0, 0, 0], [0, 0, 0]],
        ),
    ),
    needs=("distillation.soften",),
    cases=_cases,
    reference=way(),
    through="ask_table",
    promises=("unchanged", "tensor"),
    forbidden=("course_lib",),
    wrong={
        "own class kept": (
            "Your rows hold their own class. Its entry becomes 0, before the row is brought to "
            "sum 1.",
            way(own=lambda row, c: row),
        ),
        "sum before": (
            "You bring the row to sum 1 before its own class becomes 0, or not at all: it sums to "
            "less than 1. Divide it by its sum afterwards.",
            way(scaled=lambda row: row),
        ),
        "each image first": (
            "You bring each image's wrong classes to sum 1, and average then. An image that the "
            "teacher is sure of would count like one of which it is not: average first.",
            way(each=lambda image, c: _to_one(_own_left_out(image, c))),
        ),
        "most likely class counted": (
            "You count the classes that are most likely. Average the probabilities.",
            way(
                soft=lambda z, T: F.one_hot(z.argmax(1), z.shape[1]).float(),
                scaled=lambda row: row / row.sum().clamp_min(1e-12),
            ),
        ),
        "no temperature": (
            "You leave T out, or divide the probabilities by it. Divide the logits by T.",
            way(soft=lambda z, T: z.softmax(-1)),
        ),
        "T twice": (
            "You divide by T twice, or by T². soften divides by T already.",
            way(soft=lambda z, T: (z / T**2).softmax(-1)),
        ),
        "T at least one": (
            "You make a T below 1 to 1. It is any number above 0.",
            way(soft=lambda z, T: (z / max(1, T)).softmax(-1)),
        ),
        "over the images": (
            "Your softmax runs over the images. The classes lie along the last axis: dim=-1.",
            way(soft=lambda z, T: (z / T).softmax(0)),
        ),
        "logits averaged": (
            "You average the logits, and take the softmax then. Average the probabilities.",
            _of_mean_logits,
        ),
        "transposed": (
            "Rows and columns have changed places: a row is a true class.",
            _transposed,
        ),
        "columns": (
            "You bring the columns to sum 1, or the whole table. Each row sums to 1.",
            _columns_to_one,
            _all_to_one,
            lambda z, y, T: _sums(z, y, T) / _sums(z, y, T).sum(0).clamp_min(1e-12),
        ),
        "keepdim": (
            "Without keepdim=True the sums lie along the columns, and each row's sum divides a "
            "column.",
            lambda z, y, T: _sums(z, y, T) / _sums(z, y, T).sum(1).clamp_min(1e-12),
            lambda z, y, T: (_sums(z, y, T) / _sums(z, y, T).sum(1)).nan_to_num(0),
            lambda z, y, T: _means(z, y, T) / _means(z, y, T).sum(1).clamp_min(1e-12),
        ),
        "class without images": (
            "The row of a class without images is no row of zeros in your table. A mean of "
            "nothing, and 0 / 0, are not a number (NaN): nan_to_num or clamp_min helps.",
            lambda z, y, T: _sums(z, y, T) / _sums(z, y, T).sum(1, keepdim=True),
            _even_where_empty,
        ),
        "rows missing": (
            "You make rows for the classes that have images only. Row c belongs to class c: there "
            "are C rows, some of zeros.",
            lambda z, y, T: way()(z, y, T)[y.unique()],
            _packed,
        ),
        "right images only": (
            "You leave out images that the teacher takes for another class. All images with label "
            "c count.",
            way(label=lambda z, y: y.where(z.argmax(1) == y, -1)),
        ),
        "largest left out": (
            "You set the largest entry of a row to 0. It is the entry of class c itself, which "
            "need not be the largest.",
            way(own=lambda row, c: row * (row < row.max())),
        ),
        "one image a class": (
            "Your row is that of one image. It is the mean over all images of the class.",
            _last_image,
        ),
        "by the teacher's class": (
            "You put an image into the row that the teacher takes it for. Its label says the row.",
            way(label=lambda z, y: z.argmax(1)),
        ),
        "classes of the labels": (
            "You take the number of classes from the labels. The last class may be without images: "
            "take it from the logits' shape.",
            way(classes=lambda z, y: int(y.max()) + 1),
            lambda z, y, T: way()(z, y, T)[: int(y.max()) + 1],
        ),
    },
    right=(way(), _by_counts),
    hints=(
        "F.one_hot(y, C).T.float() @ probabilities adds up, in row c, the probabilities of the "
        "images of class c. Does it matter for the result whether a row is a sum or a mean?",
        "rows.fill_diagonal_(0) leaves the own classes out; then divide each row by its sum.",
        "A class without images has the sum 0, and 0 / 0 is NaN: clamp_min or nan_to_num helps.",
    ),
)
