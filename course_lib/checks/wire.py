"""Questions and responses as bytes: JSON, with tensors as base64 safetensors beside it.

What a learner's process sends is hostile until proven otherwise: `decode` builds plain data and
tensors only, evaluates nothing, and refuses whatever is larger, deeper or other than it may be.
"""

import base64
import json
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

MAX_BYTES = 8 * 2**20
"""Largest document, in bytes; also what the grader lets a check cell send."""
MAX_TENSOR = 2**18
"""Most numbers in one tensor; larger ones travel as their shape only."""
MAX_TEXT = 2000
MAX_ITEMS = 20_000
MAX_DEPTH = 12

Json = Any

_NO_TENSORS = (ArithmeticError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)
"""What making tensors of a hostile header may raise."""


class BadDocument(ValueError):
    """The bytes are no document of ours; the message says why."""


@dataclass(frozen=True)
class Opaque:
    """Something that was answered but cannot travel: an object, a complex or a huge tensor."""

    what: str


def encode(value: Any) -> str:
    """`value` (None, bool, numbers, text, lists, dicts, tensors, arrays) as JSON text."""
    tensors: dict[str, Tensor] = {}
    counter = [0]
    tree = _flatten(value, tensors, counter, depth=0)
    document = {"tree": tree, "tensors": _pack(tensors)}
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    if len(text) > MAX_BYTES:
        return encode(Opaque(f"an answer of {len(text):,} bytes (at most {MAX_BYTES:,})"))
    return text


def decode(text: str | bytes) -> Any:
    """The inverse of `encode`, for text from anybody.

    Raises:
        BadDocument: it is too large, not JSON, or not of the form that `encode` gives.
    """
    if len(text) > MAX_BYTES:
        raise BadDocument(f"{len(text):,} bytes, at most {MAX_BYTES:,} are read")
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadDocument(f"not readable as JSON ({type(error).__name__})") from None
    if not isinstance(document, dict) or set(document) != {"tree", "tensors"}:
        raise BadDocument("not of the form {tree, tensors}")
    tensors = _unpack(document["tensors"])
    return _build(document["tree"], tensors, [0], depth=0)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _flatten(value: Any, tensors: dict[str, Tensor], counter: list[int], depth: int) -> Json:
    counter[0] += 1
    if depth > MAX_DEPTH or counter[0] > MAX_ITEMS:
        return {"opaque": "an answer that is nested too deeply or has too many items"}
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        return value if value.bit_length() <= 256 else {"opaque": "an integer of over 256 bits"}
    if kind is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, str):  # NumPy's, too; plain, whatever a class of the learner's says
        text = str.__str__(value)
        return text if len(text) <= MAX_TEXT else {"opaque": f"a text of {len(text):,} letters"}
    if kind is Opaque:
        return {"opaque": value.what[:MAX_TEXT]}
    if isinstance(value, Tensor):
        return _flatten_tensor(value, tensors)
    if isinstance(value, (list, tuple)):
        tag = "tuple" if isinstance(value, tuple) else "list"
        return {tag: [_flatten(item, tensors, counter, depth + 1) for item in value]}
    if isinstance(value, dict):
        items = [
            [str(key)[:MAX_TEXT], _flatten(item, tensors, counter, depth + 1)]
            for key, item in value.items()
        ]
        return {"dict": items}
    if kind.__module__ == "numpy":
        return _flatten_numpy(value, tensors)
    return {"opaque": f"an object of type {kind.__name__}"[:MAX_TEXT]}


def _flatten_tensor(value: Tensor, tensors: dict[str, Tensor]) -> Json:
    shape = tuple(value.shape)
    if value.is_complex():
        return {"opaque": f"a complex tensor, of shape {shape}"}
    if value.layout is not torch.strided or value.is_quantized:
        return {"opaque": f"a tensor that is not dense, of shape {shape}"}
    if value.numel() > MAX_TENSOR:
        return {"opaque": f"a tensor too large to be an answer, of shape {shape}"}
    name = str(len(tensors))
    plain = torch.Tensor.detach(value).as_subclass(Tensor)
    tensors[name] = plain.to("cpu").clone(memory_format=torch.contiguous_format)
    return {"tensor": name}


def _flatten_numpy(value: Any, tensors: dict[str, Tensor]) -> Json:
    try:
        return _flatten_tensor(torch.as_tensor(value), tensors)
    except (TypeError, ValueError, RuntimeError):
        return {"opaque": f"a numpy {type(value).__name__} that is no array of numbers"}


def _build(node: Json, tensors: dict[str, Tensor], counter: list[int], depth: int) -> Any:
    counter[0] += 1
    if depth > MAX_DEPTH + 1 or counter[0] > 2 * MAX_ITEMS:
        raise BadDocument("nested too deeply, or too many items")
    if node is None or isinstance(node, (bool, int, float)):
        return node
    if isinstance(node, str):
        return _text(node)
    if not isinstance(node, dict) or len(node) != 1:
        raise BadDocument("a node that is neither a plain value nor a tagged one")
    ((tag, content),) = node.items()
    if tag in ("list", "tuple") and isinstance(content, list):
        items = [_build(item, tensors, counter, depth + 1) for item in content]
        return items if tag == "list" else tuple(items)
    if tag == "dict" and isinstance(content, list):
        return dict(_pair(item, tensors, counter, depth) for item in content)
    if tag == "tensor" and isinstance(content, str) and content in tensors:
        return tensors.pop(content)  # once each: named often, a small document would be a large one
    if tag == "float" and content in ("nan", "inf", "-inf"):
        return float(content)
    if tag == "opaque" and isinstance(content, str):
        return Opaque(_text(content))
    raise BadDocument("a tagged node of an unknown kind")


def _pair(
    item: Json, tensors: dict[str, Tensor], counter: list[int], depth: int
) -> tuple[str, Any]:
    if not (isinstance(item, list) and len(item) == 2 and isinstance(item[0], str)):
        raise BadDocument("an item of a dict that is no pair of a name and a value")
    return _text(item[0]), _build(item[1], tensors, counter, depth + 1)


def _text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise BadDocument(f"a text of {len(text):,} letters, at most {MAX_TEXT:,} are read")
    return text


def _pack(tensors: dict[str, Tensor]) -> str:
    if not tensors:
        return ""
    from safetensors.torch import save

    return base64.b64encode(save(tensors)).decode("ascii")


def _unpack(text: Json) -> dict[str, Tensor]:
    if not isinstance(text, str):
        raise BadDocument("tensors that are no text")
    if not text:
        return {}
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors: dict[str, Tensor] = load(base64.b64decode(text, validate=True))
    except (SafetensorError, *_NO_TENSORS) as error:
        raise BadDocument(f"tensors that are no safetensors ({type(error).__name__})") from None
    for tensor in tensors.values():
        if tensor.numel() > MAX_TENSOR:
            raise BadDocument(f"a tensor of shape {tuple(tensor.shape)}, larger than an answer is")
    return tensors
