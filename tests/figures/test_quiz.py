"""Quizzes: feedback for every choice, exactly the marked ones right, no network."""

import json
import re
from collections.abc import Iterator
from typing import Any

import IPython.core.display_functions as display_module
import pytest
from IPython.core.interactiveshell import InteractiveShell
from scipy import ndimage, signal

from ci.sections import places
from course_lib import quiz
from course_lib.quiz import Question, UnknownQuiz, all_quizzes, find_quiz

QUESTIONS = [
    pytest.param(question, id=f"{name}-{number}")
    for name, questions in all_quizzes().items()
    for number, question in enumerate(questions, start=1)
]

KEY = {
    "convolution.priors": [
        {
            "An output depends on a small window of the input only.",
            "The same weights serve at every position.",
        },
        {"False"},
        {"The dense network only"},
        {"As many as before"},
    ],
    "convolution.equivariance": [
        {"Moving the input moves the output likewise."},
        {"It moves by as many pixels: equivariant."},
        {"It stays the same."},
        {"4"},
        {"False"},
    ],
    "convolution.flip": [
        {"False"},
        {"scipy.signal.convolve2d", "scipy.ndimage.convolve"},
        {"The kernel is learned."},
        {"[[0, 1, 0], [1, -4, 1], [0, 1, 0]]"},
    ],
}


def test_exactly_the_right_choices_are_marked() -> None:
    marked = {
        name: [{choice.text for choice in q.choices if choice.right} for q in questions]
        for name, questions in all_quizzes().items()
    }
    assert {name: marked[name] for name in KEY} == KEY


@pytest.mark.parametrize("question", QUESTIONS)
class TestQuestion:
    def test_every_choice_has_feedback_of_its_own(self, question: Question) -> None:
        feedback = [choice.feedback for choice in question.choices]
        assert all(len(text) > 15 for text in feedback)
        assert len(set(feedback)) == len(feedback)

    def test_right_and_wrong_are_both_there(self, question: Question) -> None:
        assert {choice.right for choice in question.choices} == {True, False}
        assert len({choice.text for choice in question.choices}) == len(question.choices)

    def test_several_right_choices_are_announced(self, question: Question) -> None:
        several = sum(choice.right for choice in question.choices) > 1
        assert several == ("are right" in question.text)


@pytest.fixture
def _shell() -> Iterator[None]:
    InteractiveShell.instance()
    yield
    InteractiveShell.clear_instance()


def shown(name: str, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    outputs: list[dict[str, str]] = []
    show = display_module.display

    def display(*objects: Any, raw: bool = False, **kwargs: Any) -> None:
        outputs.append(objects[0]) if raw else show(*objects, **kwargs)

    monkeypatch.setattr("IPython.display.display", display)
    quiz(name)
    return outputs


@pytest.mark.usefixtures("_shell")
@pytest.mark.parametrize("name", all_quizzes())
def test_a_quiz_is_shown_without_a_network(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("the quiz opens a connection")

    monkeypatch.setattr("socket.socket.connect", refuse)
    html, script = shown(name, monkeypatch)
    assert "--jq-text-color" in html["text/html"]
    for choice in find_quiz(name)[0].choices:
        assert script["application/javascript"].count(json.dumps(choice.feedback)) == 1
        assert choice.text in html["text/plain"]
        assert choice.feedback not in html["text/plain"]


@pytest.mark.usefixtures("_shell")
def test_the_keyboards_focus_is_seen_and_right_choices_stay_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    html, script = shown("convolution.priors", monkeypatch)
    (place,) = re.findall(r'^<div id="(\w+)"', html["text/html"])
    assert ":has(input:focus-visible) { outline: 3px solid" in html["text/html"]
    assert script["application/javascript"].endswith(f'("{place}");')
    for of_jupyterquiz in ("correctButton", "MCButton", "answeredcorrect", "numcorrect"):
        theirs, ours = script["application/javascript"].split("function prepare(")
        assert of_jupyterquiz in theirs and of_jupyterquiz in ours, "they call it otherwise now"


def test_an_unknown_quiz_names_the_nearest_one() -> None:
    with pytest.raises(UnknownQuiz, match=r'nearest name is "convolution\.priors"'):
        quiz("convolution.prior")
    with pytest.raises(TypeError, match="expects the name of a quiz"):
        quiz(find_quiz)  # type: ignore[arg-type]


def test_sections_name_their_quizzes() -> None:
    named = {f"{place.name}.{key}" for place in places() for key in place.section.quizzes}
    assert named == set(all_quizzes())


def test_what_the_quiz_says_of_scipy_is_so() -> None:
    image, kernel = [[1.0, 2, 4], [3, 5, 9], [0, 7, 6]], [[1.0, 2, 0], [0, -1, 3], [5, 0, 1]]
    true = signal.convolve2d(image, kernel, mode="valid")[0, 0]
    plain = signal.correlate2d(image, kernel, mode="valid")[0, 0]
    assert true != plain
    assert ndimage.convolve(image, kernel)[1, 1] == true
