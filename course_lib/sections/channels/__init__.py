"""Section 03, channels: what learners may see of its exercises."""

from course_lib.former.exercise import Essay, Section
from course_lib.sections.channels.groups import BLOCK_PRODUCT, CHANNEL_SHUFFLE, GROUP_CONV2D
from course_lib.sections.channels.growth import CONV_COSTS, GROWTH_NUMBERS, PADDING_GROWTH
from course_lib.sections.channels.macs import COUNT_MACS, SEPARABLE, SEPARABLE_NUMBERS
from course_lib.sections.channels.matrix import CONV2D_LOOP, CONV2D_MATMUL, IM2COL
from course_lib.sections.channels.merging import (
    BORDER_CHOICE,
    MERGE_KERNELS,
    MERGE_LAYERS,
    MERGED_WEIGHTS,
)
from course_lib.sections.channels.parameters import (
    COUNT_PARAMS,
    DENSE_AGAINST_CONV,
    THREE_NETS,
    TWO_LAYERS,
)
from course_lib.sections.channels.pointwise import (
    CONV1X1,
    CONV1X1_SHAPE,
    MERGE_1X1,
    NIN_CHOICE,
)
from course_lib.sections.channels.rounding import ORDER_MATTERS
from course_lib.sections.channels.splitting import CAN_SPLIT
from course_lib.sections.channels.strip import BEST_STRIP
from course_lib.sections.channels.summing import MULTI_IN, MULTI_IN_OUT

SECTION = Section(
    name="channels",
    title="Channels",
    version="1",
    exercises=(
        MULTI_IN,
        MULTI_IN_OUT,
        CONV1X1,
        CONV1X1_SHAPE,
        MERGE_1X1,
        NIN_CHOICE,
        GROUP_CONV2D,
        BLOCK_PRODUCT,
        CHANNEL_SHUFFLE,
        COUNT_PARAMS,
        TWO_LAYERS,
        THREE_NETS,
        DENSE_AGAINST_CONV,
        COUNT_MACS,
        SEPARABLE,
        SEPARABLE_NUMBERS,
        CONV_COSTS,
        PADDING_GROWTH,
        GROWTH_NUMBERS,
        MERGE_KERNELS,
        MERGED_WEIGHTS,
        MERGE_LAYERS,
        BORDER_CHOICE,
        CAN_SPLIT,
        CONV2D_LOOP,
        IM2COL,
        CONV2D_MATMUL,
        BEST_STRIP,
        ORDER_MATTERS,
    ),
    essays=(
        Essay(
            id="channels.blocks_apart",
            title="What blocks cost",
            points=2,
            covers=("D7.4.7", "E14.31"),
        ),
        Essay(
            id="channels.like_for_like",
            title="Like for like",
            points=2,
            covers=("M4",),
        ),
    ),
    quizzes={
        "pointwise": ("Q7",),
        "groups": ("Q9", "Q23"),
        "counting": ("Q4",),
        "merging": ("E14.5",),
    },
)
