"""What is marked by a person."""

from grader.marking.exercise import Essay

KERNELS_AND_POOLING = Essay(
    id="training.kernels_and_pooling",
    title="Kernels and pooling compared",
    points=3,
    minutes=12,
    core=False,
    covers=("E14.16", "E14.17", "L-P2"),
)

AUGMENTATION_AND_SCHEDULES = Essay(
    id="training.augmentation_and_schedules",
    title="Augmentation and schedules compared",
    points=3,
    minutes=12,
    core=False,
    covers=("E14.22", "E14.23", "Q22"),
)

WHICH_CHOICE_MATTERS = Essay(
    id="training.which_choice_matters",
    title="Which choice matters most",
    points=3,
    minutes=12,
    core=False,
    covers=("E14.25",),
)

PRECISION_AND_SIZE = Essay(
    id="training.precision_and_size",
    title="Sixteen bits and growing images",
    points=3,
    minutes=12,
    core=False,
    covers=("E14.28", "E14.33"),
)
