"""The printed answers of section 01, each derived anew: by plain loops, NumPy or SciPy."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import scipy.ndimage
import scipy.signal
import torch
from torch import Tensor, nn

from grader.marking import solutions

Array = npt.NDArray[Any]


def slide(image: Array, kernel: Array) -> Array:
    """Valid cross-correlation by four loops."""
    (H, W), (h, w) = image.shape, kernel.shape
    output = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            for a in range(h):
                for b in range(w):
                    output[i, j] += image[i + a, j + b] * kernel[a, b]
    return output


def striped() -> Array:
    """The 6x8 image of ones with zeros in columns 2 to 5."""
    return np.array([[1, 1, 0, 0, 0, 0, 1, 1]] * 6, dtype=float)


def solution(name: str) -> Any:
    """The solution of an exercise; for values the answer itself."""
    return solutions.solution(f"convolution.{name}")


def test_corr2d_of_0_to_8_with_0_to_3() -> None:
    image, kernel = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)
    assert slide(image, kernel).tolist() == [[19, 25], [37, 43]]
    got = solution("corr2d")(torch.from_numpy(image), torch.from_numpy(kernel))
    assert got.tolist() == [[19, 25], [37, 43]]


def test_lesson_window_and_its_erratum() -> None:
    image = np.array(
        [[1, 2, 3, 0, 1], [0, 1, 2, 1, 0], [1, 0, 1, 2, 1], [2, 1, 0, 1, 2], [0, 2, 1, 0, 1]]
    )
    kernel = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    assert slide(image, kernel).tolist() == [[7, 6, 7], [4, 5, 6], [4, 4, 5]]
    assert scipy.signal.correlate2d(image, kernel, "valid").tolist() == solution("lesson_window")
    assert solution("lesson_window") != [[4, 3, 4], [2, 4, 3], [4, 3, 4]]


def test_lesson_numbers() -> None:
    inputs = sum(1 for _ in range(224) for _ in range(224) for _ in range(3))
    assert [inputs, inputs * 1000, len(range(3)) ** 3] == solution("lesson_numbers")
    assert solution("lesson_numbers") == [150_528, 150_528_000, 27]


def test_corr1d_of_1_2_3_with_1_minus_1() -> None:
    assert np.correlate([1, 2, 3], [1, -1], "valid").tolist() == [-1, -1]
    got = solution("corr1d")(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, -1.0]))
    assert got.tolist() == [-1, -1]


def test_border_shapes() -> None:
    sizes = [len(range(0, 32 + 2 * padding - 3 + 1)) for padding in (0, 1)]
    assert sizes == [30, 32]
    assert solution("border_shapes") == [(1, 64, size, size) for size in sizes]


@pytest.mark.parametrize(("n", "k"), [(6, 3), (7, 2), (5, 4), (4, 1)])
def test_coverage(n: int, k: int) -> None:
    counts = scipy.signal.convolve2d(np.ones((n - k + 1,) * 2), np.ones((k, k)))
    got = solution("coverage")(n, k)
    assert np.array_equal(got, counts)
    assert got[0, 0] == 1
    if n >= 2 * k - 1:
        assert got[n // 2, n // 2] == k * k


def test_edge_row_and_the_blind_kernel() -> None:
    kernel = np.array([[1, -1]])
    assert slide(striped(), kernel).tolist() == [solution("edge_row")] * 6
    assert solution("edge_row") == [0, 1, 0, 0, 0, -1, 0]
    assert not slide(striped().T, kernel).any()


def test_diagonal_image_transposed_is_the_same_but_not_the_kernel() -> None:
    image, kernel = np.diag([255.0] * 10), np.array([[1.0, -1.0]])
    assert np.array_equal(image, image.T)
    assert np.array_equal(slide(image, kernel), slide(image.T, kernel))
    assert slide(image, kernel).shape == (10, 9)
    assert slide(image, kernel.T).shape == (9, 10)
    assert np.array_equal(slide(image, kernel.T), slide(image, kernel).T)
    assert not np.array_equal(slide(image, kernel)[:9], slide(image, kernel.T)[:, :9])


def test_blur_and_sharpen_kernels_sum_to_one() -> None:
    for size in (2, 3, 5):
        assert math.isclose(float(solution("blur_kernel")(size).sum()), 1, abs_tol=1e-6)
    assert solution("sharpen_kernel")(1).tolist() == [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    for amount in (0.5, 1.0, 3.0):
        kernel = solution("sharpen_kernel")(amount).numpy()
        assert math.isclose(kernel.sum(), 1, abs_tol=1e-6)
        image = np.arange(30.0).reshape(5, 6) ** 2
        sharp = image - amount * scipy.ndimage.laplace(image)
        assert np.allclose(slide(image, kernel), sharp[1:-1, 1:-1], rtol=1e-5)


def test_derivative_kernels_have_n_plus_one_entries() -> None:
    assert solution("derivative_kernel")(1).tolist() == [-1, 1]
    assert solution("derivative_kernel")(2).tolist() == [1, -2, 1]
    signal = np.array([3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3])
    for order in range(1, 7):
        kernel = solution("derivative_kernel")(order).numpy()
        assert len(kernel) == order + 1
        assert np.allclose(np.correlate(signal, kernel, "valid"), np.diff(signal, order))
        # No smaller one: n conditions (blind to 1, t, ..., t^(n-1)) leave n entries only zero.
        powers = np.vander(np.arange(order), order)
        assert np.linalg.matrix_rank(powers) == order


def test_mixed_derivative_is_no_directional_kernel() -> None:
    rows, columns = np.mgrid[:3, :3]
    mixed = np.array([[1, 0, -1], [0, 0, 0], [-1, 0, 1]])
    assert (mixed * rows).sum() == (mixed * columns).sum() == 0
    directional = np.array([[-1, -1, 0], [-1, 0, 1], [0, 1, 1]])
    assert directional.sum() == 0
    assert (directional * (rows + columns)).sum() > 0
    assert (directional * (columns - rows)).sum() == 0


def test_gradient_through_the_loops_equals_finite_differences() -> None:
    generator = np.random.default_rng(0)
    image, kernel = generator.normal(size=(4, 6)), generator.normal(size=(2, 3))
    got = solution("kernel_gradient")(torch.from_numpy(image), torch.from_numpy(kernel))
    for a, b in np.ndindex(2, 3):
        step = np.zeros((2, 3))
        step[a, b] = 1e-5
        up, down = (0.5 * (slide(image, kernel + s) ** 2).sum() for s in (step, -step))
        assert math.isclose((up - down) / 2e-5, got[a, b].item(), rel_tol=1e-4, abs_tol=1e-4)


def losses_and_kernel(start: Tensor, steps: int) -> tuple[list[float], Array]:
    """Descent on the 6x8 image at lr 0.03, by hand: loss before each step, kernel at the end."""
    image, kernel = striped(), start.numpy().astype(float).ravel()
    left, right = image[:, :-1], image[:, 1:]
    losses = []
    for _ in range(steps):
        error = kernel[0] * left + kernel[1] * right - (left - right)
        losses.append(float((error**2).sum()))
        kernel = kernel - 0.03 * 2 * np.array([(error * left).sum(), (error * right).sum()])
    return losses, kernel


def starts(count: int) -> list[Tensor]:
    """What `nn.LazyConv2d(1, kernel_size=(1, 2), bias=False)` starts from: U(-1/√2, 1/√2)."""
    found = []
    for seed in range(count):
        torch.manual_seed(seed)
        layer = nn.LazyConv2d(1, kernel_size=(1, 2), bias=False)
        layer(torch.zeros(1, 1, 6, 8))
        found.append(layer.weight.detach().ravel())
    return found


def test_after_20_steps_every_start_is_within_0_15() -> None:
    corners = [torch.tensor([a, b]) for a in (-1.0, 0.0, 1.0) for b in (-1.0, 0.0, 1.0)]
    uniform = list(2 * torch.rand(1000, 2, generator=torch.Generator().manual_seed(0)) - 1)
    ends = [losses_and_kernel(start, 20)[1] for start in (*corners, *uniform, *starts(400))]
    assert max(np.abs(end - [1, -1]).max() for end in ends) < 0.15


def test_in_10_steps_the_loss_depends_on_the_start() -> None:
    tenth = [losses_and_kernel(start, 10)[0][-1] for start in starts(400)]
    assert 0.70 < sum(loss < 0.2 for loss in tenth) / 400 < 0.95


def test_learned_kernel_of_the_solution() -> None:
    image = torch.from_numpy(striped()).float()
    target = torch.from_numpy(slide(striped(), np.array([[1, -1]]))).float()
    for seed in range(5):
        torch.manual_seed(seed)
        kernel = solution("learn_kernel")(image, target, 20, 0.03)
        assert kernel.shape == (1, 2)
        assert np.abs(kernel.numpy() - [[1, -1]]).max() < 0.15


def test_shift_gap_vanishes_at_multiples_of_the_stride() -> None:
    image, kernel = torch.randn(6, 16, generator=torch.Generator().manual_seed(1)), torch.ones(2, 3)
    gap = solution("shift_gap")
    assert gap(image, kernel, 1, 1) == gap(image, kernel, 4, 2) == 0
    assert gap(image, kernel, 1, 2) > 0.1
    old, rolled = (slide(x.numpy(), kernel.numpy())[::2, ::2] for x in (image, image.roll(3, 1)))
    wanted = max(abs(rolled[:, j] - old[:, j - 1]).max() for j in range(2, old.shape[1]))
    assert math.isclose(gap(image, kernel, 3, 2), wanted, rel_tol=1e-5)


def test_pytorch_does_not_flip_and_scipy_does() -> None:
    generator = np.random.default_rng(2)
    image, kernel = generator.normal(size=(5, 7)), generator.normal(size=(2, 3))
    X, K = torch.from_numpy(image), torch.from_numpy(kernel)
    layer = nn.functional.conv2d(X[None, None], K[None, None])[0, 0]
    assert np.allclose(layer, slide(image, kernel))
    flipped = scipy.signal.convolve2d(image, kernel, "valid")
    assert not np.allclose(layer, flipped)
    assert np.allclose(solution("true_conv2d")(X, K), flipped, atol=1e-6)


def test_full_convolution_commutes_and_cross_correlation_does_not() -> None:
    generator = np.random.default_rng(3)
    A, B = generator.normal(size=(4, 5)), generator.normal(size=(2, 3))
    assert np.allclose(scipy.signal.convolve2d(A, B), scipy.signal.convolve2d(B, A))
    one, other = scipy.signal.correlate2d(A, B), scipy.signal.correlate2d(B, A)
    assert np.allclose(one, other[::-1, ::-1])
    got = solution("residuals")(torch.from_numpy(A), torch.from_numpy(B))
    assert got[0] < 1e-5
    assert math.isclose(got[1], np.abs(one - other).max(), rel_tol=1e-5)


def test_matrices_of_cross_correlation() -> None:
    generator = np.random.default_rng(4)
    image, kernel = generator.normal(size=(4, 4)), generator.normal(size=(2, 2))
    X, K = torch.from_numpy(image), torch.from_numpy(kernel)
    columns = solution("im2col")(X, (2, 2))
    assert columns.shape == (4, 9)
    assert np.allclose(kernel.ravel() @ columns.numpy(), slide(image, kernel).ravel())
    matrix = solution("toeplitz")(K.float(), 4, 4).numpy()
    assert matrix.shape == (9, 16)
    assert np.allclose(matrix @ image.ravel(), slide(image, kernel).ravel(), atol=1e-5)


def test_convolution_theorem() -> None:
    generator = np.random.default_rng(5)
    image, kernel = generator.normal(size=(5, 6)), generator.normal(size=(2, 3))
    X, K = torch.from_numpy(image), torch.from_numpy(kernel)
    circular = np.zeros((5, 6))
    for i, j in np.ndindex(5, 6):
        for a, b in np.ndindex(2, 3):
            circular[i, j] += kernel[a, b] * image[(i - a) % 5, (j - b) % 6]
    assert np.allclose(solution("circular_conv2d")(X, K), circular)
    assert np.allclose(solution("fft_corr2d")(X, K), slide(image, kernel))
