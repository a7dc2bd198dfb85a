"""Networks as plain data, which are asked about as a whole."""

from typing import Any

from course_lib.models.configs import Layer, conv, flatten, linear, max_pool, relu
from grader.marking.draw import Draw


def norm(channels: int) -> Layer:
    """Batch norm."""
    return {"layer": "batch_norm", "channels": channels}


def frozen(layer: Layer) -> Layer:
    """The layer, not to be learned."""
    return {**layer, "frozen": True}


def in_a_row(draw: Draw, bias: bool = True) -> list[Layer]:
    """Two convolutions, batch norm behind the first, two dense layers."""
    c, d, u = draw.integer(3, 5), draw.integer(6, 9), draw.integer(10, 14)
    return [
        *(conv(2, c, 3, bias=bias), norm(c), relu()),
        *(conv(c, d, 5, bias=bias), relu(), max_pool(2), flatten()),
        *(linear(d, u, bias=bias), relu(), linear(u, 3, bias=bias)),
    ]


def like_vgg(draw: Draw) -> dict[str, Any]:
    """Features and a classifier, as torchvision has them."""
    c, u = draw.integer(3, 6), draw.integer(7, 12)
    features = [conv(3, c, 3, padding=1), relu(), conv(c, c, 3, padding=1), relu(), max_pool(2)]
    head = [linear(4 * c, u), relu(), linear(u, u), relu(), linear(u, 5)]
    return {"features": features, "flatten": flatten(), "classifier": head}


def in_parts(draw: Draw) -> dict[str, Any]:
    """Parts inside parts, with dense layers at several depths and under other names."""
    c, u = draw.integer(3, 6), draw.integer(7, 12)
    inner = {"mix": [linear(c, u), relu(), {"deep": linear(u, c)}], "norm": norm(c)}
    return {
        "stem": conv(1, c, 3),
        "body": {"first": conv(c, c, 1), "inner": inner},
        "fc": linear(c, 4),
    }


def residual(draw: Draw, *, shortcut: bool = True) -> dict[str, Any]:
    """A block with a shortcut beside it."""
    c, d = draw.integer(3, 5), draw.integer(6, 9)
    block = {"conv1": conv(c, d, 3), "bn1": norm(d), "conv2": conv(d, d, 3), "bn2": norm(d)}
    return {**block, "downsample": [conv(c, d, 1), norm(d)]} if shortcut else block


def residual_network(draw: Draw) -> dict[str, Any]:
    """Blocks in stages, some with a shortcut."""
    blocks = [residual(draw), residual(draw, shortcut=False)]
    return {
        "conv1": conv(3, 4, 7),
        "bn1": norm(4),
        "layer1": [residual(draw, shortcut=False)],
        "layer2": blocks,
        "layer3": [residual(draw), residual(draw, shortcut=False)],
        "fc": linear(6, 5),
    }


def large(draw: Draw) -> dict[str, Any]:
    """So large that its weights would fill the memory."""
    c, u = draw.integer(300, 500), draw.integer(30_000, 40_000)
    return {
        "features": [conv(3, c, 3), relu(), conv(c, 2 * c, 3), norm(2 * c), relu()],
        "classifier": [linear(c, u), relu(), linear(u, u), relu(), linear(u, 1000)],
    }
