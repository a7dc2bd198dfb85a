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
        "Waves have 4,000 samples a second, n_fft is 64 and hop 32. How far apart are neighbouring "
        "columns of a spectrogram?",
        (
            right("8 ms", "Yes: 32 samples of 0.25 ms each."),
            wrong("16 ms", "So long is a frame; the next one begins after half of it."),
            wrong("62.5 Hz", "So far apart are neighbouring rows; columns are times."),
        ),
    ),
    Question(
        "Which task is lost when a network takes one mean over all of the time?",
        (
            right(
                "Whether the alarm came before or after the bang, seconds apart",
                "Yes: when something was, that mean forgets.",
            ),
            wrong(
                "Whether somebody coughs in this minute",
                "It counts that it occurs, not when: one mean over time will do.",
            ),
            wrong(
                "Whether a chirp rises or falls, in a spectrogram",
                "The lab did that with such a mean: a kernel sees the pitch rise.",
            ),
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
