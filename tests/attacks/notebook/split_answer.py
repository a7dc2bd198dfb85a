# An answer is split over three cells of the same id, the last one with the class's end
def submit(notebook, folder):
    import copy

    index = next(i for i, cell in enumerate(notebook.cells)
                 if cell.metadata.get("nbgrader", {}).get("grade_id") == "triple-answer")
    answer = notebook.cells[index]
    for number, source in enumerate(("times = 3", "def triple(x):\n    return times * x"), start=1):
        part = copy.deepcopy(answer)
        part.source, part.id = source, f"part-{number}"
        notebook.cells.insert(index + number, part)
    answer.source = "# in two cells"
