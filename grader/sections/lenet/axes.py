"""The axes of a batch."""

import operator
from collections.abc import Callable, Sequence

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

_Shape = Sequence[int]
_NO_BATCH, _FITS = "batch axis missing", ""
_LAST, _OTHER = "channels last", "wrong number of channels"


def _problem(shape: _Shape, channels: int) -> str:
    """By the places at which the number of channels stands."""
    if len(shape) == 3:
        return _NO_BATCH
    places = [axis for axis, size in enumerate(shape) if size == channels]
    return _FITS if 1 in places else _LAST if 3 in places else _OTHER


def _told_as(**texts: str) -> Callable[[_Shape, int], str]:
    """Another text in the place of one: "last" is that of channels last, and so on."""
    names = {_NO_BATCH: "no_batch", _FITS: "fits", _LAST: "last", _OTHER: "other"}

    def answer(shape: _Shape, channels: int) -> str:
        right = _problem(shape, channels)
        return texts.get(names[right], right)

    return answer


def _by_axes(first: int, then: int) -> Callable[[_Shape, int], str]:
    def answer(shape: _Shape, channels: int) -> str:
        if len(shape) == 3:
            return _NO_BATCH
        if shape[first] == channels:
            return _FITS
        return _LAST if shape[then] == channels else _OTHER

    return answer


def _last_first(shape: _Shape, channels: int) -> str:
    if len(shape) == 3:
        return _NO_BATCH
    if shape[3] == channels:
        return _LAST
    return _FITS if shape[1] == channels else _OTHER


def _three_axes_by_size(shape: _Shape, channels: int) -> str:
    if len(shape) == 3 and shape[0] != channels:
        return _OTHER
    return _problem(shape, channels)


def _axis_1_before_the_count(shape: _Shape, channels: int) -> str:
    return _FITS if shape[1] == channels else _problem(shape, channels)


def _last_before_the_count(shape: _Shape, channels: int) -> str:
    if len(shape) == 4 and shape[1] == channels:
        return _FITS
    return _LAST if shape[-1] == channels else _problem(shape, channels)


def _never_counted(shape: _Shape, channels: int) -> str:
    if shape[1] == channels:
        return _FITS
    return _LAST if shape[3] == channels else _OTHER


def _overwritten(shape: _Shape, channels: int) -> str:
    """`if` in the place of `elif`, or of a `return`."""
    found = _problem(shape, channels)
    if shape[1] != channels:
        found = _LAST if shape[-1] == channels else _OTHER
    return found


def _on_any_axis(*axes: int) -> Callable[[_Shape, int], str]:
    def answer(shape: _Shape, channels: int) -> str:
        right = _problem(shape, channels)
        elsewhere = right == _OTHER and any(shape[axis] == channels for axis in axes)
        return _LAST if elsewhere else right

    return answer


def _compared(same: Callable[[int, int], bool], at_the_end: bool) -> Callable[[_Shape, int], str]:
    """The sizes are compared with another sign than ==, that of axis 3 perhaps, too."""

    def answer(shape: _Shape, channels: int) -> str:
        if len(shape) == 3:
            return _NO_BATCH
        if same(shape[1], channels):
            return _FITS
        last = same(shape[3], channels) if at_the_end else shape[3] == channels
        return _LAST if last else _OTHER

    return answer


def _by_match(shape: _Shape, channels: int) -> str:
    match tuple(shape):
        case (_, _, _):
            return _NO_BATCH
        case (_, found, _, _) if found == channels:
            return _FITS
        case (_, _, _, found) if found == channels:
            return _LAST
    return _OTHER


def _cases(draw: Draw) -> list[Case]:
    c = draw.choice((2, 4, 5))  # neither grey nor colour, which have cases of their own
    h, w, n = (10 + number for number in draw.distinct(0, 20, 3))

    def case(about: str, *shapes: tuple[int, ...]) -> Case:
        return Case(each=tuple((shape, c) for shape in shapes), about=about)

    fits, last = (n, c, h, w), (n, h, w, c)
    return [
        case("as it should be, and channels last", fits, last),
        case("three axes, and four", (c, h, w), fits),
        case("three axes, in whatever order", (h, c, w), (h, w, c), (h, w, n), last),
        case(
            "another number of channels", (n, c + 1, h, w), (n, h, w, c - 1), (n, c - 1, h, w), fits
        ),
        case("as many images, or rows, as channels", (c, c + 1, h, w), (n, h, c, w), last),
        case("the second axis and the last alike", (n, c, h, c), (n, h, w, h)),
        Case(
            each=(((n, 300 + c, h, w), 300 + c), ((n, h, w, 300 + c), 300 + c)),
            about="hundreds of channels",
        ),
        Case(
            each=(((n, h, w, 1), 1), ((1, 1, h, w), 1), ((1, h, w), 1), ((h, w, 1), 1)),
            about="one channel",
        ),
    ]


AXES_PROBLEM = Exercise(
    id="lenet.axes_problem",
    title="The axes",
    points=1,
    minutes=9,
    core=False,
    covers=("M10",),
    example=((Case(args=((16, 28, 28, 1), 1)), _LAST),),
    cases=_cases,
    through="ask_shape",
    reference=_problem,
    wrong={
        "nothing wrong found": (
            "You found nothing wrong where something is. Compare the number of axes with 4, and "
            "the size of axis 1 with channels.",
            _told_as(no_batch=_FITS, last=_FITS, other=_FITS),
        ),
        "channels last not told apart": (
            "The channels stand last, (N, H, W, C): say “channels last”, since that is mended by "
            "permute, not by another network.",
            _told_as(last=_OTHER),
        ),
        "number of channels not looked at": (
            "Where neither axis 1 nor axis 3 has as many as channels says, it is the “wrong number "
            "of channels”.",
            _told_as(other=_LAST),
            _told_as(other=_FITS),
        ),
        "channels are axis 0": (
            "You looked for the channels on axis 0. That is the batch: the channels are axis 1.",
            _by_axes(0, 3),
        ),
        "last axis first": (
            "Axis 1 is looked at first: where it has as many as channels says, all is well, "
            "whatever axis 3 has.",
            _last_first,
        ),
        "three axes": (
            "With three axes the batch axis is missing, whatever their sizes are: that is the "
            "first thing to look at, and the answer then.",
            _three_axes_by_size,
            _axis_1_before_the_count,
            _last_before_the_count,
            _never_counted,
            _overwritten,
            _told_as(no_batch=_OTHER),
        ),
        "axis 2 for axis 3": (
            "With the channels last they are axis 3, the fourth one.",
            _by_axes(1, 2),
        ),
        "not empty when all is well": (
            'Where all is well, return an empty text, "".',
            lambda shape, channels: _problem(shape, channels) or None,
            _told_as(fits="ok"),
            _told_as(fits="OK"),
            _told_as(fits=" "),
        ),
        "one number of channels": (
            "You compared with 1. How many channels there must be is what `channels` says.",
            lambda shape, channels: _problem(shape, 1),
        ),
        "on any axis": (
            "You looked for the channels on other axes, too. Only axis 3 makes them the last: "
            "where another one has as many, it is by chance.",
            _on_any_axis(0, 2),
            _on_any_axis(2),
            _on_any_axis(0),
        ),
        "not exactly as many": (
            "There must be exactly as many as channels says, neither more nor fewer: compare "
            "with ==.",
            *(
                _compared(same, at_the_end)
                for same in (operator.le, operator.ge)
                for at_the_end in (True, False)
            ),
        ),
        "one image": (
            "A batch of one image has its batch axis, of size 1. It is missing where there are "
            "three axes.",
            lambda shape, channels: _NO_BATCH if shape[0] == 1 else _problem(shape, channels),
        ),
        "another text": (
            "Return the texts letter by letter as they stand there: with small letters, and "
            "without a full stop.",
            lambda shape, channels: _problem(shape, channels).capitalize(),
            lambda shape, channels: _problem(shape, channels).title(),
            lambda shape, channels: (text := _problem(shape, channels)) and f"{text}.",
        ),
        "in a list": (
            "Return the text itself, not a list of it.",
            lambda shape, channels: [_problem(shape, channels)],
            lambda shape, channels: [text] if (text := _problem(shape, channels)) else [],
        ),
    },
    right=(_by_match,),
    hints=(
        "First the number of axes, len(shape): with 3 of them the batch axis is missing.",
        "Then shape[1] == channels is right; else look whether shape[3] is.",
    ),
)
