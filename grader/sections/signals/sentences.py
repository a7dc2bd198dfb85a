"""Core: the largest activation of each filter over a sentence."""

import torch
import torch.nn.functional as F

from course_lib.checks.case import Case
from course_lib.sections.signals.given import text_features
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.signals.sentence_ways import (
    FAR,
    alone,
    along_the_numbers,
    as_images,
    cut,
    filled,
    first_word_apart,
    max_over,
    min_inside,
    padded,
    same_length,
    sentence_by_sentence,
    unfolded,
    viewed,
    way,
    zeroed,
    zeros_before_the_bias,
)


def _cases(draw: Draw) -> list[Case]:
    def case(
        about: str,
        sizes: tuple[int, int],
        filters: tuple[int, int],
        lengths: tuple[int, ...],
        loud: float = 3.0,
        bias: float = 0.0,
    ) -> Case:
        """sizes (L, E); filters (O, k); loud: how large the padding's numbers are."""
        (words, numbers), (out, k) = sizes, filters
        embedded = draw.normal(len(lengths), words, numbers)
        for sentence, length in zip(embedded, lengths, strict=True):
            sentence[length:] *= loud
        args = embedded, draw.normal(out, numbers, k), draw.normal(out) + bias, lengths
        return Case(args=(*args[:3], torch.tensor(lengths)), about=about)

    silent = case("", (5, 2), (2, 2), (5, 3))
    embedded, weight, bias, lengths = silent.args
    # No activation at all: too trivial to be asked alone.
    silenced = embedded, weight, bias - 50, lengths
    return [
        case("sentences without padding", (6, 3), (4, draw.integer(2, 3)), (6, 6)),
        case("sentences with loud padding", (7, 2), (5, 3), (4, 7, 3, draw.integer(4, 5))),
        case("padding of zeros and positive biases", (8, 3), (3, 2), (2, 3, 5), loud=0, bias=2.0),
        case("as many words as numbers a word", (5, 5), (3, 2), (5, 3, 4)),
        case("as many sentences as words and filters", (3, 3), (3, 3), (3, 3, 3)),
        case("kernels of one word", (4, 2), (3, 1), (1, 4, 2)),
        case("sentences as long as the kernel", (6, 3), (2, 4), (4, 4, 4), loud=5),
        case("one sentence and one filter", (6, 2), (1, 2), (draw.integer(4, 5),), bias=7.0),
        case("all sentences shorter than the batch is long", (9, 2), (4, 3), (5, 4), loud=4),
        case("low biases", (6, 3), (5, 2), (6, 4, 5), bias=-3.0),
        Case(
            each=(silenced, silent.args, case("", (3, 2), (1, 2), (2,)).args),
            about="no activation and others",
        ),
    ]


_EXAMPLE = (
    torch.tensor([[[1.0], [2], [-3], [9]]]),
    torch.tensor([[[1.0, 1]]]),
    torch.tensor([-1.0]),
    torch.tensor([3]),
)

TEXT_FEATURES = Exercise(
    id="signals.text_features",
    title="Features of a sentence",
    points=2,
    minutes=8,
    covers=("D7.1.6",),
    example=((Case(args=_EXAMPLE), [[2.0]]),),
    cases=_cases,
    reference=text_features,
    promises=("unchanged", "tensor", "gradient"),
    wrong={
        "padding counts": (
            "What stands after the end of a sentence counts as well. The maximum is over the "
            "windows that lie wholly inside the sentence, so that its features do not depend on "
            "how long the others are.",
            way(summed=lambda y, inside: y.amax(-1)),
            max_over(lambda lengths, k: lengths.max().expand_as(lengths) - k + 1),
        ),
        "windows that reach out": (
            "Windows that begin inside a sentence and reach beyond its end count as well. The last "
            "window that lies inside begins at lengths - k.",
            max_over(lambda lengths, k: lengths),
            max_over(lambda lengths, k: lengths - k + 2),
            max_over(lambda lengths, k: lengths - k // 2),
        ),
        "padding made zeros": (
            "You put zeros in the place of the padding, and windows that reach there still count: "
            "those of zeros alone give the bias, others a part of their sum. Leave them out.",
            zeroed,
        ),
        "padding made huge": (
            "You put a huge number in the place of the padding, before the convolution. Weights "
            "have both signs, so that it may win. Leave out the windows that reach there.",
            filled(-1e9),
            filled(-1e4),
            filled(-1e6),
        ),
        "the convolution pads": (
            "Your convolution puts zeros around the words, so that windows count which reach "
            "beyond an end. It has no padding.",
            padded(lambda k: k // 2),
            padded(lambda k: k - 1),
            same_length,
        ),
        "one length for all": (
            "You cut all sentences to one length, that of the shortest or of the first. Each has "
            "its own.",
            cut(lambda lengths: lengths.min()),
            cut(lambda lengths: lengths[0]),
        ),
        "one k for all": (
            "Your windows are counted for one length of the kernel. There are lengths - k + 1 in a "
            "sentence, whatever k is.",
            max_over(lambda lengths, k: lengths - 1),
            max_over(lambda lengths, k: lengths - 2),
        ),
        "zeros before the bias": (
            "The windows outside become 0 before the bias is added, so that a 0 may win. After "
            "ReLU nothing is less than 0: put the zeros in then.",
            zeros_before_the_bias,
        ),
        "one window": (
            "You take one window of each sentence. Take the maximum over all that lie inside.",
            alone(lambda x, w, b: F.conv1d(x, w, b).relu()[..., -1]),
            alone(lambda x, w, b: F.conv1d(x, w, b).relu()[..., 0]),
        ),
        "maximum over others": (
            "You take the maximum over the sentences or over the filters. It is over the windows "
            "alone.",
            way(summed=lambda y, inside: y.masked_fill(~inside, 0).amax((0, 2))),
            way(summed=lambda y, inside: y.masked_fill(~inside, 0).amax(1)),
        ),
        "last window forgotten": (
            "You leave out the last window inside: it begins at lengths - k, so there are "
            "lengths - k + 1.",
            max_over(lambda lengths, k: lengths - k),
        ),
        "mean": (
            "You take the mean over the windows. Take the maximum: one strong place is enough.",
            way(summed=lambda y, inside: y.mean(-1)),
            way(summed=lambda y, inside: (y * inside).sum(-1) / inside.sum(-1)),
            way(summed=lambda y, inside: (y * inside).mean(-1)),
        ),
        "sum": (
            "You take the sum over the windows. Take the maximum.",
            way(summed=lambda y, inside: (y * inside).sum(-1)),
        ),
        "minimum": ("You take the minimum. Take the maximum.", way(summed=min_inside)),
        "axes by view": (
            "Your reshape or view mixes words with the numbers of other words. Exchange the axes: "
            "embedded.transpose(1, 2).",
            way(viewed),
        ),
        "along the numbers": (
            "Your kernels run over the numbers of a word instead of over the words. Conv1d wants "
            "the axis of time last: embedded.transpose(1, 2).",
            way(along_the_numbers),
        ),
        "flipped": (
            "Your kernels are read backwards. They are laid on the words as they are.",
            way(first_word_apart),
        ),
        "no ReLU": (
            "Negative numbers are left: ReLU is missing.",
            way(
                lambda embedded, weight, bias: F.conv1d(embedded.mT, weight, bias),
                lambda y, inside: y.masked_fill(~inside, -FAR).amax(-1),
            ),
            way(lambda embedded, weight, bias: F.conv1d(embedded.mT, weight, bias)),
        ),
        "no bias": (
            "The bias is missing: each filter has a number of its own.",
            way(lambda embedded, weight, bias: F.conv1d(embedded.mT, weight).relu()),
        ),
        "bias after ReLU": (
            "You add the bias after ReLU. It belongs to the convolution.",
            way(
                lambda embedded, weight, bias: F.conv1d(embedded.mT, weight).relu() + bias[:, None],
                lambda y, inside: y.masked_fill(~inside, -FAR).amax(-1),
            ),
        ),
        "an axis lost": (
            "The shape is (N, O), for a single sentence and for a single filter, too.",
            way(summed=lambda y, inside: y.masked_fill(~inside, 0).amax(-1).squeeze()),
            way(summed=lambda y, inside: y.masked_fill(~inside, 0).amax(-1, keepdim=True)),
        ),
        "axes exchanged": (
            "Sentences and filters are exchanged: the shape is (N, O).",
            way(summed=lambda y, inside: y.masked_fill(~inside, 0).amax(-1).T),
        ),
    },
    right=(sentence_by_sentence, as_images, unfolded),
    hints=(
        "F.conv1d reads (N, E, L): the words must stand on the last axis.",
        "The window that begins at word t lies inside as long as t <= lengths - k. Compare "
        "torch.arange with that: a mask of shape (N, 1, windows).",
        "After ReLU nothing is negative: masked_fill(outside, 0) and then amax(2).",
    ),
    forbidden=("course_lib",),
    needs=("signals.conv1d",),
    stand_in="text_features",
)
