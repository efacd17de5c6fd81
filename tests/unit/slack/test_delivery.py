"""A post has one of six outcomes, and can be found again by its key."""

from __future__ import annotations

import socket
import ssl
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.error import URLError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.access.policy import Content, may_show
from bot.sandbox.driver import Workspace
from bot.sandbox.model import BOT_USER, Channel, User
from bot.slack.client import build_client
from bot.slack.delivery import SlackNotifier
from bot.slack.failures import CREDENTIALS, DESTINATION, GONE, MALFORMED, METHOD, TOO_LONG, translate
from bot.slack.parts import FIRST, REPEAT, SECOND, shown
from bot.slack.privacy import Privacy
from bot.slack.undelivered import undelivered
from bot.views.answers.model import AnswerView
from bot.views.blocks import render_blocks
from bot.views.kit import Message
from bot.views.notices.model import NoticeView
from bot.work.notifier import (
    Ambiguous,
    CredentialsBlocked,
    DestinationBlocked,
    Gone,
    HistoryUnreadable,
    Malformed,
    OutgoingPost,
    RateLimited,
    Refused,
    TooLong,
)
from tests.support.clock import ManualClock
from tests.unit.views.samples import EXTRACTIVE, NUDGE, RECORDED


@pytest.fixture
def notifier(client: WebClient) -> SlackNotifier:
    return SlackNotifier(client, Privacy(client, keep=0.0))


def post(view: str = "notice", channel: str = "C0OPS", thread: str | None = None, **more: Any) -> OutgoingPost:
    data = {"text": "Hello & welcome"} if view == "notice" else NUDGE.to_data()
    return OutgoingPost(str(uuid.uuid4()), channel, thread, view, data, **more)


def inside(privacy: Privacy, channel: str, user: str) -> bool:
    return may_show(Content.REGISTER, privacy.place(channel), privacy.person(user))


def test_a_view_that_does_not_say_what_it_shows_is_posted_nowhere(
    notifier: SlackNotifier, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NoticeView, "shows", None)
    with pytest.raises(Refused):
        notifier.post(post())
    assert workspace.bot_messages("C-ops") == []


def test_a_post_carries_its_key_and_unfurls_nothing(notifier: SlackNotifier, workspace: Workspace) -> None:
    outgoing = post()
    ts = notifier.post(outgoing)
    message = workspace.bot_messages("C-ops")[-1]
    assert (message.ts, message.text) == (ts, "Hello &amp; welcome")
    assert message.metadata == {"event_type": "proviso_post", "event_payload": {"key": outgoing.key}}
    assert message.client_msg_id == outgoing.key


def test_a_post_is_found_in_its_channel_and_in_its_thread(notifier: SlackNotifier, workspace: Workspace) -> None:
    oldest = workspace.sandbox.clock.now() - timedelta(minutes=1)
    root = workspace.user("amal").say("C-ops", "here")
    for outgoing in (post(), post(thread=root.ts)):
        ts = notifier.post(outgoing)
        assert notifier.find(outgoing, oldest) == ts
    assert notifier.find(post(), oldest) is None
    assert notifier.find(post(thread=root.ts), oldest) is None


def test_what_somebody_else_posted_with_our_key_is_not_ours(notifier: SlackNotifier, workspace: Workspace) -> None:
    outgoing = post()
    channel = workspace.channel("C-ops")
    forged = {"event_type": "proviso_post", "event_payload": {"key": outgoing.key}}
    workspace.world.post(channel, "U0AMAL", "forged", metadata=forged)
    assert notifier.find(outgoing, workspace.sandbox.clock.now() - timedelta(minutes=1)) is None


def test_history_that_cannot_be_read_is_said_to_be_unreadable(notifier: SlackNotifier, workspace: Workspace) -> None:
    for place in (post(channel="C0NOWHERE"), post(thread="1.000001")):
        with pytest.raises(HistoryUnreadable):
            notifier.find(place, workspace.sandbox.clock.now())


def test_a_message_of_many_pages_ago_is_found(notifier: SlackNotifier, workspace: Workspace) -> None:
    oldest = workspace.sandbox.clock.now() - timedelta(minutes=1)
    outgoing = post(channel="C0LIAISON")
    ts = notifier.post(outgoing)
    channel = workspace.channel("C-liaison")
    for number in range(450):
        workspace.world.post(channel, "U0AMAL", f"later {number}")
    assert notifier.find(outgoing, oldest) == ts


def test_plain_text_goes_without_blocks_and_a_repeat_admits_it(notifier: SlackNotifier, workspace: Workspace) -> None:
    notifier.post(post(form="plain"))
    assert workspace.bot_messages("C-ops")[-1].blocks == []
    notifier.post(post(repeat=True))
    assert REPEAT in workspace.text(workspace.bot_messages("C-ops")[-1])


def test_an_ephemeral_post_reaches_one_person(notifier: SlackNotifier, workspace: Workspace) -> None:
    notifier.post(post(ephemeral_user="U0BO"))
    assert [workspace.text(m) for m in workspace.user("bo").ephemerals("C-ops")] == ["Hello & welcome"]


def test_too_many_requests_say_when_to_come_back(notifier: SlackNotifier, workspace: Workspace) -> None:
    workspace.faults.arm("rate_limited", method="chat.postMessage", times=1, seconds=60)
    with pytest.raises(Refused) as refused:
        notifier.post(post())
    assert refused.value.retry_after == 60


@pytest.mark.parametrize("fault", ["server_error", "server_error_after", "accepted_without_reply"])
def test_what_nobody_can_tell_is_ambiguous(notifier: SlackNotifier, workspace: Workspace, fault: str) -> None:
    workspace.faults.arm(fault, method="chat.postMessage", times=1)
    before = len(workspace.bot_messages("C-ops"))
    with pytest.raises(Ambiguous):
        notifier.post(post())
    assert len(workspace.bot_messages("C-ops")) - before == (0 if fault == "server_error" else 1)


def test_a_slow_server_leaves_it_open_too(workspace: Workspace) -> None:
    sandbox = workspace.sandbox
    hasty = build_client(sandbox.bot_token, sandbox.api_url, timeout=1)
    workspace.faults.arm("slow", method="chat.postMessage", times=1, seconds=1.5)
    with pytest.raises(Ambiguous):
        SlackNotifier(hasty, Privacy(hasty)).post(post())


def test_a_server_that_cannot_be_reached_has_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    client = build_client("xoxb-x", f"http://127.0.0.1:{port}/api/")
    with pytest.raises(Refused):
        SlackNotifier(client, Privacy(client)).post(post())


def test_a_refused_token_blocks_everything(workspace: Workspace) -> None:
    client = build_client("xoxb-wrong", workspace.sandbox.api_url)
    with pytest.raises(CredentialsBlocked) as blocked:
        SlackNotifier(client, Privacy(client)).post(post())
    assert blocked.value.reason == "invalid_auth"


def test_a_channel_that_takes_nothing_is_blocked(notifier: SlackNotifier, workspace: Workspace) -> None:
    workspace.archive("C-liaison")
    try:
        with pytest.raises(DestinationBlocked) as archived:
            notifier.post(post(channel="C0LIAISON"))
    finally:
        workspace.archive("C-liaison", archived=False)
    with pytest.raises(DestinationBlocked) as unknown:
        notifier.post(post(channel="C0NOWHERE"))
    assert (archived.value.reason, unknown.value.reason) == ("is_archived", "channel_not_found")


def test_no_channel_is_joined_unasked(notifier: SlackNotifier, workspace: Workspace) -> None:
    workspace.world.add_channel(Channel("C0UNASKED", "unasked", ["U0AMAL"]))
    with pytest.raises(DestinationBlocked) as blocked:
        notifier.post(post(channel="C0UNASKED"))
    assert blocked.value.reason == "not_in_channel"
    assert "conversations.join" not in workspace.sandbox.web_api.calls
    assert BOT_USER not in workspace.channel("C0UNASKED").members


def test_where_that_is_wanted_a_public_channel_is_joined_once_and_a_private_one_is_not(
    client: WebClient, workspace: Workspace
) -> None:
    workspace.sandbox.manifest.scopes.append("channels:join")
    notifier = SlackNotifier(client, Privacy(client), join_channels=True)
    world = workspace.world
    world.add_channel(Channel("C0OPEN", "open", ["U0AMAL"]))
    world.add_channel(Channel("C0SHUT", "shut", ["U0AMAL"], is_private=True))
    notifier.post(post(channel="C0OPEN"))
    assert BOT_USER in workspace.channel("C0OPEN").members
    with pytest.raises(DestinationBlocked):
        notifier.post(post(channel="C0SHUT"))


def test_what_cannot_be_rendered_is_malformed(notifier: SlackNotifier) -> None:
    for view, data in (("riddle", {}), ("nudge", {"stage": "due"}), ("answer", {"answer": {}})):
        with pytest.raises(Malformed):
            notifier.post(OutgoingPost("k", "C0OPS", None, view, data))


def test_a_nudge_never_enters_a_channel_that_is_shared(notifier: SlackNotifier, workspace: Workspace) -> None:
    workspace.world.add_channel(Channel("C0JOINT", "joint", ["U0AMAL", BOT_USER], is_shared=True))
    with pytest.raises(Refused) as refused:
        notifier.post(post("nudge", "C0JOINT"))
    assert (refused.value.retry_after, refused.value.reason) == (3600, "shared_with_another_organisation")
    workspace.faults.arm("server_error", method="conversations.info", times=1)
    with pytest.raises(Refused):
        notifier.post(post("nudge"))
    notifier.post(post("notice", "C0JOINT"))
    assert [workspace.text(m) for m in workspace.bot_messages("C0JOINT")] == ["Hello & welcome"]


def test_an_update_takes_the_place_of_what_its_card_showed(notifier: SlackNotifier, workspace: Workspace) -> None:
    ts = notifier.post(post())
    changed = OutgoingPost("k", "C0OPS", None, "nudge", RECORDED.to_data(), operation="update", slack_ts=ts)
    assert (notifier.update(changed), notifier.update(changed)) == (ts, ts)
    [card] = [message for message in workspace.bot_messages("C-ops") if message.ts == ts]
    assert "*Recorded: Suspend*, by @bo" in workspace.text(card)


def test_an_update_of_what_is_not_there_or_not_ours_says_so(notifier: SlackNotifier, workspace: Workspace) -> None:
    theirs = workspace.user("amal").say("C-ops", "mine").ts
    for ts, code in (("1.000001", "message_not_found"), (theirs, "cant_update_message")):
        with pytest.raises(Gone) as gone:
            notifier.update(replace(post(), operation="update", slack_ts=ts))
        assert gone.value.reason == code


def test_two_parts_show_together_what_the_whole_would_have_shown(notifier: SlackNotifier, workspace: Workspace) -> None:
    data = AnswerView(EXTRACTIVE).to_data()
    for part in (1, 2):
        notifier.post(OutgoingPost(f"part {part}", "C0OPS", None, "answer", data, part=part))
    first, second = (strip_ids(message.blocks) for message in workspace.bot_messages("C-ops")[-2:])
    whole = [dict(block) for block in render_blocks(AnswerView(EXTRACTIVE)).blocks]
    assert (first[-1]["elements"][0]["text"], second[0]["elements"][0]["text"]) == (FIRST, SECOND)
    assert first[:-1] + second[1:] == strip_ids(whole)
    assert min(len(first), len(second)) > 1


def strip_ids(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in block.items() if key != "block_id"} for block in blocks]


@pytest.mark.parametrize("lines", [1, 2, 3, 40])
def test_text_alone_is_parted_between_its_lines(lines: int) -> None:
    text = "\n".join(f"line {number}" for number in range(lines))
    halves = [shown(Message(text, ()), replace(post(), form="plain", part=part)).text for part in (1, 2)]
    rest = halves[1].removeprefix(SECOND).strip()
    assert [line for line in (*halves[0].removesuffix(FIRST).split("\n"), *rest.split("\n")) if line] == text.split(
        "\n"
    )


def test_a_message_that_slack_never_took_becomes_a_line_with_a_next_step(
    notifier: SlackNotifier, workspace: Workspace
) -> None:
    notifier.post(replace(post("nudge"), form="short"))
    assert workspace.text(workspace.bot_messages("C-ops")[-1]) == (
        "A reminder fell due that Slack would not take as a message. Nothing was changed. "
        "Next step: `/partner list` shows what is due."
    )


def test_whoever_waits_for_an_answer_that_is_given_up_is_told_directly() -> None:
    told = undelivered(replace(post(channel="C0OPS", thread="1.0"), asker="U0AMAL"), "is_archived")
    assert (told.channel, told.thread, told.view) == ("U0AMAL", None, "notice")
    assert told.data["text"] == (
        "Your question was answered, but Slack did not take the answer (is_archived). It is given up and was not "
        "kept. Next step: ask again, in a direct message to me if it was in a channel."
    )
    unknown = undelivered(post(channel="C0OPS", thread="1.0"), "no_text")
    assert (unknown.channel, unknown.thread) == ("C0OPS", "1.0")


def lacking(needed: str | None) -> SlackApiError:
    return SlackApiError("no", {"ok": False, "error": "missing_scope", "needed": needed})  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("needed", "method", "meaning", "reason"),
    [
        ("chat:write", "chat.postMessage", CredentialsBlocked, "missing_scope: chat:write"),
        (None, "chat.postMessage", CredentialsBlocked, "missing_scope"),
        ("im:write", "chat.postMessage", DestinationBlocked, "missing_scope: im:write"),
        ("chat:write", "chat.update", CredentialsBlocked, "missing_scope: chat:write"),
        ("channels:read", "conversations.info", Refused, "missing_scope: channels:read"),
        ("groups:read", "conversations.info", Refused, "missing_scope: groups:read"),
    ],
)
def test_a_missing_scope_stops_what_needs_it_and_nothing_else(
    needed: str | None, method: str, meaning: type[Exception], reason: str
) -> None:
    failure = translate(lacking(needed), method)
    assert (type(failure), failure.reason) == (meaning, reason)  # type: ignore[union-attr]  # each of these has one


@pytest.mark.parametrize("code", sorted(METHOD))
def test_a_method_that_is_closed_to_the_token_is_no_end_of_the_token(code: str) -> None:
    assert isinstance(translate(api_error(code)), CredentialsBlocked)
    assert isinstance(translate(api_error(code), "conversations.info"), Refused)
    assert isinstance(translate(api_error("token_revoked"), "conversations.info"), CredentialsBlocked)


@pytest.mark.parametrize("code", sorted(GONE))
def test_what_cannot_be_updated_is_gone_and_a_post_is_never(code: str) -> None:
    assert isinstance(translate(api_error(code), "chat.update"), Gone)
    assert isinstance(translate(api_error(code)), Ambiguous)


def test_history_that_is_closed_to_us_names_the_scope_it_needs(
    client: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(**_: Any) -> None:
        raise lacking("channels:history")

    monkeypatch.setattr(client, "conversations_history", closed)
    with pytest.raises(HistoryUnreadable) as unreadable:
        SlackNotifier(client, Privacy(client)).find(post(), ManualClock().now())
    assert unreadable.value.reason == "missing_scope: channels:history"


def test_a_client_that_repeats_by_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="post twice"):
        SlackNotifier(WebClient(), Privacy(WebClient()))


def api_error(code: str | None, status: int = 200, headers: dict[str, str] | None = None) -> SlackApiError:
    body = {"ok": False, "error": code} if code else {}
    return SlackApiError("no", {"status": status, "headers": headers or {}, **body})  # type: ignore[arg-type]  # as the SDK does for bodies that are no JSON


@pytest.mark.parametrize(
    "code",
    [
        "cannot_reply_to_message",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
    ],
)
def test_a_place_that_takes_no_message_like_this_one_is_not_blocked_for_the_others(code: str) -> None:
    failure = translate(api_error(code))
    assert isinstance(failure, Malformed)
    assert failure.reason == code


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        *((api_error(code), CredentialsBlocked) for code in sorted(CREDENTIALS)),
        *((api_error(code), DestinationBlocked) for code in sorted(DESTINATION)),
        *((api_error(code), Malformed) for code in sorted(MALFORMED)),
        *((api_error(code), TooLong) for code in sorted(TOO_LONG)),
        (api_error("ratelimited", 429, {"Retry-After": "7"}), RateLimited),
        (api_error(None, 429), RateLimited),
        (api_error("fatal_error"), Ambiguous),
        (api_error("internal_error"), Ambiguous),
        (api_error("service_unavailable"), Ambiguous),
        (api_error("request_timeout"), Ambiguous),
        (api_error("duplicate_message_not_found"), Ambiguous),
        (api_error("a_code_of_next_year"), Ambiguous),
        (api_error(None, 502), Ambiguous),
        (URLError(socket.gaierror(-2, "no name")), Refused),
        (URLError(ConnectionRefusedError()), Refused),
        (URLError(ssl.SSLCertVerificationError()), Refused),
        (URLError(TimeoutError()), Ambiguous),
        (ConnectionResetError(), Ambiguous),
        (TimeoutError(), Ambiguous),
        (ValueError(), Ambiguous),
    ],
)
def test_every_failure_has_one_meaning(error: Exception, meaning: type[Exception]) -> None:
    assert type(translate(error)) is meaning


def test_the_register_is_closed_to_guests_and_where_nobody_knows(client: WebClient, workspace: Workspace) -> None:
    workspace.add_user(User("U0GUEST", "gil", "Gil", is_guest=True), "ops")
    privacy = Privacy(client, keep=0.0)
    assert inside(privacy, "C0OPS", "U0AMAL")
    assert privacy.place(None).inside
    assert not inside(privacy, "C0OPS", "U0GUEST")
    assert not inside(privacy, "C0NOWHERE", "U0AMAL")
    assert not inside(privacy, "C0OPS", "U0NOBODY")
    workspace.faults.arm("server_error", method="users.info", times=1)
    assert not inside(privacy, "C0OPS", "U0AMAL")


def test_a_server_without_the_method_has_no_guests_and_shares_nothing(
    client: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(**_: Any) -> None:
        raise api_error("unknown_method")

    monkeypatch.setattr(client, "users_info", unknown)
    monkeypatch.setattr(client, "conversations_info", unknown)
    assert inside(Privacy(client), "C0OPS", "U0AMAL")


def test_an_answer_about_privacy_is_remembered_for_a_while(client: WebClient, workspace: Workspace) -> None:
    now = [0.0]
    privacy = Privacy(client, timer=lambda: now[0], keep=60.0)
    channel = workspace.channel("C-review-cell")
    assert privacy.of_channel(channel.id)
    channel.is_shared = True
    assert privacy.of_channel(channel.id)
    now[0] = 61.0
    assert not privacy.of_channel(channel.id)
    channel.is_shared = False


def test_a_person_who_is_not_in_the_channel_blocks_no_channel() -> None:
    assert isinstance(translate(api_error("user_not_in_channel")), Malformed)
