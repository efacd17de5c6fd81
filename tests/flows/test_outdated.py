"""What an earlier version showed is explained to who uses it; what is not of this workspace is kept nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt import BoltRequest
from sqlalchemy import func, select

from bot.sandbox.driver import Workspace
from bot.sandbox.model import TEAM, Message
from bot.slack.client import build_client
from bot.work.tables import InboxRow, TeamRow
from retrieval.database import Database
from tests.flows.conftest import Bot

TOLD = "This button or form is from an earlier version. Nothing was changed; /proviso help shows what there is now."
PERSON = {"id": "U0AMAL", "team_id": TEAM}
ACTION = {"type": "button", "action_id": "nudge.acknowledge", "block_id": "b", "value": "{}", "action_ts": "1.1"}
CLICK = {"type": "block_actions", "user": PERSON, "team": {"id": TEAM}, "actions": [ACTION], "trigger_id": "t"}
CLICK |= {"channel": {"id": "C0OPS"}, "container": {"type": "message"}}
FORM = {"type": "modal", "id": "V1", "callback_id": "nudge.record", "state": {"values": {}}, "private_metadata": "{}"}
SUBMISSION = {"type": "view_submission", "user": PERSON, "team": {"id": TEAM}, "view": FORM}
COMMAND = {"command": "/checklist", "text": "detention", "team_id": TEAM, "user_id": "U0AMAL", "channel_id": "C0OPS"}
EVENT = {"type": "app_mention", "user": "U0AMAL", "channel": "C0OPS", "ts": "5.000001", "text": "<@U0BOT> why?"}
MENTION = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": EVENT}
MENTION |= {"authorizations": [{"team_id": TEAM, "user_id": "U0BOT"}]}
OTHER = {"id": "T0OTHER"}


def show_button(workspace: Workspace, action_id: str, value: str = "x") -> Message:
    """A message as an earlier version might have posted it."""
    sandbox = workspace.sandbox
    button = {"type": "button", "text": {"type": "plain_text", "text": "Old"}, "action_id": action_id, "value": value}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    build_client(sandbox.bot_token, sandbox.api_url).chat_postMessage(channel="C0OPS", text="Old", blocks=blocks)
    return workspace.bot_messages("C-ops")[-1]


@pytest.mark.parametrize(
    ("action_id", "value"),
    [
        ("partner.retire", "x"),
        ("nudge.acknowledge", "x"),
        ("nudge.record", "[1]"),
        ("passage.show", "{}"),
        ("answer.offer.1", '{"k": "action", "a": "partner.retire", "c": "proviso partner retire"}'),
        ("answer.offer.1", '{"k": "partner", "a": "partner.show", "c": "proviso partner show", "v": {"name": "x"}}'),
        ("answer.offer.1", '{"k": "help", "a": null, "c": "proviso help"}'),
    ],
)
def test_a_button_of_an_earlier_version_says_so_to_who_clicked_it(
    bot: Bot, workspace: Workspace, action_id: str, value: str
) -> None:
    amal = workspace.user("amal")
    before = len(amal.ephemerals())
    assert amal.click("Old", show_button(workspace, action_id, value)).acked
    workspace.wait_for(lambda: len(amal.ephemerals()) > before, what="a word")
    assert words(workspace.text(amal.ephemerals()[-1])) == TOLD


@pytest.mark.parametrize("callback", ["partner.retire", "nudge.record"])
def test_a_form_of_an_earlier_version_says_so_in_its_place(bot: Bot, workspace: Workspace, callback: str) -> None:
    amal = workspace.user("amal")
    open_form(workspace, callback)
    assert amal.submit().acked
    assert words(amal.modal_text) == TOLD
    amal.close_modal()


def test_a_button_in_a_form_of_an_earlier_version_says_so_there(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    open_form(workspace, "partner.retire")
    assert amal.click("Old", amal.modal).acked
    workspace.wait_for(lambda: words(amal.modal_text) == TOLD, what="a word in the form")
    amal.close_modal()


def words(text: str) -> str:
    """Without the marks of code, however they are shown."""
    return text.replace("ˋ", "").replace("`", "")


def open_form(workspace: Workspace, callback: str) -> None:
    sandbox, amal = workspace.sandbox, workspace.user("amal")
    button = {"type": "button", "text": {"type": "plain_text", "text": "Old"}, "action_id": "retired", "value": "x"}
    view = {"type": "modal", "callback_id": callback, "title": {"type": "plain_text", "text": "Old"}}
    view |= {"submit": {"type": "plain_text", "text": "Send"}, "notify_on_close": True}
    view |= {"blocks": [{"type": "actions", "block_id": "b", "elements": [button]}]}
    client = build_client(sandbox.bot_token, sandbox.api_url)
    client.views_open(trigger_id=workspace.world.new_trigger(amal.id), view=view)


def kinds() -> dict[str, dict[str, Any]]:
    shortcut = {"type": "shortcut", "callback_id": "old", "user": PERSON, "team": {"id": TEAM}, "trigger_id": "t"}
    message = shortcut | {"type": "message_action", "channel": {"id": "C0OPS"}, "message": {"ts": "1.1"}}
    return {
        "an unknown shortcut": shortcut,
        "an unknown shortcut on a message": message,
        "a closed form": SUBMISSION | {"type": "view_closed"},
        "a search in an unknown list": {"type": "block_suggestion", "action_id": "old", "block_id": "b", "value": ""}
        | {"user": PERSON, "team": {"id": TEAM}},
        "an unknown command": COMMAND | {"command": "/retired"},
        "an unknown kind": {"type": "something_new", "team": {"id": TEAM}, "user": PERSON},
        "no kind": {"team": {"id": TEAM}},
    }


@pytest.mark.parametrize("body", kinds().values(), ids=kinds())
def test_whatever_no_listener_knows_is_acked(bot: Bot, body: dict[str, Any]) -> None:
    assert bot.app.dispatch(BoltRequest(mode="socket_mode", body=body)).status == 200


def foreign() -> dict[str, dict[str, Any]]:
    return {
        "a click without a workspace": {key: value for key, value in CLICK.items() if key != "team"},
        "a click with an empty workspace": CLICK | {"team": None},
        "a click in another workspace": CLICK | {"team": OTHER},
        "a form without a workspace": {key: value for key, value in SUBMISSION.items() if key != "team"},
        "a form of another workspace": SUBMISSION | {"team": OTHER},
        "a command of another workspace": COMMAND | {"team_id": "T0OTHER"},
        "a command without a workspace": {key: value for key, value in COMMAND.items() if key != "team_id"},
        "a mention of another workspace": MENTION | {"authorizations": [{"team_id": "T0OTHER"}]},
        "a mention without a workspace": {"type": "event_callback", "event": EVENT},
        "a click by nobody": CLICK | {"user": None},
        "a click on nothing": CLICK | {"actions": []},
        "a form without a form": SUBMISSION | {"view": None},
        "an event without an event": MENTION | {"event": "text"},
        "a command by nobody": {key: value for key, value in COMMAND.items() if key != "user_id"},
    }


@pytest.mark.parametrize("body", foreign().values(), ids=foreign())
def test_what_is_not_of_this_workspace_is_acked_and_kept_nowhere(
    bot: Bot, workspace: Workspace, story_database: Database, body: dict[str, Any]
) -> None:
    before = rows(story_database), len(workspace.user("amal").ephemerals())
    assert bot.app.dispatch(BoltRequest(mode="socket_mode", body=body)).status == 200
    assert (rows(story_database), len(workspace.user("amal").ephemerals())) == before


def rows(database: Database) -> tuple[int | None, ...]:
    with database.read() as session:
        return tuple(session.scalar(select(func.count()).select_from(table)) for table in (TeamRow, InboxRow))
