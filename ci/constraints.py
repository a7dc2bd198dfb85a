"""`make constraints`: pins the packages of a fresh environment in constraints.txt.

Constraints only say which version to take of what is installed anyway, so one file serves learners,
graders and every platform. What torch itself pins for one platform (CUDA, Triton) is left out: it
would keep people from installing a build for another accelerator.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"

_HEADER = (
    "# The versions that the course is tested with; made by `make constraints`.\n"
    "# torch and torchvision are matching builds. Use: pip install -c constraints.txt -e .\n"
)
_OF_TORCH = re.compile(r"(nvidia|cuda)[-_]|triton$")


def pinned(installed: list[dict[str, str]]) -> str:
    """The constraints file for what `pip list --format=json` says; no sources, nothing editable."""
    lines = [
        f"{item['name']}=={item['version'].partition('+')[0]}\n"
        for item in sorted(installed, key=lambda item: item["name"].lower())
        if not item["name"].startswith("cnn-course") and not _OF_TORCH.match(item["name"])
    ]
    return _HEADER + "".join(lines)


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        python = f"{temporary}/bin/python"
        subprocess.run([ROOT / "ci" / "venv.sh", sys.executable, temporary], check=True)
        pip = [python, "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "-e", ROOT, "-e", f"{ROOT}/grader[dev]"], check=True)
        subprocess.run([*pip, "install", "--no-deps", "cosmic-ray"], check=True)
        listed = subprocess.run(
            [*pip, "list", "--format=json", "--exclude", "pip"],
            check=True,
            capture_output=True,
            text=True,
        )
    CONSTRAINTS.write_text(pinned(json.loads(listed.stdout)))
    print(f"{CONSTRAINTS.name} is written; run make test before you commit it.")


if __name__ == "__main__":
    main()
