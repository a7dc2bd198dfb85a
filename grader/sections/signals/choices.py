"""What trainings on heartbeats support, and which changes of a spectrogram keep its label."""

from grader.marking.exercise import Exercise

BEATS_CHOICE = Exercise(
    id="signals.beats_choice",
    title="What the trainings support",
    points=1,
    minutes=3,
    covers=("E14.24",),
    asks="choice",
    options={
        "A": "Shared weights suit heartbeats: as the beats come, convolutions are ahead on each "
        "set.",
        "B": "As the real beats come, convolutions have no advantage over as many dense weights; "
        "where beats are moved, they lose less.",
        "C": "The dense network is the one to take: it is ahead on ECG200, and those beats are "
        "real.",
        "D": "Nothing: moved or not, seeds differ more than networks.",
    },
    reference="B",
    wrong={
        "ahead everywhere": (
            "Look at the two real sets, before the beats are moved: which network is ahead on the "
            "one, and by how much do they differ on the other?",
            "A",
        ),
        "one set decides": (
            "That is one set, and only as long as its beats stay where they were in training. What "
            "do the other sets say, and what becomes of each network when beats are moved?",
            "C",
        ),
        "nothing at all": (
            "Compare the ranges over the seeds: where beats are moved, the marks of the two "
            "networks do not come near each other.",
            "D",
        ),
    },
    right=("b",),
)

FLIP_CHOICE = Exercise(
    id="signals.flip_choice",
    title="Changes of spectrograms",
    points=0,
    minutes=3,
    core=False,
    covers=("D7.1.4", "D7.1.5"),
    asks="choice",
    options={
        "A": "A left-right flip, as for photographs.",
        "B": "A shift by some columns, with silence at the edge.",
        "C": "A top-bottom flip.",
        "D": "A turn by 10 degrees.",
    },
    reference="B",
    wrong={
        "left and right": (
            "Columns are times. A left-right flip plays the song backward: what rose in pitch "
            "falls. Does it stay the same bird?",
            "A",
        ),
        "above and below": (
            "Rows are frequencies. A top-bottom flip makes low tones of high ones, and what rose "
            "falls. Does it stay the same bird?",
            "C",
        ),
        "turned": (
            "A turn mixes time and frequency: a steady tone becomes one that rises or falls. The "
            "two axes of this image are not of one kind, as they are in a photograph.",
            "D",
        ),
    },
    right=("b",),
)
