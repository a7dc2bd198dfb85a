"""The engine: averages, seeds, best weights, interrupts, checkpoints, what is shown."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.data import Part, load
from course_lib.training.augment import chain, cutout, flip, random_crop
from course_lib.training.evaluate import Average
from course_lib.training.fit import ADAM, accuracy, batches, evaluate, find_device, fit
from course_lib.training.history import Epoch, History
from course_lib.training.profile import choose, grading
from course_lib.training.schedule import constant, cosine, linear, one_cycle, steps

_CHOSEN = os.environ.get("COURSE_DATA_DIR") or Path(__file__).parents[3] / "shared" / "data"
REAL_FILES = Path(_CHOSEN)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # nets this small: two threads mostly wait for each other
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def digits() -> Any:
    return load("digits")


def net(seed: int = 0) -> nn.Module:
    """Small, with dropout and batch norm: chance and buffers have to be right, too."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, stride=2),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(288, 10),
    )


def lenet(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(
        *[nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()],
        *[nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)],
    )


def same(first: nn.Module, second: nn.Module) -> bool:
    a, b = first.state_dict(), second.state_dict()
    return all(torch.equal(a[name], b[name]) for name in a)


# ---- fit -----------------------------------------------------------------------------------------


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


def test_averages_weight_each_image_alike() -> None:
    average = Average()
    logits = torch.tensor([[0.0, 1.0]] * 3)
    average.add(torch.tensor(1.0), logits, torch.tensor([1, 1, 1]))
    average.add(torch.tensor(5.0), logits[:1], torch.tensor([0]))
    assert average.values() == (2.0, 0.75)


def test_evaluation_does_not_depend_on_the_batch_size(digits: Any) -> None:
    model = net().train()
    whole = evaluate(model, digits.validation, batch_size=144)
    parts = evaluate(model, digits.validation, batch_size=50)
    assert whole == pytest.approx(parts, abs=1e-5)
    logits = model.eval()(digits.validation.inputs()).detach()
    assert whole[0] == pytest.approx(float(F.cross_entropy(logits, digits.validation.labels)), 1e-5)


def test_evaluation_leaves_no_trace(digits: Any) -> None:
    for mode in (True, False):
        model = net().train(mode)
        weights = {name: value.clone() for name, value in model.state_dict().items()}
        random_numbers = torch.get_rng_state()
        accuracy(model, digits.validation, device="cpu")
        assert model.training == mode
        assert torch.equal(random_numbers, torch.get_rng_state())
        assert all(torch.equal(weights[name], v) for name, v in model.state_dict().items())
        assert all(p.grad is None for p in model.parameters())


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
    assert seen == [(False, False), (True, True), (True, True), (False, False)]


class Scripted(nn.Module):
    """Right on as many validation images as the script says, whatever it learns."""

    def __init__(self, right: list[int], validation: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.register_buffer("epoch", torch.tensor(-1))
        self.right, self.validation = right, validation

    def train(self, mode: bool = True) -> "Scripted":
        return super().train(mode)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.epoch += 1
            return torch.zeros(len(x), 2) + self.weight
        right = self.right[int(self.epoch)] if self.epoch >= 0 else 0
        logits = torch.zeros(len(x), 2)
        logits[:right, 0] = 1
        logits[right:, 1] = 1
        return logits + self.weight


def zeros(count: int) -> Part:
    """Images of class 0; the second class is there for `Scripted` to be wrong with."""
    return Part(torch.zeros(count, 1, 2, 2), torch.zeros(count, dtype=torch.int64))


def test_best_weights_are_kept() -> None:
    model = Scripted([3, 9, 5, 9], validation=10)
    history = fit(model, zeros(4), zeros(10), epochs=4, device="cpu")
    assert [row.validation_accuracy for row in history.rows] == [0.3, 0.9, 0.5, 0.9]
    assert history.best is history.rows[1], "the first of equals"
    assert int(model.epoch) == 1  # type: ignore[arg-type]


def test_without_validation_the_last_weights_are_kept() -> None:
    model = Scripted([0] * 3, validation=0)
    history = fit(model, zeros(4), epochs=3, device="cpu")
    assert int(model.epoch) == 2  # type: ignore[arg-type]
    assert history.best is history.rows[-1]
    assert history.rows[0].validation_loss is None
    assert fit(model, zeros(4), zeros(0), epochs=1, device="cpu").best is not None


def test_interrupt_keeps_the_best_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    model = Scripted([3, 9, 5, 0], validation=10)

    def stop(images: Tensor, _: torch.Generator) -> Tensor:
        if int(model.epoch) == 2:  # type: ignore[arg-type]
            os.kill(os.getpid(), signal.SIGINT)
        return images

    history = fit(model, zeros(4), zeros(10), epochs=9, augment=stop, device="cpu")
    assert history.interrupted
    assert len(history) == 3
    assert int(model.epoch) == 1  # type: ignore[arg-type]
    assert "Stopped after 3 of 9 epochs" in capsys.readouterr().out


def stop_at(model: nn.Module, batch: int, error: type[BaseException]) -> None:
    """Raises when the model is given its so many-th training batch."""
    count = 0

    def hook(module: nn.Module, _: Any) -> None:
        nonlocal count
        count += module.training
        if count == batch:
            raise error

    model.register_forward_pre_hook(hook)


def test_interrupt_in_the_first_epoch_keeps_what_was_learnt(digits: Any) -> None:
    model = net()
    stop_at(model, 5, KeyboardInterrupt)
    history = fit(model, digits.train, digits.validation, epochs=2, device="cpu")
    assert history.interrupted
    assert history.best is None
    assert not same(model, net())


def test_divergence_is_said(digits: Any, capsys: pytest.CaptureFixture[str]) -> None:
    model = lenet(0)
    sgd = torch.optim.SGD
    history = fit(
        model, digits.train, digits.validation, epochs=4, lr=1e6, optimiser=sgd, device="cpu"
    )
    assert history.diverged
    assert len(history) < 4
    assert "try a smaller lr" in capsys.readouterr().out
    assert all(p.isfinite().all() for p in model.parameters())


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


def test_learning_rate_follows_the_schedule() -> None:
    rates = []

    class Noting(torch.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            rates.append(self.param_groups[0]["lr"])
            return super().step(closure)

    fit(Scripted([0] * 9, 0), zeros(4), epochs=2, batch_size=2, lr=8.0, optimiser=Noting)
    assert rates == [8.0, 6.0, 4.0, 2.0]


def test_schedules() -> None:
    progress = [0.0, 0.25, 0.5, 0.75]
    assert [constant(p) for p in progress] == [1, 1, 1, 1]
    assert [linear(p) for p in progress] == [1, 0.75, 0.5, 0.25]
    assert cosine(0.5) == pytest.approx(0.5)
    assert [one_cycle(p, peak=0.5) for p in progress] == [0, 0.5, 1, 0.5]
    assert [steps([0.5, 0.75])(p) for p in progress] == pytest.approx([1, 1, 0.1, 0.01])


def test_nothing_trains_while_graded(digits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_PROFILE", "grade")
    model = net()
    history = fit(model, digits.train, digits.validation, epochs=1000)
    assert len(history) == 0
    assert history.best is None
    assert same(model, net())
    assert str(history) == "no epochs"


def test_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"smoke": 1, "laptop": 5, "gpu": 10}
    assert [choose(name, **settings) for name in ("smoke", "laptop", "gpu")] == [1, 5, 10]
    assert choose("grade", **settings) == 1
    with pytest.raises(ValueError, match="laptop"):
        choose("fast", **settings)
    assert not grading()
    monkeypatch.setenv("COURSE_PROFILE", "grade")
    assert choose("gpu", **settings) == 1
    assert grading()


# ---- batches and augmentation --------------------------------------------------------------------


def test_batches_go_once_through_the_part() -> None:
    images = torch.arange(103, dtype=torch.uint8).view(103, 1, 1, 1)
    part = Part(images, torch.arange(103), mean=(0.0,), std=(1 / 255,))
    torch.manual_seed(0)
    found = list(batches(part, 25))
    assert [len(y) for _, y in found] == [25, 25, 25, 25, 3]
    labels = torch.cat([y for _, y in found])
    assert sorted(labels.tolist()) == list(range(103))
    assert labels.tolist() != list(range(103))
    torch.testing.assert_close(torch.cat([x for x, _ in found]).flatten(), labels.float())
    again = torch.cat([y for _, y in batches(part, 25)])
    assert labels.tolist() != again.tolist(), "each epoch has an order of its own"


IMAGES = torch.randint(1, 256, (64, 3, 8, 8), dtype=torch.uint8)


@pytest.mark.parametrize("augment", [random_crop(2), flip(), cutout(3), chain(flip(), cutout(2))])
@pytest.mark.parametrize("images", [IMAGES, IMAGES / 255], ids=["uint8", "float32"])
def test_augmentations_keep_size_type_and_seed(augment: Any, images: Tensor) -> None:
    before = images.clone()
    first = augment(images, torch.Generator().manual_seed(1))
    assert first.shape == images.shape
    assert first.dtype == images.dtype
    assert torch.equal(images, before)
    assert torch.equal(first, augment(images, torch.Generator().manual_seed(1)))
    assert not torch.equal(first, augment(images, torch.Generator().manual_seed(2)))


def test_random_crop_shifts_by_any_amount() -> None:
    found = set()
    cropped = random_crop(1)(IMAGES, torch.Generator().manual_seed(0))
    for old, new in zip(IMAGES, cropped, strict=True):
        padded = F.pad(old, (1, 1, 1, 1))
        shifts = [(i, j) for i in range(3) for j in range(3)]
        match = [s for s in shifts if torch.equal(padded[:, s[0] : s[0] + 8, s[1] : s[1] + 8], new)]
        assert len(match) == 1
        found.add(match[0])
    assert len(found) == 9


def test_flip_mirrors_about_half() -> None:
    flipped = flip()(IMAGES, torch.Generator().manual_seed(0))
    mirrored = [torch.equal(new, old.flip(2)) for old, new in zip(IMAGES, flipped, strict=True)]
    kept = [torch.equal(new, old) for old, new in zip(IMAGES, flipped, strict=True)]
    assert all(a != b for a, b in zip(mirrored, kept, strict=True))
    assert 16 < sum(mirrored) < 48
    assert torch.equal(flip(1.0)(IMAGES, torch.Generator()), IMAGES.flip(3))


def test_cutout_fills_one_square() -> None:
    cut = cutout(3)(IMAGES, torch.Generator().manual_seed(0)) == 0
    assert torch.equal(cut[:, 0], cut[:, 2]), "all channels at the same place"
    rows, columns = cut[:, 0].any(2).sum(1), cut[:, 0].any(1).sum(1)
    assert torch.equal(rows * columns, cut[:, 0].sum((1, 2)))
    assert set(rows.tolist()) == {2, 3}, "at the border, a part of it is outside"


# ---- checkpoints ---------------------------------------------------------------------------------


class Cut(Exception):
    """The power goes off."""


@pytest.mark.parametrize("optimiser", [ADAM, partial(torch.optim.SGD, momentum=0.9)])
def test_resumed_run_is_the_uninterrupted_one(
    digits: Any, tmp_path: Path, optimiser: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    part = digits.train.take(300)
    settings: dict[str, Any] = {"epochs": 4, "lr": 0.01, "batch_size": 64, "device": "cpu"}
    settings |= {"optimiser": optimiser, "augment": random_crop(1)}
    whole, resumed = net(), net()
    expected = fit(whole, part, digits.validation, **settings)
    stop_at(resumed, 13, Cut)  # in the third epoch of five batches each
    with pytest.raises(Cut):
        fit(resumed, part, digits.validation, checkpoint=tmp_path / "run", **settings)
    capsys.readouterr()
    resumed = net(seed=5)  # a fresh process has other weights
    history = fit(resumed, part, digits.validation, checkpoint=tmp_path / "run", **settings)
    assert "Goes on after epoch 2 of 4" in capsys.readouterr().out
    assert same(whole, resumed)
    assert [row.loss for row in history.rows] == [row.loss for row in expected.rows]
    # The best weights are there to be submitted, and nothing else is left behind.
    from safetensors.torch import load_file

    best = net(seed=7)
    best.load_state_dict(load_file(tmp_path / "run" / "weights.safetensors"))
    assert same(best, resumed)
    assert len(list((tmp_path / "run").iterdir())) == 2


def test_checkpoint_of_another_run_is_refused(digits: Any, tmp_path: Path) -> None:
    part = digits.train.take(64)
    fit(net(), part, epochs=1, checkpoint=tmp_path, device="cpu")
    with pytest.raises(ValueError, match=r"another run: lr=0\.003, not 0\.1"):
        fit(net(), part, epochs=1, lr=0.1, checkpoint=tmp_path, device="cpu")
    with pytest.raises(ValueError, match="another model"):
        fit(lenet(0), part, epochs=1, checkpoint=tmp_path, device="cpu")
    history = fit(net(), part, epochs=1, checkpoint=tmp_path, device="cpu")
    assert len(history) == 1, "a finished run is only read"


def test_damaged_checkpoint_is_told_and_never_runs_code(digits: Any, tmp_path: Path) -> None:
    part = digits.train.take(64)
    fit(net(), part, epochs=1, checkpoint=tmp_path, device="cpu")
    state = tmp_path / "state.pt"
    whole = state.read_bytes()
    state.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="cannot be read"):
        fit(net(), part, epochs=1, checkpoint=tmp_path, device="cpu")

    class Bomb:
        def __reduce__(self) -> object:
            return os.mkdir, (str(tmp_path / "opened"),)

    torch.save(Bomb(), state)
    with pytest.raises(ValueError, match="cannot be read"):
        fit(net(), part, epochs=1, checkpoint=tmp_path, device="cpu")
    assert not (tmp_path / "opened").exists()


# ---- what is shown -------------------------------------------------------------------------------

ROWS = [Epoch(1, 0.5, 0.8, 0.4, 0.85, 1.25), Epoch(2, 0.25, 0.9, 0.3, 0.9, 1.0)]


def test_history_is_a_table_and_a_curve() -> None:
    history = History(3, list(ROWS))
    assert "90.00%" in str(history)
    html = history._repr_html_()
    assert html.count("<tr>") == 3
    assert "<td>0.2500</td>" in html
    assert "Best: epoch 2, 90.00%" in history.summary()
    figure = history.plot()
    losses, accuracies = figure.axes
    assert losses.get_xlabel() == accuracies.get_xlabel() == "epoch"
    assert [len(axes.lines) for axes in figure.axes] == [2, 2]
    assert "0.500 to 0.250" in history.alt()
    assert len(History(1, [Epoch(1, 0.5, 0.8, None, None, 1.0)]).plot().axes[0].lines) == 1


def test_notebook_shows_a_curve_that_is_replaced(digits: Any, monkeypatch: Any) -> None:
    from IPython import display

    shown: list[Any] = []

    class Handle:
        def __init__(self, bundle: Any) -> None:
            self.bundles = [bundle]

        def update(self, bundle: Any, raw: bool) -> None:
            self.bundles.append(bundle)

    def fake(bundle: Any, raw: bool, display_id: bool) -> Handle:
        shown.append(Handle(bundle))
        return shown[-1]

    monkeypatch.setattr(display, "display", fake)
    monkeypatch.setattr("IPython.display.display", fake)
    monkeypatch.setattr("course_lib.training.history._in_notebook", lambda: True)
    fit(net(), digits.train.take(64), digits.validation, epochs=2, device="cpu")
    assert len(shown) == 2
    last = [handle.bundles[-1] for handle in shown]
    curve, words = sorted(last, key=lambda bundle: "image/png" not in bundle)
    assert "alt=" in curve["text/html"]
    assert "2 of 2 epochs" in words["text/plain"]


def test_import_is_cheap() -> None:
    code = (
        "import sys; from course_lib.training.fit import fit; from course_lib.data import load;"
        "print([name for name in ('torchvision', 'sklearn', 'matplotlib', 'IPython', 'typer')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


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


@pytest.mark.skipif(
    not (REAL_FILES / "MNIST" / "raw").is_dir(), reason=f"MNIST/raw is not in {REAL_FILES}"
)
def test_lenet_learns_from_a_sixth_of_mnist() -> None:
    data = load("mnist", folder=REAL_FILES)
    model = lenet(seed=0)
    fit(model, data.train.take(9_000), epochs=1, device="cpu")
    assert accuracy(model, data.test.take(2_000), device="cpu") > 0.90
