"""Core: cross-correlation over time, of several channels."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Change = Callable[[SimpleNamespace], Mapping[str, Any]]
After = Callable[[Tensor, SimpleNamespace], Any]


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, x: tuple[int, ...], out: int, k: int, *more: int, **named: Any) -> Case:
        """more: stride and padding by place, after a bias."""
        if named.pop("biased", False):
            named["bias"] = draw.normal(out)
        args: tuple[Any, ...] = (draw.normal(*x), draw.normal(out, x[1], k))
        args = (*args, draw.normal(out), *more) if more else args
        return Case(args=args, kwargs=named, about=about)

    return [
        case("everything left out", (2, 3, draw.integer(8, 10)), 4, 3),
        case("an even kernel and a bias", (3, 2, 7), 5, draw.choice((2, 4)), biased=True),
        case("one signal of one channel and one filter", (1, 1, draw.integer(5, 8)), 1, 2),
        case("a stride that leaves samples over", (2, 3, 9), 2, 4, stride=2),
        case("a large stride", (2, 2, 11), 3, 2, stride=draw.integer(3, 4)),
        case("padding with as many channels out as in", (2, 3, 6), 3, 4, padding=2),
        case("more padding than the kernel is long", (1, 2, 4), 3, 2, padding=3, biased=True),
        case("all settings in their order", (2, 2, 8), 4, 3, 2, 1),
        case("a kernel as long as the signal", (2, 3, 5), 4, 5, biased=True),
        case("padding around a signal shorter than the kernel", (2, 2, 3), 2, 5, padding=1),
        case("a kernel of one sample", (2, 4, 5), 3, 1, stride=2),
    ]


def _way(
    change: Change = lambda a: {},
    after: After = lambda y, a: y,
    conv: Callable[..., Tensor] = F.conv1d,
) -> Callable[..., Any]:
    """The function with other arguments for PyTorch's, or with something done to the result."""

    def conv1d(
        x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
    ) -> Any:
        given = {"x": x, "weight": weight, "bias": bias, "stride": stride, "padding": padding}
        a = SimpleNamespace(**given)
        made = {**given, **change(a)}
        x, weight = made.pop("x"), made.pop("weight")
        return after(conv(x, weight, **made), a)

    return conv1d


def _high(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, padding: int) -> Tensor:
    """As images of one row, padded above and below, too: (N, O, 1 + 2 * padding, windows)."""
    y: Tensor = F.conv2d(x[:, :, None], weight[:, :, None], bias, (1, stride), padding)
    return y


def _two_dimensional(
    x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1, padding: int = 0
) -> Tensor:
    images, kernels = x.unsqueeze(2), weight.unsqueeze(2)
    y: Tensor = F.conv2d(images, kernels, bias, stride=(1, stride), padding=(0, padding)).squeeze(2)
    return y


def _unfolded(
    x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1, padding: int = 0
) -> Tensor:
    windows = F.pad(x, (padding, padding)).unfold(2, weight.shape[2], stride)
    y = torch.einsum("nclk,ock->nol", windows, weight)
    return y if bias is None else y + bias[:, None]


def _looped(
    x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1, padding: int = 0
) -> Tensor:
    x, k = F.pad(x, (padding, padding)), weight.shape[-1]
    starts = range(0, x.shape[-1] - k + 1, stride)
    y = torch.stack([(x[:, None, :, t : t + k] * weight).sum((2, 3)) for t in starts], -1)
    return y if bias is None else y + bias.view(1, -1, 1)


def _others_order(
    x: Tensor, weight: Tensor, bias: Any = None, padding: int = 0, stride: int = 1
) -> Tensor:
    return F.conv1d(x, weight, bias, stride, padding)


def _times(count: Callable[[Tensor], int]) -> Callable[..., Any]:
    """The bias is added so many times."""
    return _way(lambda a: {"bias": a.bias if a.bias is None else a.bias * count(a.weight)})


def _stacked_but_the_last(y: Tensor, a: SimpleNamespace) -> Tensor:
    """Where there is one window, there is nothing to stack: an error."""
    return torch.stack(y.unbind(-1)[:-1], -1)


def _by_the_stride(y: Tensor, a: SimpleNamespace) -> Tensor:
    return y[..., : (a.x.shape[-1] + 2 * a.padding - a.weight.shape[-1] + 1) // a.stride]


def _of_torch(*args: Any, **named: Any) -> Tensor:
    return F.conv1d(*args, **named)


_EXAMPLE = torch.tensor([[[1.0, 2, 4, 3]]]), torch.tensor([[[-1.0, 1]]])

CONV1D = Exercise(
    id="signals.conv1d",
    title="Convolution over time",
    points=2,
    minutes=8,
    covers=("D7.1.3",),
    example=(
        (Case(args=_EXAMPLE), [[[1, 2, -1]]]),
        (Case(args=_EXAMPLE, kwargs={"stride": 2}, about="the example with a stride"), [[[1, -1]]]),
        (
            Case(args=_EXAMPLE, kwargs={"padding": 1}, about="the example with padding"),
            [[[1, 1, 2, -1, -3]]],
        ),
    ),
    cases=_cases,
    reference=F.conv1d,
    promises=("unchanged", "tensor", "gradient"),
    wrong={
        "flipped kernel": (
            "Your kernels are read backwards: that is true convolution. Cross-correlation lays "
            "them on the signal as they are.",
            _way(lambda a: {"weight": a.weight.flip(-1)}),
        ),
        "channels apart": (
            "You do not add up over all channels. A filter reads all of them at once: each number "
            "of your output is a sum over channels and samples.",
            _way(lambda a: {"x": a.x[:, :1], "weight": a.weight[:, :1]}),
            _way(lambda a: {"x": a.x[:, -1:], "weight": a.weight[:, -1:]}),
            _way(lambda a: {"weight": a.weight[:, :1].expand_as(a.weight)}),
        ),
        "stride left out": (
            "Your windows move on by one sample whatever `stride` is.",
            _way(lambda a: {"stride": 1}),
        ),
        "samples skipped": (
            "You leave samples of the signal out and then move by one. A window holds neighbours; "
            "`stride` is how far it moves on.",
            _way(
                lambda a: {
                    "x": F.pad(a.x, (a.padding,) * 2)[..., :: a.stride],
                    "stride": 1,
                    "padding": 0,
                }
            ),
        ),
        "padding left out": (
            "Your signal has no zeros around it, whatever `padding` is.",
            _way(lambda a: {"padding": 0}),
        ),
        "padded twice": (
            "Twice as many zeros stand at each end as `padding` says.",
            _way(lambda a: {"padding": 2 * a.padding}),
        ),
        "settings exchanged": (
            "Your stride and padding are exchanged: the parameters stand in the order `x`, "
            "`weight`, `bias`, `stride`, `padding`.",
            _others_order,
        ),
        "padded at one end": (
            "Your zeros stand at one end only. `padding` is how many there are at each end.",
            _way(lambda a: {"x": F.pad(a.x, (a.padding, 0)), "padding": 0}),
            _way(lambda a: {"x": F.pad(a.x, (0, a.padding)), "padding": 0}),
            _way(lambda a: {"x": F.pad(a.x, (2 * a.padding, 0)), "padding": 0}),
            _way(lambda a: {"x": F.pad(a.x, (0, 2 * a.padding)), "padding": 0}),
        ),
        "padded by the kernel": (
            "Your padding goes by the kernel's length. It is `padding`, none by default.",
            _way(lambda a: {"padding": a.weight.shape[-1] // 2}),
            _way(lambda a: {"padding": a.padding or a.weight.shape[-1] // 2}),
        ),
        "not zeros": (
            "You pad with the outermost samples. The padding is zeros.",
            _way(lambda a: {"x": F.pad(a.x, (a.padding,) * 2, mode="replicate"), "padding": 0}),
        ),
        "rows padded": (
            "Your padding stands above and below the signal, too. As an image it has one row: "
            "padding=(0, padding).",
            _way(conv=_high, after=lambda y, a: y[:, :, 0]),
            _way(conv=_high, after=lambda y, a: y.flatten(2)),
            _way(conv=_high, after=lambda y, a: y.squeeze(2)),
        ),
        "bias left out": (
            "Your output lacks the bias, one number for each filter.",
            _way(lambda a: {"bias": None}),
        ),
        "one bias for all": (
            "You add one bias to all filters. Each filter has its own.",
            _way(lambda a: {"bias": a.bias if a.bias is None else a.bias[:1].expand_as(a.bias)}),
            _way(lambda a: {"bias": a.bias if a.bias is None else a.bias.sum().expand_as(a.bias)}),
        ),
        "bias many times": (
            "You add the bias more than once to a number, as for each channel or entry of the "
            "kernel. It is added once, to the sum.",
            _times(lambda weight: weight.shape[1]),
            _times(lambda weight: weight.shape[2]),
            _times(lambda weight: weight[0].numel()),
        ),
        "bias over time": (
            "You add the bias along the windows. Its axis is that of the filters: bias[:, None].",
            _way(lambda a: {"bias": None}, lambda y, a: y if a.bias is None else y + a.bias),
        ),
        "last window forgotten": (
            "Your output lacks its last window: there is room for one more start.",
            _way(after=lambda y, a: y[..., :-1]),
            _way(after=_stacked_but_the_last),
            _way(after=_by_the_stride),
        ),
        "one window too many": (
            "Your last window reaches beyond the padded signal. Only windows that lie wholly "
            "inside count, so that some samples may be left over.",
            _way(
                lambda a: {
                    "x": F.pad(a.x, (a.padding, a.padding + a.stride - 1)),
                    "padding": 0,
                }
            ),
        ),
        "mean": (
            "You take the mean of the products. It is their sum.",
            _way(lambda a: {"weight": a.weight / a.weight.shape[-1]}),
            _way(lambda a: {"weight": a.weight / a.weight[0].numel()}),
            _way(lambda a: {"weight": a.weight / a.weight.shape[1]}),
        ),
        "an axis lost": (
            "Axes of size 1 are missing or too many. The output has the shape (N, O, windows), "
            "for a single signal, filter or window, too.",
            _way(after=lambda y, a: y.squeeze()),
            _way(after=lambda y, a: y.unsqueeze(2)),
        ),
        "axes exchanged": (
            "Filters and windows stand in the wrong order. The output has the shape "
            "(N, O, windows).",
            _way(after=lambda y, a: y.mT),
        ),
    },
    right=(_two_dimensional, _unfolded, _looped),
    library={_of_torch: False},
    hints=(
        "A signal is an image of one row: x[:, :, None] has the shape (N, C, 1, L). What shape "
        "has the kernel of such an image?",
        "F.conv2d takes stride and padding as pairs, (rows, columns). Rows are neither skipped "
        "nor padded.",
        "F.conv2d(x[:, :, None], weight[:, :, None], bias, (1, stride), (0, padding)) has one axis "
        "too many, that of the rows: take it out by its index.",
    ),
    forbidden=(
        "torch.nn.functional.conv1d",
        "torch.nn.Conv1d",
        "torch.nn.LazyConv1d",
        "torch.conv1d",
        "torch.ops",
        "course_lib",
    ),
    stand_in="conv1d",
)
