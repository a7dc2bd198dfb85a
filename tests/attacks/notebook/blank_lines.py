# 24,000 blank lines with spaces in an answer, which slow a highlighter down to minutes
# costs: nothing
# stock: not run: it takes minutes
def submit(notebook, folder):
    from small_course import cell_of

    cell_of(notebook, "triple-answer").source += "\n" + " \n" * 24_000 + "pass"
