"""Part F, the lab: the learner's own net, by its logits on images that nobody has seen."""

from course_lib.checks.case import Case
from course_lib.sections.training.own_net import FILE, SETS
from course_lib.training.handed_in import file_mistakes
from grader.marking.exercise import Exercise
from grader.marking.lab import drawn_for

OWN_NET = Exercise(
    id="training.own_net",
    title="A network of your own",
    points=4,
    minutes=10,
    covers=("L-P1",),
    lab=True,
    example=((Case(about="images of a public seed"), None),),
    cases=drawn_for(SETS, {"shapes": 10, "cifar10": 12}),
    through="ask_own_net",
    holds="earned_by_own_net",
    wrong={
        **file_mistakes(FILE),
        "no network": (
            "own_net() must return a network, an nn.Module: nn.Sequential(…), or an object of your "
            "class, made by calling the class.",
        ),
        "another network": (
            f"own_net() and {FILE} are not the same network: names or shapes of the weights do not "
            "fit. Train again with train_and_save after each change of own_net; the check says "
            "which weights they are.",
        ),
        "form": (
            "The network must return logits: for N images a tensor with a row of ten numbers for "
            "each, for a single image, too.",
        ),
        "not finite": (
            "Some logits are not finite numbers. Look at the curve of the training: with a smaller "
            "lr the loss stays finite.",
        ),
        "all alike": (
            "The same logits come for every image, or nearly: nothing has been learned, or "
            "forward throws away what tells the images apart.",
        ),
        "company": (
            "In eval mode an image gets other logits when it is asked again or in other company. "
            "F.dropout needs training=self.training, batch norm its running statistics; and take "
            "nothing from the images that come together, such as their mean.",
        ),
        "not registered": (
            "With the same weights in the file, a network that is made anew gives other logits: "
            "some of its weights are not saved, as those of layers in a plain list are not. Put "
            "them in nn.Sequential or nn.ModuleList.",
        ),
        "weights not read": (
            "The network answers the same, or as well, with other weights than those in the file. "
            "Its logits must come from its weights.",
        ),
    },
    hints=(
        "Three times convolution, batch norm, ReLU, pooling; then nn.Flatten(), nn.Dropout(0.2) "
        "and a dense layer with ten outputs. How many numbers does nn.Flatten() give?",
        "Three poolings by 2 make 32 x 32 to 4 x 4: with C channels the dense layer has "
        "C * 16 inputs.",
    ),
)
