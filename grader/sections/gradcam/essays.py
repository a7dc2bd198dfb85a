"""What is marked by a person."""

from grader.marking.exercise import Essay

MAPS_BY_DEPTH = Essay(
    id="gradcam.maps_by_depth",
    title="What maps show, from the first layer to the last",
    points=3,
    minutes=10,
    core=False,
    covers=("E14.12",),
)

STATISTICS_BY_DEPTH = Essay(
    id="gradcam.statistics_by_depth",
    title="What the statistics say about depth",
    points=3,
    minutes=12,
    core=False,
    covers=("E14.34",),
)
