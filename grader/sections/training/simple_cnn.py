"""The lesson's simple network: three blocks and two dense layers."""

from collections.abc import Callable
from typing import Any, ClassVar

from torch import Tensor, nn

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise

Layers = list[nn.Module]

_BLOCKS = 3, 32, 64, 128


class _Net(nn.Module):
    """The network, in parts that a mistake may change."""

    defaults: ClassVar[dict[str, Any]] = {"kernel": 3, "bias": True, "num_classes": 10}
    channels = _BLOCKS
    read, hidden = 2048, 256

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__()
        given = {**self.defaults, **dict(zip(self.defaults, args, strict=False)), **named}
        kernel, bias, classes = self.change(**given)
        pairs = zip(self.channels, self.channels[1:], strict=False)
        layers = [layer for c, d in pairs for layer in self.block(c, d, kernel, bias)]
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(*self.head(classes))

    def change(self, kernel: int, bias: bool, num_classes: int) -> tuple[int, bool, int]:
        return kernel, bias, num_classes

    def conv(self, come: int, go: int, kernel: int, bias: bool) -> nn.Module:
        return nn.Conv2d(come, go, kernel, padding="same", bias=bias)

    def block(self, come: int, go: int, kernel: int, bias: bool) -> Layers:
        conv = self.conv(come, go, kernel, bias)
        return [conv, nn.BatchNorm2d(go), nn.ReLU(), nn.MaxPool2d(2)]

    def head(self, classes: int) -> Layers:
        dense = nn.Linear(self.read, self.hidden), nn.Linear(self.hidden, classes)
        return [nn.Flatten(), dense[0], nn.ReLU(), nn.Dropout(), dense[1]]

    def forward(self, x: Tensor) -> Any:
        return self.classifier(self.features(x))


def _net(**parts: Any) -> type:
    return type("SimpleCNN", (_Net,), parts)


def _block(make: Callable[..., Layers]) -> type:
    """Of other layers: (the block's own four, come, go) -> those."""
    return _net(block=lambda self, come, go, *how: make(_Net.block(self, come, go, *how), come, go))


def _head(make: Callable[[Layers], Layers]) -> type:
    return _net(head=lambda self, classes: make(_Net.head(self, classes)))


def _cases(draw: Draw) -> list[Case]:
    def case(about: str, *args: Any, images: int = 2, **named: Any) -> Case:
        state = _Net(*args, **named).state_dict()
        shapes = {name: list(tensor.shape) for name, tensor in state.items()}
        weights = {"seed": draw.integer(1, 2**31 - 1), "shapes": shapes}
        x = draw.integers(-9, 9, images, 3, 4, 4) / 4
        named = {"small": True, **named}
        return Case(args=args, kwargs=named, weights=weights, inputs=(x,), about=about)

    classes = draw.integer(3, 8)
    return [
        case("everything left out"),
        case(
            "kernels of five, one image, everything by name",
            images=1,
            num_classes=classes,
            bias=True,
            kernel=5,
        ),
        case("no biases", bias=False, num_classes=classes + 4),
        case("kernels of one, everything given in its order", 1, False, classes),
    ]


def _poolings(kind: type) -> type:
    return _block(lambda layers, come, go: [*layers[:3], kind(2)])


def _padded(padding: Callable[[int], int]) -> type:
    """Convolutions with a padding of another formula."""
    return _net(
        conv=lambda self, come, go, kernel, bias: nn.Conv2d(
            come, go, kernel, padding=padding(kernel), bias=bias
        )
    )


def _without(place: int) -> type:
    """A layer of each block does nothing; the names stay."""
    return _block(
        lambda layers, come, go: [
            nn.Identity() if i == place else layer for i, layer in enumerate(layers)
        ]
    )


def _in_order(*order: int) -> type:
    return _block(lambda layers, come, go: [layers[i] for i in order])


def _denser_alike() -> type:
    """`bias` is that of the dense layers, too."""

    def head(self: _Net, classes: int) -> Layers:
        bias = self.features[0].bias is not None
        return [
            nn.Linear(layer.in_features, layer.out_features, bias)
            if isinstance(layer, nn.Linear)
            else layer
            for layer in _Net.head(self, classes)
        ]

    return _net(head=head)


class _Appended(nn.Module):
    """Grown by append, all settings by name."""

    def __init__(self, kernel: int = 3, bias: bool = True, num_classes: int = 10) -> None:
        super().__init__()
        self.features, self.classifier = nn.Sequential(), nn.Sequential(nn.Flatten(1))
        come = 3
        for go in (32, 64, 128):
            self.features.append(
                nn.Conv2d(come, go, (kernel, kernel), 1, (kernel - 1) // 2, bias=bias)
            )
            self.features.extend(
                [nn.BatchNorm2d(go), nn.ReLU(inplace=True), nn.MaxPool2d(2, stride=2)]
            )
            come = go
        self.classifier.extend(
            [nn.Linear(128 * 4 * 4, 256), nn.ReLU(inplace=True), nn.Dropout(p=0.5)]
        )
        self.classifier.append(nn.Linear(256, num_classes))

    def forward(self, x: Tensor) -> Any:
        x = self.features(x)
        return self.classifier(x)


SIMPLE_CNN = Exercise(
    id="training.SimpleCNN",
    title="A simple network",
    points=2,
    minutes=14,
    core=False,
    covers=("L5", "E14.16"),
    asks="module",
    through="ask_simple",
    cases=_cases,
    reference=_Net,
    wrong={
        "kernel ignored": (
            "Your convolutions have the same kernel whatever `kernel` is given.",
            _net(change=lambda self, kernel, bias, num_classes: (3, bias, num_classes)),
        ),
        "padding fixed": (
            "With some kernels your maps do not keep their height and width, so the classifier "
            "does not fit. The padding goes with the kernel: kernel // 2.",
            _padded(lambda kernel: 1),
            _padded(lambda kernel: kernel - 2),
        ),
        "order of the settings": (
            "Given in their order, without their names, the settings do not arrive as they should: "
            "`kernel`, then `bias`, then `num_classes`.",
            _net(defaults={"kernel": 3, "num_classes": 10, "bias": True}),
        ),
        "kernel of the first alone": (
            "Not all of your convolutions have the kernel that is given. All three have it.",
            _net(
                conv=lambda self, come, go, kernel, bias: _Net.conv(
                    self, come, go, kernel if come == 3 else 3, bias
                )
            ),
        ),
        "bias ignored": (
            "Your convolutions have biases, or none, whatever `bias` says.",
            _net(change=lambda self, kernel, bias, num_classes: (kernel, True, num_classes)),
            _net(change=lambda self, kernel, bias, num_classes: (kernel, False, num_classes)),
        ),
        "bias of some alone": (
            "`bias` changes some of your convolutions only. It is that of all three.",
            _net(
                conv=lambda self, come, go, kernel, bias: _Net.conv(
                    self, come, go, kernel, bias or come != 3
                )
            ),
            _net(
                conv=lambda self, come, go, kernel, bias: _Net.conv(
                    self, come, go, kernel, bias or come == 3
                )
            ),
        ),
        "bias of the dense layers": (
            "`bias` changes your dense layers, too. It is that of the convolutions: dense layers "
            "have biases always.",
            _denser_alike(),
        ),
        "classes ignored": (
            "Your last layer gives as many logits whatever `num_classes` is.",
            _net(change=lambda self, kernel, bias, num_classes: (kernel, bias, 10)),
        ),
        "other defaults": (
            "Where something is left out, your network has another default than the text's.",
            _net(defaults={"kernel": 3, "bias": False, "num_classes": 10}),
            _net(defaults={"kernel": 5, "bias": True, "num_classes": 10}),
            _net(defaults={"kernel": 3, "bias": True, "num_classes": 1000}),
        ),
        "norm left out": (
            "Your blocks have no batch norm. It stands between the convolution and the ReLU.",
            _without(1),
            _in_order(0, 2, 3),
        ),
        "another order": (
            "The layers of your blocks stand in another order than convolution, batch norm, ReLU, "
            "pooling.",
            _in_order(0, 2, 1, 3),
            _in_order(0, 3, 1, 2),
            _in_order(0, 2, 3, 1),
        ),
        "no ReLU in the blocks": (
            "In your blocks no ReLU follows the batch norm.",
            _without(2),
            _in_order(0, 1, 3),
        ),
        "another pooling": (
            "Your blocks do not end in the maximum over two by two pixels.",
            _poolings(nn.AvgPool2d),
            _block(lambda layers, come, go: [*layers[:3], nn.MaxPool2d(3, 2, 1)]),
        ),
        "another activation": (
            "Somewhere your network has another activation than ReLU.",
            _block(lambda layers, come, go: [*layers[:2], nn.LeakyReLU(), layers[3]]),
            _block(lambda layers, come, go: [*layers[:2], nn.GELU(), layers[3]]),
            _head(lambda layers: [*layers[:2], nn.LeakyReLU(), *layers[3:]]),
            _head(lambda layers: [*layers[:2], nn.GELU(), *layers[3:]]),
        ),
        "no flatten": (
            "Your classifier does not begin with nn.Flatten. It is the first of its five modules, "
            "so the dense layers are number 1 and number 4.",
            _net(
                head=lambda self, classes: _Net.head(self, classes)[1:],
                forward=lambda self, x: self.classifier(self.features(x).flatten(1)),
            ),
        ),
        "no ReLU in the classifier": (
            "Between your two dense layers there is no ReLU: without one they are a single layer.",
            _head(lambda layers: [*layers[:2], nn.Identity(), *layers[3:]]),
        ),
        "no dropout": (
            "In train mode your classifier drops nothing. nn.Dropout follows its ReLU.",
            _head(lambda layers: [*layers[:3], nn.Identity(), layers[4]]),
        ),
        "another share dropped": (
            "Your dropout does not drop half of the units.",
            _head(lambda layers: [*layers[:3], nn.Dropout(0.25), layers[4]]),
            _head(lambda layers: [*layers[:3], nn.Dropout(0.2), layers[4]]),
        ),
        "dropout of the logits": (
            "Your dropout stands after the last layer and drops logits. It follows the ReLU.",
            _head(lambda layers: [*layers, nn.Dropout()]),
        ),
        "not the fifth layer": (
            "Your last dense layer stands too early in the classifier. Before it come nn.Flatten, "
            "nn.Linear, nn.ReLU and nn.Dropout.",
            _head(lambda layers: [*layers[:2], *layers[3:]]),
            _head(lambda layers: [*layers[:3], layers[4]]),
            _head(lambda layers: [*layers[:3], layers[4], nn.Dropout()]),
        ),
        "activation at the end": (
            "Your network ends in an activation. It gives logits as they are; the loss applies "
            "log-softmax itself.",
            _head(lambda layers: [*layers, nn.ReLU()]),
            _head(lambda layers: [*layers, nn.Softmax(1)]),
            _head(lambda layers: [*layers, nn.LogSoftmax(1)]),
        ),
        "other channels": (
            "Your convolutions have other numbers of output channels than the text says.",
            _net(channels=(3, 16, 32, 64), read=1024),
            _net(channels=(3, 64, 128, 256), read=4096),
        ),
        "other hidden units": (
            "Your first dense layer gives another number of units than the text says.",
            _net(hidden=128),
            _net(hidden=512),
        ),
        "one pooling too few": (
            "One of your blocks does not halve the maps, so that the classifier reads four times "
            "as many numbers.",
            _net(
                read=8192,
                block=lambda self, come, go, *how: _Net.block(self, come, go, *how)[
                    : 4 if go < 128 else 3
                ],
            ),
        ),
        "mean of each map": (
            "Your classifier reads one number of each map. It reads all that come out of features, "
            "flattened.",
            _net(
                read=128,
                head=lambda self, classes: [
                    nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
                    *_Net.head(self, classes)[1:],
                ],
            ),
        ),
    },
    right=(_Appended,),
    hints=(
        "nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias) keeps height and "
        "width.",
        "Three poolings make maps of 4 x 4 of those of 32 x 32: the classifier reads 128 * 4 * 4 "
        "numbers.",
        "Collect the layers in a list; nn.Sequential(*layers) numbers them from 0.",
    ),
    forbidden=("course_lib", "torchvision"),
)
