"""What the torch operations that ran say about an answer: which, and how many.

Operators are called what learners know them by; `aten::convolution` means nothing to them.
"""

from collections.abc import Iterable

CONVOLUTION_OPERATORS = (
    "aten::convolution",
    "aten::convolution_overrideable",
    "aten::mkldnn_convolution",
    "aten::thnn_conv2d",
    "scipy.signal",
    "scipy.ndimage",
    "numpy.convolve",
    "numpy.correlate",
    "numpy.polymul",
    "numpy.poly1d",
    "numpy.polynomial",
)
"""Forbidden where the learner is to write the operation itself."""

WINDOW_OPERATORS = (
    *CONVOLUTION_OPERATORS,
    "aten::im2col",
    "torch.nn.functional.unfold",
    "torch.nn.Unfold",
    "aten::col2im",
    "torch.nn.functional.fold",
    "torch.nn.Fold",
)
"""Forbidden where the learner's own code is to visit the windows."""

RANDOM_OPERATORS = ("aten::rand", "aten::uniform", "aten::normal", "aten::bernoulli")
"""Beginnings of the names of what draws at random; all numbers of torch.nn's layers are."""

MATRIX_PRODUCTS = (
    "aten::mm",
    "aten::bmm",
    "aten::mv",
    "aten::addmm",
    "aten::matmul",
    "aten::linear",
)
"""The operations that a product of matrices may run as."""

POOLING_OPERATORS = (
    "aten::max_pool1d",
    "aten::max_pool2d",
    "aten::max_pool2d_with_indices",
    "aten::max_pool2d_with_indices_backward",
    "aten::max_pool3d_with_indices",
    "aten::mkldnn_max_pool2d",
    "aten::adaptive_max_pool2d",
    "aten::adaptive_max_pool3d",
    "aten::fractional_max_pool2d",
    "aten::fractional_max_pool3d",
    "aten::avg_pool2d",
    "aten::avg_pool2d_backward",
    "aten::avg_pool3d",
    "aten::adaptive_avg_pool2d",
    "aten::_adaptive_avg_pool2d",
    "aten::_adaptive_avg_pool3d",
    "scipy.ndimage",
    "skimage.measure",
)
"""Forbidden where the learner is to write a pooling."""

MAXIMUM_OPERATORS = (
    *POOLING_OPERATORS,
    *("aten::max", "aten::amax", "aten::aminmax", "aten::maximum", "aten::fmax", "aten::argmax"),
    *("aten::min", "aten::amin", "aten::minimum", "aten::fmin", "aten::argmin"),
    *("aten::cummax", "aten::cummin", "aten::_cummax_helper", "aten::_cummin_helper"),
    *("aten::clamp", "aten::clamp_min", "aten::clamp_max", "aten::where"),
    *("aten::clamp_", "aten::clamp_min_", "aten::clamp_max_"),
    *("aten::sort", "aten::argsort", "aten::topk", "aten::kthvalue", "aten::median"),
    *("aten::logaddexp", "aten::threshold", "aten::hardtanh", "aten::scatter_reduce"),
    *("numpy.maximum", "numpy.fmax", "numpy.max", "numpy.amax", "numpy.where", "numpy.sort"),
    *("numpy.minimum", "numpy.fmin", "numpy.min", "numpy.amin", "numpy.clip"),
)
"""Forbidden where the learner is to make a maximum from ReLU."""

NORMALISING_OPERATORS = (
    *("aten::native_batch_norm", "aten::native_group_norm", "aten::native_layer_norm"),
    *("aten::cudnn_batch_norm", "aten::_native_batch_norm_legit"),
    *("torch.nn.BatchNorm1d", "torch.nn.BatchNorm2d", "torch.nn.BatchNorm3d"),
    *("torch.nn.LazyBatchNorm2d", "torch.nn.SyncBatchNorm", "torch.nn.modules.batchnorm"),
    *("torch.nn.InstanceNorm2d", "torch.nn.GroupNorm", "torch.nn.LayerNorm"),
)
"""Forbidden where the learner is to write batch norm."""

_CONVOLUTION = "a convolution of PyTorch (F.conv1d, F.conv2d, nn.Conv2d, ...)"
_POOLING = "a pooling of PyTorch (F.max_pool2d, F.avg_pool2d, nn.MaxPool2d, ...)"
_MAXIMUM = "a maximum or a choice of PyTorch (max, maximum, clamp, where, sort, ...)"
_AUTOGRAD = "autograd (backward(), torch.autograd.grad)"
_NORMALISING = "a normalisation of PyTorch (nn.BatchNorm2d, F.batch_norm, nn.LayerNorm, ...)"
_PRODUCT = "a matrix product (@, torch.matmul, torch.einsum)"

_WORDS = {
    "aten::convolution_backward": "a gradient by PyTorch's own convolution",
    "aten::convolution": _CONVOLUTION,
    "aten::mkldnn_convolution": _CONVOLUTION,
    "aten::thnn_conv": _CONVOLUTION,
    "aten::conv": _CONVOLUTION,
    "aten::im2col": "F.unfold",
    "aten::col2im": "F.fold",
    "aten::max_pool": _POOLING,
    "aten::mkldnn_max_pool": _POOLING,
    "aten::avg_pool": _POOLING,
    "aten::adaptive_": _POOLING,
    "aten::_adaptive_": _POOLING,
    "aten::fractional_max_pool": _POOLING,
    **dict.fromkeys((n for n in MAXIMUM_OPERATORS if n not in POOLING_OPERATORS), _MAXIMUM),
    **dict.fromkeys(NORMALISING_OPERATORS, _NORMALISING),
    "aten::_fft": "torch.fft",
    "aten::reflection_pad": 'F.pad(mode="reflect")',
    "aten::uniform_": "layers of torch.nn, which draw random weights",
    "aten::relu": "ReLU (torch.relu, F.relu, nn.ReLU)",
    **dict.fromkeys(("aten::mm", "aten::bmm", "aten::mv", "aten::addmm", "aten::dot"), _PRODUCT),
    **dict.fromkeys(("aten::slice_backward", "aten::select_backward"), _AUTOGRAD),
    **dict.fromkeys(("aten::unfold_backward", "torch.autograd"), _AUTOGRAD),
    **dict.fromkeys(("aten::baddbmm", "aten::addmv", "aten::matmul", "aten::linear"), _PRODUCT),
}
"""Beginning of an operator's name -> what people call it; the longest beginning counts."""


def in_words(names: Iterable[str]) -> list[str]:
    """What people call these operators, methods (".numpy") and dotted names, each once."""
    return list(dict.fromkeys(_in_words(name) for name in names))


def _in_words(name: str) -> str:
    if name.startswith("."):
        return f"{name}()"
    known = [beginning for beginning in _WORDS if name.startswith(beginning)]
    if known:
        return _WORDS[max(known, key=len)]
    short = name.replace("torch.nn.functional.", "F.").replace("torch.nn.", "nn.")
    return short.removeprefix("aten::")


def loops(small: int, large: int) -> str:
    """What is wrong with operations that grow with the image, by their counts; else ""."""
    if not large:
        return "Your function runs no operation of torch. Let one such operation treat all windows."
    if large > 1.5 * small:
        return (
            "Your function runs more torch operations the larger the image is: it still visits "
            "the windows one by one. Let one operation treat all windows."
        )
    return ""
