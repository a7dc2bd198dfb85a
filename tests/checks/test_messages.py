"""What a card says to people: the likely cause, their own line, the question, words they know."""

from typing import Any, get_args

import pytest
import torch
from torch import Tensor, nn

from course_lib.checks.answer import Answer
from course_lib.checks.card import Card, html_card, plain_card
from course_lib.checks.case import Case
from course_lib.checks.check import public_verdict
from course_lib.checks.compare import difference
from course_lib.checks.exercise import Known, Public
from course_lib.checks.finding import Partly
from course_lib.checks.judge import judge
from course_lib.checks.verdict import State, Verdict
from course_lib.checks.wire import Opaque
from grader.marking.solutions import solution


def public(name: str, answer: Any) -> Verdict:
    return public_verdict(f"convolution.{name}", answer)


corr2d = solution("convolution.corr2d")


def crash(X: Tensor, K: Tensor) -> Tensor:
    return X[99]


def by_item(X: Tensor, K: Tensor) -> Tensor:
    return torch.tensor(corr2d(X, K).tolist())


@pytest.mark.parametrize("state", get_args(State))
def test_every_state_has_a_card(state: State) -> None:
    verdict = Verdict("x.y", "A <title>", state, 0.0, "Says <this>.")
    card = Card(verdict)._repr_mimebundle_()
    assert state in card["text/plain"] and f"{state}</b> <b>A &lt;title&gt;" in card["text/html"]
    assert "<this>" not in card["text/html"]


@pytest.mark.parametrize("name", ["corr2d", "corr2d_fast"])
def test_a_crash_or_a_forgotten_return_is_not_taken_for_the_wrong_way(name: str) -> None:
    assert "IndexError" in public(name, crash).message
    assert (
        "got None (does the function return its result?)" in public(name, lambda X, K: None).message
    )
    for answer in (crash, lambda X, K: None):
        assert public(name, answer).mistake not in ("loop", "way")


def test_a_wrong_type_says_what_was_expected_and_what_came() -> None:
    message = public("corr2d", lambda X, K: "nothing").message
    assert message.endswith('expected a tensor of shape (2, 2), got the text "nothing".')


def test_a_call_instead_of_a_function_is_explained() -> None:
    assert "without brackets" in public("corr2d", torch.ones(2, 2)).message


def test_forbidden_operators_are_called_what_people_call_them() -> None:
    def conv(X: Tensor, K: Tensor) -> Tensor:
        return torch.conv2d(X[None, None], K[None, None])[0, 0]

    def then_crash(X: Tensor, K: Tensor) -> Tensor:
        return conv(X, K)[99]

    for answer in (conv, then_crash):
        message = public("corr2d", answer).message
        assert "a convolution of PyTorch (F.conv1d" in message and "aten" not in message
    assert ".tolist()" in public("corr2d_fast", by_item).message


def test_an_error_names_the_learner_s_line_and_its_cause() -> None:
    assert "(in your line: `return X[99]`)" in public("corr2d", crash).message

    def no_gradient(X: Tensor, K: Tensor) -> Tensor:
        X.sum().backward()
        return X

    message = public("corr2d_fast", no_gradient).message
    assert "X.sum().backward()" in message and "requires_grad=True" in message


def test_the_question_stands_on_the_card_where_it_is_short() -> None:
    verdict = public("corr2d", lambda X, K: X)
    asked = "corr2d([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]])"
    assert verdict.question == asked
    assert asked in plain_card(verdict) and asked in html_card(verdict)


def test_a_right_promise_that_does_not_count_yet_is_not_shown_as_broken() -> None:
    assert "✗ the inputs stay" not in plain_card(public("corr2d", lambda X, K: K))


def test_an_answer_that_spoils_its_inputs_spoils_only_itself() -> None:
    def spoiling(X: Tensor, K: Tensor) -> Tensor:
        right: Tensor = corr2d(X, K)
        X.zero_()
        return right

    # What is left of the gradient is wrong then, too; that the input was changed is told first.
    verdict = public("corr2d", spoiling)
    assert verdict.state == "partly right"
    assert verdict.message.startswith("You changed X in place")


SQUARE = Case(args=(torch.zeros(5, 6), torch.ones(2, 2)), about="a square kernel")
WIDE = Case(args=(torch.zeros(5, 6), torch.ones(1, 3)), about="a wide kernel")
TALL = Case(args=(torch.zeros(5, 6), torch.ones(3, 1)), about="a tall kernel")
CASES = [SQUARE, WIDE, TALL]


def judged(
    *values: Any, right: tuple[Any, ...] = (1.0, 2.0, 3.0), hidden: bool = False, **more: Any
) -> Verdict:
    """The verdict on these answers to three cases."""
    exercise = Public(id="x.y", title="x", **more)
    answers = [one if isinstance(one, Answer) else Answer(value=one) for one in values]
    known = Known([one if isinstance(one, Answer) else Answer(value=one) for one in right])
    return judge(exercise, CASES, answers, known, hidden=hidden)


@pytest.mark.parametrize("hidden", [False, True], ids=["check", "marks"])
def test_settings_are_named_where_some_are_right_and_some_are_not(hidden: bool) -> None:
    one, two = judged(1.0, 2.0, 4.0, hidden=hidden), judged(1.0, 9.0, 4.0, hidden=hidden)
    assert "Your answer is right for a square kernel and a wide kernel; it is not for a tall" in (
        one.message
    )
    assert "right for a square kernel; it is not for a wide kernel and a tall kernel." in (
        two.message
    )
    assert "Your answer is right" not in judged(9.0, 9.0, 9.0, hidden=hidden).message
    assert [(line.about, line.right) for line in one.lines] == [
        ("a square kernel", True),
        ("a wide kernel", True),
        ("a tall kernel", False),
    ]
    assert one.state == "partly right" and one.score == pytest.approx(2 / 3)


OWN = "Mine4711"
SECRET = [torch.full((2, 3), 86.0), torch.full((7, 2), 86.0), torch.full((5,), 86.0)]
"""Right answers, of which a hidden message must show neither number nor size."""

HIDDEN: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "wrong numbers": (torch.full((2, 3), 4711.0), tuple(SECRET)),
    "another shape": (torch.ones(47, 11), tuple(SECRET)),
    "axes of size one": (torch.ones(1, 2, 3), tuple(SECRET)),
    "another length": (torch.ones(4711), (SECRET[2],) * 3),
    "a text": (OWN, tuple(SECRET)),
    "a list": ([OWN], tuple(SECRET)),
    "a ragged list": ([[1.0, 2], [4711.0]], tuple(SECRET)),
    "NaN": (torch.full((2, 3), float("nan")), tuple(SECRET)),
    "one number": (4711, (86.0, 86.0, 86.0)),
    "a list of another length": ([1, OWN], (["a", "b", "c"],) * 3),
    "an item": (["a", OWN], (["a", "b"],) * 3),
    "other names": ({OWN: 1.0}, ({"loss": 86.0},) * 3),
    "a part": ({"loss": 4711.0}, ({"loss": 86.0},) * 3),
    "an exception": (Answer(error=f"{OWN}: 4711", line=OWN), tuple(SECRET)),
    "a built-in exception": (Answer(error=f"ValueError: {OWN}", line=OWN), tuple(SECRET)),
    "no error": (4711, (Answer(error="ValueError: 86 and 7"),) * 3),
    "another error": (Answer(error=f"{OWN}: 1"), (Answer(error="ValueError: 86"),) * 3),
    "an empty message": (Answer(error="ValueError: "), (Answer(error="ValueError: 86"),) * 3),
    "a message without numbers": (
        Answer(error=f"ValueError: {OWN}"),
        (Answer(error="ValueError: 86"),) * 3,
    ),
    "an argument changed": (Answer(value=86.0, changed=OWN), (86.0, 86.0, 86.0)),
}


@pytest.mark.parametrize(("came", "right"), HIDDEN.values(), ids=HIDDEN)
def test_hidden_messages_hold_no_number_and_none_of_the_learner_s_words(
    came: Any, right: tuple[Any, ...]
) -> None:
    for promises in (("unchanged",), ("unchanged", "tensor")):
        verdict = judged(came, came, came, right=right, hidden=True, promises=promises)
        shown = plain_card(verdict)
        assert verdict.state != "right"
        assert OWN not in shown and not any(letter.isdigit() for letter in shown), shown
        assert verdict.picture is None and verdict.question == ""


@pytest.mark.parametrize("what", [f"an object of type {OWN}", OWN, "a text of 4,711 letters"])
def test_what_cannot_travel_is_not_called_by_the_learner_s_name(what: str) -> None:
    shown = plain_card(judged(*(Opaque(what),) * 3, hidden=True))
    assert OWN not in shown and not any(letter.isdigit() for letter in shown), shown
    assert what in judged(*(Opaque(what),) * 3).message
    complex_one = Opaque("a complex tensor, of shape (4, 7)")
    assert "got a complex tensor" in judged(*(complex_one,) * 3, hidden=True).message


def test_an_error_that_is_right_counts_only_beside_a_right_value() -> None:
    error = Answer(error="ValueError: 3 and 5 do not fit")
    right = (1.0, 2.0, error)
    good = Answer(error="ValueError: a kernel of 5 on an image of 3")
    assert judged(1.0, 2.0, good, right=right).state == "right"
    assert judged(9.0, 9.0, good, right=right).score == 0
    assert "– a tall kernel (right; counts once one value is right)" in plain_card(
        judged(9.0, 9.0, good, right=right)
    )
    assert "there is nothing to answer" in judged(1.0, 2.0, 7.0, right=right).message
    vague = judged(1.0, 2.0, Answer(error="ValueError: no"), right=right)
    assert vague.mistake == "message" and vague.score == pytest.approx(2 / 3)


def test_a_share_of_a_case_is_credited_and_named() -> None:
    class Halfway(Public):
        @property
        def holding(self) -> Any:
            return lambda value, *_: None if value == 1 else Partly("half", 0.5)

    exercise = Halfway(id="x.y", title="x", holds="halfway", says={"half": "Half of it."})
    answers = [Answer(value=1), Answer(value=1), Answer(value=2)]
    verdict = judge(exercise, CASES, answers, Known(None), hidden=False)
    assert verdict.mistake == "half"
    assert verdict.message.startswith("Half of it. Your answer is right for a square kernel")
    assert verdict.score == pytest.approx(2.5 / 3)


def test_a_part_of_an_answer_is_explained_by_its_own_sentence() -> None:
    right = ({"loss": 1.0, "steps": 3},) * 3
    verdict = judged(*({"loss": 1.0, "steps": 4},) * 3, right=right, parts={"steps": "Count."})
    assert (verdict.message, verdict.mistake) == ("Count.", "part")


def test_values_and_indices_are_told_from_a_list() -> None:
    verdict = public("corr2d", lambda X, K: X.max(dim=1))
    assert "take .values" in verdict.message


def test_axes_of_size_one_are_told_only_where_their_number_differs() -> None:
    one_more = difference(torch.ones(5), torch.ones(5, 1), 1e-4)
    swapped = difference(torch.ones(1, 5), torch.ones(5, 1), 1e-4)
    assert one_more and "axes of size one" in one_more.text
    assert swapped and "axes of size one" not in swapped.text


def test_true_and_false_for_numbers_are_wrong_and_no_crash() -> None:
    verdict = public("corr2d", lambda X, K: corr2d(X, K) > 0)
    assert verdict.state == "wrong" and "true and false" in verdict.message


def test_numbers_cut_to_whole_ones_are_told() -> None:
    right = (torch.tensor([1.5, 2.5]),) * 3
    verdict = judged(*(torch.tensor([1, 2]),) * 3, right=right)
    assert verdict.mistake == "whole" and "a tensor of integers" in verdict.message


def test_a_value_s_own_answer_is_not_shown() -> None:
    message = public("lesson_window", [[7, 6, 7], [4, 5, 6], [4, 4, 9]]).message
    assert "first at [2, 2] (row 2, column 2): got 9" in message and "expected" not in message


def test_nothing_here_yet_is_said_in_words_of_the_cell() -> None:
    assert "lesson_window is still `...`" in public("lesson_window", ...).message

    def stub(X: Tensor, K: Tensor) -> Tensor:
        raise NotImplementedError

    assert "`raise NotImplementedError` was reached" in public("corr2d", stub).message


class Layer(nn.Module):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> None:
        corr2d(x, self.weight)


class OtherNames(nn.Module):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.rand(kernel_size))
        self.b = nn.Parameter(torch.zeros(1))


class OtherShape(Layer):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__(kernel_size[::-1])


class NoBias(Layer):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__(kernel_size)
        del self.bias


def test_what_is_wrong_with_a_module_is_told() -> None:
    assert "`forward` returned None" in public("Conv2D", Layer).message
    assert "pass the class itself" in public("Conv2D", Layer((2, 2))).message
    assert "names must be those asked for" in public("Conv2D", OtherNames).message
    assert public("Conv2D", OtherShape).message == "weight has the shape (2, 1), expected (1, 2)."
    assert "lacks bias (1,). Only what is an nn.Parameter" in public("Conv2D", NoBias).message
