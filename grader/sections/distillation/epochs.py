"""Part D: an epoch of distillation."""

import copy
from typing import Any

import torch

from course_lib.checks.case import Case
from grader.marking.draw import Draw
from grader.marking.exercise import Exercise
from grader.sections.distillation.epochs_ways import (
    cleared,
    counted_first,
    frozen,
    full_batches,
    mean_of_means,
    no_length,
    put_back,
    setting_modes,
    taught_beforehand,
    total,
    tracked_mean,
    way,
    weighted,
)
from grader.sections.distillation.mixing_ways import mixed
from grader.sections.distillation.soft_ways import way as soft


def _cases(draw: Draw) -> list[Case]:
    def case(
        about: str, sizes: list[int], T: float, alpha: float, state: str = "train", **how: Any
    ) -> Case:
        args = (draw.integer(3, 5), draw.integer(1, 10**6), sizes, T, alpha, state)
        return Case(args=args, kwargs=how, about=about)

    warm, alpha = draw.integer(2, 4), draw.choice((0.3, 0.4, 0.6, 0.7))
    return [
        case("a smaller last batch, a teacher in train mode", [3, 2], warm, alpha),
        case("batches that are all full, a teacher in eval mode", [2, 2], warm, alpha, "eval"),
        case("a single batch, a temperature of one", [4], 1, alpha, "mixed"),
        case(
            "batches of one image, a teacher that is partly in eval mode",
            [1, 1],
            warm,
            alpha,
            "mixed",
        ),
        case("a frozen teacher, the labels alone", [2, 2], warm, 0, "frozen"),
        case("a teacher that learns in its head, no labels", [2, 3], warm + 0.5, 1, "head"),
        case("batches that come once", [3, 3, 2], warm, alpha, "eval", once=True),
        case("an optimiser with momentum", [3, 2], warm, alpha, momentum=0.9),
    ]


DISTIL_EPOCH = Exercise(
    id="distillation.distil_epoch",
    title="An epoch of distillation",
    points=4,
    minutes=19,
    covers=("E14.29",),
    needs=("distillation.soften", "distillation.soft_loss", "distillation.distillation_loss"),
    cases=_cases,
    reference=way(),
    through="ask_epoch",
    forbidden=("course_lib",),
    parts={
        "student": "The student does not see the batches as they come, each once.",
        "modes": "The student runs in train mode, and the teacher in eval mode: set both, before "
        "the loop.",
        "teacher": "The teacher is not as before: modes, settings of its layers, weights, "
        "statistics, requires_grad and gradients of its parameters, hooks; and the optimiser has "
        "none of them.",
        "steps": "There is one step of the optimiser that is given for each batch.",
        "weights": "A step is not the one on your distillation_loss, with T and alpha as given, of "
        "this batch alone.",
        "form": "Return one number that hangs on no step: add up loss.item().",
        "loss": "The steps are right, what is returned is not: the mean loss of an image, of the "
        "losses that the steps are made on.",
    },
    wrong={
        "teacher in its mode": (
            "You run the teacher in the mode that it comes in. In train mode dropout makes its "
            "logits random, and batch norm's statistics move: put it into eval mode.",
            way(teach=lambda teacher: teacher),
        ),
        "teacher in train mode": (
            "You run the teacher in train mode. Dropout makes its logits random, and batch norm's "
            "statistics move: put it into eval mode.",
            way(teach=lambda teacher: teacher.train()),
        ),
        "student in its mode": (
            "You run the student in the mode that it comes in, which was eval mode here. It learns "
            "in train mode: student.train().",
            way(mode=lambda student: None),
            way(mode=lambda student: student.eval()),
        ),
        "batches used up": (
            "You go through `batches` more than once. They may come once only: then the second "
            "time there are none. Count the images in the loop itself.",
            counted_first,
        ),
        "student runs again": (
            "The student runs more than once for each batch. Take the loss that the step is made "
            "on.",
            way(again=True),
        ),
        "left in eval mode": (
            "You leave the teacher in eval mode. Afterwards each module is in the mode it came in: "
            "keep them, or run a copy.",
            setting_modes(lambda teacher, modes: None),
        ),
        "left in train mode": (
            "You leave the teacher in train mode, whatever it came in. Keep the mode of each "
            "module, or run a copy.",
            setting_modes(lambda teacher, modes: teacher.train()),
        ),
        "one mode for all": (
            "You give all of the teacher's modules one mode afterwards. They may differ: keep "
            "module.training of each, or run a copy.",
            setting_modes(lambda teacher, modes: teacher.train(modes[0])),
        ),
        "teacher frozen": (
            "You set requires_grad of the teacher's parameters to False, and leave it so. "
            "torch.no_grad() needs no change of it.",
            frozen(thawed=False),
        ),
        "teacher thawed": (
            "All of the teacher's parameters require a gradient afterwards. Some did not before: "
            "torch.no_grad() needs no change of it.",
            frozen(thawed=True),
        ),
        "teacher's gradients thrown away": (
            "You clear the gradients that the teacher's parameters held. Clear the student's.",
            setting_modes(cleared),
        ),
        "teacher learns": (
            "Your loss leaves gradients in the teacher's parameters. Run it under "
            "torch.no_grad(), or detach its logits.",
            setting_modes(put_back, tracked=True, loss_of=mixed(soft(detached=False))),
        ),
        "no step": (
            "You make no step, or one after the loop. There is one for each batch, after "
            "backward().",
            way(steps="never"),
            way(steps="once"),
            way(steps="once", clear="once"),
        ),
        "another optimiser": (
            "The student changes without the optimiser that is given. Call optimizer.step(): it "
            "knows the rate, and may have momentum.",
            way(steps="hand"),
        ),
        "student copied": (
            "You train a copy. The optimiser has the parameters of the student itself, which "
            "learns nothing then.",
            way(learner=copy.deepcopy),
        ),
        "first batch only": (
            "Only the first batch is seen. Does `return` stand inside the loop? It belongs after "
            "it.",
            way(batches_of=lambda batches: list(batches)[:1]),
        ),
        "last batch left out": (
            "You leave the last batch out where it is smaller.",
            way(batches_of=full_batches),
        ),
        "gradients not cleared": (
            "Your steps follow the gradients of batches before, too. backward() adds to .grad: "
            "clear it for each batch, with optimizer.zero_grad().",
            way(clear="once"),
            way(clear="never"),
        ),
        "cleared after the step": (
            "Your first step follows gradients that the student held before. Clear them before "
            "backward().",
            way(clear="after"),
        ),
        "cleared before the step": (
            "You clear the gradients between backward() and the step, which has none to follow.",
            way(clear="late"),
        ),
        "alpha on the other term": (
            "Your alpha weighs the labels' loss. It weighs the soft one.",
            way(loss_of=mixed(weights=lambda a, T: (1 - a, a))),
        ),
        "labels alone": (
            "You learn from the labels alone, whatever alpha is.",
            way(loss_of=mixed(weights=lambda a, T: (0, 1))),
        ),
        "teacher alone": (
            "You learn from the teacher alone, whatever alpha is.",
            way(loss_of=mixed(weights=lambda a, T: (1, 0))),
        ),
        "T left out": (
            "You do not pass T on to the loss.",
            way(loss_of=lambda s, t, y, T, alpha: mixed()(s, t, y, 1, alpha)),
        ),
        "T and alpha exchanged": (
            "T and alpha have changed places in your call of distillation_loss.",
            way(loss_of=lambda s, t, y, T, alpha: mixed()(s, t, y, alpha, T)),
        ),
        "probabilities for logits": (
            "You give distillation_loss probabilities. It takes the logits of both networks, and "
            "softens them itself.",
            way(loss_of=lambda s, t, y, T, alpha: mixed()(s.softmax(1), t.softmax(1), y, T, alpha)),
            way(loss_of=lambda s, t, y, T, alpha: mixed()(s, t.softmax(1), y, T, alpha)),
        ),
        "loss times images": (
            "You multiply the loss by the number of images before the step. Only what you add up "
            "is multiplied.",
            way(loss_of=lambda s, t, y, T, alpha: len(y) * mixed()(s, t, y, T, alpha)),
        ),
        "graph kept": (
            "What you return still hangs on the steps, and holds them in memory: add up "
            "loss.item().",
            way(returned=tracked_mean),
        ),
        "means averaged": (
            "You average the batches' means. Images of a smaller batch count for more then: weigh "
            "each by its number of images.",
            way(returned=mean_of_means),
            way(returned=mean_of_means, batches_of=no_length),
        ),
        "divided by the last batch": (
            "You divide by the size of the last batch. Divide by the number of all images.",
            way(returned=lambda losses, sizes: total(losses, sizes) / sizes[-1]),
        ),
        "rounded": (
            "You round the result. Return it as it is.",
            way(returned=lambda losses, sizes: round(weighted(losses, sizes), 2)),
            way(returned=lambda losses, sizes: int(weighted(losses, sizes))),
        ),
        "no number": (
            "You return no single number: a list, a tensor with an axis, or nothing. Return the "
            "mean, a float.",
            way(returned=lambda losses, sizes: torch.tensor([weighted(losses, sizes)])),
        ),
        "sum": (
            "You return a sum of losses. Divide the sum over all images by their number.",
            way(returned=lambda losses, sizes: sum(x.item() for x in losses)),
            way(returned=lambda losses, sizes: weighted(losses, sizes) * sum(sizes)),
        ),
        "divided once more": (
            "You add the batches' means up and divide by the number of images. Multiply each by "
            "its number of images first.",
            way(returned=lambda losses, sizes: sum(x.item() for x in losses) / sum(sizes)),
        ),
        "last batch only": (
            "You return the loss of the last batch.",
            way(returned=lambda losses, sizes: losses[-1].item()),
        ),
    },
    right=(
        way(),
        setting_modes(put_back),
        setting_modes(put_back, tracked=True),
        taught_beforehand,
    ),
    hints=(
        "A copy may be changed as you like: copy.deepcopy(teacher).eval().",
        "For each batch: the teacher's logits under torch.no_grad(), the loss, zero_grad, "
        "backward, step.",
        "total += loss.item() * len(y); images += len(y); return total / images.",
    ),
)
