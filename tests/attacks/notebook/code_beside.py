# Modules and settings beside the notebook, which Python, IPython and nbgrader would load
def submit(notebook, folder):
    evil = "import pathlib; pathlib.Path('/tmp/course-attack-opened').touch()\n"
    for name in ("torch.py", "course_lib.py", "sitecustomize.py", "ipython_config.py",
                 "ipython_kernel_config.py", "nbgrader_config.py", "jupyter_config.py"):
        (folder / name).write_text(evil)
    code = '{"IPKernelApp": {"exec_lines": ["raise SystemExit"]}, "Autograde": {"force": true}}'
    for name in ("ipython_config.json", "ipython_kernel_config.json", "nbgrader_config.json"):
        (folder / name).write_text(code)
