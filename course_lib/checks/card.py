"""Shows a verdict: a card in HTML, the same as plain text, and its data for programs."""

import html
import re
from typing import Any

from torch import Tensor

from course_lib.checks.compare import number
from course_lib.checks.curve import drawn, in_words
from course_lib.checks.verdict import Line, Picture, State, Verdict

VERDICT_TYPE = "application/vnd.cnn-course.verdict+json"
"""MIME type under which programs find the verdict among a cell's outputs."""

_SIGNS: dict[State, str] = {
    "right": "✓",
    "partly right": "◐",
    "wrong": "✗",
    "not attempted": "○",
    "not run": "▷",
    "recorded": "✎",
}
# Blue and orange stay apart for colour-blind readers, and so does a purple that is much darker;
# the sign and the word carry the meaning.
# White on each has a contrast of at least 4.5 to 1, so the badge reads well in every theme.
_COLOURS: dict[State, str] = {
    "right": "#0072b2",
    "partly right": "#8a6400",
    "wrong": "#c04a00",
    "not attempted": "#6b6b6b",
    "not run": "#6b6b6b",
    "recorded": "#5b2a6e",
}


class Card:
    """What IPython displays for a verdict."""

    def __init__(self, verdict: Verdict, earned: str = "") -> None:
        self.verdict = verdict
        self.earned = earned

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "text/plain": plain_card(self.verdict, self.earned),
            "text/html": html_card(self.verdict, self.earned),
            VERDICT_TYPE: self.verdict.as_plain(),
        }


def plain_card(verdict: Verdict, earned: str = "") -> str:
    """The card as text; `earned` is a sentence on points, for graded verdicts."""
    head = f"{_SIGNS[verdict.state]} {verdict.title}: {verdict.state}"
    parts = [head, verdict.message]
    if verdict.question:
        parts.append(f"asked: {verdict.question}")
    parts += [f"  {_line(line)}" for line in verdict.lines]
    if verdict.picture is not None:
        parts.append(_plain_picture(verdict.picture))
    if verdict.curve:
        parts.append(in_words(verdict.curve))
    parts += [f"For a person to look at: {flag}" for flag in verdict.flags]
    if earned:
        parts.append(earned)
    return "\n".join(parts)


def html_card(verdict: Verdict, earned: str = "") -> str:
    """The card as HTML; every text is escaped. It keeps to the theme's own colours."""
    colour = _COLOURS[verdict.state]
    body = [
        f'<div style="border-left:4px solid {colour};padding:.4em .8em;margin:.2em 0;'
        'background:var(--jp-layout-color2,#f5f5f5);color:var(--jp-ui-font-color1,#212121)">',
        f'<div><b style="background:{colour};color:#ffffff;padding:.1em .5em;border-radius:3px">'
        f"{_SIGNS[verdict.state]} {verdict.state}</b> <b>{html.escape(verdict.title)}</b></div>",
        f'<div style="white-space:pre-wrap">{_with_code(verdict.message)}</div>',
    ]
    if verdict.question:
        body.append(f"<div>asked: <code>{html.escape(verdict.question)}</code></div>")
    if verdict.lines:
        items = (f"<li>{_with_code(_line(line))}</li>" for line in verdict.lines)
        body.append(f'<ul style="list-style:none;margin:.3em 0;padding:0">{"".join(items)}</ul>')
    if verdict.picture is not None:
        body.append(_html_picture(verdict.picture))
    if verdict.curve:
        body.append(f"<div>{drawn(verdict.curve)}</div>")
    body += [f"<div>For a person to look at: {html.escape(flag)}</div>" for flag in verdict.flags]
    if earned:
        body.append(f"<div><b>{html.escape(earned)}</b></div>")
    return "".join(body) + "</div>"


def _with_code(text: str) -> str:
    """Escaped; what stands between backticks is set as code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(text))


def _line(line: Line) -> str:
    if line.waits:
        return f"– {line.about} (right; counts once one value is right)"
    return f"{'✓' if line.right else '✗'} {line.about}"


def _plain_picture(picture: Picture) -> str:
    rows = []
    for name, values in (("expected", picture.expected), ("yours", picture.got)):
        rows.append(f"{name}:")
        rows += ["  " + " ".join(f"{number(v):>7}" for v in row) for row in values.tolist()]
    return "\n".join(rows)


def _html_picture(picture: Picture) -> str:
    """Expected, given and the error, side by side, cells tinted by value."""
    error = picture.got - picture.expected
    maps = (("expected", picture.expected), ("yours", picture.got), ("yours − expected", error))
    tables = "".join(_heat_map(name, values) for name, values in maps)
    return (
        f'<div style="display:flex;flex-wrap:wrap;align-items:flex-start;gap:1.2em">{tables}</div>'
    )


def _heat_map(name: str, values: Tensor) -> str:
    largest = max(float(values.abs().nan_to_num(posinf=0.0).max()), 1e-12)
    rows = "".join(
        f"<tr>{''.join(_heat_cell(value, largest) for value in row)}</tr>"
        for row in values.tolist()
    )
    style = "caption-side:top;padding:0;white-space:nowrap"
    caption = f'<caption style="{style}">{html.escape(name)}</caption>'
    return (
        '<table style="border-collapse:collapse;font-size:85%;margin:0;width:auto">'
        f"{caption}{rows}</table>"
    )


def _heat_cell(value: float, largest: float) -> str:
    strength = min(abs(value) / largest, 1.0) * 0.55 if value == value else 0.0
    tint = "0,114,178" if value > 0 else "230,120,0"
    return (
        f'<td style="padding:.1em .5em;text-align:right;background:rgba({tint},{strength:.2f})">'
        f"{number(value)}</td>"
    )
