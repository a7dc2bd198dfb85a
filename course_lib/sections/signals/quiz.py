"""The quizzes of section 14, signals."""

from collections.abc import Mapping

from course_lib.quiz import Question, right, wrong

_ALONG_TIME = (
    Question(
        "A file holds signals as (N, L, C), and nn.Conv1d wants (N, C, L). What do you call?",
        (
            right("transpose(1, 2)", "Yes: each channel keeps its samples in their order."),
            wrong(
                "view(N, C, L)",
                "The shape is right, but samples of different channels are mixed up.",
            ),
            wrong(
                "Nothing, if L and C are equal",
                "Then there is no error, and the kernels run over the channels.",
            ),
        ),
    ),
    Question(
        "Why does a small kernel, shared over time, suit sounds?",
        (
            right(
                "What it looks for shows in a few neighbouring samples, at any time",
                "Yes: locality and translation, as in images.",
            ),
            wrong(
                "Because sounds are short",
                "For long ones sharing pays even more: the weights stay as few.",
            ),
            wrong(
                "Because samples far apart never matter",
                "They may; layers above or a spectrogram bring them together.",
            ),
        ),
    ),
    Question(
        "Of 1,000 beats 50 are abnormal. A network has 95 % accuracy. What do you know of it?",
        (
            right(
                "Nothing yet: to call all of them normal gives as much",
                "Yes. Its balanced accuracy, or the recall of each class, would tell.",
            ),
            wrong("It finds most abnormal beats", "It may have found none of the 50."),
            wrong("It is better than chance", "Naming the larger class needs no network at all."),
        ),
    ),
    Question(
        "Which row of the image from as_images holds the lowest frequency, and what lies along "
        "the columns?",
        (
            right("The last row; time", "Yes: as it is drawn, low tones at the bottom."),
            wrong(
                "Row 0; time", "That is how torch.stft gives it; an image's row 0 is at the top."
            ),
            wrong("The last row; loudness", "Loudness is how light a pixel is, not a place."),
        ),
    ),
    Question(
        "A rising chirp is played backward. Why is that no translation?",
        (
            right(
                "Each window is turned over, and what rose falls",
                "Yes: a shift moves windows and leaves them as they are.",
            ),
            wrong("Because it begins later", "That would be a shift; convolution can bear it."),
            wrong("Because it is louder then", "Its loudness stays what it was."),
        ),
    ),
    Question(
        "SimpleCNN1d gives two sounds the same logits in both orders. What would help?",
        (
            right(
                "A mean for each half in place of one over all of the time",
                "Yes: then the dense layer is told when something was.",
            ),
            wrong("More pairs and epochs", "The logits are equal for all weights."),
            wrong("More channels", "Their means over time are equal in both orders, too."),
        ),
    ),
    Question(
        "Why must padding never win the maximum over a sentence?",
        (
            right(
                "The features would depend on what else is in the batch",
                "Yes: how much padding there is, the longest sentence decides.",
            ),
            wrong("Zeros have no gradient", "Their gradient is not what changes the features."),
            wrong(
                "It makes the batch slower",
                "It does, a little; but here the result itself would be another one.",
            ),
        ),
    ),
)

QUIZZES: Mapping[str, tuple[Question, ...]] = {"along_time": _ALONG_TIME}

COVERS: Mapping[str, tuple[str, ...]] = {
    "along_time": ("D7.1.2", "D7.1.4", "D7.1.5", "D7.1.6", "E14.24"),
}
"""Name of a quiz -> the curriculum's ids that its questions cover."""
