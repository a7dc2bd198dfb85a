"""Takes out of an executed notebook what differs from run to run or must not be released."""

import copy

from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_OF_RUNNING = ("papermill", "execution", "widgets")


def strip(executed: NotebookNode, converted: NotebookNode) -> NotebookNode:
    """The converted notebook with the executed one's outputs.

    The injected parameters' cell, papermill's and the kernel's metadata and all widgets' state
    stay behind, because only outputs are taken over.
    """
    stripped = copy.deepcopy(converted)
    ran = {cell.id: cell for cell in executed.cells}
    count = 0
    for cell in stripped.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = [_plain(output, count) for output in ran[cell.id].outputs]
        cell.outputs = [output for output in cell.outputs if output.get("data", True)]
    merged, _ = CoalesceStreamsPreprocessor(enabled=True).preprocess(stripped, {})
    result: NotebookNode = merged
    return result


def traces_of_running(notebook: NotebookNode) -> list[str]:
    """What of papermill, of execution and of widgets is left in a notebook, in words."""
    left = [f"the notebook has {key} metadata" for key in _OF_RUNNING if key in notebook.metadata]
    for number, cell in enumerate(notebook.cells, start=1):
        left += [f"cell {number} has {key} metadata" for key in _OF_RUNNING if key in cell.metadata]
        if "injected-parameters" in cell.metadata.get("tags", []):
            left.append(f"cell {number} holds papermill's parameters")
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.get("outputs", [])):
            left.append(f"cell {number} shows a widget")
    return left


def _plain(output: NotebookNode, count: int) -> NotebookNode:
    plain = copy.deepcopy(output)
    if "data" in plain:
        plain.data.pop(WIDGET_VIEW, None)
        plain.metadata.pop(WIDGET_VIEW, None)
    if plain.output_type == "execute_result":
        plain.execution_count = count
    return plain
