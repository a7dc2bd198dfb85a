# The notebook asks for a kernel of another language, and for one that runs a command
def submit(notebook, folder):
    notebook.metadata.kernelspec = {
        "name": "bash", "display_name": "Bash", "language": "bash",
        "argv": ["touch", "/tmp/course-attack-opened"],
    }
    notebook.metadata.language_info = {"name": "bash", "codemirror_mode": {"name": "shell"}}
    notebook.metadata.papermill = {"parameters": {"profile": "gpu"}}
