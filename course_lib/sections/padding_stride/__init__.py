"""Section 02, padding and stride: what learners may see of its exercises."""

from course_lib.former.exercise import Essay, Section
from course_lib.sections.padding_stride.aliasing import HEARD_FREQUENCY
from course_lib.sections.padding_stride.backward import CONV_BACKWARD
from course_lib.sections.padding_stride.blurring import BLUR_DOWN, ONE_PIXEL_CHANGE
from course_lib.sections.padding_stride.dilation import STUFF_KERNEL
from course_lib.sections.padding_stride.fractional import FRACTIONAL_STRIDE, STEP_NUMBERS
from course_lib.sections.padding_stride.influence import INFLUENCE
from course_lib.sections.padding_stride.layer_shapes import SHAPES
from course_lib.sections.padding_stride.mirror import MIRROR_PAD
from course_lib.sections.padding_stride.operation import MANUAL_CONV2D
from course_lib.sections.padding_stride.output_size import CONV_OUTPUT_SIZE
from course_lib.sections.padding_stride.receptive_field import (
    FEWEST_CHOICE,
    RECEPTIVE_FIELD,
    STACK_FIELDS,
)
from course_lib.sections.padding_stride.shapes_on_paper import (
    DEMO_SHAPES,
    FIVE_SHAPES,
    SAME_CHOICE,
)
from course_lib.sections.padding_stride.transposed import (
    IDENTITY_CHOICE,
    ROUND_TRIP_GAP,
    TRANSPOSED_CONV2D,
)
from course_lib.sections.padding_stride.work import MULTIPLY_ADDS

SECTION = Section(
    name="padding_stride",
    title="Padding and stride",
    version="1",
    exercises=(
        CONV_OUTPUT_SIZE,
        SHAPES,
        FIVE_SHAPES,
        DEMO_SHAPES,
        SAME_CHOICE,
        MANUAL_CONV2D,
        MIRROR_PAD,
        STUFF_KERNEL,
        RECEPTIVE_FIELD,
        STACK_FIELDS,
        FEWEST_CHOICE,
        INFLUENCE,
        TRANSPOSED_CONV2D,
        ROUND_TRIP_GAP,
        IDENTITY_CHOICE,
        CONV_BACKWARD,
        MULTIPLY_ADDS,
        HEARD_FREQUENCY,
        BLUR_DOWN,
        ONE_PIXEL_CHANGE,
        FRACTIONAL_STRIDE,
        STEP_NUMBERS,
    ),
    essays=(
        Essay(
            id="padding_stride.stride_claims",
            title="What a stride costs",
            points=3,
            covers=("D7.3.4", "D7.3.5"),
        ),
    ),
    quizzes={
        "sizes": ("Q2", "L2-table"),
        "dilation": ("Q12",),
        "fields": ("Q15", "L6-rf", "M6"),
    },
)
