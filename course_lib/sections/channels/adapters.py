"""How functions are asked of which more is to be known than what they return."""

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from course_lib.checks.operations import MATRIX_PRODUCTS
from course_lib.checks.watch import Operations, count
from course_lib.models.configs import conv

ONE_PRODUCT = "one matrix product"
"""Counted among the operations of an answer that takes a single product."""
_COSTS = {
    *("forward_macs", "backward_macs", "backward_macs_first"),
    *("forward_memory", "backward_memory"),
}
_PRODUCTS = {
    *("aten::mm", "aten::bmm", "aten::mv", "aten::dot"),
    *("aten::addmm", "aten::baddbmm", "aten::addmv"),
}


class _MultiplyAdds(TorchDispatchMode):
    """Counts those of the products and convolutions that run while it is active."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        name = func.name().partition(".")[0]
        if name in _PRODUCTS:
            self.count += result.numel() * args[-2].shape[-1]  # before it may stand what is added
        elif name == "aten::convolution":
            self.count += result.numel() * args[1][0].numel()
        elif name == "aten::mul" and all(isinstance(factor, Tensor) for factor in args):
            self.count += result.numel()
        return result


def with_work(block_product: Callable[[Tensor, Tensor], Any], blocks: Tensor, x: Tensor) -> Any:
    """The product, and whether it takes no more multiply-adds than the blocks have numbers.

    What is no tensor comes back alone.
    """
    with _MultiplyAdds() as multiply_adds:
        product = block_product(blocks, x)
    if not isinstance(product, Tensor):
        return product
    needed = blocks.numel() * x.shape[1]
    return {"product": product, "zeros left alone": multiply_adds.count <= needed}


SEVERAL = "several products"
"""What `in_one_product` says in place of an output."""


def in_one_product(conv1x1: Callable[[Tensor, Tensor], Any], X: Tensor, K: Tensor) -> Any:
    """The output, or `SEVERAL` where it took more than one product of matrices.

    Images of one row or one column are left out: what is right but for the number of products is
    worth about half.
    """
    with Operations() as ran:
        output = conv1x1(X, K)
    several = sum(ran.counts[name] for name in _PRODUCTS) > 1 and min(X.shape[1:]) > 1
    return SEVERAL if several else output


def as_calls(separable: Callable[..., Any], *arguments: int) -> Any:
    """The layers of a config, each written as the call that makes it: short, and read at once."""
    config = separable(*arguments)
    return [_call(layer) for layer in config] if isinstance(config, (list, tuple)) else config


def _call(layer: Any) -> str:
    plain = conv(0, 0, 0)
    if not isinstance(layer, dict) or set(layer) != set(plain):
        return repr(layer)
    values = {name: _number(value) for name, value in layer.items()}
    sizes = [str(values[name]) for name in ("in_channels", "out_channels", "kernel_size")]
    named = ("stride", "padding", "groups", "bias")
    changed = [f"{name}={values[name]}" for name in named if values[name] != plain[name]]
    return f"{layer['layer']}({', '.join([*sizes, *changed])})"


def _number(value: Any) -> Any:
    """A plain one. Floats stay what they are, as PyTorch makes no layer of them."""
    return value.item() if hasattr(value, "item") else value


def counting_products(conv2d_matmul: Callable[[Tensor, Tensor], Any], X: Tensor, K: Tensor) -> Any:
    """The output; where a single product of matrices has run, `ONE_PRODUCT` counts as run, too."""
    with Operations() as ran:
        output = conv2d_matmul(X, K)
    if sum(ran.counts[name] for name in MATRIX_PRODUCTS) == 1:
        count(ONE_PRODUCT)
    return output


def with_kinds(merge_1x1: Callable[..., Any], *arguments: Tensor) -> Any:
    """A list whose items are named by their type where they are no tensors."""
    merged = merge_1x1(*arguments)
    if not isinstance(merged, (list, tuple)):
        return merged
    return [item if isinstance(item, Tensor) else type(item).__name__ for item in merged]


def with_known_names(conv_costs: Callable[..., Any], *arguments: Any) -> Any:
    """The costs, or what they are where one has a name that was not asked for."""
    costs = conv_costs(*arguments)
    return "other names" if isinstance(costs, dict) and set(costs) - _COSTS else costs
