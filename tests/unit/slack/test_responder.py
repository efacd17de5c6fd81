"""A person is answered alone, by whatever way is open; and an error never shows more than it should."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from slack_sdk import WebClient

from bot.actions.registry import Services
from bot.actions.table import REGISTRY
from bot.checklists.catalogue import Catalogue
from bot.errors import UserError
from bot.reminders.occurrences import OccurrenceChanged
from bot.sandbox.driver import Workspace
from bot.slack.listeners.views import read_values
from bot.slack.privacy import Privacy
from bot.slack.responder import AlreadyOpen, Asker, Responder, TooLate, error_view
from bot.slack.teams import Teams
from bot.views.notices.model import ErrorView, NoticeView
from bot.views.passages.model import FetchingPassage, PassageView
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.unit.actions.test_handlers import OnePassage
from tests.unit.views.samples import PARTNER, PASSAGE


@pytest.fixture
def responder(client: WebClient, sqlite_database: Database, clock: ManualClock) -> Responder:
    services = Services(sqlite_database, Catalogue.load(), OnePassage())
    return Responder(services, REGISTRY, Teams(sqlite_database), Privacy(client), client, clock)


AMAL = Asker("T1", "U0AMAL", "C0OPS")


def told(workspace: Workspace, channel: str) -> str:
    return workspace.text(workspace.messages(channel)[-1])


def test_an_answer_takes_the_response_url_first(responder: Responder, workspace: Workspace) -> None:
    world = workspace.world
    url = f"{workspace.sandbox.url}/response/{world.new_response_url('C0OPS', 'U0AMAL')}"
    responder.tell(Asker("T1", "U0AMAL", "C0OPS", url), NoticeView("by url"))
    assert (told(workspace, "C-ops"), workspace.messages("C-ops")[-1].visible_to) == ("by url", "U0AMAL")


def test_without_it_the_channel_and_then_a_direct_message(responder: Responder, workspace: Workspace) -> None:
    spent = f"{workspace.sandbox.url}/response/spent"
    responder.tell(Asker("T1", "U0AMAL", "C0OPS", spent), NoticeView("in the channel"))
    assert (told(workspace, "C-ops"), workspace.messages("C-ops")[-1].visible_to) == ("in the channel", "U0AMAL")
    responder.tell(Asker("T1", "U0AMAL", "C0NOWHERE"), NoticeView("directly"))
    assert told(workspace, "@amal") == "directly"


def test_a_reader_who_cannot_be_reached_is_logged_without_the_text(
    responder: Responder, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        responder.tell(Asker("T1", "U0NOBODY"), NoticeView("a secret"))
    assert "found no way" in caplog.text
    assert "a secret" not in caplog.text


def test_a_trigger_that_expired_is_told_as_such_and_one_that_is_spent_is_a_repetition(
    responder: Responder, workspace: Workspace
) -> None:
    trigger = workspace.world.new_trigger("U0AMAL")
    view_id = responder.open_modal(AMAL, trigger, FetchingPassage())
    with pytest.raises(AlreadyOpen):
        responder.open_modal(AMAL, trigger, FetchingPassage())
    late = workspace.world.new_trigger("U0AMAL")
    workspace.advance(timedelta(seconds=4))
    with pytest.raises(TooLate, match="Nothing was changed"):
        responder.open_modal(AMAL, late, FetchingPassage())
    responder.update_modal(AMAL, view_id, FetchingPassage())
    workspace.user("amal").close_modal()
    responder.update_modal(AMAL, view_id, FetchingPassage())


def test_a_view_of_the_register_is_not_shown_where_it_may_not_be(responder: Responder, workspace: Workspace) -> None:
    workspace.channel("C-ops").is_shared = True
    responder.tell(AMAL, PARTNER)
    assert told(workspace, "C-ops").startswith("You may not do that here.")
    workspace.channel("C-ops").is_shared = False


def test_a_passage_of_a_labelled_document_is_shown_to_nobody(responder: Responder, workspace: Workspace) -> None:
    labelled = PassageView(replace(PASSAGE.source, audience="legal"), "Only counsel may read this.")
    responder.open_modal(AMAL, workspace.world.new_trigger("U0AMAL"), labelled)
    shown = workspace.user("amal").modal_text
    assert "You may not do that here." in shown
    assert "counsel" not in shown


def test_an_error_of_ours_shows_a_reference_and_logs_no_words(caplog: pytest.LogCaptureFixture) -> None:
    view = error_view(RuntimeError("INSERT INTO partner VALUES ('Secret Brigade')"))
    assert view.reference is not None
    assert view.message == "Something went wrong on my side. Look at the present state before you try again."
    assert view.reference in caplog.text
    assert "RuntimeError" in caplog.text
    assert "Secret Brigade" not in caplog.text


def test_an_error_for_users_is_told_in_its_own_words() -> None:
    assert error_view(UserError("Do this.")) == ErrorView("Do this.")
    assert error_view(OccurrenceChanged("recorded", "p", "U0BO", None)).person == "U0BO"


def test_a_form_is_read_by_its_blocks() -> None:
    values = {
        "name": {"value": {"type": "plain_text_input", "value": "4th"}},
        "focal": {"value": {"type": "users_select", "selected_user": "U1"}},
        "channel": {"value": {"type": "conversations_select", "selected_conversation": "C1"}},
        "unit": {"value": {"type": "static_select", "selected_option": {"value": "days"}}},
        "first_due": {"value": {"type": "datepicker", "selected_date": "2026-03-30"}},
        "note": {"value": {"type": "plain_text_input", "value": None}},
    }
    read = read_values({"state": {"values": values}})
    assert {key: str(value) for key, value in read.items()} == {
        "name": "4th",
        "focal": "U1",
        "channel": "C1",
        "unit": "days",
        "first_due": "2026-03-30",
        "note": "None",
    }
