"""Nudges, partners and forms: what they say, and that any name fits."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from bot.checklists.catalogue import Checklist, Item
from bot.sandbox.blocks import check_message, check_view
from bot.views.blocks import is_modal, render_blocks, render_modal
from bot.views.checklists.model import ChecklistView
from bot.views.nudges.model import CardRef, NudgeView, SnoozeForm
from bot.views.nudges.values import Card, Kept, card_value, read_card, read_kept
from bot.views.partners.model import PartnerListView
from bot.views.stored import view_of
from bot.views.view import View
from tests.unit.views.samples import MESSAGES, MODALS, NUDGE, OVERDUE, PARTNER
from tests.unit.views.test_escaping import HOSTILE, LIVE


def text_of(view: View) -> str:
    return json.dumps(render_blocks(view).blocks, ensure_ascii=False)


def test_a_card_remembers_occurrence_version_and_stage() -> None:
    assert read_card(card_value(OVERDUE)) == Card("occurrence-1", 4, "overdue14")
    with pytest.raises(ValueError, match="nudge's button"):
        read_card("{}")


def test_a_nudge_comes_back_from_the_outbox_as_it_went_in() -> None:
    for view in (NUDGE, OVERDUE):
        assert view_of("nudge", json.loads(json.dumps(view.to_data()))) == view


def test_a_nudge_of_the_scanner_is_understood() -> None:
    data: dict[str, Any] = {
        "occurrence_id": "o",
        "version": 1,
        "stage": "due",
        "snooze_no": 0,
        "partner_id": "p",
        "partner": "4th Brigade",
        "due_on": "2026-03-30",
        "scheduled_on": "2026-03-30",
        "zone": "UTC",
        "owner_slack": None,
        "purpose": "reassessment",
        "overdue_days": 0,
        "acknowledged_by": None,
    }
    view = view_of("nudge", data)
    assert isinstance(view, NudgeView)
    assert "Reassessment due: 4th Brigade" in text_of(view)
    assert "your organisation’s own interval; no source gives one" in text_of(view)
    assert "Focal point: nobody named" in text_of(view)


def test_an_earlier_acknowledgement_leaves_the_button_on_a_later_card() -> None:
    later = replace(OVERDUE, acknowledged=False)
    assert "Acknowledge" in text_of(later)
    assert '"nudge.acknowledge"' in text_of(later)
    assert '"nudge.acknowledge"' not in text_of(OVERDUE)


def test_a_form_carries_ids_and_nothing_else() -> None:
    form = MODALS["form_snooze"]
    assert isinstance(form, SnoozeForm)
    kept = render_modal(form)["private_metadata"]
    assert read_kept(kept) == Kept("occurrence-1", 2, "due", CardRef("C0OPS", "1.2"))
    assert "Brigade" not in kept
    with pytest.raises(ValueError, match="metadata"):
        read_kept("C0OPS")


def test_every_view_is_a_message_or_a_modal() -> None:
    assert {name for name, view in (MESSAGES | MODALS).items() if is_modal(view)} == set(MODALS) - {"error_modal"}


@settings(max_examples=15, deadline=None)
@given(HOSTILE)
def test_a_partner_of_any_name_fits_everywhere_and_mentions_nobody(name: str) -> None:
    partner = replace(PARTNER, name=name * 3, last_note=name * 50, focal_slack=None, channel="", acknowledged_by=None)
    nudge = replace(NUDGE, partner=name * 3, owner_slack=None)
    for view in (partner, PartnerListView((partner,) * 45), nudge):
        message = render_blocks(view)
        check_message(list(message.blocks))
        assert LIVE.search(json.dumps(message.blocks, ensure_ascii=False) + message.text) is None
    form = MODALS["form_snooze"]
    assert isinstance(form, SnoozeForm)
    check_view(render_modal(replace(form, partner=name)), "modal")


@pytest.mark.parametrize(("items", "length"), [(1, 6000), (9, 300), (44, 50), (70, 200), (70, 900)])
def test_a_checklist_of_any_length_shows_every_item_whole_on_counted_pages(items: int, length: int) -> None:
    item = Item(id="one", text="t" * length, why="w" * 400, ask="a" * 400, basis="team judgement", critical=True)
    checklist = Checklist(id="long", version=1, title="T" * 300, when="w" * 900, items=(item,) * items)
    others = tuple((f"o{n}", "Other " * 30) for n in range(12))
    shown: list[int] = []
    while len(shown) < items:
        message = render_blocks(ChecklistView("long", checklist, others, skipped=len(shown)))
        check_message(list(message.blocks))
        text = json.dumps(message.blocks, ensure_ascii=False)
        page = [int(n) for n in re.findall(r"\*(\d+)\. Critical: t", text)]
        assert page == list(range(len(shown) + 1, len(shown) + 1 + len(page)))
        assert text.count("t" * min(length, 2900)) == len(page)
        part = "" if len(page) == items else f" · items {page[0]} to {page[-1]} shown"
        assert f"{items} items, {items} critical{part} · version 1" in text
        shown += page
        more = f'"value": "long:{len(shown)}"' in text and f"Show more ({items - len(shown)} left)" in text
        assert more == (len(shown) < items)


def test_an_item_shows_one_thing_to_read_and_the_rest_in_small_print() -> None:
    item = Item(id="one", text="Check the lifeboats", why="Crossings differ.", ask="By whom?", basis="team judgement")
    critical = item.model_copy(update={"critical": True})
    checklist = Checklist(id="ferry", version=2, title="Ferries", when="Before each crossing.", items=(item, critical))
    _, head, *blocks = render_blocks(ChecklistView("ferry", checklist)).blocks
    assert head["elements"][0]["text"] == "When: Before each crossing. · 2 items, 1 critical · version 2"
    assert [block["type"] for block in blocks] == ["section", "context", "section", "context", "context"]
    assert blocks[0]["text"]["text"] == "*1. Check the lifeboats*"
    assert blocks[2]["text"]["text"] == "*2. Critical: Check the lifeboats*"
    assert blocks[1]["elements"][0]["text"] == "Ask: By whom?\nWhy: Crossings differ.\nBasis: team judgement"


@pytest.mark.parametrize("name", MESSAGES)
def test_a_label_read_aloud_contains_the_words_on_the_button(name: str) -> None:
    blocks = render_blocks(MESSAGES[name]).blocks
    buttons = [*(block["accessory"] for block in blocks if "accessory" in block)]
    buttons += [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    for button in buttons:
        if "accessibility_label" in button:
            assert button["text"]["text"].rstrip("…") in button["accessibility_label"]
