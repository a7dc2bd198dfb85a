"""Which normalisation, which rates, which layers, and when features can be kept."""

from itertools import product
from typing import Any

from grader.marking.exercise import Exercise

NORMALISE_CHOICE = Exercise(
    id="transfer.normalise_choice",
    title="Whose mean and standard deviation",
    points=1,
    minutes=3,
    covers=("Q16",),
    asks="choice",
    options={
        "A": "Those of your images: that brings each channel to mean 0 and standard deviation 1.",
        "B": "Those that the network was trained with: its weights and its batch norms' "
        "statistics belong to these.",
        "C": "None: batch norm normalises anyway.",
        "D": "In training those of each batch, in validation ImageNet's.",
    },
    reference="B",
    wrong={
        "own": (
            "The frozen layers compute what they have learned only if a colour comes in as the "
            "same number as it did then. Whose statistics make that so?",
            "A",
        ),
        "none": (
            "In eval mode batch norm subtracts what it has stored, and that belongs to inputs "
            "as they were in training. The figure shows what images in [0, 1] cost.",
            "C",
        ),
        "both": (
            "Then the head would be trained on other numbers than it meets in validation, and a "
            "colour's number would depend on the other images of its batch.",
            "D",
        ),
    },
    right=("b",),
)

RATES_CHOICE = Exercise(
    id="transfer.rates_choice",
    title="Rates from the first layer to the last",
    points=1,
    minutes=3,
    covers=("Q10",),
    asks="choice",
    options={
        "A": "One small rate for all: then nothing can be destroyed, and the head learns as fast "
        "as it must.",
        "B": "The largest for the first layers: they are farthest from the loss, and their "
        "gradients are the smallest.",
        "C": "Small for the first layers, larger towards the head: early layers hold what serves "
        "other images as well, the head starts from nothing.",
        "D": "The largest for the layers with the most parameters, as they have the most to learn.",
    },
    reference="C",
    wrong={
        "one rate": (
            "At a rate that is small enough for trained layers, a head with random weights needs "
            "very many epochs. Must both have the same?",
            "A",
        ),
        "wrong way round": (
            "What first layers have learned, edges and colours, serves nearly all images: large "
            "steps would destroy it. Which layers have the most to learn anew?",
            "B",
        ),
        "by size": (
            "How much a layer must change depends on what it has learned already, not on how "
            "many parameters it has. Which part has learned nothing so far?",
            "D",
        ),
    },
    right=("c",),
)

LIMIT_CHOICE = Exercise(
    id="transfer.limit_choice",
    title="What holds two of the lines back",
    points=1,
    minutes=3,
    covers=("E14.19", "L8"),
    asks="choice",
    options={
        "A": "Both overfit: with 1,000 images no network can learn more.",
        "B": "Features overfits, as its head has too many parameters; from scratch underfits.",
        "C": "Both underfit: they would need larger steps.",
        "D": "Features underfits: a head alone cannot tell digits apart by what tells shapes "
        "apart. From scratch overfits.",
    },
    reference="D",
    wrong={
        "both overfit": (
            "Who overfits has a small training loss. Look at that of features; and the whole net "
            "learns more from the same images.",
            "A",
        ),
        "the wrong way round": (
            "Which of the two has the smaller training loss? Overfitting is when training goes "
            "on to get better and validation does not follow.",
            "B",
        ),
        "both underfit": (
            "Look at the training loss of from scratch, and at how far its validation accuracy "
            "stays behind.",
            "C",
        ),
    },
    right=("d",),
)

_FOUR = (1, 3, 2, 3)


def _several() -> dict[str, tuple[Any, ...]]:
    """What is said where several of the four are wrong: which ones."""
    ways: dict[str, tuple[Any, ...]] = {}
    for numbers in product((1, 2, 3), repeat=len(_FOUR)):
        pairs = zip("abcd", numbers, _FOUR, strict=True)
        wrong = [f"({letter})" for letter, came, right in pairs if came != right]
        if len(wrong) > 1 and numbers != (3, 1, 2, 1):
            names = f"{', '.join(wrong[:-1])} and {wrong[-1]}"
            says = f"Look at {names} again: how many images are there, and how wide is the gap?"
            ways.setdefault(names, (says,))
            ways[names] += ([*numbers],)
    return ways


def _other_forms() -> list[Any]:
    """Three numbers or one, and what stands for four near the right ones."""
    three = [[*numbers] for numbers in product((1, 2, 3), repeat=3)]
    near = [n for n in product((1, 2, 3), repeat=4) if sum(map(int.__ne__, n, _FOUR)) < 2]
    letters = [[names[n - 1] for n in one] for one in near for names in ("abc", "ABC", "123")]
    named = [dict(zip("abcd", one, strict=True)) for one in near]
    return [*three, *letters, *named, 1, 2, 3]


FOUR_CASES = Exercise(
    id="transfer.four_cases",
    title="Which layers to train: four cases",
    points=2,
    minutes=6,
    covers=("E14.9", "Q13"),
    asks="value",
    reference=[*_FOUR],
    wrong={
        "gap overlooked": (
            "Look at (d) again: by images a class alone your number is plausible. But are "
            "features that tell photos apart of use for strokes?",
            [1, 3, 2, 1],
            [1, 3, 2, 2],
        ),
        "many images, few layers": (
            "Look at (b) again: is there a danger, with that many images a class, that more "
            "layers learn them by heart?",
            [1, 1, 2, 3],
            [1, 2, 2, 3],
        ),
        "few images, many layers": (
            "Look at (a) again: with some hundred images, what do millions of trained "
            "parameters do? What is tried first of all?",
            [2, 3, 2, 3],
            [3, 3, 2, 3],
        ),
        "step skipped": (
            "Look at (c) again: the head alone has been tried, and its images are few for all "
            "layers of so large a network. What lies between the two?",
            [1, 3, 1, 3],
            [1, 3, 3, 3],
        ),
        "turned round": (
            "Your numbers are the wrong way round: 1 trains the head alone, 3 all layers.",
            [3, 1, 2, 1],
        ),
        "no four numbers": (
            "Give one list of four numbers, each of them 1, 2 or 3: for (a), (b), (c) and (d).",
            *_other_forms(),
        ),
        **_several(),
    },
    right=((1, 3, 2, 3), [1.0, 3.0, 2.0, 3.0]),
    hints=(
        "How many images are there for each class, and how many parameters would be trained?",
        "(c) says what has been tried. Its next step is the smallest one that trains more.",
        "In (d) the gap decides: photos have no strokes on white, and all that a head could read "
        "is made for photos.",
    ),
)

PROBE_CHOICE = Exercise(
    id="transfer.probe_choice",
    title="When features cannot be kept",
    points=0,
    minutes=3,
    core=False,
    covers=("Q13",),
    asks="choice",
    options={
        "A": "When images are changed by chance in every epoch (section 08): there is not one "
        "feature of an image.",
        "B": "When batch norm is frozen in eval mode.",
        "C": "When the head has a bias.",
        "D": "When there are more images than features.",
    },
    reference="A",
    wrong={
        "batch norm": (
            "Frozen, it is the same function in every epoch, and the features of an image stay. "
            "If it were in train mode, they would not.",
            "B",
        ),
        "bias": ("The bias belongs to the head, which is trained either way.", "C"),
        "many images": (
            "Then the cached features take more memory. They are still what the head would be "
            "given.",
            "D",
        ),
    },
    right=("a",),
)
