"""Whether what a kernel sends is of the form that Jupyter's protocol has.

A learner's code holds the kernel's key and can send whatever it likes; what is no message must
neither end the class's run nor cost the learner's other exercises.
"""

from typing import Any

_FIELDS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict},
    "error": {"ename": str, "evalue": str, "traceback": list},
    "status": {"execution_state": str},
    "clear_output": {"wait": bool},
    "execute_input": {"code": str},
}
"""What messages are read while a cell runs, and what they must hold."""


def well_formed(message: dict[str, Any]) -> bool:
    """Whether a message on the output channel may be acted upon."""
    content, fields = message.get("content"), _FIELDS.get(message.get("msg_type", ""))
    if fields is None or not isinstance(content, dict):
        return False
    if not all(isinstance(content.get(name), kind) for name, kind in fields.items()):
        return False
    if content.get("name") not in (None, "stdout", "stderr"):
        return False
    if not all(isinstance(line, str) for line in content.get("traceback", ())):
        return False
    return all(_is_data(kind, value) for kind, value in content.get("data", {}).items())


def _is_data(kind: str, value: Any) -> bool:
    """JSON may be anything; everything else is text."""
    return kind.endswith("json") or isinstance(value, str)
