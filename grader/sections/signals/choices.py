"""Which changes of a spectrogram keep what it shows."""

from grader.marking.exercise import Exercise

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
