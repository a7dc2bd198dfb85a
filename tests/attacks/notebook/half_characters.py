# Sources hold lone surrogates and null characters, which no file can hold
# costs: convolution-coverage
def submit(notebook, folder):
    from small_course import cell_of

    cell_of(notebook, "convolution-coverage-answer").source = "coverage = '\ud800\u0000'"
    cell_of(notebook, "why").source = "Because \udfff \u202e of this."
