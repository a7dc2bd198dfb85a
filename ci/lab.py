"""`make lab`: puts the notebooks into a learner's own folder, in which nothing is ever overwritten.

A notebook that is not there yet is copied. When the release has become newer than the copy, the
new one is put beside it, as 01_convolution.new.ipynb, and a line says so; the copy stays.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path

from ci.sections import ROOT

_RECORD = ".released.json"


def update(release: Path, lab: Path) -> list[str]:
    """Brings the folder `lab` up to date with `release`; returns what to tell the learner.

    The record in `lab` says which released versions were put there, and as which file: released
    file -> {digest: file in `lab`}.
    """
    lab.mkdir(parents=True, exist_ok=True)
    record: dict[str, dict[str, str]] = _read(lab / _RECORD)
    told = []
    for source in sorted(path for path in release.rglob("*") if path.is_file()):
        if ".ipynb_checkpoints" in source.parts:
            continue
        name = source.relative_to(release).as_posix()
        known = record.setdefault(name, {})
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        if not (lab / name).exists():
            _put(source, lab / name)
            known[digest] = name
            told.append(f"new: {name}")
        elif not known:
            # A file of the learner's own, or a lost record: taken for the present version.
            known[digest] = name
        elif digest not in known:
            beside = _free_name(lab, name)
            _put(source, lab / beside)
            known[digest] = beside
        latest = known[digest]
        if latest != name and (lab / latest).exists():
            told.append(
                f"{name} has a newer version: {latest} lies beside your copy, which stays as it is"
            )
    _write(lab / _RECORD, record)
    return told


def _free_name(lab: Path, name: str) -> str:
    """`name` with ".new" (".new2", ".new3", ...) before its ending, whichever is not taken."""
    path = Path(name)
    number = 1
    while True:
        mark = "new" if number == 1 else f"new{number}"
        beside = path.with_name(f"{path.stem}.{mark}{path.suffix}")
        if not (lab / beside).exists():
            return beside.as_posix()
        number += 1


def _put(source: Path, target: Path) -> None:
    """Copies a file in one step, and never over another one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, draft)
    try:
        os.link(draft, target)  # unlike a rename, this fails where a file is
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        draft.rename(target)
    else:
        draft.unlink()


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        record: dict[str, dict[str, str]] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return record


def _write(path: Path, record: dict[str, dict[str, str]]) -> None:
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(record, indent=1))
    draft.replace(path)


def main() -> None:
    for line in update(ROOT / "notebooks", ROOT / "lab"):
        print(line)
    print("Your notebooks are in lab/. Nothing that you write there is overwritten.")


if __name__ == "__main__":
    main()
