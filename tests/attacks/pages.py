"""What a page tells, as far as attacks go: what a browser would do with it, what it shows."""

import re
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbgrader.server_extensions.formgrader
from nbconvert.exporters import HTMLExporter
from torch import Tensor
from traitlets.config import Config

MARK = "gotcha"
"""Every attack on the browser writes this word into whatever it wants to be active."""

_ACTIVE = {"script", "style", "iframe", "object", "embed", "svg", "math", "base", "meta", "link"}
_LINKS = {"href", "src", "action", "formaction", "data", "srcdoc", "poster", "xlink:href"}
_TEX = re.compile(
    r"\\(?:href|mmlToken|style|cssId|class|require|html\w*|bbox|unicode)\b[^$]*" + MARK
)
_NO_TEX = {"script", "style", "textarea", "pre", "code"}


class _Active(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        for name, value in attrs:
            text = (value or "").strip().lower()
            if name.startswith("on") and MARK in text:
                self.found.append(f"{tag} {name}")
            scheme = re.match(r"[a-z][a-z0-9+.-]*:", re.sub(r"\s", "", text))
            harmless = text.startswith(("http:", "https:", "mailto:", "data:image/png"))
            if name in _LINKS and MARK in text and scheme and not harmless:
                self.found.append(f"{tag} {name}={text[:30]}")
            if tag in _ACTIVE and MARK in text:
                self.found.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if MARK not in data.lower():
            return
        holding = {"script", "style", "svg", "object", "iframe"} & set(self.inside)
        self.found += [f"inside {tag}" for tag in sorted(holding)]
        if not _NO_TEX & set(self.inside) and _TEX.search(data):
            self.found.append("an active command of TeX")


def active(page: str) -> list[str]:
    """What of a page holds the mark of an attack where a browser would act on it."""
    parser = _Active()
    parser.feed(page)
    parser.close()
    return parser.found


def shows(text: str, tensor: Tensor) -> bool:
    """Whether neighbours in `tensor` stand side by side in `text`, as printing puts them.

    Single numbers of any tensor, and now and then a pair, stand on a page of numbers by chance.
    """
    number = r"\d+\.\d{3,}(?:e[+-]\d+)?"
    beside = re.findall(rf"(?=(?<![\d.])({number})[\],\[\s]+-?({number}))", text)
    short = {(f"{float(left):.4g}", f"{float(right):.4g}") for left, right in beside}
    values = [f"{abs(value):.4g}" for value in tensor.flatten().tolist()]
    return len([pair for pair in short & {*pairwise(values)} if all("." in x for x in pair)]) > 1


@cache
def _exporter() -> HTMLExporter:
    templates = Path(nbgrader.server_extensions.formgrader.__file__).parent / "templates"
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [str(templates)]
    return HTMLExporter(config=config)


def formgrader_page(path: Path) -> str:
    """The page on which formgrader shows a graded notebook to the instructor."""
    names = ("assignment_id", "notebook_id", "submission_id", "base_url", "student", "last_name")
    resources: dict[str, Any] = dict.fromkeys((*names, "first_name", "notebook_path"), "")
    page, _ = _exporter().from_filename(str(path), resources={**resources, "index": 0, "total": 1})
    return str(page)
