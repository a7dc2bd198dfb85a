"""Quizzes to check oneself with: no points, and an answer to every choice at once."""

import difflib
import html
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Question", "UnknownQuiz", "find_quiz", "quiz", "right", "wrong"]

# White on each of these has a contrast of at least 4.5 to 1.
_COLOURS = {
    "--jq-multiple-choice-bg": "#1f3a52",
    "--jq-many-choice-bg": "#1f3a52",
    "--jq-mc-button-bg": "#fafafa",
    "--jq-correct-color": "#00694d",
    "--jq-incorrect-color": "#b04300",
    "--jq-text-color": "#ffffff",
}
# jupyterquiz writes feedback in these colours on the notebook's own ground, where the dark theme
# swallows them; here they are the ground. Its letters are larger than the notebook's by half.
_STYLE = """<style>
.Quiz, .Quiz .Feedback, .Quiz .MCButton { font-size: 15px; line-height: 1.4; }
.Quiz .Feedback { color: #ffffff; border-radius: 8px; padding: 6px 10px; text-align: left; }
.Quiz .Feedback:empty { display: none; }
.Quiz .Feedback.correct { background: var(--jq-correct-color); }
.Quiz .Feedback.incorrect { background: var(--jq-incorrect-color); }
</style>"""
_JAVASCRIPT = "application/javascript"


@dataclass(frozen=True)
class Choice:
    """An answer to choose, with what is said to somebody who chooses it."""

    text: str
    right: bool
    feedback: str


@dataclass(frozen=True)
class Question:
    """A question; it has several right choices exactly where its text says so."""

    text: str
    choices: tuple[Choice, ...]


class UnknownQuiz(LookupError):
    """A name that no quiz has."""


def right(text: str, feedback: str) -> Choice:
    """A right choice; the feedback says why."""
    return Choice(text, True, feedback)


def wrong(text: str, feedback: str) -> Choice:
    """A wrong choice; the feedback names the misconception."""
    return Choice(text, False, feedback)


def quiz(name: str) -> None:
    """Shows the quiz called `name` ("convolution.priors"); it works without a network.

    Raises:
        UnknownQuiz: no quiz has this name; the message names the nearest one.
    """
    from IPython.display import display
    from IPython.utils.capture import capture_output
    from jupyterquiz import display_quiz

    questions = find_quiz(name)
    with capture_output() as caught:
        display_quiz([_plain(question) for question in questions], colors=_COLOURS, max_width=720)
    for output in caught.outputs:
        bundle = dict(output.data)
        if _JAVASCRIPT in bundle:
            # The script would fetch MathJax from the web, where the page has not all of it.
            script = bundle[_JAVASCRIPT]
            bundle = {_JAVASCRIPT: f"(function (MathJax) {{\n{script}\n}})();", "text/plain": ""}
        else:
            bundle |= {"text/html": bundle["text/html"] + _STYLE, "text/plain": _text(questions)}
        display(bundle, raw=True)


def find_quiz(name: str) -> tuple[Question, ...]:
    """The questions of the quiz called `name`.

    Raises:
        TypeError: the name is no string.
        UnknownQuiz: no quiz has this name; the message names the nearest one.
    """
    if not isinstance(name, str):
        raise TypeError(
            'quiz() expects the name of a quiz, a text such as "convolution.priors"; '
            f"you gave {type(name).__name__}."
        )
    quizzes = all_quizzes()
    if name not in quizzes:
        near = difflib.get_close_matches(name, quizzes, n=1, cutoff=0.0)
        raise UnknownQuiz(f'There is no quiz "{name}". The nearest name is "{near[0]}".')
    return quizzes[name]


def all_quizzes() -> Mapping[str, tuple[Question, ...]]:
    """Every quiz, by its name "section.name"."""
    import course_lib.sections as package

    return {
        f"{module.name}.{name}": questions
        for module in pkgutil.iter_modules(package.__path__)
        for name, questions in importlib.import_module(
            f"{package.__name__}.{module.name}.quiz"
        ).QUIZZES.items()
    }


def _text(questions: tuple[Question, ...]) -> str:
    """The questions for readers without a browser: no answers."""
    return "\n\n".join(
        "\n".join([question.text, *(f"  ○ {choice.text}" for choice in question.choices)])
        for question in questions
    )


def _plain(question: Question) -> dict[str, Any]:
    """The question as jupyterquiz wants it; its texts are taken as HTML there."""
    several = sum(choice.right for choice in question.choices) > 1
    return {
        "question": html.escape(question.text, quote=False),
        "type": "many_choice" if several else "multiple_choice",
        "answers": [
            {
                "answer": html.escape(choice.text, quote=False),
                "correct": choice.right,
                "feedback": html.escape(choice.feedback, quote=False),
            }
            for choice in question.choices
        ],
    }
