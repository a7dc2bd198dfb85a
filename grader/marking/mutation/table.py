"""What came of the mutants, for each exercise in a row, and then what needs a person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from grader.marking.mutation.equivalents import Reasons, as_entry
from grader.marking.mutation.judging import Outcome, Result, Target


@dataclass(frozen=True)
class Row:
    """A result beside the equivalents that are listed for it."""

    result: Result
    listed: Reasons

    @property
    def caught(self) -> list[Outcome]:
        """Not given full marks on any seed."""
        return [one for one in self.result.outcomes if one.is_caught]

    @property
    def by_chance(self) -> list[Outcome]:
        """Given full marks on some seeds only."""
        return [one for one in self.result.outcomes if not (one.is_caught or one.is_survivor)]

    @property
    def equivalents(self) -> list[Outcome]:
        """Given full marks on every seed, and listed with the reason."""
        return [one for one in self._survivors if one.mutant.description in self.listed]

    @property
    def survivors(self) -> list[Outcome]:
        """Given full marks on every seed, and not listed."""
        return [one for one in self._survivors if one.mutant.description not in self.listed]

    @property
    def ended(self) -> list[Outcome]:
        """Caught because they ended early: by a limit, or by a crash."""
        return [one for one in self.result.outcomes if one.ended]

    @property
    def not_reached(self) -> int:
        """How many there was no time for."""
        return 0 if self.result.problem else len(self.result.mutants) - len(self.result.outcomes)

    @property
    def refuted(self) -> list[str]:
        """Listed as equivalent, and yet caught."""
        caught = [one.mutant.description for one in self.result.outcomes if one.caught]
        return [description for description in caught if description in self.listed]

    @property
    def stale(self) -> list[str]:
        """Listed as equivalent, and no mutant."""
        known = {mutant.description for mutant in self.result.mutants}
        return [description for description in self.listed if description not in known]

    @property
    def is_clean(self) -> bool:
        """Nothing of what was reached needs a person."""
        found = (self.by_chance, self.survivors, self.refuted, self.stale, self.result.problem)
        return not any(found)

    @property
    def _survivors(self) -> list[Outcome]:
        return [one for one in self.result.outcomes if one.is_survivor]


def show(rows: Sequence[Row], console: Console) -> None:
    """Prints the table, then what is to be done."""
    if not rows:
        console.print("No exercise with mutants has changed.")
        return
    columns = ("mutants", "caught", "by chance", "equivalent", "survivors", "seconds")
    table = Table(title="mutants by machine")
    table.add_column("exercise", overflow="fold")
    for column in columns:
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(row.result.target, *_cells(row))
    table.add_section()
    sums = [sum(len(part) for part in column) for column in zip(*map(_parts, rows), strict=True)]
    seconds = sum(row.result.seconds for row in rows)
    table.add_row("all", *map(str, sums), f"{seconds:.0f}")
    console.print(table)
    for row in rows:
        _show_faults(row, console)
    ended = sum(len(row.ended) for row in rows)
    if ended:
        console.print(f"{ended} of the caught did not run to their end: they hung, grew or raised.")
    short = {row.result.target: row.not_reached for row in rows if row.not_reached}
    if short:
        listed = ", ".join(f"{name} ({count})" for name, count in short.items())
        console.print(f"NOT REACHED in the time given: {listed}", markup=False)


def _parts(row: Row) -> tuple[Sequence[object], ...]:
    return row.result.mutants, row.caught, row.by_chance, row.equivalents, row.survivors


def _cells(row: Row) -> list[str]:
    if row.result.problem:
        return [str(len(row.result.mutants)), *["-"] * 4, f"{row.result.seconds:.1f}"]
    return [*(str(len(part)) for part in _parts(row)), f"{row.result.seconds:.1f}"]


def _show_faults(row: Row, console: Console) -> None:
    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    if row.is_clean:
        return
    say(f"\n{row.result.target}")
    if row.result.problem:
        say(f"  {row.result.problem}")
    for one in row.survivors:
        say(f"  full marks: {as_entry(one.mutant.description)}  # {one.mutant.operator}")
    for one in row.by_chance:
        missed = ", ".join(str(seed) for seed in one.judged if seed not in one.caught)
        text = f"{one.mutant.description}  # {one.mutant.operator}"
        say(f"  full marks with seed {missed} only: {text}")
    for description in row.refuted:
        say(f"  listed as equivalent, but caught: {description}")
    for description in row.stale:
        say(f"  listed as equivalent, but no mutant any more: {description}")


def as_lines(row: Row) -> Iterator[dict[str, object]]:
    """Each outcome as plain JSON, with what was said on each seed."""
    for one in row.result.outcomes:
        yield {
            "exercise": row.result.target,
            "mutant": one.mutant.description,
            "operator": one.mutant.operator,
            "line": one.mutant.line,
            "scores": {seed: judged.score for seed, judged in one.judged.items()},
            "messages": {seed: judged.message for seed, judged in one.judged.items()},
            "ended": one.ended,
            "equivalent": row.listed.get(one.mutant.description, ""),
        }


def unknown(listed: Mapping[str, Reasons], section: str, targets: Sequence[Target]) -> list[str]:
    """Names in a section's list of equivalents that are no exercise with mutants."""
    return [name for name in listed if f"{section}.{name}" not in {one.id for one in targets}]
