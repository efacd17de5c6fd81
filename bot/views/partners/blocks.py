"""Partners in Slack: one, the list, and the form that adds one."""

from __future__ import annotations

from typing import Any

from bot.views import kit, limits
from bot.views.escaping import channel, escape, one_line, prose, user
from bot.views.kit import Message
from bot.views.partners.model import ADD, AddPartnerForm, PartnerListView, PartnerView
from bot.views.partners.words import partner_due
from bot.views.words import CAUTION, CONCLUSIONS, day

_SHOWN = 40

_UNITS = (("months", "months"), ("days", "days"))


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
        blocks.insert(0, kit.section(prose(view.lead)))
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


def add_partner(form: AddPartnerForm) -> dict[str, Any]:
    """Name, focal point, channel, zone, interval, date of the first assessment."""
    focal: kit.Block = {"type": "users_select", "placeholder": kit.plain_text("Choose a person", 150)}
    channel: kit.Block = {
        "type": "conversations_select",
        "placeholder": kit.plain_text("Choose a channel", 150),
        "filter": {
            "include": ["public", "private"],
            "exclude_external_shared_channels": True,
            "exclude_bot_users": True,
        },
    }
    first: kit.Block = {"type": "datepicker"}
    every = kit.text_input(str(form.every) if form.every else "6", longest=4)
    blocks = [
        kit.context(CAUTION),
        kit.field("name", "Name of the partner", kit.text_input(form.name, longest=80)),
        kit.field("focal", "Focal point", focal | _if("initial_user", form.focal_slack), hint="Who is nudged."),
        kit.field(
            "channel", "Channel", channel | _if("initial_conversation", form.channel), hint="Where nudges are posted."
        ),
        kit.field("zone", "Time zone", _zones(form), hint="The partner’s. Type a city to search."),
        kit.field("every", "Reassess every", every, hint="Your organisation’s own interval; no source gives one."),
        kit.field("unit", "Unit", kit.select(_UNITS, form.unit)),
        kit.field(
            "first_due",
            "First assessment due",
            first | _if("initial_date", form.first_due.isoformat() if form.first_due else None),
            hint="Assess before support begins. Until then the partner is only proposed.",
        ),
    ]
    return kit.modal(ADD, "Add a partner", blocks, submit="Add", keep=form.origin or "")


def _zones(form: AddPartnerForm) -> kit.Block:
    """Every zone by its region, the city first: a list that can be searched."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted({*form.zones, form.zone}, key=lambda zone: zone.rpartition("/")[2]):
        region, _, city = zone.replace("_", " ").rpartition("/")
        label = f"{city} ({region})" if region else city
        regions.setdefault(region.partition("/")[0] or "Other", []).append((zone, label))
    return kit.grouped_select(sorted(regions.items()), form.zone)


def _if(name: str, value: str | None) -> dict[str, Any]:
    return {name: value} if value else {}
