"""Where and when something was trained: what is stored beside its numbers."""

import platform
from datetime import date

import torch

from course_lib.training.fit import find_device


def origin(command: str) -> dict[str, str]:
    """Date, device, versions and the command, as texts by their names."""
    device = find_device("auto")
    cpu = f"CPU, {platform.machine()}, threads: {torch.get_num_threads()}"
    return {
        "trained": date.today().isoformat(),
        "device": torch.cuda.get_device_name() if device.type == "cuda" else cpu,
        "versions": f"PyTorch {torch.__version__}, Python {platform.python_version()}",
        "command": command,
    }
