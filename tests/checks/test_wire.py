"""What crosses between processes: faithful for what may travel, firm against all else."""

import base64
import contextlib
import json
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save

from course_lib.checks import wire
from course_lib.checks.wire import MAX_BYTES, MAX_TENSOR, BadDocument, Opaque, decode, encode
from course_lib.former.respond import Answer

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


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"value": 1},
        {"value": 1, "missing": 0, "error": "", "operations": {}},
        {"value": 1, "missing": False, "error": None, "operations": {}},
        {"value": 1, "missing": False, "error": "", "operations": {"a": 1.5}},
        {"value": 1, "missing": False, "error": "", "operations": {}, "score": 1},
    ],
)
def test_answers_of_another_form_are_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="answer"):
        Answer.from_plain(data)


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
