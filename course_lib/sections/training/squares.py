"""What is wrong with the squares that `cutout` has cut, by where they begin and end."""

from collections.abc import Iterator, Sequence

from torch import Tensor

from course_lib.sections.training.chance import dependent, drawn_together, fits

Model = list[int]
"""Of one axis: what is drawn, each as likely as it stands there."""


def wrong_squares(calls: Tensor, images: Tensor, size: int) -> str | None:
    """What is wrong with images that were cut: (calls, N, C, H, W)."""
    if (calls == images).all():
        return "nothing cut"
    if name := _no_squares(calls, images, size):
        return name
    changed = (calls != images).any(2)
    height, width = images.shape[-2:]
    rows, columns = _label(changed.any(3)), _label(changed.any(2))
    shapes = ((rows, height, width), (columns, width, height))
    right = [_right(drawn, length, size) for drawn, length, _ in shapes]
    if not all(_inside(drawn, model) for (drawn, *_), model in zip(shapes, right, strict=True)):
        return _mistaken(shapes, size)
    pairs = rows * _base(width) + columns
    down, across = right
    both = [y * _base(width) + x for y in down for x in across]
    axes = ((rows, down), (columns, across))
    if name := drawn_together(pairs, both):
        return name
    for drawn, model in axes:
        if name := drawn_together(drawn, model):
            return "one axis for the batch" if name == "one draw for the batch" else name
    if not all(fits(_flat(drawn), model) for drawn, model in axes):
        return _mistaken(shapes, size)
    if not fits(_flat(pairs), both):
        return "one number for both axes"
    each = (*axes, (pairs, both))
    return "not one by one" if any(dependent(drawn, model) for drawn, model in each) else None


def _no_squares(calls: Tensor, images: Tensor, size: int) -> str | None:
    changed = calls != images
    hole = changed.any(2)
    if (calls[changed] != 0).any():
        return "no zeros" if _fit_in(hole, size + 1) else "no square"
    if (changed != hole[:, :, None]).any():
        return "each channel by itself"
    if not _is_product(hole):
        inverted = _is_product(~hole) and _fit_in(~hole, size)
        return "all but the square" if inverted else "no square"
    missing = ~hole.flatten(2).any(2)
    if missing.any():
        always_there = len(calls) > 1 and missing.all(0).any() and not missing.all()
        return "an image left out" if always_there else "no hole in some"
    return None


def _is_product(hole: Tensor) -> bool:
    """Whether all pixels are in it that stand in a row and in a column which it touches."""
    return bool((hole == hole.any(3)[..., None] & hole.any(2)[..., None, :]).all())


def _fit_in(hole: Tensor, side: int) -> bool:
    """Whether no more rows, and no more columns, than so many are touched."""
    return all(bool((hole.any(axis).sum(2) <= side).all()) for axis in (2, 3))


def _label(covered: Tensor) -> Tensor:
    """(calls, N, length) -> (calls, N): where what is covered begins and ends."""
    length = covered.shape[-1]
    first = covered.int().argmax(-1)
    last = length - covered.flip(-1).int().argmax(-1)
    return first * _base(length) + last


def _base(length: int) -> int:
    return (length + 1) ** 2


def _squares(length: int, size: int, before: int, centres: Sequence[int]) -> Model:
    """The labels of squares which begin so far before their centres."""
    starts = [centre - before for centre in centres]
    return [max(s, 0) * _base(length) + min(s + size, length) for s in starts]


def _clamped(length: int, size: int, before: int, last: int) -> Model:
    """The labels of squares which begin in 0 to `last`, and end `size` after it."""
    return _squares(length, size, 0, [min(max(c - before, 0), last) for c in range(length)])


def _right(drawn: Tensor, length: int, size: int) -> Model:
    """The squares on all pixels, of whose two middles the one that is meant by an even size."""
    usual, other = (_squares(length, size, b, range(length)) for b in (size // 2, (size - 1) // 2))
    return other if not fits(_flat(drawn), usual) and fits(_flat(drawn), other) else usual


def _inside(drawn: Tensor, model: Model) -> bool:
    return set(_flat(drawn)) <= set(model)


def _flat(labels: Tensor) -> list[int]:
    found: list[int] = labels.flatten().tolist()
    return found


def _mistaken(shapes: Sequence[tuple[Tensor, int, int]], size: int) -> str:
    """The mistake by which both axes would be drawn so, each right or mistaken."""
    models = [dict(_mistakes(length, other, size)) for _, length, other in shapes]
    for name in models[0]:
        mistaken = [
            any(
                fits(_flat(drawn), model) for model in [*options[name], _right(drawn, length, size)]
            )
            for (drawn, length, _), options in zip(shapes, models, strict=True)
        ]
        if all(mistaken):
            return name
    return "squares elsewhere"


def _mistakes(length: int, other: int, size: int) -> Iterator[tuple[str, list[Model]]]:
    everywhere, middles = range(length), (size // 2, (size - 1) // 2)
    yield (
        "kept inside",
        [_squares(length, size, 0, range(length - size + more)) for more in (0, 1) if length > size]
        + [_clamped(length, size, before, length - size) for before in middles if length > size],
    )
    yield (
        "end after clamping",
        [_clamped(length, size, before, length) for before in middles],
    )
    yield (
        "half the size",
        [_squares(length, double, size, everywhere) for double in (2 * size, 2 * size + 1)],
    )
    yield "one pixel less", [_squares(length, size - 1, (size - 1) // 2, everywhere)]
    yield (
        "one pixel more",
        [_squares(length, size + 1, before, everywhere) for before in (size // 2, (size + 1) // 2)],
    )
    yield (
        "a corner for the centre",
        [_squares(length, size, before, everywhere) for before in (0, size - 1)],
    )
    yield "sides swapped", [_squares(length, size, size // 2, range(min(length, other)))]
    yield (
        "an end left out",
        [
            _squares(length, size, before, everywhere[part])
            for before in middles
            for part in (slice(None, -1), slice(1, None), slice(1, -1))
        ],
    )
