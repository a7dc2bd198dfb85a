"""What a card says to people: the likely cause, their own line, the question, words they know."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from course_lib.checks.card import html_card, plain_card
from course_lib.checks.check import public_verdict
from course_lib.checks.compare import difference, number
from course_lib.checks.verdict import Verdict
from course_lib.former.exercise import Case, Exercise, Mistake, find
from course_lib.former.judge import judge
from course_lib.former.respond import Answer, respond
from grader.former.marking import marking_of


def solution(name: str) -> Any:
    return marking_of(f"convolution.{name}").solution


def public(name: str, answer: Any) -> Verdict:
    return public_verdict(find(f"convolution.{name}"), answer)


def crash(X: Tensor, K: Tensor) -> Tensor:
    return X[99]


def by_item(X: Tensor, K: Tensor) -> Tensor:
    output: Tensor = solution("corr2d")(X, K)
    return torch.tensor(output.tolist())


@pytest.mark.parametrize("name", ["corr2d_fast", "fft_corr2d"])
def test_a_crash_or_a_forgotten_return_is_not_taken_for_the_wrong_way(name: str) -> None:
    assert "IndexError" in public(name, crash).message
    assert "got None" in public(name, lambda X, K: None).message
    for answer in (crash, lambda X, K: None):
        assert public(name, answer).mistake not in ("loop", "way")


def test_the_way_asked_for_is_called_by_its_name() -> None:
    message = public("fft_corr2d", solution("corr2d")).message
    assert message == (
        "The result is right, but torch.fft was not used; this exercise asks for it."
    )


def test_forbidden_operators_are_called_what_people_call_them() -> None:
    def conv(X: Tensor, K: Tensor) -> Tensor:
        return torch.conv2d(X[None, None], K[None, None])[0, 0]

    def then_crash(X: Tensor, K: Tensor) -> Tensor:
        return conv(X, K)[99]

    for answer in (conv, then_crash):
        message = public("corr2d", answer).message
        assert "a convolution of PyTorch (F.conv1d" in message and "aten" not in message


def test_leaving_torch_is_no_way_around_the_loop() -> None:
    assert ".tolist()" in public("corr2d_fast", by_item).message


def test_an_error_names_the_learner_s_line_and_its_cause() -> None:
    message = public("corr2d", crash).message
    assert "(in your line: `return X[99]`)" in message

    def no_gradient(X: Tensor, K: Tensor) -> Tensor:
        X.sum().backward()  # type: ignore[no-untyped-call]
        return X

    message = public("kernel_gradient", no_gradient).message
    assert "X.sum().backward()" in message and "requires_grad=True" in message


def test_the_question_stands_on_the_card_where_it_is_short() -> None:
    verdict = public("corr2d", lambda X, K: X)
    asked = "corr2d([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]])"
    assert verdict.question == asked
    assert asked in plain_card(verdict) and asked in html_card(verdict)
    assert public("coverage", lambda n, k: 0).question == ""  # the line's name is the call


def test_a_right_property_that_does_not_count_yet_gets_no_cross() -> None:
    verdict = public("corr2d", lambda X, K: K)
    assert "– the inputs stay as they are (right; counts once one value is right)" in plain_card(
        verdict
    )


def test_a_lost_gradient_and_a_changed_input_are_told() -> None:
    assert public("corr2d", by_item).message.startswith("Your output has lost its gradient")

    def in_place(X: Tensor, K: Tensor) -> Tensor:
        output: Tensor = solution("corr2d")(X, K)
        X += 1
        return output

    assert public("corr2d", in_place).mistake == "changed inputs"


def test_a_kernel_that_is_not_detached_is_told() -> None:
    def attached(*args: Any) -> Tensor:
        kernel: Tensor = solution("learn_kernel")(*args)
        return kernel.requires_grad_()

    assert public("learn_kernel", attached).mistake == "not detached"


@pytest.mark.parametrize("name", ["blur_kernel", "sharpen_kernel", "derivative_kernel"])
def test_a_list_is_no_tensor_where_later_cells_need_one(name: str) -> None:
    verdict = public(name, lambda size: solution(name)(size).tolist())
    assert (verdict.mistake, verdict.state) == ("list", "wrong")


def test_a_property_is_told_what_came() -> None:
    def other_shape(size: int) -> Tensor:
        return torch.full((2, 2), 0.25)

    assert "got a tensor of shape (2, 2)" in public("blur_kernel", other_shape).message
    verdict = public("directional_kernel", lambda d: None)
    assert "got None (does the function return its result?)" in verdict.message


def test_a_concrete_message_comes_before_a_property() -> None:
    verdict = public("coverage", lambda n, k: torch.zeros(n, n))
    assert verdict.message.startswith("For coverage(3, 2): 9 of 9 numbers differ")


@pytest.mark.parametrize(
    ("expected", "got", "text"),
    [
        ([[1, 2], [3, 4]], [[1, 2], [3]], "row 1 has 1 number, expected 2"),
        ([1.0] * 7, [1.0] * 6, "expected 7 numbers, got 6"),
        (
            torch.zeros(2, 3),
            torch.tensor([[0.0, 0, 19.5], [0, 0, 0]]),
            "1 of 6 numbers differs; first at [0, 2] (row 0, column 2): expected 0, got 19.5",
        ),
        (150_528_000, 150_528, "expected 150528000, got 150528"),
    ],
)
def test_differences_are_told_in_numbers(expected: Any, got: Any, text: str) -> None:
    found = difference(expected, got, 1e-6)
    assert found is not None and found.text == text


def test_numbers_are_written_as_people_do() -> None:
    assert [number(x) for x in (150_528_000.0, 19.0, 3.9999998, -2e-8, 0.25, 1e-3)] == [
        "150528000", "19", "4", "0", "0.25", "0.001"
    ]  # fmt: skip


def test_a_value_s_own_answer_is_not_shown() -> None:
    message = public("edge_row", [0, 2, 0, 0, 0, -1, 0]).message
    assert "first at [1]: got 2" in message and "expected" not in message


def test_nothing_here_yet_is_said_in_words_of_the_cell() -> None:
    assert "edge_row is still `...`" in public("edge_row", ...).message

    def stub(X: Tensor, K: Tensor) -> Tensor:
        raise NotImplementedError

    assert "`raise NotImplementedError` was reached" in public("corr2d", stub).message


class Layer(nn.Module):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> None:
        solution("corr2d")(x, self.weight)


class OtherNames(nn.Module):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.rand(kernel_size))
        self.b = nn.Parameter(torch.zeros(1))


class OtherShape(Layer):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__(kernel_size[::-1])  # type: ignore[arg-type]


class NoBias(Layer):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__(kernel_size)
        del self.bias


def test_what_is_wrong_with_a_module_is_told() -> None:
    assert "forward returned None" in public("Conv2D", Layer).message
    assert "pass the class itself" in public("Conv2D", Layer((2, 2))).message
    assert "names must be those asked for" in public("Conv2D", OtherNames).message
    assert public("Conv2D", OtherShape).message == "weight has the shape (2, 1), expected (1, 2)."
    assert "lacks bias (1,). Only what is an nn.Parameter" in public("Conv2D", NoBias).message


def test_an_answer_that_is_always_the_same_is_told_so() -> None:
    always = Mistake("always", "You answer the same to everything.")
    exercise = Exercise(id="x.y", title="x", points=1, covers=(), same=always)
    cases = [Case(args=(n,)) for n in (1, 2)]

    def verdict(answer: Callable[[int], Any]) -> Verdict:
        answers: list[Answer] = respond("function", answer, cases)
        return judge(
            exercise, cases, answers, expect=lambda c: c.args[0], mistakes=(), hidden=False
        )

    assert verdict(lambda n: 1).mistake == "always"
    assert verdict(lambda n: n + 1).mistake == ""
    assert verdict(lambda n: n).state == "right"
