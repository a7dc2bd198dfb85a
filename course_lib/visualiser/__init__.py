"""What a network sees: an application for JupyterLab, and a page of its own.

from course_lib.visualiser import Visualiser

Visualiser()        # in a notebook beside those of the sections
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course_lib.visualiser.app import Visualiser

__all__ = ["Visualiser"]


def __getattr__(name: str) -> Any:
    if name == "Visualiser":
        from course_lib.visualiser.app import Visualiser

        return Visualiser
    raise AttributeError(f"module 'course_lib.visualiser' has no attribute '{name}'")
