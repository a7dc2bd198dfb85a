# Files of the folder have names that climb out of it, or that a shell or a page would act on
def submit(notebook, folder):
    for name in ("$(touch gotcha).csv", "..\\..\\x.csv", "<img src=x onerror=gotcha>.exe",
                 "![x](attachment:gotcha).exe", "[x](javascript:gotcha).exe", "new\nline.exe"):
        (folder / name).write_text("x")
