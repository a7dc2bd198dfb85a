"""Images in memory: real sets, embedded ones, and how to get the former.

data = load_or_default("mnist", default="digits")

Images are uint8 (N, C, H, W), labels int64 (N,). They are moved to the device once; batches are
picked, augmented and normalised there.
"""

from course_lib.data.catalogue import DataDamaged, DataMissing, data_folder
from course_lib.data.download import PrefetchFailed, prefetch
from course_lib.data.parts import DataSet, Part
from course_lib.data.sets import load, load_or_default, names

__all__ = [
    "DataDamaged",
    "DataMissing",
    "DataSet",
    "Part",
    "PrefetchFailed",
    "data_folder",
    "load",
    "load_or_default",
    "names",
    "prefetch",
]
