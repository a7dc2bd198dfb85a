"""Extra: convolution that does not see the future."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from course_lib.sections.signals.given import causal_conv1d
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, sizes: tuple[int, int, int], out: int, k: int) -> Case:
        return Case(args=(draw.normal(*sizes), draw.normal(out, sizes[1], k)), about=about)

    return [
        case("an odd kernel", (2, 3, draw.integer(7, 9)), 4, 3),
        case("an even kernel", (2, 2, draw.integer(6, 8)), 3, draw.choice((2, 4))),
        case("a longer kernel", (2, 2, 8), 2, 5),
        case("as many filters as channels", (2, 3, 5), 3, 3),
        case("one signal of one channel and one filter", (1, 1, 6), 1, 3),
        case("a kernel of one entry", (2, 3, 4), 2, 1),
        case("a kernel as long as the signal", (3, 2, 4), 3, 4),
        case("a kernel longer than the signal", (2, 2, 3), 4, 6),
        case("a signal of one sample", (2, 3, 1), 2, 2),
    ]


Causal = Callable[[Tensor, Tensor], Tensor]


def _padded(before: Callable[[int], int], after: Callable[[int], int]) -> Causal:
    """Zeros at both ends, so many for a kernel of k entries."""
    return lambda x, weight: F.conv1d(F.pad(x, (before(k := weight.shape[-1]), after(k))), weight)


def _late(x: Tensor, weight: Tensor) -> Tensor:
    """One step later: the present is not seen."""
    return F.pad(causal_conv1d(x, weight), (1, -1))


def _first_of_all(x: Tensor, weight: Tensor) -> Tensor:
    """What precedes the beginning is the signal's own end."""
    reach = weight.shape[-1] - 1
    return F.conv1d(torch.cat((x[..., -reach:], x), 2), weight)[..., -x.shape[-1] :]


def _repeated(mode: str) -> Causal:
    return lambda x, weight: F.conv1d(F.pad(x, (weight.shape[-1] - 1, 0), mode=mode), weight)


def _at_stations(x: Tensor, weight: Tensor) -> Tensor:
    y = x.new_zeros(len(x), len(weight), x.shape[2])
    for back, entry in enumerate(weight.flip(-1).unbind(-1)):
        if back < x.shape[2]:
            past = x[:, :, : x.shape[2] - back]
            y = y + F.pad(torch.einsum("nct,oc->not", past, entry), (back, 0))
    return y


def _turned_around(x: Tensor, weight: Tensor) -> Tensor:
    """By the gradient's operator, which pads at both ends."""
    turned = weight.flip(-1).transpose(0, 1)
    return F.conv_transpose1d(x, turned)[..., : x.shape[-1]]


def _cut(x: Tensor, weight: Tensor) -> Tensor:
    """Padded at both ends, and what sees the future is cut off."""
    reach = weight.shape[-1] - 1
    y = F.conv1d(x, weight, padding=reach)
    return y[:, :, :-reach] if reach else y


CAUSAL_CONV1D = Exercise(
    id="signals.causal_conv1d",
    title="Causal convolution",
    points=1,
    minutes=6,
    core=False,
    covers=("D7.1.2",),
    example=(
        (
            Case(args=(torch.tensor([[[1.0, 2, 4]]]), torch.tensor([[[-1.0, 1]]]))),
            [[[1, 1, 2]]],
        ),
    ),
    cases=_cases,
    reference=causal_conv1d,
    promises=("unchanged", "tensor", "gradient"),
    wrong={
        "sees the future": (
            "Your output at t reads what comes after t. All k - 1 zeros belong before the "
            "beginning, none after the end.",
            _padded(lambda k: (k - 1) // 2, lambda k: k // 2),
            _padded(lambda k: k // 2, lambda k: (k - 1) // 2),
            _padded(lambda k: 0, lambda k: k - 1),
            _padded(lambda k: k - 2, lambda k: 1),
        ),
        "another length": (
            "Your output is not as long as the signal. With k - 1 zeros before the beginning, and "
            "none at the end, it is.",
            _padded(lambda k: k - 1, lambda k: k - 1),
            _padded(lambda k: k, lambda k: 0),
            _padded(lambda k: k // 2, lambda k: k // 2),
        ),
        "zeros by one kernel": (
            "Your number of zeros is the same whatever the kernel's length. There are k - 1.",
            _padded(lambda k: 2, lambda k: 0),
            _padded(lambda k: 1, lambda k: 0),
            lambda x, weight: F.conv1d(x, weight, padding=2)[..., :-2],
        ),
        "zeros by the channels": (
            "Your number of zeros goes by the channels: the kernel's length is weight.shape[2].",
            lambda x, weight: F.conv1d(F.pad(x, (weight.shape[1] - 1, 0)), weight),
            lambda x, weight: F.conv1d(F.pad(x, (weight.shape[1], 0)), weight)[..., : x.shape[-1]],
        ),
        "one entry": (
            "For a kernel of one entry nothing is left: a slice that ends at -(k - 1) is empty "
            "then. Keep the first x.shape[2] numbers.",
            lambda x, weight: F.conv1d(x, weight, padding=(reach := weight.shape[-1] - 1))[
                ..., :-reach
            ],
        ),
        "an axis lost": (
            "Axes of size 1 are lost. The shape is (N, O, L), for a single signal or filter, too: "
            "leave out squeeze().",
            lambda x, weight: causal_conv1d(x, weight).squeeze(),
            lambda x, weight: causal_conv1d(x, weight).squeeze(1),
        ),
        "channels apart": (
            "You do not add up over all channels. A filter reads all of them at once.",
            lambda x, weight: causal_conv1d(x[:, :1], weight[:, :1]),
        ),
        "present left out": (
            "Your output at t does not see x[t]. It may: the last entry of a kernel meets the "
            "present.",
            _late,
        ),
        "flipped": (
            "Your kernels are read backwards. The last entry meets the present, the first one the "
            "oldest sample.",
            lambda x, weight: causal_conv1d(x, weight.flip(-1)),
        ),
        "not zeros": (
            "You put samples of the signal before its beginning. There stand zeros.",
            _repeated("replicate"),
            _repeated("reflect"),
            _repeated("circular"),
            _first_of_all,
        ),
        "beginning left out": (
            "The first steps are missing, or zeros: they see what there is of the past, and zeros "
            "before it.",
            lambda x, weight: causal_conv1d(x, weight)[..., weight.shape[-1] - 1 :],
            F.conv1d,
            lambda x, weight: F.pad(F.conv1d(x, weight), (weight.shape[-1] - 1, 0)),
            lambda x, weight: F.pad(
                causal_conv1d(x, weight)[..., weight.shape[-1] - 1 :],
                (min(weight.shape[-1] - 1, x.shape[-1]), 0),
            ),
        ),
    },
    right=(_at_stations, _turned_around, _cut),
    hints=(
        "For the first output the kernel meets one sample. How many zeros does it need before it?",
        "F.pad(x, (before, after)) pads the last axis; nothing is needed after the end.",
        "F.pad(x, (k - 1, 0)), and then the convolution without padding.",
    ),
    forbidden=("course_lib",),
    needs=("signals.conv1d",),
    stand_in="causal_conv1d",
)
