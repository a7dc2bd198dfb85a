"""Which layer to look at, and when Grad-CAM and CAM are the same."""

from grader.marking.exercise import Exercise

WHICH_LAYER = Exercise(
    id="gradcam.which_layer",
    title="Why an early layer points badly",
    points=1,
    minutes=3,
    covers=("E14.20", "Q14"),
    asks="choice",
    options={
        "A": "Gradients vanish on their way back to layer1: at each place they are nearly 0.",
        "B": "Its maps show edges, which lie on the object and elsewhere; the gradient differs "
        "from place to place, also in sign, and its mean over all places loses most of it.",
        "C": "Grad-CAM needs maps before a ReLU, and layer1 gives them after one.",
        "D": "Its maps have more places than those of later layers, so that the hottest one is "
        "less likely to lie on the object.",
    },
    reference="B",
    wrong={
        "vanishing": (
            "Place by place they are there; were they small, scaling would divide their size out. "
            "What becomes of gradients of both signs when their mean is taken?",
            "A",
        ),
        "relu": (
            "Every stage of a ResNet ends in a ReLU, and the later ones point well. What does the "
            "last figure say of the gradient?",
            "C",
        ),
        "places": (
            "The table has a line in which the map of the first stage was averaged to as few "
            "places as the last stage has. Does it point well?",
            "D",
        ),
    },
    right=("b",),
)

WHEN_EQUAL = Exercise(
    id="gradcam.when_equal",
    title="When Grad-CAM and CAM agree",
    points=1,
    minutes=3,
    covers=("E14.32",),
    asks="choice",
    options={
        "A": "For every network, at the output of its last convolution.",
        "B": "For every network, at every layer, if the class is the predicted one.",
        "C": "For a network that ends in global average pooling and one dense layer, at the maps "
        "that the pooling reads.",
        "D": "For a network that ends in global average pooling and one dense layer, at every "
        "layer.",
    },
    reference="C",
    wrong={
        "last convolution": (
            "After it a norm, a sum or a ReLU may follow, and a network with several dense layers "
            "has no CAM at all. What must stand between the maps and the logit?",
            "A",
        ),
        "predicted": (
            "The identity holds for any class, where it holds. What must stand between the maps "
            "and the logit?",
            "B",
        ),
        "every layer": (
            "The dense layer has one weight for each map that the pooling reads. Maps of earlier "
            "layers are of other numbers, and layers that are not linear lie in between.",
            "D",
        ),
    },
    right=("c",),
)
