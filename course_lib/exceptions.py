"""What an exception in the learner's code says, and the line of theirs that it came from."""

import os
import sysconfig
import traceback
from pathlib import Path

import torch

_LIBRARIES = (
    os.path.join(os.path.dirname(__file__), ""),
    os.path.join(Path(torch.__file__).parents[1], ""),
    os.path.join(sysconfig.get_path("stdlib"), ""),
)
_LONGEST_LINE = 90

_CAUSES = {
    "element 0 of tensors does not require grad": (
        "Nothing on the way to this number had requires_grad=True, or .item(), .detach(), NumPy "
        "or torch.tensor cut the way."
    ),
    "leaf Variable": (
        "A tensor that requires a gradient was changed in place: change it inside torch.no_grad(), "
        "or write into a new tensor."
    ),
    "grad can be implicitly created only for scalar outputs": (
        "backward() starts from a single number: make the loss one, with .sum() for example."
    ),
    "Can't call numpy() on Tensor that requires grad": (
        "NumPy knows no gradients: stay with operations on tensors."
    ),
}
"""Part of a message of PyTorch -> its cause, in one sentence."""


def learner_line(error: BaseException) -> str:
    """The last line of the learner's own code that the error passed through, or ""."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(_LIBRARIES)]
    line = (own[-1].line or "").strip() if own else ""
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 3]}..."


def explained(error: str, line: str) -> str:
    """The error with its line and, for some that everybody meets, its cause."""
    place = f" (in your line: `{line}`)" if line else ""
    cause = next((cause for part, cause in _CAUSES.items() if part in error), "")
    return f"{error}{place}" + (f". {cause}" if cause else "")
