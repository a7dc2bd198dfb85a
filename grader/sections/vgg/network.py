"""Part C: VGG by its blocks, its width and the size of its images."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from course_lib.checks.case import Case
from course_lib.models.vgg import Blocks, features
from course_lib.sections.vgg.given import VGG, vgg_block
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.vgg.weights import alive

Layers = list[nn.Module]


def _case(draw: Draw, about: str, blocks: Blocks, *, images: int = 2, **kwargs: Any) -> Case:
    """A small network; all else but the blocks by name."""
    case = Case(args=(blocks,), kwargs=kwargs, about=about)
    channels, size = kwargs.get("in_channels", 3), kwargs["size"]
    return alive(draw, VGG, case, (images, channels, *size))


def _settings(draw: Draw) -> list[Case]:
    few, more, units = draw.integer(2, 3), draw.integer(4, 5), draw.integer(6, 8)
    plain: dict[str, Any] = {"in_channels": 2, "num_classes": units + 3, "hidden": units}
    other: dict[str, Any] = {"in_channels": 1, "num_classes": 3, "hidden": units + 1}
    two, deep = ((1, few), (2, more)), ((1, 4), (2, 8), (3, 8))
    return [
        _case(draw, "two blocks, an image that is wider than tall", two, size=(4, 12), **plain),
        _case(draw, "two blocks, an image that is taller than wide", two, size=(12, 8), **other),
        _case(draw, "a single block of three convolutions", ((3, more),), size=(4, 6), **plain),
        _case(draw, "three blocks, one image", deep[::-1], size=(16, 8), images=1, **other),
        _case(draw, "sizes that are no multiples", two, size=(7, 11), images=1, **plain),
        _case(draw, "half the width", deep, size=(8, 16), images=1, width=1 / 2, **plain),
        _case(draw, "a quarter of the width", deep, size=(8, 8), width=1 / 4, **other),
        _case(draw, "batch norm", ((2, few), (1, more)), size=(4, 8), batch_norm=True, **other),
        _case(
            draw,
            "batch norm and half the width",
            ((1, 4), (1, 8)),
            size=(8, 4),
            width=1 / 2,
            batch_norm=True,
            **plain,
        ),
        _case(
            draw,
            "the channels of the image left out",
            ((1, few),),
            size=(4, 2),
            num_classes=4,
            hidden=units,
        ),
        Case(
            args=(((1, few), (1, more), (2, few)),),
            kwargs={"on_paper": True},
            inputs=(torch.zeros(1),),
            about="everything left out but the blocks",
        ),
        Case(
            args=(deep[:2], 1, (8, 12), 5, 1 / 2, 9, True),
            kwargs={"on_paper": True},
            inputs=(torch.zeros(1),),
            about="everything given in its order",
        ),
    ]


def _head(inputs: int, hidden: int, classes: int) -> Layers:
    return [
        *(nn.Linear(inputs, hidden), nn.ReLU(), nn.Dropout()),
        *(nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout()),
        nn.Linear(hidden, classes),
    ]


def _inputs(channels: int, size: Sequence[int], pools: int) -> int:
    rows, columns = (int(side // 2**pools) for side in size)
    return channels * rows * columns


def _variant(
    *,
    default: dict[str, Any] | None = None,
    change: Callable[[dict[str, Any]], dict[str, Any]] = lambda settings: {},
    build: Callable[[Blocks, int, bool], nn.Module] = lambda blocks, c, norm: features(
        blocks, c, batch_norm=norm
    ),
    inputs: Callable[[int, Sequence[int], int], float] = _inputs,
    head: Callable[[Layers], Layers] = lambda layers: layers,
    flat: Callable[[Tensor], Tensor] = lambda maps: maps.flatten(1),
    after: Callable[[Tensor], Tensor] = lambda logits: logits,
) -> type:
    """The class with other defaults, settings, layers or another forward pass.

    Args:
        change: all settings, and "channels" of the last block -> those that are other ones.
    """
    usual = {
        **{"in_channels": 3, "size": (224, 224), "num_classes": 1000},
        **{"width": 1, "hidden": 4096, "batch_norm": False, **(default or {})},
    }

    class Variant(nn.Module):
        def __init__(self, blocks: Blocks, *args: Any, **kwargs: Any) -> None:
            super().__init__()
            s = {**usual, **dict(zip(usual, args, strict=False)), **kwargs, "blocks": blocks}
            s |= change(s)
            scaled = [(n, int(c * s["width"])) for n, c in s["blocks"]]
            self.features = build(scaled, s["in_channels"], s["batch_norm"])
            channels = s.get("channels", scaled[-1][1])
            read = int(inputs(channels, s["size"], len(scaled)))
            self.classifier = nn.Sequential(*head(_head(read, s["hidden"], s["num_classes"])))

        def forward(self, x: Tensor) -> Any:
            return after(self.classifier(flat(self.features(x))))

    return Variant


def _without(*kinds: type, places: Sequence[int] = range(7)) -> type:
    """Some modules of the head change nothing; the names stay."""
    return _variant(
        head=lambda layers: [
            nn.Identity() if isinstance(layer, kinds) and place in places else layer
            for place, layer in enumerate(layers)
        ]
    )


def _dropping(share: float) -> type:
    return _variant(
        head=lambda layers: [
            nn.Dropout(share) if isinstance(layer, nn.Dropout) else layer for layer in layers
        ]
    )


def _blocks_alone(blocks: Blocks, in_channels: int, batch_norm: bool) -> nn.Module:
    """One nn.Sequential of the blocks' nn.Sequentials."""
    return nn.Sequential(*_each_block(blocks, in_channels, batch_norm))


def _each_block(blocks: Blocks, in_channels: int, batch_norm: bool) -> list[nn.Sequential]:
    made = []
    for convs, channels in blocks:
        made.append(vgg_block(convs, in_channels, channels, batch_norm))
        in_channels = channels
    return made


def _not_passed_on(blocks: Blocks, in_channels: int, batch_norm: bool) -> nn.Module:
    """Every block reads the image's channels."""
    return nn.Sequential(
        *(layer for n, c in blocks for layer in vgg_block(n, in_channels, c, batch_norm))
    )


def _width_not_passed_on(*, head: bool) -> type:
    """The next block reads as many channels as without the width, and so may the head."""
    base = _variant(change=lambda s: {"channels": s["blocks"][-1][1]} if head else {})

    class NotPassedOn(base):  # type: ignore[misc, valid-type]
        def __init__(self, blocks: Blocks, *args: Any, **kwargs: Any) -> None:
            super().__init__(blocks, *args, **kwargs)
            names = ("in_channels", "size", "num_classes", "width", "hidden", "batch_norm")
            s = {"in_channels": 3, "width": 1, **dict(zip(names, args, strict=False)), **kwargs}
            layers: Layers = []
            read = s["in_channels"]
            for convs, channels in blocks:
                made = int(channels * s["width"])
                layers += vgg_block(convs, read, made, s.get("batch_norm", False))
                read = channels
            self.features = nn.Sequential(*layers)

    return NotPassedOn


def _width_on_some(left_out: int) -> type:
    """One block keeps its channels."""

    def change(s: dict[str, Any]) -> dict[str, Any]:
        blocks = [*s["blocks"]]
        convs, channels = blocks[left_out]
        blocks[left_out] = (convs, channels / s["width"])
        return {"blocks": blocks}

    return _variant(change=change)


def _many_hidden(layers: Layers) -> Layers:
    """4096 hidden units, whatever is asked for; their weights are not drawn, to save time."""
    sizes = (layers[0].in_features, 4096), (4096, 4096), (4096, layers[-1].out_features)
    dense = [skip_init(nn.Linear, *size) for size in sizes]
    return [*(dense[0], *layers[1:3]), *(dense[1], *layers[4:6]), dense[2]]


def _repeated(blocks: Blocks, in_channels: int, batch_norm: bool) -> nn.Module:
    """The second convolution of each block is put in again for those that follow."""
    layers: Layers = []
    for block in _each_block(blocks, in_channels, batch_norm):
        convs = [layer for layer in block if isinstance(layer, nn.Conv2d)]
        layers += [convs[1] if layer in convs[2:] else layer for layer in block]
    return nn.Sequential(*layers)


def _one_each(blocks: Blocks, in_channels: int, batch_norm: bool) -> nn.Module:
    return features([(1, channels) for _, channels in blocks], in_channels, batch_norm=batch_norm)


def _zeros(layer: nn.Module) -> nn.Module:
    if isinstance(layer, nn.Linear):
        nn.init.zeros_(layer.weight)
    return layer


def _last_pool_missing(blocks: Blocks, in_channels: int, batch_norm: bool) -> nn.Module:
    return features(blocks, in_channels, batch_norm=batch_norm)[:-1]


def _wider(settings: dict[str, Any], *names: str) -> dict[str, Any]:
    """These settings are multiplied with the width as well."""
    return {name: max(1, int(settings[name] * settings["width"])) for name in names}


class _ByAnImage(VGG):
    """The head's inputs are counted on an image of zeros."""

    def __init__(
        self,
        blocks: Blocks,
        in_channels: int = 3,
        size: Sequence[int] = (224, 224),
        num_classes: int = 1000,
        width: float = 1,
        hidden: int = 4096,
        batch_norm: bool = False,
    ) -> None:
        nn.Module.__init__(self)
        layers: Layers = []
        seen = in_channels
        for convs, channels in blocks:
            layers += vgg_block(convs, seen, round(channels * width), batch_norm)
            seen = round(channels * width)
        self.features = nn.Sequential(*layers)
        with torch.no_grad():
            read = self.features(torch.zeros(2, in_channels, *size)).flatten(1).shape[1]
        self.classifier = nn.Sequential(
            *(nn.Linear(read, hidden), nn.Dropout(), nn.ReLU(inplace=True)),
            *(nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0.5)),
            nn.Linear(hidden, num_classes),
        )


NETWORK = Exercise(
    id="vgg.VGG",
    title="VGG by configuration",
    points=3,
    minutes=19,
    covers=("D8.2-demo", "E14.14"),
    asks="module",
    cases=_settings,
    reference=VGG,
    through="ask_module",
    wrong={
        "another default": (
            "Some default is another one. Leave the signature as it stands in the cell, with the "
            "defaults of PyTorch's VGG.",
            *(
                _variant(default=default)
                for default in (
                    {"in_channels": 1},
                    {"size": (32, 32)},
                    {"num_classes": 10},
                    {"width": 1 / 2},
                    {"hidden": 512},
                    {"batch_norm": True},
                )
            ),
        ),
        "always seven by seven": (
            "Your first dense layer always reads maps of 7x7. So they are behind five blocks and "
            "an image of PyTorch's usual size; here they are size, halved once by each block.",
            _variant(inputs=lambda c, size, pools: c * 7 * 7),
        ),
        "always five poolings": (
            "You halve the size five times, however many blocks there are. Each block halves once: "
            "divide by 2 ** len(blocks).",
            _variant(inputs=lambda c, size, pools: _inputs(c, size, 5)),
        ),
        "another number of halvings": (
            "Your first dense layer reads maps that are halved once more, or less, than there are "
            "blocks. Every block ends in its pooling, the last one, too.",
            _variant(inputs=lambda c, size, pools: _inputs(c, size, pools - 1)),
            _variant(inputs=lambda c, size, pools: _inputs(c, size, pools + 1)),
            _variant(
                build=_last_pool_missing,
                inputs=lambda c, size, pools: _inputs(c, size, pools - 1),
            ),
            _variant(build=_last_pool_missing),
        ),
        "a square image": (
            "Your first dense layer reads maps that are square. size is (H, W): height and width "
            "are halved apart.",
            _variant(inputs=lambda c, size, pools: _inputs(c, (size[0], size[0]), pools)),
            _variant(inputs=lambda c, size, pools: _inputs(c, (size[1], size[1]), pools)),
        ),
        "rounded at the end": (
            "You round after all halvings, or upwards. Each pooling rounds down; what is left over "
            "is gone.",
            _variant(inputs=lambda c, size, pools: c * size[0] * size[1] // 4**pools),
            _variant(inputs=lambda c, size, pools: c * (size[0] * size[1] // 4**pools)),
            _variant(
                inputs=lambda c, size, pools: c * -(-size[0] // 2**pools) * -(-size[1] // 2**pools)
            ),
        ),
        "channels not laid out": (
            "Your first dense layer reads one number for each channel, or each place. It reads all "
            "numbers of the maps: channels · height · width.",
            _variant(inputs=lambda c, size, pools: c),
            _variant(inputs=lambda c, size, pools: _inputs(1, size, pools)),
        ),
        "width ignored": (
            "width changes nothing. It multiplies the channels of every block.",
            _variant(change=lambda s: {"width": 1}),
        ),
        "width on some blocks": (
            "Your width does not multiply the channels of every block.",
            _width_on_some(0),
            _width_on_some(-1),
        ),
        "hidden ignored": (
            "hidden changes nothing. It is how many units each inner dense layer has.",
            _variant(head=_many_hidden),
        ),
        "width on more than the blocks": (
            "width multiplies more than the channels of the blocks. hidden, num_classes and "
            "in_channels stay as they are.",
            _variant(change=lambda s: _wider(s, "hidden")),
            _variant(change=lambda s: _wider(s, "num_classes")),
            _variant(change=lambda s: _wider(s, "in_channels")),
        ),
        "width not passed on": (
            "Your width does not reach all that reads a block's maps. The next block and the first "
            "dense layer read the channels that there really are: the multiplied ones.",
            _width_not_passed_on(head=False),
            _width_not_passed_on(head=True),
            _variant(change=lambda s: {"channels": s["blocks"][-1][1]}),
        ),
        "channels not passed on": (
            "Every block of yours reads in_channels. Only the first does: each other one reads "
            "what the block before it gives.",
            _variant(build=_not_passed_on),
        ),
        "nested": (
            "Your features hold the blocks as they are, one nn.Sequential in another. Unpack each "
            "block into one list of layers: layers += [*block].",
            _variant(build=_blocks_alone),
        ),
        "one convolution each": (
            "Your blocks have one convolution each. The first number of each pair says how many.",
            _variant(build=_one_each),
        ),
        "one object many times": (
            "A convolution stands in your features several times, as one object. Each needs "
            "weights of its own.",
            _variant(build=_repeated),
        ),
        "batch norm ignored": (
            "batch_norm changes nothing: pass it on to vgg_block.",
            _variant(change=lambda s: {"batch_norm": False}),
        ),
        "grey or colour only": (
            "in_channels changes nothing. It is what the first block reads.",
            _variant(change=lambda s: {"in_channels": 3}),
        ),
        "num_classes ignored": (
            "num_classes changes nothing. It is how many outputs the last dense layer has.",
            _variant(change=lambda s: {"num_classes": 1000}),
            _variant(change=lambda s: {"num_classes": 10}),
        ),
        "dropout missing": (
            "Dropout is missing. It stands after the ReLU of each of the two inner dense layers.",
            _without(nn.Dropout),
            _variant(head=lambda layers: [m for m in layers if not isinstance(m, nn.Dropout)]),
            _variant(head=lambda layers: [*layers[:2], *layers[3:]]),
            _variant(head=lambda layers: [*layers[:5], *layers[6:]]),
        ),
        "dropout on the logits": (
            "There is dropout after the last dense layer. No logit may be dropped: that would be a "
            "class that the network cannot name.",
            _variant(head=lambda layers: [*layers, nn.Dropout()]),
        ),
        "another rate of dropout": (
            "Your dropout has another rate than 0.5.",
            *(_dropping(share) for share in (0.1, 0.2)),
        ),
        "ReLU missing": (
            "A ReLU between your dense layers is missing. Without it, dense layers in a row are "
            "one linear map.",
            _without(nn.ReLU),
            _without(nn.ReLU, places=(1,)),
            _without(nn.ReLU, places=(4,)),
        ),
        "ReLU on the logits": (
            "There is a ReLU after the last dense layer. Logits must be free to be negative.",
            _variant(head=lambda layers: [*layers, nn.ReLU()]),
        ),
        "softmax at the end": (
            "Your network ends in a softmax or log-softmax. It gives logits; cross-entropy applies "
            "log-softmax itself.",
            _variant(after=lambda logits: logits.softmax(1)),
            _variant(after=lambda logits: logits.log_softmax(1)),
        ),
        "channels last": (
            "Your maps are laid out with channels last. PyTorch lays them out channel by channel: "
            "flatten(1).",
            _variant(flat=lambda maps: maps.permute(0, 2, 3, 1).flatten(1)),
        ),
        "axis of the batch lost": (
            "For a single image your logits have lost the axis of the batch.",
            _variant(after=lambda logits: logits.squeeze(0)),
        ),
        "all alike": (
            "All weights of a layer begin alike.",
            _variant(head=lambda layers: [_zeros(layer) for layer in layers]),
        ),
        "lost gradient": (
            "No gradient reaches the features.",
            _variant(flat=lambda maps: maps.detach().flatten(1)),
        ),
    },
    right=(_ByAnImage,),
    hints=(
        "Go through the blocks with a loop. What does a block read, and what does the next one "
        "read then?",
        "layers += [*vgg_block(num_convs, in_channels, channels, batch_norm)] unpacks a block, "
        "with channels = int(width * channels); afterwards in_channels = channels.",
        "Behind the blocks, height and width are size[0] // 2 ** len(blocks) and size[1] // 2 ** "
        "len(blocks). The first dense layer reads channels · height · width numbers.",
    ),
    forbidden=("course_lib", "torchvision"),
    needs=("vgg.vgg_block",),
    stand_in="VGG",
)
