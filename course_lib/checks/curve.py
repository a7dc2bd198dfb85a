"""The curve of a training that was handed in with its weights: read from anybody's numbers."""

from typing import Any

from course_lib.figures.colours import ORANGE, SKY

Curve = tuple[tuple[float, float], ...]
"""Training and validation accuracy, in [0, 1], by epoch."""

MOST_EPOCHS = 500
_WIDTH, _HEIGHT, _EDGE = 360, 120, 34


def read_curve(rows: Any) -> Curve:
    """The curve of a history, () where it is none.

    Args:
        rows: of each epoch: loss, accuracy, validation loss and validation accuracy, perhaps.
    """
    if not isinstance(rows, list) or not 2 <= len(rows) <= MOST_EPOCHS:
        return ()
    if not all(isinstance(row, list) and len(row) == 4 for row in rows):
        return ()
    curve = tuple((row[1], row[3]) for row in rows)
    sound = all(type(one) in (int, float) and 0 <= one <= 1 for pair in curve for one in pair)
    return curve if sound else ()


def in_words(curve: Curve) -> str:
    (train, held_out), (last_train, last_held_out) = curve[0], curve[-1]
    return (
        f"Your training, {len(curve)} epochs: accuracy on the training images from {train:.0%} to "
        f"{last_train:.0%}, on the validation images from {held_out:.0%} to {last_held_out:.0%}."
    )


def drawn(curve: Curve) -> str:
    """The curve as an SVG, in the text's colour but for its two lines."""
    training, validation = (_line(values, len(curve)) for values in zip(*curve, strict=True))
    low, top, right = _HEIGHT - 16, 8, _WIDTH - 90
    says = in_words(curve)
    style = 'font-size="11" fill="currentColor"'
    return (
        f'<svg role="img" aria-label="{says}" width="{_WIDTH}" height="{_HEIGHT}">'
        f"<title>{says}</title>"
        f'<path d="M{_EDGE} {top}V{low}H{right}" fill="none" stroke="currentColor"/>'
        f'<text x="0" y="{top + 8}" {style}>100%</text><text x="14" y="{low}" {style}>0%</text>'
        f'<text x="{_EDGE}" y="{_HEIGHT - 2}" {style}>epochs 1 to {len(curve)}</text>'
        f'<polyline points="{training}" fill="none" stroke="{SKY}" stroke-width="2"/>'
        f'<polyline points="{validation}" fill="none" stroke="{ORANGE}" stroke-width="2" '
        'stroke-dasharray="5 3"/>'
        f'<path d="M{right + 6} 20h18" stroke="{SKY}" stroke-width="2"/>'
        f'<text x="{right + 28}" y="24" {style}>training</text>'
        f'<path d="M{right + 6} 38h18" stroke="{ORANGE}" stroke-width="2" stroke-dasharray="5 3"/>'
        f'<text x="{right + 28}" y="42" {style}>validation</text></svg>'
    )


def _line(values: tuple[float, ...], count: int) -> str:
    wide, high = _WIDTH - 90 - _EDGE, _HEIGHT - 24
    return " ".join(
        f"{_EDGE + wide * place / (count - 1):.1f},{8 + high * (1 - value):.1f}"
        for place, value in enumerate(values)
    )
