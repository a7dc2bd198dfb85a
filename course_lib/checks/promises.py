"""What a text promises of every answer beside its numbers: one line and one share of credit each.

- "unchanged": the arguments are as they were;
- "tensor": a tensor is returned, no list;
- "gradient": gradients flow through, to every tensor argument;
- "detached": no gradient hangs on the answer;
- "vectorised": the second case, which differs from the first in the size of the image only, takes
  no more torch operations;
- "random": the answers may differ when called twice, which is otherwise promised of all functions.

Of modules: parameters that are parameters, require gradients, begin at random and are reached.
"""

from collections.abc import Sequence

from torch import Tensor

from course_lib.checks.answer import Answer
from course_lib.checks.compare import difference
from course_lib.checks.errors import explained
from course_lib.checks.exercise import Public
from course_lib.checks.finding import Finding
from course_lib.checks.modules import INPUT
from course_lib.checks.operations import in_words, loops
from course_lib.checks.watch import STAND_IN

KNOWN = ("unchanged", "tensor", "gradient", "detached", "vectorised", "random")

WAY, LOOP = "way", "loop"
"""Names of the findings that something was done in another way than the one asked for."""

_GRADIENT_TOLERANCE = 1e-3

Kept = list[tuple[str, Finding | None]]


def kept(
    exercise: Public,
    answers: Sequence[Answer],
    right: Sequence[Answer | None],
    wrong_in: Sequence[bool],
    hidden: bool,
) -> Kept:
    """About -> what is wrong with it, for each promise that can be judged by these answers.

    Args:
        wrong_in: by case, whether its answer is wrong: then its gradient is another one, too.
    """
    sound = [answer for answer in answers if not (answer.error or answer.missing)]
    found: Kept = []
    if "unchanged" in exercise.promises:
        changed = next((answer.changed for answer in sound if answer.changed), "")
        names = "an argument" if hidden else changed
        says = f"You changed {names} in place: leave it as it is, and work on something new."
        wrong = Finding(says, "changed inputs", first=True) if changed else None
        found.append(("the inputs stay as they are", wrong))
    if exercise.asks == "function" and "random" not in exercise.promises:
        says = "Your function answers otherwise when it is called again with the same inputs."
        if any(not answer.again for answer in sound):
            found.append(("the same when called twice", Finding(says, "not the same again", True)))
    if "gradient" in exercise.promises:
        found.append(("gradients flow through", _lost(answers, right, wrong_in, hidden)))
    if "detached" in exercise.promises:
        says = "Your answer still hangs on the steps that led to it: return it with .detach()."
        tracked = any(answer.tracked for answer in sound)
        found.append(("the answer is detached", Finding(says, "not detached") if tracked else None))
    if exercise.required:
        # A stand-in goes the way itself, unwatched.
        lent = tuple(f"{STAND_IN}{need}" for need in exercise.needs)
        ran = all(
            any(n.startswith((*exercise.required, *lent)) for n in a.operations) for a in sound
        )
        way = " or ".join(in_words(exercise.required))
        says = f"The result is right, but {way} was not used; this exercise asks for it."
        says = exercise.says.get(WAY, says)
        found.append(("the way asked for", None if ran else Finding(says, WAY)))
    if "vectorised" in exercise.promises and not any(answer.error for answer in answers[:2]):
        says = loops(*(sum(answer.operations.values()) for answer in answers[:2]))
        found.append(("no loop over windows", Finding(says, LOOP) if says else None))
    if exercise.asks == "module":
        found.append(("parameters that learn", _learning(answers, right, wrong_in)))
    return found


def _lost(
    answers: Sequence[Answer],
    right: Sequence[Answer | None],
    wrong_in: Sequence[bool],
    hidden: bool,
) -> Finding | None:
    says = (
        "Your output has lost its gradient, or that of one argument: .item(), .data, .detach(), "
        "NumPy or torch.tensor cut it. Stay with operations on tensors."
    )
    for answer, wanted, other in zip(answers, right, wrong_in, strict=True):
        if answer.error or answer.missing or wanted is None or wanted.gradients is None:
            continue
        if isinstance(answer.gradients, str):
            why = explained(answer.gradients, hidden=hidden)
            why = f"Gradients cannot flow back through your function: {why}"
            return Finding(why, "lost gradient")
        pairs = zip(wanted.gradients, answer.gradients or [None] * 99, strict=False)
        for expected, came in pairs:
            if expected is None:
                continue
            if not isinstance(came, Tensor):
                return Finding(says, "lost gradient")
            if not other and difference(expected, came, _GRADIENT_TOLERANCE):
                return Finding(says, "lost gradient")
    return None


def _learning(
    answers: Sequence[Answer], right: Sequence[Answer | None], wrong_in: Sequence[bool]
) -> Finding | None:
    for answer, wanted, other in zip(answers, right, wrong_in, strict=True):
        if answer.error or wanted is None or not isinstance(answer.value, dict):
            continue
        lacking = [name for name in wanted.value["learned"] if name not in answer.value["learned"]]
        if lacking:
            says = (
                f"{', '.join(lacking)} cannot be learned: make it an nn.Parameter that requires a "
                "gradient."
            )
            return Finding(says, "not learned")
        dull = [
            n
            for n in answer.value["alike"]
            if n in wanted.value["state"] and n not in wanted.value["alike"]
        ]
        if dull:
            says = f"All entries of {', '.join(dull)} begin alike: let them begin at random."
            return Finding(says, "all alike")
        if wanted.gradients is None or not isinstance(answer.gradients, dict):
            continue
        cut = [n for n, size in wanted.gradients.items() if size and not answer.gradients.get(n)]
        if cut:
            says = f"No gradient reaches {', '.join(cut)}: something in forward cuts it off."
            return Finding(says, "lost gradient")
        size, came = wanted.gradients.get(INPUT), answer.gradients.get(INPUT, 0.0)
        if size and not other and abs(came - size) > _GRADIENT_TOLERANCE * size:
            says = (
                "The output is right, the gradient that reaches the input is not: something in "
                "forward cuts off a part of it, as detach(), .data or torch.no_grad() do."
            )
            return Finding(says, "lost gradient")
    return None
