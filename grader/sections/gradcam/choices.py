"""Which layer to look at, and when Grad-CAM and CAM are the same."""

from grader.marking.exercise import Exercise

WHICH_LAYER = Exercise(
    id="gradcam.which_layer",
    title="Finer maps that point worse",
    points=1,
    minutes=3,
    covers=("E14.20", "Q14"),
    asks="choice",
    options={
        "A": "Gradients vanish on their way back to layer2, so its weights are mostly 0.",
        "B": "Its maps show edges and spots, which stand on the object and elsewhere, and one "
        "weight for a whole map cannot tell the ones from the others.",
        "C": "Grad-CAM needs maps before a ReLU, and layer2 gives them after one.",
        "D": "More places mean that the largest number stands at one of them by chance.",
    },
    reference="B",
    wrong={
        "vanishing": (
            "However small the weights are, scaling divides their size out again. What does a map "
            "of an early layer show, and what can one weight say about it?",
            "A",
        ),
        "relu": (
            "A residual block of a late layer ends in a ReLU as well, and its map points well. "
            "What do maps of an early layer show?",
            "C",
        ),
        "chance": (
            "A number is the largest for a reason, among many as among few. What does an early "
            "layer's map respond to, on the object and beside it?",
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
