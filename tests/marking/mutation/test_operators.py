"""The operators: each does what its examples say."""

import ast
from typing import Any

import pytest

from grader.marking.mutation.mutants import FIELD_OPERATORS, mutants_of
from grader.marking.mutation.operators.code import Code, FieldOperator
from grader.marking.mutation.operators.library import library_operators, mutated_by


@pytest.mark.parametrize("operator", FIELD_OPERATORS, ids=lambda operator: operator.name)
def test_field_operators_make_their_examples(operator: FieldOperator) -> None:
    assert any(example.after for example in operator.examples)
    for example in operator.examples:
        assert tuple(operator.mutated(Code(example.before))) == example.after


@pytest.mark.parametrize("name", library_operators())
def test_library_operators_make_their_examples(name: str) -> None:
    operator: Any = library_operators()[name]
    for example in operator.examples():
        made = list(mutated_by(operator, example.pre_mutation_code))
        if example.pre_mutation_code == example.post_mutation_code:
            continue
        assert made[example.occurrence].split() == example.post_mutation_code.split()


def test_the_library_has_what_is_expected_of_it_and_no_more() -> None:
    found = set(library_operators())
    assert {"NumberReplacer", "ReplaceBinaryOperator_Add_Sub", "ZeroIterationForLoop"} <= found
    assert not [name for name in found if "Bit" in name or "Shift" in name or "Invert" in name]
    assert not {"VariableReplacer", "VariableInserter"} & found
    assert "ReplaceComparisonOperator_Eq_Is" not in found


def test_places_are_found_behind_letters_of_several_bytes() -> None:
    code = Code('x = "ä→ö"; y = n // 2')
    (division,) = code.nodes(ast.BinOp)
    assert code.text(division) == "n // 2"
    assert code.replaced((division, "0")) == 'x = "ä→ö"; y = 0'


def test_text_in_f_strings_is_left_alone() -> None:
    source = 'def f(a, b):\n    return f"{a // b} and {a[1:2]}"'
    assert not list(Code(source).nodes(ast.BinOp)) and not list(Code(source).nodes(ast.Slice))


CORR1D = '''
def corr1d(x, w):
    """Correlates, in loops."""
    n = len(x) - len(w) + 1
    y = torch.zeros(n)
    for i in range(n):
        y[i] = (x[i : i + len(w)] * w).sum()
    return y
'''


def test_mutants_are_python_and_differ() -> None:
    mutants = mutants_of(CORR1D)
    dumps = [ast.dump(ast.parse(mutant.source)) for mutant in mutants]
    assert len(set(dumps)) == len(dumps) > 40
    assert ast.dump(ast.parse(CORR1D)) not in dumps
    assert len({mutant.description for mutant in mutants}) == len(mutants)


def test_a_mutant_says_what_was_done_and_where() -> None:
    found = {mutant.description: mutant for mutant in mutants_of(CORR1D)}
    mutant = found["for i in range(n): → for i in range(n - 1):"]
    assert (mutant.operator, mutant.line) == ("bounds of range", 6)
    assert "range(n - 1)" in mutant.source
    assert "y = torch.zeros(n) → y = torch.ones(n)" in found


def test_equal_lines_are_told_apart_by_their_number() -> None:
    described = [m.description for m in mutants_of("def f(a):\n    a = a + 1\n    a = a + 1\n")]
    assert "a = a + 1 → a = a - 1 (line 2)" in described
    assert "a = a + 1 → a = a - 1 (line 3)" in described


def test_what_is_no_python_is_refused() -> None:
    with pytest.raises(SyntaxError):
        mutants_of("def f(:")
