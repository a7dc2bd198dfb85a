"""`python -m ci.lowest`: the lower bounds of all packages as constraints, for testing them."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_BOUND = re.compile(r"([A-Za-z0-9_.-]+)>=([0-9.]+)")


def lowest(projects: list[Path]) -> str:
    """Lines "name==lower bound" for the dependencies, extras included, of some pyproject.toml."""
    pins = set()
    for path in projects:
        project = tomllib.loads(path.read_text("utf-8"))["project"]
        extras = project.get("optional-dependencies", {}).values()
        for requirement in [*project["dependencies"], *(one for extra in extras for one in extra)]:
            if match := _BOUND.fullmatch(requirement):
                pins.add(f"{match[1]}=={match[2]}\n")
    return "".join(sorted(pins))


if __name__ == "__main__":
    print(lowest([ROOT / "pyproject.toml", ROOT / "grader" / "pyproject.toml"]), end="")
