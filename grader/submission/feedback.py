"""What learners see of their graded notebook: their code and the verdicts on it."""

import hashlib
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import converters
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution, rmtree

from course_lib.checks.errors import kind_of_error
from grader.submission.inert import inert
from grader.submission.records import Records


class GenerateFeedback(converters.GenerateFeedback):  # type: ignore[misc]
    """Makes a page anew where the graded notebook, a score or a comment has changed."""

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        if student_id in self.coursedir.student_id_exclude.split(","):
            return False
        self._current = (assignment_id, student_id)
        page = Path(self._format_dest(assignment_id, student_id))
        if page.exists():
            made = self._records().digest(student_id)
            if not self.force and made == self._digest(assignment_id, student_id):
                self.log.info("The page of %s is up to date", student_id)
                return False
            rmtree(page)
        return True

    def run_post_convert_hook(self) -> None:
        super().run_post_convert_hook()
        self._records().write(self._current[1], self._digest(*self._current))

    def _records(self) -> Records:
        return Records(Path(self.coursedir.root, "taken_in", ".feedback", self._current[0]))

    def _digest(self, assignment_id: str, student_id: str) -> str:
        state = hashlib.sha256()
        for path in sorted(Path(self._format_source(assignment_id, student_id)).glob("*.ipynb")):
            state.update(path.name.encode() + path.read_bytes())
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            submission = gradebook.find_submission(assignment_id, student_id)
            for notebook in submission.notebooks:
                scores = sorted((grade.name, grade.score) for grade in notebook.grades)
                comments = sorted((one.name, one.comment or "") for one in notebook.comments)
                penalty = notebook.late_submission_penalty
                state.update(repr((notebook.name, scores, comments, penalty)).encode())
        return state.hexdigest()


class HideOutputs(NbGraderPreprocessor):  # type: ignore[misc]
    """Leaves on the feedback page no output but the verdicts, and the kind of an error.

    The questions that only the grader asks, and the hidden tests, are in the learner's process
    while it is graded: their cells can print them, and a traceback shows the lines around it.
    Everybody can run their own cells.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        for cell in nb.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("comment"):  # a grader's, which the page takes for Markdown
                about["comment"] = inert(about["comment"])
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
