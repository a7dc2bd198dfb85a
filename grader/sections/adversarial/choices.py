"""What a weak attack hides, and what becomes of a small change in a file."""

from grader.marking.exercise import Exercise

MASKING = Exercise(
    id="adversarial.masking",
    title="Robust, or well hidden?",
    points=1,
    minutes=4,
    covers=("B12-pgd",),
    asks="choice",
    options={
        "A": "PGD adds up its steps, and so leaves the square of eps that FGSM stays in.",
        "B": "The network is robust: what PGD finds are changes that a person would see.",
        "C": "At the images the gradient has become useless: it does not lead to where, still "
        "within eps, the loss is large. FGSM is misled, and the network is not robust.",
        "D": "FGSM attacked the network in train mode, PGD in eval mode, where batch norm protects "
        "less.",
    },
    reference="C",
    wrong={
        "leaves the square": (
            "After each step PGD is brought back to at most eps from the clean image. Both attacks "
            "search the same square. What do they know of the loss in it?",
            "A",
        ),
        "robust all the same": (
            "Both attacks move each pixel by at most eps. Images that PGD finds are as near to the "
            "clean ones as those of FGSM. What does it mean that they exist?",
            "B",
        ),
        "modes": (
            "An attack runs the network that is used, in eval mode, FGSM and PGD alike. What does "
            "one step know of the loss further on?",
            "D",
        ),
    },
    right=("c",),
)

SAVED_CHOICE = Exercise(
    id="adversarial.saved_choice",
    title="An attack in a file",
    points=1,
    minutes=4,
    core=False,
    covers=("E14.30",),
    asks="choice",
    options={
        "A": "A file holds whole numbers from 0 to 255. A change of 0.001 is a quarter of a grey "
        "level, and rounding takes it away.",
        "B": "PNG compresses an image with loss, as JPEG does, and small changes are lost first.",
        "C": "Loading normalises the image anew, and the attack was made for the old mean.",
        "D": "The network was in train mode when the attack was made, and is in eval mode now.",
    },
    reference="A",
    wrong={
        "with loss": (
            "PNG compresses without loss: what is written comes back exactly. What is written?",
            "B",
        ),
        "normalised anew": (
            "The normalisation is inside the model, and is the same for every image. What numbers "
            "can a pixel have in the file?",
            "C",
        ),
        "modes": (
            "The attack runs in eval mode, and no mode changes an image. What numbers can a pixel "
            "have in the file?",
            "D",
        ),
    },
    right=("a",),
)
