"""One mistake costs one exercise: what needs it is judged on the course's function in its place."""

import shutil
from collections.abc import Callable

import pytest
from nbformat import NotebookNode
from small_course import SOLUTION, SmallCourse, cell_of, solve, without_markers, write

from course_lib.checks.answer import Answer
from course_lib.checks.ask import ask
from course_lib.checks.card import VERDICT_TYPE
from course_lib.checks.check import public_verdict
from course_lib.checks.exercise import find
from course_lib.checks.stand_in import stand_in
from grader.marking.scoring import judged, scored

CORR2D = "convolution-corr2d"
RIGHT = without_markers(SOLUTION)

ALL_BUT_CORR2D = {
    "flipped": RIGHT.replace("* K)", "* K.flip(0, 1))"),
    "forbidden": "def corr2d(X, K):\n"
    "    return torch.nn.functional.conv2d(X[None, None], K[None, None])[0, 0]",
    "syntax_error": RIGHT.replace("def corr2d(X, K):", "def corr2d(X, K)"),
    "kills_the_kernel": "import os\nos._exit(1)",
    "kills_it_when_asked": "import os\ndef corr2d(X, K):\n    os._exit(1)",
    "another_name": RIGHT.replace("corr2d", "correlate"),
    "nothing": "def corr2d(X, K):\n    raise NotImplementedError",
}
"""Answers to corr2d that lose its marks and no others."""

STRIDED = RIGHT.replace("(X, K)", "(X, K, scale=1.0)").replace("* K)", "* K * scale)")
SCALED = """\
class Conv2D(torch.nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.rand(kernel_size))
        self.bias = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return corr2d(x, self.weight, scale=2.0) / 2 + self.bias
"""


def _solved_but(**answers: str) -> Callable[[NotebookNode], None]:
    def edit(notebook: NotebookNode) -> None:
        solve(notebook)
        for name, source in answers.items():
            write(f"convolution-{name}-answer", source)(notebook)

    return edit


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    course = SmallCourse(tmp_path_factory.mktemp("course"))
    course.submit("solved", solve)
    for learner, source in ALL_BUT_CORR2D.items():
        course.submit(learner, _solved_but(corr2d=source))
    course.submit("one_more_argument", _solved_but(corr2d=STRIDED, Conv2D=SCALED))
    course.submit("both", _solved_but(corr2d=ALL_BUT_CORR2D["flipped"], Conv2D="Conv2D = 3"))
    course.autograde()
    return course


def message(course: SmallCourse, learner: str, name: str) -> str:
    (output,) = cell_of(course.autograded(learner), f"convolution-{name}").outputs
    return str(output.data[VERDICT_TYPE]["message"])


@pytest.mark.parametrize("learner", ALL_BUT_CORR2D)
def test_a_mistake_in_corr2d_costs_corr2d(graded: SmallCourse, learner: str) -> None:
    scores = graded.scores()
    own = scores[learner].pop(CORR2D)
    assert own is not None and own < 1 and scores["solved"].pop(CORR2D) == 3.0
    assert scores[learner] == scores["solved"]


def test_why_there_are_no_points_is_said(graded: SmallCourse) -> None:
    assert "the course's functions in place" in message(graded, "flipped", "Conv2D")
    assert "flipped" in message(graded, "flipped", "corr2d")
    assert "This answer uses" in message(graded, "forbidden", "corr2d")
    assert "ended with SyntaxError" in message(graded, "syntax_error", "corr2d")
    assert "kernel died" in message(graded, "kills_the_kernel", "corr2d")
    assert "kernel died" in message(graded, "kills_it_when_asked", "corr2d")
    assert "Nothing here yet" in message(graded, "nothing", "corr2d")


def test_their_own_function_is_what_runs_where_it_is_right(graded: SmallCourse) -> None:
    scores = graded.scores()
    assert scores["one_more_argument"] == scores["solved"]
    assert "in place of" not in message(graded, "one_more_argument", "Conv2D")


def test_a_mistake_of_its_own_still_costs(graded: SmallCourse) -> None:
    scores = graded.scores()
    assert scores["both"] == {**scores["flipped"], "convolution-Conv2D": 0.0}


def test_marks_are_equal_from_run_to_run(graded: SmallCourse) -> None:
    def marks() -> dict[str, list[str]]:
        return {
            learner: [
                str(cell.outputs[0].data)
                for cell in graded.autograded(learner).cells
                if cell.metadata.get("nbgrader", {}).get("grade") and cell.get("outputs")
            ]
            for learner in graded.scores()
        }

    before, scores = marks(), graded.scores()
    shutil.rmtree(graded.root / "taken_in" / ".graded")
    graded.autograde()
    assert graded.scores() == scores and marks() == before


LENT = stand_in(find("convolution.corr2d"), None)


def _marked(exercise_id: str, function: object) -> tuple[float, str]:
    cases, _ = scored(exercise_id, 5)
    gradient = "gradient" in find(exercise_id).promises
    answers: list[Answer] = ask("function", function, cases, gradient=gradient)
    verdict = judged(exercise_id, 5, answers, "")
    return verdict.score, verdict.message


@pytest.mark.parametrize("exercise_id", ["convolution.corr2d_fast", "convolution.corr2d"])
def test_who_does_not_need_a_stand_in_must_not_use_it(exercise_id: str) -> None:
    def borrowed(X: object, K: object) -> object:
        return LENT(X, K)

    score, says = _marked(exercise_id, borrowed)
    assert score == 0 and "the course's corr2d" in says
    verdict = public_verdict(exercise_id, borrowed, cells=[])
    assert verdict.mistake == "forbidden" and "the course's corr2d" in verdict.message
