"""All mutants of a solution."""

import ast
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.marking.mutation.operators import arithmetic, calls, names, tensors
from grader.marking.mutation.operators.code import Code, FieldOperator
from grader.marking.mutation.operators.library import library_operators, mutated_by

FIELD_OPERATORS: tuple[FieldOperator, ...] = (
    arithmetic.RoundedDivision(),
    arithmetic.OtherRounding(),
    arithmetic.OperandsSwapped(),
    arithmetic.RangeBounds(),
    arithmetic.OtherDefault(),
    arithmetic.ParameterIgnored(),
    arithmetic.AdjacentSwapped(),
    arithmetic.ElementTwice(),
    tensors.HeightForWidth(),
    tensors.SliceEnds(),
    tensors.OtherDim(),
    tensors.KernelSettings(),
    tensors.NotMinusInfinity(),
    tensors.OtherReduction(),
    calls.StepDropped(),
    calls.GradientKept(),
    calls.OtherMode(),
    calls.StatementDropped(),
    names.NameForAnother(),
    names.AttributeForAnother(),
)


@dataclass(frozen=True)
class Mutant:
    """A solution with one small mistake.

    Attributes:
        source: the whole text, mistaken.
        operator: name of what was done.
        line: where in the text, counted from 1.
        description: what stood there and what stands there now, in one line; unique among the
            mutants of a text, and the same after a change elsewhere in it, unless two lines are
            equal.
    """

    source: str
    operator: str
    line: int
    description: str


def mutants_of(source: str) -> list[Mutant]:
    """The mutants of a text that are Python, differ from it and from each other.

    Raises:
        SyntaxError: the text is no Python.
    """
    seen = {ast.dump(ast.parse(source))}
    found = []
    for operator, text in _mutated(source):
        tree = _compiled(text)
        if tree is not None and (dump := ast.dump(tree)) not in seen:
            seen.add(dump)
            line, description = _difference(source, text)
            found.append(Mutant(text, operator, line, description))
    return _told_apart(found)


def _mutated(source: str) -> Iterator[tuple[str, str]]:
    code = Code(source)
    for operator in FIELD_OPERATORS:
        for text in operator.mutated(code):
            yield operator.name, text
    for name, library_operator in library_operators().items():
        for text in mutated_by(library_operator, source):
            yield name, text


def _compiled(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            compile(text, "<mutant>", "exec")
            return ast.parse(text)
        except (SyntaxError, ValueError):
            return None


def _difference(source: str, text: str) -> tuple[int, str]:
    """The line of the first difference, and `what stood there → what stands there now`."""
    before, after = source.splitlines(), text.splitlines()
    shorter = min(len(before), len(after))
    pairs = enumerate(zip(before, after, strict=False))
    first = next((i for i, (one, other) in pairs if one != other), shorter)
    last = -1
    while last >= first - shorter and before[last] == after[last]:
        last -= 1
    stood = " ".join(line.strip() for line in before[first : len(before) + last + 1])
    stands = " ".join(line.strip() for line in after[first : len(after) + last + 1])
    return first + 1, f"{stood} → {stands or 'nothing'}"


def _told_apart(mutants: list[Mutant]) -> list[Mutant]:
    """Says the line where two mutants would read alike, since equal lines can stand twice."""
    times = Counter(mutant.description for mutant in mutants)
    return [
        replace(mutant, description=f"{mutant.description} (line {mutant.line})")
        if times[mutant.description] > 1
        else mutant
        for mutant in mutants
    ]
