"""What is marked by a person."""

from grader.marking.exercise import Essay

XRAY_PLAN = Essay(
    id="transfer.xray_plan",
    title="A plan for X-rays",
    points=4,
    minutes=10,
    covers=("Q25",),
)

STRATEGIES_COMPARED = Essay(
    id="transfer.strategies_compared",
    title="Three strategies compared",
    points=3,
    minutes=12,
    core=False,
    covers=("E14.19",),
)
