"""Part D, counting: what a layer costs forward and backward, and what growing it costs."""

from typing import Any

from course_lib.checks.compare import EXACT
from course_lib.former.exercise import Case, Exercise, Mistake
from course_lib.former.worked_example import WORKED, on, on_worked, worked
from course_lib.models.configs import conv
from course_lib.sections.channels.facts import macs


def _costs(*numbers: int) -> dict[str, Any]:
    names = (
        "forward_macs",
        "backward_macs",
        "backward_macs_first",
        "forward_memory",
        "backward_memory",
    )
    return dict(zip(names, numbers, strict=True))


_PADDED = "one channel in, two out, padding 1"

CONV_COSTS = Exercise(
    id="channels.conv_costs",
    title="What a layer costs",
    points=2,
    covers=("D7.4.2",),
    cases=lambda draw: [
        Case(args=(2, 3, (1, 2), (4, 5), 0), about=WORKED),
        Case(args=(1, 2, (3, 3), (2, 4), 1), about=_PADDED),
    ],
    expect=worked(
        {WORKED: _costs(192, 384, 192, 100, 152), _PADDED: _costs(144, 288, 144, 42, 68)}
    ),
    mistakes=(
        Mistake(
            "channels missing",
            "You left the channels out. Every output channel reads every input channel, and both "
            "are stored with all their pixels.",
            on_worked(_costs(32, 64, 32, 38, 60)),
        ),
        Mistake(
            "backward like forward",
            "Your backward pass is one product only. It has two gradients to compute, for the "
            "weights and for the input, and each takes as many MACs as the forward pass.",
            on_worked(_costs(192, 192, 192, 100, 152)),
        ),
        Mistake(
            "first layer not told apart",
            "In the first layer of a network nobody asks for the gradient of the input, so one of "
            "the two products is left out.",
            on_worked(_costs(192, 384, 384, 100, 152)),
        ),
        Mistake(
            "gradients not stored",
            "Your memory backward is no more than forward. X and K are still needed, and there are "
            "three gradients besides: those of Y, K and X.",
            on_worked(_costs(192, 384, 192, 100, 100)),
        ),
        Mistake(
            "output stored, too",
            "Your memory backward holds Y and its gradient. Backward, a convolution needs the "
            "gradient of Y only.",
            on_worked(_costs(192, 384, 192, 100, 200)),
        ),
        Mistake(
            "forward counted again",
            "You added the forward pass to the backward pass. Give the backward pass by itself.",
            on_worked(_costs(192, 576, 384, 100, 152)),
        ),
        Mistake(
            "kernel's sides swapped",
            "You swapped the kernel's sides: kernel_size is (height, width), as size is.",
            on_worked(_costs(180, 360, 180, 97, 149)),
        ),
        Mistake(
            "output as large as the input",
            "Your output is as large as the input. A side of it has n + 2 * padding - k + 1 "
            "places.",
            on_worked(_costs(240, 480, 240, 112, 164)),
        ),
        Mistake(
            "padding ignored",
            "You left the padding out: 2 * padding pixels come to each side before the kernel is "
            "laid down.",
            on(_PADDED, _costs(0, 0, 0, 26, 52)),
        ),
        Mistake(
            "padding stored",
            "Your X holds the zeros of the padding. Count the numbers of the image itself.",
            on(_PADDED, _costs(144, 288, 144, 58, 100)),
        ),
    ),
    hints=(
        "First the size of the output: n + 2 * padding - k + 1, down and across. Then the sizes of "
        "X, K and Y as numbers of entries.",
        "Forward: one multiply-add for each entry of K at each place of the output. Backward: as "
        "many for each of the two gradients, and in a first layer for one of them.",
        "With x, k and y the numbers of entries: forward memory x + k + y; backward memory "
        "x + k + y for X, K and the gradient of Y, and x + k for the gradients of X and K.",
    ),
    tolerance=EXACT,
)


def _doubled(case: Case) -> float:
    """The factor as PyTorch's own counter sees it, for one channel."""
    size, kernel_size, padding = case.args
    before, after = (
        macs([conv(1, 1, kernel_size, padding=p)], size, size) for p in (padding, 2 * padding)
    )
    return after / before


PADDING_GROWTH = Exercise(
    id="channels.padding_growth",
    title="What doubling the padding costs",
    points=1,
    covers=("D7.4.3",),
    cases=lambda draw: [
        Case(args=(5, 3, 1), about=WORKED),
        Case(args=(16, 5, 2), about="an image of 16 pixels, a kernel of 5, padding 2"),
        Case(args=(10, 3, 2), about="padding from 2 to 4"),
    ],
    expect=_doubled,
    mistakes=(
        Mistake(
            "one side only",
            "You counted the new pixels on one side. Padding adds pixels on both sides of each "
            "axis.",
            on_worked(25 / 16),
        ),
        Mistake(
            "one axis only",
            "That is the growth of a side. The output grows down and across.",
            on_worked(7 / 5),
        ),
        Mistake(
            "percentage",
            "You gave the growth as a percentage. A factor is asked for: the work after, divided "
            "by the work before.",
            on_worked(96.0),
        ),
        Mistake(
            "what is added",
            "You gave what is added, as a share of the work before. The factor is the work after, "
            "divided by the work before: one more.",
            on_worked(24 / 25),
        ),
        Mistake(
            "upside down",
            "Your factor is upside down: the work after stands above, the work before below.",
            on_worked(25 / 49),
        ),
        Mistake(
            "kernel left out",
            "You took the padded image for the output. A side of the output has "
            "n + 2 * padding - k + 1 places.",
            on_worked(81 / 49),
        ),
        Mistake(
            "last place forgotten",
            "Your sides are one place short: the kernel has n + 2 * padding - k + 1 places.",
            on_worked(36 / 16),
        ),
        Mistake(
            "from no padding",
            "You compared with no padding at all. Compare twice the padding with the padding.",
            on_worked(25 / 9),
        ),
        Mistake(
            "square of the padding",
            "You squared the factor of the padding itself. The padding is only a part of a side; "
            "work out how many places a side of the output has before and after.",
            on_worked(4.0),
        ),
        Mistake(
            "nothing changes",
            "Your factor is 1, as if the work stayed the same. The output has more places, and the "
            "kernel is laid down at each. (Or did // round the factor down? Divide with /.)",
            on_worked(1.0),
        ),
    ),
    hints=(
        "For given channels and kernels the work follows the number of output places alone.",
        "A side of the output has n + 2 * padding - k + 1 places. How many after doubling?",
        "((n + 4 * padding - k + 1) / (n + 2 * padding - k + 1)) ** 2",
    ),
    forbidden=("torch.utils", "course_lib"),
)


def _growth_numbers() -> list[float]:
    thin, wide = conv(16, 16, 3, padding=1), conv(32, 32, 3, padding=1)
    channels = macs([wide], 20, 20) / macs([thin], 20, 20)
    return [channels, *(_doubled(Case(args=(size, 3, 1))) for size in (64, 7))]


GROWTH_NUMBERS = Exercise(
    id="channels.growth_numbers",
    title="Twice the channels, twice the padding",
    points=0,
    covers=("D7.4.3",),
    asks="value",
    cases=lambda draw: [Case()],
    expect=lambda case: _growth_numbers(),
    mistakes=(
        Mistake(
            "channels doubled once",
            "The first number: both c_i and c_o are doubled, and the work is proportional to "
            "their product.",
            lambda case: [2, *_growth_numbers()[1:]],
        ),
        Mistake(
            "percentages",
            "These are percentages. Give factors: work after by work before.",
            lambda case: [100 * (factor - 1) for factor in _growth_numbers()],
        ),
        Mistake(
            "what is added",
            "You gave what is added. A factor is the work after, divided by the work before: one "
            "more.",
            lambda case: [factor - 1 for factor in _growth_numbers()],
        ),
        Mistake(
            "percentages for the padding",
            "The last two are percentages. Give factors for them, too: the work after, divided by "
            "the work before.",
            lambda case: [
                _growth_numbers()[0],
                *(round(100 * (factor - 1), 1) for factor in _growth_numbers()[1:]),
            ],
        ),
        Mistake(
            "sizes swapped",
            "The last two are swapped: first the large image. Which of the two is hurt more?",
            lambda case: [_growth_numbers()[0], *_growth_numbers()[:0:-1]],
        ),
        Mistake(
            "one axis only",
            "The first is right; the others are the growth of one side. The output has two.",
            lambda case: [_growth_numbers()[0], *(f**0.5 for f in _growth_numbers()[1:])],
        ),
    ),
    hints=(
        "Your padding_growth gives the second and the third.",
        "MACs are c_i · c_o times the rest. What becomes of the product when both are doubled?",
    ),
    tolerance=2e-3,
)
