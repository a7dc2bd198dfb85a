"""Loading a set by name, and the embedded one where files are missing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from course_lib.data.catalogue import REAL, DataDamaged, DataMissing, data_folder
from course_lib.data.parts import DataSet, Part, Raw, statistics, stratified


def names() -> list[str]:
    """The sets that `load` knows; the first four are embedded in the course."""
    return ["digits", "glyphs", "letters", "shapes", *REAL, "cifar10_subset"]


def load(
    name: str, *, validation: float = 0.1, seed: int = 0, folder: str | Path | None = None
) -> DataSet:
    """A set, with its training, validation and test part.

    Args:
        name: one of `names()`.
        validation: the share of the training images, in [0, 1), that is kept for validation,
            every class in its share; the test part is never touched.
        seed: which images those are.
        folder: where the files are; the default is COURSE_DATA_DIR, or the user's cache.

    Raises:
        DataMissing: the files are not there; the message says how to get them.
        DataDamaged: the files are there, and are not the original ones.
        ValueError: no such set, no such share.
    """
    refuse_unknown(name, names(), validation)
    raw = _raw(name, Path(folder).expanduser() if folder else data_folder())
    count = round(validation * len(raw.train_labels))
    held_out, kept = stratified(raw.train_labels, count, seed)
    whole = Part(raw.train_images, raw.train_labels, masks=raw.train_masks)
    train = whole[kept]
    mean, std = statistics(train.images)
    test = Part(raw.test_images, raw.test_labels, mean, std, raw.test_masks)
    height, width = test.images.shape[-2:]
    source = (
        f"{raw.origin}: {len(kept):,} training, {count:,} validation and {len(test):,} test "
        f"images of {height} × {width}, {'grey' if len(mean) == 1 else 'colour'}, "
        f"{len(raw.classes)} classes"
    )
    return DataSet(
        name,
        source,
        raw.classes,
        replace(train, mean=mean, std=std),
        replace(whole[held_out], mean=mean, std=std),
        test,
    )


def refuse_unknown(name: str, known: Sequence[str], validation: float) -> None:
    """Raises a ValueError where there is no such set, or no such share."""
    if name not in known:
        raise ValueError(f"There is no set {name!r}. There are: {', '.join(known)}.")
    if not 0 <= validation < 1:
        raise ValueError(f"validation={validation} is not a share in [0, 1).")


def load_or_default(
    *wanted: str,
    default: str = "digits",
    validation: float = 0.1,
    seed: int = 0,
    folder: str | Path | None = None,
) -> DataSet:
    """The first of the wanted sets whose files are there, else the default; prints which.

    load_or_default("mnist")
    load_or_default("cifar10", "cifar10_subset", default="shapes")

    What is missing or damaged is printed with the reason: nothing is swapped silently.
    """
    return first_of(partial(load, validation=validation, seed=seed, folder=folder), wanted, default)


def first_of(get: Callable[[str], DataSet], wanted: Sequence[str], default: str) -> DataSet:
    """The first of the wanted sets that `get` can give, else the default; prints which, and why."""
    for name in wanted:
        try:
            data = get(name)
        except (DataMissing, DataDamaged) as error:
            print(f"Not {name}: {error}")
        else:
            print(f"Data: {data.source}.")
            return data
    data = get(default)
    print(f"Data{', in its place' if wanted else ''}: {data.source}.")
    return data


def _raw(name: str, folder: Path) -> Raw:
    from course_lib.data import embedded, files, glyphs, shapes

    if name == "digits":
        return embedded.digits()
    if name == "glyphs":
        return glyphs.glyphs()
    if name == "letters":
        return glyphs.letters()
    if name == "shapes":
        return shapes.shapes()
    if name == "cifar10_subset":
        return files.cifar10_subset(folder)
    if name == "cifar10":
        return files.cifar10(folder)
    return files.idx(name, folder)
