"""What cannot stop a network from learning, and when one is better than another."""

from grader.marking.exercise import Exercise

STUCK_CHOICE = Exercise(
    id="training.stuck_choice",
    title="A loss that stays",
    points=1,
    minutes=2,
    covers=("B08-optim",),
    asks="choice",
    options={
        "A": "The optimiser was given the parameters of another network.",
        "B": "optimiser.zero_grad() stands between loss.backward() and optimiser.step().",
        "C": "The network has far more parameters than the batch has pixels, and overfits.",
        "D": "The learning rate is 0.000000001.",
    },
    reference="C",
    wrong={
        "another network": (
            "That is a possible reason: the optimiser steps, but the parameters of this network "
            "never change. Look for what would make the loss fall.",
            "A",
        ),
        "cleared too late": (
            "That is a possible reason: when the optimiser steps, there is no gradient left. Look "
            "for what would make the loss fall.",
            "B",
        ),
        "tiny rate": (
            "That is a possible reason: hundreds of such steps change nothing that could be seen. "
            "Look for what would make the loss fall.",
            "D",
        ),
    },
    right=("c",),
)

FAIR_CHOICE = Exercise(
    id="training.fair_choice",
    title="Four images more",
    points=1,
    minutes=2,
    covers=("L7",),
    asks="choice",
    options={
        "A": "The first is better, by 0.4 points.",
        "B": "Not yet anything: another seed may move each of them by as much. Train each from "
        "several seeds, and compare the difference with their spread.",
        "C": "The first is better if both had the same seed, for then chance was the same.",
        "D": "The first is better if it has 0.4 points more on the test images as well.",
    },
    reference="B",
    wrong={
        "taken as it is": (
            "It had four images more, in this run. What would the same network have, trained again "
            "from another seed?",
            "A",
        ),
        "same seed": (
            "The same seed gives other networks other first weights and other errors: it makes a "
            "run repeatable, not two networks comparable. How far apart are runs of one network?",
            "C",
        ),
        "the test decides": (
            "These would be other images, but the same two runs: another seed may turn the order "
            "round. And if the test images decide, they choose.",
            "D",
        ),
    },
    right=("b",),
)
