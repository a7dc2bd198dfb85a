"""Keeps each notebook as it was executed, before anything is judged, replaced or cleaned."""

import json
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor


class Keep(NbGraderPreprocessor):  # type: ignore[misc]
    """Writes it to `executed/LEARNER.json` in the course's folder."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        path = Path("executed", f"{resources['nbgrader']['student']}.json")
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(nb))
        return nb, resources
