"""Batch norm and blocks in words."""

from grader.marking.exercise import Exercise

PER_CHANNEL_CHOICE = Exercise(
    id="resnet.per_channel_choice",
    title="Why for each channel",
    points=1,
    minutes=2,
    covers=("E14.6",),
    asks="choice",
    options={
        "A": "At different positions the numbers differ too little for that.",
        "B": "All positions of a channel come from one kernel. Treated alike, a shifted image "
        "still gives shifted maps; and there are N · H · W numbers to estimate from, not N.",
        "C": "Gradients could not flow through so many means.",
        "D": "PyTorch stores a channel's numbers one after the other.",
    },
    reference="B",
    wrong={
        "too alike": (
            "Positions may differ a lot: the sky is brighter than the street. What have all "
            "positions of a channel in common, in how they are computed?",
            "A",
        ),
        "gradients": (
            "Gradients flow through any number of means: a dense layer's norm has one for each "
            "unit. Ask what a shifted image would become.",
            "C",
        ),
        "memory": (
            "How numbers lie in memory changes speed, not sense. Ask what a shifted image would "
            "become, and from how many numbers a mean would be estimated.",
            "D",
        ),
    },
    right=("b",),
)

NO_BIAS_CHOICE = Exercise(
    id="resnet.no_bias_choice",
    title="Why no bias",
    points=1,
    minutes=2,
    covers=("Q11",),
    asks="choice",
    options={
        "A": "In training the norm takes away, with the mean, whatever constant the bias has added "
        "to a channel; a constant is added by the norm's own bias.",
        "B": "The bias would be another one for each image, and could not be learned.",
        "C": "The norm divides by the bias, which may be 0.",
        "D": "The bias would make the variance larger, and the signal smaller.",
    },
    reference="A",
    wrong={
        "another for each image": (
            "A bias is one number for a channel, the same for every image. What does subtracting "
            "the mean do to a number that is added everywhere?",
            "B",
        ),
        "divided": (
            "The norm divides by the root of the variance. What does it do to a number that is "
            "added everywhere in a channel?",
            "C",
        ),
        "variance": (
            "A constant that is added everywhere moves the mean and leaves the variance as it is. "
            "What happens to the mean?",
            "D",
        ),
    },
    right=("a",),
)

BASIC_OR_BOTTLENECK = Exercise(
    id="resnet.basic_or_bottleneck",
    title="Basic block or bottleneck",
    points=1,
    minutes=3,
    core=False,
    covers=("Q20",),
    asks="choice",
    options={
        "A": "Both have basic blocks; ResNet-50 has more of them.",
        "B": "ResNet-34 has bottlenecks, for each of its few layers must be cheap; ResNet-50 has "
        "basic blocks.",
        "C": "ResNet-34 has basic blocks of two 3 x 3 convolutions. ResNet-50 has bottlenecks: "
        "with 256 channels and more, a 3 x 3 convolution between two 1 x 1 ones costs far less.",
        "D": "Both have bottlenecks; those of ResNet-50 are wider.",
    },
    reference="C",
    wrong={
        "both basic": (
            "Both have sixteen blocks, in the same stages. Count the layers of a block.",
            "A",
        ),
        "exchanged": (
            "It is the other way round: count sixteen blocks of two layers, and sixteen of three.",
            "B",
        ),
        "both bottlenecks": (
            "Both have sixteen blocks. Sixteen bottlenecks have three layers each: which of the "
            "two networks is that?",
            "D",
        ),
    },
    right=("c",),
)
