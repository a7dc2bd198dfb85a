"""The printed answers of section 04, each derived anew: by plain loops, NumPy or whole modules."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from course_lib.models.configs import conv, flatten, gap, linear, max_pool, relu
from course_lib.sections.pooling.adapters import operation
from grader.marking import solutions

Array = npt.NDArray[Any]


def slide(
    image: Array, window: tuple[int, int], step: tuple[int, int], take: Callable[[Array], float]
) -> Array:
    """`take` of every window of one map, by two loops."""
    (H, W), (h, w) = image.shape, window
    rows = [
        [take(image[i : i + h, j : j + w]) for j in range(0, W - w + 1, step[1])]
        for i in range(0, H - h + 1, step[0])
    ]
    return np.array(rows)


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return solutions.solution(f"pooling.{name}")


def batch(array: Array) -> Tensor:
    return torch.from_numpy(array)[None, None]


def test_two_windows_and_the_erratum() -> None:
    window = np.array([[1, 5], [2, 4]])
    image = np.array([[1, 3, 2, 1], [0, 1, 4, 2], [5, 1, 2, 3], [3, 0, 4, 1]])
    pooled = slide(image, (2, 2), (2, 2), np.max).tolist()
    assert [window.max(), window.sum() / window.size, pooled] == solution("two_windows")
    assert solution("two_windows") == [5, 3.0, [[3, 4], [5, 4]]] != [5, 3.0, [[3, 3], [1, 4]]]


def test_pooling_of_0_to_8() -> None:
    image = np.arange(9.0).reshape(3, 3)
    settings = (batch(image), (2, 2), (1, 1), (0, 0))
    assert slide(image, (2, 2), (1, 1), np.max).tolist() == [[4, 5], [7, 8]]
    assert slide(image, (2, 2), (1, 1), np.mean).tolist() == [[2, 3], [5, 6]]
    assert solution("max_pool2d")(*settings)[0, 0].tolist() == [[4, 5], [7, 8]]
    assert solution("avg_pool2d")(*settings)[0, 0].tolist() == [[2, 3], [5, 6]]


def test_module_outputs() -> None:
    image = np.arange(16.0).reshape(4, 4)
    first = slide(image, (3, 3), (3, 3), np.max)
    second = slide(np.pad(image, ((0, 0), (1, 1)), constant_values=-np.inf), (2, 3), (2, 3), np.max)
    ring = np.pad(image, 1, constant_values=-np.inf)
    third = [slide(ring + channel, (3, 3), (2, 2), np.max).tolist() for channel in (0, 1)]
    assert [first.tolist(), second.tolist(), third] == solution("module_outputs")
    assert (first.tolist(), second.tolist()) == ([[10]], [[5, 7], [13, 15]])
    assert third == [[[5, 7], [13, 15]], [[6, 8], [14, 16]]]
    X = torch.from_numpy(image)[None, None]
    assert nn.MaxPool2d(3)(X)[0, 0].tolist() == first.tolist()


def test_small_examples_of_the_text() -> None:
    X = batch(np.array([[-1.0, -2], [-3, -4]]))
    got = solution("max_pool2d")(X, (2, 2), (1, 1), (1, 1))[0, 0]
    assert got.tolist() == [[-1, -1, -2], [-1, -1, -2], [-3, -3, -4]]
    X = batch(np.array([[4.0, 8], [12, 16]]))
    assert solution("avg_pool2d")(X, (2, 2), (2, 2), (1, 1))[0, 0].tolist() == [[1, 2], [3, 4]]
    X = batch(np.arange(1.0, 17).reshape(4, 4))
    smallest = slide(X[0, 0].numpy(), (2, 2), (2, 2), np.min)
    assert smallest.tolist() == [[1, 3], [9, 11]]
    got = solution("min_pool2d")(X, (2, 2), (2, 2), (0, 0))[0, 0]
    assert got.tolist() == smallest.tolist()


@pytest.mark.parametrize(
    ("window", "step", "ring"),
    [((2, 3), (2, 1), (1, 0)), ((3, 2), (1, 2), (0, 1)), ((4, 3), (3, 2), (2, 1))],
)
def test_pooling_with_everything(
    window: tuple[int, int], step: tuple[int, int], ring: tuple[int, int]
) -> None:
    X = np.random.default_rng(0).normal(size=(2, 3, 7, 9)) - 1
    width = ((ring[0],) * 2, (ring[1],) * 2)
    for n, c in np.ndindex(2, 3):
        for name, border, take in (
            ("max_pool2d", -np.inf, np.max),
            ("avg_pool2d", 0.0, np.mean),
            ("min_pool2d", np.inf, np.min),
        ):
            wanted = slide(np.pad(X[n, c], width, constant_values=border), window, step, take)
            got = solution(name)(torch.from_numpy(X), window, step, ring)[n, c]
            assert np.allclose(got, wanted)
    counted = nn.AvgPool2d(window, step, ring)(torch.from_numpy(X))
    assert torch.allclose(counted, solution("avg_pool2d")(torch.from_numpy(X), window, step, ring))


def test_cost_of_2x2_pooling_on_32x32() -> None:
    windows = [(i, j) for i in range(0, 31, 2) for j in range(0, 31, 2)]
    assert [4 * len(windows), 3 * len(windows)] == [1024, 768]
    assert solution("pool_cost")((1, 32, 32), (2, 2), (2, 2), (0, 0)) == [1024, 768]
    assert solution("pool_cost")((5, 32, 32), (2, 2), (2, 2), (0, 0)) == [5120, 3840]


def test_average_pooling_is_a_convolution() -> None:
    X = batch(np.arange(1.0, 17).reshape(4, 4)).float()
    assert slide(X[0, 0].numpy(), (2, 2), (2, 2), np.mean).tolist() == [[3.5, 5.5], [11.5, 13.5]]
    assert solution("avg_as_conv")(X, (2, 2), (2, 2))[0, 0].tolist() == [[3.5, 5.5], [11.5, 13.5]]


def test_max_pooling_is_not_additive_and_mean_pooling_is() -> None:
    A = np.random.default_rng(1).normal(size=(4, 6))
    B = solution("not_additive")(torch.from_numpy(A), (2, 3)).numpy()
    for take, breaks in ((np.max, True), (np.mean, False)):
        of_sum = slide(A + B, (2, 3), (2, 3), take)
        sum_of = slide(A, (2, 3), (2, 3), take) + slide(B, (2, 3), (2, 3), take)
        assert (np.abs(of_sum - sum_of) > 0.1).all() == breaks
    # A convolution is additive whatever its weights are, and only without a bias.
    for bias in (False, True):
        torch.manual_seed(0)
        f = nn.Conv2d(1, 1, 2, bias=bias).double()
        a, b = batch(A), batch(np.abs(A))
        assert torch.allclose(f(a + b), f(a) + f(b)) == (not bias)


def test_maximum_by_relu_and_its_rounding() -> None:
    pairs = np.random.default_rng(2).uniform(-8, 8, size=(2, 1000))
    a, b = torch.from_numpy(pairs).float()
    assert np.allclose(solution("relu_max")(a, b), np.maximum(*pairs), atol=1e-5)
    sum_of_both = (a - b).relu() + (b - a).relu()
    assert torch.allclose(sum_of_both, (a - b).abs())
    for far in (1.0, 1e3, 1e6, 1e9):
        got = solution("relu_max")(torch.tensor(0.1), torch.tensor(-far)).item()
        assert abs(got - 0.1) <= 2**-23 * (far + 0.1)
    assert abs(solution("relu_max")(torch.tensor(0.1), torch.tensor(-1e9)).item() - 0.1) > 0.05
    assert solution("relu_max")(torch.tensor(-1e9), torch.tensor(0.1)) == torch.tensor(0.1)
    assert math.isnan(solution("relu_max")(torch.tensor(0.1), torch.tensor(-math.inf)).item())


@pytest.mark.parametrize("size", [(4, 4), (5, 4), (4, 7), (5, 7)])
def test_2x2_pooling_by_relu_of_odd_sizes(size: tuple[int, int]) -> None:
    image = np.random.default_rng(3).uniform(-8, 8, size=size)
    wanted = slide(image, (2, 2), (2, 2), np.max)
    got = solution("relu_max_pool2d")(batch(image).float())[0, 0]
    assert np.allclose(got, wanted, atol=1e-5)
    assert got.shape == (size[0] // 2, size[1] // 2)


def test_windows_that_the_mean_cannot_tell() -> None:
    strong, weak = np.array([[8, 0], [0, 0]]), np.array([[2, 2], [2, 2]])
    assert strong.mean() == weak.mean()
    assert strong.max() != weak.max()
    assert solution("kind_choice") == "C"


def test_gradients_equal_finite_differences() -> None:
    generator = np.random.default_rng(4)
    X, upstream = generator.normal(size=(4, 6)), generator.normal(size=(2, 2))
    for mode, take in (("max", np.max), ("avg", np.mean)):
        got = solution("pool_gradient")(
            torch.from_numpy(X), torch.from_numpy(upstream), (2, 3), mode
        )
        for i, j in np.ndindex(4, 6):
            step = np.zeros((4, 6))
            step[i, j] = 1e-6
            up, down = (
                (upstream * slide(X + s, (2, 3), (2, 3), take)).sum() for s in (step, -step)
            )
            assert math.isclose((up - down) / 2e-6, got[i, j].item(), abs_tol=1e-5)
    X, upstream = np.array([[1.0, 5], [2, 4]]), np.array([[8.0]])
    for mode, wanted in (("max", [[0, 8], [0, 0]]), ("avg", [[2, 2], [2, 2]])):
        asked = (torch.from_numpy(X), torch.from_numpy(upstream), (2, 2), mode)
        assert solution("pool_gradient")(*asked).tolist() == wanted


def test_softmax_pooling_lies_between_mean_and_maximum() -> None:
    window = [0.0, 0.0, 0.0, math.log(3)]
    X = torch.tensor(window, dtype=torch.float64).reshape(1, 1, 2, 2)
    pool = solution("softmax_pool2d")
    assert math.isclose(pool(X, (2, 2), 1.0).item(), math.log(3) / 2)
    assert math.isclose(pool(X, (2, 2), 0.5).item(), math.log(3) * 9 / 12)
    assert math.isclose(pool(X, (2, 2), 1e-3).item(), max(window), rel_tol=1e-6)
    assert math.isclose(pool(X, (2, 2), 1e6).item(), sum(window) / 4, rel_tol=1e-5)
    falling = [pool(X, (2, 2), T).item() for T in (0.01, 0.1, 1, 10, 100)]
    assert falling == sorted(falling, reverse=True)
    assert math.isclose(pool(2 * X, (2, 2), 2.0).item(), 2 * pool(X, (2, 2), 1.0).item())


def test_twelve_shapes() -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2),
        nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(128, 10),
    )  # fmt: skip
    X = torch.zeros(8, 3, 32, 32)
    shapes = [tuple(X.shape)]
    for layer in net:
        X = layer(X)
        shapes.append(tuple(X.shape))
    assert shapes == solution("cifar_shapes")
    assert len(shapes) == 12
    config = [
        conv(3, 32, 3, padding=1), relu(), max_pool(2),
        conv(32, 64, 3, padding=1), relu(), max_pool(2),
        conv(64, 128, 3, padding=1), relu(), gap(), flatten(), linear(128, 10),
    ]  # fmt: skip
    assert solution("trace_shapes")(config, (8, 3, 32, 32)) == shapes


def test_vgg_numbers() -> None:
    from torchvision.models import vgg16

    with torch.device("meta"):
        vgg = vgg16()
    dense = sum(p.numel() for p in vgg.classifier.parameters())
    total = sum(p.numel() for p in vgg.parameters())
    head = sum(1 for _ in range(1000)) * (512 + 1)
    assert [dense, total, head] == solution("vgg_numbers") == [123_642_856, 138_357_544, 513_000]
    assert solution("head_params")((512, 7, 7), (4096, 4096, 1000)) == dense
    assert solution("head_params")((512, 1, 1), (1000,)) == head
    assert 0.88 < dense / total < 0.9


def test_a_network_with_gap_takes_larger_images() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10)
    )
    assert net(torch.zeros(1, 3, 22, 22)).shape == net(torch.zeros(1, 3, 32, 32)).shape == (1, 10)
    assert solution("gap_choice") == "D"


def object_in_zeros(seed: int) -> Tensor:
    X = torch.zeros(1, 1, 12, 24)
    X[0, 0, 4:8, 5:10] = torch.rand(4, 5, generator=torch.Generator().manual_seed(seed))
    return X


def moved(X: Tensor, pixels: int) -> Tensor:
    """The map moved to the right over zeros, column by column."""
    Y = torch.zeros_like(X)
    for column in range(pixels, X.shape[-1]):
        Y[..., column] = X[..., column - pixels]
    return Y


def gaps(name: str, weights: Tensor | int | None, pixels: int, seed: int) -> tuple[float, float]:
    X, f = object_in_zeros(seed), operation(name, weights, 2)
    Y, Y2 = f(X), f(moved(X, pixels))
    return (
        float((Y2 - moved(Y, pixels // 2)).abs().max()),
        float((Y2 - Y).abs().max()),
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["max", "avg", "conv, max", "dense"])
def test_what_is_equivariant_and_what_is_not(name: str, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    kernel = torch.randn(1, 1, 3, 3, generator=generator).abs()
    weights: Any = {"conv, max": kernel, "dense": seed}.get(name)
    for pixels in range(1, 9):
        equivariance, invariance = gaps(name, weights, pixels, seed)
        even = pixels % 2 == 0
        assert (equivariance < 1e-5) == (even and name != "dense")
        assert invariance > 0.01


def test_shift_gaps_of_the_text() -> None:
    row = torch.tensor([0.0, 0, 3, 1, 0, 0])
    X = row.expand(1, 1, 2, 6)

    def measured(pixels: int) -> list[float]:
        found: list[float] = solution("shift_gaps")(operation("max", None, 2), X, pixels, 2)
        return found

    assert measured(1) == [1, 1]
    assert measured(2) == [0, 3]


@pytest.mark.parametrize("seed", range(5))
def test_only_gap_without_stride_gives_invariant_logits(seed: int) -> None:
    torch.manual_seed(seed)
    first, pool, mean = nn.Conv2d(1, 4, 3, padding=1), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1)
    nets = {
        "A": nn.Sequential(first, nn.ReLU(), nn.Flatten(), nn.Linear(4 * 12 * 24, 3)),
        "B": nn.Sequential(first, nn.ReLU(), pool, nn.Flatten(), nn.Linear(4 * 6 * 12, 3)),
        "C": nn.Sequential(first, nn.ReLU(), pool, mean, nn.Flatten(), nn.Linear(4, 3)),
        "D": nn.Sequential(first, nn.ReLU(), mean, nn.Flatten(), nn.Linear(4, 3)),
    }
    X = object_in_zeros(seed)
    invariant = {
        letter
        for letter, net in nets.items()
        if all(torch.allclose(net(moved(X, p)), net(X), atol=1e-6) for p in range(1, 9))
    }
    assert invariant == {solution("invariant_choice")} == {"D"}


def test_max_pooling_at_stride_one_is_equivariant() -> None:
    pool, X = nn.MaxPool2d(3, 1, 1), object_in_zeros(0)
    for pixels in range(1, 9):
        assert torch.equal(pool(moved(X, pixels)), moved(pool(X), pixels))
