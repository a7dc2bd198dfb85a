"""Learners' text for pages: it reads the same and cannot act."""

import re
from collections.abc import Collection

_WORD_JOINER = "\u2060"

# What the texts and the essays of the course need; everything else that begins with a backslash
# (links, styles, macros, extensions) stays readable and is no command.
_TEX = """
    frac dfrac tfrac sqrt sum prod int lim max min sup inf arg log ln exp sin cos tan tanh det
    alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho
    sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega
    cdot cdots ldots dots vdots ddots times div pm mp ast star circ bullet oplus otimes odot
    le leq ge geq ne neq lt gt ll gg approx equiv sim simeq cong propto in notin ni subset subseteq
    cup cap setminus emptyset forall exists neg land lor to gets mapsto rightarrow leftarrow
    Rightarrow Leftarrow leftrightarrow Leftrightarrow implies iff infty partial nabla top bot
    left right big Big bigg Bigg langle rangle lfloor rfloor lceil rceil lvert rvert lVert rVert
    mid vert Vert hat bar tilde vec dot ddot overline underline widehat widetilde overbrace
    underbrace text mathrm mathbf mathit mathcal mathbb mathsf operatorname boldsymbol quad qquad
    begin end tag limits nolimits displaystyle textstyle prime ell Re Im top dagger
"""
_ALLOWED = frozenset(_TEX.split())


def inert(markdown: str, attached: Collection[str] = ()) -> str:
    """Markdown that reads the same and cannot act: no tag and no active TeX command begins in it.

    A word joiner behind "<" is invisible in text and in code, and no browser takes what follows
    for a tag, whichever way the Markdown is parsed. (Cleaning as HTML would lose "x<y".) Before
    a link's target it makes that a relative one, which runs nothing.

    Args:
        attached: names of the pictures that the text may show; one that is not there would break
            the page, feedback and formgrader alike.
    """
    pictures = "".join(rf"|attachment:{re.escape(name)}(?=[\s)>\"'])" for name in attached)
    # Up to the next bracket only: a look ahead from each of many to the end would take too long.
    target = rf"(\][(:]\s*<?)(?!https?://|mailto:{pictures})(?=[^\n)\]]*[:&\\])"
    text = re.sub(target, rf"\1{_WORD_JOINER}", markdown)
    text = re.sub(r"<(?=[A-Za-z/!?])", f"<{_WORD_JOINER}", text)
    return inert_tex(text)


def inert_tex(text: str) -> str:
    """The text with no TeX command but those of plain formulas: MathJax reads all of a page."""
    return re.sub(r"\\([A-Za-z]+)", _command, text)


def _command(match: re.Match[str]) -> str:
    name = match[1]
    return match[0] if name in _ALLOWED else f"\\{_WORD_JOINER}{name}"
