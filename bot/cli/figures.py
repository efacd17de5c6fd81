"""Lay out figures for a terminal: a row for each name, value and interval, and the curve of abstaining."""

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


def plotted(figures: Mapping[str, Any]) -> str:
    """The curve as text: abstained from uncovered questions, up, against answered covered ones, across; O is where the
    product stands."""
    import plotext  # type: ignore[import-untyped]

    figure = plotext.figure
    figure.clear()
    figure.plot_size(72, 22)
    figure.title("near-topic questions abstained from, by answerable ones answered")
    for axis in ("x", "y"):
        figure.ruler(axis).lim(0, 1)
    points = figures["points"]
    if points:
        figure.draw(
            figure.signal([p["answered"] for p in points], [p["abstained"] for p in points], marker="dot").lines()
        )
        shipped = figures["as_shipped"]
        figure.draw(figure.signal([shipped["answered"]], [shipped["abstained"]], marker="O"))
    plot = "\n".join(line.rstrip() for line in plotext.uncolorize(figure.build().string()).splitlines())
    return "\n".join((plot, *_said(figures)))


def _said(figures: Mapping[str, Any]) -> Iterator[str]:
    yield f"{figures['answerable']} answerable questions, {figures['uncovered']} uncovered"
    if figures["auc"] is None:
        yield "One side has no questions: there is no curve."
        return
    low, high = figures["auc_interval"]
    yield f"area under the curve {figures['auc']:.3f} (95 % interval {low:.3f} to {high:.3f})"
    for name, at in (("at 90 in 100 answered", "at_90_answered"), ("as shipped", "as_shipped")):
        here = figures[at]
        shares = f"{here['answered']:.3f} answered, {here['abstained']:.3f} abstained"
        yield f"{name}: {shares}, threshold {here['threshold']:.2f}"


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
