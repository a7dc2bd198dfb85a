"""Quizzes to check oneself with: no points, and an answer to every choice at once."""

import difflib
import html
import importlib
import pkgutil
import re
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
.Quiz .MCButton { position: relative; }
.Quiz .MCButton input { position: absolute; opacity: 0; }
.Quiz .MCButton:has(input:focus-visible) { outline: 3px solid #d55e00; outline-offset: 2px; }
.Quiz .correctButton::before { content: "✓"; margin-right: 0.5em; }
.Quiz .incorrectButton::before { content: "✗"; margin-right: 0.5em; }
</style>"""
# jupyterquiz takes every mark away with the next click, and makes one group of a question's
# choices, so that an arrow key answers (and JupyterLab moves to another cell). Here a right
# choice stays marked and counted, and Tab goes from choice to choice; the space bar answers.
_BEHAVIOUR = """function prepare(id) {
  const quiz = document.getElementById(id);
  if (!quiz || !quiz.querySelector(".MCButton")) { setTimeout(prepare, 200, id); return; }
  for (const input of quiz.querySelectorAll(".MCButton input")) input.name = input.id;
  for (const said of quiz.querySelectorAll(".Feedback")) said.setAttribute("aria-live", "polite");
  quiz.addEventListener("click", (event) => {
    if (!event.target.closest(".MCButton")) return;
    const question = event.target.closest(".Quiz");
    for (const right of question.querySelectorAll(".correctButton")) right.dataset.found = "yes";
    const found = question.querySelectorAll("[data-found]");
    for (const right of found) { right.classList.add("correctButton"); right.dataset.answered = 0; }
    const said = question.querySelector(".Feedback");
    if (said.dataset.numcorrect > 1) {
      said.dataset.answeredcorrect = found.length;
      said.innerHTML = said.innerHTML.replace(/\\[\\d+\\/(\\d+)\\]$/, `[${found.length}/$1]`);
    }
  });
}"""
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
    page, theirs = (output.data for output in caught.outputs)
    (place,) = re.findall(r'^<div id="(\w+)"', page["text/html"])
    display({"text/html": page["text/html"] + _STYLE, "text/plain": _text(questions)}, raw=True)
    # The script would fetch MathJax from the web, where the page has not all of it.
    shielded = f"(function (MathJax) {{\n{theirs[_JAVASCRIPT]}\n}})();"
    script = f'{shielded}\n({_BEHAVIOUR})("{place}");'
    display({_JAVASCRIPT: script, "text/plain": ""}, raw=True)


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
