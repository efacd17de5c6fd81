"""Partners in Slack: one, and the register."""

from __future__ import annotations

from bot.views import kit, limits
from bot.views.escaping import channel, escape, one_line, user
from bot.views.kit import Message
from bot.views.models import CONCLUSIONS, PartnerListView, PartnerView
from bot.views.words import day, partner_due

_SHOWN = 40


def message(view: PartnerView) -> Message:
    """One partner; `lead` says what was just done."""
    lines = [
        f"*{escape(one_line(view.name))}* · {escape(view.status)}",
        f"Next: {escape(partner_due(view))}"
        + (f", acknowledged by {user(view.acknowledged_by)}" if view.acknowledged_by else ""),
        f"Focal point: {user(view.focal_slack)} · Channel: {channel(view.channel)}",
        f"Cadence: {escape(view.cadence)}, your organisation’s own interval · {escape(view.zone)} time",
    ]
    if view.last_on and view.last_conclusion:
        verdict = CONCLUSIONS.get(view.last_conclusion, view.last_conclusion)
        lines.append(f"Last assessment: {escape(verdict)}, {day(view.last_on)}")
    if view.last_note:
        lines.append(f"Note: {limits.clip(escape(one_line(view.last_note)), 1000)}")
    blocks = [kit.section("\n".join(lines))]
    if view.lead:
        blocks.insert(0, kit.section(escape(view.lead)))
    if view.status == "proposed":
        blocks.append(kit.context("A partner stays _proposed_ until its outset assessment is recorded."))
    lead = f"{escape(view.lead)} " if view.lead else ""
    text = f"{lead}{escape(one_line(view.name))} ({escape(view.status)}): {escape(partner_due(view))}."
    return Message(limits.clip(text, limits.FALLBACK), tuple(blocks))


def listing(view: PartnerListView) -> Message:
    """The register, what is due first on top."""
    if not view.partners:
        text = "There is no partner in the register yet. Add one with `/partner add`."
        return Message(text, (kit.section(text),))
    rows = [limits.clip(_row(partner), 260) for partner in view.partners[:_SHOWN]]
    blocks = [kit.header("Partners"), *(kit.section("\n".join(rows[i : i + 8])) for i in range(0, len(rows), 8))]
    rest = len(view.partners) - len(rows)
    more = f"… and {rest} more. " if rest else ""
    blocks.append(kit.context(f"{more}`/partner show NAME` shows one; `/partner add` adds one."))
    names = "; ".join(f"{one_line(p.name)} ({partner_due(p)})" for p in view.partners)
    return Message(limits.clip(f"Partners: {escape(names)}", limits.FALLBACK), tuple(blocks))


def _row(view: PartnerView) -> str:
    name = limits.clip(escape(one_line(view.name)), 120)
    return f"*{name}* · {escape(view.status)} · {escape(partner_due(view))}"
