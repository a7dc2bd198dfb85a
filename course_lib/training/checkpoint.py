"""A training's state in a folder, so that it can go on after it was cut off.

weights.safetensors holds the best weights, for use and for submission. state.pt holds what is
needed to go on; it is read with weights_only=True, so that it cannot run code. Each is written
under another name and then renamed: a cut never leaves half a file.
"""

import os
import pickle
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from course_lib.training.history import Epoch, History


class Checkpoint:
    """Saves and resumes one run.

    Args:
        folder: made when the first epoch is over.
        settings: what a resumed run must have in common with the first one.
    """

    def __init__(self, folder: Path, settings: dict[str, float]) -> None:
        self.folder = folder
        self.settings = settings
        self.state = folder / "state.pt"
        self.weights = folder / "weights.safetensors"

    def save(
        self, model: nn.Module, optimiser: Optimizer, history: History, best: dict[str, Tensor]
    ) -> None:
        """Saves the state after an epoch, and the best weights."""
        self.folder.mkdir(parents=True, exist_ok=True)
        # The weights first: if the run is cut off between the two, the epoch is repeated, and
        # writes the same weights again.
        scratch = self.weights.with_suffix(".new")
        save_file({name: value.cpu().contiguous() for name, value in best.items()}, scratch)
        os.replace(scratch, self.weights)
        state = {
            "settings": self.settings,
            "epochs": history.epochs,
            "model": model.state_dict(),
            "optimiser": optimiser.state_dict(),
            "rows": [asdict(row) for row in history.rows],
        }
        scratch = self.state.with_suffix(".new")
        torch.save(state, scratch)
        os.replace(scratch, self.state)

    def resume(
        self, model: nn.Module, optimiser: Optimizer, history: History
    ) -> dict[str, Tensor] | None:
        """Puts model, optimiser and history where the run stopped.

        Returns:
            the best weights so far; None if nothing was saved yet.

        Raises:
            ValueError: the checkpoint is damaged, or of another run or model.
        """
        if not self.state.exists():
            return None
        state, best = self._read()
        was = {**state["settings"], "epochs": state["epochs"]}
        now = {**self.settings, "epochs": history.epochs}
        other = [
            f"{name}={was.get(name)}, not {now[name]}" for name in now if was[name] != now[name]
        ]
        if other:
            raise ValueError(
                f"The checkpoint in {self.folder} is of another run: {'; '.join(other)}. Delete "
                "the folder to begin anew, or name another one."
            )
        try:
            model.load_state_dict(best)
            model.load_state_dict(state["model"])
            optimiser.load_state_dict(state["optimiser"])
        except (RuntimeError, ValueError) as error:
            raise ValueError(
                f"The checkpoint in {self.folder} is of another model or optimiser. Delete the "
                f"folder to begin anew, or name another one. ({error})"
            ) from error
        history.rows[:] = [Epoch(**row) for row in state["rows"]]
        print(f"Goes on after epoch {len(history)} of {history.epochs} ({self.folder}).")
        return best

    def _read(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        try:
            state = torch.load(self.state, map_location="cpu", weights_only=True)
            return state, load_file(self.weights)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, SafetensorError) as error:
            raise ValueError(
                f"The checkpoint in {self.folder} cannot be read: {error}. Delete the folder to "
                "begin anew."
            ) from error
