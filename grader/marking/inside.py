"""Names in learners' code that are a reason for a person to look.

The scan of `course_lib.checks.forbidden` reads for them; it is a deterrent: disguises exist.
"""

from collections.abc import Sequence

INSIDES = (
    "__import__",
    "course_lib.checks",
    "course_lib.sections",
    "torch._C",
    "torch.utils._python_dispatch",
    "builtins",
    "ctypes",
    "eval",
    "exec",
    "gc",
    "get_ipython",
    "importlib",
    "os.environ",
    "os.getenv",
    "sys._getframe",
    "sys.modules",
    "sys.setprofile",
    "sys.settrace",
)
"""What no exercise needs, and who wants to get around a check does."""

_SIZES = ("1d", "2d", "3d")
_UNSIZED = {"aten::convolution": ("convolution", "_convolution", "conv_tbc")}
_NAMED = {
    "aten::convolution": ("conv", "conv_transpose", "Conv", "ConvTranspose"),
    "aten::max_pool2d_with_indices": ("max_pool", "MaxPool"),
    "aten::avg_pool2d": ("avg_pool", "AvgPool"),
}
"""Operator that is observed while running -> beginnings of its names in the source."""


def names_of(operators: Sequence[str]) -> tuple[str, ...]:
    """Names under which the source may call operators that are observed while running.

    To find one there is no proof, but a reason to look, when it was not seen to run.
    """
    sized = [f"{n}{size}" for op in operators for n in _NAMED.get(op, ()) for size in _SIZES]
    names = sized + [name for operator in operators for name in _UNSIZED.get(operator, ())]
    places = ("torch.", "torch.nn.", "torch.nn.functional.", "torch.ops.aten.")
    return tuple(f"{place}{name}" for place in places for name in names)
