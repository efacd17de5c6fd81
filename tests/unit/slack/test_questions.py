"""A question gets one post, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlalchemy import select

from bot.actions.table import REGISTRY
from bot.conversations.tables import TurnRow
from bot.conversations.threads import Conversations, Place
from bot.sandbox.driver import Workspace
from bot.slack.private_places import PrivatePlace
from bot.slack.questions import REPEATED, QuestionHandler
from bot.slack.status import PAUSE_SECONDS, SEARCHING, STILL_SENDING, Status
from bot.views.answers.model import AnswerView
from bot.views.blocks import render_blocks
from bot.views.sources import Ageing
from bot.views.stored import view_of
from bot.work.inbox import Inbox, Received
from bot.work.outbox import post_key
from bot.work.people import team_id
from bot.work.tables import InboxRow, OutboxRow
from bot.work.workers import WorkerPool
from retrieval.answering import ABOUT
from retrieval.corpus.passages import PUBLIC, Scope
from retrieval.database import Database
from retrieval.types import Answer, Claim, Offer, Turn
from retrieval.types import Status as Outcome
from tests.support.clock import ManualClock
from tests.unit.slack.test_delivery import api_error


def ageing() -> Ageing:
    return Ageing(date(2026, 3, 1))


class Echo:
    """Covers nothing, or answers everything alike; remembers what it was asked, by whom, and in which conversation."""

    def __init__(self, reply: Answer | None = None) -> None:
        self.reply = reply
        self.asked: list[str] = []
        self.askers: list[str | None] = []
        self.turns: list[tuple[Turn, ...]] = []

    def answer(
        self,
        question: str,
        *,
        context: Sequence[Turn] = (),
        id: str | None = None,
        scope: Scope = PUBLIC,
        asker: str | None = None,
    ) -> Answer:
        self.asked.append(question)
        self.askers.append(asker)
        self.turns.append(tuple(context))
        return self.reply or Answer(question, "abstained", "Not covered.")


class Faltering:
    """Fails so many times, then answers."""

    def __init__(self, failures: int) -> None:
        self.left = failures

    def answer(
        self,
        question: str,
        *,
        context: Sequence[Turn] = (),
        id: str | None = None,
        scope: Scope = PUBLIC,
        asker: str | None = None,
    ) -> Answer:
        self.left -= 1
        if self.left >= 0:
            return Answer(question, "failed", "Something went wrong.")
        return Answer(question, "abstained", "Not covered.")


@pytest.fixture
def conversations(sqlite_database: Database, clock: ManualClock) -> Conversations:
    return Conversations(sqlite_database, clock, timedelta(hours=24))


def received(text: str, **changed: Any) -> Received:
    body = {"channel": "C0OPS", "thread": "5.000001", "user": "U1", "text": text, "length": len(text), "files": 0}
    return Received("question", "C0OPS:5.000001", body | changed, "team", 1)


def test_who_asks_is_passed_on_by_an_id_that_slack_does_not_know(conversations: Conversations) -> None:
    echo = Echo()
    handler = QuestionHandler(
        echo, REGISTRY, ageing, conversations, person=lambda team, user: f"person of {team}, {len(user)}"
    )
    handler(received("When?"))
    assert echo.askers == ["person of team, 2"]


class Answered(Echo):
    """Answers everything, with an offer from the register beside it."""

    def answer(self, question: str, **_: Any) -> Answer:
        offers = (Offer("partner", "Look it up", "proviso partner list", "partner.list"),)
        return Answer(question, "answered", "Yes.", (Claim("Yes.", ()),), offers=offers)


@pytest.mark.parametrize(
    ("place", "shares", "asked"),
    [
        (PrivatePlace("C0OPS", "U1"), True, {"question": "When “does” it end?", "channel": None, "shared_by": None}),
        (PrivatePlace("D1", None), False, {"question": "When “does” it end?", "channel": "C0OPS", "shared_by": None}),
        (PrivatePlace("C0OPS", None), False, None),
    ],
)
def test_a_private_answer_goes_where_its_reader_is_reached_alone_and_is_shared_only_where_others_are(
    conversations: Conversations, place: PrivatePlace, shares: bool, asked: dict[str, Any] | None
) -> None:
    handler = QuestionHandler(Answered(), REGISTRY, ageing, conversations, places=lambda _channel, _user: place)
    (post,) = handler(received("When “does” it end?", only_for="U1", thread=None))
    assert (post.channel, post.ephemeral_user, post.asker) == (place.channel, place.only_for, "U1")
    expected = asked and asked | {"question": 'When "does" it end?'}
    assert (post.data["shares"], post.data["asked"]) == (shares, expected)
    assert post.data["answer"]["question"] == ""
    view = AnswerView.from_data(post.data)
    assert view.to_data() == post.data
    assert [offer.kind for offer in view.answer.offers] == ["partner"]
    assert view.as_shared("U1", "abcd1234").answer.offers == ()


def test_an_answer_goes_to_its_thread_under_a_key_of_its_own(conversations: Conversations) -> None:
    echo = Echo()
    posts = QuestionHandler(echo, REGISTRY, ageing, conversations)(received("When?"))
    assert echo.asked == ["When?"]
    assert len(posts) == 1
    post = posts[0]
    assert (post.team_id, post.channel, post.thread, post.view) == ("team", "C0OPS", "5.000001", "answer")
    assert post.key == post_key("answer", "team", "C0OPS:5.000001")
    assert post.data["answer"]["text"] == "Not covered."
    assert post.data["reference"] == post.key[:8]
    assert "When?" not in str(post)


@pytest.mark.parametrize(
    ("text", "changed", "view", "said"),
    [
        ("", {}, "help", "You mentioned me without a question."),
        ("", {"files": 1}, "help", "I cannot read files"),
        ("w" * 4001, {"length": 9000}, "answer", "Your question has 9,000 characters; I take up to 4,000."),
    ],
)
def test_what_is_no_question_for_the_index_is_answered_without_it(
    text: str, changed: dict[str, Any], view: str, said: str, conversations: Conversations
) -> None:
    echo = Echo()
    (post,) = QuestionHandler(echo, REGISTRY, ageing, conversations)(received(text, **changed))
    assert echo.asked == []
    assert post.view == view
    assert said in str(render_blocks(view_of(post.view, post.data)))


def test_what_leads_to_the_help_is_shown_all_that_can_be_typed(conversations: Conversations) -> None:
    pointed = Echo(Answer("hello", "pointed", ABOUT, reason="help"))
    (post,) = QuestionHandler(pointed, REGISTRY, ageing, conversations)(received("hello"))
    assert post.view == "help"
    assert "I answer questions on good practice" in str(render_blocks(view_of(post.view, post.data)))


def test_a_question_that_failed_too_often_is_told_with_a_reference(conversations: Conversations) -> None:
    (post,) = QuestionHandler(Echo(), REGISTRY, ageing, conversations).failed(received("When?"))
    shown = str(render_blocks(view_of(post.view, post.data)))
    assert "No answer this time" in shown
    assert post.key[:8] in shown


@pytest.mark.parametrize(("failures", "text"), [(0, "Not covered."), (2, "Not covered."), (3, "Something went wrong.")])
def test_a_question_that_fails_is_tried_three_times_before_that_is_told(
    sqlite_database: Database, clock: ManualClock, failures: int, text: str, conversations: Conversations
) -> None:
    inbox = Inbox(sqlite_database, clock)
    question = received("When?")
    pool = WorkerPool(inbox, {question.kind: QuestionHandler(Faltering(failures), REGISTRY, ageing, conversations)})
    inbox.receive(question.kind, question.key, question.body, question.team_id)
    for _ in range(4):
        pool.run_once()
        clock.advance(timedelta(seconds=5))
    with sqlite_database.read() as session:
        [post] = session.scalars(select(OutboxRow))
        [kept] = session.scalars(select(InboxRow))
    assert post.data is not None
    assert post.data["answer"]["text"] == text
    assert (kept.state, kept.attempt, kept.body) == ("done", min(failures + 1, 3), None)


def test_the_thread_says_that_the_guidance_is_searched(
    client: WebClient, workspace: Workspace, conversations: Conversations
) -> None:
    asked = workspace.user("amal").say("C-ops", "hello")
    handler = QuestionHandler(Echo(), REGISTRY, ageing, conversations, Status(client))
    handler(received("When?", thread=asked.ts))
    assert list(workspace.world.live_statuses("C0OPS")) == [(asked.ts, SEARCHING)]


@pytest.mark.parametrize(("code", "calls"), [("unknown_method", [1, 1, 2]), ("channel_not_found", [1, 2, 3])])
def test_a_status_that_cannot_be_shown_is_no_obstacle_and_is_tried_again_later(
    client: WebClient, monkeypatch: pytest.MonkeyPatch, code: str, calls: list[int], conversations: Conversations
) -> None:
    tried: list[dict[str, Any]] = []
    seconds = [0.0]

    def refuse(**arguments: Any) -> None:
        tried.append(arguments)
        raise api_error(code)

    monkeypatch.setattr(client, "assistant_threads_setStatus", refuse)
    handler = QuestionHandler(Echo(), REGISTRY, ageing, conversations, Status(client, timer=lambda: seconds[0]))
    counted = []
    for passed in (0.0, PAUSE_SECONDS - 1, PAUSE_SECONDS):
        seconds[0] = passed
        assert len(handler(received("When?"))) == 1
        counted.append(len(tried))
    assert counted == calls


def test_while_an_answer_is_in_doubt_its_thread_says_that_it_is_being_sent(
    client: WebClient, workspace: Workspace
) -> None:
    asked = workspace.user("amal").say("C-ops", "When?")
    status = Status(client)
    status.still_sending("C0OPS", asked.ts, "U0AMAL")
    assert (asked.ts, STILL_SENDING) in list(workspace.world.live_statuses("C0OPS"))
    status.sent("C0OPS", asked.ts)
    assert asked.ts not in dict(workspace.world.live_statuses("C0OPS"))


def test_without_a_thread_whoever_asked_is_told_alone_that_it_is_being_sent(
    client: WebClient, workspace: Workspace
) -> None:
    Status(client).still_sending("C0OPS", None, "U0AMAL")
    Status(client).still_sending("C0OPS", None, None)
    told = [workspace.text(message) for message in workspace.user("amal").ephemerals("C-ops")]
    assert told[-1] == "Your answer is ready and still being sent. Nothing is lost; it will be here within two minutes."


def test_no_status_is_shown_while_slack_asks_to_wait(client: WebClient, workspace: Workspace) -> None:
    asked = workspace.user("amal").say("C-ops", "When?")
    Status(client, held=lambda: True).searching("C0OPS", asked.ts)
    assert asked.ts not in dict(workspace.world.live_statuses("C0OPS"))


def asked(conversations: Conversations, database: Database, question: str, ts: str, **changed: Any) -> Received:
    """A question of U1 in one thread, noted as its newest turn."""
    with database.write() as session:
        team = team_id(session, "T1")
        key = post_key("answer", team, f"C0OPS:{ts}")
        place = Place(team, "C0OPS", "5.000001")
        conversations.note(session, place, key=key, ts=ts, slack_user="U1", question=question)
    return replace(received(question, **changed), key=f"C0OPS:{ts}", team_id=team)


def test_a_follow_up_is_answered_with_the_turns_of_its_thread(
    sqlite_database: Database, conversations: Conversations
) -> None:
    said = Echo(Answer("", "answered", "Before support begins."))
    handler = QuestionHandler(said, REGISTRY, ageing, conversations)
    handler(asked(conversations, sqlite_database, "When is a partner assessed?", "5.000001"))
    handler(asked(conversations, sqlite_database, "And by whom?", "6.000001"))
    first = (Turn("user", "When is a partner assessed?"), Turn("assistant", "Before support begins."))
    assert said.turns == [(), first]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer("", "answered", "Before support begins."), [REPEATED]),
        (Answer("", "pointed", ABOUT, reason="help"), []),
    ],
)
def test_without_a_mention_a_repetition_is_told_aside_a_greeting_gets_nothing_and_neither_is_a_turn(
    sqlite_database: Database, conversations: Conversations, answer: Answer, told: list[str]
) -> None:
    first = Echo(Answer("", "answered", "Before support begins."))
    question = asked(conversations, sqlite_database, "When is a partner assessed?", "5.000001")
    assert len(QuestionHandler(first, REGISTRY, ageing, conversations)(question)) == 1
    handler = QuestionHandler(Echo(answer), REGISTRY, ageing, conversations)
    posts = handler(asked(conversations, sqlite_database, "Lunch?", "6.000001", follow_up=True))
    assert [post.data["text"] for post in posts if post.ephemeral_user == "U1"] == told
    assert len(posts) == len(told)
    then = asked(conversations, sqlite_database, "And by whom?", "7.000001")
    assert [turn.text for turn in conversations.before(post_key("answer", then.team_id, then.key))] == [
        "When is a partner assessed?",
        "Before support begins.",
    ]


def test_an_answer_that_differs_only_near_its_end_is_no_repetition(
    sqlite_database: Database, conversations: Conversations
) -> None:
    long = "A partner is assessed before support begins. " * 30
    question = asked(conversations, sqlite_database, "When is a partner assessed?", "5.000001")
    QuestionHandler(Echo(Answer("", "answered", long)), REGISTRY, ageing, conversations)(question)
    told = []
    for ts, text in (("6.000001", long), ("7.000001", f"{long}By the focal point."), ("8.000001", long)):
        handler = QuestionHandler(Echo(Answer("", "answered", text)), REGISTRY, ageing, conversations)
        (post,) = handler(asked(conversations, sqlite_database, "And by whom?", ts, follow_up=True))
        told.append(post.data.get("text"))
    assert told == [REPEATED, None, REPEATED]


@pytest.mark.parametrize("end", ["too long", "failed"])
def test_what_is_said_not_to_be_kept_is_no_turn_of_its_thread(
    sqlite_database: Database, conversations: Conversations, end: str
) -> None:
    handler = QuestionHandler(Echo(Answer("", "answered", "Yes.")), REGISTRY, ageing, conversations)
    text = "w" * 4001 if end == "too long" else "Who assesses?"
    question = asked(conversations, sqlite_database, text, "5.000001")
    (post,) = handler(question) if end == "too long" else handler.failed(question)
    assert "kept" in post.data["answer"]["text"]
    then = asked(conversations, sqlite_database, "And by whom?", "6.000001")
    assert conversations.before(post_key("answer", then.team_id, then.key)) == ()
    with sqlite_database.read() as session:
        assert [turn.question for turn in session.scalars(select(TurnRow))] == ["", "And by whom?"]


@pytest.mark.parametrize(
    ("status", "only_for"),
    [("answered", None), ("abstained", "U1"), ("refused", "U1"), ("pointed", "U1"), ("failed", "U1")],
)
def test_without_a_mention_the_thread_sees_an_answer_and_the_asker_alone_everything_else(
    sqlite_database: Database, conversations: Conversations, status: Outcome, only_for: str | None
) -> None:
    handler = QuestionHandler(Echo(Answer("", status, "A reply.")), REGISTRY, ageing, conversations)
    question = asked(conversations, sqlite_database, "And by whom?", "6.000001", follow_up=True)
    (post,) = handler(replace(question, attempt=3))
    assert (post.ephemeral_user, post.thread) == (only_for, "5.000001")
    mentioned = asked(conversations, sqlite_database, "And by whom?", "7.000001")
    (post,) = handler(replace(mentioned, attempt=3))
    assert post.ephemeral_user is None


def test_a_follow_up_that_failed_is_told_to_its_asker_alone(conversations: Conversations) -> None:
    handler = QuestionHandler(Echo(), REGISTRY, ageing, conversations)
    (post,) = handler.failed(received("When?", follow_up=True))
    assert post.ephemeral_user == "U1"
