"""The training engine: the loop over batches that every section uses.

history = fit(model, data.train, data.validation, epochs=5)
accuracy(model, data.test)

Images are in memory. A batch is a piece of a random order of their indices, picked, augmented and
normalised on the device. Nothing in a step waits for the device: what is printed is read once an
epoch.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam, Optimizer

from course_lib.checks.notebook import cell_number
from course_lib.data.parts import Part
from course_lib.training.augment import Augment
from course_lib.training.checkpoint import Checkpoint
from course_lib.training.device import find_device, lent
from course_lib.training.evaluate import Average, Loss, accuracy, batches, evaluate
from course_lib.training.fast import fast
from course_lib.training.history import Epoch, History, Live
from course_lib.training.profile import grading
from course_lib.training.schedule import Schedule, linear

__all__ = ["accuracy", "batches", "evaluate", "find_device", "fit"]

ADAM = partial(Adam, fused=True)
"""Adam (Kingma and Ba, 2015). Fused, a step is one operation: small nets take many short steps."""


_stopped_in: int | None = None
"""The cell in which a training was stopped last."""


class Stopped(KeyboardInterrupt):
    """A further training in a cell that was stopped: the cell ends here."""

    def _render_traceback_(self) -> list[str]:  # what IPython shows
        return ["Stopped. What was trained before in this cell is kept."]


def fit(
    model: nn.Module,
    train: Part,
    validation: Part | None = None,
    *,
    epochs: int,
    lr: float = 3e-3,
    batch_size: int = 128,
    optimiser: Callable[..., Optimizer] = ADAM,
    schedule: Schedule = linear,
    loss: Loss = F.cross_entropy,
    augment: Augment | None = None,
    device: str | torch.device = "auto",
    precision: str = "auto",
    compile: bool = False,
    seed: int = 0,
    checkpoint: str | Path | None = None,
) -> History:
    """Trains a model; at the end it holds the weights of its best epoch.

    An interrupt (the stop button) ends the training cleanly: the best weights so far are kept. A
    further training in the same cell of a notebook is not begun.
    Equal seeds give equal runs on one machine; the model's first weights are not drawn here. While
    a notebook is graded, nothing trains, and the history is empty.

    Args:
        model: maps (N, C, H, W), float32, to logits (N, classes): no softmax at its end. It is
            moved to the device, and back in the end.
        validation: decides which epoch is the best; without it, the last one is.
        optimiser: called with the parameters that train, and lr=...;
            partial(torch.optim.SGD, momentum=0.9), for instance.
        schedule: the factor of lr at each step; see course_lib.training.schedule.
        precision: "bfloat16", "float32", or "auto", the faster of them; see
            course_lib.training.fast. Weights and loss are float32 always.
        compile: whether torch.compile makes the model faster first. That takes up to some minutes,
            and needs a C++ compiler.
        checkpoint: a folder. The state is saved there after each epoch, and a run that was cut
            off goes on from there with the same result; the best weights are weights.safetensors.

    Raises:
        ValueError: the model's outputs are not logits of these labels' classes; the checkpoint
            is of another run.
        Stopped: the cell was stopped in a training before this one.
    """
    global _stopped_in
    if (number := cell_number()) is not None and number == _stopped_in:
        raise Stopped
    history = History(epochs)
    if grading():
        print("Nothing is trained while a notebook is graded.")
        return history
    settings = {"lr": lr, "batch_size": batch_size, "seed": seed, "images": len(train)}
    saved = Checkpoint(Path(checkpoint), settings) if checkpoint else None
    with lent(model, device) as there, Live(history) as live, _own_random_numbers(there):
        train, validation = train.to(there), validation.to(there) if validation else None
        _look(model, train)
        with fast(model, train[:2].inputs(), precision) as autocast:
            run = torch.compile(model) if compile else model
            stepper = optimiser([p for p in model.parameters() if p.requires_grad], lr=lr)
            best = saved.resume(model, stepper, history) if saved else None
            best = best or _weights(model)

            def before_batch(done: float) -> None:
                """With the share of the epoch, in [0, 1), that is done."""
                _set_rate(stepper, schedule((len(history) + done) / epochs))
                live.batch(done)

            try:
                while len(history) < epochs and not history.diverged:
                    number, start = len(history) + 1, perf_counter()
                    # The epoch's own seed, not one long stream: a resumed run draws the same.
                    torch.manual_seed(seed * 100_003 + number)
                    model.train()
                    drawn = batches(train, batch_size, augment=augment)
                    seen = _epoch(run, drawn, len(train), loss, stepper, autocast, before_batch)
                    held_out: tuple[float | None, float | None] = (None, None)
                    if validation:
                        with autocast:
                            held_out = evaluate(model, validation, loss)
                    row = Epoch(number, *seen, *held_out, perf_counter() - start)
                    history.rows.append(row)
                    if history.best is row:
                        best = _weights(model)
                    if saved and not history.diverged:
                        saved.save(model, stepper, history, best)
                    live.epoch()
            except KeyboardInterrupt:
                history.interrupted = True
                _stopped_in = cell_number()
            if history.rows:  # stopped within the first epoch: what it has learnt so far is kept
                model.load_state_dict(best)
    return history


def _epoch(
    model: Callable[[Tensor], Tensor],
    batches: Iterable[tuple[Tensor, Tensor]],
    images: int,
    loss: Loss,
    optimiser: Optimizer,
    autocast: torch.autocast,
    before_batch: Callable[[float], None],
) -> tuple[float, float]:
    """Once through the images: mean loss, and accuracy in [0, 1]."""
    average = Average()
    for x, y in batches:
        before_batch(average.images / images)  # sets the learning rate
        optimiser.zero_grad()
        with autocast:  # convolutions and dense layers in bfloat16, where that is faster
            logits = model(x)
        mean_loss = loss(logits.float(), y)
        mean_loss.backward()
        optimiser.step()
        average.add(mean_loss, logits, y)
    return average.values()


def _set_rate(optimiser: Optimizer, factor: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = group.setdefault("full_lr", group["lr"]) * factor


@contextlib.contextmanager
def _own_random_numbers(device: torch.device) -> Iterator[None]:
    """Seeds inside change nothing outside."""
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        yield


def _weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def _look(model: nn.Module, train: Part) -> None:
    """One image through the model: lazy layers take their shape, and a wrong output is told."""
    mode = model.training
    with torch.no_grad():
        logits = model.eval()(train[:1].inputs())
    model.train(mode)
    classes = int(train.labels.max()) + 1
    if logits.dim() != 2 or len(logits) != 1 or logits.shape[1] < classes:
        raise ValueError(
            f"For one image the model gives a tensor of shape {tuple(logits.shape)}; expected are "
            f"logits of shape (1, classes), with at least {classes} classes, as in the labels."
        )
