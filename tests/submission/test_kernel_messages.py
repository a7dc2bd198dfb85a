"""What a kernel sends: only messages are acted upon."""

from typing import Any

import pytest

from grader.submission.messages import well_formed


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {"name": "stdout", "text": "x"}),
        ("display_data", {"data": {"text/plain": "x", "a/b+json": {"x": [1]}}, "metadata": {}}),
        ("execute_result", {"data": {}, "metadata": {}, "execution_count": 3}),
        ("error", {"ename": "E", "evalue": "", "traceback": ["x"]}),
        ("status", {"execution_state": "idle"}),
        ("clear_output", {"wait": True}),
        ("execute_input", {"code": "x", "execution_count": 1}),
    ],
)
def test_messages_pass(kind: str, content: dict[str, Any]) -> None:
    assert well_formed({"msg_type": kind, "content": content})


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {"name": "stdout", "text": None}),
        ("stream", {"name": "stdin", "text": "x"}),
        ("stream", {"name": 3, "text": "x"}),
        ("display_data", {"data": [], "metadata": {}}),
        ("display_data", {"data": {"image/png": 3}, "metadata": {}}),
        ("display_data", {"data": {}, "metadata": None}),
        ("error", {"ename": "E", "evalue": "", "traceback": 7}),
        ("error", {"ename": "E", "evalue": "", "traceback": [7]}),
        ("status", {}),
        ("status", []),
        ("comm_open", {}),
        ("anything", {}),
    ],
)
def test_what_is_no_message_does_not(kind: str, content: Any) -> None:
    assert not well_formed({"msg_type": kind, "content": content})
