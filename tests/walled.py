"""A kernel behind walls, for tests: its cells run, what they print, why it ended."""

import json
import os
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from grader.kernels import provisioner


class Walled:
    """One kernel; what its cells print, and why it ended."""

    def __init__(self, *sources: str, folder: Path | str = os.devnull, **limits: int) -> None:
        self.ended = ""
        notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
        client = Client(notebook, Config({"WalledIn": limits}))
        try:
            client.execute(cwd=str(folder))
        except DeadKernelError:
            self.ended = client.kernel.ended
        self.outputs = ["".join(map(_text, cell.outputs)) for cell in notebook.cells]

    @property
    def values(self) -> Any:
        """What the last cell printed as JSON."""
        return json.loads(self.outputs[-1])


class Client(NotebookClient):  # type: ignore[misc]
    def __init__(self, notebook: Any, config: Config) -> None:
        super().__init__(notebook, timeout=60, iopub_timeout=60, allow_errors=True, config=config)
        self.kernel_name, self.shutdown_kernel = provisioner.KERNEL, "immediate"

    def create_kernel_manager(self) -> Any:
        manager = super().create_kernel_manager()
        manager.kernel_spec_manager = provisioner.kernel_specs()
        return manager

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        await super().async_start_new_kernel(**kwargs)
        self.kernel = self.km.provisioner

    async def async_execute_cell(self, *args: Any, **kwargs: Any) -> Any:
        executed = await super().async_execute_cell(*args, **kwargs)
        if self.kernel.beyond_limits():
            raise DeadKernelError(self.kernel.ended)
        return executed


def _text(output: Any) -> str:
    return str(output.get("text") or "\n".join(output.get("traceback", [])))
