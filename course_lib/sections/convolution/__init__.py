"""Section 01, convolution: what learners may see of its exercises."""

from course_lib.former.exercise import Essay, Section
from course_lib.sections.convolution.border import BORDER_SHAPES, COVERAGE
from course_lib.sections.convolution.correlation import (
    CORR1D,
    CORR2D,
    CORR2D_FAST,
    LESSON_WINDOW,
)
from course_lib.sections.convolution.derivatives import DERIVATIVE_KERNEL, DIRECTIONAL_KERNEL
from course_lib.sections.convolution.equivariance import SHIFT_GAP, STRIDE_CHOICE
from course_lib.sections.convolution.fourier import CIRCULAR_CONV2D, FFT_CORR2D
from course_lib.sections.convolution.kernels import (
    BLUR_KERNEL,
    EDGE_ROW,
    RESPONSES,
    SHARPEN_KERNEL,
)
from course_lib.sections.convolution.layer import LAYER
from course_lib.sections.convolution.learning import KERNEL_GRADIENT, LEARN_KERNEL
from course_lib.sections.convolution.matrix import IM2COL, TOEPLITZ
from course_lib.sections.convolution.priors import (
    DENSE_WEIGHTS,
    KERNEL_WEIGHTS,
    LESSON_NUMBERS,
    SHARING_CHOICE,
)
from course_lib.sections.convolution.true_convolution import FULL_CONV2D, RESIDUALS, TRUE_CONV2D

SECTION = Section(
    name="convolution",
    title="Convolution",
    version="1",
    exercises=(
        DENSE_WEIGHTS,
        KERNEL_WEIGHTS,
        LESSON_NUMBERS,
        SHARING_CHOICE,
        CORR1D,
        LESSON_WINDOW,
        CORR2D,
        CORR2D_FAST,
        LAYER,
        BORDER_SHAPES,
        COVERAGE,
        EDGE_ROW,
        RESPONSES,
        BLUR_KERNEL,
        SHARPEN_KERNEL,
        DERIVATIVE_KERNEL,
        DIRECTIONAL_KERNEL,
        KERNEL_GRADIENT,
        LEARN_KERNEL,
        SHIFT_GAP,
        STRIDE_CHOICE,
        TRUE_CONV2D,
        FULL_CONV2D,
        RESIDUALS,
        TOEPLITZ,
        IM2COL,
        CIRCULAR_CONV2D,
        FFT_CORR2D,
    ),
    essays=(
        Essay(
            id="convolution.edges_blind",
            title="Why the edge detector is blind",
            points=2,
            covers=("D7.2-edges",),
        ),
        Essay(
            id="convolution.diagonal_why",
            title="One transpose that changes nothing",
            points=2,
            covers=("D7.2.1",),
        ),
    ),
    quizzes={"priors": ("Q1",), "equivariance": ("Q3",), "flip": ("Q21",)},
)
