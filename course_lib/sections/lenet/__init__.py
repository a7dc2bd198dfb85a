"""Section 05, LeNet: what learners may see of its exercises."""

from course_lib.former.exercise import Essay, Section
from course_lib.sections.lenet.architecture import LAYER_PARAMS, LENET, STAGE_SHAPES
from course_lib.sections.lenet.checklist import AXES, DEAD, SEEN, SUMMARY_CHOICE
from course_lib.sections.lenet.evaluation import EVALUATE
from course_lib.sections.lenet.initialisation import INIT_STD, VARIANCES
from course_lib.sections.lenet.loop import TRAIN_EPOCH
from course_lib.sections.lenet.maps import FEATURE_MAPS, SPARSITY
from course_lib.sections.lenet.own_net import OWN_NET
from course_lib.sections.lenet.sizes import MISFIT
from course_lib.sections.lenet.splitting import NORMALISE, SPLIT, SPLIT_CHOICE

SECTION = Section(
    name="lenet",
    title="LeNet",
    version="1",
    exercises=(
        STAGE_SHAPES,
        LAYER_PARAMS,
        LENET,
        SPLIT,
        NORMALISE,
        SPLIT_CHOICE,
        INIT_STD,
        VARIANCES,
        TRAIN_EPOCH,
        EVALUATE,
        OWN_NET,
        FEATURE_MAPS,
        SPARSITY,
        AXES,
        MISFIT,
        SEEN,
        DEAD,
        SUMMARY_CHOICE,
    ),
    essays=(
        Essay(
            id="lenet.four_variants",
            title="Four variants",
            points=2,
            covers=("E14.13", "D7.6.1", "D7.6-demo-train"),
        ),
        Essay(
            id="lenet.what_layers_see",
            title="What the layers answer to",
            points=2,
            covers=("D7.6.4", "D7.6.5"),
        ),
    ),
    quizzes={
        "architecture": ("D7.6-demo",),
        "loop": ("L7-loop",),
        "parts": ("B05-split", "B05-init"),
    },
)
