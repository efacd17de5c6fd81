"""Figures as rows to read: a name, a value, its interval, and what leaving parts out costs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = tuple[str, str, str]

HEAD: Row = ("figure", "value", "95 % interval")
COUNTS = ("questions", "answered", "queries", "documents", "passages", "model_chose", "model_failed")


def rows(figures: Mapping[str, Any]) -> list[Row]:
    """One row a figure of `evaluate retrieval` or `evaluate answers`, groups flattened as "by_kind direct"."""
    return list(_rows(figures, figures.get("intervals", {})))


def difference_rows(differences: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """One row a measure: the difference with its sign, and its interval."""
    return [(name, _signed(found["difference"]), _interval(found["interval"])) for name, found in differences.items()]


def plain_table(table: Sequence[Row], head: Row = HEAD) -> str:
    """Columns aligned for a terminal."""
    widths = [max(len(row[column]) for row in (head, *table)) for column in range(len(head))]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}".rstrip() for row in (head, *table)
    )


def markdown_table(table: Sequence[Row], head: Row = HEAD) -> str:
    """The same as a Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---", "---:", "---"), *table))


def _rows(figures: Mapping[str, Any], intervals: Mapping[str, Any]) -> Iterator[Row]:
    for name, value in figures.items():
        if name == "intervals":
            continue
        if isinstance(value, Mapping):
            yield from _group(name, value, intervals.get(name, {}))
        else:
            yield name, _value(name, value), _interval(intervals.get(name))


def _group(name: str, members: Mapping[str, Any], intervals: Mapping[str, Any]) -> Iterator[Row]:
    """`by_kind` and `by_language`: a row a member and measure, with how many questions it rests on."""
    for member, figures in members.items():
        held = intervals.get(member)
        for measure, value in figures.items():
            if measure == "questions":
                continue
            # A member with one measure alone has its interval directly.
            found = held.get(measure) if isinstance(held, Mapping) else held
            yield f"{name} {member}: {measure} (n={figures['questions']})", _value(measure, value), _interval(found)


def _value(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in COUNTS:
        return f"{value:,}"
    return f"{value:.1f}" if name.endswith("_ms") else f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}"


def _interval(interval: Sequence[float] | None) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
