"""What crosses between processes: faithful for what may travel, firm against all else."""

import base64
import contextlib
import json
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from course_lib.checks import wire
from course_lib.checks.answer import Answer
from course_lib.checks.wire import MAX_BYTES, MAX_TENSOR, BadDocument, Opaque, decode, encode
from grader.marking.scoring import judged, scored

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False)
    | st.text(max_size=50),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=9), inner)
    ),
    max_leaves=20,
)


@given(plain)
def test_plain_data_comes_back_as_it_was(value: Any) -> None:
    assert decode(encode(value)) == value


class Loud(str):
    """A text of the learner's own class, which says another thing than it holds."""

    def __str__(self) -> str:
        raise AssertionError("asked")

    __len__ = __str__  # type: ignore[assignment]


@pytest.mark.parametrize("text", [np.str_("B"), Loud("B")], ids=["NumPy's", "a learner's"])
def test_texts_of_other_classes_travel_as_plain_ones(text: str) -> None:
    came = decode(encode(text))
    assert type(came) is str
    assert came == "B"


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes | str) -> None:
    with contextlib.suppress(BadDocument):
        decode(data)


@given(plain)
def test_any_tree_is_read_or_refused(tree: Any) -> None:
    with contextlib.suppress(BadDocument):
        decode(json.dumps({"tree": tree, "tensors": ""}))


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6.0).reshape(2, 3),
        torch.tensor(3, dtype=torch.int16),
        torch.zeros(0, 4),
        torch.ones(2, 2).bool(),
        torch.arange(6.0).reshape(2, 3).T,
        torch.ones(3, requires_grad=True) * 2,
    ],
)
def test_tensors_come_back_as_they_were(tensor: torch.Tensor) -> None:
    back = decode(encode({"a": tensor}))["a"]
    assert back.dtype == tensor.dtype and torch.equal(back, tensor.detach())


def test_subclasses_and_arrays_come_back_as_plain_tensors() -> None:
    class Mine(torch.Tensor):
        pass

    back = decode(encode([torch.ones(2).as_subclass(Mine), np.arange(3.0), np.float64(0.5)]))
    assert [type(item) for item in back] == [torch.Tensor] * 3
    assert back[1].tolist() == [0.0, 1.0, 2.0] and float(back[2]) == 0.5


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (object(), "type object"),
        (torch.zeros(1).expand(30_000, 30_000), "(30000, 30000)"),
        (torch.fft.fft(torch.ones(3)), "complex"),
        (torch.ones(2, 2).to_sparse(), "not dense"),
        ("x" * 3000, "3,000 letters"),
        (2**1000, "256 bits"),
        (np.array(["a"]), "numpy"),
        ({1, 2}, "type set"),
    ],
)
def test_what_cannot_travel_is_named(value: Any, words: str) -> None:
    back = decode(encode(value))
    assert isinstance(back, Opaque) and words in back.what


def test_nan_and_infinity_travel() -> None:
    nan, infinity = decode(encode([float("nan"), float("-inf")]))
    assert nan != nan and infinity == float("-inf")


def test_a_list_within_itself_is_cut_off() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "nested too deeply" in encode(endless)


def test_much_data_becomes_a_sentence() -> None:
    many = [torch.zeros(2**18) for _ in range(10)]
    assert isinstance(decode(encode(many)), Opaque)


@pytest.mark.parametrize(
    "document",
    [
        " " * (MAX_BYTES + 1),
        "[" * 100_000,
        '{"tree": NaN, "tensors": ""}',
        '{"tree": 1e999999, "tensors": 3}',
        '{"tree": 1}',
        '{"tree": {"tensor": "0"}, "tensors": ""}',
        '{"tree": {"pickle": "gASVAAAA"}, "tensors": ""}',
        '{"tree": {"list": [], "dict": []}, "tensors": ""}',
        '{"tree": {"dict": [[1, 2]]}, "tensors": ""}',
        '{"tree": null, "tensors": "????"}',
        json.dumps({"tree": None, "tensors": base64.b64encode(b"\x80\x04K\x01.").decode()}),
        json.dumps({"tree": None, "tensors": base64.b64encode(b"\xff" * 64).decode()}),
        json.dumps({"tree": {"list": [1] * 50_000}, "tensors": ""}),
        json.dumps({"tree": "x" * 3000, "tensors": ""}),
    ],
)
def test_what_is_not_ours_is_refused(document: str) -> None:
    with pytest.raises(BadDocument):
        decode(document)


GOOD = Answer(
    value=torch.arange(3.0),
    error="",
    line="return x",
    operations={"aten::add": 2},
    tracked=True,
    changed="x",
    again=False,
    gradients=[torch.ones(2), None],
)


def test_an_answer_comes_back_as_it_was() -> None:
    for answer in (GOOD, Answer(), Answer(missing=True), Answer(error="ValueError: 3", value=None)):
        plain_data = answer.as_plain()
        back = Answer.from_plain(decode(encode(plain_data))).as_plain()
        value, gradients = back.pop("value"), back.pop("gradients")
        assert back == {name: plain_data[name] for name in back}
        assert str(value) == str(answer.value) and str(gradients) == str(answer.gradients)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"value": 1},
        {**GOOD.as_plain(), "missing": 0},
        {**GOOD.as_plain(), "error": None},
        {**GOOD.as_plain(), "line": ["return x"]},
        {**GOOD.as_plain(), "changed": True},
        {**GOOD.as_plain(), "again": 1},
        {**GOOD.as_plain(), "tracked": None},
        {**GOOD.as_plain(), "operations": {"a": 1.5}},
        {**GOOD.as_plain(), "operations": {"a": True}},
        {**GOOD.as_plain(), "operations": []},
        {**GOOD.as_plain(), "gradients": 1.0},
        {**GOOD.as_plain(), "score": 1},
        {name: value for name, value in GOOD.as_plain().items() if name != "again"},
    ],
)
def test_answers_of_another_form_are_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="answer"):
        Answer.from_plain(data)


@given(plain)
def test_anything_that_is_sent_for_an_answer_is_read_or_refused(data: Any) -> None:
    with contextlib.suppress(ValueError):
        Answer.from_plain(decode(encode(data)))


EXERCISES = ("convolution.corr2d", "convolution.Conv2D", "convolution.lesson_window")


@pytest.mark.parametrize("exercise_id", EXERCISES)
@settings(deadline=None)  # the first one draws the questions
@given(st.sampled_from(list(GOOD.as_plain())), plain)
def test_whatever_a_part_of_an_answer_is_it_is_judged_or_refused(
    exercise_id: str, part: str, data: Any
) -> None:
    cases, known = scored(exercise_id, 1)
    assert known.right is not None
    sent = decode(encode({**GOOD.as_plain(), "value": known.right[0].value, part: data}))
    try:
        answer = Answer.from_plain(sent)
    except ValueError:
        return
    verdict = judged(exercise_id, 1, [answer] * len(cases), "")
    assert verdict.score < 1 or part != "value"


def test_limits_are_consistent() -> None:
    assert wire.MAX_TENSOR * 4 < MAX_BYTES


def test_a_tensor_is_named_once_and_is_no_larger_than_an_answer() -> None:
    document = json.loads(encode([torch.zeros(3)]))
    document["tree"]["list"] *= 2
    with pytest.raises(BadDocument):
        decode(json.dumps(document))
    large = {"0": torch.zeros(MAX_TENSOR + 1, dtype=torch.uint8)}
    packed = {"tree": {"tensor": "0"}, "tensors": base64.b64encode(save(large)).decode()}
    with pytest.raises(BadDocument, match="larger"):
        decode(json.dumps(packed))


@pytest.mark.parametrize("shape", [[0, 2**64 - 1], [2**63, 0], [-1], [0.5], ["a"]])
def test_no_shape_does_harm(shape: Any) -> None:
    tensor = {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]}
    header = json.dumps({"0": tensor}).encode()
    packed = base64.b64encode(len(header).to_bytes(8, "little") + header).decode()
    with pytest.raises(BadDocument):
        decode(json.dumps({"tree": None, "tensors": packed}))
