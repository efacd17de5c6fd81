"""A question is a committed row before the ack; everything else is left alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from slack_bolt import BoltContext, BoltRequest, BoltResponse
from slack_sdk import WebClient
from sqlalchemy import select

from bot.actions.registry import Services
from bot.actions.table import REGISTRY
from bot.checklists.catalogue import Catalogue
from bot.conversations.tables import TurnRow
from bot.conversations.threads import Conversations
from bot.slack.app import build_bolt
from bot.slack.arrivals import Arrivals
from bot.slack.inbox_middleware import InboxMiddleware, NotKept, Question, read_follow_up, read_question
from bot.slack.privacy import Privacy
from bot.slack.responder import Responder
from bot.slack.teams import Teams
from bot.slack.threads import plain_words, thread_of
from bot.work.inbox import Inbox
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.unit.actions.test_handlers import OnePassage

EVENT = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "5.000001", "text": "<@UBOT> why &amp; when?"}


def body(**changed: Any) -> dict[str, Any]:
    event = {key: value for key, value in {**EVENT, **changed}.items() if value is not None}
    return {"type": "event_callback", "team_id": "T0SANDBOX", "event_id": "Ev1", "event": event}


def test_a_mention_is_a_question() -> None:
    assert read_question(body(), "UBOT") == Question(
        "C1:5.000001",
        {
            "channel": "C1",
            "thread": "5.000001",
            "user": "U1",
            "text": "why & when?",
            "length": 11,
            "files": 0,
        },
    )


def test_a_message_in_a_direct_message_is_a_question_though_nothing_but_its_channel_says_so() -> None:
    assert read_question(body(type="message", channel="D1"), "UBOT") == read_question(
        body(type="message", channel="D1", channel_type="im"), "UBOT"
    )
    assert read_question(body(type="message", channel="D1"), "UBOT") is not None


def test_half_a_character_becomes_a_question_mark_and_what_is_no_text_no_words() -> None:
    broken, number = (
        read_question(body(text="<@UBOT> who \ud800 assesses?"), "UBOT"),
        read_question(body(text=7), "UBOT"),
    )
    assert broken is not None
    assert number is not None
    assert (broken.body["text"], number.body["text"]) == ("who ? assesses?", "")


def test_a_mention_and_the_message_that_brings_it_are_one() -> None:
    mention = read_question(body(channel="D1"), "UBOT")
    message = read_question(body(type="message", channel_type="im", channel="D1", client_msg_id="x"), "UBOT")
    assert mention is not None
    assert message is not None
    assert mention.key == message.key


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "message", "channel_type": "channel"},
        {"type": "message"},
        {"type": "message", "channel_type": "mpim", "channel": "D1"},
        {"type": "message", "channel_type": "im", "subtype": "message_changed"},
        {"type": "message", "channel_type": "im", "subtype": "message_deleted"},
        {"type": "message", "channel_type": "im", "subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"bot_id": "B1"},
        {"bot_profile": {"id": "B1"}},
        {"user": "UBOT"},
        {"user": "USLACKBOT"},
        {"user": None},
        {"edited": {"user": "U1", "ts": "6"}},
        {"hidden": True},
        {"ts": None},
        {"type": "reaction_added"},
    ],
)
def test_what_is_no_question_is_left_alone(changed: dict[str, Any]) -> None:
    assert read_question(body(**changed), "UBOT") is None


@pytest.mark.parametrize("changed", [{"subtype": "file_share", "files": [{}, {}]}, {"subtype": "thread_broadcast"}])
def test_files_and_broadcast_replies_are_by_people(changed: dict[str, Any]) -> None:
    question = read_question(body(**changed), "UBOT")
    assert question is not None
    assert question.body["files"] == len(changed.get("files", []))


def test_payloads_of_other_kinds_are_left_alone() -> None:
    assert read_question({"type": "block_actions"}, "UBOT") is None
    assert read_question({"type": "event_callback", "event": "text"}, "UBOT") is None


def test_of_a_long_question_only_what_decides_is_kept() -> None:
    question = read_question(body(text="w" * 39_000), "UBOT")
    assert question is not None
    assert (len(question.body["text"]), question.body["length"]) == (4001, 39_000)


def test_the_thread_is_the_messages_own_or_a_new_one() -> None:
    assert thread_of({"ts": "2", "thread_ts": "1"}) == "1"
    assert thread_of({"ts": "2"}) == "2"


def test_a_direct_message_is_answered_beside_it_unless_it_stands_in_a_thread() -> None:
    assert thread_of({"ts": "2", "channel": "D1"}) is None
    assert thread_of({"ts": "2", "thread_ts": "1", "channel": "D1"}) == "1"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("<@UBOT> who signs in <#C1|joint-ops>?", "who signs in joint ops?"),
        ("<@UBOT> who signs? cc <@U2|bo> <@U3>", "who signs?"),
        ("<@UBOT> who signs? cc @bo", "who signs?"),
        ("<@U2|Bo Jansen>: who signs? <#C1> <!subteam^S1>", "who signs?"),
        ("<@UBOT> <@U2> <!here> <@U3|jan>", ""),
        ("see <https://x.example/a?b=1&amp;c=2|the page>", "see the page"),
        ("see <https://x.example>", "see https://x.example"),
        ("<!here> a &lt; b &amp;&amp; c", "a < b && c"),
        (
            "<!subteam^S1|@planners> what is due on <!date^1^{date_long}^https://x.example|Monday>?",
            "what is due on Monday?",
        ),
        ("  <@UBOT>\n\n", ""),
    ],
)
def test_mark_up_becomes_words_and_people_are_dropped(written: str, words: str) -> None:
    assert plain_words(written, "UBOT") == words


@pytest.fixture
def inbox(database: Database, clock: ManualClock) -> Inbox:
    return Inbox(database, clock)


@pytest.fixture
def middleware(database: Database, clock: ManualClock, inbox: Inbox, client: WebClient) -> InboxMiddleware:
    remembered = Conversations(database, clock, timedelta(hours=24))
    return InboxMiddleware(inbox, Teams(database), remembered, Privacy(client))


def handle(middleware: InboxMiddleware, payload: dict[str, Any]) -> BoltResponse:
    context = BoltContext({"bot_user_id": "UBOT", "team_id": "T1"})
    return middleware.handle(payload, context, lambda: BoltResponse(status=404, body=""))


def test_the_row_is_there_before_the_ack_and_a_duplicate_is_acked_and_dropped(
    middleware: InboxMiddleware, inbox: Inbox
) -> None:
    assert [handle(middleware, body()).status for _ in range(3)] == [200, 200, 200]
    received = inbox.lease("worker")
    assert received is not None
    assert (received.kind, received.key, received.body["text"]) == ("question", "C1:5.000001", "why & when?")
    assert inbox.lease("worker") is None


def test_of_a_question_that_is_too_long_no_turn_is_noted(middleware: InboxMiddleware, database: Database) -> None:
    handle(middleware, body(text="w" * 4_001))
    handle(middleware, body(text="w" * 4_000, ts="6.000001"))
    with database.read() as session:
        assert [turn.ts for turn in session.scalars(select(TurnRow))] == ["6.000001"]


def test_what_is_no_question_goes_on_to_the_listeners(middleware: InboxMiddleware) -> None:
    assert handle(middleware, body(bot_id="B1")).status == 404


def test_a_question_that_cannot_be_kept_is_not_acked_and_not_quoted(
    middleware: InboxMiddleware, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_teams: Teams, _slack_team: str) -> str:
        raise RuntimeError("the question: why & when?")

    monkeypatch.setattr(Teams, "id_of", away)
    with pytest.raises(NotKept) as error:
        handle(middleware, body())
    assert (str(error.value), error.value.__cause__) == ("RuntimeError", None)


def test_when_the_database_is_away_bolt_does_not_ack(
    client: WebClient, sqlite_database: Database, clock: ManualClock
) -> None:
    services = Services(sqlite_database, Catalogue.load(), OnePassage())
    responder = Responder(services, REGISTRY, Teams(sqlite_database), Privacy(client), client, clock)
    conversations = Conversations(sqlite_database, clock, timedelta(hours=24))
    app = build_bolt(responder, Inbox(sqlite_database, clock), conversations, signing_secret="s")
    sent = BoltRequest(mode="socket_mode", body=body())
    assert app.dispatch(sent).status == 200
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE inbox")
    assert app.dispatch(BoltRequest(mode="socket_mode", body=body(ts="9.000001"))).status == 500
    assert app.dispatch(BoltRequest(mode="socket_mode", body=body(type="channel_rename"))).status == 200


IN_THREAD: dict[str, Any] = {
    "type": "message",
    "channel_type": "channel",
    "channel": "C0OPS",
    "user": "U0AMAL",
    "ts": "9.000001",
    "thread_ts": "5.000001",
    "text": "and for detainees?",
}


def test_a_question_in_the_thread_of_a_channel_may_be_a_follow_up() -> None:
    found = read_follow_up(body(**IN_THREAD), "UBOT")
    assert found is not None
    assert (found.key, found.body["thread"], found.body["text"], found.body["follow_up"]) == (
        "C0OPS:9.000001",
        "5.000001",
        "and for detainees?",
        True,
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "<@UBOT> and for detainees?"},
        {"text": "<@U2> and for detainees?"},
        {"text": "and for detainees? cc <!subteam^S1>"},
        {"text": "<!here> and for detainees?"},
        {"text": "We asked that last week."},
        {"text": "?"} | {"thread_ts": None},
        {"thread_ts": None},
        {"thread_ts": "9.000001"},
        {"subtype": "thread_broadcast"},
        {"subtype": "message_changed"},
        {"bot_id": "B1"},
        {"user": "UBOT"},
        {"edited": {"user": "U0AMAL", "ts": "9"}},
        {"channel": "D1", "channel_type": "im"},
        {"type": "app_mention"},
    ],
)
def test_what_is_said_to_others_or_outside_threads_is_no_follow_up(changed: dict[str, Any]) -> None:
    assert read_follow_up(body(**IN_THREAD | changed), "UBOT") is None


def kept(inbox: Inbox) -> list[str]:
    found = []
    while received := inbox.lease("worker"):
        found.append(received.key)
        inbox.finish(received, [])
    return found


def test_a_follow_up_is_kept_in_a_thread_that_its_author_began(middleware: InboxMiddleware, inbox: Inbox) -> None:
    handle(middleware, body(user="U0AMAL", channel="C0OPS"))
    assert [handle(middleware, body(**IN_THREAD)).status for _ in range(2)] == [200, 200]
    assert kept(inbox) == ["C0OPS:5.000001", "C0OPS:9.000001"]


@pytest.mark.parametrize(
    "changed", [{"user": "U0BO"}, {"thread_ts": "6.000001"}, {"channel": "C0LIAISON"}, {"user": "U0NOBODY"}]
)
def test_what_others_ask_or_what_is_asked_elsewhere_leaves_no_row(
    middleware: InboxMiddleware, inbox: Inbox, changed: dict[str, Any]
) -> None:
    handle(middleware, body(user="U0AMAL", channel="C0OPS"))
    assert handle(middleware, body(**IN_THREAD | changed)).status == 200
    assert kept(inbox) == ["C0OPS:5.000001"]


def test_what_slack_says_is_shared_with_others_leaves_no_row(middleware: InboxMiddleware, inbox: Inbox) -> None:
    handle(middleware, body(user="U0AMAL", channel="C0OPS"))
    assert handle(middleware, body(**IN_THREAD) | {"is_ext_shared_channel": True}).status == 200
    assert kept(inbox) == ["C0OPS:5.000001"]


def test_mentions_and_messages_of_channels_are_counted_as_they_arrive() -> None:
    arrivals = Arrivals()
    for changed in (
        {},
        IN_THREAD,
        {"channel_type": "group", "type": "message", "channel": "G1"},
        {"channel_type": "im", "type": "message", "channel": "D1"},
        {"type": "message", "channel": "D1"},
        {"type": "reaction_added"},
    ):
        arrivals.count(body(**changed)["event"])
    assert arrivals.to_json() == {"mentions": 1, "messages": 2}
