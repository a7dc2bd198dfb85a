"""Part B: the VGG block."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from course_lib.checks.case import Case
from course_lib.sections.vgg.given import vgg_block
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.vgg.weights import alive

Way = Callable[..., Any]


def _case(
    draw: Draw,
    about: str,
    *args: Any,
    size: tuple[int, int] = (4, 7),
    images: int = 2,
    **kwargs: Any,
) -> Case:
    case = Case(args=args, kwargs=kwargs, about=about)
    return alive(draw, vgg_block, case, (images, args[1], *size))


def _settings(draw: Draw) -> list[Case]:
    few, more = draw.choice(((2, 3), (2, 4), (3, 4)))
    return [
        _case(draw, "one convolution", 1, few, more, size=(7, 4)),
        _case(draw, "two convolutions, a single image", 2, few, more, images=1),
        _case(draw, "three convolutions", 3, few, more, size=(6, 4)),
        _case(draw, "three convolutions, fewer channels out than in", 3, more, few),
        _case(draw, "three convolutions, as many channels out as in", 3, few, few),
        _case(draw, "one channel each, odd sizes", 2, 1, 1, size=(9, 7)),
        _case(draw, "a result of a single row", 2, few, more, size=(2, 5)),
        _case(draw, "no batch norm, said in words", 2, more, few, batch_norm=False),
        _case(draw, "one convolution and batch norm", 1, more, few, True),
        _case(
            draw,
            "three convolutions and batch norm, after a step of training",
            *(3, few, more),
            batch_norm=True,
            trained=True,
        ),
    ]


def _conv(in_channels: int, out_channels: int, place: int) -> nn.Module:
    return nn.Conv2d(in_channels, out_channels, 3, padding=1)


def _pool() -> list[nn.Module]:
    return [nn.MaxPool2d(2)]


def _unit(conv: nn.Module, channels: int, batch_norm: bool, place: int) -> list[nn.Module]:
    return [conv, *([nn.BatchNorm2d(channels)] if batch_norm else []), nn.ReLU()]


def _block(
    *,
    default: bool = False,
    count: Callable[[int], int] = lambda n: n,
    reads: Callable[[int, int, int], int] = lambda place, c_in, c_out: c_out if place else c_in,
    conv: Callable[[int, int, int], nn.Module] = _conv,
    unit: Callable[[nn.Module, int, bool, int], list[nn.Module]] = _unit,
    end: Callable[[], list[nn.Module]] = _pool,
    changed: Callable[[list[nn.Module], int], list[nn.Module]] = lambda layers, size: layers,
) -> Callable[..., nn.Sequential]:
    """A block with other layers.

    Args:
        changed: (layers without the end, layers of a unit) -> those that are put in a row.
    """

    def made(
        num_convs: int, in_channels: int, out_channels: int, batch_norm: bool = default
    ) -> nn.Sequential:
        layers: list[nn.Module] = []
        for place in range(count(num_convs)):
            one = conv(reads(place, in_channels, out_channels), out_channels, place)
            layers += unit(one, out_channels, batch_norm, place)
        return nn.Sequential(*changed(layers, 3 if batch_norm else 2), *end())

    return made


def _again(first: int, kind: type = nn.Module) -> Callable[[list[nn.Module], int], list[nn.Module]]:
    """The unit at place `first` is put in again for all that follow: one object many times."""

    def repeated(layers: list[nn.Module], size: int) -> list[nn.Module]:
        return [
            layers[first * size + place % size]
            if place >= first * size and isinstance(layer, kind) and first * size < len(layers)
            else layer
            for place, layer in enumerate(layers)
        ]

    return repeated


def _all_one(num_convs: int, in_channels: int, out_channels: int, batch_norm: bool = False) -> Any:
    """One object from the first on, where the channels allow it."""
    first = 0 if in_channels == out_channels else 1
    return _block(changed=_again(first))(num_convs, in_channels, out_channels, batch_norm)


def _only(kind: type, keep: Callable[[int, int], bool]) -> Way:
    """A block in which modules of a kind are an identity but for some places, so names stay."""

    def made(
        num_convs: int, in_channels: int, out_channels: int, batch_norm: bool = False
    ) -> nn.Sequential:
        def unit(conv: nn.Module, channels: int, norm: bool, place: int) -> list[nn.Module]:
            layers = _unit(conv, channels, norm, place)
            return [
                nn.Identity() if isinstance(layer, kind) and not keep(place, num_convs) else layer
                for layer in layers
            ]

        return _block(unit=unit)(num_convs, in_channels, out_channels, batch_norm)

    return made


def _activated(activation: type) -> Way:
    return _block(
        unit=lambda conv, c, norm, place: [*_unit(conv, c, norm, place)[:-1], activation()]
    )


def _pooled(*end: Callable[[], nn.Module]) -> Way:
    return _block(end=lambda: [make() for make in end])


def _normed(make: Callable[[int], nn.Module]) -> Way:
    return _block(unit=lambda conv, c, norm, place: [conv, *([make(c)] if norm else []), nn.ReLU()])


def _norm(**settings: float) -> Way:
    return _normed(lambda c: nn.BatchNorm2d(c, **settings))  # type: ignore[arg-type]


def _one_at_the_end(
    num_convs: int, in_channels: int, out_channels: int, batch_norm: bool = False
) -> Any:
    """Batch norm and a ReLU behind the last convolution only."""
    reads = [in_channels, *[out_channels] * (num_convs - 1)]
    convs = [_conv(c, out_channels, place) for place, c in enumerate(reads)]
    return nn.Sequential(*convs[:-1], *_unit(convs[-1], out_channels, batch_norm, 0), *_pool())


class _Cut(nn.Module):
    """Nothing flows back."""

    def forward(self, x: Tensor) -> Tensor:
        return x.detach()


class _Ones(nn.Conv2d):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1)
        nn.init.ones_(self.weight)


def _late_relu(
    num_convs: int, in_channels: int, out_channels: int, batch_norm: bool = False
) -> Any:
    """The last ReLU stands behind the pooling, which is all the same to a maximum."""
    layers = [*vgg_block(num_convs, in_channels, out_channels, batch_norm)]
    return nn.Sequential(*layers[:-2], layers[-1], layers[-2])


VGG_BLOCK = Exercise(
    id="vgg.vgg_block",
    title="The VGG block",
    points=2,
    minutes=14,
    covers=("D8.2-demo",),
    asks="module",
    cases=_settings,
    reference=vgg_block,
    through="ask_module",
    wrong={
        "one object many times": (
            "Your block holds one object several times: [layer] * n repeats the layer, not its "
            "making, so that all share their numbers. Make every layer anew in each round of a "
            "loop.",
            _block(changed=_again(1)),
            _block(changed=_again(1, nn.Conv2d)),
            _block(changed=_again(1, nn.BatchNorm2d)),
            _block(changed=_again(0, nn.BatchNorm2d)),
            _all_one,
        ),
        "another number of convolutions": (
            "Your block has another number of convolutions than num_convs.",
            _block(count=lambda n: n - 1),
            _block(count=lambda n: n + 1),
            _block(count=lambda n: 1),
        ),
        "all read in_channels": (
            "All your convolutions read in_channels. Only the first does: the others read what the "
            "one before them gives, out_channels.",
            _block(reads=lambda place, c_in, c_out: c_in),
        ),
        "all read out_channels": (
            "All your convolutions read out_channels. The first reads the block's input, "
            "in_channels.",
            _block(reads=lambda place, c_in, c_out: c_out),
        ),
        "padding": (
            "Your convolutions have another padding. With 1, a 3x3 convolution keeps height and "
            "width; only the pooling halves them.",
            _block(conv=lambda c_in, c_out, place: nn.Conv2d(c_in, c_out, 3)),
            _block(conv=lambda c_in, c_out, place: nn.Conv2d(c_in, c_out, 3, padding=2)),
        ),
        "other kernels": (
            "Your kernels are not 3x3.",
            _block(conv=lambda c_in, c_out, place: nn.Conv2d(c_in, c_out, 1)),
            _block(conv=lambda c_in, c_out, place: nn.Conv2d(c_in, c_out, 5, padding=2)),
        ),
        "another pooling": (
            "Your block ends in another pooling than nn.MaxPool2d(2): the maximum of windows of "
            "2x2 that lie side by side.",
            _pooled(lambda: nn.AvgPool2d(2)),
            _pooled(lambda: nn.MaxPool2d(2, stride=1)),
            _pooled(lambda: nn.MaxPool2d(3, stride=2, padding=1)),
            _pooled(lambda: nn.MaxPool2d(2, ceil_mode=True)),
        ),
        "pooling missing": (
            "Your block lacks its pooling: it ends in nn.MaxPool2d(2).",
            _pooled(),
        ),
        "pooling first": (
            "Your pooling is the first layer of the block. It is the last one: nn.MaxPool2d(2).",
            _block(changed=lambda layers, size: [*_pool(), *layers], end=list),
        ),
        "pooled twice": (
            "Your block pools twice at the end. Once is enough: nn.MaxPool2d(2).",
            _pooled(lambda: nn.MaxPool2d(2), lambda: nn.MaxPool2d(2)),
        ),
        "one more layer in each round": (
            "There is one layer more to each convolution than nn.Conv2d, batch norm if it is asked "
            "for, and nn.ReLU. A pooling stands once, at the end of the block; dropout belongs "
            "between the dense layers.",
            _block(
                unit=lambda conv, c, norm, place: [*_unit(conv, c, norm, place), nn.MaxPool2d(2)],
                end=list,
            ),
        ),
        "stride for the pooling": (
            "A convolution of yours has stride 2. All keep height and width; the pooling halves "
            "them.",
            *(
                _block(
                    conv=lambda c_in, c_out, place: nn.Conv2d(
                        c_in, c_out, 3, stride=1 if place else 2, padding=1
                    ),
                    end=end,
                )
                for end in (list, _pool)
            ),
        ),
        "ReLU missing": (
            "After some convolution of your block there is no ReLU. Every convolution has its own: "
            "without one between them, two are a single linear map.",
            _only(nn.ReLU, lambda place, n: False),
            _only(nn.ReLU, lambda place, n: place == n - 1),
            _only(nn.ReLU, lambda place, n: place < n - 1),
            _only(nn.ReLU, lambda place, n: place == 0),
            _only(nn.ReLU, lambda place, n: place < n - 1 or n == 1),
            _block(
                unit=lambda conv, c, norm, place: _unit(conv, c, norm, place)[:-1],
                end=lambda: [nn.ReLU(), *_pool()],
            ),
            _one_at_the_end,
            _block(unit=lambda conv, c, norm, place: _unit(conv, c, norm, place)[:-1]),
        ),
        "another activation": (
            "Your activation is another one than ReLU.",
            *(_activated(one) for one in (nn.LeakyReLU, nn.Sigmoid, nn.Tanh, nn.GELU, nn.ReLU6)),
        ),
        "batch norm after ReLU": (
            "Your batch norm stands behind the ReLU, or before the convolution. The order is "
            "convolution, batch norm, ReLU.",
            _block(
                unit=lambda conv, c, norm, place: [
                    *(conv, nn.ReLU()),
                    *([nn.BatchNorm2d(c)] if norm else []),
                ]
            ),
            _block(
                unit=lambda conv, c, norm, place: [
                    *([nn.BatchNorm2d(conv.in_channels)] if norm else []),  # type: ignore[arg-type]
                    *(conv, nn.ReLU()),
                ]
            ),
        ),
        "batch norm once": (
            "Your batch norm stands in the block once. With batch_norm=True every convolution has "
            "its own.",
            _block(
                unit=lambda conv, c, norm, place: [
                    conv,
                    *([nn.BatchNorm2d(c)] if norm and not place else []),
                    nn.ReLU(),
                ]
            ),
        ),
        "batch norm ignored": (
            "batch_norm changes nothing. With True there is an nn.BatchNorm2d between every "
            "convolution and its ReLU.",
            _block(unit=lambda conv, c, norm, place: [conv, nn.ReLU()]),
        ),
        "always batch norm": (
            "There is batch norm where none is asked for: the default is batch_norm=False.",
            _block(default=True),
            _block(unit=lambda conv, c, norm, place: _unit(conv, c, True, place)),
        ),
        "batch norm with other settings": (
            "You have another normalisation than nn.BatchNorm2d(out_channels), or other settings "
            "of it than it has by itself.",
            _norm(momentum=0.9),
            _norm(momentum=0.01),
            _norm(eps=1e-3),
            _norm(eps=0.1),
            _norm(affine=False),
            _norm(track_running_stats=False),
            _normed(nn.InstanceNorm2d),
            _normed(lambda c: nn.InstanceNorm2d(c, affine=True)),
            _normed(lambda c: nn.GroupNorm(1, c)),
        ),
        "batch norm of in_channels": (
            "Your batch norm has in_channels. It reads what the convolution gives: out_channels.",
            _block(
                unit=lambda conv, c, norm, place: [
                    conv,
                    *([nn.BatchNorm2d(conv.in_channels)] if norm else []),  # type: ignore[arg-type]
                    nn.ReLU(),
                ]
            ),
        ),
        "no bias": (
            "Your convolutions have no bias. Here they have, with batch norm and without, as in "
            "PyTorch's own VGG.",
            _block(
                conv=lambda c_in, c_out, place: nn.Conv2d(c_in, c_out, 3, padding=1, bias=False)
            ),
            lambda num_convs, in_channels, out_channels, batch_norm=False: _block(
                conv=lambda c_in, c_out, place: nn.Conv2d(
                    c_in, c_out, 3, padding=1, bias=not batch_norm
                )
            )(num_convs, in_channels, out_channels, batch_norm),
        ),
        "channels swapped": (
            "You took in_channels for out_channels: nn.Conv2d takes what it reads first.",
            lambda num_convs, in_channels, out_channels, batch_norm=False: _block()(
                num_convs, out_channels, in_channels, batch_norm
            ),
            _block(conv=lambda c_in, c_out, place: _conv(c_out, c_in, place)),
        ),
        "dropout": (
            "There is dropout in your block. It belongs between the dense layers.",
            _block(
                unit=lambda conv, c, norm, place: _unit(conv, c, norm, place),
                end=lambda: [nn.MaxPool2d(2), nn.Dropout(0.5)],
            ),
        ),
        "nested": (
            "Your block holds one nn.Sequential in another. It is flat: put the layers of all "
            "rounds into one list, and unpack that into nn.Sequential with a star.",
            _block(unit=lambda conv, c, norm, place: [nn.Sequential(*_unit(conv, c, norm, place))]),
        ),
        "all alike": (
            "All weights of a convolution begin alike.",
            _block(conv=lambda c_in, c_out, place: _Ones(c_in, c_out)),
        ),
        "lost gradient": (
            "No gradient reaches the weights.",
            lambda *args, **kwargs: nn.Sequential(*vgg_block(*args, **kwargs), _Cut()),
        ),
    },
    right=(
        _late_relu,
        lambda num_convs, in_channels, out_channels, batch_norm=False: nn.Sequential(
            *(
                layer
                for c in [in_channels, *[out_channels] * (num_convs - 1)]
                for layer in (
                    nn.Conv2d(c, out_channels, (3, 3), padding="same"),
                    *([nn.BatchNorm2d(out_channels)] if batch_norm else []),
                    nn.ReLU(inplace=True),
                )
            ),
            nn.MaxPool2d((2, 2), stride=2),
        ),
    ),
    hints=(
        "Collect the layers in a list: layers = []. A round of a loop appends those of one "
        "convolution.",
        "In each round: nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1), batch norm "
        "if asked for, nn.ReLU(). After it, the next convolution reads out_channels.",
        "At the end: return nn.Sequential(*layers, nn.MaxPool2d(2)).",
    ),
    forbidden=("course_lib", "torchvision"),
    stand_in="vgg_block",
)
