"""Part E, the lab: the learner's own net, by its logits on images that nobody has seen."""

from course_lib.checks.case import Case
from course_lib.sections.lenet.own_net import FILE, SETS
from course_lib.training.handed_in import file_mistakes
from grader.marking.exercise import Exercise
from grader.marking.lab import drawn_for

PREDICT = Exercise(
    id="lenet.predict",
    title="A net of your own",
    points=4,
    minutes=16,
    covers=("D7.6.2", "D7.6.3"),
    lab=True,
    example=((Case(about="images of a public seed"), None),),
    cases=drawn_for(SETS, {"glyphs": 5, "mnist": 12}),
    through="ask_net",
    holds="earned_by_net",
    wrong={
        **file_mistakes(FILE),
        "form": (
            "predict must return logits: for N images a tensor with a row of ten numbers for each, "
            "for a single image, too.",
        ),
        "not finite": (
            "Some logits are not finite numbers. Are the weights those of a training that went "
            "well?",
        ),
        "all alike": (
            "The same logits come for every image, or nearly. Are the trained weights loaded, and "
            "is the input normalised as it was for training?",
        ),
        "company": (
            "An image gets other logits when it is asked again or in other company: the network is "
            "in train mode (call eval() on it), or something is taken from the images that come "
            "together, such as their mean or that of their logits (take what is saved).",
        ),
        "weights drawn anew": (
            "The same images get other logits when predict is called again, as from a network with "
            "first weights: load_state_dict(state) puts in the saved ones (with strict=False it "
            "passes over names that do not fit). Or the network is in train mode and has dropout: "
            "call eval() on it.",
        ),
        "weights not read": (
            "predict gives the same, or is right as often, when own_net.safetensors holds other "
            "weights. Let it read the file each time it is called, by its name alone, and let the "
            "network with these weights give the logits.",
        ),
        "changed": ("predict changes the images that it is given. Leave them as they are.",),
        "statistics not used": (
            "The logits do not depend on the saved mean, or not on the saved std. The network was "
            "trained on images that were normalised by both: subtract mean, divide by std.",
        ),
        "probabilities": (
            "predict returns probabilities. Return the logits, as they come from the last layer, "
            "without a softmax.",
        ),
        "cut to black and white": (
            "Grey pixels have become black: // or whole numbers have cut the quotients. Divide "
            "with /, and leave floats as they are.",
        ),
        "multiplied": ("predict multiplies by std. Divide by it.",),
        "sides swapped": (
            "The network recognises more when rows and columns of the images are exchanged "
            "beforehand. Leave the axes as they are.",
        ),
        "not divided": (
            "predict subtracts mean from pixels that are not divided by 255 yet. Divide first: "
            "mean and std are those of pixels up to 1.",
        ),
        "not normalised": (
            "The saved mean and std are not used, and the network recognises more when the "
            "images are normalised. After dividing by 255, subtract mean and divide by std.",
        ),
        "neither": (
            "The saved mean and std are not used, and the network recognises more when the "
            "images are divided by 255 and normalised. Let predict do both.",
        ),
        "left out": (
            "The saved mean and std are not used, and the network recognises more when the "
            "images are normalised. Let predict divide them by 255, subtract mean, divide by std.",
        ),
    },
    hints=(
        "Inside predict: make the network, load the weights, call eval(), normalise the images as "
        "the training part was, and return the logits.",
        "load_state_dict(state) puts the weights in, once mean and std are taken out of state.",
    ),
)
