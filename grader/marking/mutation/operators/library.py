"""The operators of cosmic-ray, called on a text."""

from collections.abc import Iterator
from typing import Any

from cosmic_ray.ast import Visitor, ast_nodes, get_ast
from cosmic_ray.operators.provider import OperatorProvider

_BITS = ("RShift", "LShift", "BitOr", "BitAnd", "BitXor", "Invert")


def library_operators() -> dict[str, Any]:
    """Name -> operator of cosmic-ray, those that say something about a solution.

    Left out are operators on bits; those that need arguments; and `is` for a comparison, which
    Python answers as it answers `==` for the small numbers that solutions compare.
    """
    provider = OperatorProvider()
    return {name: provider[name]() for name in provider if _is_telling(name, provider[name])}


def _is_telling(name: str, operator: Any) -> bool:
    parts = name.split("_")
    to_identity = parts[0] == "ReplaceComparisonOperator" and (
        parts[2] in ("Is", "IsNot") and parts[1] not in ("Is", "IsNot")
    )
    return not (operator.arguments() or set(parts) & set(_BITS) or to_identity)


def mutated_by(operator: Any, source: str) -> Iterator[str]:
    """The text with the operator applied, once for each place and way."""
    nodes = ast_nodes(get_ast(source))
    places = sum(len(list(operator.mutation_positions(node))) for node in nodes)
    for place in range(places):
        yield _OnePlace(operator, place).walk(get_ast(source)).get_code()


class _OnePlace(Visitor):  # type: ignore[misc]
    """Applies an operator at one place; cosmic-ray's own visitor needs all that it depends on."""

    def __init__(self, operator: Any, place: int) -> None:
        self._operator = operator
        self._left = place

    def visit(self, node: Any) -> Any:
        ways = len(list(self._operator.mutation_positions(node)))
        way, self._left = self._left, self._left - ways
        return self._operator.mutate(node, way) if 0 <= way < ways else node
