"""What can be done, done on a real database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from bot.actions.answers import PassageGone
from bot.actions.arguments import FieldError
from bot.actions.nudges import refreshed
from bot.actions.registry import Actor, Call, Context, Services
from bot.actions.table import REGISTRY
from bot.checklists.catalogue import Catalogue
from bot.errors import BotError, Conflict, NotAllowed, NotFound, UserError
from bot.partners import register
from bot.partners import tables as _partners
from bot.reminders import tables as _reminders
from bot.reminders.occurrences import OccurrenceChanged
from bot.reminders.rules import offered_zones
from bot.views.checklists.model import ChecklistView
from bot.views.help.model import HelpView
from bot.views.notices.model import NoticeView
from bot.views.nudges.model import NudgeView, RecordForm, SnoozeForm
from bot.views.partners.model import AddPartnerForm, PartnerListView, PartnerView
from bot.views.passages.model import Paragraph, PassageView
from bot.views.passages.values import Quoted
from bot.views.view import View
from bot.work.people import team_id
from retrieval.corpus import tables as _corpus
from retrieval.corpus.passages import PUBLIC, Passage, Scope, Sentence, Source, Span
from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.types import Results
from tests.support.clock import ManualClock
from tests.support.corpus import document, store

TABLES = (_corpus, _partners, _reminders)
PASSAGE = Passage("p1", Source("s", "p.md", title="T"), (Sentence((Span("Assess first.", 1),)),))


class OnePassage:
    def search(self, query: str, k: int = 10, scope: Scope = PUBLIC) -> Results:
        raise NotImplementedError

    def passage(self, passage_id: str, scope: Scope = PUBLIC) -> Passage | None:
        return PASSAGE if passage_id == "p1" else None

    def beside(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        return None, None


@pytest.fixture
def context(database: Database, clock: ManualClock) -> Context:
    with database.write() as session:
        team = team_id(session, "T1")
    services = Services(database, Catalogue.load(), OnePassage(), zone="Europe/Brussels")
    return Context(services, Actor(team, "U0AMAL"), clock.now(), REGISTRY, channel="C0OPS")


@pytest.fixture
def do(context: Context) -> Callable[..., Any]:
    def run(name: str, /, **values: Any) -> View:
        return REGISTRY.run(context, Call(REGISTRY.get(name), values))

    return run


Do = Callable[..., Any]
GIVEN: dict[str, Any] = {"name": "4th Brigade", "channel": "C0OPS", "every": 6, "unit": "months", "focal": "U0BO"}


def occurrence(context: Context, partner_id: str) -> dict[str, Any]:
    with context.services.database.read() as session:
        partner = register.get(session, context.actor.team_id, partner_id)
    assert partner.occurrence_version is not None
    return {"occurrence_id": partner.occurrence_id, "version": partner.occurrence_version, "stage": "due"}


def test_a_partner_is_added_shown_and_listed(do: Do) -> None:
    added = do("partner.add", **GIVEN, first_due=date(2026, 4, 1))
    assert added == PartnerView(
        partner_id=added.partner_id,
        name="4th Brigade",
        status="proposed",
        channel="C0OPS",
        zone="Europe/Brussels",
        cadence="every 6 months",
        focal_slack="U0BO",
        next_due=date(2026, 4, 1),
        purpose="outset assessment",
        lead="Added as proposed: support should not begin before the outset assessment is recorded.",
    )
    assert do("partner.show", name="4TH brigade").partner_id == added.partner_id
    do("partner.add", **(GIVEN | {"name": "Alpha"}), first_due=date(2026, 3, 20))
    listed = do("partner.list")
    assert isinstance(listed, PartnerListView)
    assert [partner.name for partner in listed.partners] == ["Alpha", "4th Brigade"]
    assert listed.to_json()["partners"][1]["next_due"] == "2026-04-01"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"zone": "Europe/Brusels"}, "zone"),
        ({"every": 99999}, "every"),
        ({"first_due": date(2020, 1, 1)}, "first_due"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(do: Do, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldError) as error:
        do("partner.add", **(GIVEN | changed))
    assert error.value.field == field
    assert "Nothing was changed" in error.value.message


def test_a_name_is_taken_once(do: Do) -> None:
    do("partner.add", **GIVEN)
    with pytest.raises(FieldError) as error:
        do("partner.add", **(GIVEN | {"name": "4TH  BRIGADE"}))
    assert error.value.field == "name"


def test_nudges_never_go_to_a_channel_that_may_be_shared(context: Context) -> None:
    outside = Context(
        context.services, context.actor, context.now, REGISTRY, "C0OPS", inside=lambda channel: channel == "C0OPS"
    )
    with pytest.raises(FieldError) as error:
        REGISTRY.run(outside, Call(REGISTRY.get("partner.add"), GIVEN | {"channel": "C0SHARED"}))
    assert error.value.field == "channel"


@pytest.mark.parametrize("name", [a.name for a in REGISTRY.actions if a.who == "insiders"])
def test_the_register_is_closed_outside(context: Context, name: str) -> None:
    outside = Context(context.services, context.actor, context.now, REGISTRY, inside=lambda _: False)
    for way in (REGISTRY.run, REGISTRY.ask):
        with pytest.raises(NotAllowed, match="not shown to guests"):
            way(outside, Call(REGISTRY.get(name), {}))


def test_the_form_knows_what_can_be_guessed(context: Context) -> None:
    form = REGISTRY.ask(context, Call(REGISTRY.get("partner.add"), {"name": "4th Brigade"}))
    assert form == AddPartnerForm(
        "Europe/Brussels", "4th Brigade", "U0AMAL", "C0OPS", None, "months", date(2026, 3, 22), "C0OPS", offered_zones()
    )


def test_an_unknown_partner_is_not_found(do: Do) -> None:
    with pytest.raises(NotFound, match="There is no partner “Atlantis”"):
        do("partner.show", name="Atlantis")


def test_a_nudge_is_acknowledged_once(do: Do, context: Context) -> None:
    card = occurrence(context, do("partner.add", **GIVEN).partner_id)
    view = do("nudge.acknowledge", **card | {"stage": "ahead"})
    assert isinstance(view, NudgeView)
    assert (view.acknowledged, view.acknowledged_by, view.version) == (True, "U0AMAL", card["version"] + 1)
    with pytest.raises(OccurrenceChanged) as error:
        do("nudge.acknowledge", **card | {"stage": "ahead"})
    assert error.value.slack_user == "U0AMAL"
    assert refreshed(context, card["occurrence_id"], "ahead") == view


def test_snoozing_moves_what_is_due_and_not_what_was_scheduled(do: Do, context: Context) -> None:
    card = occurrence(context, do("partner.add", **GIVEN, first_due=date(2026, 3, 16)).partner_id)
    form = REGISTRY.ask(context, Call(REGISTRY.get("nudge.snooze"), card))
    assert form == SnoozeForm(card["occurrence_id"], 1, "due", "4th Brigade", date(2026, 3, 16), date(2026, 3, 23))
    view = do("nudge.snooze", **card, until=date(2026, 3, 23))
    assert (view.due_on, view.scheduled_on, view.snoozed_until) == (
        date(2026, 3, 23),
        date(2026, 3, 16),
        date(2026, 3, 23),
    )
    with pytest.raises(UserError, match="not in the future"):
        do("nudge.snooze", **card | {"version": view.version}, until=date(2026, 3, 2))


def test_recording_closes_the_card_and_opens_the_next(do: Do, context: Context) -> None:
    partner_id = do("partner.add", **GIVEN).partner_id
    card = occurrence(context, partner_id)
    form = REGISTRY.ask(context, Call(REGISTRY.get("nudge.record"), card))
    assert isinstance(form, RecordForm)
    assert (form.partner, form.purpose, form.version) == ("4th Brigade", "outset assessment", 1)
    view = do("nudge.record", **card, conclusion="continue", note=" Reasons. ")
    assert (view.state, view.conclusion, view.done_by) == ("done", "continue", "U0AMAL")
    shown = do("partner.show", name=partner_id)
    assert (shown.status, shown.last_conclusion, shown.last_note) == ("active", "continue", "Reasons.")
    assert shown.next_due == date(2026, 9, 2)
    for again in ("nudge.snooze", "nudge.record"):
        with pytest.raises(Conflict):
            REGISTRY.ask(context, Call(REGISTRY.get(again), card))


def test_a_conclusion_that_is_none_is_refused(do: Do, context: Context) -> None:
    card = occurrence(context, do("partner.add", **GIVEN).partner_id)
    with pytest.raises(UserError, match="is no conclusion"):
        do("nudge.record", **card, conclusion="whatever")


def test_of_twenty_people_who_click_at_once_one_acknowledges(do: Do, context: Context) -> None:
    card = occurrence(context, do("partner.add", **GIVEN).partner_id)
    outcomes: list[str] = []

    def click() -> None:
        try:
            do("nudge.acknowledge", **card)
            outcomes.append("done")
        except BotError as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["OccurrenceChanged"] * 19 + ["done"]


def test_checklists_help_and_passages_need_no_register(do: Do) -> None:
    found = do("checklist.show", topic="intel")
    assert isinstance(found, ChecklistView)
    assert found.to_json()["checklist"]["id"] == "intelligence"
    assert found.to_json()["others"] == ["assessment", "detention"]
    assert isinstance(do("proviso.help"), HelpView)
    shown = do("passage.show", quoted=Quoted("p1", 2, (("Assess", "first."),)))
    assert isinstance(shown, PassageView)
    assert (shown.paragraphs, shown.n) == ((Paragraph("Assess first.", ((0, 13),), 1),), 2)
    with pytest.raises(PassageGone):
        do("passage.show", quoted=Quoted("gone", 1, ()))


def test_an_overdue_card_counts_its_days(do: Do, context: Context) -> None:
    card = occurrence(context, do("partner.add", **GIVEN, first_due=date(2026, 3, 2)).partner_id)
    later = Context(context.services, context.actor, context.now + timedelta(days=8), REGISTRY)
    assert refreshed(later, card["occurrence_id"], "overdue7").overdue_days == 8


def test_the_sources_are_named_by_title_without_those_for_some_readers(
    do: Do, context: Context, clock: ManualClock
) -> None:
    how = (
        "Each citation leads to its source, and its link to the document where there is one. Whoever runs this bot "
        "adds documents with `proviso ingest PATH`."
    )
    assert do("proviso.sources") == NoticeView(f"There are no documents yet. {how}", "Sources")
    open_ = document("tides.md", "Tides are read at dawn.", title="Tides", publisher="Harbour Board", published="2021")
    closed = document("moles.md", "Moles are shut at night.", title="Moles", audience="legal")
    store(Corpus(context.services.database), clock, open_, closed)
    listed = "• Tides (Harbour Board · 2021 · authority not stated)"
    text = f"Answers are quoted from these documents.\n{listed}\n{how}"
    assert do("proviso.sources") == NoticeView(text, "Sources")
