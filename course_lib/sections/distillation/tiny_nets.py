"""Tiny teachers and students: (N, 1, 3, 3) -> (N, classes)."""

from torch import nn

from course_lib.checks.case import drawn_weights
from course_lib.checks.traces import in_use
from course_lib.models.plans import Plan, network


def network_of(state: str, classes: int, seed: int) -> nn.Module:
    """A net with weights drawn from a seed.

    Args:
        state: "student", who has no dropout; or that in which a teacher is `in_use`.
    """
    width = 2 if state == "student" else 4
    model = network(_plan(width, classes, dropout=state != "student"))
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    learned = {name: shape for name, shape in shapes.items() if "tracked" not in name}
    drawn = drawn_weights({"seed": seed, "shapes": learned})
    model.load_state_dict(drawn, strict=False)
    return model if state == "student" else in_use(model, state)


def _plan(width: int, classes: int, *, dropout: bool) -> Plan:
    norm = ["BatchNorm2d", width]
    head = ["Linear", 4 * width, classes]
    rest = ["Dropout", 0.5] if dropout else ["Identity"]
    return ["Sequential", ["Conv2d", 1, width, 2], norm, ["ReLU"], ["Flatten"], rest, head]
