"""The Web API of the sandbox, asked by the real SDK: what it gives, and what it refuses as Slack does."""

from __future__ import annotations

import json
import urllib.request
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": plain("Go")} | more]}


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Title"), "blocks": [section("text")]} | more


def refusal(error: pytest.ExceptionInfo[SlackApiError]) -> tuple[str, list[str]]:
    data = error.value.response.data
    assert isinstance(data, dict)
    return data["error"], data.get("response_metadata", {}).get("messages", [])


def test_auth_test_names_the_app_and_its_scopes(standing_client: WebClient) -> None:
    response = standing_client.auth_test()
    assert (response["team_id"], response["user_id"], response["bot_id"]) == ("T0SANDBOX", "U0PROVISO", "B0PROVISO")
    assert "chat:write" in response.headers["x-oauth-scopes"]


@pytest.mark.parametrize(
    ("token", "error"), [("", "not_authed"), ("xoxb-other", "invalid_auth"), ("APP", "not_allowed_token_type")]
)
def test_a_wrong_token_is_refused(standing: Sandbox, token: str, error: str) -> None:
    token = standing.app_token if token == "APP" else token
    with pytest.raises(SlackApiError) as refused:
        WebClient(token, base_url=standing.api_url).auth_test()
    assert refusal(refused)[0] == error


def test_an_unknown_method_is_refused_by_name(standing_client: WebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        standing_client.api_call("chat.startStream")
    assert refused.value.response.data == {"ok": False, "error": "unknown_method", "req_method": "chat.startStream"}


def test_a_missing_scope_is_refused_with_what_is_needed(sandbox: Sandbox, client: WebClient) -> None:
    sandbox.manifest.scopes = ["commands"]
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C0OPS", text="hello")
    data = refused.value.response.data
    assert data == {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands"}


REFUSED_BLOCKS: list[tuple[str, list[Any], str, str]] = [
    (
        "unknown kind",
        [{"type": "marquee"}],
        "invalid_blocks",
        "unsupported type: marquee [json-pointer:/blocks/0/type]",
    ),
    (
        "section",
        [section("x" * 3001)],
        "invalid_blocks",
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        "empty section",
        [section("")],
        "invalid_blocks",
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        "header",
        [{"type": "header", "text": plain("x" * 151)}],
        "invalid_blocks",
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        "button text",
        [button(text=plain("x" * 76))],
        "invalid_blocks",
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        "button value",
        [button(value="x" * 2001)],
        "invalid_blocks",
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        "action id",
        [button(action_id="x" * 256)],
        "invalid_blocks",
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (
        "too many",
        [{"type": "divider"}] * 51,
        "msg_blocks_too_many",
        "no more than 50 items allowed [json-pointer:/blocks]",
    ),
]


@pytest.mark.parametrize(
    ("blocks", "error", "message"), [row[1:] for row in REFUSED_BLOCKS], ids=[r[0] for r in REFUSED_BLOCKS]
)
def test_blocks_slack_refuses_are_refused(
    standing_client: WebClient, blocks: list[Any], error: str, message: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        standing_client.chat_postMessage(channel="C0OPS", text="x", blocks=blocks)
    assert refusal(refused) == (error, [f"[ERROR] {message}"])


def test_blocks_at_their_limits_are_taken(client: WebClient) -> None:
    blocks = [section("x" * 3000), {"type": "header", "text": plain("x" * 150)}]
    blocks += [button(text=plain("x" * 75), value="x" * 2000, action_id="x" * 255)]
    blocks += [{"type": "divider"}] * 47
    assert client.chat_postMessage(channel="C0OPS", text="x" * 40_000, blocks=blocks)["ok"]


def test_blocks_with_too_much_text_in_all_are_refused(standing_client: WebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        standing_client.chat_postMessage(channel="C0OPS", text="x", blocks=[section("x" * 3000)] * 5)
    assert refusal(refused)[0] == "msg_blocks_too_long"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "C-ops", "text": "x"}, "channel_not_found"),
        ({"channel": "C0OPS"}, "no_text"),
        ({"channel": "C0OPS", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C0OPS", "text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"channel": "C0OPS", "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": "C0OPS", "text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"channel": "C0LIAISON", "text": "x"}, "is_archived"),
        ({"channel": "C0REVIEW", "text": "x"}, "channel_not_found"),
    ],
)
def test_messages_slack_refuses_are_refused(
    workspace: Workspace, client: WebClient, arguments: dict[str, Any], error: str
) -> None:
    workspace.archive("C-liaison")
    workspace.remove_bot("C-review-cell")
    with pytest.raises(SlackApiError) as refused:
        client.api_call("chat.postMessage", json=arguments)
    assert refusal(refused)[0] == error


def test_the_app_must_join_a_public_channel_before_it_posts(workspace: Workspace, client: WebClient) -> None:
    workspace.remove_bot("C-ops")
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C0OPS", text="x")
    assert refusal(refused)[0] == "not_in_channel"
    client.conversations_join(channel="C0OPS")
    assert client.chat_postMessage(channel="C0OPS", text="x")["channel"] == "C0OPS"


def test_forms_and_json_say_the_same(client: WebClient, workspace: Workspace) -> None:
    blocks = [section("hello")]
    client.api_call("chat.postMessage", json={"channel": "C0OPS", "blocks": blocks, "text": "t"})
    client.api_call("chat.postMessage", data={"channel": "C0OPS", "blocks": json.dumps(blocks), "text": "t"})
    one, two = workspace.messages("C-ops")
    assert one.blocks[0]["text"] == two.blocks[0]["text"] == {"type": "mrkdwn", "text": "hello"}


def test_a_user_id_as_channel_is_the_direct_message_with_that_user(client: WebClient) -> None:
    assert client.chat_postMessage(channel="U0BO", text="x")["channel"] == "D0BO"
    assert client.conversations_open(users="U0BO")["channel"] == {"id": "D0BO"}


def test_history_is_newest_first_without_replies_and_with_metadata_only_when_asked(client: WebClient) -> None:
    metadata = {"event_type": "proviso", "event_payload": {"key": "k1"}}
    first = client.chat_postMessage(channel="C0OPS", text="one", metadata=metadata)
    client.chat_postMessage(channel="C0OPS", text="reply", thread_ts=first["ts"])
    client.chat_postMessage(channel="C0OPS", text="two")
    client.chat_postEphemeral(channel="C0OPS", text="hidden", user="U0BO")
    bare = client.conversations_history(channel="C0OPS")["messages"]
    full = client.conversations_history(channel="C0OPS", include_all_metadata=True)["messages"]
    assert [message["text"] for message in bare] == ["two", "one"]
    assert "metadata" not in bare[1]
    assert full[1]["metadata"] == metadata
    thread = client.conversations_replies(channel="C0OPS", ts=first["ts"])["messages"]
    assert [(message["text"], message["thread_ts"]) for message in thread] == [
        ("one", first["ts"]),
        ("reply", first["ts"]),
    ]


def test_history_comes_in_pages_and_between_bounds(client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel="C0OPS", text=str(number))["ts"] for number in range(5)]
    page = client.conversations_history(channel="C0OPS", limit=2)
    rest = client.conversations_history(channel="C0OPS", limit=9, cursor=page["response_metadata"]["next_cursor"])
    assert [m["text"] for m in page["messages"] + rest["messages"]] == ["4", "3", "2", "1", "0"]
    after = client.conversations_history(channel="C0OPS", oldest=stamps[1], latest=stamps[3])["messages"]
    assert [m["text"] for m in after] == ["2"]
    within = client.conversations_history(channel="C0OPS", oldest=stamps[1], latest=stamps[3], inclusive=True)[
        "messages"
    ]
    assert [m["text"] for m in within] == ["3", "2", "1"]


def test_a_client_msg_id_is_posted_once(client: WebClient, workspace: Workspace) -> None:
    def post(channel: str = "C0OPS") -> Any:
        return client.chat_postMessage(channel=channel, text="x", client_msg_id="id-1")

    assert post()["ts"] == post()["ts"]
    assert len(workspace.messages("C-ops")) == 1
    with pytest.raises(SlackApiError) as refused:
        post("C0LIAISON")
    assert refusal(refused)[0] == "duplicate_channel_not_found"
    client.chat_delete(channel="C0OPS", ts=workspace.messages("C-ops")[0].ts)
    with pytest.raises(SlackApiError) as refused:
        post()
    assert refusal(refused)[0] == "duplicate_message_not_found"


def test_without_that_belt_the_same_client_msg_id_is_posted_twice(client: WebClient, workspace: Workspace) -> None:
    workspace.world.deduplicates = False
    for _ in range(2):
        client.chat_postMessage(channel="C0OPS", text="x", client_msg_id="id-1")
    assert workspace.transcript("C-ops") == ["proviso: x", "proviso: x"]


def test_only_own_messages_are_changed(client: WebClient, workspace: Workspace) -> None:
    own = client.chat_postMessage(channel="C0OPS", text="before", blocks=[section("before")])
    client.chat_update(channel="C0OPS", ts=own["ts"], text="after", blocks=[section("after")])
    foreign = workspace.user("amal").say("C-ops", "mine")
    assert workspace.transcript("C-ops") == ["proviso: after", "amal: mine"]
    for method in ("chat.update", "chat.delete"):
        with pytest.raises(SlackApiError) as refused:
            client.api_call(method, json={"channel": "C0OPS", "ts": foreign.ts, "text": "x"})
        assert refusal(refused)[0] == f"cant_{method.split('.')[1]}_message"
    with pytest.raises(SlackApiError) as refused:
        client.chat_update(channel="C0OPS", ts="1.000001", text="x")
    assert refusal(refused)[0] == "message_not_found"


def test_an_ephemeral_message_needs_a_member(standing_client: WebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        standing_client.chat_postEphemeral(channel="C0OPS", user="U0NOBODY", text="x")
    assert refusal(refused)[0] == "user_not_in_channel"


def test_people_and_channels_are_listed(client: WebClient, workspace: Workspace) -> None:
    user = client.users_info(user="U0AMAL")["user"]
    assert (user["name"], user["real_name"], user["tz"], user["is_admin"]) == (
        "amal",
        "Amal Haddad",
        "Europe/Brussels",
        True,
    )
    names = [c["name"] for c in client.conversations_list(types="public_channel,private_channel")["channels"]]
    assert names == ["ops", "liaison", "review-cell"]
    workspace.remove_bot("C-review-cell")
    assert len(client.conversations_list(types="public_channel,private_channel")["channels"]) == 2
    assert client.conversations_members(channel="C0OPS")["members"] == ["U0PROVISO", "U0AMAL", "U0BO"]


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (modal(title=plain("x" * 25)), "/view/title/text"),
        (modal(private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(blocks=[{"type": "divider"}] * 101), "/view/blocks"),
        (modal(blocks=[{"type": "markdown", "text": "x"}]), "/view/blocks/0/type"),
        (modal(blocks=[{"type": "input", "label": plain("L"), "element": {"type": "plain_text_input"}}]), "/view"),
    ],
)
def test_views_slack_refuses_are_refused(
    standing: Sandbox, standing_client: WebClient, view: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        standing_client.views_open(trigger_id=standing.world.new_trigger("U0AMAL"), view=view)
    error, messages = refusal(refused)
    assert error == "invalid_arguments"
    assert f"[json-pointer:{pointer}]" in messages[0]


def test_a_trigger_opens_one_view_within_three_seconds(
    sandbox: Sandbox, client: WebClient, workspace: Workspace
) -> None:
    def attempt(trigger: str) -> str:
        try:
            client.views_open(trigger_id=trigger, view=modal())
        except SlackApiError as error:
            return str(error.response["error"])
        return "opened"

    late = sandbox.world.new_trigger("U0AMAL")
    workspace.advance(timedelta(seconds=4))
    fresh = sandbox.world.new_trigger("U0AMAL")
    assert [attempt(late), attempt(fresh), attempt(fresh), attempt("made up")] == [
        "expired_trigger_id",
        "opened",
        "exchanged_trigger_id",
        "invalid_trigger_id",
    ]


def test_views_stack_three_deep(sandbox: Sandbox, client: WebClient, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    client.views_open(trigger_id=sandbox.world.new_trigger("U0AMAL"), view=modal(title=plain("one")))
    for title in ("two", "three", "four"):
        assert amal.modal is not None
        trigger = sandbox.world.new_trigger("U0AMAL", amal.modal.id)
        if title == "four":
            with pytest.raises(SlackApiError) as refused:
                client.views_push(trigger_id=trigger, view=modal())
            assert refusal(refused)[0] == "push_limit_reached"
        else:
            client.views_push(trigger_id=trigger, view=modal(title=plain(title)))
    assert amal.wait_for_modal().title == "three"
    amal.close_modal()
    assert amal.wait_for_modal().title == "two"


def test_a_view_is_updated_once_for_one_hash(sandbox: Sandbox, client: WebClient) -> None:
    view = client.views_open(trigger_id=sandbox.world.new_trigger("U0AMAL"), view=modal())["view"]
    client.views_update(view_id=view["id"], hash=view["hash"], view=modal(title=plain("newer")))
    with pytest.raises(SlackApiError) as refused:
        client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert refusal(refused)[0] == "hash_conflict"


def _respond(url: str, body: dict[str, Any]) -> int:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_response_url_works_five_times_within_half_an_hour(sandbox: Sandbox, workspace: Workspace) -> None:
    def new_url() -> str:
        return f"{sandbox.url}/response/{sandbox.world.new_response_url('C0OPS', 'U0AMAL')}"

    url = new_url()
    assert [_respond(url, {"text": str(number)}) for number in range(6)] == [200] * 5 + [404]
    late = new_url()
    workspace.advance(timedelta(minutes=31))
    assert _respond(late, {"text": "late"}) == 404
    assert workspace.transcript("C-ops") == [f"proviso (only amal sees): {number}" for number in range(5)]


def test_timestamps_never_repeat_although_the_clock_goes_back(sandbox: Sandbox, client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel="C0OPS", text="x")["ts"] for _ in range(3)]
    sandbox.clock.advance(timedelta(days=-1))
    stamps += [client.chat_postMessage(channel="C0OPS", text="x")["ts"] for _ in range(3)]
    assert stamps == sorted(set(stamps))
