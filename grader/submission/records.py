"""What was done last for each learner, by digest: a run goes on where a killed one stopped."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Records:
    """One file a learner in a folder.

    Attributes:
        folder: of one assignment and one step.
    """

    folder: Path

    def learners(self) -> list[str]:
        """Those for whom something was done."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def digest(self, learner: str) -> str | None:
        """Of what it was done for; None where nothing was, or that cannot be told."""
        try:
            found = json.loads(self._path(learner).read_text())["digest"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if isinstance(found, str) else None

    def write(self, learner: str, digest: str) -> None:
        """To be called last, when all is done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self._path(learner).with_suffix(".new")
        new.write_text(json.dumps({"digest": digest}))
        new.replace(self._path(learner))

    def _path(self, learner: str) -> Path:
        return self.folder / f"{learner}.json"
