"""What learners see of their graded notebook: their code and the verdicts on it."""

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from course_lib.checks.errors import kind_of_error


class HideOutputs(NbGraderPreprocessor):  # type: ignore[misc]
    """Leaves on the feedback page no output but the verdicts, and the kind of an error.

    The questions that only the grader asks, and the hidden tests, are in the learner's process
    while it is graded: their cells can print them, and a traceback shows the lines around it.
    Everybody can run their own cells.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        for cell in nb.cells:
            if cell.cell_type == "code":
                graded = is_grade(cell) and not is_solution(cell)
                kept = [output for output in cell.outputs if graded and "data" in output]
                errors = [output for output in cell.outputs if output.output_type == "error"]
                text = "".join(
                    f"[ended with {kind_of_error(str(error.get('ename')))}]" for error in errors[:1]
                )
                said = [new_output("stream", name="stdout", text=text)] if text else []
                cell.outputs = [*said, *kept]
        return nb, resources
