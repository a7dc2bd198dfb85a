"""Series in memory: heartbeats and sounds, as `course_lib.training.fit` takes them.

data = series_or_default("ecg200")
fit(model, data.train, data.validation, epochs=20)

Series are float32 (N, 1, L), labels int64 (N,) from 0, and a model is given series as they are. The
real sets are text files of the UCR archive, read from the folder `ecg` of the data folder: a line
is a label and then one beat, of mean 0 and standard deviation 1.
"""

from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from course_lib.data import rhythm, sounds
from course_lib.data.catalogue import DataDamaged, DataMissing, data_folder, is_web_page, shown
from course_lib.data.parts import DataSet, Part, Raw, stratified
from course_lib.data.sets import first_of, refuse_unknown

FOLDER = "ecg"
"""Of the real sets, inside of the data folder."""
CLASSES = rhythm.CLASSES
_TEST = 200
_TEST_SEED = 5000
"""ECG5000's test part never depends on the seed of the validation part."""


def series_names() -> list[str]:
    """The sets that `load_series` knows; the first two are embedded in the course."""
    return ["rhythm", "sounds", "ecg200", "ecg5000"]


def load_series(
    name: str, *, validation: float = 0.1, seed: int = 0, folder: str | Path | None = None
) -> DataSet:
    """A set of series, with its training, validation and test part.

    "ecg200" has its own test part (Olszewski, 2001: 133 normal beats and 67 with an infarction).
    "ecg5000" is the archive's training file alone, 500 beats of one person, of which every class
    has its share in the test part; its first class is normal, the other four are not: two beats of
    its fifth are too few for a class of their own.

    Args:
        name: one of `series_names()`.
        validation: the share of the training series, in [0, 1), that is kept for validation,
            every class in its share.
        seed: which series those are.
        folder: where the folder `ecg` is; the default is COURSE_DATA_DIR, or the user's cache.

    Raises:
        DataMissing: the files are not there; the message says which belong where.
        DataDamaged: a file is there, and is not what it should be.
        ValueError: no such set, no such share.
    """
    refuse_unknown(name, series_names(), validation)
    raw = _raw(name, (Path(folder).expanduser() if folder else data_folder()) / FOLDER)
    whole, test = (
        Part(raw.train_images, raw.train_labels),
        Part(raw.test_images, raw.test_labels),
    )
    count = round(validation * len(whole))
    held_out, kept = stratified(whole.labels, count, seed)
    source = (
        f"{raw.origin}: {len(kept):,} training, {count:,} validation and {len(test):,} test "
        f"series of length {test.images.shape[-1]:,}, {len(raw.classes)} classes"
    )
    return DataSet(name, source, raw.classes, whole[kept], whole[held_out], test)


def series_or_default(
    *wanted: str,
    default: str = "rhythm",
    validation: float = 0.1,
    seed: int = 0,
    folder: str | Path | None = None,
) -> DataSet:
    """The first of the wanted sets whose files are there, else the default; prints which.

    What is missing or damaged is printed with the reason: nothing is swapped silently.
    """
    get = partial(load_series, validation=validation, seed=seed, folder=folder)
    return first_of(get, wanted, default)


def _raw(name: str, folder: Path) -> Raw:
    if name == "rhythm":
        return rhythm.rhythm()
    if name == "sounds":
        return sounds.sounds()
    return _ecg200(folder) if name == "ecg200" else _ecg5000(folder)


def _ecg200(folder: Path) -> Raw:
    files = ("ECG200_TRAIN.txt", "ECG200_TEST.txt")
    _present(folder, files)
    parts = [_rows(folder / file, 100, 96, (-1, 1)) for file in files]
    (train, test) = [(series, (labels == 1).long()) for series, labels in parts]
    return Raw("ECG200 (UCR archive)", CLASSES, *train, *test)


def _ecg5000(folder: Path) -> Raw:
    file = "ECG5000_TRAIN.txt"
    _present(folder, (file,))
    series, kinds = _rows(folder / file, 500, 140, (1, 2, 3, 4, 5))
    test, train = stratified(kinds, _TEST, _TEST_SEED)
    labels = (kinds == 1).long()
    origin = "ECG5000, the archive's training file (UCR), normal beats against all others"
    return Raw(origin, CLASSES, series[train], labels[train], series[test], labels[test])


def _present(folder: Path, files: tuple[str, ...]) -> None:
    absent = [file for file in files if not (folder / file).is_file()]
    if absent:
        verb = "is" if len(absent) == 1 else "are"
        raise DataMissing(
            f"{' and '.join(absent)} {verb} not in {shown(folder)}. To use the set, put there "
            f"{' and '.join(files)} of the UCR archive (timeseriesclassification.com), or set "
            f"COURSE_DATA_DIR to the folder that holds {FOLDER}/."
        )


def _rows(path: Path, count: int, length: int, known: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """A file's series (count, 1, length) and labels (count,), these as the file has them.

    Raises:
        DataDamaged: it is no text of numbers, has other rows, or labels of another set.
    """
    content = path.read_bytes()
    if is_web_page(content[:512]):
        raise _damaged(path, "it is a web page, saved under that name")
    try:  # older copies of the archive have commas
        lines = content.decode("ascii").replace(",", " ").splitlines()
        rows = [[float(number) for number in line.split()] for line in lines if line.strip()]
    except ValueError:  # UnicodeDecodeError is one
        raise _damaged(path, "it is not a text of numbers") from None
    if len(rows) != count:
        raise _damaged(path, f"it has {len(rows):,} lines, expected {count:,}")
    for number, row in enumerate(rows, start=1):
        if len(row) != length + 1:
            raise _damaged(
                path, f"line {number} has {len(row)} numbers, expected a label and {length}"
            )
    table = torch.tensor(rows, dtype=torch.float64)
    if not table.isfinite().all():
        raise _damaged(path, "not all of its numbers are finite")
    if strange := sorted(set(table[:, 0].tolist()) - set(known)):
        raise _damaged(
            path,
            f"it has the label {strange[0]:g}; the labels of this set are "
            f"{', '.join(map(str, known))}",
        )
    return table[:, None, 1:].float(), table[:, 0].long()


def _damaged(path: Path, what: str) -> DataDamaged:
    return DataDamaged(f"{shown(path)} cannot be used: {what}. Put the original file in its place.")
