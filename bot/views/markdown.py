"""From a view model to Markdown, for the terminal: the same facts as in Slack, without buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bot.views.answers import RELATED, mode_label
from bot.views.escaping import clean, one_line
from bot.views.models import (
    CONCLUSIONS,
    AnswerView,
    ChecklistView,
    ErrorView,
    HelpView,
    NoticeView,
    NudgeView,
    PartnerListView,
    PartnerView,
    PassageView,
    View,
)
from bot.views.passages import pieces
from bot.views.sources import Ageing, cautions, describe, facts, place, reservation, title
from bot.views.words import basis, day, nudge_due, nudge_heading, nudge_why, partner_due
from retrieval.types import Answer, Citation, Claim

_HEADS = {
    "abstained": "**Not in the guidance**",
    "refused": "**Not answered**",
    "failed": "**No answer this time**",
}
_BREAK = "  \n"


def render_markdown(view: View) -> str:
    """The view as Markdown that also reads well unrendered; raises KeyError for a form."""
    return _RENDERERS[type(view)](view).strip() + "\n"


def safe(text: str) -> str:
    """One line without control characters, and without a link of its own."""
    return one_line(text).replace("](", "] (")


def _answer(view: AnswerView) -> str:
    answer = view.answer
    if answer.status == "answered":
        claims = "\n\n".join(_claim(answer, claim) for claim in answer.claims)
        sources = "\n\n".join(_source(c, view.ageing, quote=answer.mode == "model") for c in answer.citations)
        note = f"*{safe(answer.note)}*\n\n" if answer.note else ""
        return f"{note}{claims}\n\n### Sources\n\n{sources}\n\n*{mode_label(answer)}*"
    parts = [_HEADS[answer.status], safe(answer.text)]
    if answer.status == "failed" and view.reference:
        parts.append(f"Reference: `{safe(view.reference)}`")
    if answer.nearest:
        parts.append(f"### {RELATED}")
        parts += [_source(citation, view.ageing, quote=True) for citation in answer.nearest]
    return "\n\n".join(parts)


def _claim(answer: Answer, claim: Claim) -> str:
    numbers = "".join(f" [{n}]" for n in claim.citations)
    reserved = reservation(c for c in answer.citations if c.n in claim.citations)
    after = f"{numbers} *({safe(reserved)})*" if reserved else numbers
    text = safe(claim.text)
    return f"> “{text}”{after}" if answer.mode == "extractive" else f"{text}{after}"


def _source(citation: Citation, ageing: Ageing | None, *, quote: bool) -> str:
    line = describe(citation, ageing)
    rows = [f"**[{citation.n}] {safe(line.title)}**"]
    if line.cautions:
        rows.append(f"*{safe(line.cautions)}*")
    rows += [safe(line.facts), safe(line.place)]
    if citation.source.url:
        rows.append(safe(citation.source.url))
    if quote:
        rows.append(f"“{safe(citation.quote)}”")
    return _BREAK.join(row for row in rows if row)


def _checklist(view: ChecklistView) -> str:
    others = _lines(f"- `{other}`: {safe(name)}" for other, name in view.others)
    checklist = view.checklist
    if checklist is None:
        asked = f"There is no checklist for “{safe(view.query)}”. " if view.query else ""
        return f"{asked}These are the checklists:\n\n{others}"
    items = []
    for number, item in enumerate(checklist.items, 1):
        mark = " *(critical)*" if item.critical else ""
        rows = (
            f"{number}. **{safe(item.text)}**{mark}",
            f"   Why: {safe(item.why)}",
            f"   Ask: {safe(item.ask)}",
            f"   *Basis: {safe(basis(item))}*",
        )
        items.append(_BREAK.join(rows))
    head = f"## {safe(checklist.title)}\n\n{safe(checklist.when)} *(version {checklist.version})*"
    more = f"\n\nOther checklists:\n\n{others}" if others else ""
    return f"{head}\n\n" + "\n\n".join(items) + more


def _partner(view: PartnerView) -> str:
    rows = [
        f"**{safe(view.name)}** · {safe(view.status)}",
        f"Next: {safe(partner_due(view))}",
        f"Focal point: {safe(view.focal_slack or 'nobody')} · Channel: {safe(view.channel)}",
        f"Cadence: {safe(view.cadence)} (your organisation’s own interval) · {safe(view.zone)} time",
    ]
    if view.last_on and view.last_conclusion:
        verdict = CONCLUSIONS.get(view.last_conclusion, view.last_conclusion)
        rows.append(f"Last assessment: {safe(verdict)}, {day(view.last_on)}")
    if view.last_note:
        rows.append(f"Note: {safe(view.last_note)}")
    lead = f"{safe(view.lead)}\n\n" if view.lead else ""
    return lead + _BREAK.join(rows)


def _partners(view: PartnerListView) -> str:
    if not view.partners:
        return "There is no partner in the register yet. Add one with `proviso partner add`."
    rows = (f"| {_cell(p.name)} | {_cell(p.status)} | {_cell(partner_due(p))} |" for p in view.partners)
    return "| Partner | Status | Next |\n|---|---|---|\n" + _lines(rows)


def _cell(text: str) -> str:
    return safe(text).replace("|", "¦")


def _nudge(view: NudgeView) -> str:
    rows = [
        f"**{safe(nudge_heading(view))}**",
        f"Due: {safe(nudge_due(view))}",
        f"Focal point: {safe(view.owner_slack or 'nobody named')}",
        f"Why: {safe(nudge_why(view))}",
    ]
    if view.acknowledged_by:
        rows.append(f"Acknowledged by {safe(view.acknowledged_by)}")
    if view.conclusion:
        rows.append(f"Recorded: {safe(CONCLUSIONS.get(view.conclusion, view.conclusion))}")
    return _BREAK.join(rows)


def _passage(view: PassageView) -> str:
    number = f"[{view.n}] " if view.n else ""
    warned = cautions(view.source, ", ".join(view.locators) or None, view.ageing)
    rows = [
        f"**{number}{safe(title(view.source))}**",
        f"*{safe(warned)}*" if warned else "",
        safe(facts(view.source)),
        safe(place(view.section, view.paragraphs, view.page)),
    ]
    text = " ".join(f"**{safe(part)}**" if bold else safe(part) for part, bold in pieces(view))
    return _BREAK.join(row for row in rows if row) + f"\n\n{text}"


def _help(view: HelpView) -> str:
    rows = []
    for entry in view.entries:
        example = f" (for example `{entry.example}`)" if entry.example else ""
        rows.append(f"- `{entry.usage}`: {entry.summary}{example}")
    return f"## {view.title}\n\n{view.lead}\n\n{_lines(rows)}\n\n{view.foot}"


def _notice(view: NoticeView) -> str:
    return clean(view.text)


def _error(view: ErrorView) -> str:
    return clean(view.message) + (f"\n\nReference: `{view.reference}`" if view.reference else "")


def _lines(rows: Iterable[str]) -> str:
    return "\n".join(rows)


_RENDERERS: dict[type[Any], Callable[[Any], str]] = {
    AnswerView: _answer,
    ChecklistView: _checklist,
    PartnerView: _partner,
    PartnerListView: _partners,
    NudgeView: _nudge,
    PassageView: _passage,
    HelpView: _help,
    NoticeView: _notice,
    ErrorView: _error,
}
