"""What people think of answers, in the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from bot.conversations.feedback import MarksByMaker, Remark, Report
from bot.views.escaping import markdown
from bot.views.feedback.words import REASONS


def report(report: Report) -> str:
    """The counts, and each mark that is not "helpful" with what was said."""
    if not report.answers:
        return "Nobody has marked an answer yet."
    counts = f"{_counted(report.helpful, 'mark')} helpful, {report.not_helpful} not helpful, on "
    parts = [f"{counts}{_counted(report.answers, 'answer')}."]
    reasons = [f"- {REASONS[reason]}: {number}" for reason, number in report.reasons.items() if number]
    parts += [*_section("Why", reasons), *_section("Made by", map(_made, report.made))]
    return "\n\n".join([*parts, *_section("Remarks", map(_remark, report.remarks))])


def _section(title: str, lines: Iterable[str]) -> list[str]:
    shown = list(lines)
    return [f"## {title}\n\n" + "\n".join(shown)] if shown else []


def _made(made: MarksByMaker) -> str:
    return f"- {_maker(made)}: {made.helpful} helpful, {made.not_helpful} not helpful"


def _maker(made: MarksByMaker | Remark) -> str:
    chosen = f"{made.model}, prompt {made.prompt}" if made.model else "no model"
    return markdown(f"index {made.generation or 'unknown'}, {chosen}")


def _remark(remark: Remark) -> str:
    reason = REASONS.get(remark.reason or "", "no reason given")
    said = f": {markdown(remark.remark)}" if remark.remark else ""
    quoted = f"; passages {', '.join(remark.passages)}" if remark.passages else ""
    return f"- {remark.at:%Y-%m-%d %H:%M} UTC, {remark.status}, {reason}{said} ({_maker(remark)}{quoted})"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
