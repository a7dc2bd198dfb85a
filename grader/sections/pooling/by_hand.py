"""Part A: poolings worked out by hand, and what PyTorch's layers give."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.checks.compare import EXACT
from grader.marking.exercise import Exercise

_MAP = torch.tensor([[[1.0, 3, 2, 1], [0, 1, 4, 2], [5, 1, 2, 3], [3, 0, 4, 1]]])
_MAXIMA = F.max_pool2d(_MAP, 2)[0].tolist()
_TOP, _MEAN = 5.0, 3.0
_FLAT = [number for row in _MAXIMA for number in row]


def _maps(*wrong: Any) -> tuple[list[Any], ...]:
    """Answers whose third part alone is wrong."""
    return tuple([_TOP, _MEAN, found] for found in wrong)


TWO_WINDOWS = Exercise(
    id="pooling.two_windows",
    title="Windows by hand",
    points=0,
    minutes=3,
    covers=("M5", "L4"),
    asks="value",
    reference=[_TOP, _MEAN, _MAXIMA],
    wrong={
        "order swapped": (
            "The numbers are right, their order is not: first the maximum, then the mean.",
            [_MEAN, _TOP, _MAXIMA],
        ),
        "sum": (
            "All but the second number is right. It is the mean: divide the sum by how many "
            "numbers the window holds.",
            [_TOP, 12.0, _MAXIMA],
        ),
        "divided by the side": (
            "All but the second number is right. For the mean you divided by the side of the "
            "window; divide by the number of its entries.",
            [_TOP, 6.0, _MAXIMA],
        ),
        "median": (
            "All but the second number is right. It is the mean, not the lower median that "
            "torch.median gives.",
            [_TOP, 2.0, _MAXIMA],
        ),
        "the printed table": (
            "That output stands in some lecture notes, and it is wrong. Look at the window at the "
            "top right: the upper two rows, the last two columns.",
            *_maps([[3, 3], [1, 4]]),
        ),
        "means": (
            "Maximum and mean are right. The third part holds the means of the four windows; the "
            "largest numbers are asked for.",
            *_maps(F.avg_pool2d(_MAP, 2)[0].tolist()),
        ),
        "window moves by one": (
            "Maximum and mean are right. On the map you let the window move by one pixel. Here the "
            "stride is 2: the windows lie side by side, two in each direction.",
            *_maps(F.max_pool2d(_MAP, 2, 1)[0].tolist()),
        ),
        "transposed": (
            "Maximum and mean are right. Rows and columns of your output are swapped: the window "
            "at the top right belongs to the first row.",
            *_maps(F.max_pool2d(_MAP, 2)[0].T.tolist()),
        ),
        "minimum": (
            "Maximum and mean are right. The third part holds the smallest numbers of the four "
            "windows; the largest ones are asked for.",
            *_maps((-F.max_pool2d(-_MAP, 2)[0]).tolist()),
        ),
        "not in rows": (
            "The numbers are right. The output of the map is a list of two rows, the third of "
            "three things.",
            [_TOP, _MEAN, *_MAXIMA],
            [_TOP, _MEAN, *_FLAT],
            [_TOP, _MEAN, _FLAT],
            [[_TOP, _MEAN], _MAXIMA],
        ),
    },
    right=((5, 3, [[3, 4], [5, 4]]), [torch.tensor(5.0), torch.tensor(3.0), torch.tensor(_MAXIMA)]),
    hints=(
        "The mean is the sum of the four numbers, divided by four.",
        "Draw a line down the middle of the map and one across it: those are the four windows.",
        "two_windows = [maximum, mean, [[top left, top right], [bottom left, bottom right]]].",
    ),
    tolerance=EXACT,
)

_X = torch.arange(16.0).reshape(1, 1, 4, 4)
_LAYERS = (
    nn.MaxPool2d(3),
    nn.MaxPool2d((2, 3), stride=(2, 3), padding=(0, 1)),
    nn.MaxPool2d(3, stride=2, padding=1),
)


def _outputs(*layers: nn.MaxPool2d) -> list[Any]:
    """What PyTorch's own layers give: the first two on one channel, the last on two."""
    maps = [layer(_X)[0, 0].tolist() for layer in layers[:-1]]
    return [*maps, layers[-1](torch.cat((_X, _X + 1), 1))[0].tolist()]


_FIRST, _SECOND, _THIRD = _outputs(*_LAYERS)
_UNPADDED = _outputs(nn.MaxPool2d(3), nn.MaxPool2d((2, 3)), nn.MaxPool2d(3, stride=2))
_BY_ONE = _outputs(
    nn.MaxPool2d(3, 1), nn.MaxPool2d((2, 3), 1, (0, 1)), nn.MaxPool2d(3, stride=1, padding=1)
)

MODULE_OUTPUTS = Exercise(
    id="pooling.module_outputs",
    title="What nn.MaxPool2d gives",
    points=0,
    minutes=4,
    covers=("D7.5-demo-2",),
    asks="value",
    reference=[_FIRST, _SECOND, _THIRD],
    wrong={
        "stride one": (
            "The first map: a single window fits. nn.MaxPool2d(3) moves by 3, not by 1: without a "
            "stride, pooling in PyTorch takes the window's size (convolution takes 1). And a "
            "window that would stick out does not count.",
            [_BY_ONE[0], _SECOND, _THIRD],
        ),
        "all by one": (
            "You moved every window by one pixel. The second and the third layer say their "
            "stride, and without one, as in the first, it is the window's size.",
            _BY_ONE,
        ),
        "one channel": (
            "The first two are right. The third input has two channels. Pooling never mixes them: "
            "there are two maps in the output.",
            [_FIRST, _SECOND, _THIRD[0]],
            [_FIRST, _SECOND, _THIRD[1]],
            [_FIRST, _SECOND, [_THIRD[0]]],
            [_FIRST, _SECOND, [_THIRD[1]]],
        ),
        "padding left out": (
            "You left padding out. In the second layer a column of it lies on either side, in the "
            "third a whole ring: windows start one column, or one row and column, earlier.",
            [_FIRST, _UNPADDED[1], _THIRD],
            [_FIRST, _SECOND, _UNPADDED[2]],
            _UNPADDED,
        ),
        "a batch axis": (
            "The numbers are right. Leave the batch axis out, and in the first two the axis of the "
            "channel: a map is a list of rows.",
            [[_FIRST], [_SECOND], _THIRD],
            [[[_FIRST]], [[_SECOND]], [_THIRD]],
            [[_FIRST], [_SECOND], [_THIRD]],
            [_FIRST, _SECOND, [_THIRD]],
        ),
        "channels alike": (
            "The first two are right. The third layer gives two different maps: the channels of "
            "its input differ.",
            [_FIRST, _SECOND, [_THIRD[0]] * 2],
            [_FIRST, _SECOND, [_THIRD[1]] * 2],
        ),
        "a number for a map": (
            "The numbers are right. A map of one number is a list of one row, too: [[.]].",
            [_FIRST[0][0], _SECOND, _THIRD],
            [_FIRST[0], _SECOND, _THIRD],
        ),
        "two maps apart": (
            "The numbers are right. The third output is a list of two maps, so that there are "
            "three things in all.",
            [_FIRST, _SECOND, *_THIRD],
        ),
    },
    right=([torch.tensor(_FIRST), torch.tensor(_SECOND), torch.tensor(_THIRD)],),
    hints=(
        "nn.MaxPool2d(3) without a stride: the window moves by its own size. How often does 3 fit "
        "into 4?",
        "The second: padded by one column on either side the map is 6 wide; two windows of 3 fit.",
        "module_outputs = [[[.]], [[., .], [., .]], [[[., .], [., .]], [[., .], [., .]]]]: one "
        "map, one map, and a list of two maps.",
    ),
    tolerance=EXACT,
)
