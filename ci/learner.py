"""`make learner`: writes the tree that learners get; Binder and Colab use it, too.

It holds the notebooks, `course_lib` and how to install them: no grader, no solution, no test.
"""

import shutil
import tempfile
from pathlib import Path

from ci.sections import ROOT
from grader.swap import replace_folder

_NOT_COPIED = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")
_FILES = ("pyproject.toml", "constraints.txt", "LICENSE")
_GRADER_LINE = "      - -e ./grader[dev]\n"


def write_learner_tree(root: Path, target: Path) -> None:
    """Writes the tree to `target`; what was there is replaced in one step.

    Raises:
        ValueError: environment.yml installs the grader in another way than expected.
    """
    with tempfile.TemporaryDirectory(prefix=".learner-", dir=target.parent) as temporary:
        tree = Path(temporary, target.name)
        for folder in ("notebooks", "course_lib"):
            shutil.copytree(root / folder, tree / folder, ignore=_NOT_COPIED)
        for name in _FILES:
            shutil.copy(root / name, tree / name)
        (tree / "environment.yml").write_text(
            learners_environment((root / "environment.yml").read_text("utf-8")), "utf-8"
        )
        shutil.copy(Path(__file__).with_name("learner_readme.md"), tree / "README.md")
        replace_folder(tree, target)


def learners_environment(text: str) -> str:
    """environment.yml without the line that installs the grader."""
    rest = text.replace(_GRADER_LINE, "")
    if "grader" in rest or rest == text:
        raise ValueError(
            f"environment.yml must install the grader by this one line: {_GRADER_LINE.strip()}"
        )
    return rest


def main() -> None:
    write_learner_tree(ROOT, ROOT / "learner")
    print("The learners' tree is in learner/.")


if __name__ == "__main__":
    main()
