"""Training: seeds, the first step by hand, modes, layers of all kinds; on a GPU; on MNIST."""

from typing import Any

import pytest
import torch
from real_files import REAL_FILES, needs
from small_nets import lenet, net, same
from torch import Tensor, nn

from course_lib.data import Part, load
from course_lib.training.augment import chain, cutout, random_crop
from course_lib.training.fit import accuracy, find_device, fit


def test_fit_learns_digits(digits: Any, capfd: pytest.CaptureFixture[str]) -> None:
    model = net()
    history = fit(model, digits.train, digits.validation, epochs=6, lr=5e-3, device="cpu")
    assert len(history) == 6
    assert history.rows[-1].loss < history.rows[0].loss
    assert accuracy(model, digits.test) > 0.93
    captured = capfd.readouterr()
    assert not captured.err, "progress never goes to stderr"
    assert len(captured.out.splitlines()) == 8, "a header, six epochs, and what came out"


def test_equal_seeds_give_equal_runs(digits: Any) -> None:
    part = digits.train.take(200)
    runs = []
    for seed in (1, 1, 2):
        model = net()
        torch.manual_seed(99 + len(runs))  # what was drawn before must not matter
        before = torch.get_rng_state()
        fit(model, part, epochs=2, seed=seed, augment=random_crop(2), device="cpu")
        assert torch.equal(before, torch.get_rng_state()), "seeds inside change nothing outside"
        runs.append(model)
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


def test_first_step_by_hand() -> None:
    # One image, one weight per class, plain gradient descent: softmax - one-hot, times x.
    part = Part(torch.full((1, 1, 1, 1), 2.0), torch.tensor([1]))
    model = nn.Sequential(nn.Flatten(), nn.Linear(1, 2, bias=False))
    nn.init.zeros_(model[1].weight)
    history = fit(model, part, epochs=1, lr=0.5, optimiser=torch.optim.SGD, device="cpu")
    torch.testing.assert_close(model[1].weight, torch.tensor([[-0.5], [0.5]]))
    assert history.rows[0].loss == pytest.approx(0.693147, abs=1e-6)


def test_model_is_in_train_mode_while_it_trains_and_in_eval_mode_else(digits: Any) -> None:
    seen = []

    class Watched(nn.Flatten):
        def forward(self, x: Tensor) -> Tensor:
            seen.append((self.training, torch.is_grad_enabled()))
            return super().forward(x)

    model = nn.Sequential(Watched(), nn.Linear(784, 10))
    fit(
        model,
        digits.train.take(128),
        digits.validation.take(100),
        epochs=1,
        batch_size=64,
        device="cpu",
    )
    # A look and a trial beforehand, two batches, the validation part.
    assert seen == [(False, False)] + [(True, True)] * 3 + [(False, False)]


def test_wrong_models_are_told() -> None:
    for model in (nn.Flatten(0), nn.Sequential(nn.Flatten(), nn.Linear(4, 1)), nn.Identity()):
        part = Part(torch.zeros(4, 1, 2, 2), torch.tensor([0, 1, 2, 1]))
        with pytest.raises(ValueError, match="at least 3 classes"):
            fit(model, part, epochs=1, device="cpu")


def test_lazy_layers_and_frozen_weights(digits: Any) -> None:
    model = nn.Sequential(nn.Flatten(), nn.LazyLinear(20), nn.ReLU(), nn.LazyLinear(10))
    fit(model, digits.train.take(100), epochs=1, device="cpu")
    for p in model[1].parameters():
        p.requires_grad_(False)
    frozen, free = model[1].weight.clone(), model[3].weight.clone()
    fit(model, digits.train.take(100), epochs=1, device="cpu")
    assert torch.equal(model[1].weight, frozen)
    assert not torch.equal(model[3].weight, free)


def test_devices() -> None:
    assert find_device("cpu") == torch.device("cpu")
    assert find_device().type in ("cpu", "cuda", "mps")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_trains_and_gives_the_model_back(digits: Any) -> None:
    model = net()
    augment = chain(random_crop(2), cutout(4))
    fit(model, digits.train, digits.validation, epochs=5, lr=5e-3, augment=augment, device="cuda")
    assert next(model.parameters()).device.type == "cpu"
    assert abs(accuracy(model, digits.test, "cuda") - accuracy(model, digits.test, "cpu")) < 0.01


@needs("MNIST/raw")
def test_lenet_learns_from_a_sixth_of_mnist() -> None:
    data = load("mnist", folder=REAL_FILES)
    model = lenet(seed=0)
    fit(model, data.train.take(9_000), epochs=1, device="cpu")
    assert accuracy(model, data.test.take(2_000), device="cpu") > 0.90
