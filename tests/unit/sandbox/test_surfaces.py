"""Statuses, reactions, prompts, Home, and what becomes of a form after it was submitted."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.driver import Workspace
from bot.sandbox.model import Json
from tests.unit.sandbox.conftest import MODAL


def titled(title: str, **more: Any) -> dict[str, Any]:
    return {**MODAL, "title": {"type": "plain_text", "text": title}, **more}


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as error:
        call(**arguments)
    return str(error.value.response["error"])


def test_a_status_shows_until_the_app_posts_in_that_thread(client: WebClient, workspace: Workspace) -> None:
    question = workspace.user("amal").say("C-ops", "hello")
    place = {"channel_id": "C0OPS", "thread_ts": question.ts}
    client.assistant_threads_setStatus(**place, status="is searching…")
    assert list(workspace.world.live_statuses("C0OPS")) == [(question.ts, "is searching…")]
    client.chat_postMessage(channel="C0OPS", thread_ts=question.ts, text="found")
    assert list(workspace.world.live_statuses("C0OPS")) == []
    client.assistant_threads_setStatus(**place, status="is searching…")
    client.assistant_threads_setStatus(**place, status="")
    assert list(workspace.world.live_statuses("C0OPS")) == []


def test_a_reaction_is_given_once_and_taken_back_once(client: WebClient, workspace: Workspace) -> None:
    place = {"channel": "C0OPS", "timestamp": workspace.user("amal").say("C-ops", "hello").ts, "name": "eyes"}
    client.reactions_add(**place)
    assert workspace.messages("C-ops")[0].reactions == {"eyes": ["U0PROVISO"]}
    assert refused(client.reactions_add, **place) == "already_reacted"
    client.reactions_remove(**place)
    assert refused(client.reactions_remove, **place) == "no_reaction"
    assert workspace.messages("C-ops")[0].reactions == {}


def test_at_most_four_prompts_are_offered(client: WebClient, workspace: Workspace) -> None:
    prompts = [{"title": str(n), "message": f"ask {n}"} for n in range(5)]
    client.assistant_threads_setSuggestedPrompts(channel_id="D0BO", prompts=prompts[:4])
    assert workspace.world.prompts["D0BO"]["prompts"] == prompts[:4]
    assert (
        refused(client.assistant_threads_setSuggestedPrompts, channel_id="D0BO", prompts=prompts) == "invalid_arguments"
    )


def test_markdown_text_stands_alone(client: WebClient, workspace: Workspace) -> None:
    client.chat_postMessage(channel="C0OPS", markdown_text="**bold**")
    assert workspace.transcript("C-ops") == ["proviso: **bold**"]
    assert refused(client.chat_postMessage, channel="C0OPS", markdown_text="a", text="b") == "markdown_text_conflict"


def test_a_permalink_names_a_message_that_is_there(client: WebClient, workspace: Workspace) -> None:
    ts = workspace.user("amal").say("C-ops", "hello").ts
    link = client.chat_getPermalink(channel="C0OPS", message_ts=ts)["permalink"]
    assert link == f"{workspace.sandbox.url}/#C0OPS/{ts}"
    assert refused(client.chat_getPermalink, channel="C0OPS", message_ts="1.000001") == "message_not_found"


def test_home_is_published_for_one_person_and_opened_with_an_event(connected: Workspace, seen: Any, app: App) -> None:
    button = {"type": "button", "action_id": "open", "text": {"type": "plain_text", "text": "Open"}}
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
    opened: list[Json] = []

    @app.event("app_home_opened")
    def publish(event: dict[str, Any], client: WebClient) -> None:
        opened.append(event)
        client.views_publish(user_id=event["user"], view=home)

    app.action("open")(lambda ack: ack())
    amal = connected.user("amal")
    amal.open_home()
    connected.wait_for(lambda: amal.home)
    assert [(event["tab"], event["channel"]) for event in opened] == [("home", "D0AMAL")]
    assert connected.user("bo").home is None
    assert amal.click("Open").acked
    body = seen.of("block_actions")[0]
    assert body["container"] == {"type": "view", "view_id": body["view"]["id"]}


@pytest.mark.parametrize(
    ("answer", "titles"),
    [
        ({}, ["first"]),
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": titled("newer")}, ["first", "newer"]),
        ({"response_action": "push", "view": titled("third")}, ["first", "second", "third"]),
        ({"response_action": "update", "view": titled("x" * 25)}, ["first", "second"]),
    ],
    ids=["nothing", "clear", "update", "push", "a view Slack refuses"],
)
def test_an_ack_says_what_becomes_of_the_form(
    connected: Workspace, client: WebClient, app: App, answer: Any, titles: list[str]
) -> None:
    app.view("stacked")(lambda ack: ack(**answer))
    world, amal = connected.world, connected.user("amal")
    first = client.views_open(trigger_id=world.new_trigger(amal.id), view=titled("first"))["view"]["id"]
    client.views_push(trigger_id=world.new_trigger(amal.id, first), view=titled("second", callback_id="stacked"))
    amal.submit({"Name": "Hill Guard"})
    assert [view.title for view in world.stack(amal.id)] == titles
    if len(titles) == 2 and titles[1] == "second":
        assert amal.modal is not None
        assert amal.modal.errors == {"": "We had some trouble connecting. Try again?"}


def test_closing_a_form_is_told_to_an_app_that_asked(connected: Workspace, client: WebClient, app: App) -> None:
    closed: list[str] = []

    @app.view_closed("told")
    def gone(ack: Any, view: dict[str, Any]) -> None:
        ack()
        closed.append(view["callback_id"])

    amal = connected.user("amal")
    view = titled("told", callback_id="told", notify_on_close=True)
    client.views_open(trigger_id=connected.world.new_trigger(amal.id), view=view)
    amal.close_modal()
    connected.wait_for(lambda: closed == ["told"])
    assert amal.modal is None


def test_a_response_url_replaces_or_deletes_the_message_it_came_from(workspace: Workspace, client: WebClient) -> None:
    client.chat_postMessage(channel="C0OPS", text="before")
    message = workspace.messages("C-ops")[0]
    url = f"{workspace.sandbox.url}/response/{workspace.world.new_response_url('C0OPS', 'U0BO', message)}"

    def respond(**body: Any) -> None:
        request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=5).close()

    respond(text="after", replace_original=True)
    assert workspace.transcript("C-ops") == ["proviso: after"]
    respond(text="for all", response_type="in_channel")
    respond(delete_original=True)
    assert workspace.transcript("C-ops") == ["proviso: for all"]


def test_an_archived_channel_takes_nothing(workspace: Workspace) -> None:
    workspace.archive("C-ops")
    with pytest.raises(Exception, match="is_archived"):
        workspace.user("amal").say("C-ops", "hello")


def test_an_unknown_command_never_reaches_the_app(workspace: Workspace) -> None:
    workspace.sandbox.manifest.commands = [{"command": "/partner"}]
    assert workspace.user("amal").command("/parner list").problem == "unknown_command"
    assert workspace.transcript("C-ops") == ["slackbot (only amal sees): /parner is not a valid command."]


def test_waiting_in_vain_shows_what_was_said(workspace: Workspace) -> None:
    workspace.user("amal").say("C-ops", "hello")
    with pytest.raises(AssertionError, match=r"waited 0.1 s in vain for a miracle; said:\n#ops: amal: hello"):
        workspace.wait_for(lambda: False, 0.1, "a miracle")


ZONE = {
    "type": "input",
    "block_id": "zone",
    "label": {"type": "plain_text", "text": "Time zone"},
    "element": {"type": "external_select", "action_id": "zone", "min_query_length": 2},
}
ZONES = ("Europe/Brussels", "Europe/Stockholm", "Asia/Kabul")


def zone_option(name: str) -> Json:
    return {"text": {"type": "plain_text", "text": name}, "value": name.lower()}


def test_a_select_offers_what_the_app_suggests_for_the_typed_text(app: App, connected: Workspace) -> None:
    typed: list[str] = []
    submitted: list[Any] = []

    @app.options("zone")
    def offer(ack: Any, payload: Json) -> None:
        typed.append(payload["value"])
        ack(options=[zone_option(name) for name in ZONES if payload["value"].lower() in name.lower()])

    @app.view("zones")
    def submit(ack: Any, view: Json) -> None:
        ack()
        submitted.append(view["state"]["values"]["zone"]["zone"]["selected_option"])

    amal = connected.user("amal")
    connected.world.open_view(amal.id, titled("Zones", callback_id="zones", blocks=[ZONE]))
    assert amal.suggestions("Time zone", "europe") == ["Europe/Brussels", "Europe/Stockholm"]
    amal.submit({"Time zone": "Asia/Kabul"})
    assert typed == ["europe", "Asia/Kabul"]
    assert submitted == [zone_option("Asia/Kabul")]
    assert amal.modal is None


def test_a_select_whose_options_come_from_the_app_names_none_itself(client: WebClient, connected: Workspace) -> None:
    element = ZONE["element"] | {"options": [zone_option("Asia/Kabul")]}  # type: ignore[operator]
    with pytest.raises(SlackApiError) as error:
        client.views_publish(user_id="U0AMAL", view={"type": "home", "blocks": [ZONE | {"element": element}]})
    assert error.value.response["response_metadata"]["messages"] == [
        "[ERROR] the options of an external select come from the app [json-pointer:/view/blocks/0/element/options]"
    ]
