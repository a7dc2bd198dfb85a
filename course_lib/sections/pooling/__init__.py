"""Section 04, pooling: what learners may see of its exercises."""

from course_lib.former.exercise import Essay, Section
from course_lib.sections.pooling.average import AVG_POOL2D
from course_lib.sections.pooling.cost import POOL_COST
from course_lib.sections.pooling.extremes import MAX_POOL2D, MIN_POOL2D, MODULE_OUTPUTS
from course_lib.sections.pooling.gradient import KIND_CHOICE, POOL_GRADIENT
from course_lib.sections.pooling.heads import GAP_CHOICE, HEAD_PARAMS, VGG_NUMBERS
from course_lib.sections.pooling.linearity import AVG_AS_CONV, NOT_ADDITIVE
from course_lib.sections.pooling.relu import RELU_MAX, RELU_MAX_POOL2D
from course_lib.sections.pooling.shapes import CIFAR_SHAPES, TRACE_SHAPES
from course_lib.sections.pooling.shifts import INVARIANT_CHOICE, POOL_SHIFT_CHOICE, SHIFT_GAPS
from course_lib.sections.pooling.softmax import SOFTMAX_POOL2D
from course_lib.sections.pooling.windows import LESSON_WINDOWS, PATCH_NUMBERS, POOL2D

SECTION = Section(
    name="pooling",
    title="Pooling",
    version="1",
    exercises=(
        PATCH_NUMBERS,
        LESSON_WINDOWS,
        POOL2D,
        MAX_POOL2D,
        AVG_POOL2D,
        MODULE_OUTPUTS,
        MIN_POOL2D,
        POOL_COST,
        AVG_AS_CONV,
        NOT_ADDITIVE,
        RELU_MAX,
        RELU_MAX_POOL2D,
        KIND_CHOICE,
        POOL_GRADIENT,
        SOFTMAX_POOL2D,
        CIFAR_SHAPES,
        TRACE_SHAPES,
        HEAD_PARAMS,
        VGG_NUMBERS,
        GAP_CHOICE,
        SHIFT_GAPS,
        POOL_SHIFT_CHOICE,
        INVARIANT_CHOICE,
    ),
    essays=(
        Essay(
            id="pooling.max_or_mean",
            title="Maximum or mean",
            points=2,
            covers=("D7.5.5", "Q8"),
        ),
        Essay(
            id="pooling.softmax_rare",
            title="Why softmax pooling is rare",
            points=2,
            covers=("D7.5.7",),
        ),
    ),
    quizzes={
        "kinds": ("Q8",),
        "head": ("Q18",),
        "shapes": ("Q19",),
        "shifts": ("E14.4 (b-e)",),
    },
)
